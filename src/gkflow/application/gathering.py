"""Rows grouped by case (按案件归集): numbers that differ in width only are one, look-alikes are reported."""

from __future__ import annotations

from collections.abc import Iterable

from gkflow.application.marks import folded, looks_of, plain_number, revealed
from gkflow.application.ports import Store
from gkflow.application.rows import BadRow, Imported, TypedRow
from gkflow.domain.objections.cases import TwoWorkflows
from gkflow.domain.objections.register_files import LookAlike, NumberFolded
from gkflow.domain.workflow import Workflow

Gathered = dict[str, tuple[Workflow, list[TypedRow]]]


def hold(cases: Gathered, case: str, workflow: Workflow, rows: Iterable[TypedRow], result: Imported) -> None:
    """Add rows to those of their case; rows of another workflow are refused."""
    held = cases.setdefault(case, (workflow, []))
    if held[0] is workflow:
        held[1].extend(rows)
        return
    for row in rows:
        error = TwoWorkflows(case=case, workflow=held[0].name, label=held[0].label)
        result.bad.append(BadRow(row.number, case, error))


def fold_numbers(store: Store, cases: Gathered, result: Imported) -> Gathered:
    """
    The cases by normalised number: "ＧＫ－１" and "GK-1" are one case. A number that is already on record in its
    original form keeps that form.
    """
    plain = {case: plain_number(case) for case in cases if not (case.isascii() and case.isprintable())}
    other = [case for case, number in plain.items() if number != case]
    if not other:
        return cases
    with store.reading() as ledger:
        there = ledger.record.known_cases(other)
    gathered: Gathered = {}
    for case, (workflow, rows) in cases.items():
        number = case if case in there else plain.get(case, case)
        hold(gathered, number, workflow, rows, result)
        if number != case:
            objection = NumberFolded(case=number, written=revealed(case))
            result.to_review.append(BadRow(rows[0].number, number, objection))
    for _, rows in gathered.values():
        rows.sort(key=lambda row: row.number)
    return gathered


def report_look_alikes(store: Store, cases: Gathered, result: Imported) -> None:
    """Report numbers that look alike (相似的案件编号), within the file and compared with the record."""
    first: dict[str, str] = {}
    unlike: dict[str, str] = {}
    for case, (_, rows) in cases.items():
        other = first.setdefault(looks_of(case), case)
        if other is not case:
            _report(result, rows, case, other)
        elif not case.isascii() and (dashed := folded(case)) != case and dashed not in cases:
            unlike[case] = dashed
    if unlike:
        with store.reading() as ledger:
            there = ledger.record.known_cases(list(unlike.values()))
        for case, dashed in unlike.items():
            if dashed in there:
                _report(result, cases[case][1], case, dashed)


def _report(result: Imported, rows: list[TypedRow], case: str, other: str) -> None:
    if rows:
        result.to_review.append(BadRow(rows[0].number, case, LookAlike(case=case, other=other)))
