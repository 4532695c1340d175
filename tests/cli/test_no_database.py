"""A missing database is not a new office (数据库缺失): it is said, and nothing is touched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Gkflow = Callable[..., Any]


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def lose(home: Path, how: str) -> None:
    """Take the database away, or put something else in its place."""
    for path in home.glob("gkflow.db*"):
        path.unlink()
    if how == "text":
        (home / "gkflow.db").write_text("这不是数据库\n" * 200, encoding="utf-8")
    elif how == "empty":
        (home / "gkflow.db").touch()
    elif how == "folder":
        (home / "gkflow.db").mkdir()


@pytest.mark.parametrize(
    "words", [("init",), ("cases",), ("receive", "--fact", "channel=fax"), ("verify",), ("sweep",)]
)
@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("gone", "缺失"),
        ("empty", "缺失"),
        ("text", "不是 gkflow 数据库"),
        ("folder", "不是 gkflow 数据库"),
    ],
)
def test_a_lost_database_is_reported_and_nothing_is_made(
    words: tuple[str, ...], how: str, message: str, office: Gkflow, home: Path
) -> None:
    lose(home, how)
    before = everything(home)
    done = office(*words)
    assert done.code == 2
    assert message in done.err
    assert "备份" in done.err
    assert done.err.count("\n") == 1
    assert done.out == ""
    assert everything(home) == before


def test_an_empty_record_is_begun_only_when_it_is_asked_for(office: Gkflow, home: Path) -> None:
    lose(home, "gone")
    settings = (home / "gkflow.toml").read_bytes()
    assert "gkflow init --new-database" in office("init").err
    assert office("init", "--new-database").code == 0
    assert (home / "gkflow.toml").read_bytes() == settings
    assert office("cases").code == 0


def test_a_file_that_is_no_database_is_not_overwritten_even_then(office: Gkflow, home: Path) -> None:
    lose(home, "text")
    before = everything(home)
    assert office("init", "--new-database").code == 2
    assert everything(home) == before


def test_settings_written_before_the_office_are_no_office(gkflow: Gkflow, home: Path) -> None:
    home.mkdir()
    (home / "gkflow.toml").write_text('lang = "zh"\n', encoding="utf-8")
    assert gkflow("init").code == 2
    assert not (home / "gkflow.db").exists()
    assert gkflow("init", "--new-database").code == 0


def test_reading_where_there_is_no_office_makes_nothing(gkflow: Gkflow, home: Path) -> None:
    home.mkdir()
    assert gkflow("cases").code == 2
    assert list(home.iterdir()) == []


EVERY_DOOR = [
    ("cases",), ("show", "GK-2026-0001"), ("do", "GK-2026-0001"), ("receive", "--fact", "channel=fax"), ("sweep",),
    ("deliver",), ("verify",), ("rebuild",), ("doctor",), ("daemon", "--once"), ("worker", "--once"), ("events",),
    ("endpoints",), ("notices",), ("rules",), ("drafts",), ("feed",), ("db", "rename"),
    ("backup", "backup.zip"),
]  # fmt: skip


@pytest.mark.parametrize("words", EVERY_DOOR, ids=" ".join)
@pytest.mark.parametrize("how", ["no folder", "an empty folder", "an empty file"])
def test_where_no_office_is_every_command_says_what_to_run(
    gkflow: Gkflow, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], how: str
) -> None:
    if words[0] in ("daemon", "worker"):
        monkeypatch.delenv("GKFLOW_NOW", raising=False)  # they refuse a made-up moment before anything else
    if how != "no folder":
        home.mkdir()
    if how == "an empty file":
        (home / "gkflow.db").touch()
    before = everything(tmp_path)
    done = gkflow(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert "请先运行 gkflow init" in done.err
    assert everything(tmp_path) == before
