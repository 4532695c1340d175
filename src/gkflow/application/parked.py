"""
Parked cases (久置案件): the clock is suspended or waits, no third party's term runs, and nothing has happened for
days, e.g. a consultation without a day of receipt. Somebody is reminded repeatedly.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from gkflow.application.composing import Notification, compose, put, receivers_of
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import Ledger, StandingStill


class Parked(NamedTuple):
    """One parked clock (久置的期限), and for how many working days it has been suspended or waiting."""

    line: StandingStill
    days: int


def parked(ledger: Ledger, rules: OfficeContext, day: date) -> list[Parked]:
    """The office's clocks suspended or waiting for ``[reminders] parked_after`` working days or more."""
    found = []
    for line in ledger.sweeps.standing_still(day):
        days = rules.rulebook.calendar_of(line.unit).count(line.since, day)
        if days >= rules.parked_after:
            found.append(Parked(line, days))
    return found


def remind(ledger: Ledger, rules: OfficeContext, each: Parked, day: date, now: datetime) -> int:
    """Remind the officer of a parked case, and from the second time the head of the section too (久置提醒)."""
    line, times = each.line, each.days // rules.parked_after
    workflow = rules.rulebook.workflows.get(line.workflow)
    rule = workflow.clock(line.clock) if workflow is not None else None
    facts = {
        "kind": f"parked_{line.status}", "case": line.case, "title": line.title, "clock": line.clock,
        "workflow_label": workflow.label if workflow is not None else line.workflow,
        "clock_label": rule.label if rule is not None else line.clock, "since": line.since.isoformat(),
        "day": day.isoformat(), "days": each.days, "officer": line.officer,
    }  # fmt: skip
    roles = ("officer", "section_head") if times > 1 else ("officer",)
    whom = rules.addressees(roles, line.unit, line.officer)
    key = f"parked/{line.case}/{line.clock}/{line.since}/{times}"
    return put(
        ledger, rules, compose(rules, Notification(key, facts, line.case, line.unit), receivers_of(whom), now), now
    )
