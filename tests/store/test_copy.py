"""Moving an office to another database: whole or not at all, equal to its source, and work goes on in it."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Date, DateTime, Integer, SmallInteger, Table, event
from sqlalchemy.engine import make_url

import gkflow
from cli.rich_office import settle
from gkflow.bootstrap import settings_of
from gkflow.cli.app import run
from gkflow.cli.language import choose
from gkflow.copying import Copied, Tables, copy_office
from gkflow.domain.errors import GkflowError, Unfit
from gkflow.office import Office
from gkflow.store.copies import Copying
from gkflow.store.database import Database
from gkflow.store.statement import kind_of
from gkflow.store.stored_rows import PAGE, count_of, digests_of
from gkflow.store.tables import GUARDED, METADATA
from store.offices import KINDS, PEOPLE, Place, a_place, assert_sound, at, open_request
from store.test_schema import objects, stored

NOW, DAY = datetime(2026, 11, 20, 2, tzinfo=UTC), "2026-11-20"
LATER = datetime(2026, 11, 24, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with months of work and something in every table; tests work in copies of its folder."""
    home = tmp_path_factory.mktemp("settled") / "office"
    choose("zh")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GKFLOW_HOME", str(home))
        patch.setenv("GKFLOW_BY", "张三")
        settle(home, lambda day: patch.setenv("GKFLOW_NOW", day), lambda *words: run(words))
        with gkflow.open(home=home) as office:
            office.receive("request", facts={"channel": "in_person"}, by="张三", now=NOW)
            office.ack([3], by="李四", words="知悉 '“引号”'", now=NOW)
            office.events()  # gives places
            office.unsweep(now=at("2026-11-19"), by="张三", reason="时钟有误")
            office.tick(NOW)
    with closing(sqlite3.connect(home / "gkflow.db")) as database, database:
        # What only a receiver, a failing address and an unfinished adoption leave behind.
        database.execute(
            "INSERT INTO gk_endpoint VALUES ('门户', 3, NULL, '2026-11-20 01:00:00.000001', 2,"
            " '2026-11-20 02:00:00.000000', 'HTTP 503', '', NULL)"
        )
        database.execute("INSERT INTO gk_reachability VALUES ('mail', 'a@b', 3, '2026-11-20 02:00:00.000000', '拒收')")
        database.execute(
            "INSERT INTO gk_recount_queue SELECT 1, 1, \"case\", entries, '', '', unit, officer, title, workflow, NULL,"
            " '2026-11-30', '{}', 0, '张三', '2026-11-20 02:00:00.000000' FROM gk_docket ORDER BY \"case\" LIMIT 1"
        )
    return home


@pytest.fixture
def home(settled: Path, tmp_path: Path) -> Path:
    """The folder of such an office."""
    return Path(shutil.copytree(settled, tmp_path / "office"))


