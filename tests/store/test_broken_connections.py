"""
Broken connections: whatever a database or a driver raises, only gkflow's own errors leave a verb, with their cause.

Every verb is called on a connection that was cut, and without a connection left in the pool.
"""

from __future__ import annotations

import inspect
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

import gkflow
from gkflow.domain.errors import Conflict, GkflowError, Unfit
from gkflow.office import Office
from store.offices import PEOPLE, Place, assert_sound, at, open_request

NOW = at("2022-09-05")
FACTS = {"channel": "in_person"}
DAY = NOW.date()
ROW = {"case": "R", "workflow": "request", "day": "2022-09-01", "action": "receive"}

SETTINGS = (
    PEOPLE
    + """
[[endpoints]]
name = "x"
url = "https://example.com/hook"
secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
"""
)

# Every verb that reaches the database, by the service that has it ("" is the office), with what it needs.
VERBS: Mapping[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "limited_to": (("XFJ",), {}),
    "finish_adoption": ((), {}), "adopt_first": ((), {}), "receive": (("request",), {"facts": FACTS, "now": NOW}),
    "do": (("A", "note"), {"facts": {"text": "x"}, "now": NOW}), "case": (("A",), {}), "view": (("A",), {}),
    "deadlines": (("A",), {}), "explain": (("A",), {}), "cases": ((), {}), "page": ((), {}), "count": ((), {}),
    "published": (("A",), {}), "why_kept": (("A",), {}), "events": ((), {}), "tick": ((NOW,), {}),
    "sweep": ((), {"now": NOW}), "unsweep": ((), {"reason": "x", "by": "张三", "now": NOW}),
    "simulate": ((), {"now": NOW}), "deliver": ((NOW,), {}), "escalations": ((), {}),
    "ack": (([1],), {"words": "x", "by": "张三", "now": NOW}), "notices": ((), {}), "revive": (([1], NOW), {}),
    "last_seal": ((), {}), "deposit_seals": ((), {}), "verify": ((), {}),
    "import_register": (([(2, ROW)],), {"now": NOW}), "export": ((), {}), "rebuild": ((), {"now": NOW}),
    "doctor": ((NOW,), {}), "record_heartbeat": (("x",), {"now": NOW}),
    "calendars.all": ((), {}), "calendars.moving": ((), {"now": NOW}), "calendars.adopt": ((), {"now": NOW}),
    "calendars.waiting": ((), {}),
    "rule_editions.all": ((), {}), "rule_editions.waiting": ((), {}), "rule_editions.files": ((), {}),
    "rule_editions.changes": ((), {}), "rule_editions.named": (("x",), {}),
    "rule_editions.moving": ((), {"now": NOW}), "rule_editions.adopt": ((), {"now": NOW}),
    "drafts.keep": (("A", "note", "x"), {"facts": {"text": "x"}, "now": NOW}), "drafts.all": ((), {}),
    "drafts.enter": ((1,), {"now": NOW}), "drafts.drop": ((1,), {}),
    "subscriptions.add": (("somebody", "file", "a.txt"), {"now": NOW}), "subscriptions.all": ((), {}),
    "subscriptions.leave": (("x",), {"now": NOW}),
    "supervision.score": ((DAY, DAY), {}), "supervision.rates": ((DAY, DAY), {}),
    "supervision.remedies": ((DAY.year,), {}), "supervision.spot_check": (("request", DAY, DAY, 1), {"now": NOW}),
    "recurring_tasks.coming": ((DAY,), {}),
    "delivery.deliver": ((NOW,), {}), "delivery.escalations": ((), {}),
    "delivery.ack": (([1],), {"words": "x", "by": "张三", "now": NOW}), "delivery.notices": ((), {}),
    "delivery.revive": (([1], NOW), {}),
    "sealing.last_seal": ((), {}), "sealing.deposit_seals": ((), {}), "sealing.signs_of_safety": ((), {}),
    "sealing.verify": ((), {}),
    "endpoints.post": ((NOW,), {}), "endpoints.all": ((), {}),
    "endpoints.resume": (("x",), {"now": NOW}), "endpoints.replay": (("x",), {"now": NOW}),
}  # fmt: skip
# What reaches no database by itself, or says so in its result.
WITHOUT = {
    "rules_in", "moment", "recorded_moment", "channels", "require_sendable", "on", "close", "try_to_deposit",
    "calendars.known", "rule_editions.known", "sealing.try_to_deposit", "endpoints.test",
}  # fmt: skip


def verbs_of(office: Office) -> dict[str, Callable[..., Any]]:
    from gkflow.lazy import part

    wholes: dict[str, Any] = {"": office}
    wholes |= {f"{name}.": getattr(office, name) for name, each in vars(Office).items() if isinstance(each, part)}
    del wholes["aio."]
    return {
        f"{service}{name}": getattr(whole, name)
        for service, whole in wholes.items()
        for name, each in vars(type(whole)).items()
        if inspect.isfunction(each) and not name.startswith("_")
    }


