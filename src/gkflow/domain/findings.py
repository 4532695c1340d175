"""
The findings about a case (发现的问题), from the record and its deadlines together.

Findings of one clock are in its deadline; those here need the whole case: a term on which an action depends,
contradictory days, an extension of nothing, an answer while somebody is still being consulted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from gkflow.domain.case import ASIDE, CORRECT, Case, Entry, Finding, legal_day
from gkflow.domain.clock import Verb, day_fact, moment_fact
from gkflow.domain.deadline import Deadline, Status
from gkflow.domain.fact_rules import FactSpec, Lies, meets
from gkflow.domain.workflow import Action, RestRule, Workflow

Deadlines = Mapping[tuple[str, str], Deadline]
_SHANGHAI = ZoneInfo("Asia/Shanghai")


def all_findings(
    workflow: Workflow, case: Case, deadlines: Deadlines, seq: int | None = None, written: date | datetime | None = None
) -> tuple[Finding, ...]:
    """
    Every finding of a case, or of one entry (*seq*), in the order of the entries.

    *written* is the day, or the moment, at which the given entries are recorded; by default each has its own.
    """
    found = [each for each in case.findings if seq is None or each.seq == seq]
    for deadline in deadlines.values():
        found.extend(each for each in deadline.findings if seq is None or each.seq == seq)
    gathered: dict[str, Any] = {}
    first = case.record[0].day
    for entry in case.record:
        action = workflow.actions.get(entry.action)
        if action is None or entry.action in ASIDE:
            continue
        if seq is None or entry.seq == seq:
            found.extend(_of_entry(workflow, action, entry, gathered, deadlines))
            found.extend(_days(workflow, entry, first, written or _written(case.record, entry)))
        gathered.update(entry.facts)
    return tuple(sorted(found, key=lambda each: each.seq))


def _written(record: Sequence[Entry], entry: Entry) -> datetime:
    """The moment at which the present form of the entry was recorded."""
    return max(each.written_at for each in record if each is entry or each.action == CORRECT)


def _of_entry(
    workflow: Workflow, action: Action, entry: Entry, before: Mapping[str, Any], deadlines: Deadlines
) -> Iterator[Finding]:
    for fact in action.keeps:
        was, now = before.get(fact), entry.facts.get(fact)
        if was not in (None, "") and now not in (None, "") and was != now:
            facts = {"action": action.name, "facts": (fact,), "was": was, "now": now, "cite": action.cite}
            yield Finding("fact_moved", entry.seq, facts)
    if action.rests_on:
        yield from unlapsed_terms(workflow, action, entry, before, deadlines)
    if action.clashes:
        known = _known(workflow, action, entry, before)
        for clash in action.clashes:
            if meets(clash.when, known):
                yield from _still_asked(action, entry, clash.clock, deadlines)
    yield from _extends_nothing(workflow, action, entry, deadlines)


def unlapsed_terms(
    workflow: Workflow, action: Action, entry: Entry, before: Mapping[str, Any], deadlines: Deadlines
) -> Iterator[Finding]:
    """The terms on which an entry rests and that have not run out (期限未届满), given the facts *before* it."""
    known = _known(workflow, action, entry, before)
    for rest in action.rests_on:
        if meets(rest.when, known):
            yield from _unlapsed(workflow, action, entry, rest, deadlines)


def _known(workflow: Workflow, action: Action, entry: Entry, before: Mapping[str, Any]) -> dict[str, Any]:
    of_case = {name: value for name, value in before.items() if _is_of_case(workflow, action, name)}
    return {**of_case, **entry.facts}


def _is_of_case(workflow: Workflow, action: Action, fact: str) -> bool:
    """An entry's own statements (whom it consults, when it was served) are not taken from another one."""
    spec = workflow.facts.get(fact)
    if spec is None or spec.of_case is False:
        return False
    return bool(spec.of_case) or fact not in action.carries


# -- acts that depend on a term ----------------------------------------------------------------------------------


def _unlapsed(
    workflow: Workflow, action: Action, entry: Entry, rest: RestRule, deadlines: Deadlines
) -> Iterator[Finding]:
    """逾期…的，视为…: the consequence of a lapse needs a term, and one that has run out."""
    running: Deadline | None = None
    for name in rest.clocks:
        deadline = _run_of(workflow, name, entry, deadlines)
        if deadline is None or _ended_before(deadline, entry, rest):
            continue
        if deadline.status is Status.NO_LIMIT or _ran_out(deadline, entry.day, rest.on_last_day):
            return
        running = deadline
    facts: dict[str, Any] = {"clock": rest.clocks[0], "action": action.name, "day": entry.day}
    if running is None:
        yield Finding("no_term", entry.seq, {**facts, "cite": action.cite})
        return
    cite = running.value.citation if running.value is not None else action.cite
    yield Finding("too_early", entry.seq, {**facts, "clock": running.name, "last": running.last_day, "cite": cite})


