"""No English inside Chinese answers (中文提示): all that can be provoked is in Chinese, codes and paths aside."""

from __future__ import annotations

import errno
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gkflow.words.language import CHINESE, speaking
from gkflow.words.system import reason_words, system_words
from slow_walks import slow_after

Gkflow = Callable[..., Any]
# Two words side by side are a sentence; one alone is a code, a name or an option.
ENGLISH = re.compile(r"(?<![\w/.=<\"'-])[A-Za-z][a-z']+(?: [a-z][a-z']+)+(?![\w/=-])")
ALLOWED = re.compile(
    r"gkflow [a-z-]+(?: [a-z-]+)*|Usage|[\w.+-]+@[\w.]+|sqlite:///\S+|postgresql\+psycopg://\S+|/\S+|“[^”]*”|--[\w-]+"
)


def english(text: str) -> list[str]:
    return ENGLISH.findall(ALLOWED.sub(" · ", text))


def test_the_test_knows_english_from_codes() -> None:
    assert english("无法输出：No space left on device")
    assert english("设置有误：sqlit is not supported")
    assert english("没有机关“X”；有：GK，and also “*”")
    assert not english(
        "运行 gkflow rules adopt；/srv/a b.db；--output x；extend 延长、note 备注；lang 应当是 auto, zh, en"
    )


FAULTS: list[tuple[str, tuple[str, ...]]] = [
    ("", ("cases", "--output", "{home}/nowhere/x.csv")),
    ("", ("cases", "--output", "{home}/x.json/y.json")),
    ("", ("export", "--output", "{home}")),
    ("", ("export", "--output", "{home}/" + "x" * 300 + ".csv")),
    ("", ("import", "{home}")),
    ("", ("import", "{home}/nothing.csv")),
    ("", ("import", "{home}/" + "x" * 300 + ".csv")),
    ("", ("import", "{home}/gkflow.toml/x.csv")),
    ("", ("import", "{home}/gkflow.db")),
    ("", ("backup", "{home}/nowhere/b.zip")),
    ("", ("backup", "{home}/gkflow.toml/b.zip")),
    ("", ("backup", "{home}/" + "x" * 300)),
    ("", ("restore", "{home}/gkflow.toml", "{home}/new")),
    ("", ("restore", "{home}/nothing.zip", "{home}/new")),
    ("", ("verify", "--seals", "{home}")),
    ("", ("verify", "--seals", "{home}/nothing")),
    ("", ("calendar", "adopt", "{home}")),
    ("", ("calendar", "adopt", "{home}/nothing.txt")),
    ("", ("receive", "requset", "--title", "x")),
    ("", ("receive", "--fact", "chanel=fax")),
    ("", ("receive", "--fact", "channel=pigeon")),
    ("", ("receive", "--fact", "channel=fax", "--day", "2026-13-01")),
    ("", ("do", "RC01", "extnd")),
    ("", ("do", "RC01", "extend", "--fact", "days=x")),
    ("", ("do", "RC99")),
    ("", ("do", "RC01", "note", "--unit", "X", "--fact", "text=x")),
    ("", ("do", "RC01", "correct_entry", "--fact", "seq=99", "--fact", "reason=x")),
    ("", ("explain", "RC01", "--clock", "replay")),
    ("", ("cases", "--state", "nothing")),
    ("", ("cases", "--due-within", "x")),
    ("", ("cases", "--format", "pdf")),
    ("", ("cases", "--nothing")),
    ("", ("ack", "99", "--words", "x")),
    ("", ("ack", "99")),
    ("", ("drafts", "enter", "99")),
    ("", ("unsubscribe", "nothing")),
    ("", ("subscribe", "--name", "x", "--channel", "pigeon")),
    ("", ("limits", "--profile", "nowhere")),
    ("", ("nothing",)),
    ('url = "sqlit:///gkflow.db"', ("cases",)),
    ('url = "mysql://a@b/c"', ("cases",)),
    ('url = "sqlite:///nowhere/gkflow.db"', ("cases",)),
    ('url = "sqlite:////"', ("cases",)),
    ('url = "nonsense"', ("cases",)),
    ("[[people]]\nname = '张三'\nunit = 'X'\nroles = ['clerk']\n", ("cases",)),
    ("[[people]]\nname = '张三'\nroles = ['clark']\n", ("cases",)),
    ("[accounts]\njoe = 'nobody'\n", ("cases",)),
    ("[accounts]\njoe = 5\n", ("cases",)),
    ("[nothing]\n", ("cases",)),
    ("[lights\n", ("cases",)),
    ("[lights]\n[lights]\n", ("cases",)),
    ("[lights]\nyellow 5\n", ("cases",)),
    ("[lights]\nyellow = x\n", ("cases",)),
    ("[files]\ngroup = 'no-such-group'\n", ("cases",)),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "words"), FAULTS, ids=lambda each: " ".join(each)[:40] if each else "")
