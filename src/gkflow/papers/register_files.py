"""Reading a register (读取台账文件): csv as offices write it, and xlsx; a row at a time, however long the file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from gkflow.application.columns import Columns
from gkflow.application.register import HEADINGS, LABELS, NEEDED, FileRow, Row
from gkflow.domain.errors import GkflowError
from gkflow.domain.objections.installation import NoFile, Unreadable
from gkflow.domain.objections.register_files import (
    ColumnsMissing,
    ColumnsTwice,
    FileTooLarge,
    OldExcel,
    SheetsUnread,
    TooManyColumns,
    UnknownEncoding,
)
from gkflow.papers.csv_rows import CsvRows
from gkflow.papers.tables import unquoted

ENCODINGS = ("utf-8-sig", "gb18030")  # GB18030 reads GB2312 and GBK as well
MOST_BYTES = 1 << 30  # of a csv
MOST_COLUMNS = 1_000
_CHUNK = 1 << 20
_AS_TEXT = re.compile(r'="([^"]*)"$')  # how spreadsheets mark figures as text
Lines = Iterator[tuple[int, Sequence[Any] | GkflowError, tuple[GkflowError, ...]]]


def read_register(path: Path, encoding: str = "", columns: Columns | None = None) -> Iterator[Row]:
    """
    Read a register (读取台账): (row number, column → value) of each row that holds anything; the heading is row 1.

    *columns* maps the headings of another system. Raises Refused for an unreadable file, and for one without a required
    column. The heading is read immediately, the rows on demand.
    """
    columns = columns or Columns()
    ending = path.suffix.lower()
    try:
        if not path.is_file():
            raise NoFile(file=str(path))
        size = path.stat().st_size
    except OSError as error:  # a path that is too long, a folder that may not be entered
        raise Unreadable(file=_short(path), reason=error.strerror or str(error)) from None
    if ending == ".xls":
        raise OldExcel(file=str(path))
    if ending in (".xlsx", ".xlsm"):
        return _rows(path, _xlsx(path), columns)
    if size > MOST_BYTES:
        raise FileTooLarge(file=path.name, size=-(-size >> 20), most=MOST_BYTES >> 20)
    return _rows(path, _csv(path, encoding or _encoding_of(path), columns), columns)


def count_rows(path: Path) -> int | None:
    """About how many rows a csv holds, for a progress bar; None for a workbook."""
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return None
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(_CHUNK), b""))


def _short(path: Path) -> str:
    text = str(path)
    return text if len(text) <= 100 else f"{text[:60]}…{text[-30:]}"


def _rows(path: Path, lines: Lines, columns: Columns) -> Iterator[Row]:
    heading: Sequence[Any] = ()
    notes: tuple[GkflowError, ...] = ()
    for number, cells, row_notes in lines:
        if isinstance(cells, GkflowError):
            raise cells
        notes += row_notes
        if number >= columns.heading:
            heading = cells if number == columns.heading else ()
            break
    found = [str(cell if cell is not None else "").strip() for cell in heading]
    while found and not found[-1]:
        found.pop()
    if len(found) > MOST_COLUMNS:
        raise TooManyColumns(file=path.name, count=len(found), most=MOST_COLUMNS)
    named = columns.named(path.name, found)
    if missing := [column for column in NEEDED if column not in named and column not in columns.constants]:
        wanted = [f"{LABELS[column]} ({column})" for column in missing]
        raise ColumnsMissing(file=path.name, columns=wanted, found=[column for column in found if column] or ["—"])
    if twice := sorted(column for column, times in Counter(named).items() if column and times > 1):
        raise ColumnsTwice(file=path.name, columns=twice)
    return _values(named, lines, columns, notes)


def _values(named: list[str], lines: Lines, columns: Columns, notes: tuple[GkflowError, ...]) -> Iterator[Row]:
    width = len(named)
    translate = columns.translate if columns.translates else None
    if notes:
        yield 1, FileRow(notes=notes)
    for number, cells, row_notes in lines:
        if isinstance(cells, GkflowError):
            yield number, FileRow(refused=cells)
            continue
        # Empty cells are left out: a missing column reads as empty. A zero is a value.
        values: dict[Any, Any] = {column: cell for column, cell in zip(named, cells, strict=False) if cell or cell == 0}
        if len(cells) > width and any(cells[width:]):
            values[None] = cells[width:]  # a cell too many: the row is shifted, and none of it can be trusted
        if not values:
            continue
        if translate is not None:
            values = translate(values)
        yield number, FileRow(values, row_notes) if row_notes else values


# -- csv ---------------------------------------------------------------------------------------------------------


def _encoding_of(path: Path) -> str:
    """The encoding in which the whole file can be read; the first megabyte alone would often fit both."""
    with path.open("rb") as file:
        head = file.read(4)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"  # what Excel calls Unicode text
    for encoding in ENCODINGS:
        try:
            with path.open(encoding=encoding, newline="") as text:
                while text.read(_CHUNK):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise UnknownEncoding(file=path.name, tried=ENCODINGS)


def _csv(path: Path, encoding: str, columns: Columns) -> Lines:
    try:
        with path.open(encoding=encoding, newline="") as file:
            rows = CsvRows(file, path.name, columns.heading, lambda heading: _day_at(heading, columns))
            for number, cells, row_notes in rows:
                if not isinstance(cells, GkflowError):
                    joined = "".join(cells)
                    if "'" in joined or '="' in joined:
                        cells = [_meant(cell) for cell in cells]
                yield number, cells, row_notes
    except (UnicodeDecodeError, LookupError):
        raise UnknownEncoding(file=path.name, tried=(encoding,)) from None
    except OSError as error:
        raise Unreadable(file=path.name, reason=error.strerror or str(error)) from None


def _day_at(heading: Sequence[str], columns: Columns) -> int | None:
    """The position of the day among the columns of a heading, by which a row swallowed by a quote is recognised."""
    names = [columns.name_of(cell.strip()) for cell in heading]
    return next((place for place, name in enumerate(names) if HEADINGS.get(name, name) == "day"), None)


def _meant(cell: str) -> str:
    if found := _AS_TEXT.match(cell):
        return found.group(1)
    return unquoted(cell)


# -- xlsx --------------------------------------------------------------------------------------------------------


def _xlsx(path: Path) -> Lines:
    from gkflow.papers.workbooks import read_workbook

    others, rows = read_workbook(path)
    row_notes: tuple[GkflowError, ...] = (SheetsUnread(sheets=others),) if others else ()
    for number, cells in rows:
        yield number, [_plain(cell) for cell in cells], row_notes
        row_notes = ()


def _plain(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    return unquoted(cell.strip())
