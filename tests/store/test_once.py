"""Nothing twice: idempotency keys, and two writers on one case."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session

from gkflow.application.actions import Outcome, seal_next, write
from gkflow.application.transaction import OnRecord, Transaction
from gkflow.domain.errors import Conflict, Refused
from gkflow.office import Office
from store.offices import Place, apart, assert_sound, at, open_request, run_together

DAY = "2022-09-13"


def _count(place: Place) -> tuple[int, ...]:
    return tuple(len(place.rows(f"SELECT 1 FROM gk_{table}")) for table in ("entry", "docket", "clock", "notice"))


def test_a_case_received_twice_under_one_key_is_one_case(place: Place, office: Office) -> None:
    first = office.receive("request", facts={"channel": "in_person"}, title="甲", key="portal-7", now=at(DAY))
    before = _count(place)
    again = office.receive("request", facts={"channel": "in_person"}, title="甲", key="portal-7", now=at(DAY, "10:00"))
    assert (again.number, again.seq, again.last_day, again.next) == (first.number, 1, first.last_day, first.next)
    assert (first.written, again.written) == (True, False)
    assert _count(place) == before


def test_a_retry_on_the_next_day_still_does_nothing(place: Place, office: Office) -> None:
    first = office.receive("request", facts={"channel": "in_person"}, key="portal-7", now=at(DAY, "23:59"))
    again = office.receive("request", facts={"channel": "in_person"}, key="portal-7", now=at("2022-09-14", "00:01"))
    assert (again.number, again.day) == (first.number, first.day)
    assert _count(place)[0] == 1


ACTIONS: list[tuple[str, dict[str, Any]]] = [
    ("register", {"title": "乙"}),
    ("assign", {"officer": "张三"}),
    ("consult_third_party", {"ref": "某公司", "served": "2022-09-14"}),
    ("third_party_answers", {"ref": "某公司", "opinion": "同意公开"}),
    ("note", {"text": "电话"}),
    ("extend", {"days": 20, "approved_by": "王五"}),
    ("correct_entry", {"seq": 3, "officer": "李四", "reason": "笔误"}),
    ("reply", {"decision": "D-PUB", "method": "posted"}),
    ("deliver", {}),
    ("archive", {}),
]


def test_every_action_done_twice_under_one_key_is_done_once(place: Place, office: Office) -> None:
    office.receive("request", "A", facts={"channel": "in_person"}, now=at(DAY))
    for action, facts in ACTIONS:
        first = office.do("A", action, key=f"A/{action}", facts=facts, now=at("2022-09-14"))
        before = _count(place)
        again = office.do("A", action, key=f"A/{action}", facts=facts, now=at("2022-09-15"))
        assert (again.seq, again.written, _count(place)) == (first.seq, False, before)
    assert_sound(office)


@pytest.mark.parametrize(
    "other",
    [
        {"officer": "李四"},
        {"officer": "张三", "by": "别人"},
        {"officer": "张三", "day": DAY},
        {"officer": "张三", "unit": "QT"},
    ],
)
def test_a_key_used_for_another_content_is_refused(place: Place, other: dict[str, Any]) -> None:
    with place.settings('[units.XFJ]\nlabel = "信访局"\n[units.QT]\nlabel = "其他"\n').open() as office:
        open_request(office, "A", DAY)
        office.do("A", "assign", key="k", facts={"officer": "张三"}, by="甲", unit="XFJ", now=at("2022-09-14"))
        before = _count(place)
        with pytest.raises(Conflict) as refused:
            office.do("A", "assign", key="k", now=at("2022-09-14"), **apart(**other))
        assert refused.value.code == "key_reused"
        assert _count(place) == before


def test_a_key_used_for_another_action_case_or_number_is_refused(place: Place, office: Office) -> None:
    office.receive("request", "A", facts={"channel": "in_person"}, key="k", now=at(DAY))
    open_request(office, "B", DAY)
    before = _count(place)
    for call in (
        lambda: office.do("B", "note", key="k", facts={"text": "x"}, now=at(DAY)),
        lambda: office.do("A", "note", key="k", facts={"text": "x"}, now=at(DAY)),
        lambda: office.receive("permit", key="k", now=at(DAY)),
        lambda: office.receive("request", "C", facts={"channel": "in_person"}, key="k", now=at(DAY)),
        lambda: office.receive("request", "A", facts={"channel": "in_person"}, title="另一件", key="k", now=at(DAY)),
    ):
        with pytest.raises(Conflict) as refused:
            call()
        assert refused.value.code == "key_reused"
    assert _count(place) == before


def test_a_key_is_free_again_after_a_rollback(place: Place, office: Office) -> None:
    with place.engine() as engine:
        with Session(engine) as session:
            office.receive("request", "A", facts={"channel": "in_person"}, key="k", now=at(DAY), session=session)
            session.rollback()
        assert _count(place) == (0, 0, 0, 0)
        assert office.receive("permit", "B", key="k", now=at(DAY)).written


def test_a_dry_run_uses_no_key(place: Place, office: Office) -> None:
    office.receive("request", "A", facts={"channel": "in_person"}, key="k", dry_run=True, now=at(DAY))
    assert _count(place) == (0, 0, 0, 0)
    assert office.receive("request", "A", facts={"channel": "in_person"}, key="k", now=at(DAY)).written


def test_threads_that_retry_under_one_key_make_one_case(place: Place, office: Office) -> None:
    office.receive("request", "X", facts={"channel": "in_person"}, now=at(DAY))
    together = threading.Barrier(6)

    def retry(_: int) -> str:
        together.wait()
        return office.receive("request", facts={"channel": "in_person"}, key="portal-7", now=at(DAY)).number

    with ThreadPoolExecutor(6) as pool:
        cases = set(pool.map(retry, range(6)))
    assert len(cases) == 1
    assert len(place.rows("SELECT 1 FROM gk_entry WHERE \"key\" = 'portal-7'")) == 1
    assert_sound(office)


def test_threads_that_receive_at_once_get_numbers_of_their_own(place: Place, office: Office) -> None:
    office.receive("request", facts={"channel": "in_person"}, now=at(DAY))
    together = threading.Barrier(6)

    def one(_: int) -> list[str]:
        together.wait()
        return [office.receive("request", facts={"channel": "in_person"}, now=at(DAY)).number for _ in range(3)]

    with ThreadPoolExecutor(6) as pool:
        cases = [case for some in pool.map(one, range(6)) for case in some]
    assert sorted(cases) == [f"UNIT-2022-{number:04}" for number in range(2, 20)]
    assert_sound(office)


def test_of_writers_on_one_case_each_entry_has_a_place_of_its_own(place: Place, office: Office) -> None:
    open_request(office, "A", DAY)
    together = threading.Barrier(6)
    outcome: list[str] = []

    def write(number: int) -> None:
        together.wait()
        for again in range(4):
            try:
                office.do("A", "note", facts={"text": f"{number}-{again}"}, now=at(DAY))
                outcome.append("written")
            except Conflict as lost:
                outcome.append(lost.code)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))
    seqs = [row[0] for row in place.rows("SELECT seq FROM gk_entry ORDER BY seq")]
    assert seqs == list(range(1, 4 + outcome.count("written")))
    assert len(outcome) == 24
    assert set(outcome) <= {"written", "stale"}
    assert_sound(office)


def test_a_writer_who_read_before_another_wrote_loses_and_gets_an_error(place: Place, office: Office) -> None:
    open_request(office, "A", DAY)
    with office.store.reading() as ledger:
        old = ledger.record.entries("A")
    office.do("A", "note", facts={"text": "schneller"}, now=at(DAY))
    workflow = office.rules.rulebook.workflow("request")
    stale = seal_next(old[-1], old[-1].hash, office.rules)

    def late() -> None:
        with office.store.writing() as ledger:
            tx = Transaction(ledger, office.rules, at(DAY))
            write(tx, OnRecord(workflow, "A", old), replace(stale, seq=4, key=None))

    with pytest.raises(Conflict) as lost:
        late()
    assert lost.value.code == "stale"
    assert (lost.value.facts["case"], lost.value.facts["seq"]) == ("A", 4)
    assert len(place.rows("SELECT 1 FROM gk_entry")) == 4
    assert_sound(office)


def test_two_portals_in_transactions_of_their_own_never_share_a_place(place: Place, office: Office) -> None:
    if place.kind == "sqlite":
        pytest.skip("SQLite lets only one of them write")
    open_request(office, "A", DAY)
    with place.engine() as engine, Session(engine) as one:
        office.do("A", "note", facts={"text": "one"}, now=at(DAY), session=one)
        with ThreadPoolExecutor(1) as pool:

            def other() -> str:
                try:
                    office.do("A", "note", facts={"text": "two"}, now=at(DAY))
                except Conflict as lost:
                    return lost.code
                return "written"

            waiting = pool.submit(other)
            one.commit()
            assert waiting.result(30) in ("stale", "written")
    seqs = [row[0] for row in place.rows("SELECT seq FROM gk_entry ORDER BY seq")]
    assert seqs == list(range(1, len(seqs) + 1))
    assert_sound(office)


def test_processes_that_write_to_one_case_leave_one_chain(place: Place) -> None:
    with place.open() as office:
        open_request(office, "A", DAY)
    script = """
