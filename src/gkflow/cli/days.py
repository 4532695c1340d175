"""Days of the calendar for the command line (日历各日): which are asked for, by which calendar, and as rows."""

from __future__ import annotations

import os
import re
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
from gkflow.domain.calendar import DayNote
from gkflow.domain.errors import GkflowError, Unfit
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
    The days asked for (期间), from the first to the last: a year, a month, a day, or two of them with ".." between;
    without any the month in which we are.
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
    """The legal day of now."""
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
    """The edition that the office has adopted, and the office; what the files know where there is none."""
    office = office_if_any()
    if office is None:
        yield known_edition(), None
        return
    with office:
        yield office.calendars.present.edition, office


class Here(NamedTuple):
    """By which days an answer is given (适用的日历): the edition, the place, its calendar, whether news wait."""

    edition: CalendarEdition
    region: str
    calendar: WorkCalendar
    waiting: bool

    def waits(self) -> Iterator[str]:
        """What is to be said where newer days off are known and not adopted."""
        if self.waiting:
            yield say("newer days off are known and not adopted yet (gkflow calendar adopt --apply)")


def here(region: str, known_on: date | None) -> Here:
    """
    What the office reckons with, in a *region* or where its own unit lies, so that every command says the same of a
    day; what the files know where there is no office.
    """
    with adopted() as (edition, office):
        own = office.settings.units[office.settings.unit] if office is not None and not region else None
        place, unit = (own.region, own.code) if own is not None else (region, "")
        waiting = office is not None and bool(office.calendars.waiting())
        return Here(edition, place, edition.calendar(place, unit, known_on), waiting)


def office_if_any() -> Office | None:
    """The office, where one has been set up."""
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
    What an answer rests on besides the notices of the country, as pairs for people (口径); usually nothing.

    For a region it says which local notices are known for the years from the first to the last of *years*, and which
    yearly festivals have no notice there.
    """
    told = []
    if region:
        told.append((say("region"), region))
    if region and edition is not None and years is not None:
        told.append((say("local"), say("; ").join(_local_words(region, known_on, edition, *years))))
    if known_on is not None:
        words = say("those published through {known_on} only", known_on=known_on)
        told.append((say("notices"), words))
    return told


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
    """One day as a row: what scripts rely on."""
    note = known.behind(day) or DayNote("")
    return {
        "day": day, "weekday": day.isoweekday(), "working": known.is_working_day(day), "name": note.name or None,
        "source": note.source or None, "firmness": known.firmness(day), "title": note.title or None,
        "url": note.url or None, "published": note.published, "scope": note.scope or None,
        "binds": note.binds or None,
    }  # fmt: skip


def firmness_words(each: object) -> str:
    """How firm, in words."""
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
    """Where a notice holds, in words."""
    return say("the country") if scope == "CN" else scope


def weekday_word(number: int) -> Any:
    """一 to 日 in Chinese, 1 to 7 elsewhere."""
    word = say_as("weekday", "1 2 3 4 5 6 7").split()[number - 1]
    return int(word) if word.isdigit() else word


def confirm_days(workflow: Workflow, action: str, on: date | None, facts: Mapping[str, Any], yes: bool) -> None:
    """Ask back for a day far from today: raises Refused ("day_far_unsure") where ``--yes`` was not given."""
    if action not in workflow.actions or (on is not None and on > today()):
        return  # said when it is entered, as is what is wrong with a fact
    try:
        read = read_facts(workflow, action_of(workflow, action), facts)
    except GkflowError:
        return
    far = far_days(workflow, on, read, today())
    if far and not yes:
        raise DayFarUnsure(day=next(iter(far.values())), today=today())
