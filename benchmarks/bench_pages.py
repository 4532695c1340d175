"""
Pages and counts of the list of cases (台账分页速度): 1,000,000 cases, nine in ten closed.

The peer is SQLAlchemy written by hand for the same tables, which knows beforehand what it looks for: a query for the
page and the clock shown for each, and the same lines made of its rows (labels, status, days left, light); or the
counts. Both run in turn on one connection each, and so does the bound: the driver that fetches the peer's rows.
"""

from __future__ import annotations

import random
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bounds import bound, middle, timed
from sqlalchemy import create_engine, text

import gkflow
from gkflow.application.case_lines import CaseQuery
from gkflow.application.ports import FOREVER, ClockRevision, DocketLine

TODAY = date(2026, 6, 15)
OFFICERS = 50


def _cases(edition: str, cases: int, calendar: gkflow.WorkCalendar) -> Iterator[tuple[DocketLine, ClockRevision]]:
    pick = random.Random(20260615)
    for n in range(cases):
        case, is_open = f"C{n:08d}", n % 10 == 0
        received = TODAY - timedelta(days=pick.randrange(5, 40) if is_open else pick.randrange(60, 1500))
        last = calendar.add(received, 20)
        ended = FOREVER if is_open else received + timedelta(days=20)
        from_day = received if is_open else ended
        yield (
            DocketLine(
                case, "request", edition, "", "assigned" if is_open else "archived", f"U{n % 7}",
                f"承办人{pick.randrange(OFFICERS)}", received, from_day, ended, 3, "", from_day,
                "running" if is_open else "done", "reply", "", last,
            ),
            ClockRevision(
                case, "reply", "", from_day, FOREVER, "request", "office", "duty", 1,
                "running" if is_open else "stopped", "" if is_open else "on_time", received, last, None,
                None if is_open else ended, None if is_open else 2, 0, None, None, None, "reply", 0, "",
            ),
        )  # fmt: skip


def fill(office: gkflow.Office, cases: int) -> None:
    """Write the caches of so many cases, as an import would leave them."""
    edition = office.rules.rulebook.workflow("request").edition
    lines = _cases(edition, cases, office.calendar)
    while some := [pair for _, pair in zip(range(50_000), lines, strict=False)]:
        with office.store.writing() as ledger:
            ledger.docket.put([docket for docket, _ in some], fresh=True)
            ledger.docket.add_clocks([clock for _, clock in some])


_PAGE = (
    'SELECT d."case", d.workflow, d.title, d.state, d.unit, d.officer, d.received, c.clock, c.last_day, c.earliest,'
    ' c.provisional, c.status, c.verdict FROM gk_docket d JOIN gk_clock c ON c."case" = d."case" AND c.clock = d.clock'
    " AND c.ref = d.ref AND c.until_day = '9999-12-31' WHERE d.ended = '9999-12-31'{more}"
    ' ORDER BY d.last_day, d.received, d."case" LIMIT 50'
)
_COUNT = "SELECT {by}, count(*) FROM gk_docket WHERE ended = '9999-12-31' GROUP BY 1"
_STATUS = (
    "CASE WHEN status <> 'running' THEN status WHEN last_day < '2026-06-15' THEN 'overdue'"
    " WHEN last_day = '2026-06-15' THEN 'due_today' WHEN last_day < '2026-06-24' THEN 'due_soon' ELSE 'running' END"
)


