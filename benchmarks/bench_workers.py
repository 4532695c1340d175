"""
Four workers against one (多进程分工), on PostgreSQL: days with 10,000 cases due, and 100,000 deliveries.

The workers are processes that do what the jobs of ``gkflow worker`` do: shares of a day, or the outbox until it is
empty; the end of the day, which one process does in both cases, is in the time. The peer is one such process that does
it alone, in turn with the four. The server is on the same machine, so that two cores are shared by all.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bounds import bound, middle, timed
from scale import TODAY, fill
from server import postgresql
from sqlalchemy import text

import gkflow
from gkflow.application.sweep import tick
from gkflow.application.sweep_day import Share, sweep_share, work_of

WORKERS, SHARES = 4, 16
OPEN, DUE, DELIVERIES, ROUNDS = 200_000, 10_000, 100_000, 3


def run(rounds: int = ROUNDS, due: int = DUE, deliveries: int = DELIVERIES, cases: int = OPEN) -> list[dict[str, Any]]:
    """Both ratios, one worker and four in turn."""
    with tempfile.TemporaryDirectory() as home, postgresql() as address, gkflow.open(address, home=home) as office:
        # So far apart that no case comes due on one of them five working days before another one.
        days = [office.calendar.add(TODAY, 10 * n) for n in range(1, 2 * rounds + 1)]
        fill(office, max(cases, due * len(days)), dict.fromkeys(days, due))
        office.tick(_morning(TODAY))
        alone, together = [], []
        for at, day in enumerate(days):
            times, workers = (together, WORKERS) if at % 2 else (alone, 1)
            office.tick(_morning(day - timedelta(days=1)))
            tick(office.store, office.rules, _morning(day), day, shared=lambda *_: True)  # plans the day, and leaves it
            with _workers(workers, address, home, "sweep", day.isoformat()) as go:
                times.append(timed(lambda go=go, day=day: _swept(office, day, go)))
            assert len(office.escalations(since=day)) == due
        sweeps = _row(f"a day with {due:,} cases due", due, alone, together)
        alone, together = [], []
        _wait(office, deliveries)
        for at in range(2 * rounds):
            _wait(office, deliveries)
            times, workers = (together, WORKERS) if at % 2 else (alone, 1)
            with _workers(workers, address, home, "deliver", days[-1].isoformat()) as go:
                times.append(timed(go))
            assert office.notices("waiting", limit=1) == []
        return [sweeps, _row(f"{deliveries:,} notices delivered", deliveries, alone, together)]


def _row(name: str, pieces: int, alone: Sequence[float], together: Sequence[float]) -> dict[str, Any]:
    ratio = middle([one / four for one, four in zip(alone, together, strict=True)])
    return {
        "name": f"four workers: {name}",
        "ours": f"{pieces / middle(list(together)):,.0f}/s by four",
        "peer": f"{pieces / middle(list(alone)):,.0f}/s by one",
        "ratio": ratio,
        "target": "≥ 1.7",
        "met": ratio >= 1.7,
        "bound": bound("two cores", "half of the time of one", middle(list(alone)) / 2, middle(list(together))),
    }


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9), ZoneInfo("Asia/Shanghai"))


def _swept(office: gkflow.Office, day: date, go: Any) -> None:
    go()
    office.tick(_morning(day))  # ends the day, where shares have done its work


def _wait(office: gkflow.Office, many: int) -> None:
    """Let so many notices wait, as if none had been delivered."""
    with office.engine.begin() as connection:
        there = connection.scalar(text("SELECT count(*) FROM gk_notice"))
        names = ", ".join(
            f'"{name}"' for name in connection.execute(text("SELECT * FROM gk_notice LIMIT 0")).keys() - {"id", "key"}
        )
        copied = f"INSERT INTO gk_notice (key, {names}) SELECT key || '/' || n, {names} FROM gk_notice, "
        if there < many:
            copied += f"generate_series(1, {many // there + 1}) n LIMIT {many - there}"
            connection.execute(text(copied))
        connection.execute(text("UPDATE gk_notice SET delivered_at = NULL, claimed_until = NULL, tries = 0"))
    with office.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


# -- a worker --------------------------------------------------------------------------------------------------------


@contextmanager
def _workers(count: int, *arguments: str) -> Iterator[Any]:
    """So many processes, ready to begin; the value lets them go and waits until all are done."""
    running = [
        subprocess.Popen(
            [sys.executable, __file__, *arguments, str(at), str(count)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for at in range(count)
    ]  # fmt: skip

    def said(word: str) -> None:
        for each in running:
            assert each.stdout is not None
            assert each.stdout.readline() == f"{word}\n"

    def go() -> None:
        for each in running:
            assert each.stdin is not None
            each.stdin.write("go\n")
            each.stdin.flush()
        said("done")

    said("ready")
    yield go
    for each in running:
        each.communicate()


def _work(address: str, home: str, what: str, day: str, at: int, of: int) -> None:
    now = _morning(date.fromisoformat(day))
    with gkflow.open(address, home=home) as office:
        rules = office.rules
        print("ready", flush=True)
        sys.stdin.readline()
        if what == "deliver":
            office.deliver(now + timedelta(hours=1))
        elif of == 1:
            office.tick(now)
        else:
            found = work_of(office.store, rules, now.date()).searches  # what the tick tells its shares
            for share in range(at, SHARES, of):
                sweep_share(office.store, rules, now.date(), now, Share(share, SHARES, found), notifying=True)
        print("done", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _work(*sys.argv[1:5], int(sys.argv[5]), int(sys.argv[6]))
    else:
        for row in run():
            print(row)
