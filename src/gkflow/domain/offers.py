"""
What is offered (可办事项): of the actions that a state allows, those that the clocks of the case do not rule out.

The state alone allows an answer although nobody was consulted, and an extension of a clock that waits. Entered, both
are refused whatever facts they bring; so they are not offered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from gkflow.domain.case import Case, Entry
from gkflow.domain.clock import Verb
from gkflow.domain.deadline import Deadline, Status
from gkflow.domain.findings import Deadlines, unlapsed_terms
from gkflow.domain.machine import declared_before, may
from gkflow.domain.workflow import Action, BarRule, Workflow


@dataclass(frozen=True, slots=True)
class _Gate:
    """What an action depends on besides the state (办理的前提)."""

    answers: frozenset[str]  # the consultations that it answers
    extends: frozenset[str]  # the clocks that it extends
    barred_by: tuple[tuple[str, BarRule], ...]


_gates: dict[str, Mapping[str, _Gate]] = {}


def _gates_of(workflow: Workflow) -> Mapping[str, _Gate]:
    """The actions that depend on more than the state; found once per edition."""
    found = _gates.get(workflow.edition)
    if found is None:
        gates = {action.name: _gate_of(workflow, action) for action in workflow.actions.values()}
        found = _gates[workflow.edition] = {
            name: gate
            for name, gate in gates.items()
            if any((gate.answers, gate.extends, gate.barred_by))
            or workflow.actions[name].rests_on
            or workflow.actions[name].before
        }
    return found


def _gate_of(workflow: Workflow, action: Action) -> _Gate:
    clocks, name = workflow.clocks, action.name
    single = [clock for clock in clocks if not clock.paired]  # a paired one belongs to the ref that the entry names
    return _Gate(
        frozenset(rule.trigger.action for clock in clocks for rule in clock.suspends if rule.until == name),
        frozenset(clock.name for clock in single for rule in clock.extends if rule.action == name),
        tuple((clock.name, bar) for clock in single for bar in clock.bars if bar.action == name and not bar.when),
    )


def offered(workflow: Workflow, case: Case, deadlines: Deadlines) -> tuple[str, ...]:
    """
    The actions that may be taken (可办事项) on the day of the *deadlines*, in the order of the file.

    Left out is only what no fact could make acceptable; a fact that is missing, or wrong, is found when it is entered.
    """
    gates = _gates_of(workflow)
    return tuple(
        name
        for name in may(workflow, case.state)
        if name not in gates or _is_open(workflow, workflow.actions[name], gates[name], case, deadlines)
    )


def _is_open(workflow: Workflow, action: Action, gate: _Gate, case: Case, deadlines: Deadlines) -> bool:
    if gate.answers and not _asked(case.record, gate.answers, action.name):
        return False
    if gate.extends and not _may_extend(gate.extends, deadlines):
        return False
    if any(_bars(bar, deadlines.get((name, ""))) for name, bar in gate.barred_by):
        return False
    if action.before and not declared_before(action, case):
        return False
    return not action.rests_on or _may_rest(workflow, action, case, deadlines)


def answers_somebody(workflow: Workflow, record: Sequence[Entry], action: str, ref: str) -> bool:
    """Whether an entry answers a consultation that is open (征求意见未复); other actions answer nothing and may."""
    gate = _gates_of(workflow).get(action)
    if gate is None or not gate.answers:
        return True
    asked = _asked(record, gate.answers, action)
    return ref in asked if ref else bool(asked)


def _asked(record: Sequence[Entry], consultations: frozenset[str], answer: str) -> set[str]:
    """Those who were consulted and have not answered. An answer without a ref is that of all of them."""
    asked: set[str] = set()
    for entry in record:
        ref = str(entry.facts.get("ref", ""))
        if entry.action in consultations:
            asked.add(ref)
        elif entry.action == answer:
            asked = asked - {ref} if ref else set()
    return asked


def _may_extend(names: frozenset[str], deadlines: Deadlines) -> bool:
    """An extension needs a clock that runs or is suspended, not yet extended and not past its last day."""
    live = [each for (name, _), each in deadlines.items() if name in names and each.status is not Status.STOPPED]
    return bool(live) and all(_is_extendable(each) for each in live)


def _is_extendable(deadline: Deadline) -> bool:
    if deadline.status is Status.WAITING or _is_extended(deadline):
        return False
    return deadline.last_day is None or deadline.as_of <= deadline.last_day


def _is_extended(deadline: Deadline) -> bool:
    """Whether it was extended since it last restarted."""
    verbs = [event.verb for event in deadline.clock.events]
    return deadline.extension > 0 or Verb.EXTEND in _since(verbs, Verb.RESTART)


def _since(verbs: Sequence[Verb], last: Verb) -> Iterable[Verb]:
    return verbs[len(verbs) - verbs[::-1].index(last) :] if last in verbs else verbs


def _bars(bar: BarRule, deadline: Deadline | None) -> bool:
    """期满前不得: also on the last day."""
    if deadline is None or deadline.status in (Status.STOPPED, Status.NO_LIMIT):
        return False
    held = bar.held is None or deadline.as_of in bar.held
    return held and (deadline.last_day is None or deadline.as_of <= deadline.last_day)


def _may_rest(workflow: Workflow, action: Action, case: Case, deadlines: Deadlines) -> bool:
    """Whether the action would rest on a term that has run out (逾期后果), whichever of its choices is made."""
    last = case.record[-1]
    day = max((each.as_of for each in deadlines.values()), default=last.day)
    for facts in _choices(workflow, action):
        entry = Entry(case.number, last.seq + 1, action.name, day, last.written_at, facts=facts)
        if not any(unlapsed_terms(workflow, action, entry, case.facts, deadlines)):
            return True
    return False


def _choices(workflow: Workflow, action: Action) -> Iterator[Mapping[str, Any]]:
    """Every way to fill in the facts on which it depends which term that is."""
    must = {need.fact for need in action.requires}
    asked = {condition.fact: condition for rest in action.rests_on for condition in rest.when}
    ways: list[list[tuple[str, Any]]] = []
    for name, condition in asked.items():
        if name not in action.carries:
            continue
        spec = workflow.facts.get(name)
        values = [code for code in spec.choices if code not in spec.closed] if spec is not None else []
        ways.append([*([] if name in must else [(name, None)]), *((name, each) for each in values or condition.values)])
    for way in product(*ways):
        yield dict(way)
