"""
Importing a register (导入速度): 100,000 rows of 20,000 cases.

The peer is a hand-written script that parses, hashes and writes the same file with ``executemany``: the entries
alone, without any check, docket or clock. The bound is that script without its database.
"""

from __future__ import annotations

import csv
import hashlib
import json
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bounds import bound, middle, timed

import gkflow
from gkflow.papers.register_files import read_register
from gkflow.store.tables import ENTRY

COLUMNS = ("case", "workflow", "day", "action", "by", "unit", "channel", "officer", "method", "decision", "remark")


def write_register(path: Path, cases: int) -> int:
    """A register as offices keep them: five rows a case, in the order in which things happened."""
    pick = random.Random(20260615)
    rows = []
    for n in range(cases):
        case, day = f"GK-{n:06d}", date(2024, 1, 2) + timedelta(days=pick.randrange(800))
        rows.append((day, case, "receive", {"channel": pick.choice(("in_person", "registered_mail", "oral"))}))
        rows.append((day, case, "register", {}))
        rows.append((day + timedelta(days=1), case, "assign", {"officer": pick.choice(("张三", "李四", "王五"))}))
        done = day + timedelta(days=pick.randrange(5, 40))
        rows.append((done, case, "reply", {"method": "posted", "decision": "D-PUB", "remark": "见回执"}))
        rows.append((done + timedelta(days=3), case, "deliver", {}))
    rows.sort(key=lambda row: row[0])
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for day, case, action, facts in rows:
            writer.writerow(
                {"case": case, "workflow": "request", "day": day, "action": action, "by": "王五", "unit": "GK", **facts}
            )
    return len(rows)


def _import(path: Path, folder: Path) -> float:
    folder.mkdir()
    with gkflow.open(f"sqlite:///{folder}/g.db", home=folder) as office:
        assert office.rules
        begin = time.perf_counter()
        done = office.import_register(read_register(path))
        took = time.perf_counter() - begin
        assert not done.bad, done.bad[:3]
        assert done.taken == done.rows
    return took


def _by_hand(path: Path, folder: Path) -> float:
    folder.mkdir()
    with gkflow.open(f"sqlite:///{folder}/g.db", home=folder):
        pass  # the same tables, indexes and guards
    db = sqlite3.connect(folder / "g.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        db.execute(f"PRAGMA {pragma}")
    columns = ", ".join(f'"{column.name}"' for column in ENTRY.c)
    insert = f"INSERT INTO gk_entry ({columns}) VALUES ({', '.join('?' * 15)})"
    begin = time.perf_counter()
    batch = []
    db.execute("BEGIN IMMEDIATE")
    for entry in _hashed(path):
        batch.append(entry)
        if len(batch) == 10_000:
            db.executemany(insert, batch)
            batch.clear()
    db.executemany(insert, batch)
    db.execute("COMMIT")
    took = time.perf_counter() - begin
    db.close()
    return took


def _hashed(path: Path) -> Iterator[tuple[Any, ...]]:
    """The rows of the file as chained entries."""
    heads: dict[str, tuple[int, str]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        names = next(reader)[6:]
        for row in reader:
            case, workflow, day, action, by, unit = row[:6]
            seq, previous = heads.get(case, (0, ""))
            seq += 1
            facts = json.dumps(
                {name: value for name, value in zip(names, row[6:], strict=True) if value},
                ensure_ascii=False, sort_keys=True, separators=(",", ":"),
            )  # fmt: skip
            columns = (
                case, seq, workflow, "edition", action, day, "2026-06-15 01:00:00.000000", by, unit, facts, "{}", None,
                previous,
            )  # fmt: skip
            sealed = hashlib.sha256(json.dumps(columns, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
            heads[case] = (seq, sealed)
            yield (*columns, sealed, "clerk")


def run(cases: int = 20_000, rounds: int = 3) -> list[dict[str, Any]]:
    """The rate of the import divided by that of the script, in turn; the ratio is the median of the rounds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = write_register(folder / "register.csv", cases)
        times = [
            (
                _import(folder / "register.csv", folder / f"ours{n}"),
                _by_hand(folder / "register.csv", folder / f"hand{n}"),
                timed(lambda: sum(1 for _ in _hashed(folder / "register.csv"))),
            )
            for n in range(rounds)
        ]
    ours, peer, bare = (middle(list(each)) for each in zip(*times, strict=True))
    ratio = middle([hand / own for own, hand, _ in times])
    return [
        {
            "name": f"import of {count:,} rows against a script by hand",
            "ours": f"{count / ours:,.0f} rows/s",
            "peer": f"{count / peer:,.0f} rows/s",
            "ratio": ratio,
            "target": "≥ 0.3",
            "met": ratio >= 0.3,
            "bound": bound("Python calls", "parsing and hashing the rows", bare, ours),
        }
    ]


if __name__ == "__main__":
    for row in run():
        print(row)
