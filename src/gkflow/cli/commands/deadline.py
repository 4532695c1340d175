"""``gkflow deadline`` (推算期限): from plain days, without an office, a workflow or a database."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import typer

from gkflow.cli import options
from gkflow.cli.day_by_day import counted_words, why_code, working_lines
from gkflow.cli.days import here, read_as
from gkflow.cli.help import padded
from gkflow.cli.output import print_json
from gkflow.domain.counting import last_day
from gkflow.domain.day_by_day import work_through_days
from gkflow.domain.law import Citation, LimitUnit, LimitValue, Roll
from gkflow.domain.sentences import said
from gkflow.words.language import say, spoken
from gkflow.words.vocabulary import amount, day_words

if TYPE_CHECKING:
    from gkflow.domain.calendar import WorkCalendar

UNITS = ("working_day", "day", "month", "year")
# No limit is longer; a longer one is a typing error.
MOST = {"working_day": 2500, "day": 3660, "month": 120, "year": 10}

_SUSPEND: Any = typer.Option(
    [],
    "--suspend",
    metavar="A..B",
    help=said("a suspension, may be repeated: the days after A, through B, are left out"),
)


def command(
    day: str = typer.Argument(..., metavar=said("START"), help=said("day 0, itself not counted")),
    n: str = typer.Argument(..., metavar="N", help=said("how long")),
    unit: str = typer.Option(
        "working_day",
        "--unit",
        metavar="|".join(UNITS),
        help=said("working days, calendar days, months, years"),
    ),
    suspend: list[str] = _SUSPEND,
    extend: str = typer.Option("0", "--extend", metavar="N", help=said("extended by so many units")),
    no_roll: bool = typer.Option(
        False,
        "--no-roll",
        help=said("no roll of a calendar period that ends on a day off"),
    ),
    explain: bool = typer.Option(False, "--explain", help=said("day by day")),
    region: str = options.REGION,
    as_known_on: str = options.AS_KNOWN_ON,
    format: str = options.TEXT_OR_JSON,
) -> None:
    """Compute the last day of a limit."""
    since = options.day(day)
    if since is None:
        raise typer.BadParameter(say("no day given"))
    if unit not in UNITS:
        raise typer.BadParameter(say("--unit is one of {names}", names=UNITS))
    length = options.whole(n, "N", most=MOST[unit])
    extension = options.whole(extend, "--extend", most=MOST[unit])
    spans = [_span(text) for text in suspend]
    value = _value(length, unit, no_roll)
    place, known_on = options.region(region), options.day(as_known_on)
    found = here(place, known_on)
    known = found.calendar
    last = last_day(since, length + extension, value.unit, known, roll=value.roll, spans=spans)
    provisional, earliest, latest = _how_firm(known, value, since, last)
    working = work_through_days(since, last, value, length + extension, spans, known)
    unknown = known.unknown_here(since.year, last.year)
    if format == "json":
        print_json(
            {
                "start": since, "length": length, "unit": unit, "deadline": last, "provisional": provisional,
                "earliest": earliest, "latest": latest,
                "local_unknown": sorted({name for each in unknown.values() for name in each}),
                "working": [
                    {"day": line.day, "counted": line.counted, "why": why_code(line), "source": line.source or None}
                    for line in working
                ],
            }
        )  # fmt: skip
        return
    allowed = amount(length, unit) + (say(", extended by ") + amount(extension, unit) if extension else "")
    print(say("day 0     {since} (not counted)", since=day_words(since)))
    print(say("limit     {allowed}", allowed=allowed))
    for name, words in read_as(found.region, known_on, found.edition, (since.year, last.year)):
        print(f"{padded(name, 8 if spoken().code == 'zh' else 10)}{words}")
    for began, ended in spans:
        print(say("left out  after {began}, through {ended}", began=began, ended=ended))
    if explain:
        print()
        for line in working_lines(working):
            print(line)
        print()
    end = say("last day  {last}", last=day_words(last))
    if unit != "working_day" and last.weekday() > 4 and known.is_working_day(last):
        end += _worked(known, last)
    print(end + counted_words(provisional, earliest, latest))
    for line in found.waits():
        print(line)


def _worked(known: WorkCalendar, last: date) -> str:
    """Why a period of days, months or years may end on a Saturday: it is a working day, by which notice."""
    note = known.note(last)
    source = say(", {source}", source=note.source) if note is not None and note.source else ""
    name = note.name if note is not None else ""
    return say(", a make-up working day ({name}{source})", name=name, source=source)


def _span(text: str) -> tuple[date, date]:
    began, mark, ended = text.partition("..")
    if not mark or not began.strip() or not ended.strip():
        raise typer.BadParameter(say("--suspend {text}: write DAY..DAY, as 2025-09-29..2025-10-17", text=text))
    first, last = options.day(began), options.day(ended)
    assert first is not None
    assert last is not None
    if last < first:
        raise typer.BadParameter(say("--suspend {text}: it ends before it begins", text=text))
    return first, last


def _value(length: int, unit: str, no_roll: bool) -> LimitValue:
    # 民法典 第二百零三条; a limit of working days ends on a working day by construction.
    roll = Roll.NONE if no_roll or unit == LimitUnit.WORKING_DAY else Roll.NEXT_WORKING_DAY
    return LimitValue(length, LimitUnit(unit), Citation("", ""), roll=roll)


def _how_firm(known: WorkCalendar, value: LimitValue, since: date, last: date) -> tuple[bool, date, date]:
    """Whether a future notice may move the last day, and how far: CONTRACT's provisional range."""
    unit: LimitUnit = value.unit
    after: Any = since if unit is LimitUnit.WORKING_DAY else last - timedelta(days=1)
    asks = unit is LimitUnit.WORKING_DAY or value.roll is Roll.NEXT_WORKING_DAY
    if asks and known.provisional(after, last):
        return True, *known.range_of(last, since)
    return False, last, last
