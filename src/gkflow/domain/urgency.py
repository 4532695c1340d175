"""
The urgency of a case (紧迫程度): the list that it is in, the clock shown for it, and its light.

Verdicts are in ``verdicts``; this is the other half of what a list shows about a clock.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple, Protocol

from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.counting import signed_working_days
from gkflow.domain.deadline import Status, Verdict
from gkflow.domain.verdicts import verdict_of_running
from gkflow.domain.workflow import ClockKind

# The most working days left at which a colour is shown, the most urgent first. No law sets colours.
Lights = tuple[tuple[int, str], ...]
LIGHTS: Lights = ((2, "orange"), (5, "yellow"))


class ListStatus(StrEnum):
    """The list of a case (办理情形); every open case is in exactly one, a closed one is done or misfiled."""

    RUNNING = "running"
    DUE_SOON = "due_soon"
    DUE_TODAY = "due_today"
    OVERDUE = "overdue"
    SUSPENDED = "suspended"
    WAITING = "waiting"
    UNCLOCKED = "unclocked"  # nothing has been answered and no clock of the office runs: never "done"
    DONE = "done"
    MISFILED = "misfiled"  # received by mistake: there was no case, and nothing was done (误收)


_LIT = frozenset((ListStatus.RUNNING, ListStatus.DUE_SOON, ListStatus.DUE_TODAY, ListStatus.OVERDUE))
_RANKS = {Status.RUNNING: 0, Status.SUSPENDED: 1, Status.WAITING: 1, Status.STOPPED: 2}


class ClockOfList(Protocol):
    """What a list knows about a clock (台账中的计时): a row of the cache."""

    @property
    def status(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def last_day(self) -> date | None: ...
    @property
    def days_left(self) -> int | None: ...


class ClockState(NamedTuple):
    """The state of a clock on a day (计时情形): its list, its verdict and the signed working days left."""

    status: ListStatus
    verdict: Verdict
    days_left: int | None


def soon(lights: Lights) -> int:
    """The working days before its last day from which a case is due soon (即将届满): as soon as it shows a light."""
    return lights[-1][0]


def stand(
    calendar: WorkCalendar, clock: ClockOfList, day: date, lights: Lights = LIGHTS, *, hours_over: bool = False
) -> ClockState:
    """The state of a clock on *day* (计时情形); *hours_over*: it runs in hours, which are over by now."""
    if clock.status == Status.STOPPED:
        return ClockState(ListStatus.DONE, Verdict(clock.verdict), clock.days_left)
    if clock.status == Status.WAITING:
        return ClockState(ListStatus.WAITING, Verdict.SUSPENDED, None)
    if clock.status == Status.SUSPENDED:
        return ClockState(ListStatus.SUSPENDED, Verdict.SUSPENDED, None)
    last = clock.last_day
    if last is None:
        return ClockState(ListStatus.UNCLOCKED, Verdict.RUNNING, None)
    verdict = verdict_of_running(ClockKind(clock.kind), last, day, hours_over=hours_over)
    left = signed_working_days(day, last, calendar)
    if day > last or hours_over:
        return ClockState(ListStatus.OVERDUE, verdict, left)
    if day == last:
        return ClockState(ListStatus.DUE_TODAY, verdict, left)
    return ClockState(ListStatus.DUE_SOON if left <= soon(lights) else ListStatus.RUNNING, verdict, left)


def light(lights: Lights, status: ListStatus, left: int | None) -> str | None:
    """The light of a duty of the office (红黄绿灯): green, yellow, orange, red; none where nothing runs."""
    if status not in _LIT or left is None:
        return None
    if status is ListStatus.OVERDUE:
        return "red"
    return next((colour for most, colour in lights if left <= most), "green")


def urgency(status: str, last_day: date | None, stopped: date | None) -> tuple[int, int]:
    """
    The clock that is shown for a case (最紧迫的计时): the minimum. A running one comes first, by earliest last day;
    then a suspended or waiting one; then the one that stopped last.
    """
    rank = _RANKS.get(Status(status), 3)
    if rank < 2:
        return rank, (last_day or date.max).toordinal()
    return rank, -(stopped or date.min).toordinal()
