"""``gkflow init`` run again (再次建立): it says what it did to the database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cli.conftest import ROOT, Command
from gkflow.store.database import SCHEMA


@pytest.mark.parametrize("version", ["0001", "0004"])
def test_an_older_database_is_brought_up_and_both_schemas_are_named(office: Command, home: Path, version: str) -> None:
    for path in home.glob("gkflow.db*"):
        path.unlink()
    script = (ROOT / "tests" / "store" / "stored" / f"{version}.sqlite.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(home / "gkflow.db")) as database:
        database.executescript(script)

    first, again = office("--lang", "en", "init"), office("--lang", "en", "init")

    assert (first.code, again.code) == (0, 0)
    assert f"brought from schema {version} to {SCHEMA}" in first.out
    assert "nothing was changed" not in first.out
    assert "nothing was changed" in again.out
    assert "schema" not in again.out


def test_a_new_office_names_no_schema(gkflow: Command) -> None:
    result = gkflow("--lang", "en", "init")

    assert result.code == 0
    assert "schema" not in result.out
