"""The licences of what gkflow is installed with, as the page lists them (许可证)."""

from __future__ import annotations

import importlib.util
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def licences() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tool_licences", ROOT / "tools" / "licences.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = tool
    spec.loader.exec_module(tool)
    return tool


def installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def test_the_page_has_every_pinned_package_at_its_version(licences: ModuleType) -> None:
    listed = licences.rows(licences.PAGE.read_text("utf-8"))
    assert {name: row.version for name, row in listed.items()} == licences.pins()


def test_the_page_has_the_licence_that_each_installed_package_declares(licences: ModuleType) -> None:
    listed = licences.rows(licences.PAGE.read_text("utf-8"))
    declared = {name: licences.licence_of(name) for name, row in listed.items() if installed(name) == row.version}
    assert len(declared) > 50
    assert {name: listed[name].licence for name in declared} == declared


def test_the_page_says_what_brings_a_package(licences: ModuleType) -> None:
    listed = licences.rows(licences.PAGE.read_text("utf-8"))
    base = licences.brought(licences.extras()[licences.BASE])
    assert base == {name for name, row in listed.items() if row.brought_by == (licences.BASE,)}
    for extra in ("chat", "holidays", "ical", "pg", "webhook", "xlsx"):
        of_extra = licences.brought(licences.extras()[extra]) - base
        assert of_extra == {name for name, row in listed.items() if extra in row.brought_by}, extra


def test_no_copyleft_package_comes_with_the_base(licences: ModuleType) -> None:
    text = licences.PAGE.read_text("utf-8")
    listed = licences.rows(text)
    copyleft = {name for name, row in listed.items() if licences.COPYLEFT.search(row.licence)}
    assert {"psycopg", "certifi", "python-stdnum"} <= copyleft
    assert {name for name in copyleft if licences.BASE in listed[name].brought_by} == set()
    assert {line.split(" ")[1] for line in text.splitlines() if line.startswith("| ") and " ★ | " in line} == copyleft
    # LGPL comes to no office that has not asked for PostgreSQL; the peers of the benchmarks come to none.
    lesser = {name for name in copyleft if "LGPL" in listed[name].licence}
    assert {extra for name in lesser for extra in listed[name].brought_by} <= {"bench", "cluster", "pg", "test"}
