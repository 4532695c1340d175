"""
The deadline (届满日): the result of a clock on a day; its last day, its verdict, and its findings.

A deadline is one of five classes, distinguished by ``status``: ``Running``, ``Suspended``, ``Waiting``, ``Stopped`` or
``NoLimit``. Each has only its own fields; the other columns of a list are None, so that a list can read every column
of every deadline.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

from gkflow.domain.as_dict import AsDict
from gkflow.domain.case import Finding
from gkflow.domain.clock import Clock
from gkflow.domain.law import LimitValue


class Status(StrEnum):
    """The state of a clock (计时状态)."""

    RUNNING = "running"
    SUSPENDED = "suspended"
    WAITING = "waiting"
    STOPPED = "stopped"
    NO_LIMIT = "no_limit"  # no value was in force on the day it started: the duty did not exist


class Verdict(StrEnum):
    """On time or late (时限认定), as CONTRACT defines it; verdicts compare days, not counts."""

    RUNNING = "running"
    SUSPENDED = "suspended"
    ON_TIME = "on_time"
    LATE = "late"
    LATE_UNLESS_EXTENDED = "late_unless_extended"
    OVERDUE = "overdue"


class Suspension(NamedTuple):
    """
    One suspension (中止): the days in (began, ended] are excluded; open while ``ended`` is None.

    ``lapses`` is the day on which the law will end an open one without an answer, if it does.
    """

    began: date
    ended: date | None
    ref: str
    action: str
    lapsed: bool = False
    lapses: date | None = None


class Basis(NamedTuple):
    """
    What a last day depends on (推算依据): the clock, its limit, day 0 and everything that moved the end.

    ``risk`` is the original last day if a late notice restarted the clock; ``named``: the last day is fixed or named by
    an entry, not counted; ``last_moment``: the end of a limit in hours; ``calendar``: the edition used.
    """

    clock: Clock
    as_of: date
    limit: str
    value: LimitValue
    since: date
    calendar: str
    extension: int
    risk: date | None
    named: bool
    last_moment: datetime | None
    suspensions: tuple[Suspension, ...]
    findings: tuple[Finding, ...]


# What every deadline shows of itself, whatever its status: a page reads the same keys of each.
_SHOWN = (
    "name", "status", "verdict", "as_of", "limit", "value", "since", "last_day", "base", "days_left", "provisional",
    "earliest", "latest", "remaining", "stopped", "waiting_since", "extension", "risk", "named", "last_moment",
    "calendar", "clock", "suspensions", "findings",
)  # fmt: skip


class _Limited(AsDict):
    """The common part of every deadline whose limit was in force (有期限的计时)."""

    __slots__ = ()

    in_dict: ClassVar[tuple[str, ...]] = _SHOWN

    if TYPE_CHECKING:

        @property
        def basis(self) -> Basis:
            """What it depends on; a field of each class."""

    @property
    def clock(self) -> Clock:
        """The facts of the run."""
        return self.basis.clock

    @property
    def name(self) -> str:
        """The name of the clock."""
        return self.basis.clock.rule.name

    @property
    def as_of(self) -> date:
        """The day of this state."""
        return self.basis.as_of

    @property
    def limit(self) -> str:
        """The name of the limit."""
        return self.basis.limit

    @property
    def value(self) -> LimitValue:
        """The limit in force on the day on which the clock first started."""
        return self.basis.value

    @property
    def since(self) -> date:
        """The day from which it is counted: day 0, unless the limit moves that to a working day."""
        return self.basis.since

    @property
    def calendar(self) -> str:
        """The edition of the calendar used."""
        return self.basis.calendar

    @property
    def extension(self) -> int:
        """By how much it was extended, in the unit of the limit."""
        return self.basis.extension

    @property
    def risk(self) -> date | None:
        """The original last day, if a late notice restarted the clock."""
        return self.basis.risk

    @property
    def named(self) -> bool:
        """Whether the last day is fixed or named by an entry, not counted."""
        return self.basis.named

    @property
    def last_moment(self) -> datetime | None:
        """The end of a limit in hours."""
        return self.basis.last_moment

    @property
    def suspensions(self) -> tuple[Suspension, ...]:
        """The suspensions so far."""
        return self.basis.suspensions

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings about this run."""
        return self.basis.findings


