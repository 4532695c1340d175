"""Output into a file (写入文件): whatever prints a list writes it into the file that -o names, in every format."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Command
from gkflow.cli.app import COMMANDS, _build
from slow_walks import slow_after

ENDINGS = {"table": "txt"}
# What a command needs besides, and words of commands that are several in one.
WORDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "calendar": (("2022-10",), ("show", "2022-10"), ("compare", "2022"), ("adopt",)),
    "rules": ((), ("adopt",)),
    "sweep": ((), ("--simulate",)),
    "score": ((), ("--detail",)),
}
BEGINS: dict[str, Callable[[bytes], object]] = {
    "table": bytes.strip,
    "json": lambda held: json.loads(held) is not None,
    "csv": lambda held: held.startswith("\ufeff".encode()),
    "xlsx": lambda held: held.startswith(b"PK"),
    "ics": lambda held: held.startswith(b"BEGIN:VCALENDAR"),
    "md": lambda held: held.startswith(b"| "),
}
OWN = {("calendar", "ics"): (("show", "2022-10"),)}


def writing() -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """Every command that has --output, with each of its formats and words."""
    group, found = _build(), {}
    for name in COMMANDS:
        options = {each.name: each for each in group.get_command(None, name).params}
        if "output" in options:
            formats = str(options["format"].metavar).split("|") if "format" in options else ["ics"]
            found[name] = [
                (format, words) for format in formats for words in OWN.get((name, format), WORDS.get(name, ((),)))
            ]
    return found


WRITING = writing()


@pytest.mark.parametrize("name", WRITING)
@pytest.mark.parametrize("implied", slow_after(1, [True, False]))
def test_every_list_is_written_into_the_file_that_is_named(
    register: Command, tmp_path: Path, name: str, implied: bool
) -> None:
    for format, words in WRITING[name]:
        path = tmp_path / f"list.{ENDINGS.get(format, format)}"
        path.unlink(missing_ok=True)
        given = () if implied or name == "feed" else ("--format", format)

        result = register(name, *words, *given, "-o", str(path))

        assert result.code == 0, (result.err, format, words)
        assert BEGINS[format](path.read_bytes()), (format, words)
        # The file has the rows, and not the screen: in a table's place a sentence may be printed.
        assert "───" not in result.out
        assert not result.out or format == "table" or not given, (format, words)


def test_a_name_that_ends_otherwise_is_refused_before_anything_is_swept(office: Command, tmp_path: Path) -> None:
    result = office("sweep", "-o", str(tmp_path / "swept.doc"))

    assert result.code == 2
    assert ".doc" in result.err
    assert office("sweep").out.startswith("已巡检")


@pytest.mark.parametrize("words", [("limits", "--format", "md"), ("calendar", "show", "2022-10", "--format", "ics")])
def test_a_format_of_one_command_is_not_written_under_the_name_of_another(
    office: Command, tmp_path: Path, words: tuple[str, ...]
) -> None:
    path = tmp_path / "list.csv"

    assert office(*words, "-o", str(path)).code == 2
    assert not path.exists()


@pytest.mark.parametrize(
    "words", [("notices", "--retry", "all"), ("notices", "--show", "1"), ("sweep", "--unsweep", "--reason", "时钟有误")]
)
def test_what_prints_no_list_takes_no_file(office: Command, tmp_path: Path, words: tuple[str, ...]) -> None:
    result = office(*words, "-o", str(tmp_path / "list.txt"))

    assert result.code == 2
    assert "--output" in result.err


@pytest.mark.parametrize("words", [("cases",), ("export",), ("limits",), ("escalations",), ("calendar", "2026-10")])
def test_a_dash_means_standard_output_and_no_file_of_that_name(
    words: tuple[str, ...], register: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plain, dashed = register(*words), register(*words, "-o", "-")
    assert (dashed.code, dashed.out, dashed.err) == (plain.code, plain.out, plain.err)
    assert not (tmp_path / "-").exists()
