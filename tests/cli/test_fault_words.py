"""The faults of data files in Chinese (规则文件错误): every sentence of the readers has its Chinese."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import gkflow as library
from gkflow.cli.language import choose
from gkflow.words.faults import words_of

Gkflow = Callable[..., Any]
SOURCE = Path(library.__file__).parent
NOTING = {
    "fault",
    "fault_at",
    "_at",
    "add",
    "at",
    "_fault",
    "Problem",
    *(WANTING := {"wanted", "text_as", "number_as"}),
}
READERS = [
    *sorted((SOURCE / "files").rglob("*.py")),
    SOURCE / "bootstrap.py",
    *(path for path in sorted((SOURCE / "domain").glob("*.py")) if "Problem(" in path.read_text(encoding="utf-8")),
]  # fmt: skip
# The small words of an English sentence; single words are keys, codes and names, which stay.
ENGLISH = re.compile(r"\b(?:is|are|has|no|the|a|of|must|be|not|may|can|in|that|which|than|and|but|it) \b")


def sentences(path: Path) -> Iterator[tuple[str, str]]:
    """Every sentence that a module notes as a fault, with 甲, 乙 … for what is put into it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in NOTING:
                place = 0 if name in WANTING else None
                for at, each in enumerate(node.args):
                    told = template(each)
                    if re.search("[a-z]{2}.* [a-z]{2}", told) and (place is None or at == place):
                        yield (
                            f"{path.name}:{node.lineno}",
                            f"length must be {told}, not empty" if place is not None else told,
                        )
        elif isinstance(node, (ast.Assign, ast.Yield)):
            value = node.value
            named = isinstance(node, ast.Yield) or any(
                getattr(each, "id", "") in ("text", "reason", "wrong") for each in node.targets
            )
            if named and value is not None and (told := template(value)) and " " in told:
                yield f"{path.name}:{node.lineno}", told


def template(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=values):
            marks = iter("甲乙丙丁戊己庚辛")
            told = [str(each.value) if isinstance(each, ast.Constant) else hint(each) for each in values]
            return "".join(each or next(marks) for each in told)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return template(left) + (template(right) or "甲")
    return ""


def hint(node: ast.AST) -> str:
    """What is put in: a did-you-mean, or the head of the sentence."""
    told = ast.unparse(node.value) if isinstance(node, ast.FormattedValue) else ""
    if "mean" in told or told == "hint":
        return ' (do you mean "甲"?)'
    return 'clock "甲"' if told == "what" else ""


CASES = [(where, told) for path in READERS for where, told in sentences(path)]


def test_the_walk_through_the_source_finds_the_sentences() -> None:
    assert len(CASES) > 90


@pytest.mark.parametrize(("where", "told"), CASES, ids=[where for where, _ in CASES])
def test_every_sentence_of_a_reader_has_its_chinese(where: str, told: str) -> None:
    words = words_of(told)
    if told.startswith("甲乙 must be"):
        return  # head and key stand together: the sentence is tried with real heads below
    assert words != told, f"{where}: no Chinese for {told!r}"
    assert not ENGLISH.search(words), f"{where}: {told!r} → {words!r}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('clock "reply": no limit "ogi-regulations/replay" (do you mean "reply"?)',
         "期限“reply”：没有期限标准“ogi-regulations/replay”，是不是 reply？"),
        ('[mail]: port must be a whole number of at least 1, not "x"', "[mail]：port 应当是不小于 1 的整数，现在是“x”"),
        ('person "张三": is told by mail, but has no address (mail = …)',
         "人员“张三”：用 mail 通知，却没有地址（mail = …）"),
        ('lang must be one of auto, zh, en, not "fr"', "lang 应当是其中之一：auto, zh, en，现在是“fr”"),
        ('unknown key "lnag" (do you mean "lang"?)', "没有“lnag”这个键，是不是 lang？"),
        ('action "extend": opens: no workflow "suprvision" (do you mean "supervision"?)',
         "动作“extend”：opens：没有流程“suprvision”，是不是 supervision？"),
    ],
)  # fmt: skip
def test_a_fault_reads_as_chinese(text: str, words: str) -> None:
    choose("zh")
    assert words_of(text) == words


def test_a_fault_of_the_settings_is_told_in_chinese_with_its_line(office: Gkflow, home: Path) -> None:
    path = home / "gkflow.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('hash = "sha256"', 'hash = "md5"'), encoding="utf-8")
    done = office("cases")
    assert done.code == 2
    line = path.read_text(encoding="utf-8").splitlines().index('hash = "md5"') + 1
    assert done.err == f"{path.as_posix()} 第 {line} 行：hash 应当是其中之一：sha256, sm3，现在是“md5”\n"
    assert f"{path.as_posix()}:{line}  hash must be" in office("cases", "--lang", "en").err


@pytest.mark.parametrize("specimen", sorted((Path(__file__).parents[1] / "files" / "bad").rglob("*.expected")), ids=str)
def test_every_specimen_of_a_bad_file_has_its_chinese(specimen: Path) -> None:
    for line in specimen.read_text(encoding="utf-8").splitlines():
        _, mark, text = line.partition("  ")
        if mark:
            assert words_of(text) != text, text
            assert (
                not ENGLISH.search(words_of(text).replace("：of 应当", ""))
                or "is not YAML" in text
                or "is not TOML" in text
            ), words_of(text)
