"""
Computing a deadline (推算): apply a clock's events in order, with its limit and the calendar.

Nothing is stored that could not be computed again.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.case import Finding
from gkflow.domain.clock import Clock, ClockEvent, Verb, cut
from gkflow.domain.counting import signed_working_days
from gkflow.domain.course import Course, Frame, Known, Letter, LimitOf
from gkflow.domain.deadline import Basis, Deadline, NoLimit, Running, Status, Stopped, Suspended, Verdict, Waiting
from gkflow.domain.edition import Adopted, Adoption
from gkflow.domain.fact_rules import meets
from gkflow.domain.law import LimitUnit
from gkflow.domain.named_days import moment_of
from gkflow.domain.verdicts import how_firm, verdict_of, verdict_of_running
from gkflow.domain.workflow import BarRule, ClockKind, ExtendRule, Obligor, RestartRule, SuspendRule, Trigger, WaitRule

_STOP, _SUSPEND, _VOID = Verb.STOP, Verb.SUSPEND, Verb.VOID
_SUSPENDED = Status.SUSPENDED


class InUse(NamedTuple):
    """
    The editions for a case if the office has adopted several calendars or rules (采用的版本); *known_since* is when the
    case was first recorded, *ended* the day on which it ended.
    """

    adopted: Adopted
    known_since: datetime
    ended: date | None = None


def reckon_all(
    clocks: tuple[Clock, ...], limit_of: LimitOf, calendar: WorkCalendar, as_of: date, before: Known | None = None,
    in_use: InUse | None = None,
) -> dict[tuple[str, str], Deadline]:  # fmt: skip
    """
    Compute the deadline of every clock of a case, by (name, ref).

    In the order of the workflow, so that a clock whose lapse ends another's suspension is known before it. A clock
    without events since *before* (the result for an earlier day of the same record) is taken from there, with its day;
    but not a suspended one, for which the law itself may have set an end.

    With *in_use* each clock has its own edition: a stopped one that of its stop, a running one that of the day.
    """
    known: dict[tuple[str, str], Deadline] = {}
    frame = Frame(limit_of, calendar, as_of, known, reckon)
    for clock in clocks:
        if clock.events[-1].entry.day > as_of:
            earlier = cut(clock, as_of)
            if earlier is None:
                continue
            clock = earlier
        key = (clock.rule.name, clock.ref)
        old = before.get(key) if before is not None else None
        if (
            old is not None
            and old.status is not _SUSPENDED
            and len(old.clock.events) == len(clock.events)
            and old.clock.events[0].entry is clock.events[0].entry
        ):
            known[key] = old
        elif in_use is None:
            known[key] = reckon(clock, frame)
        else:
            by = _in_use_for(clock, in_use, as_of)
            known[key] = reckon(clock, Frame(by.limit or limit_of, by.calendar, as_of, known, reckon))
    return known


def _in_use_for(clock: Clock, in_use: InUse, as_of: date) -> Adoption:
    end, (adopted, known_since, ended) = clock.events[-1], in_use
    if end.verb is _STOP:
        return adopted.when_written(end.entry.written_at)
    if ended is not None and as_of >= ended:
        return adopted.after_end(ended, clock.events[0].entry.written_at, known_since)
    return adopted.running(as_of, known_since)


def reckon(clock: Clock, frame: Frame) -> Deadline:
    """
    Compute the deadline of one clock.

    The limit in force is the one on the day on which the clock first started. Raises NotFound for a limit that no file
    has.
    """
    start = clock.events[0]
    name = start.rule.limit if isinstance(start.rule, Trigger) and start.rule.limit else clock.rule.limit
    value = frame.limit_of(name).in_force(start.day)
    if value is None:
        finding = Finding("no_limit_in_force", start.entry.seq, {"clock": clock.rule.name, "limit": name})
        return NoLimit(clock, frame.as_of, name, start.day, frame.calendar.edition, (finding,))
    course = Course(clock, name, value, frame)
    _go_through(course, clock.events[1:])
    return _conclude(course)


def _go_through(course: Course, events: tuple[ClockEvent, ...]) -> None:
    """The effect of each event on the course, by the rule under which it happened."""
    for event in events:
        if event.verb is _VOID:
            _void(course, event)
            continue
        match event.rule:
            case SuspendRule() as rule:
                if event.verb is _SUSPEND:
                    course.letters.append(Letter(event.day, None, event, rule))
                else:
                    _resume(course, event, rule)
            case Trigger():
                course.stop = event  # a clock starts once: an event after its start is its stop
            case ExtendRule() as rule:
                _extend(course, event, rule)
            case WaitRule() as rule:
                _wait(course, event, rule)
            case RestartRule() as rule:
                _restart(course, event, rule)
            case BarRule():
                _bar(course, event)


# -- events ------------------------------------------------------------------------------------------------------


def _resume(course: Course, event: ClockEvent, rule: SuspendRule) -> None:
    ref = str(event.entry.facts.get("ref", ""))
    of_rule = [letter for letter in course.letters if letter.ended is None and letter.rule is rule]
    mine = [letter for letter in of_rule if str(letter.event.entry.facts.get("ref", "")) == ref]
    if not ref:
        # A register may leave the ref out: if only one consultation is open, the answer is to that one.
        mine = mine[:1] or (of_rule if len(of_rule) == 1 else [])
    if not mine:
        if event.entry.action not in course.voided:
            course.find("no_open_consultation", event, ref=ref)
        return
    # 逾期未提出意见: recorded silence is not an answer; the consultation ended with its term.
    silent = bool(rule.silence) and meets(rule.silence, event.entry.facts)
    for letter in mine:
        # A consultation ends with its answer, even a late one; after a repeated request the latest letter is answered.
        lapse = course.lapse_of(letter) if silent or letter is not mine[-1] else None
        ended = event.day if lapse is None else min(event.day, lapse)
        letter.ended = max(ended, letter.began)


def _void(course: Course, event: ClockEvent) -> None:
    """A rule that the law of that day did not have has no effect, and a finding says so: 不溯及既往."""
    rule = event.rule
    held = rule.trigger.held if isinstance(rule, SuspendRule | WaitRule) else rule.held
    if isinstance(rule, SuspendRule):
        course.voided |= {rule.until}  # its answer still answers something
    elif isinstance(rule, WaitRule):
        course.noticed |= {rule.trigger.action}
    course.find("effect_not_held", event, since=held.since if held else None, until=held.until if held else None)


def _wait(course: Course, event: ClockEvent, rule: WaitRule) -> None:
    action = rule.trigger.action
    second = action in course.noticed
    course.noticed |= {action}
    if rule.once and second:
        course.find("second_notice", event)
        return
    if rule.within:
        power = course.frame.known.get((rule.within, ""))
        timely = power is None or power.last_day is None or event.day <= power.last_day
    else:
        last = course.last(event.day)[0]
        timely = last is None or event.day < last or (rule.by_last_day and event.day == last)
    if timely:
        course.waiting = event.day
    else:
        course.find("notice_late", event)


def _restart(course: Course, event: ClockEvent, rule: RestartRule) -> None:
    if rule.after and rule.after not in course.noticed:
        course.find("restart_without_notice", event)
        return
    if rule.once and rule.action in course.restarted:
        course.find("second_restart", event)
        return
    course.restarted |= {rule.action}
    last = course.last(event.day)[0] if course.waiting is None else None
    if rule.after:
        course.risk = course.risk or last
    elif last is not None and event.day > last and course.clock.rule.kind is ClockKind.DUTY:
        # A recurring task begins again; a late round stays on record as late.
        course.find("late_before_restart", event, last=last, day=event.day)
    course.since, course.waiting = event.day, None
    if course.value.unit is not LimitUnit.WORKING_DAY or course.clock.rule.until:
        course.fix(event)
    course.extension, course.extended_on = 0, None


def _extend(course: Course, event: ClockEvent, rule: ExtendRule) -> None:
    frame, value = course.frame, course.value
    limit = frame.limit_of(rule.limit).in_force(course.clock.events[0].day)
    most = limit.length if limit is not None and limit.length is not None else 0
    facts = event.entry.facts
    days = _whole(facts.get("days"))
    cite = limit.citation if limit is not None else rule.limit
    if limit is not None and limit.unit is not value.unit:
        course.find("unit_mix", event, extension=limit.unit, unit=value.unit, cite=cite)
        return
    if rule.approval and not facts.get(rule.approval):
        course.find("extension_unapproved", event, cite=cite)
    if course.extended_on is not None:
        course.find("extension_second", event, first=course.extended_on, cite=cite)
    if course.waiting:
        course.find("extension_no_clock", event, clock=course.clock.rule.name, status="waiting", cite=cite)
    elif course.fixed is not None or (value.length is not None and event.day > course.count(value.length, ())):
        # After the last day without any suspension; suspensions only move it later.
        base, _ = course.last(event.day)
        if base is not None and event.day > base:
            course.find("extension_late", event, day=event.day, last=base, cite=cite)
    if course.extension + days > most or days < 1:
        # The extension has the unit of its limit: a sum in two units was excluded above.
        course.find("extension_too_long", event, days=days, most=most, counted_in=str(value.unit), cite=cite)
    course.extension = min(course.extension + max(days, 0), most)
    course.extended_on = course.extended_on or event.day


def _bar(course: Course, event: ClockEvent) -> None:
    last = course.last(event.day)[0]
    if last is None or event.day <= last:
        course.find("too_early", event, last=last, day=event.day, cite=course.value.citation)


# -- results -----------------------------------------------------------------------------------------------------


def _conclude(course: Course) -> Deadline:
    as_of, stop = course.frame.as_of, course.stop
    # A register may name a stop after its entry's own day: what is measured, is measured at the stop, like the verdict.
    at = stop.day if stop is not None else as_of
    left = None
    if course.letters:
        course.letters = course.letters_on(at)
        left = course.left_out(course.letters)
    last, remaining = course.last(at, None, left)
    # Without an extension the last day is its own base.
    base = course.last(at, 0, left)[0] if course.extension else last
    if stop is not None:
        return _stopped(course, stop, at, last, base, remaining)
    if course.waiting is not None:
        return _waiting(course, course.waiting)
    calendar = course.calendar
    if last is None:
        earliest = calendar.add(as_of, remaining) if remaining is not None else None
        return Suspended(_basis(course), base, remaining, earliest)
    left_days = signed_working_days(at, last, calendar)
    provisional, earliest, latest = how_firm(course.value, course.fixed is not None, course.since, last, calendar)
    verdict = verdict_of_running(course.clock.rule.kind, last, as_of)
    return Running(_basis(course), last, base, left_days, provisional, earliest, latest, verdict)


def _waiting(course: Course, since: date) -> Waiting:
    value, as_of = course.value, course.frame.as_of
    if value.unit is not LimitUnit.WORKING_DAY or value.length is None:
        return Waiting(_basis(course), since, None, None)
    return Waiting(_basis(course), since, value.length, course.calendar.add(as_of, value.length))


def _stopped(
    course: Course, stop: ClockEvent, at: date, last: date | None, base: date | None, remaining: int | None
) -> Stopped:
    calendar, rule = course.calendar, course.clock.rule
    days, firm = None, None
    if last is not None:
        days = signed_working_days(at, last, calendar)
        firm = how_firm(course.value, course.fixed is not None, course.since, last, calendar)
    verdict = _verdict_of_stop(course, stop, at, last)
    if verdict is not Verdict.ON_TIME and stop.entry.action == rule.stops[0].action:
        _find_late(course, stop, verdict, last, days)
    provisional, earliest, latest = firm or (False, None, None)
    return Stopped(
        _basis(course), stop.day, verdict, last, base, days, provisional, earliest, latest, remaining,
        course.waiting,
    )  # fmt: skip


def _verdict_of_stop(course: Course, stop: ClockEvent, at: date, last: date | None) -> Verdict:
    rule = course.clock.rule
    longest = None
    if last is not None and stop.day > last and course.extended_on is None and rule.extends:
        longest = course.longest(at)  # only for a late act does a possible extension matter
    moment = moment_of(stop) if course.moment is not None else None
    return verdict_of(rule.kind, stop.day, last, longest, moment=moment, end=course.moment)


def _find_late(course: Course, stop: ClockEvent, verdict: Verdict, last: date | None, days: int | None) -> None:
    """A late act is a finding immediately, with its last day: a power as lapsed, a duty with its verdict."""
    rule = course.clock.rule
    if rule.kind is ClockKind.POWER:
        course.find("power_lapsed", stop, last=last, day=stop.day)
    elif rule.kind is ClockKind.DUTY and rule.obligor is Obligor.OFFICE and last is not None:
        code = "act_late" if verdict is Verdict.LATE else "act_late_unless_extended"
        course.find(code, stop, last=last, day=stop.day, days=-(days or 0), cite=course.value.citation)


def _basis(course: Course) -> Basis:
    frame, letters = course.frame, course.letters
    return Basis(
        course.clock, frame.as_of, course.limit, course.value, course.since, course.calendar.edition, course.extension,
        course.risk, course.fixed is not None, course.moment, course.suspensions(letters) if letters else (),
        tuple(course.findings) if course.findings else (),
    )  # fmt: skip


def _whole(value: object) -> int:
    if type(value) is int:
        return value
    try:
        return int(str(value))
    except (TypeError, ValueError):
        return 0
