"""
The sources of the rules (规则原文): the content of every rule file, without places, as kept for an adopted edition.

Law, workflows, ladders, lists and tasks, the profile in use and the office's own readings: enough to rebuild the
rulebook after the files have changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from gkflow.domain.case import canonical
from gkflow.files.extensions import EXTENDS, Extensions
from gkflow.files.nodes import Faults, Node, from_plain, plain
from gkflow.files.yaml_files import read_yaml

LAW, LADDERS, LISTS, DUTIES, PROFILES, WORKFLOWS = KINDS = (
    "config/law", "config/ladders", "config/lists", "config/duties", "config/profiles", "workflows",
)  # fmt: skip
NATIONAL = "national"  # the profile that replaces nothing; it needs no file
NATIONAL_LABEL = "全国"  # as the files of other profiles have theirs
Readings = tuple[tuple[str, str, str], ...]  # workflow, what is chosen, the name of the reading
Packages = tuple[tuple[str, str], ...]  # of rules: distribution and version
UnitsAsRead = Mapping[str, Mapping[str, str]]  # a unit's code -> its label and its region


class NamedPackages(NamedTuple):
    """The packages of rules that an office names (所用规则包), and where: a setting, a variable, an argument."""

    names: tuple[str, ...] = ()
    file: str = "packages"
    line: int = 0


@dataclass(frozen=True)
class RuleSources:
    """The content of every rule file (规则原文), by its name relative to the folder."""

    nodes: Mapping[str, Node]
    profile: str = ""
    readings: Readings = ()
    packages: Packages = ()  # what was read; the content alone makes an edition
    units: UnitsAsRead = field(default_factory=dict)  # of the settings; {} of an edition from before they were kept
    _plain: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def of(self, kind: str) -> list[Node]:
        """The files of one kind, ordered by name."""
        return [node for name, node in sorted(self.nodes.items()) if name.startswith(f"{kind}/")]

    def plain(self, name: str) -> Any:
        """The content of one file as plain values; None if there is no such file."""
        if name not in self._plain:
            node = self.nodes.get(name)
            self._plain[name] = plain(node) if node is not None else None
        return self._plain[name]

    @cached_property
    def edition(self) -> str:
        """
        The sha256 of the content, independent of layout and comments (规则版本). The order of keys counts only in
        workflows, where clocks are computed in the order of the file.
        """
        digest = hashlib.sha256()
        for name in sorted(self.nodes):
            content = self.plain(name)
            text = _in_order(content) if name.startswith(f"{WORKFLOWS}/") else canonical(content)
            digest.update(f"{name} {text}\n".encode())
        digest.update(_in_order([self.profile, self.readings]).encode())
        return digest.hexdigest()

    def as_text(self) -> str:
        """The sources as one text, for the database."""
        files = {name: self.plain(name) for name in sorted(self.nodes)}
        packages = {"packages": self.packages} if self.packages else {}
        units = {"units": self.units} if self.units else {}
        return _in_order({"files": files, "profile": self.profile, "readings": self.readings, **packages, **units})

    def as_dict(self) -> dict[str, Any]:
        """The content of every file, the profile and the readings, as plain values."""
        found: dict[str, Any] = json.loads(self.as_text())
        return found

    @classmethod
    def from_text(cls, text: str) -> RuleSources:
        """The sources from the result of :meth:`as_text`."""
        data = json.loads(text)
        nodes = {name: from_plain(content, name) for name, content in data["files"].items()}
        readings = tuple((flow, what, name) for flow, what, name in data["readings"])
        packages = tuple((name, version) for name, version in data.get("packages", ()))
        return cls(nodes, data["profile"], readings, packages, data.get("units", {}))


def _in_order(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def read_sources(
    folders: Sequence[Path], profile: str, readings: Iterable[tuple[str, str, str]] = (), packages: Packages = ()
) -> RuleSources:
    """
    The content of the files of *folders*, some of them of *packages*, with only the *profile* in use. Raises
    FilesAtFault.
    """
    faults = Faults()
    nodes = {}
    for kind in KINDS:
        for name, node in nodes_of(folders, kind, faults):
            if kind != PROFILES or Path(name).stem == profile:
                nodes[name] = node
    faults.raise_if_any()
    return RuleSources(nodes, profile, tuple(readings), packages)


def nodes_of(folders: Sequence[Path], under: str, faults: Faults, only: str = "") -> Iterator[tuple[str, Node]]:
    """The parsed files of one kind, by name; each has the name under which its faults are reported."""

    def read(path: Path) -> Node | None:
        packaged = path.is_relative_to(folders[0])
        return read_yaml(path, path.relative_to(folders[0]).as_posix() if packaged else path.as_posix(), faults)

    extensions = Extensions(_of_each_name(folders, under), read, faults) if under == WORKFLOWS else None
    for name, path in sorted(files_under(folders, under).items()):
        if only and path.name != only:
            continue
        node = read(path)
        if node is not None and extensions is not None:
            node = extensions.merged(node, path)
        if node is not None:
            yield name, node


def _of_each_name(folders: Sequence[Path], under: str) -> dict[str, list[Path]]:
    """All files of each name, in ascending order of weight."""
    files: dict[str, list[Path]] = {}
    for folder in folders:
        for path in sorted((folder / under).glob("**/*.yaml")):
            files.setdefault(path.stem, []).append(path)
    return files


def files_under(folders: Sequence[Path], under: str) -> dict[str, Path]:
    """The files in use: one of a later folder replaces the one of the same name."""
    files: dict[str, Path] = {}
    for folder in folders:
        for path in sorted((folder / under).glob("**/*.yaml")):
            files[path.relative_to(folder).as_posix()] = path
    return files


@dataclass(frozen=True, slots=True)
class RuleNames:
    """The names of rule files (规则文件的名称) that the settings may use; None: they are not checked."""

    profiles: Collection[str] | None = None
    workflows: Collection[str] | None = None
    duties: Collection[str] | None = None


def names_of(folders: Sequence[Path]) -> RuleNames:
    """The existing names; a file has the name of its content, so that none has to be read."""

    def stems(kind: str) -> frozenset[str]:
        return frozenset(path.stem for path in files_under(folders, kind).values())

    return RuleNames(stems(PROFILES) | {NATIONAL}, stems(WORKFLOWS), stems(DUTIES))


def fingerprint(folders: Sequence[Path]) -> str:
    """The sha256 of the bytes of all rule files: unchanged files need not be parsed again (文件指纹)."""
    digest = hashlib.sha256()
    for kind in KINDS:
        below = _of_each_name(folders, kind) if kind == WORKFLOWS and len(folders) > 1 else {}
        for name, path in sorted(files_under(folders, kind).items()):
            content = _bytes_of(path)
            digest.update(f"{name} {len(content)}\n".encode())
            digest.update(content)
            if EXTENDS.encode() in content:  # it may add to the file that it replaces
                for each in below.get(path.stem, ())[:-1]:
                    digest.update(_bytes_of(each))
    return digest.hexdigest()


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b"unreadable"  # parsing reports the reason
