"""
Moving deadlines (届满日变动): listing what another calendar moves among a million open clocks.

The peer is what no listing can do without touching the same rows: one plain SQL update of all of them. The new
edition moves every clock (a province extends a holiday by nine working days, as Hubei did in 2020).
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bounds import bound, middle, occupied, reading

import gkflow
from gkflow.application.ports import FOREVER, ClockRevision, DocketLine
from gkflow.domain.edition import Announcement

START = date(2026, 3, 2)
_LIST = """
import sys, time
from datetime import date, timedelta
import gkflow
from gkflow.domain.edition import Announcement
from bench_moves import longer
from bounds import peak_memory
office = gkflow.open(sys.argv[1], home=sys.argv[2])
begin = time.perf_counter()
count = sum(1 for _ in office.calendars.moving(longer(office.calendars.present.edition)))
print(time.perf_counter() - begin, count, peak_memory())
"""

_READ = "SELECT \"case\", clock, ref, last_day, recalculation_key FROM gk_clock WHERE until_day = '9999-12-31'"


def longer(edition: Any) -> Any:
    """The edition with nine more days off at the end of March 2026."""
    days = {date(2026, 3, 20) + timedelta(days=n): "延长" for n in range(13)}
    off = {day: name for day, name in days.items() if day.weekday() < 5}
    return edition.with_announcements(
        [Announcement("longer", "延长", date(2026, 3, 10), "某〔2026〕1号", days_off=off)]
    )


def _office(home: Path, cases: int) -> Path:
    home.mkdir()
    (home / "gkflow.toml").write_text('[database]\nurl = "sqlite:///gkflow.db"\n', encoding="utf-8")
    path = home / "gkflow.db"
    with gkflow.open(f"sqlite:///{path}", home=home) as office:
        edition = office.rules.rulebook.workflow("request").edition
        calendar = office.calendar
        starts = [START + timedelta(days=n) for n in range(14)]
        kinds = []
        for n in range(400):  # day 0, length and what is left out: so many groups
            since, length = starts[n % 14], 15 + n % 40
            began = since + timedelta(days=1 + n % 5)
            ended = began + timedelta(days=n % 9)
            left_out = [[str(began), str(ended)]] if n % 3 == 0 and n % 9 else []
            out = calendar.count(began, ended) if left_out else 0
            key = {"unit": "working_day", "length": length} | ({"left_out": left_out} if left_out else {})
            kinds.append((since, calendar.add(since, length + out), json.dumps(key, separators=(",", ":"))))
        for start in range(0, cases, 50_000):
            dockets, clocks = [], []
            for n in range(start, min(start + 50_000, cases)):
                case, (since, last, key) = f"C{n:07d}", kinds[n % len(kinds)]
                dockets.append(
                    DocketLine(case, "request", edition, "", "assigned", "GK", "", since, since, FOREVER, 3, "")
                )
                clocks.append(
                    ClockRevision(
                        case, "reply", "", since, FOREVER, "request", "office", "duty", 1, "running", "", since, last,
                        None, None, None, 0, last, last, None, "reply", 0, "", key,
                    )
                )  # fmt: skip
            with office.store.writing() as ledger:
                ledger.docket.put(dockets, fresh=True)
                ledger.docket.add_clocks(clocks)
    return path


def _listed(path: Path, home: Path) -> tuple[float, int, int]:
    done = subprocess.run(
        [sys.executable, "-c", _LIST, f"sqlite:///{path}", str(home)], capture_output=True, check=True, text=True,
        cwd=Path(__file__).parent,
    )  # fmt: skip
    seconds, count, memory = done.stdout.split()
    return float(seconds), int(count), int(memory)


def _updated(path: Path) -> float:
    """All clocks given another last day by one statement of SQL, and committed; then the one that they had."""
    update = "UPDATE gk_clock SET last_day = date(last_day, ?) WHERE until_day = '9999-12-31'"
    with closing(sqlite3.connect(path)) as driver:
        driver.execute("PRAGMA synchronous=FULL")
        begin = time.perf_counter()
        driver.execute(update, ("+13 days",))
        driver.commit()
        took = time.perf_counter() - begin
        driver.execute(update, ("-13 days",))
        driver.commit()
        return took


def run(cases: int = 1_000_000, rounds: int = 3) -> list[dict[str, Any]]:
    """
    List, then update the same rows; and once more on a fifth, for the memory.

    A fifth and not a tenth: SQLite's own cache has to be full in both, or its filling is all that is seen.
    """
    with tempfile.TemporaryDirectory() as name:
        small = _office(Path(name) / "small", cases // 5)
        _, _, little = _listed(small, small.parent)
        big = _office(Path(name) / "big", cases)
        times = []
        for _ in range(rounds):
            took, count, much = _listed(big, big.parent)
            times.append((took, _updated(big), reading(big, _READ)))
    ours, peer, bare = (middle(list(each)) for each in zip(*times, strict=True))
    ratio = middle([own / other for own, other, _ in times])
    assert count > cases * 0.9, count
    return [
        {
            "name": f"listing {count:,} deadlines that move, of {cases:,} open",
            "ours": f"{ours:.1f} s",
            "peer": f"{peer:.1f} s by one SQL update of the same rows",
            "ratio": ratio,
            "target": "≤ 3",
            "met": ratio <= 3,
            "bound": bound("Python calls and bytes", "the driver that reads the same rows", bare, ours),
        },
        {
            "name": "peak memory of that listing, against a fifth of the cases",
            "ours": f"{much // 1024} MB",
            "peer": f"{little // 1024} MB",
            "ratio": much / little,
            "target": "≤ 1.1",
            "met": much / little <= 1.1,
            "bound": occupied(much),
        },
    ]


if __name__ == "__main__":
    for row in run():
        print(row)
