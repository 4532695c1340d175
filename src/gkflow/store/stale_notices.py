"""Notices that are no longer true (不再需要的通知): found before they are sent, and dropped with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import exists, select, update

from gkflow.store.cursor import Part
from gkflow.store.outbox import WAITING
from gkflow.store.statement import Statement, among, bind
from gkflow.store.sweep_statements import in_force
from gkflow.store.tables import CLOCK, ESCALATION, NOTICE

_OF_STEPS = (
    select(NOTICE.c.id)
    .select_from(NOTICE.join(ESCALATION, ESCALATION.c.id == NOTICE.c.escalation))
    .where(among(NOTICE.c.id, "ids"))
)
_UNSWEPT = Statement(_OF_STEPS.where(~in_force(ESCALATION)))
# A reminder that is still true: the clock runs towards that last day.
_STILL_TRUE = exists().where(
    CLOCK.c.case == ESCALATION.c.case, CLOCK.c.clock == ESCALATION.c.clock, CLOCK.c.ref == ESCALATION.c.ref,
    CLOCK.c.from_day <= bind("today"), CLOCK.c.until_day > bind("today"), CLOCK.c.status == "running",
    CLOCK.c.last_day == ESCALATION.c.last_day,
)  # fmt: skip
_SETTLED = Statement(_OF_STEPS.where(NOTICE.c.kind != "take", ~_STILL_TRUE))
_DROP_UNSWEPT = Statement(
    update(NOTICE)
    .where(WAITING, NOTICE.c.escalation.in_(select(ESCALATION.c.id).where(~in_force(ESCALATION))))
    .values(dead_at=bind("now"), error=bind("reason"), claimed_until=None)
)
_SEND_NOW = Statement(
    update(NOTICE).where(WAITING, NOTICE.c.made_at > bind("now")).values(next_try_at=bind("now"), claimed_until=None)
)
_DROP = Statement(
    update(NOTICE)
    .where(NOTICE.c.id == bind("of_id"))
    .values(dead_at=bind("now"), error=bind("reason"), claimed_until=None)
)


class StaleNotices(Part):
    """Notices that must not be sent any more, in one transaction (不再需要的通知)."""

    def of_unswept_sweeps(self, ids: Sequence[int]) -> set[int]:
        """Those of these notices about a step whose sweep was taken back."""
        return set(self.column(_UNSWEPT, ids=ids))

    def after_unsweep(self, reason: str, now: datetime) -> None:
        """
        Drop the waiting messages of sweeps that were taken back; other messages written under that clock no longer wait
        for future moments.
        """
        self.run(_DROP_UNSWEPT, now=now, reason=reason)
        self.run(_SEND_NOW, now=now)

    def settled(self, ids: Sequence[int], today: date) -> set[int]:
        """Those of these notices about a clock that does not run to that day (any more)."""
        return set(self.column(_SETTLED, ids=ids, today=today))

    def drop(self, ids: Sequence[int], reason: str, now: datetime) -> None:
        """Cancel these messages, with the reason."""
        self.run_many(_DROP, [{"of_id": id_, "now": now, "reason": reason} for id_ in ids])
