"""Duties that come round (周期职责): the days on which they are due, and from when their cases are opened."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import d, rules
from gkflow.domain.recurring import RecurringTask
from walks import ONE, often

MONTHLY = "FREQ=MONTHLY;BYMONTHDAY=-1"
YEARLY = "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=31"
LEAP = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"
QUARTERLY = "FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1"
MONDAYS = "FREQ=WEEKLY;BYDAY=MO"


def a_duty(rule: str = YEARLY, since: str = "2020-01-01", ahead: int = 60, **more: Any) -> RecurringTask:
    return RecurringTask("d", "职责", "duty", rule, d(since), ahead, more.pop("title", "{year}"), **more)


def due(duty: RecurringTask, after: str, through: str) -> list[str]:
    return [day.isoformat() for day in duty.due_days(d(after), d(through))]


# -- by hand -----------------------------------------------------------------------------------------------------


def test_the_last_day_of_each_month_is_its_own() -> None:
    assert due(a_duty(MONTHLY), "2023-12-31", "2024-05-01") == ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]
    assert due(a_duty(MONTHLY), "2026-01-31", "2026-02-28") == ["2026-02-28"]


def test_a_thirty_first_comes_only_in_months_that_have_one() -> None:
    found = due(a_duty("FREQ=MONTHLY;BYMONTHDAY=31"), "2025-12-31", "2026-12-31")

    assert [day[5:7] for day in found] == ["01", "03", "05", "07", "08", "10", "12"]


def test_a_twenty_ninth_of_february_comes_in_leap_years() -> None:
    assert due(a_duty(LEAP), "2019-12-31", "2032-12-31") == ["2020-02-29", "2024-02-29", "2028-02-29", "2032-02-29"]
    # 2100 is none.
    assert due(a_duty(LEAP), "2096-02-29", "2104-02-29") == ["2104-02-29"]


def test_a_day_that_is_a_day_off_stays_where_it_is() -> None:
    # 31 January is a Saturday in 2026 and a Sunday in 2027.
    assert due(a_duty(), "2025-12-31", "2027-12-31") == ["2026-01-31", "2027-01-31"]


def test_the_day_after_which_is_asked_does_not_count_and_the_last_one_does() -> None:
    assert due(a_duty(), "2026-01-30", "2026-01-31") == ["2026-01-31"]
    assert due(a_duty(), "2026-01-31", "2026-02-01") == []
    assert due(a_duty(), "2026-01-29", "2026-01-30") == []
    assert due(a_duty(), "2026-01-31", "2026-01-31") == []


def test_nothing_was_due_before_the_duty_was_there() -> None:
    assert due(a_duty(since="2026-01-31"), "2000-01-01", "2027-01-30") == ["2026-01-31"]
    assert due(a_duty(since="2026-02-01"), "2000-01-01", "2027-01-31") == ["2027-01-31"]


def test_a_rule_that_names_no_day_comes_round_on_that_of_its_beginning() -> None:
    assert due(a_duty("FREQ=YEARLY", "2024-02-29"), "2024-01-01", "2028-12-31") == ["2024-02-29", "2028-02-29"]
    assert due(a_duty("FREQ=MONTHLY", "2026-01-15"), "2026-01-01", "2026-03-31") == [
        "2026-01-15",
        "2026-02-15",
        "2026-03-15",
    ]


def test_a_rule_may_come_to_an_end() -> None:
    assert due(a_duty("FREQ=YEARLY;COUNT=2", "2024-03-31"), "2020-01-01", "2030-01-01") == ["2024-03-31", "2025-03-31"]
    # Counted from the beginning, wherever one begins to ask.
    assert due(a_duty("FREQ=YEARLY;COUNT=2", "2024-03-31"), "2024-12-31", "2030-01-01") == ["2025-03-31"]
    assert due(a_duty("FREQ=YEARLY;UNTIL=20250331", "2024-03-31"), "2024-12-31", "2030-01-01") == ["2025-03-31"]


@pytest.mark.parametrize(("day", "opened"), [("2026-12-01", []), ("2026-12-02", ["2027-01-31"]), ("2026-12-03", [])])
def test_a_case_is_opened_so_many_calendar_days_before_it_is_due(day: str, opened: list[str]) -> None:
    # 60 days before 31 January 2027: 31 in January, 29 of December; the 2nd.
    on = d(day)

    assert [each.isoformat() for each in a_duty().to_open(on - ONE, on)] == opened


def test_a_case_that_needs_no_time_ahead_is_opened_on_the_day_itself() -> None:
    assert list(a_duty(ahead=0).to_open(d("2026-01-30"), d("2026-01-31"))) == [d("2026-01-31")]


def test_a_title_names_the_year_the_year_before_and_the_month_of_the_due_day() -> None:
    duty = a_duty(title="{last_year}年报告，{year}年{month}月报送")

    assert duty.title_of(d("2026-01-31")) == "2025年报告，2026年1月报送"
    assert duty.title_of(d("2027-12-31")) == "2026年报告，2027年12月报送"


def test_a_round_is_distinguished_from_the_next_by_its_due_day() -> None:
    duty = a_duty(MONTHLY)

    assert [duty.period_of(day) for day in duty.due_days(d("2026-01-01"), d("2026-02-28"))] == [
        "2026-01-31",
        "2026-02-28",
    ]


# -- by an independent rule --------------------------------------------------------------------------------------


def is_month_end(day: date) -> bool:
    return day.day == calendar.monthrange(day.year, day.month)[1]


WALKED: list[tuple[str, Callable[[date], bool]]] = [
    (MONTHLY, is_month_end),
    (YEARLY, lambda day: (day.month, day.day) == (1, 31)),
    (LEAP, lambda day: (day.month, day.day) == (2, 29)),
    (QUARTERLY, lambda day: day.month % 3 == 0 and is_month_end(day)),
    (MONDAYS, lambda day: day.weekday() == 0),
]
BEGINNINGS = st.dates(date(2019, 1, 1), date(2032, 12, 31))


@often(100)
@given(st.sampled_from(WALKED), BEGINNINGS, BEGINNINGS, st.integers(0, 900))
def test_the_due_days_are_those_that_one_meets_walking_from_day_to_day(
    rule: tuple[str, Callable[[date], bool]], since: date, after: date, length: int
) -> None:
    through = after + length * ONE
    met = [after + n * ONE for n in range(1, length + 1)]

    found = list(a_duty(rule[0], since.isoformat()).due_days(after, through))

    assert found == [day for day in met if day >= since and rule[1](day)]


@often(100)
@given(st.sampled_from([each for each, _ in WALKED]), BEGINNINGS, st.integers(0, 120), st.lists(st.integers(0, 60)))
def test_asked_in_one_go_or_in_pieces_the_same_cases_are_opened(
    rule: str, after: date, ahead: int, pieces: list[int]
) -> None:
    duty = a_duty(rule, ahead=ahead)
    day, opened = after, []
    for piece in pieces:
        opened += list(duty.to_open(day, day + piece * ONE))
        day += piece * ONE

    assert opened == list(duty.to_open(after, day))
    assert len(set(opened)) == len(opened)


@pytest.mark.slow
@often(60)
@given(st.sampled_from([each for each, _ in WALKED]), BEGINNINGS, st.integers(0, 120))
def test_each_case_is_opened_exactly_its_time_ahead(rule: str, after: date, ahead: int) -> None:
    duty = a_duty(rule, ahead=ahead)
    for n in range(1, 90):
        day = after + n * ONE
        assert all(each - timedelta(days=ahead) == day for each in duty.to_open(day - ONE, day))


# -- the shipped ones --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "in_2026", "title"),
    [
        ("annual-report-department", "2026-01-31", "2025年"),  # 条例 第四十九条第一款: 上一年度
        ("annual-report-government", "2026-03-31", "2025年"),  # 第二款
        ("enforcement-statistics", "2026-01-31", "2025年"),  # 国办发〔2018〕118号
        ("assessment", "2026-12-31", "2026年"),
        ("training", "2026-12-31", "2026年"),
        ("reassessment", "2026-12-31", "2026年"),
        ("head-interpretation", "2026-12-31", "2026年"),
    ],
)
def test_the_shipped_duties_are_due_on_the_days_of_their_articles(name: str, in_2026: str, title: str) -> None:
    duty = rules().recurring_tasks[name]

    assert due(duty, "2025-12-31", "2026-12-31") == [in_2026]
    assert duty.title_of(d(in_2026)).startswith(title)


def test_the_columns_are_checked_by_the_end_of_every_month() -> None:
    duty = rules().recurring_tasks["column-check"]

    assert due(duty, "2026-01-31", "2026-04-30") == ["2026-02-28", "2026-03-31", "2026-04-30"]
    assert duty.title_of(d("2026-02-28")).startswith("2026年2月")
