"""Entering an action into a case (办理): the machine decides, the law is asked, one transaction writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from gkflow.application.docket import Deadlines, Reckoned, draw_up, reckon_case
from gkflow.application.facts import fact_names, read_facts
from gkflow.application.ports import FOREVER, Ledger
from gkflow.application.rules import Rules
from gkflow.application.telling import tell_action
from gkflow.domain.case import CORRECT, NOTHING, Case, Entry, Finding, record_of, seal_entry
from gkflow.domain.deadline import Deadline, Status
from gkflow.domain.errors import Conflict, GkflowError, NotFound, Refused
from gkflow.domain.machine import NEW, action_of, decide, may, missing_facts, replay
from gkflow.domain.workflow import ClockKind, Duty, Workflow

# What a correction takes down besides what it was given.
_ADDED = ("last_day_before", "last_day_after")

# Findings that a person at the counter is not let into: the entry would claim what the law does not allow.
# In a register they are told and taken, for a register tells what happened.
REFUSING = frozenset(
    (
        "extension_late",
        "extension_no_clock",
        "extension_second",
        "extension_too_long",
        "extension_unapproved",
        "unit_mix",
    )
)


@dataclass(frozen=True, slots=True)
class Entered:
    """What an entry led to (办理结果). ``last_day`` is that of the office's most urgent clock; None: none runs."""

    case: str
    seq: int
    action: str
    workflow: str
    state: str
    state_label: str
    public: str
    day: date
    day_zero: date | None
    last_day: date | None
    last_day_before: date | None
    provisional: bool
    next: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    written: bool = True
    deadlines: Mapping[tuple[str, str], Deadline] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody wants to enter (办理请求)."""

    action: str
    day: date | None = None
    by: str = ""
    unit: str = ""
    facts: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    remarks: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    key: str | None = None


def advance(
    ledger: Ledger, rules: Rules, number: str, act: Act, now: datetime, today: date, dry_run: bool = False
) -> Entered:
    """
    Enter *act* into an existing case (办理).

    Writes the entry, the docket, the clocks and the notices, all in the ledger's transaction; with *dry_run*
    nothing. Raises NotFound for an unknown case, action or fact; Refused with the reason and the article where
    the workflow or the law does not allow it; Conflict where another writer was faster or the idempotency key
    was used for something else.
    """
    entries = ledger.entries(number)
    if not entries:
        raise NotFound("unknown_case", case=number, mean=near_case(ledger, number))
    workflow = rules.workflow_of(ledger, entries[0].workflow, entries[0].edition)
    with about(workflow):
        return _advance(ledger, rules, workflow, number, entries, act, now, today, dry_run)


@contextmanager
def about(workflow: Workflow) -> Iterator[None]:
    """An objection raised inside says which workflow it speaks of: the same action has other names in another."""
    try:
        yield
    except GkflowError as error:
        error.facts.setdefault("workflow", workflow.name)
        raise


def _advance(
    ledger: Ledger, rules: Rules, workflow: Workflow, number: str, entries: Sequence[Entry], act: Act, now: datetime,
    today: date, dry_run: bool,
) -> Entered:  # fmt: skip
    if act.key and (again := repeated(ledger, rules, workflow, number, act)) is not None:
        return again
    action = action_of(workflow, act.action)
    day = _legal(number, act.day or today, today, _first_day(entries))
    record = record_of(entries, day)
    before_case = replay(workflow, number, record)
    decide(workflow, number, before_case.state, action.name)
    facts = read_facts(workflow, action, act.facts)
    if action.name == CORRECT:
        _check_correction(number, entries, facts, day)
    elif gaps := missing_facts(action, facts, {**before_case.facts, **facts}):
        labels = [_label(workflow, gap) for gap in gaps]
        raise Refused(
            "facts_missing",
            action=action.name,
            case=number,
            facts=labels,
            names=gaps,
            cite=action.cite or workflow.label,
        )
    _check_role(rules, act.by, action.name, action.roles)
    _check_approver(rules, workflow, action.name, facts)
    before = reckon_case(workflow, record, rules.rulebook, day)
    _check_ref(before, workflow, action.name, facts)
    entry = _entry(number, entries, workflow, act, facts, day, now)
    after_entries = (*entries, entry)
    after_record = record_of(after_entries, day)
    after = reckon_case(workflow, after_record, rules.rulebook, day)
    if action.name == CORRECT:
        facts["last_day_before"] = _iso(most_urgent(before))
        facts["last_day_after"] = _iso(most_urgent(after))
        entry = _entry(number, entries, workflow, act, facts, day, now)
        after_entries = (*entries, entry)
        after_record = record_of(after_entries, day)
    after_case = replay(workflow, number, after_record)
    findings = _findings_of(after_case, after, entry.seq)
    for finding in findings:
        if finding.code in REFUSING:
            raise Refused(finding.code, case=number, **{**finding.facts, "action": action.name})
        if finding.code == "no_open_consultation":
            raise Refused("no_answer_to", action=action.name, ref=facts.get("ref", ""))
    entered = _told(workflow, after_case, entry, before, after, findings, written=not dry_run)
    if not dry_run:
        write(ledger, rules, workflow, number, entries, entry, Reckoned(day, after_case, after))
        if action.tell:
            tell_action(ledger, rules, workflow, after_case, entry, entered.last_day, now)
    return entered


def open_case(
    ledger: Ledger, rules: Rules, workflow: Workflow, number: str, act: Act, now: datetime, today: date,
    dry_run: bool = False,
) -> Entered:  # fmt: skip
    """Open a case with the first action of its workflow (收件). Raises as :func:`advance`."""
    if ledger.docket(number) is not None:
        raise Conflict("case_exists", case=number)
    with about(workflow):
        return _open(ledger, rules, workflow, number, act, now, today, dry_run)


def _open(
    ledger: Ledger, rules: Rules, workflow: Workflow, number: str, act: Act, now: datetime, today: date, dry_run: bool
) -> Entered:
    action = action_of(workflow, act.action)
    day = _legal(number, act.day or today, today, None)
    decide(workflow, number, NEW, action.name)
    facts = read_facts(workflow, action, act.facts)
    if gaps := missing_facts(action, facts, facts):
        labels = [_label(workflow, gap) for gap in gaps]
        raise Refused("facts_missing", action=action.name, case=number, facts=labels, names=gaps, cite=action.cite)
    _check_role(rules, act.by, action.name, action.roles)
    entry = _entry(number, (), workflow, act, facts, day, now)
    case = replay(workflow, number, (entry,))
    after = reckon_case(workflow, (entry,), rules.rulebook, day)
    entered = _told(workflow, case, entry, {}, after, _findings_of(case, after, 1), written=not dry_run)
    if not dry_run:
        rules.keep(ledger, workflow, now)
        write(ledger, rules, workflow, number, (), entry, Reckoned(day, case, after))
        if action.tell:
            tell_action(ledger, rules, workflow, case, entry, entered.last_day, now)
    return entered


def write(
    ledger: Ledger,
    rules: Rules,
    workflow: Workflow,
    number: str,
    entries: Sequence[Entry],
    entry: Entry,
    reckoned: Reckoned | None = None,
) -> Entry:
    """Seal and append an entry and draw up the caches, in the ledger's transaction."""
    previous = entries[-1].hash if entries else ""
    sealed = seal_next(entry, previous, rules.algorithm)
    ledger.append([sealed])
    draw_up(ledger, workflow, number, (*entries, sealed), rules.rulebook, entry.day if entries else None, reckoned)
    return sealed


