"""Registers and workbooks (台账文件): the content of a file or one of its cells."""

from __future__ import annotations

from collections.abc import Sequence

from gkflow.domain.errors import Refused
from gkflow.domain.sentences import said


class OldExcel(Refused):
    code = "old_excel"
    sentence = said("{file}: the old xls format; save it as xlsx or csv")

    file: str


class NotAWorkbook(Refused):
    code = "not_a_workbook"
    sentence = said("{file}: no workbook that can be read (xlsx, without a password)")

    file: str


class UnknownEncoding(Refused):
    code = "unknown_encoding"
    sentence = said("{file}: not in {tried}; name its encoding")
    in_terminal = said("{file}: not in {tried}; name its encoding with --encoding")

    file: str
    tried: Sequence[str]


class ColumnsMissing(Refused):
    code = "columns_missing"
    sentence = said("{file}: no column {columns}; it has: {found}")

    file: str
    columns: Sequence[str]
    found: Sequence[str]


class ColumnsTwice(Refused):
    code = "columns_twice"
    sentence = said("{file}: column {columns} stands there twice")

    file: str
    columns: Sequence[str]


class TooManyColumns(Refused):
    code = "too_many_columns"
    sentence = said("{file}: {count} {count:column|columns}, at most {most} are read")

    file: str
    count: int
    most: int


class TooManyCells(Refused):
    code = "too_many_cells"
    sentence = said("{count} {count:cell|cells} more than columns: a comma inside a cell, or a row that has slipped")

    count: int


class TooManyRows(Refused):
    code = "too_many_rows"
    sentence = said("xlsx holds {most} {most:row|rows} at most; write csv")

    most: int


class RowWants(Refused):
    code = "row_wants"
    sentence = said("{column} is empty")

    column: str
    label: str


class RowUnreadable(Refused):
    code = "row_unreadable"
    sentence = said("{file}: row {row} cannot be read: {reason}")

    file: str
    row: int
    reason: str


class RowsOutOfOrder(Refused):
    code = "rows_out_of_order"
    sentence = said(
        "{file}: row {row} stands after row {before}: the workbook is damaged; open it in a spreadsheet and save it"
    )

    file: str
    row: int
    before: int


class QuoteOpen(Refused):
    code = "quote_open"
    sentence = said("{file}: row {row}: a quote is not closed; close it or delete it, and import again")

    file: str
    row: int


class QuoteSwallows(Refused):
    code = "quote_swallows"
    sentence = said(
        "{file}: row {row}: a quote is not closed and swallows {lines} {lines:line|lines} that look like rows; none of "
        "them was taken: close the quote or delete it, and import again"
    )

    file: str
    row: int
    lines: int


class LineTooLong(Refused):
    code = "line_too_long"
    sentence = said("{file}: a line of more than {most} {most:character|characters}")

    file: str
    most: int


class FileTooLarge(Refused):
    code = "file_too_large"
    sentence = said("{file}: {size} MB, at most {most} MB are read")

    file: str
    size: int
    most: int


class FileUnpacks(Refused):
    code = "file_unpacks"
    sentence = said("{file}: unpacks to {size} MB, at most {most} MB are read: no register is so large")

    file: str
    size: int
    most: int


class SheetTooLarge(Refused):
    code = "sheet_too_large"
    sentence = said(
        "{file}: row {row} lies beyond the {rows} {rows:row|rows} and {columns} {columns:column|columns} of a sheet"
    )

    file: str
    row: int
    rows: int
    columns: int


class SheetsUnread(Refused):
    code = "sheets_unread"
    sentence = said("only the first sheet is read; others hold cells too: {sheets}")

    sheets: Sequence[str]


class CellOfLines(Refused):
    code = "cell_of_lines"
    sentence = said(
        "a cell holds line breaks and delimiters (the row takes {lines} {lines:line|lines}): check that no "
        "quote is missing"
    )

    lines: int


class CellTooLong(Refused):
    code = "cell_too_long"
    sentence = said("a cell holds {length} {length:character|characters}, xlsx takes {most}; write csv")

    length: int
    most: int


class SpoiltCell(Refused):
    """A cell whose content its file has lost (失真的单元格)."""

    column: str
    label: str
    value: str


class CellDay(SpoiltCell):
    code = "cell_day"
    sentence = said("{column}: {value} lies beyond the days that a spreadsheet knows")


class CellDigits(SpoiltCell):
    code = "cell_digits"
    sentence = said(
        "{column}: {value} is a number of more than 15 digits, and a spreadsheet changes the digits after "
        "them; format the column as text and enter the number again"
    )


class CellError(SpoiltCell):
    code = "cell_error"
    sentence = said("{column}: the cell shows {value}, an error of the spreadsheet; mend its formula")


class CellFormula(SpoiltCell):
    code = "cell_formula"
    sentence = said("{column}: a formula without a stored result; open the file in a spreadsheet and save it")


class MarksInText(Refused):
    """A text with invisible characters (不可见字符)."""

    column: str
    label: str
    marks: str


class ControlsInText(MarksInText):
    code = "controls_in_text"
    sentence = said("{column}: the text holds control marks ({marks}); taken, shown without effect")


class TextTurned(MarksInText):
    code = "text_turned"
    sentence = said("{column}: the text held marks that turn its direction ({marks}); left out")


class MarkRefused(MarksInText):
    code = "mark_refused"
    sentence = said("{column}: holds {marks}, which cannot be kept; delete it")


class LookAlike(Refused):
    code = "look_alike"
    sentence = said(
        "case number {case} looks like {other}; both are kept as cases of their own: if they are one, mend the "
        "register, or record the later case as opened by mistake (misfile)"
    )

    case: str
    other: str


class NumberFolded(Refused):
    code = "number_folded"
    sentence = said("the case number was written {written}, with other widths or invisible marks; read as {case}")

    case: str
    written: str
