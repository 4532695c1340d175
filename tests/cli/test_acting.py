"""Who acts on the command line: named, set, or in the settings; never nobody once people are configured."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Gkflow = Callable[..., Any]
PEOPLE = '\n[[people]]\nname = "张三"\nunit = "GK"\nroles = ["clerk", "officer"]\n'
RECEIVE = ("receive", "--fact", "channel=in_person")


def acted(office: Gkflow, number: str) -> str:
    return str(json.loads(office("show", number, "--format", "json").out)["record"][0]["by"])


@pytest.fixture
def staffed(office: Gkflow, home: Path) -> Gkflow:
    with (home / "gkflow.toml").open("a", encoding="utf-8") as file:
        file.write(PEOPLE)
    return office


def test_roles_are_not_escaped_by_leaving_the_name_out(staffed: Gkflow) -> None:
    done = staffed(*RECEIVE)
    assert (done.code, done.out) == (2, "")
    for way in ("--by", "GKFLOW_BY", "[me] name", "张三"):
        assert way in done.err
    assert staffed(*RECEIVE, "--by", "李四").code == 2
    assert json.loads(staffed("cases", "--all", "--format", "json").out) == []


def test_the_name_comes_from_the_option_then_the_variable_then_the_settings(
    staffed: Gkflow, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert staffed(*RECEIVE, "--number", "A", "--by", "张三").code == 0
    monkeypatch.setenv("GKFLOW_BY", "张三")
    assert staffed(*RECEIVE, "--number", "B").code == 0
    monkeypatch.setenv("GKFLOW_BY", "李四")
    assert staffed(*RECEIVE, "--number", "C").code == 2, "the variable is asked before the settings"
    monkeypatch.delenv("GKFLOW_BY")
    settings = home / "gkflow.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + '\n[me]\nname = "张三"\n', encoding="utf-8")
    assert staffed(*RECEIVE, "--number", "C").code == 0
    assert [acted(staffed, number) for number in "ABC"] == ["张三"] * 3


def test_where_nobody_is_configured_an_office_can_work(office: Gkflow) -> None:
    assert office(*RECEIVE, "--number", "A").code == 0


def test_the_secrets_of_an_address_are_not_shown_with_its_notices(office: Gkflow, home: Path) -> None:
    with (home / "gkflow.toml").open("a", encoding="utf-8") as file:
        file.write('\n[webhook]\nsecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"\n')
        file.write(PEOPLE.replace('"officer"]', '"officer", "section_head"]'))
        file.write(
            'channels = ["webhook", "file"]\nwebhook = "https://gk:geheim@example.gov.cn/h/topsecret?token=abc"\n'
        )
        file.write(PEOPLE.replace("张三", "李四").replace('"officer"', '"disclosure_head"'))
    assert office(*RECEIVE, "--number", "A", "--by", "李四").code == 0
    rows = json.loads(office("notices", "--format", "json").out)
    assert "webhook" in {row["channel"] for row in rows}
    for words in (
        ("notices",),
        ("notices", "--format", "json"),
        ("notices", "--show", "1"),
        ("show", "A"),
        ("doctor",),
    ):
        said = office(*words)
        assert "example.gov.cn" in said.out or words != ("notices", "--format", "json")
        for secret in ("geheim", "topsecret", "abc", "MfKQ9r8G"):
            assert secret not in said.out + said.err, words


@pytest.mark.parametrize(
    ("region", "day", "length", "known"),
    [
        # 肉孜节 and 古尔邦节 are set yearly: without a file of 2025 the day is provisional.
        ("650000", "2025-06-03", "5", "肉孜节、古尔邦节"),
        ("450000", "2025-03-28", "3", "壮族三月三"),
    ],
)
def test_where_no_local_notice_is_known_that_is_said_and_the_day_is_not_firm(
    region: str, day: str, length: str, known: str, gkflow: Gkflow
) -> None:
    done = gkflow("deadline", day, length, "--region", region)
    assert "尚无2025年的地方放假通知" in done.out
    assert known in done.out
    assert "暂定" in done.out
    result = json.loads(gkflow("deadline", day, length, "--region", region, "--format", "json").out)
    assert result["provisional"] is True
    # The day that the local notices of that year gave lies within the range.
    true = {"650000": "2025-06-13", "450000": "2025-04-07"}[region]
    assert result["earliest"] <= true <= result["latest"]
    assert result["earliest"] > day, "never before day 1"
