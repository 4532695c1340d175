"""Embedding: a portal's own row, the case's entry and its messages stand or fall together."""

from __future__ import annotations

import ast
import json
import pydoc
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine
from sqlmodel import Field, Session, SQLModel, select

import gkflow
from gkflow.office import Office
from store.offices import Place, at

DAY = at("2022-09-13")


class PortalRequest(SQLModel, table=True):
    """A row of the portal's own."""

    __tablename__ = "portal_request"
    id: int | None = Field(default=None, primary_key=True)
    text: str
    case_number: str = ""


@pytest.fixture
def engine(place: Place) -> Iterator[Engine]:
    """The portal's engine: made by itself, with nothing of gkflow's."""
    options = {"connect_args": {"timeout": 2}} if place.kind == "sqlite" else {}
    engine = create_engine(place.url, **options)
    SQLModel.metadata.create_all(engine, tables=[PortalRequest.__table__])
    yield engine
    engine.dispose()


@pytest.fixture
def office(place: Place, engine: Engine) -> Office:
    office = gkflow.open(engine, home=place.home)
    office.adopt_first()
    return office


TABLES = ("portal_request", "gk_entry", "gk_docket", "gk_clock", "gk_notice", "gk_edition")


def counts(place: Place) -> dict[str, int]:
    return {table: len(place.rows(f"SELECT 1 FROM {table}")) for table in TABLES}


def take_in(office: Office, session: Session) -> str:
    """What a portal does with an application."""
    row = PortalRequest(text="请公开某规划")
    session.add(row)
    session.flush()
    received = office.receive(
        "request", title=row.text, facts={"channel": "internet", "confirmed": "2022-09-13"}, key=f"portal-{row.id}",
        now=DAY, session=session,
    )  # fmt: skip
    row.case_number = received.number
    office.do(received.number, "register", now=DAY, session=session)
    office.do(received.number, "assign", facts={"officer": "张三"}, key=f"assign-{row.id}", now=DAY, session=session)
    return received.number


def test_a_portal_rolls_back_and_nothing_is_left(place: Place, engine: Engine, office: Office) -> None:
    with Session(engine) as session:
        number = take_in(office, session)
        # Inside its own transaction the portal sees all of it.
        assert office.case(number, as_of="2022-09-13", session=session).state == "assigned"
        assert len(office.cases(as_of="2022-09-13", session=session)) == 1
        session.rollback()
    assert counts(place) == dict.fromkeys(TABLES, 0)
    with Session(engine) as session:
        again = take_in(office, session)  # the keys are free again, and in SQLite the number
        session.commit()
    assert again == (number if place.kind == "sqlite" else "UNIT-2022-0002")
    assert office.verify()[2] == ()


def test_a_portal_commits_and_all_of_it_is_there(place: Place, engine: Engine, office: Office) -> None:
    with Session(engine) as session:
        number = take_in(office, session)
        assert counts(place) == dict.fromkeys(TABLES, 0), "no verb commits"
        session.commit()
    found = counts(place)
    assert (found["portal_request"], found["gk_entry"], found["gk_docket"]) == (1, 3, 1)
    assert found["gk_notice"] >= 2
    with Session(engine) as session:
        assert session.exec(select(PortalRequest)).one().case_number == number
    assert office.verify()[2] == ()
    assert office.rebuild(dry_run=True)[1] == ()


def test_a_failure_of_the_portal_after_the_verb_leaves_nothing(place: Place, engine: Engine, office: Office) -> None:
    def fails() -> None:
        with Session(engine) as session, session.begin():
            take_in(office, session)
            raise RuntimeError("the portal stumbles")

    with pytest.raises(RuntimeError):
        fails()
    assert counts(place) == dict.fromkeys(TABLES, 0)


def test_a_refusal_of_gkflow_leaves_the_portal_its_transaction(place: Place, engine: Engine, office: Office) -> None:
    with Session(engine) as session:
        number = take_in(office, session)
        with pytest.raises(gkflow.Refused):
            office.do(number, "deliver", now=DAY, session=session)
        session.commit()
    assert counts(place)["gk_entry"] == 3


def test_a_retry_of_the_portal_does_nothing_twice(place: Place, engine: Engine, office: Office) -> None:
    for _ in range(2):
        with Session(engine) as session:
            row = session.exec(select(PortalRequest)).first() or PortalRequest(text="请公开某规划")
            session.add(row)
            session.flush()
            office.receive("request", facts={"channel": "in_person"}, key=f"portal-{row.id}", now=DAY, session=session)
            session.commit()
    assert (counts(place)["portal_request"], counts(place)["gk_entry"]) == (1, 1)


