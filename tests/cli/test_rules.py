"""``gkflow rules`` (规则版本): what waits is said, listed and adopted; nothing moves before."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.printed import rows_of
from gkflow.cli.commands.rules import _side_by_side

Gkflow = Callable[..., Any]
ROOT = Path(__file__).parents[2]
LAW = "config/law/ogi-regulations.yaml"
REPLY = (
    "        length: 20\n        unit: working_day\n        article: 第三十三条第二款\n        quote: 行政机关不能当场"
)
WAITS = "gkflow rules adopt"


def shorten(home: Path, length: int = 15) -> None:
    text = (ROOT / LAW).read_text(encoding="utf-8")
    (home / "config" / "law").mkdir(parents=True, exist_ok=True)
    (home / LAW).write_text(text.replace(REPLY, REPLY.replace("20", str(length), 1), 1), encoding="utf-8")


@pytest.fixture
def waiting(office: Gkflow, home: Path) -> Gkflow:
    """An office with a request of Thu 2022-09-01, whose own file then shortens the reply to 15 working days."""
    done = office("receive", "--day", "2022-09-01", "--fact", "channel=in_person")
    assert done.code == 0
    assert done.err == ""
    shorten(home)
    return office


# 20 working days end on 2022-09-30 (中秋节 09-12 off), 15 on 09-23.
def deadline(gkflow: Gkflow) -> str:
    (row,) = rows_of(gkflow, "cases", "--as-of", "2022-09-02")
    return str(row["deadline"])


@pytest.mark.parametrize(
    "words",
    [
        ("cases",), ("show", "GK-2022-0001"), ("explain", "GK-2022-0001"), ("rates",), ("verify",),
        ("do", "GK-2022-0001", "note", "--fact", "text=x"),
    ],
)  # fmt: skip
def test_every_command_that_shows_or_writes_says_in_one_line_that_rules_wait(
    waiting: Gkflow, words: tuple[str, ...]
) -> None:
    done = waiting(*words)
    assert [line for line in done.err.splitlines() if WAITS in line] == [
        "gkflow: 规则文件与已采用的规则不同，仍按已采用的规则办理；核对并采用：gkflow rules adopt"
    ]
    assert WAITS not in done.out


def test_list_and_explanation_stay_together_before_and_after_the_adoption(waiting: Gkflow) -> None:
    def explained() -> str:
        result = waiting("explain", "GK-2022-0001", "--as-of", "2026-11-01", "--clock", "reply", "--format", "json")
        return str(json.loads(result.out)["deadline"])

    assert (deadline(waiting), explained()) == ("2022-09-30", "2022-09-30")
    before = rows_of(waiting, "rules")
    done = waiting("rules", "adopt", "--apply", "--yes", "--by", "王五")
    assert done.code == 0
    assert "values.2019-05-15.length" in done.out
    assert f"{LAW}:26" in done.out
    assert "2022-09-23" in done.out
    # As of a day before the adoption the list says what it said then.
    assert deadline(waiting) == "2022-09-30"
    (row,) = rows_of(waiting, "cases")
    assert row["deadline"] == "2022-09-23"
    after = rows_of(waiting, "rules")
    assert [(row["by"], row["in_use"]) for row in after] == [("init", False), ("王五", True)]
    assert after[0]["edition"] == before[0]["edition"]
    assert waiting("cases").err == ""


def test_looking_at_what_waits_changes_nothing_and_json_has_both_lists(waiting: Gkflow) -> None:
    result = json.loads(waiting("rules", "adopt", "--format", "json").out)
    assert (result["applied"], result["edition"], result["earlier"]) == (False, None, 1)
    (change,) = result["changes"]
    assert (change["kind"], change["name"], change["old"], change["new"], change["line"]) == (
        "limit", "ogi-regulations/reply", 20, 15, 26,
    )  # fmt: skip
    (moved,) = result["moved"]
    assert (moved["case"], moved["old"], moved["new"]) == ("GK-2022-0001", "2022-09-30", "2022-09-23")
    assert len(rows_of(waiting, "rules")) == 1
    assert waiting("rules", "adopt", "--apply").code == 2, "nobody said yes"
    assert len(rows_of(waiting, "rules")) == 1


def test_init_over_an_office_leaves_the_rules_waiting(waiting: Gkflow) -> None:
    done = waiting("init")
    assert (done.code, WAITS in done.err) == (0, True)
    assert len(rows_of(waiting, "rules")) == 1
    assert deadline(waiting) == "2022-09-30"


def test_doctor_names_the_command_and_a_fault_its_place(waiting: Gkflow, home: Path) -> None:
    assert WAITS in waiting("doctor").out
    text = (home / LAW).read_text(encoding="utf-8")
    (home / LAW).write_text(text.replace("unit: working_day", "unit: workday", 1), encoding="utf-8")
    result = waiting("doctor").out
    assert LAW in result
    assert "gkflow check" in result
    assert waiting("cases").code == 0
    assert waiting("rules", "adopt").code == 2


def test_two_editions_are_compared_and_an_unknown_one_is_named(waiting: Gkflow) -> None:
    first = rows_of(waiting, "rules")[0]["edition"]
    (change,) = rows_of(waiting, "rules", "show", first[:6])
    assert (change["old"], change["new"]) == (20, 15)
    done = waiting("rules", "show", "zzz")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert first in done.err


def test_commands_without_an_office_read_the_files(waiting: Gkflow) -> None:
    (row,) = [row for row in rows_of(waiting, "limits") if row["limit"] == "ogi-regulations/reply"]
    assert row["length"] == 15
    assert WAITS not in waiting("check").err


@given(st.text("ab甲", max_size=90), st.text("ab甲", max_size=90), st.text("ab甲", max_size=90))
def test_two_values_that_differ_are_seen_to_differ(alike: str, one: str, other: str) -> None:
    old, new = _side_by_side({"old": alike + one, "new": alike + other})

    assert (old == new) is (one == other)
    assert max(len(old), len(new)) <= 60


def test_a_ladder_with_another_step_shows_that_step(office: Gkflow, home: Path) -> None:
    ladder = "config/ladders/reply.yaml"
    text = (ROOT / ladder).read_text(encoding="utf-8")
    (home / ladder).parent.mkdir(parents=True, exist_ok=True)
    (home / ladder).write_text(text.replace("steps:\n", "steps:\n  - {at: -7, kind: remind, tell: [officer]}\n"))

    (change,) = json.loads(office("rules", "adopt", "--format", "json").out)["changes"]

    assert (change["what"], change["old"]) == ("steps.0", None)
    assert "-7" in office("rules", "adopt").out
