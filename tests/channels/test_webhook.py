"""The signed webhook, to a real HTTP server that fails in every way in which servers fail."""

import base64
import hashlib
import hmac
import json
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels.letters import SUBJECT, TEXT, a_message
from channels.receivers import (
    Answer,
    HttpReceiver,
    a_port_where_nobody_listens,
    answers,
    hangs_up,
    http_receiver,
    line_server,
    resets,
    says,
    says_for_ever,
    says_nothing,
)
from gkflow.application.ports import Message, NotDelivered
from gkflow.channels.webhook import Webhook, WebhookSettings, sign, verify_signature
from slow_walks import slow_after

SECRET = "whsec_" + base64.b64encode(b"a key that two parties know").decode()
NOW = datetime(2022, 11, 15, 0, 30, 7, tzinfo=UTC)
NOW_IN_SECONDS = 1668472207  # date -u -d '2022-11-15 00:30:07' +%s


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    with http_receiver(answers(204)) as running:
        yield running


def webhook(timeout: float = 0.4, secret: str = SECRET) -> Webhook:
    return Webhook(WebhookSettings(secret, timeout, allow_local=True), now=lambda: NOW)


def refusal_of(url: str, timeout: float = 0.4) -> NotDelivered:
    refusal = webhook(timeout).send([a_message(address=url)])["notice-1"]
    assert refusal is not None
    return refusal


def letters(url: str, count: int) -> list[Message]:
    return [a_message(key=str(number), address=url) for number in range(count)]


# --- what arrives -----------------------------------------------------------------------------------------


def test_a_notice_arrives_as_canonical_json_with_its_chinese_intact(receiver: HttpReceiver) -> None:
    outcome = webhook().send([a_message(address=receiver.url)])

    assert outcome == {"notice-1": None}
    (post,) = receiver.posts
    assert post.path == "/hook"
    assert post.headers["content-type"] == "application/json; charset=utf-8"
    assert SUBJECT.encode() in post.body
    body = json.loads(post.body)
    assert body == {
        "type": "notice",
        "timestamp": "2022-11-15T08:30:00+08:00",
        "data": {
            "key": "notice-1",
            "to": "张三",
            "subject": SUBJECT,
            "text": TEXT,
            "facts": {"case": "2022-17", "clock": "reply", "deadline": "2022-11-14"},
        },
    }
    canonical = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert post.body == canonical.encode()


def test_the_signature_is_the_one_that_anybody_computes(receiver: HttpReceiver) -> None:
    webhook().send([a_message(address=receiver.url)])

    (post,) = receiver.posts
    assert post.headers["webhook-id"] == "notice-1"
    assert post.headers["webhook-timestamp"] == str(NOW_IN_SECONDS)
    signed = b"notice-1." + str(NOW_IN_SECONDS).encode() + b"." + post.body
    mac = hmac.new(b"a key that two parties know", signed, hashlib.sha256).digest()
    assert post.headers["webhook-signature"] == "v1," + base64.b64encode(mac).decode()
    assert verify_signature(SECRET, post.headers, post.body, NOW)


def test_the_published_example_of_standard_webhooks_gives_the_published_signature() -> None:
    headers = sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
    )

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_key_in_chinese_becomes_an_id_that_a_header_can_hold(receiver: HttpReceiver) -> None:
    message = a_message(key="公开〔2022〕17号.答复", address=receiver.url)

    webhook().send([message, message])

    first, second = receiver.posts
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-id"].isascii()
    assert "." not in first.headers["webhook-id"]
    assert json.loads(first.body)["data"]["key"] == "公开〔2022〕17号.答复"
    assert verify_signature(SECRET, first.headers, first.body, NOW)


# --- the signature ----------------------------------------------------------------------------------------


