"""
The clock (计时): when a limit started, waited, was suspended, restarted, was extended, stopped.

A clock holds the *facts* of one run, read from the record; ``deadline`` computes the last day from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from gkflow.domain.as_dict import Data, dict_of
from gkflow.domain.case import ASIDE, NOTHING, Entry
from gkflow.domain.fact_rules import Condition, Held, meets
from gkflow.domain.workflow import (
    MISFILE,
    BarRule,
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
    BAR = "bar"
    STOP = "stop"
    VOID = "void"  # an effect that the law of that day did not have (当时无此效力)


Rule = Trigger | RestartRule | WaitRule | SuspendRule | ExtendRule | BarRule


class ClockEvent(NamedTuple):
    """One event of a clock (计时事件): its day, its entry, its rule."""

    verb: Verb
    day: date
    entry: Entry
    rule: Rule

    def as_dict(self) -> Data:
        """The event as plain data, with the number of its entry in the record."""
        return {**dict_of(self), "entry": self.entry.seq}


class Clock(NamedTuple):
    """The facts of one run of a clock (计时). ``ref`` distinguishes concurrent runs (whom a consultation asks)."""

    rule: ClockRule
    ref: str
    events: tuple[ClockEvent, ...]


# Looked up for every effect of every entry: an attribute of an enum costs as much as the comparison itself.
_START, _STOP, _VOID = Verb.START, Verb.STOP, Verb.VOID
_LASTING = frozenset((Verb.WAIT, Verb.SUSPEND, Verb.RESUME))  # they still hold when the clock starts after them
_UNHELD = frozenset((Verb.WAIT, Verb.SUSPEND, Verb.EXTEND, Verb.RESTART, Verb.STOP))  # reported if they have no effect


class _Special(NamedTuple):
    """Conditions that few effects have (特别要求): days between which the rule holds, conditions on the case."""

    held: Held | None
    of_case: bool


# (position of the clock, its run unless the clock is paired, verb, rule, its own conditions, special conditions)
_Effect = tuple[int, tuple[int, str] | None, Verb, Rule, tuple[Condition, ...], _Special | None]


class _Compiled(NamedTuple):
    """The effects of each action on clocks, and the facts of the case that conditions need."""

    effects: Mapping[str, tuple[_Effect, ...]]
    of_case: frozenset[str]


_effects: dict[str, _Compiled] = {}


def _effects_of(workflow: Workflow) -> _Compiled:
    """The clocks that an action affects, and how; compiled once per edition."""
    found = _effects.get(workflow.edition)
    if found is None:
        of_case = frozenset(name for name, spec in workflow.facts.items() if spec.of_case)
        table: dict[str, list[_Effect]] = {}
        asked: set[str] = set()
        for index, clock in enumerate(workflow.clocks):
            for action, verb, rule, when, held in _rules_of(clock):
                read = {condition.fact for condition in when}
                if isinstance(rule, Trigger) and rule.day:
                    read.add(rule.day)
                # Before the first entry there is nothing: the case's facts are its own.
                later = not ((first := workflow.actions.get(action)) is not None and first.first)
                reads = read & of_case if later else frozenset()
                asked |= reads
                special = _Special(held, bool(reads)) if held is not None or reads else None
                run = None if clock.paired else (index, "")
                table.setdefault(action, []).append((index, run, verb, rule, when, special))
        found = _Compiled({action: tuple(effects) for action, effects in table.items()}, frozenset(asked))
        _effects[workflow.edition] = found
    return found


def _rules_of(clock: ClockRule) -> list[tuple[str, Verb, Rule, tuple[Condition, ...], Held | None]]:
    effects: list[tuple[str, Verb, Rule, tuple[Condition, ...], Held | None]] = []
    # An action barred by a running clock may also stop it: the bar is checked first.
    effects += [(bar.action, Verb.BAR, bar, bar.when, bar.held) for bar in clock.bars]
    effects += [(stop.action, Verb.STOP, stop, stop.when, stop.held) for stop in clock.stops]
    effects += [(start.action, Verb.START, start, start.when, start.held) for start in clock.starts]
    effects += [(restart.action, Verb.RESTART, restart, (), restart.held) for restart in clock.restarts]
    effects += [(each.trigger.action, Verb.WAIT, each, each.trigger.when, each.trigger.held) for each in clock.waits]
    for suspend in clock.suspends:
        trigger = suspend.trigger
        effects.append((trigger.action, Verb.SUSPEND, suspend, trigger.when, trigger.held))
        effects.append((suspend.until, Verb.RESUME, suspend, (), None))
    effects += [(extend.action, Verb.EXTEND, extend, (), extend.held) for extend in clock.extends]
    return effects


def day_fact(facts: Mapping[str, Any], name: str) -> date | None:
    """A fact that is a day, or the day of a moment; None if it is absent."""
    value = facts.get(name)
    if not value:
        return None
    # Moments are stored in Beijing time: their first ten characters are the legal day.
    return value if isinstance(value, date) else date.fromisoformat(value[:10])


def moment_fact(facts: Mapping[str, Any], name: str) -> datetime | None:
    """A fact that is a moment; None if it is absent, or only a day."""
    value = facts.get(name)
    if not value or isinstance(value, date) or len(value) <= len("2026-11-22"):
        return None
    return datetime.fromisoformat(value)


def read_clocks(workflow: Workflow, record: Sequence[Entry]) -> tuple[Clock, ...]:
    """Read every clock from the record, in the order of the workflow's clocks and of their first start (读取计时)."""
    reader = ClockReader(workflow)
    reader.feed(with_implied(workflow, record))
    return reader.clocks()


