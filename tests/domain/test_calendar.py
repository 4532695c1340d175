"""The working-day calendar by itself: any calendar, not only the Chinese one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gkflow.domain.calendar import DayNote, Firmness, WorkCalendar, YearOfDays
from gkflow.domain.errors import GkflowError
from gkflow.domain.objections.calendars import CalendarError

PLAIN = WorkCalendar(days_off=(), makeup_days=())
ONE_DAY = timedelta(days=1)


class Predictor:
    """Foresees New Year's Day, and remembers which years it was asked for."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def __call__(self, year: int) -> YearOfDays:
        self.asked.append(year)
        day = date(year, 1, 1)
        return YearOfDays(days_off=frozenset({day}), notes={day: DayNote("元旦", "第二条")})


def announced_2026(predict: Callable[[int], YearOfDays] | None = None) -> WorkCalendar:
    return WorkCalendar(
        days_off={date(2026, 10, 1)},
        makeup_days={date(2026, 10, 10)},
        announced_from=date(2026, 1, 1),
        announced_through=date(2026, 12, 31),
        predict=predict,
    )


# --- making one ---------------------------------------------------------------------------------------------


def test_any_collection_of_days_makes_a_calendar_and_is_frozen() -> None:
    from_list = WorkCalendar(days_off=[date(2026, 10, 1)], makeup_days=iter([date(2026, 10, 10)]))
    assert from_list == WorkCalendar(days_off=frozenset({date(2026, 10, 1)}), makeup_days=(date(2026, 10, 10),))
    assert hash(from_list) == hash(WorkCalendar(days_off={date(2026, 10, 1)}, makeup_days=[date(2026, 10, 10)]))
    with pytest.raises(FrozenInstanceError):
        from_list.days_off = frozenset()


def test_counting_does_not_change_what_a_calendar_equals() -> None:
    used = WorkCalendar(days_off=(), makeup_days=())
    used.add(date(2026, 1, 5), 20)
    assert used == PLAIN
    assert used != WorkCalendar(days_off={date(2026, 1, 5)}, makeup_days=())


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        (
            {"days_off": [date(2026, 1, 1)], "makeup_days": [date(2026, 1, 1)]},
            "off and worked at once: 2026-01-01",
        ),
        ({"days_off": [datetime(2026, 1, 1)], "makeup_days": []}, "days_off: a day is a datetime.date"),  # noqa: DTZ001 - a naive moment is the mistake shown
        ({"days_off": [], "makeup_days": ["2026-01-01"]}, "makeup_days: a day is a datetime.date"),
        ({"days_off": [], "makeup_days": [], "weekend": range(7)}, "leaves no working day"),
        ({"days_off": [], "makeup_days": [], "weekend": {7}}, "days other than 0 (Monday) to 6"),
    ],
)
def test_what_cannot_be_a_calendar_is_refused_in_one_line(given_: dict[str, Any], words: str) -> None:
    with pytest.raises(CalendarError) as refused:
        WorkCalendar(**given_)
    assert isinstance(refused.value, ValueError)
    assert isinstance(refused.value, GkflowError)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


# --- counting -----------------------------------------------------------------------------------------------


def test_the_day_of_receipt_is_not_counted() -> None:
    assert PLAIN.add(date(2026, 11, 16), 1) == date(2026, 11, 17)
    assert PLAIN.count(date(2026, 11, 16), date(2026, 11, 16)) == 0


def test_nothing_added_is_the_day_itself_even_a_day_off() -> None:
    assert PLAIN.add(date(2026, 11, 21), 0) == date(2026, 11, 21)


def test_back_from_a_day_off_is_strictly_before_it() -> None:
    saturday = date(2026, 11, 21)
    assert PLAIN.add(saturday, -1) == date(2026, 11, 20)
    assert PLAIN.add(saturday, -5) == date(2026, 11, 16)
    assert PLAIN.add(date(2026, 11, 20), -1) == date(2026, 11, 19)


def test_back_before_the_years_looked_at_so_far() -> None:
    calendar = WorkCalendar(days_off=(), makeup_days=())
    assert calendar.add(date(2026, 1, 5), 1) == date(2026, 1, 6)
    assert calendar.add(date(2026, 1, 5), -3) == date(2025, 12, 31)
    assert calendar.add(date(2026, 1, 5), -3) == date(2025, 12, 31)
    assert calendar.add(date(2026, 1, 5), -300) == date(2024, 11, 11)


