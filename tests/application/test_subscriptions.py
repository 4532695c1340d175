"""Targeted push (精准推送): what is published goes out to its subscribers, once, with a way to leave."""

from __future__ import annotations

import json
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

import gkflow
from channels.receivers import Mailbox, smtp_receiver
from gkflow.application.deliver import BACK_OFF
from gkflow.domain.errors import NotFound, Refused
from gkflow.office import Office
from store.offices import Place, apart, assert_sound, at

# Tuesday 10 March 2026, a working day on which nobody is at rest.
DAY = "2026-03-10"
NOW = at(DAY)
URL = "https://example.gov.cn/a"


def ready(office: Office, number: str = "P-1") -> None:
    """A paper that is ready to be published."""
    office.receive("proactive", number, facts={"attribute": "open", "formed": DAY}, title="某办法", now=NOW)
    office.do(number, "submit", now=NOW)
    office.do(number, "review_secrecy", facts={"outcome": "cleared"}, now=NOW)
    office.do(number, "mark", facts={"way": "open"}, now=NOW)


def publish(office: Office, number: str = "P-1", **facts: Any) -> None:
    ready(office, number)
    office.do(number, "publish", **apart(**{"url": URL, "now": NOW} | facts))


def subscribe(office: Office, name: str, **wish: Any) -> str:
    """Subscribe to the file channel; the token by which to leave."""
    return office.subscriptions.add(name, wish.pop("channel", "file"), **({"now": NOW} | wish)).token


def pushed(office: Office, case: str = "", which: str = "all") -> list[str]:
    """To whom messages were written, in the order of their names."""
    return sorted(notice.name for notice in office.notices(which, number=case) if notice.kind == "push")


def in_the_file(place: Place) -> list[dict[str, Any]]:
    file = place.home / "notices" / "notices.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [letter["data"] for letter in map(json.loads, lines) if letter["data"]["facts"]["kind"] == "push"]


# -- whom it concerns -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "concerned"),
    [
        ({}, True),
        ({"item": "某事项"}, True),
        ({"item": "另一事项"}, False),
        ({"item": "taxation"}, True),
        ({"item": "health"}, False),
        ({"item": "proactive"}, True),
        ({"item": "interpretation"}, False),
        ({"audience": "老年人"}, True),
        ({"audience": "残疾人"}, True),
        ({"audience": "企业"}, False),
        ({"item": "taxation", "audience": "老年人"}, True),
        ({"item": "taxation", "audience": "企业"}, False),
        ({"item": "health", "audience": "老年人"}, False),
    ],
    ids=lambda each: str(each),
)
def test_a_publication_goes_to_those_whom_its_item_field_and_group_concern(
    office: Office, wish: dict[str, str], concerned: bool
) -> None:
    subscribe(office, "甲", **wish)
    publish(office, item="某事项", field="taxation", groups="老年人、残疾人")
    assert pushed(office) == (["甲"] if concerned else [])


@pytest.mark.parametrize("groups", ["老年人,残疾人", "老年人，残疾人", "老年人、残疾人", " 老年人 , 残疾人 ", "残疾人"])
def test_groups_may_be_separated_as_people_do(office: Office, groups: str) -> None:
    subscribe(office, "甲", audience="残疾人")
    publish(office, groups=groups)
    assert pushed(office) == ["甲"]


def test_a_publication_for_no_group_does_not_concern_one_of_a_group(office: Office) -> None:
    subscribe(office, "甲", audience="老年人")
    subscribe(office, "乙")
    publish(office, item="某事项")
    assert pushed(office) == ["乙"]


def test_item_and_field_given_at_the_drafting_concern_as_those_given_at_the_publication(office: Office) -> None:
    subscribe(office, "甲", item="某事项")
    office.receive("proactive", "P-1", facts={"attribute": "open", "formed": DAY, "item": "某事项"}, now=NOW)
    for action, facts in (("submit", {}), ("review_secrecy", {"outcome": "cleared"}), ("mark", {"way": "open"})):
        office.do("P-1", action, facts=facts, now=NOW)
    assert pushed(office) == [], "nothing is public yet"
    office.do("P-1", "publish", now=NOW)
    assert pushed(office) == ["甲"]


