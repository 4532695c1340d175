"""Endpoints: every event once, in sequence, signed; what fails waits, is parked, resumes, and holds up nobody."""

from __future__ import annotations

import base64
import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine

import gkflow
import gkflow.webhooks
from channels.receivers import (
    Answer,
    HttpReceiver,
    a_port_where_nobody_listens,
    answers,
    hangs_up,
    http_receiver,
    resets,
    says_for_ever,
    says_nothing,
)
from gkflow.application.ports import NotDelivered
from gkflow.application.posting import BACK_OFF, CLAIM, PARK_AFTER, Posted
from gkflow.channels.event_poster import EventPoster
from gkflow.domain.endpoint import Endpoint
from gkflow.domain.errors import NotFound, Refused, Unfit
from gkflow.office import Office
from store.offices import PEOPLE, Place, at, open_request, reply, run_together
from store.test_schema import stored

DAY = "2022-09-05"
NOW = at(DAY)
FACTS = {"channel": "in_person"}
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OK = answers(204)
_CLERK = '[[people]]\nname = "赵六"\nroles = ["clerk"]\nchannels = ["file"]\n'


def endpoint(name: str, url: str, **keys: Any) -> str:
    more = "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())
    return f'[[endpoints]]\nname = "{name}"\nurl = "{url}"\nsecret = "{SECRET}"\n{more}'


def with_endpoints(place: Place, *tables: str) -> Place:
    return place.settings("\n".join([PEOPLE, _CLERK, "[webhook]\nallow_local = true\ntimeout = 1", *tables]))


def events_of(receiver: HttpReceiver) -> list[tuple[str, str]]:
    found = [json.loads(post.body) for post in receiver.posts]
    return [(event["type"], event["case"]) for event in found]


def ids_of(receiver: HttpReceiver) -> list[str]:
    return [post.headers["webhook-id"] for post in receiver.posts]


def receive(office: Office, *cases: str) -> None:
    for case in cases:
        office.receive("request", case, facts=FACTS, now=NOW)


def state(office: Office, name: str = "portal") -> Any:
    return next(each for each in office.endpoints.all() if each.name == name)


# -- posts -----------------------------------------------------------------------------------------------------------


def test_every_event_is_posted_once_in_sequence_and_verified_by_its_receiver(place: Place) -> None:
    with http_receiver(OK) as receiver, with_endpoints(place, endpoint("portal", receiver.url)).open() as office:
        assert office.endpoints.post(NOW).posted == 0
        open_request(office, "A", "2022-09-01")
        reply(office, "A", "2022-09-05")
        assert office.endpoints.post(NOW) == Posted(4)
        assert office.endpoints.post(NOW) == Posted(0)
        told = [
            gkflow.webhooks.verify(post.body, post.headers, ["whsec_" + "A" * 32, SECRET], now=NOW)
            for post in receiver.posts
        ]
        assert told == [event.as_dict() for event in office.events()]
        assert [each["type"] for each in told] == ["case.received", "case.registered", "case.assigned", "case.replied"]
        assert len(set(ids_of(receiver))) == 4
        assert {post.headers["content-type"] for post in receiver.posts} == {"application/json; charset=utf-8"}
        found = state(office)
        assert (found.cursor, found.waiting, found.posted_at, found.failing_since) == ("4", 0, NOW, None)


