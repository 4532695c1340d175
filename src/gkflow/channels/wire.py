"""One signed post (签名推送): to its address alone, within its time, and to this machine only where that is allowed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from gkflow import extras
from gkflow.application.ports import NotDelivered
from gkflow.channels.hourglass import WHOLE, Hourglass
from gkflow.channels.letter import GIVE_UP_AFTER, one_line
from gkflow.domain.address import host_of, is_local
from gkflow.domain.sentences import said
from gkflow.words.system import known_reason

if TYPE_CHECKING:
    import ssl

    import httpx

LONGEST_ANSWER = 65536
"""Bytes of an answer that are read; only its status matters."""


def trust() -> ssl.SSLContext:
    """The trusted certificates. Raises LibraryMissing."""
    extras.require("httpx")
    import httpx

    return httpx.create_ssl_context()


def client_of(timeout: float, trusted: ssl.SSLContext) -> httpx.Client:
    """A client that follows no redirect."""
    import httpx

    return httpx.Client(
        timeout=timeout,
        follow_redirects=False,
        verify=trusted,
        # A kept connection may be dead when it is used again, and then the outcome is unknown.
        limits=httpx.Limits(max_keepalive_connections=0),
        headers={"user-agent": "gkflow", "accept": "*/*"},
    )


@dataclass(frozen=True, slots=True)
class Wire:
    """How long one answer may take, and whether an address may be on this machine (推送方式)."""

    timeout: float
    allow_local: bool

    @property
    def longest(self) -> float:
        """The seconds that a whole conversation may take."""
        return self.timeout * WHOLE

    def post(
        self, client: httpx.Client, address: str, body: bytes, headers: Mapping[str, str], now: Callable[[], datetime]
    ) -> tuple[int, timedelta | None]:
        """The status of the answer, and how long the server asks to be left alone. Raises NotDelivered for none."""
        server = server_of(address)
        if not self.allow_local and is_local(urlsplit(address).hostname or ""):
            raise _forbidden(server)
        status, retry_after = self._post(client, address, body, headers)
        return status, _pause(retry_after, now())

    def _post(self, client: httpx.Client, address: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        import httpx

        server = server_of(address)
        headers = {"content-type": "application/json; charset=utf-8", **headers}
        with Hourglass(self.longest) as hourglass:
            trace = _Trace(hourglass, address, self.allow_local)
            try:
                with client.stream(
                    "POST", address, content=body, headers=headers, extensions={"trace": trace.watch}
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
                words = known_reason(one_line(fault)) or type(fault).__name__
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


def server_of(address: str) -> str:
    """Host and port, which may be shown: path and user may hold a password. Only http and https."""
    found = host_of(address)
    if found is None:
        raise NotDelivered(said("the webhook's address is wrong: only http:// or https://"), permanent=True)
    host, port = found
    return one_line(host if port is None else f"{host}:{port}")


def status_words(server: str, status: int) -> str:
    """What a status other than 2xx says (答复状态)."""
    if 300 <= status <= 399:
        return said(
            "{server} redirects ({status}), which is not followed: correct the webhook's address",
            server=server, status=status,
        )  # fmt: skip
    return said("{server} answered {status}", server=server, status=status)
