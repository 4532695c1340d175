"""
``gkflow calendar`` (工作日历): a month or a day, with days off, make-up days and how firm they are; no database.

A word before the days does something else with them: ``show`` draws months with the open cases of the office,
``compare`` lists where the sources disagree, ``adopt`` reads a notice and moves the deadlines that it moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

import typer

from gkflow.cli import options
from gkflow.cli.language import say

if TYPE_CHECKING:
    from gkflow.domain.calendar import WorkCalendar

_WORDS = {
    "show": "show", "查看": "show", "compare": "compare", "对照": "compare", "adopt": "adopt", "采用": "adopt",
}  # fmt: skip


def command(
    word: str = typer.Argument(
        "",
        metavar=say("月份或者日期", "MONTH|DAY"),
        help=say(
            "2026-10、2026年10月，或者 2026-10-10；默认本月。也可以先写一个词：show 画出月历，并注明在办案件的届满日；"
            "compare 对照 chinese-calendar、holidays 和采用的放假通知，列出不同之处；adopt 读取放假通知文本并采用"
            "（adopt - 从标准输入读）",
            "2026-10, or 2026-10-10; default: this month. Or first a word: show draws a month with the cases that "
            "fall due; compare sets chinese-calendar, holidays and the notices side by side; adopt reads a notice "
            "(adopt -: from standard input)",
        ),
    ),
    days: str = typer.Argument(
        "",
        metavar=say("期间", "SPAN"),
        help=say(
            "写在 show、compare 之后：2026-10、2026，或者 2004..2026、2025-12..2026-01",
            "after show or compare: 2026-10, 2026, or 2004..2026, 2025-12..2026-01",
        ),
    ),
    region: str = options.REGION,
    as_known_on: str = options.AS_KNOWN_ON,
    published: str = typer.Option(
        "", "--published", metavar=say("日期", "DAY"),
        help=say("adopt：通知公布之日（默认成文之日）", "adopt: the day it was published (default: its date)"),
    ),
    year: int = typer.Option(
        0, "--year", metavar=say("年份", "YEAR"), min=0, show_default=False,
        help=say("adopt：通知文本没有写年份时", "adopt: where the text names no year"),
    ),
    url: str = typer.Option("", "--url", metavar="URL", help=say("adopt：通知网址", "adopt: its address")),
    apply: bool = typer.Option(
        False, "--apply", help=say("adopt：采用，变动在办案件的届满日", "adopt: move the open deadlines")
    ),
    yes: bool = typer.Option(False, "--yes", help=say("adopt：不再询问", "adopt: do not ask")),
    by: str = options.BY,
    dry_run: bool = options.DRY_RUN,
    format: str = options.formats("table", "json", "csv", "xlsx", "ics"),
    output: str = options.OUTPUT,
) -> None:  # fmt: skip
    """The working calendar."""
    which = _WORDS.get(word.strip(), "")
    place, known_on = options.region(region), options.day(as_known_on)
    if days and not which:
        raise typer.BadParameter(say(f"多余的参数：{days}", f"unexpected: {days}"))
    if format == "ics" and which != "show":
        raise typer.BadParameter(say("ics 用于 gkflow calendar show", "ics goes with gkflow calendar show"))
    if which == "adopt":
        from gkflow.cli.commands.calendar_adopt import adopt

        asked = {"published": options.day(published), "year": year, "url": url, "apply": apply, "yes": yes, "by": by}
        adopt(days, {**asked, "dry_run": dry_run, "format": format, "output": output})
    elif which == "show":
        from gkflow.cli.commands.calendar_show import show_months

        show_months(days, place, known_on, format, output)
    elif which == "compare":
        from gkflow.cli.commands.calendar_compare import compare

        compare(days, place, known_on, format, output)
    else:
        _plain(word, place, known_on, format, output)


def _plain(text: str, region: str, known_on: date | None, format: str, output: str) -> None:
    """A month or a day by what the office reckons with; where there is none, by what the files know."""
    from gkflow.cli.commands.calendar_show import picture
    from gkflow.cli.days import day_columns, day_row, here, read_as, span
    from gkflow.cli.output import show

    first, last = span(text)
    if (first.year, first.month) != (last.year, last.month):
        raise typer.BadParameter(
            say(f"{text}：一次一个月份；几个月用 gkflow calendar show", f"{text}: one month, or gkflow calendar show")
        )
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
            print(say(f"{name}：{words}", f"{name}: {words}"))
        for line in found.waits():
            print(line)
        return
    rows = [day_row(known, first + timedelta(days=place)) for place in range((last - first).days + 1)]
    show(rows, day_columns(), format, output or None, f"{first:%Y-%m}")


def _day(known: WorkCalendar, day: date) -> Iterator[str]:
    from gkflow.cli.days import day_row, firmness_words, scope_words
    from gkflow.cli.vocabulary import day_words

    row = day_row(known, day)
    if row["working"]:
        what = say("工作日", "a working day")
        if day.weekday() > 4:
            what = say(f"调休上班（{row['name']}）", f"a make-up working day ({row['name']})")
    elif row["name"]:
        what = say(f"放假（{row['name']}）", f"off ({row['name']})")
    else:
        what = say("周末，休息", "weekend")
    source = f"，{row['source']}" if row["source"] else ""
    yield say(
        f"{day_words(day)}：{what}{source}；{firmness_words(row['firmness'])}",
        f"{day_words(day)}: {what}{source}; {firmness_words(row['firmness'])}",
    )
    if row["title"]:
        told = [row["title"], scope_words(row["scope"])]
        told += [say(f"{row['published']} 公布", f"published {row['published']}")] if row["published"] else []
        yield "  " + say("，", ", ").join(told)
        yield from ("  " + row["url"],) if row["url"] else ()
