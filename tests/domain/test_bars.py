"""What may not be done yet, what must come before, and what begins anew (期满前不得、事先须有、重新计算)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_case, a_rulebook, a_value, a_workflow, d, deadlines_of, reply_of, rules
from gkflow.domain.case import LINK
from gkflow.domain.deadline import Deadline, Status, Verdict
from gkflow.domain.errors import Refused
from gkflow.domain.law import Bound, LimitUnit
from gkflow.domain.machine import decide, may, missing_facts
from gkflow.domain.rulebook import Rulebook
from gkflow.domain.soundness import problems
from gkflow.domain.workflow import ClockKind
from gkflow.office import Office
from store.offices import Place, at
from walks import ONE, often

TERM: dict[str, Any] = {
    "label": "公示期",
    "limit": "reg/reply",
    "kind": "term",
    "start": ["receive"],
    "bars": ["close"],
}
# 10 days from Monday 2 March.
LAST = d("2026-03-12")


def a_book(length: int = 10, unit: LimitUnit = LimitUnit.DAY, **clock: Any) -> Rulebook:
    flow = a_workflow(clocks={"reply": {**TERM, **clock}})
    return a_rulebook(a_value(length, unit, bound=Bound.AT_LEAST), workflow=flow)


def reckoned(record: Sequence[str], as_of: str, book: Rulebook | None = None) -> Deadline:
    return reply_of(record, as_of, book or a_book())


def codes(deadline: Deadline) -> list[str]:
    return [finding.code for finding in deadline.findings]


# -- a term bars -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "found"),
    [
        ("2026-03-02", ["too_early"]),
        ("2026-03-11", ["too_early"]),
        ("2026-03-12", ["too_early"]),  # the last day belongs to the term
        ("2026-03-13", []),
    ],
)
def test_what_a_term_bars_may_be_done_from_the_day_after_its_last(day: str, found: list[str]) -> None:
    assert codes(reckoned(["2026-03-02 receive", f"{day} close"], "2026-03-20")) == found


def test_what_came_too_early_is_reported_with_the_last_day_and_the_article() -> None:
    (finding,) = reckoned(["2026-03-02 receive", "2026-03-05 close"], "2026-03-05").findings

    assert (finding.seq, finding.facts["action"], finding.facts["clock"]) == (2, "close", "reply")
    assert (finding.facts["day"], finding.facts["last"]) == (d("2026-03-05"), LAST)
    assert str(finding.facts["cite"]) == "《条例》第三十三条"


def test_an_act_that_stops_its_own_term_is_first_asked_whether_it_came_too_early() -> None:
    deadline = reckoned(["2026-03-02 receive", "2026-03-12 close"], "2026-03-20", a_book(stop=["close"]))

    assert (deadline.status, codes(deadline)) == (Status.STOPPED, ["too_early"])


def test_a_term_that_has_been_stopped_bars_nothing() -> None:
    book = a_book(stop=["renew"])

    assert codes(reckoned(["2026-03-02 receive", "2026-03-04 renew", "2026-03-05 close"], "2026-03-20", book)) == []


def test_a_term_that_never_began_bars_nothing() -> None:
    book = a_book(start=["renew"])

    assert deadlines_of(["2026-03-02 receive", "2026-03-03 close"], "2026-03-20", book) == {}


def test_a_term_that_stands_still_bars_until_it_has_gone_on_to_its_end() -> None:
    book = a_book(suspend=[{"action": "consult", "until": "answer"}])
    record = ["2026-03-02 receive", "2026-03-04 consult ref=甲"]
    # Six days, 5 to 10 March, are left out: the 18th instead of the 12th.
    answered = [*record, "2026-03-10 answer ref=甲"]

    assert codes(reckoned([*record, "2026-06-01 close"], "2026-06-01", book)) == ["too_early"]
    assert codes(reckoned([*answered, "2026-03-18 close"], "2026-06-01", book)) == ["too_early"]
    assert codes(reckoned([*answered, "2026-03-19 close"], "2026-06-01", book)) == []


def test_each_early_act_is_reported_by_itself() -> None:
    book = a_book(bars=["consult", "close"])
    record = ["2026-03-02 receive", "2026-03-04 consult ref=甲", "2026-03-05 close"]

    assert [(each.code, each.seq) for each in reckoned(record, "2026-03-20", book).findings] == [
        ("too_early", 2),
        ("too_early", 3),
    ]


def test_an_early_act_does_not_move_the_term() -> None:
    assert reckoned(["2026-03-02 receive", "2026-03-05 close"], "2026-03-20").last_day == LAST


@often(60)
@given(st.integers(0, 40), st.integers(0, 80), st.sampled_from([LimitUnit.DAY, LimitUnit.WORKING_DAY]))
def test_an_act_is_too_early_exactly_through_the_last_day(length: int, after: int, unit: LimitUnit) -> None:
    book = a_book(length, unit)
    day = d("2026-03-02") + after * ONE

    deadline = reply_of(["2026-03-02 receive", f"{day} close"], day, book)

    assert deadline.last_day is not None
    assert (codes(deadline) == ["too_early"]) == (day <= deadline.last_day)


@often(40)
@given(st.integers(0, 30), st.integers(0, 30))
def test_an_early_act_is_reported_whenever_the_record_is_read(after: int, later: int) -> None:
    day = d("2026-03-02") + after * ONE
    record = ["2026-03-02 receive", f"{day} close"]

    assert codes(reply_of(record, day, a_book())) == codes(reply_of(record, day + later * ONE, a_book()))


def test_what_is_barred_until_the_term_is_over_begins_it_anew_when_it_comes_after_it() -> None:
    book = a_book(bars=["renew"], restart=[{"action": "renew"}])

    deadline = reckoned(["2026-03-02 receive", "2026-03-16 renew"], "2026-03-16", book)

    assert (deadline.since, deadline.last_day, codes(deadline)) == (d("2026-03-16"), d("2026-03-26"), [])


# -- at the counter and in lists ---------------------------------------------------------------------------------

DRAFT = {"draft_url": "草案", "basis": "某法", "feedback_way": "信函", "comment_until": "2026-04-01"}


@pytest.fixture
def commenting(office: Office) -> Office:
    """A decision whose draft is open to comments from 2 March through 1 April (第十五条: 30 days)."""
    office.receive("decision", "D", title="某规划", now=at("2026-03-02"))
    office.do("D", "publish_draft", facts=DRAFT, now=at("2026-03-02"))
    return office


def test_comments_are_not_closed_on_their_last_day_but_on_the_next(commenting: Office) -> None:
    with pytest.raises(Refused) as refused:
        commenting.do("D", "close_comments", now=at("2026-04-01", "18:00"))

    assert refused.value.code == "too_early"
    assert "第十五条" in str(refused.value)
    assert [entry.action for entry in commenting.case("D").record] == ["propose", "publish_draft"]
    commenting.do("D", "close_comments", now=at("2026-04-02"))
    assert commenting.case("D").state == "comments_closed"


def test_a_trial_of_an_early_act_is_refused_like_the_act(commenting: Office) -> None:
    with pytest.raises(Refused, match="not before the day after 2026-04-01"):
        commenting.do("D", "close_comments", dry_run=True, now=at("2026-03-20"))


def test_an_act_typed_in_after_the_term_but_done_within_it_is_too_early_all_the_same(commenting: Office) -> None:
    with pytest.raises(Refused) as refused:
        commenting.do("D", "close_comments", day="2026-03-30", now=at("2026-04-10"))

    assert refused.value.code == "too_early"


def test_a_term_of_which_the_law_of_that_day_knows_nothing_bars_nothing(office: Office) -> None:
    # 信用修复: the first regime of publicity periods began on 2019-07-01.
    office.receive("penalty", "P", facts={"severity": "general", "decision_date": "2019-06-03"}, now=at("2019-06-03"))

    assert office.deadlines("P", as_of="2019-06-04")["publicity_minimum"].status is Status.NO_LIMIT


# -- a term is nobody's lateness ---------------------------------------------------------------------------------


@often(60)
@given(st.integers(0, 40), st.integers(0, 400), st.sampled_from(list(LimitUnit)[:3]))
def test_a_term_is_never_overdue_however_long_ago_it_ran_out(length: int, after: int, unit: LimitUnit) -> None:
    deadline = reply_of(["2026-03-02 receive"], d("2026-03-02") + after * ONE, a_book(length % 12, unit))

    assert (deadline.status, deadline.verdict) == (Status.RUNNING, Verdict.RUNNING)


def test_a_duty_beside_it_is_overdue_on_the_day_after() -> None:
    duty = a_book(kind="duty", stop=["close"], bars=[])

    assert reckoned(["2026-03-02 receive"], "2026-03-12", duty).verdict is Verdict.RUNNING
    assert reckoned(["2026-03-02 receive"], "2026-03-13", duty).verdict is Verdict.OVERDUE


def test_a_term_needs_nothing_that_stops_it() -> None:
    assert problems(a_book()) == ()
    assert [problem.text for problem in problems(a_book(kind="duty", bars=[]))] == [
        'clock "reply": nothing stops it (stop)'
    ]


def test_a_case_in_which_only_terms_have_run_out_is_in_no_list_of_late_ones(office: Office) -> None:
    # 一般失信信息: 3 months from 6 May 2026 are over on 6 August; the decision itself was published in time.
    office.receive("penalty", "P", facts={"severity": "general", "decision_date": "2026-05-06"}, now=at("2026-05-06"))
    needed = {
        "document_number": "某罚〔2026〕1号", "legal_basis": "某法", "case_name": "某案", "counterparty": "某公司",
        "counterparty_kind": "legal_person", "uscc": "91110000600037341L", "violation": "某行为", "authority": "某局",
        "outcome": "罚款", "remedy": "复议或者诉讼",
    }  # fmt: skip
    office.do("P", "publish", facts=needed, now=at("2026-05-08"))

    for day in ("2026-08-06", "2026-08-07", "2026-12-31"):
        assert office.cases(as_of=day, overdue=True) == []
        assert [(line.status, line.light) for line in office.cases(as_of=day)] == [("done", None)]
        assert office.deadlines("P", as_of=day)["publicity_minimum"].verdict is Verdict.RUNNING


# -- what must stand on the record before ------------------------------------------------------------------------


def a_careful_flow() -> Any:
    return a_workflow(
        facts={"opinion": {"label": "审核意见"}, "kind": {"label": "类别"}},
        actions={
            "receive": {"label": "收件", "first": True, "to": "open", "accepts": ["kind", "opinion"]},
            "consult": {"label": "审核", "from": ["open"], "accepts": ["opinion", "ref"]},
            "close": {
                "label": "办结",
                "from": "any_open",
                "to": "closed",
                "accepts": ["opinion", "kind"],
                "needs_before": [{"opinion": {"unless": {"kind": ["department"]}}}],
            },
        },
    )


def gaps(record: Sequence[str]) -> list[tuple[int, tuple[str, ...]]]:
    found = a_case(record, a_careful_flow()).findings
    return [(each.seq, each.facts["facts"]) for each in found if each.code == "facts_missing"]


def test_what_must_come_before_is_not_made_good_by_the_entry_itself() -> None:
    assert gaps(["2026-03-02 receive", "2026-03-05 close"]) == [(2, ("opinion",))]
    assert gaps(["2026-03-02 receive", "2026-03-05 close opinion=同意"]) == [(2, ("opinion",))]
    assert gaps(["2026-03-02 receive", "2026-03-04 consult opinion=同意", "2026-03-05 close"]) == []


def test_what_must_come_before_comes_too_late_after() -> None:
    record = ["2026-03-02 receive", "2026-03-05 close", "2026-03-06 consult opinion=同意"]

    assert (2, ("opinion",)) in gaps(record)


def test_what_dispenses_with_it_must_stand_there_before_as_well() -> None:
    assert gaps(["2026-03-02 receive kind=department", "2026-03-05 close"]) == []
    assert gaps(["2026-03-02 receive kind=town", "2026-03-05 close"]) == [(2, ("opinion",))]
    assert gaps(["2026-03-02 receive", "2026-03-05 close kind=department"]) == [(2, ("opinion",))]


def test_the_machine_names_what_is_missing_before() -> None:
    close = a_careful_flow().actions["close"]

    assert missing_facts(close, {"opinion": "同意"}, {}) == ("opinion",)
    assert missing_facts(close, {}, {"opinion": "同意"}) == ("opinion",)  # said somewhere, by whom nobody knows
    assert missing_facts(close, {}, {"opinion": "同意"}, {"opinion": "同意"}) == ()
    assert missing_facts(close, {}, {}, {"opinion": ""}) == ("opinion",)


def test_a_town_reports_its_catalogue_only_after_the_department_gave_its_opinion(office: Office) -> None:
    # 中山方案 第四部分第（三）项: 镇区 first send it to the department in charge, 部门 report directly.
    for number, level in (("镇", "town"), ("局", "department")):
        facts = {"field": "health", "level": level, "due": "2020-09-30"}
        office.receive("catalogue", number, facts=facts, now=at("2020-07-01"))
        items = {
            "item_name": "某事项",
            "basis": "某法",
            "content": "某内容",
            "subject": "某局",
            "time_limit": "20个工作日",
            "method": "网站",
        }
        office.do(number, "draft_item", facts=items, now=at("2020-07-02"))

    assert office.do("局", "file", facts={"filed_with": "市政府"}, now=at("2020-07-06")).state == "filed"
    with pytest.raises(Refused) as refused:
        office.do("镇", "file", facts={"filed_with": "市政府"}, now=at("2020-07-06"))

    assert (refused.value.code, refused.value.facts["names"]) == ("facts_missing", ("opinion",))
    assert "第四部分第（三）项" in str(refused.value)
    office.do("镇", "submit_review", now=at("2020-07-07"))
    office.do("镇", "review", facts={"opinion": "同意"}, now=at("2020-07-08"))
    assert office.do("镇", "file", facts={"filed_with": "市政府"}, now=at("2020-07-09")).state == "filed"


# -- links -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(rules().workflows))
def test_a_link_may_be_entered_in_every_state_of_every_workflow_and_leaves_it_as_it_is(name: str) -> None:
    workflow = rules().workflow(name)

    for state in workflow.states:
        assert decide(workflow, "C-1", state, LINK) == state
        assert LINK in may(workflow, state)
    assert missing_facts(workflow.actions[LINK], {}, {}) == ("leads_to",)


def test_a_link_is_a_remark_on_the_case_and_no_fact_of_it() -> None:
    record = ["2026-03-02 receive channel=in_person", "2026-03-03 link leads_to=S-1 text=督办"]
    case, plain = a_case(record), a_case(record[:1])

    assert (case.state, case.facts, case.findings) == (plain.state, plain.facts, plain.findings)
    assert {key: each.last_day for key, each in deadlines_of(record, "2026-03-03").items()} == {
        key: each.last_day for key, each in deadlines_of(record[:1], "2026-03-03").items()
    }


def test_a_case_that_comes_from_another_stands_on_both_records_once(place: Place) -> None:
    with place.open() as office:
        office.receive("request", "甲", facts={"channel": "in_person"}, now=at("2026-03-02"))
        for _ in range(2):
            office.receive(
                "complaint", "乙", facts={"origin": "甲", "title": "逾期不答复"}, key="一次", now=at("2026-04-10")
            )

        assert [each.facts.get("leads_to") for each in office.case("甲").record] == [None, "乙"]
        assert office.case("乙").first.facts["origin"] == "甲"


# -- what begins anew --------------------------------------------------------------------------------------------


def anew(**clock: Any) -> Rulebook:
    """A duty of ten days that ``renew`` begins anew: its last day is 12 March."""
    duty: dict[str, Any] = {"kind": "duty", "bars": [], "stop": ["close"], "restart": [{"action": "renew"}]}
    return a_book(**{**duty, **clock})


@pytest.mark.parametrize(("day", "found"), [("2026-03-12", []), ("2026-03-13", ["late_before_restart"])])
def test_a_round_that_ended_late_stays_reported_after_the_next_has_begun(day: str, found: list[str]) -> None:
    deadline = reckoned(["2026-03-02 receive", f"{day} renew"], "2026-03-20", anew())

    assert (codes(deadline), deadline.since, deadline.risk) == (found, d(day), None)
    assert deadline.last_day == d(day) + 10 * ONE


def test_the_late_round_is_reported_with_its_own_last_day() -> None:
    record = ["2026-03-02 receive", "2026-03-10 renew", "2026-03-23 renew"]

    (finding,) = reckoned(record, "2026-03-23", anew()).findings

    # The second round began on the 10th and ended on the 20th.
    assert (finding.seq, finding.facts["last"], finding.facts["day"]) == (3, d("2026-03-20"), d("2026-03-23"))


@pytest.mark.parametrize("kind", [kind.value for kind in ClockKind if kind is not ClockKind.DUTY])
def test_what_nobody_owed_is_not_late_when_it_begins_anew(kind: str) -> None:
    book = anew(kind=kind)

    assert codes(reckoned(["2026-03-02 receive", "2026-04-20 renew"], "2026-04-20", book)) == []


def test_what_waited_is_not_late_when_it_begins_anew() -> None:
    # A notice of 11 March, before the last day; the answer came in June.
    book = anew(wait=[{"action": "consult", "before_last_day": True}])
    record = ["2026-03-02 receive", "2026-03-11 consult", "2026-06-01 renew"]

    deadline = reckoned(record, "2026-06-01", book)

    assert (codes(deadline), deadline.risk, deadline.last_day) == ([], None, d("2026-06-11"))


@pytest.mark.parametrize(
    ("noticed", "risk"),
    [("2026-03-11", None), ("2026-03-12", "2026-03-12"), ("2026-03-20", "2026-03-12")],
)
def test_the_original_last_day_is_a_risk_only_after_a_notice_that_came_late(noticed: str, risk: str | None) -> None:
    rule = {"restart": [{"action": "renew", "after": "consult"}], "wait": [{"action": "consult"}]}
    record = ["2026-03-02 receive", f"{noticed} consult", "2026-04-20 renew"]

    deadline = reckoned(record, "2026-04-20", anew(**rule))

    assert deadline.risk == (d(risk) if risk else None)
    assert "late_before_restart" not in codes(deadline)
    assert deadline.last_day == d("2026-04-30")


def test_without_its_notice_nothing_begins_anew() -> None:
    book = anew(restart=[{"action": "renew", "after": "consult"}])

    deadline = reckoned(["2026-03-02 receive", "2026-03-05 renew"], "2026-03-06", book)

    assert (codes(deadline), deadline.last_day) == (["restart_without_notice"], LAST)


def test_a_clock_begins_anew_as_often_as_it_is_begun_unless_only_once_is_allowed() -> None:
    record = ["2026-03-02 receive", "2026-03-04 renew", "2026-03-06 renew", "2026-03-08 renew"]

    again = reckoned(record, "2026-03-08", anew())
    once = reckoned(record, "2026-03-08", anew(restart=[{"action": "renew", "once": True}]))

    assert (again.last_day, codes(again)) == (d("2026-03-18"), [])
    assert (once.last_day, codes(once)) == (d("2026-03-14"), ["second_restart", "second_restart"])


@often(60)
@given(st.lists(st.integers(0, 15), max_size=6))
def test_the_last_round_is_reckoned_as_if_it_were_the_first(gaps: list[int]) -> None:
    day, lines = d("2026-03-02"), ["2026-03-02 receive"]
    for gap in gaps:
        day += gap * ONE
        lines.append(f"{day} renew")

    deadline = reply_of(lines, day, anew())

    assert deadline.last_day == reply_of([f"{day} receive"], day, anew()).last_day
    assert codes(deadline) == ["late_before_restart" for gap in gaps if gap > 10]


def test_one_answer_ends_every_suspension_that_waits_for_it() -> None:
    actions = {"ask": {"label": "再征求", "from": ["open"], "accepts": ["ref"]}}
    suspend = [{"action": "consult", "until": "answer"}, {"action": "ask", "until": "answer"}]
    clock = {**TERM, "kind": "duty", "bars": [], "stop": ["close"], "suspend": suspend}
    book = a_rulebook(a_value(10, LimitUnit.DAY), workflow=a_workflow(actions=actions, clocks={"reply": clock}))
    record = ["2026-03-02 receive", "2026-03-04 consult", "2026-03-05 ask", "2026-03-10 answer"]

    deadline = reckoned(record, "2026-03-11", book)

    # 5 to 10 March are left out.
    assert (deadline.status, deadline.last_day) == (Status.RUNNING, d("2026-03-18"))
