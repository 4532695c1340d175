"""Linked cases (关联案件): a link stands on both records, once, or on neither."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

import gkflow
from gkflow.application.actions import Outcome
from gkflow.application.register import Imported
from gkflow.domain.errors import NotFound, Refused
from gkflow.office import Office
from store.offices import Place, apart, assert_sound, at, open_request

NOW = at("2026-11-20")
TABLES = ("entry", "docket", "clock", "notice", "edition", "escalation", "draft", "subscription")

# Two openings by one action: of a supervision that takes what it is given, and of a duty whose day may be none.
LEAD = """
workflow: lead
label: 线索
states:
  open:   {label: 办理中, public: 正在办理}
  closed: {label: 已办结, public: 已办结, final: true}
facts:
  title: {label: 内容摘要, type: text}
  day_said: {label: 所说日期, type: text}
actions:
  begin: {label: 登记, first: true, to: open, roles: [clerk], accepts: [title]}
  hand_on:
    label: 移交
    from: [open]
    to: closed
    roles: [clerk]
    needs: [day_said]
    opens:
      - {workflow: supervision, facts: {title: title}, set: {ground: other}}
      - {workflow: duty, facts: {title: title, due: day_said}, set: {kind: training}}
clocks:
  hand_on:
    label: 移交
    kind: target
    limit: house-rules-publication/secrecy-review
    start: [{action: begin}]
    stop: [hand_on]
    ladder: secrecy-review