def test_a_signature_fails_when_one_byte_anywhere_changes() -> None:
    body = '{"text":"届满"}'.encode()
    headers = sign(SECRET, "notice-1", NOW, body)

    for place in range(len(body)):
        changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        assert not verify_signature(SECRET, headers, changed, NOW)
    assert verify_signature(SECRET, headers, body, NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "notice-2"},
        {"webhook-id": ""},
        {"webhook-timestamp": str(NOW_IN_SECONDS + 1)},
        {"webhook-timestamp": f"{NOW_IN_SECONDS}.0"},
        {"webhook-timestamp": ""},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,签名"},
        {"webhook-signature": "v2,"},
    ],
)
def test_a_signature_fails_when_a_header_changes_or_is_missing(change: dict[str, str]) -> None:
    headers = sign(SECRET, "notice-1", NOW, b"{}")

    assert not verify_signature(SECRET, headers | change, b"{}", NOW)
    without = {name: value for name, value in headers.items() if name not in change}
    assert not verify_signature(SECRET, without, b"{}", NOW)


def test_a_signature_under_another_version_does_not_count() -> None:
    headers = sign(SECRET, "notice-1", NOW, b"{}")
    headers["webhook-signature"] = headers["webhook-signature"].replace("v1,", "v1a,")

    assert not verify_signature(SECRET, headers, b"{}", NOW)


def test_another_secret_does_not_verify() -> None:
    assert not verify_signature("another", sign(SECRET, "notice-1", NOW, b"{}"), b"{}", NOW)


def test_one_right_signature_among_several_is_enough() -> None:
    headers = sign(SECRET, "notice-1", NOW, b"{}")
    other = sign("the old secret", "notice-1", NOW, b"{}")["webhook-signature"]
    headers["webhook-signature"] = f"{other} {headers['webhook-signature']}"

    assert verify_signature(SECRET, headers, b"{}", NOW)


def test_the_names_of_headers_may_be_written_as_http_likes() -> None:
    headers = {name.title(): value for name, value in sign(SECRET, "notice-1", NOW, b"{}").items()}

    assert verify_signature(SECRET, headers, b"{}", NOW)


@pytest.mark.parametrize(
    ("passed", "right"),
    [(300, True), (301, False), (-300, True), (-301, False), (86400, False)],
)
def test_a_timestamp_older_or_newer_than_five_minutes_does_not_verify(passed: int, right: bool) -> None:
    headers = sign(SECRET, "notice-1", NOW, b"{}")

    assert verify_signature(SECRET, headers, b"{}", NOW + timedelta(seconds=passed)) is right


def test_the_tolerance_can_be_chosen() -> None:
    headers = sign(SECRET, "notice-1", NOW, b"{}")
    later = NOW + timedelta(hours=1)

    assert verify_signature(SECRET, headers, b"{}", later, tolerance=timedelta(hours=2))


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_这不是", "whsec_abc"])
def test_a_secret_that_is_none_is_refused_before_anything_is_sent(secret: str) -> None:
    with pytest.raises(ValueError, match="webhook secret"):
        webhook(secret=secret)


def test_the_settings_do_not_show_the_secret() -> None:
    assert "geheim" not in repr(WebhookSettings("geheim"))


# --- what the receiver answers ----------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_delivered(status: int) -> None:
    with http_receiver(answers(status)) as receiver:
        assert webhook().send([a_message(address=receiver.url)]) == {"notice-1": None}


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_what_a_server_objects_to_in_the_notice_is_not_sent_again(status: int) -> None:
    with http_receiver(answers(status, b"sorry")) as receiver:
        refusal = refusal_of(receiver.url)

    assert refusal.permanent
    assert str(status) in refusal.reason


@pytest.mark.parametrize("status", [401, 403, 404, 405, 410])
def test_a_refusal_of_the_address_or_the_login_is_tried_for_a_day(status: int) -> None:
    with http_receiver(answers(status, b"sorry")) as receiver:
        refusal = refusal_of(receiver.url)

    assert not refusal.permanent
    assert refusal.give_up_after == timedelta(days=1)
    assert str(status) in refusal.reason


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 304])
def test_a_server_in_trouble_is_tried_as_long_as_any_other(status: int) -> None:
    with http_receiver(answers(status, b"sorry")) as receiver:
        refusal = refusal_of(receiver.url)

    assert not refusal.permanent
    assert refusal.give_up_after is None
    assert str(status) in refusal.reason


