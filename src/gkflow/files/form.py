"""
The form of rule files (规则文件的格式要求): checks of ``gkflow check`` beyond what the rules need to work.

An office with such a fault in its own file still works: every citation names a known instrument, nothing leaves a
final state, a ladder watches each duty of the office, every plan fits its profile.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from gkflow.domain.case import CORRECT, LINK, NOTE, RECOUNT
from gkflow.domain.errors import Fault, FilesAtFault
from gkflow.domain.rulebook import Rulebook, mean
from gkflow.domain.sentences import said
from gkflow.domain.workflow import MISFILE, ClockKind, Obligor, Workflow
from gkflow.files.citations import compare_citations
from gkflow.files.kinds.plan import PlanRow
from gkflow.files.model_reader import Found, read_model
from gkflow.files.nodes import Faults, Key, Node, as_json, place_of, values
from gkflow.files.profiles import Profile
from gkflow.files.rule_sources import KINDS, NATIONAL, WORKFLOWS, nodes_of
from gkflow.files.rulebook_files import Places, assemble, read_calendar_files, read_parts
from gkflow.files.texts import read_text
from gkflow.files.workflows import workflow_from

if TYPE_CHECKING:
    from gkflow.domain.calendar import WorkCalendar
    from gkflow.files.calendar_files import CalendarFiles

PLANS = "config/plans"
LOCAL = "config/calendar/local"
_ANYTIME = (NOTE, CORRECT, LINK, RECOUNT, MISFILE)  # remarks and corrections of the record


def check_files(
    folders: Sequence[Path], calendar: WorkCalendar, profile: str, readings: Iterable[tuple[str, str, str]],
    settings: Places = MappingProxyType({}), calendars: CalendarFiles | None = None,
) -> Rulebook:  # fmt: skip
    """
    Check every rule file of *folders* (检查全部规则文件): the rules are consistent under each profile, and the files
    are well formed. *settings* says where the picks were set; *calendars* are the calendar files, where they have been
    read already. Returns the rulebook of the *profile*. Raises
    FilesAtFault with every fault.
    """
    found: dict[Fault, None] = {}
    unread = Faults()
    nodes = {kind: [node for _, node in nodes_of(folders, kind, unread)] for kind in KINDS}
    found.update(dict.fromkeys(unread.all()))
    parts = read_parts(nodes.__getitem__, unread.copy())
    workflows: dict[str, Workflow] = {}

    def read(node: Node, faults: Faults) -> Workflow:
        """A profile changes a workflow only if it picks another reading."""
        stated = node.value if isinstance(node.value, dict) else {}
        picked = next((as_json(values(each)) for key, each in stated.items() if key == "reading"), "")
        name = f"{node.file} {picked}"
        if name not in workflows:
            workflows[name] = workflow_from(node, faults)
        return workflows[name]

    def book_of(name: str, picks: Iterable[tuple[str, str, str]] = ()) -> Rulebook | None:
        try:
            return assemble(parts._replace(faults=parts.faults.copy()), calendar, name, picks, read, settings)
        except FilesAtFault as error:
            # Faults under every profile are reported once; the others with their profile.
            there = {Fault(each.file, each.line, each.text): None for each in found}
            unreported = [each for each in error.faults if each not in there]
            for each in unreported:
                text = each.text
                if name != profile:
                    text = said('profile "{name}": {fault}', name=name, fault=text)
                found[Fault(each.file, each.line, text)] = None
            return None

    book = book_of(profile, readings)
    if not found:
        for name in sorted({NATIONAL, *parts.profiles} - {profile}):
            book_of(name)
    faults = Faults()
    if book is not None:
        files = calendars if calendars is not None else read_calendar_files(folders)
        _check_form(folders, nodes, book, parts.profiles, files, faults)
    found.update(dict.fromkeys(faults.all()))
    if found or book is None:
        raise FilesAtFault(tuple(found))
    return book


def _check_form(
    folders: Sequence[Path], nodes: Mapping[str, Sequence[Node]], book: Rulebook, profiles: Mapping[str, Profile],
    files: CalendarFiles, faults: Faults,
) -> None:  # fmt: skip
    for kind in KINDS:
        compare_citations(nodes[kind], book.law, faults)
    for node in nodes[WORKFLOWS]:
        check_ends(book.workflow(Path(node.file).stem), node, faults)
    for overlay in files.overlays:
        check_local(overlay, files.places[str(overlay["name"])], faults)
    check_plans(folders, profiles, book, faults)


def check_ends(workflow: Workflow, node: Node, faults: Faults) -> None:
    """Only remarks leave a final state, and each duty of the office is watched (终态与督办)."""
    finals = [state.name for state in workflow.states.values() if state.final]
    for action in workflow.actions.values():
        state = next((state for state in finals if state in action.sources), None)
        if state is not None and action.name not in _ANYTIME:
            faults.add(
                *place_of(node, ("actions", action.name, "from")),
                said('state "{state}" is final, but action "{name}" may be taken in it', state=state, name=action.name),
            )
    for clock in workflow.clocks:
        if clock.kind is ClockKind.DUTY and clock.obligor is Obligor.OFFICE and not clock.ladder:
            text = said(
                'clock "{name}": no ladder reminds of it (ladder), though it is a duty of the office', name=clock.name
            )
            faults.add(*place_of(node, ("clocks", clock.name)), text)


# --- local calendars --------------------------------------------------------------------------------------


def check_local(overlay: Mapping[str, object], file: str, faults: Faults) -> None:
    """A local notice is named after its year, and was published before its days (地方放假通知)."""
    if f"{LOCAL}/" not in file:
        return
    year, published = overlay.get("calendar"), overlay.get("published")
    if not Path(file).stem.endswith(f"-{year}"):
        faults.add(file, 1, said("a local notice is named after its place and year: PLACE-{year}.yaml", year=year))
    days = [day for key in ("days_off", "makeup_days", "plain_days") for day in _days(overlay.get(key))]
    if days and isinstance(published, date) and published >= min(days):
        faults.add(
            file,
            1,
            said("published {published} is no day before its first day, {min}", published=published, min=min(days)),
        )


def _days(stated: object) -> list[date]:
    return [day for day in stated if isinstance(day, date)] if isinstance(stated, Mapping) else []


# --- plans ------------------------------------------------------------------------------------------------


def check_plans(folders: Sequence[Path], profiles: Mapping[str, Profile], book: Rulebook, faults: Faults) -> None:
    """Every plan belongs to a profile, and its rows open cases that accept their facts (方案台账)."""
    plans = {path.stem: (folder, path) for folder in folders for path in sorted((folder / PLANS).glob("*.csv"))}
    for profile in profiles.values():
        if profile.plan and profile.plan not in plans:
            file = f"config/profiles/{profile.name}.yaml"
            faults.add(file, 0, said('plan: no plan "{plan}"{mean}', plan=profile.plan, mean=mean(profile.plan, plans)))
    for plan, (folder, path) in plans.items():
        file = f"{PLANS}/{path.name}" if folder == folders[0] else path.as_posix()
        users = [profile for profile in profiles.values() if profile.plan == plan]
        if not users:
            faults.add(file, 0, said("no profile names this plan (plan)"))
        units = {unit.code for profile in users for unit in profile.units} if users else None
        numbers: dict[str, int] = {}
        for node in _rows(path, file, faults):
            _check_row(read_model(PlanRow, node, faults), book, units, numbers)


def _rows(path: Path, file: str, faults: Faults) -> Iterator[Node]:
    text = read_text(path, file, faults)
    if text is None:
        return
    rows = csv.DictReader(text.splitlines(keepends=True))
    for row in rows:
        line = rows.line_num
        # An empty cell has no meaning.
        cells = {Key(name, line): Node(value, file, line) for name, value in row.items() if name and value}
        yield Node(cells, file, line)


def _check_row(found: Found[PlanRow], book: Rulebook, units: set[str] | None, numbers: dict[str, int]) -> None:
    row, line = found.model, found.node.line
    if row.case and numbers.setdefault(row.case, line) != line:
        found.fault(
            said('case "{case}" stands here again (first on line {numbers})', case=row.case, numbers=numbers[row.case]),
            key="case",
        )
    if row.unit and units is not None and row.unit not in units:
        found.fault(said('no unit "{unit}"{mean}', unit=row.unit, mean=mean(row.unit, units)), key="unit")
    if row.workflow not in book.workflows:
        found.fault(
            said('no workflow "{workflow}"{mean}', workflow=row.workflow, mean=mean(row.workflow, book.workflows)),
            key="workflow",
        )
        return
    workflow = book.workflow(row.workflow)
    opening = workflow.first
    carried = opening.carries
    if row.action != opening.name:
        found.fault(
            said('no action "{action}" opens a case; "{name}" does', action=row.action, name=opening.name),
            key="action",
        )
    for name, value in row:
        if name in _COLUMNS or value == "":
            continue
        spec = workflow.facts.get(name)
        if spec is None or name not in carried:
            found.fault(
                said(
                    '"{name}" of {workflow} takes no fact "{fact}"',
                    name=opening.name,
                    workflow=workflow.name,
                    fact=name,
                ),
                key=name,
            )
        elif spec.choices and value not in spec.choices:
            found.fault(said('fact "{name}" has no choice "{value}"', name=name, value=value), key=name)


_COLUMNS = {"case", "workflow", "day", "action", "unit"}  # in every register; the other columns are facts
