"""Sweeps under a wrong clock: taken back on record, swept again on their days, the chain whole."""

from __future__ import annotations

from datetime import date

import pytest

from gkflow.domain.errors import Refused
from gkflow.office import Office
from slow_walks import slow_after
from store.offices import PEOPLE, Place, assert_sound, at, days, open_request, reply


def steps_of(office: Office, case: str) -> dict[int, str]:
    """The day on which each step of the reply clock is on record."""
    return {record.step: str(record.day) for record in office.escalations(number=case) if record.clock == "reply"}


# Received on Thursday 1 September 2022: 2 | 5-9 | 13-16 (the 12th is off) | 19-23 | 26-30 are 20 working days. The
# first one after them is Saturday 8 October, which is worked.
RIGHT = {-5: "2022-09-23", -2: "2022-09-28", 0: "2022-09-30", 1: "2022-10-08"}


def test_a_first_sweep_forty_days_ahead_is_taken_back_by_the_next_one_that_is_right(office: Office) -> None:
    office.tick(at("2022-10-11"))  # the very first sweep
    open_request(office, "B", "2022-09-01")
    assert steps_of(office, "B") == {}
    for day in days("2022-09-02", "2022-10-08"):
        office.tick(at(day))
    assert steps_of(office, "B") == RIGHT
    assert_sound(office)


def test_what_a_wrong_clock_has_announced_does_not_replace_what_is_true(place: Place) -> None:
    place.settings(PEOPLE)
    with place.open() as office:
        open_request(office, "B", "2022-09-01")
        office.tick(at("2022-09-02"))
        false = office.tick(at("2022-10-11"))  # forty days at once
        assert false.reached > 3
        waiting = len(office.notices("waiting"))
        assert waiting > 0
        right = office.tick(at("2022-09-03"))
        assert right.unswept is not None
        assert right.unswept.from_day == date(2022, 9, 4)
        office.deliver(at("2022-09-05"))
        false_ones = [notice for notice in office.notices() if notice.kind in ("remind", "urge", "supervise")]
        assert {notice.error for notice in false_ones} == {"不再需要：所依据的巡检已经撤销"}
        assert all(notice.delivered_at is None for notice in false_ones)
        assert steps_of(office, "B") == {}
        for day in days("2022-09-04", "2022-10-08"):
            office.tick(at(day))
        assert steps_of(office, "B") == RIGHT
        assert office.deliver(at("2022-10-08")).delivered > 0
        assert place.rows("SELECT count(*) FROM gk_unsweep") == [(1,)]
        assert_sound(office)


def test_days_up_to_today_that_were_swept_too_early_stay_swept(office: Office) -> None:
    office.tick(at("2022-09-01"))
    office.tick(at("2022-10-11"))
    open_request(office, "B", "2022-09-01")
    assert [str(day) for day in office.tick(at("2022-09-20")).days] == []
    swept = [str(day) for day in office.tick(at("2022-09-23")).days]
    assert swept == ["2022-09-21", "2022-09-22", "2022-09-23"]
    assert steps_of(office, "B") == {-5: "2022-09-23"}


def test_where_people_wrote_later_than_now_the_sweep_refuses_and_a_person_decides(office: Office) -> None:
    office.tick(at("2022-09-01"))
    office.tick(at("2022-10-11"))
    open_request(office, "B", "2022-10-11")  # somebody was there on 11 October: the clock of now may be the wrong one
    swept = office.tick(at("2022-09-20"))
    assert (swept.days, swept.unswept, swept.ahead) == ((), None, date(2022, 10, 11))
    sign = next(sign for sign in office.doctor(at("2022-09-20")) if sign.name == "sweep")
    assert (sign.level, sign.facts["ahead_days"]) == ("error", 21)
    unswept = office.unsweep(by="张三", reason="时钟快了", now=at("2022-09-20"))
    assert (str(unswept.from_day), str(unswept.through)) == ("2022-09-21", "2022-10-11")
    assert [str(day) for day in office.tick(at("2022-09-22")).days] == ["2022-09-21", "2022-09-22"]
    assert_sound(office)


def test_daily_sweeps_are_not_taken_back_by_a_clock_that_was_set_back(office: Office) -> None:
    for day in days("2022-09-01", "2022-09-20"):
        office.tick(at(day))
    held = office.tick(at("2022-09-10"))
    assert (held.days, held.unswept, held.ahead) == ((), None, date(2022, 9, 20))
    assert office.tick(at("2022-09-19", "23:59")).days == (), "two machines may differ at midnight"
    assert [str(day) for day in office.tick(at("2022-09-21")).days] == ["2022-09-21"]


def test_nothing_is_taken_back_where_no_day_to_come_was_swept(office: Office) -> None:
    office.tick(at("2022-09-01"))
    with pytest.raises(Refused) as refused:
        office.unsweep(now=at("2022-09-01"))
    assert refused.value.code == "nothing_to_unsweep"


@pytest.mark.parametrize(
    "forged",
    slow_after(
        3,
        [
            "UPDATE gk_unsweep SET reason = 'x'",
            "UPDATE gk_unsweep SET from_day = '2022-09-10'",
            "DELETE FROM gk_unsweep",
            "DELETE FROM gk_sweep WHERE day = '2022-10-05'",
            "DELETE FROM gk_escalation WHERE series = 0 AND step = 0",
            "UPDATE gk_escalation SET day = '2022-10-04' WHERE series = 0 AND step = 0",
            "UPDATE gk_sweep SET steps = steps + 1 WHERE series = 1 AND day = '2022-09-22'",
            "DELETE FROM gk_sweep WHERE series = 1",
        ],
    ),
)
def test_whoever_meddles_with_what_was_taken_back_is_found(place: Place, office: Office, forged: str) -> None:
    open_request(office, "B", "2022-09-01")
    office.tick(at("2022-09-02"))
    office.tick(at("2022-10-11"))
    office.tick(at("2022-09-04"))
    for day in days("2022-09-05", "2022-09-23"):
        office.tick(at(day))
    assert office.verify()[2] == ()
    place.without_guards()
    assert place.sql(forged) > 0
    assert office.verify()[2] != ()


def test_a_reminder_held_back_is_dropped_when_the_case_was_answered_meanwhile(place: Place) -> None:
    place.settings(PEOPLE)
    with place.open() as office:
        for case in ("A", "B"):
            open_request(office, case, "2022-09-01")
        office.tick(at("2022-09-02"))
        office.tick(at("2022-09-30"))  # due today, both
        reply(office, "A", "2022-09-30")
        office.deliver(at("2022-09-30", "10:00"))
        notices = {case: office.notices("all", number=case) for case in ("A", "B")}
        assert all(notice.delivered_at is not None for notice in notices["B"])
        dropped = [notice for notice in notices["A"] if notice.kind in ("remind", "urge", "supervise")]
        assert dropped
        assert all(notice.delivered_at is None and notice.dead_at is not None for notice in dropped)
        assert {notice.error for notice in dropped} == {"不再需要：期限已经办结、中止或者改变"}
        sign = next(sign for sign in office.doctor(at("2022-09-30", "10:01")) if sign.name == "delivery")
        assert (sign.level, sign.facts["waiting"], sign.facts["dead"]) == ("ok", 0, 0)
        assert office.revive([notice.id for notice in dropped], at("2022-09-30")) == 0
