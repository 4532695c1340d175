"""``sweep deliver daemon escalations ack notices`` (巡检、送发、守护进程、督办、签收、通知)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.printed import rows_of

Gkflow = Callable[..., Any]
KEYS = "id case workflow clock clock_label deadline step kind colour day told told_at delivered_at acknowledged_by"
KEYS += " acknowledged_at words"


@pytest.fixture
def swept(register: Gkflow) -> Gkflow:
    """The fifteen cases, swept through 3 November 2022: RC01 was due the day before."""
    assert register("sweep", "--as-of", "2022-10-26").code == 0
    assert register("sweep", "--as-of", "2022-11-03").code == 0
    return register


def test_a_sweep_says_which_days_and_what_was_recorded_and_who_was_notified(register: Gkflow) -> None:
    first = register("sweep", "--as-of", "2022-11-01")
    assert "已巡检（2022-11-01）" in first.out.splitlines()[0]
    then = register("sweep", "--as-of", "2022-11-03T09:00+08:00")
    assert "2022-11-02 至 2022-11-03，逐日 2 天）：新记督办 2 条" in then.out.splitlines()[0]
    assert sum("RC01" in line for line in then.out.splitlines()) == 2
    again = register("sweep", "--as-of", "2022-11-03")
    assert again.code == 0
    assert "没有新的事项" in again.out


def test_a_sweep_as_json_is_the_rows_recorded_and_nothing_else(register: Gkflow) -> None:
    register("sweep", "--as-of", "2022-11-01")
    rows = rows_of(register, "sweep", "--as-of", "2022-11-02")
    assert [list(row) for row in rows] == [KEYS.split()]
    assert (rows[0]["case"], rows[0]["step"], rows[0]["kind"], rows[0]["day"]) == ("RC01", 0, "urge", "2022-11-02")


def test_a_simulated_sweep_looks_ahead_and_writes_nothing(swept: Gkflow) -> None:
    rows = rows_of(swept, "sweep", "--simulate", "--as-of", "2022-11-16")
    # Day 0 is 30 September, the last day 2 November: the third working day after it is the 7th, the tenth the 16th.
    assert [(row["case"], row["step"]) for row in rows if row["clock"] == "reply"] == [("RC01", 3), ("RC01", 10)]
    assert {row["id"] for row in rows} == {None}
    assert all(list(row) == KEYS.split() for row in rows)
    assert rows_of(swept, "sweep", "--simulate", "--as-of", "2022-11-16") == rows
    assert swept("sweep", "--simulate", "--as-of", "2099-01-04").code == 0


def test_a_day_to_come_is_refused_without_simulate(office: Gkflow) -> None:
    done = office("sweep", "--as-of", "2999-01-04")
    assert (done.code, done.out) == (2, "")
    assert "--simulate" in done.err


def test_the_escalation_log_has_the_keys_that_scripts_rely_on(swept: Gkflow) -> None:
    rows = rows_of(swept, "escalations", "--case", "RC01")
    assert all(list(row) == KEYS.split() for row in rows)
    log = [(row["day"], row["step"], row["kind"]) for row in rows if row["clock"] == "reply"]
    assert log == [
        ("2022-10-26", -5, "remind"), ("2022-10-31", -2, "remind"), ("2022-11-02", 0, "urge"),
        ("2022-11-03", 1, "supervise"),
    ]  # fmt: skip
    assert rows[-1]["deadline"] == "2022-11-02"
    assert rows[-1]["clock_label"] == "答复期限"
    assert rows[-1]["acknowledged_by"] is None
    assert {row["day"] for row in rows_of(swept, "escalations", "--since", "2022-11-02")} == {
        "2022-11-02",
        "2022-11-03",
    }


def test_an_acknowledgement_has_a_name_and_words_and_stands_once(swept: Gkflow) -> None:
    last = rows_of(swept, "escalations", "--case", "RC01")[-1]["id"]
    assert swept("ack", str(last), "--words", "已催承办人", "--by", "王五").code == 0
    row = rows_of(swept, "escalations", "--case", "RC01")[-1]
    assert (row["acknowledged_by"], row["words"]) == ("王五", "已催承办人")
    again = swept("ack", str(last), "--words", "再签", "--by", "赵六")
    assert "此前已经签收" in again.out
    assert rows_of(swept, "escalations", "--case", "RC01")[-1]["acknowledged_by"] == "王五"

    open_before = rows_of(swept, "escalations", "--unacknowledged", "--case", "RC01")
    assert swept("ack", "--case", "RC01", "--words", "都看到了").code == 0
    assert len(open_before) > 1
    assert rows_of(swept, "escalations", "--unacknowledged", "--case", "RC01") == []


@pytest.mark.parametrize(
    "words",
    [["ack"], ["ack", "1"], ["ack", "9999", "--words", "x"], ["ack", "--case", "RC99", "--words", "x"],
     ["notices", "--dead", "--waiting"], ["notices", "--show", "9999"], ["notices", "--retry", "x"]],
)  # fmt: skip
def test_wrong_use_is_one_line_and_exit_code_2(swept: Gkflow, words: list[str]) -> None:
    done = swept(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("gkflow: ")
    assert done.err.count("\n") == 1


def test_deliver_sends_what_waits_and_the_notice_can_be_read_in_full(swept: Gkflow, home: Path) -> None:
    waiting = rows_of(swept, "notices", "--waiting")
    assert waiting
    done = swept("deliver")
    assert f"已送出 {len(waiting)} 条通知" in done.out
    assert rows_of(swept, "notices", "--waiting") == []
    delivered = rows_of(swept, "notices", "--delivered", "--case", "RC01")
    assert delivered[0]["status"] == "filed", "the settings name nobody: the file has it, and nobody knows"
    text = swept("notices", "--show", str(delivered[0]["id"])).out
    assert "RC01" in text.splitlines()[0]
    assert "2022-11-02" in text
    lines = (home / "notices" / "notices.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["data"]["key"] for line in lines} == {row["key"] for row in waiting}
    assert json.loads(swept("deliver", "--format", "json").out) == [
        {"delivered": 0, "failed": 0, "dead": 0, "held": False}
    ]


def test_a_dead_notice_is_listed_with_its_reason_and_can_be_sent_again(swept: Gkflow, home: Path) -> None:
    with sqlite3.connect(home / "gkflow.db") as database:
        database.execute("UPDATE gk_notice SET channel = 'webhook' WHERE id = 1")
    database.close()
    swept("deliver")
    dead = rows_of(swept, "notices", "--dead")
    assert [row["id"] for row in dead] == [1]
    assert dead[0]["error"]
    assert "1" in swept("notices", "--retry", "all").out
    assert [row["id"] for row in rows_of(swept, "notices", "--waiting")] == [1]


@pytest.fixture
def by_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's clock, on whatever day: the daemon runs by no other."""
    monkeypatch.delenv("GKFLOW_NOW", raising=False)


def test_daemon_once_is_tick_and_deliver(by_the_machine: None, register: Gkflow) -> None:
    done = register("daemon", "--once")
    assert done.code == 0
    assert "已巡检" in done.out
    assert "已送出" in done.out
    assert rows_of(register, "notices", "--waiting") == []
    levels = {sign["name"]: sign["level"] for sign in json.loads(register("doctor", "--format", "json").out)}
    assert {levels[name] for name in ("sweep", "clock", "delivery")} == {"ok"}


def test_in_english_the_labels_are_identifiers(swept: Gkflow) -> None:
    assert rows_of(swept, "escalations", "--case", "RC01", "--lang", "en")[-1]["clock_label"] == "reply"
    assert "working day 1 after" in swept("escalations", "--lang", "en").out
