"""Settings with faults (设置有误): what concerns notices alone does not hide the cases, and writes no notice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Gkflow = Callable[..., Any]
OF_NOTICES = [
    '[mail]\nport = "x"\n',
    "[mail]\nhost = 'smtp.example.cn'\n",
    "[webhook]\ntimeout = 0\n",
    '[[people]]\nname = "张三"\nroles = ["officer"]\nchannels = ["mail"]\n',
    '[[people]]\nname = "张三"\nroles = ["officer"]\nchannels = ["pigeon"]\n',
]


def add(home: Path, text: str) -> None:
    with (home / "gkflow.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + text)


@pytest.mark.parametrize("fault", OF_NOTICES)
def test_a_fault_of_notices_alone_does_not_hide_the_cases(fault: str, register: Gkflow, home: Path) -> None:
    add(home, fault)
    for words in (("cases",), ("show", "RC01"), ("explain", "RC01"), ("verify",), ("export",)):
        assert register(*words).code == 0, words


@pytest.mark.parametrize("fault", OF_NOTICES)
def test_nothing_that_writes_notices_runs_with_such_a_fault(fault: str, register: Gkflow, home: Path) -> None:
    add(home, fault)
    before = register("export", "--format", "json").out
    for words in (
        ("do", "RC01", "note", "--fact", "text=x"), ("receive", "--fact", "channel=fax"), ("sweep",), ("deliver",),
        ("check",),
    ):  # fmt: skip
        done = register(*words)
        assert done.code != 0, words
        assert "gkflow.toml 第 " in done.err or "没有写明经办人" in done.err
    assert register("export", "--format", "json").out == before


def test_doctor_names_the_fault(register: Gkflow, home: Path) -> None:
    add(home, OF_NOTICES[0])
    done = register("doctor")
    assert done.code == 1
    assert "[mail]：port 应当是" in done.out


def test_a_fault_of_the_record_stops_every_command(register: Gkflow, home: Path) -> None:
    path = home / "gkflow.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('hash = "sha256"', 'hash = "md5"'), encoding="utf-8")
    assert register("cases").code == 2
    assert register("check").code == 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("yellow = 5", "yelow = 5", "[lights]：没有颜色“yelow”，是不是 yellow？"),
        ('profile = "national"', 'profile = "nationl"', "没有地方规则“nationl”，是不是 national？"),
        ('unit = "GK"', 'unit = "GKK"', "[office]：没有机关“GKK”，是不是 GK？"),
    ],
)
def test_every_command_names_file_line_and_key_of_what_nobody_knows(
    old: str, new: str, said: str, register: Gkflow, home: Path
) -> None:
    path = home / "gkflow.toml"
    text = path.read_text(encoding="utf-8").replace(f"\n{old}", f"\n{new}", 1)
    path.write_text(text, encoding="utf-8")
    line = text.splitlines().index(new) + 1
    receive = ("receive", "--fact", "channel=fax")
    for words in (("cases",), ("show", "RC01"), receive, ("sweep",), ("doctor",), ("init",), ("check",)):
        done = register(*words)
        assert (done.code, done.out) == (1 if words == ("check",) else 2, ""), words
        assert done.err == f"{path.as_posix()} 第 {line} 行：{said}\n"
