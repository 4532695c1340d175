"""Sweeps (巡检), the steps that they record, heartbeats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple, Protocol

from gkflow.application.ports.docket import ClockRevision
from gkflow.domain.workflow import Step


class Where(NamedTuple):
    """The units whose clocks a sweep checks (机关范围): those named, or all but those."""

    units: tuple[str, ...] = ()
    inside: bool = False


EVERYWHERE = Where()


class StandingStill(NamedTuple):
    """A clock suspended or waiting since a day (停住的期限)."""

    case: str
    workflow: str
    clock: str
    status: str
    since: date
    unit: str
    officer: str
    title: str


class ReachedStep(NamedTuple):
    """A recorded step of which people are to be notified now (待告知的督办步骤)."""

    id: int
    case: str
    workflow: str
    clock: str
    ref: str
    last_day: date
    step: int
    kind: str
    colour: str
    day: date
    unit: str
    officer: str
    title: str


class FreshClock(NamedTuple):
    """A revision of a clock that no sweep has checked yet (新算期限)."""

    case: str
    ladder: str
    status: str
    until_day: date
    last_day: date | None
    unit: str


class SweepContent(Protocol):
    """The escalations of a sweep, hashed up to the last one seen (巡检内容)."""

    @property
    def steps(self) -> int:
        """How many escalations."""
        ...

    @property
    def digest(self) -> str:
        """The hash of all their columns."""
        ...


class SweepLine(NamedTuple):
    """One day's sweep (巡检记录)."""

    day: date
    made_at: datetime
    done_at: datetime | None
    steps: int | None
    telling: int | None
    previous: str | None
    hash: str | None
    series: int


class UnsweepLine(NamedTuple):
    """Sweeps taken back (撤销巡检记录)."""

    series: int
    from_day: date
    through: date
    at: datetime
    by: str
    reason: str
    previous: str
    hash: str


class RunningHours(NamedTuple):
    """A run of a clock whose steps are not all on record (在计期限)."""

    case: str
    ref: str
    last_day: date
    holds: bool  # it has not ended since


