"""What every test may rely on: no setting, no language and no folder of the person who runs it (测试环境)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from gkflow.office import Office
from store.offices import KINDS, Once, Place, a_place

# A slow machine is not a wrong result.
settings.register_profile("gkflow", settings(), deadline=None)
settings.load_profile("gkflow")

KEPT = {"GKFLOW_TEST_POSTGRES", "GKFLOW_NOW"}  # `make test-later` runs the tests as in 400 days
LOCALE = {"LANG": "C.UTF-8", "LANGUAGE": None, "LC_ALL": None, "LC_MESSAGES": None}


@pytest.fixture(scope="session", autouse=True)
def nobody_at_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Hide the settings, the locale and the data folder of the person who runs the tests."""
    home = str(tmp_path_factory.mktemp("home"))
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("GKFLOW_") and name not in KEPT]:
            patch.delenv(name)
        for name, value in LOCALE.items():
            if value is None:
                patch.delenv(name, raising=False)
            else:
                patch.setenv(name, value)
        patch.setenv("HOME", home)
        patch.setenv("XDG_DATA_HOME", home)
        yield


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """
    ``once(name, folder, make)``: what several tests begin with is made by the first and copied for the others, as long
    as the variables of gkflow are the same: they are part of what is made.
    """
    made: dict[tuple[object, ...], Path] = {}

    def fill(name: str, folder: Path, make: Callable[[], object]) -> None:
        variables = {key: value for key, value in os.environ.items() if key.startswith("GKFLOW_")}
        variables.pop("GKFLOW_HOME", None)  # the folder itself
        kind = (name, *sorted(variables.items()))
        if kind in made:
            shutil.copytree(made[kind], folder, dirs_exist_ok=True)
            return
        make()
        made[kind] = shutil.copytree(folder, tmp_path_factory.mktemp("once") / "made")

    return fill


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty database, on a SQLite file and on PostgreSQL where one is named, and a folder."""
    with a_place(request.param, tmp_path / "office") as found:
        yield found


@pytest.fixture
def office(place: Place) -> Iterator[Office]:
    """An office on a fresh database, with nobody in its settings."""
    with place.open() as found:
        yield found
