"""The settings of seals and files (封存与文件权限): ``[seal]`` and ``[files]`` of ``gkflow.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from gkflow.domain.address import fault_of
from gkflow.files.strict_reader import Section

SEALS = "seals.jsonl"
_BY = ("mail", "webhook")


@dataclass(frozen=True, slots=True)
class SealSettings:
    """How seals are keyed, and how they leave the database (封存)."""

    key: str = field(default="", repr=False)
    file: str = SEALS  # from the home folder; empty: no file
    to: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # channel -> address


@dataclass(frozen=True, slots=True)
class FileSettings:
    """Who may read what gkflow writes (文件权限): its owner alone, or a group of the operating system as well."""

    group: str = ""

    @property
    def mode(self) -> int:
        """The permissions of a file."""
        return 0o660 if self.group else 0o600


def seal_settings(section: Section, allow_local: bool) -> SealSettings:
    """``[seal]``: a key, a file, addresses to which every seal is sent."""
    found = SealSettings()
    for each in section.table("seal", "[seal]"):
        to = {channel: each.text(channel, "") for channel in _BY}
        for channel, address in to.items():
            if address and (wrong := fault_of(channel, address, allow_local)):
                each.fault(wrong, channel)
        sent = {channel: address for channel, address in to.items() if address}
        found = SealSettings(each.secret("key"), each.text("file", SEALS), MappingProxyType(sent))
    return found


def file_settings(section: Section) -> FileSettings:
    """``[files]``: the group that may read and write beside the owner."""
    found = FileSettings()
    for each in section.table("files", "[files]"):
        found = FileSettings(each.text("group", ""))
    return found
