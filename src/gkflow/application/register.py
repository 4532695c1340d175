"""Importing a register (台账导入): one row per entry; good rows are imported, bad ones reported with their reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from gkflow.application.actions import drawn_from, seal_next
from gkflow.application.case_opening import link_back
from gkflow.application.checks import check_correction
from gkflow.application.docket import docket_line, docket_revisions, draw_up, revisions, unit_of
from gkflow.application.docket_revisions import with_revision
from gkflow.application.events import imported_event
from gkflow.application.gathering import Gathered, fold_numbers, hold, report_look_alikes
from gkflow.application.marks import unmarked
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import ClockRevision, DocketLine, DocketRevision, Ledger, Store
from gkflow.application.resolve_names import NameCheck, ambiguous_name, known_units
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
    Tally,
    TypedRow,
)
from gkflow.application.subscriptions import take_back
from gkflow.application.transaction import OnRecord, Transaction
from gkflow.domain.case import CORRECT, LINK, NOTE, RECOUNT, Entry, legal_day, record_of
from gkflow.domain.errors import GkflowError
from gkflow.domain.labels import with_labels
from gkflow.domain.machine import ALWAYS, NEW, replay, table_of
from gkflow.domain.objections.cases import CaseEnded, CaseExists, NotOpened, OriginUnknown, TwoWorkflows
from gkflow.domain.objections.corrections import KnownRowChanged
from gkflow.domain.objections.days import BeforeFirst
from gkflow.domain.workflow import Workflow

__all__ = ["COLUMNS", "HEADINGS", "LABELS", "NEEDED", "NEW_DAY", "BadRow", "FileRow", "Imported", "Row", "Spoilt"]

_AFTER_ALL = (NOTE, CORRECT, LINK, RECOUNT)  # what a closed record still accepts
_BATCH = 2_000  # cases per transaction


@dataclass(frozen=True, slots=True)
class Importing:
    """
    How a register is imported (导入方式): by whom, whether anything is written, and the progress callback: each row
    counts once when it is read, and once more when it is written.
    """

    by: str = ""
    dry_run: bool = False
    progress: Callable[[int], None] | None = None

    def report(self, count: int) -> None:
        """Report progress."""
        if self.progress is not None:
            self.progress(count)


class _Run(NamedTuple):
    """One import (一次导入): what all of its batches share."""

    rules: OfficeContext
    names: NameCheck
    now: datetime
    how: Importing
    result: Tally


def import_register(
    store: Store, rules: OfficeContext, rows: Iterable[Row], now: datetime, how: Importing = Importing()
) -> Imported:
    """
    Import the rows of a register (导入台账), as (row number, column → value).

    A register says what happened, not what should have happened: an entry is accepted in any open state and without
    required facts, and the gaps become findings. Only the impossible is refused: an unknown workflow or action, a
    day before the first entry or after today, an entry after the case has ended, and corrupted cells. A repeated
    import adds nothing: a row is identified by case, day, action, ref and position among such rows of that day.
    """
    result = Tally()
    strange: dict[str, None] = {}
    cases = _gather(RowReader(rules, legal_day(now), result, strange), rows, result, how)
    cases = fold_numbers(store, cases, result)
    report_look_alikes(store, cases, result)
    numbers, steps = list(cases), result.rows
    run = _Run(rules, NameCheck(rules), now, how, result)
    for start in range(0, len(numbers), _BATCH):
        batch = numbers[start : start + _BATCH]
        with store.writing() as ledger:
            run = run._replace(rules=run.rules.renewed(ledger))
            _take_batch(ledger, run, {case: cases[case] for case in batch})
        steps += sum(len(cases[case][1]) for case in batch)
        how.report(steps)
    if not how.dry_run:
        _link_origins(store, run, cases)
    for row in (*result.bad, *result.to_review):
        with_labels(row.reason, run.rules.rulebook.workflows.values())
    return result.imported(strange)


def _gather(reader: RowReader, rows: Iterable[Row], result: Tally, how: Importing) -> Gathered:
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
        if number % 500 == 0:
            how.report(result.rows)
    return cases


def _take_batch(ledger: Ledger, run: _Run, cases: Gathered) -> None:
    rules, result = run.rules, run.result
    entries: list[Entry] = []
    dockets: list[DocketLine] = []
    docket_rows: list[DocketRevision] = []
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
        fresh = list(_Adding(run, OnRecord(workflow, number, old)).entries(rows))
        if not fresh:
            continue
        result.taken += len(fresh)
        result.cases += 1
        if run.how.dry_run:
            continue
        if not old:
            editions[workflow.edition] = workflow
            lines = revisions(workflow, number, fresh, rules.rulebook)
            docket = docket_line(workflow, number, fresh)
            *earlier, last = docket_revisions(workflow, docket, fresh, lines)
            dockets.append(with_revision(docket, last))
            docket_rows.extend(earlier)
            clocks.extend(lines)
        else:
            later.append((number, workflow, (*old, *fresh), min(map(drawn_from, fresh))))
        entries.extend(fresh)
    if entries:
        for workflow in editions.values():
            rules.keep(ledger, workflow, run.now)
        ledger.record.append(entries)
        ledger.docket.put(dockets, fresh=True)
        ledger.docket.add_revisions(docket_rows)
        ledger.docket.add_clocks(clocks)
        for number, workflow, record, since in later:
            dockets.append(draw_up(ledger, rules.rulebook, OnRecord(workflow, number, record), since))
        ledger.events.add(*(imported_event(line, run.now) for line in dockets))
        origins = [OnRecord(workflow, number, record) for number, workflow, record, _ in later]
        take_back(Transaction(ledger, rules, run.now), origins)


class _Adding:
    """The entries that a register's rows add to one record (补入的记录), ordered by day."""

    __slots__ = (
        "case", "first", "known", "late", "mends", "opening", "places", "previous", "run", "seq", "state", "unit",
        "whole",
    )  # fmt: skip

    def __init__(self, run: _Run, case: OnRecord) -> None:
        old, self.run, self.case = case.entries, run, case
        self.known: dict[tuple[date, str, str, int], Entry] = {}
        self.places: Counter[tuple[date, str, str]] = Counter()
        for entry in old:
            place = (entry.day, entry.action, str(entry.facts.get("ref", "")))
            self.places[place] += 1
            self.known[(*place, self.places[place])] = entry
        self.places.clear()
        self.state, self.first = _state_after(case.workflow, old), old[0].day if old else None
        # The last day on record, as long as rows of earlier days may still come.
        self.late, self.whole = max((entry.day for entry in old), default=None), list(old)
        self.mends, self.opening = False, case.workflow.first.name
        self.previous, self.seq = (old[-1].hash, old[-1].seq) if old else ("", 0)
        self.unit = unit_of(case.workflow, record_of(old)) or run.rules.unit

    def entries(self, rows: Sequence[TypedRow]) -> Iterator[Entry]:
        """The sealed entries that the rows add; the impossible is refused with its reason."""
        moves, named = table_of(self.case.workflow).moves, table_of(self.case.workflow).named
        self.mends = any(row.action == CORRECT for row in rows)
        for row in rows:
            if self.known and self._is_known(row):
                continue
            if self.late is not None:
                self._go_to(row.day)
            error = self._refusal(row, rows)
            if error is not None:
                error.facts.setdefault("workflow", self.case.workflow.name)
                self.run.result.bad.append(BadRow(row.number, self.case.number, error))
                continue
            self.first = self.first or row.day
            self.state = moves.get((self.state, row.action)) or named.get(row.action) or self.state
            yield self._entry_of(row)

    def _is_known(self, row: TypedRow) -> bool:
        """Whether the record already has the row; with other facts it is reported as changed and not imported."""
        place = (row.day, row.action, str(row.facts.get("ref", "")))
        self.places[place] += 1
        there = self.known.get((*place, self.places[place]))
        if there is None:
            return False
        self.run.result.known += 1
        rules, workflow = self.run.rules, self.case.workflow
        recorded = known_units(rules, there.facts, workflow) if rules.names else there.facts
        if not _same_facts(recorded, known_units(rules, row.facts, workflow)):
            changed = KnownRowChanged(case=self.case.number, seq=there.seq)
            self.run.result.changed.append(BadRow(row.number, self.case.number, changed))
        return True

    def _go_to(self, day: date) -> None:
        """The state on *day*: a late row may belong before later entries."""
        assert self.late is not None
        if day < self.late:
            self.state = _state_after(self.case.workflow, [entry for entry in self.whole if entry.day <= day])
        else:
            self.state, self.late = _state_after(self.case.workflow, self.whole), None

    def _refusal(self, row: TypedRow, rows: Sequence[TypedRow]) -> GkflowError | None:
        workflow, number = self.case.workflow, self.case.number
        if (ambiguous := ambiguous_name(self.run.rules, workflow, row.by or self.run.how.by, row.facts)) is not None:
            return ambiguous
        if self.first is None:
            if row.action == self.opening:
                return None
            opened = next((other.day for other in rows if other.action == self.opening), None)
            if opened is not None and opened > row.day:
                return BeforeFirst(case=number, day=row.day, first=opened)
            return NotOpened(case=number, action=row.action, first=self.opening)
        if row.day < self.first:
            return BeforeFirst(case=number, day=row.day, first=self.first)
        if row.action == self.opening:
            return CaseExists(case=number)
        if row.action == CORRECT:
            return _wrong_correction(number, self.whole, row, self.run.now)
        state = workflow.states[self.state]
        if state.ended and row.action not in ALWAYS:
            return CaseEnded(case=number, state=self.state, action=row.action, allowed=ALWAYS)
        if state.final and row.action not in _AFTER_ALL:
            return CaseEnded(case=number, state=self.state, action=row.action, allowed=_AFTER_ALL)
        return None

    def _entry_of(self, row: TypedRow) -> Entry:
        (rules, names, now, how, result), (workflow, number, old) = self.run, self.case
        action = workflow.actions[row.action]
        named_unit = rules.units.get(row.unit, row.unit)
        facts = known_units(rules, row.facts, workflow)
        # 台账 may name anybody: an unknown name is reported, the row is imported.
        result.to_review.extend(
            BadRow(row.number, number, unknown)
            for unknown in names.unknown(workflow, rules.person(row.by), row.unit, facts)
        )
        if named_unit and not action.owner_of:
            self.unit = named_unit
        self.seq += 1
        sealed = seal_next(
            Entry(
                number, self.seq, row.action, row.day, now, rules.person(row.by or how.by),
                named_unit or self.unit, facts, row.remarks, None,
                workflow=workflow.name, edition=old[0].edition if old else workflow.edition,
            ),
            self.previous, rules,
        )  # fmt: skip
        self.previous = sealed.hash
        if action.hands_to and facts.get(action.hands_to):
            self.unit = str(facts[action.hands_to])
        if self.late is not None or self.mends:
            self.whole.append(sealed)
        return sealed