class _Running(NamedTuple):
    basis: Basis
    last_day: date
    base: date | None
    days_left: int
    provisional: bool
    earliest: date
    latest: date
    verdict: Verdict  # running or overdue


class Running(_Running, _Limited):
    """
    A clock that runs (计时中).

    ``last_day`` is the last day on which the act is in time, ``base`` the one without extension; ``days_left`` are
    signed working days; ``earliest`` and ``latest`` are the range while it is provisional.
    """

    __slots__ = ()

    status: ClassVar[Literal[Status.RUNNING]] = Status.RUNNING
    remaining: ClassVar[None] = None
    stopped: ClassVar[None] = None
    waiting_since: ClassVar[None] = None


class _Suspended(NamedTuple):
    basis: Basis
    base: date | None
    remaining: int | None
    earliest: date | None


class Suspended(_Suspended, _Limited):
    """
    A suspended clock (中止): it has no last day until the suspension ends.

    ``remaining`` are the working days left then, ``earliest`` the last day if it ended on this day.
    """

    __slots__ = ()

    status: ClassVar[Literal[Status.SUSPENDED]] = Status.SUSPENDED
    verdict: ClassVar[Verdict] = Verdict.SUSPENDED
    last_day: ClassVar[None] = None
    days_left: ClassVar[None] = None
    provisional: ClassVar[bool] = False
    latest: ClassVar[None] = None
    stopped: ClassVar[None] = None
    waiting_since: ClassVar[None] = None


class _Waiting(NamedTuple):
    basis: Basis
    waiting_since: date
    remaining: int | None
    earliest: date | None


class Waiting(_Waiting, _Limited):
    """
    A clock that waits (等待) for a correction or a payment since a day, and then restarts.

    ``remaining`` is its whole length, ``earliest`` the last day if it restarted on this day.
    """

    __slots__ = ()

    status: ClassVar[Literal[Status.WAITING]] = Status.WAITING
    verdict: ClassVar[Verdict] = Verdict.SUSPENDED
    last_day: ClassVar[None] = None
    base: ClassVar[None] = None
    days_left: ClassVar[None] = None
    provisional: ClassVar[bool] = False
    latest: ClassVar[None] = None
    stopped: ClassVar[None] = None


class _Stopped(NamedTuple):
    basis: Basis
    stopped: date
    verdict: Verdict
    last_day: date | None
    base: date | None
    days_left: int | None
    provisional: bool
    earliest: date | None
    latest: date | None
    remaining: int | None
    waiting_since: date | None


class Stopped(_Stopped, _Limited):
    """
    A stopped clock (已止), since the day ``stopped``; the other values are those of that day.

    A clock that stopped while suspended or waiting has no last day.
    """

    __slots__ = ()

    status: ClassVar[Literal[Status.STOPPED]] = Status.STOPPED


class _NoLimit(NamedTuple):
    clock: Clock
    as_of: date
    limit: str
    since: date
    calendar: str
    findings: tuple[Finding, ...]


class NoLimit(_NoLimit, AsDict):
    """A clock whose limit had no value in force on the day on which it started (当时无此期限): there was no duty."""

    __slots__ = ()

    in_dict: ClassVar[tuple[str, ...]] = _SHOWN
    status: ClassVar[Literal[Status.NO_LIMIT]] = Status.NO_LIMIT
    verdict: ClassVar[Verdict] = Verdict.RUNNING
    value: ClassVar[None] = None
    last_day: ClassVar[None] = None
    base: ClassVar[None] = None
    days_left: ClassVar[None] = None
    provisional: ClassVar[bool] = False
    earliest: ClassVar[None] = None
    latest: ClassVar[None] = None
    remaining: ClassVar[None] = None
    stopped: ClassVar[None] = None
    waiting_since: ClassVar[None] = None
    extension: ClassVar[int] = 0
    risk: ClassVar[None] = None
    named: ClassVar[bool] = False
    last_moment: ClassVar[None] = None
    suspensions: ClassVar[tuple[Suspension, ...]] = ()

    @property
    def name(self) -> str:
        """The name of the clock."""
        return self.clock.rule.name


Deadline = Running | Suspended | Waiting | Stopped | NoLimit
