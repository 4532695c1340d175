"""Stores, channels and posts that begin nothing after the daemon was asked to stop (可停止)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, TypeVar

from gkflow.application.ports import (
    CallerSession,
    Channel,
    Hold,
    Ledger,
    Message,
    NotDelivered,
    OneByOne,
    Poster,
    Store,
)
from gkflow.domain.endpoint import Endpoint

Stop = Callable[[], bool]
_T = TypeVar("_T")


class Stopping(BaseException):
    """
    The daemon was asked to stop: the remaining days are swept by the next run, and unsent claims expire. Not an
    Exception, so that no verb takes it for a failed channel.
    """


class StoppableStore:
    """A store that begins no transaction after the daemon was asked to stop (可停止的存储)."""

    def __init__(self, store: Store, is_stopping: Stop) -> None:
        self._store, self._is_stopping = store, is_stopping

    def writing(self, session: CallerSession | None = None, hold: Hold = "shared") -> AbstractContextManager[Any]:
        if self._is_stopping():
            raise Stopping
        return self._store.writing(session, hold)

    def reading(self, session: CallerSession | None = None) -> AbstractContextManager[Any]:
        return self._store.reading(session)

    def attempt(self, work: Callable[[Ledger], _T], session: CallerSession | None = None, hold: Hold = "shared") -> _T:
        if self._is_stopping():
            raise Stopping
        return self._store.attempt(work, session, hold)

    def give_way(self) -> None:
        self._store.give_way()


class Stoppable:
    """A channel that accepts no batch after the daemon was asked to stop (可停止的渠道)."""

    def __init__(self, channel: Channel, is_stopping: Stop) -> None:
        self._channel, self._is_stopping = channel, is_stopping

    @property
    def name(self) -> str:
        return self._channel.name

    @property
    def quiet(self) -> bool:
        return self._channel.quiet

    def send(self, messages: Sequence[Message]) -> Mapping[str, NotDelivered | None]:
        if self._is_stopping():
            raise Stopping
        return self._channel.send(messages)


class StoppableOneByOne(Stoppable):
    """The same for a channel that reports each message: it accepts no further message."""

    def __init__(self, channel: OneByOne, is_stopping: Stop) -> None:
        super().__init__(channel, is_stopping)
        self._each = channel

    def lane(self, address: str) -> str:
        return self._each.lane(address)

    def send_each(self, messages: Iterable[Message]) -> Iterator[tuple[str, NotDelivered | None]]:
        return self._each.send_each(self._until_stopped(messages))

    def _until_stopped(self, messages: Iterable[Message]) -> Iterator[Message]:
        for message in messages:
            if self._is_stopping():
                raise Stopping
            yield message


def stoppable(channel: Channel, is_stopping: Stop) -> Channel:
    return StoppableOneByOne(channel, is_stopping) if isinstance(channel, OneByOne) else Stoppable(channel, is_stopping)


class StoppablePoster:
    """A way of posting that begins no further post (可停止的推送)."""

    def __init__(self, poster: Poster, is_stopping: Stop) -> None:
        self._poster, self._is_stopping = poster, is_stopping

    @property
    def longest(self) -> timedelta:
        return self._poster.longest

    def post(self, endpoint: Endpoint, id_: str, body: bytes, at: datetime) -> None:
        if self._is_stopping():
            raise Stopping
        self._poster.post(endpoint, id_, body, at)
