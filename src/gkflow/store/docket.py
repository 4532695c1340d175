"""The caches (台账与计时缓存): docket lines and clock revisions; ``application.docket`` is their only writer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, insert, select, update

from gkflow.application.ports import FOREVER, ClockRevision, DocketLine, DocketRevision
from gkflow.store.cursor import Part
from gkflow.store.statement import Statement, bind, columns_of, inserted
from gkflow.store.tables import CLOCK, DOCKET, DOCKET_REVISION
from gkflow.store.units import admit

DOCKET_LINE = columns_of(DOCKET, DocketLine)
CLOCK_REVISION = columns_of(CLOCK, ClockRevision)
INSERT_DOCKET = Statement(insert(DOCKET).values(inserted(DOCKET, DOCKET_LINE)))
INSERT_CLOCK = Statement(insert(CLOCK).values(inserted(CLOCK, CLOCK_REVISION)))
# The next seal must check a head that has changed.
_UPDATE_DOCKET = Statement(
    update(DOCKET)
    .where(DOCKET.c.case == bind("case"))
    .values(inserted(DOCKET, [column for column in DOCKET_LINE if not column.primary_key]) | {"sealed": 0})
)
DOCKET_COLUMNS = columns_of(DOCKET_REVISION, DocketRevision)
_REVISIONS = Statement(
    select(*DOCKET_COLUMNS).where(DOCKET_REVISION.c.case == bind("case")).order_by(DOCKET_REVISION.c.from_day),
    DocketRevision,
)
_INSERT_REVISION = Statement(insert(DOCKET_REVISION).values(inserted(DOCKET_REVISION, DOCKET_COLUMNS)))
_DROP_REVISIONS = Statement(delete(DOCKET_REVISION).where(DOCKET_REVISION.c.case == bind("case")))
_LINE = Statement(select(*DOCKET_LINE).where(DOCKET.c.case == bind("case")), DocketLine)
_CLOCKS = Statement(
    select(*CLOCK_REVISION).where(CLOCK.c.case == bind("case")).order_by(CLOCK.c.clock, CLOCK.c.ref, CLOCK.c.from_day),
    ClockRevision,
)
_END_CLOCK = Statement(
    update(CLOCK)
    .where(
        CLOCK.c.case == bind("case"), CLOCK.c.clock == bind("clock"), CLOCK.c.ref == bind("ref"),
        CLOCK.c.from_day == bind("from_day"),
    )
    .values(until_day=bind("until"))
)  # fmt: skip
_CHECK_AGAIN = Statement(
    update(CLOCK)
    .where(CLOCK.c.case == bind("case"), CLOCK.c.status == "running", CLOCK.c.until_day == FOREVER)
    .values(fresh=1)
)
_DROP_CLOCKS = Statement(delete(CLOCK).where(CLOCK.c.case == bind("case"), CLOCK.c.from_day >= bind("day")))
_DROP = tuple(
    Statement(delete(table).where(table.c.case == bind("case"))) for table in (CLOCK, DOCKET_REVISION, DOCKET)
)
_HEADS = Statement(select(DOCKET.c.case, DOCKET.c.entries, DOCKET.c.head))


class Docket(Part):
    """Docket and clocks in one transaction (台账与计时缓存)."""

    def line(self, case: str) -> DocketLine | None:
        """The docket line of a case."""
        found: DocketLine | None = self.row(_LINE, case=case)
        return found

    def put(self, lines: Sequence[DocketLine], fresh: bool) -> None:
        """Write docket lines: *fresh* ones are new."""
        if self.dialect.limited:
            admit(self, lines[0].case)
        self.run_many(INSERT_DOCKET if fresh else _UPDATE_DOCKET, lines)

    def revisions(self, case: str) -> list[DocketRevision]:
        """The docket revisions of a case but for the last one, which is in its docket line."""
        return self.rows(_REVISIONS, case=case)

    def add_revisions(self, rows: Sequence[DocketRevision]) -> None:
        """Write docket revisions."""
        self.run_many(_INSERT_REVISION, rows)

    def drop_revisions(self, case: str) -> None:
        """Delete the docket revisions of a case, to be written again."""
        self.run(_DROP_REVISIONS, case=case)

    def clocks(self, case: str) -> list[ClockRevision]:
        """Every revision of every clock of a case."""
        return self.rows(_CLOCKS, case=case)

    def add_clocks(self, lines: Sequence[ClockRevision]) -> None:
        """Write clock revisions."""
        self.run_many(INSERT_CLOCK, lines)

    def check_again(self, case: str) -> None:
        """Let the next sweep check every running clock of a case for every step."""
        self.run(_CHECK_AGAIN, case=case)

    def end_clock(self, line: ClockRevision, until: date) -> None:
        """End a revision before *until*."""
        self.run(_END_CLOCK, until=until, case=line.case, clock=line.clock, ref=line.ref, from_day=line.from_day)

    def drop_clocks(self, case: str, day: date) -> None:
        """Delete the revisions from *day* on, to be recomputed."""
        self.run(_DROP_CLOCKS, case=case, day=day)

    def drop(self, cases: Sequence[str]) -> None:
        """Delete docket and clocks of some cases, to be rebuilt from the record."""
        for statement in _DROP:
            self.run_many(statement, [{"case": case} for case in cases])

    def heads(self) -> dict[str, tuple[int, str]]:
        """Count and head hash of every case, as the docket keeps them."""
        return {row.case: (row.entries, row.head) for row in self.rows(_HEADS)}
