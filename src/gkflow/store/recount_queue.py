"""The queue of an adoption (待重新推算): the cases that an adopted edition touches and that are still to be counted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from gkflow.application.moved import Moved, WaitingCase
from gkflow.store.cursor import Part

_NEXT = (
    'SELECT place, "case", entries, "by", by_rules, workflow, clock, ref, title, unit, officer, old_day, new_day,'
    " why, at FROM recount_queue WHERE place IN (SELECT DISTINCT place FROM recount_queue ORDER BY place LIMIT ?)"
    " ORDER BY place, turn"
)


class RecountQueue(Part):
    """The queue of an adoption in one transaction (待重新推算)."""

    def waiting_cases(self, limit: int) -> list[WaitingCase]:
        """The first cases of the queue, in its order."""
        day, found = self.dialect.read_day, []
        for _, rows in groupby(self.all(_NEXT, (limit,)), key=itemgetter(0)):
            first, *more = rows
            case, entries, by, by_rules = first[1:5]
            moves = tuple(
                Moved._make((case, *row[5:11], day(row[11]), day(row[12]), row[13])) for row in (first, *more) if row[6]
            )
            found.append(WaitingCase(case, entries, by, self.dialect.read_moment(first[14]), bool(by_rules), moves))
        return found

    def done_waiting(self, cases: Sequence[str]) -> None:
        """Take cases out of the queue."""
        self.run_many('DELETE FROM recount_queue WHERE "case" = ?', [(case,) for case in cases])

    def in_recount_queue(self) -> set[str]:
        """The cases whose rows are still to be drawn up by the edition in use."""
        return {str(row[0]) for row in self.all('SELECT DISTINCT "case" FROM recount_queue')}
