"""Scores (考评计分): points per unit and period, computed from the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import Ledger
from gkflow.domain.as_dict import AsDict, Data, dict_of
from gkflow.domain.case import CORRECT, NOTE, NOTHING, Entry, record_of
from gkflow.domain.fact_rules import FactSpec
from gkflow.domain.workflow import Workflow


class Point(NamedTuple):
    """One entry that gave or took points (记分)."""

    unit: str
    case: str
    day: date
    rule: str
    label: str
    points: float
    by: str
    reason: str

    def as_dict(self) -> Data:
        """Its fields by name, as JSON's types (see ``gkflow.domain.as_dict``)."""
        return dict_of(self)


@dataclass(frozen=True, slots=True)
class Score(AsDict):
    """The points of one unit in a period (考评得分): added, deducted, and the entries behind them."""

    unit: str
    added: float
    deducted: float
    points: tuple[Point, ...]

    @property
    def total(self) -> float:
        """The sum of added and deducted points."""
        return self.added + self.deducted


def score(ledger: Ledger, rules: OfficeContext, since: date, until: date, unit: str = "") -> list[Score]:
    """
    The score of each unit for entries with a legal day in [*since*, *until*] (按机关和期间计分).

    Computed from the record: a voided entry gives nothing, and points follow the workflow edition under which the case
    began, so that a later change of the list changes no earlier score.
    """
    actions = {
        action.name
        for workflow in rules.rulebook.workflows.values()
        for action in workflow.actions.values()
        for _ in _pointed(workflow, sorted(action.carries))
        if action.name not in (CORRECT, NOTE)
    }
    found: dict[str, list[Point]] = {}
    for number in ledger.lists.cases_with(sorted(actions), since, until):
        entries = ledger.record.entries(number)
        workflow = rules.workflow_of(ledger, entries[0].workflow, entries[0].edition)
        for entry in record_of(entries):
            if since <= entry.day <= until:
                for point in _points(workflow, entry, rules.units):
                    if not unit or unit == point.unit:
                        found.setdefault(point.unit, []).append(point)
    return [_scored(each, points) for each, points in sorted(found.items())]


def _pointed(workflow: Workflow, names: Sequence[str]) -> Iterator[FactSpec]:
    for name in names:
        spec = workflow.facts.get(name)
        if spec is not None and spec.points:
            yield spec


def _points(workflow: Workflow, entry: Entry, units: Mapping[str, str]) -> Iterator[Point]:
    facts = entry.facts if entry.action not in (CORRECT, NOTE) else NOTHING
    for spec in _pointed(workflow, list(facts)):
        rule = str(facts[spec.name])
        if rule in spec.points:
            named = str(facts.get("scored_unit") or entry.unit)
            unit = units.get(named, named)
            label, reason = spec.choices.get(rule, rule), str(facts.get("reason", ""))
            yield Point(unit, entry.case, entry.day, rule, label, spec.points[rule], entry.by, reason)


def _scored(unit: str, points: Sequence[Point]) -> Score:
    added = sum(each.points for each in points if each.points > 0)
    deducted = sum(each.points for each in points if each.points < 0)
    return Score(unit, added, deducted, tuple(sorted(points, key=lambda each: (each.day, each.case))))
