"""The rulebook (规则集): workflows, law, ladders and calendar together, as one value."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from gkflow.domain.hints import near_names, there_are
from gkflow.domain.law import Bound, Direction, Law, LimitUnit, LimitValue, TimeLimit
from gkflow.domain.objections.cases import UnknownLimit, UnknownWorkflow
from gkflow.domain.sentences import said
from gkflow.domain.workflow import Ladder, Workflow

if TYPE_CHECKING:
    from gkflow.domain.calendar import WorkCalendar
    from gkflow.domain.edition import Adopted
    from gkflow.domain.recurring import RecurringTask


@dataclass(frozen=True)
class Rulebook:
    """
    All rules of an office (规则集).

    ``instead`` is the profile: from the name of a limit to the name of the limit that replaces it. ``recurring_tasks``
    are all known ones, whether the office has taken them on or not.
    """

    workflows: Mapping[str, Workflow]
    law: Law
    ladders: Mapping[str, Ladder]
    calendar: WorkCalendar
    instead: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    history: Mapping[str, Adopted] = field(default_factory=lambda: MappingProxyType({}))  # by unit; "" for all others
    local: Mapping[str, WorkCalendar] = field(default_factory=lambda: MappingProxyType({}))  # by unit, where it differs
    recurring_tasks: Mapping[str, RecurringTask] = field(default_factory=lambda: MappingProxyType({}))
    lists: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))  # codes and labels
    tasks_taken_on: tuple[str, ...] = ()  # those that the profile takes on
    edition: str = ""  # the name of the edition that an office has adopted; empty if read from files
    before: tuple[Callable[[], Rulebook], ...] = ()  # the office's earlier rules, oldest first; read when needed

    def limit(self, name: str) -> TimeLimit:
        """
        The limit of that name, with the profile applied.

        Raises NotFound ("unknown_limit"): a missing rule stops, it is never guessed.
        """
        try:
            return self._limits[name]
        except KeyError:
            # A case that began under an earlier edition still needs its limit, even if the present one has dropped it.
            for earlier in reversed(self.before):
                if name in (book := earlier()).law.limits:
                    return book.limit(name)
            raise UnknownLimit(limit=name, mean=mean_limit(name, self.law.limits)) from None

    def calendar_of(self, unit: str) -> WorkCalendar:
        """The calendar of a unit (机关的工作日历): its own if its region has days of its own."""
        return self.local.get(unit, self.calendar)

    def adopted_by(self, unit: str) -> Adopted | None:
        """The calendars that a unit has used (采用沿革); None if there has been only one."""
        return self.history.get(unit if unit in self.local else "")

    def workflow(self, name: str) -> Workflow:
        """The workflow of that name or label. Raises NotFound ("unknown_workflow")."""
        found = self.workflows.get(name) or next((w for w in self.workflows.values() if w.label == name), None)
        if found is None:
            labels = [each.label for each in self.workflows.values()]
            raise UnknownWorkflow(workflow=name, mean=mean(name, self.workflows, labels))
        return found

    @cached_property
    def content_hash(self) -> str:
        """The sha256 of all rules, including the profile; the calendar has an edition of its own."""
        digest = hashlib.sha256()
        for workflow in sorted(self.workflows.values(), key=lambda each: each.name):
            digest.update(f"workflow {workflow.name} {workflow.edition}\n".encode())
        for name, limit in sorted(self.law.limits.items()):
            digest.update(f"limit {name} {limit.label} {limit.binds}\n".encode())
            for day, value in limit.values:
                digest.update(f"{day} {_content_of(value) if value else None}\n".encode())
        for name, ladder in sorted(self.ladders.items()):
            digest.update(f"ladder {name} {ladder}\n".encode())
        for name, duty in sorted(self.recurring_tasks.items()):
            digest.update(f"duty {name} {duty}\n".encode())
        digest.update(f"instead {sorted(self.instead.items())}\n".encode())
        return digest.hexdigest()

    @cached_property
    def _limits(self) -> Mapping[str, TimeLimit]:
        limits = dict(self.law.limits)
        for name, other in self.instead.items():
            if name in limits and other in self.law.limits:
                limits[name] = in_place_of(limits[name], self.law.limits[other])
        return limits


def _content_of(value: LimitValue) -> list[tuple[str, Any]]:
    content = asdict(value)
    if value.direction is Direction.AFTER:
        del content["direction"]  # rules from before other directions existed keep their name
    return sorted(content.items())


def in_place_of(limit: TimeLimit, other: TimeLimit) -> TimeLimit:
    """
    *other* where it has a value, else *limit* (以地方期限代替).

    A county's limit that began in 2021 removes no duty from a case of 2020: there the general one applies.
    """
    days = sorted({day for day, _ in (*limit.values, *other.values)})
    values = tuple((day, other.in_force(day) or limit.in_force(day)) for day in days)
    return TimeLimit(other.name, other.label, values, other.binds)


def loosening(limit: TimeLimit, other: TimeLimit) -> Iterator[str]:
    """
    Why *other* may not replace *limit* (从严不从宽); empty if it may.

    The office may only be bound more tightly (a shorter maximum, a longer minimum); the terms of applicants and others
    may only grow. A length that is set case by case is a blank and may be filled.
    """
    if other.binds != limit.binds:
        yield f'"{other.name}" binds the {other.binds}, "{limit.name}" the {limit.binds}'
        return
    for day in sorted({day for day, _ in (*limit.values, *other.values)}):
        ours, theirs = limit.in_force(day), other.in_force(day)
        if ours is None or theirs is None or (ours.length is None and ours.unit is not LimitUnit.FIXED_DATE):
            continue
        reason = _looser(ours, theirs, office=limit.binds == "office")
        if reason:
            yield said(
                '"{limit}" {reason} than {cite} allows, from {day}',
                limit=other.name,
                reason=reason,
                cite=ours.citation,
                day=day,
            )
            return


def _looser(ours: LimitValue, theirs: LimitValue, office: bool) -> str:
    if ours.direction is not theirs.direction:
        return said(
            "is {theirs} and not {ours}, which is another rule", theirs=str(theirs.direction), ours=str(ours.direction)
        )
    if ours.bound is not theirs.bound:
        return said("is {theirs} and not {ours}, which is another rule", theirs=str(theirs.bound), ours=str(ours.bound))
    size = _compare(theirs, ours)
    if size is None:
        return said(
            "({theirs}) cannot be compared with {ours} and may be looser", theirs=_amount(theirs), ours=_amount(ours)
        )
    # A longer minimum is stricter, and the terms of others must not become shorter.
    tight_when_shorter = office == (ours.bound is Bound.AT_MOST)
    if size > 0 and tight_when_shorter:
        return said("({theirs}) is longer", theirs=_amount(theirs))
    if size < 0 and not tight_when_shorter:
        return said("({theirs}) is shorter", theirs=_amount(theirs))
    return ""


def _compare(theirs: LimitValue, ours: LimitValue) -> int | None:
    """Below 0: theirs is shorter; above 0: longer; None: it depends on the calendar."""
    if theirs.unit is LimitUnit.FIXED_DATE and ours.unit is LimitUnit.FIXED_DATE:
        if (ours.year is None) is not (theirs.year is None):
            return None
        mine = (ours.year or 0, ours.month or 0, ours.day or 0)
        other = (theirs.year or 0, theirs.month or 0, theirs.day or 0)
        return (other > mine) - (other < mine)
    if theirs.length is None or ours.length is None:
        return None
    if theirs.unit is ours.unit:
        return theirs.length - ours.length
    months = {LimitUnit.MONTH: 1, LimitUnit.YEAR: 12}
    if theirs.unit in months and ours.unit in months:
        return theirs.length * months[theirs.unit] - ours.length * months[ours.unit]
    # So many days never end later than as many working days, and vice versa.
    if theirs.unit is LimitUnit.DAY and ours.unit is LimitUnit.WORKING_DAY and theirs.length <= ours.length:
        return -1
    if theirs.unit is LimitUnit.WORKING_DAY and ours.unit is LimitUnit.DAY and theirs.length >= ours.length:
        return 1
    return None


def _amount(value: LimitValue) -> str:
    if value.unit is LimitUnit.FIXED_DATE:
        return f"{f'{value.year}-' if value.year else ''}{value.month}-{value.day}"
    if value.length is None:
        return said("no length {unit}", unit=str(value.unit))
    match value.unit:
        case LimitUnit.WORKING_DAY:
            return said("{length} working_day", length=value.length)
        case LimitUnit.DAY:
            return said("{length} day", length=value.length)
        case LimitUnit.MONTH:
            return said("{length} month", length=value.length)
        case LimitUnit.YEAR:
            return said("{length} year", length=value.length)
    return said("{length} hour", length=value.length)


_MOST = 12  # a longer list is for the reference, not for a hint


def mean(name: str, names: Mapping[str, object] | Iterable[str], labels: Iterable[str] = ()) -> str:
    """
    A hint with the nearest name or label, or else the existing names (是否指).

    >>> mean("aproved", ("approved", "received"))
    ' (do you mean "approved"?)'
    >>> mean("done", ("approved", "received"))
    '; there are: approved, received'
    """
    there = list(names)
    near = near_names(name, [*there, *labels], 1)
    if near:
        return said(' (do you mean "{near}"?)', near=near[0])
    return there_are(there) if 0 < len(there) <= _MOST else ""


def mean_limit(name: str, limits: Mapping[str, object]) -> str:
    """
    A hint with the nearest limit; within one instrument its key is enough.

    >>> mean_limit("ogi-regulations/replay", {"ogi-regulations/reply": None})
    ' (do you mean "reply"?)'
    """
    instrument, _, key = name.partition("/")
    keys = tuple(each.partition("/")[2] for each in limits if each.partition("/")[0] == instrument)
    near = mean(key, keys) if key else ""
    return near if near.startswith(" ") else mean(name, limits)
