"""Importing a register (台账导入): one row for each entry; good rows are kept, bad ones named with their reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from gkflow.application.actions import drawn_from, seal_next
from gkflow.application.case_opening import link_back
from gkflow.application.checks import check_correction
from gkflow.application.docket import docket_line, draw_up, revisions, unit_of
from gkflow.application.gathering import Gathered, fold_numbers, hold, tell_look_alikes
from gkflow.application.marks import unmarked
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import ClockRevision, DocketLine, Ledger, Store
from gkflow.application.resolve_names import known_units, unknown_names
from gkflow.application.rows import (
    COLUMNS,
    HEADINGS,
    LABELS,
    NEEDED,
    NEW_DAY,
    BadRow,
    FileRow,
    Imported,
    Row,
    RowReader,
    Spoilt,
    TypedRow,
)
from gkflow.application.subscriptions import take_back
from gkflow.application.transaction import OnRecord, Transaction
from gkflow.domain.case import CORRECT, LINK, NOTE, RECOUNT, Entry, legal_day, record_of
from gkflow.domain.errors import GkflowError
from gkflow.domain.machine import ALWAYS, NEW, replay, table_of
from gkflow.domain.objections.cases import CaseEnded, CaseExists, NotOpened, OriginUnknown, TwoWorkflows
from gkflow.domain.objections.corrections import KnownRowChanged
from gkflow.domain.objections.days import BeforeFirst
from gkflow.domain.workflow import Workflow

__all__ = ["COLUMNS", "HEADINGS", "LABELS", "NEEDED", "NEW_DAY", "BadRow", "FileRow", "Imported", "Row", "Spoilt"]

_AFTER_ALL = (NOTE, CORRECT, LINK, RECOUNT)  # what a record that is closed for good still takes
_BATCH = 2_000  # cases to a transaction


def import_register(
    store: Store,
    rules: OfficeContext,
    rows: Iterable[Row],
    now: datetime,
    today: date,
    by: str = "",
    dry_run: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Imported:
    """
    Import the rows of a register (导入台账), as (row number, column → value).

    A register tells what happened, not what should have: an entry is taken in any open state and with facts
    missing, the gaps become findings. Refused is only what cannot be: an unknown workflow or action, a day before
    the first entry or after today, an entry after the case has ended, and what the file has spoilt. Importing again
    takes nothing twice: a row is known by its case, day, action, ref and place among such rows of that day.

    *progress* is called with how far it is: each row counts once when it is read, and once more when it is written.
    """
    result = Imported()
    strange: dict[str, None] = {}
    reader = RowReader(rules, today, result, strange)
    cases: Gathered = {}
    for number, values in rows:
        read = reader.read(number, values)
        if read is not None:
            case, workflow, row = read
            held = cases.get(case)
            if held is not None and held[0] is workflow:
                held[1].append(row)
            else:
                hold(cases, case, workflow, (row,), result)
        if progress is not None and number % 500 == 0:
            progress(result.rows)
    cases = fold_numbers(store, cases, result)
    tell_look_alikes(store, cases, result)
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
    result.told.sort(key=lambda told: told.row)
    result.remarks = tuple(strange)
    return result


def _take_batch(
    ledger: Ledger, rules: OfficeContext, cases: Gathered, now: datetime, by: str, dry_run: bool, result: Imported
) -> None:  # fmt: skip
    entries: list[Entry] = []
    dockets: list[DocketLine] = []
    clocks: list[ClockRevision] = []
    editions: dict[str, Workflow] = {}
    later: list[tuple[str, Workflow, tuple[Entry, ...], date | None]] = []
    known_cases = ledger.record.known_cases(list(cases))
    for number, (present, rows) in cases.items():
        old = ledger.record.entries(number) if number in known_cases else ()
        workflow = rules.workflow_of(ledger, old[0].workflow, old[0].edition) if old else present
        if old and workflow.name != present.name:
            for row in rows:
                error = TwoWorkflows(case=number, workflow=workflow.name, label=workflow.label)
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
            later.append((number, workflow, (*old, *fresh), min(map(drawn_from, fresh))))
        entries.extend(fresh)
    if entries:
        for workflow in editions.values():
            rules.keep(ledger, workflow, now)
        ledger.record.append(entries)
        ledger.docket.put(dockets, fresh=True)
        ledger.docket.add_clocks(clocks)
        for number, workflow, record, since in later:
            draw_up(ledger, rules.rulebook, OnRecord(workflow, number, record), since)
        told = [OnRecord(workflow, number, record) for number, workflow, record, _ in later]
        take_back(Transaction(ledger, rules, now), told)


def _fresh(
    rules: OfficeContext,
    workflow: Workflow,
    number: str,
    old: Sequence[Entry],
    rows: Sequence[TypedRow],
    now: datetime,
    by: str,
    result: Imported,
) -> Iterator[Entry]:
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
    unit = unit_of(workflow, record_of(old)) or rules.unit
    for row in rows:
        there = None
        if known:
            place = (row.day, row.action, str(row.facts.get("ref", "")))
            places[place] += 1
            there = known.get((*place, places[place]))
        if there is not None:
            result.known += 1
            if not _same_facts(there.facts, known_units(rules, row.facts, workflow)):
                changed = KnownRowChanged(case=number, seq=there.seq)
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
        named_unit = rules.units.get(row.unit, row.unit)
        facts = known_units(rules, row.facts, workflow)
        for unknown in unknown_names(rules, workflow, row.by, row.unit, facts):
            # 台账 tells what happened, by whomever; what nobody here knows is named once, so that a slip is seen.
            if all(each.reason.facts != unknown.facts for each in result.told):
                result.told.append(BadRow(row.number, number, unknown))
        if named_unit and not action.owner_of:
            unit = named_unit
        sealed = seal_next(
            Entry(
                number, seq, row.action, row.day, now, row.by or by, named_unit or unit, facts, row.remarks, None,
                workflow=workflow.name, edition=old[0].edition if old else workflow.edition,
            ),
            previous, rules,
        )  # fmt: skip
        previous = sealed.hash
        if action.hands_to and facts.get(action.hands_to):
            unit = str(facts[action.hands_to])
        if latest is not None or mends:
            whole.append(sealed)
        yield sealed


def _same_facts(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    there = {name: value for name, value in old.items() if value is not None}
    # What was taken before invisible marks were left out is still the same fact.
    return (
        there == new
        or {name: unmarked(value).strip() if isinstance(value, str) else value for name, value in there.items()} == new
    )


def _link_origins(store: Store, rules: OfficeContext, cases: Gathered, now: datetime, result: Imported) -> None:
    """
    Put the other half of every link on record (关联案件): the case that another came from says so too.

    Asked for last, for in a register the origin may stand below what it led to. A missing one is reported.
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
                opening = next(iter(ledger.record.entries(case)), None)
                if opening is None or opening.facts.get("origin") != origin:
                    continue  # the row was refused, or another one opened the case
                docket = ledger.docket.line(origin)
                if docket is None or docket.received > opening.day or origin == case:
                    error = OriginUnknown(case=case, origin=origin, mean="")
                    result.odd.append(BadRow(row.number, case, error))
                else:
                    link_back(Transaction(ledger, rules, now), origin, opening, workflow.label)


