"""
Tables as files (表格文件): csv that a spreadsheet opens without garbling, and xlsx.

Text that a spreadsheet would read as a formula gets an apostrophe in front, a control character becomes its picture;
numbers and days stay numbers and days.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, TextIO

from gkflow import extras
from gkflow.application.marks import visible
from gkflow.domain.objections.register_files import CellTooLong, TooManyRows
from gkflow.papers.office_parts import escaped

BOM = "\ufeff"  # without it Excel reads UTF-8 as the code page of the machine
# A Chinese spreadsheet reads the wide signs as a formula as well. An existing apostrophe gets another one, so that
# the text read back is the text written.
_FORMULA = re.compile(r"'*[=+\-@＝＋－＠\t\r]")
_QUOTED = re.compile(r"'+[=+\-@＝＋－＠\t\r]")
_WIDEST = 60
_LONGEST = 32_767  # characters in a cell of a sheet
_ROWS = 1_048_576  # in a sheet, including its heading


def quoted(cell: Any) -> Any:
    """
    A cell that no spreadsheet reads as a formula (防公式注入); only texts are changed.

    >>> quoted("=1+1"), quoted("答复"), quoted(-5)
    ("'=1+1", '答复', -5)
    >>> quoted("＝1+1"), quoted("'=1+1")
    ("'＝1+1", "''=1+1")
    """
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def unquoted(cell: str) -> str:
    """
    The text that was quoted, for reading a file back.

    >>> unquoted("'=1+1"), unquoted("'引文'")
    ('=1+1', "'引文'")
    """
    return cell[1:] if _QUOTED.match(cell) else cell


def write_csv(file: TextIO, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table as csv, with a byte order mark, into a text file opened with ``newline=""``."""
    file.write(BOM)
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([quoted(heading) for heading in headings])
    for row in rows:
        writer.writerow([_text(quoted(_steering_nothing(cell))) for cell in row])


def save_csv(path: Path, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table into a csv file, completely or not at all."""
    with _whole(path, "w", encoding="utf-8", newline="") as file:
        write_csv(file, headings, rows)


def save_xlsx(
    target: Path | IO[bytes], headings: Sequence[str], rows: Iterable[Sequence[Any]], title: str = ""
) -> None:
    """
    Write a table into an xlsx file, completely or not at all: bold, frozen headings, days as days, wide enough columns.
    Raises Refused for more rows than a sheet allows, and LibraryMissing without openpyxl.
    """
    if isinstance(target, Path):
        with _whole(target, "wb") as file:
            _write_xlsx(file, headings, rows, title)
    else:
        _write_xlsx(target, headings, rows, title)


@contextmanager
def _whole(path: Path, mode: str, **how: Any) -> Iterator[Any]:
    """A file that replaces the existing one only when it is complete."""
    if path.exists() and not path.is_file():
        with path.open(mode, **how) as file:  # a pipe, a terminal
            yield file
        return
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with unfinished.open(mode, **how) as file:
            yield file
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _write_xlsx(file: IO[bytes], headings: Sequence[str], rows: Iterable[Sequence[Any]], title: str) -> None:
    extras.require("openpyxl")
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    table = (tuple(_cell(quoted(_steering_nothing(cell))) for cell in row) for row in rows)
    first = list(islice(table, 1000))
    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31] or "gkflow")
    # In a write-only book widths and the frozen row come before the first row.
    sheet.freeze_panes = "A2"
    for place, heading in enumerate(headings):
        widest = max([_width(heading), *(_width(row[place]) for row in first)])
        sheet.column_dimensions[get_column_letter(place + 1)].width = min(widest, _WIDEST) + 2
    head = [WriteOnlyCell(sheet, value=quoted(heading)) for heading in headings]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    for number, row in enumerate(chain(first, table), 2):
        if number > _ROWS:
            sheet.close()
            raise TooManyRows(most=_ROWS - 1)
        sheet.append(row)
    book.save(file)


def _steering_nothing(cell: Any) -> Any:
    return visible(cell) if isinstance(cell, str) else cell


def _text(cell: Any) -> Any:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    return cell.isoformat() if isinstance(cell, date) else cell


def _cell(cell: Any) -> Any:
    # A workbook knows no time zones: the moment is written as text, with its own.
    if isinstance(cell, datetime) and cell.tzinfo is not None:
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, str):
        text = escaped(cell)
        if len(text) > _LONGEST:
            # The library that writes the file would cut it silently.
            raise CellTooLong(length=len(text), most=_LONGEST)
        return text
    return cell if cell is None or isinstance(cell, (bool, int, float, date)) else str(cell)


def _width(cell: Any) -> int:
    """The display width: Chinese characters take two columns."""
    return sum(2 if ord(char) > 0x2E7F else 1 for char in str(cell)) if cell is not None else 0
