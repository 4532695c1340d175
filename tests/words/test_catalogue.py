"""The catalogue of messages (译文目录): nothing is untranslated, nothing is left over, and what is put in agrees."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import pkgutil
import re
import string
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Message

from gkflow.domain import objections as package
from gkflow.domain.errors import objections

ROOT = Path(__file__).parents[2]


def tool() -> ModuleType:
    """``tools/catalogues.py``, which writes the catalogue: the tests read the source by the same walk."""
    spec = importlib.util.spec_from_file_location("catalogues", ROOT / "tools" / "catalogues.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["catalogues"] = module
    spec.loader.exec_module(module)
    return module


catalogues = tool()
for _module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
    importlib.import_module(_module.name)
FOUND = {(each.context, each.id): each for each in catalogues.extracted() if each.id}
WRITTEN = {(each.context, each.id): each for each in catalogues.translated() if each.id}
# The Chinese may use fields that the English does not: the label beside the code. An objection has both.
FIELDS = {str(each.sentence): {*each.fields, "cited", "possible", "label"} for each in objections().values()}
# What is the same in both languages: codes, and words that no Chinese office translates.
SAME = {"webhook", "apprise"}


def placeholders(pattern: str) -> set[str]:
    return {re.split(r"[.!\[]", name)[0] for _, name, _, _ in string.Formatter().parse(pattern) if name is not None}


def braces(message: Message) -> bool:
    try:
        return bool(placeholders(str(message.id)))
    except ValueError:  # a brace that stands for itself
        return False


def test_the_walk_finds_the_messages() -> None:
    assert len(FOUND) > 1000


def test_every_message_of_the_source_has_its_chinese() -> None:
    assert [key for key in FOUND if key not in WRITTEN or not WRITTEN[key].string] == []


def test_no_entry_is_left_over() -> None:
    assert [key for key in WRITTEN if key not in FOUND] == []


def test_no_entry_is_left_to_be_looked_at() -> None:
    assert [key for key, message in WRITTEN.items() if message.fuzzy] == []


@pytest.mark.parametrize("message", [each for each in WRITTEN.values() if braces(each)], ids=lambda each: str(each.id))
def test_both_languages_put_in_the_same(message: Message) -> None:
    english, chinese = placeholders(str(message.id)), placeholders(str(message.string))
    if str(message.id) in FIELDS:
        assert chinese <= FIELDS[str(message.id)]
    else:
        assert chinese == english


def test_the_compiled_catalogue_is_that_of_the_text() -> None:
    assert catalogues.MO.read_bytes() == catalogues.mo_bytes(catalogues.translated())
    assert catalogues.PO.read_text(encoding="utf-8") == catalogues.po_text(catalogues.updated())


def calls() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(catalogues.SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in catalogues.KEYWORDS:
                yield f"{path.name}:{node.lineno}", node


# A catalogue of messages knows only what is written out.
COMPUTED = {("help.py", "say"), ("language.py", "say"), ("language.py", "say_as")}


def test_every_pattern_is_a_literal_with_the_fields_that_it_names() -> None:
    for where, node in calls():
        assert isinstance(node.func, ast.Name)
        if (where.partition(":")[0], node.func.id) in COMPUTED:
            continue
        assert all(isinstance(each, ast.Constant) for each in node.args), where
        if node.keywords:
            pattern = node.args[-1]
            assert isinstance(pattern, ast.Constant)
            assert placeholders(str(pattern.value)) == {each.arg for each in node.keywords}, where


# Where Chinese stands outside the catalogue, and why. Whatever people read on the screen is in the catalogue.
RECORD = "written into the record or kept with a notice, whose language is Chinese and whose hashes do not change"
INPUT = "what a file or a person writes, as it is read"
DAYS_OFF = "what the notices of days off say, how they are cited and written"
FILES = "the headings, labels and examples of a file"
EXAMPLE = "an example that people copy"
CHINESE = {
    "application/calendar_reminder.py": RECORD,
    "application/moved.py": RECORD,
    "application/posting.py": RECORD,
    "application/ports/outbox.py": RECORD,
    "application/recounting.py": RECORD,
    "application/seals.py": RECORD,
    "application/spot_checks.py": RECORD,
    "application/unsweep.py": RECORD,
    "domain/edition.py": RECORD,
    "application/facts.py": INPUT,
    "calendars/national.py": DAYS_OFF,
    "calendars/notice_dates.py": DAYS_OFF,
    "calendars/notice_files.py": DAYS_OFF,
    "calendars/notice_problems.py": DAYS_OFF,
    "calendars/notice_sentences.py": DAYS_OFF,
    "calendars/notice_text.py": DAYS_OFF,
    "calendars/shapes.py": DAYS_OFF,
    "calendars/statutory.py": DAYS_OFF,
    "cli/commands/calendar.py": INPUT,
    "cli/commands/calendar_adopt.py": INPUT,
    "cli/commands/db.py": INPUT,
    "cli/commands/drafts.py": INPUT,
    "cli/commands/endpoints.py": INPUT,
    "cli/commands/rules.py": INPUT,
    "cli/days.py": INPUT,
    "cli/help.py": INPUT,
    "cli/options.py": INPUT,
    "domain/citations.py": INPUT,
    "application/rows.py": FILES,
    "files/first_settings.py": FILES,
    "files/kinds/": FILES,
    "files/rule_sources.py": FILES,
    "files/schemas.py": FILES,
    "files/workflows.py": FILES,
    "cli/commands/import_.py": EXAMPLE,
    "cli/examples.py": EXAMPLE,
}


def chinese_constants(path: Path) -> Iterator[str]:
    """Strings with Chinese; without docstrings, and without patterns, whose words the catalogue has."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    left_out = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in catalogues.KEYWORDS:
            left_out |= {id(each) for each in node.args}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in left_out
            and re.search("[\u4e00-\u9fff]", node.value)
        ):
            yield node.value


