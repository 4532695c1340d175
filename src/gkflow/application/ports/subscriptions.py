"""Subscriptions to what is published (订阅)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from gkflow.domain.as_dict import Data, dict_of


class SubscriptionLine(NamedTuple):
    """A subscription to published information (订阅)."""

    id: int
    token: str
    name: str
    audience: str
    item: str
    channel: str
    address: str
    since: datetime
    left_at: datetime | None

    def as_dict(self) -> Data:
        """Its fields by name, as JSON's types (see ``gkflow.domain.as_dict``)."""
        return dict_of(self)


class Subscriptions(Protocol):
    """Subscriptions in one transaction (订阅)."""

    def subscribe(self, line: SubscriptionLine) -> int:
        """Add a subscription; its id."""
        ...

    def listed(self, live: bool = False, token: str = "") -> list[SubscriptionLine]:
        """Subscriptions, oldest first: all, those that still hold, or the one of a token."""
        ...

    def pushes_waiting(self, cases: Sequence[str]) -> set[str]:
        """Those of the cases about whose publication messages still wait."""
        ...

    def take_back(self, case: str, now: datetime, words: str) -> int:
        """Drop the waiting messages about the publication of a case; return how many."""
        ...

    def leave(self, line: SubscriptionLine, now: datetime, words: str) -> int:
        """End a subscription and drop its waiting messages; return how many."""
        ...
