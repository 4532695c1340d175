"""Beside the portal's tables: a prefix or a schema, older databases, the portal's own migrations, few rights."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Integer, MetaData, Table, create_engine

import gkflow
from gkflow.cli.app import run
from gkflow.domain.errors import Unfit
from gkflow.office import Office
from gkflow.store.database import Database
from gkflow.store.dialect import PREFIX, dialect_of
from gkflow.store.naming import Naming
from gkflow.store.tables import GUARDED
from store.offices import PEOPLE, Place, a_place, assert_sound, at, open_request, reply, with_few_rights
from store.test_schema import objects, stored


def lived(office: Office) -> None:
    """A life that touches every table."""
    open_request(office, "A", "2022-09-01")
    reply(office, "A", "2022-09-09")
    office.receive("request", facts={"channel": "in_person"}, now=at("2022-09-05"))
    office.tick(at("2022-10-20"))
    office.deliver(at("2022-10-20"))
    office.drafts.keep("A", "note", "later", now=at("2022-10-20"))
    office.ack(number=office.cases(as_of="2022-10-20")[0].case, by="张三", words="知悉", now=at("2022-10-20"))
    assert office.page(as_of="2022-09-06", total=True).total == 2
    assert_sound(office)


def test_a_portal_may_have_tables_of_the_same_names(place: Place) -> None:
    for name in ("notice", "sweep", "entry", "version"):
        place.sql(f"CREATE TABLE {name} (id INTEGER, words TEXT)")
        place.sql(f"INSERT INTO {name} VALUES (1, 'the portal''s')")
    with place.settings(PEOPLE).open() as office:
        lived(office)
    for name in ("notice", "sweep", "entry", "version"):
        assert place.rows(f"SELECT * FROM {name}") == [(1, "the portal's")]
    assert {name for name in objects(place) if not name.startswith(PREFIX)} == {"notice", "sweep", "entry"}


@pytest.mark.parametrize("prefix", ["", "disclosure_"])
def test_the_prefix_is_the_portals_choice(place: Place, prefix: str) -> None:
    place.settings(PEOPLE)
    with gkflow.open(place.url, home=place.home, prefix=prefix) as office:
        lived(office)
        assert office.store.dialect is dialect_of(place.kind == "sqlite", prefix)
    assert f"{prefix}number_series" in objects(place)
    with gkflow.open(place.url, home=place.home, prefix=prefix) as office:
        assert_sound(office)


def test_a_schema_of_its_own(place: Place) -> None:
    place.settings(PEOPLE)
    if place.kind == "sqlite":
        with pytest.raises(Unfit, match="SQLite has none"):
            gkflow.open(place.url, home=place.home, schema="gkflow")
        return
    [(own,)] = place.rows("SELECT current_schema()")
    schema = f"{own}_g"
    engine = create_engine(place.url)
    with gkflow.open(engine, home=place.home, schema=schema) as office:
        lived(office)
        with engine.begin() as portal:
            office.do("A", "note", facts={"text": "x"}, now=at("2022-10-20"), session=portal)
        assert_sound(office)
    engine.dispose()
    assert objects(place) == {}
    assert len(objects(place, schema=schema)) > 20
    place.sql(f"DROP SCHEMA {schema} CASCADE")


def test_two_offices_in_one_database_know_nothing_of_each_other(place: Place) -> None:
    place.settings(PEOPLE)
    (place.home / "other").mkdir()
    with (
        gkflow.open(place.url, home=place.home, prefix="one_") as one,
        gkflow.open(place.url, home=place.home / "other", prefix="other_") as other,
    ):
        for office, number in ((one, "A"), (other, "A"), (other, "B")):
            office.receive("request", number, facts={"channel": "in_person"}, now=at("2022-09-01"))
        one.tick(at("2022-10-20"))
        other.tick(at("2022-10-20"))
        assert [len(office.cases(as_of="2022-10-20")) for office in (one, other)] == [1, 2]
        assert_sound(one)
        assert_sound(other)


@pytest.mark.parametrize("prefix", ["Gk_", "gk-", "1gk", "a" * 40, "gk_; DROP TABLE x", "政务_"])
def test_a_prefix_that_would_need_quotes_is_refused(place: Place, prefix: str) -> None:
    with pytest.raises(Unfit, match="letters a to z"):
        gkflow.open(place.url, home=place.home, prefix=prefix)
    assert objects(place) == {}


def test_a_prefix_is_found_by_the_tables_and_one_that_is_not_there_is_named(place: Place) -> None:
    place.settings(f'[database]\nurl = "{place.url}"\n')
    with gkflow.open(place.url, home=place.home, prefix="zw_") as office:
        office.receive("request", "A", facts={"channel": "in_person"}, now=at("2022-09-01"))
    with gkflow.open(home=place.home) as office:
        assert [line.case for line in office.cases(as_of="2022-09-02")] == ["A"]
    place.settings(f'[database]\nurl = "{place.url}"\nprefix = "gk_"\n')
    with pytest.raises(Unfit, match='begin with "zw_"'):
        gkflow.open(home=place.home)
    place.sql("CREATE TABLE app_version (version_num TEXT)")
    place.sql("CREATE TABLE app_entry (id INTEGER)")
    assert Database(place.url).prefixes() == ["zw_"]


# -- older databases -------------------------------------------------------------------------------------------------


@pytest.fixture
def older(place: Place) -> Place:
    """A database from before there was a prefix, brought to the present schema."""
    stored(place, "0004")
    database = Database(place.url)
    database.migrate()
    database.close()
    return place


def test_an_older_database_keeps_its_names_and_goes_on(older: Place) -> None:
    with older.open() as office:
        office.rebuild(now=at("2022-10-21"))
        open_request(office, "N", "2022-10-21")
        assert_sound(office)
    assert "docket" in objects(older)


def test_an_older_database_is_renamed_with_all_that_is_in_it(older: Place, tmp_path: Path) -> None:
    with older.open() as office:
        office.rebuild(now=at("2022-10-21"))
    entries = older.rows('SELECT * FROM entry ORDER BY "case", seq')
    database = Database(older.url)
    assert database.rename(Naming(PREFIX)) > 20
    assert database.rename(Naming(PREFIX)) == 0
    database.close()
    assert older.rows('SELECT * FROM gk_entry ORDER BY "case", seq') == entries
    with a_place(older.kind, tmp_path / "new") as new:
        new.open().close()
        assert objects(older) == objects(new)
    with older.open() as office:
        open_request(office, "N", "2022-10-21")
        assert office.receive("request", facts={"channel": "in_person"}, now=at("2022-10-21")).number
        assert_sound(office)
    for table in GUARDED:
        if older.rows(f"SELECT 1 FROM gk_{table} LIMIT 1"):
            with pytest.raises(Exception, match="append-only"):
                older.sql(f"DELETE FROM gk_{table}")


def test_tables_move_into_a_schema(older: Place) -> None:
    if older.kind == "sqlite":
        pytest.skip("schemas are those of PostgreSQL")
    [(own,)] = older.rows("SELECT current_schema()")
    database = Database(older.url)
    database.rename(Naming("", f"{own}_g"))
    database.close()
    with gkflow.open(older.url, home=older.home, schema=f"{own}_g") as office:
        office.rebuild(now=at("2022-10-21"))
        open_request(office, "N", "2022-10-21")
        assert_sound(office)
    assert objects(older) == {}
    older.sql(f"DROP SCHEMA {own}_g CASCADE")


def test_an_older_office_beside_a_newer_one_has_to_be_named(older: Place) -> None:
    gkflow.open(older.url, home=older.home, prefix=PREFIX).close()
    with pytest.raises(Unfit, match="several offices"):
        older.open()
    gkflow.open(older.url, home=older.home, prefix="").close()


# -- the portal's migrations -----------------------------------------------------------------------------------------


def test_a_portal_migrates_in_its_own_transaction(place: Place) -> None:
    engine = create_engine(place.url)
    with engine.connect() as connection:
        gkflow.migrate(connection)
        connection.rollback()
    assert objects(place) == {}
    with engine.begin() as connection:
        assert gkflow.migrate(connection) == gkflow.migrate(connection)
    engine.dispose()
    with place.settings(PEOPLE).open() as office:
        lived(office)


def test_a_portal_migrates_an_older_database(place: Place) -> None:
    stored(place, "0004")
    engine = create_engine(place.url)
    with engine.begin() as connection:
        gkflow.migrate(connection)
    engine.dispose()
    with place.open() as office:
        office.rebuild(now=at("2022-10-21"))
        assert_sound(office)


def test_the_portals_alembic_leaves_the_tables_alone(place: Place) -> None:
    place.open().close()
    portal = MetaData()
    Table("application", portal, Column("id", Integer, primary_key=True))
    ours = gkflow.metadata()

    def include_object(item: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
        return not (kind == "table" and reflected and name in ours.tables)

    with place.engine() as engine, engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": include_object})
        changes = compare_metadata(context, portal)
    assert [change[0] for change in changes] == ["add_table"]


# -- few rights ------------------------------------------------------------------------------------------------------


def test_a_role_that_may_only_add_to_the_record_works_and_sweeps(place: Place) -> None:
    if place.kind == "sqlite":
        pytest.skip("SQLite has no roles")
    place.settings(PEOPLE).open().close()
    with with_few_rights(place) as few:
        with few.open() as office:
            lived(office)
            office.calendars.adopt(now=at("2022-10-21"))
            office.rebuild(now=at("2022-10-21"))
        for statement in (
            "UPDATE gk_entry SET facts = '{}'", "DELETE FROM gk_entry", "TRUNCATE gk_entry",
            "DELETE FROM gk_escalation", "DELETE FROM gk_notice", "DROP TABLE gk_draft",
            "ALTER TABLE gk_entry DISABLE TRIGGER ALL",
        ):  # fmt: skip
            with pytest.raises(Exception, match=r"permission denied|must be owner"):
                few.sql(statement)


def test_the_rights_are_those_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(("db", "grants", "portal", "--schema", "gkflow")) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed == [f"{statement};" for statement in gkflow.grants("portal", prefix="", schema="gkflow")]
    assert "GRANT SELECT, INSERT ON gkflow.entry TO portal;" in printed
    for table in GUARDED:
        assert not [line for line in printed if f"gkflow.{table} " in line and ("UPDATE" in line or "DELETE" in line)]


def test_the_command_renames_once(
    older: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GKFLOW_HOME", str(older.home))
    monkeypatch.setenv("GKFLOW_DATABASE_URL", older.url)
    assert [run(("db", "rename")), run(("db", "改名"))] == [0, 0]
    first, second = capsys.readouterr().out.splitlines()
    assert "gk_" in first
    assert "已经" in second
    assert run(("db", "nothing")) != 0
