"""gkflow.webhooks.verify: what a receiver of events may trust, and which check failed."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

import gkflow
from gkflow.domain.errors import Refused
from gkflow.present import machine_clock
from gkflow.webhooks import verify

# The test vector of the libraries of Standard Webhooks.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
SENT = datetime.fromtimestamp(1614265330, UTC)
HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}  # fmt: skip
OTHER = "whsec_" + base64.b64encode(b"another secret of 24 byte").decode()


def code_of(headers: Mapping[str, str] = HEADERS, body: Any = BODY, secret: Any = SECRET, **more: Any) -> str:
    with pytest.raises(gkflow.Refused) as refused:
        verify(body, headers, secret, **{"now": SENT, **more})
    return refused.value.code


def test_the_test_vector_of_standard_webhooks_is_verified() -> None:
    assert verify(BODY, HEADERS, SECRET, now=SENT) == {"test": 2432232314}
    assert verify(BODY.decode(), HEADERS, SECRET, now=SENT) == {"test": 2432232314}
    assert verify(memoryview(BODY), HEADERS, SECRET, now=SENT) == {"test": 2432232314}


def test_what_the_library_signs_now_is_verified_by_the_machines_clock() -> None:
    now = machine_clock()
    signed = Webhook(OTHER).sign("msg_1", now, '{"事件":1}')
    headers = {"Webhook-Id": "msg_1", "Webhook-Timestamp": str(int(now.timestamp())), "WEBHOOK-SIGNATURE": signed}
    assert verify('{"事件":1}'.encode(), headers, OTHER) == {"事件": 1}


def test_several_secrets_and_several_signatures_allow_a_change_without_a_gap() -> None:
    assert verify(BODY, HEADERS, [OTHER, SECRET], now=SENT)
    old = Webhook(OTHER).sign(HEADERS["webhook-id"], SENT, BODY.decode())
    both = HEADERS | {"webhook-signature": f"{old} {HEADERS['webhook-signature']}"}
    assert verify(BODY, both, SECRET, now=SENT)
    assert verify(BODY, both, OTHER, now=SENT)


@pytest.mark.parametrize("name", sorted(HEADERS))
@pytest.mark.parametrize("empty", [False, True])
def test_a_missing_header_is_named(name: str, empty: bool) -> None:
    headers = HEADERS | {name: ""} if empty else {key: value for key, value in HEADERS.items() if key != name}
    with pytest.raises(gkflow.Refused) as refused:
        verify(BODY, headers, SECRET, now=SENT)
    assert (refused.value.code, refused.value.facts) == ("webhook_header_missing", {"header": name})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"webhook-id": "msg_2"}, "webhook_signature_wrong"),
        ({"webhook-timestamp": "1614265331"}, "webhook_signature_wrong"),
        ({"webhook-timestamp": "1614265330.0"}, "webhook_timestamp_wrong"),
        ({"webhook-timestamp": "-1"}, "webhook_timestamp_wrong"),
        ({"webhook-timestamp": "１６１４２６５３３０"}, "webhook_timestamp_wrong"),
        ({"webhook-timestamp": "9" * 30}, "webhook_timestamp_wrong"),
        ({"webhook-timestamp": "9" * 11}, "webhook_from_the_future"),
        ({"webhook-signature": "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}, "webhook_signature_wrong"),
        ({"webhook-signature": "v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}, "webhook_signature_wrong"),
        ({"webhook-signature": "v1, , v1,签名 \udc00"}, "webhook_signature_wrong"),
        ({"webhook-id": "\udc00"}, "webhook_signature_wrong"),
    ],
)
def test_a_changed_header_fails_by_its_own_check(change: dict[str, str], code: str) -> None:
    assert code_of(HEADERS | change) == code


@pytest.mark.parametrize("body", [b"", b'{"test":2432232314}', BODY + b" ", b"\xff" + BODY, "签名"])
def test_a_changed_body_fails_by_the_signature(body: Any) -> None:
    assert code_of(body=body) == "webhook_signature_wrong"


def test_another_secret_fails_by_the_signature_and_another_form_is_named() -> None:
    assert code_of(secret=OTHER) == "webhook_signature_wrong"
    for secret in ("", "secret", "whsec_", "whsec_?", [], [SECRET, "x"]):
        assert code_of(secret=secret) == "webhook_secret_wrong"


@pytest.mark.parametrize(("seconds", "code"), [(301, "webhook_too_old"), (-301, "webhook_from_the_future")])
def test_a_post_is_accepted_for_five_minutes_or_as_long_as_the_receiver_says(seconds: int, code: str) -> None:
    later = SENT + timedelta(seconds=seconds)
    assert code_of(now=later) == code
    assert verify(BODY, HEADERS, SECRET, now=SENT + timedelta(seconds=300))
    assert verify(BODY, HEADERS, SECRET, now=SENT - timedelta(seconds=300))
    assert verify(BODY, HEADERS, SECRET, now=later, tolerance=timedelta(minutes=10))


@pytest.mark.parametrize("given", [(None, HEADERS, SECRET), (BODY, None, SECRET), (BODY, HEADERS, 7)])
def test_what_is_no_post_is_refused_in_one_line(given: tuple[Any, Any, Any]) -> None:
    with pytest.raises(gkflow.GkflowError) as refused:
        verify(*given, now=SENT)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("body", ["not JSON", "[1]", '"text"'])
def test_a_signed_body_that_is_no_event_is_refused_by_its_code(body: str) -> None:
    secret, moment = "whsec_" + "MDEy" * 8, datetime(2026, 11, 20, 9, tzinfo=UTC)
    signed = Webhook(secret).sign("msg_1", moment, body)
    headers = {
        "webhook-id": "msg_1", "webhook-timestamp": str(int(moment.timestamp())), "webhook-signature": signed,
    }  # fmt: skip
    with pytest.raises(Refused) as error:
        verify(body, headers, secret, now=moment)
    assert error.value.code == "webhook_body_wrong"