@pytest.fixture
def lived(place: Place) -> Iterator[Office]:
    with place.settings(SETTINGS).open() as office:
        open_request(office, "A", "2022-09-01")
        yield office


def test_every_verb_is_called_here(lived: Office) -> None:
    assert set(verbs_of(lived)) == set(VERBS) | WITHOUT


def call(verb: Callable[..., Any], name: str, **more: Any) -> None:
    given, named = VERBS[name]
    found = verb(*given, **named, **more)
    if inspect.isgenerator(found):
        list(found)


def must_say(verb: Callable[..., Any], name: str, codes: set[str], **more: Any) -> None:
    """The verb is refused, by one of these codes, with the error of the driver or the pool as its cause."""
    with pytest.raises(GkflowError) as refused:
        call(verb, name, **more)
    assert refused.value.code in codes, (name, refused.value)
    assert refused.value.__cause__ is not None, name
    assert "\n" not in str(refused.value), name


# -- a connection that was cut ---------------------------------------------------------------------------------------


def cut(place: Place, connection: Any) -> None:
    """End a connection behind the back of whoever has it."""
    if place.kind == "sqlite":
        connection.close()
    else:
        place.rows("SELECT pg_terminate_backend(:pid)", {"pid": connection.info.backend_pid})


@contextmanager
def driver(place: Place) -> Iterator[Any]:
    if place.kind == "sqlite":
        connection: Any = sqlite3.connect(make_url(place.url).database or "", timeout=1)
    else:
        import psycopg

        connection = psycopg.connect(place.url.replace("+psycopg", ""))
    yield connection
    connection.close()


LOST = {"database_lost", "transaction_broken"}


def test_no_verb_lets_out_an_error_of_a_driver_whose_connection_was_cut(lived: Office, place: Place) -> None:
    for name, verb in verbs_of(lived).items():
        if "session" in inspect.signature(verb).parameters:
            with driver(place) as connection:
                lived.cases(session=connection)
                cut(place, connection)
                must_say(verb, name, {"database_lost"}, session=connection)
    assert_sound(lived)


def test_no_verb_lets_out_an_error_of_a_session_whose_connection_was_cut(lived: Office, place: Place) -> None:
    engine = create_engine(place.url)
    for name, verb in verbs_of(lived).items():
        if "session" not in inspect.signature(verb).parameters:
            continue
        session = Session(engine)
        lived.cases(session=session)
        cut(place, session.connection().connection.dbapi_connection)
        for _ in range(2):
            must_say(verb, name, LOST, session=session)
        session.invalidate()
    engine.dispose()
    assert_sound(lived)


def test_no_verb_lets_out_an_error_of_a_session_that_is_watched(lived: Office, place: Place) -> None:
    from sqlalchemy import event

    engine = create_engine(place.url)
    event.listen(engine, "after_cursor_execute", lambda *given: None)
    for name in ("do", "receive", "cases", "tick", "verify", "drafts.all"):
        connection = engine.connect()
        lived.cases(session=connection)
        cut(place, connection.connection.dbapi_connection)
        for _ in range(2):
            must_say(verbs_of(lived)[name], name, LOST, session=connection)
        connection.invalidate()
        connection.close()
    engine.dispose()


def test_a_session_that_had_failed_is_refused(lived: Office, place: Place) -> None:
    engine = create_engine(place.url)
    with Session(engine) as session:
        with pytest.raises(Exception, match="no_such_table"):
            session.execute(text("SELECT * FROM no_such_table"))
        if place.kind == "postgres":  # in SQLite the transaction goes on
            must_say(lived.do, "do", {"transaction_broken"}, session=session)
        session.rollback()
        lived.do("A", "note", facts={"text": "x"}, now=NOW, session=session)
        session.commit()
    connection = engine.connect()
    connection.close()
    must_say(lived.do, "do", {"transaction_broken"}, session=connection)
    engine.dispose()
    assert_sound(lived)


# -- no connection left ----------------------------------------------------------------------------------------------


def test_without_a_connection_in_the_pool_every_verb_says_so_at_once(lived: Office, place: Place) -> None:
    engine = create_engine(place.url, pool_size=1, max_overflow=0, pool_timeout=0)
    with gkflow.open(engine, home=place.home) as office:
        with engine.connect():
            for name, verb in verbs_of(office).items():
                if name not in WITHOUT:
                    must_say(verb, name, {"pool_exhausted"})
        assert office.do("A", "note", facts={"text": "x"}, now=NOW).seq == 4
    engine.dispose()
    assert_sound(lived)


def test_a_session_of_a_full_pool_is_refused_as_well(lived: Office, place: Place) -> None:
    engine = create_engine(place.url, pool_size=1, max_overflow=0, pool_timeout=0)
    with engine.connect(), Session(engine) as session:
        must_say(lived.do, "do", {"pool_exhausted"}, session=session)
    engine.dispose()


