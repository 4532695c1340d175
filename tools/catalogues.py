"""
The catalogues of messages (译文目录): extract them from the source, compile them for gettext.

    python tools/catalogues.py           add new messages to the .po without a translation, remove unused ones, compile

`tools/generated.py` does the same for all that is generated, and with --check compares only.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "gkflow"
FOLDER = SOURCE / "locale" / "zh_CN" / "LC_MESSAGES"
PO, MO = FOLDER / "gkflow.po", FOLDER / "gkflow.mo"
# The first argument is the pattern; with _as, the first is its context and the second the pattern.
HEAD = "Language: zh_CN\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "say": None, "said": None, "say_as": ((1, "c"), 2), "said_as": ((1, "c"), 2),
}  # fmt: skip
HEADER = """\
# Chinese (Simplified) messages of gkflow (简体中文).
#
# The key of a message is its English, which stands in the source; `make docs` adds new messages here without a
# translation and removes those that nothing uses. A test fails for a message without a translation. What stands in
# braces is put in: the same names in both languages.\
"""


def calls(file: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Iterator[tuple[int, str, Any, list[str]]]:
    """Every call of a keyword with literal arguments; Babel's own walk over tokens sees none inside an f-string."""
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in keywords:
                literals = [each.value if isinstance(each, ast.Constant) else None for each in node.args]
                yield node.lineno, name, tuple(literals) or None, []


def extracted() -> Catalog:
    """The messages in the source, each with the modules that say it."""
    found = Catalog(project="gkflow", charset="utf-8")
    for path in sorted(SOURCE.rglob("*.py")):
        place = (path.relative_to(ROOT).as_posix(), 1)
        for _line, message, _comments, context in sorted(
            extract_from_file(calls, path, keywords=KEYWORDS), key=lambda each: (each[1], each[3] or "")
        ):
            found.add(message, None, [place], context=context)
    return found


def translated() -> Catalog:
    """The catalogue as it stands."""
    with PO.open("rb") as file:
        return read_po(file, locale="zh_CN", domain="gkflow", charset="utf-8")


def updated() -> Catalog:
    """The catalogue with exactly the messages in the source."""
    old = translated() if PO.is_file() else Catalog(locale="zh_CN", domain="gkflow")
    new = Catalog(
        locale="zh_CN",
        domain="gkflow",
        project="gkflow",
        charset="utf-8",
    )
    for message in extracted():
        if message.id:
            before = old.get(message.id, message.context)
            new.add(message.id, before.string if before is not None else "", message.locations, context=message.context)
    return new


def po_text(catalogue: Catalog) -> str:
    """A .po without dates and line numbers, so that it changes with its messages alone."""
    stream = io.BytesIO()
    write_po(stream, catalogue, width=116, omit_header=True, sort_by_file=True, include_lineno=False)
    lines = "".join(f'"{line}\\n"\n' for line in HEAD.splitlines())
    head = f'{HEADER}\nmsgid ""\nmsgstr ""\n{lines}\n'
    return head + stream.getvalue().decode("utf-8")


class _WithoutDates(Catalog):
    """A catalogue whose header names the language and the encoding alone: the same messages make the same bytes."""

    def __iter__(self) -> Iterator[Message]:
        yield Message("", HEAD)
        yield from (message for message in super().__iter__() if message.id)


def mo_bytes(catalogue: Catalog) -> bytes:
    """The .mo that the catalogue compiles to."""
    plain = _WithoutDates(locale="zh_CN", domain="gkflow", charset="utf-8")
    for message in catalogue:
        if message.id:
            plain.add(message.id, message.string, context=message.context)
    stream = io.BytesIO()
    write_mo(stream, plain)
    return stream.getvalue()


def files() -> Iterator[tuple[Path, bytes]]:
    """The two files with what they should hold."""
    catalogue = updated()
    yield PO, po_text(catalogue).encode("utf-8")
    yield MO, mo_bytes(catalogue)


if __name__ == "__main__":
    for path, content in files():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != content:
            path.write_bytes(content)
            print(f"{path.relative_to(ROOT)}: written")
