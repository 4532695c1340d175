"""How far the endpoints have been served, and what posts an event (接收端)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from gkflow.application.ports.channels import NotDelivered
from gkflow.domain.as_dict import Data, dict_of
from gkflow.domain.endpoint import Endpoint


class Parked(StrEnum):
    """Why nothing is posted to an endpoint (停用原因)."""

    NO = ""
    GONE = "gone"  # it answered 410: nobody wants the events
    FAILING = "failing"  # for days


class EndpointState(NamedTuple):
    """How far an endpoint has been served (接收端进度)."""

    name: str
    place: int
    posted_at: datetime | None
    failing_since: datetime | None
    tries: int
    next_try_at: datetime
    error: str
    parked: str
    claimed_until: datetime | None

    def as_dict(self) -> Data:
        """Its fields by name, as JSON's types (see ``gkflow.domain.as_dict``)."""
        return dict_of(self)


class Claim(NamedTuple):
    """The right to post to an endpoint until a moment (占用)."""

    name: str
    until: datetime


class Failure(NamedTuple):
    """An event that an endpoint did not take (推送失败)."""

    reason: str
    at: datetime
    again: datetime
    parked: Parked


class Endpoints(Protocol):
    """The endpoints in one transaction (接收端进度)."""

    def states(self) -> dict[str, EndpointState]:
        """The state of every endpoint that has begun, by name."""
        ...

    def begin(self, name: str, place: int, now: datetime) -> None:
        """Begin to serve an endpoint after a place, if it has not begun yet."""
        ...

    def claim(self, name: str, now: datetime, until: datetime) -> EndpointState | None:
        """Claim an endpoint that is due and that nobody serves; None if it is not. A dead sender's claim expires."""
        ...

    def advance(self, claim: Claim, place: int, until: datetime, posted_at: datetime | None) -> bool:
        """Move on to a place, after an event was posted or only passed over; False if the claim is lost."""
        ...

    def failed(self, claim: Claim, place: int, failure: Failure) -> bool:
        """Record that the event after a place was not taken, and give the claim back; False if it is lost."""
        ...

    def release(self, claim: Claim) -> None:
        """Give a claim back."""
        ...

    def resume(self, name: str, now: datetime, place: int | None = None) -> bool:
        """Post again, at once, from where it stopped or after a place; False if it has not begun."""
        ...


class Gone(NotDelivered):
    """The endpoint wants no more events (410 Gone)."""


class Poster(Protocol):
    """What posts an event (推送)."""

    @property
    def longest(self) -> timedelta:
        """The longest that one post may take."""
        ...

    def post(self, endpoint: Endpoint, id_: str, body: bytes, at: datetime) -> None:
        """Post a body under an id. Raises NotDelivered unless the endpoint took it."""
        ...