"""


def contents(place: Place) -> dict[str, list[Any]]:
    """Everything that a verb may write."""
    return {table: sorted(place.rows(f"SELECT * FROM gk_{table}"), key=repr) for table in TABLES}


def links(office: Office, number: str) -> list[tuple[str, str]]:
    """The links on a record: the case that it led to, and the day."""
    record = office.case(number, as_of="2026-12-31").record
    return [(entry.facts["leads_to"], entry.day.isoformat()) for entry in record if entry.action == "link"]


def origin(office: Office, number: str) -> str:
    return str(office.case(number, as_of="2026-12-31").facts.get("origin", ""))


def row(case: str, day: str, action: str, workflow: str = "request", **facts: Any) -> dict[str, Any]:
    return {"case": case, "workflow": workflow, "day": day, "action": action, **facts}


def take(office: Office, rows: Sequence[dict[str, Any]], **options: Any) -> Imported:
    return office.import_register(enumerate(rows, 2), now=NOW, **options)


def odd(result: Imported) -> list[tuple[int, str, str]]:
    return [(found.row, found.case, found.reason.code) for found in result.odd]


def drafted(office: Office, number: str = "P-1", **facts: Any) -> None:
    """A paper that is under its secrecy review."""
    moment = at("2026-03-02")
    given = {"title": "某办法", "item": "某事项", "attribute": "withheld", "attribute_reason": "内部事务"} | facts
    office.receive("proactive", number, facts=given, now=moment)
    office.do(number, "submit", now=moment)


def withhold(office: Office, number: str = "P-1", **more: Any) -> Outcome:
    return office.do(
        number, "withhold",
        **apart(
            **{"now": at("2026-03-05"), "by": "赵六"} | more, attribute="withheld", attribute_reason="内部事务",
            ground="D-REF-16A",
        ),
    )  # fmt: skip


# -- at the counter -------------------------------------------------------------------------------------------------


def test_a_case_received_with_its_origin_stands_on_both_records(office: Office) -> None:
    open_request(office, "R-1", "2026-03-02")
    office.receive("reconsideration", "F-1", facts={"origin": "R-1", "accepted": "2026-04-01"}, now=at("2026-04-03"))
    assert origin(office, "F-1") == "R-1"
    assert links(office, "R-1") == [("F-1", "2026-04-03")]
    assert links(office, "F-1") == []
    assert_sound(office)


def test_the_link_on_the_origin_bears_the_legal_day_and_the_name_of_whoever_opened_the_case(office: Office) -> None:
    open_request(office, "R-1", "2026-03-02")
    office.receive("complaint", "T-1", facts={"origin": "R-1"}, day="2026-03-20", by="钱七", now=at("2026-03-24"))
    entry = office.case("R-1", as_of="2026-03-24").record[-1]
    assert (entry.action, entry.day.isoformat(), entry.by) == ("link", "2026-03-20", "钱七")
    assert entry.facts["text"] == "投诉举报", "the label of the workflow that was opened"
    assert entry.written_at == at("2026-03-24")


def test_a_link_moves_neither_the_state_nor_a_clock_of_the_origin(office: Office) -> None:
    open_request(office, "R-1", "2026-03-02")
    before = office.view("R-1", as_of="2026-03-20")
    office.receive("complaint", "T-1", facts={"origin": "R-1"}, now=at("2026-03-20"))
    after = office.view("R-1", as_of="2026-03-20")
    assert (after.case.state, after.case.findings) == (before.case.state, before.case.findings)
    days = [{key: (each.last_day, each.status) for key, each in view.deadlines.items()} for view in (before, after)]
    assert days[0] == days[1]


def test_the_facts_of_the_link_are_no_facts_of_the_origin(office: Office) -> None:
    open_request(office, "R-1", "2026-03-02")
    office.receive("complaint", "T-1", facts={"origin": "R-1"}, now=at("2026-03-20"))
    facts = office.case("R-1", as_of="2026-03-20").facts
    assert "leads_to" not in facts
    assert "text" not in facts


def test_one_origin_may_lead_to_several_cases(office: Office) -> None:
    open_request(office, "R-1", "2026-03-02")
    for number, day in (("F-1", "2026-04-03"), ("F-2", "2026-04-03"), ("F-3", "2026-05-06")):
        office.receive("reconsideration", number, facts={"origin": "R-1", "accepted": day}, now=at(day))
    assert links(office, "R-1") == [("F-1", "2026-04-03"), ("F-2", "2026-04-03"), ("F-3", "2026-05-06")]
    assert_sound(office)


def test_a_retry_under_the_same_key_links_once(office: Office) -> None:
    open_request(office, "R-1", "2026-03-02")
    outcome = [
        office.receive("complaint", facts={"origin": "R-1"}, key="portal-7", now=at("2026-03-20", f"{hour}:00")).number
        for hour in ("09", "10")
    ]
    assert outcome[0] == outcome[1]
    assert links(office, "R-1") == [(outcome[0], "2026-03-20")]


def test_an_unknown_origin_is_refused_and_nothing_written(place: Place, office: Office) -> None:
    open_request(office, "R-1", "2026-03-02")
    before = contents(place)
    with pytest.raises(NotFound) as refused:
        office.receive("complaint", "T-1", facts={"origin": "R-2"}, now=at("2026-03-20"))
    assert refused.value.code == "origin_unknown"
    assert (refused.value.facts["origin"], refused.value.facts["case"]) == ("R-2", "T-1")
    assert "R-1" in str(refused.value), "a number nearly the same is shown"
    assert contents(place) == before


def test_a_case_cannot_come_from_itself(place: Place, office: Office) -> None:
    before = contents(place)
    with pytest.raises(NotFound) as refused:
        office.receive("complaint", "T-1", facts={"origin": "T-1"}, now=at("2026-03-20"))
    assert refused.value.code == "origin_unknown"
    assert contents(place) == before


def test_a_day_before_the_origins_first_is_refused_and_nothing_written(place: Place, office: Office) -> None:
    open_request(office, "R-1", "2026-03-03")
    before = contents(place)
    with pytest.raises(Refused) as refused:
        office.receive("complaint", "T-1", facts={"origin": "R-1"}, day="2026-03-02", now=at("2026-03-20"))
    assert refused.value.code == "before_origin"
    assert (str(refused.value.facts["day"]), str(refused.value.facts["first"])) == ("2026-03-02", "2026-03-03")
    assert contents(place) == before


def test_on_the_day_of_the_origins_first_entry_a_case_may_come_from_it(office: Office) -> None:
    open_request(office, "R-1", "2026-03-03")
    office.receive("complaint", "T-1", facts={"origin": "R-1"}, day="2026-03-03", now=at("2026-03-20"))
    assert links(office, "R-1") == [("T-1", "2026-03-03")]


@pytest.mark.parametrize("end", ["archive", "withdraw"])
def test_a_closed_origin_still_takes_the_link(office: Office, end: str) -> None:
    open_request(office, "R-1", "2026-03-02")
    if end == "archive":
        office.do("R-1", "reply", facts={"decision": "D-PUB", "method": "posted"}, now=at("2026-03-10"))
        office.do("R-1", "archive", now=at("2026-03-12"))
    else:
        office.do("R-1", "withdraw", now=at("2026-03-10"))
    state = office.case("R-1", as_of="2026-04-03").state
    office.receive("reconsideration", "F-1", facts={"origin": "R-1", "accepted": "2026-04-01"}, now=at("2026-04-03"))
    assert links(office, "R-1") == [("F-1", "2026-04-03")]
    assert office.case("R-1", as_of="2026-04-03").state == state
    assert office.case("R-1", as_of="2026-04-03").findings == ()
    assert "R-1" not in {line.case for line in office.cases(as_of="2026-04-03")}, "it is not opened again"
    assert_sound(office)


# -- an action that opens -------------------------------------------------------------------------------------------


def test_an_action_opens_a_case_with_the_facts_of_its_own_and_both_records_say_so(office: Office) -> None:
    # 条例 第十八条: what is withheld is assessed again and again; the workflow opens that case with the withholding.
    drafted(office, field="taxation")
    entered = withhold(office, unit="UNIT")
    (number,) = entered.opened
    case = office.case(number, as_of="2026-03-05")
    assert (case.workflow, case.state, len(case.record)) == ("reassessment", "withheld", 1)
    assert dict(case.facts) == {
        "title": "某办法", "item": "某事项", "ground": "D-REF-16A", "field": "taxation", "origin": "P-1",
    }  # fmt: skip
    first = case.first
    assert (first.day.isoformat(), first.by, first.unit) == ("2026-03-05", "赵六", "UNIT")
    assert number == "UNIT-2026-0001"
    assert links(office, "P-1") == [(number, "2026-03-05")]
    assert_sound(office)


def test_a_fact_that_is_not_on_record_is_left_out_of_the_new_case(office: Office) -> None:
    drafted(office)
    (number,) = withhold(office).opened
    assert "field" not in office.case(number, as_of="2026-03-05").facts


def test_an_action_opens_nothing_where_its_condition_is_not_met(place: Place, office: Office) -> None:
    # What is open on request is not withheld: 条例 第十八条 speaks of what is not disclosed at all.
    drafted(office)
    entered = office.do(
        "P-1", "withhold", facts={"attribute": "on_request", "attribute_reason": "依申请"}, now=at("2026-03-05")
    )
    assert entered.opened == ()
    assert [line.case for line in office.cases(include_closed=True, as_of="2026-03-05")] == ["P-1"]
    assert links(office, "P-1") == []


def test_what_an_entry_was_typed_in_late_opens_bears_the_day_on_which_it_happened(office: Office) -> None:
    drafted(office)
    (number,) = withhold(office, day="2026-03-04", now=at("2026-03-20")).opened
    assert office.case(number, as_of="2026-03-20").first.day.isoformat() == "2026-03-04"
    assert links(office, "P-1") == [(number, "2026-03-04")]


def test_a_chain_of_cases_has_a_link_between_each_and_the_next(office: Office) -> None:
    drafted(office)
    (assessed,) = withhold(office).opened
    (released,) = office.do(assessed, "release", facts={"reason": "情势变化"}, now=at("2026-09-01")).opened
    assert office.case(released, as_of="2026-09-01").workflow == "proactive"
    assert office.case(released, as_of="2026-09-01").facts["source"] == "reassessment"
    assert [origin(office, number) for number in ("P-1", assessed, released)] == ["", "P-1", assessed]
    assert links(office, "P-1") == [(assessed, "2026-03-05")]
    assert links(office, assessed) == [(released, "2026-09-01")]
    assert links(office, released) == []
    assert_sound(office)


def test_whoever_acted_need_hold_no_role_in_what_the_action_opens(place: Place) -> None:
    # A head of disclosure withholds; the case of the reassessment is opened by clerks and officers alone.
    place.settings('[[people]]\nname = "赵六"\nroles = ["disclosure_head"]\n')
    with place.open() as office:
        drafted(office)
        assert len(withhold(office).opened) == 1
        with pytest.raises(Refused) as refused:
            office.receive("reassessment", facts={"item": "甲", "ground": "D-REF-15"}, by="赵六", now=at("2026-03-05"))
        assert refused.value.code == "role_missing"


def test_a_retry_of_the_action_opens_nothing_a_second_time(office: Office) -> None:
    drafted(office)
    (number,) = withhold(office, key="portal-9").opened
    assert not withhold(office, key="portal-9").written
    assert links(office, "P-1") == [(number, "2026-03-05")]
    assert len(office.cases(include_closed=True, as_of="2026-03-05")) == 2


# -- nothing half-written -------------------------------------------------------------------------------------------


def test_a_dry_run_writes_neither_case_nor_link(place: Place, office: Office) -> None:
    open_request(office, "R-1", "2026-03-02")
    drafted(office)
    before = contents(place)
    outcome = office.receive("complaint", "T-1", facts={"origin": "R-1"}, now=at("2026-03-20"), dry_run=True)
    assert not outcome.written
    assert not withhold(office, dry_run=True).written
    assert contents(place) == before


def test_a_dry_run_refuses_an_unknown_origin_as_well(office: Office) -> None:
    with pytest.raises(NotFound):
        office.receive("complaint", "T-1", facts={"origin": "R-1"}, now=at("2026-03-20"), dry_run=True)


@pytest.mark.parametrize("ended", ["rollback", "commit"])
def test_case_and_link_stand_or_fall_with_the_transaction_of_the_caller(
    place: Place, office: Office, ended: str
) -> None:
    open_request(office, "R-1", "2026-03-02")
    drafted(office)
    before = contents(place)
    with place.engine() as engine, Session(engine) as session:
        portal = gkflow.open(engine, home=place.home)
        portal.receive("complaint", "T-1", facts={"origin": "R-1"}, now=at("2026-03-20"), session=session)
        (number,) = withhold(portal, session=session).opened
        seen = [entry.action for entry in portal.case("R-1", as_of="2026-03-20", session=session).record]
        assert seen.count("link") == 1, "inside its own transaction the caller sees both halves"
        getattr(session, ended)()
    if ended == "rollback":
        assert contents(place) == before
        assert links(office, "R-1") == links(office, "P-1") == []
    else:
        assert links(office, "R-1") == [("T-1", "2026-03-20")]
        assert links(office, "P-1") == [(number, "2026-03-05")]
    assert_sound(office)


@pytest.fixture
def leading(place: Place) -> Place:
    """An office with a workflow of its own, whose second opening may be refused."""
    (place.home / "workflows").mkdir()
    (place.home / "workflows" / "lead.yaml").write_text(LEAD, encoding="utf-8")
    return place


def test_an_action_may_open_two_cases(leading: Place) -> None:
    with leading.open() as office:
        office.receive("lead", "L-1", title="某线索", now=at("2026-03-02"))
        opened = office.do("L-1", "hand_on", facts={"day_said": "2026-12-31"}, now=at("2026-03-05")).opened
        assert [office.case(number, as_of="2026-03-05").workflow for number in opened] == ["supervision", "duty"]
        assert links(office, "L-1") == [(number, "2026-03-05") for number in opened]
        assert_sound(office)


def test_an_opening_that_is_refused_takes_the_action_and_the_other_openings_back(leading: Place) -> None:
    with leading.open() as office:
        office.receive("lead", "L-1", title="某线索", now=at("2026-03-02"))
        before = contents(leading)
        with pytest.raises(Refused) as refused:
            office.do("L-1", "hand_on", facts={"day_said": "年底"}, now=at("2026-03-05"))
        assert refused.value.code == "bad_fact"
        assert contents(leading) == before
        assert office.case("L-1", as_of="2026-03-05").state == "open"
        assert_sound(office)


def test_an_opening_refused_in_the_transaction_of_the_caller_leaves_nothing_half_written(leading: Place) -> None:
    # A refusal leaves the caller its transaction (DESIGN 7), and what it then commits is its own row alone.
    with leading.open() as office:
        office.receive("lead", "L-1", title="某线索", now=at("2026-03-02"))
        before = contents(leading)
        with leading.engine() as engine, Session(engine) as session:
            portal = gkflow.open(engine, home=leading.home)
            with pytest.raises(Refused):
                portal.do("L-1", "hand_on", facts={"day_said": "年底"}, now=at("2026-03-05"), session=session)
            session.commit()
        assert [entry.action for entry in office.case("L-1", as_of="2026-03-05").record] == ["begin"]
        assert contents(leading) == before


# -- in a register --------------------------------------------------------------------------------------------------

ABOVE = [
    row("R-1", "2026-03-02", "receive", channel="in_person"),
    row("F-1", "2026-04-03", "receive_copy", "reconsideration", accepted="2026-04-01", origin="R-1"),
]


@pytest.mark.parametrize("rows", [ABOVE, ABOVE[::-1]], ids=["origin above", "origin below"])
def test_in_a_register_the_origin_may_stand_above_or_below(office: Office, rows: list[dict[str, Any]]) -> None:
    result = take(office, rows)
    assert (result.taken, result.bad, result.odd) == (2, (), ())
    assert origin(office, "F-1") == "R-1"
    assert links(office, "R-1") == [("F-1", "2026-04-03")]
    assert_sound(office)


def test_the_origin_may_be_on_record_from_an_earlier_import_or_from_the_counter(office: Office) -> None:
    take(office, ABOVE[:1])
    open_request(office, "R-2", "2026-03-02")
    take(office, [ABOVE[1], {**ABOVE[1], "case": "F-2", "origin": "R-2"}])
    assert links(office, "R-1") == [("F-1", "2026-04-03")]
    assert links(office, "R-2") == [("F-2", "2026-04-03")]


def test_a_register_names_the_origin_by_its_label_as_well(office: Office) -> None:
    take(office, [ABOVE[0], row("F-1", "2026-04-03", "收到申请书副本", "行政复议", 来源案件="R-1")])
    assert links(office, "R-1") == [("F-1", "2026-04-03")]


def test_a_register_taken_twice_links_once(place: Place, office: Office) -> None:
    take(office, ABOVE)
    before = contents(place)
    again = take(office, ABOVE)
    assert (again.taken, again.known) == (0, 2)
    assert contents(place) == before


def test_a_link_that_the_register_itself_has_is_not_reported_again(office: Office) -> None:
    take(office, [*ABOVE, row("R-1", "2026-04-03", "link", leads_to="F-1")])
    assert links(office, "R-1") == [("F-1", "2026-04-03")]


def test_a_register_that_was_written_out_and_read_in_elsewhere_has_each_link_once(
    place: Place, office: Office, tmp_path: Any
) -> None:
    take(office, ABOVE)
    drafted(office)
    (number,) = withhold(office).opened
    rows = [{name: value for name, value in each.items() if value is not None} for each in office.export()]
    place_of_copy = Place(f"sqlite:///{tmp_path / 'copy.db'}", tmp_path, "sqlite")
    with place_of_copy.open() as copy:
        result = take(copy, rows)
        assert (result.bad, result.odd) == ((), ())
        assert links(copy, "R-1") == [("F-1", "2026-04-03")]
        assert links(copy, "P-1") == [(number, "2026-03-05")]
        assert_sound(copy)


def test_a_register_takes_a_case_whose_origin_is_not_there_and_reports_it(office: Office) -> None:
    result = take(office, ABOVE[1:])
    assert (result.taken, result.bad) == (1, ())
    assert odd(result) == [(2, "F-1", "origin_unknown")]
    assert origin(office, "F-1") == "R-1", "what the register says stays on record"
    assert_sound(office)


def test_once_the_origin_is_on_record_the_next_import_links(office: Office) -> None:
    take(office, ABOVE[1:])
    result = take(office, ABOVE)
    assert (result.taken, result.known, odd(result)) == (1, 1, [])
    assert links(office, "R-1") == [("F-1", "2026-04-03")]


def test_a_register_does_not_link_to_an_origin_that_began_later(office: Office) -> None:
    result = take(office, [{**ABOVE[0], "day": "2026-04-07"}, ABOVE[1]])
    assert (result.taken, len(result.odd)) == (2, 1)
    assert links(office, "R-1") == []
    assert_sound(office)


def test_in_a_register_too_a_case_does_not_come_from_itself(office: Office) -> None:
    result = take(office, [row("F-1", "2026-04-03", "receive_copy", "reconsideration", origin="F-1")])
    assert links(office, "F-1") == []
    assert [found.row for found in result.odd] == [2]


def test_in_a_register_a_closed_origin_takes_the_link(office: Office) -> None:
    life = [
        row("R-1", "2026-03-02", "receive", channel="in_person"), row("R-1", "2026-03-02", "register"),
        row("R-1", "2026-03-10", "reply", decision="D-PUB", method="posted"), row("R-1", "2026-03-12", "archive"),
    ]  # fmt: skip
    result = take(office, [*life, ABOVE[1]])
    assert (result.taken, result.bad, result.odd) == (5, (), ())
    assert links(office, "R-1") == [("F-1", "2026-04-03")]
    assert office.case("R-1", as_of="2026-04-03").state == "archived"
    assert_sound(office)


def test_a_register_opens_nothing_by_itself(office: Office) -> None:
    # A register records what happened: what an action led to has rows of its own.
    rows = [
        row("P-1", "2026-03-02", "draft", "proactive", item="甲", attribute="withheld", attribute_reason="乙"),
        row("P-1", "2026-03-02", "submit", "proactive"),
        row(
            "P-1", "2026-03-05", "withhold", "proactive", attribute="withheld", attribute_reason="乙", ground="D-REF-15"
        ),
    ]
    assert take(office, rows).taken == 3
    assert [line.case for line in office.cases(include_closed=True, as_of="2026-03-05")] == ["P-1"]


def test_a_dry_run_of_a_register_links_nothing(place: Place, office: Office) -> None:
    take(office, ABOVE[:1])
    before = contents(place)
    assert take(office, ABOVE, dry_run=True).taken == 1
    assert contents(place) == before


def test_a_register_in_the_transaction_of_the_caller_is_rolled_back_with_its_links(
    place: Place, office: Office
) -> None:
    open_request(office, "R-1", "2026-03-02")
    before = contents(place)
    with place.engine() as engine, Session(engine) as session:
        take(gkflow.open(engine, home=place.home), ABOVE[1:], session=session)
        session.rollback()
    assert contents(place) == before
    assert links(office, "R-1") == []


def test_a_changed_row_is_not_taken_and_so_is_not_its_link(office: Office) -> None:
    take(office, ABOVE)
    open_request(office, "R-2", "2026-03-02")
    result = take(office, [{**ABOVE[1], "origin": "R-2"}])
    assert [found.case for found in result.changed] == ["F-1"]
    assert origin(office, "F-1") == "R-1"
    assert links(office, "R-2") == []


def test_a_refused_row_leaves_no_link(office: Office) -> None:
    take(office, ABOVE[:1])
    open_request(office, "R-2", "2026-03-02")
    # R-2 is a request: a row that says otherwise is refused.
    result = take(office, [row("R-2", "2026-04-03", "receive_copy", "reconsideration", origin="R-1")])
    assert [found.reason.code for found in result.bad] == ["two_workflows"]
    assert links(office, "R-1") == []


@st.composite
def registers(draw: st.DrawFn) -> list[tuple[int, int, int | None]]:
    """Cases as (number, day of March, number of the origin, which may not be there)."""
    cases = [(number, draw(st.integers(1, 28)), draw(st.none() | st.integers(0, 7))) for number in range(6)]
    return [(number, day, origin if origin != number else None) for number, day, origin in cases]


_tries = iter(range(10_000))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(cases=registers(), data=st.data())
def test_however_a_register_is_cut_up_and_repeated_each_link_stands_once(
    office: Office, cases: list[tuple[int, int, int | None]], data: st.DataObject
) -> None:
    name = f"X{next(_tries)}-".__add__  # each try has numbers of its own
    rows = [
        row(name(str(number)), f"2026-03-{day:02}", "receive", **({} if come is None else {"origin": name(str(come))}))
        for number, day, come in cases
    ]
    rows = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(0, len(rows)))
    for part in (rows[:cut], rows[cut:], rows):
        take(office, part)
    day_of = {number: day for number, day, _ in cases}
    outcome = {
        (name(str(come)), name(str(number))) for number, day, come in cases if come in day_of and day_of[come] <= day
    }
    found = [(name(str(number)), to) for number in day_of for to, _ in links(office, name(str(number)))]
    assert sorted(found) == sorted(outcome)
    assert office.verify()[2] == ()
