"""The ledger (账簿): one transaction on the store, composed of parts that share one cursor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gkflow import lazy
from gkflow.lazy import part
from gkflow.store.cursor import Cursor

if TYPE_CHECKING:
    from gkflow import store
    from gkflow.store.chain_heads import ChainHeads
    from gkflow.store.consistency import Consistency
    from gkflow.store.docket import Docket
    from gkflow.store.drafts import Drafts
    from gkflow.store.editions import Editions
    from gkflow.store.endpoints import Endpoints
    from gkflow.store.escalations import Escalations
    from gkflow.store.events import Events
    from gkflow.store.guards import Guards
    from gkflow.store.heartbeats import Heartbeats
    from gkflow.store.hour_limits import HourLimits
    from gkflow.store.lists import Lists
    from gkflow.store.moves import Moves
    from gkflow.store.numbers import AwaitedDesk, NumberDesk, Numbers
    from gkflow.store.outbox import Outbox
    from gkflow.store.pages import Pages
    from gkflow.store.record import Record
    from gkflow.store.recount_queue import RecountQueue
    from gkflow.store.seals import Seals
    from gkflow.store.stale_notices import StaleNotices
    from gkflow.store.subscriptions import Subscriptions
    from gkflow.store.sweep_chain import SweepChain
    from gkflow.store.sweeps import Sweeps
else:
    store = lazy.module("gkflow.store")


class Ledger:
    """
    One transaction on the store (账簿); see ``application.ports.Ledger``. Parts are created on first use. *known* are
    the kept editions that earlier transactions of the same database found; *units* are those to whose cases it is
    limited.
    """

    def __init__(
        self, cursor: Cursor, writes: bool = False, desk: NumberDesk | AwaitedDesk | None = None,
        known: set[str] | None = None, units: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        self.cursor, self.writes, self._desk, self._known, self.units = cursor, writes, desk, known, units

    @contextmanager
    def whole(self) -> Iterator[None]:
        """What is written inside is written whole or not at all, apart from the rest of a portal's transaction."""
        self.cursor.verbatim("SAVEPOINT gkflow")
        try:
            yield
        except BaseException:
            self.cursor.verbatim("ROLLBACK TO SAVEPOINT gkflow")
            raise
        finally:
            self.cursor.verbatim("RELEASE SAVEPOINT gkflow")

    @part
    def record(self) -> Record:
        return store.record.Record(self.cursor)

    @part
    def docket(self) -> Docket:
        return store.docket.Docket(self.cursor)

    @part
    def numbers(self) -> Numbers:
        return store.numbers.Numbers(self.cursor, self._desk)

    @part
    def lists(self) -> Lists:
        return store.lists.Lists(self.cursor)

    @part
    def pages(self) -> Pages:
        return store.pages.Pages(self.cursor)

    @part
    def editions(self) -> Editions:
        return store.editions.Editions(self.cursor, self._known, self._desk)

    @part
    def moves(self) -> Moves:
        return store.moves.Moves(self.cursor)

    @part
    def recounts(self) -> RecountQueue:
        return store.recount_queue.RecountQueue(self.cursor)

    @part
    def sweeps(self) -> Sweeps:
        return store.sweeps.Sweeps(self.cursor, self.heads, self.heartbeats)

    @part
    def hours(self) -> HourLimits:
        return store.hour_limits.HourLimits(self.cursor, self.sweeps)

    @part
    def sweep_chain(self) -> SweepChain:
        return store.sweep_chain.SweepChain(self.cursor, self.sweeps, self.heads)

    @part
    def heartbeats(self) -> Heartbeats:
        return store.heartbeats.Heartbeats(self.cursor)

    @part
    def heads(self) -> ChainHeads:
        return store.chain_heads.ChainHeads(self.cursor)

    @part
    def escalations(self) -> Escalations:
        return store.escalations.Escalations(self.cursor, self.seals)

    @part
    def events(self) -> Events:
        return store.events.Events(self.cursor)

    @part
    def endpoints(self) -> Endpoints:
        return store.endpoints.Endpoints(self.cursor)

    @part
    def outbox(self) -> Outbox:
        return store.outbox.Outbox(self.cursor)

    @part
    def stale_notices(self) -> StaleNotices:
        return store.stale_notices.StaleNotices(self.cursor)

    @part
    def seals(self) -> Seals:
        return store.seals.Seals(self.cursor, self.heads)

    @part
    def guards(self) -> Guards:
        return store.guards.Guards(self.cursor)

    @part
    def consistency(self) -> Consistency:
        return store.consistency.Consistency(self.cursor)

    @part
    def drafts(self) -> Drafts:
        return store.drafts.Drafts(self.cursor)

    @part
    def subscriptions(self) -> Subscriptions:
        return store.subscriptions.Subscriptions(self.cursor)
