"""``gkflow calendar`` (工作日历): a month or a day, with days off, make-up days and how firm they are; no database."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

import typer

from gkflow.cli import options
from gkflow.cli.language import language, say

if TYPE_CHECKING:
    from gkflow.domain.calendar import WorkCalendar

_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?$")


def command(
    month: str = typer.Argument(
        "",
        metavar=say("月份或者日期", "MONTH|DAY"),
        help=say("2026-10、2026年10月，或者 2026-10-10；默认本月", "2026-10, or 2026-10-10; default: this month"),
    ),
    format: str = options.FORMAT,
    output: str = options.OUTPUT,
) -> None:
    """The working calendar."""
    from gkflow.bootstrap import calendar
    from gkflow.cli.output import Column, show

    first, last = _span(month)
    known = calendar()
    rows = [_row(known, first + timedelta(days=place)) for place in range((last - first).days + 1)]
    if format == "table" and not output:
        for line in _day(known, first) if first == last else _drawn(known, first, rows):
            print(line)
        return
    columns = [
        Column("day", "日期", "day"),
        Column(
            "weekday", "星期", "weekday", words=lambda each: "一二三四五六日"[each - 1] if language() == "zh" else each
        ),
        Column("working", "工作日", "working"),
        Column("name", "节假日", "holiday"),
        Column("source", "依据", "source"),
        Column("firmness", "确定程度", "firmness", words=_firmness),
    ]
    show(rows, columns, format, output or None, f"{first:%Y-%m}")


def _span(text: str) -> tuple[date, date]:
    """The days asked for: one day, or a month from its first to its last."""
    from gkflow.bootstrap import now
    from gkflow.domain.case import legal_day

    if not text.strip():
        today = legal_day(now())
        year, month = today.year, today.month
    elif found := _MONTH.match(text.strip()):
        year, month = int(found[1]), int(found[2])
    else:
        day = options.day(text)
        assert day is not None
        return day, day
    if not (1 <= month <= 12 and year >= 1):
        raise typer.BadParameter(say(f"{text}：没有这个月份", f"{text} is no month"))
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _row(known: WorkCalendar, day: date) -> dict[str, Any]:
    note = known.note(day)
    return {
        "day": day, "weekday": day.isoweekday(), "working": known.is_working_day(day),
        "name": note.name if note is not None else None, "source": (note.source or None) if note is not None else None,
        "firmness": known.firmness(day),
    }  # fmt: skip


def _firmness(each: object) -> str:
    from gkflow.cli.vocabulary import FIRMNESS, word

    return word(FIRMNESS, each)


def _day(known: WorkCalendar, day: date) -> Iterator[str]:
    from gkflow.cli.vocabulary import day_words

    row = _row(known, day)
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
        f"{day_words(day)}：{what}{source}；{_firmness(row['firmness'])}",
        f"{day_words(day)}: {what}{source}; {_firmness(row['firmness'])}",
    )


def _drawn(known: WorkCalendar, first: date, rows: list[dict[str, Any]]) -> Iterator[str]:
    """The month by weeks: 休 a holiday, 班 a make-up day; below, which holidays and by which notice."""
    from gkflow.cli.help import padded

    yield say(f"{first.year}年{first.month}月", f"{first:%B %Y}")
    heads = "一二三四五六日" if language() == "zh" else ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
    yield "".join(padded(f" {head}", 7) for head in heads).rstrip()
    line = " " * 7 * first.weekday()
    for row in rows:
        day: date = row["day"]
        line += padded(f"{day.day:3d}{_mark(row)}", 7)
        if day.weekday() == 6 or row is rows[-1]:
            yield line.rstrip()
            line = ""
    worked = sum(1 for row in rows if row["working"])
    yield ""
    yield say(f"工作日 {worked} 天", f"{worked} working days")
    named = [row for row in rows if row["name"]]
    for _, group in groupby(named, key=lambda row: (row["name"], row["source"], row["working"])):
        yield _holiday(list(group))
    firm = {str(row["firmness"]) for row in rows} - {"final"}
    for each in sorted(firm):
        yield _firmness(each)


def _mark(row: dict[str, Any]) -> str:
    if row["name"] and not row["working"]:
        return say("休", "off")
    if row["working"] and row["day"].weekday() > 4:
        return say("班", "on")
    return "" if row["working"] else say("·", ".")


def _holiday(rows: list[dict[str, Any]]) -> str:
    days = say("、", ", ").join(f"{row['day'].month}-{row['day'].day}" for row in rows)
    what = say("上班", "worked") if rows[0]["working"] else say("放假", "off")
    source = say(f"（{rows[0]['source']}）", f" ({rows[0]['source']})") if rows[0]["source"] else ""
    return f"{rows[0]['name']}{say('', ' ')}{what}  {days}{source}"
