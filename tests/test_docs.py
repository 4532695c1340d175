"""The examples of the documents run (文档示例): each console block in an empty folder, each Python block in order."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")
_BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(name: str, kind: str) -> list[str]:
    return [text for found, text in _BLOCK.findall((ROOT / name).read_text(encoding="utf-8")) if found == kind]


def commands(block: str) -> list[tuple[str, list[str]]]:
    """Each command of a console block with the words that its output must hold."""
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line.strip():
            found[-1][1].append(line.strip())
    return found


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "GKFLOW_HOME": str(home), "PYTHONUTF8": "1"}


def set_before(words: list[str]) -> dict[str, str]:
    """The variables that a command line sets for its command (``GKFLOW_NOW=2026-11-24 gkflow …``), taken off it."""
    found = {}
    while "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        found[name] = value
    return found


@pytest.mark.parametrize("name", READMES)
def test_every_command_of_the_readme_does_what_it_says(name: str, tmp_path: Path) -> None:
    shown = [
        (tmp_path / str(number), *command)
        for number, block in enumerate(blocks(name, "console"))
        for command in commands(block)
    ]
    assert len(shown) > 10
    for home, command, expected in shown:
        home.mkdir(exist_ok=True)
        words = shlex.split(command)
        variables = {**environment(home), **set_before(words)}
        assert words[0] == "gkflow"
        done = subprocess.run(
            [sys.executable, "-m", *words], cwd=home, env=variables, capture_output=True, text=True,
            encoding="utf-8",
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        for words_expected in expected:
            assert words_expected in done.stdout, f"{command}\n{done.stdout}"


@pytest.mark.parametrize("name", READMES)
def test_the_python_of_the_readme_runs(name: str, tmp_path: Path) -> None:
    code = "\n".join(blocks(name, "python"))
    assert code.count("assert") > 5
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True,
        encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
