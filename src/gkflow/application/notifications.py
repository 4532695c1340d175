"""
Notifications (告知): actions and the highest step of each clock become messages to those whom the rules name.

They go into the outbox in the transaction of the entry or the sweep, with the edition of their wording.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gkflow.application.composing import Notification, compose, keep_wording, put, receivers_of
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import Ledger, NoticeLine, ReachedStep
from gkflow.application.transaction import Transaction
from gkflow.domain.case import Case, Entry
from gkflow.domain.counting import signed_working_days
from gkflow.domain.law import LimitUnit
from gkflow.domain.notice import Addressee, names_twice
from gkflow.domain.workflow import ClockKind, ClockRule, Step, Workflow

_SHANGHAI = ZoneInfo("Asia/Shanghai")
# These speak of a last day that lies ahead; a step may also be placed after it, or reached late.
_BEFORE = ("remind", "urge")


class _Meaning(NamedTuple):
    """What the rules say about a clock and a step."""

    workflow: Workflow | None
    rule: ClockRule | None
    step: Step | None


def notify(
    ledger: Ledger, rules: OfficeContext, steps: Sequence[int], after: date, day: date, now: datetime
) -> int:  # fmt: skip
    """
    Write the messages for some of the steps reached since *after*, the day of the last notification (告知), and return
    how many.

    After an outage people are notified of the highest step of each clock only, and only if it still holds. A lapsed
    power needs no reminder. A consequence of silence has its own kind of notice ("take"), with or without an outage.
    """
    keep_wording(ledger, rules, now)
    notifier = _Notifier(rules, day, now, ledger.sweeps.series)
    return _put(ledger, notifier, ledger.sweeps.not_notified(steps, after, day))


def notify_steps(
    ledger: Ledger, rules: OfficeContext, reached: Sequence[tuple[ReachedStep, datetime]], day: date, now: datetime
) -> int:
    """Write the messages for steps in hours, each with the moment at which its hours run out."""
    if not reached:
        return 0
    moments = {step.id: moment for step, moment in reached}
    keep_wording(ledger, rules, now)
    return _put(ledger, _Notifier(rules, day, now, ledger.sweeps.series, moments), [step for step, _ in reached])


def _put(ledger: Ledger, notifier: _Notifier, page: Iterable[ReachedStep]) -> int:
    lines = [line for reached in page for line in notifier.messages(reached)]
    ledger.outbox.put_notices(lines)
    return len(lines)


class _Notifier:
    """Turns reached steps into messages; caches addressees by role and the meaning of clocks."""

    def __init__(
        self, rules: OfficeContext, day: date, now: datetime, series: int, moments: Mapping[int, datetime] | None = None
    ) -> None:
        self.rules, self.day, self.now = rules, day, now
        self.moments = moments or {}
        # Notifications of a sweep that was taken back do not count.
        self.again = f"/{series}" if series else ""
        self.found: dict[tuple[tuple[str, ...], str, str], tuple[Addressee, ...]] = {}
        self.meanings: dict[tuple[str, str, int], _Meaning] = {}
        self.left: dict[tuple[date, str], int] = {}

    def messages(self, reached: ReachedStep) -> list[NoticeLine]:
        """The messages of one reached step: one per addressee and channel."""
        meaning = self._meaning(reached)
        rule, step = meaning.rule, meaning.step
        if rule is not None and rule.kind is ClockKind.POWER and reached.last_day < self.day:
            return []
        facts = self._facts(reached, meaning)
        base = f"{reached.case}/{reached.clock}/{reached.ref}/{reached.last_day}/{reached.step}{self.again}"
        roles = tuple(step.tell) if step is not None else ("officer",)
        urgent = step is not None and step.urgent
        notification = Notification(base, facts, reached.case, reached.unit, reached.id, urgent)
        return compose(self.rules, notification, receivers_of(self._addressees(roles, reached)), self.now)

    def _meaning(self, reached: ReachedStep) -> _Meaning:
        key = (reached.workflow, reached.clock, reached.step)
        found = self.meanings.get(key)
        if found is None:
            book = self.rules.rulebook
            workflow = book.workflows.get(reached.workflow)
            rule = workflow.clock(reached.clock) if workflow is not None else None
            ladder = book.ladders.get(rule.ladder) if rule is not None else None
            steps = ladder.steps if ladder is not None else ()
            step = next((step for step in steps if step.offset == reached.step), None)
            found = self.meanings[key] = _Meaning(workflow, rule, step)
        return found

    def _addressees(self, roles: tuple[str, ...], reached: ReachedStep) -> tuple[Addressee, ...]:
        key = (roles, reached.unit, reached.officer)
        found = self.found.get(key)
        if found is None:
            found = self.found[key] = self.rules.addressees(roles, reached.unit, reached.officer)
        return found

    def _facts(self, reached: ReachedStep, meaning: _Meaning) -> dict[str, object]:
        workflow, rule, step = meaning
        calendar = self.rules.rulebook.calendar_of(reached.unit)
        left = self.left.get((reached.last_day, calendar.edition))
        if left is None:
            left = signed_working_days(self.day, reached.last_day, calendar)
            self.left[reached.last_day, calendar.edition] = left
        return {
            "kind": reached.kind,
            **self._form(reached),
            "case": reached.case,
            "workflow": reached.workflow,
            "workflow_label": workflow.label if workflow is not None else reached.workflow,
            "title": reached.title,
            "clock": reached.clock,
            "clock_label": rule.label if rule is not None else reached.clock,
            "ref": reached.ref,
            "deadline": reached.last_day.isoformat(),
            "step": reached.step,
            "step_label": step.label if step is not None else "",
            "colour": reached.colour,
            "day": self.day.isoformat(),
            "reached": reached.day.isoformat(),
            "officer": reached.officer,
            "unit": reached.unit,
            "days_left": left,
            "days_over": max(0, -left),
            "proposal": "；".join(dict.fromkeys(lapse.cite for lapse in rule.lapse if not lapse.take)) if rule else "",
        }

    def _form(self, reached: ReachedStep) -> dict[str, str]:
        """The words that a step needs other than those of its kind: with the hour, or after the last day."""
        moment = self.moments.get(reached.id)
        if moment is not None:
            return {"form": f"{reached.kind}_hours", "hour": _clock_time(moment)}
        if reached.kind in _BEFORE and reached.last_day < self.day:
            return {"form": f"{reached.kind}_past"}
        return {}


def _clock_time(moment: datetime) -> str:
    return moment.astimezone(_SHANGHAI).strftime("%H:%M")


def notify_action(tx: Transaction, workflow: Workflow, case: Case, entry: Entry, last_day: date | None) -> None:
    """Write a message to everybody whom the action names, by each channel; never to the actor."""
    ledger, rules, now = tx.ledger, tx.rules, tx.now
    action = workflow.actions[entry.action]
    facts = {
        "kind": "action",
        "case": case.number,
        "workflow": workflow.name,
        "workflow_label": workflow.label,
        "title": str(case.facts.get("title", "")),
        "action": entry.action,
        "action_label": action.label,
        "day": entry.day.isoformat(),
        "by": entry.by,
        "state_label": workflow.states[case.state].label,
        "deadline": last_day.isoformat() if last_day is not None else None,
    }
    # 转办: the unit that takes the case over has to be notified.
    unit = str(entry.facts.get(action.hands_to) or entry.unit) if action.hands_to else entry.unit
    found = rules.addressees(action.tell, unit, str(case.facts.get("officer", "")))
    # The actor knows already; if two people share the name, nobody can say which of them acted.
    actor = entry.by if entry.by and entry.by not in names_twice(rules.people) else None
    others = [who for who in found if who.name != actor or not who.name]
    urgent = _in_hours(rules, workflow, entry.day)
    notification = Notification(f"{case.number}/{entry.seq}", facts, case.number, entry.unit, urgent=urgent)
    put(ledger, rules, compose(rules, notification, receivers_of(others), now), now)


def _in_hours(rules: OfficeContext, workflow: Workflow, day: date) -> bool:
    """
    Whether a duty of the procedure is counted in hours (按小时计算): the hours run through nights and days off, so
    people are notified immediately of actions in such a case.
    """
    for rule in workflow.clocks:
        if rule.kind is ClockKind.DUTY and rule.limit in rules.rulebook.law.limits:
            value = rules.rulebook.limit(rule.limit).in_force(day)
            if value is not None and value.unit is LimitUnit.HOUR:
                return True
    return False
