"""Adopting a calendar edition (采用日历): deadlines that move honestly, and nothing that was decided."""

from __future__ import annotations

from datetime import date

import pytest

from gkflow.bootstrap import known_edition
from gkflow.office import Office
from store.offices import PEOPLE, Place, at, foretold, known


@pytest.fixture
def winter(place: Place) -> Office:
    """An office in November 2018: the notice for 2019 is not out."""
    office = place.open()
    office.calendars.adopt(known("2018-11-30"), now=at("2018-11-30"))
    return office


def decided(office: Office, number: str, day: str, officer: str = "") -> None:
    facts = {"decision_date": day, "title": f"决定{number}"}
    office.receive("permit", number, day=day, facts=facts, now=at(day))


def last_day(office: Office, number: str, as_of: str) -> date | None:
    return office.deadlines(number, as_of=as_of)["publish"].last_day


def test_a_deadline_moves_to_an_earlier_day_when_the_notice_makes_a_saturday_work(winter: Office) -> None:
    # 国办发明电〔2018〕15号 of 2018-12-06: Sat 12-29 worked, Mon 12-31 off. Seven working days from Thu 12-20:
    # 21 24 25 26 27 28 31 → 12-31; with the notice 21 24 25 26 27 28 29 → 12-29, two days earlier.
    decided(winter, "P-1", "2018-12-05")
    foretold(winter, "P-2", "2018-12-05", "2018-12-20")
    assert last_day(winter, "P-2", "2018-12-05") == date(2018, 12, 31)
    new = known("2018-12-06")
    (moved,) = winter.calendars.moving(new, now=at("2018-12-06"))
    assert (moved.case, moved.old, moved.new) == ("P-2", date(2018, 12, 31), date(2018, 12, 29))
    assert moved.earlier
    assert "2018-12-29上班（国办发明电〔2018〕15号）" in moved.why
    assert last_day(winter, "P-2", "2018-12-06") == date(2018, 12, 31), "looking writes nothing"

    done = winter.calendars.adopt(new, by="王五", now=at("2018-12-06"))
    assert (done.moved, done.earlier) == (1, 1)
    assert last_day(winter, "P-2", "2018-12-06") == date(2018, 12, 29)
    assert last_day(winter, "P-2", "2018-12-05") == date(2018, 12, 31), "what was said the day before stays"
    entry = winter.case("P-2", as_of="2018-12-06").record[-1]
    assert (entry.action, entry.by) == ("recount", "王五")
    assert entry.facts["last_day_before"] == "2018-12-31"
    assert entry.facts["last_day_after"] == "2018-12-29"
    assert winter.verify()[2] == ()


def test_what_was_done_before_the_notice_came_stays_as_it_was_decided(winter: Office) -> None:
    # Published on Mon 12-31, the last day then known; the notice of 12-06 is adopted only on 2019-01-02.
    decided(winter, "P-1", "2018-12-20")
    fields = {"document_number": "1", "legal_basis": "x", "project": "y", "authority": "某局"}
    person = {"counterparty_kind": "natural_person", "person_name": "张三"}
    winter.do("P-1", "publish", day="2018-12-31", facts={**fields, **person}, now=at("2018-12-31"))
    before = winter.deadlines("P-1", as_of="2018-12-31")["publish"].verdict
    winter.calendars.adopt(known("2018-12-06"), now=at("2019-01-02"))
    after = winter.deadlines("P-1", as_of="2019-01-31")["publish"]
    assert (after.last_day, after.verdict) == (date(2018, 12, 31), before)
    assert before == "on_time"
    winter.do("P-1", "note", facts={"text": "备注"}, now=at("2019-01-10"))
    assert winter.deadlines("P-1", as_of="2019-01-31")["publish"].last_day == date(2018, 12, 31)


def test_rebuilding_gives_what_stands_before_and_after_an_adoption(winter: Office) -> None:
    decided(winter, "P-1", "2018-12-05")
    decided(winter, "P-2", "2018-12-05")
    foretold(winter, "P-3", "2018-12-05", "2018-12-20")
    assert winter.rebuild(dry_run=True, now=at("2018-12-05"))[1] == ()
    winter.calendars.adopt(known("2018-12-06"), now=at("2018-12-06"))
    decided(winter, "P-4", "2018-12-20")
    assert winter.rebuild(dry_run=True, now=at("2018-12-21"))[1] == ()


