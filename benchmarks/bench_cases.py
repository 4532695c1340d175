"""
The list of overdue cases (台账查询): ``gkflow cases --overdue`` on 100,000 open cases against an empty office.

The whole command is timed, start-up and all: what a clerk waits for.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bounds import bound, middle, starting, timed

import gkflow
from gkflow.application.ports import FOREVER, ClockRevision, DocketLine

TODAY = date(2026, 6, 15)


def _office(home: Path, cases: int, overdue: int) -> None:
    home.mkdir()
    (home / "gkflow.toml").write_text('[database]\nurl = "sqlite:///gkflow.db"\n', encoding="utf-8")
    with gkflow.open(f"sqlite:///{home}/gkflow.db", home=home) as office:
        edition = office.rules.rulebook.workflow("request").edition
        late, far = TODAY - timedelta(days=3), office.calendar.add(TODAY, 15)
        dockets, clocks = [], []
        for n in range(cases):
            case = f"C{n:07d}"
            last = late if n < overdue else far
            dockets.append(
                DocketLine(
                    case, "request", edition, "", "assigned", "GK", "", TODAY, TODAY, FOREVER, 3, "", TODAY, "running",
                    "reply", "", last,
                )
            )  # fmt: skip
            clocks.append(
                ClockRevision(
                    case, "reply", "", date(2026, 5, 20), FOREVER, "request", "office", "duty", 1, "running", "",
                    date(2026, 5, 20), last, None, None, None, 0, None, None, None, "reply",
                    0, "",
                )
            )  # fmt: skip
        with office.store.writing() as ledger:
            ledger.docket.put(dockets, fresh=True)
            ledger.docket.add_clocks(clocks)


def _timed(home: Path, lines: int) -> float:
    environment = {**os.environ, "GKFLOW_HOME": str(home)}
    command = [sys.executable, "-m", "gkflow", "cases", "--overdue", "--as-of", str(TODAY), "--format", "json"]
    found = []
    took = timed(lambda: found.append(subprocess.run(command, env=environment, capture_output=True, check=True)))
    assert found[0].stdout.count(b'"case"') == lines
    return took


def run(cases: int = 100_000, overdue: int = 100, rounds: int = 7) -> list[dict[str, Any]]:
    """The median time of the command on both offices, in turn."""
    with tempfile.TemporaryDirectory() as name:
        full, empty = Path(name) / "full", Path(name) / "empty"
        _office(full, cases, overdue)
        _office(empty, 0, 0)
        _timed(full, overdue)
        times = [(_timed(full, overdue), _timed(empty, 0), starting()) for _ in range(rounds)]
    ours, peer, bare = (middle(list(each)) for each in zip(*times, strict=True))
    return [
        {
            "name": f"gkflow cases --overdue, {overdue} of {cases:,} open",
            "ours": f"{ours:.2f} s",
            "peer": f"{peer:.2f} s empty",
            "ratio": ours / peer,
            "target": "≤ 2",
            "met": ours / peer <= 2,
            "bound": bound("start of a process", "Python that does nothing", bare, ours),
        }
    ]


if __name__ == "__main__":
    for row in run():
        print(row)
