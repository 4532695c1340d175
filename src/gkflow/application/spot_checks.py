"""Spot checks (抽查): random samples that anybody can reproduce."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from gkflow.application.actions import Command
from gkflow.application.case_opening import open_numbered, series_of
from gkflow.application.docket import read_case
from gkflow.application.transaction import Transaction
from gkflow.domain.as_dict import Data, dict_of
from gkflow.domain.objections.cases import NothingToDraw

_SUPERVISION = "supervision"
# Chinese, because they are facts of the first entry of a supervision, in the record (抽查).
_TITLE = "抽查：{title}"
_POPULATION = "{label}，{since}至{until}收到"
_DRAWN = "第 {place} 件，共抽 {count} 件：按 sha256(种子/案件编号) 由小到大"


class Drawn(NamedTuple):
    """A spot check (抽查): which cases were drawn, out of how many, with which seed, and the cases opened for them."""

    seed: str
    population: int
    cases: tuple[str, ...]
    opened: tuple[str, ...]

    def as_dict(self) -> Data:
        """Its fields by name, as JSON's types (see ``gkflow.domain.as_dict``)."""
        return dict_of(self)


def draw(population: Sequence[str], seed: str, count: int) -> tuple[str, ...]:
    """
    Draw *count* cases (抽取): those whose sha256 of "seed/case" comes first.

    Anybody can reproduce it from the seed and the numbers, on any machine and in any language, and a case added later
    does not change the order of the others.

    >>> draw(["A", "B", "C"], "2026", 1) == draw(["C", "A", "B"], "2026", 1)
    True
    """
    return tuple(sorted(population, key=lambda case: hashlib.sha256(f"{seed}/{case}".encode()).hexdigest())[:count])


@dataclass(frozen=True, slots=True)
class Sample:
    """
    The population of a spot check (抽查范围): *count* cases of *workflow* received in [*since*, *until*], by a seed.
    """

    workflow: str
    since: date
    until: date
    count: int
    seed: str


def spot_check(tx: Transaction, sample: Sample, by: str = "") -> Drawn:
    """
    Draw the sample and open a supervision for each of its cases (抽查).

    The first entry of each supervision has the seed, the size of the population and the method. Repeating the draw
    opens nothing. Raises Refused if there is nothing to draw from.
    """
    ledger, rules = tx.ledger, tx.rules
    workflow, since, until, seed = sample.workflow, sample.since, sample.until, sample.seed
    label = rules.rulebook.workflow(workflow).label
    population = ledger.lists.cases_received(workflow, since, until)
    if not population or sample.count < 1:
        raise NothingToDraw(workflow=workflow, since=since, until=until)
    drawn = draw(population, seed, sample.count)
    opened = []
    flow = rules.rulebook.workflow(_SUPERVISION)
    for place, case in enumerate(drawn, 1):
        key = f"spot/{workflow}/{since}/{until}/{seed}/{case}"
        there = ledger.record.entry_by_key(key)
        if there is not None:
            opened.append(there.case)
            continue
        entries = ledger.record.entries(case)
        title = read_case(tx.on_record(case, entries).workflow, case, entries).facts.get("title")
        facts: Mapping[str, object] = {
            "title": _TITLE.format(title=title or case),
            "ground": "spot_check",
            "population": _POPULATION.format(label=label, since=since, until=until),
            "population_size": len(population),
            "seed": seed,
            "drawn": _DRAWN.format(place=place, count=len(drawn)),
            "drawn_case": case,
            "origin": case,
        }
        if not tx.dry_run:
            act = Command(flow.first.name, tx.today, by, rules.unit, facts, key=key)
            series = series_of(tx, flow.name, rules.unit, tx.today.year)
            opened.append(open_numbered(tx, flow, series, act).number)
    return Drawn(seed, len(population), drawn, tuple(opened))
