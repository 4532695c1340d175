"""
For whoever receives events (事件接收方): ``gkflow.webhooks.verify()`` tells whether a post comes from the office.

    event = gkflow.webhooks.verify(body, headers, "whsec_…")

It needs no office, no database and no settings, only the extra ``webhook``.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from gkflow import extras
from gkflow.arguments import checked
from gkflow.channels.signature import signature_of
from gkflow.domain.endpoint import secret_key
from gkflow.domain.objections.webhooks import (
    BodyWrong,
    FromTheFuture,
    HeaderMissing,
    SecretWrong,
    SignatureWrong,
    TimestampWrong,
    TooOld,
)
from gkflow.present import machine_clock

TOLERANCE = timedelta(minutes=5)
_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


@checked
def verify(
    body: bytes | str,
    headers: Mapping[str, str],
    secret: str | Sequence[str],
    *,
    now: datetime | None = None,
    tolerance: timedelta = TOLERANCE,
) -> dict[str, Any]:
    """
    The event of a post (核验推送): *body* byte for byte as received, with its *headers* in any spelling. Several
    secrets may be given, while one replaces another.

    Raises Refused, and the code says which check failed: "webhook_header_missing", "webhook_timestamp_wrong",
    "webhook_too_old", "webhook_from_the_future", "webhook_signature_wrong", "webhook_body_wrong";
    "webhook_secret_wrong" for a secret of another form; Unfit ("library_missing") without the extra. Answer 400 then,
    and 2xx once the event is kept. A post may come twice: the header ``webhook-id`` is the same on every retry.
    """
    extras.require("standardwebhooks")
    keys = [secret_key(each) for each in ([secret] if isinstance(secret, str) else secret)]
    if not keys or not all(keys):
        raise SecretWrong()
    by_name = {name.lower(): value for name, value in headers.items()}
    for name in _HEADERS:
        if not by_name.get(name):
            raise HeaderMissing(header=name)
    identity, stamp, signatures = (by_name[name] for name in _HEADERS)
    if not re.fullmatch(r"[0-9]{1,11}", stamp):
        raise TimestampWrong()
    age = int((now if now is not None else machine_clock()).astimezone(UTC).timestamp()) - int(stamp)
    most = int(tolerance.total_seconds())
    if age > most:
        raise TooOld(seconds=age, most=most)
    if -age > most:
        raise FromTheFuture(seconds=-age, most=most)
    data = body.encode() if isinstance(body, str) else bytes(body)
    if not _is_signed([key for key in keys if key], identity, int(stamp), data, signatures.split()):
        raise SignatureWrong()
    try:
        event = json.loads(data)
    except ValueError:
        event = None
    if not isinstance(event, dict):  # signed, but by a sender that is no gkflow
        raise BodyWrong()
    return event


def _is_signed(keys: Sequence[bytes], identity: str, stamp: int, body: bytes, signatures: Sequence[str]) -> bool:
    try:
        expected = [signature_of(key, identity, stamp, body).encode() for key in keys]
    except UnicodeError:  # nothing else than UTF-8 is signed
        return False
    # All are compared, each in constant time, so that the time reveals nothing.
    right = [hmac.compare_digest(one, each.encode("utf-8", "replace")) for one in expected for each in signatures]
    return any(right)
