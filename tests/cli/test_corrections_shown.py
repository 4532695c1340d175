"""What was corrected, what was believed before, and what is asked before a case is opened, on the command line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import gkflow as library
from store.offices import at

Gkflow = Callable[..., Any]
BEFORE = ("--recorded-by", "2026-03-25")


@pytest.fixture
def voided(office: Gkflow) -> Gkflow:
    """A wrong reply of the 20th, voided on the 28th; the true one went out on the 23rd. The last day is the 30th."""
    reply = {"decision": "D-PUB", "method": "posted"}
    with library.open() as opened:
        opened.receive("request", "A", day="2026-03-02", facts={"channel": "in_person"}, now=at("2026-03-02"))
        opened.do("A", "register", day="2026-03-02", now=at("2026-03-02"))
        opened.do("A", "reply", day="2026-03-20", facts=reply, now=at("2026-03-20"))
        void = {"seq": 3, "void": True, "reason": "误录"}
        opened.do("A", "correct_entry", day="2026-03-28", facts=void, now=at("2026-03-28"))
        opened.do("A", "reply", day="2026-03-23", facts=reply, now=at("2026-03-28", "10:00"))
    return office


def test_show_strikes_out_what_was_voided_and_names_the_entry_that_did(voided: Gkflow) -> None:
    result = json.loads(voided("show", "A", "--format", "json").out)
    by = {each["seq"]: each["voided_by"] for each in result["record"]}
    assert by == {1: None, 2: None, 3: 4, 4: None, 5: None}
    (line,) = [line for line in voided("show", "A").out.splitlines() if "已由第 4 条作废" in line]
    assert "2026-03-20" in line


def test_show_names_what_took_the_place_of_a_corrected_entry(office: Gkflow) -> None:
    with library.open() as opened:
        opened.receive("request", "A", day="2026-03-02", facts={"channel": "in_person"}, now=at("2026-03-02"))
        day = {"seq": 1, "day": "2026-02-27", "reason": "签收之日"}
        opened.do("A", "correct_entry", day="2026-03-03", facts=day, now=at("2026-03-03"))
    first, _ = json.loads(office("show", "A", "--format", "json").out)["record"]
    assert (first["day"], first["corrected_by"], first["now"]["day"]) == ("2026-03-02", [2], "2026-02-27")


def test_every_command_that_knows_a_day_knows_what_was_believed(voided: Gkflow, tmp_path: Path) -> None:
    def cases(*words: str) -> list[str]:
        rows = json.loads(voided("cases", "--as-of", "2026-03-22", *words, "--format", "json").out)
        return [row["case"] for row in rows]

    # On the 22nd the case was open, for the true reply is of the 23rd; on the 25th the office believed otherwise.
    assert (cases(), cases(*BEFORE)) == (["A"], [])

    def shown(*words: str) -> dict[str, Any]:
        result: dict[str, Any] = json.loads(voided("show", "A", *words, "--format", "json").out)
        return result

    assert [each["day"] for each in shown(*BEFORE)["record"]] == ["2026-03-02", "2026-03-02", "2026-03-20"]
    assert len(shown()["record"]) == 5

    def replied(*words: str) -> str:
        """The day of the reply in the course of events that ``explain`` prints."""
        lines = str(voided("explain", "A", *words).out).splitlines()
        (line,) = [line for line in lines if "答复" in line and "停止" in line]
        (day,) = re.findall(r"2026-03-\d\d", line)
        return str(day)

    assert (replied(), replied(*BEFORE)) == ("2026-03-23", "2026-03-20")

    def fed(*words: str) -> bool:
        file = tmp_path / "feed.ics"
        assert voided("feed", "--as-of", "2026-03-22", *words, "--output", str(file)).code == 0
        return "答复期限" in file.read_text(encoding="utf-8")

    assert (fed(), fed(*BEFORE)) == (True, False)


def test_a_case_without_any_fact_is_not_opened_unless_it_is_meant(office: Gkflow) -> None:
    refused = office("receive")
    assert (refused.code, refused.out) == (2, "")
    assert "没有立案" in refused.err
    assert json.loads(office("cases", "--all", "--format", "json").out) == []
    assert office("receive", "--yes").code == 0
    assert len(json.loads(office("cases", "--all", "--format", "json").out)) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of POSIX")
@pytest.mark.parametrize(("answer", "opened"), [("n\n", 0), ("y\n", 1)])
def test_people_at_a_terminal_are_asked(answer: str, opened: int, office: Gkflow, home: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    os.write(ours, answer.encode())
    command = [sys.executable, "-m", "gkflow", "receive"]
    environment = {**os.environ, "GKFLOW_HOME": str(home), "PYTHONUTF8": "1"}
    done = subprocess.run(command, stdin=theirs, capture_output=True, env=environment, timeout=60)
    os.close(ours)
    os.close(theirs)
    assert "确定要立一件" in (done.stdout + done.stderr).decode()
    assert len(json.loads(office("cases", "--all", "--format", "json").out)) == opened


def test_events_of_one_day_are_explained_in_the_order_of_the_record(office: Gkflow) -> None:
    with library.open() as opened:
        opened.receive("request", "A", day="2026-03-02", facts={"channel": "in_person"}, now=at("2026-03-02"))
        opened.do("A", "register", now=at("2026-03-02"))
        for action, facts in (
            ("consult_third_party", {"ref": "乙"}), ("third_party_answers", {"ref": "乙"}),
            ("consult_third_party", {"ref": "甲"}), ("extend", {"days": 5, "approved_by": "李四"}),
            ("third_party_answers", {"ref": "甲"}),
        ):  # fmt: skip
            opened.do("A", action, facts=facts, now=at("2026-03-05"))
    entries = re.findall(r"2026-03-05 .*第 (\d+) 条", office("explain", "A").out.split("逐日推算")[0])
    assert entries == ["3", "4", "5", "6", "7"]


def test_where_there_was_no_last_day_before_none_is_compared(office: Gkflow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GKFLOW_NOW", "2026-03-06T10:00")
    office("receive", "request", "--number", "A", "--day", "2026-03-02", "--fact", "channel=in_person")
    office("do", "A", "登记", "--day", "2026-03-02")

    def first(*words: str) -> str:
        return str(office("do", "A", *words).out.splitlines()[0])

    assert "→" in first("征求第三方意见", "--fact", "ref=甲")
    # Still suspended, then answered: the last day comes from nothing.
    assert "→" not in first("备注", "--fact", "text=x")
    again = first("第三方答复意见", "--fact", "ref=甲")
    assert "→" not in again
    assert "此前暂无" in again