@pytest.fixture
def strict(place: Place) -> Iterator[str]:
    """A role of PostgreSQL that needs its password; its address with a wrong one."""
    if place.kind != "postgres":
        pytest.skip("SQLite has no passwords")
    [[hba]] = place.rows("SHOW hba_file")
    file = Path(str(hba))
    if not file.is_file():
        pytest.skip("the server is elsewhere")
    before = file.read_text("utf-8")
    with create_engine(place.url, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("DROP ROLE IF EXISTS gk_strict"))
        connection.execute(text("CREATE ROLE gk_strict LOGIN PASSWORD 'richtig'"))
        file.write_text("local all gk_strict scram-sha-256\nhost all gk_strict all scram-sha-256\n" + before, "utf-8")
        try:
            connection.execute(text("SELECT pg_reload_conf()"))
            url = make_url(place.url)
            yield url.set(username="gk_strict", password="geheim%wort").render_as_string(hide_password=False)
        finally:
            file.write_text(before, "utf-8")
            connection.execute(text("SELECT pg_reload_conf()"))
            connection.execute(text("DROP ROLE gk_strict"))


def test_a_wrong_password_is_refused_with_the_reason_and_without_the_password(strict: str, place: Place) -> None:
    with pytest.raises(Unfit) as refused:
        gkflow.open(strict, home=place.home)
    assert refused.value.code == "database_unreachable"
    assert "password authentication failed" in str(refused.value)
    with place.open() as office, Session(create_engine(strict)) as session:
        with pytest.raises(Unfit) as refused:
            office.cases(session=session)
        assert refused.value.code == "database_unreachable"
    for language in ("en", "zh"):
        for secret in ("geheim", "wort", "richtig"):
            assert secret not in refused.value.message(language)


# -- transactions that the database breaks off -----------------------------------------------------------------------


def test_a_serialization_failure_is_a_conflict_with_its_cause(lived: Office, place: Place) -> None:
    if place.kind != "postgres":
        pytest.skip("SQLite has one writer at a time")
    engine = create_engine(place.url, isolation_level="REPEATABLE READ")
    with Session(engine) as session:
        lived.cases(session=session)
        lived.do("A", "note", facts={"text": "x"}, now=NOW)
        with pytest.raises(Conflict) as refused:
            lived.do("A", "note", facts={"text": "y"}, now=NOW, session=session)
        assert refused.value.code in ("busy", "stale")
    engine.dispose()
    assert_sound(lived)


def test_a_deadlock_is_a_conflict_with_its_cause(lived: Office, place: Place) -> None:
    if place.kind != "postgres":
        pytest.skip("SQLite has one writer at a time")
    engine, refused = create_engine(place.url), list[GkflowError]()
    both = threading.Barrier(2)

    def portal(first: str, then: str) -> None:
        with Session(engine) as session:
            session.execute(text(f"LOCK TABLE {first} IN ACCESS EXCLUSIVE MODE"))
            both.wait()
            try:
                lived.do(then, "note", facts={"text": "x"}, now=NOW, session=session)
            except GkflowError as error:
                refused.append(error)

    threads = [threading.Thread(target=portal, args=(table, "A")) for table in ("gk_entry", "gk_docket")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()
    assert [error.code for error in refused] == ["busy"]
    assert type(refused[0].__cause__).__name__ == "DeadlockDetected"
    assert_sound(lived)


def test_a_full_disk_leaves_nothing_half_written_even_if_the_portal_commits(lived: Office, place: Place) -> None:
    if place.kind != "sqlite":
        pytest.skip("SQLite can be limited to the size that it has")
    before = place.rows("SELECT * FROM gk_entry"), place.rows("SELECT * FROM gk_docket")
    with driver(place) as connection:
        connection.execute("CREATE TABLE portal (x)")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO portal VALUES (1)")
        [pages] = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count={pages}")
        with pytest.raises(Unfit) as refused:
            lived.do("A", "note", facts={"text": "x" * 3_000}, now=NOW, session=connection)
        assert refused.value.code == "disk_full"
        assert isinstance(refused.value.__cause__, sqlite3.OperationalError)
        connection.commit()
    assert (place.rows("SELECT * FROM gk_entry"), place.rows("SELECT * FROM gk_docket")) == before
    assert_sound(lived)


def test_a_connection_of_another_thread_is_refused(lived: Office, place: Place) -> None:
    if place.kind != "sqlite":
        pytest.skip("connections of sqlite3 belong to a thread")
    with driver(place) as connection:
        found: list[BaseException] = []

        def elsewhere() -> None:
            try:
                lived.cases(session=connection)
            except BaseException as error:
                found.append(error)

        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert isinstance(found[0], GkflowError)
    assert found[0].code == "database_failed"
