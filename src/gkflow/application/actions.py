"""
Commands and outcomes (办理请求与结果), and how an entry is written: sealed, chained, with its caches updated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from gkflow.application.checks import label_of
from gkflow.application.docket import Deadlines, Reckoned, draw_up, reckon_case, unit_of
from gkflow.application.events import case_event
from gkflow.application.facts import check_key, check_name
from gkflow.application.office_context import OfficeContext
from gkflow.application.rows import LABELS
from gkflow.application.transaction import OnRecord, Transaction
from gkflow.domain.as_dict import AsDict
from gkflow.domain.case import CORRECT, NOTHING, Case, Entry, Finding, record_of, seal_entry
from gkflow.domain.deadline import Deadline, Status
from gkflow.domain.errors import GkflowError, Refused
from gkflow.domain.findings import all_findings
from gkflow.domain.machine import replay
from gkflow.domain.objections.cases import NoAnswerTo
from gkflow.domain.objections.facts import FactBeforeCase, FactBeforeEntry, FactMoved, FactsOutOfOrder, FactToCome
from gkflow.domain.objections.terms import (
    ExtensionLate,
    ExtensionNoClock,
    ExtensionSecond,
    ExtensionTooLong,
    ExtensionUnapproved,
    NoTerm,
    TermTooLong,
    TermTooShort,
    TooEarly,
    UnitMix,
)
from gkflow.domain.offers import offered
from gkflow.domain.sentences import said
from gkflow.domain.urgency import urgency
from gkflow.domain.workflow import MISFILE, ClockKind, Obligor, Workflow

# Findings that block an entry typed in by a person: it would claim something that the law does not allow.
# In an import they are reported and accepted, because a register says what happened.
REFUSING: Mapping[str, type[Refused]] = {
    each.code: each
    for each in (
        ExtensionLate,
        ExtensionNoClock,
        ExtensionSecond,
        ExtensionTooLong,
        ExtensionUnapproved,
        FactBeforeCase,
        FactBeforeEntry,
        FactMoved,
        FactToCome,
        FactsOutOfOrder,
        NoTerm,
        TermTooLong,
        TermTooShort,
        TooEarly,
        UnitMix,
    )
}


@dataclass(frozen=True, slots=True)
class Outcome(AsDict):
    """
    The outcome of an entry (办理结果). ``last_day`` is that of the office's most urgent clock; None if none runs.
    ``last_day_before`` is that of the same clock before the entry; None if it did not run.

    State, last days and next actions are those of the day of writing, also where ``day``, the entry's own, is earlier.
    """

    number: str
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
    opened: tuple[str, ...] = ()  # cases that this entry opened (派生案件)
    deadlines: Mapping[tuple[str, str], Deadline] = field(default_factory=dict, compare=False, repr=False)
    recorded_as_of: date | None = None  # the entry's day, where state, last day or next actions were others on it
    notes: tuple[GkflowError, ...] = ()  # worth a look, though accepted: a number that was folded or looks like another


@dataclass(frozen=True, slots=True)
class Command:
    """What a user wants to enter (办理请求)."""

    action: str
    day: date | None = None
    by: str = ""
    unit: str = ""
    facts: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    remarks: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    key: str | None = None
    if_seq: int | None = None  # the last entry that the caller has read: the record must not have moved on


@contextmanager
def about(workflow: Workflow) -> Iterator[None]:
    """Add the workflow to an objection raised inside: the same action has other names in another workflow."""
    try:
        yield
    except GkflowError as error:
        error.facts.setdefault("workflow", workflow.name)
        raise


def refuse(
    workflow: Workflow, number: str, action: str, findings: Sequence[Finding], facts: Mapping[str, object]
) -> None:
    """Raise Refused for a finding that blocks an entry typed in by a person."""
    for finding in findings:
        if finding.code in REFUSING:
            values = {**finding.facts, "case": number, "action": action}
            for name in ("until", "reason"):  # facts by name: people know them by their labels
                if name in values:
                    values[name] = label_of(workflow, str(values[name]))
            values["unless"] = (
                said(", or state the reason where one is enough ({reason})", reason=values["reason"])
                if finding.facts.get("reason")
                else ""
            )
            if "facts" in values:
                values["labels"] = [label_of(workflow, str(each)) for each in values.pop("facts")]
            if "clock" in values and (rule := workflow.clock(str(values["clock"]))) is not None:
                values["clock_label"] = rule.label
            raise REFUSING[finding.code].of(values)
        if finding.code == "no_open_consultation":
            raise NoAnswerTo(action=action, ref=str(facts.get("ref", "")))


def write(tx: Transaction, case: OnRecord, entry: Entry, reckoned: Reckoned | None = None) -> Entry:
    """Seal and append an entry and update the caches, in the ledger's transaction."""
    entries = case.entries
    sealed = seal_next(entry, entries[-1].hash if entries else "", tx.rules)
    tx.ledger.record.append([sealed])
    then = OnRecord(case.workflow, case.number, (*entries, sealed))
    line = draw_up(tx.ledger, tx.rules.rulebook, then, drawn_from(entry) if entries else None, reckoned)
    tx.ledger.events.add(case_event(case.workflow, sealed, line))
    return sealed


def drawn_from(entry: Entry) -> date:
    """The first day for which an entry changes the case: a correction may change every day."""
    return date.min if entry.action in (CORRECT, MISFILE) else entry.day


