"""
``gkflow calendar show`` (月历): a month drawn by weeks, with the firmness of its days and the cases due.

Also the shared code of the other subcommands of ``gkflow calendar``: the requested days, and the calendar.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from gkflow.cli.columns import Column
from gkflow.cli.commands.feed import event_of_line, write
from gkflow.cli.days import adopted, day_columns, day_row, days_wait, firmness_words, month_of, read_as, span, today
from gkflow.cli.help import padded, terminal_width, width, wrapped
from gkflow.cli.output import coloured, form_of, show
from gkflow.domain.sentences import said
from gkflow.papers.feed import AllDay
from gkflow.words.language import say, say_as, translated

if TYPE_CHECKING:
    from gkflow.application.case_lines import CaseLine
    from gkflow.cli.days import Here
    from gkflow.domain.calendar import WorkCalendar
    from gkflow.domain.edition import CalendarEdition
    from gkflow.office import Office

_ONE_DAY = timedelta(days=1)
_CELL, _NARROW_CELL = 11, 8  # one day of a month: at full width, and on a narrow terminal
_WIDTH = 7 * _CELL
Rows = Sequence[Mapping[str, Any]]


# -- the command ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shown:
    """The content of the picture (月历内容): the calendar, its place, and the open cases if there is an office."""

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


_HEADS = (said("Mo"), said("Tu"), said("We"), said("Th"), said("Fr"), said("Sa"), said("Su"))


def show_months(text: str, region: str, known_on: date | None, format: str, output: str) -> None:
    """Draw the requested months, or give their days as rows or as an iCalendar file."""
    began, ended = span(text)
    first, last = month_of(began)[0], month_of(ended)[1]
    if form_of(format, output, "ics") == "ics":
        format = "ics"  # the file name implies it
    with adopted() as (edition, office):
        shown = _shown(edition, office, region, known_on)
        rows = _rows(shown, first, last)
        if format == "ics":
            months = f"{first:%Y-%m}" + (
                f"..{last:%Y-%m}" if last.month > first.month or last.year > first.year else ""
            )
            name = say("Working days {months}", months=months)
            write(list(_events(shown, rows)), name, output)
        elif format == "table" and not output:
            for line in _picture(shown, rows):
                print(line)
        else:
            more = [Column("provisional", said("provisional")), Column("due", said("cases due")),
                    Column("cases", said("cases"))]  # fmt: skip
            show(rows, [*day_columns(), *more], format, output or None, f"{first:%Y-%m}")


def _shown(edition: CalendarEdition, office: Office | None, region: str, known_on: date | None) -> _Shown:
    """With *region* the calendar of organs there, and the cases of the office's units in that region."""
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
    """Each month as a grid of weeks, Monday first; then the legend, and the notices."""
    for _, month in groupby(rows, key=lambda row: (row["day"].year, row["day"].month)):
        yield from _month(list(month), shown.today)
        yield ""
    lines = [_legend()]
    lines += [say("{name}: {words}", name=name, words=words) for name, words in _read_as(shown, rows)]
    lines += [_run_words(run) for run in _runs(rows)]
    firm = sorted({str(row["firmness"]) for row in rows} - {"final"})
    lines += [say("how firm: ") + firmness_words(each) for each in firm]
    if shown.cases is not None:
        lines.append(_due_words(rows, shown.today))
    if shown.office is not None and days_wait(shown.office):
        lines.append(say("newer days off are known and not adopted yet"))
    for words in lines:
        yield from _folded(words)


def _folded(words: str) -> Iterator[str]:
    """A fitting line; folded parts are indented."""
    first, *rest = wrapped(words, min(_WIDTH, terminal_width() - 2) if sys.stdout.isatty() else _WIDTH)
    yield first
    for line in rest:
        yield f"  {line}"


