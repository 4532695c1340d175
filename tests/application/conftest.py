"""A fresh database for each test: on a SQLite file, and on PostgreSQL where one is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gkflow.office import Office
from store.offices import KINDS, Place, a_place


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty database and a folder."""
    with a_place(request.param, tmp_path / "office") as found:
        yield found


@pytest.fixture
def office(place: Place) -> Iterator[Office]:
    """An office on a fresh database, with nobody in its settings."""
    with place.open() as found:
        yield found
