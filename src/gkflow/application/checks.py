"""Checks before an entry is accepted (受理前的核对): its day, its actor, its owner, what it corrects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from typing import cast

from gkflow.application.docket import Deadlines
from gkflow.application.facts import FIRST_YEAR
from gkflow.application.marks import folded
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import Ledger
from gkflow.domain.case import CORRECT, RECOUNT, Entry, amendments, record_of
from gkflow.domain.hints import did_you_mean
from gkflow.domain.objections.cases import RefTaken
from gkflow.domain.objections.corrections import (
    CorrectionBeforeEntry,
    CorrectionOfVoided,
    CorrectionUnknownEntry,
    CorrectionWantsReason,
    FirstNotVoided,
)
from gkflow.domain.objections.days import BeforeFirst, DayToCome, YearTooEarly
from gkflow.domain.objections.facts import FactsMissing
from gkflow.domain.objections.people import ApproverWrong, NotOwner, RoleMissing
from gkflow.domain.workflow import Action, Workflow


def near_case(ledger: Ledger, number: str) -> str:
    """A hint with a case number that is nearly the same."""
    number = folded(number)  # typed in another width it has the same neighbours
    near = get_close_matches(number, ledger.record.near_cases(number), 2)
    return did_you_mean(near)


def legal_of(number: str, day: date, today: date, first: date | None) -> date:
    """The legal day of an entry: a plausible year, not in the future, not before the first entry."""
    if day.year < FIRST_YEAR:
        raise YearTooEarly(day=day, first=FIRST_YEAR)
    if day > today:
        raise DayToCome(case=number, day=day, today=today)
    if first is not None and day < first:
        raise BeforeFirst(case=number, day=day, first=first)
    return day


_YEARS_BACK = 2


def is_far(day: date, today: date) -> bool:
    """
    Whether a day is so far from today that its year may be a typing error: another century, or over two years ago.
    """
    if day.year // 100 != today.year // 100:
        return True
    return (day.year + _YEARS_BACK, day.month, day.day) < (today.year, today.month, today.day)


def far_days(workflow: Workflow, day: date | None, facts: Mapping[str, object], today: date) -> dict[str, date]:
    """The days of an entry that are far from today, keyed by "day" or the name of the fact."""
    found = {"day": day} if day is not None and is_far(day, today) else {}
    for name, value in facts.items():
        spec = workflow.facts.get(name)
        if spec is not None and spec.type in ("day", "moment") and value not in (None, ""):
            named = date.fromisoformat(str(value)[:10])
            if is_far(named, today):
                found[name] = named
    return found


def label_of(workflow: Workflow, fact: str) -> str:
    """A fact by label and name."""
    spec = workflow.facts.get(fact)
    return f"{spec.label}({fact})" if spec is not None else fact


def choices_of(workflow: Workflow, facts: Sequence[str]) -> str:
    """The choices of these facts: decision = granted 予以公开 | refused 不予公开."""
    lines = []
    for name in facts:
        spec = workflow.facts.get(name)
        if spec is not None and spec.type == "choice":
            open_ = (f"{code} {label}" for code, label in spec.choices.items() if code not in spec.closed)
            lines.append(f"{name} = {' | '.join(open_)}")
    return "; ".join(lines)


def refuse_missing(workflow: Workflow, action: Action, number: str, gaps: Sequence[str]) -> None:
    """Raise Refused where required facts are missing."""
    if gaps:
        labels = [label_of(workflow, gap) for gap in gaps]
        cite = action.cite or workflow.label
        raise FactsMissing(action=action.name, case=number, labels=labels, names=tuple(gaps), cite=cite,
            possible=choices_of(workflow, gaps),
        )  # fmt: skip


def check_role(rules: OfficeContext, by: str, action: str, roles: Sequence[str]) -> None:
    """A person in the settings must hold one of the action's roles; others are not checked."""
    if not roles or not by:
        return
    known = [person for person in rules.people if person.id == by]
    if known and not any(role in person.roles for person in known for role in roles):
        raise RoleMissing(by=by, action=action, roles=tuple(roles))


def check_approver(rules: OfficeContext, workflow: Workflow, action: str, facts: Mapping[str, object]) -> None:
    """An extension is approved by the person whom the law names (第三十三条第二款), not by any leader."""
    for clock in workflow.clocks:
        for rule in clock.extends:
            by = str(facts.get(rule.approval, ""))
            known = [person for person in rules.people if person.id == by]
            lacking = known and not any(role in person.roles for person in known for role in rule.approvers)
            if rule.action == action and rule.approvers and lacking:
                cite = workflow.actions[action].cite
                raise ApproverWrong(by=by, action=action, roles=rule.approvers, cite=cite)


