"""The words for the values of the data (词汇): statuses, verdicts, units, roles, in Chinese and in English."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from gkflow.domain.sentences import Sentence, said, said_as
from gkflow.words.language import ENGLISH, say, spoken, translated

Words = Mapping[str, Sentence]


def _frozen(words: dict[str, Sentence]) -> Words:
    return MappingProxyType(words)


LIST_STATUSES = _frozen(
    {
        "running": said("running"),
        "due_soon": said("due soon"),
        "due_today": said("due today"),
        "overdue": said("overdue"),
        "suspended": said_as("statuses.suspended", "suspended"),
        "waiting": said("waiting"),
        "unclocked": said("no clock"),
        "done": said_as("statuses.done", "done"),
        "misfiled": said("misfiled"),
    }
)
CLOCK_STATUSES = _frozen(
    {
        "running": said_as("clock_statuses.running", "running"),
        "suspended": said("suspended"),
        "waiting": said_as("clock_statuses.waiting", "waiting"),
        "stopped": said_as("clock_statuses.stopped", "stopped"),
        "no_limit": said("no limit then"),
    }
)
VERDICTS = _frozen(
    {
        "running": said_as("verdicts.running", "running"),
        "suspended": said("suspended"),
        "on_time": said("on time"),
        "late": said_as("verdicts.late", "late"),
        "late_unless_extended": said_as("verdicts.late_unless_extended", "late unless extended"),
        "overdue": said("overdue"),
    }
)
KEPT = _frozen(
    {
        "never": said("no case of this workflow ever leaves the office"),
        "state": said("its state does not lie open"),
        "unpublished": said("no publication on its record is in force"),
        "attribute": said("its attribute has not been decided as 主动公开"),
        "condition": said("its record forbids it or lacks what it needs"),
        "run_out": said("its period of publicity has run out"),
    }
)
UNCLOCKED = _frozen(
    {
        "not_started": said("nothing has begun it"),
        "no_limit": said("no limit was in force on that day: check the day"),
    }
)
LIGHTS = _frozen(
    {
        "green": said("green"),
        "blue": said("blue"),
        "yellow": said("yellow"),
        "orange": said("orange"),
        "red": said("red"),
    }
)
KNOWN = _frozen(
    {
        "found": said("the text was read"),
        "secondary": said("from a secondary source"),
        "memory": said("not verified"),
        "inference": said("inferred"),
        "proposal": said("house rule"),
    }
)
UNITS = _frozen(
    {
        "working_day": said("working day"),
        "day": said_as("units.day", "day"),
        "month": said_as("units.month", "month"),
        "year": said("year"),
        "hour": said("hour"),
        "fixed_date": said("fixed date"),
    }
)
BINDS = _frozen({"office": said("the office"), "applicant": said("the applicant"), "other": said("others")})
ROLES = _frozen(
    {
        "clerk": said("clerk"),
        "officer": said("officer"),
        "section_head": said("section head"),
        "disclosure_head": said("disclosure head"),
        "director": said("director"),
        "supervising_office": said("supervising office"),
    }
)
VERBS = _frozen(
    {
        "start": said_as("verbs.start", "starts"),
        "restart": said("starts anew"),
        "wait": said_as("verbs.wait", "waits"),
        "suspend": said("stands still"),
        "resume": said("goes on"),
        "extend": said("is extended"),
        "bar": said("bars until its end"),
        "stop": said("stops"),
        "void": said("had no effect then"),
    }
)
REST_DAY_RECEIPT = _frozen(
    {
        "counted_from_receipt": said("receipt on a day off: that day is day 0"),
        "moved_to_working_day": said("receipt on a day off: the next working day is day 0"),
    }
)
ROLLS = _frozen(
    {
        "none": said("no roll when the last day is a day off"),
        "next_working_day": said("rolls to the next working day"),
        "previous_working_day": said("goes back to the working day before a day off"),
    }
)
LEAVES_OUT = _frozen(
    {
        "after_began_through_ended": said(
            "a suspension leaves out the days after it began, through the day it ended; overlaps count once"
        ),
        "from_began_through_ended": said(
            "a suspension leaves out the days from the one it began, through the day it ended; overlaps count once"
        ),
        "from_began_before_ended": said(
            "a suspension leaves out the days from the one it began, until before it ended; overlaps count once"
        ),
        "after_began_before_ended": said(
            "a suspension leaves out the days between the one it began and the one it ended; overlaps count once"
        ),
    }
)
MONTH_ENDS = _frozen(
    {
        "last_day": said("no corresponding day: the last day of the month"),
        "next_day": said("no corresponding day: the first of the next month"),
    }
)
FIRMNESS = _frozen(
    {
        "final": said("final"),
        "announced": said("announced; next year's notice may change it"),
        "predicted": said("predicted: no notice yet"),
    }
)


def word(words: Words, value: object) -> str:
    """The word for a value; one that is not in the list reads as it is."""
    found = words.get(str(value))
    return translated(found) if found is not None else str(value)


_WEEKDAYS = (
    said("Mon"), said("Tue"), said("Wed"), said("Thu"), said("Fri"), said("Sat"), said("Sun"),
)  # fmt: skip


def weekday(day: date) -> str:
    """The day of the week."""
    return translated(_WEEKDAYS[day.weekday()])


def day_words(day: date) -> str:
    """A day with its day of the week: 2022-10-08（星期六）."""
    return say("{day} ({weekday})", day=day.isoformat(), weekday=weekday(day))


def amount(length: int | None, unit: str) -> str:
    """A length of time in words: 20个工作日."""
    if length is None:
        return say("set case by case")
    if spoken() is ENGLISH:
        return f"{length} {word(UNITS, unit)}{'' if length == 1 else 's'}"
    if unit == "day" and length == 0:
        return say("the same day")
    return f"{length}{word(UNITS, unit)}"


def days_left(left: int | None) -> str:
    """Signed working days in words: 还剩 3 个工作日, 逾期 2 个工作日."""
    if left is None:
        return ""
    if left < 0:
        return (
            say("{count} working day past", count=1)
            if left == -1
            else say("{count} working {count:day|days} past", count=-left)
        )
    if left == 0:
        return say("the last day")
    return (
        say("{count} working day left", count=1)
        if left == 1
        else say("{count} working {count:day|days} left", count=left)
    )