def test_an_endpoint_gets_its_types_and_its_units_events_alone(place: Place) -> None:
    with http_receiver(OK) as typed, http_receiver(OK) as ours, http_receiver(OK) as theirs:
        tables = (
            endpoint("typed", typed.url, types=["case.rep*", "sweep.done"]),
            endpoint("ours", ours.url, types=["case.*", "escalation.reached"], unit="XFJ"),
            endpoint("theirs", theirs.url, unit="JY"),
        )
        with with_endpoints(place, '[units.JY]\nlabel = "教育局"', *tables).open() as office:
            office.tick(at("2022-08-31"))
            office.endpoints.post(NOW)
            open_request(office, "A", "2022-09-01")
            office.receive("request", "B", facts=FACTS, unit="JY", now=at("2022-09-01"))
            office.tick(at("2022-09-27"))
            reply(office, "A", "2022-09-27")
            office.endpoints.post(at("2022-09-27"))
            reached = {case for kind, case in events_of(ours) if kind == "escalation.reached"}
            assert reached == {"A"}
            assert [kind for kind, _ in events_of(ours)][:3] == ["case.received", "case.registered", "case.assigned"]
            assert {case for _, case in events_of(ours)} == {"A"}
            assert {case for _, case in events_of(theirs)} == {"B"}
            assert {kind for kind, _ in events_of(theirs)} == {"case.received", "escalation.reached"}
            assert {kind for kind, _ in events_of(typed)} == {"sweep.done", "case.replied"}
            assert {state(office, each).waiting for each in ("typed", "ours", "theirs")} == {0}


def test_several_endpoints_may_have_one_url_and_each_post_an_id_of_its_own(place: Place) -> None:
    with http_receiver(OK) as receiver:
        tables = (endpoint("one", receiver.url), endpoint("two", receiver.url))
        with with_endpoints(place, *tables).open() as office:
            office.endpoints.post(NOW)
            receive(office, "A")
            assert office.endpoints.post(NOW).posted == 2
            assert events_of(receiver) == [("case.received", "A")] * 2
            assert len(set(ids_of(receiver))) == 2


def test_a_new_endpoint_begins_now_and_older_events_are_replayed_under_their_ids(place: Place) -> None:
    with http_receiver(OK) as receiver, with_endpoints(place, endpoint("portal", receiver.url)).open() as office:
        receive(office, "A", "B")
        office.endpoints.post(NOW)
        receive(office, "C")
        office.endpoints.post(NOW)
        assert events_of(receiver) == [("case.received", "C")]
        office.endpoints.replay("portal", now=NOW)
        assert office.endpoints.post(NOW).posted == 3
        assert [case for _, case in events_of(receiver)] == ["C", "A", "B", "C"]
        assert ids_of(receiver)[0] == ids_of(receiver)[3]
        office.endpoints.replay("portal", "2", now=NOW)
        assert office.endpoints.post(NOW).posted == 1
        assert [case for _, case in events_of(receiver)][4:] == ["C"]


def test_a_cursor_from_the_future_or_forged_is_refused(place: Place) -> None:
    with with_endpoints(place, endpoint("portal", "https://portal.example.gov.cn/")).open() as office:
        receive(office, "A")
        for cursor, code in (("2", "event_cursor_ahead"), ("x", "wrong_event_cursor"), ("-1", "wrong_event_cursor")):
            with pytest.raises(Refused) as refused:
                office.endpoints.replay("portal", cursor)
            assert refused.value.code == code
        assert state(office).cursor is None
        with pytest.raises(NotFound, match='"portal"'):
            office.endpoints.resume("portl")


def test_an_older_database_gets_its_endpoints(place: Place) -> None:
    stored(place, "0004")
    with http_receiver(OK) as receiver:
        with_endpoints(place, endpoint("portal", receiver.url))
        with place.engine() as engine, engine.begin() as connection:
            gkflow.migrate(connection)
        with place.open() as office:
            office.endpoints.post(at("2022-10-21"))
            office.do("B", "note", facts={"text": "x"}, now=at("2022-10-21"))
            office.endpoints.post(at("2022-10-21"))
        assert events_of(receiver) == [("case.note", "B")]


