"""Locks: every verb against every other at once; nothing is lost, nothing hangs, no raw error of the database."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable

import pytest

from gkflow.application.ports import Ledger
from gkflow.domain.errors import Conflict, GkflowError
from gkflow.office import Office
from store.offices import PEOPLE, Place, assert_sound, at, known, open_request

DAY = "2022-09-13"
ROUNDS = 6


def _together(jobs: dict[str, Callable[[], None]]) -> dict[str, list[Exception]]:
    """Run jobs in a thread each, begun together; what each of them raised."""
    start = threading.Barrier(len(jobs))
    raised: dict[str, list[Exception]] = {name: [] for name in jobs}

    def work(name: str, job: Callable[[], None]) -> None:
        start.wait()
        try:
            job()
        except Exception as error:
            raised[name].append(error)

    threads = [threading.Thread(target=work, args=each, daemon=True) for each in jobs.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=200)
    assert not [thread for thread in threads if thread.is_alive()], "somebody waits for ever"
    return raised


@pytest.mark.slow
def test_all_verbs_run_against_each_other(place: Place) -> None:
    place.settings(PEOPLE)
    with place.open() as office:
        for n in range(8):
            open_request(office, f"Q-{n}", "2022-09-01")
        office.tick(at("2022-09-12"))
    received: list[str] = []

    def receive(name: str) -> Callable[[], None]:
        def job() -> None:
            with place.open() as office:
                for n in range(ROUNDS):
                    key = f"{name}/{n}"
                    received.append(
                        office.receive("request", facts={"channel": "in_person"}, key=key, now=at(DAY)).number
                    )

        return job

    def do() -> None:
        with place.open() as office:
            for n in range(ROUNDS):
                office.do(f"Q-{n}", "note", facts={"text": f"第 {n} 次"}, now=at(DAY))

    def sweep() -> None:
        with place.open() as office:
            for n in range(ROUNDS):
                office.tick(at(f"2022-09-{13 + n}"))

    def adopt() -> None:
        with place.open() as office:
            for n in range(2):
                office.calendars.adopt(known("2021-12-31" if n % 2 == 0 else "2023-12-31"), now=at(DAY, f"10:0{n}"))

    def rebuild() -> None:
        with place.open() as office:
            for _ in range(2):
                office.rebuild(now=at(DAY))

    def deliver() -> None:
        with place.open() as office:
            for _ in range(ROUNDS):
                office.deliver(at(DAY))

    jobs: dict[str, Callable[[], None]] = {f"receive {n}": receive(f"r{n}") for n in range(3)}
    jobs |= {"do": do, "sweep": sweep, "adopt": adopt, "rebuild": rebuild, "deliver": deliver}
    raised = _together(jobs)
    # What lost a race says so as Conflict; an error of the database's own reaches nobody.
    foreign = {name: errors for name, errors in raised.items() if not all(isinstance(e, GkflowError) for e in errors)}
    assert foreign == {}
    assert {name: errors for name, errors in raised.items() if errors} == {}
    assert len(set(received)) == 3 * ROUNDS, "every number was given once"
    with place.open() as office:
        office.rebuild(now=at("2022-09-20"))
        assert_sound(office)


def test_receivers_and_sweeps_take_their_locks_in_one_order(place: Place) -> None:
    if place.kind == "sqlite":
        pytest.skip("SQLite has one lock")
    with place.open() as office:
        open_request(office, "Q-1", "2022-09-01")
        office.tick(at("2022-09-12"))

    def receive() -> None:
        with place.open() as office:
            for _ in range(20):
                office.receive("request", facts={"channel": "in_person"}, now=at(DAY))

    def sweep() -> None:
        with place.open() as office:
            for n in range(15):
                office.tick(at(f"2022-09-{13 + n}"))

    raised = _together({"1": receive, "2": receive, "3": receive, "sweep": sweep})
    assert {name: errors for name, errors in raised.items() if errors} == {}


def test_what_the_database_breaks_off_is_done_again(place: Place, office: Office) -> None:
    if place.kind == "sqlite":
        pytest.skip("SQLite breaks nothing off: its writers wait")
    open_request(office, "A", DAY)
    broken: list[int] = []

    def once(ledger: Ledger) -> None:
        broken.append(1)
        if len(broken) == 1:
            ledger.cursor.verbatim("DO $$ BEGIN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END $$")
        ledger.cursor.verbatim("UPDATE gk_docket SET title = 'x' WHERE \"case\" = 'A'")

    office.store.attempt(once)
    assert len(broken) == 2
    assert place.rows("SELECT title FROM gk_docket") == [("x",)]


def test_what_the_database_breaks_off_in_the_callers_transaction_is_a_conflict(place: Place, office: Office) -> None:
    if place.kind == "sqlite":
        pytest.skip("SQLite breaks nothing off: its writers wait")
    from sqlmodel import Session

    def broken_off(ledger: Ledger) -> None:
        ledger.cursor.verbatim("DO $$ BEGIN RAISE EXCEPTION 'could not serialize' USING ERRCODE = '40001'; END $$")

    with place.engine() as engine, Session(engine) as session, pytest.raises(Conflict) as conflict:
        office.store.attempt(broken_off, session)
    assert conflict.value.code == "busy"


def test_a_long_write_lets_others_write_between_its_transactions(place: Place, office: Office) -> None:
    for n in range(450):
        with office.store.writing():
            pass
        if n % 150 == 0:
            open_request(office, f"A-{n}", DAY)
    entered = threading.Event()

    def note() -> None:
        with place.open() as other:
            other.do("A-0", "note", facts={"text": "x"}, now=at(DAY))
        entered.set()

    with office.store.writing(hold="alone"):
        thread = threading.Thread(target=note, daemon=True)
        thread.start()
        assert not entered.wait(0.2)
    # One transaction follows the other at once, and still whoever waits comes in between.
    for _ in range(2000):
        if entered.is_set():
            break
        office.store.give_way()
        with office.store.writing(hold="alone"):
            pass
    thread.join(timeout=60)
    assert entered.is_set()


def test_reading_takes_no_lock_that_a_writer_holds(place: Place, office: Office) -> None:
    open_request(office, "A", DAY)
    with office.store.writing(hold="alone"), place.open() as reader:
        assert [line.case for line in reader.cases(as_of=DAY)] == ["A"]
        assert reader.verify()[2] == ()
        assert reader.rebuild(dry_run=True) == (1, ())


def test_opening_and_listing_take_no_write_lock_in_sqlite(place: Place, office: Office) -> None:
    if place.kind != "sqlite":
        pytest.skip("locks of SQLite")
    open_request(office, "A", DAY)
    other = sqlite3.connect(place.home / "gkflow.db", timeout=0, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with place.open() as reader:
            assert len(reader.cases(as_of=DAY)) == 1
            assert reader.case("A").number == "A"
    finally:
        other.execute("ROLLBACK")
        other.close()
