"""
Whether entries should be partitioned by month (分区): the reading of a case and the appending of an entry in a table
of ten years, whole and in 120 partitions, in turn on one PostgreSQL. See decision 149 in DESIGN.md.

    python benchmarks/partitions.py
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

import psycopg
from bounds import middle, timed
from server import postgresql

CASES, ENTRIES, ROUNDS, BATCH = 200_000, 9, 7, 300
COLUMNS = '("case" text, seq int, day date, facts text, hash text, PRIMARY KEY ("case", seq{}))'


def main() -> None:
    """Fill both tables with the same rows, measure in turn, print the ratios."""
    with postgresql() as url, psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        _fill(connection)
        rows: list[tuple[str, Callable[[str], None]]] = [
            ("the entries of one case", lambda table: _read(connection, table)),
            ("the same, not prepared", lambda table: _read(connection, table, prepare=False)),
            ("append one entry", lambda table: _append(connection, table)),
        ]
        print("| | whole | by month | ratio |")
        print("|---|---|---|---|")
        for name, work in rows:
            pairs = [[timed(partial(work, table)) / BATCH for table in ("whole", "monthly")] for _ in range(ROUNDS)]
            whole, monthly = (middle([pair[at] for pair in pairs]) for at in (0, 1))
            ratio = middle([theirs / ours for ours, theirs in pairs])
            print(f"| {name} | {whole * 1e6:,.0f} µs | {monthly * 1e6:,.0f} µs | {ratio:.1f} |", flush=True)


def _fill(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    connection.execute(f"CREATE TABLE whole {COLUMNS.format('')}")
    connection.execute(f"CREATE TABLE monthly {COLUMNS.format(', day')} PARTITION BY RANGE (day)")
    for at, (first, end) in enumerate(_months()):
        connection.execute(f"CREATE TABLE m{at} PARTITION OF monthly FOR VALUES FROM ('{first}') TO ('{end}')")
    connection.execute(
        "INSERT INTO whole SELECT 'GK-' || lpad(n::text, 8, '0'), s, date '2021-01-05' + n * 3600 / "
        f"{CASES} + s * 3, repeat('x', 200), repeat('h', 64) FROM generate_series(0, {CASES - 1}) n, "
        f"generate_series(1, {ENTRIES}) s"
    )
    connection.execute("INSERT INTO monthly SELECT * FROM whole")
    connection.execute("VACUUM ANALYZE")


def _months() -> Iterator[tuple[date, date]]:
    for month in range(2021 * 12, 2031 * 12):
        yield date(month // 12, month % 12 + 1, 1), date((month + 1) // 12, (month + 1) % 12 + 1, 1)


def _case() -> str:
    return f"GK-{random.randrange(CASES):08d}"


def _read(connection: psycopg.Connection[tuple[object, ...]], table: str, prepare: bool = True) -> None:
    for _ in range(BATCH):
        text = f'SELECT * FROM {table} WHERE "case" = %s ORDER BY seq'.encode()
        found = connection.execute(text, (_case(),), prepare=prepare).fetchall()
        assert len(found) >= ENTRIES


_seq = iter(range(1_000, 1 << 31))


def _append(connection: psycopg.Connection[tuple[object, ...]], table: str) -> None:
    text = f"INSERT INTO {table} VALUES (%s, %s, %s, %s, %s)".encode()
    for _ in range(BATCH):
        connection.execute(text, (_case(), next(_seq), date(2030, 6, 1), "x" * 200, "h" * 64))


if __name__ == "__main__":
    main()
