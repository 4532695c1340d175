"""Entering an action into a case (办理): the machine decides, the law is asked, one transaction writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from gkflow.application.actions import (
    Command,
    Outcome,
    about,
    findings_of,
    iso,
    make_entry,
    most_urgent,
    refuse,
    told,
    write,
)
from gkflow.application.case_opening import follow
from gkflow.application.checks import (
    approvals,
    check_approver,
    check_correction,
    check_owner,
    check_ref,
    check_role,
    corrected_entry,
    first_day,
    legal_of,
    near_case,
    refuse_missing,
)
from gkflow.application.docket import Reckoned, reckon_case, unit_of
from gkflow.application.facts import fact_names, read_facts
from gkflow.application.notifications import tell_action
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import Ledger
from gkflow.application.resolve_names import act_named, check_person, facts_by_code
from gkflow.application.subscriptions import push, take_back
from gkflow.domain.case import CORRECT, LINK, RECOUNT, Entry, record_of
from gkflow.domain.machine import action_of, decide, missing_facts, replay
from gkflow.domain.objections.cases import KeyReused, RecountByHand, UnknownCase
from gkflow.domain.workflow import Workflow

# What a correction takes down besides what it was given.
_ADDED = ("last_day_before", "last_day_after")


def advance(
    ledger: Ledger, rules: OfficeContext, number: str, act: Command, now: datetime, today: date, dry_run: bool = False
) -> Outcome:
    """
    Enter *act* into an existing case (办理).

    Writes the entry, the docket, the clocks and the notices, all in the ledger's transaction; with *dry_run*
    nothing. Raises NotFound for an unknown case, action or fact; Refused with the reason and the article where
    the workflow or the law does not allow it; Conflict where another writer was faster or the idempotency key
    was used for something else.
    """
    entries = ledger.record.entries(number)
    if not entries:
        raise UnknownCase(case=number, mean=near_case(ledger, number))
    workflow = rules.workflow_of(ledger, entries[0].workflow, entries[0].edition)
    with about(workflow):
        act = act_named(rules, replace(act, action=action_of(workflow, act.action).name))
        return _advance(ledger, rules, workflow, number, entries, act, now, today, dry_run)


def _advance(
    ledger: Ledger,
    rules: OfficeContext,
    workflow: Workflow,
    number: str,
    entries: Sequence[Entry],
    act: Command,
    now: datetime,
    today: date,
    dry_run: bool,
) -> Outcome:
    if act.key and (again := repeated(ledger, rules, workflow, number, act)) is not None:
        return again
    action = action_of(workflow, act.action)
    if action.name == RECOUNT:
        raise RecountByHand()
    day = legal_of(number, act.day or today, today, first_day(entries))
    record = record_of(entries, day)
    before_case = replay(workflow, number, record)
    decide(workflow, number, before_case.state, action.name)
    facts = facts_by_code(rules, workflow, read_facts(workflow, action, act.facts))
    aim = action.name
    if action.name == CORRECT:
        check_correction(number, entries, facts, day)
        corrected = corrected_entry(entries, facts["seq"])
        aim = corrected.action
    else:
        gaps = missing_facts(action, facts, before_case.facts, before_case.declared, day)
        refuse_missing(workflow, action, number, gaps)
    check_role(rules, act.by, action.name, action.roles)
    officer, unit = str(facts.get("officer") or ""), str(facts.get("to_unit") or act.unit or unit_of(workflow, entries))
    check_person(rules, officer, unit)
    check_approver(rules, workflow, aim, facts)
    for name in approvals(workflow, aim):
        check_person(rules, str(facts.get(name) or ""), unit)
    check_owner(rules, action, facts, before_case.facts, act.unit)
    before = reckon_case(workflow, record, rules.rulebook, day)
    check_ref(before, workflow, action.name, facts)
    entry = make_entry(number, entries, workflow, act, facts, day, now)
    after_entries = (*entries, entry)
    after_record = record_of(after_entries, day)
    after = reckon_case(workflow, after_record, rules.rulebook, day)
    if action.name == CORRECT:
        facts["last_day_before"] = iso(most_urgent(before))
        facts["last_day_after"] = iso(most_urgent(after))
        entry = make_entry(number, entries, workflow, act, facts, day, now)
        after_entries = (*entries, entry)
        after_record = record_of(after_entries, day)
    after_case = replay(workflow, number, after_record)
    findings = findings_of(workflow, after_case, after, entry.seq, today)
    refuse(workflow, number, action.name, findings, facts)
    if action.name == CORRECT:
        # What may not be entered may not be corrected to either; what was wrong before is not this correction's.
        known = findings_of(workflow, before_case, before, corrected.seq, today)
        anew = findings_of(workflow, after_case, after, corrected.seq, today)
        fresh = [each for each in anew if each not in known]
        refuse(workflow, number, aim, fresh, facts)
    opened: tuple[str, ...] = ()
    for each in action.opens:
        follow(ledger, rules, each, after_case, entry, now, today, dry_run=True)
    if not dry_run:
        write(ledger, rules, workflow, number, entries, entry, Reckoned(day, after_case, after))
        if action.tell:
            urgent = most_urgent(after)
            last = urgent.last_day if urgent is not None else None
            tell_action(ledger, rules, workflow, after_case, entry, last, now)
        if action.publishes:
            push(ledger, rules, workflow, number, after_entries, entry, now)
        take_back(ledger, rules, {number: (workflow, after_entries)}, now)
        if action.opens:
            found = (follow(ledger, rules, each, after_case, entry, now, today) for each in action.opens)
            opened = tuple(number for number in found if number is not None)
    return told(workflow, after_case, entry, before, after, findings, written=not dry_run, opened=opened)


def repeated(ledger: Ledger, rules: OfficeContext, workflow: Workflow, number: str, act: Command) -> Outcome | None:
    """
    The result of an earlier call under the same idempotency key: a portal's retry does nothing twice. *number* is
    empty where the first call made one.
    """
    assert act.key
    old = ledger.record.entry_by_key(act.key)
    if old is None:
        return None
    given = facts_by_code(rules, workflow, read_facts(workflow, action_of(workflow, act.action), act.facts))
    same = (
        old.action == act.action
        and old.workflow == workflow.name
        and (not number or old.case == number)
        and (act.day is None or act.day == old.day)
        and (not act.by or act.by == old.by)
        and (not act.unit or act.unit == old.unit)
        and {name: value for name, value in old.facts.items() if name not in _ADDED} == given
    )
    if not same:
        raise KeyReused(key=act.key, case=old.case, seq=old.seq)
    kept = rules.workflow_of(ledger, old.workflow, old.edition)
    record = record_of(ledger.record.entries(old.case), None)
    case = replay(kept, old.case, record)
    after = reckon_case(kept, record, rules.rulebook, max(entry.day for entry in record))
    # What it opened was linked in the same moment: a retry returns it as well.
    opened = tuple(str(each.facts["leads_to"]) for each in record if _linked_with(each, old))
    return told(kept, case, old, {}, after, findings_of(kept, case, after, old.seq), written=False, opened=opened)


def _linked_with(entry: Entry, old: Entry) -> bool:
    return entry.action == LINK and entry.seq > old.seq and entry.written_at == old.written_at


def wanted_facts(workflow: Workflow, action: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The facts that an action must have, and those that it may have besides."""
    found = action_of(workflow, action)
    must = tuple(need.fact for need in found.requires)
    return must, tuple(name for name in fact_names(workflow, found) if name not in must)