# -- failures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [answers(500), answers(400), answers(404), answers(302, location="/elsewhere"), hangs_up, resets],
    ids=["500", "400", "404", "redirect", "hang-up", "reset"],
)
def test_what_is_not_taken_is_posted_again_with_its_id_before_what_follows(place: Place, answer: Answer) -> None:
    with (
        http_receiver(answer, OK) as receiver,
        with_endpoints(place, endpoint("portal", receiver.url)).open() as office,
    ):
        office.endpoints.post(NOW)
        receive(office, "A", "B")
        assert office.endpoints.post(NOW) == Posted(0, ("portal",))
        found = state(office)
        assert (found.failing_since, found.next_try_at, found.waiting) == (NOW, NOW + BACK_OFF[0], 2)
        assert found.error
        assert office.endpoints.post(NOW + BACK_OFF[0] / 2) == Posted(0)
        assert office.endpoints.post(NOW + BACK_OFF[0]) == Posted(2)
        assert [case for _, case in events_of(receiver)] == ["A", "A", "B"]
        assert ids_of(receiver)[0] == ids_of(receiver)[1] != ids_of(receiver)[2]
        assert {post.path for post in receiver.posts} == {"/hook"}  # no redirect was followed
        assert state(office).failing_since is None


@pytest.mark.parametrize("answer", [says_nothing, says_for_ever(b"HTTP/1.1 200 OK\r\n", b"x-more: x\r\n")])
def test_an_answer_that_takes_too_long_is_none(place: Place, answer: Answer) -> None:
    with (
        http_receiver(answer, OK) as receiver,
        with_endpoints(place, endpoint("portal", receiver.url)).open() as office,
    ):
        office.endpoints.post(NOW)
        receive(office, "A")
        assert office.endpoints.post(NOW, poster=EventPoster(0.05, True)) == Posted(0, ("portal",))
        assert office.endpoints.post(NOW + BACK_OFF[0]) == Posted(1)


def test_a_dead_endpoint_holds_up_neither_another_one_nor_peoples_notices(place: Place) -> None:
    with http_receiver(OK) as receiver:
        dead = endpoint("dead", f"http://127.0.0.1:{a_port_where_nobody_listens()}/")
        with with_endpoints(place, dead, endpoint("live", receiver.url)).open() as office:
            office.endpoints.post(NOW)
            office.tick(at("2022-08-31"))
            open_request(office, "A", "2022-09-01")
            office.tick(at("2022-09-27"))
            done = office.endpoints.post(at("2022-09-27"))
            assert done.failing == ("dead",)
            assert done.posted == len(receiver.posts) == state(office, "dead").waiting > 4
            assert office.deliver(at("2022-09-27")).delivered > 0


def test_the_waits_grow_to_a_bound_and_a_server_may_ask_for_more(place: Place) -> None:
    with (
        http_receiver(*[answers(500)] * 9, answers(503, Retry_After="7200"), OK) as receiver,
        with_endpoints(place, endpoint("portal", receiver.url)).open() as office,
    ):
        office.endpoints.post(NOW)
        receive(office, "A")
        moment, waits = NOW, []
        for _ in range(10):
            assert office.endpoints.post(moment).failing == ("portal",)
            waits.append(state(office).next_try_at - moment)
            moment = state(office).next_try_at
        assert waits == [*BACK_OFF, BACK_OFF[-1], BACK_OFF[-1], timedelta(hours=2)]
        assert BACK_OFF[-1] == timedelta(hours=1)
        assert office.endpoints.post(moment) == Posted(1)