def test_a_count_turned_round_changes_its_sign() -> None:
    assert PLAIN.count(date(2026, 11, 13), date(2026, 11, 20)) == 5
    assert PLAIN.count(date(2026, 11, 20), date(2026, 11, 13)) == -5


def test_a_day_off_on_a_weekend_changes_nothing() -> None:
    with_saturday = WorkCalendar(days_off={date(2026, 11, 21)}, makeup_days=())
    for offset in range(14):
        day = date(2026, 11, 13) + timedelta(days=offset)
        assert with_saturday.is_working_day(day) == PLAIN.is_working_day(day)
        assert with_saturday.add(day, 3) == PLAIN.add(day, 3)


def test_a_makeup_day_is_worked_counted_and_may_be_the_last_one() -> None:
    calendar = announced_2026()
    saturday = date(2026, 10, 10)
    assert calendar.is_working_day(saturday)
    assert calendar.roll(saturday) == saturday
    assert calendar.add(date(2026, 10, 9), 1) == saturday
    assert calendar.count(date(2026, 10, 9), date(2026, 10, 11)) == 1


def test_roll_goes_to_the_next_working_day() -> None:
    assert PLAIN.roll(date(2026, 11, 21)) == date(2026, 11, 23)
    assert PLAIN.roll(date(2026, 11, 20)) == date(2026, 11, 20)


def test_another_weekend() -> None:
    friday_saturday = WorkCalendar(days_off=(), makeup_days=(), weekend={4, 5})
    assert friday_saturday.add(date(2026, 11, 19), 1) == date(2026, 11, 22)


def test_a_year_without_a_working_day_is_passed_over() -> None:
    year = {date(2026, 1, 1) + timedelta(days=n) for n in range(365)}
    calendar = WorkCalendar(days_off=year, makeup_days=())
    assert calendar.add(date(2025, 12, 31), 1) == date(2027, 1, 1)
    assert calendar.add(date(2026, 6, 1), 1) == date(2027, 1, 1)
    assert calendar.add(date(2026, 6, 1), -1) == date(2025, 12, 31)
    assert calendar.count(date(2025, 12, 31), date(2027, 1, 1)) == 1


def test_centuries_apart_are_counted_too() -> None:
    calendar = WorkCalendar(days_off=(), makeup_days=())
    # 400 Gregorian years are 20,871 weeks to the day.
    assert calendar.count(date(1700, 3, 1), date(2100, 3, 1)) == 20_871 * 5
    assert calendar.add(date(1700, 3, 1), 20_871 * 5) == date(2100, 3, 1)
    assert calendar.add(date(2100, 3, 1), -20_871 * 5) == date(1700, 3, 1)


@pytest.mark.parametrize(
    ("day", "n"),
    [(date.max, 1), (date(9999, 12, 1), 25), (date.min, -1), (date(2026, 1, 1), 10**9), (date(1, 1, 6), -9)],
)
def test_a_search_beyond_the_last_day_ends_with_a_clear_line(day: date, n: int) -> None:
    with pytest.raises(CalendarError, match="lies beyond"):
        PLAIN.add(day, n)


NOT_DAYS = [datetime(2026, 11, 20), "2026-11-20", True, 20261120, None, [date(2026, 11, 20)]]  # noqa: DTZ001 - the mistake shown


@pytest.mark.parametrize("wrong", NOT_DAYS, ids=lambda wrong: type(wrong).__name__)
@pytest.mark.parametrize("warm", [False, True])
def test_what_is_no_day_is_refused_whether_or_not_its_year_is_known_already(wrong: Any, warm: bool) -> None:
    calendar = WorkCalendar(days_off=(), makeup_days=())
    friday = date(2026, 11, 20)
    if warm:
        calendar.add(friday, 1)
    for attempt in (
        lambda: calendar.is_working_day(wrong),
        lambda: calendar.add(wrong, 1),
        lambda: calendar.add(wrong, 0),
        lambda: calendar.add(wrong, -1),
        lambda: calendar.count(wrong, friday),
        lambda: calendar.count(friday, wrong),
        lambda: calendar.roll(wrong),
        lambda: calendar.working_days_after(wrong),
        lambda: calendar.firmness(wrong),
        lambda: calendar.note(wrong),
        lambda: calendar.provisional(friday, wrong),
    ):
        with pytest.raises(TypeError, match=r"a day is a datetime\.date, not"):
            attempt()


