"""Channels and subscriptions (通知方式与订阅)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gkflow.domain.errors import NotFound, Refused
from gkflow.domain.sentences import said, said_as


class UnknownChannel(Refused):
    code = "unknown_channel"
    sentence = said("channel {channel} is not set up; there are: {channels}")

    channel: str
    channels: Sequence[str]


class AddressMissing(Refused):
    code = "address_missing"
    sentence = said("channel {channel} needs an address")
    in_terminal = said_as("terminal", "channel {channel} needs an address")

    channel: str


class AddressWrong(Refused):
    """An invalid address of a channel (通知地址有误); the address itself may hold a password."""

    channel: str


class AddressIsLocal(AddressWrong):
    code = "address_is_local"
    sentence = said(
        "{channel}: the address points to this machine or its link; [webhook] allow_local = true in "
        "gkflow.toml allows it"
    )


class ChatAddressWrong(AddressWrong):
    code = "chat_address_wrong"
    sentence = said("{channel} needs an apprise address such as wecombot://key")


class MailAddressWrong(AddressWrong):
    code = "mail_address_wrong"
    sentence = said("{channel} needs exactly one mail address such as name@example.gov.cn")


class WebAddressWrong(AddressWrong):
    code = "web_address_wrong"
    sentence = said("{channel} needs a web address such as https://example.gov.cn/notify")


class AddressNotTaken(Refused):
    """An address that another package's channel rejects (地址不被接受), in the words of that package."""

    code = "address_not_taken"
    sentence = said("{channel} does not take this address: {reason}")

    channel: str
    reason: str


class NoSubscription(NotFound):
    code = "no_subscription"
    sentence = said("no subscription has the token {token}")

    token: str


class AlreadyLeft(Refused):
    code = "already_left"
    sentence = said("the subscription has ended already")


# By the codes that ``domain.address`` finds.
ADDRESS_FAULTS: Mapping[str, type[AddressWrong]] = {
    each.code: each for each in (AddressIsLocal, ChatAddressWrong, MailAddressWrong, WebAddressWrong)
}
