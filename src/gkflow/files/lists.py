"""
Code lists (代码表): choices that several workflows share or that an office keeps as data, such as fields and points.

``resolved`` writes a list's items into the workflow's own text before it is read, so that a workflow's edition
includes the choices, and the points, under which a case began.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gkflow.domain.rulebook import mean
from gkflow.domain.sentences import said
from gkflow.files.kinds.code_list import ListFile
from gkflow.files.model_reader import read_model
from gkflow.files.nodes import Faults, Key, Node


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list of codes with their labels (代码表); ``points`` if they have any."""

    name: str
    label: str
    items: Mapping[str, str]
    points: Mapping[str, float]
    cite: str = ""


def list_from(node: Node, faults: Faults) -> CodeList:
    """One list from its file."""
    found = read_model(ListFile, node, faults)
    file = found.model
    if found.has("items") and not file.items:
        found.fault(said("has no items"), key="items")
    items = {code: item.label for code, item in file.items.items()}
    points = {code: item.points for code, item in file.items.items() if item.points is not None}
    return CodeList(file.list, file.label, MappingProxyType(items), MappingProxyType(points), file.cite)


STORED = "stored edition"


def resolved(node: Node, picks: Mapping[str, Node], lists: Mapping[str, CodeList], faults: Faults) -> Node:
    """
    The workflow's text with the picked readings and the lists filled in; each pick has its own file, to which its
    faults belong.
    """
    if not isinstance(node.value, dict):
        return node
    whole = dict(node.value)
    if picks:
        there = {str(key): key for key in whole}
        picked = {Key(what, pick.line): pick for what, pick in picks.items()}
        whole[there.get("reading", Key("reading", node.line))] = Node(picked, node.file, node.line)
    facts = next((value for key, value in whole.items() if key == "facts"), None)
    if facts is not None and isinstance(facts.value, dict):
        key = next(key for key in whole if key == "facts")
        whole[key] = Node(
            {name: _with_list(each, lists, faults) for name, each in facts.value.items()}, facts.file, facts.line
        )
    return Node(whole, node.file, node.line)


def _with_list(fact: Node, lists: Mapping[str, CodeList], faults: Faults) -> Node:
    if not isinstance(fact.value, dict):
        return fact
    named = next((value for key, value in fact.value.items() if key == "list"), None)
    if named is None:
        return fact
    found = lists.get(named.value) if isinstance(named.value, str) else None
    if found is None:
        faults.at(named, said('no list "{value}"{mean}', value=named.value, mean=mean(str(named.value), lists)))
        return fact
    whole = dict(fact.value)
    # A stored edition has both: the list's name, and its items. In a file one of the two is redundant.
    if "choices" in whole and fact.file != STORED:
        faults.at(named, said('the choices stand here and in list "{value}"', value=named.value))
    for name, values in (("choices", found.items), ("points", found.points)):
        if values:
            place = Key(name, named.line)
            inside = {Key(code, named.line): Node(value, named.file, named.line) for code, value in values.items()}
            whole[place] = Node(inside, named.file, named.line)
    return Node(whole, fact.file, fact.line)
