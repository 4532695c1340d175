"""Days, numbers and paths at and beyond the edge (极端输入): one line each, at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

import gkflow as library
from gkflow.domain.errors import Refused
from store.offices import at

Gkflow = Callable[..., Any]
DIGITS = "1234567890123456789012"  # 22, more than any column of numbers holds
LONG = "x" * 5000
FACT = ("--fact", "channel=in_person")
SECONDS = 20


@pytest.mark.parametrize(
    "words",
    [
        *[
            words
            for day in ("0000-01-01", "0001-01-01", "9999-12-31")
            for words in (
                ("receive", "--day", day, *FACT), ("show", "A1", "--as-of", day), ("sweep", "--as-of", day),
                ("calendar", "show", day), ("do", "A1", "note", "--day", day, "--fact", "text=x"),
                ("duties", "--through", day),
            )
        ],
        ("receive", "--day", "1989-12-31", *FACT),
        ("deadline", "0000-01-01", "20"), ("deadline", "9999-12-31", "20"), ("deadline", "2026-11-02", DIGITS),
        ("deadline", "9999-12-30", "3", "--unit", "month"),
        ("ack", DIGITS, "--words", "已阅"), ("notices", "--retry", DIGITS), ("drafts", "drop", DIGITS),
        ("do", "A1", "correct_entry", "--fact", f"seq={DIGITS}", "--fact", "void=true", "--fact", "reason=x"),
        ("receive", "--number", LONG, *FACT), ("receive", "--by", LONG, *FACT), ("receive", "--unit", LONG, *FACT),
        ("show", LONG), ("import", f"{LONG}.csv"), ("import", f"/{LONG}/a.xlsx"), ("export", "-o", f"{LONG}.csv"),
        ("feed", "-o", f"{LONG}.ics"), ("calendar", "adopt", f"{LONG}.txt"), ("init", LONG),
    ],
    ids=lambda words: " ".join(words)[:60],
)  # fmt: skip
def test_what_lies_beyond_the_edge_is_one_line_at_once(office: Gkflow, words: tuple[str, ...]) -> None:
    with library.open() as opened:
        opened.receive("request", "A1", day="2026-11-02", facts={"channel": "in_person"}, now=at("2026-11-28"))
    begin = time.monotonic()
    done = office(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert "出乎意料" not in done.err
    assert time.monotonic() - begin < SECONDS


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"number": "A\x00"}, "mark_refused"), ({"number": "A\n1"}, "mark_refused"),
        ({"number": "A\u202e1"}, "mark_refused"), ({"by": "张\ud800"}, "mark_refused"),
        ({"title": "甲\x00"}, "mark_refused"), ({"title": "\udfff"}, "mark_refused"),
        ({"number": "字" * 201}, "name_too_long"), ({"day": "1989-12-31"}, "year_too_early"),
    ],
)  # fmt: skip
def test_the_library_refuses_what_no_database_keeps(office: Gkflow, given: dict[str, str], code: str) -> None:
    given = {"number": "A1", "day": "2026-11-02", **given}
    with library.open() as opened, pytest.raises(Refused) as caught:
        opened.receive("request", facts={"channel": "in_person"}, now=at("2026-11-28"), **given)
    assert caught.value.code == code
