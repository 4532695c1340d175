"""The settings of seals and files (封存与文件权限): ``[seal]`` and ``[files]`` of ``gkflow.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from gkflow.files.channel_settings import wrong_address
from gkflow.files.kinds.settings import SettingsFile
from gkflow.files.model_reader import Found

SEALS = "seals.jsonl"


@dataclass(frozen=True, slots=True)
class SealSettings:
    """The key of seals, and how they leave the database (封存)."""

    key: str = field(default="", repr=False)
    file: str = SEALS  # relative to the home folder; empty: no file
    to: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # channel -> address


@dataclass(frozen=True, slots=True)
class FileSettings:
    """Who may read what gkflow writes (文件权限): only its owner, or a group of the operating system as well."""

    group: str = ""

    @property
    def mode(self) -> int:
        """The permissions of a file."""
        return 0o660 if self.group else 0o600


def seal_settings(found: Found[SettingsFile], allow_local: bool) -> SealSettings:
    """``[seal]``: a key, a file, addresses to which every seal is sent."""
    keys = found.model.seal
    if keys is None:
        return SealSettings()
    to = {"mail": keys.mail, "webhook": keys.webhook}
    for channel, address in to.items():
        if address and (wrong := wrong_address(channel, address, allow_local)):
            found.fault(wrong, "seal", key=channel)
    sent = {channel: address for channel, address in to.items() if address}
    return SealSettings(keys.secret_key, keys.file, MappingProxyType(sent))


def file_settings(found: Found[SettingsFile]) -> FileSettings:
    """``[files]``: the group that may read and write besides the owner."""
    return FileSettings(found.model.files.group) if found.model.files is not None else FileSettings()
