"""An adoption is one edition for all, and many short transactions: others write meanwhile, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from gkflow.application.recounting import BATCH
from gkflow.domain.errors import Unfit
from gkflow.office import Office
from store.offices import Place, at, between, known

MANY = 2 * BATCH + 50
# Seven working days from Thu 2018-12-20 end on Mon 12-31; with the notice of 12-06 (国办发明电〔2018〕15号: Sat 12-29
# is worked, 12-31 is off) on Sat 12-29.
BEFORE, AFTER = date(2018, 12, 31), date(2018, 12, 29)


class Broken(BaseException):
    """What ends a process in the middle."""


@pytest.fixture
def office(place: Place) -> Iterator[Office]:
    with place.open() as office:
        office.calendars.adopt(known("2018-11-30"), now=at("2018-11-30"))
        rows = [
            {"case": number, "workflow": "permit", "action": "decide", "day": "2018-12-05",
             "decision_date": "2018-12-20", "title": "某许可"}
            for number in numbers()
        ]  # fmt: skip
        assert office.import_register(enumerate(rows, 2), now=at("2018-12-05")).taken == MANY
        yield office


def numbers() -> list[str]:
    return [f"P-{i:04}" for i in range(MANY)]


def recounted(office: Office, number: str) -> int:
    record = office.case(number, as_of="2018-12-07").record
    return sum(entry.action == "recount" for entry in record)


def test_others_write_between_its_batches_and_write_by_the_new_edition(
    place: Place, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = numbers()[-1]

    def another(times: int) -> None:
        if times == 1:
            with place.open() as other:
                other.do(last, "note", facts={"text": "催问"}, now=at("2018-12-06", "09:01"))
                facts = {"decision_date": "2018-12-06", "title": "某许可"}
                other.receive("permit", "P-NEW", day="2018-12-06", facts=facts, now=at("2018-12-06", "09:02"))

    happened = between(office, monkeypatch, another)
    done = office.calendars.adopt(known("2018-12-06"), now=at("2018-12-06"))
    assert len(happened) == 3
    assert (done.moved, done.earlier, done.touched) == (MANY, MANY, MANY)
    assert {recounted(office, number) for number in numbers()} == {1}
    assert {line.last_day for line in office.cases(as_of="2018-12-06") if line.case != "P-NEW"} == {AFTER}
    assert office.verify(caches=None)[2] == ()
    assert office.rebuild(dry_run=True, now=at("2018-12-07"))[1] == ()


def test_an_adoption_that_was_broken_off_is_finished_by_the_next_sweep(
    place: Place, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(_: int) -> None:
        raise Broken

    between(office, monkeypatch, ends)
    with pytest.raises(Broken):
        office.calendars.adopt(known("2018-12-06"), now=at("2018-12-06"))
    with place.open() as later:
        assert later.calendars.present.edition == known("2018-12-06")
        (sign,) = [sign for sign in later.doctor(at("2018-12-06", "09:30")) if sign.name == "recounting"]
        assert (sign.level, sign.facts["count"]) == ("warning", MANY - BATCH)
        assert later.verify(caches=None)[2] == (), "what is still to be counted is not taken for a forgery"
        later.tick(at("2018-12-06", "10:00"))
        (sign,) = [sign for sign in later.doctor(at("2018-12-06", "10:01")) if sign.name == "recounting"]
        assert (sign.level, sign.facts["count"]) == ("ok", 0)
        assert {recounted(later, number) for number in numbers()} == {1}
        assert {line.last_day for line in later.cases(as_of="2018-12-06")} == {AFTER}
        assert later.verify(caches=None)[2] == ()


def test_what_was_done_meanwhile_by_the_new_edition_is_not_counted_again(
    place: Place, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = numbers()[-1]
    fields = {"document_number": "1", "legal_basis": "x", "project": "y", "authority": "某局"}
    person = {"counterparty_kind": "natural_person", "person_name": "张三"}

    def another(times: int) -> None:
        if times == 1:
            with place.open() as other:
                other.do(
                    last,
                    "correct_entry",
                    facts={"seq": 1, "decision_date": "2018-12-05", "reason": "误录"},
                    now=at("2018-12-06", "09:01"),
                )
                other.do(last, "publish", facts={**fields, **person}, now=at("2018-12-06", "09:01"))

    between(office, monkeypatch, another)
    office.calendars.adopt(known("2018-12-06"), now=at("2018-12-06"))
    assert recounted(office, last) == 0
    assert office.deadlines(last, as_of="2018-12-07")["publish"].verdict == "on_time"
    assert {recounted(office, number) for number in numbers()[:-1]} == {1}
    assert office.verify(caches=None)[2] == ()


def test_a_second_adoption_first_finishes_what_the_first_has_left(
    place: Place, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(_: int) -> None:
        raise Broken

    between(office, monkeypatch, ends)
    with pytest.raises(Broken):
        office.calendars.adopt(known("2018-12-06"), now=at("2018-12-06"))
    with place.open() as later:
        later.calendars.adopt(known("2018-11-30"), now=at("2018-12-07"))
        assert {recounted(later, number) for number in numbers()} == {2}
        assert {line.last_day for line in later.cases(as_of="2018-12-07")} == {BEFORE}
        assert later.verify(caches=None)[2] == ()


def test_an_adoption_that_was_broken_off_is_finished_when_it_is_asked_for_again(
    place: Place, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(_: int) -> None:
        raise Broken

    between(office, monkeypatch, ends)
    with pytest.raises(Broken):
        office.calendars.adopt(known("2018-12-06"), now=at("2018-12-06"))
    with place.open() as later:
        assert later.finish_adoption(now=at("2018-12-06", "10:00")) == MANY - BATCH
        assert later.finish_adoption(now=at("2018-12-06", "10:01")) == 0
        assert {recounted(later, number) for number in numbers()} == {1}


def test_an_adoption_that_was_broken_off_is_finished_before_the_change_of_a_unit_is_adopted(
    place: Place, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the remedy that a host is told of would be refused by what it mends."""

    def ends(_: int) -> None:
        raise Broken

    between(office, monkeypatch, ends)
    with pytest.raises(Broken):
        office.calendars.adopt(known("2018-12-06"), now=at("2018-12-06"))
    home = place.home.parent / "other"
    home.mkdir()
    changed = '[office]\nunit = "UNIT"\n[units.UNIT]\nlabel = "本机关"\nregion = "450100"\n'
    with Place(place.url, home, place.kind).settings(changed).open() as there:
        with pytest.raises(Unfit, match="450100"):
            there.finish_adoption(now=at("2018-12-07"))
        there.rule_editions.adopt(by="admin", now=at("2018-12-07"))
        assert {recounted(there, number) for number in numbers()} == {1}  # Guangxi has the same days off there
        assert there.finish_adoption(now=at("2018-12-07")) == 0
        assert there.verify(caches=None)[2] == ()
