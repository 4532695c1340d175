"""What an entry may carry, and what is asked of it (事项要素与条件): facts, conditions, and when a rule holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

GIVEN = "given"  # in a condition: the fact stands in the entry, whatever its value
ABSENT = "absent"  # in a condition: the fact does not stand in the entry


class Lies(StrEnum):
    """
    Where a day that is given as a fact may lie (日期要素的范围), seen from the entry that gives it.

    An entry tells what has happened, so a day lies *within* the case: from its first day to the entry's own. What
    happened before the case began (a decision, a document formed) lies *before*; what follows the entry (a letter
    is sent and then served) lies *after*, up to the day on which it is written down; what may be either, as long as it
    is known, is *known*; a term to come lies *ahead*.
    """

    ANY = ""  # a file from before this was asked: only not later than the day on which it is written down
    WITHIN = "within"
    BEFORE = "before"
    AFTER = "after"
    KNOWN = "known"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class FactSpec:
    """A fact that an entry may carry (事项要素)."""

    name: str
    label: str
    type: str = "text"  # FACT_TYPES in files/workflows.py
    choices: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # code -> Chinese label
    published: str = "withheld"  # open | masked | withheld: what leaves the office with a published record
    cite: str = ""
    closed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # choice -> the reading against it
    points: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))  # choice -> points (考评分值)
    open_when: tuple[tuple[Condition, ...], ...] = ()  # masked, but open where one of these sets of conditions is met
    of_case: bool | None = None  # a condition reads it off the case, or off the entry alone; None: the file is silent
    lies: Lies = Lies.ANY
    not_before: tuple[str, ...] = ()  # other days of the same entry that come before this one


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on the facts of the entry (条件)."""

    fact: str
    values: frozenset[str]  # accepted values; may hold GIVEN or ABSENT

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether the entry's facts meet it."""
        value = facts.get(self.fact)
        if value is None or value == "":
            return ABSENT in self.values
        return GIVEN in self.values or value in self.values


def meets(conditions: tuple[Condition, ...], facts: Mapping[str, Any]) -> bool:
    """Whether the facts meet every condition."""
    for condition in conditions:  # noqa: SIM110  (a generator costs more than the conditions)
        if not condition.holds(facts):
            return False
    return True


@dataclass(frozen=True, slots=True)
class Held:
    """From which day to which a rule has its effect (效力期间); both days belong to it, None is open."""

    since: date | None = None
    until: date | None = None

    def __contains__(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Requirement:
    """A fact that an action must have (必填要素), on the entry itself or anywhere on the record so far."""

    fact: str
    on_record: bool = False
    unless: tuple[Condition, ...] = ()
    held: Held | None = None
    day: str = ""  # the fact by whose day it is judged whether the rule holds; else the entry's own day
