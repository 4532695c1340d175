"""The outbox (待发通知)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple, Protocol

LEFT = "已退订"  # why a message to a former subscriber is dead


SETTLED = "不再需要：期限已经办结、中止或者改变"  # why a reminder that was held back is not sent


UNSWEPT = "不再需要：所依据的巡检已经撤销"  # why a reminder of a sweep under a wrong clock is not sent


TAKEN_BACK = "该信息已不公开"  # why a message about what no longer lies open is dead


DROPPED = (LEFT, TAKEN_BACK, SETTLED, UNSWEPT)  # they were not given up: there is nothing left to say


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
    subscription: int | None = None  # that of a subscriber's message


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


class Outbox(Protocol):
    """The outbox in one transaction (待发通知)."""

    def put_notices(self, lines: Iterable[NoticeLine]) -> None:
        """Put messages into the outbox; a key that is there already is left as it is."""
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
        Claim up to *batch* due messages of *channels* until *until*, of those in *urgent* what is urgent; none for
        an address (channel, address) that is *busy* or left alone. A sender that dies gives them back by the passing
        of time.
        """
        ...

    def renew_claims(self, claims: Sequence[tuple[int, datetime]], until: datetime) -> set[int]:
        """Renew claims (id, until when it was claimed); those that are still held."""
        ...

    def give_back(self, claims: Sequence[tuple[int, datetime]], again: datetime | None, reason: str) -> None:
        """Give claims back unused; the messages wait until *again* where that is named, with the reason."""
        ...

    def delivered(self, outcomes: Sequence[tuple[int, datetime]]) -> None:
        """These messages were taken by their channel, each at its moment."""
        ...

    def failed(
        self, id_: int, error: str, next_try_at: datetime | None, now: datetime, since: datetime | None = None
    ) -> None:
        """This message was not taken: it is tried again at *next_try_at*, or is dead when that is None."""
        ...

    def unreachable(self) -> list[tuple[str, str, int]]:
        """The addresses that were last left alone: channel, address, how often in a row they were out of reach."""
        ...

    def leave_alone(self, channel: str, address: str, failures: int, until: datetime, reason: str) -> None:
        """Leave an address alone until a moment, whatever waits for it."""
        ...

    def reached(self, channel: str, address: str) -> None:
        """An address took a message: nothing is held against it."""
        ...

    def addressed(self, ids: Sequence[int]) -> list[tuple[int, str, str, str, str]]:
        """To whom notices go: id, name, unit, channel, address; a subscriber's address is that of the subscription."""
        ...

    def revive(self, ids: Sequence[int], now: datetime, addresses: Mapping[int, str] = MappingProxyType({})) -> int:
        """
        Send these messages again, dead or waiting, some to another address; how many. Not where somebody has left,
        or what it speaks of was taken back.
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
        """Put the waiting messages of a channel among the dead; how many."""
        ...

    def failing_addresses(self, quiet: Collection[str] = ()) -> dict[tuple[str, str], str]:
        """
        The addresses whose last notice was given up, and those that are out of reach, with the reason; an empty
        address stands for the whole channel. Those of *quiet* channels, which ring nobody, are left out.
        """
        ...


class StaleNotices(Protocol):
    """Notices that say what is no longer so, in one transaction (不再需要的通知)."""

    def of_unswept_sweeps(self, ids: Sequence[int]) -> set[int]:
        """Those of these notices that tell a step whose sweep was taken back."""
        ...

    def after_unsweep(self, reason: str, now: datetime) -> None:
        """
        Drop what waits of sweeps that were taken back; what else was written under that clock waits no longer for
        its moments to come.
        """
        ...

    def settled(self, ids: Sequence[int], today: date) -> set[int]:
        """Those of these notices that tell a step of a clock that does not run to that day (any more)."""
        ...

    def drop(self, ids: Sequence[int], reason: str, now: datetime) -> None:
        """Send these no more, and say why."""
        ...
