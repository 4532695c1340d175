"""Deadlines that an edition moves (变动的届满日)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from gkflow.application.moved import Moved, WaitingCase


class Group(NamedTuple):
    """Clocks that depend on the same limit and dates (同类计时)."""

    unit: str
    recalculation_key: str
    since: date
    last_day: date
    provisional: int
    earliest: date | None
    latest: date | None


class MovedGroup(NamedTuple):
    """A group that moves, or whose firmness changes (变动的同类计时)."""

    unit: str
    recalculation_key: str
    since: date
    last_day: date
    new_day: date
    moved: int  # 1: to another day
    causes: str  # as ``moved.written`` writes them


class Moves(Protocol):
    """Moving deadlines in one transaction (届满日变动)."""

    def groups(self, last_changed: date, first_changed: date) -> list[Group]:
        """The groups of open clocks that changed days can affect, and those that are provisional."""
        ...

    def open_editions(self) -> list[tuple[str, str]]:
        """The workflows, each with the edition, under which a case is open."""
        ...

    def begin_moves(self, as_of: date, affected: Iterable[tuple[str, str]]) -> None:
        """
        Create the temporary tables of moves. Recorded immediately are the open cases whose record has to be read: a
        lapse is still to come, what a day depends on is unknown, or a clock that has not stopped is *affected* (edition
        of the workflow, name of the clock) by a change of its rules.
        """
        ...

    def put_groups(self, groups: Iterable[MovedGroup]) -> None:
        """Record the groups that move or whose firmness changes."""
        ...

    def cases_to_read(self) -> Iterator[str]:
        """The open cases whose record has to be read, a page at a time."""
        ...

    def put_read_moves(self, moved: Iterable[Moved]) -> None:
        """Record the moves among the cases that were read."""
        ...

    def order_moves(self) -> None:
        """Sort the deadlines that move, once; a case that was read is listed with that result."""
        ...

    def moving(self) -> Iterator[Moved]:
        """Every open clock that moves, those that end earlier first, a page at a time."""
        ...

    def queue_moves(self, at: datetime, by: str, by_rules: bool) -> tuple[int, int, int]:
        """
        Queue every affected case (待重新推算): first those with a deadline that ends earlier, last those of which only
        the firmness changes. Returns how many deadlines move, how many of them end earlier, and how many cases there
        are.
        """
        ...


class RecountQueue(Protocol):
    """The queue of an adoption in one transaction (待重新推算)."""

    def waiting_cases(self, limit: int) -> list[WaitingCase]:
        """The first cases of the queue, in its order."""
        ...

    def done_waiting(self, cases: Sequence[str]) -> None:
        """Remove cases from the queue."""
        ...

    def in_recount_queue(self) -> set[str]:
        """The cases whose rows still have to be recomputed by the edition in use."""
        ...
