"""Units with a calendar of their own: each day of a case is counted by the unit that had it then."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest

import gkflow
from gkflow.office import Office
from store.offices import Place, at

SETTINGS = """
[office]
unit = "GK"
[units.GK]
label = "某部门"
[units.GX]
label = "南宁办事处"
region = "450100"
[units.XZ]
label = "拉萨办事处"
region = "540100"
"""


def an_office(place: Place) -> Office:
    return place.settings(SETTINGS).open()


def last_days(office: Office, number: str, days: tuple[str, ...]) -> list[date | None]:
    return [next(line.last_day for line in office.cases(as_of=day) if line.case == number) for day in days]


def test_a_transfer_changes_no_last_day_of_the_days_before(place: Place) -> None:
    """三月三 (30 and 31 March 2017) is a holiday of Guangxi alone: the term ends later there, from the transfer on."""
    with an_office(place) as office:
        fact = {"channel": "in_person"}
        office.receive("request", number="R", unit="GK", day="2017-03-13", facts=fact, now=at("2017-03-13"))
        before = last_days(office, "R", ("2017-03-13",))
        office.do("R", "transfer", day="2017-03-20", facts={"to_unit": "GX"}, now=at("2017-03-20"))
        rows: list[dict[str | None, Any]] = [
            {"case": "I", "workflow": "request", "day": "2017-03-13", "action": "receive", "unit": "GK", **fact},
            {"case": "I", "workflow": "request", "day": "2017-03-20", "action": "transfer", "to_unit": "GX"},
        ]
        office.import_register(enumerate(rows, 2), now=at("2017-03-20"))
        for number in ("R", "I"):
            found = last_days(office, number, ("2017-03-13", "2017-03-19", "2017-03-20"))
            assert found[:2] == before * 2
            assert found[2] == gkflow.calendar(region="450100").add(date(2017, 3, 13), 15)  # 第二十四条 of 2007
            assert found[2] != before[0]
        assert office.rebuild(dry_run=True).changed == ()
        assert office.verify(caches=None).breaches == ()
        office.rebuild(now=at("2017-03-20"))
        assert last_days(office, "R", ("2017-03-19",)) == before


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_transferred_late_or_voided_the_caches_are_those_of_the_record(place: Place, seed: int) -> None:
    pick = random.Random(seed)
    with an_office(place) as office:
        office.receive("request", number="R", day="2022-09-01", facts={"channel": "in_person"}, now=at("2022-09-01"))
        done = 0
        for _ in range(25):
            action, facts = pick.choice(
                [
                    ("assign", {"officer": "张三"}), ("register", {}), ("consult_third_party", {"ref": "甲"}),
                    ("third_party_answers", {"ref": "甲"}), ("transfer", {"to_unit": pick.choice(("GK", "GX", "XZ"))}),
                    ("correct_entry", {"seq": pick.randrange(1, 12), "void": True, "reason": "笔误"}),
                    ("ask_correction", {"items": "文字"}), ("receive_correction", {}),
                ]
            )  # fmt: skip
            day = date(2022, 9, 1) + timedelta(days=pick.randrange(20))
            with suppress(gkflow.GkflowError):
                office.do("R", action, day=day, facts=facts, now=at("2022-09-22"))
                done += 1
            assert office.rebuild(dry_run=True).changed == (), (action, day, facts)
        assert done > 5
