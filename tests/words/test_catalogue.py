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
# The Chinese may tell fields that the English does not: the label beside the code. An objection has both.
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


def test_the_command_line_holds_no_chinese_sentence() -> None:
    """Words that are read in (今天) or shown as an example stand in the source; what is said is in the catalogue."""
    reading = {"options.py", "days.py", "examples.py", "import_.py", "calendar.py", "calendar_adopt.py", "drafts.py",
               "rules.py", "help.py", "limits.py", "action_lines.py", "vocabulary.py"}  # fmt: skip
    for folder in ("cli", "words"):
        for path in sorted((catalogues.SOURCE / folder).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            docs = {ast.get_docstring(node, clean=False) for node in ast.walk(tree)
                    if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))}  # fmt: skip
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in docs:
                    chinese = re.search("[\u4e00-\u9fff]{4}", node.value)
                    assert chinese is None or path.name in reading, (path.name, node.value)
