"""The file of notices."""

import json
import multiprocessing
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels.letters import MADE_AT, SUBJECT, TEXT, a_message
from gkflow.channels.file import FILE_NAME, NoticeFile


def lines(folder: Path) -> list[dict[str, object]]:
    text = (folder / FILE_NAME).read_text(encoding="utf-8")
    assert text == "" or text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def test_each_notice_is_one_line_of_json_that_carries_its_key(tmp_path: Path) -> None:
    outcome = NoticeFile(tmp_path).send([a_message(key="a"), a_message(key="b")])

    assert outcome == {"a": None, "b": None}
    first, second = lines(tmp_path)
    assert first["data"] == {
        "key": "a",
        "to": "张三",
        "subject": SUBJECT,
        "text": TEXT,
        "facts": {"case": "2022-17", "clock": "reply", "deadline": "2022-11-14"},
    }
    assert datetime.fromisoformat(str(first["timestamp"])) == MADE_AT
    assert isinstance(second["data"], dict)
    assert second["data"]["key"] == "b"


def test_a_retry_is_a_second_line_with_the_same_bytes(tmp_path: Path) -> None:
    NoticeFile(tmp_path).send([a_message()])
    NoticeFile(tmp_path).send([a_message()])

    first, second = (tmp_path / FILE_NAME).read_bytes().splitlines()
    assert first == second


def test_a_missing_folder_is_reported_and_not_made(tmp_path: Path) -> None:
    refusal = NoticeFile(tmp_path / "absent").send([a_message()])["notice-1"]

    assert refusal is not None
    assert not refusal.permanent
    assert not (tmp_path / "absent").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_disk_is_reported(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).symlink_to("/dev/full")

    refusal = NoticeFile(tmp_path).send([a_message()])["notice-1"]

    assert refusal is not None
    assert not refusal.permanent


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files")
def test_a_disk_that_fills_in_the_middle_of_a_line_keeps_no_half_of_it(tmp_path: Path) -> None:
    program = """
import resource, sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from channels.letters import a_message
from gkflow.channels.file import NoticeFile
from gkflow.words.language import CHINESE
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
outcome = NoticeFile(Path(sys.argv[1])).send([a_message(key=str(n)) for n in range(6)])
print(*(key for key, refusal in outcome.items() if refusal is None))
print(CHINESE.text(next(refusal.reason for refusal in outcome.values() if refusal is not None)))
"""
    process = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), *(entry for entry in sys.path if entry)],
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        timeout=60,
    )

    written = [line["data"]["key"] for line in lines(tmp_path)]
    assert 0 < len(written) < 6
    keys, reason = process.stdout.splitlines()
    assert written == keys.split()
    assert reason == f"通知文件无法写入（{tmp_path / FILE_NAME}）：磁盘已满"


def test_half_a_line_left_by_a_power_cut_is_cut_off(tmp_path: Path) -> None:
    NoticeFile(tmp_path).send([a_message(key="a")])
    with (tmp_path / FILE_NAME).open("ab") as file:
        file.write('{"data":{"key":"半'.encode()[:-1])

    NoticeFile(tmp_path).send([a_message(key="b")])

    assert [line["data"]["key"] for line in lines(tmp_path)] == ["a", "b"]


def test_a_whole_object_without_its_newline_stays(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"data":{"key":"by hand"}}', encoding="utf-8")

    NoticeFile(tmp_path).send([a_message(key="b")])

    assert [line["data"]["key"] for line in lines(tmp_path)] == ["by hand", "b"]


def test_a_fact_that_json_has_no_form_for_spoils_its_own_notice_only(tmp_path: Path) -> None:
    bad = a_message(key="bad", facts={"case": object()})

    outcome = NoticeFile(tmp_path).send([bad, a_message(key="good")])

    assert outcome["bad"] is not None
    assert outcome["bad"].permanent
    assert outcome["good"] is None
    assert len(lines(tmp_path)) == 1


def test_a_moment_among_the_facts_is_written_with_its_zone(tmp_path: Path) -> None:
    NoticeFile(tmp_path).send([a_message(facts={"at": datetime(2022, 11, 15, tzinfo=UTC), "days": (1, 2)})])

    data = lines(tmp_path)[0]["data"]
    assert isinstance(data, dict)
    assert data["facts"] == {"at": "2022-11-15T00:00:00+00:00", "days": [1, 2]}


@pytest.mark.skipif(sys.platform == "win32", reason="no flock")
def test_a_writer_waits_for_another_so_that_it_never_cuts_the_others_line(tmp_path: Path) -> None:
    import fcntl

    with (tmp_path / FILE_NAME).open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        writer = threading.Thread(target=NoticeFile(tmp_path).send, args=([a_message()],))
        writer.start()
        other.write(b'{"data":{"key":"half')
        other.flush()
        writer.join(0.2)
        other.write(b' and half"}}\n')
    writer.join(60)

    assert [line["data"]["key"] for line in lines(tmp_path)] == ["half and half", "notice-1"]


def _write_fifty(folder: Path, name: str) -> None:
    for number in range(50):
        NoticeFile(folder).send([a_message(key=f"{name}{number}", text="长" * 3000)])


def test_two_processes_never_mix_their_lines(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")
    writers = [spawn.Process(target=_write_fifty, args=(tmp_path, name)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)

    keys = {line["data"]["key"] for line in lines(tmp_path)}
    assert keys == {f"{name}{number}" for name in "ab" for number in range(50)}
