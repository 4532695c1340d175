"""The file of seals (封存文件): one line per seal, append-only, on disk before it is reported."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from gkflow.channels.file import append, mend_the_last_line, wait_for_the_others
from gkflow.channels.private import Private

_NUMBER = re.compile(rb'\{"seal":(\d+),')  # the first key of a line
_STEP = 1 << 20


class SealFile:
    """Seals kept outside of the database (库外封存)."""

    def __init__(self, path: Path, private: Private) -> None:
        self._path, self._private = path, private

    def bring_up(self, lines_after: Callable[[int], Iterable[str]]) -> int:
        """
        Append the missing lines: *lines_after* returns the seals after a number. Returns how many. Several processes
        may do so at once. Raises OSError.
        """
        self._private.folder(self._path.parent)
        file = self._private.open(self._path)
        try:
            wait_for_the_others(file)
            mend_the_last_line(file)
            written = 0
            for line in lines_after(_last_number(file)):
                append(file, line.encode() + b"\n")
                written += 1
            if written:
                os.fsync(file)
            return written
        finally:
            os.close(file)


def _last_number(file: int) -> int:
    """The number of the last seal in the file; 0 in an empty one, and if the last line is not a seal."""
    found = _NUMBER.match(_beginning_of_the_last_line(file))
    return int(found[1]) if found is not None else 0


def _beginning_of_the_last_line(file: int) -> bytes:
    """The first line of an old office has some megabytes: it is searched, not held in memory."""
    place = max(0, os.fstat(file).st_size - 1)  # before the final newline
    while place > 0:
        start = max(0, place - _STEP)
        os.lseek(file, start, os.SEEK_SET)
        newline = os.read(file, place - start).rfind(b"\n")
        place = start
        if newline >= 0:
            place = start + newline + 1
            break
    os.lseek(file, place, os.SEEK_SET)
    return os.read(file, 64)
