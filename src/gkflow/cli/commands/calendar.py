"""
``gkflow calendar`` (工作日历): a month or a day, with days off, make-up days and how firm they are; no database.

A subcommand before the days selects something else: ``show`` draws months with the open cases of the office,
``compare`` lists where the sources disagree, ``adopt`` reads a notice and moves the deadlines affected.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

import typer

from gkflow.cli import options
from gkflow.cli.commands.calendar_adopt import adopt
from gkflow.cli.commands.calendar_compare import compare
from gkflow.cli.commands.calendar_show import picture, show_months
from gkflow.cli.days import day_columns, day_row, firmness_words, here, read_as, scope_words, span
from gkflow.cli.output import show
from gkflow.domain.sentences import said
from gkflow.words.language import say, say_as
from gkflow.words.vocabulary import day_words

if TYPE_CHECKING:
    from gkflow.domain.calendar import WorkCalendar

_WORDS = {
    "show": "show", "查看": "show", "compare": "compare", "对照": "compare", "adopt": "adopt", "采用": "adopt",
}  # fmt: skip


def command(
    word: str = typer.Argument(
        "",
        metavar=said("MONTH|DAY"),
        help=said(
            "2026-10, or 2026-10-10; default: this month. Or first a word: show draws a month with "
            "the cases that fall due; compare sets chinese-calendar, holidays and the notices side by side; "
            "adopt reads a notice (adopt -: from standard input)"
        ),
    ),
    days: str = typer.Argument(
        "",
        metavar=said("SPAN"),
        help=said("after show or compare: 2026-10, 2026, or 2004..2026, 2025-12..2026-01"),
    ),
    region: str = options.REGION,
    as_known_on: str = options.AS_KNOWN_ON,
    published: str = typer.Option(
        "", "--published", metavar=said("DAY"),
        help=said("adopt: the day it was published (default: its date)"),
    ),
    year: int = typer.Option(
        0, "--year", metavar=said("YEAR"), min=0, show_default=False,
        help=said("adopt: where the text names no year"),
    ),
    url: str = typer.Option("", "--url", metavar="URL", help=said("adopt: its address")),
    apply: bool = typer.Option(
        False, "--apply", help=said("adopt: move the open deadlines")
    ),
    yes: bool = typer.Option(False, "--yes", help=said("adopt: do not ask")),
    by: str = options.BY,
    dry_run: bool = options.DRY_RUN,
    format: str = options.formats("table", "json", "csv", "xlsx", "ics"),
    output: str = options.OUTPUT,
) -> None:  # fmt: skip
    """The working calendar."""
    which = _WORDS.get(word.strip(), "")
    place, known_on = options.region(region), options.day(as_known_on)
    if days and not which:
        raise typer.BadParameter(say("unexpected: {days}", days=days))
    if format == "ics" and which != "show":
        raise typer.BadParameter(say("ics goes with gkflow calendar show"))
    if which == "adopt":
        asked = {"published": options.day(published), "year": year, "url": url, "apply": apply, "yes": yes, "by": by}
        adopt(days, {**asked, "dry_run": dry_run, "format": format, "output": output})
    elif which == "show":
        show_months(days, place, known_on, format, output)
    elif which == "compare":
        compare(days, place, known_on, format, output)
    else:
        _plain(word, place, known_on, format, output)


def _plain(text: str, region: str, known_on: date | None, format: str, output: str) -> None:
    """A month or a day by the office's calendar; without an office, by the files."""
    first, last = span(text)
    if (first.year, first.month) != (last.year, last.month):
        raise typer.BadParameter(say("{text}: one month, or gkflow calendar show", text=text))
    found = here(region, known_on)
    known = found.calendar
    if format == "table" and not output and first < last:
        for line in (*picture(found, first, last, known_on), *found.waits()):
            print(line)
        return
    if format == "table" and not output:
        for line in _day(known, first):
            print(line)
        for name, words in read_as(found.region, known_on, found.edition, (first.year, first.year)):
            print(say("{name}: {words}", name=name, words=words))
        for line in found.waits():
            print(line)
        return
    rows = [day_row(known, first + timedelta(days=place)) for place in range((last - first).days + 1)]
    show(rows, day_columns(), format, output or None, f"{first:%Y-%m}")


def _day(known: WorkCalendar, day: date) -> Iterator[str]:
    row = day_row(known, day)
    if row["working"]:
        what = say("a working day")
        if day.weekday() > 4:
            what = say("a make-up working day ({name})", name=row["name"])
    elif row["name"]:
        what = say("off ({name})", name=row["name"])
    else:
        what = say_as("calendar", "weekend")
    source = f"，{row['source']}" if row["source"] else ""
    yield say(
        "{day}: {what}{source}; {firmness_words}",
        day=day_words(day),
        what=what,
        source=source,
        firmness_words=firmness_words(row["firmness"]),
    )
    if row["title"]:
        parts = [row["title"], scope_words(row["scope"])]
        parts += [say("published {published}", published=row["published"])] if row["published"] else []
        yield "  " + say(", ").join(parts)
        yield from ("  " + row["url"],) if row["url"] else ()
