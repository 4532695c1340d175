"""Deadlines that an edition moves (变动的届满日), and the cases that still wait for their entry."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from gkflow.domain.as_dict import Data, dict_of
from gkflow.domain.case import canonical
from gkflow.domain.law import Direction, LimitUnit, LimitValue

SHOWN = 4  # causes that are named; the calendar of a whole year may have changed
# Chinese, as all that ``str`` says of a cause, which is written into the record. On screen a cause has words.
_UNITS = {
    LimitUnit.WORKING_DAY: "个工作日", LimitUnit.DAY: "日", LimitUnit.MONTH: "个月", LimitUnit.YEAR: "年",
    LimitUnit.HOUR: "小时",
}  # fmt: skip


class DayChanged(NamedTuple):
    """A day that is a working day by one of two calendars only (变动的日子): how it is now, and by which notice."""

    day: str
    works: bool
    source: str

    def __str__(self) -> str:
        return f"{self.day}{'上班' if self.works else '放假'}" + (f"（{self.source}）" if self.source else "")


class Length(NamedTuple):
    """The value of a limit (期限长度); no unit: there is none; no length: a day that the entry names."""

    unit: str = ""
    length: int | None = None
    month: int | None = None
    day: int | None = None
    before: bool = False

    def __str__(self) -> str:
        if not self.unit:
            return "无"
        if self.unit == LimitUnit.FIXED_DATE:
            return f"{self.month}月{self.day}日"
        if self.length is None:
            return "以写明的日期为准"
        return f"{self.length}{_UNITS[LimitUnit(self.unit)]}" + ("之前" if self.before else "")


class LimitChanged(NamedTuple):
    """A limit with another value (变动的期限): before and after, when the clock started, and the article."""

    label: str
    old: Length
    new: Length
    citation: str

    def __str__(self) -> str:
        cite = f"（{self.citation}）" if self.citation else ""
        return f"{self.label}由{self.old}改为{self.new}{cite}"


Cause = DayChanged | LimitChanged


def length_of(value: LimitValue | None) -> Length:
    """The value of a limit on a day; of none, no length."""
    if value is None:
        return Length()
    return Length(value.unit, value.length, value.month, value.day, value.direction is Direction.BEFORE)


def written(causes: Sequence[Cause]) -> str:
    """The causes as text, for the lists in which moves wait: those that are named, and one more."""
    return canonical(list(causes[: SHOWN + 1]))


def read_causes(text: str) -> list[Cause] | None:
    """The causes of a written text; None for a sentence, as a queue of an earlier version may hold."""
    if not text.startswith("["):
        return None if text else []
    return [
        LimitChanged(each[0], Length(*each[1]), Length(*each[2]), each[3]) if len(each) == 4 else DayChanged(*each)
        for each in json.loads(text)
    ]


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
    causes: str  # what moves it, as ``written``

    def as_dict(self) -> Data:
        """Its fields by name, as JSON's types (see ``gkflow.domain.as_dict``)."""
        return dict_of(self)

    @property
    def why(self) -> str:
        """The days and limits that move it, as the record has them: in Chinese (变动的依据)."""
        found = read_causes(self.causes)
        return self.causes if found is None else "；".join(map(str, found[:SHOWN])) + ("等" if found[SHOWN:] else "")

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