@pytest.mark.parametrize("wrong", [1.0, 0.0, -1.5, "3", None])
def test_half_a_working_day_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match="whole number"):
        PLAIN.add(date(2026, 11, 20), wrong)


# --- predicted years ----------------------------------------------------------------------------------------


def test_a_prediction_is_asked_for_only_when_a_count_reaches_its_year_and_once() -> None:
    predictor = Predictor()
    calendar = announced_2026(predictor)
    assert calendar.add(date(2026, 12, 10), 3) == date(2026, 12, 15)
    assert calendar.count(date(2026, 1, 5), date(2026, 12, 31)) > 0
    calendar.is_working_day(date(2026, 12, 31))
    calendar.firmness(date(2030, 1, 1))
    calendar.provisional(date(2026, 12, 10), date(2030, 1, 1))
    assert predictor.asked == []

    # Mon-Fri alone gives 2027-01-07; New Year's Day is foreseen.
    assert calendar.add(date(2026, 12, 10), 20) == date(2027, 1, 8)
    assert calendar.add(date(2026, 12, 10), 20) == date(2027, 1, 8)
    calendar.count(date(2026, 12, 10), date(2027, 3, 1))
    assert predictor.asked == [2027]

    walk = calendar.working_days_after(date(2027, 12, 30))
    assert next(walk) == date(2027, 12, 31)
    assert predictor.asked == [2027]
    assert next(walk) == date(2028, 1, 3)
    assert predictor.asked == [2027, 2028]


def test_a_day_far_ahead_asks_for_its_own_year_only() -> None:
    predictor = Predictor()
    calendar = announced_2026(predictor)
    calendar.add(date(2026, 3, 2), 1)
    assert calendar.add(date(2040, 3, 1), 1) == date(2040, 3, 2)
    assert not calendar.is_working_day(date(2041, 1, 1))
    assert predictor.asked == [2040, 2041]
    # Still right for both, and for what lies between.
    assert calendar.add(date(2026, 9, 30), 1) == date(2026, 10, 2)
    assert calendar.count(date(2027, 12, 31), date(2028, 1, 3)) == 1


def test_years_before_the_first_announced_one_are_predicted_too() -> None:
    predictor = Predictor()
    calendar = announced_2026(predictor)
    assert calendar.add(date(2025, 12, 31), 1) == date(2026, 1, 1)
    assert calendar.firmness(date(2025, 12, 31)) is Firmness.PREDICTED
    assert calendar.count(date(2024, 12, 31), date(2025, 1, 2)) == 1
    assert calendar.provisional(date(2025, 11, 3), date(2025, 12, 1))
    assert calendar.range_of(date(2025, 12, 1)) == (date(2025, 11, 24), date(2025, 12, 6))


def test_a_year_gap_is_never_silent_even_without_a_prediction() -> None:
    calendar = announced_2026()
    last = calendar.add(date(2026, 12, 10), 20)
    assert last == date(2027, 1, 7)
    assert calendar.firmness(last) is Firmness.PREDICTED
    assert calendar.provisional(date(2026, 12, 10), last)


def test_a_day_that_is_known_is_not_overruled_by_what_is_foreseen() -> None:
    local = WorkCalendar(
        days_off={date(2027, 4, 12)},
        makeup_days={date(2027, 1, 1)},
        announced_through=date(2026, 12, 31),
        predict=Predictor(),
    )
    assert local.is_working_day(date(2027, 1, 1))
    assert not local.is_working_day(date(2027, 4, 12))
    assert not local.is_working_day(date(2028, 1, 1))


def test_what_is_foreseen_holds_only_after_the_last_announced_day() -> None:
    def predict(year: int) -> YearOfDays:
        return YearOfDays(days_off=frozenset({date(year, 6, 1), date(year, 9, 1)}))

    half = WorkCalendar(days_off=(), makeup_days=(), announced_through=date(2026, 6, 30), predict=predict)
    assert half.is_working_day(date(2026, 6, 1))
    assert not half.is_working_day(date(2026, 9, 1))