def _cell() -> int:
    """The columns of one day: a week is one line of the terminal."""
    return max(_NARROW_CELL, min(_CELL, terminal_width() // 7)) if sys.stdout.isatty() else _CELL


def _month(rows: Rows, today: date) -> Iterator[str]:
    def lateness(row: Any) -> str:
        return "red" if row["day"] < today else "yellow"

    first: date = rows[0]["day"]
    worked = sum(1 for row in rows if row["working"])
    yield say("{first:%B %Y}  {worked} working {worked:day|days}", worked=worked, first=first)
    heads = [translated(head) for head in _HEADS]
    yield "".join(padded(f" {head}", _cell()) for head in heads).rstrip()
    for _, week in groupby(rows, key=lambda row: row["day"].toordinal() - row["day"].weekday()):
        days = list(week)
        before = " " * _cell() * days[0]["day"].weekday()
        yield before + _line(days, _sign, _colour)
        for text_of, colour in ((_name, _colour), (_due, lateness)):
            if any(text_of(row) for row in days):
                yield before + _line(days, text_of, colour)


def _line(days: Rows, text_of: Callable[[Any], str], colour: Callable[[Any], str]) -> str:
    """One line of a week; coloured text is padded by its plain width."""
    line = gap = ""
    for row in days:
        text = text_of(row)
        line += (gap + coloured(text, colour(row))) if text else gap
        gap = " " * (_cell() - width(text))
    return line.rstrip()


def _mark(row: Any) -> str:
    if row["working"]:
        return say("on") if row["day"].weekday() > 4 else ""
    return say_as("calendar_show", "off") if row["name"] else say_as("calendar_show", ".")


def _sign(row: Any) -> str:
    firm = say("?") if row["provisional"] else ""
    return f"{row['day'].day:3d} {_mark(row)}{firm}".rstrip()


def _name(row: Any) -> str:
    """The holiday, cut to its cell; its full name is below the grid."""
    name = str(row["name"] or "")
    most = _cell() - 1  # the name in the next cell begins with a space
    if width(name) > most:
        while width(name) > most - 1:
            name = name[:-1]
        name += "…"
    return f" {name}" if name else ""


def _due(row: Any) -> str:
    words = say(" {due} due", due=row["due"]) if row["due"] else ""
    return words if width(words) <= _cell() else say(" {due}", due=row["due"])


def _colour(row: Any) -> str:
    if row["name"] and not row["working"]:
        return "red"
    if row["working"] and row["day"].weekday() > 4:
        return "orange"
    return "" if row["working"] else "dim"


def _legend() -> str:
    return say("off: a day off; on: a make-up day, worked; . weekend; ? a notice to come may change it")


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
        days += say(" to {month}-{day}", month=last.month, day=last.day)
    what = say("worked") if row["working"] else say("off")
    source = say(" ({source})", source=row["source"]) if row["source"] else ""
    firm = say(", predicted") if row["firmness"] == "predicted" else ""
    named = say("{name} {what}", name=row["name"], what=what)
    return f"{days}  {named}{source}{firm}"


def _due_words(rows: Rows, today: date) -> str:
    due = [row for row in rows if row["due"]]
    if not due:
        return say("no open case falls due")
    count = sum(row["due"] for row in due)
    words = say("{count} open {count:case|cases} {count:falls|fall} due", count=count)
    if late := sum(row["due"] for row in due if row["day"] < today):
        words += say(", {late} of them overdue", late=late)
    if open_ := sum(row["due"] for row in due if row["provisional"]):
        words += say(", {open} on a provisional day", open=open_)
    return words


# -- as an iCalendar file ------------------------------------------------------------------------------------------


def _events(shown: _Shown, rows: Rows) -> Iterator[AllDay]:
    """The days off and make-up days, one event for each run of days, and the open cases on their last days."""
    for run in _runs(rows):
        row = run[0]
        what = say("make-up working day") if row["working"] else say("off")
        words = [row["source"] or "", firmness_words(row["firmness"]) if row["firmness"] != "final" else ""]
        yield AllDay(
            key=("day", shown.region, str(row["day"]), str(row["working"])),
            day=row["day"], days=len(run), summary=f"{row['name']} {what}",
            words="\n".join(each for each in words if each), tentative=any(each["provisional"] for each in run),
        )  # fmt: skip
    if shown.cases is None or shown.office is None:
        return
    for row in rows:
        for line in shown.cases.get(row["day"], ()):
            yield event_of_line(shown.office, line, shown.today, shown.known_on)
