"""A terminal (终端) that a test reads to its end: nothing of what was printed is lost when it is closed."""

from __future__ import annotations

import os
import threading
from types import TracebackType

import pytest

_END = b"\x1e"  # nobody prints it


class Screen:
    """A pseudo-terminal with a reader.

    Linux may drop what is unread when the last writer closes its end, some once in a thousand times. So this end stays
    open until the reader has seen a mark that is written after everything else.
    """

    def __init__(self) -> None:
        pty = pytest.importorskip("pty", reason="terminals of this kind are those of Unix")
        self._ours, self.end = pty.openpty()  # end: what a command gets as its standard input, output and error
        self._shown = bytearray()
        self._reader = threading.Thread(target=self._read)

    def __enter__(self) -> Screen:
        self._reader.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.write(self.end, _END)
        self._reader.join()
        os.close(self.end)
        os.close(self._ours)

    def type(self, words: str) -> None:
        """Type words, as somebody at the keyboard."""
        os.write(self._ours, words.encode())

    @property
    def text(self) -> str:
        """What stood on it, from top to bottom; whole once the terminal is left."""
        return self._shown.removesuffix(_END).decode().replace("\r\n", "\n").replace("\r", "")

    def _read(self) -> None:
        while not self._shown.endswith(_END):
            self._shown.extend(os.read(self._ours, 65536))