def test_the_office_sweeps_and_delivers_on_the_engine_of_the_portal(
    place: Place, engine: Engine, office: Office
) -> None:
    with Session(engine) as session:
        take_in(office, session)
        session.commit()
    office.tick(at("2022-10-08"))
    office.tick(at("2022-10-17"))
    assert [e.step for e in office.escalations() if e.clock == "reply"] == [-5, -2, 0, 1]
    assert office.deliver(at("2022-10-17")).delivered >= 3
    assert office.verify()[2] == ()


def test_the_first_call_of_a_portal_may_be_inside_its_transaction(place: Place, engine: Engine) -> None:
    office = gkflow.open(engine, home=place.home)  # a new database, whose calendar nobody has adopted yet
    with Session(engine) as session:
        take_in(office, session)
        session.commit()
    assert counts(place)["gk_entry"] == 3


def test_import_sweep_and_acknowledgement_join_the_transaction_of_the_portal(
    place: Place, engine: Engine, office: Office
) -> None:
    rows = [(2, {"case": "R-1", "workflow": "request", "day": "2022-08-01", "action": "receive"})]
    with Session(engine) as session:
        assert office.import_register(rows, session=session, now=DAY).taken == 1
        assert office.tick(DAY, session=session).reached > 0
        first = office.escalations(session=session)[0]
        assert office.ack([first.id], by="李四", words="已阅", session=session) == [first.id]
        session.rollback()
    assert office.cases(include_closed=True) == []
    assert office.escalations() == []
    assert place.rows("SELECT 1 FROM gk_sweep") == []


def test_the_engine_stays_the_portals_when_the_office_closes(engine: Engine, office: Office) -> None:
    with Session(engine) as session:
        session.add(PortalRequest(text="x"))
        office.close()
        session.commit()


WATCH = """
import json, sys, time
opened = []
banned = ("open", "sqlite3.connect", "socket.connect")
def watch(event, args):
    if event in banned and not str(args[0]).endswith((".py", ".pyc")) and "__pycache__" not in str(args[0]):
        opened.append(f"{event} {args[0]}")
before = set(sys.modules)
sys.addaudithook(watch)
began = time.perf_counter()
import gkflow
took = time.perf_counter() - began
after_import = list(opened)
names = sorted(set(sys.modules) - before)
print(json.dumps({"opened": after_import, "modules": names, "took": took}))
"""


def test_importing_gkflow_reads_no_file_opens_no_database_and_loads_next_to_nothing() -> None:
    ran = subprocess.run([sys.executable, "-c", WATCH], capture_output=True, text=True, check=True)
    found = json.loads(ran.stdout)
    print(f"import gkflow: {found['took'] * 1000:.1f} ms")
    assert found["opened"] == []
    loaded = {name.partition(".")[0] for name in found["modules"]}
    heavy = (
        "sqlalchemy sqlmodel pydantic alembic yaml typer rich apscheduler transitions chinese_calendar holidays httpx"
        " structlog sqlite3 psycopg openpyxl dateutil"
    )
    assert loaded & set(heavy.split()) == set()
    assert [name for name in found["modules"] if name.startswith("gkflow.")] == []


def test_the_help_of_the_package_fits_a_person_and_names_everything() -> None:
    text = pydoc.plain(pydoc.render_doc(gkflow))
    assert len(text.splitlines()) < 100
    described = text.partition("PACKAGE CONTENTS")[0]
    assert [name for name in gkflow.NAMES if not re.search(rf"\b{name}\b", described)] == []


def test_type_checkers_know_the_names_that_there_are() -> None:
    tree = ast.parse(Path(gkflow.__file__).read_text(encoding="utf-8"))
    exported = next(
        ast.literal_eval(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__"
    )
    assert tuple(exported) == gkflow.NAMES


def test_the_names_of_the_package_come_when_they_are_asked_for() -> None:
    for name in gkflow.NAMES:
        assert getattr(gkflow, name) is not None
    assert set(gkflow.NAMES) <= set(dir(gkflow))
    with pytest.raises(AttributeError):
        _ = gkflow.nothing


def test_a_connection_of_sqlalchemy_does_for_a_session(engine: Engine, office: Office) -> None:
    with engine.begin() as connection:
        office.receive("request", number="C-1", day="2026-03-02", facts={"channel": "in_person"}, session=connection)
    with engine.connect() as connection:
        office.receive("request", number="C-2", day="2026-03-02", facts={"channel": "in_person"}, session=connection)
        assert len(office.cases(session=connection)) == 2
        connection.rollback()
    assert [line.case for line in office.cases()] == ["C-1"]


def test_a_session_of_another_database_is_refused_with_what_to_do(office: Office, tmp_path: Path) -> None:
    with Session(create_engine(f"sqlite:///{tmp_path}/other.db")) as session, pytest.raises(gkflow.Unfit) as unfit:
        office.page(session=session)
    assert unfit.value.code == "no_tables"
