"""
Rates (按期率): how many of the office's duties were met in time in a period, one count per duty.

A request has one duty to reply, whatever clocks it had: an unconfirmed application has a clock of its own, a
postponed one another. Abandoned, withdrawn and postponed cases are neither on time nor late.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import Ledger
from gkflow.application.resolve_names import unit_named, unit_served
from gkflow.domain.as_dict import AsDict
from gkflow.domain.deadline import Status, Verdict
from gkflow.domain.objections.facts import NotOneOf
from gkflow.domain.workflow import ClockRule

GROUPINGS = ("unit", "month")
_ONE_DAY = timedelta(days=1)
_NONE: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Rate(AsDict):
    """
    How one duty of a workflow was met in a period (按期率).

    Cases are counted: those done in the period, by verdict; ``overdue``: due in it and not done; ``waiting``: waiting
    for the applicant, so without a last day. ``set_aside`` counts what ended the duty without fulfilling it, by
    action. ``rate`` is None if nothing was due or done.
    """

    workflow: str
    clock: str
    on_time: int = 0
    late: int = 0
    late_unless_extended: int = 0
    overdue: int = 0
    waiting: int = 0
    set_aside: Mapping[str, int] = field(default_factory=lambda: _NONE)
    unit: str = ""
    month: str = ""

    @property
    def rate(self) -> float | None:
        """The share met in time of all that were due or done."""
        whole = self.on_time + self.late + self.late_unless_extended + self.overdue
        return self.on_time / whole if whole else None


@dataclass(frozen=True, slots=True)
class RateQuery:
    """
    Which rates to compute (统计条件): in [*since*, *until*], as of *as_of*; of one *unit*, or *by* unit, by month, or
    both (GROUPINGS).
    """

    since: date
    until: date
    as_of: date
    workflow: str = ""
    unit: str = ""
    by: Sequence[str] = ()


def rates(ledger: Ledger, rules: OfficeContext, asked: RateQuery) -> list[Rate]:
    """
    The rates of the office's duties (按期率), without powers, targets and terms. Raises NotFound for an unknown unit or
    workflow, Refused ("not_one_of") for an unknown grouping.
    """
    by = asked.by
    workflow = rules.rulebook.workflow(asked.workflow).name if asked.workflow else ""
    for each in by:
        if each not in GROUPINGS:
            raise NotOneOf(name="by", value=each, choices=GROUPINGS)
    wanted = unit_named(rules, asked.unit, ledger.lists.units_on_record()) if asked.unit else ""
    if wanted:
        unit_served(ledger, wanted)
    counts: dict[tuple[str, str, str, str], Counter[str]] = {}
    aside: dict[tuple[str, str, str, str], Counter[str]] = {}
    for month, first, last in _spans(asked.since, asked.until, "month" in by):
        for row in ledger.lists.met(first, last, asked.as_of):
            if (workflow and row.workflow != workflow) or (wanted and row.unit != wanted):
                continue
            rule = _rule_of(rules, row.workflow, row.clock)
            duty = (rule.stands_for or rule.name) if rule is not None else row.clock
            place = (row.workflow, duty, row.unit if "unit" in by else "", month)
            if row.status == Status.STOPPED and rule is not None and row.stopped_by in rule.passes_on:
                continue  # another clock has replaced this one
            if row.status == Status.STOPPED and rule is not None and row.stopped_by in rule.set_aside:
                aside.setdefault(place, Counter())[row.stopped_by] += row.cases
                counts.setdefault(place, Counter())
            else:
                counts.setdefault(place, Counter())[_column(row.status, row.verdict)] += row.cases
    return [
        Rate(name, clock, unit=of, month=month, set_aside=dict(aside.get(place, {})), **found)
        for place, found in sorted(counts.items())
        for name, clock, of, month in (place,)
    ]


def _column(status: str, verdict: str) -> str:
    if status == Status.WAITING:
        return "waiting"
    if status == Status.RUNNING:
        return "overdue"
    return verdict if verdict in (Verdict.ON_TIME, Verdict.LATE_UNLESS_EXTENDED) else "late"


def _rule_of(rules: OfficeContext, workflow: str, clock: str) -> ClockRule | None:
    flow = rules.rulebook.workflows.get(workflow)
    return flow.clock(clock) if flow is not None else None


def _spans(since: date, until: date, monthly: bool) -> Iterator[tuple[str, date, date]]:
    """The period, or its months, each with its first and last day inside the period."""
    if not monthly:
        yield "", since, until
        return
    first = since
    while first <= until:
        after = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield f"{first:%Y-%m}", first, min(until, after - _ONE_DAY)
        first = after
