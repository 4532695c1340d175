"""``verify rebuild doctor draw demo`` (核验、重建、体检、流程图、演示)."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Gkflow = Callable[..., Any]


def change(home: Path, *statements: str) -> None:
    """Change the file itself, as somebody would who has no right to."""
    database = sqlite3.connect(home / "gkflow.db")
    triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        database.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        database.execute(statement)
    database.commit()
    database.close()


def test_a_whole_record_is_verified(register: Gkflow, home: Path) -> None:
    register("sweep", "--as-of", "2022-11-15")
    done = register("verify")
    result, deposit = done.out.splitlines()
    assert (done.code, result) == (0, "核验了 15 件案件、1 次巡检，全部完好。")
    # The line to be kept elsewhere is the one by which it is held against the record later.
    (home / "deposited.txt").write_text(deposit.removeprefix("最新封存，请另处留存："), encoding="utf-8")
    assert register("verify", "--seals", str(home / "deposited.txt")).code == 0


def test_a_changed_entry_is_named_and_the_exit_code_is_1(register: Gkflow, home: Path) -> None:
    change(home, "UPDATE gk_entry SET day = '2022-07-04' WHERE \"case\" = 'RC16' AND seq = 2")
    done = register("verify")
    assert done.code == 1
    assert "案件 RC16：第 2 条记录被改动过" in done.out
    rows = json.loads(register("verify", "--format", "json").out)
    found = [(row["where"], row["seq"], row["code"]) for row in rows if row["what"] != "guard"]
    assert found == [("RC16", 2, "entry_changed")]
    assert {row["where"] for row in rows if row["what"] == "guard"} >= {"gk_entry_no_update", "gk_entry_no_delete"}


def test_an_entry_taken_from_the_end_is_missed(register: Gkflow, home: Path) -> None:
    change(home, "DELETE FROM gk_entry WHERE \"case\" = 'RC05' AND seq = 4")
    done = register("verify")
    assert done.code == 1
    assert "RC05" in done.out
    assert "第 4 条记录缺失" in done.out


def test_rebuild_names_the_cases_that_stood_otherwise_and_puts_them_right(register: Gkflow, home: Path) -> None:
    change(home, "UPDATE gk_clock SET last_day = '2030-01-01' WHERE \"case\" = 'RC10' AND clock = 'reply'")
    looked = register("rebuild", "--dry-run")
    assert "RC10" in looked.out
    assert "1 件与办理记录不符；未写入" in looked.out
    assert "RC10" in register("rebuild").out
    again = register("rebuild")
    assert again.out == "已由办理记录重建 15 件案件，与原台账一致。\n"


@pytest.fixture
def on_18_november_2022(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GKFLOW_NOW", "2022-11-18")


def test_a_stale_sweep_is_an_error_with_an_exit_code(on_18_november_2022: None, register: Gkflow) -> None:
    never = register("doctor")
    assert never.code == 1
    assert "[错误] 还没有巡检过" in never.out
    register("sweep", "--as-of", "2022-11-15")
    stale = register("doctor")
    assert stale.code == 1
    assert "最近一次巡检：2022-11-15，已停了 3 天" in stale.out
    register("sweep")
    register("deliver")
    assert register("doctor").code == 0


def test_the_signs_of_the_doctor_have_words_and_facts(register: Gkflow) -> None:
    done = register("doctor", "--format", "json")
    signs = {sign["name"]: sign for sign in json.loads(done.out)}
    assert {"sweep", "daemon", "clock", "delivery", "calendar", "provisional", "counts"} <= set(signs)
    assert all(list(sign) == ["name", "level", "words", "facts"] for sign in signs.values())
    assert signs["sweep"]["level"] == "error"
    assert signs["counts"]["facts"]["cases"] == 15


def test_the_diagram_has_every_state_and_action_in_chinese(gkflow: Gkflow) -> None:
    from gkflow.bootstrap import rulebook

    done = gkflow("draw", "request")
    assert done.code == 0
    workflow = rulebook().workflows["request"]
    # 误收 leads there from everywhere: it is not drawn, or it would hide the others.
    assert "misfile" not in done.out
    for state in workflow.states.values():
        assert state.name == "misfiled" or f'state "{state.label}" as {state.name}' in done.out
    for action in workflow.actions.values():
        if action.name == "misfile":
            continue
        assert action.label in done.out
        for source in set(action.sources) - {"misfiled"}:
            arrow = rf"{source} --> {action.target or source}: .*{re.escape(action.label)}"
            assert re.search(arrow, done.out), (source, action.name)
    assert "stateDiagram-v2" in done.out
    assert gkflow("draw", "依申请公开").out == done.out
    unknown = gkflow("draw", "requst")
    assert unknown.code == 2
    assert "request" in unknown.err


def test_the_demonstration_runs_twice_and_touches_no_office(
    office: Gkflow, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    elsewhere = tmp_path / "elsewhere.db"
    monkeypatch.setenv("GKFLOW_DATABASE_URL", f"sqlite:///{elsewhere}")
    environ = dict(os.environ)
    first = office("demo")
    assert first.code == 0, first.err
    second = office("demo")
    assert second.out == first.out
    assert dict(os.environ) == environ
    assert not elsewhere.exists()
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before
    for case in ("RC01", "RC10", "RC24"):
        assert re.search(rf"^{case} .*逾期未办$", first.out, re.MULTILINE)
    # 30 September 2022 + 20 working days, 8 and 9 October being worked.
    assert re.search(r"2022-11-02 .*第20日", first.out)
    assert "督办记录" in first.out
    assert first.out.count("$ GKFLOW_HOME=.demo gkflow") == 5


def test_the_demonstration_empties_no_folder_that_is_not_its_own(gkflow: Gkflow, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "gkflow.db").write_text("my own")
    done = gkflow("demo", "--folder", str(mine))
    assert done.code == 2
    assert "--folder" in done.err
    assert (mine / "gkflow.db").read_text() == "my own"


def test_a_daemon_refuses_a_clock_that_is_made_up(office: Gkflow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GKFLOW_NOW", "2022-11-15")
    for words in (("daemon",), ("daemon", "--once")):
        done = office(*words)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
        assert "GKFLOW_NOW=2022-11-15" in done.err


def test_the_daemon_ends_on_sigterm_with_exit_code_0_and_logs_json(
    office: Gkflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GKFLOW_NOW", raising=False)
    process = subprocess.Popen(
        [sys.executable, "-m", "gkflow", "daemon"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        lines = [process.stderr.readline()]
        assert json.loads(lines[0])["event"] == "started"
        process.terminate()
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert (process.returncode, out) == (0, "")
    events = [json.loads(line)["event"] for line in err.splitlines()]
    assert events[-1] == "stopped"
