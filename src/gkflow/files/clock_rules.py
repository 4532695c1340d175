"""The clock rules of a workflow file (计时规则): what starts, stops, restarts, suspends, extends and bars."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from gkflow.domain.workflow import (
    BarRule,
    ClockKind,
    ClockRule,
    Condition,
    Duty,
    ExtendRule,
    Held,
    LapseRule,
    Opening,
    RestartRule,
    SuspendRule,
    Trigger,
    WaitRule,
)
from gkflow.files.nodes import plain
from gkflow.files.roles import read_roles
from gkflow.files.strict_reader import Section


def clock_from(name: str, section: Section) -> ClockRule:
    rule = ClockRule(
        name=name,
        label=section.text("label"),
        limit=section.text("limit"),
        duty=section.word("duty", Duty, Duty.OFFICE),
        kind=section.word("kind", ClockKind, ClockKind.DUTY),
        starts=tuple(_triggers(section, "start", needed=True)),
        restarts=tuple(
            RestartRule(each.text("action"), each.text("after", ""), each.flag("once"), read_held(each))
            for each in section.sections("restart")
        ),
        waits=tuple(
            WaitRule(
                _trigger(each),
                each.text("within", ""),
                each.flag("before_last_day"),
                each.flag("once"),
                each.flag("by_last_day"),
            )
            for each in section.sections("wait")
        ),
        suspends=tuple(
            SuspendRule(
                _trigger(each, "until_day"),  # "until" names what ends the suspension
                each.text("until"),
                each.text("lapse", ""),
                read_conditions(each, "lapse_when"),
                read_conditions(each, "silence"),
            )
            for each in section.sections("suspend")
        ),
        extends=tuple(
            ExtendRule(
                each.text("action"),
                each.text("limit"),
                each.text("approval", ""),
                read_roles(each, "approvers"),
                read_held(each),
            )
            for each in section.sections("extend")
        ),
        stops=tuple(_triggers(section, "stop")),
        ladder=section.text("ladder", ""),
        lapse=tuple(_lapse(each) for each in section.sections("lapse")),
        paired=section.flag("paired"),
        until=section.text("until", ""),
        shortened_by=section.text("shortened_by", ""),
        bars=tuple(BarRule(each.action, each.when, each.held) for each in _triggers(section, "bars")),
        stands_for=section.text("stands_for", ""),
        passes_on=section.texts("passes_on"),
        set_aside=section.texts("set_aside"),
    )
    if "start" in section and not rule.starts:
        section.fault("nothing starts it", "start")
    if rule.shortened_by and not rule.until:
        section.fault("shortened_by says why a named day (until) is early, but no fact names one", "shortened_by")
    return rule


def _triggers(section: Section, key: str, needed: bool = False) -> Iterator[Trigger]:
    """Actions that start or stop a clock: names, or mappings with conditions and the fact that carries the day."""
    node = section.get(key, needed)
    if node is None:
        return
    named: set[str] = set()
    for item in node.value if isinstance(node.value, list) else [node]:
        if isinstance(item.value, str):
            if item.value in named:
                section.fault(f'{key} names "{item.value}" twice', key)
            named.add(item.value)
            yield Trigger(item.value)
            continue
        with Section(item, f"{section.what}: {key}", section.faults) as each:
            trigger = _trigger(each)
            limit = each.text("limit", "") if key == "start" else ""
            day = each.text("day", "") if key != "bars" else ""
            yield Trigger(trigger.action, trigger.when, day, limit, trigger.held)


def _trigger(section: Section, until: str = "until") -> Trigger:
    return Trigger(section.text("action"), read_conditions(section, "when"), held=read_held(section, until))


def read_held(section: Section, until: str = "until") -> Held | None:
    """From which day to which a rule has its effect (效力期间): both days belong to it."""
    since, end = section.day("since", needed=False), section.day(until, needed=False)
    if since is not None and end is not None and end < since:
        section.fault(f"{until} {end} lies before since {since}", until)
    return Held(since, end) if since is not None or end is not None else None


def _lapse(section: Section) -> LapseRule:
    take = "take" in section
    if take and "propose" in section:
        section.fault("says both propose and take", "take")
    facts = {str(fact): plain(node) for fact, node in section.items("facts")}
    return LapseRule(
        action=section.text("take" if take else "propose"),
        take=take,
        when=read_conditions(section, "when"),
        facts=MappingProxyType(facts),
        cite=section.text("cite", ""),
    )


def read_conditions(section: Section, key: str, needed: bool = False) -> tuple[Condition, ...]:
    """Conditions on the facts of the entry: a mapping of fact names to the values that are met."""
    return tuple(
        Condition(str(fact), frozenset(section.as_texts(f"{key} {fact}", node)))
        for fact, node in section.items(key, needed)
    )


def opening_from(section: Section) -> Opening:
    """A case that follows (派生案件): its workflow, under which conditions, with which facts."""
    facts: dict[str, str] = {}
    for name, node in section.items("facts"):
        if isinstance(node.value, str) and node.value:
            facts[str(name)] = node.value
        else:
            section.wrong(f"facts {name}", node, "the name of a fact on this record")
    return Opening(
        workflow=section.text("workflow"),
        when=read_conditions(section, "when"),
        facts=MappingProxyType(facts),
        given=MappingProxyType({str(name): plain(node) for name, node in section.items("set")}),
    )
