"""Days of the calendar for the command line (日历各日): the requested period, its calendar, and its rows."""

from __future__ import annotations

import os
import re
import sys
from calendar import monthrange
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

import gkflow
from gkflow.application.checks import far_days
from gkflow.application.facts import read_facts
from gkflow.bootstrap import home_folder, known_edition
from gkflow.cli import options
from gkflow.cli.columns import Column
from gkflow.cli.opening import calendar_fault_words
from gkflow.domain.calendar import DayNote
from gkflow.domain.errors import FilesAtFault, GkflowError, Unfit
from gkflow.domain.machine import action_of
from gkflow.domain.objections.days import DayFarUnsure
from gkflow.domain.sentences import said, said_as
from gkflow.files.home import FILE_NAME
from gkflow.words.language import say, say_as
from gkflow.words.vocabulary import FIRMNESS, word

if TYPE_CHECKING:
    from gkflow.domain.calendar import WorkCalendar
    from gkflow.domain.edition import CalendarEdition
    from gkflow.domain.workflow import Workflow
    from gkflow.office import Office

_YEAR = re.compile(r"(\d{4})\s*年?$")
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?$")


def span(text: str) -> tuple[date, date]:
    """
    The requested days (期间), from the first to the last: a year, a month, a day, or two of them with ".." between; by
    default the present month.
    """
    if not text.strip():
        return month_of(today())
    began, dots, ended = text.partition("..")
    if not dots:
        return _of(text)
    first, last = _of(began)[0], _of(ended)[1]
    if last < first:
        raise typer.BadParameter(say("{text}: it ends before it begins", text=text))
    return first, last


def today() -> date:
    """Today's legal day."""
    return options.today()