def test_a_makeup_day_that_is_foreseen_is_worked() -> None:
    saturday = date(2027, 2, 20)
    calendar = announced_2026(lambda year: YearOfDays(makeup_days=frozenset({saturday})))
    assert calendar.is_working_day(saturday)
    assert calendar.add(date(2027, 2, 19), 1) == saturday


def test_the_firmness_of_a_day() -> None:
    calendar = announced_2026()
    assert calendar.firmness(date(2026, 11, 30)) is Firmness.FINAL
    assert calendar.firmness(date(2026, 12, 1)) is Firmness.ANNOUNCED
    assert calendar.firmness(date(2026, 12, 31)) is Firmness.ANNOUNCED
    assert calendar.firmness(date(2027, 1, 1)) is Firmness.PREDICTED
    assert PLAIN.firmness(date(2090, 1, 1)) is Firmness.FINAL


@pytest.mark.parametrize(
    ("start", "last", "provisional"),
    [
        (date(2026, 11, 2), date(2026, 11, 30), False),
        (date(2026, 11, 30), date(2026, 12, 26), False),
        (date(2026, 11, 30), date(2026, 12, 27), True),
        (date(2026, 11, 30), date(2026, 12, 31), True),
        (date(2026, 12, 10), date(2027, 1, 8), True),
        (date(2027, 1, 8), date(2027, 1, 8), False),
    ],
)
def test_a_limit_may_still_move_from_27_december_on(start: date, last: date, provisional: bool) -> None:
    assert announced_2026().provisional(start, last) is provisional
    assert PLAIN.provisional(start, last) is False


def test_december_of_a_year_whose_successor_is_announced_is_firm() -> None:
    assert not announced_2026().provisional(date(2025, 12, 31), date(2026, 1, 5))
    two_years = WorkCalendar(days_off=(), makeup_days=(), announced_through=date(2027, 12, 31))
    assert not two_years.provisional(date(2026, 12, 1), date(2026, 12, 29))


def test_the_range_never_reaches_before_the_last_firm_day() -> None:
    calendar = announced_2026()
    assert calendar.range_of(date(2027, 1, 8)) == (date(2027, 1, 1), date(2027, 1, 13))
    assert calendar.range_of(date(2026, 12, 31)) == (date(2026, 12, 26), date(2027, 1, 5))
    assert calendar.range_of(date(2026, 12, 29)) == (date(2026, 12, 26), date(2027, 1, 3))
    assert PLAIN.range_of(date(2027, 1, 8)) == (date(2027, 1, 8), date(2027, 1, 8))


def test_notes_of_known_and_of_foreseen_days() -> None:
    known = WorkCalendar(
        days_off={date(2026, 10, 1)},
        makeup_days=(),
        notes={date(2026, 10, 1): DayNote("国庆节", "国办发明电〔2025〕7号")},
        announced_through=date(2026, 12, 31),
        predict=Predictor(),
    )
    assert known.note(date(2026, 10, 1)) == DayNote("国庆节", "国办发明电〔2025〕7号")
    assert known.note(date(2027, 1, 1)) == DayNote("元旦", "第二条")
    assert known.note(date(2026, 1, 1)) is None


# --- as data ------------------------------------------------------------------------------------------------


def test_a_calendar_survives_being_written_down_as_json() -> None:
    calendar = WorkCalendar(
        days_off={date(2026, 10, 2), date(2026, 10, 1)},
        makeup_days={date(2026, 10, 10)},
        notes={date(2026, 10, 1): DayNote("国庆节", "国办发明电〔2025〕7号", "https://www.gov.cn/")},
        announced_through=date(2026, 12, 31),
        weekend={6},
    ).with_edition()
    text = json.dumps(calendar.as_data())
    again = WorkCalendar.from_data(json.loads(text))
    assert again == calendar
    assert again.edition == calendar.edition
    assert again.note(date(2026, 10, 1)) == calendar.note(date(2026, 10, 1))
    assert calendar.as_data()["days_off"] == ["2026-10-01", "2026-10-02"]


