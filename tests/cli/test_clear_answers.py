"""What was given by mistake gets a clear answer (明确的答复): an empty value, a mistyped name, a case that was none."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Gkflow = Callable[..., Any]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("receive", "--title", "x", "--number", ""), "--number"),
        (("receive", "--title", "x", "--by", " "), "--by"),
        (("receive", "--title", "x", "--unit", ""), "--unit"),
        (("receive", "--title", "x", "--day", ""), "--day"),
        (("receive", "--title", "x", "--key", ""), "--key"),
        (("receive", "--title", ""), "--title"),
        (("receive", "", "--title", "x"), "流程"),
        (("do", "RC01", "", "--fact", "text=x"), "动作"),
        (("do", "RC01", "note", "--fact", "text=x", "--by", ""), "--by"),
        (("cases", "--unit", ""), "--unit"),
        (("cases", "--officer", ""), "--officer"),
        (("cases", "--as-of", ""), "--as-of"),
        (("export", "--output", ""), "--output"),
        (("verify", "--seals", ""), "--seals"),
    ],
)
def test_what_was_given_and_is_empty_is_refused_with_its_name(
    words: tuple[str, ...], name: str, register: Gkflow
) -> None:
    before = register("export", "--format", "json").out
    done = register(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"gkflow: {name} 是空的；请写明，或者不写这一项。用法见：gkflow {words[0]} --help\n"
    assert " is empty: give a value, or leave it out. Usage" in register(*words, "--lang", "en").err
    assert register("export", "--format", "json").out == before


def test_a_mistyped_workflow_is_asked_back_with_the_nearest(office: Gkflow) -> None:
    for words in (("receive", "requset", "--title", "x"), ("cases", "--workflow", "requset")):
        done = office(*words)
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert "没有流程“requset”，是不是 request？有：" in done.err
        assert 'no workflow "requset" (do you mean request?); there are: ' in office(*words, "--lang", "en").err
    assert "是不是 依申请公开？" in office("receive", "依申请公示", "--title", "x").err


def test_a_misfiled_case_has_no_limit_and_says_why(office: Gkflow) -> None:
    number = json.loads(office("receive", "--fact", "channel=in_person", "--format", "json").out)["case"]
    assert office("do", number, "misfile", "--fact", "reason=重复登记").code == 0
    for words in (("explain", number), ("explain", number, "--clock", "reply")):
        done = office(*words)
        assert (done.code, done.err) == (2, f"gkflow: 案件 {number} 系误收，没有期限\n")
        english = office(*words, "--lang", "en").err
        assert english == f"gkflow: case {number} was received by mistake (misfiled): it has no limit\n"


def test_a_case_before_its_first_clock_says_so(office: Gkflow) -> None:
    number = json.loads(office("receive", "interpretation", "--title", "x", "--format", "json").out)["case"]
    if json.loads(office("show", number, "--format", "json").out)["clocks"]:
        pytest.skip("a clock of it runs from the receipt")
    assert office("explain", number).err == f"gkflow: 案件 {number} 没有期限：还没有期限开始计算\n"


def test_the_help_of_a_correction_lists_the_facts_that_may_be_given(register: Gkflow) -> None:
    for action in ("correct_entry", "更正记录"):
        printed = register("do", "RC01", action, "--help").out
        must, _, facts = printed.partition("更正后的要素，可以是本流程的任一要素")
        assert "seq " in must
        assert "reason " in must
        named = [line.split()[0] for line in facts.splitlines() if line.startswith("  ") and line[2] != " "]
        assert {"channel", "confirmed", "decision", "method", "officer"} <= set(named)
        # What gkflow takes down itself is not corrected by hand.
        assert not {"recounted", "last_day_before", "rules_edition", "leads_to", "seq"} & set(named)
    assert "any fact of the workflow" in register("do", "RC01", "correct_entry", "--help", "--lang", "en").out


PEOPLE = '\n[[people]]\nname = "张三"\nroles = ["clerk", "officer"]\n'


@pytest.mark.slow
@pytest.mark.parametrize("people", ["", PEOPLE])
def test_nothing_unknown_is_an_unexpected_error(people: str, register: Gkflow, home: Path) -> None:
    with (home / "gkflow.toml").open("a", encoding="utf-8") as file:
        file.write(people)
    tried = itertools.product(
        ("未知动作", "note", "correct_entry", "extend", "{0}"), ("X", "GK", "{x}"), ("a=b", "officer=李四", "{y}={z}"),
        ("张三", "李四"), ([], ["--draft"], ["--key", "k"], ["--lang", "en"]),
    )  # fmt: skip
    for action, unit, fact, by, more in tried:
        done = register("do", "RC01", action, "--unit", unit, "--fact", fact, "--by", by, *more)
        assert done.code == 2, (action, unit, fact, by, more)
        assert "Error" not in done.err, done.err
        assert "出乎意料" not in done.err, done.err


@pytest.mark.parametrize("command", ["show", "explain"])
def test_a_moment_is_printed_as_people_read_it(office: Gkflow, command: str) -> None:
    office("receive", "request", "--number", "M1", "--day", "2026-11-02", "--fact", "channel=in_person")
    for given, shown in (("2020-01-01", "2020-01-01 23:59"), ("2020-01-01T08:00+00:00", "2020-01-01 16:00")):
        done = office(command, "M1", "--recorded-by", given)
        assert (done.code, done.err) == (2, f"gkflow: {shown} 以前还没有案件 M1 的记录\n")


def test_a_setup_names_the_register_to_import_in_the_language_of_the_office(gkflow: Gkflow, home: Path) -> None:
    told = gkflow("init", "--name", "某办").out
    assert "gkflow import 文件.csv" in told
    assert "FILE" not in told


def test_english_says_needs_for_the_facts_of_an_action(office: Gkflow) -> None:
    office("receive", "request", "--number", "M1", "--day", "2026-11-02", "--fact", "channel=in_person")
    printed = office("--lang", "en", "do", "M1").out
    assert "    needs items" in printed
    assert "must" not in printed


def test_a_limit_of_hours_is_counted_from_its_moment_and_ends_at_one(office: Gkflow) -> None:
    known = ("--fact", "level=major", "--fact", "known_at=2022-11-12 12:10", "--yes")
    done = office("receive", "opinion", "--day", "2022-11-12", *known)
    assert done.code == 0, done.err
    assert "起算    2022-11-12 12:10（按小时计算）" in done.out
    assert "届满日  2022-11-12（星期六） 17:10" in done.out
    assert "当日不计入" not in done.out
    days = office("receive", "--day", "2022-11-14", "--fact", "channel=in_person", "--yes").out
    assert "起算日  2022-11-14（当日不计入）" in days


def test_what_is_repeated_under_its_key_changes_no_last_day(office: Gkflow) -> None:
    office("receive", "--number", "A", "--day", "2022-11-14", "--fact", "channel=in_person")
    words = ("do", "A", "note", "--day", "2022-11-14", "--fact", "text=x", "--key", "k")
    assert "届满日（答复期限）：不变" in office(*words).out
    again = office(*words)
    assert again.code == 0
    assert again.out.startswith("同一幂等键已经办过，没有重复写入：")
