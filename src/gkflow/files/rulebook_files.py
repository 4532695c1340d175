"""
The rulebook's files (规则文件): where they are, which ones are in use, and all their faults at once.

A folder has ``workflows/`` and ``config/``. A file of a later folder replaces the one of the same name in an earlier
folder: the office's own before the packaged ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from gkflow import lazy
from gkflow.domain.edition import Festival
from gkflow.domain.law import Law
from gkflow.domain.recurring import RecurringTask
from gkflow.domain.rulebook import Rulebook, mean
from gkflow.domain.sentences import said
from gkflow.domain.workflow import Ladder, Workflow
from gkflow.files import calendar_files
from gkflow.files.calendar_files import CalendarFiles
from gkflow.files.duties import duty_from
from gkflow.files.extensions import bases_of
from gkflow.files.ladders import ladder_from
from gkflow.files.law import law_from
from gkflow.files.lists import CodeList, list_from, resolved
from gkflow.files.nodes import Faults, Node, line_of, place_of
from gkflow.files.nouns import noun
from gkflow.files.profiles import Profile, profiles_from
from gkflow.files.rule_sources import (
    DUTIES,
    LADDERS,
    LAW,
    LISTS,
    NATIONAL,
    NATIONAL_LABEL,
    PROFILES,
    WORKFLOWS,
    RuleSources,
    nodes_of,
)  # fmt: skip
from gkflow.files.workflows import workflow_from
from gkflow.files.yaml_files import read_yaml

if TYPE_CHECKING:
    from gkflow.domain import soundness
    from gkflow.domain.calendar import WorkCalendar
else:
    soundness = lazy.module("gkflow.domain.soundness")

_NOTICES = "notices.yaml"
_FESTIVALS = "festivals.yaml"
SETTINGS = "gkflow.toml"
Files = dict[tuple[str, str], Node]  # (kind, name) -> its file
Places = Mapping[tuple[str, str], tuple[str, int]]  # (workflow, what) of a reading -> file and line of its pick
_T = TypeVar("_T", Workflow, Ladder, CodeList, RecurringTask)


def read_rulebook(
    folders: Sequence[Path],
    calendar: WorkCalendar,
    profile: str = NATIONAL,
    readings: Iterable[tuple[str, str, str]] = (),
) -> Rulebook:
    """
    Read all rules and check that they are consistent; *readings* (workflow, what, name) are the office's own picks and
    override those of the profile.

    *folders* are in ascending order of weight, the packaged one first. Raises FilesAtFault with every fault of every
    file, including those of ``domain.soundness.problems``.
    """
    faults = Faults()
    parts = read_parts(lambda kind: list(_nodes(folders, kind, faults)), faults)
    return assemble(parts, calendar, profile, readings)


def kept_rulebook(sources: RuleSources, calendar: WorkCalendar) -> Rulebook:
    """
    The rulebook of adopted sources (已采用的规则). Their consistency was checked when they were adopted, so it is not
    checked again. Raises FilesAtFault if this gkflow cannot read what an earlier one stored.
    """
    return assemble(read_parts(sources.of, Faults(), kept=True), calendar, sources.profile, sources.readings)


class Parts(NamedTuple):
    """The rule files, read (已读规则文件): what a rulebook of any profile is made of."""

    workflows: Sequence[Node]  # not read yet: a profile may pick another reading
    law: Law
    ladders: Mapping[str, Ladder]
    lists: Mapping[str, CodeList]
    duties: Mapping[str, RecurringTask]
    profiles: Mapping[str, Profile]
    files: Files
    faults: Faults
    kept: bool = False  # adopted rules: their consistency was checked then


def read_parts(nodes_of_kind: Callable[[str], list[Node]], faults: Faults, kept: bool = False) -> Parts:
    """Read the files from *nodes_of_kind*, apart from the workflows."""
    files: Files = {}
    law = law_from(nodes_of_kind(LAW), faults, kept)
    ladders = _by_name(nodes_of_kind(LADDERS), "ladder", ladder_from, faults, files)
    lists = _by_name(nodes_of_kind(LISTS), "list", list_from, faults)
    duties = _by_name(nodes_of_kind(DUTIES), "duty", duty_from, faults, files)
    profiles = _profiles(nodes_of_kind(PROFILES), law, faults, files)
    return Parts(nodes_of_kind(WORKFLOWS), law, ladders, lists, duties, profiles, files, faults, kept)


def assemble(
    parts: Parts,
    calendar: WorkCalendar,
    profile: str,
    readings: Iterable[tuple[str, str, str]],
    read: Callable[[Node, Faults], Workflow] = workflow_from,
    settings: Places = MappingProxyType({}),
) -> Rulebook:
    """
    The rulebook of a profile. *read* reads a workflow; *settings* says where the office's own picks were set. Raises
    FilesAtFault.
    """
    nodes_of_flows, law, ladders, lists, duties, profiles, files, faults, kept = parts
    mine = _mine(profiles, profile, faults)
    picked: dict[str, dict[str, Node]] = {
        flow: {what: Node(name, *_at(files, mine, "readings", flow, what)) for what, name in picks.items()}
        for flow, picks in mine.readings.items()
    }
    own: dict[str, None] = {}
    for flow, what, name in readings:
        picked.setdefault(flow, {})[what] = Node(name, *settings.get((flow, what), (SETTINGS, 0)))
        own.setdefault(flow)
    nodes = [resolved(node, _picks_for(node, picked), lists, faults) for node in nodes_of_flows]
    workflows = _by_name(nodes, "workflow", read, faults)
    for flow in own:
        if flow not in workflows:
            place = next((at for (named, _), at in settings.items() if named == flow), (SETTINGS, 0))
            faults.add(*place, said('readings: no workflow "{flow}"{mean}', flow=flow, mean=mean(flow, workflows)))
    for each in profiles.values():
        _compare(each, Names(workflows, ladders, lists, duties), files, faults)
    rulebook = Rulebook(
        MappingProxyType(workflows),
        law,
        MappingProxyType(_replaced(ladders, mine)),
        calendar,
        mine.instead,
        recurring_tasks=MappingProxyType(duties),
        tasks_taken_on=mine.duties,
        lists=MappingProxyType({name: each.items for name, each in lists.items()}),
    )
    if not kept:
        _locate_problems(rulebook, nodes, files, faults)
    faults.raise_if_any()
    return rulebook


def _picks_for(node: Node, picked: Mapping[str, Mapping[str, Node]]) -> Mapping[str, Node]:
    """The readings of a workflow; one that extends another has those of the other, unless it is given its own."""
    name = _name_of(node)
    return {what: pick for each in (*reversed(bases_of(node)), name) for what, pick in picked.get(each, {}).items()}


def read_profiles(folders: Sequence[Path]) -> dict[str, Profile]:
    """Read the profiles alone (地方规则). Raises FilesAtFault."""
    faults = Faults()
    law = law_from(_nodes(folders, LAW, faults), faults)
    profiles = _profiles(list(_nodes(folders, PROFILES, faults)), law, faults, {})
    faults.raise_if_any()
    return profiles


def profile_named(profiles: Mapping[str, Profile], name: str) -> Profile:
    """
    The profile of that name; the national one needs no file. Raises FilesAtFault with the existing names.
    """
    faults = Faults()
    found = _mine(profiles, name, faults)
    faults.raise_if_any()
    return found


def _profiles(nodes: Sequence[Node], law: Law, faults: Faults, files: Files) -> dict[str, Profile]:
    profiles = profiles_from(iter(nodes), law, faults)
    for node in nodes:
        stated = node.value.get("profile") if isinstance(node.value, dict) else None
        if stated is not None and isinstance(stated.value, str):
            _named_as_file(node, "profile", stated.value, faults)
            files["profile", stated.value.strip()] = node
    return profiles


def _mine(profiles: Mapping[str, Profile], name: str, faults: Faults) -> Profile:
    if name not in profiles and name not in ("", NATIONAL):
        there = ", ".join(sorted({NATIONAL, *profiles}))
        faults.add("config/profiles", 0, said('no profile "{name}"; there are: {there}', name=name, there=there))
    return profiles.get(name or NATIONAL) or Profile(NATIONAL, NATIONAL_LABEL)


def _at(files: Files, profile: Profile, *path: str) -> tuple[str, int]:
    """File and line of a key of a profile."""
    node = files.get(("profile", profile.name))
    return (node.file, line_of(node, path) if path else 0) if node is not None else (PROFILES, 0)


class Names(NamedTuple):
    """The names that a profile may use (可引用的名称)."""

    workflows: Mapping[str, Workflow]
    ladders: Mapping[str, Ladder]
    lists: Mapping[str, CodeList]
    duties: Mapping[str, RecurringTask]


def _compare(profile: Profile, names: Names, files: Files, faults: Faults) -> None:
    """Whether a profile, in use or not, names only what exists."""

    def fault(text: str, *path: str) -> None:
        faults.add(*_at(files, profile, *path), text)

    for flow, picks in profile.readings.items():
        if flow not in names.workflows:
            text = said('readings: no workflow "{flow}"{mean}', flow=flow, mean=mean(flow, names.workflows))
            fault(text, "readings", flow)
            continue
        offered = {choosing.name: choosing.among for choosing in names.workflows[flow].readings}
        for what, name in picks.items():
            if what not in offered:
                fault(
                    said(
                        'readings: {flow} has no readings of "{what}"{mean}',
                        flow=flow,
                        what=what,
                        mean=mean(what, offered),
                    ),
                    *("readings", flow, what),
                )
            elif name not in offered[what]:
                fault(
                    said(
                        'readings: {flow} has no reading "{name}" of {what}{mean}',
                        flow=flow,
                        name=name,
                        what=what,
                        mean=mean(name, offered[what]),
                    ),
                    *("readings", flow, what),
                )
    for instead, ladder in ((name, each) for name, other in profile.ladders.items() for each in (name, other)):
        if ladder not in names.ladders and not faults.has_file(LADDERS, ladder):
            text = said('ladders: no ladder "{ladder}"{mean}', ladder=ladder, mean=mean(ladder, names.ladders))
            fault(text, "ladders", instead)
    for duty in profile.duties:
        if duty not in names.duties:
            fault(said('duties: no duty "{duty}"{mean}', duty=duty, mean=mean(duty, names.duties)), "duties")
    _compare_units(profile, names, fault)


def _compare_units(profile: Profile, names: Names, fault: Callable[[str], None]) -> None:
    """Whether the units own existing fields, each field having one owner."""
    owners: dict[str, str] = {}
    for unit in profile.units:
        for field in unit.fields:
            if "fields" in names.lists and field not in names.lists["fields"].items:
                fault(
                    said(
                        'unit "{code}": no field "{field}"{mean}',
                        code=unit.code,
                        field=field,
                        mean=mean(field, names.lists["fields"].items),
                    )
                )
            if owners.setdefault(field, unit.code) != unit.code:
                fault(
                    said(
                        'unit "{code}": field "{field}" is owned by "{owners}" already',
                        code=unit.code,
                        field=field,
                        owners=owners[field],
                    )
                )


def _replaced(ladders: Mapping[str, Ladder], profile: Profile) -> dict[str, Ladder]:
    """The ladders, with the steps of others where the profile replaces them."""
    return {
        name: Ladder(name, ladder.label, ladders.get(profile.ladders.get(name, name), ladder).steps)
        for name, ladder in ladders.items()
    }


def read_law(folders: Sequence[Path]) -> Law:
    """Read the law files alone (法规库). Raises FilesAtFault."""
    faults = Faults()
    law = law_from(_nodes(folders, LAW, faults), faults)
    faults.raise_if_any()
    return law


def read_calendar_files(folders: Sequence[Path]) -> CalendarFiles:
    """Read ``config/calendar`` (日历文件). Raises FilesAtFault."""
    faults = Faults()
    overlays: list[Mapping[str, object]] = []
    notices: Mapping[str, object] | None = None
    places: dict[str, str] = {}
    festivals: tuple[Festival, ...] = ()
    lists = _by_name(_nodes(folders, LISTS, faults, "regions.yaml"), "list", list_from, faults)
    regions = lists["regions"].items if "regions" in lists else None
    for node in _nodes(folders, "config/calendar", faults):
        if Path(node.file).name == _NOTICES:
            notices = calendar_files.notices_from(node, faults)
        elif Path(node.file).name == _FESTIVALS:
            festivals += calendar_files.festivals_from(node, faults, regions)
        else:
            overlays.append(calendar_files.overlay_from(node, faults, regions))
            places[str(overlays[-1]["name"])] = node.file
    faults.raise_if_any()
    return CalendarFiles(tuple(overlays), notices, places, festivals, frozenset(regions or ()))


def read_calendar_file(path: Path, folders: Sequence[Path]) -> Mapping[str, Any]:
    """One calendar file from any folder, checked like those of *folders*. Raises FilesAtFault."""
    faults = Faults()
    lists = _by_name(_nodes(folders, LISTS, faults, "regions.yaml"), "list", list_from, faults)
    node = read_yaml(path, path.as_posix(), faults)
    faults.raise_if_any()
    assert node is not None
    found = calendar_files.overlay_from(node, faults, lists["regions"].items if "regions" in lists else None)
    faults.raise_if_any()
    return found


def _nodes(folders: Sequence[Path], under: str, faults: Faults, only: str = "") -> Iterator[Node]:
    return (node for _, node in nodes_of(folders, under, faults, only))


def _by_name(
    nodes: Sequence[Node] | Iterator[Node],
    kind: str,
    read: Callable[[Node, Faults], _T],
    faults: Faults,
    files: Files | None = None,
) -> dict[str, _T]:
    """The content of the files by name; the name is the file's own, so that no two files define the same thing."""
    found: dict[str, _T] = {}
    for node in nodes:
        value = read(node, faults)
        _named_as_file(node, kind, value.name, faults)
        found[value.name] = value
        if files is not None:
            files[kind, value.name] = node
    return found


