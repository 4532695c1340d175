"""
The sweep (巡检): going through what has come due, day by day, each day once, in order, in one transaction.

It may be called any number of times, by any number of processes, in any order: a row per day, the unique key of
an escalation and the unique key of a notice make sure that everything happens exactly once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from gkflow.application.advance import Act, write
from gkflow.application.docket import reckon_case
from gkflow.application.ports import NOT_TOLD, NoticeLine, ReachedStep, Store
from gkflow.application.rules import Rules
from gkflow.domain.case import Entry, record_of
from gkflow.domain.counting import signed_working_days
from gkflow.domain.deadline import Status
from gkflow.domain.errors import Refused
from gkflow.domain.escalation import threshold
from gkflow.domain.machine import decide, replay
from gkflow.domain.notice import Addressee, find_addressees
from gkflow.domain.workflow import Ladder, Step

ONE_DAY = timedelta(days=1)
SYSTEM = "gkflow"  # who acts where the law says that silence has an effect
_DAY_LIMIT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did (巡检结果): the days it went through, the steps it recorded, the messages it wrote."""

    days: tuple[date, ...]
    reached: int
    told: int
    taken: int = 0


def tick(
    store: Store,
    rules: Rules,
    now: datetime,
    through: date,
    expected: datetime | None = None,
    first: date | None = None,
) -> Swept:
    """
    Sweep every day since the last one, through *through* (巡检). The first sweep of an office begins with that
    day: a register of old, closed cases raises nothing.

    *expected* is the moment at which a process that has been running all the time expects to be; a clock that has
    jumped past it by more than a day is refused ("clock_ahead"), so that a wrong clock tells nobody of lateness
    that is none.
    """
    if expected is not None and now - expected > _DAY_LIMIT:
        raise Refused("clock_ahead", now=now.isoformat(), last=expected.isoformat())
    with store.writing() as ledger:
        last = ledger.last_sweep()
        begin = through if last is None else last + ONE_DAY
        if first is not None and last is None:
            begin = min(first, through)
        days = [begin + timedelta(days=i) for i in range((through - begin).days + 1)]
        if days:
            ledger.plan_sweeps(days, now)
    done, reached, told, taken = [], 0, 0, 0
    while True:
        with store.writing() as ledger:
            day = ledger.claim_sweep()
            if day is None or day > through:
                ledger.beat("tick", now)
                break
            for ladder in rules.rulebook.ladders.values():
                reached += _reach(ledger, rules, ladder, day)
            taken += _take_lapsed(ledger, rules, day, now)
            telling = day == through
            if telling:
                told += _tell(ledger, rules, day, now)
            ledger.finish_sweep(day, now, telling)
            done.append(day)
    return Swept(tuple(done), reached, told, taken)


def _reach(ledger: Any, rules: Rules, ladder: Ladder, day: date) -> int:
    """Record the steps of one ladder that are reached on *day*, from the lowest up; in order, whatever was missed."""
    calendar = rules.rulebook.calendar
    _carry_over(ledger, ladder)
    told, reached = NOT_TOLD, 0
    for step in ladder.steps:
        reached += ledger.reach(
            ladder.name, told, step.offset, step.kind, step.colour, threshold(step, day, calendar), day
        )
        told = step.offset
    return reached


def _carry_over(ledger: Any, ladder: Ladder) -> None:
    """After a change of the ladder's steps the clocks stand at the highest step that is not beyond theirs."""
    offsets = [step.offset for step in ladder.steps]
    name = f"ladder {ladder.name}"
    present = ",".join(map(str, offsets))
    pulse = ledger.pulse(name)
    if pulse is not None and pulse[1] == present:
        return
    for old in ledger.told_values(ladder.name, offsets):
        ledger.put_told(ladder.name, old, max((o for o in offsets if o <= old), default=NOT_TOLD))
    ledger.beat(name, _EPOCH, present)


_EPOCH = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


def _take_lapsed(ledger: Any, rules: Rules, day: date, now: datetime) -> int:
    """
    Take the actions that silence has by law (第三十四条: 逾期未提出意见的视为同意公开), for the steps reached today.

    The entry bears the day on which the term lapsed: it puts on record what the law already made so.
    """
    taking = {
        (workflow.name, rule.name)
        for workflow in rules.rulebook.workflows.values()
        for rule in workflow.clocks
        if any(lapse.take for lapse in rule.lapse)
    }
    if not taking:
        return 0
    taken = 0
    for case, clock, ref in list(ledger.lapsed(day)):
        entries = ledger.entries(case)
        workflow = rules.workflow_of(ledger, entries[0].workflow, entries[0].edition)
        if (workflow.name, clock) not in taking:
            continue
        record = record_of(entries, day)
        deadline = reckon_case(workflow, record, rules.rulebook, day).get((clock, ref))
        if deadline is None or deadline.status is not Status.RUNNING or deadline.last_day is None:
            continue
        started = deadline.clock.events[0].entry.facts
        for lapse in deadline.clock.rule.lapse:
            if not lapse.take or not all(condition.holds(started) for condition in lapse.when):
                continue
            state = replay(workflow, case, record_of(entries, deadline.last_day)).state
            decide(workflow, case, state, lapse.action)
            act = Act(lapse.action, deadline.last_day, SYSTEM, facts={**lapse.facts, "ref": ref})
            entry = Entry(
                case, len(entries) + 1, act.action, deadline.last_day, now, SYSTEM,
                next((e.unit for e in reversed(entries) if e.unit), ""), act.facts,
                {"cite": lapse.cite}, None, workflow=workflow.name, edition=entries[0].edition,
            )  # fmt: skip
            write(ledger, rules, workflow, case, entries, entry)
            taken += 1
            break
    return taken