@pytest.fixture(params=KINDS)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty database to copy to."""
    with a_place(request.param, tmp_path / "target") as found:
        yield found


def copied(home: Path, to: str, source: str = "", **more: Any) -> Copied:
    """Copy an office; the settings are those of its folder."""
    return copy_office(settings_of(home), Tables(source), Tables(to), NOW, **more)


@contextmanager
def opened(url: str, home: Path) -> Iterator[Office]:
    with gkflow.open(url, home=home) as office:
        yield office


def rows_of(place: Place) -> dict[str, list[Any]]:
    """All that is in a database."""
    return {
        table.name: sorted(place.rows(f"SELECT * FROM gk_{table.name}"), key=repr) for table in METADATA.sorted_tables
    }


def answers(office: Office) -> dict[str, object]:
    """What an office answers to whoever asks."""
    cases = [line.case for line in office.cases(as_of=DAY, include_closed=True)]
    pages, after = [], ""
    while page := office.page(as_of=DAY, limit=3, after=after, total=True):
        pages.append(page.rows)
        if not page.next:
            break
        after = page.next
    assert len(pages) > 1
    views = [office.view(case, as_of=DAY) for case in cases]
    with office.store.reading() as ledger:
        seals = ledger.seals.since()
    found = {
        "pages": pages,
        "counts": office.count(as_of=DAY, by="status"),
        "escalations": office.escalations(),
        "events": office.events(after="5", limit=1_000),
        "views": views,
        "seals": seals,
        "explain": [office.explain(view.case.number, as_of=DAY) for view in views if view.deadlines],
        "notices": office.notices(),
        "drafts": office.drafts.all(),
        "subscriptions": office.subscriptions.all(),
        "verify": office.verify(caches=None),
        "rebuild": office.rebuild(dry_run=True, now=NOW),
    }
    assert all(found.values())
    return found


# -- there and back --------------------------------------------------------------------------------------------------


def test_the_settled_office_has_something_in_every_table(settled: Path) -> None:
    with a_place("sqlite", settled) as place:
        assert [name for name, rows in rows_of(place).items() if not rows] == []


def test_an_office_answers_the_same_after_it_was_copied_there_and_back(
    home: Path, target: Place, tmp_path: Path
) -> None:
    back = f"sqlite:///{tmp_path / 'back.db'}"
    there = copied(home, target.url)
    again = copied(home, back, target.url)
    assert (there.changed, there.breaches, again.hash) == (True, (), there.hash)
    assert (there.cases, there.entries, again.rows) == (12, 19, there.rows)
    with opened(f"sqlite:///{home / 'gkflow.db'}", home) as office:
        expected = answers(office)
    assert expected["verify"].breaches == ()  # type: ignore[attr-defined]  # answers of many kinds
    for url in (target.url, back):
        with opened(url, home) as office:
            assert answers(office) == expected
    # Byte for byte, as the first one wrote it: in SQLite every value is stored as it was hashed.
    with a_place("sqlite", home) as first:
        rows = rows_of(first)
    found = rows_of(replace(target, url=back, kind="sqlite"))
    found["heartbeat"] = [row for row in found["heartbeat"] if row[0] != "copy"]
    assert found == rows


def test_the_tables_of_a_copy_are_those_of_a_new_database(home: Path, target: Place, tmp_path: Path) -> None:
    copied(home, target.url)
    with a_place(target.kind, tmp_path / "new") as new:
        new.open().close()
        assert objects(target) == objects(new)
    for table in (*GUARDED, "sweep"):
        with pytest.raises(Exception, match="append-only"):
            target.sql(f"DELETE FROM gk_{table}")


def test_work_goes_on_in_the_copy(home: Path, target: Place) -> None:
    copied(home, target.url)
    with opened(f"sqlite:///{home / 'gkflow.db'}", home) as office:
        [last] = [row for row in office.cases(as_of=DAY) if row.case.endswith("0001")]
    with opened(target.url, home) as office:
        before, seen = office.escalations(), office.events(limit=1_000)
        drafts, subscriptions = len(office.drafts.all()), len(office.subscriptions.all())
        office.finish_adoption(now=LATER)
        got = office.receive("request", facts={"channel": "in_person"}, by="张三", now=LATER)
        assert got.number == last.case.replace("0001", "0002")
        office.do(got.number, "register", by="张三", now=LATER)
        assert office.tick(LATER).days
        new = [each for each in office.escalations() if each not in before]
        assert new
        office.ack([new[0].id], by="李四", words="知悉", now=LATER)
        office.deliver(LATER)
        office.drafts.keep(got.number, "note", "later", now=LATER)
        office.subscriptions.add("另一公司", "file", now=LATER)
        assert (len(office.drafts.all()), len(office.subscriptions.all())) == (drafts + 1, subscriptions + 1)
        assert office.events(limit=1_000)[: len(seen)] == seen
        assert office.events(after=seen[-1].cursor)
        assert_sound(office)


def test_a_copy_goes_under_another_prefix_or_into_a_schema(home: Path, target: Place) -> None:
    copy_office(settings_of(home), Tables(), Tables(target.url, "zw_"), NOW)
    assert "zw_entry" in objects(target)
    if target.kind == "sqlite":
        with pytest.raises(Unfit, match="SQLite has none"):
            copy_office(settings_of(home), Tables(), Tables(target.url, schema="gkflow"), NOW)
        return
    [(own,)] = target.rows("SELECT current_schema()")
    done = copy_office(settings_of(home), Tables(target.url, "zw_"), Tables(target.url, schema=f"{own}_g"), NOW)
    with gkflow.open(target.url, home=home, schema=f"{own}_g") as office:
        assert office.verify() == (done.cases, done.sweeps, ())
        office.receive("request", facts={"channel": "in_person"}, by="张三", now=LATER)
    target.sql(f"DROP SCHEMA {own}_g CASCADE")


def test_what_is_written_to_the_source_meanwhile_is_not_in_the_copy(home: Path, target: Place) -> None:
    """The source is read as of one moment; the next copy brings the rest."""
    with opened(f"sqlite:///{home / 'gkflow.db'}", home) as office:
        written: list[str] = []

        def somebody_writes(read: int, of: int) -> None:
            if not written:
                written.append(office.receive("request", facts={"channel": "in_person"}, by="张三", now=NOW).number)

        done = copied(home, target.url, on_rows=somebody_writes)
        assert written
        assert office.verify().cases == done.cases + 1
    assert copied(home, target.url).cases == done.cases + 1


# -- again -----------------------------------------------------------------------------------------------------------


class Broken(Exception):
    """A copy is broken off."""


def broken_off_after(rows: int) -> Callable[[int, int], None]:
    def on_rows(read: int, of: int) -> None:
        if read >= rows:
            raise Broken

    return on_rows


def test_a_copy_broken_off_anywhere_leaves_nothing_and_is_made_again(home: Path, target: Place) -> None:
    steps: list[int] = []
    with a_place("sqlite", home / "measured") as measured:
        copied(home, measured.url, on_rows=lambda read, of: steps.append(read))
    assert len(steps) >= 2 * len(METADATA.tables)
    tables = len(METADATA.tables)
    for rows in (*steps[:tables], *steps[tables::6], steps[-1]):
        with pytest.raises(Broken):
            copied(home, target.url, on_rows=broken_off_after(rows))
        assert objects(target) == {}
    assert copied(home, target.url).changed
    with opened(target.url, home) as office:
        assert_sound(office)


_KILLED = """
import os, sys
from gkflow.bootstrap import settings_of
from gkflow.copying import Tables, copy_office
from gkflow.present import now
from pathlib import Path
copy_office(settings_of(Path(sys.argv[1])), Tables(), Tables(sys.argv[2]), now(),
            lambda read, of: os._exit(9) if read > 400 else None)
