"""Offices on real databases: a fresh one for each test, on SQLite files and on the PostgreSQL that is named."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

import gkflow
from gkflow.bootstrap import known_edition
from gkflow.domain.edition import CalendarEdition
from gkflow.office import Office

POSTGRES = os.environ.get("GKFLOW_TEST_POSTGRES", "")
KINDS = ("sqlite", "postgres") if POSTGRES else ("sqlite",)
Once = Callable[[str, Path, Callable[[], object]], None]  # the fixture `once`
SHANGHAI = timezone(timedelta(hours=8))
_numbers = itertools.count(1)

PEOPLE = """
[office]
unit = "XFJ"
name = "信访局"
[units.XFJ]
label = "信访局"
[[people]]
name = "张三"
roles = ["officer"]
channels = ["file"]
[[people]]
name = "李四"
roles = ["section_head"]
channels = ["file"]
[[people]]
name = "王五"
roles = ["director"]
channels = ["file"]
[[people]]
name = "督办室"
unit = "*"
roles = ["supervising_office"]
channels = ["file"]
"""


def at(day: str, hour: str = "09:00") -> datetime:
    """A moment in Shanghai."""
    return datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=SHANGHAI)


def days(first: str, last: str) -> Iterator[str]:
    """Every day from *first* through *last*."""
    day = date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        yield day.isoformat()
        day += timedelta(days=1)


def known(day: str) -> CalendarEdition:
    """The edition of those announcements that had been published by a day."""
    whole, until = known_edition(), date.fromisoformat(day)
    said = [each for each in whole.announcements if each.published is None or each.published <= until]
    return CalendarEdition(tuple(said), whole.predict)


@dataclass(frozen=True)
class Place:
    """A database of its own and the folder of its office."""

    url: str
    home: Path
    kind: str

    def open(self) -> Office:
        """The office, its calendar edition adopted."""
        office = gkflow.open(self.url, home=self.home)
        office.adopt_first()
        return office

    def filled(self, once: Once, name: str, make: Callable[[], object]) -> None:
        """What *make* makes, copied on SQLite where another test has made it before."""
        if self.kind == "sqlite":
            once(name, self.home, make)
        else:
            make()

    def settings(self, toml: str) -> Place:
        """The same place with a ``gkflow.toml``."""
        (self.home / "gkflow.toml").write_text(toml, encoding="utf-8")
        return self

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """An engine that knows nothing of gkflow."""
        engine = create_engine(self.url)
        yield engine
        engine.dispose()

    def sql(self, statement: str, values: Mapping[str, Any] | None = None) -> int:
        """Carry out a statement behind gkflow's back; how many rows it changed."""
        with self.engine() as engine, engine.begin() as connection:
            return connection.execute(text(statement), values or {}).rowcount

    def rows(self, query: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """What stands in the database."""
        with self.engine() as engine, engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), values or {})]

    def without_guards(self) -> None:
        """Take the triggers away, as somebody with the file in hands can."""
        if self.kind == "sqlite":
            for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
                self.sql(f"DROP TRIGGER {name}")
            return
        for name, table in self.rows(
            "SELECT tgname, relname FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid JOIN pg_namespace n"
            " ON n.oid = relnamespace WHERE NOT tgisinternal AND nspname = current_schema()"
        ):
            self.sql(f"DROP TRIGGER {name} ON {table}")


@contextmanager
def a_place(kind: str, folder: Path) -> Iterator[Place]:
    """A fresh database: a SQLite file, or a schema of its own on the PostgreSQL server."""
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "sqlite":
        yield Place(f"sqlite:///{folder / 'gkflow.db'}", folder, kind)
        return
    schema = f"gkflow_{os.getpid()}_{next(_numbers)}"
    server = create_engine(POSTGRES)
    with server.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    address = make_url(POSTGRES).update_query_dict({"options": f"-csearch_path={schema}"})
    try:
        yield Place(address.render_as_string(hide_password=False), folder, kind)
    finally:
        with server.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        server.dispose()


