"""Help (帮助): examples that can be typed, the facts of an action, completion, ``gkflow help``."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from builders import rules
from gkflow.cli.app import COMMANDS, _build
from gkflow.cli.examples import EXAMPLES
from gkflow.cli.help import width
from gkflow.domain.errors import NotFound

Gkflow = Callable[..., Any]
LINES = [(name, line) for name, lines in EXAMPLES.items() for line, _ in lines]


def test_every_command_has_an_example() -> None:
    assert set(EXAMPLES) >= set(COMMANDS)
    assert set(EXAMPLES) <= set(COMMANDS)


@pytest.mark.parametrize(("name", "line"), LINES)
def test_every_example_can_be_typed(name: str, line: str) -> None:
    words = shlex.split(line.rpartition("| ")[2])
    assert words[:2] == ["gkflow", name]
    group = _build()
    command = group.get_command(None, name)
    command.make_context(name, words[2:])  # an unknown option or a missing argument raises


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_shows_its_examples(name: str, gkflow: Gkflow) -> None:
    done = gkflow("help", name)
    assert done.code == 0
    assert done.out == gkflow(name, "--help").out
    assert all(line in done.out for line, _ in EXAMPLES[name])
    assert "Examples" in gkflow("help", name, "--lang", "en").out


def test_gkflow_help_is_the_help(gkflow: Gkflow) -> None:
    assert gkflow("help").out == gkflow("--help").out
    assert "没有命令 nothing" in gkflow("help", "nothing").err


def test_the_help_of_receive_lists_the_facts_of_the_workflow(gkflow: Gkflow) -> None:
    printed = gkflow("receive", "--help").out
    assert re.search(r"channel +收件方式：.*in_person 当面", printed)
    assert "channel" in gkflow("receive", "--help", "--lang", "en").out
    assert "withhold" not in printed
    assert "决定" in gkflow("receive", "penalty", "--help").out


def test_the_help_of_an_action_lists_its_facts_with_their_choices(register: Gkflow) -> None:
    printed = register("do", "RC01", "答复", "--help").out
    assert "须填的要素" in printed
    assert re.search(r"method +送达方式：handed 直接送达、posted 邮寄、electronic 电子送达", printed)
    # A wrong case or action leaves the help itself.
    assert register("do", "RC999", "reply", "--help").code == 0


@pytest.mark.parametrize("columns", ["40", "60", "80", "120"])
@pytest.mark.parametrize("workflow", ["request", "penalty"])
def test_what_may_be_done_fits_any_width_and_breaks_no_code(
    columns: str, workflow: str, office: Gkflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    import json

    monkeypatch.setenv("COLUMNS", columns)
    facts = ("--fact", "channel=in_person") if workflow == "request" else ()
    office("receive", workflow, "--number", "W-1", *facts)
    for words in (("do", "W-1"), ("do", "W-1", "--lang", "en")):
        lines = office(*words).out.splitlines()
        assert max(map(width, lines)) <= max(int(columns) + 2, 58), "but for the lines with the command to type"
        assert len(lines) <= 60
    printed = office("do", "W-1").out
    for row in json.loads(office("do", "W-1", "--format", "json").out):
        assert row["action"] in printed
        aside = row["action"] in ("note", "correct_entry", "link")
        missing = [fact for fact in row["must"] if not re.search(rf"(^|\s){fact}(\s|$)", printed, re.MULTILINE)]
        assert aside or not missing


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        (("do", "RC01", "reply"), "decision = D-PUB-ALREADY 已主动公开 | D-PUB 予以公开"),
        (("do", "RC01", "zzz"), "有：receive 收件、confirm 确认收到"),
        (("do", "RC01", "withdraw", "--fact", "qqqq=1"), "有：reason 理由"),
        (("do", "RC01", "reply", "--fact", "method=x", "--fact", "decision=D-PUB"), "handed 直接送达"),
    ],
)
def test_a_refusal_lists_what_is_possible(words: tuple[str, ...], printed: str, register: Gkflow) -> None:
    done = register(*words)
    assert done.code == 2
    assert printed in done.err
    assert "do you mean" not in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        (("calendar", "adopt", "--year", "x"), "--year：要写整数"),
        (("daemon", "--every", "0"), "--every：不得小于 0.1"),
        (("daemon", "--every", "x"), "--every：要写数"),
        (("cases", "--all=1"), "--all 后面不写值"),
    ],
)
def test_what_the_library_says_of_an_option_is_said_in_chinese(
    words: tuple[str, ...], printed: str, gkflow: Gkflow
) -> None:
    done = gkflow(*words)
    assert done.code == 2
    assert printed in done.err
    assert not re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}", done.err.replace("gkflow daemon --help", ""))


@pytest.mark.parametrize(
    ("typed", "position", "wanted"),
    [("gkflow ca", 1, {"cases", "calendar"}), ("gkflow cases --over", 2, {"--overdue"})],
)
def test_the_shell_completes_commands_and_options(typed: str, position: int, wanted: set[str]) -> None:
    import os

    asked = {"_GKFLOW_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(position)}
    done = subprocess.run(
        [sys.executable, "-m", "gkflow"], env={**os.environ, **asked}, capture_output=True, text=True, encoding="utf-8"
    )
    assert set(done.stdout.split()) == wanted


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (("receive", "许可"), "行政许可公示"),
        (("receive", "处罚公示"), "行政处罚公示"),
        (("limits", "--workflow", "许可"), "行政许可公示"),
        (("do", "RC01", "补正"), "告知补正"),
        (("do", "RC01", "reply", "--fact", "类型=x"), "答复类型"),
    ],
)
def test_a_part_of_a_label_is_answered_with_the_label(words: tuple[str, ...], near: str, register: Gkflow) -> None:
    done = register(*words, "--by", "张三") if words[0] == "do" else register(*words)

    assert done.code == 2
    assert near in done.err


def test_a_program_that_gives_a_part_of_a_label_gets_the_label_as_well() -> None:
    with pytest.raises(NotFound, match='do you mean "行政许可公示"'):
        rules().workflow("许可")
