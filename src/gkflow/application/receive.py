"""Receiving (收件): open a case, give it a number, and return its first deadline."""

from __future__ import annotations

from dataclasses import replace

from gkflow.application.actions import Command, Outcome
from gkflow.application.advance import repeated
from gkflow.application.case_numbers import read_number
from gkflow.application.case_opening import open_case, open_numbered, series_of
from gkflow.application.resolve_names import act_named, only_unit, unit_served
from gkflow.application.transaction import Transaction
from gkflow.domain.errors import Refused


def receive(tx: Transaction, workflow: str, act: Command, number: str = "") -> Outcome:
    """
    Open a case of *workflow* (收件): with the number given, or with the next one of the unit and year.

    Without an action, *act* takes the workflow's first one. The number is read as in a register (``case_numbers``).
    Raises as ``advance``; Conflict ("case_exists") if the number is taken.
    """
    flow = tx.rules.rulebook.workflow(workflow)
    if not act.action:
        act = replace(act, action=flow.first.name)
    act = act_named(tx.rules, act)
    unit = unit_served(tx.ledger, act.unit or only_unit(tx.ledger) or tx.rules.unit)
    act = replace(act, unit=unit)
    notes: tuple[Refused, ...] = ()
    if number:
        number, notes = read_number(tx.ledger, number)
    if act.key and (again := repeated(tx, flow, number, act)) is not None:
        return again
    if not number:
        return open_numbered(tx, flow, series_of(tx, flow.name, unit, (act.day or tx.today).year), act)
    opened = open_case(tx, flow, number, act)
    return replace(opened, notes=notes) if notes else opened
