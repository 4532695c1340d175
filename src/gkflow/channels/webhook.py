"""The signed webhook (签名回调), after the conventions of Standard Webhooks 1.0."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote, urlsplit

from gkflow.application.ports import Message, NotDelivered
from gkflow.channels.hourglass import WHOLE, Hourglass
from gkflow.channels.letter import canonical_json, one_line

if TYPE_CHECKING:
    import httpx

PATIENCE = 3
"""After this many failed connections in a row one server's other messages wait for the next delivery."""

LONGEST_ANSWER = 65536
"""Bytes of an answer that are read; its status is all that counts."""

COME_BACK_LATER = frozenset({408, 425, 429})
GONE_ELSEWHERE = frozenset({301, 308})
TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """How webhooks are signed (回调设置)."""

    secret: str = field(repr=False)
    """``whsec_`` and base64, as Standard Webhooks has it, or any other text, taken as UTF-8 bytes."""

    timeout: float = 10.0
    """Seconds to wait for any one answer."""


class Webhook:
    """
    Post each notice as canonical JSON, signed with HMAC-SHA256 (签名回调).

    The header ``webhook-id`` is the message's key, the same on every retry. Redirects are not followed:
    a notice goes where this office sent it or nowhere.
    """

    name: ClassVar[str] = "webhook"
    quiet: ClassVar[bool] = False

    def __init__(self, settings: WebhookSettings, now: Callable[[], datetime]) -> None:
        _key_bytes(settings.secret)  # a secret that is none is a fault of the settings: told at once
        self._settings = settings
        self._now = now

    def send(self, messages: Sequence[Message]) -> Mapping[str, NotDelivered | None]:
        """Post the messages. Only an answer 2xx that came to its end counts as delivered."""
        import httpx

        outcome: dict[str, NotDelivered | None] = {}
        broken: dict[str, int] = {}
        with httpx.Client(
            timeout=self._settings.timeout,
            follow_redirects=False,
            # A kept connection may be dead when it is used again, and then nobody knows what arrived.
            limits=httpx.Limits(max_keepalive_connections=0),
            headers={"user-agent": "gkflow", "accept": "*/*"},
        ) as client:
            for message in messages:
                try:
                    server = _server(message.address)
                    if broken.get(server, 0) >= PATIENCE:
                        raise NotDelivered(f"{server} 接连没有答复，本批其余通知下次再发")
                    status = self._post(client, server, message)
                    broken[server] = 0
                    _judge(server, status)
                except _Broken as fault:
                    broken[server] = broken.get(server, 0) + 1
                    outcome[message.key] = fault
                except NotDelivered as refusal:
                    outcome[message.key] = refusal
                else:
                    outcome[message.key] = None
        return outcome

    def _post(self, client: httpx.Client, server: str, message: Message) -> int:
        import httpx

        body = canonical_json(message)
        headers = {"content-type": "application/json; charset=utf-8"}
        headers |= sign(self._settings.secret, message.key, self._now(), body)
        with Hourglass(self._settings.timeout * WHOLE) as hourglass:

            def watch(event: str, info: Mapping[str, Any]) -> None:
                if event.endswith("connect_tcp.complete"):
                    hourglass.watch(info["return_value"].get_extra_info("socket"))

            try:
                with client.stream(
                    "POST", message.address, content=body, headers=headers, extensions={"trace": watch}
                ) as answer:
                    read = 0
                    for piece in answer.iter_raw():  # raw: what it says is not our business
                        read += len(piece)
                        if read > LONGEST_ANSWER:
                            break
                    else:
                        # An answer without a length ends where the line does, even if we hung up.
                        if hourglass.ran_out:
                            raise TimeoutError
                    return answer.status_code
            except httpx.TimeoutException as fault:
                raise _Broken(f"{server} 等不到答复") from fault
            except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as fault:
                raise NotDelivered(f"回调地址不对：{one_line(fault)}", permanent=True) from fault
            except (httpx.HTTPError, OSError) as fault:
                if hourglass.ran_out:
                    raise _Broken(f"{server} 超过 {hourglass.seconds:g} 秒没有答完") from fault
                words = one_line(fault) or type(fault).__name__
                raise _Broken(f"{server} 连接失败或没有答完：{words}") from fault


