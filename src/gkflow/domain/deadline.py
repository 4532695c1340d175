"""The deadline (届满日): clock × limit × calendar → the last day, the verdict, and what should not be so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from gkflow.domain.case import Finding
from gkflow.domain.clock import Clock
from gkflow.domain.counting import (
    Span,
    union,
)
from gkflow.domain.law import LimitValue


class Status(StrEnum):
    """How a clock stands (计时状态)."""

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
    One suspension (中止): the days in (began, ended] are left out; open while ``ended`` is None.

    ``lapses`` is the day on which the law will end an open one without an answer, where it does.
    """

    began: date
    ended: date | None
    ref: str
    action: str
    lapsed: bool = False
    lapses: date | None = None


@dataclass(slots=True)
class Deadline:
    """
    What follows from a clock on a day (届满日).

    ``last_day`` is the last day on which the act is in time, the extended one where there is an extension; None
    while the clock waits or stands still. ``base`` is the last day without extension, ``longest`` the one with
    the longest lawful extension (reckoned where an act came late). ``remaining`` are the working days still to run
    once a suspended or waiting clock goes on. ``days_left`` are signed working days. ``risk`` is the original last
    day where a late notice restarted the clock. Not changed after it is made.
    """

    clock: Clock
    as_of: date
    limit: str
    value: LimitValue | None
    since: date
    status: Status
    verdict: Verdict
    last_day: date | None = None
    base: date | None = None
    longest: date | None = None
    extension: int = 0
    remaining: int | None = None
    days_left: int | None = None
    stopped: date | None = None
    waiting_since: date | None = None
    provisional: bool = False
    earliest: date | None = None
    latest: date | None = None
    risk: date | None = None
    last_moment: datetime | None = None
    calendar: str = ""  # the edition that it was reckoned with
    named: bool = False  # the last day is fixed or named by an entry, not counted
    suspensions: tuple[Suspension, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def name(self) -> str:
        """The name of the clock."""
        return self.clock.rule.name

    @property
    def spans(self) -> list[Span]:
        """The days left out so far, as a union."""
        return union((s.began, s.ended) for s in self.suspensions if s.ended is not None)
