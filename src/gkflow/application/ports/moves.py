"""Deadlines that an edition moves (变动的届满日)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from gkflow.application.moved import Moved, WaitingCase


class Group(NamedTuple):
    """Clocks that rest on the same (同类计时)."""

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
    why: str


class Moves(Protocol):
    """Moving deadlines in one transaction (届满日变动)."""

    def groups(self, last_changed: date, first_changed: date) -> list[Group]:
        """The groups of open clocks that changed days can touch, and those that are provisional."""
        ...

    def open_editions(self) -> list[tuple[str, str]]:
        """The workflows, each with the edition, under which a case is open."""
        ...

    def begin_moves(self, as_of: date, affected: Iterable[tuple[str, str]]) -> None:
        """
        Begin to note what moves, in tables that last as long as the asking. Noted at once are the open cases whose
        record has to be read: a lapse is still to come, nobody knows what a day rests on, or a clock is *affected*
        (edition of the workflow, name of the clock) by a change of its rules and has not stopped.
        """
        ...

    def put_groups(self, groups: Iterable[MovedGroup]) -> None:
        """Note the groups that move or whose firmness changes."""
        ...

    def cases_to_read(self) -> Iterator[str]:
        """The open cases whose record has to be read; what is held here is a page."""
        ...

    def put_read_moves(self, moved: Iterable[Moved]) -> None:
        """Note what moves among the cases that were read."""
        ...

    def order_moves(self) -> None:
        """Put the deadlines that move in order, once; a case that was read is listed as it was read."""
        ...

    def moving(self) -> Iterator[Moved]:
        """Every open clock that moves, those that end earlier first; what is held here is a page."""
        ...

    def queue_moves(self, at: datetime, by: str, by_rules: bool) -> tuple[int, int, int]:
        """
        Put every case that is touched into the queue (待重新推算): first those of which a deadline ends earlier, at
        last those of which nothing moves and a clock is firmer or less firm than before; how many deadlines move, how
        many of them end earlier, how many cases there are.
        """
        ...


class RecountQueue(Protocol):
    """The queue of an adoption in one transaction (待重新推算)."""

    def waiting_cases(self, limit: int) -> list[WaitingCase]:
        """The first cases of the queue, in its order."""
        ...

    def done_waiting(self, cases: Sequence[str]) -> None:
        """Take cases out of the queue."""
        ...

    def in_recount_queue(self) -> set[str]:
        """The cases whose rows are still to be drawn up by the edition in use."""
        ...
