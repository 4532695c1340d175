"""
That every procedure ends and no duty is left running (流程自洽), walked over the YAML by this test alone.

Nothing of gkflow reads the files here: states, actions, conditions and clocks are taken as plain data, and whatever
the data allow is taken to happen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from builders import national
from gkflow.domain.soundness import problems
from gkflow.files.rulebook_files import read_rulebook
from slow_walks import slow_after

ROOT = Path(__file__).parents[1]
NAMES = sorted(path.stem for path in (ROOT / "workflows").glob("*.yaml"))
PROFILES = sorted(path.stem for path in (ROOT / "config/profiles").glob("*.yaml"))
ANYTHING_ELSE = "…"  # a value that no condition names

Data = Mapping[str, Any]
Move = tuple[str, str]  # action, state that follows


@cache
def data(name: str) -> Data:
    found: Data = yaml.safe_load((ROOT / f"workflows/{name}.yaml").read_text(encoding="utf-8"))
    return found


def listed(said: Any) -> list[Any]:
    """A list, or the one that stands for it, or nothing."""
    return [] if said is None else said if isinstance(said, list) else [said]


def moves(name: str) -> dict[str, list[Move]]:
    """From each state, which actions lead where; from "" the one that opens the case."""
    flow = data(name)
    open_states = [key for key, state in flow["states"].items() if not state.get("ended") and not state.get("final")]
    groups = {"any": list(flow["states"]), "any_open": open_states}
    found: dict[str, list[Move]] = {"": [], **{state: [] for state in flow["states"]}}
    for action, said in flow["actions"].items():
        sources = [""] if said.get("first") else listed(said["from"])
        for source in (each for at in sources for each in groups.get(at, [at])):
            found[source].append((action, said.get("to", source)))
    return found


def reached(name: str) -> set[str]:
    """Every state that some course of events comes to."""
    leading = moves(name)
    seen, queue = {""}, deque([""])
    while queue:
        for _, then in leading[queue.popleft()]:
            if then not in seen:
                seen.add(then)
                queue.append(then)
    return seen - {""}


def ends_of(name: str, state: str) -> set[str]:
    """The final states that can be come to from *state*."""
    leading = moves(name)
    seen, queue = {state}, deque([state])
    while queue:
        for _, then in leading[queue.popleft()]:
            if then not in seen:
                seen.add(then)
                queue.append(then)
    return {each for each in seen if data(name)["states"][each].get("final")}


# -- facts and conditions ----------------------------------------------------------------------------------------


def always_given(action: Data) -> set[str]:
    """The facts without which the action cannot be taken."""
    return {each for each in listed(action.get("needs")) if isinstance(each, str)}


def carried(action: Data) -> set[str]:
    """Every fact that the entry may hold."""
    found: set[str] = set(listed(action.get("accepts")))
    for key in ("needs", "needs_on_record", "wants", "wants_on_record"):
        for each in listed(action.get(key)):
            found |= {each} if isinstance(each, str) else set(each)
    return found


def values_of(name: str, fact: str, named: Iterable[str]) -> list[str]:
    said = data(name)["facts"].get(fact, {})
    if "list" in said:
        items = yaml.safe_load((ROOT / f"config/lists/{said['list']}.yaml").read_text(encoding="utf-8"))["items"]
        return list(items)
    return list(said["choices"]) if "choices" in said else [*sorted({*named} - {"given", "absent"}), ANYTHING_ELSE]


def holds(when: Data, facts: Mapping[str, str]) -> bool:
    for fact, said in when.items():
        values = listed(said)
        there = fact in facts
        if not ((there and ("given" in values or facts[fact] in values)) or (not there and "absent" in values)):
            return False
    return True


def triggers(clock: Data, key: str, action: str) -> list[Data]:
    """The conditions under which an action does that to the clock."""
    found = []
    for each in listed(clock.get(key)):
        if isinstance(each, str):
            found += [{}] if each == action else []
        elif each["action"] == action:
            found.append(each.get("when", {}))
    return found


def effects(name: str, clock: Data, action: str) -> set[tuple[bool, bool]]:
    """(starts, stops) for every choice of the facts that the conditions speak of."""
    starts, stops = triggers(clock, "start", action), triggers(clock, "stop", action)
    said = data(name)["actions"][action]
    spoken: dict[str, set[str]] = {}
    for when in (*starts, *stops):
        for fact, values in when.items():
            spoken.setdefault(fact, set()).update(listed(values))
    given, may_hold = always_given(said), carried(said)
    options = []
    for fact, named in spoken.items():
        there: list[str | None] = [*values_of(name, fact, named)] if fact in may_hold else []
        options.append(there if fact in given else [*there, None])
    found = set()
    for chosen in product(*options):
        facts = {fact: value for fact, value in zip(spoken, chosen, strict=True) if value is not None}
        found.add((any(holds(when, facts) for when in starts), any(holds(when, facts) for when in stops)))
    return found


# -- a clock on its way ------------------------------------------------------------------------------------------

IDLE, RUNNING, STOPPED = "idle", "running", "stopped"


def after(phase: str, starts: bool, stops: bool, *, paired: bool, one_of_many: bool) -> set[str]:
    """A stop comes before a start; an ordinary clock runs once, of a paired one each addressee has his own."""
    phases = {phase}
    if stops and phase == RUNNING:
        phases = {STOPPED, RUNNING} if one_of_many else {STOPPED}
    if starts:
        phases = {RUNNING if each == IDLE or paired else each for each in phases}
    return phases


def courses(name: str, clock_name: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """Every (state, phase of the clock) that can be come to, with a shortest way there."""
    flow = data(name)
    clock = flow["clocks"][clock_name]
    paired = bool(clock.get("paired"))
    does = {action: effects(name, clock, action) for action in flow["actions"]}
    leading = moves(name)
    ways: dict[tuple[str, str], tuple[str, ...]] = {("", IDLE): ()}
    queue = deque(ways)
    while queue:
        state, phase = queue.popleft()
        for action, then in leading[state]:
            one_of_many = paired and "ref" in carried(flow["actions"][action])
            for starts, stops in does[action]:
                for next_phase in after(phase, starts, stops, paired=paired, one_of_many=one_of_many):
                    if (then, next_phase) not in ways:
                        ways[then, next_phase] = (*ways[state, phase], action)
                        queue.append((then, next_phase))
    return ways


def clocks(*kinds: str) -> Iterator[tuple[str, str]]:
    for name in NAMES:
        for clock, said in data(name)["clocks"].items():
            if said.get("kind", "duty") in kinds:
                yield name, clock


OFFICE_DUTIES = [
    (name, clock) for name, clock in clocks("duty") if data(name)["clocks"][clock].get("duty", "office") == "office"
]


# -- what is shown -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_state_can_be_come_to(name: str) -> None:
    assert reached(name) == set(data(name)["states"])


@pytest.mark.parametrize("name", NAMES)
def test_an_end_can_be_come_to_from_every_state(name: str) -> None:
    assert [state for state in data(name)["states"] if not ends_of(name, state)] == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_but_remarks_leads_out_of_an_end(name: str) -> None:
    leading = moves(name)
    finals = [state for state, said in data(name)["states"].items() if said.get("final")]

    assert finals
    assert {state: leading[state] for state in finals if leading[state]} == {}


@pytest.mark.parametrize("name", NAMES)
def test_every_action_can_be_taken_from_a_state_that_is_come_to(name: str) -> None:
    leading = moves(name)

    assert {action for state in ("", *reached(name)) for action, _ in leading[state]} == set(data(name)["actions"])


@pytest.mark.parametrize(("name", "clock"), OFFICE_DUTIES)
def test_no_duty_of_the_office_that_has_started_still_runs_in_an_end(name: str, clock: str) -> None:
    ends = {state for state, said in data(name)["states"].items() if said.get("final")}
    ways = courses(name, clock)

    assert [" → ".join(way) for (state, phase), way in ways.items() if state in ends and phase == RUNNING] == []


@pytest.mark.parametrize(("name", "clock"), list(clocks("duty", "power", "target", "term")))
def test_some_course_of_events_starts_every_clock(name: str, clock: str) -> None:
    assert any(phase == RUNNING for _, phase in courses(name, clock))


@pytest.mark.parametrize(("name", "clock"), list(clocks("duty", "power", "target")))
def test_some_course_of_events_stops_every_clock_that_is_no_term(name: str, clock: str) -> None:
    assert any(phase == STOPPED for _, phase in courses(name, clock))


@pytest.mark.parametrize(("name", "clock"), list(clocks("term")))
def test_what_a_term_bars_can_be_taken_while_it_runs(name: str, clock: str) -> None:
    running = {state for state, phase in courses(name, clock) if phase == RUNNING}
    leading = moves(name)
    barred = set(listed(data(name)["clocks"][clock].get("bars")))

    assert barred <= {action for state in running for action, _ in leading[state]}


@pytest.mark.parametrize(("name", "clock"), OFFICE_DUTIES)
def test_every_duty_of_the_office_is_watched_by_a_ladder(name: str, clock: str) -> None:
    ladder = data(name)["clocks"][clock].get("ladder")

    assert ladder
    assert (ROOT / f"config/ladders/{ladder}.yaml").is_file()


@pytest.mark.parametrize("name", NAMES)
def test_a_case_that_follows_is_given_what_it_needs_whatever_the_record_holds(name: str) -> None:
    """What is taken over from the record must have been asked for there; else one day nothing could be opened."""
    flow = data(name)
    first = next(said for said in flow["actions"].values() if said.get("first"))
    for action, said in flow["actions"].items():
        for opening in listed(said.get("opens")):
            other = next(each for each in data(opening["workflow"])["actions"].values() if each.get("first"))
            when = opening.get("when", {})
            sure = always_given(first) | {fact for fact, values in when.items() if "absent" not in listed(values)}
            for need in (*listed(said.get("needs")), *listed(said.get("needs_on_record"))):
                asked = {need: {"unless": {}}} if isinstance(need, str) else need
                sure |= {fact for fact, how in asked.items() if not dispensed(how["unless"], when)}
            given = set(opening.get("set", {}))
            given |= {fact for fact, source in opening.get("facts", {}).items() if source in sure}
            assert always_given(other) <= given, (action, opening["workflow"])
            assert given <= carried(other)


def dispensed(unless: Data, when: Data) -> bool:
    """Whether one of the conditions that dispense with a fact can be met where *when* holds."""
    return any(
        fact not in when or "given" in listed(values) or {*listed(values)} & {*listed(when[fact])}
        for fact, values in unless.items()
    )


@pytest.mark.parametrize("profile", slow_after(2, ["national", *PROFILES]))
def test_every_profile_is_read_without_a_fault_and_agrees_with_itself(profile: str) -> None:
    assert problems(read_rulebook([ROOT], national(), profile)) == ()


def test_the_walk_finds_what_is_there_to_be_found() -> None:
    """A walk that always finds nothing would prove nothing: the shipped files with one stop taken away."""
    request = data("request")
    reply = request["clocks"]["reply"]
    whole = reply["stop"]
    try:
        reply["stop"] = [each for each in whole if each not in ("withdraw", "abandon")]
        left = [
            way
            for (state, phase), way in courses("request", "reply").items()
            if (state, phase) == ("archived", RUNNING)
        ]
    finally:
        reply["stop"] = whole

    assert left
    assert left[0][0] == "receive"
    assert {"withdraw", "abandon"} & set(left[0])
