"""
Reckoning a deadline (推算): a clock's events gone through in order, against its limit and the calendar.

Nothing is stored that could not be reckoned again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.case import Finding
from gkflow.domain.clock import Clock, ClockEvent, Verb, cut, start_of
from gkflow.domain.counting import (
    Span,
    day_zero,
    last_day,
    last_working_day,
    left_out,
    signed_working_days,
    span_of,
    union,
)
from gkflow.domain.deadline import Deadline, Status, Suspension, Verdict
from gkflow.domain.edition import Adopted, Adoption
from gkflow.domain.law import LimitUnit, LimitValue, RestDayReceipt, TimeLimit
from gkflow.domain.named_days import appointed, moment_of
from gkflow.domain.verdicts import how_firm, verdict_of
from gkflow.domain.workflow import ClockKind, Duty, ExtendRule, RestartRule, SuspendRule, Trigger, WaitRule, meets

_START, _STOP, _SUSPEND, _RESUME, _WAIT, _RESTART, _BAR, _VOID = (
    Verb.START, Verb.STOP, Verb.SUSPEND, Verb.RESUME, Verb.WAIT, Verb.RESTART, Verb.BAR, Verb.VOID,
)  # fmt: skip
_WORKING_DAY, _SUSPENDED = LimitUnit.WORKING_DAY, Status.SUSPENDED

LimitOf = Callable[[str], TimeLimit]
Known = Mapping[tuple[str, str], Deadline]


def reckon_all(
    clocks: tuple[Clock, ...], limit_of: LimitOf, calendar: WorkCalendar, as_of: date, before: Known | None = None,
    adopted: Adopted | None = None, known_since: datetime | None = None, ended: date | None = None,
) -> dict[tuple[str, str], Deadline]:  # fmt: skip
    """
    Reckon every clock of a case, by (name, ref).

    In the order of the workflow, so that a clock whose lapse ends another's suspension is known before it. A clock
    to which nothing has happened since it was reckoned in *before* (an earlier day of the same record) is taken
    over as it was, with the day of then; not so a suspended one, for which the law itself may have set an end.

    Where the office has *adopted* more than one calendar, or other rules, each clock is reckoned with its own: a
    stopped one with those of its stop, a running one with those of the day; *known_since* is when the case was first
    written down, *ended* the day on which it ended.
    """
    known: dict[tuple[str, str], Deadline] = {}
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
        elif adopted is None or known_since is None:
            known[key] = reckon(clock, limit_of, calendar, as_of, known)
        else:
            by = _in_use_for(clock, adopted, as_of, known_since, ended)
            known[key] = reckon(clock, by.limit or limit_of, by.calendar, as_of, known)
    return known


def _in_use_for(clock: Clock, adopted: Adopted, as_of: date, known_since: datetime, ended: date | None) -> Adoption:
    end = clock.events[-1]
    if end.verb is _STOP:
        return adopted.when_written(end.entry.written_at)
    if ended is not None and as_of >= ended:
        return adopted.after_end(ended, clock.events[0].entry.written_at, known_since)
    return adopted.running(as_of, known_since)


def reckon(clock: Clock, limit_of: LimitOf, calendar: WorkCalendar, as_of: date, known: Known) -> Deadline:
    """
    Reckon the deadline of one clock as of a day.

    The limit in force is the one on the day on which the clock first started. Raises NotFound for a limit that no
    file holds.
    """
    start = clock.events[0]
    name = start.rule.limit if isinstance(start.rule, Trigger) and start.rule.limit else clock.rule.limit
    value = limit_of(name).in_force(start.day)
    if value is None:
        finding = Finding("no_limit_in_force", start.entry.seq, {"clock": clock.rule.name, "limit": name})
        return Deadline(clock, as_of, name, None, start.day, Status.NO_LIMIT, Verdict.RUNNING, findings=(finding,),
            calendar=calendar.edition,
        )  # fmt: skip
    return _Reckoning(clock, name, value, limit_of, calendar, as_of, known).result()


# (began, ended, event, whether it lapsed) of each suspension
_Ends = list[tuple[date, date | None, ClockEvent, bool]]
_Left = tuple[list[Span], date | None]
_NONE: frozenset[str] = frozenset()


class _Reckoning:
    """Going through the events of one clock; lives for one call of ``reckon``."""

    __slots__ = (
        "as_of", "calendar", "clock", "extended_on", "extension", "findings", "fixed", "known", "limit", "limit_of",
        "moment", "most", "noticed", "restarted", "risk", "since", "stop", "suspensions", "value", "voided", "waiting",
    )  # fmt: skip

    def __init__(
        self,
        clock: Clock,
        limit: str,
        value: LimitValue,
        limit_of: LimitOf,
        calendar: WorkCalendar,
        as_of: date,
        known: Known,
    ) -> None:
        self.clock, self.limit, self.value, self.limit_of = clock, limit, value, limit_of
        self.calendar, self.as_of, self.known = calendar, as_of, known
        self.since = clock.events[0].day
        self.suspensions: list[tuple[date, date | None, ClockEvent]] = []
        self.findings: list[Finding] = []
        self.extension, self.extended_on, self.most = 0, None, 0
        self.waiting: date | None = None
        self.stop: ClockEvent | None = None
        self.risk: date | None = None
        self.noticed = self.restarted = self.voided = _NONE
        self.moment: datetime | None = None
        self.fixed = self._fixed_day(clock.events[0])

    extended_on: date | None

    def result(self) -> Deadline:
        for event in self.clock.events[1:]:
            verb = event.verb
            if verb is _STOP:
                self.stop = event
            elif verb is _SUSPEND:
                self.suspensions.append((event.day, None, event))
            elif verb is _RESUME:
                self._resume(event)
            elif verb is _WAIT:
                self._wait(event)
            elif verb is _RESTART:
                self._restart(event)
            elif verb is _BAR:
                self._bar(event)
            elif verb is _VOID:
                self._void(event)
            else:
                self._extend(event)
        return self._conclude()

    # -- what happened -------------------------------------------------------------------------------------------

    def _resume(self, event: ClockEvent) -> None:
        rule = event.rule
        ref = str(event.entry.facts.get("ref", ""))
        of_rule, mine = [], []
        for i, (_, ended, asked) in enumerate(self.suspensions):
            if ended is None and asked.rule is rule:
                of_rule.append(i)
                if str(asked.entry.facts.get("ref", "")) == ref:
                    mine.append(i)
        if not ref:
            # A register may leave the ref out: with one consultation open there is no doubt which is answered.
            mine = mine[:1] or (of_rule if len(of_rule) == 1 else [])
        if not mine:
            if event.entry.action not in self.voided:
                self._find("no_open_consultation", event, ref=ref)
            return
        assert isinstance(rule, SuspendRule)
        # 逾期未提出意见: silence put on record is no answer; the consultation ended with its term.
        silent = bool(rule.silence) and meets(rule.silence, event.entry.facts)
        for i in mine:
            began, _, asked = self.suspensions[i]
            # A consultation ends with its answer, even a late one; asked anew, the latest letter is answered.
            lapse = self._lapse_of(asked) if silent or i != mine[-1] else None
            ended = event.day if lapse is None else min(event.day, lapse)
            self.suspensions[i] = (began, max(ended, began), asked)

    def _void(self, event: ClockEvent) -> None:
        """What the law of that day did not know moves nothing, and a finding says so: 不溯及既往."""
        rule = event.rule
        held = rule.trigger.held if isinstance(rule, SuspendRule | WaitRule) else rule.held
        if isinstance(rule, SuspendRule):
            self.voided |= {rule.until}  # its answer answers something all the same
        elif isinstance(rule, WaitRule):
            self.noticed |= {rule.trigger.action}
        self._find("effect_not_held", event, since=held.since if held else None, until=held.until if held else None)

    def _wait(self, event: ClockEvent) -> None:
        rule = event.rule
        assert isinstance(rule, WaitRule)
        action = rule.trigger.action
        second = action in self.noticed
        self.noticed |= {action}
        if rule.once and second:
            self._find("second_notice", event)
            return
        if rule.within:
            power = self.known.get((rule.within, ""))
            timely = power is None or power.last_day is None or event.day <= power.last_day
        else:
            last = self._last(event.day)[0]
            timely = last is None or event.day < last or (rule.by_last_day and event.day == last)
        if timely:
            self.waiting = event.day
        else:
            self._find("notice_late", event)

    def _restart(self, event: ClockEvent) -> None:
        rule = event.rule
        assert isinstance(rule, RestartRule)
        if rule.after and rule.after not in self.noticed:
            self._find("restart_without_notice", event)
            return
        if rule.once and rule.action in self.restarted:
            self._find("second_restart", event)
            return
        self.restarted |= {rule.action}
        last = self._last(event.day)[0] if self.waiting is None else None
        if rule.after:
            self.risk = self.risk or last
        elif last is not None and event.day > last and self.clock.rule.kind is ClockKind.DUTY:
            # What comes round again begins anew; that this round was late stays told.
            self._find("late_before_restart", event, last=last, day=event.day)
        self.since, self.waiting = event.day, None
        self.fixed = self._fixed_day(event)
        self.extension, self.extended_on = 0, None

    def _extend(self, event: ClockEvent) -> None:
        rule = event.rule
        assert isinstance(rule, ExtendRule)
        limit = self.limit_of(rule.limit).in_force(self.clock.events[0].day)
        most = limit.length if limit is not None and limit.length is not None else 0
        facts = event.entry.facts
        days = _whole(facts.get("days"))
        cite = limit.citation if limit is not None else rule.limit
        if limit is not None and limit.unit is not self.value.unit:
            self._find("unit_mix", event, extension=limit.unit, unit=self.value.unit, cite=cite)
            return
        if rule.approval and not facts.get(rule.approval):
            self._find("extension_unapproved", event, cite=cite)
        if self.extended_on is not None:
            self._find("extension_second", event, first=self.extended_on, cite=cite)
        if self.waiting:
            self._find("extension_no_clock", event, clock=self.clock.rule.name, status="waiting", cite=cite)
        elif self.fixed is not None or (
            self.value.length is not None and event.day > self._count(self.value.length, ())
        ):
            # Past the last day without any suspension; suspensions only move it later.
            base, _ = self._last(event.day)
            if base is not None and event.day > base:
                self._find("extension_late", event, day=event.day, last=base, cite=cite)
        if self.extension + days > most or days < 1:
            # The extension counts what its limit counts: a sum in two units was left aside above.
            self._find("extension_too_long", event, days=days, most=most, counted_in=str(self.value.unit), cite=cite)
        self.extension = min(self.extension + max(days, 0), most)
        self.extended_on = self.extended_on or event.day

    def _bar(self, event: ClockEvent) -> None:
        last = self._last(event.day)[0]
        if last is None or event.day <= last:
            self._find("too_early", event, last=last, day=event.day, cite=self.value.citation)

    def _tell_late(self, deadline: Deadline, stop: ClockEvent, last: date | None) -> None:
        """What came late is a finding at once, with its last day: a power as lapsed, a duty with its verdict."""
        rule = self.clock.rule
        if rule.kind is ClockKind.POWER:
            self._find("power_lapsed", stop, last=last, day=stop.day)
        elif rule.kind is ClockKind.DUTY and rule.duty is Duty.OFFICE and last is not None:
            code = "act_late" if deadline.verdict is Verdict.LATE else "act_late_unless_extended"
            days = -(deadline.days_left or 0)
            self._find(code, stop, last=last, day=stop.day, days=days, cite=self.value.citation)

    def _find(self, code: str, event: ClockEvent, **facts: object) -> None:
        self.findings.append(
            Finding(code, event.entry.seq, {"clock": self.clock.rule.name, "action": event.entry.action, **facts})
        )

    # -- what follows --------------------------------------------------------------------------------------------

    def _fixed_day(self, event: ClockEvent) -> date | None:
        if self.value.unit is _WORKING_DAY and not self.clock.rule.until:
            self.moment = None
            return None  # counted, as most are
        found = appointed(self.clock.rule, self.value, event, self.calendar, lambda length: self._count(length, ()))
        self.moment = found.moment if found is not None else None
        if found is None:
            return None
        if found.objection:
            self._find(found.objection, event, **found.facts)
        return found.day

    def _ends(self, at: date) -> _Ends:
        """The suspensions as they stand on *at*: with their ends, a lapse counting from its own day on."""
        ends = []
        for began, ended, event in self.suspensions:
            lapsed = False
            if ended is None:
                lapse = self._lapse_of(event)
                if lapse is not None and lapse <= at:
                    ended, lapsed = max(lapse, began), True
            ends.append((began, ended, event, lapsed))
        return ends

    def _lapse_of(self, event: ClockEvent) -> date | None:
        """The day on which the law says that silence ends the consultation (第三十二条、第三十四条), if it does."""
        rule = event.rule
        assert isinstance(rule, SuspendRule)
        if not rule.lapse or not meets(rule.lapse_when, event.entry.facts):
            return None
        other = self.known.get((rule.lapse, str(event.entry.facts.get("ref", ""))))
        if other is None or other.clock.events[0].entry is event.entry:
            return other.last_day if other is not None else None
        # The same addressee was asked again since: this letter's own term is reckoned by itself.
        for trigger in other.clock.rule.starts:
            if trigger.action == event.entry.action and trigger.holds(event.entry.facts):
                own = Clock(other.clock.rule, other.clock.ref, (start_of(trigger, event.entry),))
                return reckon(own, self.limit_of, self.calendar, self.as_of, {}).last_day
        return None

    def _zero(self) -> date:
        value = self.value
        if value.rest_day_receipt is RestDayReceipt.COUNTED_FROM_RECEIPT:
            return self.since
        return day_zero(self.since, value.rest_day_receipt, self.calendar)

    def _count(self, length: int, spans: Sequence[Span]) -> date:
        """The last day of *length*, the days of *spans* (a union) left out."""
        value = self.value
        if value.unit is _WORKING_DAY:
            if not spans:
                return self.calendar.add(self._zero(), length)
            return last_working_day(self._zero(), length, spans, self.calendar)
        return last_day(
            self._zero(), length, value.unit, self.calendar, roll=value.roll, month_end=value.month_end, spans=spans
        )

    def _last(
        self, at: date, extension: int | None = None, left: _Left | None = None
    ) -> tuple[date | None, int | None]:
        """The last day as of *at*, or None with the working days that remain where an open suspension hides it."""
        if self.waiting is not None:
            return None, None
        if self.fixed is not None:
            return self.fixed, None
        if self.value.length is None:
            return None, None
        length = self.value.length + (self.extension if extension is None else extension)
        if not self.suspensions:
            return self._count(length, ()), None
        merged, began = left or self._left(self._ends(at))
        last = self._count(length, merged)
        if began is None or last <= began:
            return last, None  # a suspension begun on or after the last day moves nothing
        if self.value.unit is not _WORKING_DAY:
            return None, None
        zero = self._zero()
        counted = self.calendar.count(zero, began) if began > zero else 0
        return None, length - counted + left_out(merged, zero, began, self.calendar)

    def _left(self, ends: _Ends) -> _Left:
        """The days left out, as a union, and the day on which the first suspension that is still open began."""
        spans, opened, reading = [], None, self.value.leaves_out
        for began, ended, _, _ in ends:
            span = span_of(began, ended or began, reading)
            if ended is not None:
                spans.append(span)
            elif opened is None or span[0] < opened:
                opened = span[0]
        return union(spans), opened

    def _longest(self, at: date) -> date | None:
        """
        The last day with the longest lawful extension; a consultation still open then counts as ended on *at*.
        """
        most = 0
        for rule in self.clock.rule.extends:
            limit = self.limit_of(rule.limit).in_force(self.clock.events[0].day)
            if limit is not None and limit.length and limit.unit is self.value.unit:
                most = max(most, limit.length)
        if not most:
            return None
        ends: _Ends = [(began, ended or at, event, lapsed) for began, ended, event, lapsed in self._ends(at)]
        return self._last(at, most, self._left(ends) if ends else None)[0]

    def _conclude(self) -> Deadline:
        at = self.stop.day if self.stop is not None and self.stop.day < self.as_of else self.as_of
        ends = self._ends(at) if self.suspensions else []
        left = self._left(ends) if ends else None
        last, remaining = self._last(at, None, left)
        if not self.clock.rule.extends:
            base, longest = last, None
        else:
            base = self._last(at, 0, left)[0] if self.extension else last
            # Only a late act asks whether an extension could have saved it.
            late = self.stop is not None and last is not None and self.stop.day > last
            longest = self._longest(at) if late else None
        calendar, rule = self.calendar, self.clock.rule
        deadline = Deadline(
            self.clock, self.as_of, self.limit, self.value, self.since, Status.RUNNING, Verdict.RUNNING,
            last, base, longest, self.extension, remaining, risk=self.risk, waiting_since=self.waiting,
            last_moment=self.moment, named=self.fixed is not None, calendar=self.calendar.edition,
        )  # fmt: skip
        if self.suspensions:
            deadline.suspensions = tuple(
                Suspension(
                    began,
                    ended,
                    str(event.entry.facts.get("ref", "")),
                    event.entry.action,
                    lapsed,
                    self._lapse_of(event) if ended is None else None,
                )
                for began, ended, event, lapsed in ends
            )
        if last is not None:
            deadline.days_left = signed_working_days(at, last, calendar)
            deadline.provisional, deadline.earliest, deadline.latest = how_firm(deadline, last, calendar)
        if self.stop is not None:
            deadline.status, deadline.stopped = Status.STOPPED, self.stop.day
            at_moment = moment_of(self.stop) if self.moment is not None else None
            deadline.verdict = verdict_of(deadline, self.stop.day, at_moment, extended=self.extended_on is not None)
            if deadline.verdict is not Verdict.ON_TIME and self.stop.entry.action == rule.stops[0].action:
                self._tell_late(deadline, self.stop, last)
        elif self.waiting is not None:
            deadline.status, deadline.verdict = Status.WAITING, Verdict.SUSPENDED
            if self.value.unit is LimitUnit.WORKING_DAY and self.value.length is not None:
                deadline.remaining = self.value.length
                deadline.earliest = calendar.add(self.as_of, self.value.length)
        elif last is None:
            deadline.status, deadline.verdict = Status.SUSPENDED, Verdict.SUSPENDED
            if remaining is not None:
                deadline.earliest = calendar.add(self.as_of, remaining)
        elif self.as_of > last and rule.kind is ClockKind.DUTY:
            deadline.verdict = Verdict.OVERDUE
        if self.findings:
            deadline.findings = tuple(self.findings)
        return deadline


def _whole(value: object) -> int:
    if type(value) is int:
        return value
    try:
        return int(str(value))
    except (TypeError, ValueError):
        return 0
