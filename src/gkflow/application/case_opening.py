"""
Opening a case (立案), directly or as a consequence of another case; both records hold the link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from gkflow.application.actions import (
    Command,
    Decided,
    Outcome,
    about,
    findings_of,
    make_entry,
    outcome_of,
    present_of,
    refuse,
    write,
)
from gkflow.application.checks import check_role, legal_of, near_case, refuse_missing
from gkflow.application.docket import reckon_case
from gkflow.application.facts import read_facts
from gkflow.application.notifications import notify_action
from gkflow.application.ports import Ledger
from gkflow.application.resolve_names import check_person, facts_by_code
from gkflow.application.subscriptions import push
from gkflow.application.transaction import OnRecord, Transaction
from gkflow.domain.case import LINK, NOTHING, Case, Entry
from gkflow.domain.fact_rules import meets
from gkflow.domain.machine import NEW, action_of, decide, missing_facts, replay
from gkflow.domain.objections.cases import BeforeOrigin, CaseExists, OriginUnknown
from gkflow.domain.workflow import Opening, Workflow


class DecidedOpening(NamedTuple):
    """The decision to open a case (立案决定), before anything is written; it follows from ``origin``."""

    decided: Decided
    origin: str

    @property
    def number(self) -> str:
        """The number of the case."""
        return self.decided.case.number


def open_case(tx: Transaction, workflow: Workflow, number: str, act: Command, following: bool = False) -> Outcome:
    """
    Open a case with the first action of its workflow (收件). Raises as ``advance``.

    *following* is a case that follows from another one by rule: its actor needs no role here.
    """
    opening = decide_opening(tx, workflow, number, act, following)
    return outcome_of(opening.decided, written=False) if tx.dry_run else write_opening(tx, opening)


def decide_opening(
    tx: Transaction, workflow: Workflow, number: str, act: Command, following: bool = False
) -> DecidedOpening:
    """Decide the opening of a case with a number given; raises Refused where it may not be opened."""
    if tx.ledger.docket.line(number) is not None:
        raise CaseExists(case=number)
    return _decide(tx, workflow, number, act, following)


def _decide(tx: Transaction, workflow: Workflow, number: str, act: Command, following: bool = False) -> DecidedOpening:
    with about(workflow):
        action = action_of(workflow, act.action)
        today = tx.today
        day = legal_of(number, act.day or today, today, None)
        decide(workflow, number, NEW, action.name)
        facts = facts_by_code(tx.rules, workflow, read_facts(workflow, action, act.facts))
        refuse_missing(workflow, action, number, missing_facts(action, facts, facts, day=day))
        if not following:
            check_role(tx.rules, act.by, action.name, action.roles)
            check_person(tx.rules, str(facts.get("officer") or ""), act.unit)
        origin = str(facts.get("origin", ""))
        if origin:
            _check_origin(tx.ledger, number, origin, day)
        entry = make_entry(OnRecord(workflow, number, ()), replace(act, day=day, facts=facts), tx.now)
        case = replay(workflow, number, (entry,))
        after = reckon_case(workflow, (entry,), tx.rules.rulebook, day)
        findings = findings_of(workflow, case, after, entry.seq, tx.now)
        refuse(workflow, number, action.name, findings, facts)
    present = present_of(tx, OnRecord(workflow, number, ()), entry)
    return DecidedOpening(Decided(workflow, case, entry, {}, after, findings, present), origin)


def write_opening(tx: Transaction, opening: DecidedOpening) -> Outcome:
    """Write a decision: the case, its notices, and the link on the record of its origin."""
    decided, origin = opening
    workflow, entry = decided.workflow, decided.entry
    action = workflow.actions[entry.action]
    tx.rules.keep(tx.ledger, workflow, tx.now)
    write(tx, OnRecord(workflow, opening.number, ()), entry, decided.reckoned)
    if action.tell:
        notify_action(tx, workflow, decided.now.case, entry, decided.now.last_day)
    if origin:
        link_back(tx, origin, entry, workflow.label)
    if action.publishes:
        push(tx, OnRecord(workflow, opening.number, (entry,)), entry)
    return outcome_of(decided, written=True)


def series_of(tx: Transaction, workflow: str, unit: str, year: int) -> str:
    """
    The beginning of the numbers of a unit and year (编号序列): "UNIT-2026-", or "UNIT-CF-2026-" where the settings give
    the workflow a series of its own.
    """
    return "-".join(filter(None, (unit or "CASE", tx.rules.numbers.get(workflow, ""), str(year)))) + "-"


def expected_number(tx: Transaction, series: str, ahead: int = 0) -> str:
    """The number that a case would get now, with *ahead* others before it; nothing is drawn."""
    return f"{series}{tx.ledger.numbers.last(series) + 1 + ahead:04d}"


def drawn_number(tx: Transaction, series: str) -> str:
    """The next number of a series; nobody else gets it."""
    return f"{series}{tx.ledger.numbers.draw(series):04d}"


def open_numbered(tx: Transaction, workflow: Workflow, series: str, act: Command) -> Outcome:
    """Open a case with the next number of a series; a number is drawn only for a case that may be opened."""
    expected = expected_number(tx, series)
    opening = _decide(tx, workflow, expected, act)
    if tx.dry_run:
        return outcome_of(opening.decided, written=False)
    number = drawn_number(tx, series)
    return write_opening(tx, opening if number == expected else _decide(tx, workflow, number, act))


def decide_openings(tx: Transaction, decided: Decided) -> list[DecidedOpening]:
    """The cases that follow from an entry (派生案件), each decided before anything is written."""
    found: list[DecidedOpening] = []
    for each in decided.workflow.actions[decided.entry.action].opens:
        if meets(each.when, decided.entry.facts):
            cause = Cause(decided.case, decided.entry)
            found.append(_decide_following(tx, each, cause, ahead=len(found)))
    return found


class Cause(NamedTuple):
    """
    Why a case is opened (派生原因): the entry of another case. With a *key* it is opened only once; *given* are further
    facts of its first entry.
    """

    case: Case
    entry: Entry
    key: str = ""
    given: Mapping[str, object] = NOTHING


def follow(tx: Transaction, opening: Opening, cause: Cause) -> str | None:
    """
    Open the case that follows from a cause (派生案件), if its conditions are met, and return its number.

    Both records hold the link. Repeating the key opens nothing.
    """
    if not meets(opening.when, cause.entry.facts):
        return None
    if cause.key and (old := tx.ledger.record.entry_by_key(cause.key)) is not None:
        return old.case
    return write_opening(tx, _decide_following(tx, opening, cause)).number


def _decide_following(tx: Transaction, opening: Opening, cause: Cause, ahead: int = 0) -> DecidedOpening:
    flow, case, entry = tx.rules.rulebook.workflow(opening.workflow), cause.case, cause.entry
    facts = {new: case.facts[old] for new, old in opening.facts.items() if case.facts.get(old) not in (None, "")}
    facts |= {**opening.given, **cause.given, "origin": case.number}
    unit = entry.unit or tx.rules.unit
    series = series_of(tx, flow.name, unit, entry.day.year)
    number = expected_number(tx, series, ahead) if tx.dry_run else drawn_number(tx, series)
    act = Command(flow.first.name, entry.day, entry.by, unit, facts, key=cause.key or None)
    return _decide(tx, flow, number, act, following=True)


def link_back(tx: Transaction, origin: str, entry: Entry, label: str) -> None:
    """Record in *origin* that it led to the case opened by *entry* (关联案件), once."""
    entries = tx.ledger.record.entries(origin)
    if any(each.action == LINK and each.facts.get("leads_to") == entry.case for each in entries):
        return
    case = tx.on_record(origin, entries)
    act = Command(LINK, entry.day, entry.by, "", {"leads_to": entry.case, "text": label})
    write(tx, case, make_entry(case, act, tx.now))


def _check_origin(ledger: Ledger, number: str, origin: str, day: date) -> None:
    docket = ledger.docket.line(origin)
    if docket is None:
        raise OriginUnknown(case=number, origin=origin, mean=near_case(ledger, origin))
    if day < docket.received:
        raise BeforeOrigin(case=number, origin=origin, day=day, first=docket.received)