def _named_as_file(node: Node, kind: str, name: str, faults: Faults) -> None:
    stem = Path(node.file).stem
    if name and name != stem:
        faults.add(
            node.file,
            line_of(node, (kind,)),
            said('{kind} "{name}" stands in a file called {stem}.yaml', kind=noun(kind), name=name, stem=stem),
        )


# --- places of problems -----------------------------------------------------------------------------------


def _locate_problems(rulebook: Rulebook, nodes: Sequence[Node], places: Files, faults: Faults) -> None:
    """
    Give each problem its file and line.

    A file with faults of its own is read with stand-ins, whose consequences would be noise.
    """
    files = {_name_of(node): node for node in nodes}
    at_fault = faults.files()
    for problem in soundness.problems(rulebook):
        if problem.lacks is not None and faults.has_file(*problem.lacks):
            continue  # it only follows from what that file lacks
        outside = places.get((problem.where[0], problem.where[1])) if not problem.workflow else None
        if outside is not None:
            if outside.file not in at_fault:
                faults.add(outside.file, line_of(outside, problem.where[2:]), problem.text)
            continue
        node = files.get(problem.workflow)
        if node is not None and node.file not in at_fault:
            file, line = place_of(node, problem.where)
            if file not in at_fault:
                faults.add(file, line, problem.text)


def _name_of(node: Node) -> str:
    value = node.value.get("workflow") if isinstance(node.value, dict) else None
    return value.value.strip() if value is not None and isinstance(value.value, str) else ""