def test_a_fault_is_reported_in_chinese(settings: str, words: tuple[str, ...], register: Gkflow, home: Path) -> None:
    path = home / "gkflow.toml"
    text = path.read_text(encoding="utf-8")
    if settings.startswith("url"):
        text = text.replace('url = "sqlite:///gkflow.db"', settings)
    path.write_text(f"{text}\n{settings if not settings.startswith('url') else ''}", encoding="utf-8")
    (home / "x.json").write_text("", encoding="utf-8")
    done = register(*(word.replace("{home}", home.as_posix()) for word in words))
    assert done.code != 0, words
    printed = (done.err + done.out).replace(home.as_posix(), "/home")
    assert re.search("[\u4e00-\u9fff]", printed), printed
    assert not english(printed), (english(printed), printed)


# A code of the rule files beside nothing else, or a fact as NAME=VALUE: what people read has labels.
CODES = re.compile(
    r"(?<![\w.（/-])(?:request|received|registered|assigned|reply|officer|workflow|init|national)(?![\w）-])|\w+=\w"
)


LISTS = ["events", "endpoints", "rules", "cases --all", "show GK-2025-0001", "notices", "escalations", "doctor",
         "explain GK-2025-0001"]  # fmt: skip


@pytest.mark.parametrize("words", LISTS)
def test_a_list_for_people_has_labels_and_no_codes(words: str, office: Gkflow, home: Path) -> None:
    with (home / "gkflow.toml").open("a", encoding="utf-8") as file:
        file.write(
            '[[endpoints]]\nname = "portal"\nurl = "http://127.0.0.1:9/x"\nsecret = "whsec_' + "c2VjcmV0" * 6 + '"\n'
            "[webhook]\nallow_local = true\n"
        )
    taken = office("receive", "--number", "GK-2025-0001", "--day", "2025-09-22", "--fact", "channel=in_person")
    assert taken.code == 0, taken.err
    office("do", "GK-2025-0001", "register", "--day", "2025-09-22")
    office("sweep", "--as-of", "2025-10-30")
    printed = office(*words.split())
    assert printed.code in (0, 1), printed.err
    assert not english(printed.out), english(printed.out)
    assert not CODES.search(printed.out), (CODES.findall(printed.out), printed.out)


NUMBERS = [
    errno.ENOSPC, errno.EACCES, errno.ENOENT, errno.EISDIR, errno.EROFS, errno.ENOTDIR, errno.EEXIST,
    errno.ENAMETOOLONG, errno.EPIPE, errno.EBADF, errno.EIO, errno.ECONNREFUSED, errno.ECONNRESET, errno.EHOSTUNREACH,
    errno.ENETUNREACH, errno.ETIMEDOUT, errno.EADDRINUSE,
]  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS)
def test_what_the_system_says_has_its_chinese(number: int) -> None:
    said = os.strerror(number)
    with speaking(CHINESE):
        words = system_words(OSError(number, said))
        assert reason_words(said) == reason_words(f"[Errno {number}] {said}") == words
    assert re.fullmatch("[\u4e00-\u9fff]+", words)
    assert not english(words)


def shell(home: Path, words: str, **more: str) -> subprocess.CompletedProcess[str]:
    line = words.replace("gkflow", f'"{sys.executable}" -m gkflow', 1)
    environment = {**os.environ, "GKFLOW_HOME": str(home), **more}
    return subprocess.run(["bash", "-c", line], env=environment, capture_output=True, text=True, timeout=120)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_reported_in_chinese(register: Gkflow, home: Path) -> None:
    assert shell(home, "gkflow cases --all >/dev/full").stderr == "gkflow: 无法输出：磁盘已满\n"
    english = shell(home, "gkflow cases --all --lang en >/dev/full").stderr
    assert english == "gkflow: cannot write to standard output: no space left on the disk\n"


@pytest.mark.parametrize("form", slow_after(2, ["table", "xlsx", "json", "csv"]))
@pytest.mark.parametrize("words", slow_after(1, ["cases --all", "limits", "calendar show 2026"]))
def test_a_closed_pipe_ends_quietly_in_every_form(form: str, words: str, register: Gkflow, home: Path) -> None:
    there, here = os.pipe()
    os.close(there)  # the reader has ended: the first byte finds nobody
    done = subprocess.run(
        [sys.executable, "-m", "gkflow", *words.split(), "--format", form], stdout=here, stderr=subprocess.PIPE,
        env={**os.environ, "GKFLOW_HOME": str(home)}, text=True, timeout=120,
    )  # fmt: skip
    os.close(here)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_workbook_that_is_cut_off_ends_quietly(register: Gkflow, home: Path) -> None:
    done = shell(home, "gkflow export --format xlsx | head -c 10 >/dev/null; echo ${PIPESTATUS[0]}")
    assert (done.stdout, done.stderr) == ("0\n", "")


