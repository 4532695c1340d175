"""
The parts of an Office file (OOXML 部件): XML read a piece at a time, with limits, and the escapes of its texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO, Any
from xml.parsers import expat
from zipfile import ZipFile

_DEEPEST = 64
_CHUNK = 1 << 16
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class NoWorkbook(Exception):
    """Not a workbook, or not one that we can read."""


class Elements:
    """The events of a part's elements (元素)."""

    def begin(self, name: str, given: dict[str, str]) -> None: ...
    def end(self, name: str) -> None: ...
    def text(self, text: str) -> None: ...


class _Beginnings(Elements):
    def __init__(self, call: Callable[[str, dict[str, str]], None]) -> None:
        self._call = call

    def begin(self, name: str, given: dict[str, str]) -> None:
        self._call(name, given)


def read_small(book: ZipFile, part: str, begin: Callable[[str, dict[str, str]], None]) -> None:
    """Read a part of which only the start tags matter."""
    for _ in parsed(book, part, _Beginnings(begin)):
        pass


def parsed(book: ZipFile, part: str, handler: Elements) -> Iterator[None]:
    """Read a part a piece at a time; the names of elements come without their namespaces."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    depth = 0

    def begin(name: str, given: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise NoWorkbook
        handler.begin(name.rpartition(":")[2] if ":" in name else name, given)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        handler.end(name.rpartition(":")[2] if ":" in name else name)

    def declared(*_: Any) -> None:
        raise NoWorkbook  # entities declared by a document may expand without limit; no spreadsheet uses them

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = declared
    with book.open(part) as file:
        yield from _fed(parser, file)


def _fed(parser: Any, file: IO[bytes]) -> Iterator[None]:
    for chunk in iter(partial(file.read, _CHUNK), b""):
        parser.Parse(chunk, False)
        yield
    parser.Parse(b"", True)
    yield


def unescaped(text: str) -> str:
    """
    A text without the escapes of the format (ECMA-376, 22.9.2.19).

    >>> unescaped("a_x000A_b_x005F_x000A_")
    'a\\nb_x000A_'
    """
    return _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text) if "_x" in text else text


def escaped(text: str) -> str:
    """
    A text in which nothing is read as an escape.

    >>> unescaped(escaped("_x000A_")) == "_x000A_"
    True
    """
    return _ESCAPED.sub(lambda found: f"_x005F{found.group()}", text) if "_x" in text else text
