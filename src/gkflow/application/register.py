"""Importing a register (台账导入): one row for each entry; good rows are kept, bad ones named with their reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, NamedTuple

from gkflow.application.checks import check_correction
from gkflow.application.docket import docket_line, draw_up, revisions, unit_of
from gkflow.application.entered import seal_next
from gkflow.application.facts import read_day, read_fact
from gkflow.application.opening import link_back
from gkflow.application.ports import ClockLine, DocketLine
from gkflow.application.pushing import take_back
from gkflow.application.rules import Rules
from gkflow.domain.case import CORRECT, LINK, NOTE, RECOUNT, Entry, legal_day, record_of
from gkflow.domain.errors import GkflowError, NotFound, Refused
from gkflow.domain.machine import ALWAYS, NEW, replay, table_of
from gkflow.domain.workflow import FactSpec, Workflow

HEADINGS = {
    "案件编号": "case", "流程": "workflow", "日期": "day", "动作": "action", "经办人": "by", "机关": "unit",
}  # fmt: skip
LABELS = {name: label for label, name in HEADINGS.items()}
COLUMNS = ("case", "workflow", "day", "action", "by", "unit")
NEEDED = ("case", "workflow", "day", "action")
_NAMED = frozenset(COLUMNS)
_AFTER_ALL = (NOTE, CORRECT, LINK, RECOUNT)  # what a record that is closed for good still takes
_BATCH = 2_000  # cases to a transaction
# What only a correction carries, by its column; the day that a correction puts in is no day of the entry.
NEW_DAY = "new_day"
_OWN_COLUMNS = {
    (CORRECT, column): FactSpec("day" if column == NEW_DAY else column, column, kind)
    for column, kind in (
        ("seq", "integer"), (NEW_DAY, "day"), ("void", "flag"), ("reason", "text"),
        ("last_day_before", "day"), ("last_day_after", "day"),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was refused (不予导入的行): its number in the file, the case, and why."""

    row: int
    case: str
    reason: GkflowError


@dataclass(slots=True)
class Imported:
    """What an import did (导入结果)."""

    rows: int = 0
    taken: int = 0
    known: int = 0
    cases: int = 0
    bad: list[BadRow] = field(default_factory=list)
    changed: list[BadRow] = field(default_factory=list)  # known rows with other facts: reported, not taken
    odd: list[BadRow] = field(default_factory=list)  # facts that break their rule: kept as a remark
    remarks: tuple[str, ...] = ()  # columns that are no fact


class _Row(NamedTuple):
    number: int
    day: date
    action: str
    by: str
    unit: str
    facts: dict[str, Any]
    remarks: dict[str, Any]


Row = tuple[int, Mapping[str, Any]]