now = datetime.fromisoformat("2022-09-14T09:00+08:00")
done = 0
for number in range(10):
    try:
        office.do("A", "note", facts={"text": f"{number}"}, now=now)
        done += 1
    except gkflow.Conflict:
        pass
office.receive("request", facts={"channel": "in_person"}, key="portal-7", now=now)
print(done)
"""
    said = run_together(place, script, script, script)
    with place.open() as office:
        assert_sound(office)
    seqs = [row[0] for row in place.rows("SELECT seq FROM gk_entry WHERE \"case\" = 'A' ORDER BY seq")]
    assert seqs == list(range(1, 4 + sum(map(int, said))))
    assert len(place.rows("SELECT 1 FROM gk_entry WHERE \"key\" = 'portal-7'")) == 1


def test_a_number_given_twice_is_refused(place: Place, office: Office) -> None:
    office.receive("request", "A", facts={"channel": "in_person"}, now=at(DAY))
    with pytest.raises(Conflict) as refused:
        office.receive("permit", "A", now=at(DAY))
    assert refused.value.code == "case_exists"


@pytest.mark.parametrize("odd", ["UNIT-2022-0007-补", "UNIT-2022-补1", "UNIT-2022-"])
def test_a_number_made_by_hand_does_not_stand_in_the_way_of_the_next(place: Place, office: Office, odd: str) -> None:
    office.receive("request", "UNIT-2022-0007", facts={"channel": "in_person"}, now=at(DAY))
    office.receive("request", odd, facts={"channel": "in_person"}, now=at(DAY))
    assert office.receive("request", facts={"channel": "in_person"}, now=at(DAY)).number == "UNIT-2022-0008"


def test_numbers_go_on_past_the_four_figures(place: Place, office: Office) -> None:
    for number in ("UNIT-2022-9998", "UNIT-2021-0400"):
        office.receive("request", number, facts={"channel": "in_person"}, now=at(DAY))
    made = [office.receive("request", facts={"channel": "in_person"}, now=at(DAY)).number for _ in range(3)]
    assert made == ["UNIT-2022-9999", "UNIT-2022-10000", "UNIT-2022-10001"]
    with place.settings('[units.A_B]\nlabel = "甲乙"\n').open() as other:
        assert (
            other.receive("request", facts={"channel": "in_person"}, unit="A_B", now=at(DAY)).number == "A_B-2022-0001"
        )


def test_an_entry_of_a_day_to_come_is_refused_and_so_is_a_correction_to_one(place: Place, office: Office) -> None:
    open_request(office, "A", DAY)
    for call in (
        lambda: office.do("A", "note", facts={"text": "x"}, day="2022-09-14", now=at(DAY)),
        lambda: office.do("A", "correct_entry", facts={"seq": 2, "day": "2022-09-14", "reason": "x"}, now=at(DAY)),
        lambda: office.receive("request", "B", facts={"channel": "in_person"}, day="2022-09-14", now=at(DAY)),
    ):
        with pytest.raises(Refused) as refused:
            call()
        assert refused.value.code == "day_to_come"


def test_no_entry_comes_to_lie_before_the_first_by_a_correction(place: Place, office: Office) -> None:
    open_request(office, "A", DAY)
    office.do("A", "note", facts={"text": "x"}, now=at("2022-09-16"))
    for seq in (2, 3):
        office.do("A", "correct_entry", facts={"seq": seq, "day": "2022-09-15", "reason": "x"}, now=at("2022-09-16"))
    office.do("A", "correct_entry", facts={"seq": 1, "day": "2022-09-15", "reason": "收件日有误"}, now=at("2022-09-17"))
    for call in (
        lambda: office.do("A", "note", facts={"text": "y"}, day="2022-09-14", now=at("2022-09-17")),
        lambda: office.do("A", "correct_entry", facts={"seq": 4, "day": "2022-09-14", "reason": "x"},
                          now=at("2022-09-17")),
        lambda: office.do("A", "correct_entry", facts={"seq": 1, "day": "2022-09-16", "reason": "x"},
                          now=at("2022-09-17")),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            call()
        assert refused.value.code == "before_first"
    assert office.deadlines("A", as_of="2022-09-17")["reply"].since.isoformat() == "2022-09-15"
    assert_sound(office)


# -- decided once ------------------------------------------------------------------------------------------------


def test_what_is_shown_before_writing_is_what_is_written(office: Office) -> None:
    open_request(office, "A", DAY)
    shown: list[Outcome] = []

    entered = office.do("A", "extend", facts={"days": 20, "approved_by": "李四"}, now=at(DAY), show=shown.append)

    assert [replace(each, written=True) for each in shown] == [entered]
    assert shown[0].written is False


def test_where_it_cannot_be_shown_nothing_is_written(office: Office) -> None:
    open_request(office, "A", DAY)
    with office.store.reading() as ledger:
        before = ledger.record.entries("A")

    def cannot(_: Outcome) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        office.do("A", "note", facts={"text": "x"}, now=at(DAY), show=cannot)
    with office.store.reading() as ledger:
        assert ledger.record.entries("A") == before


def test_nobody_can_write_between_what_is_shown_and_what_is_written(place: Place, office: Office) -> None:
    if place.kind != "sqlite":
        pytest.skip("SQLite has one lock for all writers, which can be tried")
    open_request(office, "A", DAY)
    locked: list[str] = []

    def meanwhile(_: Outcome) -> None:
        with closing(sqlite3.connect(place.home / "gkflow.db", timeout=0)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                locked.append(str(error))

    assert office.do("A", "note", facts={"text": "x"}, now=at(DAY), show=meanwhile).seq == 4
    assert locked == ["database is locked"]
