"""asyncio: every verb awaited, in an AsyncSession's transaction or in a thread, and the loop goes on meanwhile."""

from __future__ import annotations

import asyncio
import gc
import inspect
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import wraps
from typing import Any

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session

import gkflow
from gkflow.aio import AsyncVerbs, awaited, listed
from gkflow.domain.errors import Conflict, NotFound, Refused, Unfit
from gkflow.office import Office
from store.offices import PEOPLE, Place, a_place, assert_sound, at, open_request

NOW = at("2022-09-05")
FACTS = {"channel": "in_person"}
DRIVERS = ("psycopg", "asyncpg")


def a_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run a test in an event loop of its own."""

    @wraps(test)
    def run(*given: Any, **named: Any) -> None:
        asyncio.run(test(*given, **named))

    return run


@pytest.fixture
def lived(place: Place) -> Iterator[Office]:
    with place.settings(PEOPLE).open() as office:
        open_request(office, "A", "2022-09-01")
        yield office


@asynccontextmanager
async def async_engine(place: Place, driver: str) -> AsyncIterator[AsyncEngine]:
    """The portal's engine for asyncio, on the schema of the place."""
    if place.kind != "postgres":
        pytest.skip("drivers for asyncio of PostgreSQL")
    url = make_url(place.url)
    if driver == "asyncpg":
        schema = str(url.query["options"]).partition("=")[2]
        more: dict[str, Any] = {"connect_args": {"server_settings": {"search_path": schema}}}
        query = {"host": url.query["host"]} if "host" in url.query else {}
        url = url.set(drivername="postgresql+asyncpg", query=query)
    else:
        more = {}
    engine = create_async_engine(url, **more)
    try:
        yield engine
    finally:
        await engine.dispose()


# -- the awaited verbs are the verbs ---------------------------------------------------------------------------------

# What is no verb: it reads no database, or is no function of a program on asyncio.
NO_VERBS = {
    "rules_in": "in a transaction that somebody has", "moment": "no database", "recorded_moment": "no database",
    "channels": "no database", "require_sendable": "no database", "on": "no database",
    "limited_to": "another office",
}  # fmt: skip
SERVICES = ("calendars", "rule_editions", "drafts", "subscriptions", "supervision", "recurring_tasks", "delivery",
            "sealing", "endpoints")  # fmt: skip


def verbs_of(cls: type) -> set[str]:
    return {name for name, each in vars(cls).items() if inspect.isfunction(each) and not name.startswith("_")}


@pytest.mark.parametrize("service", ["", *SERVICES])
def test_every_verb_can_be_awaited_with_its_own_arguments(office: Office, service: str) -> None:
    whole = getattr(office, service) if service else office
    aio: AsyncVerbs[Any] = getattr(office.aio, service) if service else office.aio
    declared = {name for name, each in vars(type(aio)).items() if isinstance(each, (awaited, listed))}
    assert declared == verbs_of(type(whole)) - NO_VERBS.keys()
    for name in declared:
        verb, call = getattr(whole, name), getattr(aio, name)
        assert inspect.iscoroutinefunction(call)
        assert inspect.signature(call) == inspect.signature(verb), name
        assert inspect.getdoc(call) == inspect.getdoc(verb), name
        yields = inspect.isgeneratorfunction(inspect.unwrap(verb))
        assert isinstance(vars(type(aio))[name], listed if yields else awaited), name


def test_a_session_is_always_named_at_the_call(office: Office) -> None:
    for whole in (office, *(getattr(office, each) for each in SERVICES)):
        for name in verbs_of(type(whole)):
            session = inspect.signature(getattr(whole, name)).parameters.get("session")
            assert session is None or session.kind is session.KEYWORD_ONLY, name


def test_the_services_of_an_office_are_awaited_as_well(office: Office) -> None:
    from gkflow.lazy import part

    found = {name for name, each in vars(Office).items() if isinstance(each, part)} - {"aio"}
    assert found == set(SERVICES)


# -- in a thread -----------------------------------------------------------------------------------------------------


@contextmanager
def held_up(place: Place) -> Iterator[Callable[[], None]]:
    """Somebody else's transaction, for which an entry into case A has to wait until it is let go."""
    engine = create_engine(place.url)
    with engine.connect() as connection:
        if place.kind == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("LOCK TABLE gk_entry IN EXCLUSIVE MODE")
        yield connection.rollback
        connection.rollback()
    engine.dispose()


