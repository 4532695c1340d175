"""
The clock (计时): when a limit started, waited, stood still, began again, was extended, stopped.

A clock holds the *facts* of one run, read off the record; what follows from them (the last day) is reckoned in
``deadline``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from gkflow.domain.case import Entry
from gkflow.domain.workflow import (
    MISFILE,
    BarRule,
    ClockRule,
    Condition,
    ExtendRule,
    RestartRule,
    SuspendRule,
    Trigger,
    WaitRule,
    Workflow,
    meets,
)


class Verb(StrEnum):
    """What an action does to a clock; a closed set."""

    START = "start"
    RESTART = "restart"
    WAIT = "wait"
    SUSPEND = "suspend"
    RESUME = "resume"
    EXTEND = "extend"
    BAR = "bar"
    STOP = "stop"


Rule = Trigger | RestartRule | WaitRule | SuspendRule | ExtendRule | BarRule


class ClockEvent(NamedTuple):
    """One thing that happened to a clock (计时事件): on which day, by which entry, under which rule."""

    verb: Verb
    day: date
    entry: Entry
    rule: Rule


class Clock(NamedTuple):
    """The facts of one run of a clock (计时). ``ref`` tells apart several runs at once (whom a consultation asks)."""

    rule: ClockRule
    ref: str
    events: tuple[ClockEvent, ...]


# Looked up for every effect of every entry: an attribute of an enum costs as much as the comparison itself.
_START, _STOP = Verb.START, Verb.STOP
_LASTING = frozenset((Verb.WAIT, Verb.SUSPEND, Verb.RESUME))  # what still holds when the clock starts after it

# (place of the clock, its run where the clock is not paired, verb, rule, conditions of its own)
_Effect = tuple[int, tuple[int, str] | None, Verb, Rule, tuple[Condition, ...]]
_Effects = Mapping[str, tuple[_Effect, ...]]
_effects: dict[str, _Effects] = {}


def _effects_of(workflow: Workflow) -> _Effects:
    """Which clocks an action touches, and how; compiled once per edition."""
    found = _effects.get(workflow.edition)
    if found is None:
        table: dict[str, list[_Effect]] = {}
        for index, clock in enumerate(workflow.clocks):
            effects: list[tuple[str, Verb, Rule, tuple[Condition, ...]]] = []
            # What a running clock bars may also stop it: whether it came too early is asked first.
            effects += [(bar.action, Verb.BAR, bar, ()) for bar in clock.bars]
            effects += [(stop.action, Verb.STOP, stop, stop.when) for stop in clock.stops]
            effects += [(start.action, Verb.START, start, start.when) for start in clock.starts]
            effects += [(restart.action, Verb.RESTART, restart, ()) for restart in clock.restarts]
            effects += [(wait.trigger.action, Verb.WAIT, wait, wait.trigger.when) for wait in clock.waits]
            for suspend in clock.suspends:
                effects.append((suspend.trigger.action, Verb.SUSPEND, suspend, suspend.trigger.when))
                effects.append((suspend.until, Verb.RESUME, suspend, ()))
            effects += [(extend.action, Verb.EXTEND, extend, ()) for extend in clock.extends]
            for action, verb, rule, when in effects:
                run = None if clock.paired else (index, "")
                table.setdefault(action, []).append((index, run, verb, rule, when))
        found = _effects[workflow.edition] = {action: tuple(effects) for action, effects in table.items()}
    return found


def day_fact(facts: Mapping[str, Any], name: str) -> date | None:
    """A fact that is a day, or the day of one that is a moment; None where it is absent."""
    value = facts.get(name)
    if not value:
        return None
    # Moments are stored in Beijing time: their first ten characters are the legal day.
    return value if isinstance(value, date) else date.fromisoformat(value[:10])


def moment_fact(facts: Mapping[str, Any], name: str) -> datetime | None:
    """A fact that is a moment; None where it is absent, or only a day."""
    value = facts.get(name)
    if not value or isinstance(value, date) or len(value) <= len("2026-11-22"):
        return None
    return datetime.fromisoformat(value)


def read_clocks(workflow: Workflow, record: Sequence[Entry]) -> tuple[Clock, ...]:
    """Read every clock off the record, in the order of the workflow's clocks and of their first start (读取计时)."""
    reader = ClockReader(workflow)
    reader.feed(record)
    return reader.clocks()


