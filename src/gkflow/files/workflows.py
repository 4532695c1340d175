"""Workflow files (流程文件): states, facts, actions and clock rules of one procedure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from gkflow.domain.case import CORRECT, LINK, NOTE, RECOUNT
from gkflow.domain.workflow import (
    MISFILE,
    MISFILED,
    Action,
    Clash,
    Condition,
    FactSpec,
    Lies,
    Requirement,
    RestRule,
    State,
    Workflow,
)
from gkflow.files.clock_rules import clock_from, opening_from, read_conditions
from gkflow.files.interpretations import Readings, read_readings, read_requirements
from gkflow.files.nodes import Faults, Node, as_json, from_plain, wrapped
from gkflow.files.publication import publication_from
from gkflow.files.roles import read_roles
from gkflow.files.strict_reader import Section

FACT_TYPES = (
    "text", "day", "moment", "integer", "number", "amount_wan", "choice", "people", "uscc", "identity_number", "flag",
    "case", "unit",
)  # fmt: skip
_OF = ("case", "entry")  # what a condition on the fact reads
PUBLISHED = ("withheld", "open", "masked")  # the first holds where a file says nothing
_STORED = "stored edition"
_ONCE = ("clear",)  # what editions kept before 2026-12 may say; what leaves is judged by the present file
# What a correction, a note and a link carry in every workflow; a file need not say it.
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
        open_states = tuple(state.name for state in states.values() if not state.ended and not state.final)
        states[MISFILED] = _MISFILED
        readings = read_readings(section)
        facts = {key: _fact(key, each, readings) for key, each in section.named("facts", "fact")}
        for key, spec in _EVERYWHERE.items():
            facts.setdefault(key, spec)
        actions = {key: _action(key, each, states, facts, readings) for key, each in section.named("actions", "action")}
        for action in _everywhere(states, open_states, facts):
            actions.setdefault(action.name, action)
        clocks = tuple(clock_from(key, each) for key, each in section.named("clocks", "clock"))
        publication = publication_from(section)
        firsts = [action.name for action in actions.values() if action.first]
        if len(actions) > len(_BUILT_IN) and len(firsts) != 1:
            said = ", ".join(firsts) or "none"
            section.fault(f"one action opens a case (first: true), here: {said}", "actions")
        readings.compare(section, actions, facts)
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
        readings=readings.choosing,
        publication=publication,
    )


def workflow_from_source(source: str) -> Workflow:
    """
    The workflow of a stored edition (已存版本): a case keeps the one under which it began.

    Raises FilesAtFault where this gkflow cannot read what an earlier one wrote.
    """
    faults = Faults()
    workflow = workflow_from(from_plain(json.loads(source), _STORED), faults)
    faults.tell()
    return workflow


def _state(name: str, section: Section) -> State:
    if name == _NEW:
        section.fault(f'"{_NEW}" is the word for a case before its first entry')
    if name == MISFILED:
        section.fault(f'"{MISFILED}" is a state of every workflow (误收)')
    return State(
        name=name,
        label=section.text("label"),
        public=section.text("public", ""),
        ended=section.flag("ended"),
        final=section.flag("final"),
        published=section.flag("published"),
    )


def _fact(name: str, section: Section, readings: Readings) -> FactSpec:
    if name in _OWN:
        section.fault("the name is taken: correct_entry has a fact of that name")
    kind = section.choice("type", FACT_TYPES, "text")
    choices: dict[str, str] = {}
    for code, node in section.items("choices", needed=kind == "choice"):
        if isinstance(node.value, str) and node.value:
            choices[str(code)] = node.value
        else:
            section.wrong(f'choice "{code}"', node, "a label")
    if kind != "choice" and ("choices" in section or "list" in section):
        section.fault(f"choices belong to type choice, not {kind}", "choices")
    points = {}
    for code, node in section.items("points"):
        if type(node.value) in (int, float) and str(code) in choices:
            points[str(code)] = node.value
        else:
            section.wrong(f'points of "{code}"', node, "a number of points for one of the choices")
    of = section.choice("of", _OF, "") if "of" in section else ""
    lies = section.word("lies", Lies) if "lies" in section else Lies.ANY
    not_before = section.texts("not_before")
    if (lies or not_before) and kind not in ("day", "moment"):
        section.fault(f"only a day or a moment lies somewhere, not a {kind}", "lies" if lies else "not_before")
    section.text("list", "")  # the list has been put in its place by the rulebook's reader
    open_when = tuple(_open_when(section))
    words = (*PUBLISHED, *_ONCE) if section.node.file == _STORED else PUBLISHED
    published = section.choice("published", words, "withheld")
    if open_when and published != "masked":
        section.fault("open_when says when a masked fact is open: published must be masked", "open_when")
    return FactSpec(
        name=name,
        label=section.text("label"),
        type=kind,
        choices=MappingProxyType(choices),
        published=published,
        cite=section.text("cite", ""),
        closed=readings.closed(name, choices),
        points=MappingProxyType(points),
        open_when=open_when,
        of_case=of == _OF[0] if of else None,
        lies=lies,
        not_before=not_before,
    )


def _open_when(section: Section) -> Iterator[tuple[Condition, ...]]:
    """Conditions on the other facts, any one set of which opens a masked fact: a company's name, not a person's."""
    node = section.get("open_when")
    if node is None:
        return
    for item in node.value if isinstance(node.value, list) else [node]:
        yield read_conditions(Section(wrapped("open_when", item), section.what, section.faults), "open_when")


# --- actions ----------------------------------------------------------------------------------------------


def _action(
    name: str, section: Section, states: Mapping[str, State], facts: Mapping[str, FactSpec], readings: Readings
) -> Action:
    first = section.flag("first")
    sources = _sources(section, states, first)
    accepts = section.texts("accepts")
    if name == CORRECT:
        accepts = tuple(dict.fromkeys((*CORRECTION_FACTS, *accepts, *facts)))
    elif name == NOTE:
        accepts = tuple(dict.fromkeys((*accepts, "text")))
    if first:
        accepts = tuple(dict.fromkeys((*accepts, ORIGIN)))
    requires = (
        *read_requirements(section, "needs"), *readings.needs.get(name, ()),
        *read_requirements(section, "needs_on_record", on_record=True), *readings.needs_on_record.get(name, ()),
    )  # fmt: skip
    wants = (
        *read_requirements(section, "wants"), *readings.wants.get(name, ()),
        *read_requirements(section, "wants_on_record", on_record=True), *readings.wants_on_record.get(name, ()),
    )  # fmt: skip
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
        opens=tuple(opening_from(each) for each in section.sections("opens")),
        same=_pairs(section, "same"),
        before=tuple(read_requirements(section, "needs_before", on_record=True)),
        publishes=section.flag("publishes"),
        hands_to=section.text("hands_to", ""),
        owner_of=section.text("owner_of", ""),
        rests_on=tuple(
            RestRule(
                each.texts("clock", needed=True),
                read_conditions(each, "when"),
                each.flag("on_last_day"),
                each.texts("ended_by"),
            )
            for each in section.sections("rests_on")
        ),
        keeps=section.texts("keeps"),
        implies=_pairs(section, "implies"),
        clashes=tuple(Clash(each.text("clock"), read_conditions(each, "when")) for each in section.sections("clashes")),
    )


_BUILT_IN = (NOTE, CORRECT, LINK, RECOUNT, MISFILE)
_MISFILED = State(MISFILED, "误收", "误收，不作为案件办理", ended=True, final=True)


def _everywhere(
    states: Mapping[str, State], open_states: tuple[str, ...], facts: Mapping[str, FactSpec]
) -> Iterator[Action]:
    """
    What may be entered into every case at any time: a remark, a correction, a link to another case; and, into one
    that is open, that its receipt was a mistake, of which the head of the section hears.
    """
    anywhere = tuple(states)
    yield Action(MISFILE, "误收", open_states, MISFILED, requires=(Requirement("reason"),), tell=("section_head",))
    yield Action(NOTE, "备注", anywhere, None, requires=(Requirement("text"),))
    yield Action(CORRECT, "更正记录", anywhere, None, accepts=tuple(dict.fromkeys((*CORRECTION_FACTS, *facts))))
    yield Action(RECOUNT, "重新推算届满日", anywhere, None, accepts=RECOUNT_FACTS)
    yield Action(LINK, "关联案件", anywhere, None, requires=(Requirement("leads_to"),), accepts=("text",))


def _pairs(section: Section, key: str) -> Mapping[str, str]:
    """A mapping to facts: facts that have to agree with others, an action with the fact of its day."""
    pairs = {}
    for name, node in section.items(key):
        if isinstance(node.value, str) and node.value:
            pairs[str(name)] = node.value
        else:
            section.wrong(f"{key} {name}", node, "the name of a fact")
    return MappingProxyType(pairs)


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
