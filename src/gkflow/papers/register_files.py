"""Reading a register (读取台账文件): csv as offices write it, and xlsx; a row at a time, however long the file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Any

from gkflow.application.register import HEADINGS, NEEDED, Row
from gkflow.domain.errors import Refused
from gkflow.papers.tables import unquoted

ENCODINGS = ("utf-8-sig", "gb18030")  # GB18030 reads GB2312 and GBK as well
DELIMITERS = (",", "\t", ";")
_CHUNK = 1 << 20


def read_register(path: Path, encoding: str = "") -> Iterator[Row]:
    """
    Read a register (读取台账): (row number, column → value) of each row that holds anything; the heading is row 1.

    Raises Refused for a file that cannot be read, and for one without a column that must be there. The heading is
    read at once, the rows as they are asked for.
    """
    if not path.is_file():
        raise Refused("no_file", file=str(path))
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return _rows(path, _xlsx(path))
    if path.suffix.lower() == ".xls":
        raise Refused("old_excel", file=str(path))
    return _rows(path, _csv(path, encoding or _encoding_of(path)))


def count_rows(path: Path) -> int | None:
    """About how many rows a csv holds, for a progress bar; None for a workbook."""
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return None
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(_CHUNK), b""))


def _rows(path: Path, lines: Iterator[Sequence[Any]]) -> Iterator[Row]:
    heading = next(lines, ())
    columns = [str(cell if cell is not None else "").strip() for cell in heading]
    while columns and not columns[-1]:
        columns.pop()
    named = [HEADINGS.get(column, column) for column in columns]
    if missing := [column for column in NEEDED if column not in named]:
        labels = {name: label for label, name in HEADINGS.items()}
        wanted = [f"{labels[column]} ({column})" for column in missing]
        raise Refused(
            "columns_missing", file=path.name, columns=wanted, found=[column for column in columns if column] or ["—"]
        )
    if twice := sorted({column for column in named if column and named.count(column) > 1}):
        raise Refused("columns_twice", file=path.name, columns=twice)
    return _values(named, lines)


def _values(columns: list[str], lines: Iterable[Sequence[Any]]) -> Iterator[Row]:
    width = len(columns)
    for number, cells in enumerate(lines, 2):
        # Empty cells are left out: an absent column reads as empty.
        values: dict[Any, Any] = {column: cell for column, cell in zip(columns, cells, strict=False) if cell}
        if len(cells) > width and any(cells[width:]):
            values[None] = cells[width:]  # a cell too many: the row has slipped, and none of it is to be trusted
        if values:
            yield number, values


# -- csv ---------------------------------------------------------------------------------------------------------


def _encoding_of(path: Path) -> str:
    """The encoding in which the whole file can be read; the first megabyte alone would often look like both."""
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
    raise Refused("unknown_encoding", file=path.name, tried=ENCODINGS)


def _csv(path: Path, encoding: str) -> Iterator[Sequence[str]]:
    row, quote = 0, "'"
    try:
        with path.open(encoding=encoding, newline="") as file:
            first = file.readline()
            delimiter = max(DELIMITERS, key=first.count)
            file.seek(0)
            for cells in csv.reader(file, delimiter=delimiter):
                row += 1
                yield cells if quote not in "".join(cells) else [unquoted(cell) for cell in cells]
    except (UnicodeDecodeError, LookupError):
        raise Refused("unknown_encoding", file=path.name, tried=(encoding,)) from None
    except csv.Error as error:
        raise Refused("row_unreadable", file=path.name, row=row + 1, reason=str(error)) from None


# -- xlsx --------------------------------------------------------------------------------------------------------


def _xlsx(path: Path) -> Iterator[Sequence[Any]]:
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
        sheet = book.worksheets[0]
    except (BadZipFile, InvalidFileException, KeyError, IndexError, ValueError, OSError):
        raise Refused("not_a_workbook", file=path.name) from None
    try:
        sheet.reset_dimensions()  # some programs write a wrong size into the file
        for cells in sheet.iter_rows(values_only=True):
            yield [_plain(cell) for cell in cells]
    finally:
        book.close()


def _plain(cell: Any) -> Any:
    """A cell as the register means it: a day without its midnight, a number without the point that Excel adds."""
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date()
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return unquoted(cell.strip()) if isinstance(cell, str) else cell
