"""The deadline (届满日): by an independent reckoning, by the laws of the algebra, and by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import (
    a_calendar,
    a_rulebook,
    a_value,
    a_workflow,
    an_entry,
    d,
    deadlines_of,
    entries_of,
    national,
    reply_of,
    rules,
)
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.case import CORRECT, Entry, record_of
from gkflow.domain.clock import read_clocks
from gkflow.domain.counting import union
from gkflow.domain.deadline import Deadline, Status, Verdict
from gkflow.domain.errors import NotFound
from gkflow.domain.law import LimitUnit, RestDayReceipt, Roll
from gkflow.domain.reckoning import reckon_all
from walks import ONE, an_entry_on, days_of, often, walks

REQUEST = a_workflow("request")
RECEIVED = "2026-03-02 receive channel=in_person"
BASE = d("2026-03-30")


def outcome(deadline: Deadline) -> tuple[Any, ...]:
    """What people see of a deadline, without the events that led to it."""
    return (
        deadline.status, deadline.verdict, deadline.since, deadline.last_day, deadline.base, deadline.days_left,
        deadline.remaining, deadline.earliest, deadline.latest, deadline.provisional, deadline.risk,
    )  # fmt: skip


def of(record: Sequence[Entry], day: date) -> dict[tuple[str, str], Deadline]:
    return reckon_all(read_clocks(REQUEST, record_of(record, day)), rules().limit, rules().calendar, day)


# -- against an independent reckoning ----------------------------------------------------------------------------


@st.composite
def consulted(draw: st.DrawFn) -> list[str]:
    """A request with letters to two addressees and perhaps an extension in time."""
    start = draw(st.sampled_from([d("2025-09-22"), d("2026-02-02"), d("2026-03-02"), d("2026-11-16")]))
    start += draw(st.integers(0, 13)) * ONE
    lines = [(start, "receive channel=in_person"), (start, "register")]
    for ref in ("甲", "乙"):
        if draw(st.booleans()):
            asked = start + draw(st.integers(0, 35)) * ONE
            served = draw(st.integers(-1, 4))
            lines.append(
                (asked, f"consult_third_party ref={ref}" + (f" served={asked + served * ONE}" if served >= 0 else ""))
            )
            if draw(st.booleans()):
                opinion = draw(st.sampled_from(["", " opinion=none", " opinion=object"]))
                lines.append((asked + draw(st.integers(0, 40)) * ONE, f"third_party_answers ref={ref}{opinion}"))
    if draw(st.booleans()):
        lines.append(
            (start + draw(st.integers(0, 20)) * ONE, f"extend days={draw(st.integers(1, 20))} approved_by=主任")
        )
    return [f"{day} {rest}" for day, rest in sorted(lines, key=lambda line: line[0])]


def by_hand(lines: Sequence[str], as_of: date) -> date | None:
    """
    The last day of the reply as 条例 第三十三条 has it read, day after day; None while a letter is open.

    Nothing of gkflow but the calendar's is_working_day.
    """
    calendar = national()
    asked: dict[str, tuple[date, date | None]] = {}
    spans: list[list[date | None]] = []
    place: dict[str, int] = {}
    length = 20
    start = date.fromisoformat(lines[0][:10])

    def fifteenth(day: date) -> date:
        number = 0
        while number < 15:
            day += ONE
            number += calendar.is_working_day(day)
        return day

    for line in lines:
        day, action, *pairs = line.split()
        when, facts = date.fromisoformat(day), dict(pair.split("=") for pair in pairs)
        if when > as_of:
            continue
        if action == "extend":
            length += int(facts["days"])
        elif action == "consult_third_party":
            place[facts["ref"]] = len(spans)
            served = facts.get("served")
            asked[facts["ref"]] = (when, fifteenth(date.fromisoformat(served)) if served else None)
            spans.append([when, None])
        elif action == "third_party_answers":
            lapse = asked[facts["ref"]][1]
            silent = facts.get("opinion") == "none"
            spans[place[facts["ref"]]][1] = min(when, lapse) if silent and lapse else when
    for ref, (began, lapse) in asked.items():
        if spans[place[ref]][1] is None and lapse is not None and lapse <= as_of:
            spans[place[ref]][1] = max(lapse, began)
    day, number = start, 0
    while number < length:
        day += ONE
        if any(began is not None and began < day and ended is None for began, ended in spans):
            return None
        left_out = any(began < day <= ended for began, ended in spans if began and ended)
        number += calendar.is_working_day(day) and not left_out
    return day


@often(200)
@given(consulted(), st.integers(0, 70))
def test_the_last_day_is_the_one_found_by_walking_from_day_to_day(lines: list[str], after: int) -> None:
    as_of = d(lines[0][:10]) + after * ONE
    deadline = reply_of(lines, as_of)
    expected = by_hand(lines, as_of)

    codes = {finding.code for finding in deadline.findings}
    if "extension_late" not in codes:  # taken all the same, but the reckoning by hand knows no refusal
        assert deadline.last_day == expected
        assert (deadline.status is Status.SUSPENDED) == (expected is None)


# -- the laws ----------------------------------------------------------------------------------------------------


@often(100)
@given(consulted(), st.integers(0, 60))
def test_an_answer_today_gives_the_earliest_day_that_was_shown_yesterday(lines: list[str], after: int) -> None:
    as_of = d(lines[0][:10]) + after * ONE
    lines = [line for line in lines if d(line[:10]) <= as_of]
    deadline = reply_of(lines, as_of)
    if deadline.status is not Status.SUSPENDED:
        return
    open_refs = [suspension.ref for suspension in deadline.suspensions if suspension.ended is None]
    answered = reply_of([*lines, *(f"{as_of} third_party_answers ref={ref} opinion=agree" for ref in open_refs)], as_of)

    assert deadline.earliest == answered.last_day


@often(100)
@given(walks(ends=False), st.integers(0, 20), st.integers(1, 20))
def test_granting_an_extension_and_voiding_it_is_as_if_it_had_not_been(
    record: tuple[Entry, ...], later: int, length: int
) -> None:
    day = record[-1].day + later * ONE
    seq = len(record) + 1
    granted = an_entry_on(seq, "extend", day, {"days": length, "approved_by": "主任"})
    voided = an_entry_on(seq + 1, CORRECT, day, {"seq": seq, "void": True, "reason": "误录"})

    for as_of in (day, day + 7 * ONE, day + 60 * ONE):
        with_both = of((*record, granted, voided), as_of)
        without = of(record, as_of)
        assert {key: outcome(each) for key, each in with_both.items()} == {
            key: outcome(each) for key, each in without.items()
        }
        assert [each.findings for each in with_both.values()] == [each.findings for each in without.values()]


@often(100)
@given(walks(unruly=True), st.data())
def test_a_record_read_in_one_go_equals_one_read_entry_by_entry(record: tuple[Entry, ...], data: st.DataObject) -> None:
    day = data.draw(st.sampled_from(days_of(record)))
    known = [entry for entry in record if entry.day <= day]
    if not known:
        return
    shuffled = data.draw(st.permutations(record))

    in_one_go = of(record, day)
    assert {key: outcome(each) for key, each in of(known, day).items()} == {
        key: outcome(each) for key, each in in_one_go.items()
    }
    by_written = sorted(shuffled, key=lambda entry: entry.seq)
    assert of(by_written, day).keys() == in_one_go.keys()


@often(60)
@given(walks())
def test_reckoning_twice_gives_the_same(record: tuple[Entry, ...]) -> None:
    day = record[-1].day
    first, second = of(record, day), of(record, day)

    assert {key: outcome(each) for key, each in first.items()} == {key: outcome(each) for key, each in second.items()}


@often(150)
@given(walks(ends=False, most=6), st.integers(0, 5), st.integers(0, 30))
def test_a_later_receipt_never_gives_an_earlier_last_day(record: tuple[Entry, ...], later: int, after: int) -> None:
    moved = replace(record[0], day=record[0].day + later * ONE, facts={"channel": "in_person"})
    if len(record) > 1 and moved.day > record[1].day:
        return
    first = replace(record[0], facts={"channel": "in_person"})
    as_of = max(moved.day, record[-1].day) + after * ONE
    earlier_one = of((first, *record[1:]), as_of)["reply", ""]
    later_one = of((moved, *record[1:]), as_of)["reply", ""]
    # A notice that was late in the one may be in time in the other, which then waits: no last day to compare.
    codes = [[finding.code for finding in each.findings] for each in (earlier_one, later_one)]
    if earlier_one.last_day is None or later_one.last_day is None or codes[0] != codes[1]:
        return

    assert earlier_one.last_day <= later_one.last_day


@given(st.integers(0, 30), st.integers(0, 30))
def test_a_consultation_begun_on_or_after_the_last_day_moves_nothing(later: int, length: int) -> None:
    began = BASE + later * ONE
    record = [RECEIVED, "2026-03-02 register", f"{began} consult_third_party ref=甲"]

    assert reply_of(record, began + length * ONE).last_day == BASE
    record.append(f"{began + length * ONE} third_party_answers ref=甲")
    assert reply_of(record, began + 60 * ONE).last_day == BASE


@given(st.integers(0, 27), st.integers(0, 20), st.integers(0, 20))
def test_two_letters_one_after_the_other_are_one_long_letter(start: int, first: int, second: int) -> None:
    began = d("2026-03-02") + start * ONE
    middle, ended = began + first * ONE, began + (first + second) * ONE
    head = [RECEIVED, "2026-03-02 register"]
    whole = [*head, f"{began} consult_third_party ref=甲", f"{ended} third_party_answers ref=甲"]
    split = [
        *head,
        f"{began} consult_third_party ref=甲",
        f"{middle} consult_third_party ref=乙",
        f"{middle} third_party_answers ref=甲",
        f"{ended} third_party_answers ref=乙",
    ]

    for as_of in (began, middle, ended, ended + 40 * ONE):
        assert reply_of(split, as_of).last_day == reply_of(whole, as_of).last_day


@given(st.integers(0, 40), st.integers(1, 20), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 20)), max_size=3))
def test_an_extension_equals_one_longer_limit_in_working_days(
    length: int, more: int, letters: list[tuple[int, int]]
) -> None:
    start = d("2026-03-02")
    lines = [f"{start} receive"]
    for number, (began, lasted) in enumerate(letters):
        lines.append(f"{start + began * ONE} consult ref={number}")
        lines.append(f"{start + (began + lasted) * ONE} answer ref={number}")
    lines.sort(key=lambda line: line[:10] + ("1" if "answer" in line else "0"))
    extended = [lines[0], f"{start} extend days={more} approved_by=主任", *lines[1:]]
    short = a_rulebook(a_value(length), a_value(20), national())
    long = a_rulebook(a_value(length + more), a_value(20), national())

    as_of = start + 100 * ONE
    assert reply_of(extended, as_of, short).last_day == reply_of(lines, as_of, long).last_day
    assert reply_of(extended, as_of, short).base == reply_of(lines, as_of, short).last_day


# -- other units -------------------------------------------------------------------------------------------------


def test_an_extension_in_months_is_reckoned_from_day_zero_and_rolled_once() -> None:
    rolled: dict[str, Any] = {"roll": Roll.NEXT_WORKING_DAY}
    book = a_rulebook(a_value(1, LimitUnit.MONTH, **rolled), a_value(2, LimitUnit.MONTH, **rolled), national())
    record = ["2022-09-29 receive", "2022-10-08 extend days=2 approved_by=主任"]

    deadline = reply_of(record, "2022-10-10", book)

    assert deadline.base == d("2022-10-31")  # the 29th is a Saturday
    assert deadline.last_day == d("2022-12-29")


def test_an_extension_in_another_unit_is_not_added() -> None:
    book = a_rulebook(a_value(20), a_value(2, LimitUnit.MONTH))
    deadline = reply_of(["2026-03-02 receive", "2026-03-03 extend days=2 approved_by=主任"], "2026-03-04", book)

    assert deadline.last_day == BASE
    assert [finding.code for finding in deadline.findings] == ["unit_mix"]


def test_a_limit_in_hours_ends_on_the_legal_day_of_its_last_moment() -> None:
    book = a_rulebook(a_value(24, LimitUnit.HOUR), a_value(24, LimitUnit.HOUR))
    flow = book.workflow("small")
    # 23:30 in Shanghai on 2 March, written in UTC.
    entry = an_entry(flow, 1, "2026-03-02 receive", written_at=datetime(2026, 3, 2, 15, 30, tzinfo=UTC))

    assert reply_of([entry], "2026-03-02", book).last_day == d("2026-03-03")


def test_an_extension_of_a_limit_in_hours_breaks_nothing() -> None:
    book = a_rulebook(a_value(24, LimitUnit.HOUR), a_value(24, LimitUnit.HOUR))

    deadline = reply_of(["2026-03-02 receive", "2026-03-05 extend days=24 approved_by=主任"], "2026-03-06", book)

    assert [finding.code for finding in deadline.findings] == ["extension_late"]


@pytest.mark.parametrize(
    ("start", "last"), [("2026-01-15", "2026-01-31"), ("2026-01-31", "2026-01-31"), ("2026-02-01", "2027-01-31")]
)
def test_a_fixed_date_is_the_next_one_and_does_not_roll(start: str, last: str) -> None:
    book = a_rulebook(a_value(None, LimitUnit.FIXED_DATE, month=1, day=31), calendar=national())

    assert reply_of([f"{start} receive"], start, book).last_day == d(last)  # both are days off


def test_a_restart_finds_the_fixed_date_anew() -> None:
    book = a_rulebook(a_value(None, LimitUnit.FIXED_DATE, month=1, day=31))

    assert reply_of(["2026-01-15 receive", "2026-02-02 renew"], "2026-02-03", book).last_day == d("2027-01-31")


def test_calendar_days_are_suspended_by_calendar_days() -> None:
    book = a_rulebook(a_value(10, LimitUnit.DAY))
    record = ["2026-03-02 receive", "2026-03-04 consult ref=甲", "2026-03-09 answer ref=甲"]

    assert reply_of(record[:2], "2026-03-05", book).status is Status.SUSPENDED
    assert reply_of(record, "2026-03-10", book).last_day == d("2026-03-17")


# -- receipt on a day off ----------------------------------------------------------------------------------------


def test_receipt_moved_to_a_working_day_makes_that_one_day_zero() -> None:
    saturday = ["2026-03-07 receive"]
    moved = a_rulebook(a_value(5, rest_day_receipt=RestDayReceipt.MOVED_TO_WORKING_DAY))
    counted = a_rulebook(a_value(5))

    assert reply_of(saturday, "2026-03-07", counted).last_day == d("2026-03-13")
    assert reply_of(saturday, "2026-03-07", moved).last_day == d("2026-03-16")


def test_what_remains_of_a_moved_limit_is_counted_from_its_own_day_zero() -> None:
    moved = a_rulebook(a_value(5, rest_day_receipt=RestDayReceipt.MOVED_TO_WORKING_DAY))
    record = ["2026-03-07 receive", "2026-03-10 consult ref=甲"]  # day 0 is Monday the 9th, number 1 Tuesday the 10th

    deadline = reply_of(record, "2026-03-12", moved)

    assert deadline.remaining == 4
    assert deadline.earliest == d("2026-03-18")
    assert reply_of([*record, "2026-03-12 answer ref=甲"], "2026-03-12", moved).last_day == d("2026-03-18")


# -- verdicts ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("replied", "extended", "verdict"),
    [
        ("2026-03-30", "", Verdict.ON_TIME),
        ("2026-03-31", "", Verdict.LATE_UNLESS_EXTENDED),
        ("2026-04-28", "", Verdict.LATE_UNLESS_EXTENDED),  # 20 more working days end on the 28th
        ("2026-04-29", "", Verdict.LATE),
        ("2026-04-07", "2026-03-30 extend days=5 approved_by=主任", Verdict.ON_TIME),
        ("2026-04-08", "2026-03-30 extend days=5 approved_by=主任", Verdict.LATE),
        ("2026-03-28", "", Verdict.ON_TIME),
    ],
)
def test_a_reply_is_judged_by_the_day_and_not_by_the_count(replied: str, extended: str, verdict: Verdict) -> None:
    record = [RECEIVED, "2026-03-02 register", *([extended] if extended else [])]

    deadline = reply_of([*record, f"{replied} reply decision=D-PUB method=posted"], "2026-06-01")

    assert (deadline.status, deadline.verdict) == (Status.STOPPED, verdict)


def test_days_left_of_a_stopped_clock_are_measured_at_the_stop() -> None:
    record = [RECEIVED, "2026-03-27 reply decision=D-PUB method=posted"]

    assert reply_of(record, "2026-03-27").days_left == 1
    assert reply_of(record, "2027-03-27").days_left == 1


def test_a_limit_that_knows_no_extension_is_late_and_nothing_else() -> None:
    deadlines = deadlines_of(["2026-03-02 decide", "2026-03-12 publish"], "2026-03-13", rules(), "permit")

    assert deadlines["publish", ""].last_day == d("2026-03-11")
    assert deadlines["publish", ""].verdict is Verdict.LATE


def test_a_power_that_lapsed_is_a_finding_and_never_overdue() -> None:
    silent = deadlines_of([RECEIVED], "2026-06-01")["correction_notice", ""]
    late = deadlines_of([RECEIVED, "2026-03-12 ask_correction items=文号"], "2026-06-01")["correction_notice", ""]

    assert (silent.last_day, silent.verdict) == (d("2026-03-11"), Verdict.RUNNING)
    assert [finding.code for finding in late.findings] == ["power_lapsed"]


def test_an_internal_target_is_never_overdue() -> None:
    record = [RECEIVED, "2026-03-10 reply decision=D-PUB method=posted", "2026-03-11 deliver"]

    assert deadlines_of(record, "2026-06-01")["archive", ""].verdict is Verdict.RUNNING


# -- findings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "codes", "last"),
    [
        (["2026-03-30 extend days=20 approved_by=主任"], [], "2026-04-28"),
        (["2026-03-31 extend days=20 approved_by=主任"], ["extension_late"], "2026-04-28"),
        (["2026-03-10 extend days=20"], ["extension_unapproved"], "2026-04-28"),
        (["2026-03-10 extend days=25 approved_by=主任"], ["extension_too_long"], "2026-04-28"),
        (["2026-03-10 extend days=0 approved_by=主任"], ["extension_too_long"], "2026-03-30"),
        (["2026-03-10 extend days=-3 approved_by=主任"], ["extension_too_long"], "2026-03-30"),
        (["2026-03-10 extend approved_by=主任"], ["extension_too_long"], "2026-03-30"),
        (
            ["2026-03-10 extend days=5 approved_by=主任", "2026-03-11 extend days=5 approved_by=主任"],
            ["extension_second"],
            "2026-04-14",
        ),
        (
            ["2026-03-10 extend days=15 approved_by=主任", "2026-03-11 extend days=15 approved_by=主任"],
            ["extension_second", "extension_too_long"],
            "2026-04-28",
        ),
    ],
)
def test_an_extension_against_the_law_is_a_finding_and_moves_the_day_up_to_the_legal_maximum(
    lines: list[str], codes: list[str], last: str
) -> None:
    deadline = reply_of([RECEIVED, "2026-03-02 register", *lines], "2026-04-01")

    assert [finding.code for finding in deadline.findings] == codes
    assert (deadline.last_day, deadline.base) == (d(last), BASE)


def test_an_extension_is_in_time_through_the_last_day_that_a_consultation_has_moved() -> None:
    record = [RECEIVED, "2026-03-05 consult_third_party ref=甲", "2026-03-20 third_party_answers ref=甲"]

    in_time = reply_of([*record, "2026-04-15 extend days=5 approved_by=主任"], "2026-04-20")
    late = reply_of([*record, "2026-04-16 extend days=5 approved_by=主任"], "2026-04-20")

    assert (in_time.findings, in_time.last_day) == ((), d("2026-04-22"))
    assert [finding.code for finding in late.findings] == ["extension_late"]


def test_an_answer_that_nobody_asked_for_is_a_finding_and_moves_nothing() -> None:
    deadline = reply_of([RECEIVED, "2026-03-09 third_party_answers ref=甲"], "2026-03-10")

    assert [finding.code for finding in deadline.findings] == ["no_open_consultation"]
    assert deadline.last_day == BASE


def test_with_one_letter_open_an_answer_without_a_name_is_its_answer() -> None:
    record = [RECEIVED, "2026-03-05 consult_third_party ref=甲", "2026-03-20 third_party_answers"]

    assert reply_of(record, "2026-03-23").last_day == d("2026-04-15")


def test_with_two_letters_open_an_answer_without_a_name_is_nobodys() -> None:
    record = [RECEIVED, "2026-03-05 consult_third_party ref=甲", "2026-03-05 consult_third_party ref=乙"]

    deadline = reply_of([*record, "2026-03-20 third_party_answers"], "2026-03-23")

    assert deadline.status is Status.SUSPENDED
    assert [finding.code for finding in deadline.findings] == ["no_open_consultation"]


def test_an_agency_does_not_answer_for_a_third_party_of_the_same_name() -> None:
    record = [RECEIVED, "2026-03-05 consult_third_party ref=甲", "2026-03-20 agency_answers ref=甲"]

    assert reply_of(record, "2026-03-23").status is Status.SUSPENDED


def test_a_payment_that_was_never_asked_for_restarts_nothing() -> None:
    deadline = reply_of([RECEIVED, "2026-03-09 receive_payment amount=100"], "2026-03-10")

    assert [finding.code for finding in deadline.findings] == ["restart_without_notice"]
    assert deadline.last_day == BASE


# -- limits in force ---------------------------------------------------------------------------------------------


def test_the_limit_is_the_one_in_force_on_the_day_the_clock_first_started() -> None:
    old = reply_of(["2019-05-14 receive channel=in_person"], "2019-05-14")
    new = reply_of(["2019-05-15 receive channel=in_person"], "2019-05-15")

    assert (old.value and old.value.length, new.value and new.value.length) == (15, 20)
    assert old.last_day == d("2019-06-04")


def test_a_restart_keeps_the_limit_of_the_first_start() -> None:
    record = [
        "2019-05-10 receive channel=in_person",
        "2019-05-13 ask_correction items=文号",
        "2019-05-20 receive_correction",
    ]

    restarted = reply_of(record, "2019-05-21")

    assert restarted.value is not None
    assert restarted.value.length == 15


def test_a_duty_that_did_not_exist_then_does_not_run() -> None:
    deadline = deadlines_of(["2012-05-14 receive channel=in_person"], "2012-06-30")["correction_notice", ""]

    assert (deadline.status, deadline.last_day, deadline.verdict) == (Status.NO_LIMIT, None, Verdict.RUNNING)
    assert [finding.code for finding in deadline.findings] == ["no_limit_in_force"]


def test_a_limit_that_no_file_holds_stops_the_reckoning() -> None:
    book = replace(a_rulebook(), law=replace(a_rulebook().law, limits={}))

    with pytest.raises(NotFound):
        reply_of(["2026-03-02 receive"], "2026-03-03", book)


# -- provisional -------------------------------------------------------------------------------------------------


def test_a_last_day_beyond_the_last_notice_is_provisional_with_its_range() -> None:
    deadline = reply_of(["2026-12-10 receive channel=in_person"], "2026-12-10")

    assert (deadline.last_day, deadline.provisional) == (d("2027-01-08"), True)
    assert (deadline.earliest, deadline.latest) == (d("2027-01-01"), d("2027-01-13"))


def test_a_last_day_in_an_announced_year_is_firm_and_its_range_is_itself() -> None:
    deadline = reply_of([RECEIVED], "2026-03-03")

    assert (deadline.provisional, deadline.earliest, deadline.latest) == (False, BASE, BASE)


@pytest.mark.parametrize(("length", "provisional"), [(25, False), (26, True), (31, True)])
def test_the_last_days_of_a_year_without_a_successor_are_provisional(length: int, provisional: bool) -> None:
    calendar = WorkCalendar((), (), announced_from=d("2020-01-01"), announced_through=d("2026-12-31"))
    book = a_rulebook(a_value(length, LimitUnit.DAY, roll=Roll.NEXT_WORKING_DAY), calendar=calendar)
    deadline = reply_of(["2026-11-30 receive"], "2026-11-30", book)

    # 26 December 2026 is a Saturday and rolls to Monday the 28th.
    assert deadline.provisional is provisional


def test_a_month_that_does_not_roll_asks_no_calendar() -> None:
    calendar = WorkCalendar((), (), announced_from=d("2020-01-01"), announced_through=d("2026-12-31"))

    assert not reply_of(
        ["2026-12-10 receive"], "2026-12-10", a_rulebook(a_value(3, LimitUnit.MONTH), calendar=calendar)
    ).provisional


def test_a_day_that_the_notice_itself_names_is_not_provisional() -> None:
    record = [RECEIVED, "2026-03-05 ask_correction items=文号 until=2027-02-01"]

    deadline = deadlines_of(record, "2026-03-06")["correction", ""]

    assert (deadline.last_day, deadline.provisional) == (d("2027-02-01"), False)


# -- the small things --------------------------------------------------------------------------------------------


def test_the_days_left_out_are_given_as_a_union() -> None:
    record = [
        RECEIVED,
        "2026-03-05 consult_third_party ref=甲",
        "2026-03-09 consult_agency ref=乙",
        "2026-03-12 third_party_answers ref=甲",
        "2026-03-16 agency_answers ref=乙",
    ]

    ended = [(each.began, each.ended) for each in reply_of(record, "2026-03-20").suspensions if each.ended is not None]
    assert union(ended) == [(d("2026-03-05"), d("2026-03-16"))]


def test_an_open_letter_says_on_which_day_the_law_will_end_it() -> None:
    record = [
        RECEIVED,
        "2026-03-05 consult_third_party ref=甲 served=2026-03-09",
        "2026-03-06 consult_agency ref=乙 capacity=concerned",
    ]

    first, second = reply_of(record, "2026-03-10").suspensions

    assert (first.lapses, second.lapses) == (d("2026-03-30"), None)


def test_a_letter_is_over_on_the_very_day_on_which_its_term_ends() -> None:
    record = [RECEIVED, "2026-03-05 consult_third_party ref=甲 served=2026-03-09"]

    assert reply_of(record, "2026-03-29").status is Status.SUSPENDED
    assert reply_of(record, "2026-03-30").last_day == d("2026-04-23")


def test_a_reply_in_the_midst_of_a_consultation_is_in_time() -> None:
    record = [RECEIVED, "2026-03-05 consult_third_party ref=甲", "2026-05-20 reply decision=D-PUB method=posted"]

    assert reply_of(record, "2026-06-01").verdict is Verdict.ON_TIME


def test_a_clock_that_waits_has_the_earliest_day_it_can_end() -> None:
    deadline = reply_of([RECEIVED, "2026-03-05 ask_correction items=文号"], "2026-03-10")

    assert (deadline.status, deadline.last_day, deadline.days_left) == (Status.WAITING, None, None)
    assert deadline.earliest == d("2026-04-08")


def test_a_case_from_plain_weeks_needs_no_national_calendar() -> None:
    book = a_rulebook(a_value(5), calendar=a_calendar(days_off=["2026-03-04"], makeup_days=["2026-03-07"]))

    assert reply_of(["2026-03-02 receive"], "2026-03-02", book).last_day == d("2026-03-09")


def test_entries_of_the_same_day_stand_in_the_order_in_which_they_were_entered() -> None:
    same_day = entries_of([RECEIVED, "2026-03-02 consult_third_party ref=甲", "2026-03-02 third_party_answers ref=甲"])

    assert reply_of(same_day, "2026-03-03").last_day == BASE
    assert timedelta(0) == same_day[1].day - same_day[2].day


# -- the kinds of deadline ---------------------------------------------------------------------------------------

COLUMNS = (
    "clock", "name", "as_of", "limit", "value", "since", "calendar", "extension", "risk", "named", "last_moment",
    "suspensions", "findings", "status", "verdict", "last_day", "base", "days_left", "provisional", "earliest",
    "latest", "remaining", "stopped", "waiting_since",
)  # fmt: skip


@pytest.mark.parametrize("kind", get_args(Deadline))
def test_every_kind_of_deadline_answers_every_column_of_a_list(kind: type) -> None:
    assert [name for name in COLUMNS if not hasattr(kind, name)] == []


def test_each_status_is_one_kind_of_deadline() -> None:
    assert sorted(kind.status for kind in get_args(Deadline)) == sorted(Status)


@pytest.mark.parametrize(
    ("entries", "status", "last"),
    [
        ([RECEIVED], "running", "2026-03-30"),
        ([RECEIVED, "2026-03-05 consult_third_party ref=甲"], "suspended", None),
        ([RECEIVED, "2026-03-05 ask_correction"], "waiting", None),
        ([RECEIVED, "2026-03-06 reply decision=D-PUB method=handed"], "stopped", "2026-03-30"),
    ],
)
def test_only_a_clock_that_runs_or_has_stopped_has_a_last_day(
    entries: list[str], status: str, last: str | None
) -> None:
    deadline = reply_of(entries, "2026-03-10")

    assert (deadline.status, deadline.last_day) == (status, d(last) if last else None)


def test_a_deadline_cannot_be_changed_after_it_is_made() -> None:
    deadline = reply_of([RECEIVED], "2026-03-10")

    with pytest.raises(AttributeError):
        deadline.last_day = d("2026-03-31")  # type: ignore[misc]  # what is tested
