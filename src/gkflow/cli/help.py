"""The help of a command (帮助): headings in the language chosen, wide characters aligned, lines broken to fit."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any
from unicodedata import east_asian_width

import typer
from typer.core import TyperCommand

from gkflow.cli.examples import EXAMPLES
from gkflow.domain.sentences import Sentence, said
from gkflow.words.language import say, translated

_GAP = 2
_TERM = 30  # a longer term has its help on the next line
_OPENING, _CLOSING = "（【《〔“", "，。；：、）】》〕”？！…"
_WIDE = (
    "\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6"
    "\U0001f300-\U0001faff\U00020000-\U0003fffd"
)
_NARROW = rf"[^\s{_WIDE}{_OPENING}{_CLOSING}]"
_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")  # a colour takes no column


@cache
def _piece() -> re.Pattern[str]:
    """What is never broken: a word, or one wide character, with its punctuation and the space after it."""
    return re.compile(
        # 某教罚〔2026〕1号 and 依申请-4 are codes, a moment is one word.
        rf"\d{{4}}-\d\d-\d\d \d\d:\d\d[{_CLOSING}]*\s*|"
        rf"[{_WIDE}]{{0,6}}〔[^〕\s]{{1,8}}〕\d*号?[{_CLOSING}]*\s*|"
        rf"(?:{_NARROW}*/)?[{_WIDE}]{{1,6}}-{_NARROW}+[{_CLOSING}]*\s*|"
        rf"[{_OPENING}]*(?:{_NARROW}+|[^\S\n]|[{_WIDE}])(?<![{_CLOSING}])[{_CLOSING}]*\s*|.\s*",
        re.DOTALL,
    )


def width(text: str) -> int:
    """The columns that a text takes on a terminal; Chinese characters take two."""
    if "\x1b" in text:
        text = _ESCAPE.sub("", text)
    return len(text) if text.isascii() else sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def padded(text: str, columns: int) -> str:
    """The text with spaces up to a column."""
    return text + " " * max(columns - width(text), 0)


def cut(text: str, columns: int) -> str:
    """The text in at most so many columns, with … where something is left out."""
    if len(text) * 2 <= columns or width(text) <= columns:
        return text
    taken = 0
    for place, char in enumerate(text):
        taken += width(char)
        if taken > columns - 1:
            return text[:place].rstrip() + "…"
    return text


def wrapped(text: str, columns: int, first: int | None = None) -> list[str]:
    """
    The text in lines of at most so many columns: broken at a space, or after any Chinese character, never inside a word
    or a code. *first* is the room on the first line, if something is there already.

    >>> wrapped("请先运行 gkflow check，再看", 16)
    ['请先运行 gkflow', 'check，再看']
    """
    room = columns if first is None else first
    lines: list[str] = []
    line, taken, begun = "", 0, first is not None
    for piece in _piece().findall(text):
        if begun and taken + width(piece.rstrip()) > room:
            lines.append(line.rstrip())
            line, taken, room, begun = "", 0, columns, False
        if begun or not piece.isspace():
            line += piece
            taken += width(piece)
            begun = True
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def longest_piece(text: str) -> int:
    """The width of the longest part of a text that is not broken."""
    return max((width(piece.rstrip()) for piece in _piece().findall(text)), default=0)


def terminal_width() -> int:
    """The columns of the terminal (``COLUMNS`` says otherwise); forty at the least."""
    return max(shutil.get_terminal_size((100, 24)).columns, 40)


def columns() -> int:
    """The columns available to help and lists."""
    return min(terminal_width(), 100)


def _list(heading: str, rows: Sequence[tuple[str, str]]) -> list[str]:
    if not rows:
        return []
    term = min(max(width(name) for name, _ in rows), _TERM)
    lines = ["", heading]
    for name, words in rows:
        text = wrapped(words, columns() - term - _GAP - 2)
        first = f"  {padded(name, term)}{' ' * _GAP}"
        if width(name) > term:
            lines.append(f"  {name}")
            first = " " * (term + _GAP + 2)
        lines.append(f"{first}{text[0]}".rstrip())
        lines += [" " * (term + _GAP + 2) + line for line in text[1:]]
    return lines


def _usage(ctx: typer.Context, parts: Sequence[str]) -> list[str]:
    return [say("Usage: ") + " ".join([ctx.command_path, *parts]), ""]


def _described(words: str | None) -> list[str]:
    return [f"  {line}" if line else "" for part in (words or "").split("\n") for line in wrapped(part, columns() - 2)]


def metavar(param: Any) -> str:
    """The placeholder for the value of a parameter: 日期, N, FILE."""
    return translated(param.metavar or param.name.upper())


def _translated(words: str) -> str:
    """
    Help in the language of this call: it is declared in English, and a library may have converted it to plain text.
    """
    return translated(words) if isinstance(words, Sentence) else say(words)


# The words of the options that typer adds.
_OWN = (
    ("--help", said("show this help")),
    ("--install-completion", said("install completion for your shell")),
    ("--show-completion", said("show the completion script")),
)


def _options(params: Iterable[Any]) -> list[tuple[str, str]]:
    rows = []
    for param in params:
        if param.param_type_name != "option" or param.hidden:
            continue
        term = ", ".join(sorted(param.opts, key=len))
        value = "" if param.is_flag else f" {metavar(param)}"
        words = str(param.help or "")
        for name, says in _OWN:
            if name in param.opts:
                words = says
        rows.append((term + value, _translated(words)))
    return rows


class Command(TyperCommand):
    """A command with the help of this module."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse empty values: an empty variable of a script would read as "not given"."""
        rest: list[str] = super().parse_args(ctx, args)
        for param in self.get_params(ctx):
            name = str(param.name)
            source, value = ctx.get_parameter_source(name), ctx.params.get(name)
            if getattr(source, "name", "") == "COMMANDLINE" and isinstance(value, str) and not value.strip():
                shown = max(param.opts, key=len) if param.param_type_name == "option" else metavar(param)
                words = say("{shown} is empty: give a value, or leave it out", shown=shown)
                raise typer.BadParameter(words, ctx=ctx)
        if ctx.params.get("output") == "-":
            ctx.params["output"] = ""  # standard output, as everywhere: what a command writes to without the option
        return rest

    # Any: typer gives its base classes the Context of click, or from 0.29 on a private one.
    def get_help(self, ctx: Any) -> str:
        """Usage, what it does, arguments, options."""
        params: list[Any] = list(self.get_params(ctx))
        arguments = [param for param in params if param.param_type_name == "argument"]
        names = [metavar(param) for param in arguments]
        shown = [name if param.required else f"[{name}]" for name, param in zip(names, arguments, strict=True)]
        lines = _usage(ctx, [*shown, say("[OPTIONS]")])
        lines += _described(_translated(self.help or ""))
        described = [(name, _translated(str(param.help or ""))) for name, param in zip(names, arguments, strict=True)]
        lines += _list(say("Arguments"), described)
        options = [*_options(params), ("--lang zh|en", say("language"))]
        lines += _list(say("Options"), options)
        if self.name in ("receive", "do"):
            from gkflow.cli.action_lines import facts_help

            lines += facts_help(ctx.obj or ())
        lines += _examples(EXAMPLES.get(str(self.name), ()))
        return "\n".join([*lines, "", self.epilog] if self.epilog else lines)


def _examples(lines: Sequence[tuple[str, str]]) -> list[str]:
    """Examples below one another, each with what it does."""
    shown = ["", say("Examples")] if lines else []
    for line, says in lines:
        shown += [f"  {line}", f"      {translated(says)}"]
    return shown


def group_help(ctx: typer.Context, words: str, params: Iterable[Any], commands: Sequence[tuple[str, str]]) -> str:
    """The help of ``gkflow`` itself: what it is, its commands, its options."""
    lines = _usage(ctx, [say("COMMAND"), say("[ARGUMENTS] [OPTIONS]")])
    lines += _described(words)
    lines += _list(say("Commands"), commands)
    return "\n".join(lines + _list(say("Options"), _options(params)))