def _tell(ledger: Any, rules: Rules, day: date, now: datetime) -> int:
    """Write a message for the highest step of each clock reached since the last telling; how many."""
    after = ledger.last_telling() or date.min
    told = 0
    steps = {(ladder.name, step.offset): step for ladder in rules.rulebook.ladders.values() for step in ladder.steps}
    addressees: dict[tuple[str, str, str], tuple[Addressee, ...]] = {}
    ledger.keep_source(rules.wording.edition, "wording", "notices", rules.wording.source, now)
    for page in ledger.untold(after, day):
        lines: list[NoticeLine] = []
        for reached in page:
            step = _step_of(rules, steps, reached)
            for role in step.tell if step is not None else ("officer",):
                key = (role, reached.unit, reached.officer)
                found = addressees.get(key)
                if found is None:
                    unit = reached.unit or rules.unit
                    found = addressees[key] = find_addressees(rules.people, role, unit, reached.officer)
                lines.extend(_messages(rules, reached, step, role, found, day, now))
        ledger.put_notices(lines)
        told += len(lines)
    return told


def _step_of(rules: Rules, steps: dict[tuple[str, int], Step], reached: ReachedStep) -> Step | None:
    workflow = rules.rulebook.workflows.get(reached.workflow)
    rule = workflow.clock(reached.clock) if workflow is not None else None
    return steps.get((rule.ladder, reached.step)) if rule is not None else None


def _messages(
    rules: Rules, reached: ReachedStep, step: Step | None, role: str, addressees: tuple[Addressee, ...],
    day: date, now: datetime,
) -> Iterator[NoticeLine]:  # fmt: skip
    workflow = rules.rulebook.workflows.get(reached.workflow)
    rule = workflow.clock(reached.clock) if workflow is not None else None
    facts = {
        "kind": reached.kind,
        "case": reached.case,
        "workflow": reached.workflow,
        "workflow_label": workflow.label if workflow is not None else reached.workflow,
        "title": reached.title,
        "clock": reached.clock,
        "clock_label": rule.label if rule is not None else reached.clock,
        "ref": reached.ref,
        "deadline": reached.deadline.isoformat(),
        "step": reached.step,
        "step_label": step.label if step is not None else "",
        "colour": reached.colour,
        "day": day.isoformat(),
        "reached": reached.day.isoformat(),
        "officer": reached.officer,
        "unit": reached.unit,
        "days_left": _days_left(rules, day, reached.deadline),
        "proposal": _proposal(rule),
    }
    base = f"{reached.case}/{reached.clock}/{reached.ref}/{reached.deadline}/{reached.step}"
    for who in addressees:
        told = {**facts, "role": who.role, "meant": role, "to": who.name, "vacant": list(who.vacant)}
        text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        for channel, address in who.channels.items():
            yield NoticeLine(
                f"{base}/{role}/{who.name}/{channel}", reached.case, reached.id, reached.kind, who.role, who.name,
                reached.unit, channel, address, text, rules.wording.edition, now, now,
            )  # fmt: skip


def _days_left(rules: Rules, day: date, last: date) -> int:
    return signed_working_days(day, last, rules.rulebook.calendar)


def _proposal(rule: Any) -> str:
    if rule is None or not rule.lapse:
        return ""
    return "; ".join(lapse.cite for lapse in rule.lapse if not lapse.take)


def simulate(store: Store, rules: Rules, day: date) -> list[tuple[str, str, str, date, Step]]:
    """What a sweep of *day* would record, without writing anything: case, clock, ref, last day, step."""
    found: list[tuple[str, str, str, date, Step]] = []
    with store.reading() as ledger:
        for ladder in rules.rulebook.ladders.values():
            for step in ladder.steps:
                latest = threshold(step, day, rules.rulebook.calendar)
                for line in ledger.would_reach(ladder.name, step.offset, latest, day):
                    found.append((line.case, line.clock, line.ref, line.last_day, step))
    return found
