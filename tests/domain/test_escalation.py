"""Steps of a ladder (提醒、催办、督办) are reached, not hit."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import d, national, reply_of, rules
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.escalation import day_of, reached, threshold
from gkflow.domain.workflow import Step

FIRST = date(2026, 9, 1)
REPLY = rules().ladders["reply"]


def a_step(offset: int) -> Step:
    return Step(offset, "remind", "yellow", ("officer",))


def within(days: int) -> st.SearchStrategy[date]:
    return st.integers(0, days).map(lambda n: date.fromordinal(FIRST.toordinal() + n))


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    if draw(st.booleans()):
        return national()
    off = draw(st.frozensets(within(60), max_size=20))
    return WorkCalendar(off, draw(st.frozensets(within(60), max_size=6)) - off)


@settings(max_examples=60)
@given(calendars(), within(60))
def test_one_threshold_says_of_every_last_day_whether_the_step_is_reached(calendar: WorkCalendar, today: date) -> None:
    for offset in range(-10, 11):
        step = a_step(offset)
        limit = threshold(step, today, calendar)
        for shift in range(-25, 26):
            last = date.fromordinal(today.toordinal() + shift)
            assert (day_of(step, last, calendar) <= today) == (last <= limit), (offset, last)


@pytest.mark.parametrize(
    ("offset", "day"),
    [
        (-5, "2026-09-22"),
        (-2, "2026-09-28"),
        (0, "2026-09-30"),
        (1, "2026-10-08"),
        (3, "2026-10-10"),
        (10, "2026-10-20"),
    ],
)
def test_a_step_keeps_its_distance_in_working_days_over_a_holiday(offset: int, day: str) -> None:
    # 25-27 September and 1-7 October are off; the 10th of October is a Saturday on which work is made up.
    assert day_of(a_step(offset), d("2026-09-30"), national()) == d(day)


@pytest.mark.parametrize(
    ("today", "offsets"),
    [
        ("2026-03-20", []),
        ("2026-03-23", [-5]),
        ("2026-03-25", [-5]),
        ("2026-03-26", [-5, -2]),
        ("2026-03-29", [-5, -2]),
        ("2026-03-30", [-5, -2, 0]),
        ("2026-03-31", [-5, -2, 0, 1]),
        ("2026-04-02", [-5, -2, 0, 1, 3]),
        ("2026-04-13", [-5, -2, 0, 1, 3]),
        ("2026-04-14", [-5, -2, 0, 1, 3, 10]),
        ("2027-04-14", [-5, -2, 0, 1, 3, 10]),
    ],
)
def test_a_day_missed_loses_no_step(today: str, offsets: list[int]) -> None:
    deadline = reply_of(["2026-03-02 receive channel=in_person"], today)

    assert [step.offset for step in reached(REPLY, deadline, national(), d(today))] == offsets


@pytest.mark.parametrize(
    "then",
    [
        "2026-03-12 reply decision=D-PUB method=posted",
        "2026-03-12 consult_third_party ref=甲",
        "2026-03-11 ask_correction items=文号",
        "2026-03-12 withdraw",
    ],
)
def test_nothing_is_reached_by_a_clock_that_is_stopped_suspended_or_waiting(then: str) -> None:
    deadline = reply_of(["2026-03-02 receive channel=in_person", then], "2026-06-01")

    assert reached(REPLY, deadline, national(), d("2026-06-01")) == ()


def test_an_extension_takes_the_steps_back_that_no_longer_hold() -> None:
    record = [
        "2026-03-02 receive channel=in_person",
        "2026-03-02 register",
        "2026-03-30 extend days=20 approved_by=主任",
    ]

    assert reached(REPLY, reply_of(record, "2026-03-31"), national(), d("2026-03-31")) == ()
