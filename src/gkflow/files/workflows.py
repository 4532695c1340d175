"""Workflow files (流程文件): states, facts, actions and clock rules of one procedure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from gkflow.domain.case import CORRECT, LINK, NOTE, RECOUNT
from gkflow.domain.event import Audience
from gkflow.domain.fact_rules import FactSpec, Lies, Requirement
from gkflow.domain.sentences import said
from gkflow.domain.workflow import MISFILE, MISFILED, Action, Clash, RestRule, State, Workflow
from gkflow.files.clock_rules import clock_of
from gkflow.files.interpretations import Readings, readings_of, requirements_of
from gkflow.files.kinds.workflow import (
    ONCE_PUBLISHED,
    POINTS,
    PUBLISHED,
    ActionKeys,
    DemandKeys,
    FactKeys,
    StateKeys,
    WorkflowFile,
)
from gkflow.files.lists import STORED
from gkflow.files.model_reader import Found, read_model
from gkflow.files.nodes import Faults, Node, as_json, from_plain, values
from gkflow.files.openings import conditions_of, opening_of
from gkflow.files.publication import publication_of

_OF_CASE = "case"  # the source of a condition's fact
# The facts of a correction, a note and a link in every workflow; a file need not declare them.
CORRECTION_FACTS = ("seq", "day", "void", "reason")
ORIGIN = "origin"
RECOUNT_FACTS = (
    "recounted", "recounted_ref", "last_day_before", "last_day_after", "calendar_edition", "rules_edition", "text",
)  # fmt: skip
_EVERYWHERE = MappingProxyType(
    {
        "seq": FactSpec("seq", "更正的记录序号", "integer"),
        "day": FactSpec("day", "更正后的日期", "day"),
        "void": FactSpec("void", "作废", "flag"),
        "reason": FactSpec("reason", "理由"),
        "text": FactSpec("text", "内容"),
        "recounted": FactSpec("recounted", "重新推算的期限"),
        "recounted_ref": FactSpec("recounted_ref", "对象"),
        "last_day_before": FactSpec("last_day_before", "原届满日", "day"),
        "last_day_after": FactSpec("last_day_after", "现届满日", "day"),
        "calendar_edition": FactSpec("calendar_edition", "日历版本"),
        "rules_edition": FactSpec("rules_edition", "规则版本"),
        "origin": FactSpec("origin", "来源案件", "case"),
        "leads_to": FactSpec("leads_to", "关联案件", "case"),
    }
)
_OWN = ("seq", "day", "void")  # these three are always the correction's own
_NEW = "new"  # the machine's name for a case before its first entry


def workflow_from(node: Node, faults: Faults) -> Workflow:
    """The workflow of one file."""
    stated = values(node)
    source = as_json(stated)
    found = read_model(WorkflowFile, node, faults, stated)
    file = found.model
    states = {name: _state(found, name, keys) for name, keys in file.states.items()}
    open_states = tuple(state.name for state in states.values() if not state.ended and not state.final)
    states[MISFILED] = _MISFILED
    readings = readings_of(found)
    facts = {name: _fact(found, name, keys, readings) for name, keys in file.facts.items()}
    for key, spec in _EVERYWHERE.items():
        facts.setdefault(key, spec)
    actions = {name: _action(found, name, keys, states, facts, readings) for name, keys in file.actions.items()}
    for action in _everywhere(states, open_states, facts):
        actions.setdefault(action.name, action)
    firsts = [action.name for action in actions.values() if action.first]
    if len(actions) > len(_BUILT_IN) and len(firsts) != 1:
        there = ", ".join(firsts) or "none"
        found.fault(said("one action opens a case (first: true), here: {there}", there=there), key="actions")
    readings.compare(found, actions, facts)
    return Workflow(
        name=file.workflow,
        label=file.label,
        edition=hashlib.sha256(source.encode()).hexdigest(),
        states=MappingProxyType(states),
        actions=MappingProxyType(actions),
        clocks=tuple(clock_of(name, keys, found) for name, keys in file.clocks.items()),
        facts=MappingProxyType(facts),
        source=source,
        cite=file.cite,
        readings=readings.choosing,
        publication=publication_of(found),
        extends=tuple(file.extends),
    )


def workflow_from_source(source: str) -> Workflow:
    """
    The workflow of a stored edition (已存版本): a case keeps the one under which it began.

    Raises FilesAtFault if this gkflow cannot read what an earlier one wrote.
    """
    faults = Faults()
    workflow = workflow_from(from_plain(json.loads(source), STORED), faults)
    faults.raise_if_any()
    return workflow


def _state(found: Found[WorkflowFile], name: str, keys: StateKeys) -> State:
    if name == _NEW:
        found.fault(said('"{state}" is the word for a case before its first entry', state=_NEW), "states", name)
    if name == MISFILED:
        found.fault(said('"{state}" is a state of every workflow (误收)', state=MISFILED), "states", name)
    return State(name, keys.label, keys.public, keys.ended, keys.final, keys.published)


def _fact(found: Found[WorkflowFile], name: str, keys: FactKeys, readings: Readings) -> FactSpec:
    fact = ("facts", name)
    if name in _OWN:
        found.fault(said("the name is taken: correct_entry has a fact of that name"), *fact)
    kind, given = keys.type, keys.model_fields_set
    if kind == "choice" and "choices" not in given:
        found.fault(said('key "choices" is missing'), *fact)
    if kind != "choice" and ("choices" in given or "list" in given):
        found.fault(said("choices belong to type choice, not {kind}", kind=kind), *fact, key="choices")
    choices = {code: label for code, label in keys.choices.items() if label}
    for code, points in keys.points.items():
        if code not in choices and found.node_at(*fact, "points", code).value == points:
            wrong = said(
                'fact "{name}": points of "{code}" must be {wanted}, not {points}',
                name=name,
                code=code,
                wanted=POINTS,
                points=points,
            )
            found.faults.at(found.node_at(*fact, "points", code), wrong)
    if (keys.lies or keys.not_before) and kind not in ("day", "moment"):
        key = "lies" if keys.lies else "not_before"
        found.fault(said("only a day or a moment lies somewhere, not a {kind}", kind=kind), *fact, key=key)
    if keys.published == ONCE_PUBLISHED and found.node.file != STORED:
        node = found.node_at(*fact, "published")
        wrong = said(
            'fact "{name}": published must be one of {names}, not "{condition}"',
            name=name,
            names=PUBLISHED,
            condition=ONCE_PUBLISHED,
        )
        found.faults.at(node, wrong)
    if keys.open_when and keys.published != "masked":
        found.fault(said("open_when says when a masked fact is open: published must be masked"), *fact, key="open_when")
    return FactSpec(
        name=name,
        label=keys.label,
        type=kind,
        choices=MappingProxyType(choices),
        published=keys.published,
        cite=keys.cite,
        closed=readings.closed(name, choices),
        points=MappingProxyType({code: points for code, points in keys.points.items() if code in choices}),
        # Any one set of conditions on the other facts unmasks a masked fact: a company's name, not a person's.
        open_when=tuple(conditions_of(each) for each in keys.open_when),
        of_case=keys.of == _OF_CASE if keys.of else None,
        lies=Lies(keys.lies) if keys.lies else Lies.ANY,
        not_before=tuple(keys.not_before),
    )


# --- actions ----------------------------------------------------------------------------------------------


def _action(
    found: Found[WorkflowFile], name: str, keys: ActionKeys, states: Mapping[str, State],
    facts: Mapping[str, FactSpec], readings: Readings,
) -> Action:  # fmt: skip
    action = ("actions", name)

    def asked(key: str, demands: Sequence[Mapping[str, DemandKeys]], on_record: bool) -> Iterator[Requirement]:
        return requirements_of(found, demands, *action, key, on_record=on_record)

    requires = (
        *asked("needs", keys.needs, False), *readings.needs.get(name, ()),
        *asked("needs_on_record", keys.needs_on_record, True), *readings.needs_on_record.get(name, ()),
    )  # fmt: skip
    wants = (
        *asked("wants", keys.wants, False), *readings.wants.get(name, ()),
        *asked("wants_on_record", keys.wants_on_record, True), *readings.wants_on_record.get(name, ()),
    )  # fmt: skip
    needed = {need.fact for need in (*requires, *wants)}
    return Action(
        name=name,
        label=keys.label,
        sources=_sources(found, name, keys, states),
        target=keys.to,
        roles=tuple(keys.roles),
        requires=requires,
        accepts=tuple(fact for fact in _accepted(name, keys, facts) if fact not in needed),
        cite=keys.cite,
        first=keys.first,
        wants=wants,
        tell=tuple(keys.tell),
        opens=tuple(opening_of(each) for each in keys.opens),
        same=MappingProxyType(keys.same),
        before=tuple(asked("needs_before", keys.needs_before, True)),
        publishes=keys.publishes,
        hands_to=keys.hands_to,
        owner_of=keys.owner_of,
        rests_on=tuple(
            RestRule(tuple(each.clock), conditions_of(each.when), each.on_last_day, tuple(each.ended_by))
            for each in keys.rests_on
        ),
        keeps=tuple(keys.keeps),
        implies=MappingProxyType(keys.implies),
        clashes=tuple(Clash(each.clock, conditions_of(each.when)) for each in keys.clashes),
        event=Audience(keys.event) if keys.event is not None else None,
    )


def _accepted(name: str, keys: ActionKeys, facts: Mapping[str, FactSpec]) -> tuple[str, ...]:
    """The facts that an action may have, including those of its kind in every workflow."""
    accepts = tuple(keys.accepts)
    if name == CORRECT:
        accepts = (*CORRECTION_FACTS, *accepts, *facts)
    elif name == NOTE:
        accepts = (*accepts, "text")
    if keys.first:
        accepts = (*accepts, ORIGIN)
    return tuple(dict.fromkeys(accepts))


def _sources(found: Found[WorkflowFile], name: str, keys: ActionKeys, states: Mapping[str, State]) -> tuple[str, ...]:
    given = "source" in keys.model_fields_set
    if keys.first:
        if given:
            found.fault(said("the first action comes from no state"), "actions", name, key="from")
        if keys.to is None:
            found.fault(said('key "to" is missing'), "actions", name)
        return ()
    if not given:
        found.fault(said('key "from" is missing'), "actions", name)
    match keys.source:
        case ["any"]:
            return tuple(states)
        case ["any_open"]:
            return tuple(state.name for state in states.values() if not state.ended and not state.final)
        case sources:
            if given and not sources:
                found.fault(said("from names no state"), "actions", name, key="from")
            return tuple(sources)


_BUILT_IN = (NOTE, CORRECT, LINK, RECOUNT, MISFILE)
_MISFILED = State(MISFILED, "误收", "误收，不作为案件办理", ended=True, final=True)


def _everywhere(
    states: Mapping[str, State], open_states: tuple[str, ...], facts: Mapping[str, FactSpec]
) -> Iterator[Action]:
    """
    The actions allowed in every case at any time: a remark, a correction, a link to another case; and, in an open one,
    that its receipt was a mistake, of which the head of the section is notified.
    """
    anywhere = tuple(states)
    yield Action(MISFILE, "误收", open_states, MISFILED, requires=(Requirement("reason"),), tell=("section_head",),
                 event=Audience.APPLICANT)  # fmt: skip
    yield Action(NOTE, "备注", anywhere, None, requires=(Requirement("text"),), event=Audience.NOBODY)
    yield Action(CORRECT, "更正记录", anywhere, None, accepts=tuple(dict.fromkeys((*CORRECTION_FACTS, *facts))),
                 event=Audience.UNIT)  # fmt: skip
    yield Action(RECOUNT, "重新推算届满日", anywhere, None, accepts=RECOUNT_FACTS, event=Audience.UNIT)
    yield Action(LINK, "关联案件", anywhere, None, requires=(Requirement("leads_to"),), accepts=("text",),
                 event=Audience.NOBODY)  # fmt: skip