def test_an_edition_adopted_again_moves_nothing_and_another_one_moves_it_back(winter: Office) -> None:
    foretold(winter, "P-1", "2018-12-05", "2018-12-20")
    winter.calendars.adopt(known("2018-12-06"), now=at("2018-12-06"))
    assert list(winter.calendars.moving(known("2018-12-06"), now=at("2018-12-07"))) == []
    (back,) = winter.calendars.moving(known("2018-11-30"), now=at("2018-12-07"))
    assert (back.old, back.new, back.earlier) == (date(2018, 12, 29), date(2018, 12, 31), False)
    winter.calendars.adopt(known("2018-11-30"), now=at("2018-12-07"))
    assert last_day(winter, "P-1", "2018-12-07") == date(2018, 12, 31)
    assert [entry.action for entry in winter.case("P-1", as_of="2018-12-07").record] == ["decide", "recount", "recount"]


def moves_notified(office: Office) -> list[tuple[str, str, str, str]]:
    """The messages about moved deadlines in the order in which they leave: case, kind, to whom, by which role."""
    found = sorted((notice for notice in office.notices() if notice.kind.startswith("moved")), key=lambda n: n.id)
    return [(notice.case, notice.kind, notice.name, notice.role) for notice in found]


def test_those_that_end_earlier_are_notified_first_and_to_one_more(place: Place) -> None:
    # 国办发明电〔2018〕15号: Mon 12-31 and Mon 02-04 off; Sat 12-29 and Sat 02-02 worked.
    # P-1, seven working days from Sat 2018-12-29: 12-31, 01-02, 03, 04, 07, 08, 09 → 01-09;
    # with the notice 01-02, 03, 04, 07, 08, 09, 10 → 01-10, later.
    # P-2, seven from Thu 2019-01-24: 25, 28, 29, 30, 31, 02-01, 04 → 02-04;
    # with the notice 25, 28, 29, 30, 31, 02-01, Sat 02-02 → 02-02, earlier: notified first, though last by its day.
    with place.settings(PEOPLE).open() as office:
        office.calendars.adopt(known("2018-11-30"), now=at("2018-11-30"))
        decided(office, "P-1", "2018-12-29")
        decided(office, "P-2", "2019-01-24")
        new, now = known("2018-12-06"), at("2019-01-24", "18:00")
        moved = [(each.case, each.old, each.new, each.earlier) for each in office.calendars.moving(new, now=now)]
        assert moved == [
            ("P-2", date(2019, 2, 4), date(2019, 2, 2), True),
            ("P-1", date(2019, 1, 9), date(2019, 1, 10), False),
        ]
        done = office.calendars.adopt(new, now=now)
        assert (done.moved, done.earlier) == (2, 1)
        assert moves_notified(office) == [
            ("P-2", "moved_earlier", "张三", "officer"),
            ("P-2", "moved_earlier", "李四", "section_head"),
            ("P-1", "moved_later", "张三", "officer"),
        ]


def test_a_deadline_that_ends_later_is_notified_to_the_officer_alone(place: Place) -> None:
    # 国办发明电〔2020〕1号 of 2020-01-27: Fri 01-31 off, Sat 02-01 no longer worked. Seven working days from Mon 01-20:
    # 21, 22, 23, 31, 02-01, 03, 04 → 02-04; with the notice 21, 22, 23, 02-03, 04, 05, 06 → 02-06.
    with place.settings(PEOPLE).open() as office:
        office.calendars.adopt(known("2020-01-20"), now=at("2020-01-20"))
        decided(office, "P-1", "2020-01-20")
        moved = list(office.calendars.moving(known("2020-01-28"), now=at("2020-01-28")))
        assert [(each.old, each.new, each.earlier) for each in moved] == [
            (date(2020, 2, 4), date(2020, 2, 6), False),
        ]
        office.calendars.adopt(known("2020-01-28"), now=at("2020-01-28"))
        assert moves_notified(office) == [("P-1", "moved_later", "张三", "officer")]


def test_twenty_days_from_the_end_of_2019_before_and_after_the_extension_of_2020() -> None:
    # 国办发明电〔2020〕1号 of 2020-01-27: 01-31 and 02-01 off.
    assert known("2020-01-20").calendar().add(date(2019, 12, 31), 20) == date(2020, 2, 3)
    assert known("2020-01-28").calendar().add(date(2019, 12, 31), 20) == date(2020, 2, 5)
    assert known_edition().calendar(known_on=date(2020, 1, 20)).add(date(2019, 12, 31), 20) == date(2020, 2, 3)


