"""
Packages of rules (规则包): installed packages with workflows, laws, ladders and lists, for the offices that name them.

Their files stand between the packaged ones and those of an office's folder: each replaces the one of the same name
below it. No package is used because it is installed, and two of them may not have a file of one name.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from gkflow import plugs
from gkflow.domain.errors import Fault, FilesAtFault
from gkflow.domain.rulebook import mean
from gkflow.domain.sentences import said
from gkflow.files.rule_sources import KINDS, NamedPackages, Packages, files_under


class RulePackages(NamedTuple):
    """The named packages that can be used (可用的规则包), and the faults of the others by the package's name."""

    usable: tuple[plugs.RulesPackage, ...] = ()
    faults: tuple[tuple[str, Fault], ...] = ()

    def require(self) -> tuple[plugs.RulesPackage, ...]:
        """All of them. Raises FilesAtFault with the fault of every package that cannot be used."""
        if self.faults:
            raise FilesAtFault([fault for _, fault in self.faults])
        return self.usable

    def by_name(self, faults: Iterable[Fault] = ()) -> dict[str, Fault]:
        """The first fault of each package: one that cannot be used, or one that has a file among *faults*."""
        found = dict(reversed(self.faults))
        for fault in faults:
            for each in self.usable:
                if Path(fault.file).is_relative_to(each.folder):
                    found.setdefault(each.name, fault)
        return found


def rule_packages(home: Path | None, packages: NamedPackages | None = None) -> RulePackages:
    """The *packages* of rules (规则包; default: those that the settings of *home* name), usable or not."""
    if packages is None and home is not None:
        from gkflow.files.packages_named import packages_named

        packages = packages_named(home, os.environ)
    return _looked_up(packages) if packages is not None and packages.names else RulePackages()


def absent(packages: Packages) -> tuple[str, ...]:
    """The distributions, of those that rules were read from, that are not installed now: "hearing-rules 1.0"."""
    found = []
    for name, number in packages:
        try:
            version(name)
        except (PackageNotFoundError, ValueError):  # ValueError: a distribution without a name
            found.append(f"{name} {number}".strip())
    return tuple(found)


def _looked_up(packages: NamedPackages) -> RulePackages:
    found: list[plugs.RulesPackage] = []
    faults: list[tuple[str, Fault]] = []
    for name in dict.fromkeys(packages.names):
        package = _package(name)
        if isinstance(package, str):
            reason = said("[rules] packages: {reason}", reason=package)
            faults.append((name, Fault(packages.file, packages.line, reason)))
        else:
            found.append(package)
    twice = list(_of_one_name(found))
    colliding = {name for name, _ in twice}
    return RulePackages(tuple(each for each in found if each.name not in colliding), (*faults, *twice))


def _package(name: str) -> plugs.RulesPackage | str:
    """The package of that name, or why it cannot be used and what to do."""
    if not plugs.is_known(plugs.RULES, name):
        hint = mean(name, there) if (there := plugs.names(plugs.RULES)) else ""
        return said(
            'no installed package offers rules "{name}"{mean}; install the one that does (pip install NAME), '
            "or take it out",
            name=name, mean=hint,
        )  # fmt: skip
    package = plugs.plug(plugs.RULES, name)
    if isinstance(package, plugs.RulesPackage):
        if plugs.has_rules(package.folder):
            return package
        package = plugs.Broken(name, said("{folder} is no longer there", folder=package.folder.as_posix()))
    said_by = plugs.distribution_of(plugs.RULES, name)
    return said(
        'package "{name}" cannot be used: {reason}; install it again (pip install {distribution}), '
        "or take it out",
        name=name, reason=package.reason, distribution=said_by or "NAME",
    )  # fmt: skip


def _of_one_name(packages: list[plugs.RulesPackage]) -> Iterable[tuple[str, Fault]]:
    """Two packages with a file of one name: which of them holds would depend on the order of a list."""
    seen: dict[tuple[str, str], tuple[str, Path]] = {}
    for package in packages:
        for kind in KINDS:
            for path in files_under([package.folder], kind).values():
                name, other = seen.setdefault((kind, path.stem), (package.name, path))
                if name == package.name:
                    continue
                text = said(
                    'package "{name}" has {path} as well: name only one of the two in [rules] packages',
                    name=name, path=other.as_posix(),
                )  # fmt: skip
                yield package.name, Fault(path.as_posix(), 0, text)