class _ByHand:
    """The lines of a page, made by somebody who knows the one workflow and the one calendar."""

    def __init__(self, home: Path, office: gkflow.Office) -> None:
        self.engine = create_engine(f"sqlite:///{home}/g.db")
        self.connection = self.engine.connect()
        self.driver = sqlite3.connect(home / "g.db")
        flow = office.rules.rulebook.workflow("request")
        self.states = {name: state.label for name, state in flow.states.items()}
        self.clocks = {rule.name: rule.label for rule in flow.clocks}
        self.place, days, day = {}, 0, TODAY - timedelta(days=2000)
        while day < TODAY + timedelta(days=400):
            days += office.calendar.is_working_day(day)
            self.place[day.isoformat()] = days
            day += timedelta(days=1)

    def page(self, sql: str) -> list[dict[str, Any]]:
        today, place = TODAY.isoformat(), self.place
        lines = []
        for row in self.connection.execute(text(sql)):
            line = dict(row._mapping)
            left = place[line["last_day"]] - place[today]
            if line["status"] == "running":
                line["status"] = (
                    "overdue" if line["last_day"] < today else "due_today" if line["last_day"] == today
                    else "due_soon" if left <= 5 else "running"
                )  # fmt: skip
            line["days_left"], line["received"] = left, date.fromisoformat(line["received"])
            line["last_day"] = date.fromisoformat(line["last_day"])
            line["light"] = "red" if left < 0 else "orange" if left <= 1 else "yellow" if left <= 3 else "green"
            line["state_label"], line["clock_label"] = self.states[line["state"]], self.clocks[line["clock"]]
            lines.append(line)
        return lines

    def counts(self, sql: str) -> dict[str, int]:
        return dict(map(tuple, self.connection.execute(text(sql))))

    def fetched(self, sql: str) -> list[Any]:
        return self.driver.execute(sql).fetchall()

    def close(self) -> None:
        self.driver.close()
        self.connection.close()
        self.engine.dispose()


def run(sizes: tuple[int, ...] = (100_000, 1_000_000), rounds: int = 40) -> list[dict[str, Any]]:
    """The median time of each query, in turn with the same in SQL by hand."""
    found = []
    with tempfile.TemporaryDirectory() as name:
        for cases in sizes:
            home = Path(name) / str(cases)
            home.mkdir()
            with gkflow.open(f"sqlite:///{home}/g.db", home=home) as office:
                fill(office, cases)
                with closing(sqlite3.connect(home / "g.db", isolation_level=None)) as database:
                    database.execute("PRAGMA optimize=0x10002")
                by_hand = _ByHand(home, office)
                found += _rows(office, by_hand, cases, rounds)
                by_hand.close()
    return found


def _rows(office: gkflow.Office, by_hand: _ByHand, cases: int, rounds: int) -> list[dict[str, Any]]:
    cursor = office.page(as_of=TODAY).next or ""
    queries: list[tuple[str, Callable[[], Any], str]] = [
        ("page of 50", lambda: office.page(as_of=TODAY).rows, _PAGE.format(more="")),
        (
            "the page after it",
            lambda: office.page(after=cursor).rows,
            _PAGE.format(more="").replace("50", "50 OFFSET 50"),
        ),
        (
            "page of one officer",
            lambda: office.page(CaseQuery(officer="承办人7"), as_of=TODAY).rows,
            _PAGE.format(more=" AND d.officer = '承办人7'"),
        ),
        (
            "page of what is overdue",
            lambda: office.page(CaseQuery(overdue=True), as_of=TODAY).rows,
            _PAGE.format(more=f" AND d.status = 'running' AND d.last_day < '{TODAY}'"),
        ),
        ("counts by status", lambda: office.count(by="status", as_of=TODAY), _COUNT.format(by=_STATUS)),
        ("counts by officer", lambda: office.count(by="officer", as_of=TODAY), _COUNT.format(by="officer")),
    ]
    found = []
    for name, ours, sql in queries:
        assert ours()
        ask = by_hand.counts if name.startswith("counts") else by_hand.page
        mine, peer, bare = [], [], []
        for _ in range(rounds):
            mine.append(timed(ours))
            peer.append(timed(lambda ask=ask, sql=sql: ask(sql)))
            bare.append(timed(lambda sql=sql: by_hand.fetched(sql)))
        a, b = middle(mine), middle(peer)
        found.append(
            {
                "name": f"{name}, {cases:,} cases",
                "ours": f"{a * 1e3:.2f} ms",
                "peer": f"{b * 1e3:.2f} ms by hand",
                "ratio": a / b,
                "target": "≤ 3",
                "met": a / b <= 3,
                "bound": bound("bytes and Python calls", "the driver that fetches the rows", middle(bare), a),
            }
        )
    return found


if __name__ == "__main__":
    for row in run():
        print(row)
