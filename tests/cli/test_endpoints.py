"""gkflow events and gkflow endpoints (事件与接收端): lists, tests, resuming, replaying; deliver and doctor."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from channels.receivers import HttpReceiver, answers, http_receiver

Gkflow = Callable[..., Any]
SECRET = "whsec_" + base64.b64encode(bytes(24)).decode()


def settings(home: Path, receiver: HttpReceiver, more: str = "") -> None:
    table = f'\n[[endpoints]]\nname = "portal"\nurl = "{receiver.url}"\n{more}[webhook]\nallow_local = true\n'
    with (home / "gkflow.toml").open("a", encoding="utf-8") as file:
        file.write(table)


@pytest.fixture
def office(gkflow: Gkflow, home: Path, monkeypatch: pytest.MonkeyPatch) -> Gkflow:
    monkeypatch.setenv("GKFLOW_ENDPOINT_PORTAL_SECRET", SECRET)
    assert gkflow("init").code == 0
    return gkflow


def received(gkflow: Gkflow, *numbers: str) -> None:
    for number in numbers:
        assert gkflow("receive", "--number", number, "--fact", "channel=in_person").code == 0


def listed(gkflow: Gkflow) -> dict[str, Any]:
    [row] = json.loads(gkflow("endpoints", "--format", "json").out)
    found: dict[str, Any] = row
    return found


def test_events_are_listed_after_a_cursor_in_pages(office: Gkflow) -> None:
    received(office, "A", "B", "C")
    rows = json.loads(office("events", "--format", "json").out)
    assert [(row["cursor"], row["type"], row["case"]) for row in rows] == [
        (f"{n}", "case.received", case) for n, case in enumerate("ABC", 1)
    ]
    page = office("events", "--after", "1", "--limit", "1")
    assert "case.received" in page.out
    assert "申请人" in page.out
    assert "--after 2" in page.err
    assert office("events", "--after", "3").err.strip() == "没有事件。"


def test_a_cursor_from_the_future_or_forged_is_refused_with_the_reason(office: Gkflow) -> None:
    received(office, "A")
    for cursor, reason in (("9", "位置 9 在最后一条事件（1）之后"), ("x", "位置"), ("-1", "位置"), ("1.0", "位置")):
        done = office("events", "--after", cursor)
        assert done.code == 2
        assert reason in done.err
        assert len(done.err.strip().splitlines()) == 1


def test_an_endpoint_is_tested_served_by_deliver_and_replayed(office: Gkflow, home: Path) -> None:
    with http_receiver(answers(204)) as receiver:
        settings(home, receiver)
        assert office("endpoints", "test", "portal").out.strip() == "portal 已接收测试事件。"
        assert "已推送事件 0 条。" in office("deliver").out
        received(office, "A", "B")
        [row] = json.loads(office("deliver", "--format", "json").out)
        assert (row["posted"], row["failing"], row["parked"]) == (2, [], [])
        assert [json.loads(post.body)["type"] for post in receiver.posts] == ["endpoint.test", *["case.received"] * 2]
        assert (listed(office)["cursor"], listed(office)["waiting"]) == ("2", 0)
        assert "位置 0 以后的事件 2 条" in office("endpoints", "补发", "portal", "--from-beginning").out
        office("sweep")
        assert "已推送事件" in office("deliver").out
        again = [json.loads(post.body) for post in receiver.posts[3:]]
        assert [(each["type"], each["case"]) for each in again[:2]] == [("case.received", "A"), ("case.received", "B")]
        assert "sweep.done" in {each["type"] for each in again}
        assert f"位置 1 以后的事件 {len(again) - 1} 条" in office("endpoints", "replay", "portal", "--after", "1").out
        ahead = office("endpoints", "replay", "portal", "--after", "99999")
        assert ahead.code == 2
        assert "99999" in ahead.err
        assert SECRET not in office("endpoints", "--format", "json").out
        assert "/hook" not in office("endpoints", "--format", "json").out


def test_a_parked_endpoint_is_shown_by_doctor_until_it_is_resumed(office: Gkflow, home: Path) -> None:
    with http_receiver(answers(410), answers(204)) as receiver:
        settings(home, receiver)
        office("deliver")
        assert re.search(r"\[正常\].*接收端 1 个", office("doctor").out)
        received(office, "A")
        assert "推送失败的接收端：portal" in office("deliver").out
        assert listed(office)["parked"] == "gone"
        assert re.search(r"已停止：.*410", office("endpoints").out.replace("\n", ""))
        assert re.search(r"\[注意\].*portal（?.*410", office("doctor").out)
        assert "409" not in office("doctor", "--lang", "en").out
        assert "resume" in office("doctor", "--lang", "en").out
        assert "1 条" in office("endpoints", "恢复", "portal").out
        assert "已推送事件 1 条。" in office("deliver").out


def test_a_failing_endpoint_and_a_type_of_no_event_are_shown(office: Gkflow, home: Path) -> None:
    with http_receiver(answers(500)) as receiver:
        settings(home, receiver, 'types = ["case.*", "case.replyd"]\n')
        office("deliver")
        received(office, "A")
        office("deliver")
        shown = office("doctor").out
        assert "answered 500" in shown or "答复 500" in shown
        assert "case.replyd" in shown
        checked = office("check")
        assert checked.code == 1
        assert re.search(r"portal.*case\.replyd.*case\.replied", checked.out + checked.err)
        row = listed(office)
        assert row["failing_since"] < row["next_try_at"]
        refused = office("endpoints", "test", "portal")
        assert refused.code == 2
        assert "500" in refused.err


WRONG = (
    (("tset", "portal"), "test"),
    (("test",), "gkflow endpoints test"),
    (("replay", "portal"), "--after"),
    (("replay", "portal", "--after", "1", "--from-beginning"), "--after"),
    (("resume", "portal", "--after", "1"), "replay"),
    (("test", "portl"), "portl"),
    (("test", "portal", "--format", "json"), "--format"),
)


def test_a_wrong_use_is_one_line(office: Gkflow, home: Path) -> None:
    with http_receiver(answers(204)) as receiver:
        settings(home, receiver)
        for words, said in WRONG:
            done = office("endpoints", *words)
            assert done.code == 2, words
            assert said in done.err
            assert len(done.err.strip().splitlines()) == 1
    assert receiver.posts == []


def test_without_endpoints_there_is_nothing_to_list(office: Gkflow) -> None:
    done = office("endpoints")
    assert (done.code, done.out) == (0, "")
    assert "[[endpoints]]" in done.err
    assert "posted" not in office("deliver", "--format", "json").out