ITEMS = ["", "某事项", "taxation", "proactive", "另一事项"]
GROUPS = ["", "老年人", "企业"]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    wishes=st.lists(st.tuples(st.sampled_from(ITEMS), st.sampled_from(GROUPS)), max_size=5),
    item=st.sampled_from(["", "某事项"]),
    field=st.sampled_from(["", "taxation"]),
    groups=st.sampled_from(["", "老年人", "老年人、企业"]),
)
def test_nobody_hears_of_what_does_not_concern_them_and_nobody_misses_what_does(
    office: Office, wishes: Sequence[tuple[str, str]], item: str, field: str, groups: str
) -> None:
    for line in office.subscriptions.all(live=True):
        office.subscriptions.leave(line.token, now=NOW)
    number = f"P-{len(office.cases(include_closed=True, as_of=DAY))}"
    for each, (what, group) in enumerate(wishes):
        # An address for each: the same wish at the same address would be one subscription.
        subscribe(office, f"人{each}", address=f"{number}-{each}", item=what, audience=group)
    publish(office, number, item=item, field=field, groups=groups)
    notified = {item, field, "proactive", ""}
    concerned = [
        f"人{each}"
        for each, (what, group) in enumerate(wishes)
        if what in notified and (not group or group in groups.split("、"))
    ]
    assert pushed(office, number) == concerned


# -- once -----------------------------------------------------------------------------------------------------------


def test_each_publication_is_notified_once_to_each_subscriber(office: Office) -> None:
    for name in ("甲", "乙"):
        subscribe(office, name, address=name)
    publish(office)
    assert pushed(office, "P-1") == ["乙", "甲"]
    publish(office, "P-2")
    assert pushed(office, "P-2") == ["乙", "甲"]
    assert_sound(office)


def test_an_update_is_a_publication_of_its_own(office: Office) -> None:
    subscribe(office, "甲")
    publish(office)
    office.do("P-1", "change", facts={"change_kind": "amended"}, now=at("2026-03-11"))
    office.do("P-1", "review_change", facts={"outcome": "cleared"}, now=at("2026-03-11"))
    assert pushed(office) == ["甲"]
    office.do("P-1", "update", now=at("2026-03-11"))
    assert pushed(office) == ["甲", "甲"]


def test_whoever_asks_twice_for_the_same_has_one_subscription_and_is_notified_once(office: Office) -> None:
    tokens = {subscribe(office, "甲", item="某事项") for _ in range(2)}
    assert len(tokens) == 1
    publish(office, item="某事项")
    assert pushed(office) == ["甲"]


def test_a_retry_of_the_portal_notifies_nobody_twice(office: Office) -> None:
    subscribe(office, "甲")
    ready(office)
    for _ in range(2):
        office.do("P-1", "publish", key="portal-1", now=NOW)
    assert pushed(office) == ["甲"]


def test_a_correction_of_the_entry_that_published_is_no_second_publication(office: Office) -> None:
    subscribe(office, "甲")
    publish(office)
    seq = office.case("P-1", as_of=DAY).record[-1].seq
    office.do("P-1", "correct_entry", facts={"seq": seq, "url": "https://example.gov.cn/b", "reason": "误录"}, now=NOW)
    assert pushed(office) == ["甲"]


@pytest.mark.parametrize("refused", ["dry run", "refused"])
def test_nobody_is_notified_of_what_was_not_entered(office: Office, refused: str) -> None:
    subscribe(office, "甲")
    ready(office)
    if refused == "dry run":
        office.do("P-1", "publish", dry_run=True, now=NOW)
    else:
        with pytest.raises(Refused):
            office.do("P-1", "publish", facts={"field": "不在表中"}, now=NOW)
    assert pushed(office) == []


def test_a_register_of_what_was_published_long_ago_goes_out_to_nobody(office: Office) -> None:
    subscribe(office, "甲")
    base = {"case": "P-1", "workflow": "proactive", "day": "2024-03-04"}
    rows = [
        {**base, "action": "draft", "attribute": "open", "formed": "2024-03-04"},
        {**base, "action": "publish", "url": URL},
    ]
    assert office.import_register(enumerate(rows, 2), now=NOW).taken == 2
    assert pushed(office) == []


def test_after_a_rollback_people_are_notified_once(place: Place, office: Office) -> None:
    subscribe(office, "甲")
    ready(office)
    with place.engine() as engine:
        portal = gkflow.open(engine, home=place.home)
        for end in ("rollback", "rollback", "commit"):
            with Session(engine) as session:
                portal.do("P-1", "publish", facts={"url": URL}, now=NOW, session=session)
                getattr(session, end)()
            assert len(pushed(office)) == (end == "commit")
    office.deliver(NOW)
    office.deliver(at(DAY, "10:00"))
    assert [letter["to"] for letter in in_the_file(place)] == ["甲"]


