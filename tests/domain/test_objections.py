"""One class per objection (异议): a code, a sentence and fields that agree with each other and with their use."""

from __future__ import annotations

import ast
import importlib
import pickle
import pkgutil
import re
import string
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
from babel.messages.pofile import read_po

import gkflow as library
from gkflow.domain import objections as package
from gkflow.domain.errors import Conflict, Fault, FilesAtFault, GkflowError, NotFound, Refused, Unfit, objections
from gkflow.domain.objections.calendars import NothingAdopted
from gkflow.domain.objections.cases import CaseExists, UnknownCase
from gkflow.domain.objections.terms import ExtensionLate
from gkflow.domain.sentences import Sentence
from gkflow.words.findings import FINDINGS
from gkflow.words.language import CHINESE, ENGLISH, speaking
from gkflow.words.objections import error_words

for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
    importlib.import_module(module.name)
EVERY = [cls for _, cls in sorted(objections().items())]
SOURCE = Path(library.__file__).parent
with (SOURCE / "locale" / "zh_CN" / "LC_MESSAGES" / "gkflow.po").open("rb") as _file:
    CATALOGUE = read_po(_file, locale="zh_CN", charset="utf-8")
# Put into a sentence by the door or by the base class, not by whoever raises it.
COMPUTED = {"cited", "possible"}
# Fields that no sentence uses: for programs that read ``facts``, and for the labels of a workflow.
FOR_PROGRAMS = {
    "action_not_allowed": {"workflow"}, "case_ended": {"workflow", "cite"}, "cell_formula": {"value"},
    "clock_ahead": {"at"}, "correction_wants_reason": {"case"}, "day_far": {"labels", "case"}, "day_to_come": {"case"},
    "facts_missing": {"names", "case"}, "forked": {"place"}, "nothing_adopted": {"place"}, "unknown_action": {"near"},
    "unknown_event": {"allowed", "near"}, "unknown_fact": {"allowed", "near"},
}  # fmt: skip
SAMPLES: dict[str, Any] = {
    "str": "x", "int": 7, "object": "x", "date": date(2026, 3, 2), "date | str": "2026-03-02", "int | None": 2026,
    "datetime": datetime(2026, 3, 2, tzinfo=UTC),
    "datetime | None": datetime(2026, 3, 2, tzinfo=UTC), "Sequence[str]": ("a", "b"),
    "Sequence[int]": (1, 2),
}  # fmt: skip


def placeholders(pattern: str) -> set[str]:
    return {name.split("!")[0] for _, name, _, _ in string.Formatter().parse(pattern) if name}


def sample(cls: type[GkflowError]) -> GkflowError:
    if cls is FilesAtFault:
        return FilesAtFault([Fault("x.yaml", 3, "is empty")])
    return cls(**{name: SAMPLES[kind] for name, kind in cls.fields.items()})


def test_there_are_many_and_no_code_is_used_twice() -> None:
    assert len(EVERY) > 140
    named = [node for path in SOURCE.rglob("*.py") for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
             if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "code"
             and isinstance(node.value, ast.Constant)]  # fmt: skip
    assert len(named) == len(EVERY)


@pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.code)
def test_an_objection_uses_its_fields_and_no_others(cls: type[GkflowError]) -> None:
    assert isinstance(cls.sentence, Sentence)
    both = [cls.sentence, *([cls.in_terminal] if cls.in_terminal is not None else [])]
    named = {name for each in both for text in (each, CHINESE.pattern(each)) for name in placeholders(text)}
    assert named <= {*cls.fields, *COMPUTED}
    articles = {"cited": "cite", "possible": "possible"}
    named |= {field for mark, field in articles.items() if mark in named}
    assert set(cls.fields) - named == FOR_PROGRAMS.get(cls.code, set())
    error = sample(cls)
    assert "?" not in str(error).replace("right?", "").replace("today is", "") or "?" in cls.sentence
    assert error.code == cls.code
    assert set(error.facts) >= set(cls.fields)


@pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.code)
def test_an_objection_has_one_kind_and_one_exit_code(cls: type[GkflowError]) -> None:
    kinds = [kind for kind in (Refused, NotFound, Conflict, Unfit) if issubclass(cls, kind)]
    expected = {
        "files_at_fault": 0,
        "bad_calendar": 0,
        "unknown_person": 2,
        "no_file": 2,
    }  # both, as callers catch them
    assert len(kinds) == expected.get(cls.code, 1)
    assert cls.exit_code == 2


@pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.code)
def test_an_objection_goes_through_pickle_as_it_is(cls: type[GkflowError]) -> None:
    error = sample(cls)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is cls
    assert (str(again), again.facts, again.args) == (str(error), error.facts, error.args)


def test_every_objection_is_raised_somewhere() -> None:
    used: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        if path.parent.name != "objections" and path.name != "errors.py":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            used |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    channels = {"AddressIsLocal", "ChatAddressWrong", "MailAddressWrong", "WebAddressWrong"}  # by ADDRESS_FAULTS
    assert {each.__name__ for each in EVERY} - used == channels


def test_no_objection_is_raised_without_a_class_of_its_own() -> None:
    """What nobody can name cannot be caught, translated or listed."""
    kinds = {"GkflowError", "Refused", "NotFound", "Conflict", "Unfit"}
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in kinds, f"{path.name}:{node.lineno}"


