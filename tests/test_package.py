"""The package as people get it: what the wheel carries, what it can do alone, what is pinned (安装包)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input")


def run(words: Sequence[str | Path], folder: Path, **environment: str) -> str:
    """Run a command in *folder* and return what it printed; its exit code must be 0."""
    done = subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        env={**os.environ, "GKFLOW_HOME": str(folder), **environment},  # no office of the machine is found
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run([*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT], folder)
    (built,) = folder.glob("gkflow-*.whl")
    return built


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel alone; the dependencies are those that the tests already run with."""
    folder = tmp_path_factory.mktemp("site")
    run([*PIP, "install", "--no-index", "--no-deps", "--target", folder, wheel], folder)
    return folder


def rules_at_the_root() -> dict[str, bytes]:
    """Return the rules, the demo register and the systemd units of the checkout, under their names in the wheel."""
    files = [ROOT / "examples" / "register.csv", *(ROOT / "examples" / "systemd").iterdir()]
    for folder in ("workflows", "config"):
        files += [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    return {f"gkflow/data/{path.relative_to(ROOT).as_posix()}": path.read_bytes() for path in files}


def test_the_wheel_carries_the_rules_and_the_demo_register(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        carried = {name: archive.read(name) for name in archive.namelist() if name.startswith("gkflow/data/")}
    assert carried == rules_at_the_root()
    assert "gkflow/data/workflows/request.yaml" in carried
    assert any(name.startswith("gkflow/data/config/law/") for name in carried)


def test_the_wheel_carries_the_compiled_messages(site: Path) -> None:
    line = "from gkflow.words.language import CHINESE; print(CHINESE.say('no such cases.'))"
    done = subprocess.run(
        [sys.executable, "-c", line], env={**os.environ, "PYTHONPATH": str(site), "PYTHONUTF8": "1"}, cwd=site,
        capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert done.stdout == "没有符合条件的案件。\n"


def test_the_wheel_is_typed_and_holds_nothing_but_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "gkflow/py.typed" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"gkflow"}


def test_the_installed_package_checks_its_own_rules_in_an_empty_folder(site: Path, tmp_path: Path) -> None:
    where = run([sys.executable, "-c", "import gkflow; print(gkflow.__file__)"], tmp_path, PYTHONPATH=str(site))
    assert Path(where.strip()).is_relative_to(site)
    run([sys.executable, "-m", "gkflow", "check"], tmp_path, PYTHONPATH=str(site))
    assert list(tmp_path.iterdir()) == []


def test_the_installed_command_reckons_a_deadline_in_an_empty_folder(site: Path, tmp_path: Path) -> None:
    command = [sys.executable, site / "bin" / "gkflow", "deadline", "2026-09-30", "3", "--format", "json"]
    answer = json.loads(run(command, tmp_path, PYTHONPATH=str(site)))
    # 2026-10-10 is a Saturday on which work is done (调休), by the State Council's notice for 2026.
    assert answer["deadline"] == "2026-10-10"
    assert list(tmp_path.iterdir()) == []


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pairs}


def declared() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    lines = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    needs = [Requirement(line) for line in [*lines, *(line for extra in extras for line in extra)]]
    return [need for need in needs if need.name != project["project"]["name"]]  # an extra made of others


def needed_by(requirement: Requirement) -> list[Requirement]:
    """Return what an installed distribution needs here, with the extras asked for."""
    try:
        lines = requires(requirement.name) or []
    except PackageNotFoundError:
        return []
    needs = [Requirement(line) for line in lines]
    extras = requirement.extras or {""}
    return [
        need for need in needs if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras)
    ]


def test_every_dependency_is_pinned_within_its_declared_range() -> None:
    pinned = pins()
    waiting, seen, faults = declared(), set[str](), list[str]()
    while waiting:
        requirement = waiting.pop()
        if str(requirement) in seen:
            continue
        seen.add(str(requirement))
        version = pinned.get(canonicalize_name(requirement.name))
        if version is None or not requirement.specifier.contains(version, prereleases=True):
            faults.append(f"{requirement}: pinned {version}")
        waiting += needed_by(requirement)
    assert faults == []


def test_the_constraints_name_versions_and_no_address() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert [line for line in lines if line.startswith("-") or "/" in line or line.count("==") != 1] == []
