"""Entering an action into a case (办理): check it against workflow and law, then write it in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

from gkflow.application.actions import (
    Command,
    Decided,
    Outcome,
    about,
    findings_of,
    iso,
    make_entry,
    most_urgent,
    outcome_of,
    present_of,
    refuse,
    write,
)
from gkflow.application.case_opening import DecidedOpening, decide_openings, write_opening
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
from gkflow.application.docket import reckon_case, unit_of
from gkflow.application.facts import fact_names, read_facts
from gkflow.application.notifications import notify_action
from gkflow.application.office_context import OfficeContext
from gkflow.application.resolve_names import act_named, check_person, facts_by_code, known_units, unit_served
from gkflow.application.subscriptions import push, take_back
from gkflow.application.transaction import OnRecord, Transaction
from gkflow.domain.case import CORRECT, LINK, RECOUNT, Entry, record_of
from gkflow.domain.machine import action_of, decide, missing_facts, replay
from gkflow.domain.objections.cases import (
    ActionNotAllowed,
    CaseEnded,
    KeyReused,
    NoAnswerTo,
    RecountByHand,
    Stale,
    UnknownCase,
)
from gkflow.domain.objections.facts import NotBetween
from gkflow.domain.offers import answers_somebody, offered
from gkflow.domain.workflow import Workflow

# What a correction accepts besides the facts given.
_ADDED = ("last_day_before", "last_day_after")


def advance(tx: Transaction, number: str, act: Command, show: Callable[[Outcome], None] | None = None) -> Outcome:
    """
    Enter *act* into an existing case (办理).

    The decision is made once. *show* is called with it before anything is written; if *show* raises, nothing is
    written. Entry, docket, clocks and notices are then written in the ledger's transaction. Raises NotFound for an
    unknown case, action or fact; Refused with the reason and the article where the workflow or the law does not
    allow it; Conflict where another writer was faster or the idempotency key was used for something else.
    """
    entries = tx.ledger.record.entries(number)
    if not entries:
        raise UnknownCase(case=number, mean=near_case(tx.ledger, number))
    case = tx.on_record(number, entries)
    with about(case.workflow):
        action = action_of(case.workflow, act.action).name
        act = act_named(tx.rules, act if act.action == action else replace(act, action=action))
        if act.unit:
            unit_served(tx.ledger, act.unit)
        if act.key and (again := repeated(tx, case.workflow, number, act)) is not None:
            if show is not None:
                show(again)
            return again
        require_seq(number, entries[-1].seq, act.if_seq)
        decided = _decide(tx, case, act)
        # Cases that this entry opens are checked before anything is written.
        openings = decide_openings(tx, decided)
        if show is not None:
            show(outcome_of(decided, written=False))
        return outcome_of(decided, written=False) if tx.dry_run else _write(tx, case, decided, openings)


def require_seq(number: str, last: int, expected: int | None) -> None:
    """
    Refuse an entry that was meant to follow another one (读后有变). Raises Conflict ("stale") if the record has moved
    on since, Refused ("not_between") for an entry that is not on record.
    """
    if expected is None or expected == last:
        return
    if not 0 < expected < last:
        raise NotBetween(name="if_seq", value=expected, least=min(1, last), most=last)
    raise Stale(case=number, seq=expected + 1)


def _decide(tx: Transaction, case: OnRecord, act: Command) -> Decided:
    workflow, number, entries = case
    action = action_of(workflow, act.action)
    if action.name == RECOUNT:
        raise RecountByHand()
    today = tx.today
    day = legal_of(number, act.day or today, today, first_day(entries))
    record = record_of(entries, day)
    before_case = replay(workflow, number, record)
    before = reckon_case(workflow, record, tx.rules.rulebook, day)
    try:
        decide(workflow, number, before_case.state, action.name)
    except (ActionNotAllowed, CaseEnded) as refusal:
        refusal.facts["allowed"] = offered(workflow, before_case, before)
        raise
    facts = facts_by_code(tx.rules, workflow, read_facts(workflow, action, act.facts))
    corrected = None
    if action.name == CORRECT:
        check_correction(number, entries, facts, day)
        corrected = corrected_entry(entries, cast("int", facts["seq"]))
    else:
        gaps = missing_facts(action, facts, before_case.facts, before_case.declared, day)
        refuse_missing(workflow, action, number, gaps)
    act = Command(act.action, day, act.by, act.unit, facts, act.remarks, act.key)
    _check_people(tx.rules, case, act, corrected.action if corrected is not None else action.name)
    check_owner(tx.rules, action, facts, before_case.facts, act.unit)
    check_ref(before, workflow, action.name, facts)
    if not answers_somebody(workflow, record, action.name, ref := str(facts.get("ref") or "")):
        raise NoAnswerTo(action=action.name, ref=ref)
    entry = make_entry(case, act, tx.now)
    after = reckon_case(workflow, record_of((*entries, entry), day), tx.rules.rulebook, day)
    if corrected is not None:
        moved = {"last_day_before": iso(most_urgent(before)), "last_day_after": iso(most_urgent(after))}
        entry = replace(entry, facts={**facts, **moved})
    after_case = replay(workflow, number, record_of((*entries, entry), day))
    findings = findings_of(workflow, after_case, after, entry.seq, tx.now)
    refuse(workflow, number, action.name, findings, facts)
    if corrected is not None:
        # What may not be entered may not be corrected to either; errors made earlier are not this correction's.
        known = findings_of(workflow, before_case, before, corrected.seq, tx.now)
        anew = findings_of(workflow, after_case, after, corrected.seq, tx.now)
        fresh = [each for each in anew if each not in known]
        refuse(workflow, number, corrected.action, fresh, facts)
    return Decided(workflow, after_case, entry, before, after, findings, present_of(tx, case, entry))


def _check_people(rules: OfficeContext, case: OnRecord, act: Command, aim: str) -> None:
    """Check who acts and whom the entry names; *aim* is the action concerned (for a correction, the corrected one)."""
    workflow, facts = case.workflow, act.facts
    check_role(rules, act.by, act.action, workflow.actions[act.action].roles)
    unit = str(facts.get("to_unit") or act.unit or unit_of(workflow, case.entries))
    check_person(rules, str(facts.get("officer") or ""), unit)
    check_approver(rules, workflow, aim, facts)
    for name in approvals(workflow, aim):
        check_person(rules, str(facts.get(name) or ""), unit)


def _write(tx: Transaction, case: OnRecord, decided: Decided, openings: Sequence[DecidedOpening]) -> Outcome:
    workflow, entry = case.workflow, decided.entry
    action = workflow.actions[entry.action]
    write(tx, case, entry, decided.reckoned)
    then = OnRecord(workflow, case.number, (*case.entries, entry))
    if action.tell:
        notify_action(tx, workflow, decided.now.case, entry, decided.now.last_day)
    if action.publishes:
        push(tx, then, entry)
    take_back(tx, [then])
    opened = tuple(write_opening(tx, each).number for each in openings)
    return outcome_of(decided, written=True, opened=opened)


def repeated(tx: Transaction, workflow: Workflow, number: str, act: Command) -> Outcome | None:
    """
    The outcome of an earlier call with the same idempotency key, so that a portal may retry. *number* is empty
    where the first call assigned one.
    """
    assert act.key
    old = tx.ledger.record.entry_by_key(act.key)
    if old is None:
        return None
    given = facts_by_code(tx.rules, workflow, read_facts(workflow, action_of(workflow, act.action), act.facts))
    # Somebody may have got an id or another name since.
    kept_facts = {name: value for name, value in old.facts.items() if name not in _ADDED}
    same = (
        old.action == act.action
        and old.workflow == workflow.name
        and (not number or old.case == number)
        and (act.day is None or act.day == old.day)
        and (not act.by or act.by in (old.by, tx.rules.person_or_same(old.by)))
        and (not act.unit or act.unit == old.unit)
        and given in (kept_facts, known_units(tx.rules, kept_facts, workflow))
    )
    if not same:
        raise KeyReused(key=act.key, case=old.case, seq=old.seq)
    kept = tx.rules.workflow_of(tx.ledger, old.workflow, old.edition)
    record = record_of(tx.ledger.record.entries(old.case), None)
    case = replay(kept, old.case, record)
    after = reckon_case(kept, record, tx.rules.rulebook, tx.today)
    # The cases that it opened were linked in the same moment: a retry returns them too.
    opened = tuple(str(each.facts["leads_to"]) for each in record if _linked_with(each, old))
    findings = findings_of(kept, case, after, old.seq)
    return outcome_of(Decided(kept, case, old, {}, after, findings), written=False, opened=opened)


def _linked_with(entry: Entry, old: Entry) -> bool:
    return entry.action == LINK and entry.seq > old.seq and entry.written_at == old.written_at


def wanted_facts(workflow: Workflow, action: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The required and the optional facts of an action."""
    found = action_of(workflow, action)
    must = tuple(need.fact for need in found.requires)
    return must, tuple(name for name in fact_names(workflow, found) if name not in must)