def _ran_out(deadline: Deadline, day: date, on_last_day: bool) -> bool:
    last = deadline.last_day
    return last is not None and (day > last or (on_last_day and day == last))


def _run_of(workflow: Workflow, name: str, entry: Entry, deadlines: Deadlines) -> Deadline | None:
    rule = workflow.clock(name)
    ref = str(entry.facts.get("ref", "")) if rule is not None and rule.paired else ""
    found = deadlines.get((name, ref))
    if found is None and rule is not None and rule.paired and not ref:
        runs = [each for (at, _), each in deadlines.items() if at == name]
        found = runs[0] if len(runs) == 1 else None
    return found


def _ended_before(deadline: Deadline, entry: Entry, rest: RestRule) -> bool:
    """Whether something else ended the run before this entry: a correction that came did not lapse."""
    end = deadline.clock.events[-1]
    return (
        end.verb is Verb.STOP
        and end.entry.seq != entry.seq
        and end.entry.action not in rest.ended_by
        and (end.entry.day, end.entry.seq) < (entry.day, entry.seq)
    )


def _still_asked(action: Action, entry: Entry, clock: str, deadlines: Deadlines) -> Iterator[Finding]:
    deadline = deadlines.get((clock, ""))
    for each in deadline.suspensions if deadline is not None else ():
        if each.began <= entry.day and (each.ended is None or each.ended > entry.day):
            facts = {"action": action.name, "ref": each.ref, "since": each.began, "cite": action.cite}
            yield Finding("consultation_open", entry.seq, facts)


def _extends_nothing(workflow: Workflow, action: Action, entry: Entry, deadlines: Deadlines) -> Iterator[Finding]:
    """An extension needs a running clock of a kind that can be extended."""
    rules = [rule for rule in workflow.clocks if any(each.action == action.name for each in rule.extends)]
    if not rules:
        return
    for deadline in deadlines.values():
        for event in deadline.clock.events:
            if event.entry.seq == entry.seq and event.verb in (Verb.EXTEND, Verb.VOID):
                return
    yield Finding(
        "extension_no_clock",
        entry.seq,
        {"action": action.name, "clock": rules[0].name, "status": "not running", "cite": action.cite},
    )


# -- days against each other -------------------------------------------------------------------------------------


def _days(workflow: Workflow, entry: Entry, first: date, recorded: date | datetime) -> Iterator[Finding]:
    """
    A day given as a fact is in the past, and agrees with the entry, the case and the other days.

    A term that should lie ahead may have run out before it was entered: late is a finding, never a lock.
    """
    moment = recorded if isinstance(recorded, datetime) else None
    written = legal_day(moment) if moment is not None else recorded
    for name in entry.facts:
        spec = workflow.facts.get(name)
        if spec is None or spec.type not in ("day", "moment"):
            continue
        day = day_fact(entry.facts, name)
        if day is None:
            continue
        facts = {"action": entry.action, "facts": (name,), "day": day}
        earliest, latest = _between(spec, entry.day, first, written)
        if latest is not None and day > latest:
            yield Finding("fact_to_come", entry.seq, {**facts, "last": latest})
        elif latest is not None and moment is not None and (at := moment_fact(entry.facts, name)) and at > moment:
            # 小时计算的期限: later on the same day is still to come.
            yield Finding("fact_to_come", entry.seq, {**facts, "day": _minute(at), "last": _minute(moment)})
        elif earliest is not None and day < earliest:
            code = "fact_before_entry" if spec.lies is Lies.AFTER else "fact_before_case"
            yield Finding(code, entry.seq, {**facts, "first": earliest})
        elif spec.lies is Lies.AHEAD and day < entry.day and day < (act := _act_day(workflow, entry)):
            yield Finding("fact_past", entry.seq, {**facts, "first": act})
        for other in spec.not_before:
            begun = day_fact(entry.facts, other)
            if begun is not None and day < begun:
                yield Finding("facts_out_of_order", entry.seq, {**facts, "facts": (other, name), "first": begun})


def _minute(moment: datetime) -> str:
    return moment.astimezone(_SHANGHAI).strftime("%Y-%m-%d %H:%M")


def _act_day(workflow: Workflow, entry: Entry) -> date:
    """The day of what the entry records: its own, or an earlier one that it names (作出决定之日)."""
    specs = (spec for name in entry.facts if (spec := workflow.facts.get(name)) is not None)
    earlier = (day_fact(entry.facts, spec.name) for spec in specs if spec.lies in (Lies.BEFORE, Lies.WITHIN))
    return min((entry.day, *(day for day in earlier if day is not None)))


def _between(spec: FactSpec, own: date, first: date, written: date) -> tuple[date | None, date | None]:
    match spec.lies:
        case Lies.WITHIN:
            return first, own
        case Lies.BEFORE:
            return None, own
        case Lies.AFTER:
            return own, max(own, written)
        case Lies.AHEAD:
            return None, None
    return None, max(own, written)
