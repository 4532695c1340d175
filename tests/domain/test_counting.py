"""Counting days (期间计算): every law of the algebra, against a loop over the days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import example, given, settings
from hypothesis import strategies as st

from builders import a_calendar, d, national
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.counting import (
    Span,
    day_zero,
    last_day,
    last_moment,
    left_out,
    signed_working_days,
    span_of,
    union,
)
from gkflow.domain.errors import Refused
from gkflow.domain.law import LeavesOut, LimitUnit, MonthEnd, RestDayReceipt, Roll

WORKING = LimitUnit.WORKING_DAY
ONE = timedelta(days=1)
FIRST = date(2025, 1, 1)
COUNTED_UNITS = [LimitUnit.WORKING_DAY, LimitUnit.DAY, LimitUnit.MONTH, LimitUnit.YEAR]


def days(first: date = FIRST, within: int = 500) -> st.SearchStrategy[date]:
    return st.integers(0, within).map(lambda n: first + n * ONE)


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    """The national calendar, or one with holidays and make-up days of its own."""
    if draw(st.booleans()):
        return national()
    off = draw(st.frozensets(days(within=200), max_size=25))
    makeup = draw(st.frozensets(days(within=200), max_size=8)) - off
    return WorkCalendar(days_off=off, makeup_days=makeup)


@st.composite
def spans(draw: st.DrawFn, most: int = 4) -> list[Span]:
    found = []
    for _ in range(draw(st.integers(0, most))):
        began = draw(days(within=120))
        found.append((began, began + draw(st.integers(0, 25)) * ONE))
    return found


def is_left_out(day: date, spans: list[Span]) -> bool:
    return any(began < day <= ended for began, ended in spans)


def by_walking(since: date, length: int, unit: LimitUnit, calendar: WorkCalendar, spans: list[Span]) -> date:
    """The length-th day after *since* that is counted, one day at a time; nothing of gkflow but is_working_day."""
    day, number = since, 0
    while number < length:
        day += ONE
        worked = unit is LimitUnit.DAY or calendar.is_working_day(day)
        number += worked and not is_left_out(day, spans)
    return day


# -- one length after another ------------------------------------------------------------------------------------


@given(days(within=90), st.integers(0, 45), st.sampled_from([WORKING, LimitUnit.DAY]), calendars(), spans())
def test_the_last_day_is_the_nth_day_that_is_not_left_out(
    since: date, n: int, unit: LimitUnit, calendar: WorkCalendar, spans: list[Span]
) -> None:
    assert last_day(since, n, unit, calendar, spans=spans) == by_walking(since, n, unit, calendar, spans)


@given(days(within=90), st.integers(1, 45), calendars(), spans())
def test_adding_days_and_counting_them_agree(since: date, n: int, calendar: WorkCalendar, spans: list[Span]) -> None:
    last = last_day(since, n, WORKING, calendar, spans=spans)

    assert calendar.count(since, last) - left_out(spans, since, last, calendar) == n
    assert calendar.is_working_day(last)


@given(days(within=90), st.integers(0, 45), calendars(), spans(), days(within=150))
def test_a_suspension_of_no_length_moves_nothing(
    since: date, n: int, calendar: WorkCalendar, spans: list[Span], day: date
) -> None:
    for unit in COUNTED_UNITS:
        plain = last_day(since, n, unit, calendar, spans=spans)
        assert last_day(since, n, unit, calendar, spans=[*spans, (day, day)]) == plain


@given(days(within=90), st.integers(0, 45), calendars(), days(within=150))
def test_a_suspension_over_days_off_alone_moves_nothing(since: date, n: int, calendar: WorkCalendar, day: date) -> None:
    after = calendar.add(day, 1) - ONE  # the days after *day* up to here are all off

    assert last_day(since, n, WORKING, calendar, spans=[(day, after)]) == last_day(since, n, WORKING, calendar)


@given(days(within=90), st.integers(0, 36), calendars(), spans(), days(within=120), st.integers(0, 30), st.data())
def test_splitting_a_suspension_changes_nothing(
    since: date, n: int, calendar: WorkCalendar, spans: list[Span], began: date, length: int, data: st.DataObject
) -> None:
    middle = began + data.draw(st.integers(0, length)) * ONE
    ended = began + length * ONE

    for unit in COUNTED_UNITS:
        whole = last_day(since, n, unit, calendar, spans=[*spans, (began, ended)])
        assert last_day(since, n, unit, calendar, spans=[(middle, ended), *spans, (began, middle)]) == whole


@given(days(within=90), st.integers(0, 36), calendars(), spans(), st.randoms(use_true_random=False))
def test_overlapping_suspensions_count_once(
    since: date, n: int, calendar: WorkCalendar, spans: list[Span], mix
) -> None:
    again = spans * 2
    mix.shuffle(again)

    for unit in COUNTED_UNITS:
        assert last_day(since, n, unit, calendar, spans=again) == last_day(since, n, unit, calendar, spans=spans)


@given(days(within=90), st.integers(0, 36), calendars(), spans(), st.integers(0, 30), st.integers(0, 40))
def test_a_suspension_begun_on_or_after_the_last_day_moves_nothing(
    since: date, n: int, calendar: WorkCalendar, spans: list[Span], later: int, length: int
) -> None:
    for unit in COUNTED_UNITS:
        for roll in Roll:
            last = last_day(since, n, unit, calendar, roll=roll, spans=spans)
            began = last + later * ONE
            more = [*spans, (began, began + length * ONE)]
            assert last_day(since, n, unit, calendar, roll=roll, spans=more) == last


@settings(max_examples=200)
@given(days(within=90), st.integers(0, 5), st.integers(0, 36), calendars(), spans())
@example(d("2025-01-28"), 1, 1, national(), [(d("2025-02-25"), d("2025-03-10"))])
@example(d("2025-01-28"), 3, 1, national(), [(d("2025-01-28"), d("2025-01-30"))])
def test_a_later_start_never_gives_an_earlier_last_day(
    since: date, later: int, n: int, calendar: WorkCalendar, spans: list[Span]
) -> None:
    for unit in COUNTED_UNITS:
        for roll in Roll:
            first = last_day(since, n, unit, calendar, roll=roll, spans=spans)
            second = last_day(since + later * ONE, n, unit, calendar, roll=roll, spans=spans)
            assert first <= second, f"{unit} {roll}"


@settings(max_examples=200)
@given(days(within=90), st.integers(1, 24), calendars(), spans())
@example(d("2025-01-28"), 1, national(), [(d("2025-02-27"), d("2025-03-10"))])
@example(d("2025-02-15"), 14, a_calendar(), [(d("2025-03-02"), d("2025-03-07"))])
def test_no_length_ends_on_a_day_that_is_left_out(
    since: date, n: int, calendar: WorkCalendar, spans: list[Span]
) -> None:
    for unit in COUNTED_UNITS:
        for roll in Roll:
            last = last_day(since, n, unit, calendar, roll=roll, spans=spans)
            assert not is_left_out(last, spans), f"{unit} {roll} {last}"


@given(days(within=90), st.integers(0, 30), st.integers(0, 20), calendars(), spans())
def test_an_extension_of_working_days_equals_one_longer_limit(
    since: date, n: int, more: int, calendar: WorkCalendar, spans: list[Span]
) -> None:
    base = last_day(since, n, WORKING, calendar, spans=spans)

    assert last_day(base, more, WORKING, calendar, spans=spans) == last_day(
        since, n + more, WORKING, calendar, spans=spans
    )


@given(st.lists(st.tuples(days(within=60), days(within=60)), max_size=6))
def test_a_union_holds_the_same_days_each_of_them_once(spans: list[Span]) -> None:
    merged = union(spans)

    every = [FIRST + n * ONE for n in range(-1, 65)]
    assert [day for day in every if is_left_out(day, merged)] == [day for day in every if is_left_out(day, spans)]
    assert all(earlier[1] < later[0] for earlier, later in pairwise(merged))
    assert all(began < ended for began, ended in merged)


# -- by hand -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "length", "last"),
    [
        ("2026-02-10", 20, "2026-03-16"),
        ("2026-09-30", 3, "2026-10-10"),  # a make-up Saturday is a last day
        ("2026-03-02", 20, "2026-03-30"),
        ("2022-09-30", 20, "2022-11-02"),
        ("2026-02-14", 20, "2026-03-20"),
        ("2026-02-15", 20, "2026-03-20"),
        ("2026-02-18", 20, "2026-03-20"),
        ("2026-12-10", 20, "2027-01-08"),
        ("2026-03-02", 0, "2026-03-02"),
    ],
)
def test_the_day_of_receipt_is_not_counted(since: str, length: int, last: str) -> None:
    assert last_day(d(since), length, WORKING, national()) == d(last)


def test_a_suspension_leaves_out_the_days_after_it_began_through_the_day_it_ended() -> None:
    assert last_day(d("2026-03-02"), 20, WORKING, national(), spans=[(d("2026-03-05"), d("2026-03-20"))]) == d(
        "2026-04-15"
    )
    assert last_day(d("2026-03-02"), 20, WORKING, national(), spans=[(d("2026-03-05"), d("2026-03-30"))]) == d(
        "2026-04-23"
    )


def test_months_and_years_end_on_the_corresponding_day_or_on_the_last_of_the_month() -> None:
    assert last_day(d("2026-08-31"), 6, LimitUnit.MONTH, national()) == d("2027-02-28")
    assert last_day(d("2024-02-29"), 1, LimitUnit.YEAR, national()) == d("2025-02-28")
    assert last_day(d("2022-09-29"), 3, LimitUnit.MONTH, national(), roll=Roll.NEXT_WORKING_DAY) == d("2022-12-29")


def test_a_calendar_period_rolls_to_the_next_working_day_where_its_rule_says_so() -> None:
    # 2026-09-20 is a Sunday on which work is made up, 2026-10-10 a Saturday likewise.
    assert last_day(d("2026-09-10"), 10, LimitUnit.DAY, national(), roll=Roll.NEXT_WORKING_DAY) == d("2026-09-20")
    assert last_day(d("2026-09-21"), 10, LimitUnit.DAY, national(), roll=Roll.NEXT_WORKING_DAY) == d("2026-10-08")
    assert last_day(d("2026-09-21"), 10, LimitUnit.DAY, national()) == d("2026-10-01")
    assert last_day(d("2022-09-29"), 1, LimitUnit.MONTH, national(), roll=Roll.NEXT_WORKING_DAY) == d("2022-10-31")


def test_a_month_that_would_end_inside_a_suspension_ends_after_it() -> None:
    # One day of the month was left when it was suspended: it is the first day after.
    spans = [(d("2025-02-27"), d("2025-03-10"))]

    assert last_day(d("2025-01-28"), 1, LimitUnit.MONTH, national(), spans=spans) == d("2025-03-11")


def test_a_period_that_rolls_into_a_suspension_ends_after_it() -> None:
    # Saturday 2025-03-01 would roll to Monday; asked on Sunday, answered on Wednesday.
    spans = [(d("2025-03-02"), d("2025-03-05"))]

    assert last_day(d("2025-02-15"), 14, LimitUnit.DAY, a_calendar(), roll=Roll.NEXT_WORKING_DAY, spans=spans) == d(
        "2025-03-06"
    )


def test_a_month_less_the_days_left_out_is_as_much_later() -> None:
    assert last_day(d("2025-04-01"), 1, LimitUnit.MONTH, national(), spans=[(d("2025-04-10"), d("2025-04-15"))]) == d(
        "2025-05-06"
    )


@pytest.mark.parametrize("unit", [LimitUnit.HOUR, LimitUnit.FIXED_DATE])
def test_hours_and_fixed_dates_are_no_lengths_of_days(unit: LimitUnit) -> None:
    with pytest.raises(Refused):
        last_day(d("2026-03-02"), 5, unit, national())


def test_hours_run_through_nights_and_days_off() -> None:
    began = datetime(2026, 9, 30, 20, 0, tzinfo=UTC)

    assert last_moment(began, 48) == datetime(2026, 10, 2, 20, 0, tzinfo=UTC)


def test_receipt_on_a_day_off_is_counted_from_that_day_or_moved_as_the_rule_says() -> None:
    saturday = d("2026-03-07")

    assert day_zero(saturday, RestDayReceipt.COUNTED_FROM_RECEIPT, national()) == saturday
    assert day_zero(saturday, RestDayReceipt.MOVED_TO_WORKING_DAY, national()) == d("2026-03-09")
    assert day_zero(d("2026-02-14"), RestDayReceipt.MOVED_TO_WORKING_DAY, national()) == d("2026-02-14")  # made up


# -- days left ---------------------------------------------------------------------------------------------------


@given(calendars(), days(within=150), days(within=150))
def test_days_left_are_negative_once_the_last_day_is_past_and_never_before(
    calendar: WorkCalendar, today: date, last: date
) -> None:
    left = signed_working_days(today, last, calendar)
    between = sum(calendar.is_working_day(min(today, last) + n * ONE) for n in range(1, abs((last - today).days) + 1))

    assert left == (between if today <= last else min(-1, -between))


def test_a_saturday_after_a_friday_is_one_day_late() -> None:
    assert signed_working_days(d("2026-03-28"), d("2026-03-27"), national()) == -1
    assert signed_working_days(d("2026-03-30"), d("2026-03-27"), national()) == -1
    assert signed_working_days(d("2026-03-31"), d("2026-03-27"), national()) == -2
    assert signed_working_days(d("2026-03-27"), d("2026-03-27"), national()) == 0


@given(days(), st.integers(0, 30))
def test_an_unsuspended_month_is_what_the_calendar_on_the_wall_says(since: date, n: int) -> None:
    assert last_day(since, n, LimitUnit.MONTH, national()) == since + relativedelta(months=n)
    assert last_day(since, n, LimitUnit.YEAR, national()) == since + relativedelta(years=n)


@pytest.mark.parametrize(
    ("reading", "last"),
    [
        # 2026-03-02 (Mon) + 5 working days, suspended from Wed 03-04 to Fri 03-06; counted by hand on a wall calendar.
        ("after_began_through_ended", "2026-03-11"),  # out: 5, 6        -> 3 4 9 10 11
        ("from_began_through_ended", "2026-03-12"),  # out: 4, 5, 6     -> 3 9 10 11 12
        ("from_began_before_ended", "2026-03-11"),  # out: 4, 5        -> 3 6 9 10 11
        ("after_began_before_ended", "2026-03-10"),  # out: 5           -> 3 4 6 9 10
    ],
)
def test_which_days_a_suspension_leaves_out_is_a_named_reading(reading: str, last: str) -> None:
    span = span_of(d("2026-03-04"), d("2026-03-06"), LeavesOut(reading))
    assert last_day(d("2026-03-02"), 5, WORKING, national(), spans=[span]) == d(last)


@pytest.mark.parametrize(
    ("since", "months", "reading", "last"),
    [
        ("2026-08-31", 6, "last_day", "2027-02-28"),
        ("2026-08-31", 6, "next_day", "2027-03-01"),
        ("2026-08-30", 6, "next_day", "2027-03-01"),
        ("2026-08-28", 6, "next_day", "2027-02-28"),
    ],
)
def test_a_month_without_the_corresponding_day_ends_as_the_limit_says(
    since: str, months: int, reading: str, last: str
) -> None:
    assert last_day(d(since), months, LimitUnit.MONTH, national(), month_end=MonthEnd(reading)) == d(last)
