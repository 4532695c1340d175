"""The caches (台账与计时缓存): docket lines and clock revisions; ``application.docket`` is their one writer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from gkflow.application.ports import ClockRevision, DocketLine
from gkflow.store.cursor import Part, insert

DOCKET_COLUMNS = '"case", workflow, edition, title, state, unit, officer, received, latest, ended, entries, head'
CLOCK_COLUMNS = (
    '"case", clock, ref, from_day, until_day, workflow, duty, kind, owed, status, verdict, since, last_day, remaining,'
    " stopped, days_left, provisional, earliest, latest, risk, ladder, fresh, calendar, recipe, stopped_by"
)
INSERT_DOCKET = insert("docket", DOCKET_COLUMNS)
INSERT_CLOCK = insert("clock", CLOCK_COLUMNS)
UPDATE_DOCKET = (
    "UPDATE docket SET workflow=?, edition=?, title=?, state=?, unit=?, officer=?, received=?, latest=?, ended=?,"
    ' entries=?, head=?, sealed=0 WHERE "case"=?'
)
SELECT_DOCKET = f'SELECT {DOCKET_COLUMNS} FROM docket WHERE "case"=?'
SELECT_CLOCKS = f'SELECT {CLOCK_COLUMNS} FROM clock WHERE "case"=? ORDER BY clock, ref, from_day'
END_CLOCK = 'UPDATE clock SET until_day=? WHERE "case"=? AND clock=? AND ref=? AND from_day=?'
DROP_CLOCKS = 'DELETE FROM clock WHERE "case"=? AND from_day>=?'


class Docket(Part):
    """Docket and clocks in one transaction (台账与计时缓存)."""

    def line(self, case: str) -> DocketLine | None:
        """The docket line of a case."""
        row = self.one(SELECT_DOCKET, (case,))
        return self.dialect.docket_line(row) if row is not None else None

    def put(self, lines: Sequence[DocketLine], fresh: bool) -> None:
        """Write docket lines: *fresh* ones are new."""
        if fresh:
            self.run_many(INSERT_DOCKET, lines)
            return
        for line in lines:
            self.run(UPDATE_DOCKET, (*line[1:], line.case))

    def clocks(self, case: str) -> list[ClockRevision]:
        """Every revision of every clock of a case."""
        return [self.dialect.clock_line(row) for row in self.all(SELECT_CLOCKS, (case,))]

    def add_clocks(self, lines: Sequence[ClockRevision]) -> None:
        """Write clock revisions."""
        if len(lines) == 1:
            self.run(INSERT_CLOCK, lines[0])
        elif lines:
            self.run_many(INSERT_CLOCK, lines)

    def end_clock(self, line: ClockRevision, until: date) -> None:
        """A revision holds until before *until*."""
        self.run(END_CLOCK, (until, line.case, line.clock, line.ref, line.from_day))

    def drop_clocks(self, case: str, day: date) -> None:
        """Take away the revisions from *day* on: they are drawn up anew."""
        self.run(DROP_CLOCKS, (case, day))

    def drop(self, cases: Sequence[str]) -> None:
        """Take away docket and clocks of some cases, to be drawn up from the record."""
        for table in ("clock", "docket"):
            self.run_many(f'DELETE FROM {table} WHERE "case" = ?', [(case,) for case in cases])

    def heads(self) -> dict[str, tuple[int, str]]:
        """Count and head hash of every case, as the docket keeps them outside of the record."""
        return {row[0]: (row[1], row[2]) for row in self.all('SELECT "case", entries, head FROM docket')}
