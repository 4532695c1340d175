"""
That nothing leaves which may not (不公开的不出门): random lives of every workflow, looked at on every day.

What may leave is said here a second time, from the law and by hand, and is held against what the doors give out.
The states are followed over the YAML by this test alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import REPOSITORY, a_workflow, rules
from gkflow.application.explain import view_case
from gkflow.application.publishing import published_record, published_today
from gkflow.application.transaction import OnRecord
from gkflow.domain.case import CORRECT, Entry, record_of

NAMES = sorted(path.stem for path in (REPOSITORY / "workflows").glob("*.yaml"))
ONE = timedelta(days=1)
IDENTITY = "11010519491231002X"
RULES: Any = SimpleNamespace(rulebook=rules())

# By workflow: the states in which it lies open, and the actions that publish. What is not here is for nobody outside:
# applications and complaints of somebody, disputes, supervision, plans, and what was decided to be withheld.
OPEN: dict[str, tuple[set[str], set[str]]] = {
    "permit": ({"published"}, {"publish"}),
    "penalty": ({"published"}, {"publish"}),
    "proactive": ({"published", "cleanup_published"}, {"publish", "update", "publish_cleanup"}),
    "decision": (
        {"commenting", "comments_closed", "adoption_published", "published"},
        {"publish_draft", "publish_adoption", "publish_decision"},
    ),
    "interpretation": ({"published", "tracked", "archived"}, {"publish", "publish_again"}),
    "duty": ({"published"}, {"publish"}),
    "catalogue": ({"published"}, {"publish"}),
    "proposal": ({"published"}, {"publish"}),
}
# By workflow: the facts that are for the public; those of natural persons only in part.
PUBLIC = {
    "permit": "title document_number document_name legal_basis project counterparty counterparty_kind uscc"
    " registration_number organization_code institution_number association_number permit_kind permit_kind_other"
    " certificate_name certificate_number content decision_date valid_from valid_until authority authority_code"
    " current_status source_unit source_unit_code url person_name representative",
    "penalty": "title document_number legal_basis case_name counterparty counterparty_kind uscc registration_number"
    " organization_code institution_number association_number violation violation_type penalty_kind penalty_kind_2"
    " penalty_kind_3 penalty_kind_other outcome fine confiscation permit_affected decision_date effective_until"
    " publicity_until authority authority_code source_unit source_unit_code remedy url person_name representative",
    "proactive": "title item field groups document_number kind formed place url valid_until cleanup_result measures"
    " steps division oversight project legal_basis levy standard time_limit",
    "decision": "title item field groups matter drafter draft_url basis feedback_way comment_until short_reason"
    " comments adopted adoption_url document_number decision_date url",
    "interpretation": "title document_number document_class drafter interpreted_by interpreter form url item field"
    " groups",
    "duty": "title kind period achievements url",
    "catalogue": "title field level item_code item_name basis content subject time_limit method remarks item_level"
    " url item groups",
    "proposal": "title kind document_number url",
}
PARTLY = {"person_name", "representative"}


@st.composite
def values(draw: st.DrawFn, name: str, spec: Any, day: date, mark: int) -> Any:
    """A value of the fact; a text names its fact, so that it is known again wherever it turns up."""
    if spec.type == "choice":
        return draw(st.sampled_from(sorted(spec.choices)))
    if spec.type == "day":
        return (day + draw(st.integers(0, 30)) * ONE).isoformat()
    if spec.type in ("integer", "number", "amount_wan"):
        return draw(st.integers(0, 30))
    if spec.type == "identity_number":
        return IDENTITY
    if spec.type == "moment":
        return datetime.combine(day, time(1, 0), UTC).isoformat()
    return f"〔{name}·{mark}〕" + draw(st.sampled_from(["", IDENTITY]))


@st.composite
def lives(draw: st.DrawFn, name: str) -> tuple[Entry, ...]:
    """The entries of one case: mostly as the workflow allows, some as only a register has, some corrected."""
    workflow, flow = a_workflow(name), moves(name)
    day = date(2026, 4, 1) + draw(st.integers(0, 5)) * ONE
    action, state, record = workflow.first.name, "", list[Entry]()
    for seq in range(1, draw(st.integers(2, 12))):
        spec = workflow.actions[action]
        facts = {}
        for fact in sorted(spec.carries - {"origin"}):
            needed = fact in {need.fact for need in spec.requires}
            if needed or draw(st.integers(0, 2)) == 0:
                facts[fact] = draw(values(fact, workflow.facts[fact], day, seq))
        written = datetime.combine(day, time(1, 0), UTC)
        record.append(
            Entry("C-1", seq, action, day, written, "〔经办·甲〕", "〔机关·乙〕", facts, {"备注": "〔附注·丙〕"},
                  workflow=name, edition=workflow.edition)
        )  # fmt: skip
        state = flow.get((state, action)) or workflow.actions[action].target or state
        allowed = [each for (at, each) in flow if at == state]
        publishing = [each for each in allowed if each in OPEN.get(name, ((), ()))[1]]
        if draw(st.integers(0, 6)) == 0:
            allowed = [each for each in workflow.actions if not workflow.actions[each].first and each != CORRECT]
        action = draw(st.sampled_from([*allowed, *publishing * 3] or ["note"]))
        day += draw(st.integers(0, 4)) * ONE
    for place in range(draw(st.integers(0, 2))):
        old = draw(st.sampled_from(record))
        facts = {"seq": old.seq, "reason": "〔reason·0〕"}
        if draw(st.booleans()) and old.seq > 1:
            facts["void"] = True
        elif old.facts:
            fact = draw(st.sampled_from(sorted(old.facts)))
            facts[fact] = draw(values(fact, workflow.facts[fact], old.day, 90 + place)) if fact != "reason" else "误录"
        record.append(
            Entry("C-1", len(record) + 1, CORRECT, day, datetime.combine(day, time(2, 0), UTC), facts=facts,
                  workflow=name, edition=workflow.edition)
        )  # fmt: skip
    return tuple(record)


@cache
def moves(name: str) -> dict[tuple[str, str], str]:
    """(state, action) → the state that follows, from the file itself; the state before the first entry is empty."""
    flow: dict[str, Any] = yaml.safe_load((REPOSITORY / f"workflows/{name}.yaml").read_text(encoding="utf-8"))
    states = flow["states"]
    running = [key for key, state in states.items() if not state.get("ended") and not state.get("final")]
    groups = {"any": list(states), "any_open": running}
    found = {}
    for action, said in flow["actions"].items():
        sources = said.get("from", [""])
        for source in groups.get(sources, []) if isinstance(sources, str) else sources:
            found[source, action] = said.get("to", source)
    return found


# -- what may leave, said a second time ------------------------------------------------------------------------------


def may_leave(name: str, record: Sequence[Entry]) -> bool:
    """Whether the law lets anything of a case with this record in force out of the office."""
    if name not in OPEN:
        return False
    open_states, publishing = OPEN[name]
    flow, state = moves(name), ""
    in_force = False
    for entry in record:
        if entry.action in ("note", CORRECT, "link", "recount"):
            continue
        lawful = (state, entry.action) in flow
        state = flow.get((state, entry.action)) or a_workflow(name).actions[entry.action].target or state
        if entry.action in publishing:
            in_force = lawful
        in_force = in_force and state in open_states
    return in_force and decided_open(name, record)


def decided_open(name: str, record: Sequence[Entry]) -> bool:
    """Whether the attribute of the item is 主动公开, and nothing on the record forbids it (条例第十四条至第十七条)."""
    said = [entry.facts for entry in record if entry.action not in ("note", CORRECT, "link", "recount")]
    last = {fact: value for facts in said for fact, value in facts.items()}
    if name in ("permit", "penalty") and {"withhold_ground", "ground"} & last.keys():
        return False
    if name == "penalty" and last.get("severity") == "minor" and not last.get("necessity"):
        return False
    if name == "proactive":
        spoken = [facts for facts in said if {"way", "attribute"} & facts.keys()]
        decided = {spoken[-1].get("way", "open"), spoken[-1].get("attribute", "open")} if spoken else {"none"}
        return decided == {"open"} and "outcome" in last
    if name == "proposal":
        return last.get("disclosure") in ("full", "summary")
    if name == "duty":
        return last["kind"] in ("annual_report_department", "annual_report_government", "enforcement_statistics")
    return not (name == "decision" and "ground" in last)


def check_on_every_day(name: str, entries: Sequence[Entry]) -> None:
    workflow = a_workflow(name)
    first, last = min(entry.day for entry in entries), max(entry.day for entry in entries)
    labels = {workflow.facts[fact].label: fact for fact in PUBLIC.get(name, "").split()}
    for day in (first + n * ONE for n in range((last - first).days + 3)):
        record = record_of(entries, day)
        shown = published_record(RULES, view_case(RULES, OnRecord(workflow, "C-1", entries), day))
        pushed = published_today(RULES, workflow, "C-1", entries, day).texts
        assert list(pushed.values()) == list(shown.values()), "what is pushed is what is shown"
        if not may_leave(name, record):
            assert shown == {}, day
            continue
        out = json.dumps(shown, ensure_ascii=False)
        assert set(shown) <= set(labels), day
        assert IDENTITY not in out, day
        for inside in (
            "〔经办",
            "〔机关",
            "〔附注",
            *(f"〔{fact}·" for fact in workflow.facts if fact not in labels.values()),
        ):
            assert inside not in out, (day, inside)
        for fact in PARTLY & set(labels.values()):
            assert f"〔{fact}·" not in out, (day, fact)


QUICK = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("name", NAMES)
def test_on_no_day_of_any_life_does_anything_leave_that_may_not(name: str) -> None:
    @QUICK
    @given(lives(name))
    def walk(entries: tuple[Entry, ...]) -> None:
        check_on_every_day(name, entries)

    walk()


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_on_no_day_of_many_lives_does_anything_leave_that_may_not(name: str) -> None:
    @settings(QUICK, max_examples=200)
    @given(lives(name))
    def walk(entries: tuple[Entry, ...]) -> None:
        check_on_every_day(name, entries)

    walk()


# -- a walk that always finds nothing would prove nothing --------------------------------------------------------------

PUBLISHED_LIVES: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "permit": [("decide", {"title": "甲"}), ("publish", {})],
    "penalty": [("decide", {"title": "甲"}), ("publish", {})],
    "proactive": [
        ("draft", {"title": "甲", "attribute": "open"}), ("submit", {}), ("review_secrecy", {"outcome": "cleared"}),
        ("mark", {"way": "open"}), ("publish", {}),
    ],
    "decision": [("propose", {"title": "甲"}), ("publish_draft", {})],
    "interpretation": [("publish_document", {"title": "甲"}), ("publish", {}), ("track", {}), ("archive", {})],
    "duty": [("open", {"title": "甲", "kind": "annual_report_department"}), ("publish", {})],
    "catalogue": [("plan", {"title": "甲"}), ("draft_item", {}), ("publish", {})],
    "proposal": [
        ("receive", {"title": "甲"}), ("review_disclosure", {"disclosure": "full"}), ("reply", {}), ("publish", {}),
    ],
}  # fmt: skip


def a_life(name: str, steps: Sequence[tuple[str, dict[str, Any]]]) -> tuple[Entry, ...]:
    edition, day = a_workflow(name).edition, date(2026, 4, 1)
    written = datetime.combine(day, time(1, 0), UTC)
    return tuple(
        Entry("C-1", seq, action, day, written, facts=facts, workflow=name, edition=edition)
        for seq, (action, facts) in enumerate(steps, 1)
    )


@pytest.mark.parametrize("name", sorted(OPEN))
def test_what_was_published_as_the_law_wants_it_lies_open(name: str) -> None:
    entries = a_life(name, PUBLISHED_LIVES[name])
    shown = published_record(RULES, view_case(RULES, OnRecord(a_workflow(name), "C-1", entries), entries[-1].day))

    assert may_leave(name, entries)
    assert "甲" in shown.values()


@pytest.mark.parametrize("name", sorted(OPEN))
def test_the_facts_that_a_file_opens_are_those_that_are_for_the_public(name: str) -> None:
    declared = {fact.name for fact in a_workflow(name).facts.values() if fact.published != "withheld"}
    assert declared == set(PUBLIC[name].split())


def test_a_state_and_a_publication_are_declared_nowhere_else() -> None:
    flows = {name: a_workflow(name) for name in NAMES}
    states = {name: {each.name for each in flow.states.values() if each.published} for name, flow in flows.items()}
    actions = {name: {each.name for each in flow.actions.values() if each.publishes} for name, flow in flows.items()}

    assert {name: (states[name], actions[name]) for name in NAMES if states[name] or actions[name]} == OPEN
