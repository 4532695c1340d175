"""Limits of hours (按小时计算的期限): which of them run, and their steps, recorded at their moment."""

from __future__ import annotations

from datetime import date

from gkflow.application.ports import FOREVER, ReachedStep, RunningHours
from gkflow.domain.workflow import Step
from gkflow.store.cursor import Cursor, Part
from gkflow.store.sweeps import IN_FORCE, Sweeps

_SAME = 'e."case" = {0}."case" AND e.clock = {0}.clock AND e.ref = {0}.ref AND e.deadline = {0}.last_day'
_RUNNING = (
    "SELECT c.\"case\", c.ref, c.last_day, c.until_day FROM clock c WHERE c.status = 'running' AND c.ladder = ?"
    " AND c.workflow = ? AND c.clock = ? AND c.from_day <= ? AND c.until_day {until} AND c.last_day <= ?"
    f" AND (SELECT count(*) FROM escalation e WHERE {_SAME.format('c')} AND {IN_FORCE}) < ?"
    ' ORDER BY c.last_day, c."case", c.ref'
)
_RECORD = (
    'INSERT INTO escalation ("case", workflow, clock, ref, deadline, step, kind, colour, day, series, sealed_with)'
    " SELECT ?, ?, ?, ?, ?d, ?i, ?, ?, ?d, ?i, ?d WHERE NOT EXISTS (SELECT 1 FROM escalation e WHERE"
    f' e."case" = ? AND e.clock = ? AND e.ref = ? AND e.deadline = ?d AND e.step = ?i AND {IN_FORCE})'
)
_RECORDED = (
    'SELECT e.id, d.unit, d.officer, d.title FROM escalation e JOIN docket d ON d."case" = e."case"'
    ' WHERE e."case" = ? AND e.clock = ? AND e.ref = ? AND e.deadline = ? AND e.step = ? AND e.series = ?'
)


class HourLimits(Part):
    """Limits of hours in one transaction (按小时计算的期限)."""

    def __init__(self, shared: Cursor, sweeps: Sweeps) -> None:
        super().__init__(shared)
        self._sweeps = sweeps

    def running_hours(self, ladder: str, workflow: str, clock: str, day: date, steps: int) -> list[RunningHours]:
        """The runs of a clock on *day* whose last day has come, and of which fewer than *steps* steps are on record."""
        values = (ladder, workflow, clock, day)
        read = self.dialect.read_day
        return [
            RunningHours(row[0], row[1], read(row[2]), read(row[3]) == FOREVER)
            for until, bound in (("= ?", (FOREVER,)), ("< ? AND c.until_day > ?", (FOREVER, day)))
            for row in self.all(_RUNNING.format(until=until), (*values, *bound, day, steps))
        ]

    def record_step(
        self, workflow: str, clock: str, run: RunningHours, step: Step, day: date, sealed_with: date | None
    ) -> ReachedStep | None:
        """Record that *step* was reached on *day*; None where it is on record. *sealed_with*: None with its own day."""
        key = (run.case, clock, run.ref, run.last_day, step.offset)
        made = self.run(
            _RECORD,
            (
                run.case, workflow, clock, run.ref, run.last_day, step.offset, step.kind, step.colour, day,
                self._sweeps.series, sealed_with, *key,
            ),
        )  # fmt: skip
        if not made:
            return None
        id_, unit, officer, title = self.one(_RECORDED, (*key, self._sweeps.series))
        return ReachedStep(
            id_, run.case, workflow, clock, run.ref, run.last_day, step.offset, step.kind, step.colour, day, unit,
            officer, title,
        )  # fmt: skip
