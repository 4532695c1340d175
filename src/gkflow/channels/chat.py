"""Work chat (工作群): WeCom, DingTalk, Feishu and everything else that `apprise` supports."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from gkflow import extras
from gkflow.application.ports import Message, NotDelivered
from gkflow.channels.letter import COME_BACK_LATER, NOT_THIS_NOTICE, one_line, refusal
from gkflow.channels.unusable import Unusable, refused
from gkflow.domain.address import fault_of, masked
from gkflow.domain.objections.installation import LibraryMissing
from gkflow.domain.sentences import said, said_as
from gkflow.plugs import ChannelOffice, ChannelPlug
from gkflow.words.language import CHINESE

if TYPE_CHECKING:
    import apprise

SECRET_LENGTH = 8  # a shorter part of an address is a word, not a key


class Chat:
    """
    Send notices to chats by their apprise URL (工作群).

    Delivered means that apprise reports success. Some chats refuse a text with status 200, which apprise counts as
    success: so a chat is never the only channel of a notice; the file has it too.
    """

    name: ClassVar[str] = "chat"
    quiet: ClassVar[bool] = False

    def __init__(self, timeout: float = 10.0) -> None:
        self._timeout = timeout

    def send(self, messages: Sequence[Message]) -> Mapping[str, NotDelivered | None]:
        """
        Send the messages one after the other.

        Those to one address keep the interval that apprise prescribes for the chat (up to some seconds).
        """
        return dict(self.send_each(messages))

    def lane(self, address: str) -> str:
        """One chat has one sender at a time."""
        return address

    def send_each(self, messages: Iterable[Message]) -> Iterator[tuple[str, NotDelivered | None]]:
        """Send the messages one after the other."""
        try:
            extras.require("apprise")
        except LibraryMissing:
            # Not permanent: the messages wait until it is installed.
            yield from refused(messages, extras.missing_words("apprise"))
            return
        import apprise

        asset = apprise.AppriseAsset(
            app_id="gkflow",
            app_desc="gkflow",
            app_url="",
            # Else the reader's chat would fetch pictures from a foreign server.
            image_url_mask="",
            image_url_logo="",
            http_redirects=False,
            async_mode=False,
            interpret_escapes=False,
            service_timeout=0,
            storage_mode="memory",
        )
        services: dict[str, apprise.Apprise | None] = {}
        for message in messages:
            if message.address not in services:
                services[message.address] = self._service(asset, message.address)
            yield message.key, _notify(services[message.address], message)

    def _service(self, asset: apprise.AppriseAsset, address: str) -> apprise.Apprise | None:
        """The apprise notifier of *address*, or None if apprise does not support it."""
        import apprise

        service = apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
        if service is None:
            return None
        service.socket_connect_timeout = service.socket_read_timeout = self._timeout
        speaker = apprise.Apprise(asset=asset)
        speaker.add(service)
        return speaker


def _notify(speaker: apprise.Apprise | None, message: Message) -> NotDelivered | None:
    if speaker is None:
        # Not the address itself: an apprise URL holds the chat's password.
        return NotDelivered(said("the chat's address is not one that apprise supports"), permanent=True)
    import apprise

    # People see the key and recognise a second copy by it.
    text = f"{message.text}\n\n{CHINESE.text(said('notice number: {key}', key=message.key))}"
    try:
        result = speaker.notify(title=one_line(message.subject), body=text, body_format=apprise.NotifyFormat.TEXT)
    except Exception as fault:  # a plugin of apprise may raise anything, and the other messages must be sent
        words = _without_secrets(one_line(fault) or type(fault).__name__, message.address)
        return NotDelivered(said("apprise failed: {words}", words=words), unreachable=True)
    if result:
        return None
    return _refusal((entry.message for entry in result.logs()), message.address)


def _refusal(words: Iterable[str], address: str) -> NotDelivered:
    logged = _without_secrets(one_line("；".join(words)), address)
    # apprise reports a status only in its log, mostly in these words.
    statuses = [int(number) for number in re.findall(r"\berror=(\d{3})\b", logged)]
    # Of several the least permanent counts.
    mild = [status for status in statuses if not 400 <= status <= 499 or status in COME_BACK_LATER]
    reason = said("not delivered to the chat: {words}", words=logged or said("apprise gave no reason"))
    if not statuses:
        return NotDelivered(reason, unreachable=True)
    return refusal(reason, (mild or sorted(statuses, key=lambda status: status in NOT_THIS_NOTICE))[0])


def _without_secrets(logged: str, address: str) -> str:
    """An apprise address holds the chat's password, and apprise may repeat it."""
    for part in sorted(re.split(r"[/:@?&=,]+", address.partition("://")[2]), key=len, reverse=True):
        if len(part) >= SECRET_LENGTH:
            logged = logged.replace(part, "…")
    return logged


def _open(_: None, office: ChannelOffice) -> Chat | Unusable:
    return Chat() if extras.is_installed("apprise") else Unusable("chat", extras.missing_words("apprise"), always=True)


PLUG = ChannelPlug(
    "chat", "", said_as("channel", "chat"), _open,
    check_address=partial(fault_of, "chat"), masked=partial(masked, "chat"),
)  # fmt: skip
