"""Days of the calendar for the command line (日历各日): which are asked for, by which calendar, and as rows."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from gkflow.cli import options
from gkflow.cli.language import language, say

if TYPE_CHECKING:
    from gkflow.cli.output import Column
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
        raise typer.BadParameter(say(f"{text}：止日早于起日", f"{text}: it ends before it begins"))
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
            raise typer.BadParameter(say("“..”两边都要写日期", 'write a day on both sides of ".."'))
        return day, day
    if not (1 <= first <= 12 and year >= 1):
        raise typer.BadParameter(say(f"{text}：没有这个月份", f"{text} is no month"))
    return date(year, first, 1), month_of(date(year, last, 1))[1]


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of its month."""
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


@contextmanager
def adopted() -> Iterator[tuple[CalendarEdition, Office | None]]:
    """The edition that the office has adopted, and the office; what the files know where there is none."""
    from gkflow.bootstrap import known_edition

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
            yield say(
                "另有新的放假安排尚未采用（gkflow calendar adopt --apply）",
                "newer days off are known and not adopted yet (gkflow calendar adopt --apply)",
            )


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
    import os

    from gkflow.bootstrap import home_folder
    from gkflow.domain.errors import Unfit
    from gkflow.files.home import FILE_NAME

    if not (home_folder() / FILE_NAME).is_file() and not os.environ.get("GKFLOW_DATABASE_URL"):
        return None
    from gkflow.office import open_office

    try:
        return open_office()
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
        told.append((say("地区", "region"), region))
    if region and edition is not None and years is not None:
        told.append((say("地方", "local"), say("；", "; ").join(_local_words(region, known_on, edition, *years))))
    if known_on is not None:
        words = say(f"只按 {known_on} 以前（含当日）公布的", f"those published through {known_on} only")
        told.append((say("通知", "notices"), words))
    return told


def _local_words(region: str, known_on: date | None, edition: CalendarEdition, first: int, last: int) -> Iterator[str]:
    span_words = f"{first}" if first == last else f"{first}-{last}"
    named = [
        each
        for each in edition.local(region, known_on=known_on)
        if any(first <= day.year <= last for day in each.works)
    ]
    for each in named:
        yield each.title + (say(f"（{each.number}）", f" ({each.number})") if each.number else "")
    if not named:
        yield say(
            f"不知道{span_words}年有什么地方放假通知，按全国安排推算",
            f"no local notice of {span_words} is known: the days are those of the country",
        )
    unknown = edition.calendar(region, known_on=known_on).unknown_here(first, last)
    for year, festivals in unknown.items():
        names = "、".join(festivals)
        yield say(f"{names}：{year}年哪几天放假尚不知道", f"{names}: the days off of {year} are not known here")


def day_row(known: WorkCalendar, day: date) -> dict[str, Any]:
    """One day as a row: what scripts rely on."""
    from gkflow.domain.calendar import DayNote

    note = known.behind(day) or DayNote("")
    return {
        "day": day, "weekday": day.isoweekday(), "working": known.is_working_day(day), "name": note.name or None,
        "source": note.source or None, "firmness": known.firmness(day), "title": note.title or None,
        "url": note.url or None, "published": note.published, "scope": note.scope or None,
        "binds": note.binds or None,
    }  # fmt: skip


def firmness_words(each: object) -> str:
    """How firm, in words."""
    from gkflow.cli.vocabulary import FIRMNESS, word

    return word(FIRMNESS, each)


def day_columns() -> list[Column]:
    """The columns of the days in a spreadsheet."""
    from gkflow.cli.output import Column

    return [
        Column("day", "日期", "day"),
        Column("weekday", "星期", "weekday", words=weekday_word),
        Column("working", "工作日", "working"),
        Column("name", "节假日", "holiday"),
        Column("source", "依据", "source"),
        Column("firmness", "确定程度", "firmness", words=firmness_words),
        Column("published", "公布之日", "published"),
        Column("scope", "适用范围", "scope", words=scope_words),
        Column("title", "文件标题", "title"),
        Column("url", "网址", "address"),
    ]


def scope_words(scope: str) -> str:
    """Where a notice holds, in words."""
    return say("全国", "the country") if scope == "CN" else scope


def weekday_word(number: int) -> Any:
    """一 to 日 in Chinese, 1 to 7 elsewhere."""
    return "一二三四五六日"[number - 1] if language() == "zh" else number


def confirm_days(workflow: Workflow, action: str, on: date | None, facts: Mapping[str, Any], yes: bool) -> None:
    """Ask back for a day far from today: raises Refused ("day_far_unsure") where ``--yes`` was not given."""
    from gkflow.application.checks import far_days
    from gkflow.application.facts import read_facts
    from gkflow.domain.errors import GkflowError
    from gkflow.domain.machine import action_of
    from gkflow.domain.objections.days import DayFarUnsure

    if action not in workflow.actions or (on is not None and on > today()):
        return  # said when it is entered, as is what is wrong with a fact
    try:
        read = read_facts(workflow, action_of(workflow, action), facts)
    except GkflowError:
        return
    far = far_days(workflow, on, read, today())
    if far and not yes:
        raise DayFarUnsure(day=next(iter(far.values())), today=today())
