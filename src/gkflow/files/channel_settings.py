"""
The settings of channels (渠道设置): faults of addresses, and the sections and addresses of other packages' channels,
each read by the model that the channel declares.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from gkflow import plugs
from gkflow.domain.sentences import said
from gkflow.files.kinds.settings import PersonKeys, SettingsFile
from gkflow.files.model_reader import Within, read_model
from gkflow.files.nodes import Faults, Key, Node

_OWN_TABLES = frozenset(field.alias or name for name, field in SettingsFile.model_fields.items())
_OWN_KEYS = frozenset(field.alias or name for name, field in PersonKeys.model_fields.items())


def wrong_address(channel: str, address: str, allow_local: bool) -> str:
    """The fault of an address; those of webhooks and chats may hold a password and are not shown."""
    plug = plugs.channel(channel)
    if not isinstance(plug, plugs.ChannelPlug) or plug.check_address is None:
        return ""
    match plug.check_address(address, allow_local):
        case "mail_address_wrong":
            shown = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in address)
            return said('mail must be one mail address such as name@example.gov.cn, not "{shown}"', shown=shown)
        case "web_address_wrong":
            return said("webhook must be a web address such as https://example.gov.cn/notify")
        case "chat_address_wrong":
            return said("chat must be an apprise address such as wecombot://key")
        case "address_is_local":
            return said("{channel} points to this machine or its link ([webhook] allow_local = true)", channel=channel)
        case wrong:
            return wrong  # of another package, in its own words


@dataclass(frozen=True, slots=True)
class OtherChannels:
    """The settings of other packages' channels (其他软件包的渠道): their tables, and addresses by person."""

    tables: Mapping[str, Node]
    people: tuple[Mapping[str, Node], ...]

    def sections(self, faults: Faults) -> Mapping[str, Any]:
        """Each section by the model that its channel declares; None where it declares none."""
        found: dict[str, Any] = {}
        for name, node in self.tables.items():
            plug = plugs.channel(name)
            if isinstance(plug, plugs.ChannelPlug) and plug.settings is not None:
                found[name] = read_model(plug.settings, node, Within(faults, f"[{name}]"), defaults=True).model
            else:
                found[name] = None
        return MappingProxyType(found)

    def addresses(self, at: int, faults: Faults) -> dict[str, str]:
        """The addresses of a person; a value that is not text may be a password and is not shown."""
        found = {}
        for name, node in self.people[at].items() if at < len(self.people) else ():
            if isinstance(node.value, str):
                found[str(name)] = node.value
            else:
                faults.at(node, said("[[people]]: {name} must be a text in quotes", name=name))
        return found


def split(node: Node) -> tuple[Node, OtherChannels]:
    """The settings without the parts of other packages' channels, and those parts."""
    if not isinstance(node.value, dict):
        return node, OtherChannels({}, ())
    tables = dict(_of_others(node, _OWN_TABLES))
    rest = {key: value for key, value in node.value.items() if key not in tables}
    place = next((key for key in rest if key == "people"), None)
    stated = rest[place] if place is not None else Node([], node.file, node.line)
    listed = stated.value if isinstance(stated.value, list) else [stated]
    people = tuple(dict(_of_others(each, _OWN_KEYS)) for each in listed)
    if place is not None and any(people):
        kept = [_without(each, others) for each, others in zip(listed, people, strict=True)]
        rest[place] = Node(kept, stated.file, stated.line)
    return Node(rest, node.file, node.line), OtherChannels(tables, people)


def _of_others(node: Node, own: frozenset[str]) -> Iterator[tuple[Key, Node]]:
    """The keys that are named after a channel of another package."""
    for key, value in node.value.items() if isinstance(node.value, dict) else ():
        if key not in own and plugs.is_known(plugs.CHANNELS, key):
            yield key, value


def _without(node: Node, others: Mapping[str, Node]) -> Node:
    if not others:
        return node
    return Node({key: value for key, value in node.value.items() if key not in others}, node.file, node.line)
