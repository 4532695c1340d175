"""
Whether a notice still holds when it leaves (送发前复核).

A notice may have waited for the end of quiet hours or for a broken channel. A reminder of a clock that has since
stopped, was suspended or runs to another day would be wrong: it is dropped, with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gkflow.application.ports import SETTLED, UNSWEPT, Ledger, WaitingNotice
from gkflow.domain.case import legal_day


def drop_settled(ledger: Ledger, claimed: Sequence[WaitingNotice], now: datetime) -> list[WaitingNotice]:
    """Drop the claimed notices that no longer hold, and return the others; in the ledger's transaction."""
    ids = [notice.id for notice in claimed]
    unswept = ledger.stale_notices.of_unswept_sweeps(ids)
    settled = ledger.stale_notices.settled(ids, legal_day(now)) - unswept
    ledger.stale_notices.drop(sorted(unswept), UNSWEPT, now)
    ledger.stale_notices.drop(sorted(settled), SETTLED, now)
    return [notice for notice in claimed if notice.id not in settled and notice.id not in unswept]
