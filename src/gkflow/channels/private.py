"""Private files (仅限本人或本组的文件): made for their owner's eyes, or for a group's, whatever the umask says."""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

_BINARY = getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Private:
    """Who may read what is made (文件权限): the permissions of a file, and the group, by number, that it belongs to."""

    mode: int = 0o600
    group: int = -1  # the group of whoever makes it

    def folder(self, path: Path) -> None:
        """Make a folder, where there is none."""
        if path.is_dir():
            return
        path.mkdir(parents=True, exist_ok=True)
        # What may be read in a folder may be looked up in it.
        self._own(path, self.mode | (self.mode >> 2 & 0o111) | (0o2000 if self.group >= 0 else 0))

    def open(self, path: Path, flags: int = os.O_RDWR | os.O_APPEND) -> int:
        """Open a file, made where there is none; its descriptor."""
        try:
            return os.open(path, flags | _BINARY)
        except FileNotFoundError:
            pass
        file = os.open(path, flags | _BINARY | os.O_CREAT, self.mode)
        self._own(path, self.mode)
        return file

    def _own(self, path: Path, mode: int) -> None:
        if sys.platform == "win32":
            return
        with contextlib.suppress(PermissionError):  # made by another account meanwhile: it is as that one made it
            if self.group >= 0:
                os.chown(path, -1, self.group)
            os.chmod(path, mode)
