"""
An office with two units, people and cases of many workflows (有多个单位、人员和各类案件的机关), and every command that
people read, with words that make sense there.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

CODE, LABEL = "XJQ7", "某县教育体育局"
OTHER, OTHER_LABEL = "YNB3", "某县人民政府办公室"
NOW = "2026-11-20T09:30"
LONG = "申请公开某县2025年义务教育阶段招生计划、学区划分方案、教师招聘情况以及各学校经费使用情况的全部信息"
SETTINGS = f"""
[units.{OTHER}]
label = "{OTHER_LABEL}"
[[people]]
name = "张三"
unit = "{CODE}"
roles = ["officer", "clerk"]
channels = ["file"]
[[people]]
name = "李四"
unit = "{CODE}"
roles = ["section_head", "disclosure_head", "director"]
channels = ["file"]
[[people]]
name = "王五"
unit = "{OTHER}"
roles = ["officer", "supervising_office"]
channels = ["file"]
"""
# The moment, then the words of each command: months of work in an office.
LIFE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("2026-09-01", ("receive", "--number", "依申请-1", "--title", LONG, "--fact", "channel=in_person",
                    "--fact", "applicant_name=赵某")),
    ("2026-09-02", ("do", "依申请-1", "register")),
    ("2026-09-03", ("do", "依申请-1", "assign", "--fact", "officer=张三")),
    ("2026-09-07", ("do", "依申请-1", "consult_third_party", "--fact", "ref=某建筑工程有限公司", "--fact",
                    "served=2026-09-07")),
    ("2026-09-08", ("receive", "--number", "依申请-2", "--title", "办学许可", "--fact", "channel=internet")),
    ("2026-09-21", ("receive", "--number", "依申请-3", "--title", "财政预算", "--fact", "channel=in_person")),
    ("2026-09-22", ("do", "依申请-3", "transfer", "--fact", f"to_unit={OTHER_LABEL}", "--fact", "officer=王五")),
    ("2026-09-22", ("receive", "--number", "依申请-4", "--title", "本局的申请", "--fact", "channel=in_person")),
    ("2026-09-23", ("do", "依申请-4", "transfer", "--fact", f"to_unit={CODE}", "--fact", "officer=张三")),
    ("2026-10-12", ("receive", "penalty", "--number", "某教罚〔2026〕1号", "--title", "擅自举办学校", "--fact",
                    "severity=general")),
    ("2026-10-12", ("receive", "permit", "--number", "某教许〔2026〕7号", "--title", "民办学校设立", "--unit", OTHER)),
    ("2026-10-12", ("receive", "proactive", "--number", "公文-1", "--title", "招生政策", "--fact", "attribute=open",
                    "--fact", "attribute_reason=应当公开")),
    ("2026-10-12", ("receive", "message", "--number", "留言-1", "--title", "校车", "--fact", "kind=consultation")),
    ("2026-10-12T09:00", ("receive", "opinion", "--number", "舆情-1", "--title", "校园食堂", "--fact", "level=other",
                          "--fact", "known_at=2026-10-12T08:00")),
    ("2026-10-12", ("receive", "reconsideration", "--number", "复议-1", "--title", "不服答复")),
    ("2026-10-13", ("receive", "supervision", "--number", "督办-1", "--by", "李四", "--title", "督办答复", "--fact",
                    "sheet=blue")),
    ("2026-10-14", ("do", "督办-1", "score", "--by", "王五", "--fact", "points_rule=reply_late", "--fact",
                    f"scored_unit={CODE}")),
    ("2026-11-18", ("sweep",)),
    ("2026-11-19", ("subscribe", "某公司", "--channel", "file")),
    ("2026-11-19", ("do", "某教罚〔2026〕1号", "publish", "--draft")),
    ("2026-11-20", ("do", "依申请-4", "extend", "--day", "2026-09-25", "--yes", "--fact", "days=20", "--fact",
                    "approved_by=李四", "--unit", CODE)),
    ("2026-11-20", ("sweep",)),
)  # fmt: skip


def settle(home: Path, at: Callable[[str], None], run: Callable[..., int]) -> None:
    """Found the office in *home* and live through its months; *at* sets the moment, *run* is the command line."""
    at("2026-09-01")
    assert run("init", str(home), "--name", LABEL, "--unit", CODE) == 0
    with (home / "gkflow.toml").open("a", encoding="utf-8") as settings:
        settings.write(SETTINGS)
    for moment, words in LIFE:
        at(moment)
        code = run(*words)
        assert code == (2 if "--draft" in words else 0), (moment, words)
    at(NOW)


# What people ask of it and read; nothing here changes the office.
QUESTIONS: tuple[tuple[str, ...], ...] = (
    ("--help",), ("cases",), ("cases", "--all"), ("cases", "--overdue"), ("cases", "--attention"),
    ("show", "依申请-1"), ("show", "依申请-3"), ("show", "依申请-4"), ("show", "某教罚〔2026〕1号"),
    ("show", "督办-1"), ("show", "舆情-1"), ("show", "依申请-1", "--public"), ("explain", "依申请-1"),
    ("explain", "依申请-4"), ("explain", "舆情-1"), ("explain", "依申请-2", "--clock", "shadow"), ("do", "依申请-4"),
    ("do", "某教罚〔2026〕1号"), ("do", "公文-1"), ("do", "依申请-4", "reply"),
    ("do", "依申请-4", "transfer", "--fact", f"to_unit={OTHER}", "--unit", CODE, "--dry-run"),
    ("do", "依申请-4", "extend", "--help"), ("receive", "penalty", "--help"),
    ("receive", "penalty", "--dry-run", "--number", "某教罚〔2026〕2号", "--fact", "severity=general"), ("drafts",),
    ("deadline", "2026-09-30", "20"), ("calendar", "2026-10"), ("calendar", "show", "2026-10"),
    ("calendar", "show", "2026"), ("calendar", "compare", "2026"), ("feed", "--officer", "张三"), ("limits",),
    ("limits", "--workflow", "request"), ("limits", "--all"), ("duties",), ("sweep",), ("escalations",), ("notices",),
    ("notices", "--waiting"), ("notices", "--show", "1"), ("rates",), ("rates", "--group-by", "unit,month"),
    ("score",), ("score", "--detail"), ("remedies",),
    ("spot-check", "request", "--count", "2", "--seed", "1", "--dry-run", "--by", "李四"), ("subscriptions",),
    ("export",), ("export", "--published"), ("rules",), ("check",), ("schema",), ("draw", "request"),
    ("verify",), ("rebuild",),
    ("doctor",), ("show", "没有这件"), ("cases", "--unit", "没有这个单位"), ("do", "依申请-4", "没有这个动作"),
)  # fmt: skip
