"""Limits in hours (按小时计算的期限): the running ones, and their steps, recorded at their moment."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Date, Integer, String, and_, exists, func, literal, select

from gkflow.application.ports import FOREVER, ReachedStep, RunningHours
from gkflow.domain.workflow import Step
from gkflow.store.cursor import Cursor, Part
from gkflow.store.statement import Statement, bind
from gkflow.store.sweep_statements import in_force
from gkflow.store.sweeps import Sweeps
from gkflow.store.tables import CLOCK, DOCKET, ESCALATION

_C, _E = CLOCK.c, ESCALATION.c
_ON_RECORD = (
    select(func.count())
    .select_from(ESCALATION)
    .where(
        _E.case == _C.case, _E.clock == _C.clock, _E.ref == _C.ref, _E.last_day == _C.last_day, in_force(ESCALATION),
    )
    .scalar_subquery()
)  # fmt: skip
# Rows that still hold, then those that have ended since: two searches by index.
_RUNNING = tuple(
    Statement(
        select(_C.case, _C.ref, _C.last_day, literal(holds).label("holds"))
        .where(
            _C.status == "running", _C.ladder == bind("ladder"), _C.workflow == bind("workflow"),
            _C.clock == bind("clock"), _C.from_day <= bind("day"), still, _C.last_day <= bind("day"),
            bind("steps") > _ON_RECORD,
        )
        .order_by(_C.last_day, _C.case, _C.ref)
    )
    for still, holds in (
        (_C.until_day == FOREVER, 1),
        (and_(_C.until_day < FOREVER, _C.until_day > bind("day")), 0),
    )
)  # fmt: skip
_THE_STEP = (
    _E.case == bind("case"), _E.clock == bind("clock"), _E.ref == bind("ref"), _E.last_day == bind("last_day"),
    _E.step == bind("step"),
)  # fmt: skip
_TYPES: dict[str, Any] = {"last_day": Date, "day": Date, "sealed_with": Date, "step": Integer, "series": Integer}
_COLUMNS = [column.name for column in ESCALATION.c if column.name != "id"]
_RECORD = Statement(
    lambda insert: insert(ESCALATION).from_select(
        _COLUMNS,
        select(*(bind(name, type_=_TYPES.get(name, String)).label(name) for name in _COLUMNS)).where(
            ~exists().where(*_THE_STEP, in_force(ESCALATION)).correlate(None)
        ),
        False,
    )
)
_RECORDED = Statement(
    select(_E.id, DOCKET.c.unit, DOCKET.c.officer, DOCKET.c.title)
    .select_from(ESCALATION.join(DOCKET, DOCKET.c.case == _E.case))
    .where(*_THE_STEP, _E.series == bind("series"))
)


class HourLimits(Part):
    """Limits of hours in one transaction (按小时计算的期限)."""

    def __init__(self, shared: Cursor, sweeps: Sweeps) -> None:
        super().__init__(shared)
        self._sweeps = sweeps

    def running_hours(self, ladder: str, workflow: str, clock: str, day: date, steps: int) -> list[RunningHours]:
        """The runs of a clock on *day* whose last day has come and that have fewer than *steps* steps on record."""
        of = {"ladder": ladder, "workflow": workflow, "clock": clock, "day": day, "steps": steps}
        return [
            RunningHours(row.case, row.ref, row.last_day, bool(row.holds))
            for statement in _RUNNING
            for row in self.rows(statement, **of)
        ]

    def record_step(
        self, workflow: str, clock: str, run: RunningHours, step: Step, day: date, sealed_with: date | None
    ) -> ReachedStep | None:
        """Record that *step* was reached on *day*; None if it is on record. *sealed_with*: None means its own day."""
        key = {"case": run.case, "clock": clock, "ref": run.ref, "last_day": run.last_day, "step": step.offset}
        series = self._sweeps.series
        made = self.run(
            _RECORD, workflow=workflow, kind=step.kind, colour=step.colour, day=day, series=series,
            sealed_with=sealed_with, **key,
        )  # fmt: skip
        if not made:
            return None
        row = self.row(_RECORDED, series=series, **key)
        return ReachedStep(
            row.id, run.case, workflow, clock, run.ref, run.last_day, step.offset, step.kind, step.colour, day,
            row.unit, row.officer, row.title,
        )  # fmt: skip