def _same_facts(old: Mapping[str, object], new: Mapping[str, object]) -> bool:
    there = {name: value for name, value in old.items() if value is not None}
    # A fact recorded before invisible marks were removed is still the same fact.
    return (
        there == new
        or {name: unmarked(value).strip() if isinstance(value, str) else value for name, value in there.items()} == new
    )


def _link_origins(store: Store, run: _Run, cases: Gathered) -> None:
    """
    Record the other half of every link (关联案件), in the case from which another one follows.

    Called last, because in a register the origin may come after its consequence. A missing origin is reported.
    """
    found = [
        (case, workflow, row)
        for case, (workflow, rows) in cases.items()
        for row in rows
        if row.action == workflow.first.name and row.facts.get("origin")
    ]
    for start in range(0, len(found), _BATCH):
        with store.writing() as ledger:
            rules = run.rules.renewed(ledger)
            for case, workflow, row in found[start : start + _BATCH]:
                origin = str(row.facts["origin"])
                opening = next(iter(ledger.record.entries(case)), None)
                if opening is None or opening.facts.get("origin") != origin:
                    continue  # the row was refused, or another one opened the case
                docket = ledger.docket.line(origin)
                if docket is None or docket.received > opening.day or origin == case:
                    error = OriginUnknown(case=case, origin=origin, mean="")
                    run.result.odd.append(BadRow(row.number, case, error))
                else:
                    link_back(Transaction(ledger, rules, run.now), origin, opening, workflow.label)


def _state_after(workflow: Workflow, old: Sequence[Entry]) -> str:
    return replay(workflow, "", record_of(old)).state if old else NEW


def _wrong_correction(number: str, record: Sequence[Entry], row: TypedRow, now: datetime) -> GkflowError | None:
    try:
        check_correction(number, record, row.facts, legal_day(now))
    except GkflowError as error:
        return error
    return None
