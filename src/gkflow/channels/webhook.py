"""The signed webhook (签名回调), after the conventions of Standard Webhooks 1.0."""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, ClassVar, Protocol
from urllib.parse import quote

from gkflow import extras
from gkflow.application.ports import Message, NotDelivered
from gkflow.channels.letter import canonical_json, refusal
from gkflow.channels.signature import signature_of, signed_headers
from gkflow.channels.unusable import Unusable, refused
from gkflow.channels.wire import Wire, client_of, server_of, status_words, trust
from gkflow.domain.address import fault_of, masked
from gkflow.domain.objections.installation import LibraryMissing
from gkflow.domain.sentences import said, said_as
from gkflow.plugs import ChannelOffice, ChannelPlug

if TYPE_CHECKING:
    import ssl

    import httpx

PATIENCE = 3
"""After this many consecutive failed connections a server's other messages wait for the next delivery."""

TOLERANCE = timedelta(minutes=5)
LIBRARIES = ("httpx", "standardwebhooks")


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
        return trust()

    def lane(self, address: str) -> str:
        """One server has one sender at a time."""
        try:
            return server_of(address)
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
            extras.require("standardwebhooks")
        except LibraryMissing as error:
            # Not permanent: the messages wait until it is installed.
            yield from refused(messages, extras.missing_words(error.library))
            return
        with client_of(self._settings.timeout, self._trust) as client:
            for message in messages:
                yield message.key, self._outcome(client, message)

    def _outcome(self, client: httpx.Client, message: Message) -> NotDelivered | None:
        try:
            server = server_of(message.address)
            body = canonical_json(message)
            headers = sign(self._settings.secret, message.key, self._now(), body)
            wire = Wire(self._settings.timeout, self._settings.allow_local)
            status, pause = wire.post(client, message.address, body, headers, self._now)
            if not 200 <= status <= 299:
                raise refusal(status_words(server, status), status, pause)
        except NotDelivered as error:
            return error
        return None


def sign(secret: str, key: str, at: datetime, body: bytes) -> dict[str, str]:
    """
    The three headers of a webhook sent at the moment *at*.

    >>> from datetime import UTC
    >>> sign("whsec_c2VjcmV0", "notice-1", datetime(2022, 11, 15, tzinfo=UTC), b"{}")["webhook-timestamp"]
    '1668470400'
    """
    # A header holds ASCII only, and the specification forbids a full stop in an id: it separates the signed parts.
    identity = quote(key, safe=":/@,;=+-_~!*'()$&").replace(".", "%2E")
    return signed_headers(_key_bytes(secret), identity, at, body)


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
    try:
        expected = signature_of(_key_bytes(secret), identity, int(timestamp), body).encode()
    except UnicodeError:  # nothing else than UTF-8 is signed
        return False
    # All are compared, each in constant time, so that the time reveals nothing.
    right = [hmac.compare_digest(expected, one.encode("utf-8", "replace")) for one in signatures]
    return any(right)


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


class _Section(Protocol):
    """The section [webhook] of the settings (回调设置)."""

    secret: str
    timeout: int
    allow_local: bool


def _open(webhook: _Section, office: ChannelOffice) -> Webhook | Unusable | None:
    if not webhook.secret:
        return None
    if missing := next((each for each in LIBRARIES if not extras.is_installed(each)), ""):
        return Unusable("webhook", extras.missing_words(missing))
    try:
        return Webhook(WebhookSettings(webhook.secret, webhook.timeout, webhook.allow_local), office.now)
    except ValueError as error:  # an invalid secret disables webhooks, and nothing else
        return Unusable("webhook", str(error))


PLUG = ChannelPlug(
    "webhook", "", said_as("channel", "webhook"), _open,
    check_address=partial(fault_of, "webhook"), masked=partial(masked, "webhook"),
)  # fmt: skip
