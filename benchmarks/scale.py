"""
What a case costs on PostgreSQL (单位成本), and what a nation would need: the figures of docs/scale.md.

    python benchmarks/scale.py

Processor seconds are counted apart for gkflow and for the server, because they run on different hosts; they vary less
than the clock does on a machine that others use. The simulation then spreads the work of a day over workers and
databases, with the shares of a day as uneven as hashing makes them.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import psutil
from server import postgresql
from sqlalchemy import text

import gkflow
from gkflow.application.ports import FOREVER, ClockRevision, DocketLine

TODAY, NEXT = date(2026, 6, 15), date(2026, 6, 16)
MOMENT = datetime(2026, 6, 15, 1, tzinfo=UTC)
OPEN, DUE, CASES = 200_000, 10_000, 300
# A request of 20 working days: steps at five and two days before its end, on it, and one, three and ten after it, of
# which a case that is answered in time reaches three.
STEPS_OF_A_CASE, DAYS_OF_A_CASE = 3, 20
ENTRIES_OF_A_CASE = 9


class Cost(NamedTuple):
    """Seconds for one piece of work (成本): by the clock, of gkflow's processor, of the server's."""

    name: str
    clock: float
    gkflow: float
    server: float
    bytes: float = 0.0


def main() -> None:
    """Measure, print, simulate."""
    costs = {cost.name: cost for cost in measured()}
    print("| one | by the clock | processor of gkflow | processor of the server | bytes in the database |")
    print("|---|---|---|---|---|")
    for name, clock, own, server, size in costs.values():
        print(f"| {name} | {_us(clock)} | {_us(own)} | {_us(server)} | {f'{size:,.0f}' if size else ''} |")
    print()
    for line in simulated(costs, cases=100_000_000, workers=100, databases=31):
        print(line)


def measured() -> Iterator[Cost]:
    """Each cost on an office with many open cases."""
    with tempfile.TemporaryDirectory() as home, postgresql() as address, gkflow.open(address, home=home) as office:
        yield _entries(office)
        before = _size(office)
        fill(office, OPEN, {TODAY: DUE})
        yield Cost("open case (docket and clock)", 0, 0, 0, (_size(office) - before) / OPEN)
        before, swept = _size(office), Timer(office)
        with swept.running():
            assert office.tick(MOMENT, through=TODAY).reached == DUE
        yield swept.cost("step that comes due, with its notice", DUE, (_size(office) - before) / DUE)
        idle = Timer(office)
        with idle.running():
            assert office.tick(MOMENT + timedelta(days=1), through=NEXT).reached == 0
        yield idle.cost("open case on a day on which nothing comes due", OPEN)
        sent = Timer(office)
        with sent.running():
            assert office.deliver(MOMENT + timedelta(hours=2)).delivered >= DUE
        yield sent.cost("notice delivered to a file", DUE)


def _entries(office: gkflow.Office) -> Cost:
    for n in range(20):
        _live(office, f"W{n}")
    before, lived = _size(office), Timer(office)
    with lived.running():
        for n in range(CASES):
            _live(office, f"A{n}")
    return lived.cost("entry by do or receive", CASES * 3, (_size(office) - before) / (CASES * 3))


def _live(office: gkflow.Office, number: str) -> None:
    office.receive("request", number, facts={"channel": "in_person"}, title="某事项", by="张三", now=MOMENT)
    office.do(number, "register", by="张三", now=MOMENT)
    office.do(number, "assign", facts={"officer": "张三"}, by="张三", now=MOMENT)


def fill(office: gkflow.Office, cases: int, due: Mapping[date, int]) -> None:
    """Put *cases* open cases into an office, so many of which come due on each of some days from today on."""
    edition = office.rules.rulebook.workflow("request").edition
    far = office.calendar.add(max(due), 15)
    last_days = [office.calendar.add(day, 2) for day, many in due.items() for _ in range(many)]
    office.sweep(TODAY - timedelta(days=1), now=MOMENT)
    last_days += [far] * (cases - len(last_days))
    for start in range(0, cases, 20_000):
        dockets, clocks = [], []
        for n in range(start, min(start + 20_000, cases)):
            case = f"C{n:07d}"
            dockets.append(
                DocketLine(case, "request", edition, "", "assigned", "GK", "张三", TODAY, TODAY, FOREVER, 3, "0" * 64)
            )
            clocks.append(
                ClockRevision(
                    case, "reply", "", date(2026, 5, 20), FOREVER, "request", "office", "duty", 1, "running", "",
                    date(2026, 5, 20), last_days[n], None, None, None, 0, None, None, None, "reply", 0, "",
                )
            )  # fmt: skip
        with office.store.writing() as ledger:
            ledger.docket.put(dockets, fresh=True)
            ledger.docket.add_clocks(clocks)
    with office.engine.begin() as connection:
        connection.execute(text("UPDATE gk_docket SET sealed = 1"))  # as the sweeps before would have
    with office.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


class Timer:
    """Seconds by the clock and of both processors (计时)."""

    def __init__(self, office: gkflow.Office) -> None:
        with office.engine.connect() as connection:
            backend = psutil.Process(connection.scalar(text("SELECT pg_backend_pid()")))
        parent = backend.parent()
        assert parent is not None
        self._postmaster = parent
        self._began = self._now()
        self._ended = self._began

    @contextmanager
    def running(self) -> Iterator[None]:
        """Measure what is done inside."""
        self._began = self._now()
        yield
        self._ended = self._now()

    def cost(self, name: str, pieces: int, size: float = 0.0) -> Cost:
        """For one of so many pieces."""
        clock, own, server = (end - begin for begin, end in zip(self._began, self._ended, strict=True))
        return Cost(name, clock / pieces, own / pieces, server / pieces, size)

    def _now(self) -> tuple[float, float, float]:
        # With the children that the server has reaped: connections end.
        there = [self._postmaster, *self._postmaster.children()]
        return time.perf_counter(), time.process_time(), sum(sum(each.cpu_times()[:4]) for each in there)


def _size(office: gkflow.Office) -> int:
    with office.engine.connect() as connection:
        return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)


def _us(seconds: float) -> str:
    return f"{seconds * 1e6:,.1f} µs" if seconds else ""


def simulated(costs: dict[str, Cost], *, cases: int, workers: int, databases: int) -> Iterator[str]:
    """A day of so many open cases, spread over databases and workers; four processors for each database."""
    step, idle = costs["step that comes due, with its notice"], costs["open case on a day on which nothing comes due"]
    sent, entry = costs["notice delivered to a file"], costs["entry by do or receive"]
    steps = cases * STEPS_OF_A_CASE // DAYS_OF_A_CASE
    # By provinces, whose populations differ: the largest has a tenth of all.
    parts = [1 / (n + 3) for n in range(databases)]
    share = max(parts) / sum(parts)
    rng = random.Random(1)
    uneven = _slowest(rng, 16, max(1, round(workers * share)))
    own = steps * share * (step.gkflow + sent.gkflow) / max(1, round(workers * share)) * uneven
    server = (steps * share * (step.server + sent.server) + cases * share * idle.server) / 4
    yield f"{cases:,} open cases in {databases} databases, {workers} workers: {steps:,} steps a day"
    yield f"largest database: {share:.0%} of all, {cases * share:,.0f} open cases, {round(workers * share)} workers"
    yield f"its morning sweep and delivery: workers {own / 60:,.0f} min, server (4 processors) {server / 60:,.0f} min"
    entries = cases * ENTRIES_OF_A_CASE / DAYS_OF_A_CASE * share
    hours = entries * entry.server / 4 / 3600
    yield f"its entries of a day: {entries:,.0f}, {hours:,.1f} hours of a server with 4 processors"
    kept = costs["open case (docket and clock)"].bytes + ENTRIES_OF_A_CASE * entry.bytes + STEPS_OF_A_CASE * step.bytes
    yield f"a case with {ENTRIES_OF_A_CASE} entries and {STEPS_OF_A_CASE} notices: {kept / 1024:,.0f} kB; " + (
        f"a year of the largest ({cases * share * 250 / DAYS_OF_A_CASE:,.0f} cases): "
        f"{kept * cases * share * 250 / DAYS_OF_A_CASE / 1e12:,.1f} TB"
    )


def _slowest(rng: random.Random, shares: int, workers: int, rounds: int = 200) -> float:
    """How much longer a day in shares takes than one that is spread evenly: the last worker to end, on average."""
    total = 0.0
    for _ in range(rounds):
        ends = [0.0] * workers
        for size in sorted((rng.gauss(1, 0.02) for _ in range(shares)), reverse=True):
            first = min(range(workers), key=ends.__getitem__)
            ends[first] += size / shares
        total += max(ends) * workers
    return total / rounds


_: Callable[[], None] = main

if __name__ == "__main__":
    main()
