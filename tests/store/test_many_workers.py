"""Many workers on one database: what one adopts, all work by; a pool of one is enough; many may open it at once."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

import gkflow
from gkflow.domain.errors import GkflowError
from gkflow.office import Office
from store.offices import PEOPLE, Place, assert_sound, at, known, open_request

# On 27 January 2020 the Spring Festival was extended: 31 January became a day off.
BEFORE, AFTER, NOW = known("2020-01-20"), known("2020-02-03"), at("2020-01-28")
DAY, EXTENDED = "2020-01-28", date(2020, 1, 31)

# What a worker may be asked about the case "A", and about a day.
QUESTIONS: dict[str, Callable[[Office], Any]] = {
    "cases": lambda office: office.cases(as_of=DAY)[0].last_day,
    "page": lambda office: office.page(as_of=DAY).rows[0].last_day,
    "view": lambda office: office.view("A", as_of=DAY).deadlines["reply", ""].last_day,
    "deadlines": lambda office: office.deadlines("A", as_of=DAY)["reply"].last_day,
    "explain": lambda office: office.explain("A", clock="reply", as_of=DAY).deadline.last_day,
    "do": lambda office: office.do("A", "note", facts={"text": "x"}, dry_run=True, now=NOW).last_day,
    "receive": lambda office: [
        each.last_day
        for each in office.receive("request", facts={"channel": "in_person"}, dry_run=True, now=NOW).deadlines.values()
    ],
    "simulate": lambda office: [
        (step.step, step.last_day) for step in office.simulate("2020-02-20", now=NOW) if step.case == "A"
    ],
    "rules": lambda office: office.rules.rulebook.calendar.is_working_day(EXTENDED),
    "calendar": lambda office: office.calendar.is_working_day(EXTENDED),
    "edition": lambda office: office.calendars.present.name,
}


@contextmanager
def two_workers(place: Place) -> Iterator[tuple[Office, Office]]:
    """Two workers on one database, with a case whose last day an adoption moves."""
    with place.settings(PEOPLE).open() as one, place.open() as other:
        one.calendars.adopt(BEFORE, now=at("2020-01-10"))
        open_request(one, "A", "2020-01-13")
        yield one, other


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_one_worker_adopts_the_other_says_at_its_next_call(question: str, place: Place) -> None:
    ask = QUESTIONS[question]
    with two_workers(place) as (one, other):
        before = ask(other)
        assert ask(one) == before
        one.calendars.adopt(AFTER, now=NOW)
        assert ask(other) != before
        assert ask(other) == ask(one)


def test_an_entry_is_written_by_the_edition_that_another_worker_has_adopted(place: Place) -> None:
    with two_workers(place) as (one, other):
        assert other.cases(as_of=DAY)
        one.calendars.adopt(AFTER, now=NOW)
        other.receive("request", "B", facts={"channel": "in_person"}, day="2020-01-13", now=NOW)
        assert one.cases(as_of=DAY)[1].last_day == one.cases(as_of=DAY)[0].last_day
        assert_sound(one)


def test_threads_of_one_office_never_mix_two_editions(place: Place) -> None:
    """Adoptions back and forth, while threads ask: the name of an edition and what it says belong together."""
    free = {BEFORE.edition: True, AFTER.edition: False}
    with two_workers(place) as (one, other):
        stop = threading.Event()

        def ask(_: int) -> set[tuple[str, bool]]:
            found = set()
            while not stop.is_set():
                held, rules = other._state.in_force()
                found.add((held.calendars[-1].name, rules.rulebook.calendar.is_working_day(EXTENDED)))
            return found

        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(ask, n) for n in range(4)]
            for edition in (AFTER, BEFORE) * 3:
                one.calendars.adopt(edition, now=NOW)
            stop.set()
        found = set().union(*(each.result() for each in asked))
        assert found <= set(free.items())


# -- a worker that cannot read what was adopted ----------------------------------------------------------------------


def test_a_worker_that_cannot_read_the_adopted_rules_refuses_and_says_why(place: Place) -> None:
    """As after an upgrade of another host: this one reads no word of the new rules, and writes by none but them."""
    with place.settings(PEOPLE).open() as office:
        open_request(office, "A", "2022-09-01")
        kept = office.rule_editions.present
        newer = kept.text.replace('"clocks":', '"clocks_of_the_next_version":')
        assert newer != kept.text
        with office.store.writing(hold="alone") as ledger:
            ledger.editions.adopt_rules("f" * 64, "", newer, "王五", at("2022-09-05"))
        for call in (
            lambda: office.do("A", "note", facts={"text": "x"}, now=at("2022-09-05")),
            lambda: office.cases(as_of="2022-09-05"),
            lambda: office.tick(at("2022-09-05")),
        ):
            with pytest.raises(GkflowError) as refused:
                call()
            assert "clocks_of_the_next_version" in str(refused.value)
        assert len(place.rows("SELECT * FROM gk_entry")) == 3
        with office.store.writing(hold="alone") as ledger:
            ledger.editions.adopt_rules(kept.edition, kept.files, kept.text, "王五", at("2022-09-06"))
        office.do("A", "note", facts={"text": "x"}, now=at("2022-09-06"))  # no restart is needed


def test_offices_that_have_adopted_the_same_share_what_was_read(tmp_path: Path) -> None:
    book = gkflow.load_rules()
    offices = [gkflow.open(f"sqlite:///{tmp_path}/{n}.db", home=tmp_path) for n in range(3)]
    for office in offices:
        assert office.rules.rulebook.workflows["request"] is book.workflows["request"]
    texts = {id(office.rule_editions.present.text) for office in offices}
    editions = {id(office.calendars.present.edition) for office in offices}
    assert (len(texts), len(editions)) == (1, 1)
    for office in offices:
        office.close()


# -- a pool of one ---------------------------------------------------------------------------------------------------


def one_connection(place: Place) -> Engine:
    return create_engine(place.url, pool_size=1, max_overflow=0, pool_timeout=2)


VERBS: dict[str, Callable[[Office, dict[str, Any]], Any]] = {
    "receive": lambda office, s: office.receive("request", facts={"channel": "in_person"}, now=at("2022-09-05"), **s),
    "do": lambda office, s: office.do("A", "note", facts={"text": "x"}, now=at("2022-09-05"), **s),
    "cases": lambda office, s: office.cases(as_of="2022-09-05", **s),
    "cases as known": lambda office, s: office.cases(as_of="2022-09-05", known_on="2022-09-01", **s),
    "page": lambda office, s: office.page(as_of="2022-09-05", total=True, **s),
    "count": lambda office, s: office.count(by="status", as_of="2022-09-05", **s),
    "view": lambda office, s: office.view("A", **s),
    "explain": lambda office, s: office.explain("A", **s),
    "published": lambda office, s: office.published("A", **s),
    "why_kept": lambda office, s: office.why_kept("A", **s),
    "tick": lambda office, s: office.tick(at("2022-09-05"), **s),
    "simulate": lambda office, s: office.simulate("2022-10-20", now=at("2022-09-05"), **s),
    "escalations": lambda office, s: office.delivery.escalations(**s),
    "notices": lambda office, s: office.delivery.notices(**s),
    "import": lambda office, s: office.import_register(
        [(2, {"case": "I", "workflow": "request", "action": "receive", "day": "2022-09-01"})], now=at("2022-09-05"), **s
    ),
    "export": lambda office, s: office.export(**s),
    "rebuild": lambda office, s: office.rebuild(now=at("2022-09-05"), **s),
    "verify": lambda office, s: office.verify(**s),
    "doctor": lambda office, s: office.doctor(at("2022-09-05"), **s),
    "drafts": lambda office, s: office.drafts.keep("A", "reply", "later", now=at("2022-09-05"), **s),
    "scores": lambda office, s: office.supervision.remedies(2022, as_of=date(2022, 12, 31), **s),
    "spot check": lambda office, s: office.supervision.spot_check(
        "request", date(2022, 9, 1), date(2022, 9, 5), 1, seed="x", now=at("2022-09-05"), **s
    ),
    "recurring": lambda office, s: office.recurring_tasks.coming(date(2022, 12, 31), as_of=date(2022, 9, 5), **s),
    "subscriptions": lambda office, s: office.subscriptions.all(**s),
}
WITHOUT_SESSION: dict[str, Callable[[Office], Any]] = {
    "calendars": lambda office: (office.calendars.all(), office.calendars.waiting(), list(office.calendars.moving())),
    "rules": lambda office: (office.rule_editions.files(thorough=True), list(office.rule_editions.moving())),
    "adopt": lambda office: (office.calendars.adopt(BEFORE), office.rule_editions.adopt()),
    "deliver": lambda office: office.deliver(at("2022-09-05")),
    "seal": lambda office: office.sealing.deposit_seals(),
}


@pytest.mark.parametrize("verb", [*VERBS, *WITHOUT_SESSION])
def test_every_verb_does_with_one_connection(verb: str, place: Place) -> None:
    with place.settings(PEOPLE).open() as office:
        open_request(office, "A", "2022-09-01")
    engine = one_connection(place)
    with gkflow.open(engine, home=place.home) as office:
        VERBS[verb](office, {}) if verb in VERBS else WITHOUT_SESSION[verb](office)
    engine.dispose()


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_does_with_the_connection_of_the_portal(verb: str, place: Place) -> None:
    """The portal's transaction has the only connection, and has written something already."""
    with place.settings(PEOPLE).open() as office:
        open_request(office, "A", "2022-09-01")
    place.sql("CREATE TABLE portal (id INTEGER)")
    engine = one_connection(place)
    with gkflow.open(engine, home=place.home) as office, Session(engine) as session:
        session.execute(text("INSERT INTO portal VALUES (1)"))
        VERBS[verb](office, {"session": session})
        session.commit()
    engine.dispose()


