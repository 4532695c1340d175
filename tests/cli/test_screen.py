"""What reaches a terminal (屏幕安全): no control character of any field; a lost answer says what was written."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gkflow.cli.screen import NotShown, Screen, pen, safe
from slow_walks import slow_after

Gkflow = Callable[..., Any]
# A window title, a cleared screen, C1's CSI, the writing turned round, a bell, a line overwritten, a lone surrogate.
HOSTILE = "甲\x1b]0;pwned\x07\x1b[2J乙\x9b31m丙\u202e丁\u2066戊己\r庚\x7f辛"
HARMFUL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def env(home: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "GKFLOW_HOME": str(home), **more}


def shell(home: Path, words: str) -> subprocess.CompletedProcess[str]:
    """A command line as a shell runs it, with its redirections."""
    line = words.replace("gkflow", f"'{sys.executable}' -m gkflow")
    return subprocess.run(["bash", "-c", line], env=env(home), capture_output=True, text=True, encoding="utf-8")


@pytest.fixture
def hostile(office: Gkflow) -> Gkflow:
    import gkflow as library

    with library.open() as opened:
        opened.receive("request", "H-1", title=HOSTILE, facts={"channel": "in_person"}, by="张\x1b[5m三")
        opened.do("H-1", "note", facts={"text": HOSTILE}, by="李\x9b7m四")
    return office


@pytest.mark.parametrize(
    "words",
    [
        ("cases",), ("cases", "--format", "json"), ("cases", "--format", "csv"), ("show", "H-1"),
        ("show", "H-1", "--format", "json"), ("explain", "H-1"), ("do", "H-1"),
        ("do", "H-1", "note", "--fact", "text=x"),
        ("export",), ("export", "--format", "json"), ("notices",), ("escalations",), ("feed",),
        ("cases", "--unit", HOSTILE), ("show", HOSTILE), ("do", "H-1", HOSTILE), ("limits", "--workflow", HOSTILE),
    ],
)  # fmt: skip
def test_no_control_character_of_a_field_reaches_the_terminal(words: tuple[str, ...], hostile: Gkflow) -> None:
    done = hostile(*words)
    printed = (done.out + done.err).replace("\r\n", "\n")
    assert not HARMFUL.search(printed), HARMFUL.findall(printed)


def test_a_feed_in_a_file_holds_no_control_character_either(hostile: Gkflow, tmp_path: Path) -> None:
    assert hostile("feed", "--output", str(tmp_path / "feed.ics")).code == 0
    text = (tmp_path / "feed.ics").read_bytes().decode().replace("\r\n", "\n")
    assert text.count("BEGIN:VEVENT") >= 1
    assert not HARMFUL.search(text), HARMFUL.findall(text)  # RFC 5545, 3.3.11: TEXT has none but the tab


def test_a_program_reads_the_field_as_it_is(hostile: Gkflow) -> None:
    [row] = json.loads(hostile("cases", "--format", "json").out)
    # What the record kept is what JSON gives; the reading is the library's.
    import gkflow as library

    with library.open() as opened:
        assert row["title"] == opened.cases()[0].title


def test_what_gkflow_colours_itself_passes_and_what_a_field_colours_does_not() -> None:
    inner = io.StringIO()
    Screen(inner, must_show=True).write(pen("\x1b[31m红\x1b[0m") + "\x1b[31m假\x1b[0m\n")
    assert inner.getvalue() == "\x1b[31m红\x1b[0m␛[31m假␛[0m\n"


def test_csv_keeps_its_line_ends() -> None:
    inner = io.StringIO()
    Screen(inner, must_show=True).write("\ufeff甲,乙\r\n1,\x1b[1m\r\n")
    assert inner.getvalue() == "\ufeff甲,乙\r\n1,␛[1m\r\n"


@pytest.mark.parametrize("plain", ["依申请公开", "a\tb\nc", "emoji 👩‍👩‍👧 𠮷", ""])
def test_harmless_text_is_left_alone(plain: str) -> None:
    assert safe(plain) == plain


def test_a_stream_that_is_gone_is_noticed_on_standard_output_only() -> None:
    with pytest.raises(NotShown):
        Screen(None, must_show=True).write("x")
    assert Screen(None, must_show=False).write("x") == 1


needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
RECEIVE = "gkflow receive --number {number} --fact channel=in_person"


@needs_full
@pytest.mark.parametrize("where", [">/dev/full", ">&-"])
@pytest.mark.parametrize("form", slow_after(1, ["", " --format json"]))
def test_a_write_whose_answer_is_lost_says_that_it_was_written(
    where: str, form: str, office: Gkflow, home: Path
) -> None:
    done = shell(home, f"{RECEIVE.format(number='F-1')}{form} {where}")
    assert done.returncode == 1
    assert "已经写入" in done.stderr
    assert done.stderr.count("\n") == 1
    assert "F-1" in office("cases").out


@needs_full
@pytest.mark.parametrize(
    "words", slow_after(1, ["sweep", "do F-1 note --fact text=x --format json", "deliver", "rebuild"])
)
def test_every_writing_command_says_so(words: str, office: Gkflow, home: Path) -> None:
    office("receive", "--number", "F-1", "--fact", "channel=fax")
    done = shell(home, f"gkflow {words} >/dev/full")
    assert (done.returncode, "已经写入" in done.stderr) == (1, True)


@needs_full
@pytest.mark.parametrize("words", ["do F-1 note --fact text=x", "do F-1 confirm"])
def test_where_the_last_day_cannot_be_shown_nothing_is_written(words: str, office: Gkflow, home: Path) -> None:
    office("receive", "--number", "F-1", "--fact", "channel=fax")
    done = shell(home, f"gkflow {words} >/dev/full")
    assert (done.returncode, "没有写入" in done.stderr, done.stderr.count("\n")) == (2, True, 1)
    assert len(json.loads(office("export", "--format", "json").out)) == 1


def test_an_entry_that_nobody_could_be_shown_does_not_end_as_done(office: Gkflow, home: Path) -> None:
    office("receive", "--number", "F-1", "--fact", "channel=fax")
    command = [sys.executable, "-m", "gkflow", "do", "F-1", "confirm"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env(home)) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()  # the reader is gone before anything is said
        printed = process.stderr.read().decode()
        assert process.wait(60) == 2
    assert "没有写入" in printed
    assert len(json.loads(office("export", "--format", "json").out)) == 1


@needs_full
@pytest.mark.parametrize(
    "words", slow_after(1, ["cases --all", "show F-1", "do F-1", "do F-1 note --fact text=x --dry-run", "--help"])
)
def test_a_reading_command_says_only_that_it_cannot_print(words: str, office: Gkflow, home: Path) -> None:
    office("receive", "--number", "F-1", "--fact", "channel=fax")
    done = shell(home, f"gkflow {words} >/dev/full")
    assert done.returncode == 2
    assert "无法输出" in done.stderr
    assert "已经写入" not in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_reader_that_has_enough_is_no_fault(office: Gkflow, home: Path) -> None:
    done = shell(home, "set -o pipefail; gkflow limits --format json | head -1; echo ${PIPESTATUS[0]} >&2")
    assert done.stderr == "0\n"
