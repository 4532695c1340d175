"""Importing a register: it records what happened; refused is only what cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from gkflow.application.register import Imported
from gkflow.office import Office
from store.offices import Place, assert_sound, at

NOW = at("2022-10-20")
Rows = list[dict[str, Any]]


def row(case: str, day: str, action: str, workflow: str = "request", **facts: Any) -> dict[str, Any]:
    return {"case": case, "workflow": workflow, "day": day, "action": action, **facts}


def take(office: Office, rows: Rows, **options: Any) -> Imported:
    return office.import_register(enumerate(rows, 2), now=NOW, **options)


def bad(result: Imported) -> list[tuple[int, str]]:
    return [(found.row, found.reason.code) for found in result.bad]


LIFE = [
    row("A", "2022-09-01", "receive", channel="in_person", title="甲"),
    row("A", "2022-09-02", "register"),
    row("A", "2022-09-05", "consult_third_party", ref="某公司"),
    row("A", "2022-09-16", "third_party_answers", ref="某公司", opinion="agree"),
    row("A", "2022-09-28", "reply", decision="D-PUB", method="posted"),
    row("A", "2022-09-30", "deliver"),
    row("A", "2022-10-08", "archive"),
]


def test_a_whole_life_is_taken(office: Office) -> None:
    result = take(office, LIFE, by="录入员")
    assert (result.rows, result.taken, result.cases, result.bad, result.odd) == (7, 7, 1, (), ())
    case = office.case("A", as_of="2022-10-20")
    assert case.state == "archived"
    assert {entry.by for entry in case.record} == {"录入员"}
    assert {entry.unit for entry in case.record} == {office.rules.unit}
    assert_sound(office)


def test_rows_out_of_order_are_taken_by_their_day(place: Place, office: Office) -> None:
    take(office, list(reversed(LIFE)))
    assert [entry.action for entry in office.case("A", as_of="2022-10-20").record] == [r["action"] for r in LIFE]
    assert office.case("A", as_of="2022-10-20").findings == ()


def test_rows_of_one_day_keep_the_order_of_the_file(office: Office) -> None:
    rows = [row("A", "2022-09-01", action) for action in ("receive", "register", "note", "withdraw", "archive")]
    assert take(office, rows).bad == ()
    assert office.case("A", as_of="2022-10-20").state == "archived"


def test_a_register_imported_again_takes_nothing_twice(place: Place, office: Office) -> None:
    take(office, LIFE)
    before = [place.rows(f"SELECT * FROM gk_{table}") for table in ("entry", "docket", "clock")]
    again = take(office, LIFE)
    assert (again.taken, again.known, again.cases, again.bad, again.changed) == (0, 7, 0, (), ())
    assert [place.rows(f"SELECT * FROM gk_{table}") for table in ("entry", "docket", "clock")] == before


def test_the_same_row_twice_in_one_day_is_two_entries(office: Office) -> None:
    rows = [LIFE[0], row("A", "2022-09-02", "note", text="电话"), row("A", "2022-09-02", "note", text="电话")]
    assert take(office, rows).taken == 3
    again = take(office, [*rows, row("A", "2022-09-02", "note", text="第三次")])
    assert (again.taken, again.known) == (1, 3)


def test_two_consultations_of_one_day_are_distinguished_by_ref(office: Office) -> None:
    rows = [LIFE[0], *(row("A", "2022-09-05", "consult_third_party", ref=ref) for ref in "甲乙")]
    take(office, rows)
    again = take(office, [rows[0], rows[2], rows[1]])
    assert (again.taken, again.known, again.changed) == (0, 3, ())


def test_a_known_row_with_other_facts_is_reported_and_not_taken(office: Office) -> None:
    take(office, LIFE)
    changed = [dict(LIFE[0], title="乙"), *LIFE[1:]]
    result = take(office, changed)
    assert [(found.row, found.case, found.reason.code) for found in result.changed] == [(2, "A", "known_row_changed")]
    assert (result.taken, result.bad) == (0, ())
    assert office.case("A", as_of="2022-10-20").facts["title"] == "甲"


def test_a_longer_register_adds_what_is_new(office: Office) -> None:
    take(office, LIFE[:4])
    result = take(office, LIFE)
    assert (result.taken, result.known, result.bad) == (3, 4, ())
    assert office.case("A", as_of="2022-10-20").state == "archived"
    assert_sound(office)


def test_a_row_that_comes_late_is_taken_though_the_case_has_ended_since(office: Office) -> None:
    take(office, [LIFE[0], *LIFE[4:]])
    result = take(office, LIFE)
    assert (result.taken, result.known, bad(result)) == (3, 4, [])
    deadline = office.deadlines("A", as_of="2022-10-20")["reply"]
    assert [(s.began.isoformat(), str(s.ended)) for s in deadline.suspensions] == [("2022-09-05", "2022-09-16")]
    assert_sound(office)


def test_a_row_of_a_day_on_which_the_case_had_ended_is_refused_when_it_comes_late(office: Office) -> None:
    take(office, LIFE)
    result = take(office, [*LIFE, row("A", "2022-09-29", "extend", days=20, approved_by="x")])
    assert bad(result) == [(9, "case_ended")]


@pytest.mark.parametrize("action", ["deliver", "archive", "note"])
def test_after_the_end_what_belongs_there_is_taken(office: Office, action: str) -> None:
    assert take(office, [*LIFE[:5], row("A", "2022-10-10", action, text="x")]).bad == ()


def test_after_the_end_an_entry_may_still_be_corrected(office: Office) -> None:
    mended = row("A", "2022-10-10", "correct_entry", seq=2, void="true", reason="登记有误")
    assert take(office, [*LIFE[:5], mended]).bad == ()


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"seq": 1, "void": "true", "reason": "x"}, "first_not_voided"),  # the first entry opens the case
        ({"seq": 9, "void": "true", "reason": "x"}, "correction_unknown_entry"),
        ({"seq": 2, "void": "true"}, "correction_wants_reason"),
        ({"seq": 2, "new_day": "2022-08-31", "reason": "x"}, "before_first"),
        ({"seq": 2, "new_day": "2022-10-21", "reason": "x"}, "day_to_come"),
    ],
)
def test_a_correction_is_checked_as_at_the_desk(office: Office, facts: dict[str, Any], code: str) -> None:
    result = take(office, [*LIFE[:5], row("A", "2022-10-10", "correct_entry", **facts)])
    assert bad(result) == [(7, code)]
    assert office.case("A", as_of="2022-10-20").state == "replied"


@pytest.mark.parametrize("action", ["extend", "reply", "assign", "ask_correction", "withdraw", "third_party_answers"])
def test_after_the_end_nothing_else_is_taken(office: Office, action: str) -> None:
    result = take(office, [*LIFE[:5], row("A", "2022-10-10", action, ref="x"), LIFE[5]])
    assert bad(result) == [(7, "case_ended")]
    assert office.case("A", as_of="2022-10-20").state == "delivered"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (row("B", "2022-09-01", "empfangen"), "unknown_action"),
        (row("B", "2022-09-01", "receive", "antrag"), "unknown_workflow"),
        (row("A", "2022-08-31", "note", text="x"), "before_first"),
        (row("A", "2022-10-21", "note", text="x"), "day_to_come"),
        (row("A", "2022-02-30", "note", text="x"), "bad_day"),
        (row("A", "bald", "note", text="x"), "bad_day"),
        (row("A", "", "note", text="x"), "row_wants"),
        (row("", "2022-09-01", "note", text="x"), "row_wants"),
        (row("A", "2022-09-01", ""), "row_wants"),
        (row("B", "2022-09-01", "reply"), "not_opened"),
        (row("A", "2022-09-03", "receive"), "case_exists"),
        (row("A", "2022-09-03", "publish", "permit"), "two_workflows"),
    ],
)
def test_what_cannot_be_is_refused_with_its_row_and_the_rest_is_kept(
    office: Office, wrong: dict[str, Any], code: str
) -> None:
    result = take(office, [*LIFE[:2], wrong, *LIFE[2:]])
    assert bad(result) == [(4, code)]
    assert result.taken == 7
    assert_sound(office)


def test_what_should_not_be_so_is_taken_and_found(office: Office) -> None:
    rows = [
        row("A", "2022-09-01", "receive"),  # no channel
        row("A", "2022-09-02", "deliver"),  # from a state that has nothing to deliver
        row("B", "2022-09-01", "receive", channel="in_person"),
        row("B", "2022-10-18", "extend", days=40),  # too late, too long, not approved
        row("B", "2022-10-19", "reply"),  # without decision and method
    ]
    result = take(office, rows)
    assert (result.taken, result.bad) == (5, ())
    codes = {finding.code for finding in office.view("B", as_of="2022-10-20").findings}
    assert {"extension_late", "extension_too_long", "extension_unapproved", "facts_missing"} <= codes
    assert "not_allowed" in {finding.code for finding in office.view("A", as_of="2022-10-20").findings}
    assert_sound(office)


def test_chinese_headings_labels_and_days_are_read(office: Office) -> None:
    rows = [
        {"案件编号": "甲-1", "流程": "依申请公开", "日期": "2022年9月1日", "动作": "收件", "经办人": "张三",
         "机关": "XFJ", "收件方式": "当面提交", "内容摘要": "某事项"},
        {"案件编号": "甲-1", "流程": "request", "日期": "2022/9/28", "动作": "答复", "答复类型": "予以公开"},
    ]  # fmt: skip
    assert take(office, rows).bad == ()
    case = office.case("甲-1", as_of="2022-10-20")
    assert (case.facts["channel"], case.facts["title"], case.facts["decision"]) == ("in_person", "某事项", "D-PUB")
    assert (case.first.by, case.first.unit, case.record[1].unit) == ("张三", "XFJ", "XFJ")


def test_a_column_that_is_no_fact_is_kept_as_a_remark_and_named_once(office: Office) -> None:
    rows = [dict(r, 档案盒="第3盒") for r in LIFE]
    result = take(office, rows)
    assert result.remarks == ("档案盒",)
    assert all(entry.remarks == {"档案盒": "第3盒"} for entry in office.case("A", as_of="2022-10-20").record)


def test_a_fact_that_breaks_its_rule_is_kept_as_a_remark_and_reported(office: Office) -> None:
    result = take(office, [dict(LIFE[0], channel="飞鸽")])
    assert [(found.row, found.reason.code) for found in result.odd] == [(2, "bad_fact")]
    assert result.taken == 1
    assert office.case("A", as_of="2022-10-20").first.remarks == {"channel": "飞鸽"}


def test_a_dry_run_writes_nothing_and_reports_the_same(place: Place, office: Office) -> None:
    rows = [*LIFE, row("B", "2022-09-01", "reply")]
    dry = take(office, rows, dry_run=True)
    assert place.rows("SELECT 1 FROM gk_entry") == []
    real = take(office, rows)
    assert (dry.rows, dry.taken, dry.known, bad(dry)) == (real.rows, real.taken, real.known, bad(real))


def test_an_export_is_a_register_that_imports_to_the_same_record(place: Place, office: Office) -> None:
    take(office, LIFE)
    office.receive("request", "C", facts={"channel": "in_person"}, now=at("2022-09-13"))
    noted = office.do("C", "note", facts={"text": "y"}, now=at("2022-09-14"))
    office.do("C", "correct_entry", facts={"seq": noted.seq, "day": "2022-09-13", "reason": "x"}, now=at("2022-09-15"))
    rows = office.export()
    again = office.import_register(enumerate(rows, 2), now=NOW)
    assert (again.taken, again.bad, again.changed) == (0, (), ())
    (place.home / "two").mkdir()
    from store.offices import a_place

    with a_place(place.kind, place.home / "two") as other, other.open() as copy:
        assert copy.import_register(enumerate(rows, 2), now=NOW).bad == ()
        key = {"case", "workflow", "day", "action", "by", "unit"}
        assert [{k: r[k] for k in key} for r in copy.export()] == [{k: r[k] for k in key} for r in rows]
        assert copy.deadlines("A", as_of="2022-10-20")["reply"].last_day == (
            office.deadlines("A", as_of="2022-10-20")["reply"].last_day
        )


def test_an_import_after_sweeps_notifies_nobody_twice(place: Place, office: Office) -> None:
    take(office, [row("A", "2022-09-13", "receive", channel="in_person")])
    for day in ("2022-10-08", "2022-10-12", "2022-10-14"):
        office.tick(at(day))
    before = len(office.escalations())
    take(office, [row("A", "2022-09-13", "receive", channel="in_person"), row("A", "2022-09-14", "register")])
    office.tick(at("2022-10-15"))
    assert len(office.escalations()) == before
    assert_sound(office)