@pytest.mark.parametrize(
    ("asked", "pause"),
    [
        ("120", timedelta(minutes=2)),
        ("Tue, 15 Nov 2022 01:30:07 GMT", timedelta(hours=1)),
        ("Tue, 15 Nov 2022 00:00:00 GMT", timedelta(0)),  # past
        ("soon", None),
        ("-1", None),
        ("1.5", None),
    ],
)
def test_a_server_says_when_to_come_back(asked: str, pause: timedelta | None) -> None:
    with http_receiver(answers(429, retry_after=asked)) as receiver:
        assert refusal_of(receiver.url).retry_after == pause


@pytest.mark.parametrize(("status", "a_day"), [(301, True), (302, False), (303, False), (307, False), (308, True)])
def test_a_redirect_is_not_followed(status: int, a_day: bool, receiver: HttpReceiver) -> None:
    with http_receiver(answers(status, location=receiver.url)) as elsewhere:
        refusal = refusal_of(elsewhere.url)

    assert not refusal.permanent
    assert (refusal.give_up_after is not None) is a_day
    assert receiver.posts == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"]
)
def test_this_machine_is_not_called_unless_the_settings_allow_it(host: str, receiver: HttpReceiver) -> None:
    careful = Webhook(WebhookSettings(SECRET, 0.4), now=lambda: NOW)
    refusal = careful.send([a_message(address=receiver.url.replace("127.0.0.1", host))])["notice-1"]

    assert refusal is not None
    assert "allow_local" in refusal.reason
    assert receiver.posts == []


