"""Days and the clock of the machine (日期与时钟)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from gkflow.domain.errors import Refused
from gkflow.domain.sentences import said


class BadDay(Refused):
    code = "bad_day"
    sentence = said('"{value}" is no day; write it as 2026-11-22, 2026/11/22 or 2026年11月22日')
    in_terminal = said(
        '"{value}" is no day; write it as 2026-11-22, 2026/11/22 or 2026年11月22日 (a command also reads '
        "yesterday, 昨天 and 11月22日)"
    )

    value: object


class BadMoment(Refused):
    code = "bad_moment"
    sentence = said('"{value}" is no day or moment; write 2026-11-22 or 2026-11-22T09:00+08:00')

    value: str


class BadNow(Refused):
    code = "bad_now"
    sentence = said(
        "{variable}={value}: write a day (2026-11-22), a moment (2026-11-22T09:00) or days from now (+400d)"
    )

    variable: str
    value: str


class MadeUpClock(Refused):
    code = "made_up_clock"
    sentence = said("{variable}={value} is for demonstrations; the daemon runs by the machine's clock: unset it")

    variable: str
    value: str


class BeforeFirst(Refused):
    code = "before_first"
    sentence = said("case {case}: {day} lies before its first entry of {first}")

    case: str
    day: date
    first: date


class DayFar(Refused):
    code = "day_far"
    sentence = said("{day} lies far from today ({today}): is the year right?")

    case: str
    day: date
    today: date
    labels: Sequence[str]


class DayFarUnsure(Refused):
    code = "day_far_unsure"
    sentence = said("{day} lies far from today ({today}): is the year right?")
    in_terminal = said("{day} lies far from today ({today}): is the year right? If it is, add --yes")

    day: date
    today: date


class DayToCome(Refused):
    code = "day_to_come"
    sentence = said("{day} is still to come (today is {today}): an entry records what happened")

    day: date
    today: date
    case: str = ""


class YearTooEarly(Refused):
    code = "year_too_early"
    sentence = said("{day}: no procedure is older than {first}; check the year")

    day: date
    first: int


class LaterThanNow(Refused):
    code = "later_than_now"
    sentence = said("{moment} lies in the future")
    in_terminal = said("{moment} lies in the future; use --simulate, which writes nothing")

    moment: date


class OutOfRange(Refused):
    code = "out_of_range"
    sentence = said("a day or a number that was given is too small or too large to reckon with")


class ClockAhead(Refused):
    code = "clock_ahead"
    sentence = said(
        "the machine's clock says {now}, the last thing written was {last}: set the clock right, or confirm "
        "it when nothing ran in between"
    )
    in_terminal = said(
        "the machine's clock says {now}, the last thing written was {last}: set the clock right, or confirm "
        "with gkflow sweep when nothing ran in between"
    )

    now: str
    last: str
    at: datetime | None = None


class NothingToUnsweep(Refused):
    code = "nothing_to_unsweep"
    sentence = said("no day later than today ({today}) has been swept: nothing to take back")

    today: date
