"""Receiving (收件): a case is opened, given a number, and its first deadline told."""

from __future__ import annotations

from datetime import date, datetime

from gkflow.application.actions import Command, Outcome
from gkflow.application.advance import repeated
from gkflow.application.case_opening import next_number, open_case
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import Ledger
from gkflow.application.resolve_names import act_named


def receive(
    ledger: Ledger, rules: OfficeContext, workflow: str, act: Command, now: datetime, today: date, number: str = "",
    dry_run: bool = False,
) -> Outcome:  # fmt: skip
    """
    Open a case of *workflow* (收件): with the number given, or with the next one of the unit and year.

    *act* without an action takes the workflow's first one. Raises as ``advance``; Conflict ("case_exists") where
    the number is taken.
    """
    flow = rules.rulebook.workflow(workflow)
    if not act.action:
        act = Command(flow.first.name, act.day, act.by, act.unit, act.facts, act.remarks, act.key)
    act = act_named(rules, act)
    unit = act.unit or rules.unit
    if not act.unit and unit:
        act = Command(act.action, act.day, act.by, unit, act.facts, act.remarks, act.key)
    if act.key and (again := repeated(ledger, rules, flow, number, act)) is not None:
        return again
    if not number:
        number = next_number(ledger, rules, flow.name, unit, (act.day or today).year)
    return open_case(ledger, rules, flow, number, act, now, today, dry_run)
