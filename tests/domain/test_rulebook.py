"""The rulebook and whether it agrees with itself (规则集)."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

import pytest

from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.errors import NotFound
from gkflow.domain.law import Bound, Citation, Law, LimitUnit, LimitValue, TimeLimit
from gkflow.domain.rulebook import Rulebook, in_place_of, loosening
from gkflow.domain.soundness import problems
from gkflow.domain.workflow import Ladder, Step
from gkflow.files.workflows import workflow_from_source

SMALL: dict[str, Any] = {
    "workflow": "small",
    "label": "小流程",
    "states": {
        "open": {"label": "办理中", "public": "正在办理"},
        "asked": {"label": "征求意见", "public": "正在办理"},
        "closed": {"label": "已办结", "public": "已办结", "final": True},
    },
    "facts": {
        "ref": {"label": "对象"},
        "kind": {"label": "种类", "type": "choice", "choices": {"long": "长", "short": "短"}},
    },
    "actions": {
        "receive": {"label": "收件", "first": True, "to": "open", "accepts": ["kind"]},
        "ask": {"label": "征求", "from": ["open"], "to": "asked", "needs": ["ref"]},
        "answer": {"label": "答复意见", "from": ["asked"], "to": "open", "needs": ["ref"]},
        "close": {"label": "办结", "from": "any_open", "to": "closed", "needs": ["kind"]},
    },
    "clocks": {
        "reply": {
            "label": "答复",
            "limit": "reg/reply",
            "start": ["receive"],
            "stop": ["close"],
            "ladder": "days",
        }
    },
}


def a_value(length: int | None = 20, unit: LimitUnit = LimitUnit.WORKING_DAY, **more: Any) -> LimitValue:
    return LimitValue(length, unit, Citation("条例", "第一条"), **more)


def a_limit(name: str, *values: tuple[date, LimitValue | None], binds: str = "office") -> TimeLimit:
    return TimeLimit(name, name, values or ((date(2019, 5, 15), a_value()),), binds)


def a_rulebook(changes: Mapping[str, Any] | None = None, limits: tuple[TimeLimit, ...] = (), **more: Any) -> Rulebook:
    """The small workflow with parts of it replaced: ``{"clocks.reply.stop": []}``; None takes a part away."""
    data = copy.deepcopy(SMALL)
    for path, value in (changes or {}).items():
        *way, last = path.split(".")
        inner = data
        for key in way:
            inner = inner[key]
        if value is None:
            del inner[last]
        else:
            inner[last] = value
    workflow = workflow_from_source(json.dumps(data, ensure_ascii=False))
    known = {limit.name: limit for limit in (a_limit("reg/reply"), *limits)}
    return Rulebook(
        workflows=MappingProxyType({workflow.name: workflow}),
        law=Law(limits=MappingProxyType(known)),
        ladders=MappingProxyType({"days": Ladder("days", "预警", (Step(-5, "remind", "yellow", ("officer",)),))}),
        calendar=WorkCalendar(days_off=frozenset(), makeup_days=frozenset()),
        **more,
    )


def texts_of(rulebook: Rulebook) -> list[str]:
    return [problem.text for problem in problems(rulebook)]


def test_a_rulebook_that_agrees_has_no_problems() -> None:
    assert texts_of(a_rulebook()) == []


# --- limits and profiles -----------------------------------------------------------------------------------


def test_an_unknown_limit_stops_and_is_never_guessed() -> None:
    with pytest.raises(NotFound) as caught:
        a_rulebook().limit("reg/replay")
    assert caught.value.code == "unknown_limit"
    assert str(caught.value) == 'no limit "reg/replay" (do you mean "reply"?)'


def test_an_unknown_workflow_is_reported_with_the_nearest() -> None:
    with pytest.raises(NotFound, match='no workflow "smal" \\(do you mean "small"\\?\\)'):
        a_rulebook().workflow("smal")


def test_the_profile_takes_effect_where_a_limit_is_asked_for_by_its_general_name() -> None:
    local = a_limit("county/reply", (date(2021, 1, 1), a_value(15)))
    value = a_rulebook(limits=(local,), instead={"reg/reply": "county/reply"}).limit("reg/reply")
    assert value.name == "county/reply"
    in_force = value.in_force(date(2022, 1, 1))
    assert in_force is not None
    assert in_force.length == 15


def test_before_a_local_limit_began_and_after_its_repeal_the_general_one_holds() -> None:
    general = a_limit("reg/reply", (date(2008, 5, 1), a_value(15)), (date(2019, 5, 15), a_value(20)))
    local = a_limit("county/reply", (date(2018, 1, 1), a_value(10)), (date(2022, 1, 1), None))
    both = in_place_of(general, local)
    days = (date(2008, 4, 30), date(2017, 12, 31), date(2018, 1, 1), date(2019, 5, 15), date(2022, 1, 1))
    values = [both.in_force(day) for day in days]
    assert [value and value.length for value in values] == [None, 15, 10, 10, 20]


@pytest.mark.parametrize(
    ("ours", "theirs", "binds", "reason"),
    [
        (a_value(20), a_value(15), "office", ""),
        (a_value(20), a_value(20), "office", ""),
        (a_value(20), a_value(21), "office", "longer"),
        (a_value(20), a_value(20, LimitUnit.DAY), "office", ""),
        (a_value(20), a_value(21, LimitUnit.DAY), "office", "cannot be compared"),
        (a_value(20, LimitUnit.DAY), a_value(20), "office", "longer"),
        (a_value(1, LimitUnit.YEAR), a_value(12, LimitUnit.MONTH), "office", ""),
        (a_value(1, LimitUnit.YEAR), a_value(13, LimitUnit.MONTH), "office", "longer"),
        (a_value(20), a_value(None), "office", "cannot be compared"),
        (a_value(None), a_value(90), "office", ""),
        (
            a_value(3, LimitUnit.YEAR, bound=Bound.AT_LEAST),
            a_value(5, LimitUnit.YEAR, bound=Bound.AT_LEAST),
            "office",
            "",
        ),
        (
            a_value(3, LimitUnit.YEAR, bound=Bound.AT_LEAST),
            a_value(1, LimitUnit.YEAR, bound=Bound.AT_LEAST),
            "office",
            "shorter",
        ),
        (a_value(20), a_value(20, bound=Bound.AT_LEAST), "office", "another rule"),
        (a_value(20), a_value(25), "applicant", ""),
        (a_value(20), a_value(15), "applicant", "shorter"),
        (
            a_value(None, LimitUnit.FIXED_DATE, month=1, day=31),
            a_value(None, LimitUnit.FIXED_DATE, month=1, day=15),
            "office",
            "",
        ),
        (
            a_value(None, LimitUnit.FIXED_DATE, month=1, day=31),
            a_value(None, LimitUnit.FIXED_DATE, month=3, day=1),
            "office",
            "longer",
        ),
    ],
)
def test_a_profile_may_only_tighten_the_office_and_only_lengthen_the_terms_of_others(
    ours: LimitValue, theirs: LimitValue, binds: str, reason: str
) -> None:
    day = date(2019, 5, 15)
    reasons = list(
        loosening(a_limit("reg/x", (day, ours), binds=binds), a_limit("county/x", (day, theirs), binds=binds))
    )
    assert len(reasons) == (1 if reason else 0)
    assert all(reason in each and "《条例》第一条" in each for each in reasons)


def test_a_local_limit_that_was_once_looser_is_refused_even_when_it_is_shorter_now() -> None:
    general = a_limit("reg/reply", (date(2008, 5, 1), a_value(15)), (date(2019, 5, 15), a_value(20)))
    local = a_limit("county/reply", (date(2010, 1, 1), a_value(18)))
    assert [reason.rpartition(" ")[2] for reason in loosening(general, local)] == ["2010-01-01"]


def test_a_limit_may_not_be_replaced_by_one_that_binds_somebody_else() -> None:
    (reason,) = loosening(a_limit("reg/reply"), a_limit("county/pay", binds="applicant"))
    assert reason == '"county/pay" binds the applicant, "reg/reply" the office'


def test_the_content_hash_follows_every_rule() -> None:
    first = a_rulebook()
    assert first.content_hash == a_rulebook().content_hash
    others = [
        a_rulebook({"label": "别的流程"}),
        a_rulebook(limits=(a_limit("reg/reply", (date(2019, 5, 15), a_value(19))),)),
        a_rulebook(limits=(a_limit("county/reply"),), instead={"reg/reply": "county/reply"}),
    ]
    assert len({first.content_hash, *(each.content_hash for each in others)}) == 4


def test_the_first_action_leads_somewhere() -> None:
    rulebook = a_rulebook()
    workflow = rulebook.workflows["small"]
    lost = replace(
        workflow, edition="lost", actions={**workflow.actions, "receive": replace(workflow.first, target=None)}
    )
    assert texts_of(replace(rulebook, workflows={"small": lost})) == [
        'action "receive" opens a case, but leads to no state (to)'
    ]


# --- courses of events -------------------------------------------------------------------------------------


def test_a_clock_stopped_on_one_way_out_only_is_found_with_the_shortest_trail() -> None:
    drop = {"label": "作罢", "from": ["asked"], "to": "closed"}
    assert texts_of(a_rulebook({"actions.drop": drop})) == [
        'clock "reply" may still run in a final state: receive → ask → drop'
    ]


def test_a_target_may_run_on_in_a_final_state() -> None:
    drop = {"label": "作罢", "from": ["asked"], "to": "closed"}
    assert texts_of(a_rulebook({"actions.drop": drop, "clocks.reply.kind": "target"})) == []


def test_conditions_that_cover_every_choice_of_a_needed_fact_always_stop_the_clock() -> None:
    both = [{"action": "close", "when": {"kind": kind}} for kind in ("long", "short")]
    assert texts_of(a_rulebook({"clocks.reply.stop": both})) == []
    assert texts_of(a_rulebook({"clocks.reply.stop": both[:1]})) == [
        'clock "reply" may still run in a final state: receive → close'
    ]
    # Not needed, the fact may be absent, and then neither condition holds.
    assert texts_of(
        a_rulebook({"clocks.reply.stop": both, "actions.close.needs": None, "actions.close.accepts": ["kind"]})
    )


def test_the_answer_of_one_addressee_leaves_the_clocks_of_the_others_running() -> None:
    paired = {"label": "意见", "limit": "reg/reply", "paired": True, "start": "ask", "stop": ["answer"]}
    again = {"ask": {"label": "征求", "from": ["open", "asked"], "to": "asked", "needs": ["ref"]}}
    changes = {"clocks.opinion": paired, "actions.ask": again["ask"], "actions.close.from": ["open"]}
    assert texts_of(a_rulebook(changes)) == [
        'clock "opinion" may still run in a final state: receive → ask → answer → close'
    ]
    # An act that names no addressee ends them all.
    changes["clocks.opinion"] = {**paired, "stop": ["answer", "close"]}
    assert texts_of(a_rulebook(changes)) == []


def test_a_clock_that_is_stopped_before_it_starts_runs_all_the_same() -> None:
    late = {"label": "后续", "limit": "reg/reply", "start": "close", "stop": ["ask"]}
    assert texts_of(a_rulebook({"clocks.late": late})) == ['clock "late": nothing stops it (stop)']


def test_a_start_after_the_stop_is_no_new_start() -> None:
    once = {"label": "一次", "limit": "reg/reply", "start": "ask", "stop": ["answer"]}
    only = {"label": "办结", "from": ["open"], "to": "closed", "needs": ["kind"]}
    assert texts_of(a_rulebook({"clocks.once": once, "actions.close": only})) == []


def test_a_clock_that_no_course_of_events_starts_is_found() -> None:
    never = {"label": "无", "from": ["nowhere"], "to": "closed"}
    changes = {
        "states.nowhere": {"label": "无", "public": "无"},
        "actions.never": never,
        "clocks.ghost": {"label": "虚", "limit": "reg/reply", "start": "never", "stop": ["close"]},
    }
    assert texts_of(a_rulebook(changes)) == [
        'state "nowhere" can never be reached',
        'clock "ghost": no course of events starts it',
    ]


def test_a_workflow_without_a_final_state_is_one_dead_end() -> None:
    texts = texts_of(a_rulebook({"states.closed": {"label": "已办结", "public": "已办结", "ended": True}}))
    assert [text.split(":")[0] for text in texts] == [
        'state "open" is a dead end',
        'state "asked" is a dead end',
        'state "closed" is a dead end',
    ]
    assert texts[2].endswith("(receive → close)")


# --- what is waited for ------------------------------------------------------------------------------------


def awaited(**clock: Any) -> dict[str, Any]:
    """The reply stands still for an opinion that another clock watches."""
    reply = {
        **SMALL["clocks"]["reply"],
        "suspend": {"action": "ask", "until": "answer", "lapse_when": {"ref": ["A"]}},
    }
    opinion = {"label": "意见", "limit": "reg/reply", "start": "ask", "stop": ["answer", "close"], **clock}
    return {"clocks": {"opinion": opinion, "reply": reply}}


def test_a_suspension_is_timed_by_the_clock_of_whom_it_awaits_if_that_has_a_ladder() -> None:
    assert texts_of(a_rulebook(awaited(ladder="days"))) == []
    (text,) = texts_of(a_rulebook(awaited()))
    assert text.startswith('clock "reply": the suspension by "ask" has no timed way out')


def test_a_lapse_under_a_condition_is_no_way_out_for_the_other_cases() -> None:
    changes = awaited()
    changes["clocks"]["reply"]["suspend"]["lapse"] = "opinion"
    assert len(texts_of(a_rulebook(changes))) == 1
    del changes["clocks"]["reply"]["suspend"]["lapse_when"]
    assert texts_of(a_rulebook(changes)) == []


def test_a_clock_on_which_another_rests_stands_before_it() -> None:
    changes = awaited(ladder="days")
    changes["clocks"]["reply"]["suspend"]["lapse"] = "opinion"
    assert texts_of(a_rulebook(changes)) == []
    changes["clocks"] = dict(reversed(changes["clocks"].items()))
    assert texts_of(a_rulebook(changes)) == [
        'clock "reply": its suspend rests on clock "opinion", which must stand before it'
    ]


# --- ladders -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("length", "found"), [(4, True), (5, False), (20, False)])
def test_a_step_lies_before_the_start_only_if_the_limit_is_shorter_than_it(length: int, found: bool) -> None:
    limit = a_limit("reg/reply", (date(2008, 5, 1), a_value(2)), (date(2019, 5, 15), a_value(length)))
    assert any("before the start" in text for text in texts_of(a_rulebook(limits=(limit,)))) is found


def test_steps_are_not_compared_with_calendar_units() -> None:
    limit = a_limit("reg/reply", (date(2019, 5, 15), a_value(1, LimitUnit.MONTH)))
    assert texts_of(a_rulebook(limits=(limit,))) == []
