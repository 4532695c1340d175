"""The sequence of events (事件序列)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from gkflow.domain.event import Event


class Events(Protocol):
    """The events in one transaction (事件序列)."""

    @property
    def added(self) -> Sequence[Event]:
        """Those that this transaction has added."""
        ...

    def add(self, *events: Event) -> None:
        """Add events; they get their places in the sequence when they have been committed."""
        ...

    def add_steps(self, steps: Sequence[int], now: datetime) -> None:
        """Add an event for each of these escalations."""
        ...

    def unplaced(self) -> bool:
        """Whether a committed event has no place in the sequence yet."""
        ...

    def place(self, size: int) -> int:
        """Give places to the next *size* committed events, in the order of their writing; return how many."""
        ...

    def last(self) -> int:
        """The last place in the sequence; 0 if there is none."""
        ...

    def after(self, place: int, size: int) -> list[Event]:
        """The next *size* events after a place."""
        ...
