"""``limits --profile`` (地方期限): the limits as one place has them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.printed import rows_of

Gkflow = Callable[..., Any]
GENERAL = "gansu-disclosure-opinion-2016/interpretation"
LOCAL = "zhongshan-disclosure-plan-2020/interpretation"


def test_a_local_limit_stands_in_the_place_of_the_general_one_with_its_article(gkflow: Gkflow) -> None:
    rows = rows_of(gkflow, "limits", "--profile", "zhongshan", "--all")
    (mine,) = (row for row in rows if row["instead_of"] is not None)
    assert (mine["limit"], mine["instead_of"], mine["since"]) == (LOCAL, GENERAL, "2020-06-16")
    assert (mine["length"], mine["unit"]) == (0, "day")
    assert "中山市" in mine["article"]
    # Before it began the general one held.
    general = [row for row in rows if row["limit"] == GENERAL]
    assert [(row["length"], row["unit"], row["since"]) for row in general] == [(3, "working_day", "2017-01-01")]
    assert sum(row["limit"] == LOCAL for row in rows) == 1


def test_all_other_limits_are_those_of_the_law(gkflow: Gkflow) -> None:
    def but_the_local_one(*words: str) -> list[dict[str, Any]]:
        # Where the local one begins, the general one ends.
        rows = (row for row in rows_of(gkflow, "limits", "--all", *words) if row["limit"] != LOCAL)
        return [{**row, "until": None} if row["limit"] == GENERAL else row for row in rows]

    law, place = but_the_local_one(), but_the_local_one("--profile", "zhongshan")
    assert place == law
    assert {row["instead_of"] for row in law} == {None}


def test_a_profile_that_replaces_nothing_changes_nothing(gkflow: Gkflow) -> None:
    assert rows_of(gkflow, "limits", "--profile", "national") == rows_of(gkflow, "limits")
    assert gkflow("limits", "--profile", "national").out == gkflow("limits").out


def test_a_profile_may_be_named_by_its_label_and_goes_with_a_workflow(gkflow: Gkflow) -> None:
    rows = rows_of(gkflow, "limits", "--all", "--profile", "中山", "--workflow", "政策解读")
    assert {row["limit"] for row in rows} == {GENERAL, LOCAL, "house-rules-publication/repeat-interpretation"}
    assert rows_of(gkflow, "limits", "--all", "--profile", "zhongshan", "--workflow", "interpretation") == rows
    table = gkflow("limits", "--all", "--profile", "中山", "--workflow", "政策解读").out
    line = next(line for line in table.splitlines() if line.startswith("政策同步解读"))
    assert "当日" in line
    assert line.endswith(GENERAL)


def test_the_table_of_the_law_has_no_column_for_places(gkflow: Gkflow) -> None:
    def head(*words: str) -> list[str]:
        text = gkflow("limits", *words, "--format", "csv").out.removeprefix("\ufeff")
        return next(csv.reader(io.StringIO(text)))

    assert "代替" not in head()
    assert "代替" in head("--profile", "zhongshan")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_unknown_profile_is_one_clear_line(lang: str, gkflow: Gkflow) -> None:
    done = gkflow("limits", "--profile", "zhongshn", "--lang", lang)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert done.err.startswith("gkflow: " + {"zh": "没有地方规则“zhongshn”；有：", "en": 'no profile "zhongshn"'}[lang])
    assert "zhongshan" in done.err


# -- the value in force on a day -----------------------------------------------------------------------------------

REPLY = "ogi-regulations/reply"


def of_limit(gkflow: Gkflow, name: str, *words: str) -> list[dict[str, Any]]:
    return [row for row in rows_of(gkflow, "limits", *words) if row["limit"] == name]


@pytest.mark.parametrize(
    ("day", "length", "since", "until"),
    [("2019-05-14", 15, "2008-05-01", "2019-05-15"), ("2019-05-15", 20, "2019-05-15", None)],
)
def test_a_limit_is_shown_as_it_is_in_force_on_the_day_asked_for(
    gkflow: Gkflow, day: str, length: int, since: str, until: str | None
) -> None:
    # 条例 2008年文本 第二十四条: 15个工作日; 2019-05-15 施行的第三十三条: 20个工作日.
    (row,) = of_limit(gkflow, REPLY, "--on", day)
    assert (row["length"], row["since"], row["until"], row["to_come"]) == (length, since, until, False)


def test_a_limit_that_has_no_value_yet_is_shown_as_one_to_come_and_a_repealed_one_as_repealed(gkflow: Gkflow) -> None:
    (row,) = of_limit(gkflow, REPLY, "--on", "2008-04-30")
    assert (row["length"], row["since"], row["to_come"], row["article"]) == (None, "2008-05-01", True, None)
    name = "credit-repair-2019/publicity-general-minimum"  # repealed from 2023-05-01
    assert [row["length"] for row in of_limit(gkflow, name, "--on", "2023-04-30")] == [3]
    (row,) = of_limit(gkflow, name, "--on", "2023-05-01")
    assert (row["length"], row["since"], row["to_come"]) == (None, "2023-05-01", False)


def test_all_values_are_listed_when_asked_for_and_not_together_with_a_day(gkflow: Gkflow) -> None:
    assert [(row["length"], row["since"]) for row in of_limit(gkflow, REPLY, "--all")] == [
        (15, "2008-05-01"), (20, "2019-05-15"),
    ]  # fmt: skip
    done = gkflow("limits", "--all", "--on", "2020-01-01")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


def test_a_value_names_the_decree_that_gave_it_its_text(gkflow: Gkflow) -> None:
    before, since = of_limit(gkflow, REPLY, "--all")
    assert (before["decree"], since["decree"]) == ("国务院令第492号", None)
    assert before["article"].endswith("第二十四条第二款（国务院令第492号）")
    assert since["article"] == "《中华人民共和国政府信息公开条例》第三十三条第二款"


def test_a_limit_that_is_counted_back_says_so(gkflow: Gkflow, home: Path) -> None:
    own = home / "config" / "law"
    own.mkdir(parents=True)
    (own / "hearing-rules.yaml").write_text(
        """instrument: hearing-rules
title: 本机关听证规定
rank: house
limits:
  notice:
    label: 听证通知期限
    binds: office
    values:
      2026-01-01:
        {length: 7, unit: day, direction: before, bound: at_least, roll: previous_working_day, article: 第三条,
         known: proposal}
""",
        encoding="utf-8",
    )
    (line,) = [line for line in gkflow("limits", "--all").out.splitlines() if "听证通知期限" in line]
    assert "当日之前" in line
    rows = rows_of(gkflow, "limits", "--all")
    assert [row["direction"] for row in rows if row["label"] == "听证通知期限"] == ["before"]
    assert {row["direction"] for row in rows if row["label"] == "答复期限"} == {"after"}
