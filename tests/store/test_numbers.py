"""Running numbers: one counter for a series, no number twice, nobody waits for another's transaction."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

import gkflow
from gkflow.domain.errors import GkflowError
from gkflow.office import Office
from gkflow.store import numbers
from store.offices import PEOPLE, Place, assert_sound, at
from store.test_page_plans import scans

NOW = at("2026-11-26")
FACTS = {"channel": "in_person"}


def received(office: Office, number: str = "", **more: object) -> str:
    return office.receive("request", number, facts=FACTS, now=NOW, **more).number  # type: ignore[arg-type]  # by name


def test_a_series_goes_on_after_numbers_given_by_hand_and_after_imported_ones(place: Place) -> None:
    with place.settings(PEOPLE).open() as office:
        assert received(office) == "XFJ-2026-0001"
        received(office, "XFJ-2026-0041")
        received(office, "XFJ-2026-0050-补")
        received(office, "XFJ-2026-0099A")
        received(office, "XFJ-2025-0777")
        assert received(office) == "XFJ-2026-0042"
        row = {"case": "XFJ-2026-12345", "workflow": "request", "action": "receive", "day": "2026-11-25", **FACTS}
        assert office.import_register([(2, row)], now=NOW).taken == 1
        assert received(office) == "XFJ-2026-12346"
        assert received(office, unit="XFJ", key="again") == received(office, unit="XFJ", key="again")


def test_a_refused_receipt_and_a_dry_run_draw_no_number(place: Place) -> None:
    with place.settings(PEOPLE).open() as office:
        assert office.receive("request", facts=FACTS, dry_run=True, now=NOW).number == "XFJ-2026-0001"
        for wrong in ({"channel": "鸽子"}, {"origin": "没有"}, {"nobody": "knows"}):
            with pytest.raises(GkflowError):
                office.receive("request", facts={**FACTS, **wrong}, now=NOW)
        assert place.rows("SELECT * FROM gk_number_series") == []
        assert received(office) == "XFJ-2026-0001"


def test_eight_threads_get_eighty_numbers_and_none_twice(place: Place) -> None:
    with place.settings(PEOPLE).open() as office:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: received(office), range(80)))
        assert sorted(found) == [f"XFJ-2026-{n:04d}" for n in range(1, 81)]
        assert_sound(office)


def test_a_portal_that_keeps_its_transaction_open_blocks_no_number_and_no_first_case(place: Place) -> None:
    if place.kind == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    engine = create_engine(place.url, pool_size=1, max_overflow=0, pool_timeout=1)
    with place.settings(PEOPLE).open() as office, gkflow.open(engine, home=place.home) as portal:
        with Session(engine) as session:
            assert received(portal, session=session) == "XFJ-2026-0001"
            there = threading.Thread(target=lambda: found.append(received(office)))
            found: list[str] = []
            there.start()
            there.join(timeout=20)
            assert found == ["XFJ-2026-0002"]
            assert received(portal, session=session) == "XFJ-2026-0003"
            session.rollback()
        # What was rolled back is not given again: somebody may have read it out on the telephone.
        assert received(office) == "XFJ-2026-0004"
        assert [line.case for line in office.cases()] == ["XFJ-2026-0002", "XFJ-2026-0004"]
    engine.dispose()


def test_in_sqlite_a_number_is_rolled_back_with_its_case(place: Place) -> None:
    if place.kind != "sqlite":
        pytest.skip("PostgreSQL draws numbers in transactions of their own")
    engine = create_engine(place.url)
    with place.settings(PEOPLE).open() as office:
        with Session(engine) as session:
            assert received(office, session=session) == "XFJ-2026-0001"
            session.rollback()
        assert received(office) == "XFJ-2026-0001"
    engine.dispose()


def test_a_number_is_drawn_in_the_schema_of_the_session(place: Place) -> None:
    if place.kind == "sqlite":
        pytest.skip("schemas are those of PostgreSQL")
    [(schema,)] = place.rows("SELECT current_schema()")
    other = f"{schema}_other"
    place.sql(f"CREATE SCHEMA {other}")
    with place.settings(PEOPLE).open() as here:
        gkflow.open(place.url.replace(schema, other), home=place.home).close()
        assert received(here) == "XFJ-2026-0001"
        with place.engine() as engine, Session(engine) as session:
            session.execute(text(f"SET search_path TO {other}"))
            assert received(here, session=session) == "XFJ-2026-0001"
            session.commit()
        assert received(here) == "XFJ-2026-0002"


def test_a_desk_whose_connection_was_cut_takes_another(place: Place) -> None:
    if place.kind == "sqlite":
        pytest.skip("a file has no server that could end a connection")
    with place.settings(PEOPLE).open() as office:
        received(office)
        desk = office.store._desk
        assert desk is not None
        with closing(desk._pool.connect()) as idle:
            pid = idle.dbapi_connection.info.backend_pid  # type: ignore[union-attr]  # the driver's own
        place.rows("SELECT pg_terminate_backend(:pid)", {"pid": pid})
        assert received(office) == "XFJ-2026-0002"


def test_the_end_of_a_series_is_found_by_index(place: Place) -> None:
    with place.open() as office:
        received(office)
        statement = numbers._LAST_IN_SQLITE if place.kind == "sqlite" else numbers._LAST_IN_POSTGRES
        assert scans(place, statement, {"prefix": "GK-2026-"}) == []
