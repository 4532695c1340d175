"""
The plain count (逐日数): working days one after another, over what was known on a day, without anything of gkflow.

Two sources, each by itself: the tables of the package, with what was known of its days before written out here by hand;
and the lists of days, notices, amendments and surprises of ``../shared/data``, where they are at hand.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path

from chinese_calendar.constants import holidays, workdays

DATA = Path(__file__).parents[3] / "shared" / "data"
ONE_DAY = timedelta(days=1)
OFF, WORKED = False, True

Works = Callable[[date], bool]


def counted(start: str, length: int, works: Works) -> str:
    """The *length*-th day that is worked after *start*, which is itself not counted."""
    day, left = date.fromisoformat(start), length
    while left:
        day += ONE_DAY
        left -= works(day)
    return day.isoformat()


def days(year: int, *days_given: str) -> list[date]:
    return [date.fromisoformat(f"{year}-{day}") for day in days_given]


def span(first: str, last: str) -> list[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [start + n * ONE_DAY for n in range((end - start).days + 1)]


def of_the_week(day: date) -> bool:
    return day.weekday() < 5


# --- what the law alone fixed -------------------------------------------------------------------------------

# The days off of a year before its notice came, from 放假办法 第二条 as it then was, with the substitutes of 第六条
# (for what falls on a Saturday or Sunday, the next working day); written out through April.
BY_LAW_THROUGH = "04-30"
BY_LAW = {
    # 令第270号 of 1999: 元旦1天、春节3天（正月初一至初三）、劳动节3天、国庆节3天; no 除夕, no 清明.
    # 元旦 on Sunday, so Monday 01-02 too; 初一 on Sunday 01-29, so 01-29 to 01-31, and Wednesday 02-01 for the Sunday.
    2006: days(2006, "01-01", "01-02", "01-29", "01-30", "01-31", "02-01"),
    # 元旦 on Monday; 初一 on Sunday 02-18, so 02-18 to 02-20, and Wednesday 02-21 for the Sunday.
    2007: days(2007, "01-01", "02-18", "02-19", "02-20", "02-21"),
    # 令第513号, made on 2007-12-14 and so known on 12-17, in force from 2008-01-01: 春节除夕、初一、初二; 清明 is new.
    # 元旦 on Tuesday; 除夕 on Wednesday 02-06, so 02-06 to 02-08; 清明 on Friday 04-04.
    2008: days(2008, "01-01", "02-06", "02-07", "02-08", "04-04"),
    # The same law. 元旦 on Sunday, so Monday 01-02 too; 除夕 on Sunday 01-22, so 01-22 to 01-24, and Wednesday 01-25
    # for the Sunday; 清明 on Wednesday 04-04.
    2012: days(2012, "01-01", "01-02", "01-22", "01-23", "01-24", "01-25", "04-04"),
    # 令第644号, in force from 2014-01-01: 春节 is 初一至初三, and 除夕 is a working day.
    # 元旦 on Thursday; 初一 on Thursday 02-19, so 02-19 to 02-21, and Monday 02-23 for the Saturday; 清明 on Sunday
    # 04-05, so Monday 04-06 too.
    2015: days(2015, "01-01", "02-19", "02-20", "02-21", "02-23", "04-05", "04-06"),
    # The same law. 元旦 on Tuesday; 初一 on Tuesday 02-05, so 02-05 to 02-07; 清明 on Friday 04-05.
    2019: days(2019, "01-01", "02-05", "02-06", "02-07", "04-05"),
}


def by_the_law(year: int) -> dict[date, bool]:
    """A year of which only the law is known: weekdays, less its days."""
    found = {day: of_the_week(day) for day in span(f"{year}-01-01", f"{year}-12-31")}
    return found | dict.fromkeys(BY_LAW[year], OFF)


# --- the tables of the package ------------------------------------------------------------------------------


def said(works: bool, *days_given: str) -> dict[date, bool]:
    return dict.fromkeys(map(date.fromisoformat, days_given), works)


LABOUR_DAY_2019 = said(WORKED, "2019-05-02", "2019-05-03") | said(OFF, "2019-04-28", "2019-05-05")

# By the day of publication, what was known otherwise than the package has it: on the day before, and on the day.
BEFORE: dict[str, dict[date, bool]] = {
    # 12-31 is a Saturday; the package never learnt that it was worked.
    "2005-12-22": by_the_law(2006) | said(OFF, "2005-12-31"),
    # 12-30 and 12-31 are Saturday and Sunday.
    "2006-12-18": by_the_law(2007) | said(OFF, "2006-12-30", "2006-12-31"),
    # 12-29 is a Saturday, 12-30 a Sunday before and after, 12-31 a Monday.
    "2007-12-18": by_the_law(2008) | said(OFF, "2007-12-29") | said(WORKED, "2007-12-31"),
    # 12-31 is a Saturday.
    "2011-12-06": by_the_law(2012) | said(OFF, "2011-12-31"),
    # As in 2007.
    "2018-12-06": by_the_law(2019) | said(OFF, "2018-12-29") | said(WORKED, "2018-12-31"),
    # Thursday, Friday and Sunday.
    "2015-05-13": said(WORKED, "2015-09-03", "2015-09-04") | said(OFF, "2015-09-06"),
    # Thursday and Friday; both Sundays.
    "2019-03-22": LABOUR_DAY_2019,
    # Friday 01-31 was to be worked, and Saturday 02-01 as a make-up day.
    "2020-01-27": said(WORKED, "2020-01-31", "2020-02-01"),
    # A local notice changes the calendar of the country, which is the package's.
    "2020-02-01": {},
    "2016-08-05": {},
    "2017-02-10": {},
    # On the same day of 2014 the notice for 2015 was two months away (2014-12-16).
    "2014-10-09": by_the_law(2015),
}
AFTER: dict[str, dict[date, bool]] = {
    "2005-12-22": said(WORKED, "2005-12-31"),
    # On 2018-12-06 nobody knew of the amendment of March to come.
    "2018-12-06": LABOUR_DAY_2019,
    # 02-08 and 02-09 are a weekend.
    "2020-02-01": dict.fromkeys(span("2020-02-03", "2020-02-13"), OFF),
    # Friday to Wednesday off; Sunday 11-02 and Saturday 11-15 worked.
    "2014-10-09": by_the_law(2015)
    | said(OFF, "2014-11-07", "2014-11-10", "2014-11-11", "2014-11-12")
    | said(WORKED, "2014-11-02", "2014-11-15"),
    # Thursday to Wednesday off; Sunday 08-28, Saturday 09-10 and Sunday 09-11 worked.
    "2016-08-05": said(OFF, "2016-09-01", "2016-09-02", "2016-09-05", "2016-09-06", "2016-09-07")
    | said(WORKED, "2016-08-28", "2016-09-10", "2016-09-11"),
    # Thursday and Friday off, and Saturday 04-01, on which the country works; Saturday 04-08 worked.
    "2017-02-10": said(OFF, "2017-03-30", "2017-03-31", "2017-04-01") | said(WORKED, "2017-04-08"),
}


def final(day: date) -> bool:
    """As the package has it, every notice known."""
    return day in workdays or (day not in holidays and of_the_week(day))


def by_the_package(published: str, after: bool) -> Works:
    otherwise = AFTER.get(published, {}) if after else BEFORE[published]
    return lambda day: otherwise.get(day, final(day))


# --- the lists of days --------------------------------------------------------------------------------------

# The places of the list of surprises by their six figures.
PLACES = {
    "110000": "CN-11 Beijing + central organs in Beijing",
    "330102": "CN-33 Hangzhou, 9 districts",
    "420000": "CN-42 Hubei",
    "450000": "CN-45 Guangxi",
}
LISTED_FROM = date(2006, 12, 30)  # the lists begin with the notice for 2007; what lies before, the package says


def rows_of(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def announced(row: dict[str, str]) -> date:
    """The day that a surprise gives: "<=2016-08-05" counts as that day, nothing as known all along."""
    days_given = row["announced"].removeprefix("<=").removesuffix("?")
    return date.fromisoformat(days_given) if days_given else date.min


def surprises_in(region: str) -> Iterable[dict[str, str]]:
    """The country's, and over them those of the place."""
    rows = rows_of("calendar_surprises.csv")
    yield from (row for row in rows if row["scope"] == "CN")
    yield from (row for row in rows if region and row["scope"] == PLACES[region])


