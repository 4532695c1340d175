"""
One durable action (办理速度): entry, docket, clocks and outbox in one commit, on SQLite, FULL and NORMAL.

The peer is hand-written ``sqlite3`` that reads the same case, hashes and writes the very same rows, with every
decision taken beforehand. Both run in turn on files of their own in the same folder.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bounds import Commits, bound, middle, timed
from sqlalchemy import Table

import gkflow
from gkflow.store.tables import CLOCK, DOCKET_REVISION, ENTRY

NOW = datetime(2026, 3, 20, 2, tzinfo=UTC)
OPENING = (
    ("2026-03-02", "receive", {"channel": "in_person", "title": "某项目环评批复"}),
    ("2026-03-02", "register", {}),
    ("2026-03-03", "assign", {"officer": "张三"}),
)


def _office(folder: Path, cases: int, synchronous: str) -> gkflow.Office:
    home = folder / synchronous
    home.mkdir()
    (home / "gkflow.toml").write_text(
        f'[database]\nurl = "sqlite:///g.db"\nsynchronous = "{synchronous}"\n', encoding="utf-8"
    )
    office = gkflow.open(f"sqlite:///{home}/g.db", home=home)
    rows = (
        {"case": f"C{n:05d}", "workflow": "request", "day": day, "action": action, "by": "王五", "unit": "GK", **facts}
        for n in range(cases)
        for day, action, facts in OPENING
    )
    office.import_register(enumerate(rows, 2), now=NOW)
    return office


def run(cases: int = 2000, batch: int = 50) -> list[dict[str, Any]]:
    """Ratios to the peer, batch by batch in turn, so that a drifting machine slows both alike."""
    found = []
    with tempfile.TemporaryDirectory() as name:
        for synchronous, target in (("full", 0.5), ("normal", 0.25)):
            office = _office(Path(name), cases, synchronous)
            _act(office, range(1))
            by_hand = _ByHand(Path(name) / synchronous / "g.db", synchronous)
            commits = Commits(Path(name), synchronous)
            mine, peer, bare = [], [], []
            for start in range(1, cases - 2 * batch, 2 * batch):
                numbers, others = range(start, start + batch), range(start + batch, start + 2 * batch)
                mine.append(timed(lambda numbers=numbers, on=office: _act(on, numbers)) / batch)
                peer.append(timed(lambda numbers=others, by=by_hand: by.act(numbers)) / batch)
                bare.append(commits.commit())
            for each in (by_hand, commits, office):
                each.close()
            ratio = middle([theirs / ours for ours, theirs in zip(mine, peer, strict=True)])
            flushed = "with" if synchronous == "full" else "without"
            found.append(
                {
                    "name": f"one durable action, synchronous {synchronous.upper()}",
                    "ours": f"{1 / middle(mine):,.0f}/s",
                    "peer": f"{1 / middle(peer):,.0f}/s by hand",
                    "ratio": ratio,
                    "target": f"≥ {target}",
                    "met": ratio >= target,
                    "bound": bound(
                        "fsync and Python calls" if synchronous == "full" else "Python calls",
                        f"a bare commit of one row {flushed} fsync",
                        middle(bare),
                        middle(mine),
                    ),
                }
            )
    return found


def _act(office: gkflow.Office, numbers: range) -> None:
    for n in numbers:
        office.do(
            f"C{n:05d}", "extend", facts={"days": 20, "approved_by": "李四"}, by="张三", day="2026-03-20", now=NOW
        )


class _ByHand:
    """The same rows, written by somebody who knows beforehand what they are."""

    def __init__(self, path: Path, synchronous: str) -> None:
        db = self.db = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", f"synchronous={synchronous.upper()}", "foreign_keys=ON"):
            db.execute(f"PRAGMA {pragma}")
        self.clock = db.execute(
            f"SELECT {_names(CLOCK)} FROM gk_clock WHERE \"case\" = 'C00000' AND clock = 'reply'"
            " ORDER BY from_day DESC LIMIT 1"
        ).fetchone()
        self.last_day = db.execute("SELECT last_day FROM gk_docket WHERE \"case\" = 'C00000'").fetchone()[0]
        self.revision = db.execute(
            f"SELECT {_names(DOCKET_REVISION)} FROM gk_docket_revision WHERE \"case\" = 'C00000' ORDER BY from_day DESC"
        ).fetchone()
        self.event = db.execute("SELECT * FROM gk_event WHERE \"case\" = 'C00000' ORDER BY id DESC").fetchone()
        self.notice = db.execute("SELECT * FROM gk_notice WHERE \"case\" = 'C00000'").fetchone()
        names = ", ".join(f'"{column[1]}"' for column in db.execute("PRAGMA table_info(gk_notice)"))
        self.insert_entry = f"INSERT INTO gk_entry ({_names(ENTRY)}) VALUES ({_marks(15)})"
        self.insert_clock = f"INSERT INTO gk_clock ({_names(CLOCK)}) VALUES ({_marks(len(self.clock))})"
        self.insert_revision = (
            f"INSERT INTO gk_docket_revision ({_names(DOCKET_REVISION)}) VALUES ({_marks(len(self.revision))})"
        )
        self.insert_event = f"INSERT INTO gk_event VALUES ({_marks(len(self.event))})"
        self.insert_notice = f"INSERT INTO gk_notice ({names}) VALUES ({_marks(len(self.notice))})"

    def act(self, numbers: range) -> None:
        db = self.db
        day, moment = "2026-03-20", "2026-03-20 02:00:00.000000"
        for n in numbers:
            case = f"C{n:05d}"
            db.execute("BEGIN IMMEDIATE")
            rows = db.execute(f'SELECT {_names(ENTRY)} FROM gk_entry WHERE "case" = ? ORDER BY seq', (case,)).fetchall()
            last = rows[-1]
            facts = json.dumps({"approved_by": "李四", "days": 20}, ensure_ascii=False, sort_keys=True)
            seq = last[1] + 1
            columns = (case, seq, last[2], last[3], "extend", day, moment, "张三", "GK", facts, "{}", None, last[13])
            sealed = hashlib.sha256(json.dumps(columns, ensure_ascii=False).encode()).hexdigest()
            db.execute(self.insert_entry, (*columns, sealed, "clerk"))
            db.execute(
                "UPDATE gk_docket SET latest = ?, entries = ?, head = ?, from_day = ?, status = 'running', last_day = ?"
                ' WHERE "case" = ?',
                (day, seq, sealed, day, self.last_day, case),
            )
            db.execute(self.insert_revision, (case, *self.revision[1:]))
            db.execute(
                'UPDATE gk_clock SET until_day = ? WHERE "case" = ? AND clock = ? AND ref = ? AND from_day = ?',
                (day, case, "reply", "", "2026-03-02"),
            )
            db.execute(self.insert_clock, (case, *self.clock[1:]))
            db.execute(
                self.insert_event, [None, None, *(case if each == "C00000" else each for each in self.event[2:])]
            )
            db.execute(self.insert_notice, (None, f"{case}/{seq}", case, *self.notice[3:]))
            db.execute("COMMIT")

    def close(self) -> None:
        written = self.db.execute("SELECT count(*) FROM gk_entry WHERE action = 'extend'").fetchone()[0]
        assert written % 50 == 1, written
        self.db.close()


def _names(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.c)


def _marks(count: int) -> str:
    return ", ".join("?" * count)


if __name__ == "__main__":
    for row in run():
        print(row)
