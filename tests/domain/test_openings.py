"""Cases that follow from others (派生案件), and bars that could never hold: what the rulebook says of itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest

from builders import a_calendar, a_rulebook, a_value, a_workflow, d
from gkflow.domain.fact_rules import Condition, meets
from gkflow.domain.law import Bound, Law, LimitUnit
from gkflow.domain.recurring import RecurringTask
from gkflow.domain.rulebook import Rulebook
from gkflow.domain.soundness import problems
from gkflow.domain.workflow import Ladder, Opening, Step, Workflow
from gkflow.files.workflows import workflow_from_source


def source(name: str, **changes: Any) -> Workflow:
    """A workflow of two states and no clock; what a test changes of it, it says."""
    data: dict[str, Any] = {
        "workflow": name,
        "label": name,
        "states": {
            "open": {"label": "办理中", "public": "正在办理"},
            "closed": {"label": "已办结", "public": "已办结", "final": True},
        },
        "facts": {
            "title": {"label": "内容摘要"},
            "result": {"label": "结果", "type": "choice", "choices": {"publish": "公开", "withhold": "不公开"}},
            "kind": {"label": "类别", "type": "choice", "choices": {"report": "报告", "check": "自查"}},
            "due": {"label": "届满日", "type": "day"},
            "period": {"label": "期次"},
        },
        "actions": {
            "begin": {"label": "立案", "first": True, "to": "open", "accepts": ["title"]},
            "close": {"label": "办结", "from": ["open"], "to": "closed", "accepts": ["result", "title"]},
        },
        "clocks": {},
    }
    for key, change in changes.items():
        data[key] = {**data[key], **change}
    return workflow_from_source(json.dumps(data, ensure_ascii=False))


def first(**facts: Any) -> dict[str, Any]:
    """A first action of the case that follows."""
    return {"begin": {"label": "立案", "first": True, "to": "open", **facts}}


def a_book(
    *workflows: Workflow,
    ladders: Mapping[str, Ladder] | None = None,
    duties: Mapping[str, RecurringTask] | None = None,
) -> Rulebook:
    return Rulebook(
        MappingProxyType({workflow.name: workflow for workflow in workflows}),
        Law(),
        MappingProxyType(dict(ladders or {})),
        a_calendar(),
        recurring_tasks=MappingProxyType(dict(duties or {})),
    )


def opened(opens: Any, follower: Workflow | None = None) -> list[str]:
    """What is said of a workflow whose last action opens a case of *follower*."""
    flow = source("gives", actions={"close": {**CLOSE, "opens": opens}})
    found = problems(a_book(flow, follower or source("follows")))
    assert all((each.workflow, each.where) == ("gives", ("actions", "close", "opens")) for each in found)
    return [each.text for each in found]


CLOSE: dict[str, Any] = {"label": "办结", "from": ["open"], "to": "closed", "accepts": ["result", "title"]}


# -- from an action ----------------------------------------------------------------------------------------------


def test_a_case_that_follows_is_sound_where_its_first_action_takes_what_it_is_given() -> None:
    follower = source("follows", actions=first(needs=["kind"], accepts=["title"]))

    assert opened({"workflow": "follows", "facts": {"title": "title"}, "set": {"kind": "check"}}, follower) == []
    assert opened({"workflow": "follows", "when": {"result": ["publish"]}}) == []


def test_a_workflow_that_is_not_there_is_reported_with_the_nearest() -> None:
    assert opened({"workflow": "folows"}) == ['action "close": opens: no workflow "folows" (do you mean "follows"?)']


def test_a_fact_that_the_new_case_does_not_take_is_reported() -> None:
    assert opened({"workflow": "follows", "facts": {"result": "result"}, "set": {"kind": "check"}}) == [
        'action "close": opens: "begin" of follows takes no fact "kind"',
        'action "close": opens: "begin" of follows takes no fact "result"',
    ]


def test_a_fact_that_the_new_case_needs_and_is_not_given_is_reported() -> None:
    follower = source("follows", actions=first(needs=["kind", "title"]))

    assert opened({"workflow": "follows", "facts": {"title": "title"}}, follower) == [
        'action "close": opens: "begin" of follows needs "kind", which is not given'
    ]


def test_a_fact_that_may_be_dispensed_with_need_not_be_given() -> None:
    needs = ["kind", {"title": {"unless": {"kind": ["check"]}}}]
    follower = source("follows", actions=first(needs=needs))

    assert opened({"workflow": "follows", "set": {"kind": "check"}}, follower) == []


def test_a_needed_fact_that_is_given_empty_is_not_given() -> None:
    follower = source("follows", actions=first(needs=["title"]))

    assert opened({"workflow": "follows", "set": {"title": ""}}, follower) != []


def test_a_choice_that_the_new_case_does_not_know_is_reported() -> None:
    follower = source("follows", actions=first(accepts=["kind"]))

    assert opened({"workflow": "follows", "set": {"kind": "inspection"}}, follower) == [
        'action "close": opens: fact "kind" of follows has no choice "inspection"'
    ]


@pytest.mark.parametrize("value", [["check"], {"check": "check"}])
def test_a_choice_that_is_no_single_word_is_reported(value: Any) -> None:
    follower = source("follows", actions=first(accepts=["kind"]))

    assert opened({"workflow": "follows", "set": {"kind": value}}, follower) != []


def test_a_condition_must_be_one_that_the_action_can_meet() -> None:
    assert opened({"workflow": "follows", "when": {"kind": ["check"]}}) == [
        'action "close": opens goes by fact "kind", which the action neither needs nor accepts'
    ]
    assert opened({"workflow": "follows", "when": {"result": ["published"]}}) == [
        'action "close": opens: fact "result" has no choice "published" (do you mean "publish"?)'
    ]


def test_a_fact_that_this_record_cannot_hold_is_reported() -> None:
    assert opened({"workflow": "follows", "facts": {"title": "titel"}}) == [
        'action "close": opens: no fact "titel" (do you mean "title"?)'
    ]


def test_every_one_of_several_openings_is_looked_at() -> None:
    texts = opened([{"workflow": "x"}, {"workflow": "y"}])
    assert all(text.endswith("; there are: gives, follows") for text in texts), "what there is, is named"
    assert [text.split("no workflow")[1].partition(";")[0] for text in texts] == [
        ' "x"',
        ' "y"',
    ]


def test_a_field_whose_owner_is_asked_for_must_be_a_fact() -> None:
    flow = source("gives", actions={"close": {**CLOSE, "owner_of": "field"}})

    assert [each.text for each in problems(a_book(flow))] == ['action "close": owner_of: no fact "field"']


def test_a_case_follows_only_where_every_condition_is_met() -> None:
    opening = Opening("follows", when=(Condition("result", frozenset({"publish"})),))

    assert meets(opening.when, {"result": "publish"})
    assert not meets(opening.when, {"result": "withhold"})
    assert not meets(opening.when, {})
    assert meets((), {})


# -- from a step of a ladder, from a duty ------------------------------------------------------------------------


def ladder_of(opening: Opening) -> dict[str, Ladder]:
    steps = (Step(0, "urge", "", ("officer",)), Step(3, "supervise", "red", ("director",), opens=opening))
    return {"reply": Ladder("reply", "预警", steps)}


def test_a_ladder_step_that_opens_a_case_is_held_to_the_same() -> None:
    follower = source("follows", actions=first(needs=["kind"], accepts=["title"]))
    sound = Opening("follows", facts={"title": "title"}, given={"kind": "check"})
    wrong = Opening("follows", facts={"period": "title"})

    assert problems(a_book(follower, ladders=ladder_of(sound))) == ()
    found = problems(a_book(follower, ladders=ladder_of(wrong)))
    assert {each.where for each in found} == {("ladder", "reply", "steps", "1", "opens")}
    assert [each.text for each in found] == [
        'ladder "reply", step 3: opens: "begin" of follows takes no fact "period"',
        'ladder "reply", step 3: opens: "begin" of follows needs "kind", which is not given',
    ]


def test_a_ladder_step_that_opens_a_case_of_no_workflow_is_reported() -> None:
    (found,) = problems(a_book(source("follows"), ladders=ladder_of(Opening("supervision"))))

    assert found.text == 'ladder "reply", step 3: opens: no workflow "supervision"; there are: follows'


def a_duty(workflow: str = "follows", **given: Any) -> dict[str, RecurringTask]:
    rule = "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=31"
    return {"yearly": RecurringTask("yearly", "年报", workflow, rule, d("2020-01-01"), 60, "{year}", given)}


def test_a_recurring_duty_opens_a_case_that_takes_day_period_and_title() -> None:
    follower = source("follows", actions=first(needs=["due", "period", "kind"], accepts=["title"]))

    assert problems(a_book(follower, duties=a_duty(kind="report"))) == ()
    assert [each.text for each in problems(a_book(follower, duties=a_duty()))] == [
        'duty "yearly": "begin" of follows needs "kind", which is not given'
    ]
    assert [each.text for each in problems(a_book(follower, duties=a_duty(kind="training")))] == [
        'duty "yearly": fact "kind" of follows has no choice "training"'
    ]


def test_a_recurring_duty_of_a_workflow_that_knows_no_due_day_is_reported() -> None:
    found = problems(a_book(source("follows"), duties=a_duty()))

    assert [(each.where, each.text) for each in found] == [
        (("duty", "yearly", "set"), 'duty "yearly": "begin" of follows takes no fact "due"'),
        (("duty", "yearly", "set"), 'duty "yearly": "begin" of follows takes no fact "period"'),
    ]


def test_a_recurring_duty_of_no_workflow_is_reported() -> None:
    (found,) = problems(a_book(source("follows"), duties=a_duty("folows")))

    assert found.text == 'duty "yearly": no workflow "folows" (do you mean "follows"?)'


# -- bars and named days that can never hold ---------------------------------------------------------------------


def barred(**clock: Any) -> list[str]:
    flow = a_workflow(
        actions={
            "receive": {"label": "收件", "first": True, "to": "open", "accepts": ["until"]},
            "close": {"label": "办结", "from": "any_open", "to": "closed"},
            "after": {"label": "后续", "from": ["closed"]},
        },
        clocks={"reply": {"label": "公示期", "limit": "reg/reply", "kind": "term", "start": ["receive"], **clock}},
    )
    book = a_rulebook(a_value(10, LimitUnit.DAY, bound=Bound.AT_LEAST), workflow=flow)
    return [each.text for each in problems(book)]


def test_a_term_that_bars_what_may_be_taken_while_it_runs_is_sound() -> None:
    assert barred(bars=["close"]) == []
    assert barred(bars=["after"]) == []  # a term that nothing stops runs on in the final state
    assert barred(bars=["close"], stop=["close"]) == []


def test_a_bar_against_what_can_only_come_after_the_term_is_reported() -> None:
    assert barred(bars=["after"], stop=["close"]) == [
        'clock "reply": "after" (bars) can never be taken while the clock runs'
    ]


def test_a_bar_against_what_opens_the_case_is_reported() -> None:
    assert barred(bars=["receive"]) == ['clock "reply": "receive" (bars) can never be taken while the clock runs']


def test_a_bar_against_no_action_is_reported_with_the_nearest() -> None:
    assert barred(bars=["clos"]) == ['action "clos" is used but no transition has it (do you mean "close"?)']


def test_a_clock_that_goes_by_a_fact_of_another_kind_is_reported() -> None:
    assert barred(until="ref") == [
        'clock "reply": until goes by fact "ref", which action "receive" neither needs nor accepts',
        'clock "reply": until takes fact "ref" for a day, but it is a text',
    ]
    assert barred(until="until", shortened_by="approved_by") == [
        'clock "reply": shortened_by goes by fact "approved_by", which action "receive" neither needs nor accepts'
    ]


def test_a_moment_serves_for_a_day_and_a_text_does_not() -> None:
    def problems_with(kind: str) -> list[str]:
        flow = a_workflow(
            facts={"seen": {"label": "获知", "type": kind}},
            actions={"receive": {"label": "收件", "first": True, "to": "open", "accepts": ["seen"]}},
            clocks={
                "reply": {
                    "label": "期限",
                    "limit": "reg/reply",
                    "start": [{"action": "receive", "day": "seen"}],
                    "stop": ["close"],
                }
            },
        )
        return [each.text for each in problems(a_rulebook(workflow=flow))]

    assert problems_with("day") == problems_with("moment") == []
    assert problems_with("text") == ['clock "reply": start takes fact "seen" for a day, but it is a text']


def test_what_must_stand_on_the_record_before_must_be_a_fact() -> None:
    flow = a_workflow(
        actions={"renew": {"label": "重新计算", "from": ["open"], "needs_before": ["opinion"]}},
    )

    assert [each.text for each in problems(a_rulebook(workflow=flow))] == ['action "renew": no fact "opinion"']
