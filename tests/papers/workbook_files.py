"""Workbooks as other programs and other people make them (工作簿样本), written part by part."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
HEADING = ("案件编号", "流程", "日期", "动作", "收件方式", "内容摘要")


def text_cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


def row(*cells: str, number: int | None = None) -> str:
    """A row of cells; a text that is no element becomes a cell of text."""
    at = f' r="{number}"' if number is not None else ""
    return f"<row{at}>{''.join(cell if cell.startswith('<') else text_cell(cell) for cell in cells)}</row>"


def a_workbook(
    path: Path,
    rows: Iterable[str],
    *,
    styles: str = "",
    shared: str = "",
    doctype: str = "",
    others: Iterable[str] = (),
) -> Path:
    """A workbook with these rows in its first sheet, the heading above them."""
    sheets = [row(*HEADING) + "".join(rows), *others]
    listed = "".join(f'<sheet name="表{n}" sheetId="{n}" r:id="r{n}"/>' for n in range(1, len(sheets) + 1))
    related = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    related += f'<Relationship Id="s" Type="{OFFICE}/styles" Target="styles.xml"/>'
    related += f'<Relationship Id="t" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    with ZipFile(path, "w", ZIP_DEFLATED) as book:
        book.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{RELATIONS}"><Relationship Id="m" Type="{OFFICE}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        book.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>'
        )
        book.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{RELATIONS}">{related}</Relationships>')
        book.writestr("xl/styles.xml", f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>')
        book.writestr("xl/sharedStrings.xml", f'{doctype}<sst xmlns="{MAIN}">{shared}</sst>')
        for n, cells in enumerate(sheets, 1):
            book.writestr(
                f"xl/worksheets/sheet{n}.xml", f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'
            )
    return path
