"""Files of recurring duties (周期职责文件)."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from builders import d
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.recurring import RecurringTask
from gkflow.domain.soundness import problems
from gkflow.files.duties import duty_from
from gkflow.files.nodes import Faults, from_plain
from gkflow.files.rulebook_files import read_rulebook

GOOD = Path(__file__).parent / "good"
PROJECT = Path(__file__).parents[2]
PLAIN_WEEKS = WorkCalendar(days_off=frozenset(), makeup_days=frozenset())
YEARLY: dict[str, Any] = {
    "duty": "yearly",
    "label": "年度报告",
    "cite": "示例条例 第七条",
    "workflow": "small",
    "rule": "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=31",
    "since": "2020-01-01",
    "title": "{year}年报告",
}


def read(**changes: Any) -> tuple[RecurringTask, list[str]]:
    """The duty of a file with *changes*, and what is said of it."""
    faults = Faults()
    said = {key: value for key, value in {**YEARLY, **changes}.items() if value is not None}
    duty = duty_from(from_plain(said, "config/duties/yearly.yaml", 1), faults)
    return duty, [fault.text for fault in faults._found]


def test_a_duty_is_read_as_its_file_says() -> None:
    duty = read_rulebook([GOOD], PLAIN_WEEKS).recurring_tasks["yearly"]

    assert (duty.label, duty.workflow, duty.cite) == ("年度报告", "small", "示例条例 第七条")
    assert (duty.rule, duty.since, duty.ahead) == ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=31", d("2020-01-01"), 60)
    assert dict(duty.given) == {"channel": "post"}
    assert duty.title_of(d("2026-03-31")) == "2025年年度报告"


def test_what_is_left_out_is_thirty_days_ahead_and_the_workflow_of_duties() -> None:
    duty, reported = read(workflow=None)

    assert (duty.workflow, duty.ahead, dict(duty.given), reported) == ("duty", 30, {}, [])


@pytest.mark.parametrize("key", ["duty", "label", "cite", "rule", "since", "title"])
def test_what_a_duty_cannot_do_without_is_reported(key: str) -> None:
    assert read(**{key: None})[1] == [f'key "{key}" is missing']


@pytest.mark.parametrize(
    "rule",
    [
        "YEARLY",
        "FREQ=YEARLI",
        "BYMONTH=1;BYMONTHDAY=31",
        "FREQ=YEARLY;BYMONTH=13;BYMONTHDAY=one",
        "every 31 January",
        "FREQ=YEARLY;UNTIL=2025-12-31T00:00:00+08:00",
        "RRULE:FREQ=YEARLY\nEXDATE:20250131",
        "FREQ=YEARLY;WHEN=1",
    ],
)
def test_a_rule_that_is_no_recurrence_is_reported_with_the_rule(rule: str) -> None:
    (reported,) = read(rule=rule)[1]

    assert reported.startswith(f'"{rule}" is no recurrence rule (RFC 5545)')


@pytest.mark.parametrize(
    "title", ["{years}", "{}", "{0}", "{", "}", "{year", "{due}", "{month!x}", "{year:z}", "{year.month}", "{year[0]}"]
)
def test_a_title_holds_year_last_year_and_month_and_nothing_else(title: str) -> None:
    assert read(title=title)[1] == ["title may hold {year}, {last_year} and {month}, nothing else"]


@pytest.mark.parametrize("title", ["年度报告", "{year}年{month}月", "{last_year}", "{{年}}", "{month:02}月"])
def test_a_title_may_be_plain_and_may_be_filled(title: str) -> None:
    assert read(title=title)[1] == []


def test_a_rule_with_an_hour_is_due_on_that_day_or_is_refused() -> None:
    """A duty is due on days. Swept day by day, a rule with an hour must not be passed over in silence."""
    duty, reported = read(rule="FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=31;BYHOUR=9")

    swept = [due for day in (29, 30, 31) for due in duty.due_days(date(2026, 1, day - 1), date(2026, 1, day))]
    assert reported or swept == [date(2026, 1, 31)]


_READING = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
from gkflow.files.duties import duty_from
from gkflow.files.nodes import Faults, from_plain
said = {"duty": "d", "label": "d", "cite": "d", "rule": sys.argv[1], "since": "2020-01-01", "title": "d"}
duty_from(from_plain(said), Faults())
"""


@pytest.mark.parametrize("rule", ["FREQ=YEARLY;INTERVAL=0", "FREQ=SECONDLY"])
def test_a_rule_that_never_moves_on_holds_nobody_up(rule: str) -> None:
    # Read apart, for it might never come back.
    subprocess.run([sys.executable, "-c", _READING, rule], timeout=10, check=True)


def test_an_own_duty_takes_the_place_of_the_packaged_one(tmp_path: Path) -> None:
    path = tmp_path / "own/config/duties/yearly.yaml"
    path.parent.mkdir(parents=True)
    text = (GOOD / "config/duties/yearly.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("BYMONTHDAY=31", "BYMONTHDAY=30"), encoding="utf-8")

    duty = read_rulebook([GOOD, tmp_path / "own"], PLAIN_WEEKS).recurring_tasks["yearly"]

    assert list(duty.due_days(d("2025-12-31"), d("2026-12-31"))) == [d("2026-03-30")]


def test_a_changed_duty_is_another_rulebook(tmp_path: Path) -> None:
    home = shutil.copytree(GOOD, tmp_path / "home")
    path = home / "config/duties/yearly.yaml"
    plain = read_rulebook([home], PLAIN_WEEKS)
    path.write_text(path.read_text(encoding="utf-8").replace("ahead: 60", "ahead: 61"), encoding="utf-8")

    changed = read_rulebook([home], PLAIN_WEEKS)

    assert changed.content_hash != plain.content_hash
    assert changed.workflows == plain.workflows  # a case is no other for it


def test_every_shipped_duty_cites_its_source_and_opens_a_case_that_takes_it() -> None:
    book = read_rulebook([PROJECT], PLAIN_WEEKS)

    assert problems(book) == ()
    for duty in book.recurring_tasks.values():
        first = book.workflow(duty.workflow).first
        carried = {*first.accepts, *(need.fact for need in (*first.requires, *first.wants))}
        assert duty.cite
        assert {"due", "period", "title", *duty.given} <= carried, duty.name
