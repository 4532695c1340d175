"""
The course of one run (计时的经过): the state of its clock after the events so far, and the resulting last day.

``reckoning`` applies the events to a course; this module defines the course and counts its last day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.case import Finding
from gkflow.domain.clock import Clock, ClockEvent, start_of
from gkflow.domain.counting import Span, day_zero, last_day, last_day_before, last_working_day, left_out, span_of, union
from gkflow.domain.deadline import Deadline, Suspension
from gkflow.domain.fact_rules import meets
from gkflow.domain.law import Direction, LimitUnit, LimitValue, RestDayReceipt, TimeLimit
from gkflow.domain.named_days import appointed
from gkflow.domain.workflow import SuspendRule

_WORKING_DAY = LimitUnit.WORKING_DAY
_NONE: frozenset[str] = frozenset()

LimitOf = Callable[[str], TimeLimit]
Known = Mapping[tuple[str, str], Deadline]


class Frame(NamedTuple):
    """The context of computing a case's clocks (推算条件), as of a day."""

    limit_of: LimitOf
    calendar: WorkCalendar
    as_of: date
    known: Known  # the deadlines of earlier clocks
    reckon: Callable[[Clock, Frame], Deadline]  # for the term of a single letter


@dataclass(slots=True)
class Letter:
    """A letter that suspends the clock (中止的起止), open while ``ended`` is None."""

    began: date
    ended: date | None
    event: ClockEvent
    rule: SuspendRule
    lapsed: bool = False


class LeftOut(NamedTuple):
    """The excluded days, as a union, and the day on which the first open suspension began."""

    spans: list[Span]
    open_since: date | None


