"""
Odd command lines (命令行模糊测试): nothing that a user can type, and no file that lies there, is an unexpected error.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gkflow.cli.app import COMMANDS, _build
from slow_walks import slow_after

Gkflow = Callable[..., Any]
ODD = (
    "", " ", "-1", "0", "99999999999999999999", "0x1F", "１２", "NaN", "1e9", "x" * 5000, "a\x00b", "\x1b[2J", "\ud800",
    "2026-02-30", "0001-01-01", "9999-12-31", "今天", "13月1日", "..", "2026-11-28..2026-01-01", "../../etc/passwd",
    "/", ".", "*", "'; DROP TABLE gk_entry; --", "%s", "{0}", "RC01", "reply", "request", "依申请公开", "张三", "=1+1",
    "@a", "http://[::1", "a@b", "channel=", "=", "channel=internet=fax", "sqlite://", "/proc/nowhere/file.csv",
    "zh", "450000",
)  # fmt: skip
# They run until they are stopped, or set up another folder.
LEFT_OUT = {"daemon", "demo"}
# They make files at the path given: only below the folder of the test.
MAKE_FILES = {"init", "backup", "restore"}


def assert_reported(done: Any, words: tuple[str, ...]) -> None:
    assert "出乎意料" not in done.err, (words, done.err)
    assert "Traceback" not in done.err + done.out, words
    assert done.code in (0, 1, 2), words
    if done.code == 2:
        assert done.err.strip(), f"{words}: refused without a word"
        assert len(done.err) < 30_000, f"{words}: a screenful for one mistake"


def lines(name: str, count: int, seed: int) -> list[tuple[str, ...]]:
    """Command lines with odd arguments and options, the same for each run."""
    dice = random.Random(f"{name} {seed}")
    command = _build().get_command(None, name)
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [
        each for each in command.params
        if each.param_type_name == "option" and not {"--help", "--install-completion"} & set(each.opts)
    ]  # fmt: skip
    odd = [each for each in ODD if not (name in MAKE_FILES and each.startswith(("/", "..")))]
    made = []
    for _ in range(count):
        words = [dice.choice(odd) for _ in arguments[: dice.randint(0, len(arguments))]]
        for option in dice.sample(options, min(len(options), dice.randint(0, 3))):
            words.append(option.opts[0])
            if not option.is_flag:
                words.append(dice.choice(odd))
        made.append((name, *words))
    return made


# A check of all rules at each value takes its time.
EACH = [
    pytest.param(name, marks=pytest.mark.slow if name == "check" else (), id=name)
    for name in sorted(set(COMMANDS) - LEFT_OUT)
]


@pytest.mark.parametrize("name", EACH)
def test_odd_values_are_reported_and_never_unexpected(name: str, register: Gkflow, tmp_path: Path) -> None:
    below = tmp_path / "work"
    below.mkdir()
    os.chdir(below)
    for words in lines(name, 12, seed=1):
        assert_reported(register(*words), words)


# GKFLOW_FUZZ_SEEDS=2-40 tries more than `make test-slow` does.
_FIRST, _, _LAST = os.environ.get("GKFLOW_FUZZ_SEEDS", "2-3").partition("-")


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(COMMANDS) - LEFT_OUT))
@pytest.mark.parametrize("seed", range(int(_FIRST), int(_LAST or _FIRST) + 1))
def test_many_odd_values_are_reported(name: str, seed: int, register: Gkflow, tmp_path: Path) -> None:
    below = tmp_path / "work"
    below.mkdir()
    os.chdir(below)
    for words in lines(name, 100, seed):
        assert_reported(register(*words), words)


READING = (
    ("cases",), ("show", "RC01"), ("explain", "RC01"), ("do", "RC01"), ("do", "RC01", "note", "--fact", "text=x"),
    ("verify",), ("doctor",), ("sweep",), ("deliver",), ("export",), ("check",), ("init",), ("notices",),
    ("backup", "b"), ("limits",), ("calendar",), ("rates",), ("duties",),
)  # fmt: skip
BAD_FILES = {
    "empty": b"", "bytes": bytes(range(256)) * 4, "gb18030": 'lang = "中文"\n'.encode("gb18030"),
    "utf16": b"\xff\xfea\0",
    "json": b'{"a": 1}', "list": b"- 1\n- 2\n", "deep": b"[" * 20_000, "number": b"1", "null": b"~\n", "open": b'a = "',
}  # fmt: skip
PLACES = ("gkflow.toml", "config/law/own.yaml", "config/calendar/own.yaml", "workflows/own.yaml",
          "config/ladders/own.yaml", "config/profiles/own.yaml", "config/wording/own.yaml",
          "config/duties/own.yaml")  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("how", sorted(BAD_FILES))
@pytest.mark.parametrize("place", PLACES)
def test_a_bad_file_of_the_office_is_reported(place: str, how: str, office: Gkflow, home: Path) -> None:
    from gkflow.bootstrap import forget_files

    path = home / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(BAD_FILES[how])
    forget_files()
    for words in (("cases",), ("check",), ("init",)):
        assert_reported(office(*words), words)
    forget_files()


@pytest.mark.slow
@pytest.mark.parametrize("place", ["gkflow.toml", "config", "workflows", "notices", "config/law", "gkflow.db-wal"])
@pytest.mark.parametrize("kind", ["folder", "file", "loop"])
def test_a_file_where_a_folder_belongs_and_the_other_way_round(
    place: str, kind: str, office: Gkflow, home: Path, tmp_path: Path
) -> None:
    import shutil

    from gkflow.bootstrap import forget_files

    path = home / place
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "folder":
        path.mkdir()
    elif kind == "file":
        path.write_bytes(b"x")
    else:
        path.symlink_to(path)
    forget_files()
    os.chdir(tmp_path)
    for words in READING:
        assert_reported(office(*words), words)
    forget_files()


@pytest.mark.parametrize(
    ("name", "value"),
    slow_after(
        6,
        [
            ("GKFLOW_DATABASE_URL", "nonsense"),
            ("GKFLOW_DATABASE_URL", "mysql://a:geheim@b/c"),
            ("GKFLOW_DATABASE_URL", "sqlite:////nowhere/at/all.db"),
            ("GKFLOW_DATABASE_URL", "postgresql://gk:geheim@127.0.0.1:1/gk"),
            ("GKFLOW_DATABASE_URL", "postgresql://gk:ge@heim@127.0.0.1:x/gk"),
            ("GKFLOW_HOME", "/dev/null"),
            ("GKFLOW_HOME", "/proc/nowhere/at/all"),
            ("GKFLOW_NOW", "nonsense"),
            ("GKFLOW_LANG", "fr"),
            ("GKFLOW_PROFILE", "nonsense"),
            ("GKFLOW_MAIL_PORT", "x"),
            ("GKFLOW_UNIT", "\x1b[2J"),
            ("COLUMNS", "-5"),
        ],
    ),
)
def test_odd_variables_are_reported(
    name: str, value: str, register: Gkflow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(name, value)
    os.chdir(tmp_path)
    for words in READING:
        done = register(*words)
        assert_reported(done, words)
        assert "geheim" not in done.err + done.out
        assert "ge@heim" not in done.err + done.out
