"""The days that notices moved (通知移动的届满日): tests/calendars/changes.yaml, every day counted by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from gkflow.bootstrap import calendar, known_edition

FILE = Path(__file__).parent / "changes.yaml"
KEYS = {"name", "cite", "start", "working_days", "known_on", "before", "after"}
CHANGES: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
NAMED = [pytest.param(change, id=change["name"]) for change in CHANGES]


def test_every_change_has_a_name_of_its_own() -> None:
    names = [change["name"] for change in CHANGES]
    assert len(names) == len(set(names)) >= 30


@pytest.mark.parametrize("change", NAMED)
def test_a_deadline_ends_by_what_was_known_before_a_notice_and_by_what_is_known_after_it(
    change: dict[str, Any],
) -> None:
    check_form(change)
    region, start, length = change.get("region", ""), change["start"], change["working_days"]
    found = {when: calendar(region=region, known_on=day).add(start, length) for when, day in change["known_on"].items()}
    assert found == {"before": change["before"], "after": change["after"]}


def check_form(change: dict[str, Any]) -> None:
    """A key that is misspelt would be a check that never runs."""
    assert set(change) - {"region"} == KEYS
    assert set(change["known_on"]) == {"before", "after"}
    assert change["known_on"]["before"] < change["known_on"]["after"]
    assert {type(change[key]) for key in ("start", "before", "after")} == {date}
    assert change["working_days"] > 0
    assert change["cite"]


# The country's extension of 2020 came on the day of Shanghai's order to its enterprises.
LOCAL = [each for each in CHANGES if "region" in each and each["known_on"]["before"] != date(2020, 1, 26)]


@pytest.mark.parametrize("change", [pytest.param(change, id=change["name"]) for change in LOCAL])
def test_a_local_notice_moves_nothing_in_the_rest_of_the_country(change: dict[str, Any]) -> None:
    start, length = change["start"], change["working_days"]
    found = {calendar(known_on=day).add(start, length) for day in change["known_on"].values()}
    assert found == {change["before"]}


@pytest.mark.parametrize("region", ["310000", "440000"])
@pytest.mark.parametrize("known_on", [date(2020, 1, 27), date(2020, 1, 28), date(2020, 2, 10), None])
def test_what_binds_enterprises_alone_gives_no_organ_a_calendar_of_its_own(region: str, known_on: date | None) -> None:
    if region == "310000":
        # Shanghai has had one day of its own, the summit of 2014.
        ours, country = (calendar(region=each, known_on=known_on) for each in (region, ""))
        assert ours.days_off - country.days_off == {date(2014, 5, 21)}
        assert ours.makeup_days == country.makeup_days
    else:
        assert calendar(region=region, known_on=known_on) is calendar(known_on=known_on)


def test_every_notice_that_moved_a_deadline_is_one_of_the_edition() -> None:
    cited = {each.source.removesuffix("（标题未核对）") for each in known_edition().announcements}
    assert {change["cite"] for change in CHANGES} <= cited
