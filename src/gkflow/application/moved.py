"""Deadlines that an edition moves (变动的届满日), and the cases in which that is still to be entered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple


class Moved(NamedTuple):
    """
    One deadline that another calendar, or another limit, moves (变动的届满日). None: by the rules of then there was,
    by those of now there is, no such limit.
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
        """Whether it ends before the day that everybody knew, or where nobody knew of any."""
        return self.new is not None and (self.old is None or self.new < self.old)


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """A case in the queue (待重新推算的案件); no moves: only how firm its deadlines are has changed."""

    case: str
    entries: int  # how many it had when it was put there
    by: str
    at: datetime  # when the edition was adopted
    by_rules: bool  # other rules, not other days
    moves: tuple[Moved, ...]
