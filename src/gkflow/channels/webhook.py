"""The signed webhook (签名回调), after the conventions of Standard Webhooks 1.0."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar, Protocol
from urllib.parse import quote, urlsplit

from gkflow import extras
from gkflow.application.ports import Message, NotDelivered
from gkflow.channels.hourglass import WHOLE, Hourglass
from gkflow.channels.letter import GIVE_UP_AFTER, canonical_json, one_line, refusal
from gkflow.channels.unusable import Unusable, refused
from gkflow.domain.address import fault_of, host_of, is_local, masked
from gkflow.domain.objections.installation import LibraryMissing
from gkflow.domain.sentences import said, said_as
from gkflow.plugs import ChannelOffice, ChannelPlug

if TYPE_CHECKING:
    import ssl

    import httpx

PATIENCE = 3
"""After this many consecutive failed connections a server's other messages wait for the next delivery."""

LONGEST_ANSWER = 65536
"""Bytes of an answer that are read; only its status matters."""

TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """How webhooks are signed (回调设置)."""

    secret: str = field(repr=False)
    """``whsec_`` and base64, as in Standard Webhooks, or any other text, used as UTF-8 bytes."""

    timeout: float = 10.0
    """Seconds to wait for any one answer."""

    allow_local: bool = False
    """Whether a webhook may be on this machine or its link (127.0.0.1, 169.254.169.254)."""


class Webhook:
    """
    Post each notice as canonical JSON, signed with HMAC-SHA256 (签名回调).

    The header ``webhook-id`` is the message's key, the same on every retry. Redirects are not followed: a notice goes
    only to the configured address.
    """

    name: ClassVar[str] = "webhook"
    quiet: ClassVar[bool] = False

    def __init__(self, settings: WebhookSettings, now: Callable[[], datetime]) -> None:
        _key_bytes(settings.secret)  # an invalid secret is a fault of the settings: reported at once
        self._settings = settings
        self._now = now

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """The trusted certificates, read once, because reading them takes longer than a call."""
        import httpx

        return httpx.create_ssl_context()

    def lane(self, address: str) -> str:
        """One server has one sender at a time."""
        try:
            return _server(address)
        except NotDelivered:
            return address

    def send(self, messages: Sequence[Message]) -> Mapping[str, NotDelivered | None]:
        """Post the messages. A server that failed several times in a row is not called again."""
        outcome: dict[str, NotDelivered | None] = {}
        broken: dict[str, int] = {}

        def worth_calling() -> Iterator[Message]:
            for message in messages:
                server = self.lane(message.address)
                if broken.get(server, 0) < PATIENCE:
                    yield message
                    error = outcome[message.key]
                    broken[server] = broken.get(server, 0) + 1 if error is not None and error.unreachable else 0
                else:
                    outcome[message.key] = NotDelivered(
                        said("{server} gave no answer several times; the rest of the batch waits", server=server)
                    )

        for key, error in self.send_each(worth_calling()):
            outcome[key] = error
        return outcome

    def send_each(self, messages: Iterable[Message]) -> Iterator[tuple[str, NotDelivered | None]]:
        """Post the messages one after the other. Only a complete answer 2xx counts as delivered."""
        try:
            extras.require("httpx")
        except LibraryMissing:
            # Not permanent: the messages wait until it is installed.
            yield from refused(messages, extras.missing_words("httpx"))
            return
        import httpx

        with httpx.Client(
            timeout=self._settings.timeout,
            follow_redirects=False,
            verify=self._trust,
            # A kept connection may be dead when it is used again, and then the outcome is unknown.
            limits=httpx.Limits(max_keepalive_connections=0),
            headers={"user-agent": "gkflow", "accept": "*/*"},
        ) as client:
            for message in messages:
                yield message.key, self._outcome(client, message)

    def _outcome(self, client: httpx.Client, message: Message) -> NotDelivered | None:
        try:
            server = _server(message.address)
            if not self._settings.allow_local and is_local(urlsplit(message.address).hostname or ""):
                raise _forbidden(server)
            status, retry_after = self._post(client, server, message)
            _judge(server, status, _pause(retry_after, self._now()))
        except NotDelivered as error:
            return error
        return None

    def _post(self, client: httpx.Client, server: str, message: Message) -> tuple[int, str]:
        import httpx

        body = canonical_json(message)
        headers = {"content-type": "application/json; charset=utf-8"}
        headers |= sign(self._settings.secret, message.key, self._now(), body)
        with Hourglass(self._settings.timeout * WHOLE) as hourglass:
            trace = _Trace(hourglass, message.address, self._settings.allow_local)
            try:
                with client.stream(
                    "POST", message.address, content=body, headers=headers, extensions={"trace": trace.watch}
                ) as answer:
                    read = 0
                    for piece in answer.iter_raw():  # raw: the content is ignored
                        read += len(piece)
                        if read > LONGEST_ANSWER:
                            break
                    else:
                        # An answer without a length ends with the connection, even if we closed it.
                        if hourglass.ran_out:
                            raise TimeoutError
                    return answer.status_code, answer.headers.get("retry-after", "")
            except _Local as fault:
                raise _forbidden(server) from fault
            except httpx.TimeoutException as fault:
                raise _broken(said("{server} gave no answer in time", server=server)) from fault
            except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as fault:
                raise NotDelivered(said("the webhook's address is wrong"), permanent=True) from fault
            except (httpx.HTTPError, OSError) as fault:
                if hourglass.ran_out:
                    raise _broken(
                        said(
                            "{server} gave no complete answer within {seconds:g} seconds",
                            server=server, seconds=hourglass.seconds,
                        )
                    ) from fault  # fmt: skip
                words = one_line(fault) or type(fault).__name__
                raise _broken(
                    said("{server}: the connection failed or broke off: {words}", server=server, words=words)
                ) from fault