class _Broken(NotDelivered):
    """The connection failed: what the server would have said is not known."""


def sign(secret: str, key: str, at: datetime, body: bytes) -> dict[str, str]:
    """
    Return the three headers of a webhook made at the moment *at*.

    >>> from datetime import UTC
    >>> sign("whsec_c2VjcmV0", "notice-1", datetime(2022, 11, 15, tzinfo=UTC), b"{}")["webhook-timestamp"]
    '1668470400'
    """
    # A header holds ASCII only, and the specification wants no full stop in an id: it parts the signed text.
    identity = quote(key, safe=":/@,;=+-_~!*'()$&").replace(".", "%2E")
    timestamp = str(int(at.timestamp()))
    return {
        "webhook-id": identity,
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1," + _signature(secret, identity, timestamp, body),
    }


def verify_signature(
    secret: str,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
    tolerance: timedelta = TOLERANCE,
) -> bool:
    """
    Say whether *body*, byte for byte as it came, was signed with *secret* not long before or after *now*.

    For receivers. Of several signatures one must be right, so that a secret can be replaced without a gap.
    """
    by_name = {name.lower(): value for name, value in headers.items()}
    identity = by_name.get("webhook-id", "")
    timestamp = by_name.get("webhook-timestamp", "")
    signatures = by_name.get("webhook-signature", "").split()
    if not identity or not re.fullmatch(r"[0-9]{1,12}", timestamp):
        return False
    if abs(now.timestamp() - int(timestamp)) > tolerance.total_seconds():
        return False
    expected = ("v1," + _signature(secret, identity, timestamp, body)).encode()
    # Every one is compared, each in constant time: how long it takes tells nothing.
    right = [hmac.compare_digest(expected, one.encode("utf-8", "replace")) for one in signatures]
    return any(right)


def _signature(secret: str, identity: str, timestamp: str, body: bytes) -> str:
    signed = f"{identity}.{timestamp}.".encode("utf-8", "replace") + body
    return base64.b64encode(hmac.digest(_key_bytes(secret), signed, hashlib.sha256)).decode()


def _key_bytes(secret: str) -> bytes:
    """Return the key. Raises ValueError for none, and for ``whsec_`` without base64."""
    if not secret.startswith("whsec_"):
        key = secret.encode()
    else:
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except ValueError as fault:
            raise ValueError(f"webhook secret: what follows whsec_ is not base64 ({fault})") from None
    if not key:
        raise ValueError("webhook secret: empty")
    return key


def _server(address: str) -> str:
    """Return host and port, which may be told: path and user may hold a password. Only http and https."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError as fault:
        raise NotDelivered(f"回调地址不对：{one_line(fault)}", permanent=True) from fault
    # urlsplit forgives what it should not: a blank, a line's end.
    if parts.scheme not in ("http", "https") or not host or not re.fullmatch(r"[!-~\u0080-\U0010ffff]+", address):
        raise NotDelivered("回调地址不对：只用 http:// 或 https://", permanent=True)
    return one_line(host if port is None else f"{host}:{port}")


def _judge(server: str, status: int) -> None:
    """Raise NotDelivered for any status but 2xx."""
    if 200 <= status <= 299:
        return
    if 300 <= status <= 399:
        raise NotDelivered(f"{server} 要转到别处（{status}），不跟随；请改回调地址", permanent=status in GONE_ELSEWHERE)
    refused = 400 <= status <= 499 and status not in COME_BACK_LATER
    raise NotDelivered(f"{server} 答复 {status}", permanent=refused)
