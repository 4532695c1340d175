"""What the verbs need of the world outside (端口)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

from gkflow.domain.case import Entry

FOREVER = date(9999, 12, 31)  # the until_day of a row that still holds; the ended day of an open case
SYSTEM = "gkflow"  # who acts where the law says that silence has an effect
LEFT = "已退订"  # why a message to a former subscriber is dead
SETTLED = "不再需要：期限已经办结、中止或者改变"  # why a reminder that was held back is not sent
UNSWEPT = "不再需要：所依据的巡检已经撤销"  # why a reminder of a sweep under a wrong clock is not sent
TAKEN_BACK = "该信息已不公开"  # why a message about what no longer lies open is dead
DROPPED = (LEFT, TAKEN_BACK, SETTLED, UNSWEPT)  # they were not given up: there is nothing left to say
# How a writing transaction takes the office: beside other writers, as the only one, or (the outbox) not at all.
Hold = Literal["shared", "alone", "none"]
ALGORITHMS = ("sha256", "sm3")  # by which a chain may be sealed


class DocketLine(NamedTuple):
    """What lists show of a case (台账行), with the count and head hash of its record kept outside of it."""

    case: str
    workflow: str
    edition: str
    title: str
    state: str
    unit: str
    officer: str
    received: date
    latest: date
    ended: date
    entries: int
    head: str


class ClockRevision(NamedTuple):
    """One revision of a clock (计时行): how it stood from ``from_day`` until before ``until_day``."""

    case: str
    clock: str
    ref: str
    from_day: date
    until_day: date
    workflow: str
    duty: str
    kind: str
    owed: int
    status: str
    verdict: str
    since: date
    last_day: date | None
    remaining: int | None
    stopped: date | None
    days_left: int | None
    provisional: int
    earliest: date | None
    latest: date | None
    risk: date | None
    ladder: str
    fresh: int
    calendar: str
    recipe: str = "?"  # domain/recalculation_key.py; "?": the record has to be read
    stopped_by: str = ""  # the action that stopped it


class NoticeLine(NamedTuple):
    """One message to be sent (待发通知)."""

    key: str
    case: str
    escalation: int | None
    kind: str
    role: str
    name: str
    unit: str
    channel: str
    address: str
    facts: str
    wording: str
    made_at: datetime
    next_try_at: datetime
    urgent: int = 0  # 1: it leaves in quiet hours as well


class WaitingNotice(NamedTuple):
    """A claimed notice on its way out (已领取的待发通知)."""

    id: int
    key: str
    name: str
    channel: str
    address: str
    facts: str
    wording: str
    made_at: datetime
    tries: int
    refused_since: datetime | None = None  # since when its address refuses what comes
    broken: str = ""  # what of the row cannot be read
    urgent: bool = False


class MetLine(NamedTuple):
    """How many clocks of the office came to one end in a period (期限办结统计)."""

    workflow: str
    clock: str
    status: str
    stopped_by: str
    verdict: str
    unit: str
    cases: int


class Where(NamedTuple):
    """Which units' clocks a sweep looks at (机关范围): those named, or all but those."""

    units: tuple[str, ...] = ()
    inside: bool = False


EVERYWHERE = Where()


class DraftLine(NamedTuple):
    """An entry that was refused and is kept to be mended (草稿)."""

    id: int
    case: str
    workflow: str
    action: str
    day: date | None
    by: str
    unit: str
    facts: str
    reason: str
    kept_at: datetime


class SubscriptionLine(NamedTuple):
    """Who wants to hear of what is published (订阅)."""

    id: int
    token: str
    name: str
    audience: str
    item: str
    channel: str
    address: str
    since: datetime
    left_at: datetime | None


class Leaf(NamedTuple):
    """One leaf of the sealed tree (封存项): which seal added it, and what it commits to."""

    place: int
    seal: int
    kind: str  # case | sweep | acknowledgement | notice | calendar | edition
    name: str
    size: int  # entries of a case, steps of a sweep, how many acknowledgements or notices
    hash: str