def _of(text: str) -> tuple[date, date]:
    if found := _YEAR.match(text.strip()):
        year, first, last = int(found[1]), 1, 12
    elif found := _MONTH.match(text.strip()):
        year, first, last = int(found[1]), int(found[2]), int(found[2])
    else:
        day = options.day(text)
        if day is None:
            raise typer.BadParameter(say('write a day on both sides of ".."'))
        return day, day
    if not (1 <= first <= 12 and year >= 1):
        raise typer.BadParameter(say("{text} is no month", text=text))
    return date(year, first, 1), month_of(date(year, last, 1))[1]


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of its month."""
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


@contextmanager
def adopted() -> Iterator[tuple[CalendarEdition, Office | None]]:
    """The edition that the office has adopted, and the office; without an office, what the files know."""
    office = office_if_any()
    if office is None:
        yield known_edition(), None
        return
    with office:
        yield office.calendars.present.edition, office


class Here(NamedTuple):
    """The calendar of an answer (适用的日历): the edition, the place, its calendar, whether newer days wait."""

    edition: CalendarEdition
    region: str
    calendar: WorkCalendar
    waiting: bool

    def waits(self) -> Iterator[str]:
        """The message if newer days off are known but not adopted."""
        if self.waiting:
            yield say("newer days off are known and not adopted yet (gkflow calendar adopt --apply)")


def here(region: str, known_on: date | None) -> Here:
    """
    The office's calendar, in a *region* or that of its own unit, so that every command gives the same answer for a day;
    without an office, what the files know.
    """
    with adopted() as (edition, office):
        own = office.settings.units[office.settings.unit] if office is not None and not region else None
        place, unit = (own.region, own.code) if own is not None else (region, "")
        waiting = office is not None and days_wait(office)
        return Here(edition, place, edition.calendar(place, unit, known_on), waiting)


def days_wait(office: Office) -> bool:
    """Whether newer days off are known and not adopted; a fault of their files leaves the adopted ones in use."""
    try:
        return bool(office.calendars.waiting())
    except FilesAtFault as error:
        if office.rule_editions.files().fault is None:  # else it was told when the office was opened
            print(f"gkflow: {calendar_fault_words(error.faults[0])}", file=sys.stderr)
        return False


def office_if_any() -> Office | None:
    """The office, if one has been set up."""
    if not (home_folder() / FILE_NAME).is_file() and not os.environ.get("GKFLOW_DATABASE_URL"):
        return None
    try:
        return gkflow.open()
    except Unfit as error:
        if error.code in ("no_office", "database_missing"):
            return None
        raise


def read_as(
    region: str, known_on: date | None, edition: CalendarEdition | None = None, years: tuple[int, int] | None = None
) -> list[tuple[str, str]]:
    """
    The sources of an answer besides the national notices, as pairs for people (口径); usually none.

    For a region, the local notices known for the years from the first to the last of *years*, and the yearly festivals
    without a notice there.
    """
    pairs = []
    if region:
        pairs.append((say("region"), region))
    if region and edition is not None and years is not None:
        pairs.append((say("local"), say("; ").join(_local_words(region, known_on, edition, *years))))
    if known_on is not None:
        words = say("those published through {known_on} only", known_on=known_on)
        pairs.append((say("notices"), words))
    return pairs


def _local_words(region: str, known_on: date | None, edition: CalendarEdition, first: int, last: int) -> Iterator[str]:
    span_words = f"{first}" if first == last else f"{first}-{last}"
    named = [
        each
        for each in edition.local(region, known_on=known_on)
        if any(first <= day.year <= last for day in each.works)
    ]
    for each in named:
        yield each.title + (say(" ({number})", number=each.number) if each.number else "")
    if not named:
        yield say("no local notice of {span_words} is known: the days are those of the country", span_words=span_words)
    unknown = edition.calendar(region, known_on=known_on).unknown_here(first, last)
    for year, festivals in unknown.items():
        names = "、".join(festivals)
        yield say("{names}: the days off of {year} are not known here", names=names, year=year)


def day_row(known: WorkCalendar, day: date) -> dict[str, Any]:
    """One day as a row: the keys that scripts rely on."""
    note = known.behind(day) or DayNote("")
    return {
        "day": day, "weekday": day.isoweekday(), "working": known.is_working_day(day), "name": note.name or None,
        "source": note.source or None, "firmness": known.firmness(day), "title": note.title or None,
        "url": note.url or None, "published": note.published, "scope": note.scope or None,
        "binds": note.binds or None,
    }  # fmt: skip


def firmness_words(each: object) -> str:
    """The firmness as text."""
    return word(FIRMNESS, each)


def day_columns() -> list[Column]:
    """The columns of the days in a spreadsheet."""
    return [
        Column("day", said("day")),
        Column("weekday", said("weekday"), words=weekday_word),
        Column("working", said("working")),
        Column("name", said("holiday")),
        Column("source", said("source")),
        Column("firmness", said("firmness"), words=firmness_words),
        Column("published", said("published")),
        Column("scope", said("scope"), words=scope_words),
        Column("title", said_as("days.title", "title")),
        Column("url", said_as("days.url", "address")),
    ]


def scope_words(scope: str) -> str:
    """The scope of a notice as text."""
    return say("the country") if scope == "CN" else scope


def weekday_word(number: int) -> Any:
    """一 to 日 in Chinese, 1 to 7 elsewhere."""
    word = say_as("weekday", "1 2 3 4 5 6 7").split()[number - 1]
    return int(word) if word.isdigit() else word


def confirm_days(workflow: Workflow, action: str, on: date | None, facts: Mapping[str, Any], yes: bool) -> None:
    """Ask for confirmation of a day far from today; raises Refused ("day_far_unsure") without ``--yes``."""
    if action not in workflow.actions or (on is not None and on > today()):
        return  # reported when it is entered, like a wrong fact
    try:
        read = read_facts(workflow, action_of(workflow, action), facts)
    except GkflowError:
        return
    far = far_days(workflow, on, read, today())
    if far and not yes:
        raise DayFarUnsure(day=next(iter(far.values())), today=today())