def test_subscribing_joins_the_transaction_of_the_caller(place: Place, office: Office) -> None:
    ready(office)
    with place.engine() as engine, Session(engine) as session:
        gkflow.open(engine, home=place.home).subscriptions.add("甲", "file", session=session, now=NOW)
        session.rollback()
    office.do("P-1", "publish", now=NOW)
    assert office.subscriptions.all() == []
    assert pushed(office) == []


def test_whoever_subscribes_after_a_publication_hears_of_the_next_alone(office: Office) -> None:
    publish(office)
    subscribe(office, "甲")
    publish(office, "P-2")
    assert (pushed(office, "P-1"), pushed(office, "P-2")) == ([], ["甲"])


# -- leaving --------------------------------------------------------------------------------------------------------


def test_one_who_leaves_is_sent_nothing_that_waits_and_nothing_more(place: Place, office: Office) -> None:
    token = subscribe(office, "甲", address="1")
    subscribe(office, "乙", address="2")
    publish(office)
    publish(office, "P-2")
    assert office.subscriptions.leave(token, now=at(DAY, "09:05")) == 2
    publish(office, "P-3")
    office.deliver(at(DAY, "09:10"))
    assert [letter["to"] for letter in in_the_file(place)] == ["乙"] * 3
    assert pushed(office, which="dead") == ["甲"] * 2
    assert [(line.name, line.left_at) for line in office.subscriptions.all() if line.left_at] == [
        ("甲", at(DAY, "09:05"))
    ]
    assert [line.name for line in office.subscriptions.all(live=True)] == ["乙"]


def test_leaving_is_by_the_number_of_ones_own_subscription_and_no_other(office: Office) -> None:
    # The key of a message ends with the number of its subscription: 1 is not 11.
    tokens = [subscribe(office, f"人{number:02}", address=str(number)) for number in range(12)]
    publish(office)
    assert office.subscriptions.leave(tokens[0], now=NOW) == 1
    assert pushed(office, which="waiting") == [f"人{number:02}" for number in range(1, 12)]


def test_what_was_sent_before_stays_sent(place: Place, office: Office) -> None:
    token = subscribe(office, "甲")
    publish(office)
    office.deliver(NOW)
    assert office.subscriptions.leave(token, now=at(DAY, "10:00")) == 0
    assert pushed(office, which="delivered") == ["甲"]


def test_what_was_buried_when_somebody_left_is_not_brought_back_with_the_other_dead(
    place: Place, office: Office
) -> None:
    # "Retry all that were given up" is an everyday command; who has left is not to hear from us again.
    token = subscribe(office, "甲")
    publish(office)
    office.subscriptions.leave(token, now=NOW)
    office.revive([notice.id for notice in office.notices("dead")], now=NOW)
    office.deliver(at(DAY, "10:00"))
    assert in_the_file(place) == []


def test_a_token_that_is_unknown_or_was_used_is_reported(office: Office) -> None:
    token = subscribe(office, "甲")
    with pytest.raises(NotFound) as unknown:
        office.subscriptions.leave("没有此码", now=NOW)
    assert unknown.value.code == "no_subscription"
    office.subscriptions.leave(token, now=NOW)
    with pytest.raises(Refused) as twice:
        office.subscriptions.leave(token, now=NOW)
    assert twice.value.code == "already_left"
    assert [line.left_at for line in office.subscriptions.all()] == [NOW]


def test_whoever_comes_back_has_a_new_token_and_hears_of_what_follows(office: Office) -> None:
    first = subscribe(office, "甲")
    publish(office)
    office.subscriptions.leave(first, now=NOW)
    second = subscribe(office, "甲")
    assert second != first
    publish(office, "P-2")
    assert (pushed(office, "P-1", "waiting"), pushed(office, "P-2", "waiting")) == ([], ["甲"])


def test_leaving_joins_the_transaction_of_the_caller(place: Place, office: Office) -> None:
    token = subscribe(office, "甲")
    publish(office)
    with place.engine() as engine, Session(engine) as session:
        assert gkflow.open(engine, home=place.home).subscriptions.leave(token, session=session, now=NOW) == 1
        session.rollback()
    assert pushed(office, which="waiting") == ["甲"]
    assert office.subscriptions.leave(token, now=NOW) == 1


