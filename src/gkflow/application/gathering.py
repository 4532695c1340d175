"""Rows grouped by case (按案件归集): numbers that differ in width only are one, look-alikes are reported."""

from __future__ import annotations

from collections.abc import Iterable

from gkflow.application.case_numbers import alike_among, alike_on_record, folding_of, plain_numbers
from gkflow.application.ports import Store
from gkflow.application.rows import BadRow, Tally, TypedRow
from gkflow.domain.objections.cases import TwoWorkflows
from gkflow.domain.objections.register_files import LookAlike
from gkflow.domain.workflow import Workflow

Gathered = dict[str, tuple[Workflow, list[TypedRow]]]


def hold(cases: Gathered, case: str, workflow: Workflow, rows: Iterable[TypedRow], result: Tally) -> None:
    """Add rows to those of their case; rows of another workflow are refused."""
    held = cases.setdefault(case, (workflow, []))
    if held[0] is workflow:
        held[1].extend(rows)
        return
    for row in rows:
        error = TwoWorkflows(case=case, workflow=held[0].name, label=held[0].label)
        result.bad.append(BadRow(row.number, case, error))


def fold_numbers(store: Store, cases: Gathered, result: Tally) -> Gathered:
    """The cases by the number that was meant (``case_numbers``); what was folded is reported."""
    with store.reading() as ledger:
        plain = plain_numbers(ledger, cases)
    if not plain:
        return cases
    gathered: Gathered = {}
    for case, (workflow, rows) in cases.items():
        number = plain.get(case, case)
        hold(gathered, number, workflow, rows, result)
        if number != case:
            result.to_review.append(BadRow(rows[0].number, number, folding_of(case, number)))
    for _, rows in gathered.values():
        rows.sort(key=lambda row: row.number)
    return gathered


def report_look_alikes(store: Store, cases: Gathered, result: Tally) -> None:
    """Report numbers that look alike (相似的案件编号), within the file and compared with the record."""
    found = alike_among(cases)
    with store.reading() as ledger:
        there = alike_on_record(ledger, (case for case in cases if case not in found))
    for case, other in {**there, **found}.items():
        if other in cases and case not in found:
            continue  # said of the other one, or it has been on record beside it
        rows = cases[case][1]
        if rows:
            result.to_review.append(BadRow(rows[0].number, case, LookAlike(case=case, other=other)))
