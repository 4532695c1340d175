"""
Strict reading (严格读取): the keys of a mapping are asked for by name and type, the rest is refused.

A fault never stops the reading: the reader gets a stand-in value and goes on, and `Faults.tell` raises in the
end, so that all faults of all files are reported at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from types import TracebackType
from typing import Any, TypeVar

from gkflow.domain.rulebook import mean
from gkflow.files.nodes import Faults, Key, Node

_Word = TypeVar("_Word", bound=StrEnum)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Section:
    """One mapping being read (一节), used as a context: closing it refuses the keys that nobody asked for."""

    def __init__(self, node: Node, what: str, faults: Faults, line: int | None = None) -> None:
        self.node = node
        self.what = what
        self.faults = faults
        self._line = node.line if line is None else line
        self._asked: dict[str, None] = {}
        self._keys: dict[str, Key] = {}
        self._mapping: dict[Key, Node] = {}
        self.sound = isinstance(node.value, dict)
        if self.sound:
            self._mapping = node.value
            self._keys = {str(key): key for key in self._mapping}
        else:
            self.fault("must be a mapping of keys")

    def __enter__(self) -> Section:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            return
        for name, key in self._keys.items():
            if name not in self._asked:
                self._add(key.line, f'unknown key "{name}"{mean(name, self._asked)}')

    def __contains__(self, key: str) -> bool:
        self._asked[key] = None
        return key in self._keys

    @contextmanager
    def noting(self, faults: Faults) -> Iterator[None]:
        """Note what is found meanwhile in another list."""
        before, self.faults = self.faults, faults
        try:
            yield
        finally:
            self.faults = before

    def fault(self, text: str, key: str | None = None) -> None:
        """Note a fault of the section, or of one of its keys."""
        found = self._keys.get(key) if key else None
        if found is None:
            self._add(self._line, text)
            return
        # A key may come from elsewhere than its section: a variable overrides a key of the settings.
        file = self._mapping[found].file
        line = found.line if file == self.node.file else 0
        self.faults.add(file, line, f"{self.what}: {text}" if self.what else text)

    def _add(self, line: int, text: str) -> None:
        self.faults.add(self.node.file, line, f"{self.what}: {text}" if self.what else text)

    def get(self, key: str, needed: bool = False) -> Node | None:
        """The node of a key; None, and a fault where it is needed, when it is missing."""
        self._asked[key] = None
        if key in self._keys:
            return self._mapping[self._keys[key]]
        if needed and self.sound:
            self.fault(f'key "{key}" is missing')
        return None

    def wrong(self, key: str, node: Node, wanted: str, hint: str = "") -> None:
        """Note that a key's value is not what is wanted; the place is the value's own."""
        if node.value is None and self.faults.at_line(node.file, node.line):
            return  # what could not be read, and was reported, reads as nothing
        place = f"{self.what}: " if self.what else ""
        self.faults.at(node, f"{place}{key} must be {wanted}, not {shown(node)}{hint}")

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty; without *default* the key must be there."""
        node = self.get(key, needed=default is None)
        if node is None:
            return default or ""
        if isinstance(node.value, str) and (node.value.strip() or default == ""):
            return node.value.strip()
        hint = " in quotes" if isinstance(node.value, (int, float, date)) else ""
        self.wrong(key, node, f"a text{hint}")
        return default or ""

    def secret(self, key: str, default: str = "") -> str:
        """A text that may be a password: what stands there instead of one is not shown either."""
        node = self.get(key)
        if node is None:
            return default
        if isinstance(node.value, str):
            return node.value
        place = f"{self.what}: " if self.what else ""
        self.faults.at(node, f"{place}{key} must be a text in quotes")
        return default

    def integer(self, key: str, default: int | None = None, least: int | None = None) -> int:
        """A whole number; without *default* the key must be there."""
        node = self.get(key, needed=default is None)
        if node is None:
            return default or 0
        if type(node.value) is int and (least is None or node.value >= least):
            return node.value
        self.wrong(key, node, "a whole number" + (f" of at least {least}" if least is not None else ""))
        return default or 0

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false."""
        node = self.get(key)
        if node is None:
            return default
        if isinstance(node.value, bool):
            return node.value
        self.wrong(key, node, "true or false")
        return default

    def day(self, key: str, needed: bool = True) -> date | None:
        """A day, as YAML knows it or as ISO text (as a stored edition has it)."""
        node = self.get(key, needed=needed)
        if node is None:
            return None
        day = as_day(node.value)
        if day is None:
            self.wrong(key, node, "a day such as 2019-05-15")
        return day

    def word(self, key: str, words: type[_Word], default: _Word | None = None) -> _Word:
        """One of a closed set of words; without *default* the key must be there."""
        stand_in = default if default is not None else next(iter(words))
        node = self.get(key, needed=default is None)
        if node is None:
            return stand_in
        try:
            return words(node.value)
        except ValueError:
            self._unknown_word(key, node, [str(each) for each in words])
            return stand_in

    def choice(self, key: str, words: Sequence[str], default: str | None = None) -> str:
        """One of a closed set of texts; without *default* the key must be there."""
        node = self.get(key, needed=default is None)
        if node is None:
            return default or words[0]
        if node.value in words:
            return str(node.value)
        self._unknown_word(key, node, words)
        return default or words[0]

    def _unknown_word(self, key: str, node: Node, words: Sequence[str]) -> None:
        hint = mean(node.value, tuple(words)) if isinstance(node.value, str) else ""
        hint = "" if hint.startswith(";") else hint  # what there is, is in the sentence already
        self.wrong(key, node, "one of " + ", ".join(words), hint)

    def texts(self, key: str, needed: bool = False) -> tuple[str, ...]:
        """A list of texts; a single text may stand for a list of one."""
        node = self.get(key, needed=needed)
        return () if node is None else self.as_texts(key, node)

    def as_texts(self, key: str, node: Node) -> tuple[str, ...]:
        """The texts of a node that was fetched before."""
        if isinstance(node.value, str):
            return (node.value,)
        if not isinstance(node.value, list):
            self.wrong(key, node, "a list of texts")
            return ()
        texts: dict[str, None] = {}
        for item in node.value:
            if not isinstance(item.value, str) or not item.value:
                self.wrong(key, item, "a list of texts")
            elif item.value in texts:
                self._add(item.line, f'{key} names "{item.value}" twice')
            else:
                texts[item.value] = None
        return tuple(texts)

    def sections(self, key: str, what: str = "", needed: bool = False) -> Iterator[Section]:
        """The mappings of a list, or the one mapping that stands for it; to be used one at a time."""
        node = self.get(key, needed=needed)
        if node is None:
            return
        for item in node.value if isinstance(node.value, list) else [node]:
            with Section(item, what or (f"{self.what}: {key}" if self.what else key), self.faults) as section:
                yield section

    def table(self, key: str, what: str) -> Iterator[Section]:
        """The one mapping of a key, as :meth:`sections`; several are refused, for only one of them could hold."""
        node = self.get(key)
        if node is not None and isinstance(node.value, list):
            self.wrong(key, node, f"one table {what}")
            return
        yield from self.sections(key, what)

    def named(self, key: str, noun: str, needed: bool = True, check: bool = True) -> Iterator[tuple[str, Section]]:
        """The named mappings of a mapping, in the order of the file; to be used one at a time."""
        node = self.get(key, needed=needed)
        if node is None:
            return
        if not isinstance(node.value, dict):
            self.wrong(key, node, "a mapping of names")
            return
        for name, each in node.value.items():
            if check and not _NAME.fullmatch(name):
                self._add(name.line, f'{noun} "{name}": write a name in a-z, 0-9 and _')
                continue
            with Section(each, f'{noun} "{name}"', self.faults, line=name.line) as section:
                yield str(name), section

    def items(self, key: str, needed: bool = False) -> Iterator[tuple[Key, Node]]:
        """The keys and values of a mapping."""
        node = self.get(key, needed=needed)
        if node is None:
            return
        if not isinstance(node.value, dict):
            self.wrong(key, node, "a mapping")
            return
        yield from node.value.items()


def as_day(value: Any) -> date | None:
    """A day of a file, or None where it is none."""
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
    """A value as a message shows it."""
    match node.value:
        case None:
            return "empty"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case bool() as flag:
            return "true" if flag else "false"
        case str() as text:
            return f'"{text}"'
        case value:
            return str(value)