def test_of_a_case_that_moves_both_ways_what_ends_later_is_notified_after_all_that_ends_earlier(place: Place) -> None:
    # 国办发明电〔2019〕16号: Sun 2020-01-19 and Sat 02-01 worked; Fri 01-24 and Thu 01-30 off, which 放假办法 leaves to
    # the week (01-25 to 01-27, and 01-28 and 01-29 for the weekend among them). Fifteen working days for third parties:
    # A from Tue 2019-12-31: 01-02, 03, 06 .. 10, 13 .. 17, 20, 21, 22 → 01-22; with the notice .. 17, 19, 20, 21.
    # B from Mon 2020-01-20: 21 .. 24, 30, 31, 02-03 .. 07, 10 .. 13 → 02-13; with the notice
    # 21, 22, 23, 31, 02-01, 03 .. 07, 10 .. 14 → 02-14.
    # The permits, seven days from Mon 01-13: 14 .. 17, 20, 21, 22 → 01-22; with the notice 14 .. 17, 19, 20, 21.
    with place.settings(PEOPLE).open() as office:
        office.calendars.adopt(known("2019-11-20"), now=at("2019-11-20"))
        office.receive("request", "M-1", facts={"channel": "in_person"}, title="某事项", now=at("2019-12-30"))
        office.do("M-1", "register", now=at("2019-12-30"))
        office.do("M-1", "assign", facts={"officer": "张三"}, now=at("2019-12-30"))
        for ref, day in (("A", "2019-12-31"), ("B", "2020-01-20")):
            office.do("M-1", "consult_third_party", facts={"ref": ref, "served": day}, now=at(day))
        for number in ("A-1", "Z-1"):
            decided(office, number, "2020-01-13")
        new, now = known("2020-01-20"), at("2020-01-20", "18:00")
        moved = [(each.case, each.ref, each.old, each.new) for each in office.calendars.moving(new, now=now)]
        earlier = (date(2020, 1, 22), date(2020, 1, 21))
        assert sorted(moved[:-1]) == [("A-1", "", *earlier), ("M-1", "A", *earlier), ("Z-1", "", *earlier)]
        assert moved[-1] == ("M-1", "B", date(2020, 2, 13), date(2020, 2, 14))
        done = office.calendars.adopt(new, now=now)
        assert (done.moved, done.earlier) == (4, 3)
        *before, last = moves_notified(office)
        assert last == ("M-1", "moved_later", "张三", "officer")
        assert sorted(before) == [
            (case, "moved_earlier", name, role)
            for case in ("A-1", "M-1", "Z-1")
            for name, role in (("张三", "officer"), ("李四", "section_head"))
        ]
        record = office.case("M-1", as_of="2020-01-20").record
        assert [entry.facts["recounted_ref"] for entry in record if entry.action == "recount"] == ["A", "B"]
        assert office.verify()[2] == ()


def test_the_notice_is_asked_for_once_a_week_from_november_until_it_is_adopted(winter: Office) -> None:
    def asks(day: str) -> int | None:
        return winter.tick(at(day)).asked

    def weeks() -> list[str]:
        return sorted({notice.key.split("/")[2] for notice in winter.notices() if notice.kind == "calendar"})

    # Thursday 1 November 2018; from Monday the 5th on it is another week. The office adopted its calendar on the 30th.
    days = ["2018-10-31", "2018-11-01", "2018-11-01", "2018-11-04", "2018-11-05", "2018-11-09", "2018-11-12"]
    assert [asks(day) for day in days] == [None, 2019, None, None, 2019, None, 2019]
    assert weeks() == ["2018-W44", "2018-W45", "2018-W46"]
    winter.calendars.adopt(known("2018-12-06"), now=at("2018-12-06"))
    assert asks("2018-12-10") is None
    # A year later the notice for 2020 of 2019-11-21 is missing again.
    assert [asks(day) for day in ("2019-10-31", "2019-11-01", "2019-11-02")] == [None, 2020, None]
    assert weeks() == ["2018-W44", "2018-W45", "2018-W46", "2019-W44"]


def test_out_of_season_the_notice_is_asked_for_while_an_open_deadline_rests_on_predicted_days(place: Place) -> None:
    with place.open() as office:
        office.calendars.adopt(known("2018-06-01"), now=at("2018-06-01"))
        assert office.tick(at("2018-09-03")).asked is None
        # Seven working days from Thu 2018-12-27 reach into 2019, of which nothing is announced.
        foretold(office, "P-1", "2018-09-04", "2018-12-27")
        assert office.deadlines("P-1", as_of="2018-09-04")["publish"].provisional
        assert [office.tick(at(day)).asked for day in ("2018-09-10", "2018-09-11", "2018-09-17")] == [2019, None, 2019]
        office.calendars.adopt(known("2018-12-06"), now=at("2018-12-06"))
        assert office.tick(at("2018-12-10")).asked is None, "it is in, and P-1 is firm"
        # And so for the year after next, though this is December and the next one is announced.
        foretold(office, "P-2", "2018-12-10", "2019-12-27")
        assert office.tick(at("2018-12-17")).asked == 2020
