"""
``gkflow calendar show`` (月历): a month drawn by weeks, with how firm its days are and how many cases fall due.

What the other words of ``gkflow calendar`` share stands here as well: the days asked for, and which calendar.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from gkflow.cli.days import adopted, day_columns, day_row, firmness_words, month_of, read_as, span, today
from gkflow.cli.language import language, say

if TYPE_CHECKING:
    from gkflow.application.cases import CaseLine
    from gkflow.cli.days import Here
    from gkflow.domain.calendar import WorkCalendar
    from gkflow.domain.edition import CalendarEdition
    from gkflow.office import Office
    from gkflow.papers.feed import AllDay

_ONE_DAY = timedelta(days=1)
_CELL, _NARROW_CELL = 11, 8  # one day of a month: at full width, and on a narrow terminal
_WIDTH = 7 * _CELL
Rows = Sequence[Mapping[str, Any]]


# -- the command ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is drawn (月历内容): the calendar, its place, and the open cases where there is an office."""

    calendar: WorkCalendar
    region: str
    known_on: date | None
    today: date
    office: Office | None = None
    cases: Mapping[date, Sequence[CaseLine]] | None = None
    edition: CalendarEdition | None = None

    def row(self, day: date) -> dict[str, Any]:
        """One day: the calendar's row, whether it may still move, and the cases that fall due on it."""
        due = None if self.cases is None else [line.case for line in self.cases.get(day, ())]
        return {
            **day_row(self.calendar, day), "provisional": self.calendar.provisional(day - _ONE_DAY, day),
            "due": None if due is None else len(due), "cases": due,
        }  # fmt: skip


def show_months(text: str, region: str, known_on: date | None, format: str, output: str) -> None:
    """Draw the months asked for, or give their days as rows or as an iCalendar file."""
    from gkflow.cli.output import Column, show

    began, ended = span(text)
    first, last = month_of(began)[0], month_of(ended)[1]
    if format == "table" and output.lower().endswith(".ics"):
        format = "ics"  # the name of the file says it already
    with adopted() as (edition, office):
        shown = _shown(edition, office, region, known_on)
        rows = _rows(shown, first, last)
        if format == "ics":
            from gkflow.cli.commands.feed import write

            months = f"{first:%Y-%m}" + (
                f"..{last:%Y-%m}" if last.month > first.month or last.year > first.year else ""
            )
            name = say(f"工作日历 {months}", f"Working days {months}")
            write(list(_events(shown, rows)), name, output)
        elif format == "table" and not output:
            for line in _picture(shown, rows):
                print(line)
        else:
            more = [Column("provisional", "暂定", "provisional"), Column("due", "届满案件数", "cases due"),
                    Column("cases", "届满案件", "cases")]  # fmt: skip
            show(rows, [*day_columns(), *more], format, output or None, f"{first:%Y-%m}")


def _shown(edition: CalendarEdition, office: Office | None, region: str, known_on: date | None) -> _Shown:
    """With *region* the calendar of organs there, and the cases of those units of the office that lie in it."""
    if office is None:
        return _Shown(edition.calendar(region, known_on=known_on), region, known_on, today(), edition=edition)
    units = office.settings.units
    own = units[office.settings.unit]
    known = edition.calendar(region or own.region, "" if region else own.code, known_on)
    place = region or own.region
    cases: dict[date, list[CaseLine]] = defaultdict(list)
    for line in office.cases(known_on=known_on):
        unit = units.get(line.unit or "", own)
        if line.last_day is not None and line.status != "done" and (not region or unit.region == region):
            cases[line.last_day].append(line)
    return _Shown(known, place, known_on, today(), office, cases, edition)


# -- the picture ---------------------------------------------------------------------------------------------------


def picture(found: Here, first: date, last: date, known_on: date | None) -> Iterator[str]:
    """Each month from *first* to *last* as weeks, without the cases of any office."""
    shown = _Shown(found.calendar, found.region, known_on, today(), edition=found.edition)
    yield from _picture(shown, _rows(shown, first, last))


def _read_as(shown: _Shown, rows: Rows) -> list[tuple[str, str]]:
    years = rows[0]["day"].year, rows[-1]["day"].year
    return read_as(shown.region, shown.known_on, shown.edition, years)


def _rows(shown: _Shown, first: date, last: date) -> Rows:
    return [shown.row(date.fromordinal(day)) for day in range(first.toordinal(), last.toordinal() + 1)]


def _picture(shown: _Shown, rows: Rows) -> Iterator[str]:
    """Each month as a grid of weeks, Monday first; then what the signs mean, and which notice says so."""
    for _, month in groupby(rows, key=lambda row: (row["day"].year, row["day"].month)):
        yield from _month(list(month), shown.today)
        yield ""
    told = [_legend()]
    told += [say(f"{name}：{words}", f"{name}: {words}") for name, words in _read_as(shown, rows)]
    told += [_run_words(run) for run in _runs(rows)]
    firm = sorted({str(row["firmness"]) for row in rows} - {"final"})
    told += [say("确定程度：", "how firm: ") + firmness_words(each) for each in firm]
    if shown.cases is not None:
        told.append(_due_words(rows, shown.today))
    if shown.office is not None and shown.office.calendars.waiting():
        told.append(say("另有新的放假安排尚未采用", "newer days off are known and not adopted yet"))
    for words in told:
        yield from _folded(words)


def _folded(words: str) -> Iterator[str]:
    """A line that fits; what is folded stands further in."""
    from gkflow.cli.help import terminal_width, wrapped

    first, *rest = wrapped(words, min(_WIDTH, terminal_width() - 2) if sys.stdout.isatty() else _WIDTH)
    yield first
    for line in rest:
        yield f"  {line}"


