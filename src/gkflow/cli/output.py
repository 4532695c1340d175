"""
Output (输出): rows as a table for people, as JSON for programs, as csv or xlsx for spreadsheets.

JSON has every key of a row unchanged; the other three have the given columns, as text.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import Any

from gkflow import extras
from gkflow.cli.columns import COLOURS, Column, Row, cell_text, in_words, is_number, moment
from gkflow.cli.fitted import Sheet
from gkflow.cli.help import terminal_width, width
from gkflow.cli.screen import NotShown, as_it_is, pen, safe, unfiltered
from gkflow.domain.objections.installation import OutputEnding, OutputNotFormat, Unreadable, XlsxOnScreen
from gkflow.papers.tables import save_csv, save_xlsx, write_csv
from gkflow.words.language import say
from gkflow.words.system import system_words

_BATCH = 2000


def show(rows: Iterable[Row], columns: Sequence[Column], format: str, path: str | None = None, title: str = "") -> None:
    """
    Print rows, or write them into the file *path*, as *format*: table, json, csv or xlsx; csv and xlsx consume them one
    by one, so that a million rows need no memory.

    A table written to a file has the format of the file's suffix. Raises Refused for xlsx on a terminal and Unfit for
    an unwritable file.
    """
    format = form_of(format, path)
    counted = _Counted(rows if format in ("csv", "xlsx") else list(rows))
    if not path:
        _print(counted, columns, format, title)
        return
    try:
        _save(Path(path), counted, columns, format, title)
    except OSError as error:
        raise Unreadable(file=path, reason=reason(error)) from None
    message = say("{path}: {count} {count:row|rows} written", path=path, count=counted.count)
    print(message, file=sys.stderr)


_ENDINGS = {".csv": "csv", ".xlsx": "xlsx", ".json": "json", ".txt": "table", "": "table"}


def form_of(format: str, path: str | None, own: str = "") -> str:
    """
    The output format: by default that of the file's suffix (输出格式); *own* is a further format of one command. Raises
    Refused for a suffix of another format, or of one that gkflow cannot write, and LibraryMissing for a workbook that
    cannot be written here: before anything is done.
    """
    form = _form_of(format, path, own)
    if form == "xlsx":
        extras.require("openpyxl")
    return form


def _form_of(format: str, path: str | None, own: str) -> str:
    if not path:
        return format
    ending = Path(path).suffix.lower()
    endings = {**_ENDINGS, f".{own}": own} if own else _ENDINGS
    form = endings.get(ending)
    if form is None or (format != "table" and ending not in ("", ".txt") and form != format):
        known = [ending for ending in endings if ending]
        if form is None:
            raise OutputEnding(path=path, ending=ending, known=known)
        raise OutputNotFormat(path=path, ending=ending, format=format, known=known)
    return form if format == "table" else format


class _Counted:
    """Rows that are counted while they are read; a list of them may be read again."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = rows
        self.count = len(rows) if isinstance(rows, list) else 0

    def __iter__(self) -> Iterator[Row]:
        if isinstance(self.rows, list):
            yield from self.rows
            return
        for row in self.rows:
            self.count += 1
            yield row


def _print(counted: _Counted, columns: Sequence[Column], format: str, title: str) -> None:
    rows = counted.rows if isinstance(counted.rows, list) else []
    if format == "json":
        print_json(rows)
    elif format == "csv":
        write_csv(as_it_is(sys.stdout), _headings(columns), _cells(counted, columns))
    elif format == "xlsx":
        if sys.stdout.isatty():
            raise XlsxOnScreen()
        _print_xlsx(counted, columns, title)
    elif rows:
        print_table(rows, columns, title)


