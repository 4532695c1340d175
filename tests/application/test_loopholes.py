"""What must not be got round at the counter, in a register and by the sweep (期限与日期的漏洞)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import REPOSITORY, a_workflow, an_entry, d, deadlines_of, entries_of, rules
from gkflow.application.checks import is_far
from gkflow.domain.case import ASIDE, CORRECT
from gkflow.domain.errors import Refused
from gkflow.domain.fact_rules import Lies
from gkflow.domain.findings import all_findings
from gkflow.domain.machine import replay
from gkflow.domain.urgency import ListStatus
from gkflow.domain.workflow import Obligor
from gkflow.office import Office
from store.offices import PEOPLE, Place, at
from walks import ONE, often

# Consequences that may also be had without the lapse: an answer, a sheet that is raised for another reason.
FREE = {"reply", "terminate", "raise", "criticise", "third_party_answers", "agency_answers", "clean_up"}
TITLE = "某批复"


def refused(office: Office, case: str, action: str, day: str, **facts: Any) -> str:
    with pytest.raises(Refused) as error:
        office.do(case, action, facts=facts, now=at(day))
    return error.value.code


# -- the rules of this repository --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(rules().workflows))
def test_what_is_the_consequence_of_a_lapse_alone_rests_on_that_lapse(name: str) -> None:
    workflow = rules().workflow(name)

    for rule in workflow.clocks:
        for lapse in rule.lapse:
            if lapse.action in FREE:
                continue
            resting = {clock for rest in workflow.actions[lapse.action].rests_on for clock in rest.clocks}
            assert rule.name in resting, f"{name}: {lapse.action} follows from {rule.name} and does not wait for it"


@pytest.mark.parametrize("name", sorted(rules().workflows))
def test_every_day_among_the_facts_says_where_it_may_lie(name: str) -> None:
    workflow = rules().workflow(name)
    carried = {fact for each in workflow.actions.values() if each.name not in ASIDE for fact in each.carries}

    silent = [
        spec.name
        for spec in workflow.facts.values()
        if spec.name in carried and spec.type in ("day", "moment") and spec.lies is Lies.ANY
    ]

    assert [fact for fact in silent if fact not in ("last_day_before", "last_day_after")] == []


@pytest.mark.parametrize("name", sorted(rules().workflows))
def test_a_condition_on_a_fact_that_several_actions_carry_says_whose_it_is(name: str) -> None:
    workflow = rules().workflow(name)
    carrying: dict[str, set[str]] = {}
    for action in workflow.actions.values():
        if action.name not in ASIDE:
            for fact in action.carries:
                carrying.setdefault(fact, set()).add(action.name)

    open_questions = {
        condition.fact
        for rule in workflow.clocks
        for trigger in (*rule.starts, *rule.stops, *(each.trigger for each in (*rule.waits, *rule.suspends)))
        for condition in trigger.when
        if not workflow.actions[trigger.action].first
        and workflow.facts[condition.fact].of_case is None
        and carrying[condition.fact] - {trigger.action}
    }

    assert open_questions <= {"capacity"}  # two consultations of one kind, each with its own


@pytest.mark.parametrize("name", sorted(rules().workflows))
def test_who_is_not_the_office_never_has_less_time_than_the_limit(name: str) -> None:
    for rule in rules().workflow(name).clocks:
        if rule.until and rule.obligor is not Obligor.OFFICE:
            for _, value in rules().limit(rule.limit).values:
                assert value is None or value.length is None or value.bound == "at_least"


# -- at the counter ----------------------------------------------------------------------------------------------


def test_nothing_is_given_up_on_the_day_after_the_notice(office: Office) -> None:
    office.receive("request", "A", facts={"channel": "in_person"}, now=at("2026-09-14"))
    office.do("A", "ask_correction", facts={"items": "文件名称"}, now=at("2026-09-16"))

    assert refused(office, "A", "abandon", "2026-09-17", closing="no_correction") == "too_early"
    assert refused(office, "A", "abandon", "2026-10-13", closing="other") == "too_early"
    assert refused(office, "A", "abandon", "2026-10-20", closing="no_payment") == "no_term"
    assert office.do("A", "abandon", facts={"closing": "no_correction"}, now=at("2026-10-14")).state == "abandoned"


@often(60)
@given(st.sampled_from(["no_correction", "no_payment", "other"]), st.integers(0, 60), st.booleans())
def test_nothing_is_given_up_before_the_term_has_run_out(closing: str, after: int, fee: bool) -> None:
    day = d("2026-03-04") + after * ONE
    asked = "ask_fee amount=50" if fee else "ask_correction items=文号"
    record = [
        "2026-03-02 receive channel=in_person",
        "2026-03-03 register",
        f"2026-03-04 {asked}",
        f"{day} abandon closing={closing}",
    ]
    workflow = a_workflow("request")
    entries = entries_of(record, workflow)
    deadlines = deadlines_of(record, day)
    found = {each.code for each in all_findings(workflow, replay(workflow, "A", entries), deadlines)}

    last = deadlines["payment" if fee else "correction", ""].last_day
    assert last is not None
    allowed = day > last and closing in ("other", "no_payment" if fee else "no_correction")
    assert allowed is found.isdisjoint({"too_early", "no_term"})


@pytest.mark.parametrize(
    ("day", "facts", "code"),
    [
        ("2026-03-05", {"served": "2026-03-04"}, "fact_before_entry"),
        ("2026-03-05", {"served": "2026-03-06"}, "fact_to_come"),
    ],
)
def test_a_letter_is_not_received_before_it_is_sent_nor_in_the_future(
    office: Office, day: str, facts: Mapping[str, str], code: str
) -> None:
    office.receive("request", "A", facts={"channel": "in_person"}, now=at("2026-03-02"))
    office.do("A", "register", now=at("2026-03-03"))

    assert refused(office, "A", "consult_third_party", day, ref="甲公司", **facts) == code


AHEAD = [
    (flow.name, spec.name)
    for flow in rules().workflows.values()
    for spec in flow.facts.values()
    if spec.lies is Lies.AHEAD and any(spec.name in each.carries for each in flow.actions.values())
]


@pytest.mark.parametrize(("name", "fact"), AHEAD)
@pytest.mark.parametrize(("day", "past"), [("2026-03-04", True), ("2026-03-05", False), ("2026-03-06", False)])
def test_a_day_that_should_lie_ahead_and_is_past_is_a_finding(name: str, fact: str, day: str, past: bool) -> None:
    workflow = rules().workflow(name)
    action = next(each for each in workflow.actions.values() if fact in each.carries and each.name not in ASIDE)
    entry = an_entry(workflow, 1, f"2026-03-05 {action.name} {fact}={day}")

    found = all_findings(workflow, replay(workflow, "A", [entry]), {})

    assert [each.facts["facts"] for each in found if each.code == "fact_past"] == [(fact,)] * past


def test_a_term_that_has_run_out_is_recorded_and_reported(office: Office) -> None:
    facts = {"milestone": "制定工作计划", "kind": "deadline"}

    late = office.receive("task", "A", facts={**facts, "due": "2026-03-04"}, now=at("2026-03-05"))
    good = office.receive("task", "B", facts={**facts, "due": "2026-03-05"}, now=at("2026-03-05"))

    (finding,) = [each for each in late.findings if each.code == "fact_past"]
    assert (finding.facts["day"], finding.facts["first"]) == (d("2026-03-04"), d("2026-03-05"))
    assert "fact_past" not in {each.code for each in good.findings}


def test_a_correction_that_names_a_day_before_the_letter_is_refused(office: Office) -> None:
    office.receive("request", "A", facts={"channel": "in_person"}, now=at("2026-03-02"))
    office.do("A", "register", now=at("2026-03-03"))
    office.do("A", "consult_third_party", facts={"ref": "甲公司"}, now=at("2026-03-05"))

    assert refused(office, "A", CORRECT, "2026-03-10", seq=3, served="2026-03-04", reason="补录") == "fact_before_entry"
    office.do("A", CORRECT, facts={"seq": 3, "served": "2026-03-09", "reason": "补录"}, now=at("2026-03-10"))
    assert office.deadlines("A", as_of="2026-03-10")["third_party/甲公司"].since == d("2026-03-09")


def test_an_extension_of_an_unconfirmed_application_is_refused(office: Office) -> None:
    office.receive("request", "A", facts={"channel": "internet"}, now=at("2026-03-02"))
    office.do("A", "register", now=at("2026-03-03"))

    assert refused(office, "A", "extend", "2026-03-04", days=10, approved_by="主任") == "extension_no_clock"


def test_a_late_reply_is_reported_at_once_with_its_verdict_and_days(office: Office) -> None:
    office.receive("request", "A", facts={"channel": "in_person"}, now=at("2026-03-02"))

    # The last day was Monday 30 March; the reply of Thursday 2 April is three working days past it.
    entered = office.do("A", "reply", facts={"decision": "D-OTHER", "method": "posted"}, now=at("2026-04-02"))

    (late,) = [each for each in entered.findings if each.code.startswith("act_late")]
    assert (late.code, late.facts["days"], late.facts["last"]) == ("act_late_unless_extended", 3, d("2026-03-30"))


def test_a_deadline_of_a_fixed_day_may_be_named_earlier_and_never_later(office: Office) -> None:
    facts = {"kind": "annual_report_department", "title": "年度报告"}
    with pytest.raises(Refused) as error:
        office.receive("duty", "Y", facts={**facts, "due": "2026-03-31"}, now=at("2026-01-05"))

    assert error.value.code == "term_too_long"
    office.receive("duty", "Z", facts={**facts, "due": "2026-01-20"}, now=at("2026-01-05"))
    assert office.deadlines("Z", as_of="2026-01-05")["submit"].last_day == d("2026-01-20")


@pytest.mark.parametrize("plan", sorted((REPOSITORY / "config/plans").glob("*.csv")), ids=lambda path: path.stem)
def test_no_row_of_a_plan_names_a_later_day_than_the_plan_itself(plan: Any, office: Office) -> None:
    import csv

    with plan.open(encoding="utf-8-sig") as file:
        rows = list(enumerate(csv.DictReader(file), 2))
    office.import_register(rows, now=at("2026-03-02"))

    for line in office.cases(as_of="2026-03-02", include_closed=True)[:400:8]:
        found = [each.code for each in office.view(line.case, as_of="2026-03-02").findings]
        assert "term_too_long" not in found, line.case


# -- a confirmation that is named on receipt ---------------------------------------------------------------------


@often(60)
@given(st.integers(0, 30), st.integers(0, 40), st.sampled_from(["internet", "fax", "ordinary_mail"]))
def test_a_confirmation_named_on_receipt_gives_the_same_clocks_on_every_day_as_one_entered_on_its_day(
    gap: int, later: int, channel: str
) -> None:
    confirmed = d("2026-03-02") + gap * ONE
    as_of = d("2026-03-02") + later * ONE
    named = deadlines_of([f"2026-03-02 receive channel={channel} confirmed={confirmed}"], as_of)
    entered = deadlines_of([f"2026-03-02 receive channel={channel}", f"{confirmed} confirm"], as_of)

    def plainly(found: Any) -> Any:
        return {key: (each.status, each.verdict, each.since, each.last_day) for key, each in found.items()}

    assert plainly(named) == plainly(entered)


def test_a_register_that_names_the_confirmation_lists_the_case_as_unconfirmed_until_then(office: Office) -> None:
    row = {
        "case": "A", "workflow": "request", "day": "2026-03-02", "action": "receive", "channel": "internet",
        "confirmed": "2026-03-05",
    }  # fmt: skip
    office.import_register([(2, row)], now=at("2026-03-10"))

    assert [line.clock for line in office.cases(as_of="2026-03-04")] == ["shadow"]
    assert [line.clock for line in office.cases(as_of="2026-03-05")] == ["reply"]
    before = office.cases(as_of="2026-03-04")
    office.rebuild()
    assert office.cases(as_of="2026-03-04") == before


@often(40)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=4), st.booleans())
def test_a_notice_of_the_same_kind_after_the_first_restarts_nothing(gaps: list[int], fee: bool) -> None:
    day = d("2026-03-04")
    ask, answer = (
        ("ask_fee amount=50", "receive_payment") if fee else ("ask_correction items=文号", "receive_correction")
    )
    record = ["2026-03-02 receive channel=in_person", "2026-03-03 register", f"{day} {ask}", f"{day + ONE} {answer}"]
    once = deadlines_of(record, day + ONE)["reply", ""].last_day
    day += ONE
    for gap in gaps:
        record += [f"{day + gap * ONE} {ask}", f"{day + gap * ONE} {answer}"]
        day += gap * ONE

    assert deadlines_of(record, day)["reply", ""].last_day == once


# -- no clock is not done ----------------------------------------------------------------------------------------


def test_a_case_without_a_clock_is_unclocked_with_its_reason_and_never_done(office: Office) -> None:
    rows = [
        {"case": "C2", "workflow": "request", "day": "2002-09-30", "action": "receive", "channel": "in_person"},
        {"case": "C3", "workflow": "request", "day": "2022-09-30", "action": "receive", "channel": "in_person"},
    ]
    done = office.import_register(enumerate(rows, 2), now=at("2022-10-08"))

    assert [(bad.case, bad.reason.code) for bad in done.to_review] == [("C2", "day_far")]
    found = {line.case: (line.status, line.reason) for line in office.cases(as_of="2022-10-08")}
    assert found == {"C2": (ListStatus.UNCLOCKED, "no_limit"), "C3": (ListStatus.RUNNING, None)}


def test_a_draft_that_has_not_been_formed_is_not_done_either(office: Office) -> None:
    office.receive("proactive", "P", facts={"attribute": "open", "title": TITLE}, now=at("2026-03-02"))

    assert [(line.status, line.reason) for line in office.cases(as_of="2026-03-03")] == [
        (ListStatus.UNCLOCKED, "not_started")
    ]


# -- years that cannot be ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", ["0022-09-30", "1926-03-02"])
def test_a_year_that_cannot_be_is_refused(office: Office, day: str) -> None:
    with pytest.raises(Refused) as error:
        office.receive("request", "A", facts={"channel": "in_person"}, day=day, now=at("2026-03-02"))
    assert error.value.code == "year_too_early"

    row = {"case": "C1", "workflow": "request", "day": day, "action": "receive"}
    done = office.import_register([(2, row)], now=at("2026-03-02"))
    assert [bad.reason.code for bad in done.bad] == ["year_too_early"]


@pytest.mark.parametrize(
    ("day", "far"),
    [
        ("2024-03-02", False), ("2024-03-01", True), ("2002-09-30", True), ("2126-03-02", True), ("2027-01-01", False),
    ],
)  # fmt: skip
def test_a_day_is_far_in_another_century_or_more_than_two_years_back(day: str, far: bool) -> None:
    assert is_far(d(day), d("2026-03-02")) is far


# -- parked ------------------------------------------------------------------------------------------------------


def parked_office(place: Place) -> Office:
    place.settings(PEOPLE)
    office = place.open()
    office.receive("request", "H1", facts={"channel": "in_person", "officer": "张三"}, now=at("2026-03-02"))
    office.do("H1", "register", now=at("2026-03-03"))
    office.do("H1", "consult_third_party", facts={"ref": "某公司"}, now=at("2026-03-10"))
    return office


def test_a_consultation_without_its_day_of_receipt_is_reminded_of_and_listed(place: Place) -> None:
    with parked_office(place) as office:
        # Twenty working days from Tuesday 10 March: 11-13, 16-20, 23-27, 30-31 March, 1-3, then 7 and 8 April.
        office.tick(at("2026-04-07"))
        assert [each.kind for each in office.notices() if each.kind.startswith("parked")] == []
        office.tick(at("2026-04-08"))
        office.tick(at("2026-04-09"))

        notices = [(each.kind, each.name) for each in office.notices() if each.kind.startswith("parked")]
        assert notices == [("parked_suspended", "张三")]
        (sign,) = [each for each in office.doctor(at("2026-04-09")) if each.name == "parked"]
        assert (sign.level, sign.facts["cases"]) == ("warning", ["H1"])


def test_a_consultation_whose_term_runs_is_not_parked(place: Place) -> None:
    with parked_office(place) as office:
        office.do("H1", CORRECT, facts={"seq": 3, "served": "2026-03-27", "reason": "补录"}, now=at("2026-03-30"))
        office.tick(at("2026-04-08"))

        assert [each.kind for each in office.notices() if each.kind.startswith("parked")] == []


def test_the_number_of_days_is_a_setting(place: Place) -> None:
    place.settings(PEOPLE + "\n[reminders]\nparked_after = 5\n")
    with place.open() as office:
        assert office.rules.parked_after == 5


# -- silence -----------------------------------------------------------------------------------------------------


def test_silence_is_put_on_record_though_no_ladder_reminds_of_it(place: Place) -> None:
    place.settings(PEOPLE)
    folder = place.home / "config" / "ladders"
    folder.mkdir(parents=True, exist_ok=True)
    text = (REPOSITORY / "config/ladders/consultation.yaml").read_text(encoding="utf-8")
    kept = "\n".join(line for line in text.splitlines() if "propose" not in line)
    (folder / "consultation.yaml").write_text(kept + "\n", encoding="utf-8")
    with place.open() as office:
        office.receive("request", "A", facts={"channel": "in_person", "officer": "张三"}, now=at("2022-09-13"))
        office.do("A", "register", now=at("2022-09-13"))
        office.do(
            "A",
            "consult_agency",
            facts={"ref": "乙局", "capacity": "co_author", "served": "2022-09-26"},
            now=at("2022-09-26"),
        )
        for day in ("2022-10-20", "2022-10-21"):
            office.tick(at(day))

        taken = [each for each in office.case("A", as_of="2022-10-21").record if each.action == "agency_answers"]
        assert [(each.day, each.facts["opinion"]) for each in taken] == [(date(2022, 10, 20), "deemed_consent")]
        notices = [each for each in office.notices() if json.loads(each.facts).get("action") == "agency_answers"]
        assert [each.name for each in notices] == ["张三"]


def test_publicity_does_not_end_before_the_shortest_period_though_a_day_was_named(office: Office) -> None:
    facts = {"severity": "general", "decision_date": "2026-05-06", "publicity_until": "2026-06-30"}
    office.receive("penalty", "P", facts=facts, now=at("2026-05-06"))
    needed = {
        "document_number": "某罚〔2026〕1号", "legal_basis": "某法", "case_name": "某案", "counterparty": "某公司",
        "counterparty_kind": "legal_person", "uscc": "91110000600037341L", "violation": "某行为", "authority": "某局",
        "outcome": "罚款", "remedy": "复议或者诉讼",
    }  # fmt: skip
    office.do("P", "publish", facts=needed, now=at("2026-05-08"))
    office.tick(at("2026-06-29"))
    office.tick(at("2026-08-06"))
    assert office.case("P", as_of="2026-08-06").state == "published"
    office.tick(at("2026-08-07"))

    # 6 May and three months is 6 August: the day after it is the first on which publicity may end.
    (end,) = [each for each in office.case("P", as_of="2026-08-07").record if each.action == "expire"]
    assert end.day == date(2026, 8, 7)


def test_every_refusal_of_this_kind_is_worded_in_both_languages() -> None:
    from gkflow.application.actions import REFUSING
    from gkflow.words.findings import FINDINGS

    assert set(FINDINGS) >= set(REFUSING)
