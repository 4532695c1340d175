"""
Recalculating what an adopted edition moves (重新推算): case by case from a queue, in short transactions.

The edition applies from the moment at which it is recorded. Its affected cases are queued in the same transaction, so
nothing is lost if the process ends in between: the next sweep, adoption or rebuild continues.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from gkflow.application.actions import Command, make_entry, write
from gkflow.application.composing import Notification, compose, keep_wording, receivers_of
from gkflow.application.docket import draw_up, read_case, reckon_case
from gkflow.application.moved import Moved, WaitingCase
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import Ledger, NoticeLine, Store
from gkflow.application.transaction import OnRecord, Transaction
from gkflow.domain.case import RECOUNT, Entry, legal_day
from gkflow.domain.deadline import Status
from gkflow.domain.workflow import Workflow

# Chinese, because they are kept as facts of the notice, which the office's wording puts into Chinese letters.
_RULES_CHANGED, _DAYS_CHANGED, _NO_LIMIT = "规则变动", "放假安排变动", "（无此期限）"
EARLIER, LATER = "moved_earlier", "moved_later"
BATCH = 200  # cases in one transaction: at 2,000 a second, others wait for a tenth of a second


class Recounted(NamedTuple):
    """What was processed (重新推算结果): how many cases, how many notices of it, and how many of these reach nobody."""

    cases: int = 0
    notices: int = 0
    unaddressed: int = 0


def recount_moved(store: Store, rules: OfficeContext, now: datetime) -> Recounted:
    """
    Process every queued case (重新推算): write an entry for every clock that moves, recompute its rows and notify the
    officers, those whose deadline ends earlier first and with higher urgency. Lets other writers in between its
    batches.
    """
    done = Recounted()
    while True:
        with store.reading() as ledger:
            if not ledger.recounts.waiting_cases(1):
                return done
        with store.writing(hold="alone") as ledger:
            rules = rules.renewed(ledger)
            batch = ledger.recounts.waiting_cases(BATCH)
            keep_wording(ledger, rules, now)
            written: list[NoticeLine] = []
            later: list[NoticeLine] = []  # of a case that moves both ways, list what ends earlier first
            for waiting in batch:
                lines = list(_recounted(ledger, rules, waiting, now))
                both = any(line.kind == EARLIER for line in lines)
                ledger.outbox.put_notices([line for line in lines if line.kind == EARLIER or not both])
                written += lines
                later += [line for line in lines if line.kind != EARLIER and both]
            ledger.outbox.put_notices(later)
            ledger.recounts.done_waiting([waiting.case for waiting in batch])
            nobody = sum(not line.name for line in written)
            done = Recounted(done.cases + len(batch), done.notices + len(written), done.unaddressed + nobody)
        store.give_way()


def _still_moved(
    rules: OfficeContext, workflow: Workflow, entries: Sequence[Entry], moves: Sequence[Moved], today: date
) -> tuple[Moved, ...]:
    """The moves that still apply: somebody may have acted in the case since it was queued."""
    case = read_case(workflow, entries[0].case, entries, today)
    if case.ended is not None or not case.record:
        return ()
    present = reckon_case(workflow, case.record, rules.rulebook, today)
    return tuple(
        moved
        for moved in moves
        if (found := present.get((moved.clock, moved.ref))) is not None
        and found.status in (Status.RUNNING, Status.NO_LIMIT)
        and found.last_day == moved.new
    )


def _recounted(ledger: Ledger, rules: OfficeContext, waiting: WaitingCase, now: datetime) -> Iterator[NoticeLine]:
    """Record the moves of one case, an entry for each clock; return its notices."""
    number, moves, by, by_rules = waiting.case, waiting.moves, waiting.by, waiting.by_rules
    today = legal_day(waiting.at)  # it moved when the edition was adopted, however late that is recorded
    entries = ledger.record.entries(number)
    workflow = rules.workflow_of(ledger, entries[0].workflow, entries[0].edition)
    if len(entries) != waiting.entries:
        moves = _still_moved(rules, workflow, entries, moves, today)
    if not moves:
        draw_up(ledger, rules.rulebook, OnRecord(workflow, number, entries), today)
    for moved in moves:
        facts = {
            "recounted": moved.clock,
            **({"recounted_ref": moved.ref} if moved.ref else {}),
            **({"last_day_before": moved.old.isoformat()} if moved.old is not None else {}),
            **({"last_day_after": moved.new.isoformat()} if moved.new is not None else {}),
            # The names that explain and gkflow rules show print.
            "calendar_edition": rules.rulebook.calendar_of(moved.unit).edition[:12],
            **({"rules_edition": rules.rulebook.edition[:12]} if by_rules else {}),
            "text": moved.why,
        }
        case = OnRecord(workflow, number, entries)
        entry = make_entry(case, Command(RECOUNT, today, by, facts=facts), now)
        entries = (*entries, write(Transaction(ledger, rules, now), case, entry))
        # To the officer; if it ends earlier, to the head of the section as well.
        roles = ("officer", "section_head") if moved.earlier else ("officer",)
        whom = rules.addressees(roles, moved.unit, moved.officer)
        yield from compose(rules, _notification(workflow, moved, entry, by_rules), receivers_of(whom), now)


def _notification(workflow: Workflow, moved: Moved, entry: Entry, by_rules: bool) -> Notification:
    rule, kind = workflow.clock(moved.clock), EARLIER if moved.earlier else LATER
    label = rule.label if rule is not None else moved.clock
    facts = {
        "kind": kind, "case": moved.case, "workflow_label": workflow.label, "title": moved.title, "clock": moved.clock,
        "clock_label": label, "ref": moved.ref, "before": _day(moved.old), "deadline": _day(moved.new),
        "cause": _RULES_CHANGED if by_rules else _DAYS_CHANGED, "why": moved.why, "day": entry.day.isoformat(),
        "officer": moved.officer,
    }  # fmt: skip
    return Notification(f"recount/{moved.case}/{entry.seq}", facts, moved.case, moved.unit)


def _day(day: date | None) -> str:
    return day.isoformat() if day is not None else _NO_LIMIT
