"""Endpoints of an office (接收端): ``office.endpoints.post()``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from gkflow import extras
from gkflow.application.events import place_events, place_of
from gkflow.application.ports import EndpointState, NotDelivered, Poster
from gkflow.application.posting import Posted, post_events, post_test
from gkflow.arguments import checks_arguments
from gkflow.bootstrap import now as machine_now
from gkflow.channels.event_poster import EventPoster
from gkflow.channels.webhook import LIBRARIES
from gkflow.domain.address import masked
from gkflow.domain.as_dict import AsDict
from gkflow.domain.endpoint import Endpoint, matches_nothing, types_of
from gkflow.domain.objections.events import CursorAhead
from gkflow.domain.objections.webhooks import TestNotTaken, UnknownEndpoint
from gkflow.domain.rulebook import mean
from gkflow.office_state import OfficeState

if TYPE_CHECKING:
    from gkflow.files.settings import Settings


@dataclass(frozen=True, slots=True)
class EndpointStatus(AsDict):
    """
    An endpoint and how far it has been served (接收端状态). ``cursor`` is that of the last event that was posted or not
    meant for it, None before the first run; ``waiting`` are the events after it; ``parked`` says why nothing is posted
    until somebody resumes it: "gone" or "failing". ``listed``: whether the settings name it.
    """

    name: str
    url: str
    types: tuple[str, ...]
    unit: str
    listed: bool
    cursor: str | None = None
    waiting: int = 0
    posted_at: datetime | None = None
    failing_since: datetime | None = None
    next_try_at: datetime | None = None
    error: str = ""
    parked: str = ""
    unknown_types: tuple[str, ...] = ()


@checks_arguments
class Endpoints:
    """The other systems to which the events of an office are posted (接收端)."""

    def __init__(self, office: OfficeState) -> None:
        self._office = office

    def post(
        self,
        now: datetime | None = None,
        *,
        poster: Poster | None = None,
        within: timedelta | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> Posted:
        """
        Post the events that wait to every endpoint of the settings (推送事件), in sequence and at least once, with an
        id that lets a receiver drop a copy. An endpoint that fails waits, and holds up no other.

        *clock* (default: the machine's) returns each moment of the run; with *now* all of it has one moment; *within*
        ends it after a while; *poster* posts in place of HTTP. Raises FilesAtFault for faults of the settings, Unfit
        ("library_missing").
        """
        self._office.require_sendable()
        endpoints = self._office.settings.endpoints
        if not endpoints:
            return Posted()
        if poster is None:
            _require_libraries()
        moment = self._office.moment(now) if now is not None else clock or machine_now
        way = poster or poster_of(self._office.settings)
        return post_events(self._office.store, self._office.rules, endpoints, way, moment, within)

    def all(self) -> list[EndpointStatus]:
        """The endpoints of the settings, with how far they have been served, and others that were served before."""
        listed = {each.name: each for each in self._office.settings.endpoints}
        types = types_of(self._office.rules.rulebook.workflows.values())
        unknown = matches_nothing(listed.values(), types)
        place_events(self._office.store)
        with self._office.store.reading() as ledger:
            states, last = ledger.endpoints.states(), ledger.events.last()
        return [
            _status(listed.get(name, Endpoint(name, "", "", ())), states.get(name), last, unknown.get(name, ()))
            for name in dict.fromkeys((*listed, *states))
        ]

    def test(self, name: str, *, now: datetime | None = None) -> None:
        """Post a test event (推送测试). Raises NotFound, Unfit ("test_event_not_taken")."""
        endpoint = self._named(name)
        _require_libraries()
        try:
            post_test(endpoint, poster_of(self._office.settings), self._office.moment(now))
        except NotDelivered as error:
            raise TestNotTaken(name=name, reason=error.reason) from error

    def resume(self, name: str, *, now: datetime | None = None) -> None:
        """Post to an endpoint again, from where it stopped (恢复推送). Raises NotFound."""
        self._move(name, None, now)

    def replay(self, name: str, after: str = "", *, now: datetime | None = None) -> None:
        """
        Post the events after a cursor to an endpoint, again or for the first time (补发); an empty one is the
        beginning. Each has its old id. Raises NotFound, Refused ("wrong_event_cursor", "event_cursor_ahead").
        """
        self._move(name, place_of(after), now)

    def _move(self, name: str, place: int | None, now: datetime | None) -> None:
        self._named(name)
        place_events(self._office.store)
        with self._office.store.writing(hold="none") as ledger:
            last, moment = ledger.events.last(), self._office.moment(now)
            if place is not None and place > last:
                raise CursorAhead(cursor=str(place), last=str(last))
            ledger.endpoints.begin(name, last, moment)
            ledger.endpoints.resume(name, moment, place)

    def _named(self, name: str) -> Endpoint:
        endpoints = {each.name: each for each in self._office.settings.endpoints}
        if name not in endpoints:
            raise UnknownEndpoint(name=name, mean=mean(name, endpoints) if endpoints else "")
        return endpoints[name]


def poster_of(settings: Settings) -> EventPoster:
    """What posts by the settings (推送方式)."""
    return EventPoster(settings.webhook.timeout, settings.webhook.allow_local)


def _require_libraries() -> None:
    for library in LIBRARIES:
        extras.require(library)


def no_posts(settings: Settings) -> str:
    """Why nothing can be posted to the endpoints (无法推送的原因): a library is missing; empty if it can."""
    missing = [each for each in LIBRARIES if settings.endpoints and not extras.is_installed(each)]
    return extras.missing_words(missing[0]) if missing else ""


def _status(endpoint: Endpoint, state: EndpointState | None, last: int, unknown: tuple[str, ...]) -> EndpointStatus:
    url = masked("webhook", endpoint.url)
    about = EndpointStatus(endpoint.name, url, endpoint.types, endpoint.unit, bool(endpoint.url), unknown_types=unknown)
    if state is None:
        return about
    return EndpointStatus(
        about.name, about.url, about.types, about.unit, about.listed, str(state.place), max(0, last - state.place),
        state.posted_at, state.failing_since, state.next_try_at if state.failing_since is not None else None,
        state.error, state.parked, unknown,
    )  # fmt: skip
