"""Connections: servers set up oddly, databases that can only be read, addresses that are none, processes that fork."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

import gkflow
from gkflow.application.ports import Ledger, Message, NotDelivered
from gkflow.domain.errors import GkflowError, Unfit
from gkflow.office import Office
from gkflow.store.database import Database
from store.offices import PEOPLE, Place, assert_sound, at, open_request, reply

DAY = "2022-09-13"
ODD = {
    "datestyle": "'SQL, DMY'",
    "timezone": "'America/St_Johns'",
    "standard_conforming_strings": "off",
    "default_transaction_isolation": "'serializable'",
    "intervalstyle": "'sql_standard'",
    "bytea_output": "'escape'",
    "client_encoding": "'SQL_ASCII'",
}


def _live(office: Office) -> None:
    open_request(office, "A", "2022-09-01", applicant_name="反\\斜杠'引号")
    open_request(office, "B", "2022-09-01")
    reply(office, "A", "2022-09-20")
    office.tick(at("2022-09-28"))
    office.ack(number="B", by="王五", words="知悉", now=at("2022-09-28"))
    office.tick(at("2022-09-30"))
    office.deliver(at("2022-09-30"))
    assert office.case("A").facts["applicant_name"] == "反\\斜杠'引号"
    assert (
        str(office.deadlines("B")["reply"].last_day) == "2022-09-30"
    )  # 20 working days behind the 1st; the 12th (中秋节) is off
    assert_sound(office)


@pytest.fixture
def odd(place: Place) -> Place:
    """A database whose role has set everything otherwise; the schema is named by no address."""
    if place.kind != "postgres":
        pytest.skip("settings of PostgreSQL")
    return place.settings(PEOPLE)


def test_whatever_a_server_has_set_changes_nothing(odd: Place) -> None:
    options = " ".join(f"-c{name}={value.strip(chr(39)).replace(' ', chr(92) + ' ')}" for name, value in ODD.items())
    with odd.engine() as engine:
        schema = engine.connect().exec_driver_sql("SELECT current_schema()").scalar()
        url = engine.url.update_query_dict({"options": f"-csearch_path={schema} {options}"})
    address = url.render_as_string(hide_password=False)
    plain = create_engine(url.update_query_dict({"options": options.replace("-cclient_encoding=SQL_ASCII", "")}))
    with plain.connect() as connection:
        assert connection.execute(text("SHOW datestyle")).scalar() == "SQL, DMY"  # the server is set up oddly indeed
    with gkflow.open(address, home=odd.home) as office:
        _live(office)


def test_a_portal_whose_connections_are_set_otherwise_changes_nothing(odd: Place) -> None:
    options = "-cdatestyle=SQL,DMY -ctimezone=America/St_Johns -cstandard_conforming_strings=off"
    with odd.engine() as plain:
        schema = plain.connect().exec_driver_sql("SELECT current_schema()").scalar()
        engine = create_engine(plain.url.update_query_dict({"options": f"-csearch_path={schema} {options}"}))
    try:
        _live(gkflow.open(engine, home=odd.home))
        from sqlmodel import Session

        office = gkflow.open(engine, home=odd.home)
        with Session(engine) as session:
            office.do("B", "note", facts={"text": "x"}, now=at("2022-09-30"), session=session)
            assert str(office.deadlines("B", session=session)["reply"].last_day) == "2022-09-30"
            session.commit()
        assert_sound(office)
    finally:
        engine.dispose()


def test_a_search_path_that_is_changed_later_hides_no_office() -> None:
    from store.offices import POSTGRES

    if not POSTGRES:
        pytest.skip("search paths of PostgreSQL")
    server = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    name = f"gkflow_path_{os.getpid()}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        url = server.url.set(database=name)
        address = url.render_as_string(hide_password=False)
        home = Path(os.environ.get("TMPDIR", "/tmp"))
        with gkflow.open(address, home=home / name) as office:
            office.receive("request", "A", facts={"channel": "in_person"}, now=at(DAY))
        with server.connect() as connection:
            connection.execute(text(f"ALTER DATABASE {name} SET search_path TO elsewhere, nowhere"))
            connection.execute(text(f"ALTER DATABASE {name} SET datestyle TO 'German'"))
        other = create_engine(url)
        with other.begin() as connection:
            connection.execute(text("CREATE SCHEMA elsewhere"))
            connection.execute(text("CREATE TABLE elsewhere.entry (x int)"))
            connection.execute(text("CREATE TABLE elsewhere.docket (x int)"))
        other.dispose()
        with gkflow.open(address, home=home / name) as office:
            assert office.case("A", as_of=DAY).number == "A"
            office.do("A", "note", facts={"text": "x"}, now=at(DAY))
            assert office.verify()[2] == ()
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


# -- addresses ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://gk:geheim@wort@127.0.0.1:1/x",
        "postgresql://gk:geheim%40wort@127.0.0.1:1/x",
        "postgresql://gk:geheim:wort@127.0.0.1:port/x",
        "postgresql+psycopg://gk:geheim/wort@127.0.0.1:1/x",
        "postgresql://gk:geheim@127.0.0.1:99999/x",
        "mysql://gk:geheim@127.0.0.1/x",
        "oracle+nothing://gk:geheim@x",
        "geheim",
        "://",
        "",
        "sqlite:////proc/geheim/x/y.db",
        "sqlite:///" + "geheim" * 2000,
        "sqlite:////tmp",
    ],
)
def test_a_bad_address_is_one_line_without_its_password(address: str, tmp_path: Path) -> None:
    with pytest.raises(GkflowError) as refused, gkflow.open(address, home=tmp_path) as office:
        office.cases()
    said = str(refused.value)
    assert "\n" not in said
    assert len(said) < 600
    if "@" in address:
        for secret in ("geheim", "wort"):
            assert secret not in said


def test_the_password_is_in_no_error_of_the_server(tmp_path: Path) -> None:
    url = "postgresql+psycopg://gk:geheim@127.0.0.1:1/x?connect_timeout=2"
    with pytest.raises(Unfit) as refused:
        gkflow.open(url, home=tmp_path)
    assert refused.value.code == "database_unreachable"
    assert "geheim" not in str(refused.value)
    assert "127.0.0.1" in str(refused.value)


# -- SQLite that can only be read --------------------------------------------------------------------------------------

_AS_NOBODY = """
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
"""
_AUDITOR = """
import os, sys
sys.path.insert(0, sys.argv[2])
import gkflow
from gkflow.application.ports import Message, NotDelivered
from gkflow.domain.errors import GkflowError
from gkflow.bootstrap import settings_of
import tempfile
with gkflow.open("sqlite:///" + tempfile.mkdtemp() + "/warm.db") as office:  # everything is imported
    office.receive("request", "A", facts={"channel": "in_person"})
    office.cases(); office.tick(); office.verify(); office.do("A", "note", facts={"text": "x"})
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
from pathlib import Path
home = Path(sys.argv[1])
with gkflow.open(home=home) as office:
    print(len(office.cases(as_of="2022-09-30", include_closed=True)), office.case("A").state, office.verify()[2])
    try:
        office.do("A", "note", facts={"text": "x"})
    except GkflowError as error:
        print(error.code)
