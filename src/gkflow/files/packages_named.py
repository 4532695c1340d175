"""The packages of rules that the settings name (规则包), before the settings themselves are read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gkflow.files.channel_settings import split
from gkflow.files.home import FILE_NAME, PREFIX
from gkflow.files.kinds.settings import SettingsFile
from gkflow.files.model_reader import read_model
from gkflow.files.nodes import Faults, from_plain
from gkflow.files.rule_sources import NamedPackages
from gkflow.files.settings import overridden, place_of
from gkflow.files.toml_files import read_toml

_PACKAGES = f"{PREFIX}RULES_PACKAGES"


def packages_named(home: Path, environ: Mapping[str, str]) -> NamedPackages:
    """
    The packages of rules that the settings name (规则包): known before the settings are read, which names they may use
    depends on it. Faults of the settings are left to their reader.
    """
    file, faults = home / FILE_NAME, Faults()
    if not environ.get(_PACKAGES) and not (file.is_file() and b"packages" in file.read_bytes()):
        return NamedPackages()
    node = read_toml(file, file.as_posix(), faults) if file.is_file() else from_plain({}, file.as_posix())
    if node is None:
        return NamedPackages()
    own, _ = split(overridden(node, environ))
    rules = read_model(SettingsFile, own, faults, defaults=True).model.rules
    if rules is None or not rules.packages:
        return NamedPackages()
    return NamedPackages(tuple(rules.packages), *(place_of(home, environ, "rules", "packages") or ("packages", 0)))