async def beats(task: asyncio.Task[Any], number: int = 20) -> None:
    """So many beats of the loop while a task waits."""
    for _ in range(number):
        await asyncio.sleep(0.005)
    assert not task.done()


@a_loop
async def test_a_life_in_threads(place: Place) -> None:
    with place.settings(PEOPLE).open() as office:
        received = await office.aio.receive("request", facts=FACTS, by="张三", now=NOW)
        await office.aio.do(received.number, "register", now=NOW)
        done = await asyncio.gather(
            *(office.aio.do(received.number, "note", facts={"text": str(n)}, key=f"n{n}", now=NOW) for n in range(8)),
            return_exceptions=True,
        )
        assert all(isinstance(each, (gkflow.Outcome, Conflict)) for each in done)
        assert [line.case for line in await office.aio.cases(as_of="2022-09-05")] == [received.number]
        assert (await office.aio.page(as_of="2022-09-05")).rows[0].case == received.number
        assert (await office.aio.tick(NOW)) is not None
        assert await office.aio.calendars.moving() == ()
        assert await office.aio.drafts.all() == []
        assert (await office.aio.verify()).breaches == ()
        with pytest.raises(NotFound) as refused:
            await office.aio.case("nothing")
        assert refused.value.code == "unknown_case"
        await office.aio.close()


@a_loop
async def test_the_loop_goes_on_while_a_verb_waits_in_a_thread(lived: Office, place: Place) -> None:
    with held_up(place) as let_go:
        task = asyncio.create_task(lived.aio.do("A", "note", facts={"text": "x"}, now=NOW))
        await beats(task)
        let_go()
        assert (await task).seq == 4
    assert_sound(lived)


@a_loop
async def test_a_cancelled_verb_that_has_begun_is_finished_before_its_caller_goes_on(
    lived: Office, place: Place
) -> None:
    with held_up(place) as let_go:
        task = asyncio.create_task(lived.aio.do("A", "note", facts={"text": "x"}, now=NOW))
        await beats(task)
        task.cancel()
        await beats(task)
        task.cancel()  # whoever is impatient waits as well
        await beats(task)
        let_go()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert lived.case("A", as_of="2022-09-05").seq == 4, "whole, and known when the caller goes on"
    assert_sound(lived)


@a_loop
async def test_a_cancelled_verb_that_waits_for_a_thread_is_never_begun(place: Place) -> None:
    engine = create_engine(place.url, pool_size=1, max_overflow=0)
    with place.settings(PEOPLE).open() as first:
        open_request(first, "A", "2022-09-01")
    office = gkflow.open(engine, home=place.home)
    with held_up(place) as let_go:
        begun = asyncio.create_task(office.aio.do("A", "note", facts={"text": "1"}, now=NOW))
        await beats(begun)
        waiting = asyncio.create_task(office.aio.do("A", "note", facts={"text": "2"}, now=NOW))
        await beats(waiting, 2)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        let_go()
        assert (await begun).seq == 4
    assert office.case("A", as_of="2022-09-05").seq == 4
    office.close()
    engine.dispose()


@a_loop
async def test_a_verb_works_in_the_context_of_its_caller(lived: Office) -> None:
    """As OpenTelemetry's current span has to be the parent of the statements."""
    from contextvars import ContextVar

    span, seen = ContextVar("span", default=""), []
    lived.on("case.*")(lambda _: seen.append((span.get(), threading.current_thread() is threading.main_thread())))
    span.set("request 7")
    await lived.aio.do("A", "note", facts={"text": "x"}, now=NOW)
    assert seen == [("request 7", False)]


@a_loop
async def test_an_office_in_memory_works_too(place: Place) -> None:
    with gkflow.open("sqlite://", home=place.home) as office:
        number = (await office.aio.receive("request", facts=FACTS, now=NOW)).number
        assert (await office.aio.case(number, as_of="2022-09-05")).number == number


# -- in an AsyncSession's transaction --------------------------------------------------------------------------------