def test_410_parks_the_endpoint_and_the_office_is_notified_until_somebody_resumes_it(place: Place) -> None:
    with (
        http_receiver(answers(410), OK) as receiver,
        with_endpoints(place, endpoint("portal", receiver.url)).open() as office,
    ):
        office.endpoints.post(NOW)
        receive(office, "A", "B")
        assert office.endpoints.post(NOW) == Posted(0, ("portal",), ("portal",))
        assert office.endpoints.post(NOW + timedelta(days=30)) == Posted(0)
        assert len(receiver.posts) == 1
        assert state(office).parked == "gone"
        told = {each.name for each in office.notices() if each.kind == "endpoint"}
        assert told == {"赵六", "王五"}  # nobody heads disclosure: the next one up
        office.deliver(at("2022-09-06", "10:00"))
        assert "gkflow endpoints resume portal" in "".join(
            path.read_text(encoding="utf-8") for path in (place.home / "notices").iterdir()
        )
        office.endpoints.resume("portal", now=NOW + timedelta(days=30))
        assert office.endpoints.post(NOW + timedelta(days=30)) == Posted(2)
        assert [case for _, case in events_of(receiver)] == ["A", "A", "B"]


def test_after_days_of_failing_an_endpoint_is_parked_and_resumes_where_it_stopped(place: Place) -> None:
    with (
        http_receiver(answers(500)) as receiver,
        with_endpoints(place, endpoint("portal", receiver.url)).open() as office,
    ):
        office.endpoints.post(NOW)
        receive(office, "A")
        office.endpoints.post(NOW)
        assert office.endpoints.post(NOW + PARK_AFTER - timedelta(seconds=1)).parked == ()
        assert office.endpoints.post(NOW + PARK_AFTER + timedelta(hours=1)).parked == ("portal",)
        posts = len(receiver.posts)
        receive(office, "B")
        assert office.endpoints.post(NOW + timedelta(days=9)) == Posted(0)
        assert len(receiver.posts) == posts == 3
        assert (state(office).parked, state(office).failing_since) == ("failing", NOW)
        receiver.script[:] = [OK]
        office.endpoints.resume("portal", now=NOW + timedelta(days=9))
        assert office.endpoints.post(NOW + timedelta(days=9)) == Posted(2)
        assert [case for _, case in events_of(receiver)][posts:] == ["A", "B"]


def test_a_failure_after_success_counts_from_then(place: Place) -> None:
    with (
        http_receiver(OK, answers(500), OK, answers(500)) as receiver,
        with_endpoints(place, endpoint("portal", receiver.url)).open() as office,
    ):
        office.endpoints.post(NOW)
        receive(office, "A", "B", "C")
        assert office.endpoints.post(NOW) == Posted(1, ("portal",))
        later = NOW + PARK_AFTER
        assert office.endpoints.post(later) == Posted(1, ("portal",))
        found = state(office)
        assert (found.failing_since, found.next_try_at, found.cursor) == (later, later + BACK_OFF[0], "2")


