"""Workers on several hosts: each step, entry and notice once, whatever becomes of one of them."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

import gkflow
from gkflow.daemon import Daemon
from gkflow.domain.objections.database import WorkerNeedsPostgres
from gkflow.office import Office
from gkflow.worker import Worker
from store.offices import POSTGRES, Place, a_place, assert_sound, at, log_of, processes, steps
from store.test_sweep_in_pieces import DAY, SILENT, SUPERVISED, content, fill

needs_postgres = pytest.mark.skipif(not POSTGRES, reason="needs PostgreSQL: make test-postgres")


@pytest.fixture
def two_places(tmp_path: Path) -> Iterator[tuple[Place, Place]]:
    with a_place("postgres", tmp_path / "one") as one, a_place("postgres", tmp_path / "two") as two:
        yield one, two


def worker_of(office: Office, day: str, **more: Any) -> Worker:
    return Worker(Daemon(office, clock=lambda: at(day)), **more)


def drop_jobs(office: Office, schema: str) -> None:
    with office.engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))


def test_an_office_on_sqlite_is_refused_with_what_to_do_instead(tmp_path: Path) -> None:
    with (
        gkflow.open(f"sqlite:///{tmp_path}/gkflow.db", home=tmp_path) as office,
        pytest.raises(WorkerNeedsPostgres) as error,
    ):
        Worker(Daemon(office))
    assert "gkflow daemon" in str(error.value)


@needs_postgres
def test_a_day_in_shares_writes_what_one_process_writes(two_places: tuple[Place, Place]) -> None:
    one, two = (place.settings(SUPERVISED) for place in two_places)
    with one.open() as alone, two.open() as split:
        fill(alone)
        fill(split)
        for day in (DAY, SILENT):
            alone.tick(at(day))
            worker = worker_of(split, day, shares=4, large=3)
            worker.run_once()
            assert split.doctor(at(day))
        assert content(one, alone) == content(two, split)
        done = two.rows(f"SELECT task_name, status::text FROM {worker.schema}.procrastinate_jobs")
        assert [row for row in done if row[0] == "gkflow.share"] == [("gkflow.share", "succeeded")] * 8
        assert_sound(split)
        assert len(steps(split, "D0")) > 3
        drop_jobs(split, worker.schema)


WORKER = """
from datetime import datetime
from gkflow.daemon import Daemon
from gkflow.worker import Worker
now = datetime.fromisoformat(sys.argv[3])
Worker(Daemon(office, clock=lambda: now), cron="* * * * * *", shares=6, large=3, concurrency=2).run()
"""


@needs_postgres
def test_workers_that_start_together_set_up_once_sweep_once_and_stop_when_asked(place: Place) -> None:
    if place.kind == "sqlite":
        pytest.skip("a worker needs PostgreSQL")
    with place.settings(SUPERVISED).open() as office:
        fill(office)
        moment = at(DAY).isoformat()
        with processes(place, WORKER, WORKER, WORKER, arguments=[moment]) as workers:
            until_swept(place, DAY)
            for worker in workers:
                worker.send_signal(signal.SIGTERM)
            assert [worker.wait(30) for worker in workers] == [0, 0, 0]
        assert len(steps(office, "D0")) > 3
        assert len(log_of(place)) == len(set(log_of(place)))
        assert_sound(office)
        drop_jobs(office, worker_of(office, DAY).schema)


def until_swept(place: Place, day: str) -> None:
    """Wait until the sweep of a day is sealed."""
    import time

    end = time.monotonic() + 60
    while not place.rows(f"SELECT 1 FROM gk_sweep WHERE day = '{day}' AND hash IS NOT NULL"):
        assert time.monotonic() < end, "the day was not swept"
        time.sleep(0.05)
