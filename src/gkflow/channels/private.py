"""Private files (仅限本人或本组的文件): created for their owner, or for a group, whatever the umask."""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

_BINARY = getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Private:
    """Who may read created files (文件权限): the permissions of a file, and its group, by number."""

    mode: int = 0o600
    group: int = -1  # the process's own group

    def folder(self, path: Path) -> None:
        """Create a folder unless it exists."""
        if path.is_dir():
            return
        path.mkdir(parents=True, exist_ok=True)
        # Whoever may read a folder may enter it.
        self._own(path, self.mode | (self.mode >> 2 & 0o111) | (0o2000 if self.group >= 0 else 0))

    def open(self, path: Path, flags: int = os.O_RDWR | os.O_APPEND) -> int:
        """Open a file, created unless it exists; return its descriptor."""
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
        with contextlib.suppress(PermissionError):  # created by another account: it keeps its permissions
            if self.group >= 0:
                os.chown(path, -1, self.group)
            os.chmod(path, mode)
