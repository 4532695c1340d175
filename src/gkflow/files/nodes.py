"""
Values of a data file with their place (带出处的值), and the list of their faults.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from gkflow.domain.errors import Fault, FilesAtFault
from gkflow.domain.sentences import said

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Node(NamedTuple):
    """A value of a file with its place (带出处的值): a scalar, a list of nodes, or keys to nodes."""

    value: Any
    file: str
    line: int


class Key(str):
    """A key of a file (键) with its line: a mapping's value may begin lines below it."""

    __slots__ = ("line",)
    line: int

    def __new__(cls, text: str, line: int) -> Key:
        key = super().__new__(cls, text)
        key.line = line
        return key


class Faults:
    """The faults of the files read so far (错误清单)."""

    def __init__(self) -> None:
        self._found: dict[Fault, None] = {}  # an anchor used twice is one fault

    def __bool__(self) -> bool:
        return bool(self._found)

    def copy(self) -> Faults:
        """A list of its own with the same faults."""
        found = Faults()
        found._found = dict(self._found)
        return found

    def add(self, file: str, line: int, text: str) -> None:
        """Report one fault."""
        self._found[Fault(file, line, text)] = None

    def at(self, node: Node, text: str) -> None:
        """Report one fault at the place of a node."""
        self.add(node.file, node.line, text)

    def at_line(self, file: str, line: int) -> bool:
        """Whether a fault of that line has been reported."""
        return any((fault.file, fault.line) == (file, line) for fault in self._found)

    def files(self) -> frozenset[str]:
        """The files with faults so far."""
        return frozenset(fault.file for fault in self._found)

    def has_file(self, folder: str, name: str) -> bool:
        """Whether the file of that name has a fault: what it may define is then not missed elsewhere."""
        return any(file.endswith(f"{folder}/{name}.yaml") for file in self.files())

    def all(self) -> tuple[Fault, ...]:
        """All faults, by file and line."""
        return tuple(sorted(self._found, key=lambda fault: (fault.file, fault.line)))

    def raise_if_any(self) -> None:
        """Raise FilesAtFault with all faults, by file and line, if there are any."""
        if self._found:
            raise FilesAtFault(self.all())


def plain(node: Node) -> Any:
    """The node's value without places, days as ISO text."""
    match node.value:
        case dict() as mapping:
            return {str(key): plain(value) for key, value in mapping.items()}
        case list() as items:
            return [plain(item) for item in items]
        case datetime() as moment:
            return moment.isoformat()
        case date() as day:
            return day.isoformat()
        case value:
            return value


def values(node: Node) -> Any:
    """The node's value without places, days as days."""
    value = node.value
    if isinstance(value, dict):
        return {str(key): values(each) for key, each in value.items()}
    if isinstance(value, list):
        return [values(each) for each in value]
    return value


def as_json(found: Any) -> str:
    """
    The result of :func:`values` as JSON without blanks, keys in the order of the file.

    The order is kept because it has a meaning: clocks are computed, and actions are shown, in the order of the file.
    Comments, blanks, quotes and anchors have no effect.
    """
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"), default=date.isoformat)


def from_plain(value: Any, file: str = "", line: int = 0) -> Node:
    """Nodes of a plain value, all with the same place."""
    if isinstance(value, dict):
        return Node({Key(key, line): from_plain(each, file, line) for key, each in value.items()}, file, line)
    if isinstance(value, list):
        return Node([from_plain(each, file, line) for each in value], file, line)
    return Node(value, file, line)


def line_of(node: Node, path: Sequence[str]) -> int:
    """The line of the key at *path*, or of the last existing key on the way."""
    return place_of(node, path)[1]


def place_of(node: Node, path: Sequence[str]) -> tuple[str, int]:
    """File and line of the key at *path*, or of the last existing key on the way; a merged node has several files."""
    line = node.line
    for step in path:
        if isinstance(node.value, dict):
            key = next((key for key in node.value if key == step), None)
            if key is None:
                break
            line, node = key.line, node.value[key]
        elif isinstance(node.value, list) and step.isdigit() and int(step) < len(node.value):
            node = node.value[int(step)]
            line = node.line
        else:
            break
    return node.file, line


def as_day(value: Any) -> date | None:
    """A day of a file, or None if it is invalid."""
    if isinstance(value, datetime):
        return None
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return None


def shown(node: Node) -> str:
    """A value in the form for messages."""
    match node.value:
        case None:
            return said("empty")
        case dict():
            return said("a mapping")
        case list():
            return said("a list")
        case bool() as flag:
            return "true" if flag else "false"
        case str() as text:
            return said('"{text}"', text=text)
        case value:
            return str(value)
