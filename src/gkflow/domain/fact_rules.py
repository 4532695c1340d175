"""The facts of an entry and their rules (事项要素与条件): facts, conditions, and when a rule applies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

GIVEN = "given"  # in a condition: the entry has the fact, whatever its value
ABSENT = "absent"  # in a condition: the entry does not have the fact


class Lies(StrEnum):
    """
    The range of a day given as a fact (日期要素的范围), relative to its entry.

    An entry records what has happened, so a day is *within* the case: from its first day to the entry's own. An event
    from before the case (a decision, a document formed) is *before*; one that follows the entry (a letter is sent and
    then served) is *after*, up to the day of recording; one that may be either, as long as it is known, is *known*; a
    future term is *ahead*, and one that is past already is a finding.
    """

    ANY = ""  # an older file without this key: only not later than the day of recording
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
    published: str = "withheld"  # open | masked | withheld: how it appears in a published record
    cite: str = ""
    closed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # choice -> the reading against it
    points: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))  # choice -> points (考评分值)
    open_when: tuple[tuple[Condition, ...], ...] = ()  # masked, but open where one of these sets of conditions is met
    of_case: bool | None = None  # a condition reads it from the case, or from the entry alone; None: not specified
    lies: Lies = Lies.ANY
    not_before: tuple[str, ...] = ()  # other days of the same entry that come before this one


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on the facts of the entry (条件)."""

    fact: str
    values: frozenset[str]  # accepted values; may hold GIVEN or ABSENT

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether the entry's facts meet the condition."""
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
    """The days between which a rule applies (效力期间), inclusive; None is open."""

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
    day: str = ""  # the fact whose day decides whether the rule applies; else the entry's own day
