"""
Reading a workbook (读取 Excel 工作簿): the cells of its first sheet as stored, row by row.

A file from outside may be malicious: it is measured before anything is unpacked, and everything that grows while it is
read (rows, columns, texts) has a limit. A cell whose content the spreadsheet has lost is not read as empty.
"""

from __future__ import annotations

import posixpath
import re
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from gkflow import extras
from gkflow.application.register import Spoilt
from gkflow.domain.objections.register_files import (
    CellDay,
    CellDigits,
    CellError,
    CellFormula,
    FileUnpacks,
    NotAWorkbook,
    RowsOutOfOrder,
    SheetTooLarge,
)
from gkflow.papers.office_parts import Elements, NoWorkbook, parsed, read_small, unescaped

try:
    from lzma import LZMAError as _LzmaError
except ImportError:  # a Python without it opens no part that needs it
    _LzmaError = zlib.error  # type: ignore[assignment, misc]  # a class of its own for the type checker

MOST_UNPACKED = 1 << 30  # bytes of all parts together
MOST_TEXTS = 256 << 20  # bytes of the shared texts, which are held in memory
MOST_FOLDED = 200  # the highest compression ratio of a large part
_LARGE = 16 << 20
MOST_PARTS = 10_000
ROWS, COLUMNS = 1_048_576, 16_384  # of a sheet, by the format
_MOST_DIGITS = 10**15  # a spreadsheet keeps 15 digits of a number, the others become 0
_PLACE = re.compile(r"([A-Z]{1,3})[0-9]*$")
# Numbers of built-in formats that show days; 27-36 and 50-58 are those of Chinese spreadsheets (ECMA-376, 18.8.30).
_DAY_FORMATS = frozenset((*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)))

Cells = list[Any]


def read_workbook(path: Path) -> tuple[list[str], Iterator[tuple[int, Cells]]]:
    """
    The names of its other non-empty sheets, and the rows of the first one as (row number, cells).

    Raises Refused for a file that is not a workbook, or that exceeds a limit, before or while it is read, and
    LibraryMissing without openpyxl, which knows the formats of days: before anything is read, never at the first day.
    """
    extras.require("openpyxl")
    try:
        book = ZipFile(path)
    except (BadZipFile, OSError, ValueError, NotImplementedError):
        raise NotAWorkbook(file=path.name) from None
    try:
        _measure(book, path.name)
        reader = _Workbook(book, path.name)
    except _BROKEN:
        book.close()
        raise NotAWorkbook(file=path.name) from None
    except BaseException:
        book.close()
        raise
    return reader.others, reader.rows()


def _measure(book: ZipFile, name: str) -> None:
    # A member is never unpacked beyond its declared size.
    parts = book.infolist()
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED:
        raise FileUnpacks(file=name, size=_mega(unpacked), most=_mega(MOST_UNPACKED))
    for part in parts:
        if part.file_size > _LARGE and part.file_size > MOST_FOLDED * max(part.compress_size, 1):
            raise FileUnpacks(file=name, size=_mega(part.file_size), most=_mega(MOST_UNPACKED))


