"""Backup and restore (备份与恢复): everything in one file, verified before it becomes an office again."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

Gkflow = Callable[..., Any]


@pytest.fixture
def kept(register: Gkflow, home: Path, tmp_path: Path) -> Path:
    (home / "config" / "wording").mkdir(parents=True)
    file = tmp_path / "backup.zip"
    assert register("backup", str(file)).code == 0
    return file


def test_an_office_comes_back_as_it_was(
    register: Gkflow, kept: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = register("cases", "--all", "--format", "json").out, register("export", "--format", "json").out
    settings = (home / "gkflow.toml").read_bytes()
    done = register("restore", str(kept), str(tmp_path / "new"))
    assert (done.code, "15 件案件" in done.out, "全部完好" in done.out) == (0, True, True)
    monkeypatch.setenv("GKFLOW_HOME", str(tmp_path / "new"))
    assert (register("cases", "--all", "--format", "json").out, register("export", "--format", "json").out) == before
    assert (tmp_path / "new" / "gkflow.toml").read_bytes() == settings
    assert register("verify").code == 0


def test_a_backup_is_for_its_owner_alone(kept: Path, tmp_path: Path, register: Gkflow) -> None:
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    register("restore", str(kept), str(tmp_path / "new"))
    for name in ("gkflow.db", "gkflow.toml"):
        assert stat.S_IMODE((tmp_path / "new" / name).stat().st_mode) == 0o600


def test_a_backup_is_taken_while_somebody_writes(register: Gkflow, home: Path, tmp_path: Path) -> None:
    writer = sqlite3.connect(home / "gkflow.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE gk_docket SET title = '未提交'")
    try:
        assert register("backup", str(tmp_path / "b.zip")).code == 0
    finally:
        writer.execute("ROLLBACK")
        writer.close()
    assert register("restore", str(tmp_path / "b.zip"), str(tmp_path / "new")).code == 0
    with sqlite3.connect(tmp_path / "new" / "gkflow.db") as copy:
        assert copy.execute("SELECT count(*) FROM gk_docket WHERE title = '未提交'").fetchone() == (0,)


def test_a_broken_record_is_not_restored(register: Gkflow, home: Path, tmp_path: Path) -> None:
    with sqlite3.connect(home / "gkflow.db") as forger:
        for (name,) in forger.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            forger.execute(f"DROP TRIGGER {name}")
        forger.execute("UPDATE gk_entry SET day = '2022-10-01' WHERE seq = 1 AND \"case\" = 'RC01'")
    forger.close()
    assert register("backup", str(tmp_path / "b.zip")).code == 0
    done = register("restore", str(tmp_path / "b.zip"), str(tmp_path / "new"))
    assert done.code == 1
    assert "RC01" in done.out
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("how", ["cut", "text", "foreign", "outside"])
def test_what_is_no_backup_restores_nothing(how: str, register: Gkflow, kept: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.zip"
    if how == "cut":
        bad.write_bytes(kept.read_bytes()[:-2000])
    elif how == "text":
        bad.write_text("not a zip", encoding="utf-8")
    else:
        with ZipFile(bad, "w") as archive:
            if how == "outside":
                archive.writestr("gkflow.db", b"SQLite format 3\0")
            archive.writestr("../evil.txt" if how == "outside" else "a.txt", "x")
    done = register("restore", str(bad), str(tmp_path / "new"))
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "不是完整的 gkflow 备份" in done.err
    assert not (tmp_path / "new" / "gkflow.db").exists()
    assert not (tmp_path / "evil.txt").exists()


def test_nothing_is_written_over(register: Gkflow, kept: Path, home: Path) -> None:
    before = (home / "gkflow.toml").read_bytes()
    assert "已有机关" in register("restore", str(kept), str(home)).err
    assert "已经存在" in register("backup", str(kept)).err
    assert (home / "gkflow.toml").read_bytes() == before


def test_postgresql_is_named_its_own_tool_without_its_password(
    office: Gkflow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GKFLOW_DATABASE_URL", "postgresql+psycopg://gk:geheim@db/gk")
    done = office("backup", str(tmp_path / "b.zip"))
    assert "pg_dump" in done.err
    assert "geheim" not in done.err


@pytest.mark.parametrize("target", ["missing/b.zip", "file.txt/b.zip", "a-folder"])
def test_a_place_that_cannot_be_written_is_one_line(target: str, office: Gkflow, tmp_path: Path) -> None:
    (tmp_path / "file.txt").touch()
    (tmp_path / "a-folder").mkdir()
    done = office("backup", str(tmp_path / target))
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "出乎意料" not in done.err


@pytest.mark.parametrize("damage", ["pages", "header"])
def test_a_backup_of_a_damaged_database_names_the_database_and_not_the_archive(
    register: Gkflow, home: Path, tmp_path: Path, damage: str
) -> None:
    path = home / "gkflow.db"
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192) if damage == "pages" else b"\xff" * len(whole))
    done = register("backup", str(tmp_path / "b.zip"))
    assert done.code == 2
    assert "数据库" in done.err
    assert "b.zip" not in done.err
    assert not (tmp_path / "b.zip").exists()