def by_the_lists(known_on: date, region: str) -> Works:
    """What the lists of days, notices, amendments and surprises say was known on a day."""
    notices = rows_of("holiday_notices.csv")
    annual = {row["year"]: date.fromisoformat(row["published"]) for row in notices if row["kind"] == "annual"}
    year_of = {row["source"]: row["year"] for row in notices}  # a row that stands under an amendment is of its year
    found: dict[date, bool] = {}
    for row in rows_of("holiday_cn.csv"):
        if annual[year_of[row["source"]]] <= known_on:
            found[date.fromisoformat(row["date"])] = row["is_off_day"] == "0"
    for row in rows_of("holiday_amendments.csv"):
        day, published = date.fromisoformat(row["date"]), date.fromisoformat(row["published"])
        found[day] = row["works_after" if published <= known_on else "works_before"] == "1"
    for year, off in BY_LAW.items():
        if str(year) in annual and annual[str(year)] > known_on:
            found |= dict.fromkeys(off, OFF)
    if known_on < date(2005, 12, 22):  # the list of notices begins with 2007, and the package knows 2006 as it came
        found |= by_the_law(2006)
    for row in surprises_in(region):
        if announced(row) <= known_on:
            found[date.fromisoformat(row["date"])] = row["works_after"] == "1"
    return lambda day: found[day] if day in found else final(day) if day < LISTED_FROM else of_the_week(day)
