"""Posting events to endpoints (事件推送): in sequence, one post per event and endpoint, at least once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from gkflow.application.composing import Notification, compose, put, receivers_of
from gkflow.application.events import place_events, read_events
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import Claim, EndpointState, Failure, Gone, Ledger, NotDelivered, Parked, Poster, Store
from gkflow.application.sending import Clock
from gkflow.domain.as_dict import AsDict
from gkflow.domain.case import legal_day
from gkflow.domain.endpoint import TEST, Endpoint
from gkflow.domain.errors import GkflowError
from gkflow.domain.event import Audience, Event

BATCH = 100  # events that are read at once
SENDERS = 16  # endpoints that are served at once
CLAIM = timedelta(minutes=2)  # beyond the longest post: how long the endpoint of a dead sender stays claimed
# The waits after one, two, … failed posts in a row.
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15, 30, 60))
LONGEST_PAUSE = timedelta(days=1)  # the most that a server may ask for (Retry-After)
PARK_AFTER = timedelta(days=5)  # of failing alone
ROLES = ("clerk", "disclosure_head")
# Chinese, because they are kept as facts of the notice, which the office's wording puts into Chinese letters.
_CASE, _LABEL = "接收端 {name}", "事件推送"
_TITLES = {
    Parked.GONE: "接收端 {name} 答复不再接收事件（410），已停止推送；请与对方核对，需要恢复的执行 {command}",
    Parked.FAILING: "接收端 {name} 已连续 {days} 天推送失败，已停止推送；排除故障后执行 {command}，从中断处补发",
}


@dataclass(frozen=True, slots=True)
class Posted(AsDict):
    """What was posted to the endpoints (推送结果): how many events, and the endpoints that failed or were parked."""

    posted: int = 0
    failing: tuple[str, ...] = ()
    parked: tuple[str, ...] = ()


class _Lost(Exception):
    """Another sender has taken over, or somebody has moved the endpoint."""


def post_events(
    store: Store, rules: OfficeContext, endpoints: Sequence[Endpoint], poster: Poster, now: datetime | Clock,
    within: timedelta | None = None,
) -> Posted:  # fmt: skip
    """
    Post the events that the endpoints have not got yet (事件推送). *now* is the clock of the run, or one moment for
    all of it; *within* ends it after a while, the rest is for the next one.

    Each endpoint is served by one sender at a time, over a lease, and apart from the others. Its place moves on after
    each post: whoever dies in between leads to one post again, under the same id.
    """
    clock: Clock = now if callable(now) else lambda: now
    if not endpoints:
        return Posted()
    start = clock()
    place_events(store)
    with store.reading() as ledger:
        states, last = ledger.endpoints.states(), ledger.events.last()
    due = [each for each in endpoints if each.name not in states or _is_due(states[each.name], last, start)]
    if not due:
        return Posted()
    with store.writing(hold="none") as ledger:
        for each in due:
            ledger.endpoints.begin(each.name, last, start)
    runs = [_Run(store, rules, each, poster, clock, None if within is None else start + within) for each in due]
    with ThreadPoolExecutor(min(SENDERS, len(runs)), "gkflow-post") as pool:
        futures = [pool.submit(run.go) for run in runs]
    for future in futures:
        future.result()
    return Posted(
        sum(run.posted for run in runs),
        tuple(run.endpoint.name for run in runs if run.failure is not None),
        tuple(run.endpoint.name for run in runs if run.failure is not None and run.failure.parked),
    )


def _is_due(state: EndpointState, last: int, now: datetime) -> bool:
    return not state.parked and state.place < last and state.next_try_at <= now


def id_of(endpoint: str, event: Event) -> str:
    """
    The id of a post (去重号): the same whenever this event is posted to this endpoint, so that a receiver can drop a
    second copy. Offices with equal endpoints differ in the moments and cases of their events.
    """
    parts = (endpoint, event.cursor, event.type, event.case, str(event.seq), event.at.isoformat())
    return f"msg_{sha256(chr(10).join(parts).encode()).hexdigest()[:32]}"


def body_of(event: Event) -> bytes:
    """The event as JSON: the same bytes on every retry."""
    return json.dumps(event.as_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def post_test(endpoint: Endpoint, poster: Poster, now: datetime) -> None:
    """Post a test event, which is no event of the office (推送测试). Raises NotDelivered."""
    event = Event(TEST, now, audience=Audience.NOBODY, facts={"endpoint": endpoint.name})
    poster.post(endpoint, id_of(endpoint.name, event), body_of(event), now)


class _Run:
    """One endpoint in one run (一个接收端的推送)."""

    def __init__(
        self, store: Store, rules: OfficeContext, endpoint: Endpoint, poster: Poster, clock: Clock, end: datetime | None
    ) -> None:
        self.store, self.rules, self.endpoint, self.poster, self.clock, self.end = (
            store, rules, endpoint, poster, clock, end,
        )  # fmt: skip
        self.posted = 0
        self.failure: Failure | None = None
        self.claim = Claim(endpoint.name, clock())

    def go(self) -> None:
        """Post until nothing is left, a post fails, or the time is over."""
        now = self.clock()
        with self.store.writing(hold="none") as ledger:
            state = ledger.endpoints.claim(self.endpoint.name, now, self._until(now))
        if state is None or state.claimed_until is None:
            return
        self.claim = Claim(state.name, state.claimed_until)
        with suppress(_Lost):
            try:
                self._serve(state)
            finally:
                if self.failure is None:
                    with self.store.writing(hold="none") as ledger:
                        ledger.endpoints.release(self.claim)

    def _serve(self, state: EndpointState) -> None:
        place = recorded = state.place
        while events := read_events(self.store, str(place), BATCH):
            wanted = self._wanted(events)
            for event in events:
                if event.cursor in wanted:
                    if self.posted and self.end is not None and self.clock() >= self.end:
                        return
                    if (error := self._post(event)) is not None:
                        self._fail(state, place, error)
                        return
                    self.posted += 1
                    recorded = int(event.cursor)
                    self._advance(recorded, self.clock())
                    state = state._replace(tries=0, failing_since=None)
                place = int(event.cursor)
            if place != recorded:
                recorded = place
                self._advance(place, None)

    def _post(self, event: Event) -> NotDelivered | None:
        try:
            self.poster.post(self.endpoint, id_of(self.endpoint.name, event), body_of(event), self.clock())
        except NotDelivered as error:
            return error
        except GkflowError:  # a library is missing: the endpoint has not failed
            raise
        except Exception as error:  # a wrong proxy, say: this endpoint waits, and the others do not
            return NotDelivered(f"{type(error).__name__}: {error}")
        return None

    def _wanted(self, events: Sequence[Event]) -> set[str]:
        """The cursors of the events that this endpoint is to get; the unit of a case is that of the docket."""
        of_types = [event for event in events if self.endpoint.wants(event.type)]
        if not self.endpoint.unit:
            return {event.cursor for event in of_types}
        with self.store.reading() as ledger:
            return {event.cursor for event in of_types if _unit_of(ledger, event) == self.endpoint.unit}

    def _until(self, now: datetime) -> datetime:
        return now + self.poster.longest + CLAIM

    def _advance(self, place: int, posted_at: datetime | None) -> None:
        until = self._until(self.clock())
        with self.store.writing(hold="none") as ledger:
            if not ledger.endpoints.advance(self.claim, place, until, posted_at):
                raise _Lost
        self.claim = self.claim._replace(until=until)

    def _fail(self, state: EndpointState, place: int, error: NotDelivered) -> None:
        now = self.clock()
        failure = Failure(error.reason, now, _next_try(state, error, now), _parked(state, error, now))
        # A notice is not written while a seal is made of those that there are.
        with self.store.writing(hold="shared" if failure.parked else "none") as ledger:
            if not ledger.endpoints.failed(self.claim, place, failure):
                raise _Lost
            self.failure = failure
            if failure.parked:
                _warn(ledger, self.rules, self.endpoint, failure)


def _unit_of(ledger: Ledger, event: Event) -> object:
    if "unit" in event.facts or not event.case:
        return event.facts.get("unit")
    line = ledger.docket.line(event.case)
    return line.unit if line is not None else None


def _next_try(state: EndpointState, error: NotDelivered, now: datetime) -> datetime:
    wait = BACK_OFF[min(state.tries, len(BACK_OFF) - 1)]
    if error.retry_after is not None:
        wait = max(wait, min(error.retry_after, LONGEST_PAUSE))
    return now + wait


def _parked(state: EndpointState, error: NotDelivered, now: datetime) -> Parked:
    if isinstance(error, Gone):
        return Parked.GONE
    long = state.failing_since is not None and now - state.failing_since >= PARK_AFTER
    return Parked.FAILING if long else Parked.NO


def _warn(ledger: Ledger, rules: OfficeContext, endpoint: Endpoint, failure: Failure) -> None:
    """Notify those who look after the office that nothing is posted any more (停用告知)."""
    name, day = endpoint.name, legal_day(failure.at)
    title = _TITLES[failure.parked].format(name=name, days=PARK_AFTER.days, command=f"gkflow endpoints resume {name}")
    facts = {
        "kind": "endpoint", "case": _CASE.format(name=name), "workflow_label": _LABEL, "name": name,
        "title": title, "day": day.isoformat(),
    }  # fmt: skip
    notice = Notification(f"endpoint/{name}/{failure.at.isoformat()}", facts, unit=rules.unit)
    put(ledger, rules, compose(rules, notice, receivers_of(rules.addressees(ROLES)), failure.at), failure.at)
