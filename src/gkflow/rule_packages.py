"""
Packages of rules (规则包): installed packages with workflows, laws, ladders and lists, for the offices that name them.

Their files stand between the packaged ones and those of an office's folder: each replaces the one of the same name
below it. No package is used because it is installed, and two of them may not have a file of one name.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from gkflow import plugs
from gkflow.domain.errors import Fault, FilesAtFault
from gkflow.domain.rulebook import mean
from gkflow.domain.sentences import said
from gkflow.files.rule_sources import KINDS, files_under


def rule_packages(home: Path | None, packages: Collection[str] | None = None) -> tuple[plugs.RulesPackage, ...]:
    """The packages of rules in use (在用规则包). Raises FilesAtFault, naming the setting."""
    place: tuple[str, int] | None = None
    if packages is None and home is not None:
        from gkflow.files.packages_named import packages_named
        from gkflow.files.settings import place_of

        if packages := packages_named(home, os.environ):
            place = place_of(home, os.environ, "rules", "packages")
    if not packages:
        return ()
    return packages_of(tuple(packages), place or ("packages", 0))


def packages_of(names: tuple[str, ...], place: tuple[str, int]) -> tuple[plugs.RulesPackage, ...]:
    """The packages of these names, in order. Raises FilesAtFault at the *place* that names them."""
    found: list[plugs.RulesPackage] = []
    for name in dict.fromkeys(names):
        if not plugs.is_known(plugs.RULES, name):
            raise FilesAtFault((Fault(*place, said("[rules] packages: {reason}", reason=_unknown(name))),))
        package = plugs.plug(plugs.RULES, name)
        if isinstance(package, plugs.Broken):
            reason = said('package "{name}" cannot be used: {reason}', name=name, reason=package.reason)
            raise FilesAtFault((Fault(*place, said("[rules] packages: {reason}", reason=reason)),))
        found.append(package)
    _require_different(found)
    return tuple(found)


def _unknown(name: str) -> str:
    there = plugs.names(plugs.RULES)
    if there:
        return said('no installed package offers rules "{name}"{mean}', name=name, mean=mean(name, there))
    return said('no installed package offers rules "{name}"; install it, or take it out', name=name)


def _require_different(packages: list[plugs.RulesPackage]) -> None:
    """Refuse two packages with a file of one name: which of them holds would depend on the order of a list."""
    seen: dict[tuple[str, str], tuple[str, Path]] = {}
    faults = []
    for package in packages:
        for kind in KINDS:
            for path in files_under([package.folder], kind).values():
                name, other = seen.setdefault((kind, path.stem), (package.name, path))
                if name == package.name:
                    continue
                text = said(
                    'package "{name}" has {path} as well: name only one of the two in [rules] packages',
                    name=name,
                    path=other.as_posix(),
                )
                faults.append(Fault(path.as_posix(), 0, text))
    if faults:
        raise FilesAtFault(tuple(faults))
