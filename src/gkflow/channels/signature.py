"""The signature of a post (推送签名), by the library of Standard Webhooks 1.0; it is loaded with the first one."""

from __future__ import annotations

from datetime import UTC, datetime

from gkflow import extras


def signature_of(key: bytes, identity: str, timestamp: int, body: bytes) -> str:
    """The signature, as ``v1,…``. Raises UnicodeError for a body that is not UTF-8."""
    extras.require("standardwebhooks")
    from standardwebhooks import Webhook

    # The library reads the hour of any moment as UTC.
    return Webhook(key).sign(identity, datetime.fromtimestamp(timestamp, UTC), body.decode())


def signed_headers(key: bytes, identity: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a post sent at the moment *at*."""
    timestamp = int(at.timestamp())
    return {
        "webhook-id": identity,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature_of(key, identity, timestamp, body),
    }