def allowed(name: str) -> list[str]:
    return [place for place in CHINESE if name == place or (place.endswith("/") and name.startswith(place))]


def test_chinese_stands_in_the_catalogue_and_in_named_modules() -> None:
    found = {
        path.relative_to(catalogues.SOURCE).as_posix(): words
        for path in sorted(catalogues.SOURCE.rglob("*.py"))
        if (words := list(chinese_constants(path)))
    }
    assert {name: words for name, words in found.items() if not allowed(name)} == {}
    assert set(CHINESE) == {place for name in found for place in allowed(name)}, "a named module has no Chinese"


def test_the_key_of_a_message_is_english() -> None:
    # Chinese words may stand in it (万元, 是, an address as an example): what an office writes does not change.
    keys = [str(id_) for _, id_ in FOUND]
    assert [key for key in keys if len(re.findall("[\u4e00-\u9fff]", key)) > len(re.findall("[A-Za-z]", key))] == []


_STRAY = re.compile(r"[\u4e00-\u9fff，。；：、（）“”] +[\u4e00-\u9fff，。；：、（）“”]")
_HALF = re.compile(r"[\u4e00-\u9fff”）][,;:?!()]|[,;:?!(][\u4e00-\u9fff“（]")
_NO_SPACE = re.compile(r"应当是(?=[A-Za-z0-9])|(?<=[\u4e00-\u9fff])(?:true|false)|(?:true|false)(?=[\u4e00-\u9fff])")
# What is typed or laid out: lines of a screen in columns, the words of a command, a file's syntax.
LAID_OUT = re.compile(
    r"^一 二 三|^\S{2,4} {2,}|起日\.\.止日|要素=值|gkflow do 案件 动作|gkflow receive 流程|编号 校验值|政务公开办 <gk@"
    r"|^表头: 我们|unit:代码|^休 放假；|月  工作日|^  日历|^届满日  暂无"
)


def misspaced(text: str) -> list[str]:
    """Spaces between Chinese and Chinese, punctuation of half width beside Chinese, a word of a file without spaces."""
    if LAID_OUT.search(text):
        return []
    return [found for kind in (_STRAY, _HALF, _NO_SPACE) for found in kind.findall(text)]


def test_the_test_knows_a_stray_space() -> None:
    assert misspaced("“{code}”的分值 应当是{wanted}")
    assert misspaced("设置有误: 文件")
    assert misspaced("chat 应当是apprise 地址")
    assert not misspaced("案件 {case} 现在是“{state}”，不能“{action}”；可以：{allowed}")
    assert not misspaced("立案    去掉 --dry-run")


@pytest.mark.parametrize("message", WRITTEN.values(), ids=lambda each: str(each.id))
def test_the_chinese_is_spaced_and_punctuated_as_chinese(message: Message) -> None:
    assert misspaced(str(message.string)) == []


# Third persons that end as plurals do: what stands before them is a name, not a number.
_VERBS = frozenset((
    "acts", "allows", "becomes", "belongs", "exists", "goes", "has", "holds", "is", "lies", "looks", "moves",
    "names", "needs", "points", "redirects", "rests", "runs", "sets", "stands", "takes", "was", "works",
    "does", "reads", "bears", "leaves",
))  # fmt: skip
_COUNTED = re.compile(r"\{\w+\} (?:last |open |other |new |working )?([a-z]+s)\b")


@pytest.mark.parametrize("message", [each for each in WRITTEN.values() if braces(each)], ids=lambda each: str(each.id))
def test_a_word_that_follows_a_number_has_both_forms(message: Message) -> None:
    """One case is not "1 cases": write {n} {n:case|cases}."""
    words = set(_COUNTED.findall(str(message.id))) - _VERBS - {"this", "as"}
    assert words == set(), message.id