class _Local(Exception):
    """The name resolves to this machine or its link."""


class _Trace:
    """The observed state of one call (连接过程): its connection, and the address of the name."""

    def __init__(self, hourglass: Hourglass, address: str, allow_local: bool) -> None:
        self.hourglass, self.allow_local = hourglass, allow_local
        self.host = (urlsplit(address).hostname or "").lower()
        self.direct = True

    def watch(self, event: str, info: Mapping[str, Any]) -> None:
        """
        Check a connection before anything is sent. A name may resolve differently now than when it was entered or a
        moment ago, so the address of the connection itself is checked.
        """
        if event.endswith("connect_tcp.started"):
            host = info.get("host", "")
            named = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
            # Through a proxy the connection is the proxy's, and the proxy resolves the name.
            self.direct = _same_host(named, self.host)
        if event.endswith("connect_tcp.complete"):
            line = info["return_value"].get_extra_info("socket")
            self.hourglass.watch(line)
            if self.direct and not self.allow_local and is_local(str(line.getpeername()[0])):
                line.close()
                raise _Local


def _same_host(one: str, other: str) -> bool:
    if one.lower() == other:
        return True
    try:
        return one.lower() == other.encode("idna").decode("ascii")
    except UnicodeError:
        return False


def _forbidden(server: str) -> NotDelivered:
    words = said(
        "{server} is on this machine or its link and is not called; if it must be, set [webhook] allow_local = true",
        server=server,
    )
    return NotDelivered(words, give_up_after=GIVE_UP_AFTER)


def _pause(retry_after: str, now: datetime) -> timedelta | None:
    """
    The delay that a server requests (Retry-After): seconds, or a moment (RFC 9110 10.2.3); None for anything else.

    >>> from datetime import UTC
    >>> _pause("120", datetime(2022, 11, 15, tzinfo=UTC))
    datetime.timedelta(seconds=120)
    >>> _pause("Tue, 15 Nov 2022 00:01:00 GMT", datetime(2022, 11, 15, tzinfo=UTC))
    datetime.timedelta(seconds=60)
    """
    from email.utils import parsedate_to_datetime

    text = retry_after.strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return timedelta(seconds=int(text))
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    pause = (at if at.tzinfo is not None else at.replace(tzinfo=UTC)) - now
    return max(pause, timedelta(0))


def _broken(reason: str) -> NotDelivered:
    """The connection failed: the server's answer is unknown."""
    return NotDelivered(reason, unreachable=True)


def sign(secret: str, key: str, at: datetime, body: bytes) -> dict[str, str]:
    """
    The three headers of a webhook sent at the moment *at*.

    >>> from datetime import UTC
    >>> sign("whsec_c2VjcmV0", "notice-1", datetime(2022, 11, 15, tzinfo=UTC), b"{}")["webhook-timestamp"]
    '1668470400'
    """
    # A header holds ASCII only, and the specification forbids a full stop in an id: it separates the signed parts.
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
    Whether *body*, byte for byte as received, was signed with *secret* within the tolerance around *now*.

    For receivers. One of several signatures must be valid, so that a secret can be replaced without a gap.
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
    # All are compared, each in constant time, so that the time reveals nothing.
    right = [hmac.compare_digest(expected, one.encode("utf-8", "replace")) for one in signatures]
    return any(right)


def _signature(secret: str, identity: str, timestamp: str, body: bytes) -> str:
    signed = f"{identity}.{timestamp}.".encode("utf-8", "replace") + body
    return base64.b64encode(hmac.digest(_key_bytes(secret), signed, hashlib.sha256)).decode()


def _key_bytes(secret: str) -> bytes:
    """The key. Raises ValueError if it is empty, and for ``whsec_`` without base64."""
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
    """Host and port, which may be shown: path and user may hold a password. Only http and https."""
    found = host_of(address)
    if found is None:
        raise NotDelivered(said("the webhook's address is wrong: only http:// or https://"), permanent=True)
    host, port = found
    return one_line(host if port is None else f"{host}:{port}")


def _judge(server: str, status: int, retry_after: timedelta | None) -> None:
    """Raise NotDelivered for any status but 2xx."""
    if 200 <= status <= 299:
        return
    reason = said("{server} answered {status}", server=server, status=status)
    if 300 <= status <= 399:
        reason = said(
            "{server} redirects ({status}), which is not followed: correct the webhook's address",
            server=server, status=status,
        )  # fmt: skip
    raise refusal(reason, status, retry_after)


class _Section(Protocol):
    """The section [webhook] of the settings (回调设置)."""

    secret: str
    timeout: int
    allow_local: bool


def _open(webhook: _Section, office: ChannelOffice) -> Webhook | Unusable | None:
    if not webhook.secret:
        return None
    if not extras.is_installed("httpx"):
        return Unusable("webhook", extras.missing_words("httpx"))
    try:
        return Webhook(WebhookSettings(webhook.secret, webhook.timeout, webhook.allow_local), office.now)
    except ValueError as error:  # an invalid secret disables webhooks, and nothing else
        return Unusable("webhook", str(error))


PLUG = ChannelPlug(
    "webhook", "", said_as("channel", "webhook"), _open,
    check_address=partial(fault_of, "webhook"), masked=partial(masked, "webhook"),
)  # fmt: skip
