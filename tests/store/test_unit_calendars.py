"""Units with a calendar of their own: each day of a case is counted by the unit that had it then."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest

import gkflow
from gkflow.domain.errors import Unfit
from gkflow.in_use import units_that_differ
from gkflow.office import Office
from store.offices import Place, at, known

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


# -- two configurations ----------------------------------------------------------------------------------------------


def other_host(place: Place, **changes: str) -> Place:
    """Another host of the same office, with other words in its settings."""
    home = place.home.parent / "other"
    home.mkdir(exist_ok=True)
    text = SETTINGS
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return Place(place.url, home, place.kind).settings(text)


def test_a_host_that_defines_a_unit_otherwise_writes_nothing_until_it_is_adopted(place: Place) -> None:
    """三月三: 30 and 31 March 2017 are days off in Guangxi (45) alone; in Tibet (54) they are worked."""
    fact = {"channel": "in_person"}
    with an_office(place) as office:
        office.receive("request", "R", unit="GX", day="2017-03-13", facts=fact, now=at("2017-03-13"))
        days = {region: gkflow.calendar(region=region).add(date(2017, 3, 13), 15) for region in ("450100", "540100")}
        assert days["450100"] > days["540100"]
        other = other_host(place, **{"450100": "540100"})
        with other.open() as there:
            before = [place.rows(f"SELECT * FROM gk_{each}") for each in ("entry", "heartbeat", "calendar_edition")]
            for write in (
                lambda: there.receive("request", "S", unit="GX", facts=fact, now=at("2017-03-14")),
                lambda: there.receive("request", "S", unit="XZ", facts=fact, now=at("2017-03-14")),
                lambda: there.do("R", "register", now=at("2017-03-14")),
                lambda: there.tick(at("2017-04-20")),
                lambda: there.rebuild(),
                lambda: there.calendars.adopt(known("2016-01-01"), now=at("2017-03-14")),
                lambda: there.ack(number="R", words="知悉", now=at("2017-03-14")),
            ):
                with pytest.raises(Unfit, match=r'GX.*"540100".*"450100"') as raised:
                    write()
                assert raised.value.code == "unit_differs"
            for table, rows in zip(("entry", "heartbeat", "calendar_edition"), before, strict=True):
                assert place.rows(f"SELECT * FROM gk_{table}") == rows, table
            # It shows what the office works by, and says what is wrong.
            assert last_days(there, "R", ("2017-03-14",)) == [days["450100"]]
            assert there.rule_editions.waiting()
            [sign] = [sign for sign in there.doctor(at("2017-03-14")) if sign.name == "units"]
            assert (sign.level, sign.facts["differing"][0]["unit"]) == ("error", "GX")
            [(kind, unit, what, old, new)] = [each[:2] + each[3:6] for each in there.rule_editions.changes()]
            assert (kind, unit, what, old, new) == ("unit", "GX", "region", "450100", "540100")
            [moved] = there.rule_editions.moving(now=at("2017-03-14"))
            assert (moved.case, moved.old, moved.new) == ("R", days["450100"], days["540100"])
            there.rule_editions.adopt(by="admin", now=at("2017-03-14"))
            assert last_days(there, "R", ("2017-03-13", "2017-03-14")) == [days["450100"], days["540100"]]
            there.do("R", "register", now=at("2017-03-14"))
            assert there.rebuild(dry_run=True).changed == ()
        with pytest.raises(Unfit, match=r'GX.*"450100".*"540100"'):  # now the first host is behind
            office.do("R", "assign", facts={"officer": "张三"}, now=at("2017-03-15"))


def test_a_host_that_lacks_a_unit_counts_its_cases_by_the_region_that_is_adopted(place: Place) -> None:
    fact = {"channel": "in_person"}
    with an_office(place) as office:
        office.receive("request", "R", unit="GX", day="2017-03-13", facts=fact, now=at("2017-03-13"))
        wanted = last_days(office, "R", ("2017-03-14",))
    with other_host(place, **{'[units.GX]\nlabel = "南宁办事处"\nregion = "450100"\n': ""}).open() as there:
        assert there.rebuild(dry_run=True).changed == ()
        assert there.do("R", "register", now=at("2017-03-14")).last_day == wanted[0]


def test_a_name_that_means_another_unit_elsewhere_is_refused_and_a_renamed_unit_is_not(place: Place) -> None:
    fact = {"channel": "in_person"}
    with an_office(place):
        pass
    with (
        other_host(place, 拉萨办事处="西藏办事处", 南宁办事处="拉萨办事处").open() as there,
        pytest.raises(Unfit, match="GX"),
    ):
        there.receive("request", unit="拉萨办事处", facts=fact, now=at("2017-03-14"))
    with other_host(place, 南宁办事处="广西办事处").open() as there:
        taken = there.receive("request", unit="广西办事处", facts=fact, now=at("2017-03-14"))
        assert taken.number == "GX-2017-0001"
        assert not there.rule_editions.waiting()


def test_an_edition_from_before_units_were_kept_knows_none(place: Place) -> None:
    with an_office(place) as office:
        kept = office.rule_editions.present
    assert '"units"' in kept.text
    older = kept._replace(text=kept.text[: kept.text.index(',"units"')] + "}")
    assert older.sources.edition == kept.sources.edition
    with other_host(place, **{"450100": "540100"}).open() as there:
        assert units_that_differ(there.settings, kept)
        assert units_that_differ(there.settings, older) == ()


# -- one configuration -----------------------------------------------------------------------------------------------


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