# -- a fresh database, and many who open it --------------------------------------------------------------------------


def test_eight_threads_open_a_fresh_database_at_once(place: Place) -> None:
    place.settings(PEOPLE)
    start = threading.Barrier(8)

    def opened(_: int) -> str:
        start.wait()
        with gkflow.open(place.url, home=place.home) as office:
            return office.receive("request", facts={"channel": "in_person"}, now=NOW).number

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(opened, range(8)))
    assert sorted(found) == [f"XFJ-2020-{n:04d}" for n in range(1, 9)]
    assert place.rows("SELECT count(*) FROM gk_calendar_edition") == [(1,)]
    assert place.rows("SELECT count(*) FROM gk_rules_edition") == [(1,)]
    with place.open() as office:
        assert_sound(office)


_OPEN = """
import sys
import gkflow
print("ready", flush=True)
sys.stdin.readline()
with gkflow.open(sys.argv[1], home=sys.argv[2]) as office:
    print(office.receive("request", facts={"channel": "in_person"}).number)
"""


@pytest.mark.slow
def test_five_processes_open_a_fresh_database_at_once(place: Place) -> None:
    place.settings(PEOPLE)
    command = [sys.executable, "-c", _OPEN, place.url, str(place.home)]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(5)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60) for process in started]
    assert [process.returncode for process in started] == [0] * 5, said
    assert len({out for out, _ in said}) == 5
    with place.open() as office:
        assert_sound(office)


# -- the caller's own connection -------------------------------------------------------------------------------------


def test_a_connection_without_a_transaction_gets_one_that_may_write(place: Place) -> None:
    """A portal's SQLite driver begins late: without a lock from the start, two of them would read the same state."""
    if place.kind != "sqlite":
        pytest.skip("PostgreSQL has no lock that only one writer may have")
    with place.settings(PEOPLE).open() as office:
        office.receive("request", "A", facts={"channel": "in_person"}, now=NOW)
    start = threading.Barrier(4)
    engine = create_engine(place.url, connect_args={"timeout": 30})

    def note(n: int) -> list[int]:
        found = []
        with gkflow.open(engine, home=place.home) as portal:
            start.wait()
            for at_ in range(5):
                with Session(engine) as session:
                    key = f"{n}/{at_}"
                    found.append(portal.do("A", "note", facts={"text": key}, now=NOW, session=session).seq)
                    session.commit()
        return found

    with ThreadPoolExecutor(4) as pool:
        found = [seq for each in pool.map(note, range(4)) for seq in each]
    assert sorted(found) == list(range(2, 22))
    engine.dispose()
