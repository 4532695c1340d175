"""Limits that are counted back (……的七日前): so many days before a day that is to come."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_calendar, a_rulebook, a_workflow, d, deadlines_of, national
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.counting import last_day_before
from gkflow.domain.day_by_day import Why, work_through
from gkflow.domain.deadline import Deadline
from gkflow.domain.law import Bound, Citation, Direction, LimitUnit, LimitValue, Roll
from gkflow.domain.recalculation_key import READ, STILL, recalculation_key_of
from gkflow.domain.rulebook import Rulebook
from gkflow.domain.soundness import problems
from gkflow.files.law import law_from
from gkflow.files.nodes import Faults, from_plain

ONE = timedelta(days=1)
ARTICLE = Citation(
    "行政处罚法", "第六十四条第二项", "行政机关应当在举行听证的七日前，通知当事人及有关人员听证的时间、地点"
)


def before(length: int, unit: LimitUnit = LimitUnit.DAY, roll: Roll = Roll.PREVIOUS_WORKING_DAY) -> LimitValue:
    return LimitValue(length, unit, ARTICLE, roll, bound=Bound.AT_LEAST, direction=Direction.BEFORE)


def hearings(value: LimitValue, calendar: WorkCalendar | None = None, **clock: Any) -> Rulebook:
    """The small workflow, whose clock is counted back from the day of a hearing that its first entry names."""
    flow = a_workflow(
        facts={"hearing": {"label": "听证日期", "type": "day", "lies": "ahead"}},
        actions={"receive": {"label": "收件", "first": True, "to": "open", "accepts": ["hearing"]}},
        clocks={
            "reply": {
                "label": "听证通知期限", "limit": "reg/reply", "stop": ["close"],
                "start": [{"action": "receive", "day": "hearing"}], **clock,
            }
        },
    )  # fmt: skip
    return a_rulebook(value, calendar=calendar, workflow=flow)


def notice_of(book: Rulebook, as_of: str, *record: str) -> Deadline:
    return deadlines_of(record, as_of, book)["reply", ""]


# -- against an independent count --------------------------------------------------------------------------------


def counted_on_fingers(event: date, length: int, unit: LimitUnit, calendar: WorkCalendar) -> date:
    """Every day that there is, laid out in a row and read from its end: no adding, no subtracting of lengths."""
    row = [date.fromordinal(n) for n in range(event.toordinal() - 120, event.toordinal())]
    counting = [day for day in row if unit is LimitUnit.DAY or calendar.is_working_day(day)]
    last = counting[-length]
    return max(day for day in row if day <= last and calendar.is_working_day(day))


@given(st.dates(date(2024, 6, 1), date(2026, 12, 20)), st.integers(1, 40), st.sampled_from(("day", "working_day")))
def test_a_limit_counted_back_agrees_with_a_count_on_the_fingers(event: date, length: int, unit: str) -> None:
    counts = LimitUnit(unit)
    last = last_day_before(event, length, counts, national(), roll=Roll.PREVIOUS_WORKING_DAY)

    assert last == counted_on_fingers(event, length, counts, national())


@given(st.dates(date(2024, 6, 1), date(2026, 12, 20)), st.integers(1, 40))
def test_no_fewer_days_are_left_than_the_law_gives(event: date, length: int) -> None:
    """Rolled back, never on: between the last day and the event lie at least as many days as the limit has."""
    last = last_day_before(event, length, LimitUnit.DAY, national(), roll=Roll.PREVIOUS_WORKING_DAY)

    assert (event - last).days >= length
    assert national().is_working_day(last)


@given(st.dates(date(2024, 6, 1), date(2026, 12, 20)), st.integers(1, 40), st.sampled_from(("day", "working_day")))
def test_the_day_by_day_explanation_counts_to_the_last_day(event: date, length: int, unit: str) -> None:
    book = hearings(before(length, LimitUnit(unit)), national())
    notice = notice_of(book, "2024-05-06", f"2024-05-06 receive hearing={event}")
    lines = work_through(notice, national())

    assert (lines[0].day, lines[0].why, lines[-1].day) == (event, Why.DAY_ZERO, notice.last_day)
    assert [line.counted for line in lines if line.counted is not None] == list(range(1, length + 1))
    assert all(one.day - other.day == ONE for one, other in pairwise(lines))


# -- by name -----------------------------------------------------------------------------------------------------


def test_seven_days_before_a_hearing_leave_the_day_of_the_hearing_out() -> None:
    # 10月22日（周四）举行听证，当日不计入：21日为第一日，15日（周四）为第七日。
    notice = notice_of(hearings(before(7), national()), "2026-10-09", "2026-10-09 receive hearing=2026-10-22")

    assert (notice.last_day, notice.verdict, notice.days_left) == (d("2026-10-15"), "running", 5)  # 10、12至15日


def test_a_last_day_in_the_national_holiday_is_rolled_back_to_the_day_before_it() -> None:
    # 10月13日举行听证，倒数第七日是10月6日，在10月1日至7日的假期内：最迟9月30日通知，而不是10月8日。
    notice = notice_of(hearings(before(7), national()), "2026-09-21", "2026-09-21 receive hearing=2026-10-13")

    assert notice.last_day == d("2026-09-30")
    rolled = [line.day for line in work_through(notice, national()) if line.why is Why.ROLLED]
    assert (rolled[0], rolled[-1], len(rolled)) == (d("2026-10-05"), d("2026-09-30"), 6)


def test_working_days_are_counted_back_over_a_makeup_day() -> None:
    # 10月13日（周二）之前的工作日：12日、10日（周六补班）、9日、8日。
    notice = notice_of(
        hearings(before(4, LimitUnit.WORKING_DAY, Roll.NONE), national()), "2026-09-21",
        "2026-09-21 receive hearing=2026-10-13",
    )  # fmt: skip

    assert notice.last_day == d("2026-10-08")


@pytest.mark.parametrize(("sent", "verdict"), [("2026-10-15", "on_time"), ("2026-10-16", "late")])
def test_a_notice_on_the_seventh_day_before_is_in_time_and_one_later_is_not(sent: str, verdict: str) -> None:
    record = ("2026-10-09 receive hearing=2026-10-22", f"{sent} close")
    notice = notice_of(hearings(before(7), national()), sent, *record)

    assert notice.verdict == verdict
    assert [each.code for each in notice.findings] == (["act_late"] if verdict == "late" else [])


def test_a_hearing_set_too_soon_is_overdue_at_once() -> None:
    notice = notice_of(hearings(before(7), national()), "2026-10-19", "2026-10-19 receive hearing=2026-10-22")

    assert (notice.last_day, notice.verdict) == (d("2026-10-15"), "overdue")


def test_a_last_day_that_a_notice_to_come_may_move_is_provisional() -> None:
    calendar = a_calendar(announced_from=d("2026-01-01"), announced_through=d("2026-12-31"))
    book = hearings(before(7), calendar)

    assert notice_of(book, "2026-09-01", "2026-09-01 receive hearing=2026-10-22").provisional is False
    assert notice_of(book, "2026-12-01", "2026-12-01 receive hearing=2027-01-08").provisional is True


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (before(7), READ),
        (before(7, LimitUnit.WORKING_DAY, Roll.NONE), READ),
        (before(7, LimitUnit.DAY, Roll.NONE), STILL),
    ],
)
def test_what_another_calendar_can_move_is_read_again(value: LimitValue, key: str) -> None:
    notice = notice_of(hearings(value, national()), "2026-10-09", "2026-10-09 receive hearing=2026-10-22")

    assert recalculation_key_of(notice) == key


# -- what a file may say -----------------------------------------------------------------------------------------


def faults_of(**value: Any) -> list[str]:
    said = {"length": 7, "unit": "day", "article": "第六十四条", "known": "memory", "direction": "before", **value}
    limit = {"label": "听证通知", "values": {"2021-07-15": said}}
    file = {"instrument": "penalty", "title": "行政处罚法", "rank": "law", "limits": {"notice": limit}}
    faults = Faults()
    law_from([from_plain(file, "config/law/penalty.yaml", 1)], faults)
    return [fault.text for fault in faults._found]


def test_a_limit_of_days_may_be_counted_back() -> None:
    assert faults_of() == faults_of(roll="previous_working_day") == faults_of(unit="working_day") == []


def test_months_are_not_counted_back_and_nothing_is_rolled_on() -> None:
    assert any("only days and working days are counted back, not month" in text for text in faults_of(unit="month"))
    assert any("is rolled back (previous_working_day), never on" in text for text in faults_of(roll="next_working_day"))


def test_a_clock_that_is_counted_back_needs_a_day_and_is_not_put_off() -> None:
    sound = [each.text for each in problems(hearings(before(7))) if "counted back" in each.text]
    no_day = hearings(before(7), start=["receive"])
    put_off = hearings(before(7), suspend=[{"action": "consult", "until": "answer"}])

    assert sound == []
    assert any("start names no fact for the day" in each.text for each in problems(no_day))
    assert any("knows no waiting, suspension" in each.text for each in problems(put_off))


def test_rules_that_are_counted_back_are_other_rules() -> None:
    on, back = (
        a_rulebook(LimitValue(7, LimitUnit.DAY, ARTICLE, direction=direction)).content_hash for direction in Direction
    )
    assert on != back


@pytest.mark.parametrize(
    ("way", "refused"),
    [({"from": ["open"]}, True), ({"from": ["open"], "to": "scheduled"}, False)],
    ids=["the state stays", "a state of its own"],
)
def test_an_action_that_may_come_again_with_another_day_starts_no_such_limit(
    way: dict[str, Any], refused: bool
) -> None:
    flow = a_workflow(
        facts={"hearing": {"label": "听证日期", "type": "day", "lies": "ahead"}},
        states={"scheduled": {"label": "已定日期", "public": "正在办理"}},
        actions={"schedule": {"label": "确定听证日期", "needs": ["hearing"], **way}},
        clocks={
            "reply": {
                "label": "听证通知期限", "limit": "reg/reply", "stop": ["close"],
                "start": [{"action": "schedule", "day": "hearing"}],
            }
        },
    )  # fmt: skip
    found = [each.text for each in problems(a_rulebook(before(7), workflow=flow)) if "may come again" in each.text]
    assert bool(found) is refused
