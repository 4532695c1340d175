"""
Sweeps and escalations (巡检与督办记录): set-based statements, so that a sweep costs what is due, not what is open.

For every step of a ladder Python computes one threshold day; SQL compares days. The unique key of ``escalation``
makes every step exactly-once, whoever calls and however often.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from gkflow.application.ports import (
    EVERYWHERE,
    ChainHead,
    ClockRevision,
    FreshClock,
    ReachedStep,
    StandingStill,
    SweepContent,
    SweepLine,
    UnsweepLine,
    Where,
)
from gkflow.domain.case import moment_text, seal
from gkflow.domain.workflow import Step
from gkflow.store import sweep_statements as sql
from gkflow.store.chain_heads import ChainHeads
from gkflow.store.cursor import Cursor, Part
from gkflow.store.heartbeats import Heartbeats
from gkflow.store.statement import Statement


class Content:
    """The escalations of a sweep, hashed up to the last one seen (巡检内容)."""

    def __init__(self) -> None:
        self.steps, self.last, self._digest = 0, 0, hashlib.sha256()

    @property
    def digest(self) -> str:
        """The hash of all their columns."""
        return self._digest.hexdigest()

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """Add the next rows, in the order of their numbers."""
        text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"), default=date.isoformat)
        self._digest.update(text[1:-1].encode() + b",")
        self.steps, self.last = self.steps + len(rows), rows[-1][0]


class Sweeps(Part):
    """Sweeps in one transaction (巡检)."""

    def __init__(self, shared: Cursor, heads: ChainHeads, heartbeats: Heartbeats) -> None:
        super().__init__(shared)
        self._heads, self._heartbeats = heads, heartbeats

    def last_sweep(self) -> date | None:
        """The last day with a sweep on record, done or not."""
        found: date | None = self.value(sql.LAST)
        return found

    def first_sweep(self) -> date | None:
        """The day on which the office's sweeps began."""
        found: date | None = self.value(sql.FIRST)
        return found

    def last_done(self) -> SweepLine | None:
        """The last sweep that was done."""
        found: SweepLine | None = self.row(sql.LAST_DONE)
        return found

    def plan_sweeps(self, days: Sequence[date], now: datetime) -> None:
        """Record the days to be swept; a day that already exists is skipped."""
        self.run_many(sql.PLAN, [{"day": day, "series": self.series, "made_at": now} for day in days])

    def claim_sweep(self) -> date | None:
        """The oldest undone day, locked for this transaction; another process waits and then finds the next."""
        found: date | None = self.value(sql.CLAIM)
        return found

    def join_sweep(self) -> date | None:
        """The oldest undone day, which cannot be finished before this transaction ends; others may join as well."""
        found: date | None = self.value(sql.JOIN)
        return found

    def due_cases(
        self, ladder: str, step: Step, after: date | None, threshold: date, day: date, where: Where = EVERYWHERE
    ) -> list[str]:
        """
        The cases with a clock of *ladder* that runs on *day*, whose last day is *threshold* or earlier, and for which
        *step* is not on record. *after* is the threshold of the last sweep: rows up to it were checked then, unless
        recomputed since; None searches all. *where* selects the units.
        """
        inside, units = _of_units(where)
        of = {"ladder": ladder, "at_step": step.offset, "threshold": threshold, "on": day, **units}
        found = (self.column(statement, since=after or date.min, **of) for statement in sql.DUE_CASES[inside])
        return list(dict.fromkeys(case for cases in found for case in cases))

    def reach(
        self, cases: Sequence[str], ladder: str, step: Step, threshold: date, day: date, where: Where = EVERYWHERE
    ) -> list[int]:
        """Record *step* for every such clock of some cases; return the numbers of the escalations."""
        inside, units = _of_units(where)
        return self.column(
            sql.REACH[inside], cases=cases, ladder=ladder, at_step=step.offset, kind=step.kind, colour=step.colour,
            threshold=threshold, on=day, series=self.series, **units,
        )  # fmt: skip

    def has_fresh(self, day: date) -> bool:
        """Whether a revision of that day or earlier was computed since the last sweep."""
        return self.row(sql.FRESH_CASES, day=day, size=1) is not None

    def count_fresh(self, day: date) -> int:
        """How many revisions of that day or earlier were computed since the last sweep."""
        return int(self.value(sql.COUNT_FRESH, day=day))

    def next_sweep(self) -> date | None:
        """The oldest undone day."""
        found: SweepLine | None = self.row(sql.NEXT)
        return found.day if found is not None else None

    def check_fresh(self, day: date, size: int, free: bool = False) -> list[FreshClock]:
        """
        The revisions computed since the last sweep, of up to *size* cases: they are marked as checked, so that the
        transaction must record what they have reached. *free*: only those that no other process has at hand.
        """
        found = self.column(sql.FREE_CASES if free else sql.FRESH_CASES, day=day, size=size)
        cases = list(dict.fromkeys(found))
        if not cases:
            return []
        units = {row.case: row.unit for row in self.rows(sql.UNITS, cases=cases)}
        return [
            FreshClock(row.case, row.ladder, row.status, row.until_day, row.last_day, units.get(row.case, ""))
            for row in self.rows(sql.CHECK_FRESH, day=day, cases=cases)
        ]

    def thresholds(self, ladder: str, place: str) -> dict[int, date]:
        """The last threshold of each step of a ladder, for the units of one calendar."""
        return {row.step: row.last_day for row in self.rows(sql.THRESHOLDS, ladder=ladder, place=place)}

    def keep_thresholds(self, ladder: str, place: str, used: dict[int, date]) -> None:
        """Keep the thresholds of this sweep for the next one, replacing the earlier ones."""
        self.run(sql.DROP_THRESHOLDS, ladder=ladder, place=place)
        self.run_many(
            sql.PUT_THRESHOLD,
            [{"ladder": ladder, "place": place, "step": step, "last_day": day} for step, day in used.items()],
        )

    def last_notifying(self) -> date | None:
        """The day of the last sweep that notified people."""
        found: date | None = self.value(sql.LAST_NOTIFYING)
        return found

    def steps_reached(self, after: date, through: date) -> list[tuple[int, str]]:
        """The escalations recorded in (after, through] of which nobody was notified: number and case."""
        return [tuple(row) for row in self.rows(sql.STEPS_REACHED, since=after, through=through)]

    def not_notified(self, steps: Sequence[int], after: date, through: date) -> list[ReachedStep]:
        """
        Of some escalations those to be notified of: the highest step of each clock among those reached in
        (after, through], if it still holds.
        """
        self.column(sql.LOCK_CASES, steps=steps)
        return self.rows(sql.NOT_NOTIFIED, steps=steps, since=after, through=through)

    def content_so_far(self, day: date) -> Content:
        """What the sweep of *day* has recorded so far; ``finish_sweep`` continues from there."""
        content = Content()
        self._add(content, sql.ON_ITS_DAY, day, self.series)
        return content

    def finish_sweep(self, day: date, now: datetime, notifying: bool, begun: SweepContent) -> None:
        """
        Seal the day's sweep: its own columns, its escalations, and the seal of the previous sweep. *begun* is its
        content so far.
        """
        made: SweepLine = self.row(sql.NEXT)
        previous = self.last_sweep_hash()
        content = self.content_of(day, made.series, begun)
        line = SweepLine(day, made.made_at, now, content.steps, 1 if notifying else 0, previous, None, made.series)
        sealed = seal_sweep(line, content.digest, self.algorithm)
        self.run(
            sql.FINISH, of_day=day, of_series=made.series, done_at=now, steps=content.steps, telling=line.telling,
            previous=previous, hash=sealed,
        )  # fmt: skip
        self._heads.move(ChainHead("sweep", day.isoformat(), sealed))

    def content_of(self, day: date, series: int = 0, begun: SweepContent | None = None) -> Content:
        """The number of a sweep's escalations, and the hash of all their columns."""
        content = Content()
        if isinstance(begun, Content):
            # Those of another process may have been committed since with smaller numbers; then all are read again.
            there = self.value(sql.STEPS_SO_FAR, day=day, series=series, through=begun.last)
            content = begun if there == begun.steps else content
        self._add(content, sql.ON_ITS_DAY, day, series)
        content.last = 0
        self._add(content, sql.SEALED_WITH, day, series)
        return content

    def _add(self, content: Content, which: Statement, day: date, series: int) -> None:
        # As stored: an unreadable value is not a fault here, but it differs from what was sealed.
        for rows in self.raw_pages(which, content.last, day=day, series=series):
            content.add(rows)

    # -- sweeps taken back -------------------------------------------------------------------------------------------

    @property
    def series(self) -> int:
        """The series of a new sweep: how many times sweeps have been taken back."""
        if self._series is None:
            self._series = int(self.value(sql.SERIES))
        return self._series

    _series: int | None = None  # one series per transaction: beginning another one locks the sweeps

    def last_sweep_hash(self) -> str:
        """The last seal of the chain of sweeps so far."""
        found = self.row(sql.LAST_HASH, series=self.series) or self.row(sql.UNSWEPT_HASH, series=self.series)
        return str(found.hash) if found is not None else ""

    def lines(self) -> list[SweepLine]:
        """Every sweep, including those taken back."""
        return self.rows(sql.ALL)

    def raw_lines(self) -> list[tuple[Any, ...]]:
        """The same as stored, for callers that need the stored form."""
        return self.raw(sql.ALL)

    def line_of(self, row: Sequence[Any]) -> SweepLine:
        """A raw line as a value. Raises ValueError if it is unreadable."""
        found: SweepLine = sql.ALL.maker(self.dialect.sqlite)(row)
        return found

    def first_not_due(self, today: date) -> SweepLine | None:
        """The first sweep of a day later than *today*."""
        found: SweepLine | None = self.row(sql.NOT_DUE, today=today)
        return found

    def unsweep(self, from_day: date, at: datetime, by: str, reason: str) -> int:
        """
        Take back every sweep from *from_day* on (撤销巡检), on record; return how many escalations that were. Delivery
        drops their waiting messages; their thresholds are deleted, so that every clock is checked again.
        """
        through, previous, series = self.last_sweep() or from_day, self.last_sweep_hash(), self.series + 1
        line = UnsweepLine(series, from_day, through, at, by, reason, previous, "")
        line = line._replace(hash=seal_unsweep(line, self.algorithm))
        count = int(self.value(sql.STEPS_FROM, day=from_day))
        self.run(sql.PUT_UNSWEEP, **line._asdict())
        self._series = series
        self.run(sql.FORGET_THRESHOLDS)
        self._heartbeats.forget("clock_ahead")
        self._heads.move(ChainHead("sweep", from_day.isoformat(), line.hash))
        return count

    def unsweeps(self) -> list[UnsweepLine]:
        """The sweeps taken back, oldest first."""
        return self.rows(sql.UNSWEEPS)

    def acted_on_later_than(self, day: date) -> list[str]:
        """The cases with an entry by gkflow under a later day."""
        return [str(number) for number in self.column(sql.ACTED_LATER, day=day)]

    def written_by_people(self, since: datetime) -> bool:
        """Whether anybody but gkflow wrote an entry later than a moment."""
        return self.row(sql.BY_PEOPLE, since=since) is not None

    def founded(self) -> datetime | None:
        """When the office was set up, i.e. adopted its first calendar edition."""
        found: datetime | None = self.value(sql.FOUNDED)
        return found

    # -- searches of a sweep -----------------------------------------------------------------------------------------

    def run_out(self, workflow: str, clock: str, ladder: str, day: date) -> list[tuple[str, str]]:
        """The runs of a clock whose last day was before *day* and that still run on it: case, ref."""
        of = {"workflow": workflow, "clock": clock, "ladder": ladder, "day": day}
        return sorted({(row.case, row.ref) for statement in sql.RUN_OUT for row in self.rows(statement, **of)})

    def standing_still(self, day: date) -> list[StandingStill]:
        """The office's clocks suspended or waiting on *day* in an open case in which no third party's term runs."""
        return self.rows(sql.STANDING_STILL, day=day)

    def reached_on(self, day: date, steps: Sequence[int]) -> list[tuple[str, str, str, str, date, int]]:
        """What the sweep of *day* has recorded for one of these steps: case, workflow, clock, ref, last day, step."""
        return [tuple(row) for row in self.rows(sql.REACHED_ON, day=day, series=self.series, steps=steps)]

    def would_reach(
        self, ladder: str, step: int, threshold: date, day: date, where: Where = EVERYWHERE
    ) -> list[ClockRevision]:
        """The clocks for which *step* would be recorded on *day*."""
        inside, units = _of_units(where)
        return self.rows(sql.WOULD_REACH[inside], ladder=ladder, at_step=step, threshold=threshold, on=day, **units)


def _of_units(where: Where) -> tuple[bool | None, dict[str, tuple[str, ...]]]:
    """The condition on the unit that has the case; none if all units share one calendar."""
    return (where.inside, {"units": where.units}) if where.units else (None, {})


def seal_sweep(line: SweepLine, content: str, algorithm: str) -> str:
    """The hash of a sweep: all its columns, the content of its escalations, the previous sweep."""
    done: Any = moment_text(line.done_at) if line.done_at is not None else None
    return seal(
        (
            line.day.isoformat(), moment_text(line.made_at), done, line.steps, line.telling, line.previous, content,
        ),
        algorithm,
    )  # fmt: skip


def seal_unsweep(line: UnsweepLine, algorithm: str) -> str:
    """The hash of an unsweep: all its columns, including the seal of the last sweep before it."""
    return seal(
        (
            "unsweep", line.series, line.from_day.isoformat(), line.through.isoformat(), moment_text(line.at),
            line.by, line.reason, line.previous,
        ),
        algorithm,
    )  # fmt: skip
