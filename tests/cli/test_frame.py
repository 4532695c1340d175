"""The frame of the command line (命令行框架): languages, help, errors in one line, and a quick start."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gkflow.cli.app import COMMANDS

Gkflow = Callable[..., Any]
HEAVY = ("sqlmodel", "sqlalchemy", "sqlite3", "transitions", "rich", "apscheduler", "openpyxl", "holidays")


def loaded_by(*words: str) -> set[str]:
    """The modules that a command loads, in a process of its own."""
    code = f"import sys; from gkflow.cli.app import run; run({list(words)!r}); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    return set(done.stderr.split())


def test_the_help_loads_no_command(home: Path) -> None:
    loaded = loaded_by("--help")
    assert "gkflow.cli.app" in loaded
    assert not loaded & set(HEAVY)
    assert not [name for name in loaded if name.startswith(("gkflow.cli.commands.", "gkflow.office"))]


@pytest.mark.parametrize("words", [("deadline", "2022-09-30", "20"), ("deadline", "--help")])
def test_a_deadline_loads_neither_database_nor_table_library(words: tuple[str, ...], home: Path) -> None:
    assert not loaded_by(*words) & (set(HEAVY) - {"transitions"})  # the machine of a workflow


def test_the_help_reads_no_file_and_loads_no_reader(home: Path) -> None:
    assert not loaded_by("--help") & {"pydantic", "pydantic_settings", "yaml", "gkflow.files.settings"}


# What a list does not need: the other verbs and services, the parts of the store that they use, and their packages.
NOT_FOR_A_LIST = {
    *("pydantic_settings", "stdnum", "alembic", "psycopg", "smtplib", "httpx", "apprise", "openpyxl", "holidays"),
    *(f"gkflow.{name}" for name in ("calendar_adoption", "drafts", "notification_delivery", "recurring_tasks")),
    *(f"gkflow.{name}" for name in ("sealing", "subscriptions", "supervision")),
    *(f"gkflow.application.{name}" for name in ("advance", "deliver", "explain", "export", "publishing", "receive")),
    *(f"gkflow.application.{name}" for name in ("register", "seals", "sweep", "verify")),
    *(
        f"gkflow.store.{name}"
        for name in ("escalations", "moves", "numbers", "outbox", "seals", "subscriptions", "sweep_chain")
    ),
    *(f"gkflow.channels.{name}" for name in ("chat", "console", "file", "mail", "webhook")),
    *("gkflow.files.variables", "gkflow.domain.soundness", "gkflow.files.form"),
}


def test_a_list_of_cases_loads_what_it_shows_and_nothing_else(register: Gkflow) -> None:
    loaded = loaded_by("cases", "--as-of", "2022-11-01")
    assert {"gkflow.store.database", "gkflow.store.docket", "gkflow.application.cases"} <= loaded
    assert loaded & NOT_FOR_A_LIST == set()


def test_a_settings_variable_loads_the_reader_of_variables(register: Gkflow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GKFLOW_OFFICE", "某局")
    assert "gkflow.files.variables" in loaded_by("cases")


def test_the_help_lists_every_command_in_chinese(gkflow: Gkflow, golden: Callable[[str, str], None]) -> None:
    done = gkflow("--help")
    assert done.code == 0
    assert all(f"\n  {name} " in done.out for name in COMMANDS)
    golden("help", done.out)


def test_gkflow_alone_prints_the_help(gkflow: Gkflow) -> None:
    assert gkflow().out == gkflow("--help").out


@pytest.mark.parametrize(
    "name", ["init", "receive", "do", "cases", "show", "explain", "deadline", "calendar", "limits"]
)
def test_the_help_of_a_command_is_in_chinese(name: str, gkflow: Gkflow) -> None:
    done = gkflow(name, "--help")
    assert done.code == 0
    assert done.out.startswith(f"用法：gkflow {name}")
    assert "选项" in done.out
    assert "显示本帮助" in done.out
    assert "Usage" not in done.out


def test_the_help_of_a_command_reads_well(gkflow: Gkflow, golden: Callable[[str, str], None]) -> None:
    golden("help-deadline", gkflow("deadline", "--help").out)


@pytest.mark.parametrize(
    "words",
    [
        ("--lang", "en", "calendar", "2022-10-08"),
        ("calendar", "--lang", "en", "2022-10-08"),
        ("calendar", "2022-10-08", "--lang=en"),
    ],
)
def test_the_language_may_be_named_anywhere(words: tuple[str, ...], gkflow: Gkflow) -> None:
    assert "make-up working day" in gkflow(*words).out


def test_the_language_follows_variable_setting_and_locale(
    gkflow: Gkflow, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def printed() -> str:
        return str(gkflow("calendar", "2022-10-08").out)

    assert "调休上班" in printed()
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    assert "make-up" in printed()
    home.mkdir()
    (home / "gkflow.toml").write_text('lang = "zh"\n', encoding="utf-8")
    assert "调休上班" in printed()
    monkeypatch.setenv("GKFLOW_LANG", "en")
    assert "make-up" in printed()
    assert "调休上班" in gkflow("calendar", "2022-10-08", "--lang", "zh").out


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        (("cheks",), "没有命令 cheks，是不是 check？"),
        (("cases", "--overdu"), "没有选项 --overdu，是不是 --overdue？"),
        (("cases", "--as-of"), "--as-of 后面要写值"),
        (("cases", "--format", "pdf"), "--format 只能是 table、json、csv、xlsx"),
        (("cases", "--due-within", "x"), "--due-within = x：不是整数"),
        (("show",), "缺少 案件"),
        (("check", "more"), "多余的参数：more"),
        (("cases", "--lang", "fr"), "--lang 只能是 zh 或者 en"),
        (("deadline", "2022-13-01", "5"), "“2022-13-01”不是日期"),
        (("deadline", "2022-09-30"), "缺少 N"),
        (("deadline", "2022-09-30", "five"), "N = five：不是整数"),
        (("deadline", "2022-09-30", "-5"), "期限的长度不能是负数：-5"),
        (("deadline", "2022-09-30", "99999999"), "N = 99999999：要在 0 到 2500 之间"),
        (("deadline", "2022-09-30", "5", "--unit", "week"), "--unit 只能是"),
        (("deadline", "2022-09-30", "5", "--extend", "-1"), "--extend = -1"),
        (("deadline", "2022-09-30", "5", "--suspend", "2022-10-10"), "要写成 起日..止日"),
        (("deadline", "2022-09-30", "5", "--suspend", "2022-10-10..2022-10-01"), "止日早于起日"),
        (("calendar", "2026-13"), "没有这个月份"),
        (("limits", "--workflow", "foo"), "没有流程“foo”；有：公开事项标准目录(catalogue)"),
        (("cases",), "请先运行 gkflow init"),
    ],
)
def test_wrong_use_is_one_clear_line(words: tuple[str, ...], printed: str, gkflow: Gkflow) -> None:
    done = gkflow(*words)
    assert done.code == 2
    assert done.out == ""
    assert printed in done.err
    assert done.err.startswith("gkflow: ")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        (("show", "RC0l"), "没有案件“RC0l”，是不是 RC"),
        (("show", "RC01", "--as-of", "2001-01-01"), "它的第一条记录在 2022-09-30"),
        (("explain", "RC01", "--clock", "foo"), "没有期限“foo”；有：correction_notice、reply"),
        (("do", "RC01", "replay"), "没有动作“replay”，是不是 reply？"),
        (("do", "RC01", "archive"), "不能“归档”（政府信息公开条例 第四十五条）；可以：确认收到"),
        (("do", "RC01", "reply"), "还缺 答复类型(decision)、送达方式(method)"),
        (("do", "RC01", "reply", "--fact", "decision"), "要写成 要素=值"),
        (("do", "RC01", "reply", "--fact", "decision=public", "--fact", "method=handed"), "答复类型 不能是“public”"),
        (("do", "RC01", "reply", "--day", "2999-01-01", "--yes"), "还没有到"),
        (("do", "RC01", "withdraw", "--day", "2022-09-01", "--yes"), "早于收件之日 2022-09-30"),
        (("do", "RC01", "withdraw", "--fact", "colour=red"), "没有要素“colour”"),
        (("receive", "request", "--number", "RC01", "--fact", "channel=fax"), "编号 RC01 已被使用"),
        (("cases", "--state", "recieved"), "没有状态“recieved”，是不是"),
        (("cases", "--clock", "foo"), "没有期限“foo”；同时指明流程，就会列出其中有哪些"),
    ],
)
def test_a_refusal_is_one_clear_line(words: tuple[str, ...], printed: str, register: Gkflow) -> None:
    done = register(*words)
    assert done.code == 2
    assert done.out == ""
    assert printed in done.err
    assert done.err.count("\n") == 1


def test_every_finding_that_the_code_can_make_has_its_words() -> None:
    import re

    import gkflow as library
    from gkflow.words.findings import FINDINGS

    source = Path(library.__file__).parent
    texts = [
        path.read_text(encoding="utf-8")
        for place in ("domain", "application")
        for path in (source / place).glob("*.py")
    ]
    named = r'(?:Finding|_find|Appointed)\((?:[a-z_()]+, [a-zA-Z]+, )?\s*"(\w+)"'
    made = {code for text in texts for code in re.findall(named, text)}
    assert len(made) > 10
    assert made <= set(FINDINGS)
    assert [code for code in FINDINGS if not any(f'"{code}"' in text for text in texts)] == []


def test_the_help_changes_its_language_within_one_process(gkflow: Gkflow) -> None:
    assert "中止期间" in gkflow("deadline", "--help").out
    assert "a suspension, may be repeated" in gkflow("deadline", "--help", "--lang", "en").out
    assert "中止期间" in gkflow("deadline", "--help").out
