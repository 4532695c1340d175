"""Scores and spot checks (考评与抽查): points per unit and period from the record, and draws that can be repeated."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from gkflow.application.actions import Command
from gkflow.application.case_opening import next_number, open_case
from gkflow.application.docket import read_case
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import Ledger
from gkflow.domain.case import CORRECT, NOTE, NOTHING, Entry, record_of
from gkflow.domain.errors import Refused
from gkflow.domain.workflow import FactSpec, Workflow

_SUPERVISION = "supervision"


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


@dataclass(frozen=True, slots=True)
class Score:
    """The points of one unit in a period (考评得分): added, deducted, and the entries behind them."""

    unit: str
    added: float
    deducted: float
    points: tuple[Point, ...]

    @property
    def total(self) -> float:
        """Added and deducted together."""
        return self.added + self.deducted


def score(ledger: Ledger, rules: OfficeContext, since: date, until: date, unit: str = "") -> list[Score]:
    """
    The score of each unit for entries whose legal day lies in [*since*, *until*] (按机关和期间计分).

    Read off the record: a voided entry gives nothing, and the points of a rule are those of the workflow edition
    under which the case began, so that a list changed later changes no score of the past.
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


class Drawn(NamedTuple):
    """A spot check (抽查): which cases were drawn, out of how many, with which seed, and the cases opened for them."""

    seed: str
    population: int
    cases: tuple[str, ...]
    opened: tuple[str, ...]


def draw(population: Sequence[str], seed: str, count: int) -> tuple[str, ...]:
    """
    Draw *count* cases (抽取): those whose sha256 of "seed/case" comes first.

    Anybody can repeat it with the seed and the numbers, on any machine and in any language, and a case added later
    changes nothing about the order of the others.

    >>> draw(["A", "B", "C"], "2026", 1) == draw(["C", "A", "B"], "2026", 1)
    True
    """
    return tuple(sorted(population, key=lambda case: hashlib.sha256(f"{seed}/{case}".encode()).hexdigest())[:count])


def spot_check(
    ledger: Ledger, rules: OfficeContext, workflow: str, since: date, until: date, count: int, seed: str, now: datetime,
    today: date, by: str = "", dry_run: bool = False,
) -> Drawn:  # fmt: skip
    """
    Draw *count* cases of *workflow* received in [*since*, *until*] and open a supervision for each (抽查).

    The seed, the size of the population and how it was drawn stand in each supervision's first entry. The same
    draw again opens nothing a second time. Raises Refused where there is nothing to draw from.
    """
    label = rules.rulebook.workflow(workflow).label
    population = ledger.lists.cases_received(workflow, since, until)
    if not population or count < 1:
        raise Refused("nothing_to_draw", workflow=workflow, since=since, until=until)
    drawn = draw(population, seed, count)
    opened = []
    flow = rules.rulebook.workflow(_SUPERVISION)
    for place, case in enumerate(drawn, 1):
        key = f"spot/{workflow}/{since}/{until}/{seed}/{case}"
        there = ledger.record.entry_by_key(key)
        if there is not None:
            opened.append(there.case)
            continue
        entries = ledger.record.entries(case)
        kept = rules.workflow_of(ledger, entries[0].workflow, entries[0].edition)
        facts: Mapping[str, Any] = {
            "title": f"抽查：{read_case(kept, case, entries).facts.get('title') or case}",
            "ground": "spot_check",
            "population": f"{label}，{since}至{until}收到",
            "population_size": len(population),
            "seed": seed,
            "drawn": f"第 {place} 件，共抽 {len(drawn)} 件：按 sha256(种子/案件编号) 由小到大",
            "drawn_case": case,
            "origin": case,
        }
        number = next_number(ledger, rules, flow.name, rules.unit, today.year)
        if not dry_run:
            act = Command(flow.first.name, today, by, rules.unit, facts, key=key)
            opened.append(open_case(ledger, rules, flow, number, act, now, today).case)
    return Drawn(seed, len(population), drawn, tuple(opened))