"""


def test_a_process_that_is_killed_leaves_no_office_and_the_next_one_copies(home: Path, target: Place) -> None:
    killed = subprocess.run([sys.executable, "-c", _KILLED, str(home), target.url], check=False)
    assert killed.returncode == 9
    assert objects(target) == {}
    target.settings(f'[database]\nurl = "{target.url}"\n')
    with pytest.raises(Unfit) as error:
        gkflow.open(home=target.home)
    assert error.value.code == "database_missing"
    assert copied(home, target.url).changed


def test_copied_again_nothing_changes(home: Path, target: Place) -> None:
    first = copied(home, target.url)
    rows = rows_of(target)
    again = copied(home, target.url)
    assert again == first._replace(changed=False)
    assert rows_of(target) == rows


def test_a_copy_that_nobody_has_worked_in_is_brought_up_to_date(home: Path, target: Place) -> None:
    copied(home, target.url)
    with opened(f"sqlite:///{home / 'gkflow.db'}", home) as office:
        office.finish_adoption(now=LATER)
        office.do("依申请-2", "note", facts={"text": "已电话联系"}, by="张三", now=LATER)
        office.tick(LATER)
        office.drafts.drop(1)
        expected = answers_of_record(office)
    done = copied(home, target.url)
    assert (done.changed, done.entries) == (True, 20)
    with opened(target.url, home) as office:
        assert answers_of_record(office) == expected
        assert_sound(office)
        office.receive("request", facts={"channel": "in_person"}, by="张三", now=LATER)
    with pytest.raises(Exception, match="append-only"):
        target.sql("DELETE FROM gk_entry")


def answers_of_record(office: Office) -> list[object]:
    return [office.escalations(), office.events(limit=1_000), office.drafts.all(), office.last_seal()]


def test_a_copy_broken_off_while_it_is_brought_up_to_date_stays_as_it_was(home: Path, target: Place) -> None:
    copied(home, target.url)
    rows = rows_of(target)
    with opened(f"sqlite:///{home / 'gkflow.db'}", home) as office:
        office.do("依申请-2", "note", facts={"text": "已电话联系"}, by="张三", now=LATER)
    for after in (1, 300, 500, 700, 900):
        with pytest.raises(Broken):
            copied(home, target.url, on_rows=broken_off_after(after))
        assert rows_of(target) == rows
    assert copied(home, target.url).changed


def test_rights_on_the_tables_of_a_copy_stay(home: Path, target: Place) -> None:
    if target.kind == "sqlite":
        pytest.skip("SQLite has no roles")
    copied(home, target.url)
    target.sql("GRANT SELECT ON gk_entry TO PUBLIC")
    with opened(f"sqlite:///{home / 'gkflow.db'}", home) as office:
        office.do("依申请-2", "note", facts={"text": "已电话联系"}, by="张三", now=LATER)
    copied(home, target.url)
    [(rights,)] = target.rows("SELECT relacl::text FROM pg_class WHERE oid = 'gk_entry'::regclass")
    assert ",=r/" in rights


def test_of_two_copies_at_once_one_copies_and_the_other_finds_it(home: Path, target: Place) -> None:
    with ThreadPoolExecutor(2) as both:
        done = list(both.map(lambda _: copied(home, target.url), range(2)))
    assert sorted(each.changed for each in done) == [False, True]
    with opened(target.url, home) as office:
        assert_sound(office)


def test_a_copy_whose_connection_is_cut_leaves_nothing(home: Path, target: Place) -> None:
    if target.kind == "sqlite":
        pytest.skip("SQLite has no connection that could be cut")
    name = f"copy_{target.home.parent.name}"[:60]
    url = make_url(target.url).update_query_dict({"application_name": name}).render_as_string(hide_password=False)

    def cut(read: int, of: int) -> None:
        if read > 300:
            target.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name",
                       {"name": name})  # fmt: skip

    with pytest.raises(Unfit) as error:
        copied(home, url, on_rows=cut)
    assert error.value.code == "database_lost"
    assert objects(target) == {}
    assert copied(home, url).changed


# -- refused ---------------------------------------------------------------------------------------------------------


def refused(home: Path, target: Place, code: str, *words: str, source: str = "") -> None:
    """A copy is refused, and nothing is changed."""
    rows = rows_of(target)
    with pytest.raises(Unfit) as error:
        copied(home, target.url, source)
    assert error.value.code == code
    for word in words:
        assert word in str(error.value)
    assert rows_of(target) == rows


def test_a_target_with_an_office_of_its_own_is_refused(home: Path, target: Place) -> None:
    with target.open() as office:
        open_request(office, "A", "2022-09-01")
    refused(home, target, "copy_target_taken", "nothing was written")


def test_a_target_that_was_only_set_up_is_refused_as_well(home: Path, target: Place) -> None:
    target.open().close()
    refused(home, target, "copy_target_taken")


def test_tables_without_a_row_are_filled(home: Path, target: Place) -> None:
    database = Database(target.url)
    database.migrate()
    database.close()
    assert copied(home, target.url).changed


@pytest.mark.parametrize("work", ["entry", "delivery"])
def test_a_copy_that_has_been_worked_in_is_refused(home: Path, target: Place, work: str) -> None:
    copied(home, target.url)
    with opened(target.url, home) as office:
        if work == "entry":
            office.do("依申请-2", "note", facts={"text": "已电话联系"}, by="张三", now=LATER)
        else:
            assert office.deliver(LATER).delivered  # copied again, they would be sent once more
    refused(home, target, "copy_target_used", "worked in")


def test_a_source_older_than_the_copy_is_refused(home: Path, target: Place, tmp_path: Path) -> None:
    older = tmp_path / "older"
    shutil.copytree(home, older)
    with opened(f"sqlite:///{home / 'gkflow.db'}", home) as office:
        office.do("依申请-2", "note", facts={"text": "已电话联系"}, by="张三", now=LATER)
    copied(home, target.url)
    refused(older, target, "copy_is_later", "entry 依申请-2/2")


def test_the_copy_of_another_office_is_refused(home: Path, target: Place, tmp_path: Path) -> None:
    with a_place("sqlite", tmp_path / "other") as other:
        with other.settings(PEOPLE).open() as office:
            open_request(office, "A", "2022-09-01")
        copied(other.home, target.url, other.url)
    refused(home, target, "copy_of_another")


def test_a_database_is_not_copied_to_itself(home: Path) -> None:
    with pytest.raises(Unfit) as error:
        copied(home, f"sqlite:///{home / 'gkflow.db'}")
    assert error.value.code == "copy_here"


def test_a_database_of_an_older_schema_is_refused_and_the_command_that_mends_it_named(target: Place) -> None:
    with a_place("sqlite", target.home / "old") as old:
        stored(old, "0004")
        with pytest.raises(Unfit, match="gkflow init") as error:
            copied(old.home, target.url, old.url)
        assert error.value.code == "schema_version"
        assert objects(target) == {}
        database = Database(old.url)
        database.migrate()
        database.close()
        assert copied(old.home, target.url, old.url).cases == 3
    with opened(target.url, target.home) as office:
        assert office.verify().breaches == ()


def test_a_source_that_is_not_there_is_refused_and_not_made(home: Path, target: Place, tmp_path: Path) -> None:
    with pytest.raises(Unfit) as error:
        copied(home, target.url, f"sqlite:///{tmp_path / 'nothing.db'}")
    assert error.value.code == "copy_source_empty"
    assert not (tmp_path / "nothing.db").exists()
    assert objects(target) == {}


def test_a_file_in_a_folder_that_is_not_there_is_refused(home: Path, tmp_path: Path) -> None:
    with pytest.raises(Unfit) as error:
        copied(home, f"sqlite:///{tmp_path / 'nothing' / 'b.db'}")
    assert (error.value.code, error.value.facts["file"]) == ("unreadable", str(tmp_path / "nothing"))


def test_the_prefix_of_the_source_may_be_named_alone(home: Path, tmp_path: Path) -> None:
    """Its address is then that of the settings."""
    to = Tables(f"sqlite:///{tmp_path / 'b.db'}")
    with pytest.raises(Unfit) as error:
        copy_office(settings_of(home), Tables(prefix="zw_"), to, NOW)
    assert error.value.code == "copy_source_empty"
    assert copy_office(settings_of(home), Tables(prefix="gk_"), to, NOW).changed


def test_a_broken_record_is_not_copied(home: Path, target: Place) -> None:
    with a_place("sqlite", home) as place:
        place.without_guards()
        place.sql("UPDATE gk_entry SET facts = '{}' WHERE \"case\" = '依申请-1' AND seq = 3")
    done = copied(home, target.url)
    assert ("case", "依申请-1", 3, "entry_changed") in [(b.what, b.where, b.seq, b.code) for b in done.breaches]
    assert not done.changed
    assert objects(target) == {}


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ("UPDATE gk_draft SET reason = 'a' || char(0) || 'b'", "reason", "NUL"),
        ("UPDATE gk_draft SET day = 20261120", "day", "not a day"),
        ("UPDATE gk_draft SET day = '20261120'", "day", "not a day"),
        ("UPDATE gk_draft SET kept_at = '2026-11-20'", "kept_at", "not a moment"),
        ("UPDATE gk_draft SET reason = x'00ff'", "reason", "not a text"),
        ("UPDATE gk_draft SET reason = CAST(x'ff41' AS TEXT)", "?", "UTF-8"),
        ("UPDATE gk_number_series SET last = 'x'", "last", "whole number"),
        ("UPDATE gk_number_series SET last = 3000000000", "last", "too large"),
    ],
)
def test_a_value_that_the_target_cannot_hold_is_named(
    home: Path, target: Place, change: str, column: str, reason: str
) -> None:
    with a_place("sqlite", home) as place:
        place.sql(change)
    if target.kind == "sqlite" and reason in ("NUL", "too large"):
        assert copied(home, target.url).changed
        return
    with pytest.raises(Unfit) as error:
        copied(home, target.url)
    assert (error.value.code, error.value.facts["column"]) == ("copy_value", column)
    assert reason in str(error.value)
    assert "\n" not in str(error.value)
    assert objects(target) == {}


# -- any values, in bounded memory -----------------------------------------------------------------------------------

_TEXTS = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=30),
    st.sampled_from(
        ["", "'", '"', "\\", "\\N", "\\.", "\t", "\r\n", "政府信息公开", "“引号”", "🀄𠮷", "%s", "NULL", "é", "e\u0301"]
    ),
)
_NUMBERS = {SmallInteger: st.integers(-(2**15), 2**15 - 1), Integer: st.integers(-(2**31), 2**31 - 1)}
_DAYS = st.one_of(st.just(date.max), st.dates())
_LAST_MOMENT = datetime.max.replace(tzinfo=UTC)
_MOMENTS = st.one_of(st.just(_LAST_MOMENT), st.datetimes(timezones=st.just(UTC))).map(
    lambda moment: moment.isoformat(" ", "microseconds")[:-6]
)


def a_row(table: Table) -> st.SearchStrategy[tuple[Any, ...]]:
    """Any row that SQLite could hold for gkflow."""

    def values(column: Any) -> st.SearchStrategy[Any]:
        kind = kind_of(column)
        if isinstance(kind, Date):
            found: st.SearchStrategy[Any] = _DAYS.map(date.isoformat)
        elif isinstance(kind, DateTime):
            found = _MOMENTS
        else:
            found = _NUMBERS.get(type(kind), _TEXTS)
        return st.none() | found if column.nullable else found

    return st.tuples(*map(values, table.c))


def unique_by(table: Table) -> tuple[Callable[[tuple[Any, ...]], object], ...]:
    """What must differ between two rows: the key, and each unique text or number."""
    names = table.c.keys()
    keys = [[names.index(column.name) for column in table.primary_key.columns]]
    keys += [[names.index(name)] for name in {"notice": ["key"], "subscription": ["token"]}.get(table.name, [])]
    keys += [[names.index("case")]] if table.name == "escalation" else []
    keys += [[names.index("key")]] if table.name == "entry" else []
    keys += [[names.index("place")]] if table.name == "event" else []
    return tuple(lambda row, at=at: tuple(row[each] for each in at) for at in keys)  # type: ignore[misc]  # the default binds it


_TABLES = [table for table in METADATA.sorted_tables if table.name != "acknowledgement"]  # it has a foreign key
_CONTENTS = st.fixed_dictionaries({
    table.name: st.lists(a_row(table), max_size=3, unique_by=unique_by(table)) for table in _TABLES
})  # fmt: skip


Contents = dict[str, list[tuple[Any, ...]]]


def sqlite_with(folder: Path, contents: Contents) -> Database:
    """A database of gkflow with these rows."""
    database = Database(f"sqlite:///{folder / 'any.db'}")
    database.migrate()
    with closing(sqlite3.connect(folder / "any.db")) as connection, connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        for name, rows in contents.items():
            marks = ", ".join("?" for _ in METADATA.tables[name].c)
            connection.execute(f"DELETE FROM gk_{name}")
            connection.executemany(f"INSERT INTO gk_{name} VALUES ({marks})", rows)
    return database


class TakenBack(Exception):
    """The copy was good, and is not needed."""


def assert_copied_there_and_back(source: Database, there: Database, back: Database, contents: Contents) -> None:
    """Copy, copy what was copied, compare both with the contents, and take them back (TakenBack)."""
    with source.reading() as ledger, there.making() as one, back.making() as other:
        first = Copying(ledger.cursor, one, there.dialect, ("", ""), lambda read, of: None)
        done = first.run(NOW)
        again = Copying(first.target, other, back.dialect, ("", ""), lambda read, of: None)
        assert again.run(NOW) == done
        for name, rows in contents.items():
            less_mark = " WHERE name <> 'copy'" if name == "heartbeat" else ""
            found = again.target.verbatim(f"SELECT * FROM gk_{name}{less_mark}")
            assert sorted(map(repr, found)) == sorted(map(repr, rows))
        raise TakenBack


@pytest.mark.parametrize("examples", [8, pytest.param(100, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", KINDS)
def test_any_row_comes_back_as_it_was(kind: str, examples: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("any")
    with a_place(kind, folder) as place:
        there, back = Database(place.url), Database(f"sqlite:///{folder / 'back.db'}")

        @settings(max_examples=examples)
        @given(_CONTENTS)
        def copies(contents: Contents) -> None:
            source = sqlite_with(folder, contents)
            with pytest.raises(TakenBack):
                assert_copied_there_and_back(source, there, back, contents)
            source.close()

        copies()
        there.close()
        back.close()


@pytest.mark.parametrize("kind", KINDS)
def test_very_long_texts_come_along(kind: str, tmp_path: Path) -> None:
    long = "公开'\"\\\n" * 100_000
    moment = "2026-11-20 02:00:00.000001"
    source = sqlite_with(tmp_path, {"draft": [(7, "", "w", "a", None, "张三", "u", long, long, moment)]})
    with a_place(kind, tmp_path / "there") as place:
        there = Database(place.url)
        with source.reading() as ledger, there.making() as connection:
            Copying(ledger.cursor, connection, there.dialect, ("", ""), lambda read, of: None).run(NOW)
        assert place.rows("SELECT id, facts, reason FROM gk_draft") == [(7, long, long)]
        there.close()
    source.close()


def test_a_key_too_long_for_an_index_of_postgresql_is_refused_in_one_line(tmp_path: Path) -> None:
    if "postgres" not in KINDS:
        pytest.skip("a limit of PostgreSQL")
    number = "".join(map(chr, range(0x4E00, 0x4E00 + 5_000)))  # nothing that could be compressed
    source = sqlite_with(tmp_path, {"number_series": [(number, 1)]})
    with a_place("postgres", tmp_path / "there") as place:
        there = Database(place.url)

        def copy() -> None:
            with source.reading() as ledger, there.making() as connection:
                Copying(ledger.cursor, connection, there.dialect, ("", ""), lambda read, of: None).run(NOW)

        with pytest.raises(Unfit, match="index") as error:
            copy()
        assert "\n" not in str(error.value)
        assert there.schema() is None
        there.close()
    source.close()


@pytest.mark.parametrize("kind", KINDS)
def test_statements_of_a_copy_that_somebody_watches_do_the_same(kind: str, home: Path, tmp_path: Path) -> None:
    source = Database(f"sqlite:///{home / 'gkflow.db'}")
    seen: list[str] = []
    with a_place(kind, tmp_path / "there") as place:
        there = Database(place.url)
        for each in (source, there):
            event.listen(each.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
        with source.reading() as ledger, there.making() as connection:
            done = Copying(ledger.cursor, connection, there.dialect, ("", ""), lambda read, of: None).run(NOW)
        there.close()
        assert copied(home, place.url)._replace(place="")[1:] == (False, 12, 4, 19, done.rows, done.hash, ())
    source.close()
    assert [text for text in seen if text.startswith("INSERT INTO gk_entry")]


@pytest.mark.parametrize("kind", KINDS)
def test_no_more_than_a_page_of_rows_is_in_memory(kind: str, tmp_path: Path) -> None:
    """Each call of the listener is one page, read and written before the next one is asked for."""
    leaves = [(place, 1, "case", f"案{place}", 1, "0" * 64) for place in range(1, 3 * PAGE + 8)]
    kept = [(f"{at:064}", "workflow", "w", "2026-11-20 02:00:00.000000", "x" * 1_000) for at in range(120)]
    source = sqlite_with(tmp_path, {"seal_leaf": leaves, "edition": kept})
    steps = [0]
    with a_place(kind, tmp_path / "there") as place:
        there = Database(place.url)
        with source.reading() as ledger, there.making() as connection:
            all_rows = count_of(ledger.cursor)
            Copying(ledger.cursor, connection, there.dialect, ("", ""), lambda read, of: steps.append(read)).run(NOW)
        pages = [now - before for before, now in pairwise(steps)]
        assert (sum(pages), max(pages)) == (2 * all_rows, PAGE)
        assert pages.count(50) == 4, "rows that hold whole files come by fifty"
        with there.reading() as ledger, source.reading() as ours:
            assert digests_of(ledger.cursor, "", lambda rows: None) == digests_of(ours.cursor, "", lambda rows: None)
        there.close()
    source.close()


# -- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def command(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GKFLOW_HOME", str(home))
    monkeypatch.setenv("GKFLOW_NOW", NOW.isoformat())
    choose("zh")
    return home


def test_the_command_copies_once_and_says_so(command: Path, target: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert [run(("db", "copy", target.url)), run(("db", "迁移", target.url))] == [0, 0]
    out, err = capsys.readouterr()
    first, checksum, second, same = out.splitlines()
    assert ("已复制到" in first, "案件 12 件，记录 19 条" in first, "没有改动" in second) == (True, True, True)
    assert checksum == same
    assert [line for line in err.splitlines() if "GKFLOW_NOW" not in line] == []
    assert run(("--lang", "en", "db", "copy", target.url)) == 0
    assert "has all of it already: 12 cases, 19 entries" in capsys.readouterr().out


def test_the_command_names_every_breach(command: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with a_place("sqlite", command) as place:
        place.without_guards()
        place.sql("UPDATE gk_entry SET facts = '{}' WHERE \"case\" = '依申请-1' AND seq = 3")
    assert run(("db", "copy", f"sqlite:///{tmp_path / 'b.db'}")) == 1
    out = capsys.readouterr().out
    assert "依申请-1: " in out
    assert "没有复制任何内容" in out
    assert Database(f"sqlite:///{tmp_path / 'b.db'}").schema() is None


def test_the_command_wants_an_address(command: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(("db", "copy")) == 2
    assert "gkflow db copy postgresql://" in capsys.readouterr().err


def test_no_password_is_printed(command: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = "postgresql://gkflow:s3cret%40pw@127.0.0.1:1/none?connect_timeout=2"
    assert run(("db", "copy", url)) == 2
    assert run(("db", "copy", url, "sqlite:///x.db")) == 2
    out, err = capsys.readouterr()
    assert "s3cret" not in out + err
    assert "127.0.0.1" in err


def test_every_objection_to_a_copy_is_unfit() -> None:
    from gkflow.domain.objections import copies

    kinds = [kind for kind in vars(copies).values() if isinstance(kind, type) and issubclass(kind, GkflowError)]
    assert all(issubclass(kind, Unfit) for kind in kinds)
