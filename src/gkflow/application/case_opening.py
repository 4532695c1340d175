"""
Opening a case (立案), by hand or because another one leads to it; the link stands on both records.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from gkflow.application.actions import Command, Outcome, about, findings_of, make_entry, refuse, told, write
from gkflow.application.checks import check_role, legal_of, near_case, refuse_missing
from gkflow.application.docket import Reckoned, reckon_case
from gkflow.application.facts import read_facts
from gkflow.application.notifications import tell_action
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import Ledger
from gkflow.application.resolve_names import check_person, facts_by_code
from gkflow.application.subscriptions import push
from gkflow.domain.case import LINK, Case, Entry
from gkflow.domain.machine import NEW, action_of, decide, missing_facts, replay
from gkflow.domain.objections.cases import BeforeOrigin, CaseExists, OriginUnknown
from gkflow.domain.workflow import Opening, Workflow, meets


def open_case(
    ledger: Ledger, rules: OfficeContext, workflow: Workflow, number: str, act: Command, now: datetime, today: date,
    dry_run: bool = False, following: bool = False,
) -> Outcome:  # fmt: skip
    """
    Open a case with the first action of its workflow (收件). Raises as ``advance``.

    *following* is one that another case leads to by its rules: whoever acted there need hold no role here.
    """
    if ledger.docket.line(number) is not None:
        raise CaseExists(case=number)
    with about(workflow):
        return _open(ledger, rules, workflow, number, act, now, today, dry_run, following)


def _open(
    ledger: Ledger,
    rules: OfficeContext,
    workflow: Workflow,
    number: str,
    act: Command,
    now: datetime,
    today: date,
    dry_run: bool,
    following: bool,
) -> Outcome:
    action = action_of(workflow, act.action)
    day = legal_of(number, act.day or today, today, None)
    decide(workflow, number, NEW, action.name)
    facts = facts_by_code(rules, workflow, read_facts(workflow, action, act.facts))
    refuse_missing(workflow, action, number, missing_facts(action, facts, facts, day=day))
    if not following:
        check_role(rules, act.by, action.name, action.roles)
        check_person(rules, str(facts.get("officer") or ""), act.unit)
    origin = str(facts.get("origin", ""))
    if origin:
        _check_origin(ledger, number, origin, day)
    entry = make_entry(number, (), workflow, act, facts, day, now)
    case = replay(workflow, number, (entry,))
    after = reckon_case(workflow, (entry,), rules.rulebook, day)
    findings = findings_of(workflow, case, after, entry.seq, today)
    refuse(workflow, number, action.name, findings, facts)
    entered = told(workflow, case, entry, {}, after, findings, written=not dry_run)
    if not dry_run:
        rules.keep(ledger, workflow, now)
        write(ledger, rules, workflow, number, (), entry, Reckoned(day, case, after))
        if action.tell:
            tell_action(ledger, rules, workflow, case, entry, entered.last_day, now)
        if origin:
            link_back(ledger, rules, origin, entry, workflow.label, now)
        if action.publishes:
            push(ledger, rules, workflow, number, (entry,), entry, now)
    return entered


def next_number(ledger: Ledger, rules: OfficeContext, workflow: str, unit: str, year: int) -> str:
    """
    The next case number of a unit and year: UNIT-2026-0001 (案件编号); UNIT-CF-2026-0001 where the settings give
    the workflow a series of its own.
    """
    series = rules.numbers.get(workflow, "")
    prefix = "-".join(filter(None, (unit or "CASE", series, str(year)))) + "-"
    return f"{prefix}{ledger.record.next_number(prefix):04d}"


def follow(
    ledger: Ledger,
    rules: OfficeContext,
    opening: Opening,
    case: Case,
    entry: Entry,
    now: datetime,
    today: date,
    key: str = "",
    given: Mapping[str, Any] | None = None,
    dry_run: bool = False,
) -> str | None:
    """
    Open the case that *entry* of *case* leads to (派生案件), where its conditions are met, and return its number.

    It is linked on both records. The same *key* again opens nothing a second time. With *dry_run* it is only
    asked whether it could be opened: what would be refused must be so before anything is written.
    """
    if not meets(opening.when, entry.facts):
        return None
    if key and (old := ledger.record.entry_by_key(key)) is not None:
        return old.case
    flow = rules.rulebook.workflow(opening.workflow)
    facts = {new: case.facts[old] for new, old in opening.facts.items() if case.facts.get(old) not in (None, "")}
    facts |= {**opening.given, **(given or {}), "origin": case.number}
    unit = entry.unit or rules.unit
    number = next_number(ledger, rules, flow.name, unit, entry.day.year)
    act = Command(flow.first.name, entry.day, entry.by, unit, facts, key=key or None)
    open_case(ledger, rules, flow, number, act, now, today, dry_run=dry_run, following=True)
    return number


def link_back(ledger: Ledger, rules: OfficeContext, origin: str, entry: Entry, label: str, now: datetime) -> None:
    """Put on the record of *origin* that it led to the case that *entry* opened (关联案件), once."""
    entries = ledger.record.entries(origin)
    if any(each.action == LINK and each.facts.get("leads_to") == entry.case for each in entries):
        return
    workflow = rules.workflow_of(ledger, entries[0].workflow, entries[0].edition)
    act = Command(LINK, entry.day, entry.by, "", {"leads_to": entry.case, "text": label})
    write(
        ledger, rules, workflow, origin, entries, make_entry(origin, entries, workflow, act, act.facts, entry.day, now)
    )


def _check_origin(ledger: Ledger, number: str, origin: str, day: date) -> None:
    docket = ledger.docket.line(origin)
    if docket is None:
        raise OriginUnknown(case=number, origin=origin, mean=near_case(ledger, origin))
    if day < docket.received:
        raise BeforeOrigin(case=number, origin=origin, day=day, first=docket.received)