def seal_next(entry: Entry, previous: str, algorithm: str) -> Entry:
    """The entry under its hash, chained to the one before."""
    sealed = seal_entry(entry, previous, algorithm)
    e = entry  # written out: dataclasses.replace costs more than the hash
    return Entry(
        e.case, e.seq, e.action, e.day, e.written_at, e.by, e.unit, e.facts, e.remarks, e.key, previous, sealed,
        e.workflow, e.edition,
    )  # fmt: skip


def most_urgent(deadlines: Deadlines) -> Deadline | None:
    """
    The office's most urgent clock (最紧迫的计时): a running one by its last day, else one that stands still or
    waits, else the one that stopped last. Powers and internal targets do not count.
    """
    owed = [
        deadline
        for deadline in deadlines.values()
        if deadline.clock.rule.duty is Duty.OFFICE
        and deadline.clock.rule.kind is ClockKind.DUTY
        and deadline.status is not Status.NO_LIMIT
    ]
    running = [deadline for deadline in owed if deadline.status is Status.RUNNING]
    if running:
        return min(running, key=lambda deadline: deadline.last_day or FOREVER)
    still = [deadline for deadline in owed if deadline.status in (Status.SUSPENDED, Status.WAITING)]
    if still:
        return still[0]
    return max(owed, key=lambda deadline: deadline.stopped or date.min, default=None)


# -- checks ------------------------------------------------------------------------------------------------------


def near_case(ledger: Ledger, number: str) -> str:
    near = get_close_matches(number, ledger.near_cases(number), 2)
    return f" (do you mean {' or '.join(near)}?)" if near else ""


def _legal(number: str, day: date, today: date, first: date | None) -> date:
    if day > today:
        raise Refused("day_to_come", case=number, day=day, today=today)
    if first is not None and day < first:
        raise Refused("before_first", case=number, day=day, first=first)
    return day


def _label(workflow: Workflow, fact: str) -> str:
    spec = workflow.facts.get(fact)
    return f"{spec.label}({fact})" if spec is not None else fact


def _check_role(rules: Rules, by: str, action: str, roles: Sequence[str]) -> None:
    """A person whom the settings know must hold one of the action's roles; others are not known to lack it."""
    if not roles or not by:
        return
    known = [person for person in rules.people if person.name == by]
    if known and not any(role in person.roles for person in known for role in roles):
        raise Refused("role_missing", by=by, action=action, roles=tuple(roles))