def with_implied(workflow: Workflow, record: Sequence[Entry]) -> Sequence[Entry]:
    """
    The record with the implications of its first entry on their own day (推定的办理记录): an application confirmed
    later, according to its registration, is unconfirmed until then.

    第三十一条第三项: 以双方确认之日为收到申请之日. An implied entry has the number of the entry that states it.
    """
    if not record:
        return record
    first = record[0]
    action = workflow.actions.get(first.action)
    if action is None or not action.implies:
        return record
    found = list(record)
    for name, fact in action.implies.items():
        day = day_fact(first.facts, fact)
        if day is not None:
            entry = replace(first, action=name, day=max(day, first.day), facts=NOTHING, remarks=NOTHING, key=None)
            at = next((i for i, other in enumerate(found) if i and other.day >= entry.day), len(found))
            found.insert(at, entry)
    return found


def cut(clock: Clock, day: date) -> Clock | None:
    """The clock as of *day*, without what an entry implies for a later day."""
    events = tuple(event for event in clock.events if event.entry.day <= day)
    return clock._replace(events=events) if events else None


class ClockReader:
    """
    Reads clocks from a growing record (计时读取), whose entries come in the order of their legal days.

    A start while the clock runs or after it has stopped is ignored, except for paired clocks, whose runs have
    different ``ref`` and may repeat. A notice or a consultation sent before the clock started (an unconfirmed
    application) applies from its start on.
    """

    __slots__ = ("_asked", "_early", "_effects", "_gathered", "_misfiled", "_rules", "_runs")

    def __init__(self, workflow: Workflow) -> None:
        self._effects, self._asked = _effects_of(workflow)
        self._gathered: dict[str, Any] = {}
        self._rules = workflow.clocks
        self._runs: dict[tuple[int, str], list[ClockEvent]] = {}
        self._early: dict[int, list[ClockEvent]] = {}
        self._misfiled = False

    def feed(self, entries: Iterable[Entry]) -> None:
        """Apply further entries to the clocks."""
        runs, touched = self._runs, self._effects.get
        asked = self._asked
        for entry in entries:
            own = facts = entry.facts
            if entry.action == MISFILE:
                # 误收: there was no case, so no limit ran; the record restarts with it on the day of the receipt.
                self._misfiled = True
                runs.clear()
            if self._misfiled:
                continue
            if asked:
                self._gather(entry)
            for index, only, verb, rule, when, special in touched(entry.action, ()):
                if special is not None:
                    facts = {**self._gathered, **own} if special.of_case else own
                    day = _day_of(rule, entry, facts) if isinstance(rule, Trigger) else entry.day
                    if special.held is not None and day not in special.held:
                        if verb not in _UNHELD:
                            continue
                        verb = _VOID
                else:
                    facts = own
                key = only or (index, str(facts.get("ref", "")))
                run = runs.get(key)
                paired = only is None
                if verb is _STOP:
                    everyone = paired and not key[1]
                    if (run is None and not everyone) or (when and not meets(when, facts)):
                        continue
                    assert isinstance(rule, Trigger)
                    stop = ClockEvent(verb, _day_of(rule, entry, facts), entry, rule)
                    for each in _runs_of(runs, index) if everyone or run is None else (run,):
                        if each[-1].verb is not _STOP:
                            each.append(stop)
                elif verb is _START:
                    if run is not None and (not paired or run[0].entry is entry):
                        continue
                    if when and not meets(when, facts):
                        continue
                    assert isinstance(rule, Trigger)
                    start = ClockEvent(verb, _day_of(rule, entry, facts), entry, rule)
                    runs[key] = [start, *self._early.pop(index, ())]
                elif run is None:
                    if not paired and verb in _LASTING and (not when or meets(when, facts)):
                        self._early.setdefault(index, []).append(ClockEvent(verb, entry.day, entry, rule))
                else:
                    if run[-1].verb is _STOP or (run[-1].verb is _START and run[-1].entry is entry):
                        continue  # nothing runs, or this very entry has just started it
                    if not when or meets(when, facts):
                        run.append(ClockEvent(verb, entry.day, entry, rule))

    def _gather(self, entry: Entry) -> None:
        """The case's present values of the facts that conditions need."""
        if entry.facts and entry.action not in ASIDE:
            for name in self._asked & entry.facts.keys():
                if entry.facts[name] not in (None, ""):
                    self._gathered[name] = entry.facts[name]

    def clocks(self) -> tuple[Clock, ...]:
        """The clocks after the entries so far."""
        rules, runs = self._rules, self._runs
        return tuple([Clock(rules[key[0]], key[1], tuple(runs[key])) for key in sorted(runs, key=_by_rule)])


def _by_rule(key: tuple[int, str]) -> int:
    return key[0]


def start_of(trigger: Trigger, entry: Entry) -> ClockEvent:
    """The start of a clock (计时开始): on the day that the entry names, else on its own."""
    return ClockEvent(_START, _day_of(trigger, entry, entry.facts), entry, trigger)


def _day_of(trigger: Trigger, entry: Entry, facts: Mapping[str, Any]) -> date:
    return (day_fact(facts, trigger.day) if trigger.day else None) or entry.day


def _runs_of(runs: Mapping[tuple[int, str], list[ClockEvent]], index: int) -> list[list[ClockEvent]]:
    """Every run of a paired clock: a stop without a ref (a reply) ends all of them."""
    return [run for (at, _), run in runs.items() if at == index]