@contextmanager
def with_few_rights(place: Place, by_unit: bool = False) -> Iterator[Place]:
    """The place for a role of PostgreSQL that has the rights of ``gkflow.grants`` and no others."""
    [(schema,)] = place.rows("SELECT current_schema()")
    role = f"{schema}_clerk"
    place.sql(f"CREATE ROLE {role} LOGIN")
    for statement in gkflow.grants(role, schema=schema, by_unit=by_unit) * 2:  # again after an upgrade
        place.sql(statement)
    try:
        yield Place(str(make_url(place.url).set(username=role)), place.home, place.kind)
    finally:
        place.sql(f"DROP OWNED BY {role}")
        place.sql(f"DROP ROLE {role}")


def apart(**more: Any) -> dict[str, Any]:
    """What a verb takes by name, and the rest as its facts: for helpers that are given both in one."""
    named = {"action", "by", "day", "dry_run", "key", "now", "number", "session", "title", "unit"}
    facts = dict(more.pop("facts", {})) | {name: value for name, value in more.items() if name not in named}
    return {name: value for name, value in more.items() if name in named} | ({"facts": facts} if facts else {})


def open_request(office: Office, number: str, day: str, **facts: Any) -> None:
    """A request, received at the counter, registered and assigned on one day."""
    moment = at(day)
    office.receive("request", number, **apart(channel="in_person", title="某事项", now=moment, **facts))
    office.do(number, "register", now=moment)
    office.do(number, "assign", facts={"officer": "张三"}, now=moment)


def reply(office: Office, number: str, day: str) -> None:
    office.do(number, "reply", facts={"decision": "D-PUB", "method": "posted"}, now=at(day))


def steps(office: Office, case: str = "", clock: str = "reply") -> list[tuple[int, str]]:
    """The steps on record: (step, day)."""
    return [(e.step, e.day.isoformat()) for e in office.escalations(number=case) if e.clock == clock]


def log_of(place: Place) -> list[tuple[Any, ...]]:
    """The escalation log, row by row, without its running number."""
    return place.rows(
        'SELECT day, "case", workflow, clock, ref, last_day, step, kind, colour FROM gk_escalation'
        ' ORDER BY day, "case", clock, ref, step'
    )


def assert_sound(office: Office) -> None:
    """Every chain holds, and the caches say what the record says."""
    _, _, breaches = office.verify()
    assert breaches == ()
    _, changed = office.rebuild(dry_run=True)
    assert changed == ()


_BEGINNING = """
import sys
from datetime import date, datetime
import gkflow
office = gkflow.open(sys.argv[1], home=sys.argv[2])
office.rules
print("ready", flush=True)
sys.stdin.readline()
"""


@contextmanager
def processes(place: Place, *scripts: str, arguments: Sequence[str] = ()) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes with an office each, started together; their scripts find ``office``."""
    found = [
        subprocess.Popen(
            [sys.executable, "-c", _BEGINNING + script, place.url, str(place.home), *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for script in scripts
    ]  # fmt: skip
    try:
        for process in found:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n", process.communicate()[1]
        for process in found:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        yield found
    finally:
        for process in found:
            if process.poll() is None:
                process.kill()
            process.communicate()


def run_together(place: Place, *scripts: str) -> list[str]:
    """What each of the processes said."""
    with processes(place, *scripts) as started:
        said = []
        for process in started:
            out, err = process.communicate(timeout=60)
            assert process.returncode == 0, err
            said.append(out)
        return said


def foretold(office: Office, number: str, day: str, decided: str, **more: str) -> None:
    """
    A permit whose decision lies ahead, so that its last day falls where a test wants it. At the counter such a day is
    refused; a register has it and is taken, with a finding.
    """
    row = {"case": number, "workflow": "permit", "day": day, "action": "decide", "decision_date": decided, **more}
    assert office.import_register([(2, row)], now=at(day)).taken == 1


def between(office: Office, monkeypatch: pytest.MonkeyPatch, what: Callable[[int], None]) -> list[int]:
    """Let *what* happen between the short transactions of a long write; how often it did."""
    happened: list[int] = []

    def give_way() -> None:
        happened.append(len(happened))
        what(len(happened))

    monkeypatch.setattr(office.store, "give_way", give_way)
    return happened