def seal_next(entry: Entry, previous: str, rules: OfficeContext) -> Entry:
    """The entry with its hash, chained to the previous one, and the account that writes it."""
    e, account = entry, rules.account  # written out: dataclasses.replace costs more than the hash
    unsealed = Entry(
        e.case, e.seq, e.action, e.day, e.written_at, e.by, e.unit, e.facts, e.remarks, e.key, previous, "",
        e.workflow, e.edition, account,
    )  # fmt: skip
    sealed = seal_entry(unsealed, previous, rules.algorithm)
    return Entry(
        e.case, e.seq, e.action, e.day, e.written_at, e.by, e.unit, e.facts, e.remarks, e.key, previous, sealed,
        e.workflow, e.edition, account,
    )  # fmt: skip


def most_urgent(deadlines: Deadlines) -> Deadline | None:
    """
    The office's most urgent clock (最紧迫的计时): a running one by its last day, else a suspended or waiting one,
    else the one that stopped last. Powers and internal targets do not count.
    """
    owed = [
        deadline
        for deadline in deadlines.values()
        if (rule := deadline.clock.rule).obligor is Obligor.OFFICE
        and rule.kind is ClockKind.DUTY
        and deadline.status is not Status.NO_LIMIT
    ]
    return min(owed, key=lambda each: urgency(each.status, each.last_day, each.stopped), default=None)


# -- outcomes ------------------------------------------------------------------------------------------------


def make_entry(case: OnRecord, act: Command, now: datetime) -> Entry:
    """The next entry of a record, not yet sealed; *act* with its day, its facts as codes."""
    workflow, number, entries = case
    assert act.day is not None
    unit = act.unit or unit_of(workflow, record_of(entries))
    edition = entries[0].edition if entries else workflow.edition
    for column, text in (("case", number), ("by", act.by), ("unit", unit)):
        check_name(column, LABELS[column], text)
    check_key(act.key)
    return Entry(
        number, len(entries) + 1, act.action, act.day, now, act.by, unit, act.facts, act.remarks, act.key,
        workflow=workflow.name, edition=edition,
    )  # fmt: skip


def findings_of(
    workflow: Workflow, case: Case, deadlines: Deadlines, seq: int, written: date | datetime | None = None
) -> tuple[Finding, ...]:
    """The findings about one entry, recorded on that day or at that moment."""
    return all_findings(workflow, case, deadlines, seq, written)


def iso(deadline: Deadline | None) -> str | None:
    """The last day as text; None if there is none."""
    return deadline.last_day.isoformat() if deadline is not None and deadline.last_day is not None else None


class Present(NamedTuple):
    """A case on a day (当日情形): with a new entry, and its deadlines before and after it."""

    case: Case
    before: Deadlines
    after: Deadlines

    @property
    def last_day(self) -> date | None:
        """The last day of the office's most urgent clock, with the entry."""
        urgent = most_urgent(self.after)
        return urgent.last_day if urgent is not None else None


def present_of(tx: Transaction, case: OnRecord, entry: Entry) -> Present | None:
    """The case on the day of writing, with an entry of an earlier day and what followed; None for one of this day."""
    workflow, number, entries = case
    if entry.day >= tx.today:
        return None
    record = record_of((*entries, entry), tx.today)
    return Present(
        replay(workflow, number, record),
        reckon_case(workflow, record_of(entries, tx.today), tx.rules.rulebook, tx.today) if entries else {},
        reckon_case(workflow, record, tx.rules.rulebook, tx.today),
    )


class Decided(NamedTuple):
    """
    The decision about an entry (办理决定), before anything is written: what is allowed is judged as of the entry's day.
    """

    workflow: Workflow
    case: Case  # with the entry
    entry: Entry
    before: Deadlines
    after: Deadlines
    findings: tuple[Finding, ...]
    present: Present | None = None

    @property
    def reckoned(self) -> Reckoned:
        """What the caches need not recalculate."""
        return Reckoned(self.entry.day, self.case, self.after)

    @property
    def on_day(self) -> Present:
        """The case on the entry's own day."""
        return Present(self.case, self.before, self.after)

    @property
    def now(self) -> Present:
        """The case on the day of writing: what people are shown and notified of."""
        return self.present or self.on_day


def outcome_of(decided: Decided, *, written: bool, opened: tuple[str, ...] = ()) -> Outcome:
    """The outcome of an entry on the day of writing, with the last days before and after."""
    workflow, entry, findings, now = decided.workflow, decided.entry, decided.findings, decided.now
    case, before, after = now
    state = workflow.states[case.state]
    urgent = most_urgent(after)
    # Of the same clock: an action may bring one that is more urgent, and moves none by it.
    was = before.get((urgent.clock.rule.name, urgent.clock.ref)) if urgent is not None else most_urgent(before)
    other = (case.state, now.last_day) != (decided.case.state, decided.on_day.last_day)
    return Outcome(
        case.number, entry.seq, entry.action, workflow.name, case.state, state.label, state.public, entry.day,
        urgent.since if urgent is not None else None,
        now.last_day,
        was.last_day if was is not None else None,
        urgent.provisional if urgent is not None else False,
        offered(workflow, case, after), findings, written, opened, after,
        entry.day if other else None,
    )  # fmt: skip
