"""A day is swept in many short transactions: others write in between, and it may be broken off after each of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gkflow.application import sweep_day
from gkflow.office import Office
from gkflow.store.record import Record
from store.offices import (
    KINDS,
    PEOPLE,
    Place,
    a_place,
    assert_sound,
    at,
    between,
    days,
    known,
    log_of,
    open_request,
    reply,
    steps,
)

HEAD = '[[people]]\nname = "主任"\nroles = ["disclosure_head"]\nchannels = ["file"]\n'
SUPERVISED = f'profile = "zhongshan"\nduties = []\n{PEOPLE}{HEAD}'
# Received on Tuesday 13 September 2022, 20 working days end on Friday 14 October; the third working day after it
# (17, 18, 19) is Wednesday 19 October, when a supervision is opened (test_scheduled_cases). Received on the 14th, they
# end on Monday 17 October; on the 19th the second working day after it has come, on the 18th the first.
RECEIVED, LATER, DAY = "2022-09-13", "2022-09-14", "2022-10-19"
# A co-author asked on Friday 23 September has 15 working days: 26-30 September (5), 8-14 October (12), 17-19 (15).
# 第三十四条: 逾期未提出意见的视为同意公开, which is recorded on the 20th under the day on which the term lapsed.
CONSULTED, SILENT = "2022-09-23", "2022-10-20"


class Broken(BaseException):
    """What ends a process in the middle."""


@pytest.fixture(params=KINDS)
def two_places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Place, Place]]:
    with a_place(request.param, tmp_path / "one") as one, a_place(request.param, tmp_path / "two") as two:
        yield one, two


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    for size in ("_CASES", "_NOTICES", "_WRITTEN"):
        monkeypatch.setattr(sweep_day, size, 2)


def fill(office: Office) -> None:
    """Requests that come due, that are late, whose co-author keeps silent, and that nobody has swept yet."""
    for number in range(5):
        open_request(office, f"A{number}", RECEIVED)
        open_request(office, f"B{number}", LATER)
    for number in range(3):
        open_request(office, f"C{number}", RECEIVED)
        facts = {"ref": "甲", "capacity": "co_author", "served": CONSULTED}
        office.do(f"C{number}", "consult_agency", facts=facts, now=at(CONSULTED))
    office.tick(at("2022-10-18"))
    for number in range(5):
        open_request(office, f"D{number}", RECEIVED)


def content(place: Place, office: Office) -> tuple[Any, ...]:
    """Everything that a sweep writes, without running numbers and moments."""
    entries = sorted((r["case"], str(r["day"]), r["action"], r["by"], r["unit"]) for r in office.export())
    notices = place.rows('SELECT "key", "case", kind, name FROM gk_notice ORDER BY "key"')
    events = place.rows('SELECT type, "case", seq, count(*) FROM gk_event GROUP BY type, "case", seq ORDER BY 1, 2, 3')
    return log_of(place), entries, notices, events


def test_a_sweep_broken_off_after_each_of_its_pieces_writes_what_an_unbroken_one_does(
    two_places: tuple[Place, Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = (place.settings(SUPERVISED) for place in two_places)
    with one.open() as unbroken, two.open() as broken:
        fill(unbroken)
        fill(broken)
        pieces: list[int] = []
        for day in (DAY, SILENT):
            unbroken.tick(at(day))
            longest = 0
            while True:
                longest += 1

                def stop(times: int, most: int = longest) -> None:
                    if times > most:
                        raise Broken

                with monkeypatch.context() as patch:
                    between(broken, patch, stop)
                    try:
                        broken.tick(at(day))
                        break
                    except Broken:
                        assert broken.verify()[2] == ()
            pieces.append(longest)
        assert content(one, unbroken) == content(two, broken)
        assert_sound(broken)
        assert sum(pieces) > 20, "as many pieces as there are"
        assert len(steps(broken, "D0")) > 3
        taken = [entry for entry in broken.case("C0", as_of=SILENT).record if entry.by == "gkflow"]
        assert [(entry.action, entry.day.isoformat()) for entry in taken][-1] == ("agency_answers", DAY)


def test_of_a_case_answered_between_two_pieces_nobody_is_notified(
    place: Place, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.settings(PEOPLE)
    with place.open() as office, place.open() as other:
        for number in range(4):
            open_request(office, f"A{number}", RECEIVED)
        office.tick(at("2022-10-13"))
        answered: list[str] = []

        def answer(times: int) -> None:
            if steps(other, "A3")[-1:] == [(0, "2022-10-14")] and not answered:  # its step is on record: answer it
                answered.append("A3")
                reply(other, "A3", "2022-10-14")

        between(office, monkeypatch, answer)
        office.tick(at("2022-10-14"))
        assert answered == ["A3"]
        notified = {n.case for n in office.notices() if "/2022-10-14/0" in n.key}
        assert notified == {"A0", "A1", "A2"}
        assert_sound(office)


def test_a_row_computed_between_two_pieces_is_found_by_the_next_sweep(
    place: Place, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        open_request(office, f"A{number}", RECEIVED)
    office.tick(at("2022-10-13"))

    def enter(times: int) -> None:
        with place.open() as other:
            open_request(other, f"N{times}", RECEIVED)

    happened = between(office, monkeypatch, enter)
    office.tick(at("2022-10-14"))
    assert len(happened) > 3
    monkeypatch.undo()
    office.tick(at("2022-10-17"))
    for times in range(1, len(happened) + 1):
        assert [step for step, _ in steps(office, f"N{times}")] == [-5, -2, 0, 1]
    assert_sound(office)


def test_a_day_swept_by_another_process_between_two_pieces_is_left_to_it(
    place: Place, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        open_request(office, f"A{number}", RECEIVED)
    office.tick(at("2022-10-13"))

    def sweep(times: int) -> None:
        if times == 2:
            with place.open() as other:
                assert other.tick(at("2022-10-14")).days

    happened = between(office, monkeypatch, sweep)
    assert office.tick(at("2022-10-14")).days == ()
    assert len(happened) == 2
    assert [step for step, _ in steps(office, "A5")] == [-5, -2, 0]
    assert_sound(office)


def test_an_adoption_between_two_pieces_begins_the_day_again_by_its_edition(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Seven working days from Thu 2018-12-20 end on Mon 12-31; with the notice of 12-06 (国办发明电〔2018〕15号:
    # Sat 12-29 is worked, 12-31 is off) on Sat 12-29. Two working days before: Thu 12-27, then Wed 12-26 or Thu 12-27
    # (27, 28, 29): the step of the 27th is reached for both, that of the last day on the 29th only.
    with place.settings(PEOPLE).open() as office:
        office.calendars.adopt(known("2018-11-30"), now=at("2018-11-30"))
        for number in range(6):
            facts = {"decision_date": "2018-12-20", "title": "某许可"}
            office.receive("permit", f"P{number}", day="2018-12-20", facts=facts, now=at("2018-12-20"))
        office.tick(at("2018-12-26"))

        def adopt(times: int) -> None:
            if times == 2:
                with place.open() as other:
                    other.calendars.adopt(known("2018-12-06"), now=at("2018-12-29", "08:00"))

        happened = between(office, monkeypatch, adopt)
        office.tick(at("2018-12-29"))
        assert len(happened) > 2
        last = {(e.case, e.step, e.last_day.isoformat()) for e in office.escalations() if e.step == 0}
        assert last == {(f"P{number}", 0, "2018-12-29") for number in range(6)}
        monkeypatch.undo()
        assert_sound(office)


def test_of_one_step_one_officer_is_notified_though_the_case_is_reassigned_between_two_processes(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_day, "_NOTICES", 1)
    more = '[[people]]\nname = "赵六"\nroles = ["officer"]\nchannels = ["file"]\n'
    with place.settings(PEOPLE + more).open() as office, place.open() as other:
        for number in range(2):
            open_request(office, f"A{number}", RECEIVED)
        office.tick(at("2022-10-11"))
        done: list[int] = []

        def notify(times: int) -> None:
            if len(notices()) == 1 and not done:  # of A0, by this process; the other one notifies of A1
                done.append(times)
                sweep_day.sweep_share(
                    other.store, other.rules, date(2022, 10, 13), at("2022-10-13"), sweep_day.Share(), notifying=True
                )
                other.do("A1", "assign", facts={"officer": "赵六"}, now=at("2022-10-13"))

        def notices() -> list[str]:
            return [notice.name for notice in office.notices() if "/2022-10-14/-2/" in notice.key]

        between(office, monkeypatch, notify)
        office.tick(at("2022-10-13"))
        assert done
        assert notices() == ["张三", "张三"]


def test_what_was_swept_under_a_wrong_clock_and_broken_off_is_taken_back(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with place.settings(SUPERVISED).open() as office, place.open() as wrong:
        for number in range(2):
            open_request(office, f"A{number}", RECEIVED)
        office.tick(at("2022-10-18"))

        def stop(times: int) -> None:
            if len(steps(wrong, "A0")) == 5:  # the step of the day after next is on record
                raise Broken

        with monkeypatch.context() as patch:
            between(wrong, patch, stop)
            with pytest.raises(Broken):
                wrong.tick(at("2023-10-16"))
        reply(office, "A0", "2022-10-18")
        swept = office.tick(at("2022-10-18", "20:00"))
        assert swept.unswept is not None
        assert (swept.unswept.from_day, swept.ahead) == (date(2022, 10, 19), None)
        office.tick(at("2022-10-19"))
        assert [step for step, _ in steps(office, "A0")] == [-5, -2, 0, 1]
        assert [step for step, _ in steps(office, "A1")] == [-5, -2, 0, 1, 3]
        assert_sound(office)


def test_hours_that_ran_out_while_nothing_swept_are_notified_of(place: Place) -> None:
    # Five hours from Saturday 12:00 (domain tests: a major incident); nothing runs until Sunday morning.
    with place.settings(PEOPLE).open() as office:
        office.tick(at("2022-11-12", "08:30"))
        facts = {"known_at": "2022-11-12 12:00", "level": "major"}
        office.receive("opinion", "OP1", day="2022-11-12", by="张三", facts=facts, now=at("2022-11-12", "12:30"))
        office.tick(at("2022-11-13", "08:30"))
        office.tick(at("2022-11-14", "08:30"))
        notified = sorted(notice.name for notice in office.notices() if "/inform/" in notice.key)
        assert notified == ["王五", "督办室"]
        assert_sound(office)


def test_a_person_who_writes_in_a_case_of_the_piece_only_makes_it_begin_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    if place.kind == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    with place.settings(SUPERVISED).open() as office, place.open() as other:
        fill(office)
        office.tick(at(DAY))
        append, written = Record.append, []

        def slow(self: Record, entries: Any) -> None:
            if entries[0].by == "gkflow" and not written:
                written.append(entries[0].case)
                other.do(entries[0].case, "note", facts={"text": "催问"}, now=at(SILENT))
            append(self, entries)

        monkeypatch.setattr(Record, "append", slow)
        assert office.tick(at(SILENT)).days == (date(2022, 10, 20),)
        assert written
        assert_sound(office)


def test_a_case_that_goes_to_a_unit_with_another_calendar_loses_no_step(place: Place) -> None:
    # 广西 三月三: 30 and 31 March 2017 (Thursday, Friday) are off in GX alone. The case goes to GK on the day on which
    # the sweep of GK has gone past its last day. (The Regulations of 2007 gave 15 working days.)
    units = (
        '[office]\nunit = "GK"\n[units.GK]\nlabel = "某部门"\n[units.GX]\nlabel = "南宁办事处"\nregion = "450100"\n'
        '[[people]]\nname = "张三"\nroles = ["officer", "section_head", "director"]\nunit = "*"\nchannels = ["file"]\n'
    )
    with place.settings(units).open() as office:
        office.receive(
            "request", "R", unit="GX", day="2017-03-06", facts={"channel": "in_person"}, now=at("2017-03-06")
        )
        last = office.deadlines("R", as_of="2017-03-07")["reply"].last_day
        for day in days("2017-03-01", "2017-04-20"):
            office.tick(at(day))
            if day == "2017-03-30":
                office.do("R", "transfer", day=day, facts={"to_unit": "GK"}, now=at(day, "10:00"))
        of_last = [e.step for e in office.escalations(number="R") if e.clock == "reply" and e.last_day == last]
        assert {-5, -2, 0, 1, 3} <= set(of_last)
        assert_sound(office)
