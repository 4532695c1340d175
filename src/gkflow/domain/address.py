"""Addresses (通知地址): whether one is valid for its channel, and how it is shown without its secrets."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

ADDRESSED = ("mail", "webhook", "chat")  # the other channels need no address
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_HOST = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_CHAT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://.+")
# 127.1, 2130706433, 0x7f.1 and 0177.0.0.1 are IPv4 addresses to most resolvers (inet_aton).
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")


def mail_address(address: str) -> str | None:
    """
    The address in the form of an envelope, its host in ASCII; None if it is not exactly one address.

    >>> mail_address("gk@示例.cn")
    'gk@xn--fsq092h.cn'
    >>> mail_address("a@x.cn;b@x.cn"), mail_address("a@x.cn\\n")
    (None, None)
    """
    local, at, host = address.rpartition("@")
    if not at or len(local) > 64 or not _LOCAL_PART.fullmatch(local):
        return None
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    return f"{local}@{host}" if _HOST.fullmatch(host) and len(host) <= 253 else None


def host_of(address: str) -> tuple[str, int | None] | None:
    """Host and port of a web address; None if it is invalid. Only http and https."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    # urlsplit accepts blanks and line ends.
    if parts.scheme not in ("http", "https") or not host or not re.fullmatch(r"[!-~\u00a1-\U0010ffff]+", address):
        return None
    return host, port


def is_local(host: str) -> bool:
    """
    Whether a host is this machine or one on its link, by name or by number (127.0.0.1, ::1, 169.254.169.254).

    >>> [is_local(host) for host in ("localhost", "127.1", "2130706433", "169.254.169.254", "::ffff:127.0.0.1")]
    [True, True, True, True, True]
    >>> [is_local(host) for host in ("10.0.0.5", "example.gov.cn")]
    [False, False]
    """
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith((".localhost", ".localdomain")) or not name:
        return True
    number = _ip(name.partition("%")[0])
    if number is None:
        return False
    if isinstance(number, IPv6Address):
        inner = number.ipv4_mapped or number.sixtofour or _translated(number)
        if inner is not None and is_local(str(inner)):
            return True
    return number.is_loopback or number.is_link_local or number.is_unspecified or number.is_multicast


def _translated(number: IPv6Address) -> IPv4Address | None:
    """The IPv4 address inside a NAT64 (64:ff9b::/96) or an IPv4-compatible one."""
    if int(number) >> 32 in (0x0064FF9B << 64, 0) and int(number) > 1:
        return IPv4Address(int(number) & 0xFFFFFFFF)
    return None


def _ip(name: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(name)
    except ValueError:
        pass
    parts = name.split(".")
    if len(parts) > 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    try:
        numbers = [_as_c_reads(part) for part in parts]
    except ValueError:
        return None
    *heads, tail = numbers
    if any(head > 255 for head in heads) or tail >= 256 ** (4 - len(heads)):
        return None
    whole = tail
    for at, head in enumerate(heads):
        whole += head << (8 * (3 - at))
    return IPv4Address(whole)


def _as_c_reads(part: str) -> int:
    if part[:2] in ("0x", "0X"):
        return int(part[2:] or "0", 16)
    return int(part, 8) if part.startswith("0") else int(part)


def fault_of(channel: str, address: str, allow_local: bool = False) -> str:
    """
    The fault of an address (地址错误), as the code of an error; empty if it is valid.

    >>> fault_of("mail", "a@x.cn;b@x.cn"), fault_of("mail", "a@x.cn")
    ('mail_address_wrong', '')
    >>> fault_of("webhook", "http://[::1]/hook"), fault_of("webhook", "http://[::1]/hook", allow_local=True)
    ('address_is_local', '')
    """
    if channel == "mail":
        return "" if mail_address(address) is not None else "mail_address_wrong"
    if channel == "webhook":
        found = host_of(address)
        if found is None:
            return "web_address_wrong"
        return "" if allow_local or not is_local(found[0]) else "address_is_local"
    if channel == "chat":
        if not _CHAT.fullmatch(address) or not address.isprintable() or " " in address:
            return "chat_address_wrong"
        return "" if allow_local or not _is_local_chat(address) else "address_is_local"
    return ""


def _is_local_chat(address: str) -> bool:
    """apprise also posts to any host (json://host). The host part may be a key instead."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    return host == "localhost" or (("." in host or ":" in host) and is_local(host))


def masked(channel: str, address: str) -> str:
    """
    An address without what may be a password or a key (隐去口令): of a webhook the host, of a chat its kind.

    >>> masked("webhook", "https://gk:pw@example.gov.cn:8443/hook/secret?token=1")
    'https://example.gov.cn:8443/…'
    >>> masked("chat", "wecombot://0a1b2c3d"), masked("mail", "z@example.gov.cn")
    ('wecombot://…', 'z@example.gov.cn')
    """
    if channel not in ("webhook", "chat") or not address:
        return address
    scheme = address.partition("://")[0] if "://" in address else ""
    found = host_of(address) if channel == "webhook" else None
    if found is None:
        return f"{scheme}://…" if re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme) else "…"
    host, port = found
    place = f"[{host}]" if ":" in host else host
    return f"{scheme}://{place}{f':{port}' if port is not None else ''}/…"


def mask_token(token: str) -> str:
    """The first characters of a token (退订码): enough to distinguish tokens, too few to use one."""
    return f"{token[:4]}…" if token else token
