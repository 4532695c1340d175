"""A way in which a message leaves (通知渠道)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from gkflow.domain.as_dict import AsDict


@dataclass(frozen=True, slots=True)
class Message(AsDict):
    """One text to one person by one channel (一则通知)."""

    key: str
    """The deduplication key: the same on every retry, so that a receiver can drop a second copy."""

    to: str
    """The person's name."""

    address: str
    """A mail address, webhook URL or apprise URL; empty for console and file."""

    subject: str
    text: str

    facts: Mapping[str, object]
    """The machine-readable data: case, workflow, clock, deadline, step, kind, colour, …"""

    made_at: datetime
    """An aware moment."""


class NotDelivered(Exception):
    """A message that a channel could not hand over (未送达)."""

    def __init__(
        self, reason: str, permanent: bool = False, *, unreachable: bool = False, nobody_there: bool = False,
        retry_after: timedelta | None = None, give_up_after: timedelta | None = None,
    ) -> None:  # fmt: skip
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        """Retrying can not help: the mailbox is unknown, the address is none."""
        self.unreachable = unreachable or nobody_there
        """The connection failed: what the receiver would have said is not known."""
        self.nobody_there = nobody_there
        """There was no connection at all: no other message would get further."""
        self.retry_after = retry_after
        """How long the receiver asks to be left alone."""
        self.give_up_after = give_up_after
        """For how long it is tried again after the first refusal of this kind."""


class Channel(Protocol):
    """A way in which a message leaves (通知渠道)."""

    @property
    def name(self) -> str: ...

    @property
    def quiet(self) -> bool:
        """True if it rings nobody (console, file): quiet hours do not apply."""
        ...

    def send(self, messages: Sequence[Message]) -> Mapping[str, NotDelivered | None]:
        """
        Hand the messages over and return the outcome by key: None for a message that was accepted.

        Never raises for one bad message; a batch may share one connection.
        """
        ...


@runtime_checkable
class OneByOne(Channel, Protocol):
    """A channel that reports each message as it is sent (逐条送发的渠道)."""

    def lane(self, address: str) -> str:
        """The group that one sender at a time writes to, such as a server; messages of a group fail together."""
        ...

    def send_each(self, messages: Iterable[Message]) -> Iterator[tuple[str, NotDelivered | None]]:
        """Send the messages one after the other; take the next one only when the outcome of this one is known."""
        ...
