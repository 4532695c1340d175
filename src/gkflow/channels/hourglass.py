"""An end to conversations that never end (总时限)."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType

WHOLE = 10
"""A whole conversation may take this many times as long as one answer."""


class Hourglass:
    """
    Hang up when a conversation has taken too long in all (总时限).

    A time-out on a socket starts anew with every byte, so that a server that sends one byte now and then
    could hold the outbox for hours.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.ran_out = False
        self._lock = threading.Lock()
        self._lines: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._hang_up)
        self._timer.daemon = True

    def watch(self, line: socket.socket) -> None:
        """Hang up on *line* too. Its twin is kept: a socket that is wrapped in TLS is emptied by that."""
        with self._lock, contextlib.suppress(OSError):
            # Not socket.dup(): of a socket in TLS that would begin a second conversation.
            twin = socket.socket(fileno=socket.dup(line.fileno()))
            self._lines.append(twin)
            if self.ran_out:
                twin.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Hourglass:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            for line in self._lines:
                line.close()
            self._lines.clear()

    def _hang_up(self) -> None:
        with self._lock:
            self.ran_out = True
            for line in self._lines:
                with contextlib.suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)