def _print_xlsx(counted: _Counted, columns: Sequence[Column], title: str) -> None:
    """A workbook is completed first: the library that writes it cannot be interrupted by a closed pipe."""
    with SpooledTemporaryFile(max_size=1 << 24) as book:
        save_xlsx(book, _headings(columns), _cells(counted, columns), title)
        book.seek(0)
        try:
            copyfileobj(book, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        except OSError as error:
            raise NotShown(error) from None


def _save(path: Path, counted: _Counted, columns: Sequence[Column], format: str, title: str) -> None:
    rows = counted.rows if isinstance(counted.rows, list) else []
    if format == "csv":
        save_csv(path, _headings(columns), _cells(counted, columns))
    elif format == "xlsx":
        save_xlsx(path, _headings(columns), _cells(counted, columns), title)
    elif format == "json":
        path.write_text(json_text(rows) + "\n", encoding="utf-8")
    else:
        path.write_text(table_text(rows, columns, title), encoding="utf-8")


def reason(error: OSError) -> str:
    """Why a file could not be written or read, as text."""
    return system_words(error)


def _headings(columns: Sequence[Column]) -> list[str]:
    return [column.heading for column in columns]


def _cells(rows: Iterable[Row], columns: Sequence[Column]) -> Iterator[list[Any]]:
    return ([in_words(column.line(row)) for column in columns] for row in rows)


# -- JSON --------------------------------------------------------------------------------------------------------


def print_json(value: Any, path: str = "") -> None:
    """Print one JSON value and nothing else, or write it into *path*: a list with a line for each row, an object
    indented. Raises Unfit for a file that cannot be written."""
    if not path:
        print(json_text(value), file=as_it_is(sys.stdout))
    else:
        write_text(json_text(value), path)


def write_text(text: str, path: str) -> None:
    """Write a text into a file, as its last line. Raises Unfit for a file that cannot be written."""
    try:
        Path(path).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise Unreadable(file=path, reason=reason(error)) from None
    print(say("{path}: written", path=path), file=sys.stderr)


def json_text(value: Any) -> str:
    """One JSON value as text; days as YYYY-MM-DD, moments as ISO with +08:00."""
    if isinstance(value, Mapping):
        return _escaped(json.dumps(value, ensure_ascii=False, indent=2, default=plain))
    rows = [_escaped(json.dumps(row, ensure_ascii=False, default=plain)) for row in value]
    return "[\n" + ",\n".join(rows) + "\n]" if rows else "[]"


_HIDDEN = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def _escaped(text: str) -> str:
    """JSON with hidden characters as \\uXXXX, which programs read and terminals do not obey."""
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def plain(value: Any) -> Any:
    """A value in its JSON form."""
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, (set, frozenset)) else str(value)


# -- tables ------------------------------------------------------------------------------------------------------


def print_table(rows: Sequence[Row], columns: Sequence[Column], title: str = "") -> None:
    """Print a table: in colour and fitted to a terminal, plain and at full width elsewhere."""
    if not sys.stdout.isatty():
        sys.stdout.write(_TextTable.of(rows, columns).text(title))
        return
    sheet = Sheet.of(rows, columns, terminal_width())
    if title:
        print(coloured(title, "bold"))
    _drawn(sheet.lines())


def _drawn(lines: Iterable[Sequence[tuple[str, str]]]) -> None:
    """Lines of coloured texts that were fitted to the terminal."""
    from rich.console import Console  # only a table needs it, and its import is slow
    from rich.text import Text

    console = Console(file=unfiltered(sys.stdout), highlight=False, markup=False)
    for line in lines:
        text = Text.assemble(*line)
        text.rstrip()
        console.print(text, soft_wrap=True)


def table_text(rows: Sequence[Row], columns: Sequence[Column], title: str = "") -> str:
    """A table as plain text; wide characters aligned, no column cut, no spaces at the end of a line."""
    return _TextTable.of(rows, columns).text(title)


_LONGEST = 60  # longer cells widen no column where the table is not fitted


@dataclass(frozen=True, slots=True)
class _TextTable:
    """A table as text at its full width; columns without any value are left out, unless no row has any."""

    columns: Sequence[Column]
    cells: Sequence[Sequence[str]]
    numbers: Sequence[bool]
    widths: Sequence[int]

    @classmethod
    def of(cls, rows: Sequence[Row], columns: Sequence[Column]) -> _TextTable:
        """The table of these rows."""
        shown = [[cell_text(column.line(row)) for row in rows] for column in columns]
        kept = [place for place, cells in enumerate(shown) if any(cells) or not rows]
        columns = [columns[place] for place in kept]
        # A cell of thousands of characters widens only its own line, not the whole table.
        widths = [
            min(max(map(width, (column.heading, *shown[place]))), max(width(column.heading), _LONGEST))
            for place, column in zip(kept, columns, strict=True)
        ]
        numbers = [is_number(column, rows) for column in columns]
        return cls(columns, list(zip(*(shown[place] for place in kept), strict=True)), numbers, widths)

    def text(self, title: str) -> str:
        def line(texts: Sequence[str]) -> str:
            padded = []
            for text, columns, number in zip(texts, self.widths, self.numbers, strict=True):
                gap = " " * max(columns - width(text), 0)
                padded.append(gap + text if number else text + gap)
            return "  ".join(padded).rstrip()

        rule = "  ".join("─" * columns for columns in self.widths)
        lines = [*([safe(title)] if title else []), line(_headings(self.columns)), rule, *map(line, self.cells)]
        return "\n".join(lines) + "\n"


def coloured(text: str, colour: str) -> str:
    """A text in one of COLOURS on a terminal, unchanged elsewhere."""
    if not colour or not sys.stdout.isatty():
        return text
    from rich.console import Console
    from rich.text import Text

    console = Console(file=unfiltered(sys.stdout), highlight=False)
    with console.capture() as captured:
        console.print(Text(safe(text), style=COLOURS.get(colour, colour)), end="", soft_wrap=True)
    return pen(captured.get())