"""


@pytest.fixture
def copied(place: Place) -> Iterator[Path]:
    """A copy of an office's folder that somebody else may only read; in pytest's own folders nobody else reads."""
    if place.kind != "sqlite":
        pytest.skip("files of SQLite")
    with place.settings(PEOPLE).open() as office:
        _live(office)
    folder = Path(tempfile.mkdtemp(prefix="gkflow-audit-"))
    home = Path(shutil.copytree(place.home, folder / "office"))
    yield home
    for path in (folder, home, *home.rglob("*")):
        path.chmod(0o700)
    shutil.rmtree(folder)


def _readable(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    folder.parent.chmod(0o755)


def _audit(home: Path, script: str = _AUDITOR) -> list[str]:
    package = Path(gkflow.__file__)
    if os.getuid() == 0 and not all(folder.stat().st_mode & 0o001 for folder in package.parents):
        pytest.skip("only root may enter the folder of this checkout: whoever gives root up cannot read gkflow")
    src = str(package.parents[1])
    done = subprocess.run(
        [sys.executable, "-c", script, str(home), src], capture_output=True, text=True, cwd="/", timeout=100,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


EXPECTED = ["2 replied ()", "database_readonly"]


def test_an_auditor_with_read_rights_lists_shows_and_verifies(copied: Path) -> None:
    _readable(copied)
    assert _audit(copied) == EXPECTED


def test_a_copy_with_its_log_in_a_folder_that_can_only_be_read_is_read_whole(copied: Path) -> None:
    with gkflow.open(home=copied) as office:
        office.do("B", "note", facts={"text": "still in the log"}, now=at("2022-09-30"))
        log = (copied / "gkflow.db-wal").read_bytes()
        data = (copied / "gkflow.db").read_bytes()
    for path in copied.glob("gkflow.db*"):
        path.unlink()
    (copied / "gkflow.db").write_bytes(data)
    (copied / "gkflow.db-wal").write_bytes(log)
    assert log
    _readable(copied)
    assert _audit(copied) == EXPECTED


_NO_SPACE = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="limits of processes are those of POSIX")
def test_on_a_disk_without_a_byte_left_cases_are_listed_shown_and_verified(copied: Path) -> None:
    # No file of this process may grow by a byte, as on a full disk.
    full = _AUDITOR.replace(_AS_NOBODY, _NO_SPACE)
    assert full != _AUDITOR
    assert _audit(copied, full) == EXPECTED
    before = {path.name for path in copied.iterdir()}
    assert _audit(copied, full) == EXPECTED, "and what was refused left nothing behind"
    assert {path.name for path in copied.iterdir()} == before


def test_a_reader_leaves_the_file_as_it_was(copied: Path) -> None:
    before = (copied / "gkflow.db").read_bytes()
    with gkflow.open(home=copied) as office:
        office.cases(as_of="2022-09-30")
        office.verify()
    assert (copied / "gkflow.db").read_bytes() == before


def test_to_look_for_an_office_makes_no_file(tmp_path: Path) -> None:
    assert Database(f"sqlite:///{tmp_path}/none.db").schema() is None
    assert list(tmp_path.iterdir()) == []


# -- processes ---------------------------------------------------------------------------------------------------------


def test_an_engine_that_is_shared_across_a_fork_is_refused_with_the_reason(place: Place, office: Office) -> None:
    office.receive("request", "A", facts={"channel": "in_person"}, now=at(DAY))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            office.cases(as_of=DAY)
            said = "it worked"
        except GkflowError as error:
            said = f"{error.code}: {error}"
        except BaseException as error:
            said = repr(error)
        os.write(writing, said.encode())
        os._exit(0)
    os.waitpid(child, 0)
    said = os.read(reading, 4096).decode()
    assert said.startswith("forked: ")
    assert "after the fork" in said
    assert office.case("A", as_of=DAY).number == "A"  # the parent goes on


def test_a_connection_cut_while_it_lay_idle_is_replaced(place: Place, office: Office) -> None:
    if place.kind != "postgres":
        pytest.skip("connections of PostgreSQL")
    office.receive("request", "A", facts={"channel": "in_person"}, now=at(DAY))
    _cut(place, office)
    assert office.case("A", as_of=DAY).number == "A"
    _cut(place, office)
    assert office.do("A", "note", facts={"text": "x"}, now=at(DAY)).seq == 2


def test_a_connection_cut_in_the_middle_is_one_line_and_nothing_is_half_written(place: Place, office: Office) -> None:
    if place.kind != "postgres":
        pytest.skip("connections of PostgreSQL")
    office.receive("request", "A", facts={"channel": "in_person"}, now=at(DAY))

    def cut_off(ledger: Ledger) -> None:
        ledger.cursor.verbatim("UPDATE gk_docket SET title = 'x'")
        _cut(place, office)
        ledger.cursor.verbatim("UPDATE gk_docket SET title = 'y'")

    with pytest.raises(Unfit) as lost:
        office.store.attempt(cut_off)
    assert lost.value.code == "database_lost"
    assert "\n" not in str(lost.value)
    assert place.rows("SELECT title FROM gk_docket") == [("",)]
    assert office.do("A", "note", facts={"text": "x"}, now=at(DAY)).seq == 2


def test_a_daemon_whose_connections_are_cut_logs_a_line_and_goes_on(
    place: Place, office: Office, capfd: pytest.CaptureFixture[str]
) -> None:
    if place.kind != "postgres":
        pytest.skip("connections of PostgreSQL")
    from gkflow.channels.console import Console
    from gkflow.daemon import Daemon, logger

    log = io.StringIO()
    now = [at("2022-09-30")]
    cut_in_the_middle: list[int] = []

    class Cutting(Console):
        """A channel during whose sending the server goes away."""

        name = "file"

        def send(self, messages: Sequence[Message]) -> Mapping[str, NotDelivered | None]:
            if not cut_in_the_middle:
                cut_in_the_middle.append(1)
                _cut(place, office)
            return {message.key: None for message in messages}

    daemon = Daemon(
        office, clock=lambda: now[0], passed=lambda: now[0].timestamp(), log=logger(lambda: now[0], log),
        channels={"file": Cutting(io.StringIO())},
    )  # fmt: skip
    open_request(office, "A", "2022-09-01")
    daemon.tick()
    for _ in range(2):
        now[0] += timedelta(minutes=1)
        _cut(place, office)
        daemon.deliver()
        daemon.heartbeat()
        daemon.tick()
    now[0] = at("2022-10-08")
    daemon.tick()
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [line["since"] for line in lines if line["event"] == "swept"] == ["2022-09-30", "2022-10-01"]
    assert "Traceback" not in log.getvalue() + capfd.readouterr().err
    assert office.store.reading().__enter__().heartbeats.last("daemon") is not None


@pytest.mark.slow
def test_of_eight_that_found_an_office_at_once_one_does_and_the_others_see_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = place.home / "new"
    if place.kind == "postgres":
        monkeypatch.setenv("GKFLOW_DATABASE_URL", place.url)
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "gkflow", "--lang", "en", "init", str(home)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(8)
    ]  # fmt: skip
    said = [process.communicate(timeout=250) for process in started]
    assert [process.returncode for process in started] == [0] * 8, said
    first = [out.splitlines()[0] for out, _ in said]
    there = f"the office is in {home} already; nothing was changed."
    assert sorted(first) == [there] * 7 + [f"the office is set up: {home}"]
    with gkflow.open(home=home) as office:
        with office.store.reading() as ledger:
            assert [len(ledger.editions.calendar_editions()), len(ledger.editions.rules_editions())] == [1, 1]
        assert office.verify()[2] == ()


def _cut(place: Place, office: Office) -> None:
    """End every other connection to the office's schema, as an administrator or a restart does."""
    schema = place.rows("SELECT current_schema()")[0][0]
    with office.store.reading() as ledger:
        pids = [ledger.cursor.verbatim("SELECT pg_backend_pid()")[0][0]]
    pids += [
        pid
        for (pid,) in place.rows(
            "SELECT DISTINCT l.pid FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n"
            " ON n.oid = c.relnamespace WHERE n.nspname = :schema AND l.pid <> pg_backend_pid()",
            {"schema": schema},
        )
    ]
    for pid in set(pids):
        place.rows("SELECT pg_terminate_backend(:pid)", {"pid": pid})