def test_the_edition_is_named_by_the_content_and_by_nothing_else() -> None:
    one = WorkCalendar(days_off=[date(2026, 1, 1), date(2026, 1, 2)], makeup_days=()).with_edition()
    same = WorkCalendar(days_off=[date(2026, 1, 2), date(2026, 1, 1)], makeup_days=(), edition="x").with_edition()
    other = WorkCalendar(days_off=[date(2026, 1, 1)], makeup_days=()).with_edition()
    assert one.edition == same.edition != other.edition
    assert len(one.edition) == 12


# --- properties ---------------------------------------------------------------------------------------------

near = st.dates(date(2023, 10, 1), date(2027, 3, 31))
few = st.integers(1, 90)


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    off = draw(st.sets(near, max_size=80))
    makeup = draw(st.sets(near, max_size=30)) - off
    weekend = draw(st.sets(st.integers(0, 6), max_size=4))
    calendar = WorkCalendar(days_off=off, makeup_days=makeup, weekend=weekend)
    # Some start with tables that others do not have.
    for day in draw(st.lists(near, max_size=2)):
        calendar.add(day, draw(few))
    return calendar


def naive_is_working_day(calendar: WorkCalendar, day: date) -> bool:
    if day in calendar.makeup_days:
        return True
    return day not in calendar.days_off and day.weekday() not in calendar.weekend


def naive_add(calendar: WorkCalendar, day: date, n: int) -> date:
    step = ONE_DAY if n > 0 else -ONE_DAY
    left = abs(n)
    while left:
        day += step
        left -= naive_is_working_day(calendar, day)
    return day


@settings(max_examples=150, deadline=None)
@given(calendar=calendars(), day=near, n=st.integers(-90, 90))
def test_add_agrees_with_walking_day_by_day(calendar: WorkCalendar, day: date, n: int) -> None:
    assert calendar.add(day, n) == naive_add(calendar, day, n)
    assert calendar.add(day, n) == naive_add(calendar, day, n), "once more, from the tables"


@settings(max_examples=150, deadline=None)
@given(calendar=calendars(), one=near, other=near)
def test_count_agrees_with_walking_day_by_day(calendar: WorkCalendar, one: date, other: date) -> None:
    after, through = min(one, other), max(one, other)
    days = [after + timedelta(days=n) for n in range(1, (through - after).days + 1)]
    expected = sum(naive_is_working_day(calendar, day) for day in days)
    for _ in range(2):
        assert calendar.count(after, through) == expected
        assert calendar.count(through, after) == -expected
    assert [day for day in days if calendar.is_working_day(day)] == [
        day for day in days if naive_is_working_day(calendar, day)
    ]


@settings(max_examples=150, deadline=None)
@given(calendar=calendars(), day=near, n=few)
def test_adding_days_and_counting_them_agree(calendar: WorkCalendar, day: date, n: int) -> None:
    last = calendar.add(day, n)
    assert calendar.is_working_day(last)
    assert calendar.count(day, last) == n
    start = calendar.roll(day)
    assert calendar.count(start, calendar.add(start, -n)) == -n
    assert calendar.add(calendar.add(start, n), -n) == start


@settings(max_examples=150, deadline=None)
@given(calendar=calendars(), one=near, other=near, n=few)
def test_a_later_start_never_gives_an_earlier_last_day(calendar: WorkCalendar, one: date, other: date, n: int) -> None:
    earlier, later = min(one, other), max(one, other)
    assert calendar.add(earlier, n) <= calendar.add(later, n)
    assert calendar.add(earlier, -n) <= calendar.add(later, -n)
    assert calendar.roll(earlier) <= calendar.roll(later)


@settings(max_examples=100, deadline=None)
@given(calendar=calendars(), day=near, n=few)
def test_the_working_days_after_a_day_are_those_that_add_finds(calendar: WorkCalendar, day: date, n: int) -> None:
    walk = calendar.working_days_after(day)
    assert [next(walk) for _ in range(n)] == [calendar.add(day, k) for k in range(1, n + 1)]


@settings(max_examples=50, deadline=None)
@given(questions=st.lists(st.tuples(st.dates(date(2022, 1, 1), date(2034, 12, 31)), few), min_size=1, max_size=8))
def test_the_order_of_questions_changes_no_answer(questions: list[tuple[date, int]]) -> None:
    calendar = announced_2026(Predictor())
    for day, n in questions:
        assert calendar.add(day, n) == announced_2026(Predictor()).add(day, n)
