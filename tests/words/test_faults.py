"""The faults of data files in Chinese (规则文件错误): every one is a sentence of the catalogue, to its last part."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import gkflow as library
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.errors import Fault, FilesAtFault
from gkflow.domain.sentences import Sentence, said
from gkflow.files.nouns import noun
from gkflow.files.rulebook_files import read_calendar_files, read_rulebook
from gkflow.files.settings import read_settings
from gkflow.words.faults import fault_words
from gkflow.words.language import CHINESE, ENGLISH, speaking

SOURCE = Path(library.__file__).parent
FILES = Path(__file__).parents[1] / "files"
GOOD, BAD = FILES / "good", FILES / "bad"
SPECIMENS = sorted(path for path in BAD.rglob("*") if path.suffix in (".yaml", ".toml"))
PLAIN_WEEKS = WorkCalendar(days_off=frozenset(), makeup_days=frozenset())
# The small words of an English sentence; single words are keys, codes and names, which stay.
ENGLISH_WORDS = re.compile(r"\b(?:is|are|has|no|the|a|must|be|not|may|can|in|that|which|than|and|but|it) \b")
# What a parser of YAML or TOML says is quoted.
QUOTED = ("is not YAML", "is not TOML")


def read(specimen: Path, folder: Path) -> None:
    """Read one bad file that stands among good ones."""
    if specimen.suffix == ".toml":
        shutil.copy(specimen, folder / "gkflow.toml")
        read_settings(folder, {})
        return
    home = shutil.copytree(GOOD, folder / "home")
    shutil.copy(specimen, home / specimen.relative_to(BAD))
    read_calendar_files([home])
    read_rulebook([home], PLAIN_WEEKS)


def faults_of(specimen: Path, folder: Path) -> tuple[Fault, ...]:
    with pytest.raises(FilesAtFault) as caught:
        read(specimen, folder)
    return caught.value.faults


@pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda path: path.relative_to(BAD).as_posix())
def test_every_fault_of_a_bad_file_has_its_chinese(specimen: Path, tmp_path: Path) -> None:
    for fault in faults_of(specimen, tmp_path):
        assert isinstance(fault.text, Sentence), fault
        words = CHINESE.text(fault.text)
        assert re.search("[\u4e00-\u9fff]", words), fault
        assert not ENGLISH_WORDS.search(words) or any(each in fault.text for each in QUOTED), words


@pytest.mark.parametrize(
    ("specimen", "line", "words"),
    [
        ("config/ladders/steps.yaml", "kind must be one of",
         "步骤：kind 应当是其中之一：remind、urge、supervise、propose、take，现在是“remnd”，是不是 remind？"),
        ("config/law/law.yaml", "length must be",
         "期限标准“reply”（2019-05-15 起）：length 应当是不小于 0 的整数，现在是“twenty”"),
        ("config/law/succession.yaml", 'limit "self"', "期限标准“self”：succeeds：不能接续它自己"),
        ("settings/words.toml", "is notified by mail", "人员“张三”：用 mail 通知，却没有地址（mail = …）"),
        ("settings/words.toml", "lang must be", "lang 应当是其中之一：auto、zh、en，现在是“fr”"),
        ("workflows/leaks.yaml", 'fact "approved_by"', "要素“approved_by”写明 open，而它是批准人：应当是 withheld"),
    ],
)  # fmt: skip
def test_a_fault_reads_as_chinese(specimen: str, line: str, words: str, tmp_path: Path) -> None:
    found = [each for each in faults_of(BAD / specimen, tmp_path) if line in each.text]
    assert CHINESE.text(found[0].text) == words


def test_a_key_that_is_called_like_a_noun_stays_a_key() -> None:
    missing = said("{what}: {text}", what=noun("step"), text=said('key "{key}" is missing', key="workflow"))
    assert CHINESE.text(missing) == "步骤：缺少键“workflow”"


def test_a_fault_is_said_with_its_place() -> None:
    fault = Fault("law.yaml", 7, said("is empty"))
    with speaking(CHINESE):
        assert fault_words(fault) == "law.yaml 第 7 行：是空的"
        assert fault_words(Fault("law.yaml", 0, said("is empty"))) == "law.yaml：是空的"
    with speaking(ENGLISH):
        assert fault_words(fault) == str(fault) == "law.yaml:7  is empty"


NOTING = {
    "fault",
    "fault_at",
    "wanted",
    "text_as",
    "number_as",
    "add",
    "at",
    "_add",
    "_fault",
    "Problem",
    "SettingsWrong",
}


def plain_words(path: Path) -> Iterator[str]:
    """Words that a module notes as a fault without ``said``: nobody could translate them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            reason = [each.value for each in node.keywords if each.arg == "reason"]
            for each in (*node.args, *reason) if name in NOTING else ():
                literal = isinstance(each, ast.Constant) and isinstance(each.value, str) and " " in each.value
                if literal or isinstance(each, ast.JoinedStr):
                    yield f"{path.name}:{node.lineno} {ast.unparse(each)}"


def test_no_reader_notes_a_fault_in_plain_words() -> None:
    readers = [*(SOURCE / "files").rglob("*.py"), *(SOURCE / "domain").glob("*.py"), SOURCE / "bootstrap.py",
               SOURCE / "in_use.py"]  # fmt: skip
    assert [words for path in readers for words in plain_words(path)] == []
