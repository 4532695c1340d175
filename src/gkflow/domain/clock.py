"""
The clock (计时): when a limit started, waited, stood still, began again, was extended, stopped.

A clock holds the *facts* of one run, read off the record; what follows from them (the last day) is reckoned in
``deadline``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from gkflow.domain.case import Entry
from gkflow.domain.workflow import (
    ClockRule,
    ExtendRule,
    RestartRule,
    SuspendRule,
    Trigger,
    WaitRule,
    Workflow,
)


class Verb(StrEnum):
    """What an action does to a clock; a closed set."""

    START = "start"
    RESTART = "restart"
    WAIT = "wait"
    SUSPEND = "suspend"
    RESUME = "resume"
    EXTEND = "extend"
    STOP = "stop"


Rule = Trigger | RestartRule | WaitRule | SuspendRule | ExtendRule


class ClockEvent(NamedTuple):
    """One thing that happened to a clock (计时事件): on which day, by which entry, under which rule."""

    verb: Verb
    day: date
    entry: Entry
    rule: Rule


@dataclass(frozen=True, slots=True)
class Clock:
    """The facts of one run of a clock (计时). ``ref`` tells apart several runs at once (whom a consultation asks)."""

    rule: ClockRule
    ref: str
    events: tuple[ClockEvent, ...]


_Effects = Mapping[str, tuple[tuple[int, Verb, Rule], ...]]
_effects: dict[str, _Effects] = {}


def _effects_of(workflow: Workflow) -> _Effects:
    """Which clocks an action touches, and how; compiled once per edition."""
    found = _effects.get(workflow.edition)
    if found is None:
        table: dict[str, list[tuple[int, Verb, Rule]]] = {}
        for index, rule in enumerate(workflow.clocks):
            effects: list[tuple[str, Verb, Rule]] = [(stop.action, Verb.STOP, stop) for stop in rule.stops]
            effects += [(start.action, Verb.START, start) for start in rule.starts]
            effects += [(restart.action, Verb.RESTART, restart) for restart in rule.restarts]
            effects += [(wait.trigger.action, Verb.WAIT, wait) for wait in rule.waits]
            for suspend in rule.suspends:
                effects += [
                    (suspend.trigger.action, Verb.SUSPEND, suspend),
                    (suspend.until, Verb.RESUME, suspend),
                ]
            effects += [(extend.action, Verb.EXTEND, extend) for extend in rule.extends]
            for action, verb, effect in effects:
                table.setdefault(action, []).append((index, verb, effect))
        found = {action: tuple(effects) for action, effects in table.items()}
        _effects[workflow.edition] = found
    return found


def day_fact(facts: Mapping[str, Any], name: str) -> date | None:
    """A fact that is a day; None where it is absent."""
    value = facts.get(name)
    if not value:
        return None
    return value if isinstance(value, date) else date.fromisoformat(value)


def read_clocks(workflow: Workflow, record: Sequence[Entry]) -> tuple[Clock, ...]:
    """
    Read every clock off the record, in the order of the workflow's clocks and of their first start.

    A start while the clock runs or after it has stopped is no new start, except for paired clocks, whose runs are
    told apart by ``ref`` and may come again.
    """
    effects = _effects_of(workflow)
    rules = workflow.clocks
    runs: dict[tuple[int, str], list[ClockEvent]] = {}
    for entry in record:
        touched = effects.get(entry.action)
        if touched is None:
            continue
        facts = entry.facts
        for index, verb, rule in touched:
            paired = rules[index].paired
            ref = str(facts.get("ref", "")) if paired else ""
            if verb is Verb.START:
                run = runs.get((index, ref))
                if run is not None and (not paired or run[-1].verb is not Verb.STOP):
                    continue
                assert isinstance(rule, Trigger)
                if rule.when and not rule.holds(facts):
                    continue
                day = day_fact(facts, rule.day) if rule.day else entry.day
                runs[index, ref] = [ClockEvent(verb, day or entry.day, entry, rule)]
            elif verb is Verb.STOP:
                if isinstance(rule, Trigger) and rule.when and not rule.holds(facts):
                    continue
                for run in _runs_to_stop(runs, index, ref, paired):
                    run.append(ClockEvent(verb, entry.day, entry, rule))
            else:
                run = runs.get((index, ref))
                if run is None or run[-1].verb is Verb.STOP or run[-1].entry is entry:
                    continue  # nothing runs, or it has only just been started by this very entry
                if isinstance(rule, (WaitRule, SuspendRule)) and verb is not Verb.RESUME and rule.trigger.when:
                    if not rule.trigger.holds(facts):
                        continue
                run.append(ClockEvent(verb, entry.day, entry, rule))
    return tuple(Clock(rules[index], ref, tuple(runs[index, ref])) for index, ref in sorted(runs, key=_by_rule))


def _by_rule(key: tuple[int, str]) -> int:
    return key[0]


def _runs_to_stop(
    runs: Mapping[tuple[int, str], list[ClockEvent]], index: int, ref: str, paired: bool
) -> list[list[ClockEvent]]:
    """The open runs that a stopping action meets: the one of its ref; without a ref, all of them (a reply ends all)."""
    if not paired or ref:
        run = runs.get((index, ref))
        return [run] if run is not None and run[-1].verb is not Verb.STOP else []
    return [run for (at, _), run in runs.items() if at == index and run[-1].verb is not Verb.STOP]