@pytest.mark.parametrize("driver", DRIVERS)
@a_loop
async def test_a_life_in_an_asyncsession(place: Place, driver: str) -> None:
    async with async_engine(place, driver) as engine:
        with place.settings(PEOPLE).open() as office:
            async with AsyncSession(engine) as session:
                number = (await office.aio.receive("request", facts=FACTS, by="张三", now=NOW, session=session)).number
                await office.aio.do(number, "register", now=NOW, session=session)
                assert len(await office.aio.cases(as_of="2022-09-05", session=session)) == 1
                assert await office.aio.cases(as_of="2022-09-05") == [], "nothing is committed"
                await session.rollback()
            assert await office.aio.cases(as_of="2022-09-05") == []
            async with AsyncSession(engine) as session, session.begin():
                await session.execute(text("CREATE TABLE portal (id int)"))
                await office.aio.receive(
                    "request", "B", facts={**FACTS, "title": "100%\\ '引号"}, now=NOW, session=session
                )
                await office.aio.do("B", "register", now=NOW, session=session)
                await office.aio.do("B", "assign", facts={"officer": "张三"}, now=NOW, session=session)
                await office.aio.tick(at("2022-09-29"), session=session)
                answer = {"decision": "D-PUB", "method": "posted"}
                await office.aio.do("B", "reply", facts=answer, key="k", now=at("2022-09-29"), session=session)
                again = await office.aio.do("B", "reply", facts=answer, key="k", now=at("2022-09-29"), session=session)
                assert again.seq == 4
                rows = [(n, {"case": f"R{n}", "workflow": "request", "day": "2022-09-01", "action": "receive"})
                        for n in range(2, 40)]  # fmt: skip
                assert (await office.aio.import_register(rows, now=at("2022-09-29"), session=session)).taken == 38
                page = await office.aio.page(as_of="2022-09-29", limit=10, total=True, session=session)
                assert (len(page.rows), page.total) == (10, 38)
            assert_sound(office)
            # The same page in the same words from a session without asyncio.
            assert office.page(as_of="2022-09-29", limit=10, total=True) == page


@pytest.mark.parametrize("driver", DRIVERS)
@a_loop
async def test_every_verb_that_reads_says_in_an_asyncsession_what_it_says_without(place: Place, driver: str) -> None:
    async with async_engine(place, driver) as engine:
        with place.settings(PEOPLE).open() as office:
            open_request(office, "A", "2022-09-01")
            office.tick(at("2022-09-29"))
            calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
                ("case", ("A",), {"as_of": "2022-09-29"}), ("view", ("A",), {"as_of": "2022-09-29"}),
                ("deadlines", ("A",), {"as_of": "2022-09-29"}), ("explain", ("A",), {"as_of": "2022-09-29"}),
                ("cases", (), {"as_of": "2022-09-29", "recorded_by": "2022-09-28"}),
                ("cases", (), {"as_of": "2022-09-29", "known_on": "2022-09-29", "due_within": 3}),
                ("page", (), {"as_of": "2022-09-29", "order": "received"}), ("page", (), {"as_of": "2022-09-20"}),
                *(("count", (), {"by": by, "as_of": "2022-09-29"}) for by in ("status", "unit", "officer", "light")),
                ("published", ("A",), {"as_of": "2022-09-29"}), ("why_kept", ("A",), {"as_of": "2022-09-29"}),
                ("escalations", (), {"since": "2022-09-01"}), ("notices", (), {"number": "A"}), ("last_seal", (), {}),
                ("verify", (), {"caches": None}), ("export", (), {}), ("export", (["A"],), {}),
                ("simulate", ("2022-10-20",), {"now": at("2022-09-29")}), ("doctor", (at("2022-09-29"),), {}),
                ("rebuild", (), {"dry_run": True, "now": at("2022-09-29")}),
            ]  # fmt: skip
            async with AsyncSession(engine) as session:
                for name, given, named in calls:
                    expected = getattr(office, name)(*given, **named)
                    assert await getattr(office.aio, name)(*given, **named, session=session) == expected, name
                assert await office.aio.drafts.all(session=session) == []
                assert await office.aio.subscriptions.all(session=session) == []


