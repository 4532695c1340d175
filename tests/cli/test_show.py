"""``show`` and ``explain`` (查看、推算说明): linked cases, clocks in hours, terms that run out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Gkflow = Callable[..., Any]


def shown(gkflow: Gkflow, *words: str) -> dict[str, Any]:
    done = gkflow("show", *words, "--format", "json")
    assert done.code == 0, done.err
    value: dict[str, Any] = json.loads(done.out)
    return value


def entered(gkflow: Gkflow, *words: str) -> None:
    done = gkflow(*words)
    assert done.code == 0, done.err


def clock_line(gkflow: Gkflow, clock: str, *words: str) -> list[str]:
    """The cells of one clock's row in the table of clocks."""
    lines = gkflow("show", *words).out.partition("【期限】")[2].splitlines()
    (line,) = (line for line in lines if line.startswith(clock))
    return [cell.strip() for cell in line.split("  ") if cell.strip()]


# -- links -------------------------------------------------------------------------------------------------------


@pytest.fixture
def linked(register: Gkflow) -> Gkflow:
    """A supervision S1 that comes from RC01."""
    entered(register, "receive", "supervision", "--number", "S1", "--day", "2022-11-08", "--fact", "origin=RC01")
    return register


def test_a_link_is_shown_on_both_cases(linked: Gkflow) -> None:
    assert shown(linked, "S1")["links"] == [
        {"case": "RC01", "relation": "origin", "workflow": "request", "state": "received"}
    ]
    assert shown(linked, "RC01")["links"] == [
        {"case": "S1", "relation": "leads_to", "workflow": "supervision", "state": "opened"}
    ]
    text = linked("show", "RC01").out
    (line,) = (line for line in text.partition("【关联案件】")[2].splitlines() if "S1" in line)
    assert line.split() == ["引出", "S1", "督办", "督办中"]
    assert "来源" in linked("show", "S1").out.partition("【关联案件】")[2]
    assert "leads to" in linked("show", "RC01", "--lang", "en").out.partition("Links")[2]


def test_a_link_is_shown_from_its_own_day_on_and_with_the_state_of_the_day(linked: Gkflow) -> None:
    entered(linked, "do", "S1", "close", "--day", "2022-12-01")
    assert shown(linked, "RC01", "--as-of", "2022-11-07")["links"] == []
    assert shown(linked, "RC01", "--as-of", "2022-11-30")["links"][0]["state"] == "opened"
    assert shown(linked, "RC01", "--as-of", "2022-12-01")["links"][0]["state"] == "closed"


def test_a_case_without_links_says_nothing_of_them(register: Gkflow) -> None:
    assert shown(register, "RC02")["links"] == []
    assert "【关联案件】" not in register("show", "RC02").out


def test_a_linked_case_that_is_not_here_is_shown_by_its_number(register: Gkflow) -> None:
    entered(register, "do", "RC02", "link", "--fact", "leads_to=别处-7")
    entered(register, "do", "RC02", "link", "--fact", "leads_to=别处-7")
    assert shown(register, "RC02")["links"] == [
        {"case": "别处-7", "relation": "leads_to", "workflow": None, "state": None}
    ]
    section = register("show", "RC02").out.partition("【关联案件】")[2].partition("【")[0]
    assert "别处-7" in section


def test_a_link_that_was_voided_is_no_link(linked: Gkflow) -> None:
    (seq,) = (row["seq"] for row in shown(linked, "RC01")["record"] if row["action"] == "link")
    entered(linked, "do", "RC01", "correct_entry", "--fact", f"seq={seq}", "--fact", "void=是", "--fact", "reason=误")
    assert shown(linked, "RC01")["links"] == []


# -- hours -------------------------------------------------------------------------------------------------------


@pytest.fixture
def opinion(office: Gkflow) -> Gkflow:
    """A major event, known on Sunday 1 March 2026 at 22:00: five hours end after midnight."""
    entered(
        office, "receive", "opinion", "--number", "O1", "--day", "2026-03-01", "--fact", "level=major", "--fact",
        "known_at=2026-03-01 22:00",
    )  # fmt: skip
    return office


