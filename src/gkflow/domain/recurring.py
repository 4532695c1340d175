"""Recurring tasks (周期职责): their due days, and when their cases are to be opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from dateutil.rrule import rrule, rrulestr

from gkflow.domain.fact_rules import Condition


@dataclass(frozen=True, slots=True)
class Counting:
    """The measure of a task (计数): so many entries of one action in the year in which it is due."""

    workflow: str
    actions: tuple[str, ...]
    when: tuple[Condition, ...]
    at_least: int


@dataclass(frozen=True, slots=True)
class RecurringTask:
    """
    A task that recurs every year or month (周期职责).

    ``rule`` is an RFC 5545 recurrence (dateutil.rrule) of the due days from ``since`` on; each case is opened ``ahead``
    calendar days before it is due. ``title`` is filled with year, last_year and month of the due day; ``given`` are
    facts of the opening entry.
    """

    name: str
    label: str
    workflow: str
    rule: str
    since: date
    ahead: int
    title: str
    given: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    cite: str = ""
    counts: Counting | None = None

    def due_days(self, after: date, through: date) -> Iterator[date]:
        """The days in (*after*, *through*] on which it is due."""
        start = max(after + timedelta(days=1), self.since)
        if start <= through:
            found = self._rule().between(_at(start), _at(through), inc=True)
            yield from (moment.date() for moment in found)

    def to_open(self, after: date, through: date) -> Iterator[date]:
        """The due days whose case is to be opened on a day in (*after*, *through*]."""
        ahead = timedelta(days=self.ahead)
        yield from self.due_days(after + ahead, through + ahead)

    def title_of(self, due: date) -> str:
        """The title of the case for one due day (标题)."""
        return self.title.format(year=due.year, last_year=due.year - 1, month=due.month)

    def period_of(self, due: date) -> str:
        """The key of a round (期次): the due day itself."""
        return due.isoformat()

    def _rule(self) -> rrule:
        read = rrulestr(self.rule, dtstart=_at(self.since))
        assert isinstance(read, rrule)
        return read


def _at(day: date) -> datetime:
    return datetime.combine(day, time())