@pytest.mark.parametrize("driver", DRIVERS)
@a_loop
async def test_a_connection_for_asyncio(place: Place, driver: str) -> None:
    async with async_engine(place, driver) as engine:
        with place.settings(PEOPLE).open() as office:
            async with engine.connect() as connection:
                await office.aio.receive("request", "A", facts=FACTS, now=NOW, session=connection)
                await connection.rollback()
                await office.aio.receive("request", "B", facts=FACTS, now=NOW, session=connection)
                await connection.commit()
            assert [line.case for line in office.cases(as_of="2022-09-05")] == ["B"]
            alone = engine.execution_options(isolation_level="AUTOCOMMIT")
            async with alone.connect() as connection:
                with pytest.raises(Refused) as refused:
                    await office.aio.do("B", "register", now=NOW, session=connection)
                assert refused.value.code == "no_transaction"
            assert_sound(office)


@pytest.mark.parametrize("driver", DRIVERS)
@a_loop
async def test_the_sync_side_inside_run_sync(place: Place, driver: str) -> None:
    async with async_engine(place, driver) as engine:
        with place.settings(PEOPLE).open() as office:

            def take_in(session: Session) -> str:
                return office.receive("request", facts=FACTS, now=NOW, session=session).number

            async with AsyncSession(engine) as session, session.begin():
                number = await session.run_sync(take_in)
            assert office.case(number, as_of="2022-09-05").number == number


@pytest.mark.parametrize("driver", DRIVERS)
@a_loop
async def test_the_loop_goes_on_while_a_verb_waits_in_an_asyncsession(place: Place, driver: str) -> None:
    async with async_engine(place, driver) as engine:
        with place.settings(PEOPLE).open() as office:
            open_request(office, "A", "2022-09-01")
            async with AsyncSession(engine) as session, session.begin():
                with held_up(place) as let_go:
                    task = asyncio.create_task(
                        office.aio.do("A", "note", facts={"text": "x"}, now=NOW, session=session)
                    )
                    await beats(task)
                    let_go()
                    assert (await task).seq == 4
            assert_sound(office)


@pytest.mark.parametrize("driver", DRIVERS)
@a_loop
async def test_a_verb_cancelled_in_an_asyncsession_leaves_no_half(place: Place, driver: str) -> None:
    async with async_engine(place, driver) as engine:
        with place.settings(PEOPLE).open() as office:
            open_request(office, "A", "2022-09-01")

            async def portal(finish: Callable[[AsyncSession], Coroutine[Any, Any, None]]) -> None:
                async with AsyncSession(engine) as session:
                    try:
                        await office.aio.do("A", "note", facts={"text": "x"}, now=NOW, session=session)
                    except asyncio.CancelledError:
                        await finish(session)  # a portal that commits even now
                        raise

            for finish, seq in ((AsyncSession.rollback, 3), (AsyncSession.commit, 4)):
                with held_up(place) as let_go:
                    task = asyncio.create_task(portal(finish))
                    await beats(task)
                    task.cancel()
                    await beats(task)
                    let_go()
                    with pytest.raises(asyncio.CancelledError):
                        await task
                assert office.case("A", as_of="2022-09-05").seq == seq, "all of it or nothing"
                assert_sound(office)


@pytest.mark.parametrize("driver", DRIVERS)
@a_loop
async def test_hooks_wait_for_the_commit_of_an_asyncsession(place: Place, driver: str) -> None:
    async with async_engine(place, driver) as engine:
        with place.settings(PEOPLE).open() as office:
            seen: list[str] = []
            office.on("case.received", after_commit=True)(lambda event: seen.append(event.case))
            async with AsyncSession(engine) as session:
                await office.aio.receive("request", "A", facts=FACTS, now=NOW, session=session)
                await session.rollback()
            async with AsyncSession(engine) as session:
                await office.aio.receive("request", "B", facts=FACTS, now=NOW, session=session)
                assert seen == []
                await session.commit()
            assert seen == ["B"]


@pytest.mark.parametrize("driver", DRIVERS)
@a_loop
async def test_a_listener_of_an_engine_for_asyncio_hears_every_statement(place: Place, driver: str) -> None:
    async with async_engine(place, driver) as engine:
        with place.settings(PEOPLE).open() as office:
            heard: list[str] = []
            event.listen(engine.sync_engine, "after_cursor_execute", lambda *given: heard.append(given[2]))
            async with AsyncSession(engine) as session, session.begin():
                await office.aio.receive("request", "A", facts=FACTS, now=NOW, session=session)
            assert any(each.startswith("INSERT INTO gk_entry ") for each in heard)


