"""
The rows of a csv (CSV 各行), strictly: every line of the file is in a row that is read or in one that is refused.

An unclosed quote swallows the following lines, and the rest looks like a short, valid register. So each row that spans
several lines is checked: does the text after a line break look like rows?
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from typing import TextIO

from gkflow.application.facts import read_day
from gkflow.domain.errors import GkflowError, Refused
from gkflow.domain.objections.register_files import CellOfLines, LineTooLong, QuoteOpen, QuoteSwallows, RowUnreadable

DELIMITERS = (",", "\t", ";")
LONGEST = 1 << 24  # characters of a cell and of a line
CsvRow = tuple[int, "list[str] | GkflowError", tuple[GkflowError, ...]]


class CsvRows:
    """Iterates over (row number, cells or the reason for refusal, warnings)."""

    def __init__(self, file: TextIO, name: str, heading: int, day_at: Callable[[Sequence[str]], int | None]) -> None:
        self.name, self.heading, self._day_at_of = name, heading, day_at
        self._file = file
        self._waiting: list[str] = []  # lines to be read again, the next one last
        self._held: list[str] = []  # the lines of the present row
        self._day_at: int | None = None
        self._width = 0
        # The limit is process-wide; it is only ever raised.
        csv.field_size_limit(max(LONGEST, csv.field_size_limit()))
        start = [file.readline(LONGEST) for _ in range(heading)]
        self.delimiter = max(DELIMITERS, key=start[-1].count) if start else ","
        file.seek(0)

    def _lines(self) -> Iterator[str]:
        held, waiting, readline = self._held, self._waiting, self._file.readline
        while True:
            line = waiting.pop() if waiting else readline(LONGEST)
            if not line:
                return
            if len(line) == LONGEST:
                raise LineTooLong(file=self.name, most=LONGEST)
            held.append(line)
            yield line

    def __iter__(self) -> Iterator[CsvRow]:
        number, held = 0, self._held
        reader = self._reader()
        while True:
            try:
                for cells in reader:
                    number += 1
                    if number == self.heading:
                        self._width, self._day_at = len(cells), self._day_at_of(cells)
                    if len(held) == 1:
                        yield number, cells, ()
                    else:
                        yield number, *self._spanning(number, cells)
                    held.clear()
                return
            except csv.Error as error:
                number += 1
                yield number, self._unread(number, str(error)), ()
                # Its quotes are ignored: the lines after the first one are read on their own.
                self._waiting.extend(reversed(held[1:]))
                held.clear()
                reader = self._reader()

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(self._lines(), delimiter=self.delimiter, strict=True)

    def _unread(self, number: int, reason: str) -> GkflowError:
        if reason == "unexpected end of data" or len(self._held) > 1:
            return QuoteOpen(file=self.name, row=number)
        return RowUnreadable(file=self.name, row=number, reason=reason)

    def _spanning(self, number: int, cells: list[str]) -> tuple[list[str] | GkflowError, tuple[GkflowError, ...]]:
        """A row of several lines: refused if one of them is a row of its own, reported if it might be."""
        swallowed = sum(map(self._is_row, self._held[1:]))
        if swallowed:
            return QuoteSwallows(file=self.name, row=number, lines=swallowed), ()
        delimiter = self.delimiter
        if any(("\n" in cell or "\r" in cell) and delimiter in cell for cell in cells):
            return cells, (CellOfLines(lines=len(self._held)),)
        return cells, ()

    def _is_row(self, line: str) -> bool:
        pieces = line.rstrip("\r\n").split(self.delimiter)
        if len(pieces) == self._width > 1:
            return True
        if self._day_at is None or self._day_at >= len(pieces):
            return False
        try:
            read_day(pieces[self._day_at].strip(' "='), midnight=True)
        except Refused:
            return False
        return True