@pytest.mark.parametrize(
    ("channel", "address", "code"),
    [
        ("mail", "a@example.gov.cn", "unknown_channel"),
        ("taube", "", "unknown_channel"),
        ("chat", "", "address_missing"),
    ],
)
def test_nobody_is_subscribed_to_a_channel_by_which_nothing_can_leave(
    office: Office, channel: str, address: str, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        office.subscriptions.add("甲", channel, address, now=NOW)
    assert refused.value.code == code
    assert office.subscriptions.all() == []


# -- delivered ------------------------------------------------------------------------------------------------------


def test_the_file_has_the_words_the_address_and_the_way_to_leave(place: Place, office: Office) -> None:
    token = subscribe(office, "甲", item="某事项")
    publish(office, item="某事项")
    office.deliver(NOW)
    (letter,) = in_the_file(place)
    assert letter["to"] == "甲"
    assert letter["subject"] == "【政府信息公开】某办法"
    for words in (f"{DAY} 公开了您订阅的信息：某办法", URL, f"gkflow unsubscribe {token}"):
        assert words in letter["text"]
    office.deliver(at(DAY, "09:30"))
    assert len(in_the_file(place)) == 1


def test_each_gets_only_the_own_way_to_leave(place: Place, office: Office) -> None:
    tokens = {name: subscribe(office, name, address=name) for name in ("甲", "乙")}
    publish(office)
    office.deliver(NOW)
    for letter in in_the_file(place):
        (other,) = set(tokens) - {letter["to"]}
        assert tokens[letter["to"]] in letter["text"]
        assert tokens[other] not in json.dumps(letter, ensure_ascii=False)


def mailing(place: Place, port: int) -> Place:
    return place.settings(
        f'[mail]\nhost = "127.0.0.1"\nport = {port}\ntls = "none"\ntimeout = 5\n'
        'sender = "政务公开办 <gk@example.gov.cn>"\n'
    )


def read(raw: bytes) -> EmailMessage:
    letter = message_from_bytes(raw, policy=policy.default)
    assert isinstance(letter, EmailMessage)
    return letter


def test_mail_reaches_the_subscriber_and_carries_the_way_to_leave(place: Place) -> None:
    with smtp_receiver(Mailbox()) as mailbox, mailing(place, mailbox.port).open() as office:
        wish = {"channel": "mail", "item": "taxation"}
        token = subscribe(office, "甲", address="jia@example.com", **wish)
        subscribe(office, "乙", address="yi@example.com", channel="mail", item="health")
        publish(office, field="taxation")
        assert office.deliver(NOW).failed == 0
        office.deliver(at(DAY, "10:00"))
        assert [to for _, to in mailbox.envelopes] == [["jia@example.com"]]
        letter = read(mailbox.mails[0])
        assert str(letter["subject"]) == "【政府信息公开】某办法"
        text = letter.get_content().replace("\r\n", "\n")
        assert URL in text
        assert f"gkflow unsubscribe {token}" in text
        # The way that it names is a way.
        office.subscriptions.leave(token, now=at(DAY, "10:30"))
        publish(office, "P-2", field="taxation")
        office.deliver(at(DAY, "11:00"))
        assert len(mailbox.mails) == 1


def test_mail_that_the_server_put_off_is_sent_once_when_it_takes_it(place: Place) -> None:
    busy = Mailbox(texts=["451 busy"])
    with smtp_receiver(busy) as mailbox, mailing(place, mailbox.port).open() as office:
        subscribe(office, "甲", address="jia@example.com", channel="mail")
        publish(office)
        now = NOW
        assert (office.deliver(now).failed, len(mailbox.mails)) == (1, 0)
        now += BACK_OFF[0]
        office.deliver(now)
        office.deliver(now + BACK_OFF[1])
        assert len(mailbox.mails) == 1


def test_nobody_is_rung_at_night_and_who_leaves_at_night_is_not_rung_in_the_morning(place: Place) -> None:
    with smtp_receiver(Mailbox()) as mailbox, mailing(place, mailbox.port).open() as office:
        token = subscribe(office, "甲", address="jia@example.com", channel="mail")
        publish(office)
        assert office.deliver(at(DAY, "21:00")).held
        assert mailbox.mails == []
        assert office.subscriptions.leave(token, now=at(DAY, "22:00")) == 1
        office.deliver(at("2026-03-11"))
        assert mailbox.mails == []
