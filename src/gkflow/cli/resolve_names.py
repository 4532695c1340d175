"""Names given by people (名称): a workflow, an action or a fact by its code or by its Chinese label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from gkflow.application.resolve_names import people_facts
from gkflow.application.resolve_names import unit_named as named
from gkflow.cli.options import day_of_fact
from gkflow.domain.fact_rules import Lies
from gkflow.domain.hints import near_names, there_are
from gkflow.domain.objections.cases import UnknownWorkflow
from gkflow.domain.sentences import Either, said, said_as
from gkflow.words.findings import finding_words
from gkflow.words.language import label_of, label_or, listed, say, say_as, translated

if TYPE_CHECKING:
    from gkflow.domain.case import Finding
    from gkflow.domain.rulebook import Rulebook
    from gkflow.domain.workflow import Action, Workflow
    from gkflow.office import Office


def workflow_named(book: Rulebook, text: str) -> str:
    """The code of a workflow. Raises NotFound with the existing ones."""
    for flow in book.workflows.values():
        if text.strip() in (flow.name, flow.label):
            return flow.name
    names = [word for flow in book.workflows.values() for word in (flow.name, flow.label)]
    near = near_names(text, names)
    there = [label_or(f"{flow.label}({flow.name})", flow.name) for flow in book.workflows.values()]
    mean = (
        said(" (do you mean {near}?); there are: {names}", near=Either(near), names=there) if near else there_are(there)
    )
    raise UnknownWorkflow(workflow=text, mean=mean)


def action_named(workflow: Workflow, text: str) -> str:
    """The code of an action of this workflow."""
    return next((act.name for act in workflow.actions.values() if text.strip() in (act.name, act.label)), text)


def clock_named(book: Rulebook, text: str, workflow: str = "") -> str:
    """The code of a clock in one workflow or in any."""
    flows = [flow for flow in book.workflows.values() if not workflow or flow.name == workflow]
    clocks = [rule for flow in flows for rule in flow.clocks]
    if any(rule.name == text for rule in clocks):
        return text
    return next((rule.name for rule in clocks if rule.label == text.strip()), text)


def facts_named(workflow: Workflow, given: Mapping[str, str]) -> dict[str, str]:
    """The facts by their codes; 今天, 昨天 and 11月27日 in one that is a day, as dates."""
    codes = {spec.label: name for name, spec in workflow.facts.items()}
    found: dict[str, str] = {}
    for word, value in given.items():
        name = word if word in workflow.facts else codes.get(word, word)
        spec = workflow.facts.get(name)
        is_day = spec.type == "day" if spec is not None else name == "day"
        ahead = spec is not None and spec.lies is Lies.AHEAD
        found[name] = day_of_fact(value, past=not ahead) if is_day else value
    return found


def unit_named(office: Office, text: str) -> str:
    """The code of a unit of the settings or of a case; empty for an empty text. Raises NotFound."""
    if not text.strip():
        return ""
    with office.store.reading() as ledger:
        return named(office.rules, text, ledger.lists.units_on_record())


def person_labels(office: Office) -> dict[str, str]:
    """The names of the people who have an id of their own, by id; with the id where another has the same name."""
    people = {person.id: person.name for person in office.settings.people}
    shared = Counter(people.values())
    return {id_: f"{name}({id_})" if shared[name] > 1 else name for id_, name in people.items() if name != id_}


def person_label(office: Office, id_: str) -> str:
    """A person as people know them; a text that the settings do not know is unchanged."""
    return person_labels(office).get(id_, id_)


def unit_label(office: Office, code: str) -> str | None:
    """The label of a unit; None if the settings do not know it."""
    unit = office.settings.units.get(code)
    return unit.label if unit is not None else None


def unit_labels(office: Office) -> dict[str, str]:
    """The labels of the units in the settings in the chosen language, by code."""
    return {code: label_of(unit.label, code) for code, unit in office.settings.units.items()}


def fact_label(workflow: Workflow, name: str) -> str:
    """A fact as text, with its code if a person has to type it: 收件方式(channel)."""
    spec = workflow.facts.get(name)
    return label_or(f"{spec.label}({name})", name) if spec is not None else name


# The facts of corrections and remarks, for which no workflow has labels.
_OWN = {
    "seq": said_as("fact", "seq"), "day": said_as("fact", "day"), "void": said_as("fact", "void"),
    "reason": said_as("fact", "reason"), "text": said_as("fact", "text"),
    "last_day_before": said_as("fact", "last_day_before"), "last_day_after": said_as("fact", "last_day_after"),
}  # fmt: skip


_NONE: Mapping[str, str] = MappingProxyType({})


def fact_words(
    workflow: Workflow, name: str, value: Any, units: Mapping[str, str] = _NONE, people: Mapping[str, str] = _NONE
) -> str:
    """A fact with its value: 收件方式 互联网; a unit by its label and a person by name, if *units*, *people* has it."""
    spec = workflow.facts.get(name)
    if spec is None:
        return f"{translated(_OWN.get(name, name))} {_value(value)}"
    if spec.type == "choice" and value in spec.choices:
        text = label_or(spec.choices[value], value)
    elif spec.type == "unit" or name.endswith("_unit"):
        text = units.get(str(value), str(value))
    elif people and name in people_facts(workflow):
        text = people.get(str(value), str(value))
    elif name == "recounted" and (rule := workflow.clock(str(value))) is not None:
        text = label_of(rule.label, rule.name)
    elif spec.type == "moment":
        text = str(value)[:16].replace("T", " ")  # like every moment for people
    else:
        text = _value(value)
    return f"{label_of(spec.label, name)} {text}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    return str(value)


def action_label(action: Action) -> str:
    """An action as a person may type it: by its label, in English by its code."""
    return label_or(action.label, action.name)


def actions_words(workflow: Workflow, names: Iterable[str]) -> str:
    """Several actions as text."""
    return listed(action_label(workflow.actions[name]) for name in names)


def labels_of(workflow: Workflow) -> Callable[[str, str], str]:
    """The label of an action, a state, a clock or a fact of this workflow."""

    def label(kind: str, name: str) -> str:
        if kind == "clock":
            rule = workflow.clock(name)
            return label_of(rule.label, name) if rule is not None else name
        if kind == "fact":
            return fact_label(workflow, name)
        if name == "new":
            return say_as("resolve_names", "new")
        things: Mapping[str, Any] = workflow.states if kind == "state" else workflow.actions
        return label_of(things[name].label, name) if name in things else name

    return label


def findings_rows(workflow: Workflow, findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings as rows: seq, code, facts, words; a finding of several clocks is listed once."""
    rows: list[dict[str, Any]] = []
    label = labels_of(workflow)
    for finding in findings:
        words = finding_words(finding.code, finding.facts, label)
        row = {"seq": finding.seq, "code": finding.code, "facts": dict(finding.facts), "words": words}
        if not any(row["seq"] == old["seq"] and row["words"] == old["words"] for old in rows):
            rows.append(row)
    return rows
