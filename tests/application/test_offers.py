"""What is offered (可办事项) would be accepted: scenarios are walked, and each offered action is tried at each step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta, timezone
from itertools import product
from typing import Any

import pytest

from builders import a_workflow
from gkflow.application.facts import fact_names
from gkflow.domain.case import RECOUNT
from gkflow.domain.errors import GkflowError
from gkflow.domain.machine import may
from gkflow.domain.workflow import Action, Workflow
from gkflow.office import Office
from slow_walks import slow_after
from store.offices import Place, at
from test_scenarios import SCENARIOS

SHANGHAI = timezone(timedelta(hours=8))
# What the state of the case refuses, whatever facts are entered.
OF_STATE = {
    "action_not_allowed", "case_ended", "no_answer_to", "no_term", "too_early", "extension_no_clock",
    "extension_second", "extension_late",
}  # fmt: skip
# These bear on the record, not on the procedure.
ASIDE = {"note", "correct_entry", "link", "misfile", RECOUNT}
NATIONAL = [each for each in SCENARIOS if each.values[0].get("profile", "national") == "national"]


def _value(workflow: Workflow, name: str, day: date, refs: Sequence[str]) -> list[Any]:
    spec = workflow.facts.get(name)
    kind = spec.type if spec is not None else "text"
    if name == "ref":
        return [*refs, "新对象"]
    if kind == "choice":
        assert spec is not None
        return [code for code in spec.choices if code not in spec.closed]
    plain: dict[str, Any] = {
        "day": day.isoformat(), "moment": datetime.combine(day, time(9), SHANGHAI).isoformat(), "integer": 1,
        "number": 1, "amount_wan": "1", "flag": True, "uscc": "91110000100003962T",
        "identity_number": "11010519491231002X",
    }  # fmt: skip
    return [plain.get(kind, "某")]


def _ways(workflow: Workflow, action: Action, day: date, refs: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Ways to fill in what an action needs, and what decides on which term it rests; days lie ahead where they may."""
    deciding = {condition.fact for rest in action.rests_on for condition in rest.when}
    must = [need.fact for need in action.requires]
    names = [*dict.fromkeys([*must, *sorted(deciding & set(fact_names(workflow, action)))])]
    ahead = {clock.until for clock in workflow.clocks if clock.until}
    values = [
        [*([] if name in must else [None]), *_value(workflow, name, day + timedelta(60) * (name in ahead), refs)]
        for name in names
    ]
    for way in product(*values):
        yield {name: value for name, value in zip(names, way, strict=True) if value is not None}


def _refusals(office: Office, number: str, action: Action, day: date, refs: Sequence[str]) -> list[str]:
    """With what codes an action is refused, filled in one way after the other; empty as soon as one is accepted."""
    workflow = office.view(number, as_of=day).workflow
    found = []
    for facts in _ways(workflow, action, day, refs):
        try:
            office.do(number, action.name, facts=facts, dry_run=True, now=at(day.isoformat()))
        except GkflowError as refusal:
            found.append(refusal.code)
        else:
            return []
    return found


def _parts(line: str) -> tuple[date, str, dict[str, str]]:
    day, action, *pairs = line.split()
    return date.fromisoformat(day), action, dict(pair.split("=", 1) for pair in pairs)


def _walk(office: Office, number: str, scenario: Mapping[str, Any]) -> Iterator[date]:
    """Enter the record of a scenario; after each entry, and a while after the last, there is a day to look at."""
    for line in scenario["record"]:
        day, action, facts = _parts(line)
        moment = at(day.isoformat())
        try:
            if action == a_workflow(scenario["workflow"]).first.name:
                office.receive(scenario["workflow"], number, facts=facts, day=day, now=moment)
            else:
                office.do(number, action, facts=facts, day=day, now=moment)
        except GkflowError:
            return  # what only a register brings
        yield day
    yield max(day, scenario["as_of"])
    yield day + timedelta(90)


@pytest.mark.parametrize("share", slow_after(1, range(8)))
def test_what_is_offered_is_accepted_and_what_is_left_out_is_refused(place: Place, share: int) -> None:
    looked: Counter[str] = Counter()
    with place.open() as office:
        for at_, parameter in enumerate(NATIONAL[share::8]):
            scenario = parameter.values[0]
            refs = [part[4:] for line in scenario["record"] for part in line.split() if part.startswith("ref=")]
            seen = set()
            for day in _walk(office, number := f"C{at_}", scenario):
                view = office.view(number, as_of=day)
                if (key := (day, len(view.entries))) in seen:
                    continue
                seen.add(key)
                for name in may(view.workflow, view.case.state):
                    if name in ASIDE:
                        continue
                    codes = _refusals(office, number, view.workflow.actions[name], day, refs)
                    where = (parameter.id, day, view.case.state, name, codes)
                    if name in view.next:
                        looked["offered"] += 1
                        assert not codes or not set(codes) <= OF_STATE, where
                    else:
                        looked[name] += 1
                        assert codes, where
                        assert set(codes) <= OF_STATE | {"facts_missing"}, where
    assert looked["offered"] > 200
    # Answers, extensions, and what has to wait for a term to run out.
    assert looked.keys() >= {"third_party_answers", "agency_answers", "extend", "abandon"}


def test_nobody_consulted_answers(place: Place) -> None:
    with place.open() as office:
        office.receive("request", "A", facts={"channel": "in_person"}, now=at("2026-03-02"))
        entered = office.do("A", "register", now=at("2026-03-02"))
        assert not {"third_party_answers", "agency_answers"} & set(entered.next)
        asked = office.do("A", "consult_third_party", facts={"ref": "甲"}, now=at("2026-03-02"))
        assert "third_party_answers" in asked.next
        assert "agency_answers" not in asked.next
        answered = office.do("A", "third_party_answers", facts={"ref": "甲"}, now=at("2026-03-03"))
        assert "third_party_answers" not in answered.next


@pytest.mark.parametrize("action", ["receive_payment", "deliver"])
def test_a_refusal_names_what_would_be_accepted(place: Place, action: str) -> None:
    with place.open() as office:
        office.receive("request", "A", facts={"channel": "in_person"}, now=at("2026-03-02"))
        office.do("A", "register", now=at("2026-03-02"))
        with pytest.raises(GkflowError) as refused:
            office.do("A", action, now=at("2026-03-02"))
        assert refused.value.facts["allowed"] == office.view("A", as_of="2026-03-02").next
