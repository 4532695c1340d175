"""``drafts``, and ``--draft`` of ``receive`` and ``do`` (草稿): what was refused is kept, mended, entered."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.printed import rows_of

Gkflow = Callable[..., Any]
KEYS = ["id", "case", "workflow", "workflow_label", "action", "action_label", "day", "by", "unit", "facts", "reason"]
KEYS += ["kept_at"]


def record_of(gkflow: Gkflow, case: str) -> list[dict[str, Any]]:
    done = gkflow("show", case, "--format", "json")
    assert done.code == 0, done.err
    record: list[dict[str, Any]] = json.loads(done.out)["record"]
    return record


def kept_reply(register: Gkflow) -> None:
    """A reply to RC01 that says what was decided, not how it was sent."""
    facts = ("--fact", "答复类型=予以公开")
    done = register("do", "RC01", "答复", "--day", "2022-11-01", "--by", "张三", *facts, "--draft")
    assert done.code == 2
    assert done.out == ""
    refusal, kept = done.err.splitlines()
    assert refusal.startswith("gkflow: 答复：还缺 送达方式(method)")
    assert "--draft" not in refusal
    assert kept == "已存为草稿 1（gkflow drafts enter 1 --fact 要素=值）"


# -- keeping -----------------------------------------------------------------------------------------------------


def test_a_refused_entry_is_kept_with_the_reason_and_is_no_part_of_the_record(register: Gkflow) -> None:
    before = record_of(register, "RC01")
    kept_reply(register)
    assert record_of(register, "RC01") == before
    (row,) = rows_of(register, "drafts")
    assert list(row) == KEYS
    assert {key: row[key] for key in KEYS[:10]} == {
        "id": 1, "case": "RC01", "workflow": "request", "workflow_label": "依申请公开", "action": "reply",
        "action_label": "答复", "day": "2022-11-01", "by": "张三", "unit": None, "facts": {"decision": "予以公开"},
    }  # fmt: skip
    assert row["reason"].startswith("答复：还缺 送达方式(method)")
    table = register("drafts").out
    assert "答复类型 予以公开" in table
    assert "gkflow drafts enter" in table


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ((), "答复类型(decision)"),
        (("decision=D-XXX", "method=posted"), "D-PUB-ALREADY 已主动公开"),
        (("method=x",), "handed 直接送达"),
    ],
)
def test_a_list_of_drafts_names_the_fact_and_not_all_of_its_choices(
    register: Gkflow, facts: tuple[str, ...], named: str
) -> None:
    given = [word for fact in facts for word in ("--fact", fact)]
    result = register("do", "RC01", "reply", *given, "--day", "2022-11-01", "--by", "张三", "--draft")
    assert result.code == 2

    (row,) = rows_of(register, "drafts")
    table = register("drafts").out

    # The refusal itself lists them all; of 21 choices a list shows three.
    assert named in row["reason"]
    assert row["reason"].count("D-") <= 4
    assert row["reason"] in " ".join(table.split()) or row["reason"][:20] in table
    assert "gkflow do 案件 动作 --help" in table


def test_without_the_option_what_can_be_mended_ends_with_a_hint(register: Gkflow) -> None:
    done = register("do", "RC01", "reply")
    assert done.code == 2
    assert done.err.endswith("；加 --draft 可以先存为草稿\n")
    assert done.err.count("\n") == 1
    bad = register("do", "RC01", "reply", "--fact", "decision=x", "--fact", "method=handed")
    assert bad.err.endswith("；加 --draft 可以先存为草稿\n")
    assert "--draft keeps it as a draft" in register("do", "RC01", "reply", "--lang", "en").err
    # Where no fact is wrong there is nothing to mend, and a dry run keeps nothing.
    assert "--draft" not in register("do", "RC01", "archive").err
    assert "--draft" not in register("do", "RC01", "reply", "--dry-run").err
    assert rows_of(register, "drafts") == []


def test_an_entry_that_is_taken_leaves_no_draft(register: Gkflow) -> None:
    done = register("do", "RC01", "note", "--fact", "text=已电话联系", "--draft")
    assert done.code == 0
    assert rows_of(register, "drafts") == []


def test_what_the_workflow_does_not_allow_now_may_be_kept_for_later(register: Gkflow) -> None:
    done = register("do", "RC01", "archive", "--draft")
    assert done.code == 2
    assert "不能“归档”" in done.err
    assert done.err.endswith("已存为草稿 1（gkflow drafts enter 1 --fact 要素=值）\n")


def test_what_does_not_exist_is_not_kept(register: Gkflow) -> None:
    for words in (("do", "RC99", "reply"), ("do", "RC01", "replay"), ("do", "RC01", "note", "--fact", "colour=red")):
        done = register(*words, "--draft")
        assert done.code == 2
        assert done.err.count("\n") == 1
    assert rows_of(register, "drafts") == []


def test_without_a_day_a_draft_keeps_the_day_of_the_refusal(register: Gkflow) -> None:
    register("do", "RC01", "reply", "--draft")
    (row,) = rows_of(register, "drafts")
    assert row["day"] == row["kept_at"][:10]


def test_a_case_that_could_not_be_opened_is_kept_and_opened_later(office: Gkflow) -> None:
    words = ("receive", "舆情回应", "--day", "2026-03-02", "--title", "网传停水", "--fact", "等级=other", "--draft")
    done = office(*words)
    assert done.code == 2
    assert "还缺 获知时刻(known_at)" in done.err
    assert "已存为草稿 1" in done.err
    (row,) = rows_of(office, "drafts")
    assert (row["case"], row["workflow"], row["action"]) == (None, "opinion", "report")
    assert "（新收件）" in office("drafts").out
    entered = office("drafts", "enter", "1", "--fact", "获知时刻=2026-03-01 22:00", "--format", "json")
    result = json.loads(entered.out)
    assert (result["case"], result["day"], result["last_day"], result["draft"]) == (
        "GK-2026-0001",
        "2026-03-02",
        "2026-03-03",
        1,
    )
    assert record_of(office, "GK-2026-0001")[0]["facts"]["title"] == "网传停水"
    assert rows_of(office, "drafts") == []


def test_a_number_that_was_asked_for_is_kept_with_the_draft(office: Gkflow) -> None:
    office("receive", "opinion", "--number", "舆1", "--day", "2026-03-02", "--fact", "level=other", "--draft")
    assert office("drafts", "enter", "1", "--fact", "known_at=2026-03-01 22:00").code == 0
    assert record_of(office, "舆1")[0]["action"] == "report"


# -- entering and dropping ---------------------------------------------------------------------------------------


def test_a_draft_is_entered_with_what_was_missing_and_is_gone(register: Gkflow) -> None:
    kept_reply(register)
    done = register("drafts", "enter", "1", "--fact", "送达方式=handed")
    assert done.code == 0, done.err
    assert "草稿 1 已提交" in done.out
    last = record_of(register, "RC01")[-1]
    assert (last["action"], last["day"], last["by"]) == ("reply", "2022-11-01", "张三")
    assert last["facts"] == {"decision": "D-PUB", "method": "handed"}
    assert rows_of(register, "drafts") == []
    gone = register("drafts", "enter", "1")
    assert (gone.code, gone.err) == (2, "gkflow: 没有草稿 1；gkflow drafts 列出全部草稿\n")


def test_a_draft_that_is_refused_again_stays_as_it_was(register: Gkflow) -> None:
    kept_reply(register)
    before = rows_of(register, "drafts")
    done = register("drafts", "enter", "1")
    assert (done.code, done.out) == (2, "")
    assert "还缺 送达方式(method)" in done.err
    assert done.err.count("\n") == 1
    assert rows_of(register, "drafts") == before


def test_a_draft_may_be_entered_with_another_day_and_other_facts(register: Gkflow) -> None:
    kept_reply(register)
    words = ("--day", "2022-11-02", "--fact", "method=handed", "--fact", "decision=D-PART")
    assert register("drafts", "提交", "1", *words).code == 0
    last = record_of(register, "RC01")[-1]
    assert (last["day"], last["facts"]["decision"]) == ("2022-11-02", "D-PART")


def test_a_draft_that_is_dropped_is_entered_nowhere(register: Gkflow) -> None:
    kept_reply(register)
    before = record_of(register, "RC01")
    assert register("drafts", "drop", "1").out == "草稿 1 已删除。\n"
    assert rows_of(register, "drafts") == []
    assert record_of(register, "RC01") == before
    assert register("drafts", "drop", "1").code == 2


def test_an_empty_list_is_said(office: Gkflow) -> None:
    done = office("drafts")
    assert (done.code, done.out, done.err) == (0, "", "没有草稿。\n")


@pytest.mark.parametrize(
    ("words", "result"),
    [
        (("drafts", "send", "1"), "没有动作“send”；有：enter（提交）、drop（删除）"),
        (("drafts", "enter"), "写明草稿编号"),
        (("drafts", "drop"), "写明草稿编号"),
        (("drafts", "enter", "one"), "编号 = one：不是整数"),
        (("drafts", "drop", "1", "--fact", "method=handed"), "用于 drafts enter"),
        (("drafts", "enter", "1", "--format", "csv"), "只用于列出草稿"),
        (("do", "RC01", "reply", "--draft", "--dry-run"), "--draft 与 --dry-run 不能同时使用"),
        (("receive", "--draft", "--dry-run"), "--draft 与 --dry-run 不能同时使用"),
        (("do", "RC01", "--draft"), "--draft：写明要办的动作"),
    ],
)
def test_wrong_use_is_one_line(words: tuple[str, ...], result: str, register: Gkflow) -> None:
    kept_reply(register)
    before = rows_of(register, "drafts")
    done = register(*words)
    assert (done.code, done.out) == (2, "")
    assert result in done.err
    assert done.err.count("\n") == 1
    assert rows_of(register, "drafts") == before


# -- the unit that acts ------------------------------------------------------------------------------------------


@pytest.fixture
def town(office: Gkflow, home: Path) -> Gkflow:
    """A catalogue of a town that has been submitted for review; the field is owned by a department."""
    with (home / "gkflow.toml").open("a", encoding="utf-8") as file:
        file.write('\n[units.town]\nlabel = "某镇"\n[units.hbj]\nlabel = "市生态环境局"\nfields = ["environment"]\n')
    for words in (
        ("receive", "catalogue", "--number", "C1", "--day", "2026-03-02", "--unit", "town", "--fact", "level=town",
         "--fact", "field=environment", "--fact", "due=2026-06-30"),
        ("do", "C1", "draft_item", "--day", "2026-03-03", "--fact", "item_name=排污许可", "--fact", "basis=a",
         "--fact", "content=b", "--fact", "subject=c", "--fact", "time_limit=d", "--fact", "method=e"),
        ("do", "C1", "submit_review", "--day", "2026-03-04"),
    ):  # fmt: skip
        done = office(*words)
        assert done.code == 0, done.err
    return office


def test_another_unit_may_act_named_by_code_or_label_and_is_shown(town: Gkflow) -> None:
    words = ("do", "C1", "review", "--day", "2026-03-05", "--fact", "opinion=同意")
    done = town(*words, "--unit", "市生态环境局")
    assert done.code == 0, done.err
    assert "机关    市生态环境局\n" in done.out
    assert record_of(town, "C1")[-1]["unit"] == "hbj"
    # The department that reviews a town's catalogue does not take the case over.
    assert json.loads(town("show", "C1", "--format", "json").out)["unit"] == "town"


def test_a_unit_that_does_not_own_the_field_is_refused(town: Gkflow) -> None:
    done = town("do", "C1", "review", "--day", "2026-03-05", "--fact", "opinion=同意", "--unit", "某镇", "--draft")
    assert done.code == 2
    assert "由市生态环境局负责，不是某镇" in done.err
    (row,) = rows_of(town, "drafts")
    assert (row["unit"], row["action"]) == ("town", "review")
