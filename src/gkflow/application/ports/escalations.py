"""The escalation log (督办记录)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from gkflow.domain.as_dict import Data, dict_of


class EscalationRecord(NamedTuple):
    """One recorded step with its notification and its acknowledgement (督办记录)."""

    id: int
    case: str
    workflow: str
    clock: str
    ref: str
    last_day: date
    step: int
    kind: str
    colour: str
    day: date
    notified: tuple[str, ...]
    notified_at: datetime | None
    delivered_at: datetime | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    words: str | None

    def as_dict(self) -> Data:
        """Its fields by name, as JSON's types (see ``gkflow.domain.as_dict``)."""
        return dict_of(self)


class Escalations(Protocol):
    """The escalation log in one transaction (督办记录)."""

    def log(self, since: date | None = None, unacknowledged: bool = False, case: str = "") -> list[EscalationRecord]:
        """The escalation log, oldest first."""
        ...

    def acknowledge(self, ids: Sequence[int], by: str, words: str, now: datetime) -> list[int]:
        """Acknowledge escalations; return those newly acknowledged."""
        ...

    def known(self, ids: Sequence[int]) -> set[int]:
        """Which of these escalations exist."""
        ...
