"""The rows of a register (台账各行): what a file says about them, and how a row is read into typed values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, cast

from gkflow.application.checks import far_days, label_of
from gkflow.application.facts import FIRST_YEAR, LONGEST_NAME, check_name, read_day, read_fact
from gkflow.application.marks import broken, controls, folded, plain_number, turns, unmarked, visible
from gkflow.application.office_context import OfficeContext
from gkflow.domain.as_dict import AsDict
from gkflow.domain.case import CORRECT
from gkflow.domain.errors import GkflowError, Refused
from gkflow.domain.fact_rules import FactSpec
from gkflow.domain.hints import did_you_mean, near_names
from gkflow.domain.objections.cases import UnknownAction
from gkflow.domain.objections.days import DayFar, DayToCome, YearTooEarly
from gkflow.domain.objections.register_files import (
    CellDigits,
    CellError,
    ControlsInText,
    MarkRefused,
    RowWants,
    SpoiltCell,
    TextTurned,
    TooManyCells,
)
from gkflow.domain.workflow import Workflow

# The headings of a register; the Chinese of an objection names the column by them.
HEADINGS = {
    "案件编号": "case", "流程": "workflow", "日期": "day", "动作": "action", "经办人": "by", "机关": "unit",
}  # fmt: skip
LABELS = {name: label for label, name in HEADINGS.items()}
COLUMNS = ("case", "workflow", "day", "action", "by", "unit")
NEEDED = ("case", "workflow", "day", "action")
_NAMED = frozenset(COLUMNS)
# Columns that only a correction has; the day that it corrects to is not the day of the entry.
NEW_DAY = "new_day"
OWN_COLUMNS = {
    (CORRECT, column): FactSpec("day" if column == NEW_DAY else column, column, kind)
    for column, kind in (
        ("seq", "integer"), (NEW_DAY, "day"), ("void", "flag"), ("reason", "text"),
        ("last_day_before", "day"), ("last_day_after", "day"),
    )
}  # fmt: skip
# What a spreadsheet shows in place of a result.
SHEET_ERRORS = frozenset(
    (
        "#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!",
        "#CONNECT!", "#UNKNOWN!", "#GETTING_DATA",
    )
)  # fmt: skip
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+\d{2,}$")  # how a spreadsheet saves a number with too many digits


@dataclass(frozen=True, slots=True)
class BadRow(AsDict):
    """A row that was refused or needs review: its number in the file, the case, and why."""

    row: int
    case: str
    reason: GkflowError


@dataclass(frozen=True, slots=True)
class Imported(AsDict):
    """The result of an import (导入结果)."""

    rows: int
    taken: int
    known: int
    cases: int
    bad: tuple[BadRow, ...]
    changed: tuple[BadRow, ...]  # known rows with other facts: reported, not imported
    odd: tuple[BadRow, ...]  # facts that break their rule: kept as a remark
    to_review: tuple[BadRow, ...]  # accepted, but worth a review
    remarks: tuple[str, ...]  # columns that are not facts


@dataclass(slots=True)
class Tally:
    """What an import has counted and found so far (导入计数)."""

    rows: int = 0
    taken: int = 0
    known: int = 0
    cases: int = 0
    bad: list[BadRow] = field(default_factory=list)
    changed: list[BadRow] = field(default_factory=list)
    odd: list[BadRow] = field(default_factory=list)
    to_review: list[BadRow] = field(default_factory=list)

    def imported(self, remarks: Iterable[str]) -> Imported:
        """The result, with refused and accepted rows in the order of the file."""
        return Imported(
            self.rows, self.taken, self.known, self.cases, tuple(sorted(self.bad, key=_row_of)), tuple(self.changed),
            tuple(self.odd), tuple(sorted(self.to_review, key=_row_of)), tuple(remarks),
        )  # fmt: skip


def _row_of(found: BadRow) -> int:
    return found.row


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A cell whose content its file has lost (失真的单元格): the text shown, and the error that explains it."""

    text: str
    kind: type[SpoiltCell]

    def __str__(self) -> str:
        return self.text

    def refused(self, column: str) -> Refused:
        return self.kind(column=column, label=LABELS.get(column, column), value=self.text)


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row about which its file says more than the cells (文件另有说明的行); without cells it is not a row."""

    cells: Mapping[str | None, object] = field(default_factory=dict)
    notes: tuple[GkflowError, ...] = ()
    refused: GkflowError | None = None


Row = tuple[int, Mapping[str | None, object] | FileRow]


class TypedRow(NamedTuple):
    """A row with typed values (类型化的行)."""

    number: int
    day: date
    action: str
    by: str
    unit: str
    facts: dict[str, object]
    remarks: dict[str, object]


class RowReader:
    """Reads rows one by one into typed values; caches its look-ups."""

    def __init__(self, rules: OfficeContext, today: date, result: Tally, strange: dict[str, None]) -> None:
        self.rules, self.today, self.result, self.strange = rules, today, result, strange
        self.workflows: dict[str, Workflow] = {}
        self.actions: dict[tuple[str, str], str] = {}
        self.fact_columns: dict[tuple[str, str], FactSpec | None] = {}
        self.days: dict[object, date] = {}
        self.cases: dict[object, str] = {}
        self.names: dict[tuple[str, object], str] = {}
        self.far: set[str] = set()

    def read(self, number: int, values: Mapping[str | None, object] | FileRow) -> tuple[str, Workflow, TypedRow] | None:
        """The case as written, its workflow and the row; None for a refused row."""
        notes: tuple[GkflowError, ...] = ()
        if isinstance(values, FileRow):
            notes, values = values.notes, values.cells if values.refused is None else {None: values.refused}
            if not values:
                self._report(number, "", notes)
                return None
        self.result.rows += 1
        case = ""
        try:
            named, others = self._sorted(number, values)
            if "case" in named:
                case = str(named["case"])
                case = self._case(named["case"])
            for column in NEEDED:
                if column not in named:
                    raise RowWants(column=column, label=LABELS[column])
            workflow = self._workflow(str(named["workflow"]))
            action = self._action(workflow, str(named["action"]))
            day = self._day(named["day"])
            if day > self.today:
                raise DayToCome(case=case, day=day, today=self.today)
            by = self._name("by", named["by"]) if "by" in named else ""
            unit = self._name("unit", named["unit"]) if "unit" in named else ""
        except GkflowError as error:
            if not case:
                case = _case_of(values)
            self.result.bad.append(BadRow(number, case, error))
            return None
        if notes:
            self._report(number, case, notes)
        facts, remarks = self._facts(number, case, workflow, action, others)
        opens = action == workflow.first.name
        if opens and case not in self.far and (far := far_days(workflow, day, facts, self.today)):
            # A register may be old: reported once per case, and accepted.
            self.far.add(case)
            which = [label_of(workflow, name) for name in far if name != "day"]
            found = DayFar(case=case, day=next(iter(far.values())), today=self.today, labels=which)
            self._report(number, case, (found,))
        return case, workflow, TypedRow(number, day, action, by, unit, facts, remarks)

    def _report(self, number: int, case: str, errors: Sequence[GkflowError]) -> None:
        self.result.to_review.extend(BadRow(number, case, error) for error in errors)

    def _sorted(
        self, number: int, values: Mapping[str | None, object]
    ) -> tuple[dict[str, object], list[tuple[str, object]]]:
        """The cells that every entry has, and the others; empty ones are left out."""
        named: dict[str, object] = {}
        others: list[tuple[str, object]] = []
        for column, value in values.items():
            if value is None or value == "":
                continue
            if column is None:
                raise value if isinstance(value, GkflowError) else TooManyCells(count=len(cast("list[str]", value)))
            if isinstance(value, str) and value.__class__ is str:
                if not value.isprintable():
                    value = self._unmarked(number, column, value, values)
                if not value or value.isspace():
                    continue
                if value[0] == "#" and value in SHEET_ERRORS:
                    value = Spoilt(value, CellError)
                elif "E+" in value and _SCIENTIFIC.match(value):
                    value = Spoilt(value, CellDigits)
            name = HEADINGS.get(column, column)
            if name not in _NAMED:
                others.append((column, value))
            elif isinstance(value, Spoilt):
                raise value.refused(column)
            else:
                named[name] = value.strip() if isinstance(value, str) else value
        return named, others

    def _unmarked(self, number: int, column: str, value: str, values: Mapping[str | None, object]) -> str:
        """A text without invisible marks; unstorable text refuses the row, control characters are reported."""
        label = LABELS.get(column, column)
        if mark := broken(value):
            raise MarkRefused(column=column, label=label, marks=mark)
        if HEADINGS.get(column, column) == "case":
            return value  # it may be on record in this form
        for kind, marks in ((ControlsInText, controls(value)), (TextTurned, turns(value))):
            if marks:
                error = kind(column=column, label=label, marks=marks)
                self._report(number, _case_of(values), [error])
        return unmarked(value).strip()

    def _case(self, value: object) -> str:
        found = self.cases.get(value)
        if found is None:
            found = str(value)
            check_name("case", LABELS["case"], found)
            if not plain_number(found):
                raise RowWants(column="case", label=LABELS["case"])
            self.cases[value] = found
        return found

    def _name(self, column: str, value: object) -> str:
        text = self.names.get((column, value))
        if text is None:
            text = str(value)
            check_name(column, LABELS[column], text)
            self.names[column, value] = text
        return text

    def _workflow(self, name: str) -> Workflow:
        found = self.workflows.get(name)
        if found is None:
            by_label = {folded(w.label): w for w in self.rules.rulebook.workflows.values()}
            found = by_label.get(folded(name)) or self.rules.rulebook.workflow(folded(name))
            self.workflows[name] = found
        return found

    def _action(self, workflow: Workflow, name: str) -> str:
        found = self.actions.get((workflow.name, name))
        if found is None:
            labels = {folded(action.label): action.name for action in workflow.actions.values()}
            plain = folded(name)
            found = plain if plain in workflow.actions else labels.get(plain)
            if found is None:
                near = near_names(name, [*workflow.actions, *labels], 3)
                raise UnknownAction(workflow=workflow.name, action=name, near=near, mean=did_you_mean(near))
            self.actions[workflow.name, name] = found
        return found

    def _day(self, value: object) -> date:
        found = self.days.get(value)
        if found is None:
            found = read_day(value, midnight=True)
            if found.year < FIRST_YEAR:
                raise YearTooEarly(day=found, first=FIRST_YEAR)
            self.days[value] = found
        return found

    def _facts(
        self, number: int, case: str, workflow: Workflow, action: str, cells: Sequence[tuple[str, object]]
    ) -> tuple[dict[str, object], dict[str, object]]:
        facts: dict[str, object] = {}
        remarks: dict[str, object] = {}
        for column, value in cells:
            spec = OWN_COLUMNS.get((action, column)) or self._fact_column(workflow, column)
            try:
                if value.__class__ is Spoilt:
                    raise value.refused(column)
                if spec is not None:
                    facts[spec.name] = read_fact(action, spec, value)
                    continue
            except GkflowError as error:
                remarks[column] = str(value)
                self.result.odd.append(BadRow(number, case, error))
                continue
            self.strange.setdefault(column)
            remarks[column] = str(value)
        return facts, remarks

    def _fact_column(self, workflow: Workflow, column: str) -> FactSpec | None:
        key = (workflow.name, column)
        if key not in self.fact_columns:
            by_label = {folded(spec.label): spec for spec in workflow.facts.values()}
            plain = folded(column)
            self.fact_columns[key] = workflow.facts.get(plain) or by_label.get(plain)
        return self.fact_columns[key]


def _case_of(values: Mapping[str | None, object]) -> str:
    """The case number of a row that is not read completely, for error reports."""
    written = next((values[name] for name in ("case", LABELS["case"]) if values.get(name)), "")
    return visible(plain_number(str(written)))[:LONGEST_NAME]
