"""Queries for lists (查询): cases and their clocks as of a day, escalations, editions, counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import and_, exists, func, or_, select, union_all

from gkflow.application.ports import FOREVER, ClockRevision, DocketLine, MetLine
from gkflow.domain.workflow import MISFILED
from gkflow.store.cursor import Part
from gkflow.store.docket import CLOCK_REVISION, DOCKET_LINE
from gkflow.store.statement import Statement, among, bind
from gkflow.store.tables import CLOCK, DOCKET, ENTRY, ESCALATION, SWEEP

_OPEN = DOCKET.c.ended == FOREVER
_CORRECTION = ENTRY.alias("correction")
# A correction may have moved the entry's day into the period or out of it: the record itself decides.
_CASES_WITH = Statement(
    select(ENTRY.c.case)
    .distinct()
    .where(
        among(ENTRY.c.action, "actions"),
        or_(
            ENTRY.c.day.between(bind("since"), bind("until")),
            exists().where(_CORRECTION.c.case == ENTRY.c.case, _CORRECTION.c.action == "correct_entry"),
        ),
    )
    .order_by(ENTRY.c.case)
)
_OF_DOCKET = CLOCK.join(DOCKET, DOCKET.c.case == CLOCK.c.case)
_HOLDS = and_(CLOCK.c.from_day <= bind("day"), CLOCK.c.until_day > bind("day"))

_MET_BY = (CLOCK.c.workflow, CLOCK.c.clock, CLOCK.c.status, CLOCK.c.stopped_by, CLOCK.c.verdict, DOCKET.c.unit)
_MET_BASE = (
    select(*_MET_BY, func.count().label("cases"))
    .select_from(_OF_DOCKET)
    .where(CLOCK.c.owed == 1, _HOLDS)
    .group_by(*_MET_BY)
)
_MET = Statement(
    union_all(
        _MET_BASE.where(CLOCK.c.status == "stopped", CLOCK.c.stopped.between(bind("since"), bind("until"))),
        _MET_BASE.where(
            CLOCK.c.status == "running", CLOCK.c.last_day.between(bind("since"), bind("until")),
            CLOCK.c.last_day < bind("day"),
        ),
        _MET_BASE.where(CLOCK.c.status == "waiting", CLOCK.c.from_day <= bind("until")),
    ),
    MetLine,
)  # fmt: skip
_IS_UNIT = Statement(select(DOCKET.c.case).where(_OPEN, DOCKET.c.unit == bind("name")).limit(1))
_IS_OFFICER = Statement(select(DOCKET.c.case).where(_OPEN, DOCKET.c.officer == bind("name")).limit(1))
_UNITS = Statement(select(DOCKET.c.unit).distinct().order_by(DOCKET.c.unit))
_OFFICERS = Statement(select(DOCKET.c.officer).distinct().order_by(DOCKET.c.officer))
_RECEIVED = Statement(
    select(DOCKET.c.case)
    .where(
        DOCKET.c.workflow == bind("workflow"), DOCKET.c.received.between(bind("since"), bind("until")),
        DOCKET.c.state != MISFILED,
    )
    .order_by(DOCKET.c.case)
)  # fmt: skip
_OPEN_OR_TOUCHED = or_(DOCKET.c.ended > bind("day"), DOCKET.c.latest > bind("day"))
_DOCKETS = {
    include_closed: Statement(
        select(*DOCKET_LINE).where(or_(stood, DOCKET.c.latest > bind("day"))).order_by(DOCKET.c.case), DocketLine
    )
    for include_closed, stood in (
        (True, DOCKET.c.received <= bind("day")),
        (False, and_(DOCKET.c.received <= bind("day"), DOCKET.c.ended > bind("day"))),
    )
}
_CLOCKS_ON = {
    True: Statement(select(*CLOCK_REVISION).where(_HOLDS), ClockRevision),
    False: Statement(select(*CLOCK_REVISION).select_from(_OF_DOCKET).where(_OPEN_OR_TOUCHED, _HOLDS), ClockRevision),
}
_OPEN_OFFICERS = Statement(
    select(DOCKET.c.officer, func.count().label("cases"), func.min(DOCKET.c.case).label("first"))
    .where(_OPEN, DOCKET.c.officer != "")
    .group_by(DOCKET.c.officer)
    .order_by(DOCKET.c.officer)
)
_OPEN_UNITS = Statement(select(DOCKET.c.unit).distinct().where(_OPEN))
_COUNTS = {
    "cases": Statement(select(func.count()).select_from(DOCKET)),
    "open": Statement(select(func.count()).select_from(DOCKET).where(_OPEN)),
    "entries": Statement(select(func.count()).select_from(ENTRY)),
    "escalations": Statement(select(func.count()).select_from(ESCALATION)),
}
_PROVISIONAL = Statement(
    select(*CLOCK_REVISION)
    .select_from(_OF_DOCKET)
    .where(
        DOCKET.c.ended > bind("day"), CLOCK.c.provisional == 1, CLOCK.c.until_day > bind("day"),
        CLOCK.c.status == "running",
    )
    .order_by(CLOCK.c.last_day, CLOCK.c.case),
    ClockRevision,
)  # fmt: skip
_WRITTEN = union_all(
    select(func.max(ENTRY.c.written_at).label("at")), select(func.max(SWEEP.c.done_at).label("at"))
).subquery("written")
_LAST_WRITTEN = Statement(select(func.max(_WRITTEN.c.at)))


class Lists(Part):
    """Queries in one transaction (查询)."""

    def cases_with(self, actions: Sequence[str], since: date, until: date) -> list[str]:
        """The cases with an entry of one of these actions, written for a day in [*since*, *until*] or corrected."""
        return [str(case) for case in self.column(_CASES_WITH, actions=actions, since=since, until=until)]

    def met(self, since: date, until: date, as_of: date) -> list[MetLine]:
        """
        Count the office's duties as of *as_of*, by workflow, clock, how it ended, and unit: stopped in the period, due
        in it and not done, or waiting.
        """
        return self.rows(_MET, since=since, until=until, day=as_of)

    def is_unit(self, unit: str) -> bool:
        """Whether the unit of an open case has this code."""
        return self.value(_IS_UNIT, name=unit) is not None

    def is_officer(self, officer: str) -> bool:
        """Whether the officer of an open case has this name."""
        return self.value(_IS_OFFICER, name=officer) is not None

    def units_on_record(self) -> list[str]:
        """The units that have, or had, a case: a register may hold some that the settings do not know."""
        return [str(unit) for unit in self.column(_UNITS)]

    def officers_on_record(self) -> list[str]:
        """The officers of all cases."""
        return [str(officer) for officer in self.column(_OFFICERS)]

    def cases_received(self, workflow: str, since: date, until: date) -> list[str]:
        """The cases of a workflow received in [*since*, *until*], by number, without those received by mistake."""
        return [str(case) for case in self.column(_RECEIVED, workflow=workflow, since=since, until=until)]

    def dockets(self, day: date, include_closed: bool = False) -> list[DocketLine]:
        """
        Docket lines of the cases open on *day* (with *include_closed*: received by then), and of those changed since,
        whose lines have to be rebuilt from the record.
        """
        return self.rows(_DOCKETS[include_closed], day=day)

    def clocks_on(self, day: date, include_closed: bool = False) -> list[ClockRevision]:
        """Every clock as of *day*, of the cases open then or changed since."""
        return self.rows(_CLOCKS_ON[include_closed], day=day)

    def open_officers(self) -> list[tuple[str, int, str]]:
        """The officers of open cases: name, how many, the first case by number."""
        return [(row.officer, row.cases, row.first) for row in self.rows(_OPEN_OFFICERS)]

    def open_units(self) -> set[str]:
        """The units of open cases."""
        return set(self.column(_OPEN_UNITS))

    def counts(self) -> dict[str, int]:
        """How many cases, open cases, entries and escalations there are."""
        return {name: int(self.value(statement)) for name, statement in _COUNTS.items()}

    def provisional(self, day: date) -> list[ClockRevision]:
        """The running clocks of open cases whose last day depends on predicted days."""
        return self.rows(_PROVISIONAL, day=day)

    def last_written(self) -> datetime | None:
        """The moment of the last write: an entry or a sweep."""
        found: datetime | None = self.value(_LAST_WRITTEN)
        return found