class Sweeps(Protocol):
    """Sweeps in one transaction (巡检)."""

    def last_sweep(self) -> date | None:
        """The last day with a sweep on record, done or not."""
        ...

    def first_sweep(self) -> date | None:
        """The day on which the office's sweeps began."""
        ...

    def last_done(self) -> SweepLine | None:
        """The last sweep that was done."""
        ...

    def plan_sweeps(self, days: Sequence[date], now: datetime) -> None:
        """Record the days to be swept; a day that already exists is skipped."""
        ...

    def count_fresh(self, day: date) -> int:
        """How many revisions of that day or earlier were computed since the last sweep."""
        ...

    def next_sweep(self) -> date | None:
        """The oldest undone day."""
        ...

    def claim_sweep(self) -> date | None:
        """The oldest undone day, locked for this transaction; another process waits and then finds the next."""
        ...

    def join_sweep(self) -> date | None:
        """The oldest undone day, which cannot be finished before this transaction ends; others may join as well."""
        ...

    def due_cases(
        self, ladder: str, step: Step, after: date | None, threshold: date, day: date, where: Where = EVERYWHERE
    ) -> list[str]:
        """
        The cases with a clock of *ladder* that runs on *day*, whose last day is *threshold* or earlier, and for which
        *step* is not on record. *after* is the threshold of the last sweep: rows up to it were checked then, unless
        recomputed since; None searches all. *where* selects the units.
        """
        ...

    def reach(
        self, cases: Sequence[str], ladder: str, step: Step, threshold: date, day: date, where: Where = EVERYWHERE
    ) -> list[int]:
        """Record *step* for every such clock of some cases; return the numbers of the escalations."""
        ...

    def has_fresh(self, day: date) -> bool:
        """Whether a revision of that day or earlier was computed since the last sweep."""
        ...

    def check_fresh(self, day: date, size: int, free: bool = False) -> list[FreshClock]:
        """
        The revisions computed since the last sweep, of up to *size* cases: they are marked as checked, so that the
        transaction must record what they have reached. *free*: only those that no other process has at hand.
        """
        ...

    def thresholds(self, ladder: str, place: str) -> dict[int, date]:
        """The last threshold of each step of a ladder, for the units of one calendar."""
        ...

    def keep_thresholds(self, ladder: str, place: str, used: dict[int, date]) -> None:
        """Keep the thresholds of this sweep for the next one, replacing the earlier ones."""
        ...

    def last_notifying(self) -> date | None:
        """The day of the last sweep that notified people."""
        ...

    def steps_reached(self, after: date, through: date) -> list[tuple[int, str]]:
        """The escalations recorded in (after, through] of which nobody was notified: number and case."""
        ...

    def not_notified(self, steps: Sequence[int], after: date, through: date) -> list[ReachedStep]:
        """
        Of some escalations those to be notified of: the highest step of each clock among those reached in
        (after, through], if it still holds.
        """
        ...

    def content_so_far(self, day: date) -> SweepContent:
        """What the sweep of *day* has recorded so far; ``finish_sweep`` continues from there."""
        ...

    def finish_sweep(self, day: date, now: datetime, notifying: bool, begun: SweepContent) -> None:
        """
        Seal the day's sweep: its own columns, its escalations, and the seal of the previous sweep. *begun* is its
        content so far.
        """
        ...

    @property
    def series(self) -> int:
        """The series of a new sweep: how many times sweeps have been taken back."""
        ...

    def first_not_due(self, today: date) -> SweepLine | None:
        """The first sweep of a day later than *today*."""
        ...

    def unsweep(self, from_day: date, at: datetime, by: str, reason: str) -> int:
        """
        Take back every sweep from *from_day* on (撤销巡检), on record; return how many escalations that were. Delivery
        drops their waiting messages; their thresholds are deleted, so that every clock is checked again.
        """
        ...

    def acted_on_later_than(self, day: date) -> list[str]:
        """The cases with an entry by gkflow under a later day."""
        ...

    def written_by_people(self, since: datetime) -> bool:
        """Whether anybody but gkflow wrote an entry later than a moment."""
        ...

    def founded(self) -> datetime | None:
        """When the office was set up, i.e. adopted its first calendar edition."""
        ...

    def run_out(self, workflow: str, clock: str, ladder: str, day: date) -> list[tuple[str, str]]:
        """The runs of a clock whose last day was before *day* and that still run on it: case, ref."""
        ...

    def standing_still(self, day: date) -> list[StandingStill]:
        """The office's clocks suspended or waiting on *day* in an open case in which no third party's term runs."""
        ...

    def reached_on(self, day: date, steps: Sequence[int]) -> list[tuple[str, str, str, str, date, int]]:
        """What the sweep of *day* has recorded for one of these steps: case, workflow, clock, ref, last day, step."""
        ...

    def would_reach(
        self, ladder: str, step: int, threshold: date, day: date, where: Where = EVERYWHERE
    ) -> list[ClockRevision]:
        """The clocks for which *step* would be recorded on *day*."""
        ...


class HourLimits(Protocol):
    """Limits of hours in one transaction (按小时计算的期限)."""

    def running_hours(self, ladder: str, workflow: str, clock: str, day: date, steps: int) -> list[RunningHours]:
        """The runs of a clock on *day* whose last day has come and that have fewer than *steps* steps on record."""
        ...

    def record_step(
        self, workflow: str, clock: str, run: RunningHours, step: Step, day: date, sealed_with: date | None
    ) -> ReachedStep | None:
        """Record that *step* was reached on *day*; None if it is on record. *sealed_with*: None means its own day."""
        ...


class SweepChain(Protocol):
    """The verification of the sweeps in one transaction (核验巡检)."""

    def check_sweeps(self) -> tuple[int, list[tuple[str, str]]]:
        """Verify the chain of sweeps: how many are done, and where it is broken (day, code)."""
        ...


class ChainHead(NamedTuple):
    """The last link of a chain and its hash (链头): for sweeps by day, for seals by number."""

    chain: Literal["sweep", "seal"]
    link: str
    hash: str


class ChainHeads(Protocol):
    """Chain heads in one transaction (链头), kept outside of the chains so that a cut link is detected."""

    def of(self, chain: str) -> ChainHead | None:
        """The head of a chain; None if nothing was chained yet."""
        ...


class Heartbeats(Protocol):
    """Heartbeats in one transaction (运行心跳)."""

    def last(self, name: str) -> datetime | None:
        """When the last heartbeat of that name was recorded."""
        ...

    def record(self, name: str, now: datetime, words: str = "") -> None:
        """Record a heartbeat; *words* are for people to read."""
        ...