def test_a_name_that_leads_to_this_machine_is_not_called(
    receiver: HttpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Stands in for a name server that answers with an address on this machine, as one that is hostile may at any time.
    asked: list[str] = []
    look_up = socket.getaddrinfo

    def answer(host: Any, *rest: Any, **more: Any) -> Any:
        asked.append(host.decode() if isinstance(host, bytes) else str(host))
        return look_up("127.0.0.1", *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    url = receiver.url.replace("127.0.0.1", "hooks.example.gov.cn")
    refusal = Webhook(WebhookSettings(SECRET, 0.4), now=lambda: NOW).send([a_message(address=url)])["notice-1"]

    assert asked == ["hooks.example.gov.cn"]
    assert refusal is not None
    assert "allow_local" in refusal.reason
    assert receiver.posts == [], "nothing was said on the line"
    assert webhook().send([a_message(address=url)]) == {"notice-1": None}


BROKEN: list[Answer] = [
    hangs_up,
    resets,
    says_nothing,
    says(b""),
    says(b"\r\n\r\n"),
    says("胡言乱语\r\n\r\n".encode()),
    says(b"SSH-2.0-OpenSSH_9.6\r\n"),
    says(b"HTTP/1.1 two hundred\r\n\r\n"),
    says(b"HTTP/1.1 2"),
    says(b"HTTP/1.1 200 OK\r\n"),
    says(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"),
    says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal"),
    says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    says(b"HTTP/1.1 200 OK\r\nContent-Length: none\r\n\r\n"),
    says(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n"),
]


@pytest.mark.parametrize("answer", BROKEN)
def test_an_answer_that_is_none_or_has_no_end_counts_as_not_delivered_and_is_tried_again(
    answer: Answer,
) -> None:
    with http_receiver(answer) as receiver:
        refusal = refusal_of(receiver.url, timeout=0.2)

    assert not refusal.permanent
    assert len(receiver.posts) == 1


def test_an_answer_that_can_not_be_unpacked_still_counts_by_its_status() -> None:
    with http_receiver(answers(200, b"this is not gzip", content_encoding="gzip")) as receiver:
        assert webhook().send([a_message(address=receiver.url)]) == {"notice-1": None}


def test_an_answer_of_any_length_is_not_read_to_its_end() -> None:
    endless = says_for_ever(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 100_000)
    with http_receiver(endless) as receiver:
        assert webhook().send([a_message(address=receiver.url)]) == {"notice-1": None}


@pytest.mark.parametrize(
    "first",
    slow_after(
        1,
        [
            b"HTTP/1.1 200 OK\r\n\r\n",
            b"",
            b"HTTP/1.1 200 OK\r\nX: ",
            b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n",
        ],
    ),
)
def test_a_server_that_sends_a_byte_now_and_then_does_not_hold_the_outbox(first: bytes) -> None:
    begun = time.monotonic()
    with http_receiver(says_for_ever(first, b"x")) as receiver:
        refusal = refusal_of(receiver.url, timeout=0.1)

    assert not refusal.permanent
    assert "no complete answer within" in refusal.reason
    assert time.monotonic() - begun < 10


def test_a_receiver_that_takes_and_hangs_up_sees_two_copies_with_one_key() -> None:
    with http_receiver(hangs_up, answers(200)) as receiver:
        channel = webhook()
        first = channel.send([a_message(address=receiver.url)])
        second = channel.send([a_message(address=receiver.url)])

    assert first["notice-1"] is not None
    assert not first["notice-1"].permanent
    assert second["notice-1"] is None
    one, two = receiver.posts
    assert one.headers["webhook-id"] == two.headers["webhook-id"] == "notice-1"
    assert one.body == two.body


# --- connections and addresses ----------------------------------------------------------------------------


def test_a_refused_connection_is_tried_again() -> None:
    refusal = refusal_of(f"http://127.0.0.1:{a_port_where_nobody_listens()}/")

    assert not refusal.permanent


def test_a_server_too_busy_to_accept_is_tried_again() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen(1)  # the kernel answers for it, and nobody ever reads

        assert not refusal_of(f"http://127.0.0.1:{busy.getsockname()[1]}/", timeout=0.2).permanent


def test_https_to_a_server_without_tls_is_tried_again(receiver: HttpReceiver) -> None:
    refusal = refusal_of(receiver.url.replace("http://", "https://"))

    assert not refusal.permanent
    assert receiver.posts == []


def test_a_tls_handshake_that_never_ends_does_not_hold_the_outbox() -> None:
    with line_server(b"\x16\x03\x03\x40\x00", again=b"\x00") as server:
        refusal = refusal_of(f"https://127.0.0.1:{server.port}/", timeout=0.1)

    assert not refusal.permanent


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hook",
        "//127.0.0.1/hook",
        "ftp://127.0.0.1/hook",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
        "http:///hook",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:port/",
        "http://[::1/",
        "http://exa mple/",
        "http://例子\x00/",
    ],
)
def test_an_address_that_is_no_web_address_is_refused_for_good_and_harms_no_other(
    url: str, receiver: HttpReceiver
) -> None:
    outcome = webhook().send([a_message(key="bad", address=url), a_message(key="good", address=receiver.url)])

    assert outcome["bad"] is not None
    assert outcome["bad"].permanent
    assert outcome["good"] is None


def test_a_reason_does_not_reveal_what_the_address_keeps_secret() -> None:
    reason = refusal_of(f"http://gk:geheim@127.0.0.1:{a_port_where_nobody_listens()}/token").reason

    assert "geheim" not in reason
    assert "token" not in reason


def test_a_fact_that_json_has_no_form_for_spoils_its_own_notice_only(receiver: HttpReceiver) -> None:
    bad = a_message(key="bad", address=receiver.url, facts={"case": object()})

    outcome = webhook().send([bad, a_message(key="good", address=receiver.url)])

    assert outcome["bad"] is not None
    assert outcome["bad"].permanent
    assert outcome["good"] is None


def test_a_dead_server_is_given_up_before_the_end_of_the_batch_and_harms_no_other(
    receiver: HttpReceiver,
) -> None:
    with http_receiver(hangs_up) as dead:
        batch = letters(dead.url, 20)
        outcome = webhook().send([*batch, a_message(key="good", address=receiver.url)])

    assert outcome["good"] is None
    waiting = [outcome[message.key] for message in batch]
    assert all(refusal is not None and not refusal.permanent for refusal in waiting)
    assert len(dead.posts) == 3


def test_a_server_that_fails_now_and_then_gets_the_whole_batch() -> None:
    with http_receiver(hangs_up, answers(200), hangs_up, hangs_up, answers(200)) as receiver:
        outcome = webhook().send(letters(receiver.url, 8))

    assert [key for key, refusal in outcome.items() if refusal is None] == ["1", "4", "5", "6", "7"]


def test_a_webhook_rings() -> None:
    assert not webhook().quiet
