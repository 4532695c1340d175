"""Columns (列): which values of a row are shown, under which heading, and in which form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from gkflow.cli.screen import safe
from gkflow.words.language import listed, say, translated

Row = Mapping[str, Any]
# The colours of the data (ladders, lights) on a terminal.
COLOURS = {
    "green": "green",
    "blue": "blue",
    "yellow": "yellow",
    "orange": "dark_orange",
    "red": "bold red",
    "black": "bold white on grey23",
}
_SAMPLE = 2000  # rows that decide whether a column is numeric


@dataclass(frozen=True, slots=True)
class Column:
    """
    One column (列): the key of the row and its heading in both languages.

    ``style`` returns the colour of a row's cell: a rich style, one of COLOURS, or "" for none. ``words`` converts the
    value to display text, ``row_words`` the whole row; numbers are aligned right.
    """

    key: str
    title: str
    style: str | Callable[[Row], str | None] = ""
    words: Callable[[Any], Any] | None = None
    row_words: Callable[[Row], Any] | None = None  # instead of the value: from the whole row
    whole: bool = False  # never cut on a terminal: a quotation, facts, a list of choices
    solid: bool = False  # never broken: the number of a case, a day with a word
    below: bool = False  # a list whose parts are below one another on a terminal: facts

    @property
    def heading(self) -> str:
        """The heading in the language chosen."""
        return translated(self.title)

    def value(self, row: Row) -> Any:
        """The display text of this column."""
        if self.row_words is not None:
            return self.row_words(row)
        value = row.get(self.key)
        return self.words(value) if self.words is not None and value is not None else value

    def line(self, row: Row) -> Any:
        """The same on one line."""
        value = self.value(row)
        return say(", ").join(map(str, value)) if self.below else value

    def colour(self, row: Row) -> str:
        """The rich style of the cell."""
        style = self.style(row) if callable(self.style) else self.style
        return COLOURS.get(style or "", style or "")


def in_words(value: Any) -> Any:
    """A value in the form for a spreadsheet."""
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return listed(str(in_words(each)) for each in value)
    return str(value) if isinstance(value, Enum) else value


def moment(value: datetime) -> str:
    """A moment in the time of the office: 2026-11-22T09:00:00+08:00."""
    aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    return aware.astimezone(ZoneInfo("Asia/Shanghai")).isoformat(timespec="seconds")


def is_number(column: Column, rows: Sequence[Row]) -> bool:
    """Whether the column is numeric, and so aligned right."""
    values = [value for value in (column.value(row) for row in rows[:_SAMPLE]) if value is not None]
    return bool(values) and all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)


def cell_text(value: Any) -> str:
    """One cell on one line."""
    if value is None:
        return ""
    return safe(" ".join(str(in_words(value)).splitlines()))