def _check_approver(rules: Rules, workflow: Workflow, action: str, facts: Mapping[str, Any]) -> None:
    """An extension is approved by whom the law names (第三十三条第二款), not by any leader."""
    for clock in workflow.clocks:
        for rule in clock.extends:
            by = str(facts.get(rule.approval, ""))
            known = [person for person in rules.people if person.name == by]
            lacking = known and not any(role in person.roles for person in known for role in rule.approvers)
            if rule.action == action and rule.approvers and lacking:
                cite = workflow.actions[action].cite
                raise Refused("approver_wrong", by=by, action=action, roles=rule.approvers, cite=cite)


def _check_ref(before: Deadlines, workflow: Workflow, action: str, facts: Mapping[str, Any]) -> None:
    ref = str(facts.get("ref", ""))
    for deadline in before.values():
        for rule in deadline.clock.rule.suspends:
            if rule.trigger.action != action:
                continue
            for suspension in deadline.suspensions:
                if suspension.action == action and suspension.ref == ref and suspension.ended is None:
                    raise Refused("ref_taken", action=action, ref=ref)


def _first_day(entries: Sequence[Entry]) -> date:
    """The day of the first entry; the later one where it was corrected, for nothing was on record before."""
    corrected = next(entry.day for entry in record_of(entries) if entry.seq == 1)
    return max(entries[0].day, corrected)


def _check_correction(number: str, entries: Sequence[Entry], facts: Mapping[str, Any], on: date) -> None:
    if "seq" not in facts or "reason" not in facts or not set(facts) - {"seq", "reason"}:
        raise Refused("correction_wants_reason", case=number)
    old = next((entry for entry in entries if entry.seq == facts["seq"]), None)
    if old is None or old.action == CORRECT:
        raise Refused("correction_unknown_entry", case=number, seq=facts["seq"])
    if old.seq == 1 and facts.get("void"):
        raise Refused(
            "wrong_use",
            reason="the first entry opens the case and cannot be voided; correct its day or facts",
        )
    if not facts.get("day"):
        return
    day = date.fromisoformat(facts["day"])
    if day > on:
        raise Refused("day_to_come", case=number, day=day, today=on)
    # The first entry stays the first, whichever of them is corrected.
    others = [entry.day for entry in record_of(entries) if entry.seq not in (1, old.seq)]
    first = day if old.seq == 1 else _first_day(entries)
    earliest = min(others, default=day) if old.seq == 1 else day
    if earliest < first:
        raise Refused("before_first", case=number, day=earliest, first=first)


def repeated(ledger: Ledger, rules: Rules, workflow: Workflow, number: str, act: Act) -> Entered | None:
    """
    The result of an earlier call under the same idempotency key: a portal's retry does nothing twice. *number* is
    empty where the first call made one.
    """
    assert act.key
    old = ledger.entry_by_key(act.key)
    if old is None:
        return None
    given = read_facts(workflow, action_of(workflow, act.action), act.facts)
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
        raise Conflict("key_reused", key=act.key, case=old.case, seq=old.seq)
    kept = rules.workflow_of(ledger, old.workflow, old.edition)
    record = record_of(ledger.entries(old.case), None)
    case = replay(kept, old.case, record)
    after = reckon_case(kept, record, rules.rulebook, max(entry.day for entry in record))
    return _told(kept, case, old, {}, after, _findings_of(case, after, old.seq), written=False)


# -- what is told ------------------------------------------------------------------------------------------------


def _entry(
    number: str,
    entries: Sequence[Entry],
    workflow: Workflow,
    act: Act,
    facts: Mapping[str, Any],
    day: date,
    now: datetime,
) -> Entry:
    unit = act.unit or next((entry.unit for entry in reversed(entries) if entry.unit), "")
    edition = entries[0].edition if entries else workflow.edition
    return Entry(
        number, len(entries) + 1, act.action, day, now, act.by, unit, facts, act.remarks, act.key,
        workflow=workflow.name, edition=edition,
    )  # fmt: skip


def _findings_of(case: Case, deadlines: Deadlines, seq: int) -> tuple[Finding, ...]:
    found = [finding for finding in case.findings if finding.seq == seq]
    for deadline in deadlines.values():
        found.extend(finding for finding in deadline.findings if finding.seq == seq)
    return tuple(found)


def _iso(deadline: Deadline | None) -> str | None:
    return deadline.last_day.isoformat() if deadline is not None and deadline.last_day is not None else None


def _told(
    workflow: Workflow, case: Case, entry: Entry, before: Deadlines, after: Deadlines,
    findings: Sequence[Finding], written: bool,
) -> Entered:  # fmt: skip
    state = workflow.states[case.state]
    urgent, was = most_urgent(after), most_urgent(before)
    return Entered(
        case.number, entry.seq, entry.action, workflow.name, case.state, state.label, state.public, entry.day,
        urgent.since if urgent is not None else None,
        urgent.last_day if urgent is not None else None,
        was.last_day if was is not None else None,
        urgent.provisional if urgent is not None else False,
        may(workflow, case.state), tuple(findings), written, after,
    )  # fmt: skip


def wanted_facts(workflow: Workflow, action: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The facts that an action must have, and those that it may have besides."""
    found = action_of(workflow, action)
    must = tuple(need.fact for need in found.requires)
    return must, tuple(name for name in fact_names(workflow, found) if name not in must)
