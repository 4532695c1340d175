"""The shapes of the notices, and the statutory days beside them, against what the notices said (推定与实际)."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from gkflow import plugs
from gkflow.bootstrap import known_edition, packaged_files
from gkflow.calendars.predictors import DEFAULT, predictor_named
from gkflow.calendars.shapes import CUSTOM, FIRST, shape_year
from gkflow.calendars.statutory import statutory_year
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.edition import CalendarEdition
from gkflow.domain.objections.calendars import CalendarError

DAYS = [date(2008, 1, 1) + timedelta(days=n) for n in range(6940)]


@pytest.fixture(scope="module")
def final() -> WorkCalendar:
    """What the notices made of it in the end."""
    return known_edition(packaged_files()).calendar()


@pytest.fixture(scope="module")
def shapes() -> WorkCalendar:
    """Every day by its shape alone."""
    return CalendarEdition((), shape_year).calendar()


def wrong_days(foreseen: WorkCalendar, final: WorkCalendar) -> list[date]:
    return [day for day in DAYS if foreseen.is_working_day(day) != final.is_working_day(day)]


def errors(foreseen: WorkCalendar, final: WorkCalendar, n: int) -> Counter[int]:
    """The predicted last day less the final one, for every start whose limit ends in the years that are known."""
    lasts = ((day, final.add(day, n)) for day in DAYS)
    return Counter((foreseen.add(day, n) - last).days for day, last in lasts if last <= DAYS[-1])


def written(days: frozenset[date], month: int) -> list[str]:
    return [f"{day:%m-%d}" for day in sorted(days) if day.month == month]


# --- against the notices ------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", [2009, 2014, 2016, 2017, 2018, 2021, 2022, 2023, 2025])
def test_the_shapes_hit_every_day_of_a_plain_year(year: int, shapes: WorkCalendar, final: WorkCalendar) -> None:
    assert [day for day in wrong_days(shapes, final) if day.year == year] == []


def test_the_shapes_are_wrong_where_a_notice_did_otherwise(shapes: WorkCalendar, final: WorkCalendar) -> None:
    # Shapes by the same description were published with 61 wrong days (12 since 2020). Here are fewer, because
    # the eight days of 2023 begin with 中秋节 on 29 September, as those of 2012 did on the 30th.
    wrong = wrong_days(shapes, final)
    assert Counter(day.year for day in wrong) == {
        2008: 8,  # 国庆节 from 29 September; both make-up days of 春节 before it
        2010: 8,  # two Wednesdays bridged
        2011: 1,  # with 2012: three days of 元旦 from a Sunday
        2012: 9,  # a Wednesday bridged, 端午节 on Saturday with the Friday, 元旦 of 2013
        2013: 12,  # two Wednesdays bridged, 元旦 to the days after it
        2015: 5,  # three days in September by a notice of its own; 中秋节 on Sunday given with 国庆节
        2019: 4,  # 劳动节 as amended in March
        2020: 2,  # 春节 as prolonged in January
        2024: 4,  # 春节 without the Eve
        2026: 2,  # nine days of 春节
    }
    assert len(wrong) == 55
    makeup = [day for day in DAYS if day.weekday() > 4 and shapes.is_working_day(day)]
    assert (len(makeup), sum(map(final.is_working_day, makeup))) == (110, 103)


@pytest.mark.parametrize(("n", "published"), [(7, 96.3), (15, 96.2), (20, 95.9), (40, 95.2)])
def test_the_shapes_are_exact_as_often_as_published(
    n: int, published: float, shapes: WorkCalendar, final: WorkCalendar
) -> None:
    found = errors(shapes, final, n)
    assert published <= 100 * found[0] / found.total() < published + 1.5
    assert min(found) >= -9
    assert max(found) <= 9


def test_the_errors_of_the_statutory_days_are_those_that_were_published(final: WorkCalendar) -> None:
    foreseen = CalendarEdition((), statutory_year).calendar()
    assert errors(foreseen, final, 20) == {
        -5: 3, -4: 20, -3: 62, -2: 82, -1: 377, 0: 6001, 1: 259, 2: 47, 3: 13, 4: 16, 5: 14, 6: 12, 7: 6,
    }  # fmt: skip
    for n, exact in ((7, 87.8), (15, 87.3), (40, 85.9)):
        found = errors(foreseen, final, n)
        assert round(100 * found[0] / found.total(), 1) == exact
        assert (min(found), max(found)) == (-5, 7)
    assert len(wrong_days(foreseen, final)) == 253


def test_the_statutory_days_have_every_substitute_that_they_were_measured_with() -> None:
    # 2028 as 2020: two festivals on one day are a day each.
    for day in (date(2012, 6, 25), date(2015, 9, 28), date(2020, 10, 6), date(2028, 10, 5)):
        assert day in statutory_year(day.year).days_off


# --- the rules ----------------------------------------------------------------------------------------------


def test_2027_by_its_shape() -> None:
    foreseen = shape_year(2027)
    assert written(foreseen.days_off, 2) == [f"02-{day:02}" for day in range(5, 13)]
    assert written(foreseen.makeup_days, 1) == ["01-31"]
    assert written(foreseen.makeup_days, 2) == ["02-13"]
    assert written(foreseen.days_off, 5) == ["05-01", "05-02", "05-03", "05-04", "05-05"]
    assert written(foreseen.makeup_days, 5) == ["05-08"]
    assert written(foreseen.days_off, 10) == [f"10-{day:02}" for day in range(1, 8)]
    assert foreseen.notes[date(2027, 2, 5)] == statutory_year(2027).notes[date(2027, 2, 5)]
    assert foreseen.notes[date(2027, 5, 8)].name == "劳动节"
    assert foreseen.notes[date(2027, 5, 8)].source == CUSTOM


def test_december_days_that_the_next_new_year_takes_stand_in_their_own_year() -> None:
    # 1 January 2019 was a Tuesday, and so will be that of 2030.
    for year in (2018, 2029):
        assert written(shape_year(year).days_off, 12) == ["12-30", "12-31"]
        assert written(shape_year(year).makeup_days, 12) == ["12-29"]
        assert written(shape_year(year + 1).days_off, 1)[:1] == ["01-01"]


@pytest.mark.parametrize("year", range(FIRST, 2101))
def test_every_year_can_be_foreseen_and_agrees_with_itself(year: int) -> None:
    foreseen, law = shape_year(year), statutory_year(year)
    assert not foreseen.days_off & foreseen.makeup_days
    assert law.days_off - foreseen.days_off == set()
    assert all(day.year == year for day in foreseen.days_off | foreseen.makeup_days)
    assert all(day.weekday() > 4 for day in foreseen.makeup_days)
    assert set(foreseen.notes) == foreseen.days_off | foreseen.makeup_days
    # Rest days are moved, none is made: what is left is the weekdays less the days of 第二条.
    calendar = WorkCalendar(foreseen.days_off, foreseen.makeup_days)
    weekdays = WorkCalendar((), ())
    span = date(year - 1, 12, 31), date(year, 12, 31)
    assert calendar.count(*span) == weekdays.count(*span) - (11 if year < 2025 else 13)


def test_from_2025_no_more_than_six_days_are_worked_in_a_row() -> None:
    # 放假办法 第七条.
    years = [shape_year(year) for year in range(2025, 2101)]
    off, makeup = ({day for each in years for day in getattr(each, kind)} for kind in ("days_off", "makeup_days"))
    row = longest = 0
    for n in range((date(2100, 12, 31) - date(2025, 1, 1)).days + 1):
        day = date(2025, 1, 1) + timedelta(days=n)
        row = row + 1 if day in makeup or (day.weekday() < 5 and day not in off) else 0
        longest = max(longest, row)
    assert longest == 6


def test_years_without_shapes() -> None:
    assert shape_year(FIRST - 1) == statutory_year(FIRST - 1)
    with pytest.raises(CalendarError, match="2101 was reached"):
        shape_year(2101)


# --- by name ------------------------------------------------------------------------------------------------


def test_a_predictor_has_a_name() -> None:
    assert DEFAULT == "statutory"
    assert predictor_named("statutory") is statutory_year
    assert predictor_named("shapes") is shape_year
    assert plugs.names(plugs.PREDICTORS) == ("statutory", "shapes")


def test_an_unknown_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(CalendarError) as refused:
        predictor_named("shape")
    assert refused.value.facts["reason"] == 'no predictor "shape"; there are statutory, shapes'
