"""Statements that others watch: every one reaches SQLAlchemy's listeners and OpenTelemetry, with its values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session

import gkflow
from gkflow.domain.errors import GkflowError
from gkflow.office import Office
from gkflow.store.watched import WatchedCursor, is_watched
from store.offices import PEOPLE, Place, assert_sound, at, open_request, reply

NOW = at("2022-09-05")
FACTS = {"channel": "in_person"}


@contextmanager
def heard(target: Any) -> Iterator[list[tuple[str, Any]]]:
    """The statements that a listener hears, with their values, once each has been executed."""
    found: list[tuple[str, Any]] = []

    def after(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        assert isinstance(connection, Connection)
        assert context.cursor is cursor
        found.extend((statement, each) for each in (values if many else [values]))

    event.listen(target, "after_cursor_execute", after)
    try:
        yield found
    finally:
        event.remove(target, "after_cursor_execute", after)


def entries_in(found: list[tuple[str, Any]]) -> list[Any]:
    return [values for text, values in found if text.startswith("INSERT INTO gk_entry ")]


@pytest.fixture
def engine(place: Place) -> Iterator[Engine]:
    engine = create_engine(place.url)
    yield engine
    engine.dispose()


@pytest.fixture
def lived(place: Place) -> Iterator[Office]:
    with place.settings(PEOPLE).open() as office:
        open_request(office, "A", "2022-09-01")
        yield office


def test_a_listener_of_the_offices_own_engine_hears_every_statement(lived: Office, place: Place) -> None:
    with heard(lived.engine) as found:
        lived.do("A", "note", facts={"text": "电话联系"}, now=NOW)
    [values] = entries_in(found)
    assert "A" in values
    assert any("电话联系" in str(value) for value in values)
    assert any("gk_docket" in text for text, _ in found)
    assert len(place.rows("SELECT 1 FROM gk_entry")) == 4, "and it is committed"
    assert_sound(lived)


@pytest.mark.parametrize("on", ["engine", "connection"])
@pytest.mark.parametrize("how", [Session, Engine.connect])
def test_a_listener_of_the_caller_hears_every_statement(
    lived: Office, engine: Engine, on: str, how: Callable[[Engine], Any]
) -> None:
    with how(engine) as session:
        connection = session.connection() if isinstance(session, Session) else session
        with heard(engine if on == "engine" else connection) as found:
            lived.do("A", "note", facts={"text": "x"}, now=NOW, session=session)
            lived.tick(NOW, session=session)
            assert len(lived.cases(session=session)) == 1
        assert len(entries_in(found)) == 1
        session.rollback()
    assert lived.case("A", as_of="2022-09-05").seq == 3
    with how(engine) as session:
        lived.do("A", "note", facts={"text": "x"}, now=NOW, session=session)
        session.commit()
    assert_sound(lived)


def test_a_life_under_watch_writes_what_a_life_without_writes(place: Place, tmp_path: Any) -> None:
    from store.offices import a_place

    def live(at_place: Place, watched: bool) -> list[Any]:
        with at_place.settings(PEOPLE).open() as office:
            with heard(office.engine if watched else create_engine("sqlite://")) as found:
                open_request(office, "A", "2022-09-01", applicant_name="100%“反\\斜杠'引号")
                office.receive("request", facts=FACTS, now=at("2022-09-02"))
                rows = [{"case": f"R{n}", "workflow": "request", "day": "2022-09-01", "action": "receive"}
                        for n in range(30)]  # fmt: skip
                office.import_register(list(enumerate(rows, 2)), now=at("2022-09-02"))
                office.tick(at("2022-09-29"))
                reply(office, "A", "2022-09-30")
                with pytest.raises(GkflowError):
                    office.do("A", "reply", now=at("2022-09-30"))
                office.deliver(at("2022-09-30"))
                office.rebuild(now=at("2022-09-30"))
                assert bool(found) is watched
            assert_sound(office)
            return [
                at_place.rows(f"SELECT * FROM {table} ORDER BY 1, 2")
                for table in ("gk_docket", "gk_clock", "gk_entry", "gk_escalation")
            ]

    with a_place(place.kind, tmp_path / "other") as other:
        assert live(place, True) == live(other, False)


def test_a_listener_that_changes_a_statement_is_obeyed(lived: Office) -> None:
    """As OpenTelemetry's comments in SQL are."""
    texts: list[str] = []

    def comment(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> tuple[str, Any]:
        return f"{statement} /* portal */", values

    event.listen(lived.engine, "before_cursor_execute", comment, retval=True)
    with heard(lived.engine) as found:
        assert len(lived.cases(as_of="2022-09-05")) == 1
    texts = [text for text, _ in found]
    assert texts
    assert all(text.endswith("/* portal */") for text in texts)


def test_without_a_listener_the_drivers_own_cursor_is_used(lived: Office) -> None:
    assert not is_watched(lived.engine)
    with lived.store.reading() as ledger:
        assert not isinstance(ledger.cursor.cursor, WatchedCursor)
    with heard(lived.engine), lived.store.reading() as ledger:
        assert isinstance(ledger.cursor.cursor, WatchedCursor)


def test_an_error_under_watch_is_the_same_error(lived: Office, engine: Engine, place: Place) -> None:
    failed: list[Any] = []
    event.listen(engine, "handle_error", failed.append)
    with engine.connect() as connection, heard(connection):
        if place.kind == "sqlite":
            connection.exec_driver_sql("PRAGMA query_only=ON")
        else:
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        with pytest.raises(GkflowError) as refused:
            lived.do("A", "note", facts={"text": "x"}, now=NOW, session=connection)
    assert refused.value.code == "database_readonly"
    assert type(refused.value.__cause__).__module__.partition(".")[0] in ("sqlite3", "psycopg")
    assert failed, "the listener hears of it"


def test_opentelemetry_sees_every_statement_of_the_office_and_of_its_callers(
    lived: Office, engine: Engine, place: Place
) -> None:
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    instrumentor = SQLAlchemyInstrumentor()
    # It declares SQLAlchemy < 2.1, and works on 2.1.
    instrumentor.instrument(engines=[lived.engine, engine], tracer_provider=provider, skip_dep_check=True)
    try:
        lived.do("A", "note", facts={"text": "x"}, now=NOW)
        with Session(engine) as session:
            lived.do("A", "note", facts={"text": "y"}, now=NOW, session=session)
            session.commit()
    finally:
        instrumentor.uninstrument()
    statements = [str((span.attributes or {}).get("db.statement", "")) for span in spans.get_finished_spans()]
    assert len([text for text in statements if text.startswith("INSERT INTO gk_entry ")]) == 2
    assert {(span.attributes or {}).get("db.system") for span in spans.get_finished_spans()} == {
        "sqlite" if place.kind == "sqlite" else "postgresql"
    }
    assert_sound(lived)


def test_an_office_opened_after_opentelemetry_is_seen_from_its_first_statement(place: Place) -> None:
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    instrumentor = SQLAlchemyInstrumentor()
    instrumentor.instrument(tracer_provider=provider, skip_dep_check=True)  # every engine that is created from now on
    try:
        with gkflow.open(place.url, home=place.home) as office:
            office.receive("request", facts=FACTS, now=NOW)
    finally:
        instrumentor.uninstrument()
    statements = [str((span.attributes or {}).get("db.statement", "")) for span in spans.get_finished_spans()]
    assert any(text.startswith("INSERT INTO gk_entry ") for text in statements)
    assert any("CREATE TABLE gk_entry" in text for text in statements)
    assert any("gk_number_series" in text for text in statements), "the number is drawn in view, too"