def test_the_fields_of_an_objection_are_its_attributes() -> None:
    error = ExtensionLate(action="extend", day=date(2026, 3, 9), last=date(2026, 3, 6), cite="条例第三十三条")
    assert (error.action, error.last, error.facts["last"]) == ("extend", date(2026, 3, 6), date(2026, 3, 6))
    assert str(error) == (
        "extend: notice was given on 2026-03-09, but the last day was 2026-03-06; "
        "it must be given by then (条例第三十三条)"
    )


def test_a_field_that_is_missing_or_unknown_is_a_fault_of_the_code() -> None:
    with pytest.raises(TypeError, match="missing \\['mean'\\]"):
        UnknownCase(case="X")  # type: ignore[call-arg]  # what is tested
    with pytest.raises(TypeError, match="unknown \\['number'\\]"):
        CaseExists(case="X", number="X")  # type: ignore[call-arg]  # what is tested


def test_what_is_more_than_the_fields_is_kept_among_the_facts() -> None:
    error = CaseExists.of({"case": "X", "workflow": "request"})
    assert error.facts == {"case": "X", "workflow": "request"}
    assert str(error) == "case X is there already; give another number"


def test_every_code_of_an_objection_and_of_a_finding_is_a_member_of_its_enum() -> None:
    assert [each.value for each in library.Code] == [cls.code for cls in EVERY if cls.__module__.startswith("gkflow.")]
    assert [each.value for each in library.FindingCode] == sorted(FINDINGS)
    assert all(each.name == each.value.upper() for each in (*library.Code, *library.FindingCode))


def test_a_program_compares_the_code_of_an_error_with_a_member() -> None:
    assert CaseExists(case="GK-1").code == library.Code.CASE_EXISTS
    assert {library.Code.CASE_EXISTS: 409}[library.Code(CaseExists(case="GK-1").code)] == 409


def test_the_reference_lists_the_codes_that_the_enum_has() -> None:
    page = (SOURCE.parents[1] / "docs" / "reference" / "codes.md").read_text(encoding="utf-8")
    assert re.findall(r"^### `(\w+)`$", page, re.MULTILINE) != []
    assert set(re.findall(r"^### `(\w+)`$", page, re.MULTILINE)) == {each.value for each in library.Code}
    assert set(re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE)) == {each.value for each in library.FindingCode}


COMMANDS = sorted(SOURCE.parents[1].joinpath("docs/reference/commands.md").read_text("utf-8").split("## gkflow ")[1:])
NAMES_A_COMMAND = re.compile(
    rf"gkflow ({'|'.join(each.split(chr(10))[0] for each in COMMANDS)})\b|(?<!\w)--\w|pip install"
)


@pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.code)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_message_of_an_error_names_no_command_and_no_option(
    cls: type[GkflowError], lang: Literal["zh", "en"]
) -> None:
    text = sample(cls).message(lang)
    assert text
    assert NAMES_A_COMMAND.findall(text) == []
    assert "\n" not in text


HINTS = re.compile(r"(?<![\w-])--[a-z]|\bgkflow [a-z]+\b|\bcommand|命令")
# The name of the program in a sentence, and the hint of an objection that only a command line shows.
NO_HINTS = re.compile(r"runs gkflow|gkflow needs|a gkflow database|which gkflow writes")


def test_no_text_of_the_library_names_a_command_or_an_option() -> None:
    """What only the command line shows stands in ``cli/``, or in the sentence of an objection for a terminal."""
    spoken_there = {str(cls.in_terminal) for cls in EVERY if cls.in_terminal is not None} | {"; run: gkflow verify"}
    found = []
    for message in CATALOGUE:
        places = [place for place, _ in message.locations]
        if not message.id or message.id in spoken_there or all("/gkflow/cli/" in place for place in places):
            continue
        for text in (str(message.id), str(message.string)):
            found += [(text, places)] if HINTS.search(NO_HINTS.sub("", text)) else []
    assert found == []


def test_the_command_line_keeps_its_hints() -> None:
    error = sample(NothingAdopted)
    assert error.message("en") == "the office has adopted neither calendar nor rules yet"
    assert error.message("zh") == "机关还没有采用日历和规则"
    assert str(error) == "the office has adopted neither calendar nor rules yet; run: gkflow init"
    assert error_words(error) == "机关还没有采用日历和规则，请运行 gkflow init"


@pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.code)
def test_a_sentence_for_the_command_line_says_more_than_the_plain_one(cls: type[GkflowError]) -> None:
    if cls.in_terminal is not None:
        assert CHINESE.pattern(cls.in_terminal) != CHINESE.pattern(cls.sentence)


def test_a_message_is_in_the_language_that_is_asked_for_whatever_is_spoken() -> None:
    with speaking(ENGLISH):
        assert CaseExists(case="GK-1").message("zh") == "案件编号 GK-1 已被使用，请换一个编号"
        assert CaseExists(case="GK-1").message("en") == "case GK-1 is there already; give another number"
    with pytest.raises(ValueError, match="no language 'fr'; there are: zh, en"):
        CaseExists(case="GK-1").message("fr")  # type: ignore[arg-type]  # the mistake


def test_what_names_a_command_is_found() -> None:
    assert all(map(NAMES_A_COMMAND.search, ("run: gkflow init", "add --yes", "gkflow sweep", "（--published）")))
    assert not any(map(NAMES_A_COMMAND.search, ("this gkflow needs 0008", "no gkflow database", "a -- b")))
