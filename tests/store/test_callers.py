"""A caller's own connection: SQLAlchemy's or the driver's, in its transaction, with its own ways of reading rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from gkflow.domain.errors import Conflict, GkflowError, Refused, Unfit
from gkflow.office import Office
from gkflow.store.record import Record
from store.offices import PEOPLE, Place, assert_sound, at, known, open_request

NOW = at("2022-09-05")
FACTS = {"channel": "in_person"}


@contextmanager
def driver(place: Place, **more: Any) -> Iterator[Any]:
    """A connection of the driver itself, as a portal without SQLAlchemy has it."""
    if place.kind == "sqlite":
        connection: Any = sqlite3.connect(make_url(place.url).database or "", timeout=30, **more)
    else:
        import psycopg

        connection = psycopg.connect(place.url.replace("+psycopg", ""), **more)
    try:
        yield connection
    finally:
        connection.close()


def works(office: Office, connection: Any) -> None:
    """A verb of each kind on the connection, rolled back and then committed."""
    number = office.receive("request", facts=FACTS, now=NOW, session=connection).number
    assert len(office.cases(as_of="2022-09-05", session=connection)) == 2
    connection.rollback()
    assert [line.case for line in office.cases(as_of="2022-09-05")] == ["A"]
    office.receive("request", number, facts=FACTS, now=NOW, session=connection)
    office.do(number, "register", now=NOW, session=connection)
    office.tick(NOW, session=connection)
    connection.commit()
    assert len(office.cases(as_of="2022-09-05")) == 2
    assert_sound(office)


@pytest.fixture
def lived(place: Place) -> Iterator[Office]:
    with place.settings(PEOPLE).open() as office:
        open_request(office, "A", "2022-09-01")
        yield office


def test_a_connection_of_the_driver(lived: Office, place: Place) -> None:
    with driver(place) as connection:
        works(lived, connection)


def test_a_connection_that_returns_rows_of_its_own_kind(lived: Office, place: Place) -> None:
    if place.kind == "sqlite":
        with driver(place, detect_types=sqlite3.PARSE_DECLTYPES) as connection:
            connection.row_factory = lambda cursor, row: {"row": row}
            works(lived, connection)
            assert connection.execute("SELECT 1").fetchone() == {"row": (1,)}
    else:
        from psycopg.rows import dict_row

        with driver(place, row_factory=dict_row) as connection:
            works(lived, connection)
            assert connection.execute("SELECT 1 AS one").fetchone() == {"one": 1}


def test_a_connection_of_sqlalchemy(lived: Office, place: Place) -> None:
    engine = create_engine(place.url)
    with engine.connect() as connection:
        works(lived, connection)
    engine.dispose()


@pytest.mark.parametrize("how", ["driver", "sqlalchemy"])
def test_a_connection_that_commits_by_itself_is_refused_and_nothing_is_written(
    lived: Office, place: Place, how: str
) -> None:
    alone = {"isolation_level": None} if place.kind == "sqlite" else {"autocommit": True}
    before = place.rows("SELECT * FROM gk_entry")
    engine = create_engine(place.url, isolation_level="AUTOCOMMIT")
    with driver(place, **alone) as raw, engine.connect() as connection:
        session = raw if how == "driver" else connection
        with pytest.raises(Refused) as refused:
            lived.do("A", "note", facts={"text": "x"}, now=NOW, session=session)
        assert refused.value.code == "no_transaction"
        assert len(lived.cases(session=session)) == 1  # reading needs none
        raw.execute("BEGIN")
        lived.do("A", "note", facts={"text": "x"}, now=NOW, session=raw)
        raw.execute("ROLLBACK")
    engine.dispose()
    assert place.rows("SELECT * FROM gk_entry") == before


def test_a_connection_of_another_kind_of_database_is_refused(lived: Office, place: Place) -> None:
    other = create_engine("sqlite://" if place.kind == "postgres" else "sqlite:///")
    with sqlite3.connect(":memory:") as elsewhere, other.connect() as connection:
        for session in (elsewhere, connection):
            with pytest.raises(Unfit) as refused:
                lived.cases(session=session)
            assert refused.value.code == "no_tables"
    other.dispose()


@pytest.mark.parametrize("nothing", ["x", 5, object(), sqlite3])
def test_what_is_no_connection_is_refused(lived: Office, nothing: Any) -> None:
    with pytest.raises(GkflowError) as refused:
        lived.cases(session=nothing)
    assert refused.value.code == "wrong_kind"


def test_an_error_of_the_database_comes_out_as_ours_with_its_cause(lived: Office, place: Place) -> None:
    with driver(place) as connection:
        if place.kind == "sqlite":
            connection.execute("PRAGMA busy_timeout=0")
            with driver(place) as other:
                other.execute("BEGIN IMMEDIATE")
                with pytest.raises(GkflowError) as refused:
                    lived.do("A", "note", facts={"text": "x"}, now=NOW, session=connection)
            assert refused.value.code == "busy"
        else:
            connection.execute("SET TRANSACTION READ ONLY")
            with pytest.raises(GkflowError) as refused:
                lived.do("A", "note", facts={"text": "x"}, now=NOW, session=connection)
            assert refused.value.code == "database_readonly"
    assert refused.value.__cause__ is not None


def test_sqlalchemys_own_recipe_for_sqlite_works(lived: Office, place: Place) -> None:
    """The driver begins nothing, and an event of the engine does."""
    if place.kind != "sqlite":
        pytest.skip("a recipe for SQLite")
    engine = create_engine(place.url, connect_args={"timeout": 30})
    event.listen(engine, "connect", lambda driver, _: setattr(driver, "isolation_level", None))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    with Session(engine) as session:
        works(lived, session)
    engine.dispose()


def test_a_call_that_fails_leaves_the_rest_of_the_callers_transaction_as_it_is(
    place: Place, lived: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    if place.kind == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    heard: list[str] = []
    lived.on("*", after_commit=True)(lambda e: heard.append(e.case))
    append, armed = Record.append, []

    def slow(self: Record, entries: Any) -> None:
        if armed:
            armed.clear()
            with place.open() as other:
                other.do("A", "note", facts={"text": "催问"}, now=NOW)
        append(self, entries)

    monkeypatch.setattr(Record, "append", slow)
    with place.engine() as engine, Session(engine) as session:
        lived.receive("request", "N", facts=FACTS, now=NOW, session=session)
        armed.append(True)
        with pytest.raises(Conflict) as error:
            lived.do("A", "note", facts={"text": "已答复"}, now=NOW, session=session)
        assert error.value.code == "stale"
        session.commit()
    assert {line.case for line in lived.cases(as_of="2022-09-05")} == {"A", "N"}
    assert heard == ["N"]
    assert_sound(lived)


def test_a_hook_after_the_commit_waits_for_the_outermost_and_minds_its_own_savepoint(
    place: Place, lived: Office
) -> None:
    heard: list[str] = []
    lived.on("*", after_commit=True)(lambda e: heard.append(e.case))

    def receive(number: str, session: Session) -> None:
        lived.receive("request", number, facts=FACTS, now=NOW, session=session)

    with place.engine() as engine:
        if place.kind == "sqlite":  # as SQLAlchemy's manual has it for savepoints
            event.listen(engine, "connect", lambda driver, _: setattr(driver, "isolation_level", None))
            event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
        with Session(engine) as session:
            receive("N1", session)
            session.begin_nested().rollback()  # of something else
            with session.begin_nested():
                receive("N2", session)
            assert heard == []
            inner = session.begin_nested()
            receive("N3", session)
            inner.rollback()
            session.commit()
            assert heard == ["N1", "N2"]
            with session.begin_nested():
                receive("N4", session)
            session.rollback()
            session.commit()
        assert heard == ["N1", "N2"]
    assert {line.case for line in lived.cases(as_of="2022-09-05")} == {"A", "N1", "N2"}


@pytest.mark.parametrize("marked", [True, False], ids=["", "from_before_adoptions_were_marked"])
@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
def test_no_case_is_written_by_the_calendar_of_an_older_snapshot(place: Place, isolation: str, marked: bool) -> None:
    # Seven working days from Thu 2018-12-20 end on Mon 12-31; with the notice of 12-06 (国办发明电〔2018〕15号: 12-29
    # is worked, 12-31 is off) on Sat 12-29.
    if place.kind == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    facts = {"decision_date": "2018-12-20", "title": "某许可"}
    with place.settings(PEOPLE).open() as office, place.open() as other, place.engine() as engine:
        office.calendars.adopt(known("2018-11-30"), now=at("2018-11-30"))
        if not marked:
            with office.engine.begin() as connection:
                connection.execute(text("DELETE FROM gk_heartbeat WHERE name = 'adopted'"))

        def receive(session: Session) -> None:
            office.receive("permit", "P", day="2018-12-20", facts=facts, now=at("2018-12-21"), session=session)

        with Session(engine.execution_options(isolation_level=isolation)) as session:
            session.execute(text("SELECT count(*) FROM gk_entry"))  # the portal's snapshot
            other.calendars.adopt(known("2018-12-06"), now=at("2018-12-21", "08:00"))
            if isolation != "READ COMMITTED":
                with pytest.raises(Conflict) as error:
                    receive(session)
                assert error.value.code == "busy"
                session.rollback()
            receive(session)
            session.commit()
        assert office.deadlines("P", as_of="2018-12-21")["publish"].last_day == date(2018, 12, 29)
        assert_sound(office)
