"""A delivery that takes long: real moments, renewed claims, quiet hours that begin, servers that hold up nobody."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import count

import pytest

from channels.receivers import Answer, answers, http_receiver, says_nothing
from gkflow.application.deliver import CLAIM, PAUSES, deliver
from gkflow.application.ports import Message, NotDelivered
from gkflow.application.sending import BUDGET, PATIENCE
from gkflow.office import Office
from store.offices import PEOPLE, Place, at

DAY = "2022-09-13"


class Slow:
    """A channel that rings somebody and takes its time over each message; the clock is in its hands."""

    name = "mail"
    quiet = False

    def __init__(self, start: datetime, takes: timedelta, lanes: bool = False) -> None:
        self.now, self.takes, self.lanes = start, takes, lanes
        self.taken: list[str] = []
        self.meanwhile: Callable[[], None] = lambda: None

    def clock(self) -> datetime:
        return self.now

    def lane(self, address: str) -> str:
        return address if self.lanes else ""

    def send(self, messages: Sequence[Message]) -> Mapping[str, NotDelivered | None]:
        return dict(self.send_each(messages))

    def send_each(self, messages: Iterable[Message]) -> Iterator[tuple[str, NotDelivered | None]]:
        for message in messages:
            self.now += self.takes
            self.taken.append(message.key)
            self.meanwhile()
            yield message.key, None


BY_MAIL = """
[mail]
host = "127.0.0.1"
sender = "gk@example.gov.cn"
[office]
unit = "XFJ"
[[people]]
name = "李四"
roles = ["section_head"]
channels = ["mail"]
mail = "li@example.gov.cn"
"""


def with_notices(place: Place, count: int, settings: str = BY_MAIL) -> Office:
    office = place.settings(settings).open()
    for number in range(count):
        office.receive("request", f"A{number:03}", facts={"channel": "in_person"}, day=DAY, now=at(DAY))
    assert len(office.notices("waiting")) == count
    return office


def test_each_message_has_the_moment_at_which_it_was_sent(place: Place) -> None:
    with with_notices(place, 4) as office:
        post = Slow(at(DAY, "10:00"), timedelta(seconds=40))
        office.deliver(clock=post.clock, channels={"mail": post})
        assert [notice.delivered_at for notice in reversed(office.notices())] == [
            at(DAY, "10:00") + timedelta(seconds=40 * turn) for turn in (1, 2, 3, 4)
        ]


def test_a_run_that_lasts_longer_than_its_claim_sends_nothing_twice(place: Place) -> None:
    with with_notices(place, 25) as office, place.open() as other:
        post = Slow(at(DAY, "10:00"), timedelta(minutes=1))
        second = Slow(at(DAY, "10:00"), timedelta(0))

        def look() -> None:
            # Another sender comes by while each message is on its way.
            other.deliver(post.now, channels={"mail": second})

        post.meanwhile = look
        office.deliver(clock=post.clock, channels={"mail": post})
        assert post.now - at(DAY, "10:00") > CLAIM
        assert sorted(post.taken + second.taken) == sorted(notice.key for notice in office.notices())
        assert office.notices("waiting") == []
        assert {notice.tries for notice in office.notices()} == {1}


def test_quiet_hours_that_begin_during_a_run_hold_the_rest_back(place: Place) -> None:
    with with_notices(place, 20) as office:
        post = Slow(at(DAY, "19:50"), timedelta(minutes=1))
        evening = office.deliver(clock=post.clock, channels={"mail": post})
        sent = [notice.delivered_at for notice in office.notices("delivered")]
        assert (len(sent), evening.held) == (10, True)  # the last one was begun at 19:59
        assert max(moment for moment in sent if moment is not None) == at(DAY, "20:00")
        assert {notice.tries for notice in office.notices("waiting")} == {0}
        morning = office.deliver(at("2022-09-14", "08:00"), channels={"mail": post})
        assert (morning.delivered, morning.held) == (10, False)
        assert len(post.taken) == len(set(post.taken)) == 20


def test_an_address_that_has_had_its_time_waits_for_the_next_run(place: Place) -> None:
    with with_notices(place, 9) as office:
        post = Slow(at(DAY, "10:00"), BUDGET / 2, lanes=True)
        first = office.deliver(clock=post.clock, channels={"mail": post})
        assert first.delivered == 3  # the third was begun when two had taken just as long as is allowed
        assert {notice.tries for notice in office.notices("waiting")} == {0}
        post.now += timedelta(minutes=1)
        assert office.deliver(clock=post.clock, channels={"mail": post}).delivered == 3


def test_a_channel_that_stops_of_itself_or_skips_a_message_does_not_make_a_run_without_end(place: Place) -> None:
    class Stops(Slow):
        def send_each(self, messages: Iterable[Message]) -> Iterator[tuple[str, NotDelivered | None]]:
            yield next(iter(messages)).key, None

    class Skips(Slow):
        def send_each(self, messages: Iterable[Message]) -> Iterator[tuple[str, NotDelivered | None]]:
            for _ in messages:
                pass
            yield from ()

    class Breaks(Slow):
        def send_each(self, messages: Iterable[Message]) -> Iterator[tuple[str, NotDelivered | None]]:
            yield next(iter(messages)).key, None
            raise RuntimeError("the exchange is on fire")

    with with_notices(place, 9) as office:
        now = at(DAY, "10:00")
        for post in (Stops(now, timedelta(0)), Skips(now, timedelta(0)), Breaks(now, timedelta(0))):
            office.deliver(now, channels={"mail": post})
            now += timedelta(hours=1)
        assert len(office.notices("delivered")) == 2
        assert len(office.notices("waiting")) == 7


# -- many servers ----------------------------------------------------------------------------------------------------

HOOKS = """
[office]
unit = "XFJ"
[webhook]
secret = "geheim"
timeout = 1
allow_local = true
"""
HOOK = """
[[people]]
name = "{name}"
roles = ["section_head"]
channels = ["webhook"]
webhook = "{url}"
"""


def hooks(**urls: str) -> str:
    return HOOKS + "".join(HOOK.format(name=name, url=url) for name, url in urls.items())


@pytest.mark.slow
def test_a_server_that_says_nothing_holds_up_no_other(place: Place) -> None:
    with (
        http_receiver(says_nothing) as silent,
        http_receiver(answers(204)) as good,
        with_notices(place, 0, hooks(甲=silent.url, 乙=good.url)) as office,
    ):
        for number in range(10):
            office.receive("request", f"A{number}", facts={"channel": "in_person"}, now=at(DAY))
        now = at(DAY, "10:00")
        assert deliver(office.store, office.rules, office.channels(), now, batch=4).delivered == 10
        assert (len(good.posts), len(silent.posts)) == (10, PATIENCE)
        assert len([notice for notice in office.notices("waiting") if notice.tries]) == PATIENCE

        # It is left alone for a while, whatever is new, and then asked again: until it breaks off for good.
        office.receive("request", "B", facts={"channel": "in_person"}, now=at(DAY))
        assert office.deliver(now + PAUSES[0] / 2).delivered == 1
        assert len(silent.posts) == PATIENCE
        office.deliver(now + PAUSES[0])
        assert len(silent.posts) == 2 * PATIENCE
        assert all(notice.error for notice in office.notices("waiting"))


def test_a_server_that_is_back_gets_what_waits(place: Place) -> None:
    script: list[Answer] = [says_nothing] * PATIENCE
    with http_receiver(*script, answers(204)) as server, with_notices(place, 6, hooks(甲=server.url)) as office:
        now = at(DAY, "10:00")
        assert office.deliver(now).delivered == 0
        assert office.deliver(now + PAUSES[0]).delivered == 6
        assert place.rows("SELECT * FROM gk_reachability") == []


def test_a_server_that_asks_for_time_is_given_it(place: Place) -> None:
    script = (answers(503, retry_after="7200"), answers(204))
    with http_receiver(*script) as server, with_notices(place, 3, hooks(甲=server.url)) as office:
        now = at(DAY, "09:00")
        office.deliver(now)
        assert len(server.posts) == 1, "the others wait as well"
        office.deliver(now + timedelta(minutes=119))
        assert len(server.posts) == 1
        assert office.deliver(now + timedelta(minutes=120)).delivered == 3


@pytest.mark.parametrize("status", [401, 404, 410])
def test_an_address_that_refuses_is_tried_for_a_day_before_its_notice_dies(place: Place, status: int) -> None:
    with http_receiver(answers(status)) as server:
        with with_notices(place, 1, hooks(甲=server.url) + "[quiet]\nfrom = '03:00'\nuntil = '03:00'\n") as office:
            first = now = at("2022-09-14", "09:00")  # the day after it was written: the day is one of refusals
            while office.deliver(now).dead == 0:
                (waiting,) = office.notices("waiting")
                assert now < waiting.next_try_at <= first + timedelta(days=1)
                now = waiting.next_try_at
            assert now == first + timedelta(days=1)
            (dead,) = office.notices("dead")
            assert str(status) in dead.error
            assert len(server.posts) == dead.tries > 5

            # Mended: it is sent again, and has a whole day again.
            server.script[:] = [answers(status), answers(204)]
            assert office.revive([dead.id], now) == 1
            assert office.deliver(now).dead == 0
            assert office.deliver(now + timedelta(minutes=1)).delivered == 1
        assert len({json.loads(post.body)["data"]["key"] for post in server.posts}) == 1


def test_a_server_that_refuses_the_notice_itself_is_not_asked_again(place: Place) -> None:
    with http_receiver(answers(422)) as server, with_notices(place, 1, hooks(甲=server.url)) as office:
        assert office.deliver(at(DAY, "10:00")).dead == 1


# -- what is broken stops only itself --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage",
    [
        "facts = '{'",
        "facts = '[1]'",
        "facts = '{\"vacant\": 7}'",
        "wording = 'gone'",
        "made_at = 'yesterday'",
        "facts = x'00'",
    ],
)
def test_a_damaged_notice_is_given_up_with_its_reason_and_stops_no_other(place: Place, damage: str) -> None:
    if place.kind != "sqlite" and ("made_at" in damage or "x'" in damage):
        pytest.skip("PostgreSQL knows its types")
    place.settings(PEOPLE)
    with place.open() as office:
        for number in range(3):
            office.receive("request", f"A{number}", facts={"channel": "in_person"}, now=at(DAY))
        assert place.sql(f"UPDATE gk_notice SET {damage} WHERE \"case\" = 'A1'") == 1
        outcome = office.deliver(at(DAY))
        assert (outcome.delivered, outcome.dead) == (2, 1)
        (dead,) = office.notices("dead")
        assert (dead.case, dead.error[:7]) == ("A1", "通知记录已损坏")
        assert office.deliver(at("2022-09-14")).failed == 0


def test_a_secret_that_is_none_stops_webhooks_and_nothing_else(place: Place) -> None:
    settings = hooks(甲="http://127.0.0.1:9/hook").replace('"geheim"', '"whsec_这不是"')
    settings = settings.replace('channels = ["webhook"]', 'channels = ["webhook", "file"]')
    with with_notices(place, 0, settings) as office:
        for number in range(5):
            office.receive("request", f"A{number}", facts={"channel": "in_person"}, now=at(DAY))
        outcome = office.deliver(at(DAY))
        assert (outcome.delivered, outcome.dead) == (5, 0)
        waiting = office.notices("waiting")
        assert len(waiting) == 5
        assert all("webhook" in notice.error and "这不是" not in notice.error for notice in waiting)


@pytest.mark.slow
def test_605_notices_are_not_held_up_by_one_server_that_says_nothing(place: Place) -> None:
    # 55 cases, each sent to eleven webhooks; the silent one costs PATIENCE time-outs of a second, beside the others.
    with ExitStack() as servers:
        silent = servers.enter_context(http_receiver(says_nothing))
        good = [servers.enter_context(http_receiver(answers(204))) for _ in range(10)]
        urls = {"甲": silent.url, **{f"乙{number}": each.url for number, each in enumerate(good)}}
        with with_notices(place, 0, hooks(**urls)) as office:
            for number in range(55):
                office.receive("request", f"A{number:03}", facts={"channel": "in_person"}, now=at(DAY))
            assert len(office.notices("waiting")) == 605
            assert office.deliver(at(DAY, "10:00")).delivered == 550
        assert [len(each.posts) for each in good] == [55] * 10
        assert len(silent.posts) == PATIENCE


def test_a_clock_that_runs_faster_than_the_claims_keeps_nothing_from_being_sent(place: Place) -> None:
    turns = count(1)
    with with_notices(place, 3, PEOPLE) as office:
        office.deliver(clock=lambda: at(DAY, "10:00") + 2 * CLAIM * next(turns))
        assert office.notices("waiting") == []
        assert len({notice.key for notice in office.notices("delivered")}) == 3
