"""
Receiving a case with the next number (收件取号), on PostgreSQL, from one thread and from eight.

The peer is hand-written ``psycopg``: it draws the number from a counter row in a transaction of its own, reads the
docket, hashes the entry and writes the very same rows, with every decision taken beforehand. The other comparison is
gkflow with numbers given.
"""

from __future__ import annotations

import hashlib
import itertools
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from bounds import Server, bound, middle, timed
from server import postgresql

import gkflow

NOW = datetime(2026, 3, 20, 2, tzinfo=UTC)
FACTS = {"channel": "in_person", "title": "某项目环评批复"}
_TABLES = ("entry", "docket", "docket_revision", "clock", "notice", "event")
_NUMBERS = itertools.count(1)


def run(batch: int = 96, rounds: int = 9) -> list[dict[str, Any]]:
    """Rates of the same batches in turn, so that a drifting machine slows all alike; *batch* is a multiple of eight."""
    with tempfile.TemporaryDirectory() as folder, postgresql() as address:
        office = gkflow.open(address, home=folder)
        by_hand = [_ByHand(address, office) for _ in range(8)]
        servers = [Server(address) for _ in range(8)]

        def drawn(_: int) -> None:
            office.receive("request", facts=FACTS, now=NOW)

        def given(_: int) -> None:
            office.receive("request", f"S-{next(_NUMBERS)}", facts=FACTS, now=NOW)

        with ThreadPoolExecutor(8) as pool:
            eight = lambda call: lambda: list(pool.map(call, range(batch)))  # noqa: E731
            one = servers[0].commit
            together = lambda: timed(lambda: list(pool.map(Server.commit, servers))) / (8 * Server.COMMITS)  # noqa: E731
            found = [
                _row("receive with the next number, one thread", batch, rounds, one, _times(drawn, batch),
                     _times(by_hand[0].receive, batch), 1 / 1.5, "by hand"),
                _row("receive with the next number, eight threads", batch, rounds, together, eight(drawn),
                     lambda: list(pool.map(lambda hand: [hand.receive(0) for _ in range(batch // 8)], by_hand)), 1.0,
                     "by hand"),
                _row("next number against numbers given, eight threads", batch, rounds, together, eight(drawn),
                     eight(given), 0.9, "with numbers given"),
            ]  # fmt: skip
        for each in (*by_hand, *servers, office):
            each.close()
    return found


def _times(call: Callable[[int], None], batch: int) -> Callable[[], None]:
    def repeat() -> None:
        for n in range(batch):
            call(n)

    return repeat


def _row(
    name: str, batch: int, rounds: int, bare: Callable[[], float], ours: Callable[[], Any], theirs: Callable[[], Any],
    target: float, peer: str,
) -> dict[str, Any]:  # fmt: skip
    ours(), theirs()
    rows = [(timed(ours), timed(theirs), bare()) for _ in range(rounds)]
    ratio = middle([other / own for own, other, _ in rows])
    mine, others, commit = (middle(list(each)) for each in zip(*rows, strict=True))
    return {
        "name": name, "ours": f"{batch / mine:,.0f}/s", "peer": f"{batch / others:,.0f}/s {peer}", "ratio": ratio,
        "target": f"≥ {target:.2f}", "met": ratio >= target,
        "bound": bound("round trips and fsync", "a bare commit, by as many threads", commit, mine / batch),
    }  # fmt: skip


class _ByHand:
    """The same rows, written by somebody who knows beforehand what they are; a connection for each thread."""

    def __init__(self, address: str, office: gkflow.Office) -> None:
        import psycopg

        plain = address.replace("postgresql+psycopg", "postgresql")
        self.db, self.counter = psycopg.connect(plain), psycopg.connect(plain, autocommit=True)
        self.counter.execute("SET synchronous_commit = off")
        self.counter.execute("INSERT INTO gk_number_series VALUES ('H-', 0) ON CONFLICT DO NOTHING")
        case = office.receive("request", facts=FACTS, now=NOW).number
        self.inserts = []
        for table in _TABLES:
            rows = self.db.execute(f'SELECT * FROM gk_{table} WHERE "case" = %s', (case,))
            names = [column.name for column in rows.description or () if column.name != "id"]
            chosen = ", ".join(f'"{name}"' for name in names)
            for row in self.db.execute(f'SELECT {chosen} FROM gk_{table} WHERE "case" = %s', (case,)).fetchall():
                marks = ", ".join(["%s"] * len(names))
                self.inserts.append(
                    (f"INSERT INTO gk_{table} ({chosen}) VALUES ({marks})", dict(zip(names, row, strict=True)))
                )
        self.db.commit()

    def receive(self, _: int) -> None:
        db = self.db
        [(number,)] = self.counter.execute(
            "UPDATE gk_number_series SET last = last + 1 WHERE prefix = 'H-' RETURNING last"
        ).fetchall()
        case = f"H-{number:04d}"
        db.execute('SELECT * FROM gk_docket WHERE "case" = %s', (case,)).fetchall()
        for place, (statement, row) in enumerate(self.inserts):
            if "hash" in row:
                row = {**row, "hash": hashlib.sha256(repr(row).encode()).hexdigest()}
            if row.get("key"):  # of a notice: one for each person
                row = {**row, "key": f"{case}/{place}"}
            db.execute(statement, list({**row, "case": case}.values()))
        db.commit()

    def close(self) -> None:
        self.db.close()
        self.counter.close()
