"""The schema: one truth in tables and migrations, refused when it is another, SQLite set as it must be."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, inspect

import gkflow
from gkflow.domain.errors import Unfit
from gkflow.domain.recalculation_key import READ, STILL
from gkflow.office import Office
from gkflow.store.database import Database
from gkflow.store.migrate import MIGRATIONS, SCHEMA
from gkflow.store.migrations.versions.v0006_columns import key_of
from gkflow.store.tables import GUARDED, EntryRow
from store.offices import PEOPLE, Place, a_place, assert_sound, at, open_request, reply

# What SQLite learned after 3.35.
NEWER = re.compile(
    r"\bSTRICT\b|->>?|\b(?:RIGHT|FULL)\s+(?:OUTER\s+)?JOIN\b|DISTINCT FROM|\b(?:unixepoch|format|concat|concat_ws|"
    r"string_agg|octet_length|timediff|jsonb?_\w+|if)\s*\(",
    re.I,
)


def differences(place: Place) -> list[Any]:
    """Where the tables of the database are not those that the code declares."""
    # An index for each database; Alembic does not ask ``ddl_if``, nor compare indexes of expressions in SQLite.
    others = {"docket_series", "docket_series_c"}
    opts = {
        "compare_type": True,
        "version_table": "gkflow_version",
        "include_object": lambda item, name, kind, reflected, other: name not in others,
    }
    with place.engine() as engine, engine.connect() as connection:
        found: list[Any] = compare_metadata(MigrationContext.configure(connection, opts=opts), EntryRow.metadata)
        return found


def test_a_new_database_is_what_the_tables_say(place: Place) -> None:
    gkflow.open(place.url, home=place.home, prefix="").close()
    assert differences(place) == []


def objects(place: Place, prefix: str = "", schema: str | None = None) -> dict[str, Any]:
    """All that a database says of its tables, without the prefix."""

    def bare(name: str | None) -> str:
        return str(name).removeprefix(prefix)

    with place.engine() as engine:
        seen, named = inspect(engine), place.kind != "sqlite"  # in SQLite a constraint is no object of its own
        found: dict[str, Any] = {}
        for name in seen.get_table_names(schema=schema):
            if not name.endswith("version"):
                found[bare(name)] = [
                    sorted((c["name"], str(c["type"]), c["nullable"]) for c in seen.get_columns(name, schema=schema)),
                    sorted(
                        (bare(x["name"]), str(x.get("expressions") or x["column_names"]), str(x["unique"]))
                        for x in seen.get_indexes(name, schema=schema)
                    ),
                    sorted(map(str, seen.get_pk_constraint(name, schema=schema)["constrained_columns"])),
                    sorted(
                        (bare(x["name"]) if named else "", x["column_names"])
                        for x in seen.get_unique_constraints(name, schema=schema)
                    ),
                    [bare(x["referred_table"]) for x in seen.get_foreign_keys(name, schema=schema)],
                ]
        return found


def test_a_new_database_is_what_the_migrations_make_of_an_old_one(place: Place, tmp_path: Path) -> None:
    with a_place(place.kind, tmp_path / "old") as old:
        stored(old, "0001")
        database = Database(old.url)
        database.migrate()
        database.close()
        place.open().close()
        new, migrated = objects(place, "gk_"), objects(old)
        assert len(new) > 20
        assert {"entry", "notice", "number_series"} < set(new)
        for name in new:
            assert new[name] == migrated[name], name
        assert set(new) == set(migrated)


def test_the_schema_named_by_the_code_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA]


@pytest.mark.parametrize(("found", "mend"), [("0000", "gkflow init"), ("9999", "pip install -U gkflow")])
def test_another_schema_is_refused_and_the_command_that_mends_it_named(
    place: Place, office: Office, found: str, mend: str
) -> None:
    place.sql("UPDATE gk_version SET version_num = :found", {"found": found})
    with pytest.raises(Unfit) as refused:
        gkflow.open(place.url, home=place.home)
    assert refused.value.code == "schema_version"
    for word in (found, SCHEMA, mend):
        assert word in str(refused.value)


def test_migrations_run_twice_change_nothing(place: Place, office: Office) -> None:
    open_request(office, "A", "2022-09-01")
    entries = place.rows("SELECT * FROM gk_entry ORDER BY seq")
    office.store.migrate()
    assert place.rows("SELECT * FROM gk_entry ORDER BY seq") == entries
    assert office.verify()[2] == ()


def test_the_alembic_of_a_portal_in_the_same_database_is_left_alone(place: Place) -> None:
    place.sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    place.sql("INSERT INTO alembic_version VALUES ('portal-17')")
    with place.open() as office:
        open_request(office, "A", "2022-09-01")
    assert place.rows("SELECT version_num FROM alembic_version") == [("portal-17",)]


@pytest.mark.parametrize(("synchronous", "level"), [("full", 2), ("normal", 1)])
def test_every_sqlite_connection_is_durable_and_checks_its_keys(place: Place, synchronous: str, level: int) -> None:
    if place.kind != "sqlite":
        pytest.skip("settings of SQLite")
    database = Database(place.url, synchronous=synchronous)
    database.migrate()
    with database.writing() as ledger:
        found = {
            name: ledger.cursor.verbatim(f"PRAGMA {name}")[0][0]
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
        patience = ledger.cursor.verbatim("PRAGMA busy_timeout")[0][0]
    database.close()
    assert found == {"journal_mode": "wal", "synchronous": level, "foreign_keys": 1}
    assert patience >= 5_000


def test_a_writer_takes_the_write_lock_at_its_very_beginning(place: Place, office: Office) -> None:
    if place.kind != "sqlite":
        pytest.skip("locks of SQLite")
    other = sqlite3.connect(place.home / "gkflow.db", timeout=0, isolation_level=None)
    with office.store.writing(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    with office.store.reading() as ledger:
        ledger.lists.counts()
        other.execute("BEGIN IMMEDIATE")  # a reader stands in nobody's way
        other.execute("ROLLBACK")
    other.close()


def test_no_statement_wants_a_sqlite_newer_than_3_35(place: Place) -> None:
    if place.kind != "sqlite":
        pytest.skip("statements of SQLite")
    said: list[str] = []
    database = Database(place.url)
    event.listen(database.engine, "connect", lambda driver, _: driver.set_trace_callback(said.append))
    database.migrate()
    with place.open() as settled:
        office = Office(database, settled.settings)
        open_request(office, "A", "2022-09-01")
        open_request(office, "B", "2022-09-01")
        reply(office, "A", "2022-09-20")
        office.tick(at("2022-09-28"))
        office.tick(at("2022-10-20"))
        office.deliver(at("2022-10-20"))
        office.ack(number="B", by="王五", words="知悉", now=at("2022-10-20"))
        office.cases(as_of="2022-10-10", overdue=True)
        office.cases(as_of="2022-10-10", include_closed=True)
        office.notices("delivered", number="B", limit=3)
        office.verify()
        office.rebuild(now=at("2022-10-20"))
        office.doctor(at("2022-10-20"))
        office.close()
    database.close()
    assert any("RETURNING" in statement for statement in said)
    assert [statement for statement in said if NEWER.search(re.sub(r"'[^']*'", "''", statement))] == []


@pytest.mark.parametrize("table", GUARDED)
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
def test_what_is_on_record_is_neither_changed_nor_removed(place: Place, office: Office, table: str, verb: str) -> None:
    _with_everything(office)
    before = place.rows(f"SELECT * FROM gk_{table}")
    assert before
    columns = {"entry": '"by"', "escalation": "kind", "acknowledgement": "words", "rules_edition": "data"}
    column = columns.get(table, "hash")
    statement = f"UPDATE gk_{table} SET {column} = 'x'" if verb == "UPDATE" else f"DELETE FROM gk_{table}"
    with pytest.raises(Exception, match=f"{table} is append-only"):
        place.sql(statement)
    assert place.rows(f"SELECT * FROM gk_{table}") == before


def test_a_sweep_that_is_done_is_neither_changed_nor_removed(place: Place, office: Office) -> None:
    _with_everything(office)
    before = place.rows("SELECT * FROM gk_sweep")
    for statement in ("UPDATE gk_sweep SET steps = 99", "UPDATE gk_sweep SET hash = NULL", "DELETE FROM gk_sweep"):
        with pytest.raises(Exception, match="sweep is append-only"):
            place.sql(statement)
    assert place.rows("SELECT * FROM gk_sweep") == before


@pytest.mark.parametrize("table", [*GUARDED, "sweep"])
def test_the_record_cannot_be_emptied_in_one_stroke(place: Place, office: Office, table: str) -> None:
    if place.kind == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    _with_everything(office)
    with pytest.raises(Exception, match="append-only"):
        place.sql(f"TRUNCATE gk_{table} CASCADE")
    assert office.verify()[2] == ()


def _with_everything(office: Office) -> None:
    open_request(office, "A", "2022-09-01")
    office.tick(at("2022-09-20"))
    office.tick(at("2022-10-10"))
    office.ack(number="A", by="张三", words="已知悉", now=at("2022-10-10"))
    office.unsweep(now=at("2022-10-09"))


# -- from 0001 to 0002 ----------------------------------------------------------------------------------------------

FIRST = ("entry", "docket", "clock", "sweep", "escalation", "acknowledgement", "notice", "edition", "pulse")
RENAMED = {"pulse": "heartbeat"}  # since the sixth
_NAMES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
    "postgres": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
}


def _tables(place: Place) -> set[str]:
    return {name for (name,) in place.rows(_NAMES[place.kind])}


def _contents(place: Place) -> dict[str, list[Any]]:
    there = _tables(place)
    names = {name: name if name in there else RENAMED[name] for name in (*FIRST, "calendar_edition")}
    return {name: sorted(place.rows(f"SELECT * FROM {table}"), key=repr) for name, table in names.items()}


STORED = Path(__file__).parent / "stored"


def stored(place: Place, version: str) -> Place:
    """
    A database as that version of gkflow wrote it, with a life in it: cases, steps, notices sent and waiting, an
    acknowledgement. The files are dumps (sqlite3 .dump, pg_dump --inserts) and are never made anew.
    """
    place.settings(PEOPLE)
    script = (STORED / f"{version}.{place.kind}.sql").read_text(encoding="utf-8")
    if place.kind == "sqlite":
        with closing(sqlite3.connect(place.home / "gkflow.db")) as database:
            database.executescript(script)
        return place
    with place.engine() as engine, closing(engine.raw_connection()) as connection:
        connection.cursor().execute(script)
        connection.commit()
    return place


@pytest.fixture
def of_the_first_schema(place: Place) -> Place:
    return stored(place, "0001")


@pytest.mark.parametrize("version", ["0001", "0004"])
def test_a_record_of_an_earlier_version_verifies_and_is_rebuilt_equal(place: Place, version: str) -> None:
    stored(place, version)
    entries = place.rows('SELECT "case", seq, hash FROM entry ORDER BY "case", seq')
    assert len(entries) == 8
    database = Database(place.url)
    database.migrate()
    database.close()
    with place.open() as office:
        cases, sweeps, breaches = office.verify(caches=None)
        assert (cases, sweeps, breaches) == (3, 23, ())
        assert office.rebuild(dry_run=True, now=at("2022-10-21")) == (3, ())
        assert office.rebuild(now=at("2022-10-21")) == (3, ())
        assert place.rows('SELECT "case", seq, hash FROM entry ORDER BY "case", seq') == entries
        assert_sound(office)


def test_a_database_of_the_first_schema_has_neither_drafts_nor_subscriptions(of_the_first_schema: Place) -> None:
    place = of_the_first_schema
    assert place.rows("SELECT version_num FROM gkflow_version") == [("0001",)]
    assert not {"draft", "subscription"} & _tables(place)
    assert all(_contents(place).values()), "there is something in every table"


def test_a_database_of_the_first_schema_is_refused_until_it_is_brought_up(of_the_first_schema: Place) -> None:
    before = _contents(of_the_first_schema)
    with pytest.raises(Unfit) as refused:
        of_the_first_schema.open()
    assert refused.value.code == "schema_version"
    for word in ("0001", SCHEMA, "gkflow init"):
        assert word in str(refused.value)
    assert _contents(of_the_first_schema) == before


def test_a_database_of_the_first_schema_comes_to_the_second_with_everything_in_it(of_the_first_schema: Place) -> None:
    place = of_the_first_schema
    before = _contents(place)
    database = Database(place.url)
    database.migrate()
    database.close()
    assert place.rows("SELECT version_num FROM gkflow_version") == [(SCHEMA,)]
    after = _contents(place)
    assert {row[-2:] for row in after["clock"]} == {('"record"', "")}, "what a clock of before rests on, nobody knows"
    after["clock"] = [row[:-2] for row in after["clock"]]
    drawn = ("9999-12-31", "9999-12-31", "9999-12-31", "", "", "")
    assert {tuple(map(str, row[-6:])) for row in after["docket"]} == {drawn}, "revisions come with a rebuild"
    after["docket"] = [row[:-7] for row in after["docket"]]
    after["acknowledgement"] = [row[:-2] for row in after["acknowledgement"]]
    assert {row[-3:] for row in after["notice"]} == {(None, 0, None)}, "none was refused, urgent or a subscriber's"
    after["notice"] = [row[:-3] for row in after["notice"]]
    assert {row[-1] for row in after["entry"]} == {None}, "who was at the machine, nobody knows"
    after["entry"] = [row[:-1] for row in after["entry"]]
    assert {row[-1] for row in after["escalation"]} == {None}, "each was sealed with its day"
    after["escalation"] = [row[:-1] for row in after["escalation"]]
    for table in ("sweep", "escalation"):
        assert {row[-1] for row in after[table]} == {0}, "nothing had been taken back"
        after[table] = [row[:-1] for row in after[table]]
    # What heartbeats said in words has columns now.
    heads = {name: tuple(words.split()) for name, _, words in before["pulse"] if name in ("sweep", "seal")}
    assert {chain: (link, hash_) for chain, link, hash_ in place.rows("SELECT * FROM chain_head")} == heads
    thresholds = {
        (name, f"{step}:{day}")
        for name, step, day in place.rows("SELECT 'ladder ' || ladder, step, last_day FROM ladder_threshold")
    }
    assert thresholds == {
        (name, pair) for name, _, words in before["pulse"] if name.startswith("ladder ") for pair in words.split()
    }
    assert thresholds, "the first schema's office had swept"
    moved = ("sweep", "seal", "ladder ")
    before["pulse"] = [row for row in before["pulse"] if not row[0].startswith(moved)]
    assert after == before
    assert (place.rows("SELECT * FROM draft"), place.rows("SELECT * FROM subscription")) == ([], [])
    assert differences(place) == []


def test_what_came_from_the_first_schema_goes_on_as_if_nothing_had_happened(of_the_first_schema: Place) -> None:
    place = of_the_first_schema
    database = Database(place.url)
    database.migrate()
    database.close()
    with place.open() as office:
        assert_sound(office)
        assert office.case("A", as_of="2022-10-20").state == "replied"
        assert office.case("C", as_of="2022-10-20").first.remarks == {"备注栏": "旧台账"}
        waiting = len(office.notices("waiting"))
        assert office.deliver(at("2022-10-20")).delivered == waiting > 0
        # The day is swept already, and the next is the next.
        assert office.tick(at("2022-10-20")).days == ()
        assert [str(day) for day in office.tick(at("2022-10-21")).days] == ["2022-10-21"]
        id_ = office.drafts.keep("B", "reply", "缺送达方式", facts={"decision": "D-PUB"}, now=at("2022-10-21"))
        assert office.drafts.enter(id_, facts={"method": "posted"}, now=at("2022-10-21")).state == "replied"
        token = office.subscriptions.add("甲", "file", now=at("2022-10-21")).token
        assert office.subscriptions.leave(token, now=at("2022-10-21")) == 0
        assert_sound(office)


@pytest.mark.parametrize("table", ["entry", "escalation", "acknowledgement", "sweep"])
def test_the_guards_of_the_first_schema_still_stand_after_the_second(of_the_first_schema: Place, table: str) -> None:
    database = Database(of_the_first_schema.url)
    database.migrate()
    database.close()
    of_the_first_schema.open().close()  # the rules are adopted when it is next opened
    with pytest.raises(Exception, match=f"{table} is append-only"):
        of_the_first_schema.sql(f"DELETE FROM {table}")


def test_brought_up_twice_it_is_brought_up_once(of_the_first_schema: Place) -> None:
    database = Database(of_the_first_schema.url)
    database.migrate()
    with of_the_first_schema.open() as office:
        office.drafts.keep("B", "note", "…", now=at("2022-10-21"))
    before = (_contents(of_the_first_schema), of_the_first_schema.rows("SELECT * FROM draft"))
    database.migrate()
    database.close()
    assert (_contents(of_the_first_schema), of_the_first_schema.rows("SELECT * FROM draft")) == before


def test_a_subscribers_message_of_before_is_buried_when_he_leaves(place: Place) -> None:
    stored(place, "0004")
    place.sql(
        "INSERT INTO subscription (id, token, name, audience, item, channel, address, since)"
        " VALUES (7, 't7', '甲', '', '', 'file', '', '2022-10-01 00:00:00.000000'),"
        " (17, 't17', '乙', '', '', 'file', '', '2022-10-01 00:00:00.000000')"
    )
    for subscription in (7, 17):
        place.sql(
            'INSERT INTO notice ("key", "case", kind, role, name, unit, channel, address, facts, wording, made_at,'
            " next_try_at, urgent, tries, error) VALUES (:key, 'A', 'push', 'subscriber', '甲', 'GK', 'file', '', '{}',"
            " 'w', '2022-10-01 00:00:00.000000', '2022-10-01 00:00:00.000000', 0, 0, '')",
            {"key": f"push/A/3/{subscription}"},
        )
    database = Database(place.url)
    database.migrate()
    database.close()
    pushed = "SELECT \"key\", subscription, dead_at IS NULL FROM notice WHERE kind = 'push' ORDER BY id"
    assert [tuple(row[:2]) for row in place.rows(pushed)] == [("push/A/3/7", 7), ("push/A/3/17", 17)]
    with place.open() as office:
        assert office.subscriptions.leave("t7", now=at("2022-10-21")) == 1
    assert [bool(row[2]) for row in place.rows(pushed)] == [False, True], "of the other one nothing is taken"


@pytest.mark.parametrize(
    ("recipe", "key"),
    [
        ("?", READ),
        ("", STILL),
        ("w20", '{"unit":"working_day","length":20}'),
        ("d60r", '{"unit":"day","length":60,"roll":"next_working_day"}'),
        ("m2rn", '{"unit":"month","length":2,"roll":"next_working_day","month_end":"next_day"}'),
        ("y1", '{"unit":"year","length":1}'),
        (
            "w20z 2024-05-06/2024-05-09 2024-06-03/2024-06-03",
            '{"unit":"working_day","length":20,"rest_day_receipt":"moved_to_working_day",'
            '"left_out":[["2024-05-06","2024-05-09"],["2024-06-03","2024-06-03"]]}',
        ),
    ],
)
def test_what_a_last_day_rested_on_is_said_in_json_after_the_sixth(recipe: str, key: str) -> None:
    assert key_of(recipe) == key


def test_a_token_is_that_of_one_subscription(place: Place, office: Office) -> None:
    office.subscriptions.add("甲", "file", now=at("2022-10-21"))
    with pytest.raises(Exception, match=r"(?i)unique"):
        place.sql(
            "INSERT INTO gk_subscription (token, name, audience, item, channel, address, since)"
            " SELECT token, name, audience, item, channel, 'x', since FROM gk_subscription"
        )
