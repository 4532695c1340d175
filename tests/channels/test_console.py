"""The console."""

import io

from channels.letters import a_message
from gkflow.channels.console import Console


def test_a_notice_is_written_with_its_reader_subject_and_text() -> None:
    stream = io.StringIO()

    outcome = Console(stream).send([a_message(subject="提醒", text="第一行\n第二行\n")])

    assert outcome == {"notice-1": None}
    assert stream.getvalue() == "【张三】提醒\n    第一行\n    第二行\n"


def test_a_control_sequence_in_a_title_does_not_reach_the_terminal() -> None:
    stream = io.StringIO()

    Console(stream).send([a_message(subject="标题\x1b[2J\r\n伪造的一行", text="\x1b]0;x\x07正文")])

    assert stream.getvalue() == "【张三】标题 [2J 伪造的一行\n    ]0;x 正文\n"


def test_a_closed_console_is_reported_and_not_raised() -> None:
    stream = io.StringIO()
    stream.close()

    refusal = Console(stream).send([a_message()])["notice-1"]

    assert refusal is not None
    assert not refusal.permanent


def test_a_sign_that_the_console_can_not_spell_spoils_its_own_notice_only() -> None:
    raw = io.BytesIO()
    console = Console(io.TextIOWrapper(raw, encoding="gb2312", newline="\n"))

    outcome = console.send([a_message(key="a", subject="𠮷", text=""), a_message(key="b", subject="吉", text="")])

    assert outcome["a"] is not None
    assert outcome["b"] is None
    assert raw.getvalue().decode("gb2312") == "【张三】吉\n"


def test_the_console_rings_no_one() -> None:
    assert Console(io.StringIO()).quiet
