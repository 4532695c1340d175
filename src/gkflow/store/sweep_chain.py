"""The chain of sweeps (巡检链): every sweep with its seal and the previous one, including sweeps taken back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import Date, and_, exists, func, select

from gkflow.application.ports import ALGORITHMS, SweepLine, UnsweepLine
from gkflow.domain.case import algorithm_of
from gkflow.store.chain_heads import ChainHeads
from gkflow.store.cursor import Cursor, Part
from gkflow.store.statement import Statement, bind
from gkflow.store.sweeps import Sweeps, seal_sweep, seal_unsweep
from gkflow.store.tables import ESCALATION, SWEEP

_ONE_DAY = timedelta(days=1)
_SEALED_ON = func.coalesce(ESCALATION.c.sealed_with, ESCALATION.c.day)
# Steps in hours recorded since the last sweep are sealed by the next one.
_OF_THE_NEXT = and_(ESCALATION.c.series == bind("series"), bind("next_day", type_=Date()) == _SEALED_ON)
_OF_NO_SWEEP = Statement(
    select(func.count())
    .select_from(ESCALATION)
    .where(~exists().where(SWEEP.c.day == _SEALED_ON, SWEEP.c.series == ESCALATION.c.series), ~_OF_THE_NEXT)
)


@dataclass(slots=True)
class _Walk:
    """The state of verifying the chain of sweeps (核验进度)."""

    series: int = 0
    previous: str = ""
    head: tuple[str, str] = ("", "")  # day and hash of its last link
    before: date | None = None
    first: bool = True  # of its series
    done: int = 0
    breaches: list[tuple[str, str]] = field(default_factory=list)


class SweepChain(Part):
    """The verification of the sweeps in one transaction (核验巡检)."""

    def __init__(self, shared: Cursor, sweeps: Sweeps, heads: ChainHeads) -> None:
        super().__init__(shared)
        self._sweeps, self._heads = sweeps, heads

    def check_sweeps(self) -> tuple[int, list[tuple[str, str]]]:
        """Verify the chain of sweeps: how many are done, and where it is broken (day, code)."""
        walk = _Walk()
        taken_back = {line.series: line for line in self._sweeps.unsweeps()}
        for row in self._sweeps.raw_lines():
            self._begin_series(walk, taken_back, row[-1])
            try:
                line = self._sweeps.line_of(row)
                readable = self.dialect.plain(line) == tuple(row)
            except ValueError:
                readable = False
            if not readable:
                walk.breaches.append((str(row[0]), "sweep_changed"))
                continue
            self._check_sweep(walk, line)
        self._begin_series(walk, taken_back, max(taken_back, default=0))
        breaches, kept = walk.breaches, self._heads.of("sweep")
        if ((kept.link, kept.hash) if kept is not None else ("", "")) != walk.head:
            breaches.append((kept.link if kept is not None else "sweep", "sweep_missing"))
        next_day = (self._sweeps.last_sweep() or date.min) + _ONE_DAY
        if self.value(_OF_NO_SWEEP, series=self._sweeps.series, next_day=next_day):
            breaches.append(("escalation", "escalation_without_sweep"))
        return walk.done, breaches

    def _begin_series(self, walk: _Walk, taken_back: dict[int, UnsweepLine], series: int) -> None:
        """Go from one series to the next: taking back the sweeps in between is itself a link of the chain."""
        while walk.series < series:
            walk.series += 1
            line = taken_back.get(walk.series)
            if line is None:
                walk.breaches.append((f"unsweep {walk.series}", "sweep_missing"))
                continue
            algorithm = algorithm_of(line.hash)
            where = line.from_day.isoformat()
            if algorithm not in ALGORITHMS or seal_unsweep(line, algorithm) != line.hash:
                walk.breaches.append((where, "sweep_changed"))
            elif line.previous != walk.previous:
                walk.breaches.append((where, "sweep_not_chained"))
            walk.previous, walk.before, walk.first = line.hash, None, True
            walk.head = (where, line.hash)

    def _check_sweep(self, walk: _Walk, line: SweepLine) -> None:
        where = line.day.isoformat()
        gap = walk.before is not None and line.day - walk.before != _ONE_DAY
        if walk.before is not None and gap:
            walk.breaches.append(((walk.before + _ONE_DAY).isoformat(), "sweep_missing"))
        walk.before = line.day
        if line.hash is None:
            if line.done_at is not None or line.steps is not None:
                walk.breaches.append((where, "sweep_changed"))
            return
        walk.done += 1
        content = self._sweeps.content_of(line.day, line.series)
        algorithm = algorithm_of(line.hash)
        sealed = seal_sweep(line, content.digest, algorithm) if algorithm in ALGORITHMS else None
        if sealed != line.hash or content.steps != line.steps:
            walk.breaches.append((where, "sweep_changed"))
        elif line.previous != walk.previous and walk.first:
            walk.breaches.append(((line.day - _ONE_DAY).isoformat(), "sweep_missing"))
        elif line.previous != walk.previous and not gap:
            walk.breaches.append((where, "sweep_not_chained"))
        walk.previous, walk.first = line.hash, False
        walk.head = (where, line.hash)
