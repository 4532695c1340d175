"""
The rulebook (规则集): how long all rule files take to be read and compared, and what ``gkflow check`` costs.

The peer reads the same files as YAML into plain values and compares nothing; for ``gkflow check`` it is a process that
loads the same libraries and does that. Each is a process of its own, in turn; the bound of the first is the YAML
parser alone, of the second a process that loads the libraries and does nothing.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from bounds import bound, middle, starting, timed

ROOT = Path(__file__).resolve().parents[1]
FILES, CHECK = 3, 2
_LOAD = """
import time
from gkflow import bootstrap
import gkflow.files.rulebook_files, gkflow.domain.soundness
bootstrap.calendar()
begin = time.perf_counter()
bootstrap.rulebook()
print(time.perf_counter() - begin)
"""
_YAML = """
import time, sys, yaml
from pathlib import Path
files = [p for f in ("workflows", "config") for p in Path(sys.argv[1], f).glob("**/*.yaml")]
loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
begin = time.perf_counter()
for path in files:
    yaml.{verb}(path.read_text(encoding="utf-8"), Loader=loader)
print(time.perf_counter() - begin)
"""
_LIBRARIES = "import typer, rich, pydantic, pydantic_settings, transitions, yaml\n"


def _said(code: str) -> float:
    done = subprocess.run([sys.executable, "-c", code, str(ROOT)], capture_output=True, check=True, text=True)
    return float(done.stdout)


def _process(*words: str) -> float:
    return timed(lambda: subprocess.run([sys.executable, *words], capture_output=True, check=True))


def run(rounds: int = 7) -> list[dict[str, Any]]:
    """The median of fresh processes, in turn."""
    load, parse = _YAML.format(verb="load"), _YAML.format(verb="compose")
    check, peer = ("-m", "gkflow", "check"), ("-c", _LIBRARIES + load, str(ROOT))
    _process(*check), _process(*peer)
    files = [(_said(_LOAD), _said(load), _said(parse)) for _ in range(rounds)]
    commands = [(_process(*check), _process(*peer), starting(_LIBRARIES)) for _ in range(rounds)]
    return [
        _row(
            "reading and comparing every rule file, once for a process", files, "as plain YAML", FILES,
            "Python calls", "the YAML parser",
        ),
        _row(
            "gkflow check, start-up and all", commands, "to load the libraries and plain YAML", CHECK,
            "start of a process", "the libraries loaded",
        ),
    ]  # fmt: skip


def _row(
    name: str, times: list[tuple[float, float, float]], peer: str, target: float, kind: str, what: str
) -> dict[str, Any]:
    ours, theirs, bare = (middle(list(each)) for each in zip(*times, strict=True))
    ratio = middle([own / other for own, other, _ in times])
    return {
        "name": name,
        "ours": f"{ours:.2f} s",
        "peer": f"{theirs:.2f} s {peer}",
        "ratio": ratio,
        "target": f"≤ {target:g}",
        "met": ratio <= target,
        "bound": bound(kind, what, bare, ours),
    }


if __name__ == "__main__":
    for row in run():
        print(row)
