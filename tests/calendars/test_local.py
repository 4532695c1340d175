"""The local days off (config/calendar/local), as their files say them, day by day against the list of surprises."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config"
DATA = ROOT.parent / "shared" / "data"
SURPRISES = DATA / "calendar_surprises.csv"
HOLIDAY_CN = DATA / "holiday_cn.csv"

# The places of the list of surprises by their six figures.
HANGZHOU_DISTRICTS = ["330102", "330103", "330104", "330105", "330106", "330108", "330109", "330110", "330111"]
HANGZHOU_COUNTIES = {"330122", "330127", "330182", "330185"}
PLACES = {
    "CN-11 Beijing + central organs in Beijing": ["110000"],
    "CN-31 Shanghai": ["310000"],
    "CN-33 Hangzhou, 9 districts": HANGZHOU_DISTRICTS,
    "CN-42 Hubei": ["420000"],
    "CN-45 Guangxi": ["450000"],
    "CN-51 Liangshan prefecture": ["513400"],
    "CN-54 Tibet, Lhasa": ["540100"],
}
BINDS = {"all": "everyone", "organs": "organs", "organs (central, provincial, city)": "organs"}
# Holidays that are stated from one day to another: their weekends stand in the files, and in no list of surprises.
RANGES = {
    "hubei-2020": [("2020-02-03", "2020-02-13")],
    "liangshan-2011": [("2011-07-24", "2011-07-30"), ("2011-11-20", "2011-11-26")],
    "guangxi-2023": [("2023-04-21", "2023-04-23")],
    "shanghai-2020": [("2020-02-03", "2020-02-09")],
    "guangdong-2020": [("2020-02-03", "2020-02-09")],
}
KEYS = {"calendar", "title", "number", "dated", "published", "url", "known", "quote", "scope", "binds",
        "days_off", "makeup_days"}  # fmt: skip

needs_the_list = pytest.mark.skipif(
    not SURPRISES.exists(), reason=f"compares with {SURPRISES.name}, which is no part of gkflow"
)
needs_holiday_cn = pytest.mark.skipif(
    not HOLIDAY_CN.exists(), reason=f"compares with {HOLIDAY_CN.name}, which is no part of gkflow"
)


def read(path: Path) -> dict[str, Any]:
    said: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return said


LOCAL = {path.stem: read(path) for path in sorted((CONFIG / "calendar" / "local").glob("*.yaml"))}
ENTERPRISES = {name for name, said in LOCAL.items() if said["binds"] == "enterprises"}


def off(said: dict[str, Any]) -> set[date]:
    return set(said.get("days_off", {}))


def worked(said: dict[str, Any]) -> set[date]:
    return set(said.get("makeup_days", {}))


def scopes(said: dict[str, Any]) -> list[str]:
    scope = said["scope"]
    return scope if isinstance(scope, list) else [scope]


def published(announced: str) -> date | None:
    """The day that a row gives: "<=2016-08-05" and "2014-05-20?" count as that day, nothing as none."""
    text = announced.removeprefix("<=").removesuffix("?")
    return date.fromisoformat(text) if text else None


def within_ranges(name: str) -> set[date]:
    found: set[date] = set()
    for first, last in RANGES.get(name, ()):
        start, end = date.fromisoformat(first), date.fromisoformat(last)
        found |= {start + timedelta(days=n) for n in range((end - start).days + 1)}
    return found


def surprises(national: bool) -> list[dict[str, str]]:
    with SURPRISES.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["scope"] == "CN") == national]
    assert rows
    return rows


def files_of(row: dict[str, str]) -> list[str]:
    """The files in which a row stands as it should: same place, same people, same day of publication, same status."""
    day, works = date.fromisoformat(row["date"]), row["works_after"] == "1"
    return [
        name
        for name, said in LOCAL.items()
        if scopes(said) == PLACES[row["scope"]]
        and said["binds"] == BINDS[row["applies_to"]]
        and said.get("published") == published(row["announced"])
        and (day in worked(said), day in off(said)) == (works, not works)
    ]


def by_the_country() -> dict[date, bool]:
    with HOLIDAY_CN.open(encoding="utf-8", newline="") as file:
        return {date.fromisoformat(row["date"]): row["is_off_day"] == "0" for row in csv.DictReader(file)}


# --- the files by themselves --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LOCAL)
def test_a_local_file_says_for_whom_and_names_days_of_its_year(name: str) -> None:
    said = LOCAL[name]
    assert said.keys() <= KEYS
    assert name.endswith(f"-{said['calendar']}")
    assert said["known"] in ("found", "secondary")
    assert said["binds"] in ("everyone", "organs", "enterprises")
    assert off(said) | worked(said)
    assert not off(said) & worked(said)
    assert {type(day) for day in off(said) | worked(said)} == {date}
    assert {day.year for day in off(said) | worked(said)} == {said["calendar"]}
    assert all(day.weekday() >= 5 for day in worked(said))
    assert said.get("published", date.min) < min(off(said) | worked(said))


@pytest.mark.parametrize("name", RANGES)
def test_a_holiday_stated_from_one_day_to_another_has_all_its_days(name: str) -> None:
    assert within_ranges(name) <= off(LOCAL[name])


def test_every_scope_is_a_region_that_the_list_has() -> None:
    regions = read(CONFIG / "lists" / "regions.yaml")
    assert regions["list"] == "regions"
    assert all(isinstance(code, str) and len(code) == 6 and code.isdecimal() for code in regions["items"])
    assert len([code for code in regions["items"] if code.endswith("0000")]) == 34
    used = {code for said in LOCAL.values() for code in scopes(said)}
    assert used <= regions["items"].keys()
    assert {code for code in regions["items"] if not code.endswith("0000")} <= used


def test_the_counties_of_hangzhou_are_not_meant() -> None:
    meant = set(scopes(LOCAL["g20-hangzhou-2016"]))
    assert len(meant) == 9
    assert not meant & (HANGZHOU_COUNTIES | {"330000", "330100"})


def test_what_binds_enterprises_alone_is_marked_so() -> None:
    assert {"guangdong-2020", "shanghai-2020"} == ENTERPRISES
    for name in ENTERPRISES:
        assert off(LOCAL[name]) == within_ranges(name)
        assert not worked(LOCAL[name])


# --- against the list of surprises --------------------------------------------------------------------------


@needs_the_list
def test_every_local_surprise_stands_in_exactly_one_file() -> None:
    wrong = {(row["scope"], row["date"]): found for row in surprises(False) if len(found := files_of(row)) != 1}
    assert wrong == {}


@needs_the_list
def test_what_was_read_in_a_copy_of_the_notice_is_known_as_found() -> None:
    for row in surprises(False):
        (name,) = files_of(row)
        is_copy = row["confidence"].startswith(("copy of the notice read", "copy read"))
        assert LOCAL[name]["known"] == ("found" if is_copy else "secondary"), row
        if (number := LOCAL[name].get("number")) is not None:
            assert number == row["source"]


# Read in a secondary table that names ranges, weekends among them; the list of surprises does not have them.
FROM_A_TABLE = {
    "xinjiang-2026": ("2026-03-20..2026-03-22", "2026-05-27..2026-05-31"),
    "ningxia-2026": ("2026-05-27..2026-05-28",),
}


@pytest.mark.parametrize("name", sorted(FROM_A_TABLE))
def test_what_a_secondary_table_says_is_entered_as_its_weekdays_and_marked(name: str) -> None:
    days_read = set()
    for span in FROM_A_TABLE[name]:
        first, last = map(date.fromisoformat, span.split(".."))
        days_read |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    assert off(LOCAL[name]) == {day for day in days_read if day.weekday() < 5}
    assert not worked(LOCAL[name])
    assert LOCAL[name]["known"] == "secondary"


@needs_the_list
@pytest.mark.parametrize("name", sorted(LOCAL.keys() - ENTERPRISES - FROM_A_TABLE.keys()))
def test_no_file_says_a_day_that_the_list_does_not_have(name: str) -> None:
    said = LOCAL[name]
    listed = {date.fromisoformat(row["date"]) for row in surprises(False) if files_of(row) == [name]}
    more = (off(said) | worked(said)) - listed
    assert more <= within_ranges(name) & off(said)
    assert all(day.weekday() >= 5 for day in more)


@needs_the_list
@needs_holiday_cn
def test_a_local_surprise_differs_from_what_the_country_does() -> None:
    country = by_the_country()
    for row in surprises(False):
        day = date.fromisoformat(row["date"])
        assert country.get(day, day.weekday() < 5) == (row["works_before"] == "1"), row
        assert row["works_before"] != row["works_after"]


@needs_the_list
@needs_holiday_cn
def test_every_national_surprise_stands_in_a_notice_published_that_day() -> None:
    notices = {each["number"]: each for each in read(CONFIG / "calendar" / "notices.yaml")["notices"]}
    own = read(CONFIG / "calendar" / "2005.yaml")
    country = by_the_country()
    for row in surprises(True):
        day, number = date.fromisoformat(row["date"]), row["source"].partition(" (")[0]
        works = row["works_after"] == "1"
        if number == own["number"]:
            assert (day in worked(own), day in off(own)) == (works, not works), row
            assert own["published"] == published(row["announced"]), row
            continue
        assert notices[number]["published"] == published(row["announced"]), row
        assert country.get(day, day.weekday() < 5) == works, row
        if "days" in notices[number]:
            assert day in notices[number]["days"], row
        else:
            assert notices[number]["year"] == day.year + 1, row