def approvals(workflow: Workflow, action: str) -> tuple[str, ...]:
    """The facts that name who approved an extension (批准人)."""
    rules = (rule for clock in workflow.clocks for rule in clock.extends if rule.action == action and rule.approvers)
    return tuple(dict.fromkeys(rule.approval for rule in rules))


def check_ref(before: Deadlines, workflow: Workflow, action: str, facts: Mapping[str, object]) -> None:
    """Nobody is consulted again while the first consultation is open."""
    ref = str(facts.get("ref", ""))
    for deadline in before.values():
        for rule in deadline.clock.rule.suspends:
            if rule.trigger.action != action:
                continue
            for suspension in deadline.suspensions:
                if suspension.action == action and suspension.ref == ref and suspension.ended is None:
                    raise RefTaken(action=action, ref=ref)


def first_day(entries: Sequence[Entry]) -> date:
    """The day of the first entry, as corrected: a correction applies to every day."""
    return next(entry.day for entry in record_of(entries) if entry.seq == 1)


def _seq(facts: Mapping[str, object]) -> int:
    """The number of the entry that a correction names; that its fact is a number is a rule of the workflow."""
    return cast("int", facts["seq"])


def check_correction(number: str, entries: Sequence[Entry], facts: Mapping[str, object], on: date) -> None:
    """
    A correction names its entry, the corrected facts and a reason (更正记录); the first entry stays the first.

    A correction may itself be corrected or voided. A voided entry may not be corrected; its voiding may.
    """
    if "seq" not in facts or "reason" not in facts or not set(facts) - {"seq", "reason"}:
        raise CorrectionWantsReason(case=number)
    old = next((entry for entry in entries if entry.seq == _seq(facts)), None)
    if old is None or old.action == RECOUNT:
        raise CorrectionUnknownEntry(case=number, seq=_seq(facts))
    if on < old.day:
        raise CorrectionBeforeEntry(case=number, seq=old.seq, day=on, first=old.day)
    amended = amendments(entries).get(old.seq)
    if amended is not None and amended.voided_by is not None:
        raise CorrectionOfVoided(case=number, seq=old.seq, by=amended.voided_by)
    if old.seq == 1 and facts.get("void"):
        raise FirstNotVoided(case=number)
    # 更正他条更正: the result for the entry that the other correction names must be sound.
    then = record_of((*entries, replace(old, seq=len(entries) + 1, action=CORRECT, day=on, facts=facts)))
    first = next(entry for entry in then if entry.seq == 1)
    for entry in then:
        if entry.day < first.day:
            raise BeforeFirst(case=number, day=entry.day, first=first.day)
        if entry.day > on and entry.seq in _touched(entries, old):
            raise DayToCome(case=number, day=entry.day, today=on)


def corrected_entry(entries: Sequence[Entry], seq: int) -> Entry:
    """The entry that a correction is about in the end (被更正的记录), through any number of corrections."""
    by_seq = {entry.seq: entry for entry in entries}
    entry = by_seq[seq]
    while entry.action == CORRECT and entry.facts.get("seq") in by_seq:
        entry = by_seq[entry.facts["seq"]]
    return entry


def _touched(entries: Sequence[Entry], old: Entry) -> tuple[int, ...]:
    return (old.seq, corrected_entry(entries, old.seq).seq)


def check_owner(
    rules: OfficeContext, action: Action, facts: Mapping[str, object], before: Mapping[str, object], unit: str
) -> None:
    """
    A field is reviewed by the unit that owns it (对口部门), where the settings name the owners. The field is the one
    for which the case was opened, whatever the entry says; the actor must belong to the owner.
    """
    field = str(before.get(action.owner_of) or facts.get(action.owner_of, "")) if action.owner_of else ""
    owner = rules.owners.get(field)
    if owner and unit != owner:
        labels = {code: label for label, code in rules.units.items()}
        raise NotOwner(action=action.name, field=field, owner=owner, unit=unit or "—", cite=action.cite,
            owner_label=labels.get(owner, owner), unit_label=labels.get(unit, unit or "—"),
        )  # fmt: skip
