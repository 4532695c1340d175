"""Work chat, through apprise to a real HTTP server."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from channels.letters import SUBJECT, TEXT, a_message
from channels.receivers import (
    Answer,
    HttpReceiver,
    a_port_where_nobody_listens,
    answers,
    hangs_up,
    http_receiver,
    says,
    says_nothing,
)
from gkflow.application.ports import NotDelivered
from gkflow.channels.chat import Chat


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    with http_receiver(answers(200)) as running:
        yield running


def chat_url(receiver: HttpReceiver) -> str:
    return f"json://127.0.0.1:{receiver.port}/room"


def refusal_of(address: str) -> NotDelivered:
    refusal = Chat(timeout=0.3).send([a_message(address=address)])["notice-1"]
    assert refusal is not None
    return refusal


def test_a_chinese_subject_and_text_arrive_intact_with_the_key(receiver: HttpReceiver) -> None:
    outcome = Chat().send([a_message(address=chat_url(receiver))])

    assert outcome == {"notice-1": None}
    (post,) = receiver.posts
    body = json.loads(post.body)
    assert body["title"] == SUBJECT
    assert body["message"].startswith(TEXT.rstrip())
    assert body["message"].endswith("notice-1")


def test_marks_of_another_markup_are_left_as_they_are(receiver: HttpReceiver) -> None:
    Chat().send([a_message(address=chat_url(receiver), text=r"<b>不是粗体</b> & *星* \n :smile:")])

    assert json.loads(receiver.posts[0].body)["message"].startswith(r"<b>不是粗体</b> & *星* \n :smile:")


def test_every_notice_of_a_batch_is_sent_once(receiver: HttpReceiver) -> None:
    outcome = Chat().send([a_message(key=str(number), address=chat_url(receiver)) for number in range(5)])

    assert set(outcome.values()) == {None}
    assert len(receiver.posts) == 5


@pytest.mark.parametrize(
    ("status", "a_day"),
    [(401, True), (404, True), (410, True), (403, True), (429, False), (500, False), (503, False)],
)
def test_a_chat_that_refuses_is_tried_for_a_day(status: int, a_day: bool) -> None:
    with http_receiver(answers(status)) as receiver:
        refusal = refusal_of(chat_url(receiver))

    assert not refusal.permanent
    assert refusal.give_up_after == (timedelta(days=1) if a_day else None)
    assert str(status) in refusal.reason
    assert len(receiver.posts) == 1


def test_what_a_chat_objects_to_in_the_notice_is_not_sent_again() -> None:
    with http_receiver(answers(422)) as receiver:
        assert refusal_of(chat_url(receiver)).permanent


def test_a_reason_does_not_reveal_the_key_of_the_chat() -> None:
    from gkflow.channels.chat import _refusal

    refusal = _refusal(["no route to json://gk:geheim-1@host/0a1b2c3d4e"], "json://gk:geheim-1@host/0a1b2c3d4e")
    assert "geheim" not in refusal.reason
    assert "0a1b2c3d4e" not in refusal.reason


def test_a_redirect_is_not_followed(receiver: HttpReceiver) -> None:
    with http_receiver(answers(302, location=receiver.url)) as elsewhere:
        assert not refusal_of(chat_url(elsewhere)).permanent

    assert receiver.posts == []


@pytest.mark.parametrize("answer", [hangs_up, says_nothing, says("胡言乱语\r\n\r\n".encode()), says(b"HTTP/1.1 2")])
def test_a_connection_that_fails_is_reported_and_tried_again(answer: Answer) -> None:
    with http_receiver(answer) as receiver:
        assert not refusal_of(chat_url(receiver)).permanent


def test_the_time_out_is_the_one_that_was_set() -> None:
    begun = time.monotonic()
    with http_receiver(says_nothing) as receiver:
        refusal_of(chat_url(receiver))

    assert time.monotonic() - begun < 3.5  # apprise by itself waits for 4


def test_a_refused_connection_is_tried_again() -> None:
    assert not refusal_of(f"json://127.0.0.1:{a_port_where_nobody_listens()}/").permanent


def test_a_chat_that_takes_and_hangs_up_sees_two_copies_with_one_key() -> None:
    with http_receiver(hangs_up, answers(200)) as receiver:
        first = Chat().send([a_message(address=chat_url(receiver))])
        second = Chat().send([a_message(address=chat_url(receiver))])

    assert first["notice-1"] is not None
    assert second["notice-1"] is None
    one, two = receiver.posts
    assert one.body == two.body
    assert "notice-1" in json.loads(one.body)["message"]


@pytest.mark.parametrize("address", ["", "chat", "nonsense://geheim", "json://", "wecombot://"])
def test_an_address_that_apprise_does_not_know_is_refused_for_good_and_harms_no_other(
    address: str, receiver: HttpReceiver
) -> None:
    outcome = Chat().send([a_message(key="bad", address=address), a_message(key="good", address=chat_url(receiver))])

    assert outcome["bad"] is not None
    assert outcome["bad"].permanent
    assert "geheim" not in outcome["bad"].reason
    assert outcome["good"] is None


def test_a_reason_does_not_reveal_the_password_in_the_address() -> None:
    assert "geheim" not in refusal_of(f"json://gk:geheim@127.0.0.1:{a_port_where_nobody_listens()}/").reason


def test_without_apprise_the_notice_waits_and_one_line_names_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)

    refusal = refusal_of("json://127.0.0.1/")

    assert not refusal.permanent
    assert "gkflow[chat]" in refusal.reason
    assert "\n" not in refusal.reason


def test_a_chat_rings() -> None:
    assert not Chat().quiet


def test_importing_the_channels_loads_none_of_their_slow_libraries() -> None:
    program = (
        "import sys, gkflow.channels\n"
        "print(*sorted({'httpx', 'smtplib', 'apprise', 'email', 'ssl', 'requests'} & sys.modules.keys()))"
    )
    environment_path = [entry for entry in sys.path if entry]
    body = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {environment_path!r}\n{program}"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert body.stdout.split() == []
