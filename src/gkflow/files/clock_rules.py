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
    LapseRule,
    Opening,
    RestartRule,
    SuspendRule,
    Trigger,
    WaitRule,
)
from gkflow.files.nodes import plain
from gkflow.files.reading import Section
from gkflow.files.roles import read_roles


def clock_from(name: str, section: Section) -> ClockRule:
    rule = ClockRule(
        name=name,
        label=section.text("label"),
        limit=section.text("limit"),
        duty=section.word("duty", Duty, Duty.OFFICE),
        kind=section.word("kind", ClockKind, ClockKind.DUTY),
        starts=tuple(_triggers(section, "start", needed=True)),
        restarts=tuple(
            RestartRule(each.text("action"), each.text("after", ""), each.flag("once"))
            for each in section.sections("restart")
        ),
        waits=tuple(
            WaitRule(_trigger(each), each.text("within", ""), each.flag("before_last_day"), each.flag("once"))
            for each in section.sections("wait")
        ),
        suspends=tuple(
            SuspendRule(
                _trigger(each),
                each.text("until"),
                each.text("lapse", ""),
                read_conditions(each, "lapse_when"),
                read_conditions(each, "silence"),
            )
            for each in section.sections("suspend")
        ),
        extends=tuple(
            ExtendRule(
                each.text("action"), each.text("limit"), each.text("approval", ""), read_roles(each, "approvers")
            )
            for each in section.sections("extend")
        ),
        stops=tuple(_triggers(section, "stop")),
        ladder=section.text("ladder", ""),
        lapse=tuple(_lapse(each) for each in section.sections("lapse")),
        paired=section.flag("paired"),
        until=section.text("until", ""),
        shortened_by=section.text("shortened_by", ""),
        bars=tuple(BarRule(action) for action in section.texts("bars")),
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
            yield Trigger(trigger.action, trigger.when, each.text("day", ""), limit)


def _trigger(section: Section) -> Trigger:
    return Trigger(section.text("action"), read_conditions(section, "when"))


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
