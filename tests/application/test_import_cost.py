"""What an import costs (导入开销): each row the same, however long the register is."""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import gkflow
from gkflow.application.rows import Row

NOW = datetime(2026, 6, 15, 2, tzinfo=UTC)


def register(cases: int) -> Iterator[Row]:
    """Old cases (reported as far back), each with an unknown unit and an officer of its own."""
    for n in range(cases):
        day = date(2024, 1, 2) + timedelta(days=n % 100)
        case = {"case": f"GK-{n:05d}", "workflow": "request", "by": f"王{n}", "unit": f"某机关{n}"}
        yield 2 + 2 * n, {**case, "day": day.isoformat(), "action": "receive", "channel": "in_person"}
        yield 3 + 2 * n, {**case, "day": day.isoformat(), "action": "register"}


def calls_per_row(folder: Path, cases: int) -> float:
    folder.mkdir()
    (folder / "gkflow.toml").write_text(
        '[units.JYJ]\nlabel = "某某市教育局"\n[[people]]\nname = "张三"\nunit = "JYJ"\nroles = ["officer"]\n',
        encoding="utf-8",
    )
    with gkflow.open(f"sqlite:///{folder}/g.db", home=folder) as office:
        assert office.rules
        profile = cProfile.Profile()
        profile.enable()
        done = office.import_register(register(cases), now=NOW)
        profile.disable()
    assert done.taken == done.rows == 2 * cases
    assert len(done.to_review) >= 2 * cases, "an unknown unit and an old day for each case"
    return float(pstats.Stats(profile).total_calls) / done.rows


def test_a_row_of_a_long_register_costs_as_many_calls_as_one_of_a_short_register(tmp_path: Path) -> None:
    """Comparing each row with every remark so far made an import of 100,000 rows nineteen times slower."""
    calls_per_row(tmp_path / "first", 10)  # what is loaded and compiled once
    short, long = calls_per_row(tmp_path / "short", 100), calls_per_row(tmp_path / "long", 800)
    assert long < short * 1.1
