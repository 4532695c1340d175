"""Local festivals whose days are not known (地方节日待查): the last day is provisional, and no day is guessed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import d
from gkflow.bootstrap import calendar, known_edition, packaged_files
from gkflow.domain.calendar import Firmness
from gkflow.domain.edition import Announcement, CalendarEdition, Festival

HOME = packaged_files()
FEASTS = Festival("古尔邦节", ("650000",))
COUNTRY = tuple(
    Announcement(f"national-{year}", "", date(year - 1, 12, 1), years=(year,)) for year in range(2024, 2028)
)


def edition(*more: Announcement) -> CalendarEdition:
    return CalendarEdition((*COUNTRY, *more), festivals=(FEASTS,))


def local(day: str, name: str = "古尔邦节", published: str = "2025-01-10") -> Announcement:
    return Announcement("local", "某通知", d(published), scopes=("650000",), days_off={d(day): name})


@pytest.mark.parametrize(
    ("region", "start", "length", "national", "right"),
    [("650000", "2025-06-03", 5, "2025-06-10", "2025-06-13"), ("450000", "2025-03-28", 3, "2025-04-02", "2025-04-07")],
)
def test_the_day_that_holds_there_lies_within_the_range_of_the_provisional_one(
    region: str, start: str, length: int, national: str, right: str
) -> None:
    known = calendar(HOME, region=region)
    last = known.add(d(start), length)
    earliest, latest = known.range_of(last, d(start))

    assert last == d(national)
    assert known.provisional(d(start), last)
    assert earliest <= d(right) <= latest
    assert not calendar(HOME).provisional(d(start), last), "for the country it is firm"


@pytest.mark.parametrize(
    ("region", "year", "unknown"),
    [
        ("450000", 2026, ()),  # its days of 2026 stand in a file
        ("450000", 2025, ("壮族三月三",)),
        ("450100", 2025, ("壮族三月三",)),  # a city of the region
        ("450000", 2013, ()),  # before the region's rule of 2014
        ("650000", 2026, ()),
        ("640000", 2026, ("开斋节",)),  # one of its two feasts is known
        ("540100", 2026, ("雪顿节",)),
        ("513400", 2011, ()),
        ("513400", 2012, ("火把节", "彝族年")),
        ("120000", 2025, ()),
        ("510100", 2012, ()),  # the province's other cities keep none
    ],
)
def test_a_year_without_a_local_notice_is_not_known_where_there_is_a_yearly_festival(
    region: str, year: int, unknown: tuple[str, ...]
) -> None:
    assert calendar(HOME, region=region).unknown_here(year, year).get(year, ()) == unknown


def test_no_day_of_a_festival_is_guessed() -> None:
    one, other = calendar(HOME), calendar(HOME, region="650000")
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(365)]
    assert [day for day in days if one.is_working_day(day) != other.is_working_day(day)] == []
    assert {other.firmness(day) for day in days} == {Firmness.PREDICTED}


def test_a_limit_is_provisional_as_soon_as_it_reaches_a_year_that_is_not_known() -> None:
    known = edition(local("2025-06-06")).calendar("650000")
    assert not known.provisional(d("2025-01-02"), d("2025-12-20"))
    assert known.provisional(d("2025-12-20"), d("2026-01-05"))
    assert known.provisional(d("2026-12-20"), d("2027-01-05"))


def test_a_local_notice_that_names_something_else_leaves_the_festival_unknown() -> None:
    assert edition(local("2025-06-06", "抗震救灾")).calendar("650000").unknown_here(2025, 2025) == {2025: ("古尔邦节",)}


def test_before_its_notice_came_out_the_year_was_not_known() -> None:
    whole = edition(local("2025-06-06"))
    assert whole.calendar("650000", known_on=d("2025-01-09")).provisional(d("2025-03-03"), d("2025-03-10"))
    assert not whole.calendar("650000", known_on=d("2025-01-10")).provisional(d("2025-03-03"), d("2025-03-10"))


def test_an_edition_that_was_kept_knows_its_festivals_and_an_older_one_has_none() -> None:
    whole = edition()
    again = CalendarEdition.from_data(whole.as_data())
    assert again.edition == whole.edition
    assert again.calendar("650000").edition == whole.calendar("650000").edition
    older = CalendarEdition.from_data({"announcements": whole.as_data()["announcements"]})
    assert older.calendar("650000").gaps == ()
    assert "festivals" not in older.as_data(), "the name of an edition that was kept stays the same"


@given(
    start=st.dates(date(2024, 1, 1), date(2029, 12, 31)),
    length=st.integers(1, 60),
    region=st.sampled_from(["", "650000", "450000"]),
)
def test_the_range_of_a_provisional_day_holds_it_and_never_begins_before_day_one(
    start: date, length: int, region: str
) -> None:
    known = known_edition(HOME).calendar(region)
    last = known.add(start, length)
    earliest, latest = known.range_of(last, start)
    assert start < earliest <= last <= latest
