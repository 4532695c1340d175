"""The calendar feed (日历订阅): all-day events that a calendar reads back, and the deadlines of an officer in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

import gkflow
from gkflow.cli.app import run
from gkflow.cli.language import choose
from gkflow.office import Office
from gkflow.papers.feed import AllDay, feed_of
from store.offices import apart

MADE = datetime(2026, 11, 22, 9, 30, tzinfo=timezone(timedelta(hours=8)))
Feed = Callable[..., dict[str, Any]]


def read(feed: bytes) -> list[Any]:
    return list(Calendar.from_ical(feed.decode()).walk("VEVENT"))


# --- the format -----------------------------------------------------------------------------------------------


def test_an_event_is_read_back_as_it_was_given() -> None:
    words = "关于甲、乙；丙,丁 \\ 的申请\n依据 20个工作日，《中华人民共和国政府信息公开条例》第三十三条第二款" * 3
    (event,) = read(feed_of([AllDay(("a",), date(2026, 10, 10), "答复期限 A;B,C", words)], "张三", MADE))
    assert (str(event["SUMMARY"]), str(event["DESCRIPTION"])) == ("答复期限 A;B,C", words)
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 10, 10), date(2026, 10, 11))
    assert type(event["DTSTART"].dt) is date
    assert event["DTSTAMP"].dt == MADE.astimezone(UTC)
    assert (str(event["STATUS"]), str(event["TRANSP"])) == ("CONFIRMED", "TRANSPARENT")


def test_the_file_is_one_that_every_calendar_takes() -> None:
    feed = feed_of([AllDay(("a",), date(2026, 10, 10), "答复期限" * 40)], "张三的期限", MADE)
    lines = feed.split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert lines[-2:] == [b"END:VCALENDAR", b""]
    assert max(map(len, lines)) <= 75  # octets, by RFC 5545, 3.1
    calendar = Calendar.from_ical(feed.decode())
    assert (str(calendar["VERSION"]), str(calendar["X-WR-CALNAME"])) == ("2.0", "张三的期限")
    assert calendar["PRODID"]


def test_a_run_of_days_is_one_event_and_a_provisional_one_is_tentative() -> None:
    events = [
        AllDay(("b",), date(2027, 2, 5), "春节", days=6, tentative=True),
        AllDay(("a",), date(2026, 10, 1), "国庆节", days=7),
    ]
    first, second = read(feed_of(events, "日历", MADE))  # by day
    assert (first["DTEND"].dt, str(first["STATUS"])) == (date(2026, 10, 8), "CONFIRMED")
    assert (second["DTEND"].dt, str(second["STATUS"])) == (date(2027, 2, 11), "TENTATIVE")


def test_a_key_names_the_event_whatever_becomes_of_its_day_and_words() -> None:
    event = AllDay(("GK", "RC01", "reply", ""), date(2026, 10, 10), "答复期限 RC01")
    later = AllDay(event.key, date(2026, 11, 10), "逾期未办 RC01", "暂定", True, 2)
    others = [
        AllDay(key, event.day, event.summary)
        for key in [("GK", "RC01", "reply", "A"), ("GK", "RC0", "1reply", ""), ("XF", "RC01", "reply", "")]
    ]
    assert later.uid == event.uid
    assert len({event.uid, *(each.uid for each in others)}) == 4
    assert "RC01" not in event.uid


# --- the command ----------------------------------------------------------------------------------------------


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """An office in a folder of its own, found by the command line."""
    choose("zh")
    monkeypatch.setenv("GKFLOW_HOME", str(tmp_path / "office"))
    monkeypatch.chdir(tmp_path)
    assert run(["init", "--name", "某市人民政府办公室", "--unit", "GK"]) == 0
    with gkflow.open() as office:
        yield office


@pytest.fixture
def feed(opened: Office, tmp_path: Path) -> Feed:
    """The feed of an officer on a day, by summary."""

    def read_feed(officer: str, day: str) -> dict[str, Any]:
        file = tmp_path / "feed.ics"
        whose = ["--officer", officer] if officer else []
        assert run(["feed", *whose, "--as-of", day, "--output", str(file)]) == 0
        return {str(event["SUMMARY"]): event for event in read(file.read_bytes())}

    return read_feed


def receive(office: Office, number: str, day: str, officer: str = "张三", **more: Any) -> None:
    now = datetime.fromisoformat(f"{day}T09:00:00+08:00")
    office.receive("request", number, day=day, now=now, **apart(channel="in_person", officer=officer, **more))


def do(office: Office, number: str, action: str, day: str, **facts: Any) -> None:
    office.do(number, action, day=day, facts=facts, now=datetime.fromisoformat(f"{day}T10:00:00+08:00"))


def test_the_deadlines_of_an_officer_are_all_day_events(opened: Office, feed: Feed) -> None:
    receive(opened, "A-1", "2022-09-30", title="某项目的环评批复")
    receive(opened, "A-2", "2022-09-30", officer="李四")
    events = feed("张三", "2022-10-20")
    assert list(events) == ["答复期限 A-1"]
    event = events["答复期限 A-1"]
    # 30 September 2022 + 20 working days, 8 and 9 October being worked.
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2022, 11, 2), date(2022, 11, 3))
    assert str(event["STATUS"]) == "CONFIRMED"
    words = str(event["DESCRIPTION"]).splitlines()
    assert words[0] == "某项目的环评批复"
    assert "承办人 张三" in words
    assert "届满日 2022-11-02（星期三）" in words
    assert words[-1] == "依据 20个工作日，《中华人民共和国政府信息公开条例》第三十三条第二款"


def test_a_provisional_deadline_is_tentative_and_shows_its_range(opened: Office, feed: Feed) -> None:
    receive(opened, "A-1", "2089-12-10")
    event = feed("张三", "2089-12-12")["答复期限 A-1（暂定）"]
    last = event["DTSTART"].dt
    assert last.year == 2090
    assert str(event["STATUS"]) == "TENTATIVE"
    earliest, latest = last - timedelta(days=7), last + timedelta(days=5)
    assert f"最终在 {earliest} 至 {latest} 之间" in str(event["DESCRIPTION"])


def test_an_extended_deadline_is_the_same_event_on_another_day(opened: Office, feed: Feed) -> None:
    receive(opened, "A-1", "2022-09-30")
    do(opened, "A-1", "register", "2022-10-08")
    before = feed("张三", "2022-10-20")["答复期限 A-1"]
    do(opened, "A-1", "extend", "2022-10-21", days=20, approved_by="王五")
    after = feed("张三", "2022-10-21")["答复期限 A-1"]
    assert before["DTSTART"].dt == date(2022, 11, 2)
    assert after["DTSTART"].dt == date(2022, 11, 30)
    assert after["UID"] == before["UID"]


def test_a_power_is_there_until_it_lapses_and_a_duty_until_it_is_done(opened: Office, feed: Feed) -> None:
    receive(opened, "A-1", "2022-09-30")
    # 7 working days to ask for a correction: 8, 9, 10, 11, 12, 13, 14 October.
    power = feed("张三", "2022-10-14")["告知补正 A-1"]
    assert power["DTSTART"].dt == date(2022, 10, 14)
    assert "届满后不能再行使，不算逾期" in str(power["DESCRIPTION"])
    assert list(feed("张三", "2022-10-15")) == ["答复期限 A-1"]
    assert list(feed("张三", "2022-11-03")) == ["逾期未办 答复期限 A-1"]
    do(opened, "A-1", "reply", "2022-11-04", decision="D-PUB", method="handed")
    assert "逾期未办 答复期限 A-1" not in feed("张三", "2022-11-04")


def test_a_clock_that_stands_still_has_no_day_to_show(opened: Office, feed: Feed) -> None:
    receive(opened, "A-1", "2025-09-22")
    do(opened, "A-1", "register", "2025-09-22")
    do(opened, "A-1", "consult_third_party", "2025-09-29", ref="甲公司")
    assert not any("答复期限" in summary for summary in feed("张三", "2025-10-10"))


def test_a_name_that_nobody_bears_is_refused(opened: Office, feed: Feed, capsys: pytest.CaptureFixture[str]) -> None:
    receive(opened, "A-1", "2022-09-30")
    capsys.readouterr()
    assert run(["feed", "--officer", "张叁", "--as-of", "2022-10-20"]) == 2
    events = capsys.readouterr()
    assert (events.out, "张叁" in events.err) == ("", True)
    assert feed("", "2022-10-20").keys() == {"答复期限 A-1"}


def test_without_a_file_the_feed_is_printed(opened: Office, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    receive(opened, "A-1", "2022-09-30")
    capsysbinary.readouterr()
    assert run(["feed", "--as-of", "2022-10-20"]) == 0
    (event,) = read(capsysbinary.readouterr().out)
    assert str(event["SUMMARY"]) == "答复期限 A-1"