def test_a_backup_that_finds_no_room_names_the_file_that_was_asked_for(
    register: Gkflow, home: Path, tmp_path: Path
) -> None:
    target = tmp_path / "b.zip"

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    line = [sys.executable, "-c", "import signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
            "from gkflow.cli.app import run; sys.exit(run(sys.argv[1:]))", "backup", str(target)]  # fmt: skip
    done = subprocess.run(
        line, env={**os.environ, "GKFLOW_HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}, capture_output=True,
        text=True, preexec_fn=little_room, timeout=120,
    )  # fmt: skip
    assert done.returncode == 2
    assert str(target) in done.stderr
    assert ".gkflow-" not in done.stderr
    assert done.stderr.count("\n") == 1
    assert not english(done.stderr), done.stderr
    assert list(tmp_path.glob("*.zip")) == []
    assert list(tmp_path.glob(".gkflow-*")) == []


def test_a_restore_that_fails_leaves_no_folder(register: Gkflow, home: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.zip"
    wrong.write_bytes(b"no zip")
    folder = tmp_path / "a" / "b"
    assert register("restore", str(wrong), str(folder)).code == 2
    assert not folder.exists()
    assert not folder.parent.exists()
    kept = tmp_path / "there"
    kept.mkdir()
    assert register("restore", str(wrong), str(kept)).code == 2
    assert list(kept.iterdir()) == []


def test_a_backup_with_settings_at_fault_is_named_and_leaves_no_folder(
    register: Gkflow, home: Path, tmp_path: Path
) -> None:
    from zipfile import ZipFile

    file, broken = tmp_path / "b.zip", tmp_path / "broken.zip"
    assert register("backup", str(file)).code == 0
    with ZipFile(file) as old, ZipFile(broken, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, text + b"\n[nothing]\n" if name == "gkflow.toml" else text)
    done = register("restore", str(broken), str(tmp_path / "new"))
    assert done.code == 2
    assert f"{broken}/gkflow.toml 第 " in done.err
    assert not (tmp_path / "new").exists()


def test_the_help_of_backup_and_restore_shows_the_ending(gkflow: Gkflow) -> None:
    for name in ("backup", "restore"):
        printed = gkflow(name, "--help").out
        assert ".zip" in printed
        assert ".db" not in printed


ROWS = "case,workflow,day,action\nX1,request,2022-09-30,no_such\nX2,nothing,2022-09-30,receive\n"
ENDED = "case,workflow,day,action\nRC01,request,2022-09-30,receive\nRC02,request,1999-01-01,note\n"


@pytest.mark.parametrize("rows", [ROWS, ENDED])
def test_an_import_that_took_nothing_says_that_nothing_was_imported(
    rows: str, register: Gkflow, home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(rows, encoding="utf-8")
    done = register("import", str(file))
    assert done.code == 1
    assert "没有导入任何记录：共 2 行，新记 0 行" in done.out
    assert "nothing was imported: 2 rows" in register("import", str(file), "--lang", "en").out
    if Path("/dev/full").exists():
        lost = shell(home, f"gkflow import {file} >/dev/full")
        assert "已经写入" not in lost.stderr, lost.stderr


def test_a_write_under_a_made_up_clock_is_warned_of_once(
    office: Gkflow, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GKFLOW_NOW", raising=False)
    assert office("receive", "--number", "N-0", "--title", "x").err == ""
    monkeypatch.setenv("GKFLOW_NOW", "2036-03-03T09:00")
    for words in (
        ("receive", "--number", "N-1", "--title", "x"), ("do", "N-1", "note", "--fact", "text=x"), ("sweep",),
    ):  # fmt: skip
        done = office(*words)
        assert done.code == 0, done.err
        assert done.err.count("GKFLOW_NOW") == 1
        assert "以上内容按 2036-03-03T09:00:00+08:00 写入，不是本机时间" in done.err
    english = office("do", "N-1", "note", "--fact", "text=y", "--lang", "en").err
    assert "written as of 2036-03-03T09:00:00+08:00, not by the machine's clock" in english
    for words in (("cases",), ("show", "N-1"), ("do", "N-1", "note", "--fact", "text=x", "--dry-run")):
        assert "GKFLOW_NOW" not in office(*words).err
    monkeypatch.setenv("GKFLOW_NOW", "2035-03-03T09:00")
    printed = office("doctor").out
    assert "早于最近一次写入 2036-03-03" in printed
    assert printed.count("GKFLOW_NOW") == 2  # the clock, and the sweep of a day to come
