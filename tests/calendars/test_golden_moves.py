"""
Two hundred deadlines before and after five editions (变动的届满日): tests/golden/moving.txt.

GKFLOW_RENEW_GOLDEN=1 writes the file anew, to be reviewed like a change to law. Whatever wrote it, every line is held
against a plain count, day by day, over what the notices say: the lists of days where they are at hand, and always the
days of the package with what was known of them before, which stands below.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from chinese_calendar.constants import holidays, workdays

from gkflow.bootstrap import known_edition

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "moving.txt"
RENEW = bool(os.environ.get("GKFLOW_RENEW_GOLDEN"))  # read before the tests hide every GKFLOW_ variable
DATA = ROOT.parent / "shared" / "data"
LENGTHS = (7, 15, 20, 40)
ONE_DAY = timedelta(days=1)
OFF, WORKED = False, True

needs_the_lists = pytest.mark.skipif(
    not (DATA / "holiday_cn.csv").exists(), reason=f"compares with {DATA.name}, which is no part of gkflow"
)


class Moment(NamedTuple):
    """One notice: the day it was published, the region it holds for, ten start days around the days it changes."""

    published: str
    region: str
    starts: tuple[str, ...]


EDITIONS = (
    # 2011-12-31 (Saturday) worked, and the days of 2012 named.
    Moment("2011-12-06", "", (
        "2011-11-07", "2011-11-25", "2011-11-28", "2011-12-05", "2011-12-06", "2011-12-12", "2011-12-22", "2011-12-25",
        "2011-12-26", "2011-12-31")),
    # 2018-12-29 (Saturday) worked, Monday 12-31 off, and the days of 2019 named.
    Moment("2018-12-06", "", (
        "2018-11-02", "2018-11-05", "2018-12-03", "2018-12-05", "2018-12-07", "2018-12-09", "2018-12-10", "2018-12-20",
        "2018-12-29", "2018-12-30")),
    # 2019-05-02 and 05-03 off, Sundays 04-28 and 05-05 worked.
    Moment("2019-03-22", "", (
        "2019-03-05", "2019-03-06", "2019-03-22", "2019-04-02", "2019-04-03", "2019-04-10", "2019-04-19", "2019-04-23",
        "2019-04-28", "2019-05-03")),
    # 2020-01-31 and 02-01 (a make-up Saturday) off.
    Moment("2020-01-27", "", (
        "2019-12-02", "2019-12-24", "2019-12-31", "2020-01-02", "2020-01-08", "2020-01-13", "2020-01-17", "2020-01-19",
        "2020-01-21", "2020-01-25")),
    # Hubei: off through 2020-02-13.
    Moment("2020-02-01", "420000", (
        "2019-12-05", "2019-12-25", "2020-01-03", "2020-01-09", "2020-01-14", "2020-01-18", "2020-01-21", "2020-01-23",
        "2020-01-29", "2020-02-01")),
)  # fmt: skip


class Line(NamedTuple):
    """One line of the file."""

    published: str
    region: str
    start: str
    length: int
    before: str
    after: str
    by: int
    how: str

    def __str__(self) -> str:
        by = f"{self.by:+d}" if self.by else "0"
        region = self.region or "CN"
        return (
            f"{self.published}  {region:<6}  {self.start}  {self.length:>2}  {self.before}  {self.after}  {by:>3}"
            f"  {self.how}"
        )


def how_moved(by: int) -> str:
    return "earlier" if by < 0 else "later" if by else "stays"


def reckoned() -> Iterator[Line]:
    whole = known_edition()
    for edition in EDITIONS:
        on = date.fromisoformat(edition.published)
        before, after = (whole.calendar(edition.region, known_on=day) for day in (on - ONE_DAY, on))
        for start in edition.starts:
            for length in LENGTHS:
                old, new = (each.add(date.fromisoformat(start), length) for each in (before, after))
                by = (new - old).days
                yield Line(edition.published, edition.region, start, length, f"{old}", f"{new}", by, how_moved(by))


def in_the_file() -> list[Line]:
    found = []
    for told in GOLDEN.read_text(encoding="utf-8").splitlines():
        published, region, start, length, before, after, by, how = told.split()
        found.append(Line(published, region if region != "CN" else "", start, int(length), before, after, int(by), how))
    return found


# --- the plain count ----------------------------------------------------------------------------------------

Works = Callable[[date], bool]


def days(year: int, *told: str) -> list[date]:
    return [date.fromisoformat(f"{year}-{day}") for day in told]


def span(first: str, last: str) -> list[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [start + n * ONE_DAY for n in range((end - start).days + 1)]


# What the law alone fixed of a year before its notice came, and its substitutes (放假办法 第二条、第六条).
# 2012: 元旦 on Sunday 01-01, 春节 01-22 (除夕, Sunday) to 01-24. 2019: 元旦 01-01, 春节 02-05 to 02-07 (Tuesday to
# Thursday; 除夕 is a working day since 2014). Later days are beyond all the lengths of this file.
BY_LAW = {
    2012: days(2012, "01-01", "01-02", "01-22", "01-23", "01-24", "01-25"),
    2019: days(2019, "01-01", "02-05", "02-06", "02-07"),
}
HUBEI = span("2020-02-03", "2020-02-13")


def of_the_week(day: date) -> bool:
    return day.weekday() < 5


def final(day: date) -> bool:
    """As the package has it, every notice known."""
    return day in workdays or (day not in holidays and of_the_week(day))


def otherwise(*before: tuple[list[date], bool]) -> dict[date, bool]:
    return {day: worked for found, worked in before for day in found}


def by_week_but(year: int) -> dict[date, bool]:
    """A year of which only the law is known."""
    found = {day: of_the_week(day) for day in span(f"{year}-01-01", f"{year}-12-31")}
    return found | dict.fromkeys(BY_LAW[year], OFF)


# What was known otherwise on the day before each edition, and on its day.
BEFORE: dict[str, dict[date, bool]] = {
    "2011-12-06": by_week_but(2012) | otherwise((days(2011, "12-31"), OFF)),
    "2018-12-06": by_week_but(2019) | otherwise((days(2018, "12-29"), OFF), (days(2018, "12-31"), WORKED)),
    "2019-03-22": otherwise((days(2019, "05-02", "05-03"), WORKED), (days(2019, "04-28", "05-05"), OFF)),
    "2020-01-27": otherwise((days(2020, "01-31", "02-01"), WORKED)),
    "2020-02-01": {},
}
AFTER: dict[str, dict[date, bool]] = {
    # On 2018-12-06 nobody knew of the amendment of March to come.
    "2018-12-06": BEFORE["2019-03-22"],
    "2020-02-01": dict.fromkeys(HUBEI, OFF),
}


def by_the_package(published: str, after: bool) -> Works:
    said = AFTER.get(published, {}) if after else BEFORE[published]
    return lambda day: said.get(day, final(day))


def rows_of(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_the_lists(known_on: date, hubei: bool) -> Works:
    """What the lists of days, notices, amendments and surprises say was known on a day."""
    notices = rows_of("holiday_notices.csv")
    annual = {row["year"]: date.fromisoformat(row["published"]) for row in notices if row["kind"] == "annual"}
    year_of = {row["source"]: row["year"] for row in notices}  # a row that stands under an amendment is of its year
    said: dict[date, bool] = {}
    for row in rows_of("holiday_cn.csv"):
        if annual[year_of[row["source"]]] <= known_on:
            said[date.fromisoformat(row["date"])] = row["is_off_day"] == "0"
    for row in rows_of("holiday_amendments.csv"):
        day, published = date.fromisoformat(row["date"]), date.fromisoformat(row["published"])
        said[day] = row["works_after" if published <= known_on else "works_before"] == "1"
    for year, off in BY_LAW.items():
        if annual[str(year)] > known_on:
            said |= dict.fromkeys(off, OFF)
    for row in rows_of("calendar_surprises.csv"):
        if hubei and "Hubei" in row["scope"] and date.fromisoformat(row["announced"]) <= known_on:
            said[date.fromisoformat(row["date"])] = row["works_after"] == "1"
    return lambda day: said.get(day, of_the_week(day))


def counted(start: str, length: int, works: Works) -> str:
    day, left = date.fromisoformat(start), length
    while left:
        day += ONE_DAY
        left -= works(day)
    return day.isoformat()


# --- the file -----------------------------------------------------------------------------------------------


def test_the_deadlines_that_moved_are_those_of_the_golden_file() -> None:
    text = "".join(f"{line}\n" for line in reckoned())
    if RENEW:
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_the_file_holds_forty_deadlines_of_each_of_five_editions() -> None:
    lines = in_the_file()
    assert len(lines) == len(set(lines)) == 200
    wanted = [(each.published, start, n) for each in EDITIONS for start in each.starts for n in LENGTHS]
    assert [(line.published, line.start, line.length) for line in lines] == wanted


def test_every_line_says_by_how_much_and_which_way() -> None:
    for line in in_the_file():
        by = (date.fromisoformat(line.after) - date.fromisoformat(line.before)).days
        assert (line.by, line.how) == (by, how_moved(by)), line


def test_every_line_is_what_a_plain_count_over_the_package_gives() -> None:
    for line in in_the_file():
        before, after = (
            counted(line.start, line.length, by_the_package(line.published, then)) for then in (False, True)
        )
        assert (line.before, line.after) == (before, after), line


@needs_the_lists
def test_every_line_is_what_a_plain_count_over_the_lists_of_days_gives() -> None:
    known: dict[tuple[date, bool], Works] = {}
    for line in in_the_file():
        on, hubei = date.fromisoformat(line.published), line.region == "420000"
        ends = []
        for day in (on - ONE_DAY, on):
            if (day, hubei) not in known:
                known[day, hubei] = by_the_lists(day, hubei)
            ends.append(counted(line.start, line.length, known[day, hubei]))
        assert [line.before, line.after] == ends, line


def test_make_up_days_move_deadlines_both_ways_and_days_off_alone_only_later() -> None:
    ways = {each.published: {line.how for line in in_the_file() if line.published == each.published}
            for each in EDITIONS}  # fmt: skip
    for published in ("2011-12-06", "2018-12-06", "2019-03-22"):
        assert ways[published] == {"earlier", "later", "stays"}
    for published in ("2020-01-27", "2020-02-01"):
        assert ways[published] == {"later", "stays"}


def test_the_shifts_that_are_known_by_heart_stand_in_the_file() -> None:
    moved = {(line.published, line.start, line.length): (line.before, line.after) for line in in_the_file()}
    assert moved["2018-12-06", "2018-12-03", 20] == ("2018-12-31", "2018-12-29")
    assert moved["2018-12-06", "2018-11-05", 40] == ("2018-12-31", "2018-12-29")
    assert moved["2019-03-22", "2019-03-05", 40] == ("2019-05-02", "2019-04-30")
    assert moved["2019-03-22", "2019-03-06", 40] == ("2019-05-03", "2019-05-05")
    assert moved["2020-01-27", "2019-12-31", 20] == ("2020-02-03", "2020-02-05")
