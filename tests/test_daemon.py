"""The daemon: an alarm clock whose lateness, repetition and death change nothing."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import gkflow
from channels.receivers import answers, http_receiver
from gkflow.application.ports import Message, NotDelivered
from gkflow.daemon import SHANGHAI, Daemon, logger
from gkflow.domain.edition import Announcement
from gkflow.office import Office
from gkflow.open_office import open_office
from gkflow.setup import init_office

ENTRY = Path(__file__).parent / "soak" / "daemon_process.py"


@dataclass
class Hands:
    """A clock on the wall and the time gone by, both moved by hand."""

    wall: datetime
    gone: float = 0.0

    def goes(self, **much: float) -> None:
        """Time passes: both move."""
        self.wall += timedelta(**much)
        self.gone += timedelta(**much).total_seconds()

    def is_set(self, **much: float) -> None:
        """Somebody sets the clock: only the wall moves."""
        self.wall += timedelta(**much)


@dataclass
class Bell:
    """A channel that rings somebody."""

    name: str = "file"
    quiet: bool = False
    rung: list[str] = field(default_factory=list)
    broken: bool = False

    def send(self, messages: Sequence[Message]) -> Mapping[str, NotDelivered | None]:
        if self.broken:
            raise ConnectionError("the exchange is on fire")
        self.rung += [message.key for message in messages]
        return {message.key: None for message in messages}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = init_office(tmp_path, "测试机关", "T").office
    with office:
        yield office


def a_daemon(office: Office, hands: Hands, **more: Any) -> tuple[Daemon, io.StringIO]:
    log = io.StringIO()
    return (
        Daemon(
            office, clock=lambda: hands.wall, passed=lambda: hands.gone, log=logger(lambda: hands.wall, log), **more
        ),
        log,
    )


def events(log: io.StringIO) -> list[str]:
    return [json.loads(line)["event"] for line in log.getvalue().splitlines()]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def swept(office: Office) -> list[date]:
    with office.store.reading() as ledger:
        return [sweep.day for sweep in ledger.sweeps.lines() if sweep.done_at is not None]


def a_request(office: Office, case: str = "A1", day: str = "2022-09-22") -> None:
    rows = [(2, {"case": case, "workflow": "request", "day": day, "action": "receive", "channel": "in_person"})]
    assert office.import_register(rows, now=at(f"{day}T17:00")).taken == 1


def test_before_the_daily_hour_it_sweeps_through_yesterday_and_from_it_on_through_today(office: Office) -> None:
    hands = Hands(at("2022-11-14T08:29"))
    daemon, _ = a_daemon(office, hands)
    daemon.tick()
    assert swept(office) == [date(2022, 11, 13)]
    hands.goes(minutes=1)
    daemon.tick()
    assert swept(office) == [date(2022, 11, 13), date(2022, 11, 14)]


def test_a_clock_that_stands_still_and_a_second_daemon_sweep_nothing_twice(office: Office) -> None:
    a_request(office)
    hands = Hands(at("2022-11-14T09:00"))
    daemon, _ = a_daemon(office, hands)
    other, log = a_daemon(office, hands)
    daemon.tick()
    before = (swept(office), len(office.escalations()), len(office.notices()))
    for _ in range(3):
        daemon.tick()
        other.tick()
    assert (swept(office), len(office.escalations()), len(office.notices())) == before
    assert before[1] > 0
    assert "swept" not in events(log)


def test_two_daemons_whose_clocks_are_two_hours_apart_do_what_one_does(tmp_path: Path) -> None:
    logs = []
    for name, apart in (("one", (0,)), ("two", (0, 2)), ("three", (2, 0, 1))):
        with init_office(tmp_path / name, "测试机关", "T").office as office:
            a_request(office)
            all_hands = [Hands(at("2022-10-25T00:30") + timedelta(hours=hours)) for hours in apart]
            daemons = [a_daemon(office, hands)[0] for hands in all_hands]
            for _ in range(12 * 4):
                for hands, daemon in zip(all_hands, daemons, strict=True):
                    daemon.tick()
                    daemon.hours()
                    hands.goes(hours=2)
            with office.store.reading() as ledger:
                days = [(line.day, line.steps, line.telling) for line in ledger.sweeps.lines()]
            keys = sorted(notice.key for notice in office.notices())
            steps = sorted((e.case, e.clock, e.step, e.last_day, e.day) for e in office.escalations())
            logs.append((days, steps, keys))
            assert office.verify()[2] == ()
    assert logs[0] == logs[1] == logs[2]
    assert len(logs[0][0]) == 5
    assert len(logs[0][1]) > 2


def test_after_an_outage_every_day_is_swept_in_order(office: Office) -> None:
    a_request(office)
    daemon, _ = a_daemon(office, Hands(at("2022-10-20T09:00")))
    daemon.tick()
    restarted, _ = a_daemon(office, Hands(at("2022-10-28T09:00")))
    restarted.tick()
    assert swept(office) == [date(2022, 10, 20) + timedelta(days=i) for i in range(9)]
    # Day 0 is 22 September, the last day 25 October (8 and 9 October are worked): each step stands on its own day.
    log = {record.step: record.day.day for record in office.escalations() if record.clock == "reply"}
    assert log == {-5: 20, -2: 21, 0: 25, 1: 26, 3: 28}


def test_a_clock_that_jumps_ahead_notifies_nobody_of_lateness_that_is_none(office: Office) -> None:
    a_request(office, day="2022-11-10")
    hands, bell = Hands(at("2022-11-14T09:00")), Bell()
    daemon, log = a_daemon(office, hands, channels={"file": bell})
    daemon.tick()
    hands.is_set(days=400)
    hands.goes(minutes=5)
    daemon.tick()
    daemon.deliver()
    assert swept(office) == [date(2022, 11, 14)]
    assert events(log).count("clock_ahead") == 2
    sign = next(sign for sign in office.doctor(at("2022-11-14T09:06")) if sign.name == "clock")
    assert (sign.level, sign.facts["jumped"]) == ("error", True)

    hands.is_set(days=-400)
    hands.goes(days=1)
    daemon.tick()
    assert swept(office) == [date(2022, 11, 14), date(2022, 11, 15)]
    sign = next(sign for sign in office.doctor(hands.wall) if sign.name == "clock")
    assert sign.level == "ok"


def test_a_jump_is_believed_once_somebody_has_swept_by_hand(office: Office) -> None:
    hands = Hands(at("2022-11-14T09:00"))
    daemon, log = a_daemon(office, hands)
    daemon.tick()
    hands.is_set(days=3)
    daemon.tick()
    assert events(log)[-1] == "clock_ahead"
    office.sweep(now=hands.wall)
    hands.goes(days=1)
    daemon.tick()
    assert swept(office)[-1] == date(2022, 11, 18)


def test_a_machine_that_slept_for_three_days_has_not_jumped(office: Office) -> None:
    hands = Hands(at("2022-11-14T09:00"))
    daemon, log = a_daemon(office, hands)
    daemon.tick()
    hands.goes(days=3)
    daemon.tick()
    assert swept(office) == [date(2022, 11, day) for day in (14, 15, 16, 17)]
    assert "clock_ahead" not in events(log)


def test_a_clock_set_back_and_right_again_has_not_jumped(office: Office) -> None:
    hands = Hands(at("2022-11-14T09:00"))
    daemon, log = a_daemon(office, hands)
    daemon.tick()
    hands.is_set(days=-5)
    daemon.tick()
    hands.is_set(days=5)
    hands.goes(hours=1)
    daemon.tick()
    assert "clock_ahead" not in events(log)
    assert swept(office) == [date(2022, 11, 14)]


def test_an_error_of_one_run_is_logged_and_the_next_run_goes_on(office: Office) -> None:
    hands = Hands(at("2022-11-14T09:00"))
    daemon, log = a_daemon(office, hands)
    with office.store.writing() as ledger:
        ledger.cursor.verbatim("ALTER TABLE gk_sweep RENAME TO elsewhere")
    daemon.tick()
    assert events(log) == ["failed"]
    with office.store.writing() as ledger:
        ledger.cursor.verbatim("ALTER TABLE elsewhere RENAME TO gk_sweep")
    daemon.tick()
    assert swept(office) == [date(2022, 11, 14)]


def test_a_channel_that_breaks_down_loses_no_notice(office: Office) -> None:
    a_request(office)
    hands, bell = Hands(at("2022-11-14T09:00")), Bell(broken=True)
    daemon, log = a_daemon(office, hands, channels={"file": bell})
    daemon.tick()
    daemon.deliver()
    last = json.loads(log.getvalue().splitlines()[-1])
    assert (last["level"], last["delivered"], last["failed"] > 0) == ("warning", 0, True)
    bell.broken = False
    hands.goes(minutes=2)
    daemon.deliver()
    assert sorted(bell.rung) == sorted(notice.key for notice in office.notices())
    assert bell.rung


def test_it_is_quiet_on_a_holiday_and_rings_on_a_makeup_saturday(office: Office) -> None:
    a_request(office, day="2022-09-01")
    hands, bell = Hands(at("2022-10-05T10:00")), Bell()
    daemon, _ = a_daemon(office, hands, channels={"file": bell})
    daemon.tick()
    daemon.deliver()
    assert swept(office) == [date(2022, 10, 5)]
    assert not bell.rung
    hands.goes(days=3)  # Saturday 8 October 2022, a make-up working day
    assert hands.wall.weekday() == 5
    daemon.deliver()
    assert bell.rung


def test_a_stopped_daemon_takes_no_further_batch(office: Office) -> None:
    a_request(office)
    hands, bell = Hands(at("2022-11-14T09:00")), Bell()
    daemon, log = a_daemon(office, hands, channels={"file": bell})
    daemon.tick()
    daemon._stopping = True
    daemon.deliver()
    assert not bell.rung
    assert events(log)[-1] == "stopped_early"
    daemon._stopping = False
    hands.goes(minutes=11)  # what the stopped one had claimed is free again after ten minutes
    daemon.deliver()
    assert sorted(bell.rung) == sorted(notice.key for notice in office.notices())
    assert all(notice.tries == 1 for notice in office.notices())


def test_next_years_notice_is_asked_for_once_a_week_from_november_on(office: Office) -> None:
    known = office.calendar.announced_through
    assert known is not None
    first = date(known.year, 11, 1)
    monday = first + timedelta(days=-first.weekday() % 7)

    def ask(day: date, count: int = 1) -> list[str]:
        for _ in range(count):
            hands = Hands(datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI))
            a_daemon(office, hands)[0].tick()
        return sorted(notice.key for notice in office.notices() if notice.kind == "calendar")

    assert ask(date(known.year, 10, 31) - timedelta(days=1)) == []
    asked = ask(monday, count=3)  # three daemons
    assert asked
    assert ask(monday + timedelta(days=2)) == asked
    again = ask(monday + timedelta(days=7))
    assert len(again) == 2 * len(asked)
    assert all(str(known.year + 1) in key for key in again)
    assert office.verify()[2] == ()


def test_from_november_the_log_says_that_next_years_notice_is_missing_until_it_is_in(
    office: Office, tmp_path: Path
) -> None:
    known = office.calendar.announced_through
    assert known is not None
    hands = Hands(datetime(known.year, 10, 31, 9, tzinfo=SHANGHAI))
    daemon, log = a_daemon(office, hands)

    def missing() -> list[tuple[str, int]]:
        lines = [json.loads(line) for line in log.getvalue().splitlines()]
        return [(line["level"], line["year"]) for line in lines if line["event"] == "calendar_missing"]

    daemon.tick()
    assert missing() == []
    hands.goes(days=1)
    daemon.tick()
    assert missing() == [("warning", known.year + 1)]
    hands.goes(days=7)
    daemon.tick()
    assert missing() == [("warning", known.year + 1)] * 2
    with open_office(home=tmp_path) as other:  # another process enters the notice
        said = Announcement("entered", "放假通知", hands.wall.date(), years=(known.year + 1,))
        other.calendars.adopt(other.calendars.known().with_announcements([said]), now=hands.wall)
    for _ in range(6):  # until 20 December
        hands.goes(days=7)
        daemon.tick()
    assert missing() == [("warning", known.year + 1)] * 2
    assert events(log).count("calendar_adopted") == 1
    assert swept(office)[-1] == date(known.year, 12, 20)


def test_a_calendar_adopted_meanwhile_needs_no_restart(office: Office, tmp_path: Path) -> None:
    hands = Hands(at("2022-11-14T09:00"))
    daemon, log = a_daemon(office, hands)
    daemon.tick()
    data = office.calendar.as_data()
    with office.store.writing() as ledger:
        ledger.editions.adopt_calendar("another", json.dumps({**data, "edition": "another"}), "李四", hands.wall)
    daemon.tick()
    assert "calendar_adopted" in events(log)
    hands.goes(minutes=5)
    daemon.tick()
    assert events(log).count("calendar_adopted") == 1


def rung(daemon: Daemon, hands: Hands, seconds: int) -> list[tuple[int, str]]:
    """What the daemon calls while so many seconds go by, and in which second."""
    alarms, found = daemon.alarms(), []
    for second in range(seconds):
        found += [(second, alarm.name) for alarm in daemon.due(alarms)]
        hands.goes(seconds=1)
    return found


def test_its_jobs_come_round_in_their_time_and_all_of_them_at_the_start(office: Office) -> None:
    hands = Hands(at("2022-11-14T09:00"))
    calls = rung(a_daemon(office, hands)[0], hands, 601)
    assert [second for second, name in calls if name == "tick"] == [0, 300, 600]
    assert [second for second, name in calls if name == "deliver"] == list(range(0, 601, 60))
    assert [second for second, name in calls if name == "heartbeat"] == list(range(0, 601, 60))


def test_at_the_daily_hour_it_ticks_at_once(office: Office) -> None:
    hands = Hands(at("2022-11-14T08:28:30"))
    calls = rung(a_daemon(office, hands)[0], hands, 400)
    assert [second for second, name in calls if name == "tick"] == [0, 90, 390]


def test_a_job_that_still_runs_is_not_called_beside_itself_and_not_forgotten(office: Office) -> None:
    hands = Hands(at("2022-11-14T09:00"))
    daemon, _ = a_daemon(office, hands)
    alarms = daemon.alarms()
    daemon.due(alarms)
    deliver = next(alarm for alarm in alarms if alarm.name == "deliver")
    with deliver.busy:
        hands.goes(minutes=3)
        assert "deliver" not in [alarm.name for alarm in daemon.due(alarms)]
    assert [alarm.name for alarm in daemon.due(alarms)] == ["deliver"]


@pytest.mark.parametrize("jump", [{"days": 3}, {"days": 400}, {"hours": 20}, {"minutes": -4}, {"days": -3}])
def test_within_a_minute_of_the_clock_being_right_there_is_a_heartbeat(office: Office, jump: dict[str, float]) -> None:
    hands = Hands(at("2022-11-14T09:00"))
    daemon, _ = a_daemon(office, hands)
    alarms = daemon.alarms()

    def lives(seconds: int) -> None:
        for _ in range(seconds):
            for alarm in daemon.due(alarms):
                alarm.call()
            hands.goes(seconds=1)

    lives(15)
    hands.is_set(**jump)
    lives(75)
    hands.is_set(**{unit: -much for unit, much in jump.items()})
    right = hands.wall
    lives(61)
    with office.store.reading() as ledger:
        heartbeat = ledger.heartbeats.last("daemon")
    assert heartbeat is not None
    assert right <= heartbeat <= hands.wall
    sign = next(sign for sign in office.doctor(hands.wall) if sign.name == "daemon")
    assert sign.level == "ok"


@pytest.mark.slow
def test_sigterm_in_the_middle_of_a_catch_up_leaves_a_clean_database(tmp_path: Path) -> None:
    office = init_office(tmp_path, "测试机关", "T").office
    with office:
        for number in range(40):
            a_request(office, f"A{number:02}", str(date(2022, 9, 1) + timedelta(days=number)))
        office.tick(at("2022-09-01T12:00"))
        began = f"{time.time()},2023-06-01T12:00:00+08:00,86400"  # noqa: TID251  (the clock of ENTRY begins here)
        environ = {name: value for name, value in os.environ.items() if not name.startswith("GKFLOW_")}
        process = subprocess.Popen(
            [sys.executable, str(ENTRY), str(tmp_path)], env={**environ, "SOAK_CLOCK": began}, stderr=subprocess.PIPE
        )
        try:
            end = time.monotonic() + 30
            while len(swept(office)) < 3 and time.monotonic() < end:
                time.sleep(0.01)
            assert len(swept(office)) >= 3
            process.send_signal(signal.SIGTERM)
            _, log = process.communicate(timeout=60)
        finally:
            process.kill()
        assert process.returncode == 0
        lines = [json.loads(line) for line in log.decode().splitlines()]
        assert [line["event"] for line in lines][-1] == "stopped"
        assert swept(office)[-1] < date(2023, 6, 1)  # it did not stay to the end of a long catch-up
        assert office.verify()[2] == ()
        office.tick(at("2023-06-01T12:00"))
        days = swept(office)
        assert days == [date(2022, 9, 1) + timedelta(days=i) for i in range(len(days))]
        assert days[-1] == date(2023, 6, 1)
        keys = [(r.case, r.clock, r.ref, r.last_day, r.step) for r in office.escalations()]
        assert len(keys) == len(set(keys)) > 100


def test_a_limit_of_hours_is_watched_every_minute_between_two_ticks(office: Office) -> None:
    hands = Hands(at("2022-11-12T08:30"))
    daemon, log = a_daemon(office, hands)
    daemon.tick()
    hands.goes(hours=4)
    facts = {"known_at": "2022-11-12 12:00", "level": "major"}
    office.receive("opinion", "OP1", day="2022-11-12", facts=facts, now=hands.wall)
    alarms = daemon.alarms()
    daemon.due(alarms)
    rung = []
    for _ in range(275):
        hands.goes(minutes=1)
        due = [alarm for alarm in daemon.due(alarms) if alarm.name == "hours"]
        rung += due
        for alarm in due:
            alarm.call()
    assert len(rung) == 275
    # 12:00 and five hours; 17:00 itself is in time.
    late = [record for record in office.escalations() if (record.clock, record.step) == ("inform", 1)]
    assert [record.day for record in late] == [date(2022, 11, 12)]
    assert [json.loads(line)["at"] for line in log.getvalue().splitlines() if '"hours"' in line][-1].startswith(
        "2022-11-12T17:01"
    )


def test_events_are_posted_by_a_job_of_their_own_and_a_stopped_daemon_begins_no_post(tmp_path: Path) -> None:
    hands = Hands(at("2022-09-22T10:00"))
    with http_receiver(answers(500), answers(204)) as receiver:
        secret = "whsec_" + "A" * 32
        settings = gkflow.Settings(
            home=tmp_path, webhook={"allow_local": True},
            endpoints=[{"name": "portal", "url": receiver.url, "secret": secret}],
        )  # fmt: skip
        with gkflow.open(f"sqlite:///{tmp_path / 'gk.db'}", settings=settings) as office:
            daemon, log = a_daemon(office, hands, channels={"file": Bell()})
            assert [alarm.name for alarm in daemon.alarms()] == ["tick", "hours", "deliver", "post", "heartbeat"]
            daemon.post()
            for case in ("A1", "A2", "A3"):
                office.receive("request", case, facts={"channel": "in_person"}, now=hands.wall)
            daemon.post()
            assert '"failing": ["portal"]' in log.getvalue()
            daemon._stopping = True
            hands.goes(hours=1)
            daemon.post()
            assert events(log)[-1] == "stopped_early"
            assert len(receiver.posts) == 1
            again, log = a_daemon(office, hands, channels={"file": Bell()})
            again.post()
            assert json.loads(log.getvalue())["posted"] == 3
        assert [json.loads(post.body)["case"] for post in receiver.posts] == ["A1", "A1", "A2", "A3"]


def test_an_office_without_endpoints_has_no_job_for_them(office: Office) -> None:
    daemon, _ = a_daemon(office, Hands(at("2022-09-22T10:00")))
    assert [alarm.name for alarm in daemon.alarms()] == ["tick", "hours", "deliver", "heartbeat"]