def import_register(
    store: Any, rules: Rules, rows: Iterable[Row], now: datetime, today: date, by: str = "", dry_run: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Imported:  # fmt: skip
    """
    Import the rows of a register (导入台账), as (row number, column → value).

    A register tells what happened, not what should have: an entry is taken in any open state and with facts
    missing, the gaps become findings. Refused is only what cannot be: an unknown workflow or action, a day before
    the first entry or after today, an entry after the case has ended. Importing again takes nothing twice: a row
    is known by its case, day, action, ref and place among such rows of that day.

    *progress* is told how far it is: each row counts once when it is read, and once more when it is written.
    """
    result = Imported()
    strange: dict[str, None] = {}
    reader = _Reader(rules, today, result, strange)
    cases: dict[str, tuple[Workflow, list[_Row]]] = {}
    for number, values in rows:
        result.rows += 1
        read = reader.read(number, values)
        if read is not None:
            case, workflow, row = read
            held = cases.setdefault(case, (workflow, []))
            if held[0] is not workflow:
                error = Refused("two_workflows", case=case, workflow=held[0].name, label=held[0].label)
                result.bad.append(BadRow(number, case, error))
            else:
                held[1].append(row)
        if progress is not None and number % 500 == 0:
            progress(result.rows)
    numbers, steps = list(cases), result.rows
    for start in range(0, len(numbers), _BATCH):
        batch = numbers[start : start + _BATCH]
        with store.writing() as ledger:
            rules = rules.renewed(ledger)
            _take_batch(ledger, rules, {case: cases[case] for case in batch}, now, by, dry_run, result)
        if progress is not None:
            steps += sum(len(cases[case][1]) for case in batch)
            progress(steps)
    if not dry_run:
        _link_origins(store, rules, cases, now, result)
    result.bad.sort(key=lambda bad: bad.row)
    result.remarks = tuple(strange)
    return result


class _Reader:
    """Reads one row after another into typed values; remembers what it has looked up."""

    def __init__(self, rules: Rules, today: date, result: Imported, strange: dict[str, None]) -> None:
        self.rules, self.today, self.result, self.strange = rules, today, result, strange
        self.workflows: dict[str, Workflow] = {}
        self.actions: dict[tuple[str, str], str] = {}
        self.fact_columns: dict[tuple[str, str], FactSpec | None] = {}
        self.days: dict[Any, date] = {}

    def read(self, number: int, values: Mapping[Any, Any]) -> tuple[str, Workflow, _Row] | None:
        named: dict[str, Any] = {}
        others: list[tuple[str, Any]] = []
        for column, value in values.items():
            if value is None or value == "":
                continue
            name = HEADINGS.get(column, column)
            if name in _NAMED:
                named[name] = value
            else:
                others.append((column, value))
        get = named.get
        case = str(get("case", "")).strip()
        try:
            if None in values:
                raise Refused("too_many_cells", count=len(values[None]))
            for column in NEEDED:
                if column not in named:
                    raise Refused("row_wants", column=column, label=LABELS[column])
            workflow = self._workflow(str(named["workflow"]).strip())
            action = self._action(workflow, str(named["action"]).strip())
            day = self._day(named["day"])
            if day > self.today:
                raise Refused("day_to_come", case=case, day=day, today=self.today)
        except GkflowError as error:
            self.result.bad.append(BadRow(number, case, error))
            return None
        facts, remarks = self._facts(number, case, workflow, action, others)
        return case, workflow, _Row(number, day, action, str(get("by", "")), str(get("unit", "")), facts, remarks)

    def _workflow(self, name: str) -> Workflow:
        found = self.workflows.get(name)
        if found is None:
            by_label = {w.label: w for w in self.rules.rulebook.workflows.values()}
            found = self.workflows[name] = by_label.get(name) or self.rules.rulebook.workflow(name)
        return found

    def _action(self, workflow: Workflow, name: str) -> str:
        found = self.actions.get((workflow.name, name))
        if found is None:
            labels = {action.label: action.name for action in workflow.actions.values()}
            found = name if name in workflow.actions else labels.get(name)
            if found is None:
                near = get_close_matches(name, [*workflow.actions, *labels], 3)
                mean = f" (do you mean {' or '.join(near)}?)" if near else ""
                raise NotFound("unknown_action", workflow=workflow.name, action=name, near=near, mean=mean)
            self.actions[workflow.name, name] = found
        return found

    def _day(self, value: Any) -> date:
        found = self.days.get(value)
        if found is None:
            found = self.days[value] = read_day(value)
        return found

    def _facts(
        self, number: int, case: str, workflow: Workflow, action: str, cells: Sequence[tuple[str, Any]]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        facts: dict[str, Any] = {}
        remarks: dict[str, Any] = {}
        for column, value in cells:
            spec = _OWN_COLUMNS.get((action, column)) or self._fact_column(workflow, column)
            if spec is None:
                self.strange.setdefault(column)
                remarks[column] = str(value)
                continue
            try:
                facts[spec.name] = read_fact(action, spec, value)
            except GkflowError as error:
                remarks[column] = str(value)
                self.result.odd.append(BadRow(number, case, error))
        return facts, remarks

    def _fact_column(self, workflow: Workflow, column: str) -> FactSpec | None:
        key = (workflow.name, column)
        if key not in self.fact_columns:
            by_label = {spec.label: spec for spec in workflow.facts.values()}
            self.fact_columns[key] = workflow.facts.get(column) or by_label.get(column)
        return self.fact_columns[key]


def _take_batch(
    ledger: Any, rules: Rules, cases: Mapping[str, tuple[Workflow, list[_Row]]], now: datetime, by: str, dry_run: bool,
    result: Imported,
) -> None:  # fmt: skip
    entries: list[Entry] = []
    dockets: list[DocketLine] = []
    clocks: list[ClockLine] = []
    editions: dict[str, Workflow] = {}
    later: list[tuple[str, Workflow, tuple[Entry, ...], date | None]] = []
    known_cases = ledger.known_cases(list(cases))
    for number, (present, rows) in cases.items():
        old = ledger.entries(number) if number in known_cases else ()
        workflow = rules.workflow_of(ledger, old[0].workflow, old[0].edition) if old else present
        if old and workflow.name != present.name:
            for row in rows:
                error = Refused("two_workflows", case=number, workflow=workflow.name, label=workflow.label)
                result.bad.append(BadRow(row.number, number, error))
            continue
        rows.sort(key=lambda row: row.day)  # stable: within a day the order of the file
        fresh = list(_fresh(rules, workflow, number, old, rows, now, by, result))
        if not fresh:
            continue
        result.taken += len(fresh)
        result.cases += 1
        if dry_run:
            continue
        if not old:
            editions[workflow.edition] = workflow
            dockets.append(docket_line(workflow, number, fresh))
            clocks.extend(revisions(workflow, number, fresh, rules.rulebook))
        else:
            later.append((number, workflow, (*old, *fresh), min(entry.day for entry in fresh)))
        entries.extend(fresh)
    if entries:
        for workflow in editions.values():
            rules.keep(ledger, workflow, now)
        ledger.append(entries)
        ledger.put_docket(dockets, fresh=True)
        ledger.add_clocks(clocks)
        for number, workflow, record, since in later:
            draw_up(ledger, workflow, number, record, rules.rulebook, since)
        take_back(ledger, rules, {number: (workflow, record) for number, workflow, record, _ in later}, now)


def _fresh(
    rules: Rules, workflow: Workflow, number: str, old: Sequence[Entry], rows: Sequence[_Row], now: datetime, by: str,
    result: Imported,
) -> Iterator[Entry]:  # fmt: skip
    """The entries that the rows add to the record, sealed; what cannot be is refused with its reason."""
    known: dict[tuple[date, str, str, int], Entry] = {}
    places: Counter[tuple[date, str, str]] = Counter()
    for entry in old:
        place = (entry.day, entry.action, str(entry.facts.get("ref", "")))
        places[place] += 1
        known[(*place, places[place])] = entry
    places.clear()
    moves, named = table_of(workflow).moves, table_of(workflow).named
    state, first = _state_after(workflow, old), old[0].day if old else None
    latest, whole = max((entry.day for entry in old), default=None), list(old)
    mends = any(row.action == CORRECT for row in rows)
    opening = workflow.first.name
    previous, seq = (old[-1].hash, old[-1].seq) if old else ("", 0)
    unit = unit_of(workflow, old) or rules.unit
    for row in rows:
        there = None
        if known:
            place = (row.day, row.action, str(row.facts.get("ref", "")))
            places[place] += 1
            there = known.get((*place, places[place]))
        if there is not None:
            result.known += 1
            if {name: value for name, value in there.facts.items() if value is not None} != row.facts:
                changed = Refused("known_row_changed", case=number, seq=there.seq)
                result.changed.append(BadRow(row.number, number, changed))
            continue
        if latest is not None and row.day < latest:
            # It comes late into a record that has gone on since: what counts is how the case stood on that day.
            state = _state_after(workflow, [entry for entry in whole if entry.day <= row.day])
        elif latest is not None:
            state, latest = _state_after(workflow, whole), None
        error = _cannot_be(workflow, opening, number, state, first, row, rows)
        if error is None and row.action == CORRECT:
            error = _wrong_correction(number, whole, row, now)
        if error is not None:
            error.facts.setdefault("workflow", workflow.name)
            result.bad.append(BadRow(row.number, number, error))
            continue
        first = first or row.day
        state = moves.get((state, row.action)) or named.get(row.action) or state
        seq += 1
        action = workflow.actions[row.action]
        if row.unit and not action.owner_of:
            unit = row.unit
        sealed = seal_next(
            Entry(
                number, seq, row.action, row.day, now, row.by or by, row.unit or unit, row.facts, row.remarks, None,
                workflow=workflow.name, edition=old[0].edition if old else workflow.edition,
            ),
            previous, rules,
        )  # fmt: skip
        previous = sealed.hash
        if latest is not None or mends:
            whole.append(sealed)
        yield sealed


def _link_origins(
    store: Any, rules: Rules, cases: Mapping[str, tuple[Workflow, list[_Row]]], now: datetime, result: Imported
) -> None:
    """
    Put the other half of every link on record (关联案件): the case that another came from says so too.

    Asked for last, for in a register the origin may stand below what it led to. One that is not there is told.
    """
    found = [
        (case, workflow, row)
        for case, (workflow, rows) in cases.items()
        for row in rows
        if row.action == workflow.first.name and row.facts.get("origin")
    ]
    for start in range(0, len(found), _BATCH):
        with store.writing() as ledger:
            rules = rules.renewed(ledger)
            for case, workflow, row in found[start : start + _BATCH]:
                origin = str(row.facts["origin"])
                opening = next(iter(ledger.entries(case)), None)
                if opening is None or opening.facts.get("origin") != origin:
                    continue  # the row was refused, or another one opened the case
                docket = ledger.docket(origin)
                if docket is None or docket.received > opening.day or origin == case:
                    error = NotFound("origin_unknown", case=case, origin=origin, mean="")
                    result.odd.append(BadRow(row.number, case, error))
                else:
                    link_back(ledger, rules, origin, opening, workflow.label, now)


def _state_after(workflow: Workflow, old: Sequence[Entry]) -> str:
    return replay(workflow, "", record_of(old)).state if old else NEW


def _cannot_be(
    workflow: Workflow, opening: str, number: str, state: str, first: date | None, row: _Row, rows: Sequence[_Row]
) -> GkflowError | None:
    if first is None:
        if row.action == opening:
            return None
        opened = next((other.day for other in rows if other.action == opening), None)
        if opened is not None and opened > row.day:
            return Refused("before_first", case=number, day=row.day, first=opened)
        return Refused("not_opened", case=number, action=row.action, first=opening)
    if row.day < first:
        return Refused("before_first", case=number, day=row.day, first=first)
    if row.action == opening:
        return Refused("case_exists", case=number)
    if row.action == CORRECT:
        return None
    if workflow.states[state].ended and row.action not in ALWAYS:
        return Refused("case_ended", case=number, state=state, action=row.action, allowed=ALWAYS)
    if workflow.states[state].final and row.action not in _AFTER_ALL:
        return Refused("case_ended", case=number, state=state, action=row.action, allowed=_AFTER_ALL)
    return None


def _wrong_correction(number: str, record: Sequence[Entry], row: _Row, now: datetime) -> GkflowError | None:
    try:
        check_correction(number, record, row.facts, legal_day(now))
    except GkflowError as error:
        return error
    return None