class Course:
    """The state of one run (计时的经过); used in one call of ``reckon`` and changed by each event."""

    __slots__ = (
        "calendar", "clock", "extended_on", "extension", "findings", "fixed", "frame", "letters", "limit", "moment",
        "noticed", "restarted", "risk", "since", "stop", "value", "voided", "waiting",
    )  # fmt: skip

    def __init__(self, clock: Clock, limit: str, value: LimitValue, frame: Frame) -> None:
        self.clock, self.limit, self.value = clock, limit, value
        self.frame, self.calendar = frame, frame.calendar
        start = clock.events[0]
        self.since = start.day
        self.letters: list[Letter] = []
        self.findings: list[Finding] = []
        self.extension = 0
        self.extended_on: date | None = None
        self.waiting: date | None = None
        self.stop: ClockEvent | None = None
        self.risk: date | None = None
        self.noticed = self.restarted = self.voided = _NONE
        self.moment: datetime | None = None
        self.fixed: date | None = None
        if self.value.unit is not _WORKING_DAY or clock.rule.until:  # else counted, as most are
            self.fix(start)

    def fix(self, start: ClockEvent) -> None:
        """The last day that a start names or that the limit fixes (指定的届满日); None if the days are counted."""
        rule = self.clock.rule
        found = appointed(rule, self.value, start, self.calendar, lambda length: self.count(length, ()))
        self.moment, self.fixed = (found.moment, found.day) if found is not None else (None, None)
        if found is not None and found.objection:
            self.find(found.objection, start, **found.facts)

    def find(self, code: str, event: ClockEvent, **facts: object) -> None:
        """Record a finding."""
        name = self.clock.rule.name
        self.findings.append(Finding(code, event.entry.seq, {"clock": name, "action": event.entry.action, **facts}))

    # -- the last day ------------------------------------------------------------------------------------------

    def zero(self) -> date:
        """Day 0."""
        value = self.value
        if value.rest_day_receipt is RestDayReceipt.COUNTED_FROM_RECEIPT:
            return self.since
        return day_zero(self.since, value.rest_day_receipt, self.calendar)

    def count(self, length: int, spans: Sequence[Span]) -> date:
        """The last day of *length*, without the days of *spans* (a union)."""
        value = self.value
        if value.direction is Direction.BEFORE:
            return last_day_before(self.since, length, value.unit, self.calendar, roll=value.roll)
        if value.unit is _WORKING_DAY:
            if not spans:
                return self.calendar.add(self.zero(), length)
            return last_working_day(self.zero(), length, spans, self.calendar)
        return last_day(
            self.zero(), length, value.unit, self.calendar, roll=value.roll, month_end=value.month_end, spans=spans
        )

    def last(
        self, at: date, extension: int | None = None, left: LeftOut | None = None
    ) -> tuple[date | None, int | None]:
        """The last day as of *at*, or None with the remaining working days if an open suspension hides it."""
        if self.waiting is not None:
            return None, None
        if self.fixed is not None:
            return self.fixed, None
        if self.value.length is None:
            return None, None
        length = self.value.length + (self.extension if extension is None else extension)
        if not self.letters:
            return self.count(length, ()), None
        spans, open_since = left or self.left_out(self.letters_on(at))
        last = self.count(length, spans)
        if open_since is None or last <= open_since:
            return last, None  # a suspension begun on or after the last day has no effect
        if self.value.unit is not _WORKING_DAY:
            return None, None
        zero = self.zero()
        counted = self.calendar.count(zero, open_since) if open_since > zero else 0
        return None, length - counted + left_out(spans, zero, open_since, self.calendar)

    def longest(self, at: date) -> date | None:
        """The last day with the longest lawful extension; a consultation still open then counts as ended on *at*."""
        frame, most = self.frame, 0
        for rule in self.clock.rule.extends:
            limit = frame.limit_of(rule.limit).in_force(self.clock.events[0].day)
            if limit is not None and limit.length and limit.unit is self.value.unit:
                most = max(most, limit.length)
        if not most:
            return None
        letters = [replace(letter, ended=letter.ended or at) for letter in self.letters_on(at)]
        return self.last(at, most, self.left_out(letters) if letters else None)[0]

    # -- suspensions -------------------------------------------------------------------------------------------

    def letters_on(self, at: date) -> list[Letter]:
        """The suspensions as of *at*, with their ends; a lapse counts from its own day on."""
        letters = []
        for letter in self.letters:
            if letter.ended is None:
                lapse = self.lapse_of(letter)
                if lapse is not None and lapse <= at:
                    letter = replace(letter, ended=max(lapse, letter.began), lapsed=True)
            letters.append(letter)
        return letters

    def left_out(self, letters: Sequence[Letter]) -> LeftOut:
        """The days that these suspensions exclude."""
        spans, open_since, reading = [], None, self.value.leaves_out
        for letter in letters:
            span = span_of(letter.began, letter.ended or letter.began, reading)
            if letter.ended is not None:
                spans.append(span)
            elif open_since is None or span[0] < open_since:
                open_since = span[0]
        return LeftOut(union(spans), open_since)

    def lapse_of(self, letter: Letter) -> date | None:
        """The day on which silence legally ends the consultation (第三十二条、第三十四条), if it does."""
        rule, entry, frame = letter.rule, letter.event.entry, self.frame
        if not rule.lapse or not meets(rule.lapse_when, entry.facts):
            return None
        other = frame.known.get((rule.lapse, str(entry.facts.get("ref", ""))))
        if other is None or other.clock.events[0].entry is entry:
            return other.last_day if other is not None else None
        # The same addressee was consulted again since: this letter's own term is computed by itself.
        for trigger in other.clock.rule.starts:
            if trigger.action == entry.action and trigger.holds(entry.facts):
                own = Clock(other.clock.rule, other.clock.ref, (start_of(trigger, entry),))
                return frame.reckon(own, frame._replace(known={})).last_day
        return None

    def suspensions(self, letters: Sequence[Letter]) -> tuple[Suspension, ...]:
        """The suspensions for display, with the day on which an open one will lapse."""
        return tuple(
            Suspension(
                letter.began,
                letter.ended,
                str(letter.event.entry.facts.get("ref", "")),
                letter.event.entry.action,
                letter.lapsed,
                self.lapse_of(letter) if letter.ended is None else None,
            )
            for letter in letters
        )
