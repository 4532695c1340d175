"""What ``gkflow check`` alone asks of rule files (规则文件的格式要求): the good specimens with one line changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.errors import FilesAtFault
from gkflow.files.form import check_files
from gkflow.files.rulebook_files import read_rulebook

GOOD = Path(__file__).parent / "good"
PLAIN_WEEKS = WorkCalendar(days_off=frozenset(), makeup_days=frozenset())
PLAN = "case,workflow,day,action,unit,title,due,channel\n"
PLANNED = "plan: county-2020\nunits: {WJJ: {label: 卫生健康局}}\n"
ROW = "A-1,small,2020-06-16,receive,WJJ,目录,2020-08-31,post\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return shutil.copytree(GOOD, tmp_path / "home")


def changed(home: Path, name: str, old: str, new: str) -> int:
    """One place of a file is another; its line."""
    path = home / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (name, old)
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def written(home: Path, name: str, text: str) -> None:
    path = home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def faults(home: Path) -> list[str]:
    with pytest.raises(FilesAtFault) as caught:
        check_files([home], PLAIN_WEEKS, "national", ())
    return [str(fault) for fault in caught.value.faults]


def with_plan(home: Path, rows: str = ROW) -> None:
    path = home / "config" / "profiles" / "county.yaml"
    path.write_text(path.read_text(encoding="utf-8") + PLANNED, encoding="utf-8")
    written(home, "config/plans/county-2020.csv", PLAN + rows)


def test_the_good_specimens_are_well_formed_and_the_rulebook_is_that_of_the_profile(home: Path) -> None:
    book = check_files([home], PLAIN_WEEKS, "county", ())
    assert book.content_hash == read_rulebook([home], PLAIN_WEEKS, "county").content_hash
    assert book.content_hash != check_files([home], PLAIN_WEEKS, "national", ()).content_hash


def test_what_is_wrong_under_another_profile_alone_is_found_with_the_profile(home: Path) -> None:
    # The county reminds a month before the last day, and the limits have at most twenty working days.
    text = (home / "config/ladders/days.yaml").read_text(encoding="utf-8")
    written(home, "config/ladders/early.yaml", text.replace("ladder: days", "ladder: early").replace("-5", "-30"))
    profile = (home / "config/profiles/county.yaml").read_text(encoding="utf-8")
    written(home, "config/profiles/county.yaml", f"{profile}ladders: {{days: early}}\n")
    assert read_rulebook([home], PLAIN_WEEKS).workflows
    found = faults(home)
    assert len(found) == 3  # of the three clocks
    assert all('profile "county": clock "' in each and "step -30 of ladder" in each for each in found)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("cite: 示例条例 第四条", "cite: 示列条例 第四条", 'cite: "示列条例 第四条" names no instrument that is known'),
        (
            "  archive: {label: 归档, from: [replied]",
            "  again: {label: 再办, from: [archived], roles: [officer]}\n  archive: {label: 归档, from: [replied]",
            'state "archived" is final, but action "again" may be taken in it',
        ),
        (
            "  archive: {label: 归档, from: [replied]",
            "  again: {label: 再办, from: any, roles: [officer]}\n  archive: {label: 归档, from: [replied]",
            'state "archived" is final, but action "again" may be taken in it',
        ),
        (
            "  opinion:\n",
            "  filing:\n    label: 报送\n    limit: house/asking\n    start: receive\n    stop: reply\n  opinion:\n",
            'clock "filing": no ladder reminds of it (ladder), though it is a duty of the office',
        ),
    ],
)
def test_a_workflow_at_odds_with_the_form_works_and_is_found_by_the_check(
    home: Path, old: str, new: str, said: str
) -> None:
    changed(home, "workflows/small.yaml", old, new)
    assert read_rulebook([home], PLAIN_WEEKS).workflows  # an office goes on with it
    (found,) = faults(home)
    assert said in found
    assert found.startswith("workflows/small.yaml:")


def test_remarks_may_be_entered_after_the_end_and_a_target_needs_no_ladder(home: Path) -> None:
    target = (
        "  filing:\n    label: 报送\n    kind: target\n    limit: house/asking\n    start: receive\n    stop: reply\n"
    )
    changed(home, "workflows/small.yaml", "  opinion:\n", f"{target}  opinion:\n")
    check_files([home], PLAIN_WEEKS, "national", ())


LOCAL = """
calendar: 2024
title: 通知
published: {published}
known: secondary
scope: "450000"
days_off: {{2024-04-11: 三月三}}
"""


def test_a_local_notice_is_named_after_its_year_and_came_before_its_days(home: Path) -> None:
    written(home, "config/calendar/local/guangxi-2024.yaml", LOCAL.format(published="2024-03-01"))
    check_files([home], PLAIN_WEEKS, "national", ())
    written(home, "config/calendar/local/guangxi-2023.yaml", LOCAL.format(published="2024-04-11"))
    assert faults(home) == [
        "config/calendar/local/guangxi-2023.yaml:1  a local notice is named after its place and year: PLACE-2024.yaml",
        "config/calendar/local/guangxi-2023.yaml:1  published 2024-04-11 is no day before its first day, 2024-04-11",
    ]


def test_a_plan_and_its_profile_belong_together(home: Path) -> None:
    with_plan(home)
    check_files([home], PLAIN_WEEKS, "national", ())
    written(home, "config/plans/other.csv", PLAN)
    (home / "config/plans/county-2020.csv").rename(home / "config/plans/county-2021.csv")
    assert faults(home) == [
        "config/plans/county-2021.csv  no profile names this plan (plan)",
        "config/plans/other.csv  no profile names this plan (plan)",
        'config/profiles/county.yaml  plan: no plan "county-2020" (do you mean "county-2021"?)',
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("A-1,small,", ",small,", 'key "case" is missing'),
        (",small,", ",smal,", 'no workflow "smal" (do you mean "small"?)'),
        (",receive,", ",reply,", 'no action "reply" opens a case; "receive" does'),
        (",2020-06-16,", ",2020-06-31,", 'day must be a day such as 2019-05-15, not "2020-06-31"'),
        (",2020-08-31,", ",end of August,", 'due must be a day such as 2019-05-15, not "end of August"'),
        (",WJJ,", ",WJ,", 'no unit "WJ" (do you mean "WJJ"?)'),
        (",post", ",mail", 'fact "channel" has no choice "mail"'),
        ("目录,", ",", 'key "title" is missing'),
    ],
)
def test_a_row_of_a_plan_is_one_that_an_import_would_take(home: Path, old: str, new: str, said: str) -> None:
    with_plan(home, ROW.replace("A-1", "A-0") + ROW.replace(old, new))
    assert faults(home) == [f"config/plans/county-2020.csv:3  {said}"]


def test_a_case_stands_once_in_a_plan_and_a_column_is_a_fact_that_the_case_takes(home: Path) -> None:
    with_plan(home, ROW + ROW)
    path = home / "config/plans/county-2020.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("channel\n", "served\n"), encoding="utf-8")
    assert faults(home) == [
        'config/plans/county-2020.csv:2  "receive" of small takes no fact "served"',
        'config/plans/county-2020.csv:3  case "A-1" stands here again (first on line 2)',
        'config/plans/county-2020.csv:3  "receive" of small takes no fact "served"',
    ]
