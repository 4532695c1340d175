"""
The rulebook's files (规则文件): where they stand, which ones count, and all their faults at once.

A folder holds ``workflows/`` and ``config/``. A file of a later folder takes the place of the one of the same
name in an earlier folder: the office's own over the packaged ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from gkflow.domain.law import Law, TimeLimit
from gkflow.domain.rulebook import Rulebook, loosening, mean_limit
from gkflow.domain.workflow import Ladder, Workflow
from gkflow.files import calendar_files
from gkflow.files.calendar_files import CalendarFiles
from gkflow.files.ladders import ladder_from
from gkflow.files.law import law_from
from gkflow.files.nodes import Faults, Node, line_of
from gkflow.files.reading import Section
from gkflow.files.workflows import workflow_from
from gkflow.files.yaml_files import read_yaml

if TYPE_CHECKING:
    from gkflow.domain.calendar import WorkCalendar

NATIONAL = "national"  # the profile that replaces nothing; it needs no file
_NOTICES = "notices.yaml"
_T = TypeVar("_T", Workflow, Ladder)


@dataclass(frozen=True, slots=True)
class Profile:
    """Which limits take the place of which (地方规则): shorter local ones, blanks filled."""

    name: str
    label: str
    instead: Mapping[str, str]


def read_rulebook(folders: Sequence[Path], calendar: WorkCalendar, profile: str = NATIONAL) -> Rulebook:
    """
    Read all rules and check that they agree.

    *folders* stand in the order of their weight, the packaged one first. Raises FilesAtFault with every fault
    of every file, what ``Rulebook.problems()`` finds with them.
    """
    faults = Faults()
    law = law_from(_nodes(folders, "config/law", faults), faults)
    ladders = _by_name(_nodes(folders, "config/ladders", faults), "ladder", ladder_from, faults)
    nodes = list(_nodes(folders, "workflows", faults))
    workflows = _by_name(nodes, "workflow", workflow_from, faults)
    profiles = _profiles(_nodes(folders, "config/profiles", faults), law, faults)
    if profile not in profiles and profile not in ("", NATIONAL):
        there = ", ".join(sorted({NATIONAL, *profiles}))
        faults.add("config/profiles", 0, f'no profile "{profile}"; there are: {there}')
    instead = profiles[profile].instead if profile in profiles else MappingProxyType({})
    rulebook = Rulebook(MappingProxyType(workflows), law, MappingProxyType(ladders), calendar, instead)
    _locate_problems(rulebook, nodes, faults)
    faults.tell()
    return rulebook


def read_law(folders: Sequence[Path]) -> Law:
    """Read the law files alone (法规库). Raises FilesAtFault."""
    faults = Faults()
    law = law_from(_nodes(folders, "config/law", faults), faults)
    faults.tell()
    return law


def read_calendar_files(folders: Sequence[Path]) -> CalendarFiles:
    """Read ``config/calendar`` (日历文件). Raises FilesAtFault."""
    faults = Faults()
    overlays: list[Mapping[str, object]] = []
    notices: Mapping[str, object] | None = None
    for node in _nodes(folders, "config/calendar", faults):
        if Path(node.file).name == _NOTICES:
            notices = calendar_files.notices_from(node, faults)
        else:
            overlays.append(calendar_files.overlay_from(node, faults))
    faults.tell()
    return CalendarFiles(tuple(overlays), notices)


def _nodes(folders: Sequence[Path], under: str, faults: Faults) -> Iterator[Node]:
    for name, path in sorted(_files(folders, under).items()):
        shown = name if path == folders[0] / name else path.as_posix()
        node = read_yaml(path, shown, faults)
        if node is not None:
            yield node


def _files(folders: Sequence[Path], under: str) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for folder in folders:
        for path in sorted((folder / under).glob("**/*.yaml")):
            files[path.relative_to(folder).as_posix()] = path
    return files


def _by_name(
    nodes: Sequence[Node] | Iterator[Node], kind: str, read: Callable[[Node, Faults], _T], faults: Faults
) -> dict[str, _T]:
    """What the files say, by name; the name is the file's own, so that no two files say the same thing."""
    found: dict[str, _T] = {}
    for node in nodes:
        value = read(node, faults)
        _named_as_file(node, kind, value.name, faults)
        found[value.name] = value
    return found


def _named_as_file(node: Node, kind: str, name: str, faults: Faults) -> None:
    stem = Path(node.file).stem
    if name and name != stem:
        faults.add(node.file, line_of(node, (kind,)), f'{kind} "{name}" stands in a file called {stem}.yaml')


# --- profiles ---------------------------------------------------------------------------------------------


def _profiles(nodes: Iterator[Node], law: Law, faults: Faults) -> dict[str, Profile]:
    profiles: dict[str, Profile] = {}
    for node in nodes:
        with Section(node, "", faults) as section:
            name = section.text("profile")
            _named_as_file(node, "profile", name, faults)
            instead: dict[str, str] = {}
            for key, value in section.items("limits"):
                if not isinstance(value.value, str):
                    section.wrong(f'limit "{key}"', value, "the name of a limit")
                    continue
                limit = _known(law, str(key), Node(None, node.file, key.line), faults)
                other = _known(law, value.value, value, faults)
                if limit is None or other is None:
                    continue
                for reason in loosening(limit, other):
                    faults.add(node.file, key.line, f'limit "{key}": a profile may only tighten; {reason}')
                instead[str(key)] = value.value
            profiles[name] = Profile(name, section.text("label"), MappingProxyType(instead))
    return profiles


def _known(law: Law, name: str, place: Node, faults: Faults) -> TimeLimit | None:
    limit = law.limits.get(name)
    if limit is None:
        faults.at(place, f'no limit "{name}"{mean_limit(name, law.limits)}')
    return limit


# --- places of problems -----------------------------------------------------------------------------------


def _locate_problems(rulebook: Rulebook, nodes: Sequence[Node], faults: Faults) -> None:
    """
    Give each problem its file and line.

    A file with faults of its own is read with stand-ins; what follows from those would be noise.
    """
    files = {_name_of(node): node for node in nodes}
    at_fault = faults.files()
    for problem in rulebook.problems():
        node = files[problem.workflow]
        if node.file not in at_fault:
            faults.add(node.file, line_of(node, problem.where), problem.text)


def _name_of(node: Node) -> str:
    value = node.value.get("workflow") if isinstance(node.value, dict) else None
    return value.value.strip() if value is not None and isinstance(value.value, str) else ""
