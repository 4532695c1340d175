"""``subscribe``, ``subscriptions``, ``unsubscribe`` (订阅、退订): who hears of what is published, and no longer."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.printed import rows_of

Gkflow = Callable[..., Any]
KEYS = ["id", "name", "channel", "address", "item", "item_label", "audience", "since", "left_at", "token"]


def subscribed(gkflow: Gkflow, *words: str) -> dict[str, Any]:
    done = gkflow("subscribe", *words, "--format", "json")
    assert done.code == 0, done.err
    row: dict[str, Any] = json.loads(done.out)
    return row


def published(gkflow: Gkflow, number: str) -> None:
    """An interpretation, published."""
    assert gkflow("receive", "interpretation", "--number", number, "--day", "2026-01-05").code == 0
    done = gkflow("do", number, "publish", "--day", "2026-01-06", "--fact", "url=https://example.gov.cn/1")
    assert done.code == 0, done.err


def pushed(gkflow: Gkflow, *words: str) -> list[str]:
    return [row["name"] for row in rows_of(gkflow, "notices", *words) if row["kind"] == "push"]


def test_a_subscription_is_listed_with_the_token_by_which_to_leave(office: Gkflow) -> None:
    done = office("subscribe", "李四", "--channel", "chat", "--address", "wecombot://x", "--audience", "企业")
    assert done.code == 0
    (row,) = rows_of(office, "subscriptions")
    assert list(row) == KEYS
    assert f"gkflow unsubscribe {'-- ' if row['token'][0] == '-' else ''}{row['token']}" in done.out
    assert (row["name"], row["channel"], row["address"], row["item"], row["audience"], row["left_at"]) == (
        "李四", "chat", "wecombot://…", None, "企业", None,
    )  # fmt: skip
    table = office("subscriptions").out
    assert "李四" in table
    assert "全部" in table
    assert "退订时间" not in table


def test_an_item_may_be_named_by_its_label(office: Gkflow) -> None:
    row = subscribed(office, "李四", "--channel", "file", "--item", "政策解读")
    assert (row["item"], row["item_label"]) == ("interpretation", "政策解读")
    field = subscribed(office, "李四", "--channel", "file", "--item", "重大建设项目")
    assert (field["item"], field["item_label"]) == ("major_projects", "重大建设项目")
    own = subscribed(office, "李四", "--channel", "file", "--item", "本局目录第三项")
    assert (own["item"], own["item_label"]) == ("本局目录第三项", None)


def test_the_same_again_is_one_subscription_and_is_said(office: Gkflow) -> None:
    first = subscribed(office, "李四", "--channel", "file", "--item", "interpretation")
    again = office("subscribe", "李四", "--channel", "file", "--item", "政策解读")
    assert "此前已有同样的订阅" in again.out
    assert first["token"] in again.out
    assert len(rows_of(office, "subscriptions")) == 1


def test_what_is_published_goes_to_those_who_subscribed_to_it(office: Gkflow) -> None:
    subscribed(office, "甲", "--channel", "file", "--item", "政策解读")
    subscribed(office, "乙", "--channel", "file", "--item", "主动公开")
    published(office, "I1")
    assert pushed(office) == ["甲"]


def test_who_has_left_is_sent_nothing_that_still_waits(office: Gkflow, home: Path) -> None:
    row = subscribed(office, "甲", "--channel", "file")
    published(office, "I1")
    assert pushed(office, "--waiting") == ["甲"]
    done = office("unsubscribe", "--", row["token"])
    assert done.code == 0
    assert "1 条待发的不再送出" in done.out
    assert pushed(office, "--waiting") == []
    office("deliver")
    assert pushed(office, "--delivered") == []
    published(office, "I2")
    assert pushed(office, "--waiting") == []


def test_a_subscription_that_ended_is_listed_only_with_all(office: Gkflow) -> None:
    row = subscribed(office, "甲", "--channel", "file")
    kept = subscribed(office, "甲", "--channel", "console")
    assert office("unsubscribe", "--", row["token"]).code == 0
    assert [each["id"] for each in rows_of(office, "subscriptions")] == [kept["id"]]
    ended, holds = rows_of(office, "subscriptions", "--all")
    assert ended["id"] == row["id"]
    assert ended["left_at"] is not None
    assert holds["left_at"] is None
    assert "退订时间" in office("subscriptions", "--all").out


def test_nobody_leaves_twice_and_an_unknown_token_is_reported(office: Gkflow) -> None:
    row = subscribed(office, "甲", "--channel", "file")
    office("unsubscribe", "--", row["token"])
    again = office("unsubscribe", "--", row["token"])
    assert (again.code, again.out, again.err) == (2, "", "gkflow: 这项订阅已经退订\n")
    unknown = office("unsubscribe", "nobody")
    assert (unknown.code, unknown.out, unknown.err) == (2, "", "gkflow: 没有退订码为“nobody”的订阅\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("李四",), "缺少 --channel"),
        (("--channel", "file"), "缺少 姓名"),
        (("", "--channel", "file"), "姓名 是空的"),
        (("李四", "--channel", "fax"), "通知方式 fax 没有设置；有：file、console、chat"),
        (("李四", "--channel", "mail", "--address", "a@example.gov.cn"), "通知方式 mail 没有设置"),
        (("李四", "--channel", "chat"), "须写明地址（--address）"),
    ],
)
def test_wrong_use_is_one_line_and_subscribes_nobody(words: tuple[str, ...], message: str, office: Gkflow) -> None:
    done = office("subscribe", *words)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert done.err.count("\n") == 1
    assert rows_of(office, "subscriptions", "--all") == []


def test_an_empty_list_is_said(office: Gkflow) -> None:
    done = office("subscriptions")
    assert (done.code, done.out, done.err) == (0, "", "没有订阅。\n")
