"""
The rulebook (规则集): how long all rule files take to be read and compared, and what ``gkflow check`` costs.

The goal is a time that a person does not notice; the peer is what the same Python needs to take the same files
apart as YAML and do nothing with them.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOADING, CHECKING = 0.25, 0.5  # seconds
_LOAD = """
import time
from gkflow import bootstrap
import gkflow.files.rulebook_files, gkflow.domain.soundness
bootstrap.calendar()
begin = time.perf_counter()
bootstrap.rulebook()
print(time.perf_counter() - begin)
"""
_PEER = """
import time, sys, yaml
from pathlib import Path
files = [p for f in ("workflows", "config") for p in Path(sys.argv[1], f).glob("**/*.yaml")]
loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
begin = time.perf_counter()
for path in files:
    yaml.compose(path.read_text(encoding="utf-8"), Loader=loader)
print(time.perf_counter() - begin)
"""


def _said(code: str) -> float:
    done = subprocess.run([sys.executable, "-c", code, str(ROOT)], capture_output=True, check=True, text=True)
    return float(done.stdout)


def _check() -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-m", "gkflow", "check"], capture_output=True, check=True)
    return time.perf_counter() - begin


def run(rounds: int = 7) -> list[dict[str, Any]]:
    """The median of fresh processes, in turn."""
    _check()
    taken = sorted((_said(_LOAD), _said(_PEER)) for _ in range(rounds))
    ours, peer = taken[rounds // 2]
    checks = sorted(_check() for _ in range(rounds))[rounds // 2]
    return [
        {
            "name": "reading and comparing every rule file, once for a process",
            "ours": f"{ours:.2f} s",
            "peer": f"{peer:.2f} s as bare YAML",
            "ratio": ours / LOADING,
            "target": f"≤ {LOADING} s",
            "met": ours <= LOADING,
        },
        {
            "name": "gkflow check, start-up and all",
            "ours": f"{checks:.2f} s",
            "peer": f"goal {CHECKING} s",
            "ratio": checks / CHECKING,
            "target": "≤ 1",
            "met": checks <= CHECKING,
        },
    ]


if __name__ == "__main__":
    for row in run():
        print(row)
