"""The ledger (账簿): one transaction on the store, composed of parts that share one cursor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

from gkflow.store.chain_heads import ChainHeads
from gkflow.store.consistency import Consistency
from gkflow.store.cursor import Cursor
from gkflow.store.docket import Docket
from gkflow.store.drafts import Drafts
from gkflow.store.editions import Editions
from gkflow.store.escalations import Escalations
from gkflow.store.guards import Guards
from gkflow.store.heartbeats import Heartbeats
from gkflow.store.hour_limits import HourLimits
from gkflow.store.lists import Lists
from gkflow.store.moves import Moves
from gkflow.store.numbers import NumberDesk, Numbers
from gkflow.store.outbox import Outbox
from gkflow.store.pages import Pages
from gkflow.store.record import Record
from gkflow.store.recount_queue import RecountQueue
from gkflow.store.seals import Seals
from gkflow.store.stale_notices import StaleNotices
from gkflow.store.subscriptions import Subscriptions
from gkflow.store.sweep_chain import SweepChain
from gkflow.store.sweeps import Sweeps

_P = TypeVar("_P")


class part(Generic[_P]):  # a decorator
    """A part of the ledger, created on first use; functools.cached_property takes a lock each time in Python 3.11."""

    def __init__(self, make: Callable[[Any], _P]) -> None:
        self.make, self.name = make, make.__name__

    @overload
    def __get__(self, ledger: None, owner: type) -> Self: ...
    @overload
    def __get__(self, ledger: object, owner: type) -> _P: ...
    def __get__(self, ledger: object | None, owner: type) -> Self | _P:
        if ledger is None:
            return self
        found = ledger.__dict__[self.name] = self.make(ledger)
        return found


class Ledger:
    """
    One transaction on the store (账簿); see ``application.ports.Ledger``. Parts are created on first use. *known* are
    the kept editions that earlier transactions of the same database found.
    """

    def __init__(
        self, cursor: Cursor, writes: bool = False, desk: NumberDesk | None = None, known: set[str] | None = None
    ) -> None:
        self.cursor, self.writes, self._desk, self._known = cursor, writes, desk, known

    @part
    def record(self) -> Record:
        return Record(self.cursor)

    @part
    def docket(self) -> Docket:
        return Docket(self.cursor)

    @part
    def numbers(self) -> Numbers:
        return Numbers(self.cursor, self._desk)

    @part
    def lists(self) -> Lists:
        return Lists(self.cursor)

    @part
    def pages(self) -> Pages:
        return Pages(self.cursor)

    @part
    def editions(self) -> Editions:
        return Editions(self.cursor, self._known)

    @part
    def moves(self) -> Moves:
        return Moves(self.cursor)

    @part
    def recounts(self) -> RecountQueue:
        return RecountQueue(self.cursor)

    @part
    def sweeps(self) -> Sweeps:
        return Sweeps(self.cursor, self.heads, self.heartbeats)

    @part
    def hours(self) -> HourLimits:
        return HourLimits(self.cursor, self.sweeps)

    @part
    def sweep_chain(self) -> SweepChain:
        return SweepChain(self.cursor, self.sweeps, self.heads)

    @part
    def heartbeats(self) -> Heartbeats:
        return Heartbeats(self.cursor)

    @part
    def heads(self) -> ChainHeads:
        return ChainHeads(self.cursor)

    @part
    def escalations(self) -> Escalations:
        return Escalations(self.cursor, self.seals)

    @part
    def outbox(self) -> Outbox:
        return Outbox(self.cursor)

    @part
    def stale_notices(self) -> StaleNotices:
        return StaleNotices(self.cursor)

    @part
    def seals(self) -> Seals:
        return Seals(self.cursor, self.heads)

    @part
    def guards(self) -> Guards:
        return Guards(self.cursor)

    @part
    def consistency(self) -> Consistency:
        return Consistency(self.cursor)

    @part
    def drafts(self) -> Drafts:
        return Drafts(self.cursor)

    @part
    def subscriptions(self) -> Subscriptions:
        return Subscriptions(self.cursor)
