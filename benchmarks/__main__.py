"""
``make bench`` (性能比较): every benchmark, as ratios to a peer in the same run.

``python benchmarks NAME …`` runs those named; the table is printed as Markdown, as in docs/reference/speed.md. Its
last column says what bounds a row, and how far from that bound it is.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

NAMES = (
    "calendar",
    "rulebook",
    "replay",
    "action",
    "receive",
    "import",
    "prediction",
    "sweep",
    "cases",
    "pages",
    "moves",
    "workers",
    "life",
)


def main(names: list[str]) -> int:
    """Run the benchmarks and print one table; exit code 1 where a target was missed."""
    sys.path.insert(0, str(Path(__file__).parent))
    print("| what | gkflow | peer | ratio | target | bound |")
    print("|---|---|---|---|---|---|")
    missed = 0
    for name in names or NAMES:
        for row in importlib.import_module(f"bench_{name}").run():
            mark = "" if row["met"] else " **missed**"
            missed += not row["met"]
            cells = (
                row["name"],
                _cell(row["ours"]),
                _cell(row["peer"]),
                f"{row['ratio']:.2f}",
                f"{row['target']}{mark}",
                row["bound"],
            )
            print(f"| {' | '.join(cells)} |", flush=True)
    return 1 if missed else 0


def _cell(value: object) -> str:
    """A figure as text; plain seconds of a single call read better in nanoseconds."""
    return f"{value * 1e9:,.0f} ns" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
