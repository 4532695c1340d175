"""Notices that say what is no longer so (不再需要的通知): found when they are to leave, and dropped with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from gkflow.store.cursor import Part
from gkflow.store.sweeps import IN_FORCE

_WAITING = "delivered_at IS NULL AND dead_at IS NULL"
# A reminder that is still true: the clock runs towards that last day.
_UNSETTLED = (
    'SELECT 1 FROM clock c WHERE c."case" = e."case" AND c.clock = e.clock AND c.ref = e.ref AND c.from_day <= ?'
    " AND c.until_day > ? AND c.status = 'running' AND c.last_day = e.deadline"
)


class StaleNotices(Part):
    """Notices that are not to be sent any more, in one transaction (不再需要的通知)."""

    def of_unswept_sweeps(self, ids: Sequence[int]) -> set[int]:
        """Those of these notices that tell a step whose sweep was taken back."""
        marks = ", ".join("?" * len(ids)) or "NULL"
        rows = self.all(
            "SELECT n.id FROM notice n JOIN escalation e ON e.id = n.escalation"
            f" WHERE n.id IN ({marks}) AND NOT ({IN_FORCE})",
            ids,
        )
        return {int(row[0]) for row in rows}

    def after_unsweep(self, reason: str, now: datetime) -> None:
        """
        Drop what waits of sweeps that were taken back; what else was written under that clock waits no longer for
        its moments to come.
        """
        self.run(
            f"UPDATE notice SET dead_at = ?, error = ?, claimed_until = NULL WHERE {_WAITING} AND escalation IN"
            f" (SELECT e.id FROM escalation e WHERE NOT ({IN_FORCE}))",
            (now, reason),
        )
        self.run(
            f"UPDATE notice SET next_try_at = ?, claimed_until = NULL WHERE {_WAITING} AND made_at > ?", (now, now)
        )

    def settled(self, ids: Sequence[int], today: date) -> set[int]:
        """Those of these notices that tell a step of a clock that does not run to that day (any more)."""
        marks = ", ".join("?" * len(ids)) or "NULL"
        rows = self.all(
            "SELECT n.id FROM notice n JOIN escalation e ON e.id = n.escalation"
            f" WHERE n.id IN ({marks}) AND n.kind <> 'take' AND NOT EXISTS ({_UNSETTLED})",
            (*ids, today, today),
        )
        return {int(row[0]) for row in rows}

    def drop(self, ids: Sequence[int], reason: str, now: datetime) -> None:
        """Send these no more, and say why."""
        self.run_many(
            "UPDATE notice SET dead_at = ?, error = ?, claimed_until = NULL WHERE id = ?",
            [(now, reason, id_) for id_ in ids],
        )