@pytest.mark.parametrize("driver", DRIVERS)
@a_loop
async def test_what_is_written_by_an_asyncsession_is_what_is_written_without(
    place: Place, driver: str, tmp_path: Any
) -> None:
    async def live(office: Office, session: AsyncSession | None) -> None:
        more: dict[str, Any] = {"session": session}
        await office.aio.receive("request", "A", facts=FACTS, now=NOW, **more)
        await office.aio.do("A", "register", now=NOW, **more)
        await office.aio.do("A", "assign", facts={"officer": "张三"}, now=NOW, **more)
        consulted = {"ref": "某公司", "served": "2022-09-05"}
        await office.aio.do("A", "consult_third_party", facts=consulted, now=NOW, **more)
        await office.aio.receive("permit", "P", facts={"title": "某许可"}, now=NOW, **more)
        await office.aio.tick(at("2022-09-29"), **more)
        await office.aio.rebuild(now=at("2022-09-29"), **more)

    with a_place(place.kind, tmp_path / "other") as other:
        async with async_engine(place, driver) as engine:
            with place.settings(PEOPLE).open() as office:
                async with AsyncSession(engine) as session, session.begin():
                    await live(office, session)
                assert_sound(office)
        with other.settings(PEOPLE).open() as office:
            await live(office, None)
        for table in ("docket", "docket_revision", "clock", "entry", "escalation"):
            # As text: psycopg reads no 'infinity'.
            query = f"SELECT replace(t::text, ' ', '') FROM gk_{table} t ORDER BY 1"
            assert place.rows(query) == other.rows(query), table
            assert place.rows(query), table


# -- what is refused -------------------------------------------------------------------------------------------------


@a_loop
async def test_a_session_of_the_other_kind_is_refused_with_what_to_do(lived: Office, place: Place) -> None:
    with create_engine(place.url).connect() as connection, pytest.raises(Refused) as refused:
        await lived.aio.cases(session=connection)
    assert refused.value.code == "wrong_kind"
    assert "AsyncSession" in str(refused.value)
    engine = create_async_engine("postgresql+asyncpg://localhost/x")
    for session in (AsyncSession(engine), AsyncConnection(engine), AsyncSession(engine).sync_session):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # of the coroutine that SQLAlchemy makes and drops
            with pytest.raises(Refused) as refused:
                lived.cases(session=session)
            gc.collect()
        assert refused.value.code == "async_session"
        assert "office.aio" in str(refused.value)


@pytest.mark.parametrize("address", ["postgresql+asyncpg://gk:geheim@127.0.0.1/x", "sqlite+aiosqlite:///x.db"])
def test_an_office_is_not_opened_by_an_address_for_asyncio(address: str, tmp_path: Any) -> None:
    with pytest.raises(Unfit) as refused:
        gkflow.open(address, home=tmp_path)
    assert refused.value.code == "settings"
    assert "office.aio" in str(refused.value)
    assert "geheim" not in str(refused.value)


def test_an_office_is_not_opened_on_an_engine_for_asyncio(tmp_path: Any) -> None:
    engine = create_async_engine("postgresql+asyncpg://gk:geheim@127.0.0.1/x")
    for each in (engine, engine.sync_engine):
        with pytest.raises(Unfit) as refused:
            gkflow.open(each, home=tmp_path)  # type: ignore[arg-type]  # the mistake
        assert "office.aio" in str(refused.value)


WITHOUT = """
import asyncio, sys
sys.modules["greenlet"] = None
import gkflow
from datetime import datetime, UTC

class Session:
    async def run_sync(self, work):
        raise AssertionError("SQLAlchemy would need greenlet here")

async def main(office):
    number = (await office.aio.receive("request", facts={"channel": "in_person"})).number  # threads need nothing
    try:
        await office.aio.case(number, session=Session())
    except gkflow.GkflowError as error:
        print(error.code, error)

with gkflow.open(sys.argv[1], home=sys.argv[2]) as office:
    asyncio.run(main(office))
"""


def test_without_greenlet_one_line_names_the_extra(tmp_path: Any) -> None:
    with a_place("sqlite", tmp_path / "office") as place:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", WITHOUT, place.url, str(place.home)],
            capture_output=True, text=True, env={**os.environ, "PYTHONUTF8": "1"}, timeout=60,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    [line] = done.stdout.splitlines()
    assert line.startswith("library_missing ")
    assert "greenlet" in line
    assert "gkflow[asyncio]" in line