def test_a_clock_in_hours_shows_its_last_moment_in_beijing_time(opinion: Gkflow) -> None:
    clocks = {row["clock"]: row for row in shown(opinion, "O1", "--as-of", "2026-03-01")["clocks"]}
    assert clocks["inform"]["last_moment"] == "2026-03-02T03:00:00+08:00"
    assert clocks["inform"]["deadline"] == "2026-03-02"
    assert "2026-03-02 03:00" in clock_line(opinion, "发布权威信息期限", "O1", "--as-of", "2026-03-01")


def test_a_clock_in_days_has_no_last_moment(register: Gkflow) -> None:
    assert {row["last_moment"] for row in shown(register, "RC01")["clocks"]} == {None}
    assert "2022-11-02" in clock_line(register, "答复期限", "RC01")


def test_explain_shows_from_which_moment_to_which_hours_run(opinion: Gkflow) -> None:
    lines = opinion("explain", "O1", "--clock", "inform", "--as-of", "2026-03-01").out.splitlines()
    assert "  2026-03-01 22:00  起算" in lines
    assert "  2026-03-02 03:00  满5小时，届满" in lines
    assert "届满日  2026-03-02（星期一） 03:00 届满" in lines
    assert not any("当日不计入" in line or "当日为起算日" in line for line in lines)
    result = json.loads(opinion("explain", "O1", "--clock", "inform", "--format", "json").out)
    assert result["last_moment"] == "2026-03-02T03:00:00+08:00"


# -- terms -------------------------------------------------------------------------------------------------------


@pytest.fixture
def decision(office: Gkflow) -> Gkflow:
    """A draft decision open to comments until Saturday 28 February 2026."""
    entered(office, "receive", "decision", "--number", "D1", "--day", "2026-01-05")
    entered(
        office, "do", "D1", "publish_draft", "--day", "2026-01-05", "--fact", "draft_url=a", "--fact", "basis=b",
        "--fact", "feedback_way=c", "--fact", "comment_until=2026-02-28",
    )  # fmt: skip
    return office


@pytest.mark.parametrize(
    ("day", "result", "english"),
    [("2026-02-28", "未届满", "running"), ("2026-03-01", "已届满", "run out"), ("2026-09-01", "已届满", "run out")],
)
def test_a_term_runs_out_and_is_never_overdue(day: str, result: str, english: str, decision: Gkflow) -> None:
    cells = clock_line(decision, "公开征求意见期限", "D1", "--as-of", day)
    assert result in cells
    assert not any("逾期" in cell for cell in cells)
    text = decision("explain", "D1", "--clock", "comment", "--as-of", day).out
    line = next(line for line in text.splitlines() if line.startswith("认定"))
    assert result in line
    assert "超" not in line
    text = decision("explain", "D1", "--clock", "comment", "--as-of", day, "--lang", "en").out
    assert f"verdict   {english}" in text


def test_a_term_that_was_stopped_after_its_end_had_run_out(decision: Gkflow) -> None:
    entered(decision, "do", "D1", "close_comments", "--day", "2026-03-02")
    entered(decision, "do", "D1", "publish_adoption", "--day", "2026-03-03")
    entered(decision, "do", "D1", "decide", "--day", "2026-03-04")
    assert "已届满" in clock_line(decision, "公开征求意见期限", "D1")
    text = decision("explain", "D1", "--clock", "comment").out
    assert "认定    已届满（2026-03-04 作出决定）" in text
    assert "届满前不得" in text


def test_a_term_that_was_stopped_before_its_end_had_not_run_out(decision: Gkflow) -> None:
    entered(decision, "do", "D1", "withdraw", "--day", "2026-02-02", "--fact", "reason=不再需要")
    assert "未届满" in clock_line(decision, "公开征求意见期限", "D1")
