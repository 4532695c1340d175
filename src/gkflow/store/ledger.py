"""The ledger (账簿): one transaction on the store, composed of parts that share one cursor."""

from __future__ import annotations

from functools import cached_property

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
from gkflow.store.outbox import Outbox
from gkflow.store.record import Record
from gkflow.store.recount_queue import RecountQueue
from gkflow.store.seals import Seals
from gkflow.store.stale_notices import StaleNotices
from gkflow.store.subscriptions import Subscriptions
from gkflow.store.sweep_chain import SweepChain
from gkflow.store.sweeps import Sweeps


class Ledger:
    """One transaction on the store (账簿); see ``application.ports.Ledger``. Parts are created on first use."""

    def __init__(self, cursor: Cursor, writes: bool = False) -> None:
        self.cursor, self.writes = cursor, writes

    @cached_property
    def record(self) -> Record:
        return Record(self.cursor)

    @cached_property
    def docket(self) -> Docket:
        return Docket(self.cursor)

    @cached_property
    def lists(self) -> Lists:
        return Lists(self.cursor)

    @cached_property
    def editions(self) -> Editions:
        return Editions(self.cursor)

    @cached_property
    def moves(self) -> Moves:
        return Moves(self.cursor)

    @cached_property
    def recounts(self) -> RecountQueue:
        return RecountQueue(self.cursor)

    @cached_property
    def sweeps(self) -> Sweeps:
        return Sweeps(self.cursor, self.heads, self.heartbeats)

    @cached_property
    def hours(self) -> HourLimits:
        return HourLimits(self.cursor, self.sweeps)

    @cached_property
    def sweep_chain(self) -> SweepChain:
        return SweepChain(self.cursor, self.sweeps, self.heads)

    @cached_property
    def heartbeats(self) -> Heartbeats:
        return Heartbeats(self.cursor)

    @cached_property
    def heads(self) -> ChainHeads:
        return ChainHeads(self.cursor)

    @cached_property
    def escalations(self) -> Escalations:
        return Escalations(self.cursor, self.seals)

    @cached_property
    def outbox(self) -> Outbox:
        return Outbox(self.cursor)

    @cached_property
    def stale_notices(self) -> StaleNotices:
        return StaleNotices(self.cursor)

    @cached_property
    def seals(self) -> Seals:
        return Seals(self.cursor, self.heads)

    @cached_property
    def guards(self) -> Guards:
        return Guards(self.cursor)

    @cached_property
    def consistency(self) -> Consistency:
        return Consistency(self.cursor)

    @cached_property
    def drafts(self) -> Drafts:
        return Drafts(self.cursor)

    @cached_property
    def subscriptions(self) -> Subscriptions:
        return Subscriptions(self.cursor)
