"""Queries on the caches (查询)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from gkflow.application.ports.docket import ClockRevision, DocketLine


class MetLine(NamedTuple):
    """How many clocks of the office ended in one way in a period (期限办结统计)."""

    workflow: str
    clock: str
    status: str
    stopped_by: str
    verdict: str
    unit: str
    cases: int


class Lists(Protocol):
    """Queries in one transaction (查询)."""

    def cases_with(self, actions: Sequence[str], since: date, until: date) -> list[str]:
        """The cases with an entry of one of these actions, written for a day in [*since*, *until*] or corrected."""
        ...

    def met(self, since: date, until: date, as_of: date) -> list[MetLine]:
        """
        Count the office's duties as of *as_of*, by workflow, clock, how it ended, and unit: stopped in the period, due
        in it and not done, or waiting.
        """
        ...

    def is_unit(self, unit: str) -> bool:
        """Whether the unit of an open case has this code."""
        ...

    def is_officer(self, officer: str) -> bool:
        """Whether the officer of an open case has this name."""
        ...

    def units_on_record(self) -> list[str]:
        """The units that have, or had, a case: a register may hold some that the settings do not know."""
        ...

    def officers_on_record(self) -> list[str]:
        """The officers of all cases."""
        ...

    def cases_received(self, workflow: str, since: date, until: date) -> list[str]:
        """The cases of a workflow received in [*since*, *until*], by number, without those received by mistake."""
        ...

    def dockets(self, day: date, include_closed: bool = False) -> list[DocketLine]:
        """
        Docket lines of the cases open on *day* (with *include_closed*: received by then), and of those changed since,
        whose lines have to be rebuilt from the record.
        """
        ...

    def clocks_on(self, day: date, include_closed: bool = False) -> list[ClockRevision]:
        """Every clock as of *day*, of the cases open then or changed since."""
        ...

    def open_officers(self) -> list[tuple[str, int, str]]:
        """The officers of open cases: name, how many, the first case by number."""
        ...

    def open_units(self) -> set[str]:
        """The units of open cases."""
        ...

    def counts(self) -> dict[str, int]:
        """How many cases, open cases, entries and escalations there are."""
        ...

    def provisional(self, day: date) -> list[ClockRevision]:
        """The running clocks of open cases whose last day depends on predicted days."""
        ...

    def last_written(self) -> datetime | None:
        """The moment of the last write: an entry or a sweep."""
        ...
