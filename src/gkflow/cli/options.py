"""
The options that several commands share (通用选项): written as a parameter's default, as typer reads them.

    def command(format: str = options.FORMAT, output: str = options.OUTPUT, as_of: str = options.AS_OF) -> None:
        rows = office.cases(as_of=options.day(as_of))
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import typer

from gkflow.domain.sentences import said
from gkflow.words.language import say


def formats(*names: str, help: str = "") -> Any:
    """The option ``--format`` with these choices, the first being the default."""

    def check(value: str) -> str:
        if value not in names:
            raise typer.BadParameter(say("--format is one of {names}", names=names))
        return value

    words = help or said("output format; json for programs")
    return typer.Option(names[0], "--format", metavar="|".join(names), help=words, callback=check)


FORMAT: Any = formats("table", "json", "csv", "xlsx")
TEXT_OR_JSON: Any = formats("text", "json")
OUTPUT: Any = typer.Option("", "--output", "-o", metavar=said("FILE"), help=said("write into a file"))
AS_OF: Any = typer.Option(
    "",
    "--as-of",
    metavar=said("DAY"),
    help=said("as things stood on that day (default: today)"),
)
RECORDED_BY: Any = typer.Option(
    "",
    "--recorded-by",
    metavar=said("MOMENT"),
    help=said("only entries written by then: what the office believed at that moment (a day means its end)"),
)
AS_KNOWN_ON: Any = typer.Option(
    "",
    "--as-known-on",
    metavar=said("DAY"),
    help=said("as one would have answered on that day, by the notices then published"),
)
REGION: Any = typer.Option(
    "",
    "--region",
    metavar=said("CODE"),
    help=said("a region by its six figures (GB/T 2260), as 450000"),
)
SINCE: Any = typer.Option(
    "",
    "--since",
    metavar=said("DAY"),
    help=said("from that day on (default: 1 January)"),
)
UNTIL: Any = typer.Option("", "--until", metavar=said("DAY"), help=said("to that day (default: today)"))
DAY: Any = typer.Option(
    "",
    "--day",
    metavar=said("DAY"),
    help=said("the day on which it happened (default: today): 2026-11-27, yesterday"),
)
FACT: Any = typer.Option(
    [],
    "--fact",
    metavar=said("FACT=VALUE"),
    help=said("a fact, may be repeated; by code or by Chinese label"),
)
BY: Any = typer.Option("", "--by", metavar=said("NAME"), help=said("who did it"))
UNIT: Any = typer.Option("", "--unit", metavar=said("CODE"), help=said("the unit"))
KEY: Any = typer.Option(
    "",
    "--key",
    metavar=said("KEY"),
    help=said("idempotency key: the same key again does nothing twice"),
)
YES: Any = typer.Option(False, "--yes", "-y", help=said("the days are right, however far from today"))
DRY_RUN: Any = typer.Option(False, "--dry-run", help=said("reckon only, write nothing"))

DRAFT: Any = typer.Option(False, "--draft", help=said("keep it as a draft where it is refused"))


_RELATIVE = {
    "今天": 0, "今日": 0, "today": 0, "昨天": -1, "昨日": -1, "yesterday": -1, "前天": -2, "明天": 1, "tomorrow": 1,
}  # fmt: skip
_LONG_AGO = timedelta(days=183)
_NO_YEAR = re.compile(r"(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?$")


def day(text: str | None, *, past: bool = False) -> date | None:
    """
    The day of an option, None if the option was not given. Raises Refused ("bad_day") with the accepted forms.

    2022-09-30, 2022/9/30, 2022.9.30 and 2022年9月30日 are accepted, and 今天, 昨天, 前天, 明天, 11月27日 relative to
    the present moment. Without a year it is this year's day; for a past event (*past*) last year's day if that is no
    more than half a year ago: on 5 January 12月28日 is a day of last year.
    """
    if text is None or not text.strip():
        return None
    from gkflow.application.facts import read_day

    word = text.strip()
    if word.lower() in _RELATIVE:
        return today() + timedelta(days=_RELATIVE[word.lower()])
    if found := _NO_YEAR.match(word):
        return _without_year(word, int(found[1]), int(found[2]), past)
    return read_day(word)


def today() -> date:
    """The legal day of the present moment."""
    from gkflow.bootstrap import now
    from gkflow.domain.case import legal_day

    return legal_day(now())


def _without_year(word: str, month: int, number: int, past: bool) -> date:
    from gkflow.domain.objections.days import BadDay

    known = today()
    found = []
    for year in (known.year, known.year - 1) if past else (known.year,):
        try:
            found.append(date(year, month, number))
        except ValueError:
            continue
    for each in found:
        if not past or timedelta() <= known - each <= _LONG_AGO or (each <= known and each.year == known.year):
            return each
    if not found or found[0].year != known.year:
        raise BadDay(value=word)
    return found[0]  # 12月1日 entered on 28 November is in the future, not a year ago: it is refused as such


def day_of_fact(text: str, *, past: bool) -> str:
    """
    今天, 昨天, 11月27日 in a fact that is a day, as a date; other text as it is.

    A day without its year, in a fact that lies ahead (not *past*), is this year's if that is still to come; else it
    stays unread, and its refusal asks for the whole day: 1月10日 said in December may be a slip.
    """
    from gkflow.application.marks import folded
    from gkflow.domain.objections.days import BadDay

    word = folded(text)
    spoken, without_year = word.lower() in _RELATIVE, _NO_YEAR.match(word) is not None
    if not (spoken or without_year):
        return text
    try:
        read = day(word, past=past)
    except BadDay:
        return text
    late = without_year and not past and read is not None and read < today()
    return text if read is None or late else read.isoformat()


def region(text: str) -> str:
    """The region of ``--region`` (地区), six figures; empty where it was not given. Raises Refused, NotFound."""
    from gkflow.bootstrap import region_named

    return region_named(text, "--region")


def pairs(given: Iterable[str]) -> dict[str, str]:
    """The facts of ``--fact name=value``, in the order given. Raises typer.BadParameter for a word without "="."""
    found: dict[str, str] = {}
    for word in given:
        name, mark, value = word.replace("＝", "=", 1).partition("=")
        if not mark or not name.strip():
            raise typer.BadParameter(say("--fact {word}: write FACT=VALUE", word=word))
        if name.strip() in found:
            raise typer.BadParameter(say("--fact {name} was given twice", name=name.strip()))
        found[name.strip()] = value.strip()
    return found


def whole(text: str, name: str, least: int = 0, most: int = 100_000) -> int:
    """
    The whole number of an option, given as text. Raises typer.BadParameter with the fault.

    The options themselves are texts, so that their faults are reported here, in the chosen language.
    """
    try:
        number = int(text)
    except ValueError:
        raise typer.BadParameter(say("{name} = {text} is no whole number", name=name, text=text)) from None
    if not least <= number <= most:
        raise typer.BadParameter(
            say("{name} = {text} is not between {least} and {most}", name=name, text=text, least=least, most=most)
        )
    return number
