"""Deadlines that an edition moves (变动的届满日), and the cases that still wait for their entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple


class Moved(NamedTuple):
    """
    One deadline that another calendar or another limit moves (变动的届满日). None: there was, or is, no such limit by
    the earlier or present rules.
    """

    case: str
    workflow: str
    clock: str
    ref: str
    title: str
    unit: str
    officer: str
    old: date | None
    new: date | None
    why: str

    @property
    def earlier(self) -> bool:
        """Whether it ends before the day known so far, or where no day was known."""
        return self.new is not None and (self.old is None or self.new < self.old)


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """A case in the queue (待重新推算的案件); no moves: only the firmness of its deadlines has changed."""

    case: str
    entries: int  # how many it had when it was queued
    by: str
    at: datetime  # when the edition was adopted
    by_rules: bool  # changed rules, not changed days
    moves: tuple[Moved, ...]
