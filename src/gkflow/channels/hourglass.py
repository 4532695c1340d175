"""A time limit for whole conversations (总时限)."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType

WHOLE = 10
"""A whole conversation may take this many times as long as one answer."""


class Hourglass:
    """
    Hang up when a conversation has taken too long in total (总时限).

    A time-out on a socket restarts with every byte, so a server that sends a byte now and then could block the
    outbox for hours.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.ran_out = False
        self._lock = threading.Lock()
        self._lines: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._hang_up)
        self._timer.daemon = True

    def watch(self, line: socket.socket) -> None:
        """Also hang up on *line*. A duplicate is kept, because wrapping a socket in TLS detaches it."""
        with self._lock, contextlib.suppress(OSError):
            # Not socket.dup(): for a socket in TLS that would begin a second conversation.
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
