"""Spot checks (抽查): draws that anybody can repeat."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from gkflow.application.actions import Command
from gkflow.application.case_opening import next_number, open_case
from gkflow.application.docket import read_case
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import Ledger
from gkflow.domain.objections.cases import NothingToDraw

_SUPERVISION = "supervision"


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
        raise NothingToDraw(workflow=workflow, since=since, until=until)
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
            opened.append(open_case(ledger, rules, flow, number, act, now, today).number)
    return Drawn(seed, len(population), drawn, tuple(opened))
