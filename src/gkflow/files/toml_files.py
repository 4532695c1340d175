"""TOML to nodes (读取 TOML): tomllib reads values, the lines of the keys are searched in the text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gkflow.domain.sentences import said
from gkflow.files.nodes import Faults, Key, Node
from gkflow.files.texts import read_text

_TABLE = re.compile(r"\s*\[(\[)?\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_AT_LINE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")
_BEFORE_VALUE = re.compile(r"[={,]")
_DEEPEST = 40  # nested tables and lists; ours need four
_Lines = dict[tuple[str | int, ...], int]


# What the parser states, as sentences that a translation knows.
_STATED: Mapping[str, str] = {
    each: each
    for each in (
        said("Cannot overwrite a value"),
        said("Expected '=' after a key in a key/value pair"),
        said("Expected ']' at the end of a table declaration"),
        said("Expected newline or end of document after a statement"),
        said("Invalid initial character for a key part"),
        said("Invalid statement"),
        said("Invalid value"),
        said("Unclosed array"),
        said("Unclosed inline table"),
        said("Unescaped '\\' in a string"),
        said("Unterminated string"),
        said("Illegal character '\\n'"),
    )
}
_TWICE = re.compile(r"Cannot declare \((.*)\) twice")


def _stated(text: str) -> str:
    if (twice := _TWICE.fullmatch(text)) is not None:
        name = ".".join(part.strip(" '\"") for part in twice[1].split(",") if part.strip())
        return said("Cannot declare [{name}] twice", name=name)
    return _STATED.get(text, text)


def read_toml(path: Path, name: str, faults: Faults) -> Node | None:
    """Parse a TOML file; faults call it *name*. None, and one fault, if it cannot be read."""
    text = read_text(path, name, faults)
    if text is None:
        return None
    return toml_from(text, name, faults)


def toml_from(text: str, name: str, faults: Faults) -> Node | None:
    """Parse the text of a TOML file."""
    try:
        if (deep := _dotted_too_deep(text)) is not None:
            faults.add(name, deep, said("is nested more than {most} {most:level|levels} deep", most=_DEEPEST))
            return None
        data = tomllib.loads(text)
    except ValueError as error:  # also a number with thousands of figures
        stated = str(error)
        at = _AT_LINE.search(stated)
        line = int(at[1]) if at and at[1] else text.count("\n") + 1
        faults.add(name, line, said("is not TOML: {sub}", sub=_stated(_AT_LINE.sub("", stated))))
        return None
    except RecursionError:
        data = None
    if data is None or _is_deep(data):
        faults.add(name, 0, said("is nested more than {most} {most:level|levels} deep", most=_DEEPEST))
        return None
    return _node(data, (), 1, _lines(text), name)


def _dotted_too_deep(text: str) -> int | None:
    """The line of a key with too many parts, which would slow the parser down."""
    for number, line in enumerate(text.splitlines(), start=1):
        keys = _BEFORE_VALUE.split(line)[:-1] if "=" in line else [line] if line.lstrip().startswith("[") else []
        if line.count(".") > _DEEPEST and any(part.count(".") > _DEEPEST for part in keys):
            return number
    return None


def _is_deep(data: Any) -> bool:
    level = [data]
    for _ in range(_DEEPEST):
        level = [
            each
            for value in level
            if isinstance(value, (dict, list))
            for each in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return False
    return True


def _node(value: Any, path: tuple[str | int, ...], line: int, lines: _Lines, file: str) -> Node:
    line = lines.get(path, line)
    if isinstance(value, dict):
        mapping = {}
        for key, each in value.items():
            node = _node(each, (*path, key), line, lines, file)
            mapping[Key(key, node.line)] = node
        return Node(mapping, file, line)
    if isinstance(value, list):
        items = [_node(each, (*path, at), line, lines, file) for at, each in enumerate(value)]
        return Node(items, file, line)
    return Node(value, file, line)


def _lines(text: str) -> _Lines:
    """The line of each table and key that begins a line; an inline key has its table's line."""
    lines: _Lines = {}
    table: tuple[str | int, ...] = ()
    counts: dict[tuple[str | int, ...], int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE.match(line):
            table = _parts(header[2])
            if header[1]:
                at = counts.get(table, 0)
                counts[table] = at + 1
                lines.setdefault(table, number)
                table = (*table, at)
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            path = table
            for part in _parts(key[1]):
                path = (*path, part)
                lines.setdefault(path, number)
    return lines


def _parts(dotted: str) -> tuple[str | int, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))
