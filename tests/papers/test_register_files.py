"""Reading a register: nothing is lost, nothing is guessed; what is spoilt is named by its row (台账读取)."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gkflow.application.actions import Command
from gkflow.application.case_opening import open_case
from gkflow.application.register import FileRow, Imported, Row
from gkflow.application.rows import SHEET_ERRORS
from gkflow.application.transaction import Transaction
from gkflow.domain.errors import GkflowError, Refused, Unfit
from gkflow.office import Office
from gkflow.papers.register_files import read_register
from gkflow.papers.tables import save_csv, save_xlsx
from papers.workbook_files import HEADING, a_workbook, row
from store.offices import KINDS, a_place, at

HERE = Path(__file__).parent / "registers"
NOW = at("2026-11-28")
SECONDS = 10  # a file made to hang would take minutes or for ever


@pytest.fixture(params=KINDS)
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """An office on each kind of database."""
    (tmp_path / "home").mkdir()
    with a_place(request.param, tmp_path / "home") as place, place.open() as opened:
        yield opened


def take(office: Office, file: Path) -> Imported:
    return office.import_register(read_register(file), now=NOW)


def codes(found: list[Any]) -> list[tuple[int, str]]:
    return [(each.row, each.reason.code) for each in found]


def a_csv(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "register.csv"
    path.write_text("\n".join((",".join(HEADING), *lines)) + "\n", encoding=encoding, newline="")
    return path


def a_line(case: str, title: str = "某批复", day: str = "2026-11-02") -> str:
    return f"{case},依申请公开,{day},收件,当面提交,{title}"


def a_row(case: str, title: str = "某批复", day: str = "2026-11-02") -> str:
    return row(case, "依申请公开", day, "收件", "当面提交", title)


def read(path: Path) -> list[Row]:
    return list(read_register(path))


def cells(values: Any) -> dict[str, Any]:
    return dict(values.cells if isinstance(values, FileRow) else values)


# --- quotes ---------------------------------------------------------------------------------------------------


def test_a_quote_that_is_never_closed_refuses_its_row_and_loses_no_other(office: Office) -> None:
    done = take(office, HERE / "01_open_quote.csv")
    assert (done.rows, done.taken, codes(done.bad)) == (4, 3, [(3, "quote_open")])
    assert [line.case for line in office.cases(include_closed=True, as_of="2026-11-28")] == ["A1", "A3", "A4"]


def test_two_open_quotes_do_not_swallow_the_rows_between_them(office: Office, tmp_path: Path) -> None:
    # The second quote closes the first: what is between them is one cell, in good order for a csv reader.
    lines = [a_line(f"A{n}") for n in range(2, 2000)]
    lines[3] = a_line("A5", '"规划文本')
    lines[1500] = a_line("A1502", '环评"')
    done = take(office, a_csv(tmp_path, *lines))
    assert codes(done.bad) == [(5, "quote_swallows")]
    assert done.bad[0].reason.facts["lines"] == 1497
    # What stands between is not taken as text, and the rows before and after are.
    assert done.taken == len(lines) - 1498
    assert all("\n" not in (line.title or "") for line in office.cases(include_closed=True, as_of="2026-11-28"))


def test_text_after_a_closed_quote_refuses_its_row_alone(office: Office, tmp_path: Path) -> None:
    done = take(office, a_csv(tmp_path, a_line("A1"), a_line("A2", '"甲"乙'), a_line("A3")))
    assert (codes(done.bad), done.taken) == ([(3, "row_unreadable")], 2)


def test_a_text_of_several_lines_is_taken_and_reported_where_it_holds_delimiters(
    office: Office, tmp_path: Path
) -> None:
    file = a_csv(tmp_path, a_line("A1", '"一、甲\n二、乙"'), a_line("A2", '"一、甲,乙\n二、丙"'), a_line("A3"))
    done = take(office, file)
    assert (done.taken, done.bad, codes(done.to_review)) == (3, (), [(3, "cell_of_lines")])
    assert office.case("A2", as_of="2026-11-28").facts["title"] == "一、甲,乙\n二、丙"


@settings(max_examples=150, deadline=None)
@given(
    titles=st.lists(st.text(st.sampled_from('甲乙,"\n\r;1 '), max_size=8), min_size=1, max_size=8),
    quoted=st.lists(st.booleans(), min_size=8, max_size=8),
)
def test_every_line_is_in_a_row_that_is_read_or_in_one_that_is_refused(
    titles: list[str], quoted: list[bool], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "quotes.csv"
    lines = [a_line(f"A{n}", f'"{title}"' if quoted[n] else title) for n, title in enumerate(titles)]
    path.write_text("\n".join((",".join(HEADING), *lines)) + "\n", encoding="utf-8", newline="")
    rows = read(path)
    if any(isinstance(values, FileRow) and values.refused is not None for _, values in rows):
        return  # named, and the exit code is 1
    # In good order every case is there as a row of its own, none inside the text of another.
    found = [cells(values).get("case") for _, values in rows]
    assert {f"A{n}" for n in range(len(titles))} <= set(found)


# --- cells ----------------------------------------------------------------------------------------------------


def test_a_year_that_cannot_be_is_refused(office: Office) -> None:
    done = take(office, HERE / "03_year.csv")
    assert codes(done.bad) == [(2, "year_too_early")]
    assert done.taken == 2


@pytest.mark.parametrize("day", ["0000-01-01", "0001-01-01", "1989-12-31", "9999-12-31", "10000-01-01", "9" * 22])
def test_a_day_beyond_the_years_of_the_calendar_is_one_refused_row(office: Office, tmp_path: Path, day: str) -> None:
    done = take(office, a_csv(tmp_path, a_line("A1", day=day), a_line("A2")))
    assert ([found.row for found in done.bad], done.taken) == ([2], 1)


def test_numbers_of_more_than_fifteen_digits_are_refused(office: Office) -> None:
    done = take(office, HERE / "04_digits.xlsx")
    assert codes(done.bad) == [(2, "cell_digits"), (3, "cell_digits"), (4, "cell_digits")]
    assert done.taken == 0


def test_a_number_saved_as_a_power_of_ten_is_no_case_number(office: Office, tmp_path: Path) -> None:
    assert codes(take(office, a_csv(tmp_path, a_line("2.02609E+16"))).bad) == [(2, "cell_digits")]


@pytest.mark.parametrize("name", ["05_zero.csv", "05_zero.xlsx"])
def test_a_zero_is_a_value(office: Office, name: str) -> None:
    assert take(office, HERE / name).bad == ()
    assert office.case("D1", as_of="2026-11-28").record[2].facts["amount"] == 0


def test_a_mark_that_no_database_keeps_refuses_its_row_alone(office: Office) -> None:
    done = take(office, HERE / "06_nul.csv")
    assert codes(done.bad) == [(3, "mark_refused")]
    assert (done.bad[0].case, done.bad[0].reason.facts["marks"]) == ("E2", "U+0000")
    assert [line.case for line in office.cases(include_closed=True, as_of="2026-11-28")] == ["E1", "E3"]


@pytest.mark.parametrize("column", ["case", "by", "unit", "channel", "title", "ref", "档案盒"])
@pytest.mark.parametrize("mark", ["\x00", "\ud800"])
def test_half_a_character_or_a_nul_in_any_column_is_named(office: Office, column: str, mark: str) -> None:
    good = {"case": "B", "workflow": "request", "day": "2026-11-02", "action": "receive"}
    rows = [(2, {**good, "case": "A"}), (3, {**good, column: f"B{mark}"}), (4, {**good, "case": "C"})]
    done = office.import_register(rows, now=NOW)
    assert (codes(done.bad), done.taken) == ([(3, "mark_refused")], 2)


def test_a_number_or_name_longer_than_an_index_takes_is_named(office: Office) -> None:
    good = {"case": "A", "workflow": "request", "day": "2026-11-02", "action": "receive"}
    rows = [(2, {**good, "case": "字" * 3000}), (3, {**good, "by": "名" * 3000}), (4, good)]
    done = office.import_register(rows, now=NOW)
    assert (codes(done.bad), done.taken) == ([(2, "name_too_long"), (3, "name_too_long")], 1)


def test_days_mean_what_they_say_whatever_their_signs(office: Office) -> None:
    done = take(office, HERE / "07_days.csv")
    assert (done.bad, done.taken) == ((), 6)
    assert {line.received.isoformat() for line in office.cases(include_closed=True, as_of="2026-11-28")} == {
        "2022-09-30"
    }


def test_numbers_with_marks_or_of_another_width_are_one_case_and_look_alikes_are_reported(office: Office) -> None:
    done = take(office, HERE / "08_numbers.csv")
    assert [line.case for line in office.cases(include_closed=True, as_of="2026-11-28")] == ["GK-1", "GK–1"]
    # The same receipt again is refused, for one case is received once.
    assert codes(done.bad) == [(3, "case_exists"), (4, "case_exists"), (5, "case_exists")]
    assert codes(done.to_review) == [
        (3, "number_folded"), (4, "number_folded"), (5, "number_folded"), (6, "look_alike"),
    ]  # fmt: skip


def test_a_byte_order_mark_in_the_middle_is_dropped(office: Office) -> None:
    done = take(office, HERE / "08_bom_in_the_middle.csv")
    assert ([line.case for line in office.cases(include_closed=True, as_of="2026-11-28")], done.bad) == (
        ["GK-2", "GK-3"],
        (),
    )


def test_a_number_on_record_with_its_wide_signs_stays_that_case(office: Office) -> None:
    # From before numbers were folded at the counter.
    with office.store.writing() as ledger:
        act = Command("receive", date(2026, 11, 2), facts={"channel": "in_person"})
        flow = office.rules.rulebook.workflow("request")
        open_case(Transaction(ledger, office.rules_in(ledger), NOW), flow, "ＧＫ－１", act)
    rows = [(2, {"case": "ＧＫ－１", "workflow": "request", "day": "2026-11-03", "action": "register"})]
    done = office.import_register(rows, now=NOW)
    assert (done.bad, done.taken, done.to_review) == ((), 1, ())
    assert len(office.case("ＧＫ－１", as_of="2026-11-28").record) == 2


def test_a_look_alike_of_a_case_on_record_is_reported(office: Office) -> None:
    office.receive("request", "GK-1", day="2026-11-02", facts={"channel": "in_person"}, now=NOW)
    good = {"workflow": "request", "day": "2026-11-02", "action": "receive"}
    done = office.import_register([(2, {"case": "GK–1", **good})], now=NOW)
    assert (done.taken, codes(done.to_review)) == (1, [(2, "look_alike")])


def test_an_error_of_the_spreadsheet_is_no_value(office: Office, tmp_path: Path) -> None:
    error = '<c t="e"><v>#REF!</v></c>'
    file = a_workbook(
        tmp_path / "r.xlsx",
        [row(error, "依申请公开", "2026-11-02", "收件", "当面提交", "甲"), a_row("A2"),
         row("A3", "依申请公开", "2026-11-02", "收件", "当面提交", error)],
    )  # fmt: skip
    done = take(office, file)
    assert (codes(done.bad), codes(done.odd), done.taken) == ([(2, "cell_error")], [(4, "cell_error")], 2)
    entry = office.case("A3", as_of="2026-11-28").first
    assert ("title" in entry.facts, entry.remarks) == (False, {"内容摘要": "#REF!"})


def test_an_error_of_the_spreadsheet_saved_as_csv_is_no_value_either(office: Office, tmp_path: Path) -> None:
    done = take(office, a_csv(tmp_path, a_line("#N/A"), a_line("A2", "#REF!"), a_line("A3", "#1号文件")))
    assert (codes(done.bad), codes(done.odd), done.taken) == ([(2, "cell_error")], [(3, "cell_error")], 2)


def test_a_formula_without_a_result_is_no_empty_cell(office: Office, tmp_path: Path) -> None:
    formula = "<c><f>B2&amp;B3</f></c>"
    file = a_workbook(
        tmp_path / "r.xlsx", [row("A1", "依申请公开", formula, "收件"), row("A2", "依申请公开", "2026-11-02", "收件")]
    )
    done = take(office, file)
    assert (codes(done.bad), done.taken) == ([(2, "cell_formula")], 1)


def test_other_sheets_that_hold_cells_are_reported(office: Office, tmp_path: Path) -> None:
    file = a_workbook(tmp_path / "r.xlsx", [a_row("A1")], others=[a_row("A2"), ""])
    done = take(office, file)
    assert (done.rows, done.taken, codes(done.to_review)) == (1, 1, [(1, "sheets_unread")])
    assert done.to_review[0].reason.facts["sheets"] == ["表2"]


def test_the_day_formats_of_chinese_spreadsheets_are_days(tmp_path: Path) -> None:
    # 44834 is 2022-09-30; 31 is yyyy年m月d日 (ECMA-376, 18.8.30), the second format is written out.
    styles = (
        '<numFmts><numFmt numFmtId="180" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="31"/><xf numFmtId="180"/></cellXfs>'
    )
    rows = [row("A", "依申请公开", f'<c s="{style}"><v>44834</v></c>', "收件") for style in (1, 2, 0)]
    found = [str(cells(values)["day"]) for _, values in read(a_workbook(tmp_path / "r.xlsx", rows, styles=styles))]
    assert found == ["2022-09-30", "2022-09-30", "44834"]


def test_the_escapes_of_the_format_and_reading_aids_are_read_as_they_are_meant(tmp_path: Path) -> None:
    shared = "<si><r><t>甲_x000A_</t></r><r><t>乙</t></r><rPh><t>jia</t></rPh></si>"
    rows = [row("A", "依申请公开", "2026-11-02", "收件", "", '<c t="s"><v>0</v></c>')]
    ((_, values),) = read(a_workbook(tmp_path / "r.xlsx", rows, shared=shared))
    assert cells(values)["内容摘要"] == "甲\n乙"


# --- what goes out comes in -----------------------------------------------------------------------------------

# "#NULL!" and the like are no texts but lost cells, and refused as such.
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("'=+-@＝＋－＠\n\t_x"), max_size=12
).filter(lambda text: text not in SHEET_ERRORS)


@settings(max_examples=100, deadline=None)
@given(
    text=TEXTS.filter(lambda text: text.strip() == text != "") | st.sampled_from(["_x0041_", "'=1", "''@", "=1\n+1"])
)
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_text_written_into_a_table_is_read_back(
    text: str, ending: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / f"there.{ending}"
    save = save_csv if ending == "csv" else save_xlsx
    save(path, HEADING, [("A", "依申请公开", "2026-11-02", "收件", "当面提交", text)])
    ((_, values),) = read(path)
    assert cells(values)["内容摘要"] == text


def test_a_long_title_survives_export_and_import(office: Office, tmp_path: Path) -> None:
    title = "规" * 140_000
    office.receive("request", "A1", day="2026-11-02", facts={"channel": "in_person"}, title=title, now=NOW)
    rows = office.export()
    headings = list(rows[0])
    save_csv(tmp_path / "out.csv", headings, ([each.get(name) for name in headings] for each in rows))
    done = take(office, tmp_path / "out.csv")
    assert (done.known, done.changed, done.bad) == (1, (), ())
    # The format of a workbook has no room for it, and nothing is cut.
    with pytest.raises(Refused) as caught:
        save_xlsx(tmp_path / "out.xlsx", headings, ([each.get(name) for name in headings] for each in rows))
    assert caught.value.code == "cell_too_long"
    assert not (tmp_path / "out.xlsx").exists()


# --- files that are made to do harm ---------------------------------------------------------------------------


def refused(path: Path) -> str:
    begin = time.monotonic()
    with pytest.raises((Refused, Unfit)) as caught:
        read(path)
    assert time.monotonic() - begin < SECONDS
    assert "\n" not in str(caught.value)
    return caught.value.code


def test_a_workbook_that_unpacks_without_end_is_not_unpacked(tmp_path: Path) -> None:
    path = a_workbook(tmp_path / "bomb.xlsx", [a_row("A1")])
    with ZipFile(path, "a", ZIP_DEFLATED) as book, book.open("xl/media.bin", "w") as part:
        for _ in range(64):
            part.write(b"\0" * (1 << 20))
    assert refused(path) == "file_unpacks"


def test_rows_and_columns_beyond_a_sheet_are_refused_at_once(tmp_path: Path) -> None:
    far = row("A1", "依申请公开", "2026-11-02", "收件", number=99_999_999_999)
    assert refused(a_workbook(tmp_path / "far.xlsx", [far])) == "sheet_too_large"
    wide = row(*["<c><v>1</v></c>"] * 100_000)
    assert refused(a_workbook(tmp_path / "wide.xlsx", [wide])) == "sheet_too_large"
    beyond = row('<c r="ZZZZ2"><v>1</v></c>')
    assert refused(a_workbook(tmp_path / "beyond.xlsx", [beyond])) == "sheet_too_large"


def test_a_far_row_of_the_sheet_costs_nothing_and_keeps_its_number(office: Office, tmp_path: Path) -> None:
    last = row("A1", "依申请公开", "2026-11-02", "收件", number=1_048_576)
    ((number, values),) = read(a_workbook(tmp_path / "last.xlsx", [last]))
    assert (number, cells(values)["case"]) == (1_048_576, "A1")


def test_rows_out_of_order_are_not_dropped(tmp_path: Path) -> None:
    rows = [row("A1", "依申请公开", "2026-11-02", "收件", number=5), row("A2", number=3)]
    assert refused(a_workbook(tmp_path / "r.xlsx", rows)) == "rows_out_of_order"


def test_a_workbook_with_entities_or_deep_elements_is_none(tmp_path: Path) -> None:
    laughs = '<!DOCTYPE sst [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    assert refused(a_workbook(tmp_path / "e.xlsx", [a_row("A1")], doctype=laughs)) == "not_a_workbook"
    deep = "<a>" * 100_000 + "</a>" * 100_000
    assert refused(a_workbook(tmp_path / "d.xlsx", [deep])) == "not_a_workbook"


def test_a_heading_of_100_000_columns_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join((*HEADING, *map(str, range(100_000)))) + "\n", encoding="utf-8")
    assert refused(path) == "too_many_columns"


def test_a_path_that_is_too_long_is_one_line(tmp_path: Path) -> None:
    assert refused(tmp_path / ("x" * 5000 + ".csv")) == "unreadable"


@pytest.mark.parametrize("compression", [ZIP_DEFLATED, ZIP_LZMA])
def test_a_workbook_whose_compressed_cells_are_damaged_is_named(compression: int, tmp_path: Path) -> None:
    path = a_workbook(tmp_path / "damaged.xlsx", [a_row("A1"), a_row("A2")])
    with ZipFile(path) as book:
        parts = {part: book.read(part) for part in book.namelist()}
    with ZipFile(path, "w", compression) as book:
        for part, content in parts.items():
            book.writestr(part, content)
        sheet = next(part for part in book.infolist() if part.filename.endswith("sheet1.xml"))
    raw = bytearray(path.read_bytes())
    begin = sheet.header_offset + 30 + len(sheet.filename)
    raw[begin : begin + 20] = b"\xff" * 20
    path.write_bytes(bytes(raw))
    with pytest.raises(Refused) as caught:
        read(path)
    assert caught.value.code == "not_a_workbook"


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_damaged_workbook_is_named_and_never_a_traceback(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = a_workbook(tmp_path_factory.getbasetemp() / "damaged.xlsx", [a_row("A1"), a_row("A2")])
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(raw[: data.draw(st.integers(len(raw) // 2, len(raw)))]))
    with contextlib.suppress(GkflowError):  # many a change does no harm; whatever else is raised fails the test
        read(path)
