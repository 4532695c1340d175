"""What a program gives (所给的值): texts, days and facts of the types that they have; anything else is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from gkflow.domain.errors import GkflowError, NotFound, Refused
from gkflow.office import Office
from store.offices import Place, apart, at

DAY = "2026-03-02"
NOW = at(DAY)
THINGS: list[Any] = [object(), [], ["x"], {}, {"a": 1}, b"x", ("x",), {1, 2}, 1j, lambda: None]


@pytest.fixture
def office(place: Place) -> Iterator[Office]:
    with place.open() as opened:
        opened.receive("request", "A", facts={"channel": "in_person"}, now=NOW)
        yield opened


def count(office: Office) -> int:
    return len(office.export())


@pytest.mark.parametrize("thing", THINGS, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("fact", ["officer", "channel", "remark_of_ours", "due"])
def test_a_fact_of_no_type_of_facts_is_refused_with_its_name(office: Office, fact: str, thing: Any) -> None:
    before = count(office)
    with pytest.raises(GkflowError) as caught:
        office.receive("request", "B", now=NOW, **apart(**{fact: thing}))
    assert caught.value.code == ("unknown_fact" if fact in ("remark_of_ours", "due") else "fact_kind")
    assert caught.value.facts["fact"] == fact
    assert count(office) == before


@pytest.mark.parametrize("thing", THINGS, ids=lambda each: type(each).__name__)
def test_a_title_is_a_text_as_an_argument_and_as_a_fact(office: Office, thing: Any) -> None:
    before = count(office)
    for given, code in (({"title": thing}, "not_a_text"), ({"facts": {"title": thing}}, "fact_kind")):
        with pytest.raises(Refused) as caught:
            office.receive("request", "B", now=NOW, **given)
        assert caught.value.code == code
        assert "title" in str(caught.value)
    assert count(office) == before


def test_the_facts_of_a_correction_are_held_against_the_same_types(office: Office) -> None:
    for fact in ("seq", "reason", "channel", "day", "void"):
        with pytest.raises(Refused) as caught:
            office.do(
                "A", "correct_entry", now=NOW, facts={"seq": 1, "reason": "x", "channel": "internet", fact: ["x"]}
            )
        assert (caught.value.code, caught.value.facts["fact"]) == ("fact_kind", fact)
    with pytest.raises(Refused, match="title"):
        office.receive("request", "C", title=object(), now=NOW)


@pytest.mark.parametrize("value", [True, False])
def test_true_is_no_text_and_no_number(office: Office, value: bool) -> None:
    for fact in ("title", "officer"):
        with pytest.raises(Refused) as caught:
            office.receive("request", "B", facts={fact: value}, now=NOW)
        assert (caught.value.code, caught.value.facts["fact"]) == ("bad_fact", fact)


def test_facts_of_the_types_that_facts_have_are_taken(office: Office) -> None:
    entered = office.receive(
        "request",
        "B",
        title="摘要",
        facts={"officer": "张三", "channel": "internet", "confirmed": date(2026, 3, 2)},
        now=NOW,
    )
    assert entered.day_zero == date(2026, 3, 2)
    office.do("B", "register", now=NOW)
    office.do("B", "extend", facts={"days": Decimal(20), "approved_by": "李四"}, now=NOW)
    (note,) = [row for row in office.export(["B"]) if row["action"] == "extend"]
    assert note["days"] == 20


@pytest.mark.parametrize("day", [20260302, 46083, 1.5, True, object(), [DAY], (2026, 3, 2)])
def test_a_day_is_a_date_or_a_text(office: Office, day: Any) -> None:
    calls: list[Callable[[], Any]] = [
        lambda: office.receive("request", "B", day=day, facts={"channel": "in_person"}, now=NOW),
        lambda: office.do("A", "note", day=day, facts={"text": "x"}, now=NOW),
        lambda: office.cases(as_of=day),
        lambda: office.view("A", as_of=day),
    ]
    before = count(office)
    for call in calls:
        with pytest.raises(Refused) as caught:
            call()
        assert caught.value.code == "bad_day"
    with pytest.raises(Refused) as caught:
        office.receive("request", "B", facts={"channel": "internet", "confirmed": day}, now=NOW)
    assert caught.value.facts["fact"] == "confirmed"
    assert count(office) == before


def test_a_moment_is_a_day_too(office: Office) -> None:
    assert office.do("A", "note", day=NOW, facts={"text": "x"}, now=NOW).day == date(2026, 3, 2)


@pytest.mark.parametrize("number", [None, 1, 1.0, b"A", ["A"], object(), date(2026, 3, 2)])
def test_a_case_number_is_a_text(office: Office, number: Any) -> None:
    calls: list[Callable[[], Any]] = [
        lambda: office.case(number), lambda: office.view(number), lambda: office.deadlines(number),
        lambda: office.explain(number), lambda: office.published(number), lambda: office.export([number]),
        lambda: office.do(number, "note", facts={"text": "x"}, now=NOW),
        lambda: office.receive("request", number, facts={"channel": "in_person"}, now=NOW),
        lambda: office.drafts.keep(number, "note", "why", now=NOW),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(Refused) as caught:
            call()
        assert caught.value.code == "not_a_text"


@pytest.mark.parametrize("name", ["by", "unit", "action", "workflow", "key"])
def test_names_are_texts(office: Office, name: str) -> None:
    given: dict[str, Any] = {"workflow": "request", "by": "", "unit": "", "key": "", "action": "note", name: ["x"]}
    action, workflow = given.pop("action"), given.pop("workflow")
    if name == "workflow":
        call = partial(office.receive, workflow, "B", facts={"channel": "in_person"})
    else:
        call = partial(office.do, "A", action, facts={"text": "x"})
    with pytest.raises(Refused) as caught:
        call(now=NOW, **given)
    assert (caught.value.code, caught.value.facts["name"]) == ("not_a_text", name)


def test_facts_are_a_mapping_and_none_is_given_twice(office: Office) -> None:
    with pytest.raises(Refused) as caught:
        office.do("A", "note", facts=[("text", "x")], now=NOW)
    assert caught.value.code == "facts_no_mapping"
    with pytest.raises(Refused) as caught:
        office.receive("request", "B", facts={"title": "y"}, title="z", now=NOW)
    assert caught.value.code == "fact_twice"
    with pytest.raises(Refused) as caught:
        office.receive("request", "B", facts={"channel": "internet", "收件方式": "in_person"}, now=NOW)
    assert caught.value.code == "fact_twice"


def test_labels_are_taken_as_codes_are(office: Office) -> None:
    flow = office.rules.rulebook.workflow("request")
    assert office.rules.rulebook.workflow(flow.label) is flow
    channel = flow.facts["channel"]
    entered = office.receive(flow.label, "B", facts={channel.label: channel.choices["in_person"]}, now=NOW)
    assert entered.workflow == "request"
    office.do("B", "登记", now=NOW)
    for name in ("note", "extend"):
        facts = {"text": "x"} if name == "note" else {"days": 20, flow.facts["approved_by"].label: "李四"}
        assert office.do("B", flow.actions[name].label, facts=facts, now=NOW).action == name
    assert [row["action"] for row in office.export(["B"])] == ["receive", "register", "note", "extend"]
    clock = next(rule for rule in flow.clocks if rule.name == "reply")
    assert office.explain("B", clock=clock.label, as_of=DAY) == office.explain("B", clock="reply", as_of=DAY)
    by_label = office.cases(as_of=DAY, workflow=flow.label, clock=clock.label)
    assert by_label == office.cases(as_of=DAY, workflow="request", clock="reply")
    assert {line.case for line in by_label} == {"A", "B"}


def test_a_label_under_the_same_key_does_nothing_twice(office: Office) -> None:
    first = office.do("A", "备注", facts={"text": "x"}, key="k", now=NOW)
    again = office.do("A", "note", facts={"text": "x"}, key="k", now=NOW)
    assert (first.seq, again.seq, again.written) == (2, 2, False)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"state": "办理种"}, "unknown_state"),
        ({"workflow": "requset"}, "unknown_workflow"),
        ({"clock": "replay"}, "no_such_clock"),
    ],
)
def test_an_unknown_name_in_a_filter_is_refused_and_no_empty_list(office: Office, asked: Any, code: str) -> None:
    with pytest.raises((NotFound, Refused)) as caught:
        office.cases(as_of=DAY, **asked)
    assert caught.value.code == code


def test_a_draft_holds_what_a_record_may_hold(office: Office) -> None:
    with pytest.raises(Refused) as caught:
        office.drafts.keep("A", "note", "why", facts={"text": object()}, now=NOW)
    assert caught.value.code == "fact_kind"
    office.drafts.keep("A", "extend", "why", facts={"days": Decimal(20)}, now=NOW)
    assert office.drafts.all()[0].facts == '{"days":"20"}'


@pytest.mark.parametrize("word", ["昨天", "yesterday", "11月22日", "-1d"])
@pytest.mark.parametrize(
    "call",
    [
        lambda office, day: office.do("A", "register", day=day),
        lambda office, day: office.receive("request", "B", facts={"channel": "in_person"}, day=day),
        lambda office, day: office.deadlines("A", as_of=day),
        lambda office, day: office.cases(as_of=day),
        lambda office, day: office.view("A", as_of=day),
        lambda office, day: office.escalations(since=day),
    ],
)
def test_a_word_for_a_day_is_refused_with_the_forms_that_a_program_may_use(
    office: Office, call: Callable[[Office, str], object], word: str
) -> None:
    with pytest.raises(Refused) as refused:
        call(office, word)

    assert refused.value.code == "bad_day"
    for form in (word, "2026-11-22", "2026/11/22", "2026年11月22日", "a command also reads yesterday"):
        assert form in str(refused.value)


@pytest.mark.parametrize("form", ["2026-11-22", "2026/11/22", "2026年11月22日"])
def test_the_forms_that_it_names_are_read(office: Office, form: str) -> None:
    taken = office.receive("request", day=form, facts={"channel": "in_person"}, now=at("2026-11-23"))

    assert taken.day == date(2026, 11, 22)


@pytest.mark.parametrize(("kind", "near"), [("clock", "reply"), ("state", "received")])
def test_an_unknown_clock_or_state_is_answered_by_the_nearest_or_by_how_to_list_them(
    office: Office, kind: str, near: str
) -> None:
    def refusal(**asked: Any) -> str:
        with pytest.raises((NotFound, Refused)) as refused:
            office.cases(as_of=DAY, **asked)
        line = str(refused.value)
        assert len(line) < 600
        return line

    assert f"do you mean {near}" in refusal(**{kind: near + "d"})
    assert "name a workflow as well" in refusal(**{kind: "没有"})
    assert f"({near})" in refusal(**{kind: "没有", "workflow": "request"})
