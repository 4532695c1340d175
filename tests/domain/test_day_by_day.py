"""The working of a deadline (推算过程): every day once, with its number or with the reason why it has none."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_calendar, a_rulebook, a_value, d, deadlines_of, national, reply_of, rules
from gkflow.domain.calendar import DayNote, WorkCalendar
from gkflow.domain.case import Entry
from gkflow.domain.day_by_day import Why, WorkingLine, work_through, work_through_days
from gkflow.domain.deadline import Deadline, Status
from gkflow.domain.law import LimitUnit, RestDayReceipt, Roll
from walks import ONE, an_entry_on, often, walks

RC01 = """
2022-09-30 - day_zero
2022-10-01 - holiday 国庆节
2022-10-02 - holiday 国庆节
2022-10-03 - holiday 国庆节
2022-10-04 - holiday 国庆节
2022-10-05 - holiday 国庆节
2022-10-06 - holiday 国庆节
2022-10-07 - holiday 国庆节
2022-10-08 1 makeup 国庆节
2022-10-09 2 makeup 国庆节
2022-10-10 3 counted
2022-10-11 4 counted
2022-10-12 5 counted
2022-10-13 6 counted
2022-10-14 7 counted
2022-10-15 - weekend
2022-10-16 - weekend
2022-10-17 8 counted
2022-10-18 9 counted
2022-10-19 10 counted
2022-10-20 11 counted
2022-10-21 12 counted
2022-10-22 - weekend
2022-10-23 - weekend
2022-10-24 13 counted
2022-10-25 14 counted
2022-10-26 15 counted
2022-10-27 16 counted
2022-10-28 17 counted
2022-10-29 - weekend
2022-10-30 - weekend
2022-10-31 18 counted
2022-11-01 19 counted
2022-11-02 20 counted
"""

SUSPENDED = """
2026-03-02 - day_zero
2026-03-03 1 counted
2026-03-04 2 counted
2026-03-05 3 counted
2026-03-06 - suspended 甲公司
2026-03-07 - weekend
2026-03-08 - weekend
2026-03-09 - suspended 甲公司
2026-03-10 - suspended 甲公司
2026-03-11 - suspended 甲公司
2026-03-12 - suspended 甲公司
2026-03-13 4 counted
2026-03-14 - weekend
2026-03-15 - weekend
2026-03-16 5 counted
2026-03-17 6 counted
2026-03-18 7 counted
2026-03-19 8 counted
2026-03-20 9 counted
2026-03-21 - weekend
2026-03-22 - weekend
2026-03-23 10 counted
2026-03-24 11 counted
2026-03-25 12 counted
2026-03-26 13 counted
2026-03-27 14 counted
2026-03-28 - weekend
2026-03-29 - weekend
2026-03-30 15 counted
2026-03-31 16 counted
2026-04-01 17 counted
2026-04-02 18 counted
2026-04-03 19 counted
2026-04-04 - holiday 清明节
2026-04-05 - holiday 清明节
2026-04-06 - holiday 清明节
2026-04-07 20 counted
"""


def as_text(lines: Sequence[WorkingLine]) -> str:
    return "\n" + "".join(
        " ".join(filter(None, (str(line.day), str(line.counted or "-"), line.why.value, line.name, line.ref))) + "\n"
        for line in lines
    )


def test_the_working_of_rc01_is_the_one_written_by_hand() -> None:
    assert (
        as_text(work_through(reply_of(["2022-09-30 receive channel=registered_mail"], "2022-11-15"), national()))
        == RC01
    )


def test_the_working_of_a_consultation_is_the_one_written_by_hand() -> None:
    record = [
        "2026-03-02 receive channel=in_person",
        "2026-03-05 consult_third_party ref=甲公司",
        "2026-03-12 third_party_answers ref=甲公司 opinion=object",
    ]

    assert as_text(work_through(reply_of(record, "2026-03-13"), national())) == SUSPENDED


# -- the working is a check of the last day ----------------------------------------------------------------------


def length_of(deadline: Deadline) -> int:
    assert deadline.value is not None
    assert deadline.value.length is not None
    return deadline.value.length + deadline.extension


@often(150)
@given(walks(ends=False, unruly=True), st.integers(0, 40))
def test_the_last_number_is_the_length_and_every_day_stands_there_once(record: tuple[Entry, ...], after: int) -> None:
    as_of = max(entry.day for entry in record) + after * ONE
    for deadline in deadlines_of(record, as_of).values():
        by_length = deadline.value is not None and deadline.value.length is not None and not deadline.clock.rule.until
        if deadline.last_day is None or not by_length:
            continue
        lines = work_through(deadline, national())
        days = [line.day for line in lines]
        numbers = [line.counted for line in lines if line.counted is not None]

        assert days == [deadline.since + n * ONE for n in range((deadline.last_day - deadline.since).days + 1)]
        assert numbers == list(range(1, length_of(deadline) + 1))
        assert (lines[-1].counted or 0) == length_of(deadline)
        assert lines[0].why is Why.DAY_ZERO


@st.composite
def suspended_months(draw: st.DrawFn) -> list[str]:
    start = d("2025-01-20") + draw(st.integers(0, 60)) * ONE
    began = start + draw(st.integers(0, 40)) * ONE
    return [f"{start} receive", f"{began} consult ref=甲", f"{began + draw(st.integers(0, 30)) * ONE} answer ref=甲"]


@given(
    suspended_months(),
    st.integers(1, 3),
    st.sampled_from([LimitUnit.DAY, LimitUnit.MONTH]),
    st.sampled_from(list(Roll)),
)
def test_the_working_of_a_calendar_period_ends_on_its_last_day(
    record: list[str], length: int, unit: LimitUnit, roll: Roll
) -> None:
    book = a_rulebook(a_value(length * (15 if unit is LimitUnit.DAY else 1), unit, roll=roll), calendar=national())
    deadline = reply_of(record, "2026-01-01", book)
    assert deadline.last_day is not None
    lines = work_through(deadline, national())

    assert [line.day for line in lines] == [
        deadline.since + n * ONE for n in range((deadline.last_day - deadline.since).days + 1)
    ]
    numbers = [line.counted for line in lines if line.counted is not None]
    assert numbers == list(range(1, len(numbers) + 1))
    if unit is LimitUnit.DAY:
        assert numbers[-1] <= length * 15
        assert numbers[-1] == length * 15 or roll is Roll.NEXT_WORKING_DAY


def test_a_rolled_day_says_that_it_was_rolled_to() -> None:
    book = a_rulebook(a_value(5, LimitUnit.DAY, roll=Roll.NEXT_WORKING_DAY))
    lines = work_through(reply_of(["2026-03-02 receive"], "2026-03-02", book), book.calendar)

    assert [(str(line.day), line.counted, line.why) for line in lines[-3:]] == [
        ("2026-03-07", 5, Why.COUNTED),
        ("2026-03-08", None, Why.ROLLED),
        ("2026-03-09", None, Why.ROLLED),
    ]


def test_receipt_on_a_day_off_shows_which_day_became_day_zero() -> None:
    book = a_rulebook(a_value(2, rest_day_receipt=RestDayReceipt.MOVED_TO_WORKING_DAY))
    lines = work_through(reply_of(["2026-03-07 receive"], "2026-03-07", book), book.calendar)

    assert [(str(line.day), line.counted, line.why) for line in lines] == [
        ("2026-03-07", None, Why.DAY_ZERO_MOVED),
        ("2026-03-09", None, Why.DAY_ZERO),
        ("2026-03-10", 1, Why.COUNTED),
        ("2026-03-11", 2, Why.COUNTED),
    ]


def test_a_weekday_without_a_name_that_is_off_is_a_holiday() -> None:
    calendar = a_calendar(days_off=["2026-03-04"])
    lines = work_through_days(d("2026-03-02"), d("2026-03-05"), a_value(2), 2, [], calendar)

    assert [line.why for line in lines] == [Why.DAY_ZERO, Why.COUNTED, Why.HOLIDAY, Why.COUNTED]


# -- clocks that stand still -------------------------------------------------------------------------------------


def test_an_open_consultation_is_shown_as_far_as_the_day_asked_about() -> None:
    deadline = reply_of(["2026-03-02 receive channel=in_person", "2026-03-03 consult_third_party ref=甲"], "2026-03-05")

    assert as_text(work_through(deadline, national())) == (
        "\n2026-03-02 - day_zero\n2026-03-03 1 counted\n2026-03-04 - suspended 甲\n2026-03-05 - suspended 甲\n"
    )


def test_a_clock_stopped_while_suspended_is_shown_as_far_as_its_stop() -> None:
    record = [
        "2026-03-02 receive channel=in_person",
        "2026-03-03 consult_third_party ref=甲",
        "2026-03-05 reply decision=D-PUB method=posted",
    ]
    deadline = reply_of(record, "2027-03-05")

    assert deadline.status is Status.STOPPED
    assert as_text(work_through(deadline, national())) == (
        "\n2026-03-02 - day_zero\n2026-03-03 1 counted\n2026-03-04 - suspended 甲\n2026-03-05 - suspended 甲\n"
    )


def test_a_clock_that_waits_shows_day_zero_alone() -> None:
    record = ["2026-03-02 receive channel=in_person", "2026-03-05 ask_correction items=文号"]

    assert [line.why for line in work_through(reply_of(record, "2026-03-20"), national())] == [Why.DAY_ZERO]


def test_a_day_that_an_entry_names_is_shown_as_fixed() -> None:
    record = [
        "2026-03-02 receive channel=in_person",
        "2026-03-05 register",
        "2026-03-10 postpone until=2026-05-20 reason=量大",
    ]
    deadline = deadlines_of(record, "2026-03-11")["postponed", ""]

    assert [(str(line.day), line.why) for line in work_through(deadline, national())] == [
        ("2026-03-10", Why.DAY_ZERO),
        ("2026-05-20", Why.FIXED),
    ]


def test_a_postponement_that_names_no_day_claims_none() -> None:
    record = [an_entry_on(1, "receive", d("2026-03-02"), {}), an_entry_on(2, "postpone", d("2026-03-10"), {})]
    deadline = deadlines_of(record, "2026-03-11")["postponed", ""]

    assert deadline.last_day is None
    assert [line.why for line in work_through(deadline, national())] == [Why.DAY_ZERO]


@pytest.mark.parametrize("length", [0, 1])
def test_a_limit_of_no_length_ends_on_the_day_itself(length: int) -> None:
    book = a_rulebook(a_value(length))
    lines = work_through(reply_of(["2026-03-02 receive"], "2026-03-02", book), book.calendar)

    assert [str(line.day) for line in lines] == ["2026-03-02", "2026-03-03"][: length + 1]


def test_predicted_days_are_marked_in_the_working() -> None:
    lines = work_through(reply_of(["2026-12-10 receive channel=in_person"], "2026-12-10"), rules().calendar)

    assert {line.firmness.value for line in lines if line.day.year == 2027} == {"predicted"}
    assert {line.firmness.value for line in lines if line.day.year == 2026} == {"announced"}


def test_the_notice_behind_a_day_is_named_where_it_is_known() -> None:
    calendar = WorkCalendar([d("2026-03-04")], [], notes={d("2026-03-04"): DayNote("校庆", "办发〔2026〕1号")})
    line = work_through_days(d("2026-03-03"), d("2026-03-05"), a_value(1), 1, [], calendar)[1]

    assert (line.name, line.source) == ("校庆", "办发〔2026〕1号")
