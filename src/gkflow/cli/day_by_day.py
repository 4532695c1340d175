"""The calculation of a deadline as text (推算过程): a line for each day, counted or excluded, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from gkflow.cli.help import padded, width
from gkflow.words.language import say, say_as
from gkflow.words.vocabulary import weekday

if TYPE_CHECKING:
    from gkflow.domain.day_by_day import WorkingLine


def working_lines(working: Sequence[WorkingLine], held: Callable[[str, date], str] | None = None) -> Iterator[str]:
    """
    One line for each day: date, weekday, 第n日 or 不计入, and why with its source.

    *held* gives the purpose of a suspension as text, from its ref and a day inside it.
    """
    names = [_counted(line, line is working[-1]) for line in working]
    column = max(map(width, names), default=0)
    for place, (line, name) in enumerate(zip(working, names, strict=True)):
        words = why_words(line, held)
        if line.why == "rolled" and line is working[-1]:
            words = _rolled_to(line)
        elif line.why == "counted" and line is working[-1] and line.day.weekday() > 4 and line.name:
            # A period of days, months or years that ends on a Saturday or Sunday, and does not roll: it is a working
            # day.
            words = _made_up(line) + _predicted(line)
        elif line.why == "counted" and place + 1 < len(working) and working[place + 1].why == "rolled":
            words = f"{_day_off(line)}{_source(line)}{_predicted(line)}"
        yield f"{line.day}  {weekday(line.day)}  {padded(name, column)}  {words}".rstrip()


def _counted(line: WorkingLine, last: bool) -> str:
    if line.why == "rolled" and last:
        return say_as("day_by_day", "last day")
    if line.counted is not None:
        return say("day {counted}", counted=line.counted)
    if line.why in ("day_zero", "day_zero_moved"):
        return say("day 0") if line.why == "day_zero" else say_as("day_by_day", "received")
    return say_as("day_by_day", "last day") if line.why == "fixed" else say("left out")


def why_words(line: WorkingLine, held: Callable[[str, date], str] | None = None) -> str:
    """Why a day is counted or excluded."""
    why = str(line.why)
    words = ""
    if why == "day_zero":
        words = say("not counted (Civil Code Art. 201)")
    elif why == "day_zero_moved":
        words = say("a day off: day 0 is the next working day")
        words += _source(line)
    elif why == "makeup":
        words = say("make-up working day") + (say(" ({name})", name=line.name) if line.name else "")
    elif why == "weekend":
        words = say("weekend")
    elif why == "holiday":
        words = line.name or say("day off")
    elif why == "suspended":
        words = held(line.ref, line.day) if held is not None else say("suspended")
        if line.day.weekday() > 4 and line.name:
            words += say(" (make-up working day)") + _source(line)
    elif why == "rolled":
        words = _day_off(line) + say(": the last day rolls on (Civil Code Art. 203)") + _source(line)
    if why in ("holiday", "makeup"):
        words += _source(line)
    return (words + _predicted(line)).strip()


def _rolled_to(line: WorkingLine) -> str:
    """The day on which a period ends that could not end on a day off; a Saturday or Sunday is one worked (调休)."""
    words = say("the last day rolls to here (Civil Code Art. 203)")
    if line.day.weekday() > 4 and line.name:
        words += say(", ") + _made_up(line)
    return words + _predicted(line)


def _made_up(line: WorkingLine) -> str:
    return say("make-up working day ({name})", name=line.name) + _source(line)


def _day_off(line: WorkingLine) -> str:
    return line.name or (say("weekend") if line.day.weekday() > 4 else say("a day off"))


def _source(line: WorkingLine) -> str:
    """The notice, or the article, that makes the day a day off or a working day."""
    return f"  {line.source}" if line.source else ""


def _predicted(line: WorkingLine) -> str:
    if line.firmness != "predicted" or line.why in ("day_zero", "day_zero_moved"):
        return ""
    return say("  predicted")


def why_code(line: WorkingLine) -> str:
    """
    Why a day is counted or excluded, for scripts: a code, then after a colon the holiday or the consultation, then
    whether the day is only predicted.
    """
    detail = line.ref if line.why == "suspended" else line.name if line.why in ("holiday", "makeup") else ""
    return f"{line.why}{f': {detail}' if detail else ''}{' (predicted)' if _predicted(line) else ''}"


def counted_words(provisional: bool, earliest: date | None, latest: date | None) -> str:
    """The note after a last day that a future notice may still move; empty for a firm one."""
    if not provisional:
        return ""
    return say(
        "  provisional: some days off are not known yet; it will lie between {earliest} and {latest}",
        earliest=earliest,
        latest=latest,
    )