def _mega(size: int) -> int:
    return -(-size // (1 << 20))


_BROKEN = (
    BadZipFile, KeyError, ValueError, OSError, EOFError, NotImplementedError, RuntimeError, OverflowError,
    expat.ExpatError, zlib.error, _LzmaError, NoWorkbook,
)  # fmt: skip


class _Workbook:
    """One workbook (工作簿): what must be known before its rows are read."""

    def __init__(self, book: ZipFile, name: str) -> None:
        self.book, self.name = book, name
        self.main = _main_part(book)
        targets = _targets(book, self.main)
        sheets, self.epoch_1904 = _sheets(book, self.main)
        parts = [(label, targets[key]) for label, key in sheets if key in targets and "chartsheet" not in targets[key]]
        if not parts:
            raise NoWorkbook
        self.sheet = parts[0][1]
        self.others = [label for label, part in parts[1:] if _holds_cells(book, part)]
        folder = posixpath.dirname(self.main)
        self.texts = self._shared(f"{folder}/sharedStrings.xml" if folder else "sharedStrings.xml", targets)
        self.days = self._day_styles(targets)

    def _part(self, ending: str, targets: dict[str, str]) -> str | None:
        return next((part for part in targets.values() if part.lower().endswith(ending)), None)

    def _shared(self, usual: str, targets: dict[str, str]) -> list[str]:
        part = self._part("sharedstrings.xml", targets) or usual
        if part not in self.book.NameToInfo:
            return []
        if self.book.getinfo(part).file_size > MOST_TEXTS:
            size = _mega(self.book.getinfo(part).file_size)
            raise FileUnpacks(file=self.name, size=size, most=_mega(MOST_TEXTS))
        texts: list[str] = []
        handler = _Texts(texts)
        for _ in parsed(self.book, part, handler):
            pass
        return texts

    def _day_styles(self, targets: dict[str, str]) -> frozenset[int]:
        part = self._part("styles.xml", targets)
        if part is None or part not in self.book.NameToInfo:
            return frozenset()
        handler = _Styles()
        for _ in parsed(self.book, part, handler):
            pass
        return frozenset(place for place, number in enumerate(handler.used) if handler.is_day(number))

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """The rows of the first sheet."""
        last = 0
        try:
            handler = _Sheet(self.texts, self.days, self.epoch_1904)
            for _ in parsed(self.book, self.sheet, handler):
                for number, cells in handler.found:
                    if number > ROWS or handler.wide:
                        raise SheetTooLarge(file=self.name, row=number, rows=ROWS, columns=COLUMNS)
                    if number <= last:
                        raise RowsOutOfOrder(file=self.name, row=number, before=last)
                    last = number
                    yield number, cells
                handler.found.clear()
                if handler.wide:
                    raise SheetTooLarge(file=self.name, row=last + 1, rows=ROWS, columns=COLUMNS)
        except _BROKEN:
            raise NotAWorkbook(file=self.name) from None
        finally:
            self.book.close()


def _main_part(book: ZipFile) -> str:
    for kind, target, _ in _relations(book, "_rels/.rels"):
        if kind.endswith("/officeDocument"):
            return target.lstrip("/")
    raise NoWorkbook


def _targets(book: ZipFile, main: str) -> dict[str, str]:
    folder, file = posixpath.split(main)
    found = {}
    for _, target, key in _relations(book, posixpath.join(folder, "_rels", f"{file}.rels")):
        found[key] = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
    return found


def _relations(book: ZipFile, part: str) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []

    def begin(name: str, given: dict[str, str]) -> None:
        if name == "Relationship":
            found.append((given.get("Type", ""), given.get("Target", ""), given.get("Id", "")))

    read_small(book, part, begin)
    return found


def _sheets(book: ZipFile, part: str) -> tuple[list[tuple[str, str]], bool]:
    sheets: list[tuple[str, str]] = []
    since_1904 = False

    def begin(name: str, given: dict[str, str]) -> None:
        nonlocal since_1904
        if name == "sheet":
            key = next((value for name, value in given.items() if name.rpartition(":")[2] == "id"), "")
            sheets.append((given.get("name", ""), key))
        elif name == "workbookPr":
            since_1904 = given.get("date1904", "0") in ("1", "true")

    read_small(book, part, begin)
    return sheets, since_1904


def _holds_cells(book: ZipFile, part: str) -> bool:
    """Whether a sheet has a non-empty cell; every new workbook comes with an empty sheet."""

    class Found(Exception):
        pass

    def begin(name: str, given: dict[str, str]) -> None:
        if name in ("v", "is"):
            raise Found

    try:
        read_small(book, part, begin)
    except Found:
        return True
    return False


class _Texts(Elements):
    """The shared texts (共享字符串), without the reading aids above Chinese characters (rPh)."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts
        self._parts: list[str] = []
        self._in = self._aid = False

    def begin(self, name: str, given: dict[str, str]) -> None:
        if name == "si":
            self._parts = []
        elif name == "rPh":
            self._aid = True
        elif name == "t":
            self._in = not self._aid

    def end(self, name: str) -> None:
        if name == "t":
            self._in = False
        elif name == "rPh":
            self._aid = False
        elif name == "si":
            self.texts.append(unescaped("".join(self._parts)))

    def text(self, text: str) -> None:
        if self._in:
            self._parts.append(text)


class _Styles(Elements):
    """The styles that show a number as a day (日期格式)."""

    def __init__(self) -> None:
        self.codes: dict[int, str] = {}
        self.used: list[int] = []
        self._in_cells = False

    def begin(self, name: str, given: dict[str, str]) -> None:
        if name == "numFmt":
            self.codes[int(given["numFmtId"])] = given.get("formatCode", "")
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            self.used.append(int(given.get("numFmtId", "0")))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._in_cells = False

    def is_day(self, number: int) -> bool:
        from openpyxl.styles.numbers import is_date_format

        return bool(is_date_format(self.codes[number])) if number in self.codes else number in _DAY_FORMATS


class _Sheet(Elements):
    """The cells of a sheet (单元格)."""

    def __init__(self, texts: list[str], days: frozenset[int], since_1904: bool) -> None:
        self.shared, self.days, self.since_1904 = texts, days, since_1904
        self.found: list[tuple[int, Cells]] = []
        self.wide = False
        self._row = 0
        self._cells: Cells = []
        self._given: dict[str, str] = {}
        self._parts: list[str] = []
        self._in = self._aid = self._has_value = self._has_formula = False

    def begin(self, name: str, given: dict[str, str]) -> None:
        if name == "c":
            self._given = given
            self._parts.clear()
            self._has_value = self._has_formula = False
        elif name == "v":
            self._in = self._has_value = True
        elif name == "t":
            self._in = self._has_value = not self._aid
        elif name == "f":
            self._has_formula = True
        elif name == "rPh":
            self._aid = True
        elif name == "row":
            self._row = int(given["r"]) if "r" in given else self._row + 1
            self._cells = []

    def end(self, name: str) -> None:
        if name == "c":
            self._put()
        elif name in ("v", "t"):
            self._in = False
        elif name == "rPh":
            self._aid = False
        elif name == "row":
            self.found.append((self._row, self._cells))

    def text(self, text: str) -> None:
        if self._in:
            self._parts.append(text)

    def _put(self) -> None:
        at = _column(self._given["r"]) if "r" in self._given else len(self._cells) + 1
        if at > COLUMNS or len(self._cells) >= COLUMNS:
            self.wide = True
            return
        value = self._value()
        if value is None:
            return  # an empty cell with a border
        if at <= len(self._cells):
            raise NoWorkbook
        self._cells.extend([None] * (at - 1 - len(self._cells)))
        self._cells.append(value)

    def _value(self) -> Any:
        if not self._has_value:
            return Spoilt("=…", CellFormula) if self._has_formula else None
        text = "".join(self._parts)
        match self._given.get("t", "n"):
            case "s":
                return self.shared[int(text)]
            case "n":
                return self._number(text)
            case "b":
                return text.strip() in ("1", "true")
            case "e":
                return Spoilt(text, CellError)
            case _:
                return unescaped(text)

    def _number(self, text: str) -> Any:
        if not text.strip():
            return None
        if len(text) > 64:
            return Spoilt(f"{text[:24]}…", CellDigits)
        number = int(text) if text.strip().lstrip("+-").isdigit() else float(text)
        if int(self._given.get("s", "0")) in self.days:
            return self._day(number, text)
        if not abs(number) < _MOST_DIGITS:
            return Spoilt(f"{number:.0f}" if abs(number) < 1e60 else text, CellDigits)
        return int(number) if isinstance(number, float) and number.is_integer() else number

    def _day(self, number: float, text: str) -> date | time | Spoilt:
        from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

        try:
            moment = from_excel(number, CALENDAR_MAC_1904 if self.since_1904 else CALENDAR_WINDOWS_1900)
        except (OverflowError, ValueError, TypeError):
            return Spoilt(text, CellDay)
        if isinstance(moment, datetime):
            return moment.date() if moment.time() == time() else moment
        return moment if isinstance(moment, (date, time)) else Spoilt(text, CellDay)


def _column(place: str) -> int:
    found = _PLACE.match(place)
    if found is None:
        return COLUMNS + 1
    number = 0
    for letter in found.group(1):
        number = number * 26 + ord(letter) - 64
    return number
