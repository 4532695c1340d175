"""
What the verbs need from outside (端口): one small protocol for each part of the store, and the channels.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Literal, Protocol, TypeVar

from gkflow.application.ports.channels import Channel, Message, NotDelivered, OneByOne
from gkflow.application.ports.docket import FOREVER, SAMPLE, ClockRevision, Docket, DocketLine, DocketRevision
from gkflow.application.ports.drafts import DraftLine, Drafts
from gkflow.application.ports.editions import Editions, InUse, RulesRow
from gkflow.application.ports.endpoints import Claim, Endpoints, EndpointState, Failure, Gone, Parked, Poster
from gkflow.application.ports.escalations import EscalationRecord, Escalations
from gkflow.application.ports.events import Events
from gkflow.application.ports.lists import Lists, MetLine
from gkflow.application.ports.moves import Group, MovedGroup, Moves, RecountQueue
from gkflow.application.ports.numbers import Numbers
from gkflow.application.ports.outbox import (
    DROPPED,
    LEFT,
    SETTLED,
    TAKEN_BACK,
    UNSWEPT,
    NoticeLine,
    NoticeRecord,
    Outbox,
    StaleNotices,
    WaitingNotice,
)
from gkflow.application.ports.pages import COUNTS_BY, ORDERS, Bounds, CaseFilter, CountBy, Order, PageRow, Pages, Place
from gkflow.application.ports.record import Record
from gkflow.application.ports.seals import ALGORITHMS, Consistency, Guards, Leaf, NoticesDigest, Seal, Seals
from gkflow.application.ports.subscriptions import SubscriptionLine, Subscriptions
from gkflow.application.ports.sweeps import (
    EVERYWHERE,
    ChainHead,
    ChainHeads,
    FreshClock,
    Heartbeats,
    HourLimits,
    ReachedStep,
    RunningHours,
    StandingStill,
    SweepChain,
    SweepContent,
    SweepLine,
    Sweeps,
    UnsweepLine,
    Where,
)

__all__ = [
    "ALGORITHMS",
    "COUNTS_BY",
    "DROPPED",
    "EVERYWHERE",
    "FOREVER",
    "LEFT",
    "ORDERS",
    "SAMPLE",
    "SETTLED",
    "SYSTEM",
    "TAKEN_BACK",
    "UNSWEPT",
    "Bounds",
    "CallerSession",
    "CaseFilter",
    "ChainHead",
    "ChainHeads",
    "Channel",
    "Claim",
    "ClockRevision",
    "Consistency",
    "CountBy",
    "Docket",
    "DocketLine",
    "DocketRevision",
    "DraftLine",
    "Drafts",
    "Editions",
    "EndpointState",
    "Endpoints",
    "EscalationRecord",
    "Escalations",
    "Failure",
    "FreshClock",
    "Gone",
    "Group",
    "Guards",
    "Heartbeats",
    "Hold",
    "HourLimits",
    "InUse",
    "Leaf",
    "Ledger",
    "Lists",
    "Message",
    "MetLine",
    "MovedGroup",
    "Moves",
    "NotDelivered",
    "NoticeLine",
    "NoticeRecord",
    "NoticesDigest",
    "OneByOne",
    "Order",
    "Outbox",
    "PageRow",
    "Pages",
    "Parked",
    "Place",
    "Poster",
    "ReachedStep",
    "Record",
    "RecountQueue",
    "RulesRow",
    "RunningHours",
    "Seal",
    "Seals",
    "StaleNotices",
    "StandingStill",
    "Store",
    "SubscriptionLine",
    "Subscriptions",
    "SweepChain",
    "SweepContent",
    "SweepLine",
    "Sweeps",
    "UnsweepLine",
    "WaitingNotice",
    "Where",
]

SYSTEM = "gkflow"  # the actor where the law gives silence an effect
# How a writing transaction locks the office: shared, exclusive, or (the outbox) not at all.
Hold = Literal["shared", "alone", "none"]


class SessionOrConnection(Protocol):
    """A session of SQLModel or SQLAlchemy, or a connection of SQLAlchemy (会话或者连接)."""

    @property
    def connection(self) -> object:
        """The connection on which its transaction runs: a method of a session, an attribute of a connection."""
        ...


class DriverConnection(Protocol):
    """A connection of the driver itself (驱动的连接), sqlite3's or psycopg's, as Django has it."""

    def cursor(self) -> object:
        """A cursor in its transaction."""
        ...

    def commit(self) -> object:
        """Commit, which only the caller does."""
        ...


# A portal's own session or connection (调用方的会话): a verb then works in its transaction.
CallerSession = SessionOrConnection | DriverConnection


_T = TypeVar("_T")


class Ledger(Protocol):
    """One transaction on the store (账簿): everything that a verb stores goes through one of its parts."""

    @property
    def writes(self) -> bool:
        """Whether the transaction may write."""
        ...

    @property
    def units(self) -> tuple[str, ...]:
        """The units to whose cases it is limited (限定单位); none: the whole office."""
        ...

    def whole(self) -> AbstractContextManager[None]:
        """What is written inside is written whole or not at all, apart from the rest of a portal's transaction."""
        ...

    @property
    def record(self) -> Record: ...
    @property
    def docket(self) -> Docket: ...
    @property
    def numbers(self) -> Numbers: ...
    @property
    def lists(self) -> Lists: ...
    @property
    def pages(self) -> Pages: ...
    @property
    def editions(self) -> Editions: ...
    @property
    def moves(self) -> Moves: ...
    @property
    def recounts(self) -> RecountQueue: ...
    @property
    def sweeps(self) -> Sweeps: ...
    @property
    def hours(self) -> HourLimits: ...
    @property
    def sweep_chain(self) -> SweepChain: ...
    @property
    def heartbeats(self) -> Heartbeats: ...
    @property
    def heads(self) -> ChainHeads: ...
    @property
    def escalations(self) -> Escalations: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def events(self) -> Events: ...
    @property
    def endpoints(self) -> Endpoints: ...
    @property
    def stale_notices(self) -> StaleNotices: ...
    @property
    def seals(self) -> Seals: ...
    @property
    def guards(self) -> Guards: ...
    @property
    def consistency(self) -> Consistency: ...
    @property
    def drafts(self) -> Drafts: ...
    @property
    def subscriptions(self) -> Subscriptions: ...


class Store(Protocol):
    """The store of the record (存储)."""

    def writing(self, session: CallerSession | None = None, hold: Hold = "shared") -> AbstractContextManager[Ledger]:
        """One transaction: shared with other writers, exclusive, or (the outbox) without a lock on the office."""
        ...

    def reading(self, session: CallerSession | None = None) -> AbstractContextManager[Ledger]: ...

    def attempt(self, work: Callable[[Ledger], _T], session: CallerSession | None = None, hold: Hold = "shared") -> _T:
        """Run *work* in a writing transaction, and again if the database aborted it before anything was written."""
        ...

    def give_way(self) -> None:
        """Between two transactions of a long write: let waiting writers go first."""
        ...