def _cell() -> int:
    """The columns of one day: a week stands on one line of the terminal."""
    from gkflow.cli.help import terminal_width

    return max(_NARROW_CELL, min(_CELL, terminal_width() // 7)) if sys.stdout.isatty() else _CELL


def _month(rows: Rows, today: date) -> Iterator[str]:
    from gkflow.cli.help import padded

    def lateness(row: Any) -> str:
        return "red" if row["day"] < today else "yellow"

    first: date = rows[0]["day"]
    worked = sum(1 for row in rows if row["working"])
    yield say(f"{first.year}年{first.month}月  工作日 {worked} 天", f"{first:%B %Y}  {worked} working days")
    heads = "一二三四五六日" if language() == "zh" else ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
    yield "".join(padded(f" {head}", _cell()) for head in heads).rstrip()
    for _, week in groupby(rows, key=lambda row: row["day"].toordinal() - row["day"].weekday()):
        days = list(week)
        before = " " * _cell() * days[0]["day"].weekday()
        yield before + _line(days, _sign, _colour)
        for told, colour in ((_name, _colour), (_due, lateness)):
            if any(told(row) for row in days):
                yield before + _line(days, told, colour)


def _line(days: Rows, told: Callable[[Any], str], colour: Callable[[Any], str]) -> str:
    """One line of a week; what is coloured is padded by its plain width."""
    from gkflow.cli.help import width
    from gkflow.cli.output import coloured

    line = gap = ""
    for row in days:
        text = told(row)
        line += (gap + coloured(text, colour(row))) if text else gap
        gap = " " * (_cell() - width(text))
    return line.rstrip()


def _mark(row: Any) -> str:
    if row["working"]:
        return say("班", "on") if row["day"].weekday() > 4 else ""
    return say("休", "off") if row["name"] else say("·", ".")


def _sign(row: Any) -> str:
    firm = say("暂", "?") if row["provisional"] else ""
    return f"{row['day'].day:3d} {_mark(row)}{firm}".rstrip()


def _name(row: Any) -> str:
    """The holiday, cut to its cell; below the grid it stands in full."""
    from gkflow.cli.help import width

    name = str(row["name"] or "")
    most = _cell() - 1  # the name in the next cell begins with a space
    if width(name) > most:
        while width(name) > most - 1:
            name = name[:-1]
        name += "…"
    return f" {name}" if name else ""


def _due(row: Any) -> str:
    from gkflow.cli.help import width

    words = say(f" 届满{row['due']}件", f" {row['due']} due") if row["due"] else ""
    return words if width(words) <= _cell() else say(f" {row['due']}件", f" {row['due']}")


def _colour(row: Any) -> str:
    if row["name"] and not row["working"]:
        return "red"
    if row["working"] and row["day"].weekday() > 4:
        return "orange"
    return "" if row["working"] else "dim"


def _legend() -> str:
    return say(
        "休 放假；班 调休上班；· 周末；暂 暂定（放假通知尚未公布，可能变动）",
        "off: a day off; on: a make-up day, worked; . weekend; ? a notice to come may change it",
    )


def _runs(rows: Rows) -> Iterator[Rows]:
    """Days off, or make-up days, of one holiday by one notice, in one piece."""
    named = [row for row in rows if row["name"]]
    for _, group in groupby(
        enumerate(named),
        key=lambda pair: (
            pair[1]["day"].toordinal() - pair[0], pair[1]["name"], pair[1]["source"], pair[1]["working"],
            pair[1]["firmness"],
        ),
    ):  # fmt: skip
        yield [row for _, row in group]


def _run_words(run: Rows) -> str:
    first, last, row = run[0]["day"], run[-1]["day"], run[0]
    days = f"{first.month}-{first.day}"
    if last > first:
        days += say(f" 至 {last.month}-{last.day}", f" to {last.month}-{last.day}")
    what = say("上班", "worked") if row["working"] else say("放假", "off")
    source = say(f"（{row['source']}）", f" ({row['source']})") if row["source"] else ""
    firm = say("，推定", ", predicted") if row["firmness"] == "predicted" else ""
    return f"{days}  {row['name']}{say('', ' ')}{what}{source}{firm}"


def _due_words(rows: Rows, today: date) -> str:
    due = [row for row in rows if row["due"]]
    if not due:
        return say("没有在办案件届满", "no open case falls due")
    count = sum(row["due"] for row in due)
    words = say(f"在办案件届满 {count} 件", f"{count} open cases fall due")
    if late := sum(row["due"] for row in due if row["day"] < today):
        words += say(f"，其中逾期未办 {late} 件", f", {late} of them overdue")
    if open_ := sum(row["due"] for row in due if row["provisional"]):
        words += say(f"，届满日暂定 {open_} 件", f", {open_} on a provisional day")
    return words


# -- as an iCalendar file ------------------------------------------------------------------------------------------


def _events(shown: _Shown, rows: Rows) -> Iterator[AllDay]:
    """The days off and make-up days, one event for each run of days, and the open cases on their last days."""
    from gkflow.papers.feed import AllDay

    for run in _runs(rows):
        row = run[0]
        what = say("调休上班", "make-up working day") if row["working"] else say("放假", "off")
        words = [row["source"] or "", firmness_words(row["firmness"]) if row["firmness"] != "final" else ""]
        yield AllDay(
            key=("day", shown.region, str(row["day"]), str(row["working"])),
            day=row["day"], days=len(run), summary=f"{row['name']} {what}",
            words="\n".join(each for each in words if each), tentative=any(each["provisional"] for each in run),
        )  # fmt: skip
    if shown.cases is None or shown.office is None:
        return
    from gkflow.cli.commands.feed import event_of_line

    for row in rows:
        for line in shown.cases.get(row["day"], ()):
            yield event_of_line(shown.office, line, shown.today, shown.known_on)
