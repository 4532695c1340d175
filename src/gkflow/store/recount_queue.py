"""The queue of an adoption (待重新推算): cases affected by an adopted edition that still have to be recalculated."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from sqlalchemy import delete, select

from gkflow.application.moved import Moved, WaitingCase
from gkflow.store.cursor import Part
from gkflow.store.statement import Statement, bind
from gkflow.store.tables import RECOUNT_QUEUE

_FIRST = select(RECOUNT_QUEUE.c.place).distinct().order_by(RECOUNT_QUEUE.c.place).limit(bind("size"))
_NEXT = Statement(
    select(RECOUNT_QUEUE).where(RECOUNT_QUEUE.c.place.in_(_FIRST)).order_by(RECOUNT_QUEUE.c.place, RECOUNT_QUEUE.c.turn)
)
_DONE = Statement(delete(RECOUNT_QUEUE).where(RECOUNT_QUEUE.c.case == bind("case")))
_CASES = Statement(select(RECOUNT_QUEUE.c.case).distinct())


class RecountQueue(Part):
    """The queue of an adoption in one transaction (待重新推算)."""

    def waiting_cases(self, limit: int) -> list[WaitingCase]:
        """The first cases of the queue, in its order."""
        found = []
        for _, rows in groupby(self.rows(_NEXT, size=limit), key=attrgetter("place")):
            first, *more = rows
            moves = tuple(
                Moved(
                    row.case, row.workflow, row.clock, row.ref, row.title, row.unit, row.officer, row.old_day,
                    row.new_day, row.why,
                )
                for row in (first, *more)
                if row.clock
            )  # fmt: skip
            found.append(WaitingCase(first.case, first.entries, first.by, first.at, bool(first.by_rules), moves))
        return found

    def done_waiting(self, cases: Sequence[str]) -> None:
        """Remove cases from the queue."""
        self.run_many(_DONE, [{"case": case} for case in cases])

    def in_recount_queue(self) -> set[str]:
        """The cases whose rows still have to be recomputed by the edition in use."""
        return set(self.column(_CASES))
