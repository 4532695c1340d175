"""
The life of one case (一案全程): nine steps from receipt to archive, each durable before the next begins.

The peers are DBOS workflows, python-statemachine with SQLModel, SpiffWorkflow with pickle, and a Django model per
case, written as their documentation says (``benchmarks/lives``). They keep the least that an office needs: the case's
state and due day, and a row of history for each step with its day, actor and facts. gkflow does much more in the same
time: it checks facts and roles, chains the entries by hashes, counts every clock with its suspensions, and writes
docket, notices and events: 41 rows a case, where they write ten. The last peer writes as many. All use SQLite with a
write-ahead log and ``synchronous=FULL``; DBOS, which recommends PostgreSQL, stands beside gkflow on that as well.
Each runs in a process of its own; the rounds are interleaved.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bounds import Commits, Server, bound, middle
from server import postgresql

# name of the row: the module of the peer, and whether both run on PostgreSQL
PEERS = {
    "a DBOS workflow": ("dbos", False),
    "a DBOS workflow, both on PostgreSQL": ("dbos", True),
    "python-statemachine + SQLModel": ("sqlmodel", False),
    "SpiffWorkflow + pickle": ("spiff", False),
    "a Django model": ("django", False),
    "a Django model that writes as many rows": ("django_full", False),
}
STEPS = 9


class Contestant:
    """A process of ``benchmarks/lives`` that leads cases through their lives when asked to."""

    def __init__(self, name: str, folder: Path, address: str = "") -> None:
        home = folder / f"{name}-{'postgresql' if address else 'sqlite'}"
        home.mkdir()
        command = [sys.executable, str(Path(__file__).parent / "lives"), name, str(home)]
        self.process = subprocess.Popen(
            [*command, *([address] if address else [])], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._answer() == "ready"
        self.lived = 0

    def live(self, count: int) -> float:
        """Seconds that the lives of so many new cases take."""
        first, self.lived = self.lived, self.lived + count
        return float(self._ask(["live", first, count]))

    def ended(self, number: int) -> dict[str, Any]:
        """State, due day and history of one case."""
        return dict(self._ask(["ended", number]))

    def _ask(self, words: list[Any]) -> Any:
        assert self.process.stdin
        print(json.dumps(words), file=self.process.stdin, flush=True)
        return json.loads(self._answer())

    def _answer(self) -> str:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, f"the process ended with {self.process.wait()}: {self.process.args}"
        return line.rstrip("\n")

    def close(self) -> None:
        """End its input, and so the process."""
        self.process.communicate()


@contextmanager
def contestants() -> Iterator[tuple[dict[tuple[str, bool], Contestant], Callable[[bool], float]]]:
    """All of them, started; and the seconds of one bare commit, on SQLite or on PostgreSQL."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        address = stack.enter_context(postgresql())
        kinds = dict.fromkeys(pair for peer in PEERS.values() for pair in (("gkflow", peer[1]), peer))
        started = {}
        for name, on_server in kinds:
            started[name, on_server] = Contestant(name, folder, address if on_server else "")
            stack.callback(started[name, on_server].close)
        commits, server = Commits(folder), Server(address)
        stack.callback(commits.close)
        stack.callback(server.close)
        yield started, lambda on_server: (server if on_server else commits).commit()


def run(lives: int = 10, rounds: int = 9) -> list[dict[str, Any]]:
    """Ours directly before each peer in every round; the ratio is the median of the rounds."""
    with contestants() as (started, commit):
        for contestant in started.values():
            contestant.live(2)
        bare: dict[bool, list[float]] = {False: [], True: []}
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in PEERS}
        for _ in range(rounds):
            for name, (peer, on_server) in PEERS.items():
                bare[on_server].append(commit(on_server))
                ours, theirs = started["gkflow", on_server], started[peer, on_server]
                times[name].append((ours.live(lives) / lives, theirs.live(lives) / lives))
    return [_row(name, pairs, STEPS * middle(bare[PEERS[name][1]])) for name, pairs in times.items()]


def _row(name: str, pairs: list[tuple[float, float]], bare: float) -> dict[str, Any]:
    ratio = middle([theirs / ours for ours, theirs in pairs])
    kept = "nothing checked" if PEERS[name][0] == "django_full" else "state, history and due day alone"
    mine, others = (middle(list(each)) for each in zip(*pairs, strict=True))
    return {
        "name": f"the life of a case, nine steps, against {name}",
        "ours": f"{1 / mine:,.1f} lives/s",
        "peer": f"{1 / others:,.1f} lives/s, {kept}",
        "ratio": ratio,
        "target": "≥ 1",
        "met": ratio >= 1,
        "bound": bound("fsync and Python calls", "nine bare commits", bare, mine),
    }


if __name__ == "__main__":
    for row in run():
        print(row)
