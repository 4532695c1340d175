"""Workflow files (流程文件): states, facts, actions and clock rules of one procedure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from gkflow.domain.workflow import (
    Action,
    ClockKind,
    ClockRule,
    Condition,
    Duty,
    ExtendRule,
    FactSpec,
    LapseRule,
    Requirement,
    RestartRule,
    State,
    SuspendRule,
    Trigger,
    WaitRule,
    Workflow,
)
from gkflow.files.nodes import Faults, Node, as_json, from_plain, plain
from gkflow.files.reading import Section
from gkflow.files.roles import read_roles

FACT_TYPES = ("text", "day", "integer", "number", "choice", "people", "uscc", "identity_number", "flag")
PUBLISHED = ("clear", "masked", "withheld")
# What a correction and a note carry in every workflow; a file need not say it.
CORRECTION_FACTS = ("seq", "day", "void", "reason")
_EVERYWHERE = MappingProxyType(
    {
        "seq": FactSpec("seq", "更正的记录序号", "integer"),
        "day": FactSpec("day", "更正后的日期", "day"),
        "void": FactSpec("void", "作废", "flag"),
        "reason": FactSpec("reason", "理由"),
        "text": FactSpec("text", "内容"),
    }
)
_OWN = ("seq", "day", "void")  # these three mean the correction's own, and nothing else
_NEW = "new"  # the machine's word for a case before its first entry


def workflow_from(node: Node, faults: Faults) -> Workflow:
    """The workflow that one file says."""
    source = as_json(node)
    with Section(node, "", faults) as section:
        name = section.text("workflow")
        label = section.text("label")
        cite = section.text("cite", "")
        states = {key: _state(key, each) for key, each in section.named("states", "state")}
        facts = {key: _fact(key, each) for key, each in section.named("facts", "fact")}
        for key, spec in _EVERYWHERE.items():
            facts.setdefault(key, spec)
        actions = {key: _action(key, each, states, facts) for key, each in section.named("actions", "action")}
        clocks = tuple(_clock(key, each) for key, each in section.named("clocks", "clock"))
        firsts = [action.name for action in actions.values() if action.first]
        if actions and len(firsts) != 1:
            said = ", ".join(firsts) or "none"
            section.fault(f"one action opens a case (first: true), here: {said}", "actions")
    return Workflow(
        name=name,
        label=label,
        edition=hashlib.sha256(source.encode()).hexdigest(),
        states=MappingProxyType(states),
        actions=MappingProxyType(actions),
        clocks=clocks,
        facts=MappingProxyType(facts),
        source=source,
        cite=cite,
    )


def workflow_from_source(source: str) -> Workflow:
    """
    The workflow of a stored edition (已存版本): a case keeps the one under which it began.

    Raises FilesAtFault where this gkflow cannot read what an earlier one wrote.
    """
    faults = Faults()
    workflow = workflow_from(from_plain(json.loads(source), "stored edition"), faults)
    faults.tell()
    return workflow


def _state(name: str, section: Section) -> State:
    if name == _NEW:
        section.fault(f'"{_NEW}" is the word for a case before its first entry')
    return State(
        name=name,
        label=section.text("label"),
        public=section.text("public", ""),
        ended=section.flag("ended"),
        final=section.flag("final"),
    )


def _fact(name: str, section: Section) -> FactSpec:
    if name in _OWN:
        section.fault("the name is taken: correct_entry has a fact of that name")
    kind = section.choice("type", FACT_TYPES, "text")
    choices: dict[str, str] = {}
    for code, node in section.items("choices", needed=kind == "choice"):
        if isinstance(node.value, str) and node.value:
            choices[str(code)] = node.value
        else:
            section.wrong(f'choice "{code}"', node, "a label")
    if kind != "choice" and "choices" in section:
        section.fault(f"choices belong to type choice, not {kind}", "choices")
    return FactSpec(
        name=name,
        label=section.text("label"),
        type=kind,
        choices=MappingProxyType(choices),
        published=section.choice("published", PUBLISHED, "clear"),
        cite=section.text("cite", ""),
    )


# --- actions ----------------------------------------------------------------------------------------------


def _action(name: str, section: Section, states: Mapping[str, State], facts: Mapping[str, FactSpec]) -> Action:
    first = section.flag("first")
    sources = _sources(section, states, first)
    accepts = section.texts("accepts")
    if name == "correct_entry":
        accepts = tuple(dict.fromkeys((*CORRECTION_FACTS, *accepts, *facts)))
    elif name == "note":
        accepts = tuple(dict.fromkeys((*accepts, "text")))
    requires = (*_requirements(section, "needs"), *_requirements(section, "needs_on_record", on_record=True))
    wants = tuple(_requirements(section, "wants"))
    needed = {need.fact for need in (*requires, *wants)}
    return Action(
        name=name,
        label=section.text("label"),
        sources=sources,
        target=section.text("to") if "to" in section or first else None,
        roles=read_roles(section, "roles"),
        requires=requires,
        accepts=tuple(fact for fact in accepts if fact not in needed),
        cite=section.text("cite", ""),
        first=first,
        wants=wants,
        tell=read_roles(section, "tell"),
    )


def _sources(section: Section, states: Mapping[str, State], first: bool) -> tuple[str, ...]:
    if first:
        if "from" in section:
            section.fault("the first action comes from no state", "from")
        return ()
    match section.texts("from", needed=True):
        case ("any",):
            return tuple(states)
        case ("any_open",):
            return tuple(state.name for state in states.values() if not state.ended and not state.final)
        case sources:
            if "from" in section and not sources:
                section.fault("from names no state", "from")
            return sources


def _requirements(section: Section, key: str, on_record: bool = False) -> Iterator[Requirement]:
    """
    Facts that must be there: a list of names, where a name may carry what dispenses with it.

    ``needs: [decision, {uscc: {unless: {party: [natural_person]}}}]``
    """
    node = section.get(key)
    if node is None:
        return
    for item in node.value if isinstance(node.value, list) else [node]:
        if isinstance(item.value, str):
            yield Requirement(item.value, on_record)
        elif isinstance(item.value, dict):
            for fact, how in item.value.items():
                with Section(how, f"{section.what}: {key} {fact}", section.faults, line=fact.line) as each:
                    yield Requirement(str(fact), on_record, _conditions(each, "unless", needed=True))
        else:
            section.wrong(key, item, "names of facts")


def _conditions(section: Section, key: str, needed: bool = False) -> tuple[Condition, ...]:
    """Conditions on the facts of the entry: a mapping of fact names to the values that are met."""
    return tuple(
        Condition(str(fact), frozenset(section.as_texts(f"{key} {fact}", node)))
        for fact, node in section.items(key, needed)
    )


# --- clocks -----------------------------------------------------------------------------------------------


def _clock(name: str, section: Section) -> ClockRule:
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
                _conditions(each, "lapse_when"),
                _conditions(each, "silence"),
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
    )
    if "start" in section and not rule.starts:
        section.fault("nothing starts it", "start")
    return rule


def _triggers(section: Section, key: str, needed: bool = False) -> Iterator[Trigger]:
    """Actions that start or stop a clock: names, or mappings with conditions."""
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
            if key == "start":
                trigger = Trigger(trigger.action, trigger.when, each.text("day", ""), each.text("limit", ""))
            yield trigger


def _trigger(section: Section) -> Trigger:
    return Trigger(section.text("action"), _conditions(section, "when"))


def _lapse(section: Section) -> LapseRule:
    take = "take" in section
    if take and "propose" in section:
        section.fault("says both propose and take", "take")
    facts = {str(fact): plain(node) for fact, node in section.items("facts")}
    return LapseRule(
        action=section.text("take" if take else "propose"),
        take=take,
        when=_conditions(section, "when"),
        facts=MappingProxyType(facts),
        cite=section.text("cite", ""),
    )
