"""
No Chinese prose inside English answers (英文输出): labels, titles, names, notices and quotations of law are data of a
Chinese office and stay; what the program itself says is English.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

import gkflow as library
from cli import notice_of_2027
from cli.rich_office import LIFE, QUESTIONS, SETTINGS, settle
from gkflow.cli.app import run
from gkflow.cli.language import choose

Gkflow = Callable[..., Any]
ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "gkflow"
CHINESE = re.compile("[\u4e00-\u9fff]+")
notice = notice_of_2027.notice
moving = notice_of_2027.cases


@pytest.fixture
def the_days_of_2027_are_not_announced(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GKFLOW_BY", raising=False)
    monkeypatch.setenv("GKFLOW_NOW", notice_of_2027.TODAY)
    through = library.calendar(home).announced_through
    assert through is not None
    assert through.year == 2026, "move these tests on by a year"


def _constants(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {
        ast.get_docstring(node, clean=False)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in docs:
            yield node.value


@cache
def data() -> str:
    """The rules, and what the offices of these tests hold."""
    folders = ("workflows", "config", "tests/calendars/notices")
    files = [path for folder in folders for path in sorted((ROOT / folder).rglob("*")) if path.is_file()]
    written = "\n".join(path.read_text(encoding="utf-8") for path in files)
    built_in = ("files/workflows.py", "cli/examples.py")  # labels of every workflow; lines to be typed
    written += "\n".join((SOURCE / name).read_text(encoding="utf-8") for name in built_in)
    return "\n".join((written, str(LIFE), SETTINGS, str(QUESTIONS), notice_of_2027.NOTICE))


@cache
def prose() -> tuple[str, ...]:
    """What the program says in Chinese: its catalogue and the texts in its source, as far as no rule has the words."""
    with (SOURCE / "locale/zh_CN/LC_MESSAGES/gkflow.po").open("rb") as file:
        said = [str(message.string) for message in read_po(file, locale="zh_CN") if message.id]
    said += [text for path in sorted(SOURCE.rglob("*.py")) for text in _constants(path)]
    runs = {found for text in said for found in CHINESE.findall(text)}
    return tuple(sorted((each for each in runs if len(each) >= 2 and each not in data()), key=len, reverse=True))


def chinese_prose(text: str) -> list[str]:
    """The runs of Chinese that are, as a whole, words of the program and not of its data."""
    known = set(prose())
    return [found for found in CHINESE.findall(text) if found in known]


def test_the_test_knows_prose_from_data() -> None:
    assert chinese_prose("还没有巡检过：gkflow sweep") == ["还没有巡检过"]
    assert chinese_prose("依申请公开, 答复期限, 第三十三条第二款, 张三") == []


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    home = tmp_path_factory.mktemp("rich") / "office"
    with pytest.MonkeyPatch.context() as environment:
        for name, value in (("GKFLOW_HOME", str(home)), ("GKFLOW_BY", "张三"), ("COLUMNS", "300")):
            environment.setenv(name, value)
        environment.chdir(home.parent)
        choose("zh")
        settle(home, lambda moment: environment.setenv("GKFLOW_NOW", moment), lambda *words: run(words))
        yield


# The help lists the Chinese words that it accepts; the register and drafts are what the office wrote.
DATA = {("export",), ("export", "--published"), ("drafts",), ("notices", "--show", "1")}


@pytest.mark.parametrize("words", [each for each in QUESTIONS if each not in DATA], ids=" ".join)
def test_an_english_answer_holds_no_chinese_prose(
    words: tuple[str, ...], settled: None, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    run((*words, "--lang", "en"))
    shown = capsys.readouterr()
    assert chinese_prose(shown.out + shown.err) == []


def test_the_reason_of_a_moved_deadline_is_in_the_language_of_the_call(
    the_days_of_2027_are_not_announced: None, moving: Gkflow, notice: Callable[..., str]
) -> None:
    done = moving("calendar", "adopt", notice(), "--yes", "--lang", "en")
    lines = done.out + done.err
    assert done.code == 0, done.err
    assert "2027-01-31 is worked (国办发明电〔2026〕9号)" in " ".join(lines.split())
    assert not re.search(r"\d(上班|放假)", lines)
    chinese = json.loads(moving("calendar", "adopt", "--format", "json").out)["moved"]
    assert {row["why"] for row in chinese} == {why for _, _, _, why in notice_of_2027.MOVED}
    applied = moving("calendar", "adopt", "--apply", "--yes", "--lang", "en")
    assert chinese_prose(applied.out + applied.err) == []
