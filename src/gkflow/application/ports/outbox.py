"""The outbox (待发通知)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple, Protocol

from gkflow.domain.as_dict import Data, dict_of

# Why a message is dead that is no failure. Chinese, because they are stored, and compared with what earlier versions
# have stored.
LEFT = "已退订"  # its receiver is no subscriber any more
SETTLED = "不再需要：期限已经办结、中止或者改变"  # a reminder that was held back
UNSWEPT = "不再需要：所依据的巡检已经撤销"  # a reminder of a sweep under a wrong clock
TAKEN_BACK = "该信息已不公开"  # its content is no longer public
DROPPED = (LEFT, TAKEN_BACK, SETTLED, UNSWEPT)  # there is nothing left to say


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
    urgent: int = 0  # 1: it is sent in quiet hours as well
    subscription: int | None = None  # the subscription of a subscriber's message


class WaitingNotice(NamedTuple):
    """A claimed notice (已领取的待发通知)."""

    id: int
    key: str
    name: str
    channel: str
    address: str
    facts: str
    wording: str
    made_at: datetime
    tries: int
    refused_since: datetime | None = None  # since when its address refuses messages
    broken: str = ""  # the unreadable part of the row
    urgent: bool = False


class NoticeRecord(NamedTuple):
    """A notice as the list of notices shows it (通知记录)."""

    id: int
    key: str
    case: str
    kind: str
    role: str
    name: str
    channel: str
    address: str
    facts: str
    wording: str
    made_at: datetime
    next_try_at: datetime
    tries: int
    delivered_at: datetime | None
    dead_at: datetime | None
    error: str

    def as_dict(self) -> Data:
        """Its fields by name, as JSON's types (see ``gkflow.domain.as_dict``)."""
        return dict_of(self)


class Outbox(Protocol):
    """The outbox in one transaction (待发通知)."""

    def put_notices(self, lines: Iterable[NoticeLine]) -> None:
        """Put messages into the outbox; a key that already exists is skipped."""
        ...

    def claim_notices(
        self,
        channels: Sequence[str],
        now: datetime,
        until: datetime,
        batch: int,
        busy: Collection[tuple[str, str]] = (),
        urgent: Sequence[str] = (),
    ) -> list[WaitingNotice]:
        """
        Claim up to *batch* due messages of *channels* until *until* (of channels in *urgent*: urgent ones); none for an
        address (channel, address) that is *busy* or left alone. The claims of a dead sender expire.
        """
        ...

    def renew_claims(self, claims: Sequence[tuple[int, datetime]], until: datetime) -> set[int]:
        """Renew claims (id, end of the claim); return those still held."""
        ...

    def give_back(self, claims: Sequence[tuple[int, datetime]], again: datetime | None, reason: str) -> None:
        """Release claims unused; with *again* the messages wait until then, with the reason."""
        ...

    def delivered(self, outcomes: Sequence[tuple[int, datetime]]) -> None:
        """Record these messages as accepted by their channel, each at its moment."""
        ...

    def failed(
        self, id_: int, error: str, next_try_at: datetime | None, now: datetime, since: datetime | None = None
    ) -> None:
        """Record this message as not accepted: retry at *next_try_at*, or dead if that is None."""
        ...

    def unreachable(self) -> list[tuple[str, str, int]]:
        """The addresses left alone last: channel, address, consecutive failures."""
        ...

    def leave_alone(self, channel: str, address: str, failures: int, until: datetime, reason: str) -> None:
        """Leave an address alone until a moment, whatever waits for it."""
        ...

    def reached(self, channel: str, address: str) -> None:
        """An address accepted a message: clear its failures."""
        ...

    def addressed(self, ids: Sequence[int]) -> list[tuple[int, str, str, str, str]]:
        """
        The receivers of notices: id, name, unit, channel, address; a subscriber's address is that of the subscription.
        """
        ...

    def revive(self, ids: Sequence[int], now: datetime, addresses: Mapping[int, str] = MappingProxyType({})) -> int:
        """
        Send these messages again, dead or waiting, some to another address; return how many. Skips unsubscribed
        receivers and messages about what was taken back.
        """
        ...

    def notices(self, which: str = "all", case: str = "", limit: int = -1) -> list[NoticeRecord]:
        """Notices, newest first: all, waiting, dead or delivered; of one case."""
        ...

    def waiting_count(self) -> tuple[int, int]:
        """How many notices wait, and how many are dead."""
        ...

    def channels_waiting(self) -> list[str]:
        """The channels for which messages wait."""
        ...

    def bury(self, channel: str, error: str, now: datetime) -> int:
        """Mark the waiting messages of a channel as dead; return how many."""
        ...

    def failing_addresses(self, quiet: Collection[str] = ()) -> dict[tuple[str, str], str]:
        """
        The addresses whose last notice failed for good, and those that are unreachable, with the reason; an empty
        address means the whole channel. *quiet* channels, which ring nobody, are skipped.
        """
        ...


class StaleNotices(Protocol):
    """Notices that are no longer true, in one transaction (不再需要的通知)."""

    def of_unswept_sweeps(self, ids: Sequence[int]) -> set[int]:
        """Those of these notices about a step whose sweep was taken back."""
        ...

    def after_unsweep(self, reason: str, now: datetime) -> None:
        """
        Drop the waiting messages of sweeps that were taken back; other messages written under that clock no longer wait
        for future moments.
        """
        ...

    def settled(self, ids: Sequence[int], today: date) -> set[int]:
        """Those of these notices about a clock that does not run to that day (any more)."""
        ...

    def drop(self, ids: Sequence[int], reason: str, now: datetime) -> None:
        """Cancel these messages, with the reason."""
        ...
