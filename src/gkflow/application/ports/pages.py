"""Pages of the list of cases (台账分页): filter, order, place and counts, searched by the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple, Protocol

from gkflow.application.ports.docket import ClockRevision

Order = Literal["last_day", "received", "number"]
ORDERS: tuple[Order, ...] = ("last_day", "received", "number")
CountBy = Literal["status", "light", "unit", "officer", "workflow", "state"]
COUNTS_BY: tuple[CountBy, ...] = ("status", "light", "unit", "officer", "workflow", "state")
Place = tuple[date, date, str]
"""The place of a row in every order: last day, day of receipt, number."""


class Bounds(NamedTuple):
    """
    The days that divide running clocks into lists and lights (分界日), for the units of one calendar: each is the first
    day that is no longer in the list. ``units`` is empty for all units without a calendar of their own.
    """

    units: tuple[str, ...]
    within: date  # of the query's due_within
    soon: date
    lights: tuple[date, ...]


class CaseFilter(NamedTuple):
    """Which cases of which day (筛选条件)."""

    day: date
    bounds: tuple[Bounds, ...]  # the office's calendar first
    include_closed: bool = False
    overdue: bool = False
    due_within: bool = False
    attention: bool = False
    workflow: str = ""
    unit: str = ""
    officer: str = ""
    states: tuple[str, ...] = ()  # "workflow/state"
    colours: tuple[str, ...] = ()  # of the lights of ``bounds``
    ran_out: tuple[str, ...] = ()  # cases with a duty in hours, which are over by now
    recorded_as: tuple[str, ...] = ()  # other texts under which the officer may be on record


class PageRow(NamedTuple):
    """What a page shows of a docket revision (台账分页行), and sorts by."""

    case: str
    from_day: date
    workflow: str
    title: str
    state: str
    unit: str
    officer: str
    received: date
    ended: date
    last_day: date


class Pages(Protocol):
    """Pages of the list of cases in one transaction (台账分页)."""

    def undrawn(self) -> bool:
        """Whether a docket line is still without its revisions, from before schema 0007."""
        ...

    def search(
        self, chosen: CaseFilter, order: Order = "last_day", after: Place | None = None, limit: int | None = None
    ) -> list[PageRow]:
        """The cases of a filter in that order, from after a place on."""
        ...

    def clocks(self, cases: Sequence[str], day: date) -> dict[str, list[ClockRevision]]:
        """The clocks of these cases as of *day*."""
        ...

    def count(self, chosen: CaseFilter, by: CountBy | None = None) -> Mapping[str, int]:
        """How many cases a filter has, by one of their properties; without *by* under ""."""
        ...