class ClockReader:
    """
    Reads clocks off a record that grows (计时读取), its entries coming in the order of their legal days.

    A start while the clock runs or after it has stopped is no new start, except for paired clocks, whose runs are
    told apart by ``ref`` and may come again. A notice or a consultation that went out before the clock started
    (an application not yet confirmed) holds from its start on.
    """

    __slots__ = ("_early", "_effects", "_misfiled", "_rules", "_runs")

    def __init__(self, workflow: Workflow) -> None:
        self._effects = _effects_of(workflow)
        self._rules = workflow.clocks
        self._runs: dict[tuple[int, str], list[ClockEvent]] = {}
        self._early: dict[int, list[ClockEvent]] = {}
        self._misfiled = False

    def feed(self, entries: Iterable[Entry]) -> None:
        """What these further entries do to the clocks."""
        runs, touched = self._runs, self._effects.get
        for entry in entries:
            facts = entry.facts
            if entry.action == MISFILE:
                # 误收: there was no case, so no limit ran; the record begins with it on the day of the receipt.
                self._misfiled = True
                runs.clear()
            if self._misfiled:
                continue
            for index, only, verb, rule, when in touched(entry.action, ()):
                key = only or (index, str(facts.get("ref", "")))
                run = runs.get(key)
                paired = only is None
                if verb is _STOP:
                    everyone = paired and not key[1]
                    if (run is None and not everyone) or (when and not meets(when, facts)):
                        continue
                    assert isinstance(rule, Trigger)
                    stop = ClockEvent(verb, _day_of(rule, entry), entry, rule)
                    for each in _runs_of(runs, index) if everyone or run is None else (run,):
                        if each[-1].verb is not _STOP:
                            each.append(stop)
                elif verb is _START:
                    if run is not None and (not paired or run[0].entry is entry):
                        continue
                    if when and not meets(when, facts):
                        continue
                    assert isinstance(rule, Trigger)
                    runs[key] = [start_of(rule, entry), *self._early.pop(index, ())]
                elif run is None:
                    if not paired and verb in _LASTING and (not when or meets(when, facts)):
                        self._early.setdefault(index, []).append(ClockEvent(verb, entry.day, entry, rule))
                else:
                    if run[-1].verb is _STOP or (run[-1].verb is _START and run[-1].entry is entry):
                        continue  # nothing runs, or it has only just been started by this very entry
                    if not when or meets(when, facts):
                        run.append(ClockEvent(verb, entry.day, entry, rule))

    def clocks(self) -> tuple[Clock, ...]:
        """The clocks as the entries so far tell them."""
        rules, runs = self._rules, self._runs
        return tuple([Clock(rules[key[0]], key[1], tuple(runs[key])) for key in sorted(runs, key=_by_rule)])


def _by_rule(key: tuple[int, str]) -> int:
    return key[0]


def start_of(trigger: Trigger, entry: Entry) -> ClockEvent:
    """The start of a clock (计时开始): on the day that the entry names, else on its own."""
    return ClockEvent(_START, _day_of(trigger, entry), entry, trigger)


def _day_of(trigger: Trigger, entry: Entry) -> date:
    return (day_fact(entry.facts, trigger.day) if trigger.day else None) or entry.day


def _runs_of(runs: Mapping[tuple[int, str], list[ClockEvent]], index: int) -> list[list[ClockEvent]]:
    """Every run of a paired clock: a stop without a ref (a reply) ends all of them."""
    return [run for (at, _), run in runs.items() if at == index]