def test_what_breaks_down_before_it_posts_is_a_failure_of_its_endpoint_alone(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with http_receiver(OK) as receiver, with_endpoints(place, endpoint("portal", receiver.url)).open() as office:
        office.endpoints.post(NOW)
        receive(office, "A")
        monkeypatch.setenv("HTTP_PROXY", "nonsense://[")
        assert office.endpoints.post(NOW) == Posted(0, ("portal",))
        monkeypatch.delenv("HTTP_PROXY")
        assert office.endpoints.post(NOW + BACK_OFF[0]) == Posted(1)


def test_a_pool_of_one_connection_serves_several_endpoints(place: Place) -> None:
    with http_receiver(answers(410), OK) as receiver:
        tables = [endpoint(name, receiver.url) for name in ("one", "two", "three")]
        with_endpoints(place, *tables)
        engine = create_engine(place.url, pool_size=1, max_overflow=0, pool_timeout=5)
        with gkflow.open(engine, home=place.home) as office:
            office.adopt_first()
            office.endpoints.post(NOW)
            receive(office, "A", "B")
            done = office.endpoints.post(NOW)
            assert (done.posted, len(done.parked)) == (4, 1)
        engine.dispose()


# -- several senders, and killed ones --------------------------------------------------------------------------------


class Killed(BaseException):
    """The process ends here."""


class DyingPoster(EventPoster):
    """Dies after the post, before anything is written."""

    def post(self, endpoint: Endpoint, id_: str, body: bytes, at: datetime) -> None:
        super().post(endpoint, id_, body, at)
        raise Killed


def test_whoever_is_killed_between_post_and_cursor_leads_to_one_post_again_with_the_same_id(place: Place) -> None:
    with http_receiver(OK) as receiver, with_endpoints(place, endpoint("portal", receiver.url)).open() as office:
        office.endpoints.post(NOW)
        receive(office, "A", "B")
        with pytest.raises(Killed):
            office.endpoints.post(NOW, poster=DyingPoster(5, True))
        assert state(office).cursor == "0"
        assert office.endpoints.post(NOW) == Posted(2)
        assert [case for _, case in events_of(receiver)] == ["A", "A", "B"]
        assert ids_of(receiver)[0] == ids_of(receiver)[1]


class WaitingPoster(EventPoster):
    """Stays in its first post until it may go on."""

    def __init__(self) -> None:
        super().__init__(5, True)
        self.posting, self.go_on = threading.Event(), threading.Event()

    def post(self, endpoint: Endpoint, id_: str, body: bytes, at: datetime) -> None:
        self.posting.set()
        assert self.go_on.wait(20)
        super().post(endpoint, id_, body, at)


def test_two_senders_never_post_the_same_event_at_the_same_time(place: Place) -> None:
    with (
        http_receiver(OK) as receiver,
        with_endpoints(place, endpoint("portal", receiver.url)).open() as one,
        place.open() as other,
    ):
        one.endpoints.post(NOW)
        receive(one, "A", "B")
        poster = WaitingPoster()
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(one.endpoints.post, NOW, poster=poster)
            assert poster.posting.wait(20)
            assert other.endpoints.post(NOW) == Posted(0)
            poster.go_on.set()
            assert first.result() == Posted(2)
        assert [case for _, case in events_of(receiver)] == ["A", "B"]
        assert other.endpoints.post(NOW) == Posted(0)


def test_the_endpoint_of_a_sender_that_died_is_taken_over_and_the_dead_one_moves_nothing(place: Place) -> None:
    with (
        http_receiver(OK) as receiver,
        with_endpoints(place, endpoint("portal", receiver.url)).open() as one,
        place.open() as other,
    ):
        one.endpoints.post(NOW)
        receive(one, "A", "B")
        poster = WaitingPoster()
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(one.endpoints.post, NOW, poster=poster)
            assert poster.posting.wait(20)
            over = NOW + CLAIM + poster.longest + timedelta(seconds=1)
            assert other.endpoints.post(over) == Posted(2)
            poster.go_on.set()
            assert first.result() == Posted(1)  # it comes to itself, finishes its post and stops
        assert [case for _, case in events_of(receiver)] == ["A", "B", "A"]
        assert state(one).cursor == "2"


def test_many_senders_at_once_post_each_event_once(place: Place) -> None:
    with http_receiver(OK) as receiver, with_endpoints(place, endpoint("portal", receiver.url)).open() as office:
        office.endpoints.post(NOW)
        receive(office, *[f"Q{n}" for n in range(12)])
        with place.open() as other, ThreadPoolExecutor(4) as pool:
            done = list(pool.map(lambda each: each.endpoints.post(NOW), [office, other] * 4))
        assert sum(each.posted for each in done) == 12
        assert [case for _, case in events_of(receiver)] == [f"Q{n}" for n in range(12)]


def test_a_run_ends_after_its_time_and_the_next_one_goes_on(place: Place) -> None:
    moments = iter(NOW + timedelta(seconds=seconds) for seconds in range(10_000))
    with http_receiver(OK) as receiver, with_endpoints(place, endpoint("portal", receiver.url)).open() as office:
        office.endpoints.post(NOW)
        receive(office, *[f"Q{n}" for n in range(20)])
        first = office.endpoints.post(clock=lambda: next(moments), within=timedelta(seconds=12))
        assert 0 < first.posted < 20
        assert office.endpoints.post(next(moments)) == Posted(20 - first.posted)
        assert [case for _, case in events_of(receiver)] == [f"Q{n}" for n in range(20)]


class FicklePoster(EventPoster):
    """Takes an event, refuses it, takes it unheard, or dies before or after: by a seed."""

    def __init__(self, seed: int) -> None:
        super().__init__(5, True)
        self.chance, self.taken = random.Random(seed), list[tuple[str, str]]()

    def post(self, endpoint: Endpoint, id_: str, body: bytes, at: datetime) -> None:
        fate = self.chance.choice(["taken", "taken", "refused", "unheard", "killed before", "killed after"])
        if fate not in ("refused", "killed before"):
            self.taken.append((id_, json.loads(body)["cursor"]))
        if fate.startswith("killed"):
            raise Killed
        if fate != "taken":
            raise NotDelivered(fate)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_fails_a_receiver_that_drops_copies_has_every_event_once_in_sequence(place: Place, seed: int) -> None:
    with with_endpoints(place, endpoint("portal", "https://portal.example.gov.cn/")).open() as office:
        office.endpoints.post(NOW)
        receive(office, *[f"Q{n}" for n in range(12)])
        poster, moment = FicklePoster(seed), NOW
        while state(office).waiting:
            with suppress(Killed):
                office.endpoints.post(moment, poster=poster)
            moment = state(office).next_try_at or moment
        distinct = dict(poster.taken)
        assert list(distinct.values()) == [event.cursor for event in office.events()]
        assert len(poster.taken) > len(distinct)  # copies came, each under the id of its event
        assert len(set(poster.taken)) == len(distinct)


_POSTING = """
for _ in range(20):
    office.endpoints.post()
print(office.endpoints.all()[0].waiting)
"""


@pytest.mark.slow
def test_processes_side_by_side_post_each_event_once(place: Place) -> None:
    with http_receiver(OK) as receiver, with_endpoints(place, endpoint("portal", receiver.url)).open() as office:
        office.endpoints.post(NOW)
        receive(office, *[f"Q{n}" for n in range(15)])
        run_together(place, _POSTING, _POSTING)
        assert [case for _, case in events_of(receiver)] == [f"Q{n}" for n in range(15)]
        assert state(office).waiting == 0


# -- tests, lists ----------------------------------------------------------------------------------------------------


def test_a_test_event_is_posted_and_is_no_event_of_the_office(place: Place) -> None:
    with (
        http_receiver(OK, answers(500)) as receiver,
        with_endpoints(place, endpoint("portal", receiver.url, types=["case.*"])).open() as office,
    ):
        office.endpoints.test("portal", now=NOW)
        [post] = receiver.posts
        told = gkflow.webhooks.verify(post.body, post.headers, SECRET, now=NOW)
        assert (told["type"], told["cursor"]) == ("endpoint.test", "")
        assert office.events() == ()
        with pytest.raises(Unfit, match="answered 500") as refused:
            office.endpoints.test("portal", now=NOW)
        assert refused.value.code == "test_event_not_taken"
        assert state(office).cursor is None


def test_an_endpoint_that_left_the_settings_is_listed_with_its_state(place: Place) -> None:
    with (
        http_receiver(OK) as receiver,
        with_endpoints(place, endpoint("portal", receiver.url)).open() as office,
    ):
        office.endpoints.post(NOW)
        with with_endpoints(place, endpoint("other", receiver.url, types=["case.replyd", "case.*"])).open() as office:
            receive(office, "A")
            office.endpoints.post(NOW)
            listed = office.endpoints.all()
            assert [(each.name, each.listed, each.waiting) for each in listed] == [
                ("other", True, 0), ("portal", False, 1),
            ]  # fmt: skip
            assert listed[0].unknown_types == ("case.replyd",)
            assert "hook" not in listed[0].url
