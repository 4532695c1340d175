"""
The possible courses of events of a workflow (可能的办理过程), for one clock.

The product of the states and of the clock's phases (not yet, running, stopped) is searched breadth first, so that the
first trail found to a place is a shortest one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import product
from typing import Any

from gkflow.domain.fact_rules import ABSENT, GIVEN, Condition
from gkflow.domain.workflow import MISFILE, Action, ClockRule, Trigger, Workflow

Trail = tuple[str, ...]
_REF = "ref"
_OTHER = "*"  # a value that no condition names


class Phase(Enum):
    """The phase of a clock (计时阶段); suspended and waiting clocks count as running."""

    IDLE = "idle"
    RUNNING = "running"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Course:
    """The result of the search for one clock (推演结果)."""

    ever_runs: bool
    taken_while_running: frozenset[str]
    runs_at_the_end: Trail | None
    """The shortest trail of actions to a final state in which the clock runs."""


class Courses:
    """The courses of events of one workflow (办理过程)."""

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow
        # 误收 is excluded: it means that there was no case, and would hide every dead end.
        actions = [action for action in workflow.actions.values() if action.name != MISFILE]
        self._leaving: Mapping[str, Sequence[tuple[str, str]]] = {
            state: [(action.name, action.target or state) for action in actions if state in action.sources]
            for state in workflow.states
        }
        self.reachable: Mapping[str, Trail] = self._reachable()
        self.taken = frozenset({workflow.first.name}).union(
            action for state in self.reachable for action, _ in self._leaving[state]
        )

    def _reachable(self) -> Mapping[str, Trail]:
        first = self._workflow.first
        trails: dict[str, Trail] = {str(first.target): (first.name,)}
        queue = deque(trails)
        while queue:
            state = queue.popleft()
            for action, target in self._leaving[state]:
                if target not in trails:
                    trails[target] = (*trails[state], action)
                    queue.append(target)
        return trails

    def of(self, rule: ClockRule) -> Course:
        """Search every course of events for one clock."""
        first = self._workflow.first
        phases_after = _phases_after(self._workflow, rule)
        trails: dict[tuple[str, Phase], Trail] = {}
        queue: deque[tuple[str, Phase]] = deque()
        taken: set[str] = set()
        end: Trail | None = None
        for phase in phases_after.get((first.name, Phase.IDLE), (Phase.IDLE,)):
            trails[str(first.target), phase] = (first.name,)
        queue.extend(trails)
        while queue:
            place = queue.popleft()
            state, phase = place
            if phase is Phase.RUNNING and end is None and self._workflow.states[state].final:
                end = trails[place]
            for action, target in self._leaving[state]:
                if phase is Phase.RUNNING:
                    taken.add(action)
                for then in phases_after.get((action, phase), (phase,)):
                    if (target, then) not in trails:
                        trails[target, then] = (*trails[place], action)
                        queue.append((target, then))
        ever = any(phase is Phase.RUNNING for _, phase in trails)
        return Course(ever, frozenset(taken), end)


@dataclass(frozen=True, slots=True)
class _Effect:
    """The effect of one entry on the clock for one choice of its facts."""

    starts: bool
    stops: bool
    stops_all: bool


def _phases_after(workflow: Workflow, rule: ClockRule) -> Mapping[tuple[str, Phase], frozenset[Phase]]:
    """The possible phases after an action, by the phase before, for the actions that start or stop the clock."""
    found: dict[tuple[str, Phase], frozenset[Phase]] = {}
    for name in dict.fromkeys(each.action for each in (*rule.starts, *rule.stops)):
        effects = _effects(workflow, workflow.actions[name], rule)
        found.update(((name, phase), _after(phase, effects, rule.paired)) for phase in Phase)
    return found


def _after(phase: Phase, effects: frozenset[_Effect], paired: bool) -> frozenset[Phase]:
    """The possible next phases; a stop is read before a start, and only a paired clock starts again."""
    found: set[Phase] = set()
    for effect in effects:
        then = {phase}
        if effect.stops and phase is Phase.RUNNING:
            # The answer of one addressee leaves the clocks of the others running.
            then = {Phase.STOPPED} if effect.stops_all else {Phase.STOPPED, Phase.RUNNING}
        if effect.starts:
            then = {Phase.RUNNING if each is Phase.IDLE or paired else each for each in then}
        found |= then
    return frozenset(found)


def _effects(workflow: Workflow, action: Action, rule: ClockRule) -> frozenset[_Effect]:
    """Every effect that the action can have, over all values of the facts that conditions name."""
    starts = [each for each in rule.starts if each.action == action.name]
    stops = [each for each in rule.stops if each.action == action.name]
    ref = _REF in action.accepts or any(need.fact == _REF for need in action.requires)
    found: set[_Effect] = set()
    most = _outcomes(starts) * _outcomes(stops)
    for facts in _variants(workflow, action, [*starts, *stops]):
        found.add(
            _Effect(
                starts=any(trigger.holds(facts) for trigger in starts),
                stops=any(trigger.holds(facts) for trigger in stops),
                stops_all=not (rule.paired and ref),
            )
        )
        if len(found) == most:
            break  # the other values can add nothing
    return frozenset(found)


def _outcomes(triggers: Sequence[Trigger]) -> int:
    """In how many ways triggers can turn out: one, where there are none or one of them has no condition."""
    return 2 if triggers and all(trigger.when for trigger in triggers) else 1


def _variants(workflow: Workflow, action: Action, triggers: list[Trigger]) -> Iterator[dict[str, Any]]:
    conditions = [condition for trigger in triggers for condition in trigger.when]
    names = sorted({condition.fact for condition in conditions})
    needed = {need.fact for need in action.requires if not need.unless and not need.on_record}
    for values in product(*(_values(workflow, name, conditions, name in needed) for name in names)):
        yield {name: value for name, value in zip(names, values, strict=True) if value is not None}


def _values(workflow: Workflow, name: str, conditions: list[Condition], needed: bool) -> tuple[str | None, ...]:
    spec = workflow.facts.get(name)
    if spec is not None and spec.type == "choice":
        known: tuple[str, ...] = tuple(spec.choices)
    else:
        named = {value for condition in conditions if condition.fact == name for value in condition.values}
        known = (*sorted(named - {GIVEN, ABSENT}), _OTHER)
    return known if needed else (*known, None)
