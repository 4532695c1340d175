"""
Tables on a terminal (屏幕上的表格): fitted to its width, or, where it is too narrow, each row as a block of lines.

A code is never broken: a column is at least as wide as its longest code. Long cells are cut, unless their column is to
be shown in full.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gkflow.cli.columns import Column, Row, cell_text, is_number
from gkflow.cli.help import cut, longest_piece, padded, width, wrapped

_LONGEST = 60  # longer cells are cut
_SHORT = 12  # columns up to this width (days, numbers, statuses) are never folded
_SOLID = 32  # a code longer than this would leave no room for anything else
_NARROWEST = 8
_GAP = "  "
Line = list[tuple[str, str]]  # texts with their colours


@dataclass(frozen=True, slots=True)
class _Strip:
    """One column with its cells as text: the parts of each, and their colours (一列)."""

    column: Column
    cells: Sequence[Sequence[str]]
    colours: Sequence[str]
    number: bool

    @property
    def natural(self) -> int:
        """The width at which nothing is folded."""
        return max((width(part) for cell in self.cells for part in cell), default=0)

    @property
    def least(self) -> int:
        """The minimum width: a narrower column would break a code or be unreadable."""
        whole = max(self.natural, width(self.column.heading))
        if whole <= _SHORT or (self.column.solid and whole <= _SOLID):
            return whole
        longest = max((longest_piece(part) for cell in self.cells for part in cell), default=0)
        return min(whole, max(longest, longest_piece(self.column.heading), _NARROWEST))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as text for a terminal of so many columns (适应屏幕的表格); empty columns are left out."""

    strips: Sequence[_Strip]
    rows: int
    room: int

    @classmethod
    def of(cls, rows: Sequence[Row], columns: Sequence[Column], room: int) -> Sheet:
        """The table of these rows."""
        strips = []
        for column in columns:
            cells = [_parts(column, row) for row in rows]
            if any(cells):
                colours = [column.colour(row) for row in rows]
                strips.append(_Strip(column, cells, colours, is_number(column, rows)))
        return cls(strips, len(rows), room)

    def lines(self) -> Iterator[Line]:
        """The lines to be printed, each within the width unless one code alone is wider."""
        widths = self._widths()
        return self._table(widths) if widths else self._blocks()

    def _widths(self) -> list[int]:
        """A width for each column; none if the table cannot be fitted."""
        room = self.room - len(_GAP) * (len(self.strips) - 1)
        least = [strip.least for strip in self.strips]
        if sum(least) > room:
            return []
        most = [max(strip.natural, width(strip.column.heading)) for strip in self.strips]
        # The widest are cut first: all wider than the greatest fitting width are reduced to it.
        low, high = 0, max(most, default=0)
        while low < high:
            middle = (low + high + 1) // 2
            if sum(max(a, min(b, middle)) for a, b in zip(least, most, strict=True)) <= room:
                low = middle
            else:
                high = middle - 1
        return [max(a, min(b, low)) for a, b in zip(least, most, strict=True)]

    def _table(self, widths: Sequence[int]) -> Iterator[Line]:
        yield from self._row([[strip.column.heading] for strip in self.strips], ["bold"] * len(widths), widths)
        yield [("  ".join("─" * each for each in widths), "")]
        for place in range(self.rows):
            cells = [strip.cells[place] for strip in self.strips]
            yield from self._row(cells, [strip.colours[place] for strip in self.strips], widths)

    def _row(self, cells: Sequence[Sequence[str]], colours: Sequence[str], widths: Sequence[int]) -> Iterator[Line]:
        folded = [
            [line for part in cell for line in wrapped(part, wide)] for cell, wide in zip(cells, widths, strict=True)
        ]
        for place in range(max(map(len, folded), default=0)):
            line: Line = []
            for lines, colour, wide, strip in zip(folded, colours, widths, self.strips, strict=True):
                text = lines[place] if place < len(lines) else ""
                gap = " " * max(wide - width(text), 0)
                line += [(gap, ""), (text, colour)] if strip.number else [(text, colour), (gap, "")]
                line.append((_GAP, ""))
            yield line

    def _blocks(self) -> Iterator[Line]:
        """Each row as lines of heading and value, an empty line between two rows."""
        head = max(width(strip.column.heading) for strip in self.strips) + len(_GAP)
        head = min(head, self.room // 2)
        for place in range(self.rows):
            if place:
                yield [("", "")]
            for strip in self.strips:
                name = padded(strip.column.heading, head)
                for part in strip.cells[place]:
                    for text in wrapped(part, self.room - head):
                        yield [(name, "bold" if name.strip() else ""), (text, strip.colours[place])]
                        name = " " * head


def _parts(column: Column, row: Row) -> list[str]:
    """The cell's text in parts; cut if it is long and may be cut."""
    value = column.value(row)
    parts = [cell_text(each) for each in (value if column.below else [value])]
    return [part if column.whole else cut(part, _LONGEST) for part in parts if part]
