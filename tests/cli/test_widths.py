"""Every command on terminals of several widths (各种宽度的屏幕): a real terminal, and an office with real work."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator

import pytest
from rich.cells import cell_len

from cli.rich_office import CODE, LABEL, OTHER, OTHER_LABEL, QUESTIONS, settle
from gkflow.cli.app import run
from gkflow.cli.language import choose
from screen import Screen
from slow_walks import slow_after

WIDTHS = (60, 80, 120)
_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pytest.MonkeyPatch]:
    """The office, lived in; the environment leads to it while the tests of this module run."""
    home = tmp_path_factory.mktemp("rich") / "office"
    with pytest.MonkeyPatch.context() as environment:
        for name, value in (("GKFLOW_HOME", str(home)), ("GKFLOW_BY", "张三"), ("COLUMNS", "100")):
            environment.setenv(name, value)
        environment.chdir(home.parent)
        choose("zh")
        settle(home, lambda moment: environment.setenv("GKFLOW_NOW", moment), lambda *words: run(words))
        yield environment


def on_terminal(environment: pytest.MonkeyPatch, columns: int, *words: str) -> str:
    """What a terminal of so many columns shows of a command, standard output and error together, without colours."""
    environment.setenv("COLUMNS", str(columns))
    choose("zh")
    before = sys.stdout, sys.stderr
    with Screen() as screen:
        try:
            with os.fdopen(screen.end, "w", encoding="utf-8", closefd=False) as terminal:
                sys.stdout = sys.stderr = terminal
                run(words)
        finally:
            sys.stdout, sys.stderr = before
    return _ESCAPE.sub("", screen.text)


def in_pipe(environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What another program gets of a command on standard output."""
    environment.setenv("COLUMNS", "60")
    choose("zh")
    capsys.readouterr()
    run(words)
    return capsys.readouterr().out


def too_wide(text: str, columns: int) -> list[str]:
    """Lines that the terminal breaks, but for a single code or address that is wider than it all."""
    return [line for line in text.splitlines() if cell_len(line) > columns and len(line.split()) > 1]


@pytest.mark.parametrize("columns", slow_after(2, WIDTHS))
@pytest.mark.parametrize("words", QUESTIONS, ids=" ".join)
def test_no_line_is_wider_than_the_terminal(words: tuple[str, ...], columns: int, settled: pytest.MonkeyPatch) -> None:
    if words[0] in ("draw", "feed"):
        pytest.skip("these are files that other programs read")
    shown = on_terminal(settled, columns, *words)
    assert shown.strip()
    assert "出乎意料" not in shown
    assert too_wide(shown, columns) == []


# Numbers of cases, days, codes of facts and actions, links: broken in the middle, nobody can copy them.
_CODES = re.compile(
    r"依申请-\d|某教[罚许]〔2026〕\d+号|\d{4}-\d\d-\d\d(?: \d\d:\d\d)?|--[a-z][a-z-]+|[a-z]+_[a-z_]+|[0-9a-f]{12,}|https?://\S+"
)


@pytest.mark.parametrize("columns", slow_after(1, WIDTHS))
@pytest.mark.parametrize("words", QUESTIONS, ids=" ".join)
def test_no_code_is_broken(words: tuple[str, ...], columns: int, settled: pytest.MonkeyPatch) -> None:
    if words[0] in ("draw", "feed"):
        pytest.skip("these are files that other programs read")
    wide, shown = on_terminal(settled, 400, *words), on_terminal(settled, columns, *words)
    # A table folds; what it shows at all it shows whole. Long cells are cut, with a sign.
    there = set(_CODES.findall(wide))
    missing = {code for code in there if code not in shown and not _cut(code, shown)}
    assert missing == set()


def test_a_command_that_is_to_be_copied_keeps_its_words(settled: pytest.MonkeyPatch) -> None:
    words = ("spot-check", "request", "--count", "2", "--seed", "1", "--dry-run", "--by", "李四")
    assert re.search(r"1/\s*依申请-\d'", on_terminal(settled, 60, *words))


def test_no_moment_is_printed_for_machines(settled: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for words in QUESTIONS:
        if words[0] not in _MACHINES:
            assert not re.search(r"\d\dT\d\d:\d\d", in_pipe(settled, capsys, *words)), words


def _cut(code: str, shown: str) -> bool:
    return any(f"{code[:length]}…" in shown for length in range(len(code)))


@pytest.mark.parametrize("words", QUESTIONS, ids=" ".join)
def test_nothing_is_padded_and_nothing_folded_in_a_pipe(
    words: tuple[str, ...], settled: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = in_pipe(settled, capsys, *words).splitlines()
    assert [line for line in lines if line != line.rstrip()] == []
    assert [line for line in lines if re.search(r" {200,}", line)] == []


_NUMBERED = rf"(?:{CODE}|{OTHER})(?!-\d{{4}}-\d)"  # the number of a case may begin with the code
_MACHINES = ("draw", "export", "feed")  # files that another program reads


@pytest.mark.parametrize("words", QUESTIONS, ids=" ".join)
def test_people_read_labels_of_units_and_never_codes(
    words: tuple[str, ...], settled: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if words[0] in _MACHINES:
        pytest.skip("codes are for machines")
    printed = in_pipe(settled, capsys, *words)
    assert re.findall(rf".{{0,20}}{_NUMBERED}.{{0,20}}", printed) == []


@pytest.mark.parametrize(
    ("words", "label"),
    [
        (("cases",), LABEL), (("cases",), OTHER_LABEL), (("show", "依申请-3"), OTHER_LABEL),
        (("show", "依申请-4"), LABEL), (("rates", "--group-by", "unit"), LABEL), (("score",), LABEL),
        (("score", "--detail"), LABEL), (("doctor",), LABEL),
        (("do", "依申请-4", "note", "--fact", "text=x", "--unit", CODE, "--dry-run"), LABEL),
        (("doctor",), OTHER_LABEL),
    ],
)  # fmt: skip
def test_where_the_unit_is_shown_it_has_its_label(
    words: tuple[str, ...], label: str, settled: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert label in in_pipe(settled, capsys, *words)


@pytest.mark.parametrize("words", [("cases", "--all"), ("rates", "--group-by", "unit"), ("score",)])
def test_machines_get_the_code(
    words: tuple[str, ...], settled: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert f'"unit": "{CODE}"' in in_pipe(settled, capsys, *words, "--format", "json")


def test_what_another_program_takes_up_is_not_folded_on_a_terminal_either(
    settled: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (("draw", "request"), ("cases", "--format", "json"), ("cases", "--format", "csv")):
        whole = in_pipe(settled, capsys, *words).replace("\r", "")
        assert on_terminal(settled, 60, *words).lstrip("\ufeff") == whole.lstrip("\ufeff"), words
        assert max(map(cell_len, whole.splitlines())) > 60


@pytest.mark.parametrize("columns", WIDTHS)
def test_a_week_of_the_calendar_stands_on_one_line(columns: int, settled: pytest.MonkeyPatch) -> None:
    shown = on_terminal(settled, columns, "calendar", "show", "2026-10")
    numbers = [re.findall(r"(?<![\d-])\d{1,2}(?![\d-])", line) for line in shown.splitlines()]
    assert [str(day) for day in range(12, 19)] in numbers
    assert [str(day) for day in range(19, 26)] in numbers
