"""
The output streams of a command (屏幕): the one place where text is made safe, and where failures to print are detected.

A field of a case comes from outside. On a terminal its control characters could clear the screen, change the window's
title or reverse the text: they are shown as visible signs instead. gkflow's own colours pass (``pen``).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

# C0 without tab and newline, DEL, C1, marks and embeddings of direction, lone surrogates, separators of lines.
_HARMFUL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
# Replaces ESC in gkflow's own colours; nothing outside of this process can write it.
_PEN = f"\x00{os.urandom(6).hex()}"


class NotShown(Exception):
    """Standard output failed (无法输出): a full disk, a closed pipe or stream. It has the OSError."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


def safe(text: str) -> str:
    """
    The text with a visible sign for every character that would move the cursor or reverse the text (去除控制字符).

    >>> safe("甲\\x1b[2J乙\\r\\n")
    '甲␛[2J乙\\n'
    """
    return _HARMFUL.sub(_sign, text.replace("\r\n", "\n")) if _HARMFUL.search(text) else text


def _sign(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "�"


def pen(text: str) -> str:
    """Text coloured by gkflow itself, so that its escape sequences pass."""
    return text.replace("\x1b", _PEN)


class Screen:
    """
    A stream whose text is made safe; without *filtered* unchanged, for text already safe. With *folded*, lines too long
    for a terminal are broken between words and never inside a code.
    """

    def __init__(self, stream: TextIO | None, *, must_show: bool, filtered: bool = True, folded: bool = False) -> None:
        self.stream = stream
        self.must_show = must_show
        self.filtered = filtered
        self.folded = folded
        self._column = 0  # the column of the next character

    def write(self, text: str) -> int:
        """Write, or raise NotShown; errors on stderr are ignored."""
        safe_text = text
        if self.filtered and _HARMFUL.search(text):
            # csv ends its lines with CR LF, which is kept.
            safe_text = "\x1b".join("\r\n".join(map(safe, part.split("\r\n"))) for part in text.split(_PEN))
        with self._noticed():
            if self.stream is None:
                raise OSError(9, os.strerror(9))
            self.stream.write(self._fold(safe_text) if self.folded and self.stream.isatty() else safe_text)
        return len(text)

    def _fold(self, text: str) -> str:
        from gkflow.cli.help import terminal_width, width, wrapped

        room, safe_text = terminal_width(), []
        for place, part in enumerate(text.split("\n")):
            self._column = 0 if place else self._column
            if self._column + width(part) <= room:
                safe_text.append(part)
                self._column += width(part)
                continue
            hung = _hung(part, room) if self._column == 0 else 0
            head, rest = part[: len(part) - len(part.lstrip())], part.lstrip()
            first, *more = wrapped(rest, room - hung, first=room - self._column - len(head))
            lines = [head + first, *(" " * hung + line for line in more)]
            safe_text.append("\n".join(lines))
            self._column = width(lines[-1])
        return "\n".join(safe_text)

    def flush(self) -> None:
        """Flush, or raise NotShown."""
        with self._noticed():
            if self.stream is not None:
                self.stream.flush()

    def isatty(self) -> bool:
        """Whether the stream is a terminal."""
        return self.stream is not None and self.stream.isatty()

    @contextmanager
    def _noticed(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if self.must_show:
                raise NotShown(error) from None
        except ValueError as error:  # a closed stream
            if self.must_show:
                raise NotShown(OSError(9, str(error))) from None

    def __getattr__(self, name: str) -> Any:
        if self.stream is None:
            if name == "buffer":
                raise NotShown(OSError(9, os.strerror(9)))
            return {"encoding": "utf-8", "errors": "replace", "closed": False}[name]
        return getattr(self.stream, name)


# A label and its value, as "依据    第三十三条", or a level, as "[注意] …": the continuation is below the value.
_HEAD = re.compile(r"\s*(?:\S+\s{2,}|\S*\[[^\]]+\]\S* )?")


def _hung(line: str, room: int) -> int:
    """The indentation of a line's continuation."""
    from gkflow.cli.help import width

    found = _HEAD.match(line)
    taken = width(found[0]) if found else 0
    return taken if taken <= room // 3 else len(line) - len(line.lstrip())


def as_it_is(stream: Any) -> Any:
    """The same stream without folding, for a fitted table or for output to programs and files."""
    return Screen(stream.stream, must_show=stream.must_show) if isinstance(stream, Screen) else stream


def unfiltered(stream: Any) -> Any:
    """The same stream for the escape sequences of a library that draws on it (rich)."""
    return Screen(stream.stream, must_show=stream.must_show, filtered=False) if isinstance(stream, Screen) else stream


@contextmanager
def screens() -> Iterator[None]:
    """Standard output and standard error as screens; restored afterwards."""
    before = sys.stdout, sys.stderr
    if isinstance(before[0], Screen):  # a command that runs others
        yield
        return
    sys.stdout = cast(TextIO, Screen(before[0], must_show=True, folded=True))
    sys.stderr = cast(TextIO, Screen(before[1], must_show=False, folded=True))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