def _state_after(workflow: Workflow, old: Sequence[Entry]) -> str:
    return replay(workflow, "", record_of(old)).state if old else NEW


def _cannot_be(
    workflow: Workflow,
    opening: str,
    number: str,
    state: str,
    first: date | None,
    row: TypedRow,
    rows: Sequence[TypedRow],
) -> GkflowError | None:
    if first is None:
        if row.action == opening:
            return None
        opened = next((other.day for other in rows if other.action == opening), None)
        if opened is not None and opened > row.day:
            return BeforeFirst(case=number, day=row.day, first=opened)
        return NotOpened(case=number, action=row.action, first=opening)
    if row.day < first:
        return BeforeFirst(case=number, day=row.day, first=first)
    if row.action == opening:
        return CaseExists(case=number)
    if row.action == CORRECT:
        return None
    if workflow.states[state].ended and row.action not in ALWAYS:
        return CaseEnded(case=number, state=state, action=row.action, allowed=ALWAYS)
    if workflow.states[state].final and row.action not in _AFTER_ALL:
        return CaseEnded(case=number, state=state, action=row.action, allowed=_AFTER_ALL)
    return None


def _wrong_correction(number: str, record: Sequence[Entry], row: TypedRow, now: datetime) -> GkflowError | None:
    try:
        check_correction(number, record, row.facts, legal_day(now))
    except GkflowError as error:
        return error
    return None
