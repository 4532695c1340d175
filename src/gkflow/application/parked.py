"""
Parked cases (久置案件): the clock stands still or waits, nobody's term runs, and for days nothing has happened. A
consultation without its day of receipt, an applicant who never answers: somebody is reminded, again and again.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from gkflow.application.composing import Telling, compose, put, receivers_of
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import Ledger, StandingStill


class Parked(NamedTuple):
    """One parked clock (久置的期限): for how many working days it has stood still."""

    line: StandingStill
    days: int


def parked(ledger: Ledger, rules: OfficeContext, day: date) -> list[Parked]:
    """The clocks of the office that have stood still for ``[reminders] parked_after`` working days or more."""
    found = []
    for line in ledger.sweeps.standing_still(day):
        days = rules.rulebook.calendar_of(line.unit).count(line.since, day)
        if days >= rules.parked_after:
            found.append(Parked(line, days))
    return found


def remind_parked(ledger: Ledger, rules: OfficeContext, day: date, now: datetime) -> int:
    """Remind the officer of each parked case, and from the second time on the head of the section (久置提醒)."""
    told = 0
    for each in parked(ledger, rules, day):
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
        telling = Telling(key, facts, line.case, line.unit)
        told += put(ledger, rules, compose(rules, telling, receivers_of(whom), now), now)
    return told