class Seal(NamedTuple):
    """A seal (封存): the root over everything on record, with its counts and the seal before."""

    number: int
    at: datetime
    day: date
    cases: int
    entries: int
    sweeps: int
    steps: int
    acknowledgements: int
    notices: int
    leaves: int
    root: str
    previous: str
    hash: str
    peaks: str


class StandingStill(NamedTuple):
    """A clock that stands still or waits since a day (停住的期限)."""

    case: str
    workflow: str
    clock: str
    status: str
    since: date
    unit: str
    officer: str
    title: str


class ReachedStep(NamedTuple):
    """A step on record that is now to be told (待告知的督办步骤)."""

    id: int
    case: str
    workflow: str
    clock: str
    ref: str
    deadline: date
    step: int
    kind: str
    colour: str
    day: date
    unit: str
    officer: str
    title: str


@dataclass(frozen=True, slots=True)
class Message:
    """One text to one person by one channel (一则通知)."""

    key: str
    """The deduplication key: the same on every retry, so that a receiver can drop a second copy."""

    to: str
    """The person's name."""

    address: str
    """A mail address, webhook URL or apprise URL; empty for console and file."""

    subject: str
    text: str

    facts: Mapping[str, Any]
    """What a machine reads: case, workflow, clock, deadline, step, kind, colour, …"""

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
        """True when it rings no one (console, file): quiet hours do not hold it back."""
        ...

    def send(self, messages: Sequence[Message]) -> Mapping[str, NotDelivered | None]:
        """
        Hand the messages over and tell the outcome by key: None for one that was taken.

        Never raises for one bad message; a batch may share one connection.
        """
        ...


@runtime_checkable
class OneByOne(Channel, Protocol):
    """A channel that reports each message as it is sent (逐条送发的渠道)."""

    def lane(self, address: str) -> str:
        """What stands or falls together, and is written to by one sender at a time: a server; empty: everything."""
        ...

    def send_each(self, messages: Iterable[Message]) -> Iterator[tuple[str, NotDelivered | None]]:
        """Send the messages one after the other; take the next one only when the outcome of this one is told."""
        ...


class Ledger(Protocol):
    """One transaction on the store (账簿): everything that a verb remembers goes through it."""

    # the record
    def entries(self, case: str) -> tuple[Entry, ...]: ...
    def entry_by_key(self, key: str) -> Entry | None: ...
    def append(self, entries: Sequence[Entry]) -> None: ...
    def walk_entries(self) -> Iterator[tuple[str, list[Entry]]]: ...

    # the caches
    def docket(self, case: str) -> DocketLine | None: ...
    def put_docket(self, lines: Sequence[DocketLine], fresh: bool) -> None: ...
    def clocks(self, case: str) -> list[ClockRevision]: ...
    def add_clocks(self, lines: Sequence[ClockRevision]) -> None: ...
    def end_clock(self, line: ClockRevision, until: date) -> None: ...
    def drop_clocks(self, case: str, day: date) -> None: ...
    def drop_caches(self, cases: Sequence[str]) -> None: ...
    def next_number(self, prefix: str) -> int: ...
    def near_cases(self, case: str) -> Sequence[str]: ...

    # editions
    def kept_source(self, edition: str) -> str | None: ...
    def keep_source(self, edition: str, kind: str, name: str, source: str, now: datetime) -> None: ...

    # the outbox
    def put_notices(self, lines: Iterable[NoticeLine]) -> None: ...


class Store(Protocol):
    """Where the record is kept (存储)."""

    def writing(self, session: Any = None, hold: Hold = "shared") -> AbstractContextManager[Any]:
        """One transaction: beside other writers, as the only one, or (the outbox) without a lock on the office."""
        ...

    def reading(self, session: Any = None) -> AbstractContextManager[Any]: ...

    def give_way(self) -> None:
        """Between two transactions of a long write: let those who wait write first."""
        ...
