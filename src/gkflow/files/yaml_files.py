"""YAML to nodes (读取 YAML): the only module that uses YAML, and how much of it is accepted."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from gkflow.domain.sentences import said
from gkflow.files.nodes import Faults, Key, Node
from gkflow.files.texts import read_text

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SWITCHES = {"on", "off", "yes", "no"}
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TAG = "tag:yaml.org,2002:"
_TEXT = _TAG + "str"
_WORDS = (_TEXT, _TAG + "timestamp")  # the types of keys
_DEEPEST = 40  # nested collections; ours need seven
_SURELY_FLAT = 4_000  # levels that the composer can handle safely
_MOST_VALUES = 200_000  # with every alias expanded
_LONGEST_NUMBER = 18  # figures
_TAGS: dict[str, str] = {}  # of the plain scalars so far: rule files repeat their keys and words
_MOST_TAGS = 20_000


class _Loader(_Base):  # type: ignore[misc]  # the class of the C library, where there is one
    """The loader, which finds the tag of each plain scalar once (加载器)."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        if kind is not yaml.ScalarNode or not implicit[0]:
            return super().resolve(kind, value, implicit)
        tag = _TAGS.get(value)
        if tag is None:
            tag = super().resolve(kind, value, implicit)
            if len(_TAGS) < _MOST_TAGS:
                _TAGS[value] = tag
        return tag


def read_yaml(path: Path, name: str, faults: Faults) -> Node | None:
    """Parse a YAML file; faults call it *name*. None, and one fault, if it cannot be read."""
    text = read_text(path, name, faults)
    if text is None:
        return None
    try:
        if (line := _too_deep(text)) is not None:
            faults.add(name, line, said("is nested more than {most} {most:level|levels} deep", most=_DEEPEST))
            return None
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        stated = error.problem or error.context or "?"
        faults.add(name, mark.line + 1 if mark else 0, said("is not YAML: {stated}", stated=stated))
        return None
    except yaml.YAMLError as error:
        faults.add(name, 0, said("is not YAML: {value}", value=str(error).splitlines()[0]))
        return None
    if root is None:
        faults.add(name, 1, said("is empty"))
        return None
    nodes = _Nodes(name, faults)
    node = nodes.of(root)
    if nodes.values > _MOST_VALUES:
        # Aliases may be small in the file and grow without limit when they are expanded, as every reader does.
        faults.add(
            name, 1, said("holds more than {most} {most:value|values} with its aliases written out", most=_MOST_VALUES)
        )
        return None
    return node


def _too_deep(text: str) -> int | None:
    """
    The line on which collections are nested too deeply; None if there is none.

    The composer recurses in C, and would crash the process. Text that cannot be deep is not searched: every collection
    begins with a bracket of its own or farther to the right than the one around it.
    """
    bound = text.count("[") + text.count("{") + 2 * max(map(len, text.splitlines()), default=0)
    if bound <= _SURELY_FLAT:
        return None
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                return int(event.start_mark.line) + 1 if event.start_mark is not None else 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return None


class _Nodes:
    """Turns composed YAML into nodes (转换)."""

    def __init__(self, file: str, faults: Faults) -> None:
        self._file = file
        self._faults = faults
        self._made: dict[int, tuple[Node, int] | None] = {}
        self._depth = 0
        self.values = 0  # with every alias expanded

    def of(self, composed: yaml.Node) -> Node:
        if composed.tag == _TEXT and composed.__class__ is yaml.ScalarNode:  # most of them; no alias leads to one
            self.values += 1
            return Node(composed.value, self._file, composed.start_mark.line + 1)
        known = id(composed)
        if known in self._made:
            made = self._made[known]
            if made is None:
                self._fault(composed, said("an alias stands inside its own anchor"))
                return Node(None, self._file, composed.start_mark.line + 1)
            self.values += made[1]
            return made[0]
        if self._depth >= _DEEPEST:
            self._fault(composed, said("is nested more than {most} {most:level|levels} deep", most=_DEEPEST))
            return Node(None, self._file, composed.start_mark.line + 1)
        self._made[known] = None
        before = self.values
        self._depth += 1
        node = Node(self._value(composed), self._file, composed.start_mark.line + 1)
        self._depth -= 1
        self.values += 1
        self._made[known] = node, self.values - before
        return node

    def _fault(self, composed: yaml.Node, text: str) -> None:
        self._faults.add(self._file, composed.start_mark.line + 1, text)

    def _value(self, composed: yaml.Node) -> Any:
        if isinstance(composed, yaml.MappingNode):
            return self._mapping(composed)
        if isinstance(composed, yaml.SequenceNode):
            return [self.of(each) for each in composed.value]
        return self._scalar(composed)

    def _mapping(self, composed: yaml.MappingNode) -> dict[Key, Node]:
        mapping: dict[Key, Node] = {}
        for key_node, value_node in composed.value:
            if key_node.__class__ is not yaml.ScalarNode:
                self._fault(key_node, said("a key must be a word or a day"))
                continue
            key = Key(key_node.value, key_node.start_mark.line + 1)
            if key.lower() in _SWITCHES:
                self._fault(key_node, said('no key may be called "{key}": YAML reads it as true or false', key=key))
            elif key_node.tag not in _WORDS:
                self._fault(key_node, said('key "{key}" is no word; write it in quotes', key=key))
            elif key in mapping:
                first = next(there.line for there in mapping if there == key)
                self._fault(
                    key_node, said('key "{key}" stands here again (first on line {first})', key=key, first=first)
                )
            else:
                mapping[key] = self.of(value_node)
        return mapping

    def _scalar(self, composed: yaml.Node) -> Any:
        text = str(composed.value)
        match composed.tag.removeprefix(_TAG):
            case "str":
                return text
            case "null":
                return None
            case "bool":
                if text.lower() not in ("true", "false"):
                    self._fault(composed, said('"{text}": write true or false, or put the word in quotes', text=text))
                return text.lower() in ("true", "yes", "on")
            # YAML 1.1 reads 08:30 as a base-60 number and 010 as eight: here they are text.
            case "int":
                return int(text) if _WHOLE.fullmatch(text) and len(text) <= _LONGEST_NUMBER else text
            case "float":
                try:
                    return float(text)
                except ValueError:
                    return text
            case "timestamp":
                if not _DAY.fullmatch(text):
                    return text
                try:
                    return date.fromisoformat(text)
                except ValueError:
                    self._fault(composed, said('"{text}" is no day', text=text))
                    return None
            case other:
                self._fault(composed, said("the tag {other} is not accepted", other=other))
                return None
