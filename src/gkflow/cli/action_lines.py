"""
The allowed actions and their facts (可办的动作与要素), as lines that fit a terminal of any width.

Facts are listed one below the other, and codes are never broken: people copy them into the next command.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import gkflow
from gkflow.application.advance import wanted_facts
from gkflow.application.facts import fact_names
from gkflow.bootstrap import home_folder, rulebook, settings_of
from gkflow.cli.help import columns, padded, width, wrapped
from gkflow.cli.resolve_names import action_named, workflow_named
from gkflow.domain.case import CORRECT, LINK, RECOUNT
from gkflow.domain.errors import FilesAtFault, GkflowError
from gkflow.domain.sentences import said, said_as
from gkflow.words.language import CHINESE, label_or, listed, say, spoken, translated

if TYPE_CHECKING:
    from gkflow.domain.fact_rules import FactSpec
    from gkflow.domain.workflow import Workflow

_ASIDE = ("note", "correct_entry", "link")  # these are allowed in every state
_CORRECTION = {
    "seq": said("the entry that is corrected"),
    "reason": said("why"),
    "day": said("its true day"),
    "void": said("it is void: 是 or 否"),
}
_TYPES = {
    "day": said("a day"),
    "moment": said("a moment"),
    "integer": said("a whole number"),
    "number": said("a number"),
    "amount_wan": said("an amount in 万元"),
    "flag": said_as("types", "是 or 否"),
    "uscc": said("a unified social credit code"),
    "identity_number": said("an identity number"),
}


def wanted(workflow: Workflow, action: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The required and the optional facts of an action."""
    if action == "correct_entry":
        return ("seq", "reason"), ("day", "void")
    return wanted_facts(workflow, action)


def actions_listed(workflow: Workflow, names: Sequence[str]) -> list[str]:
    """The actions with their required facts; those always allowed are named in the last line."""
    lines: list[str] = []
    own = [name for name in names if name not in _ASIDE]
    wide = max((width(name) for name in own), default=0)
    for name in own:
        action = workflow.actions[name]
        must, may = wanted(workflow, name)
        more = say("({count} more)", count=len(may)) if may else ""
        text = " ".join(filter(None, (label_or(action.label, _cite(action.cite)), more)))
        lines += _hanging(f"  {padded(name, wide)}  ", text)
        lines += fact_lines(workflow, must, "    " + say("needs "), choices=False)
    aside = [label_or(f"{name} {workflow.actions[name].label}", name) for name in names if name in _ASIDE]
    if aside:
        lines += _hanging(say("  at any time: "), listed(aside))
    return lines


def _cite(article: str) -> str:
    return f"({article})" if article else ""


def fact_lines(workflow: Workflow, names: Iterable[str], head: str, choices: bool = True) -> list[str]:
    """One line for each fact, with its choices if required; *head* is before the first."""
    lines: list[str] = []
    names = list(names)
    wide = min(max(map(width, names), default=0), 24)
    for name in names:
        lines += _hanging(f"{head}{padded(name, wide)}  ", _fact(workflow, name, choices))
        head = " " * width(head)
    return lines


def _fact(workflow: Workflow, name: str, choices: bool) -> str:
    if name in _CORRECTION and name not in workflow.facts:
        return translated(_CORRECTION[name])
    spec = workflow.facts.get(name)
    if spec is None:
        return say("text") if name == "text" else ""
    label = spec.label if spoken() is CHINESE else ""
    values = _values(spec) if choices else ""
    if values == label:
        return label  # 统一社会信用代码 names both
    return label + (say(": ") if label and values else "") + values


def _values(spec: FactSpec) -> str:
    """The possible values of the fact."""
    if spec.type == "choice":
        open_ = {code: label for code, label in spec.choices.items() if code not in spec.closed}
        return listed(label_or(f"{code} {label}", code) for code, label in open_.items())
    return translated(_TYPES[spec.type]) if spec.type in _TYPES else ""


def _hanging(head: str, words: str) -> list[str]:
    """The words after their head, further lines below the first word; on a narrow terminal below the head."""
    indent = width(head)
    room = columns() - indent
    if room < 24:
        indent = 8
        return [head.rstrip(), *(" " * indent + line for line in wrapped(words, columns() - indent) if line)]
    first, *rest = wrapped(words, room)
    return [f"{head}{first}".rstrip(), *(" " * indent + line for line in rest)]


def facts_help(words: Sequence[str]) -> list[str]:
    """
    The facts of an action, for ``receive [WORKFLOW] --help`` and ``do CASE ACTION --help``; nothing if the words name
    none. With faulty files by the adopted rules; without an office the help is unchanged.
    """
    try:
        found = _meant([word for word in words if not word.startswith("-")])
    except GkflowError:
        return []
    if found is None:
        return []
    workflow, name = found
    action = workflow.actions[name]
    must, may = wanted(workflow, name)
    flow, called = label_or(workflow.label, workflow.name), label_or(f"“{action.label}”（{name}）", name)
    head = say("{workflow}: {action}", workflow=flow, action=called)
    article = say(" {cite}", cite=label_or(action.cite, _cite(action.cite))) if action.cite else ""
    lines = ["", head + article]
    if must:
        lines += ["", say("Facts that it must have (--fact CODE=VALUE)")]
        lines += fact_lines(workflow, must, "  ")
    if may:
        lines += ["", say("Facts that it may have")]
        lines += fact_lines(workflow, may, "  ")
    if name == CORRECT:
        text = say("Corrected facts: any fact of the workflow, with its true value")
        lines += ["", text, *fact_lines(workflow, _entered(workflow), "  ")]
    return lines


def _entered(workflow: Workflow) -> list[str]:
    """The facts that people enter, and so may have entered wrongly; not those that gkflow itself records."""
    actions = (each for each in workflow.actions.values() if each.name not in (CORRECT, LINK, RECOUNT))
    carried = {name for action in actions for name in fact_names(workflow, action)}
    return [name for name in workflow.facts if name in carried]


def _meant(words: Sequence[str]) -> tuple[Workflow, str] | None:
    if words[:1] == ["receive"]:
        home = home_folder()
        settings = settings_of(home)
        try:
            book = rulebook(home, settings.profile, settings.readings)
        except FilesAtFault:  # what is in use is in the database
            with gkflow.open() as office:
                book = office.rules.rulebook
        flow = book.workflow(workflow_named(book, words[1] if len(words) > 1 else "request"))
        return flow, flow.first.name
    if words[:1] == ["do"] and len(words) > 2:
        with gkflow.open() as office:
            flow = office.view(words[1]).workflow
        name = action_named(flow, words[2])
        return (flow, name) if name in flow.actions else None
    return None
