"""Last days that are named or fixed and not counted to (指定日): a day of the entry, a date, hours from a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_rulebook, a_value, a_workflow, an_entry, d, deadlines_of, national, reply_of
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.case import legal_day
from gkflow.domain.clock import day_fact, moment_fact
from gkflow.domain.deadline import Deadline, Status, Verdict
from gkflow.domain.errors import Refused
from gkflow.domain.law import Bound, Citation, Known, LimitUnit, LimitValue, Roll, YearOf
from gkflow.domain.rulebook import Rulebook
from gkflow.domain.workflow import Workflow
from gkflow.office import Office
from store.offices import at
from walks import ONE, often

PROPOSAL = Citation("内部规定", "第一条", known=Known.PROPOSAL)


def a_flow(**clock: Any) -> Workflow:
    """One clock that may name its day, its moments and a reason; what a test changes of it, it says."""
    return a_workflow(
        facts={
            "reason": {"label": "理由"},
            "known_at": {"label": "获知时刻", "type": "moment"},
            "done_at": {"label": "办结时刻", "type": "moment"},
            "served": {"label": "送达之日", "type": "day"},
            "done": {"label": "办结之日", "type": "day"},
        },
        actions={
            "receive": {
                "label": "收件",
                "first": True,
                "to": "open",
                "accepts": ["until", "reason", "known_at", "served"],
            },
            "renew": {"label": "重新计算", "from": ["open"], "accepts": ["until"]},
            "close": {"label": "办结", "from": "any_open", "to": "closed", "accepts": ["done", "done_at"]},
        },
        clocks={
            "reply": {
                "label": "期限",
                "limit": "reg/reply",
                "start": ["receive"],
                "restart": [{"action": "renew"}],
                "stop": ["close"],
                **clock,
            }
        },
    )


def a_book(value: LimitValue, calendar: WorkCalendar | None = None, **clock: Any) -> Rulebook:
    return a_rulebook(value, calendar=calendar, workflow=a_flow(**clock))


def reckoned(record: Sequence[str], as_of: str, book: Rulebook) -> Deadline:
    return reply_of(record, as_of, book)


def codes(deadline: Deadline) -> list[str]:
    return [finding.code for finding in deadline.findings]


# -- a day that the entry names ----------------------------------------------------------------------------------


@pytest.mark.parametrize("until", ["2026-03-14", "2026-03-15", "2026-03-16"])
def test_a_named_day_is_the_last_day_be_it_a_day_off_or_not(until: str) -> None:
    book = a_book(a_value(None, LimitUnit.DAY), until="until")

    deadline = reckoned([f"2026-03-02 receive until={until}"], "2026-03-03", book)

    assert (deadline.last_day, deadline.provisional, codes(deadline)) == (d(until), False, [])


def test_where_no_day_is_named_the_limit_is_counted() -> None:
    book = a_book(a_value(10, LimitUnit.DAY), until="until")

    assert reckoned(["2026-03-02 receive"], "2026-03-03", book).last_day == d("2026-03-12")


@pytest.mark.parametrize(
    ("named", "last"),
    [
        ("2026-01-31", "2026-01-30"),  # a Saturday: Friday
        ("2026-01-30", "2026-01-30"),
        ("2026-02-20", "2026-02-14"),  # Spring Festival, 15 to 23 February; Saturday the 14th is worked
        ("2026-02-28", "2026-02-28"),  # a Saturday that is worked
        ("2026-10-07", "2026-09-30"),  # National Day, 1 to 7 October
    ],
)
def test_an_own_target_is_put_back_to_the_last_working_day_before_a_day_off(named: str, last: str) -> None:
    value = a_value(None, LimitUnit.DAY, roll=Roll.PREVIOUS_WORKING_DAY)

    deadline = reckoned([f"2026-01-05 receive until={named}"], "2026-01-06", a_book(value, national(), until="until"))

    assert deadline.last_day == d(last)


@given(st.dates(date(2024, 1, 1), date(2026, 12, 31)))
def test_a_day_put_back_is_a_working_day_with_nothing_but_days_off_behind_it(named: date) -> None:
    value = a_value(None, LimitUnit.DAY, roll=Roll.PREVIOUS_WORKING_DAY)
    book = a_book(value, national(), until="until")

    last = reckoned([f"2023-12-01 receive until={named}"], "2023-12-01", book).last_day

    assert last is not None
    assert last <= named
    assert national().is_working_day(last)
    assert not any(national().is_working_day(last + n * ONE) for n in range(1, (named - last).days + 1))


def test_a_day_put_back_in_a_year_without_a_notice_is_provisional() -> None:
    calendar = WorkCalendar((), (), announced_from=d("2020-01-01"), announced_through=d("2026-12-31"))
    value = a_value(None, LimitUnit.DAY, roll=Roll.PREVIOUS_WORKING_DAY)

    # 31 January 2027 is a Sunday; whether Friday the 29th is worked no notice says yet.
    deadline = reckoned(["2026-12-02 receive until=2027-01-31"], "2026-12-02", a_book(value, calendar, until="until"))

    assert (deadline.last_day, deadline.provisional) == (d("2027-01-29"), True)


# -- a named day is held against the law -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("until", "found"),
    [("2026-03-31", ["term_too_short"]), ("2026-04-01", []), ("2026-05-01", [])],
)
def test_a_comment_period_of_less_than_thirty_days_is_too_short(until: str, found: list[str]) -> None:
    # 重大行政决策程序暂行条例 第十五条: 一般不少于30日. 2 March and 30 days is 1 April.
    book = a_book(a_value(30, LimitUnit.DAY, bound=Bound.AT_LEAST), until="until")

    deadline = reckoned([f"2026-03-02 receive until={until}"], "2026-03-03", book)

    # A day that is too early does not hold: those who comment have their thirty days.
    assert (deadline.last_day, codes(deadline)) == (max(d(until), d("2026-04-01")), found)


def test_what_is_reported_of_a_term_too_short_is_the_day_named_the_earliest_and_the_article() -> None:
    book = a_book(a_value(30, LimitUnit.DAY, bound=Bound.AT_LEAST), until="until", shortened_by="reason")

    (finding,) = reckoned(["2026-03-02 receive until=2026-03-20"], "2026-03-03", book).findings

    assert (finding.code, finding.seq) == ("term_too_short", 1)
    assert (finding.facts["until"], finding.facts["day"], finding.facts["last"]) == (
        "until",
        d("2026-03-20"),
        d("2026-04-01"),
    )
    assert str(finding.facts["cite"]) == "《条例》第三十三条"
    assert finding.facts["reason"] == "reason"


def test_a_reason_shortens_where_the_clock_asks_for_one_and_nowhere_else() -> None:
    # 因情况紧急等原因需要缩短期限的，公开征求意见时应当予以说明.
    value = a_value(30, LimitUnit.DAY, bound=Bound.AT_LEAST)
    record = ["2026-03-02 receive until=2026-03-20 reason=防汛"]

    asked = reckoned(record, "2026-03-03", a_book(value, until="until", shortened_by="reason"))
    not_asked = reckoned(record, "2026-03-03", a_book(value, until="until"))

    assert (asked.last_day, codes(asked)) == (d("2026-03-20"), [])
    assert codes(not_asked) == ["term_too_short"]


@pytest.mark.parametrize(("until", "found"), [("2026-08-06", []), ("2026-08-07", ["term_too_long"])])
@pytest.mark.parametrize("reason", ["", " reason=情况复杂"])
def test_a_day_beyond_the_longest_is_too_long_and_no_reason_helps(until: str, found: list[str], reason: str) -> None:
    # 6 May and three months is 6 August.
    book = a_book(a_value(3, LimitUnit.MONTH), until="until", shortened_by="reason")

    deadline = reckoned([f"2026-05-06 receive until={until}{reason}"], "2026-05-07", book)

    assert (deadline.last_day, codes(deadline)) == (d("2026-08-06"), found)


def test_a_limit_in_working_days_is_counted_over_the_holidays_before_the_day_is_held_against_it() -> None:
    # From Monday 28 September: 29, 30 September, then 8 and 9 October, and Saturday the 10th, which is worked.
    book = a_book(a_value(5), national(), until="until")

    assert codes(reckoned(["2026-09-28 receive until=2026-10-10"], "2026-09-28", book)) == []
    assert codes(reckoned(["2026-09-28 receive until=2026-10-11"], "2026-09-28", book)) == ["term_too_long"]


def test_a_minimum_that_ends_on_a_day_off_ends_on_the_next_working_day() -> None:
    # 民法典 第二百零三条. 5 March and 30 days is Saturday 4 April; 清明 is off through Monday the 6th.
    value = a_value(30, LimitUnit.DAY, bound=Bound.AT_LEAST, roll=Roll.NEXT_WORKING_DAY)
    book = a_book(value, national(), until="until")

    assert codes(reckoned(["2026-03-05 receive until=2026-04-06"], "2026-03-05", book)) == ["term_too_short"]
    assert codes(reckoned(["2026-03-05 receive until=2026-04-07"], "2026-03-05", book)) == []


@pytest.mark.parametrize("bound", list(Bound))
@pytest.mark.parametrize("until", ["2026-03-05", "2027-03-05"])
def test_what_the_office_only_proposed_to_itself_makes_no_named_day_unlawful(bound: Bound, until: str) -> None:
    value = replace(a_value(30, LimitUnit.DAY, bound=bound), citation=PROPOSAL)

    deadline = reckoned([f"2026-03-02 receive until={until}"], "2026-03-03", a_book(value, until="until"))

    assert (deadline.last_day, codes(deadline)) == (d(until), [])


def test_an_own_proposal_is_held_against_the_day_where_the_clock_asks_for_a_reason() -> None:
    value = replace(a_value(30, LimitUnit.DAY, bound=Bound.AT_LEAST), citation=PROPOSAL)
    book = a_book(value, until="until", shortened_by="reason")

    assert codes(reckoned(["2026-03-02 receive until=2026-03-05"], "2026-03-03", book)) == ["term_too_short"]
    assert codes(reckoned(["2026-03-02 receive until=2026-03-05 reason=急"], "2026-03-03", book)) == []


def test_a_length_that_is_set_case_by_case_is_held_against_nothing() -> None:
    book = a_book(a_value(None, LimitUnit.DAY, bound=Bound.AT_LEAST), until="until", shortened_by="reason")

    assert codes(reckoned(["2026-03-02 receive until=2026-03-02"], "2026-03-02", book)) == []


def test_a_round_that_begins_anew_names_its_own_day_and_is_counted_from_its_own_start() -> None:
    book = a_book(a_value(30, LimitUnit.DAY, bound=Bound.AT_LEAST), until="until")
    record = ["2026-03-02 receive until=2026-04-01"]

    in_order = reckoned([*record, "2026-04-10 renew until=2026-05-10"], "2026-04-11", book)
    short = reckoned([*record, "2026-04-10 renew until=2026-05-09"], "2026-04-11", book)

    assert in_order.last_day == d("2026-05-10")
    assert "term_too_short" not in codes(in_order)
    assert [(each.code, each.seq) for each in short.findings if each.code == "term_too_short"] == [
        ("term_too_short", 2)
    ]


def test_a_round_that_names_no_day_is_counted_again() -> None:
    book = a_book(a_value(10, LimitUnit.DAY), until="until")

    renewed = reckoned(["2026-03-02 receive until=2026-03-09", "2026-03-05 renew"], "2026-03-06", book)

    assert renewed.last_day == d("2026-03-15")


@often(60)
@given(st.integers(0, 60), st.integers(0, 60), st.sampled_from(list(Bound)))
def test_a_day_is_unlawful_on_one_side_of_the_counted_one_and_never_on_the_other(
    length: int, after: int, bound: Bound
) -> None:
    start = d("2026-03-02")
    book = a_book(a_value(length, LimitUnit.DAY, bound=bound), until="until")

    found = codes(reckoned([f"{start} receive until={start + after * ONE}"], "2026-03-02", book))

    if bound is Bound.AT_LEAST:
        assert found == (["term_too_short"] if after < length else [])
    else:
        assert found == (["term_too_long"] if after > length else [])


def test_at_the_counter_a_term_too_short_is_refused_with_its_article_and_nothing_is_written(office: Office) -> None:
    # 重大行政决策程序暂行条例 第十五条: 2 March and 30 days is 1 April, a Wednesday.
    office.receive("decision", "D", title="某规划", now=at("2026-03-02"))
    facts = {"draft_url": "草案", "basis": "某法", "feedback_way": "信函"}

    with pytest.raises(Refused) as refused:
        office.do("D", "publish_draft", facts={**facts, "comment_until": "2026-03-31"}, now=at("2026-03-02"))

    assert refused.value.code == "term_too_short"
    assert "第十五条" in str(refused.value)
    assert (refused.value.facts["day"], refused.value.facts["last"]) == (d("2026-03-31"), d("2026-04-01"))
    assert [entry.action for entry in office.case("D").record] == ["propose"]
    facts["short_reason"] = "防汛紧急"
    office.do("D", "publish_draft", facts={**facts, "comment_until": "2026-03-31"}, now=at("2026-03-02"))
    assert office.deadlines("D", as_of="2026-03-03")["comment"].last_day == d("2026-03-31")


def test_at_the_counter_a_publicity_beyond_the_longest_period_is_refused_already_as_the_case_opens(
    office: Office,
) -> None:
    # 信用修复管理办法（第36号）: 一般失信信息最长1年; from 6 May 2026 that is 6 May 2027.
    facts = {"severity": "general", "decision_date": "2026-05-06"}

    with pytest.raises(Refused) as refused:
        office.receive("penalty", "P", facts={**facts, "publicity_until": "2027-05-07"}, now=at("2026-05-06"))
    assert refused.value.code == "term_too_long"
    office.receive("penalty", "P", facts={**facts, "publicity_until": "2027-05-06"}, now=at("2026-05-06"))

    assert office.deadlines("P", as_of="2026-05-07")["publicity"].last_day == d("2027-05-06")


# -- fixed dates -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "of", "last"),
    [
        ("2026-01-15", YearOf.NEXT_OCCURRENCE, "2026-01-31"),
        ("2026-01-15", YearOf.FOLLOWING_YEAR, "2027-01-31"),
        ("2026-01-31", YearOf.NEXT_OCCURRENCE, "2026-01-31"),
        ("2026-01-31", YearOf.FOLLOWING_YEAR, "2027-01-31"),
        ("2026-12-31", YearOf.NEXT_OCCURRENCE, "2027-01-31"),
        ("2026-12-31", YearOf.FOLLOWING_YEAR, "2027-01-31"),
    ],
)
def test_a_fixed_date_falls_on_its_next_occurrence_or_in_the_year_after_the_start(
    start: str, of: YearOf, last: str
) -> None:
    book = a_book(a_value(None, LimitUnit.FIXED_DATE, month=1, day=31, of=of))

    assert reckoned([f"{start} receive"], start, book).last_day == d(last)


@given(
    st.dates(date(2008, 5, 1), date(2098, 12, 31)),
    st.sampled_from([(1, 31), (3, 31), (6, 30), (12, 31), (2, 28)]),
    st.sampled_from(list(YearOf)),
)
def test_a_fixed_date_is_that_date_and_never_before_the_start(start: date, on: tuple[int, int], of: YearOf) -> None:
    book = a_book(a_value(None, LimitUnit.FIXED_DATE, month=on[0], day=on[1], of=of))

    last = reckoned([f"{start} receive"], start.isoformat(), book).last_day

    assert last is not None
    assert (last.month, last.day) == on
    if of is YearOf.FOLLOWING_YEAR:
        assert last.year == start.year + 1
    else:
        assert start <= last <= start + timedelta(days=366)


def test_a_fixed_date_may_be_put_back_to_the_last_working_day() -> None:
    value = a_value(None, LimitUnit.FIXED_DATE, month=1, day=31, roll=Roll.PREVIOUS_WORKING_DAY)

    # 31 January 2026 is a Saturday.
    assert reckoned(["2026-01-05 receive"], "2026-01-05", a_book(value)).last_day == d("2026-01-30")


def test_a_fixed_date_whose_limit_rolls_ends_on_the_next_working_day() -> None:
    value = a_value(None, LimitUnit.FIXED_DATE, month=1, day=31, roll=Roll.NEXT_WORKING_DAY)

    # 31 January 2026 is a Saturday: Monday 2 February (民法典 第二百零三条), where the limit asks for it.
    assert reckoned(["2026-01-05 receive"], "2026-01-05", a_book(value)).last_day == d("2026-02-02")


@pytest.mark.parametrize(
    ("roll", "last", "provisional"),
    [
        (Roll.NONE, "2027-01-31", False),
        (Roll.PREVIOUS_WORKING_DAY, "2027-01-29", True),
        (Roll.NEXT_WORKING_DAY, "2027-02-01", True),
    ],
)
def test_a_fixed_date_is_provisional_only_where_it_asks_which_days_are_worked(
    roll: Roll, last: str, provisional: bool
) -> None:
    # 31 January 2027 is a Sunday, and the year has no notice yet.
    calendar = WorkCalendar((), (), announced_from=d("2020-01-01"), announced_through=d("2026-12-31"))
    value = a_value(None, LimitUnit.FIXED_DATE, month=1, day=31, roll=roll)

    deadline = reckoned(["2026-12-02 receive"], "2026-12-02", a_book(value, calendar))

    assert (deadline.last_day, deadline.provisional) == (d(last), provisional)


# -- hours -------------------------------------------------------------------------------------------------------

HOURS: dict[str, Any] = {
    "start": [{"action": "receive", "day": "known_at"}],
    "stop": [{"action": "close", "day": "done_at"}],
}
FRIDAY = "2026-03-06 receive known_at=2026-03-06T17:30"


def test_hours_run_through_the_night_and_the_days_off_from_the_moment_that_is_named() -> None:
    # 民法典 第二百零一条第二款. Friday 17:30 and 48 hours is Sunday 17:30.
    deadline = reckoned([FRIDAY], "2026-03-06", a_book(a_value(48, LimitUnit.HOUR), national(), **HOURS))

    assert deadline.last_moment == at("2026-03-08", "17:30")
    assert (deadline.last_day, deadline.provisional, codes(deadline)) == (d("2026-03-08"), False, [])


def test_hours_and_months_that_do_not_roll_are_firm_in_a_year_without_a_notice() -> None:
    # No notice can move a limit that asks for no working day.
    calendar = WorkCalendar((), (), announced_from=d("2020-01-01"), announced_through=d("2026-12-31"))
    hours = a_book(a_value(48, LimitUnit.HOUR), calendar, **HOURS)
    deadline = reckoned(["2027-02-05 receive known_at=2027-02-05T17:30"], "2027-02-05", hours)
    assert (deadline.last_day, deadline.provisional) == (d("2027-02-07"), False)

    months = a_book(a_value(2, LimitUnit.MONTH), calendar)
    assert not reckoned(["2026-12-02 receive"], "2026-12-02", months).provisional
    rolls = a_book(a_value(2, LimitUnit.MONTH, roll=Roll.NEXT_WORKING_DAY), calendar)
    assert reckoned(["2026-12-02 receive"], "2026-12-02", rolls).provisional


@pytest.mark.parametrize(
    ("closed", "verdict"),
    [
        ("2026-03-08 close done_at=2026-03-08T17:29", Verdict.ON_TIME),
        ("2026-03-08 close done_at=2026-03-08T17:30", Verdict.ON_TIME),
        ("2026-03-08 close done_at=2026-03-08T17:31", Verdict.LATE),
        ("2026-03-09 close done_at=2026-03-09T00:10", Verdict.LATE),
        ("2026-03-07 close done_at=2026-03-07T23:59", Verdict.ON_TIME),
        # Typed in on Monday, done on Sunday: the moment counts, not the day of the entry.
        ("2026-03-09 close done_at=2026-03-08T17:30", Verdict.ON_TIME),
        ("2026-03-09 close done_at=2026-03-08T17:31", Verdict.LATE),
    ],
)
def test_on_the_last_day_the_moments_are_compared(closed: str, verdict: Verdict) -> None:
    deadline = reckoned([FRIDAY, closed], "2026-03-10", a_book(a_value(48, LimitUnit.HOUR), **HOURS))

    assert (deadline.status, deadline.verdict) == (Status.STOPPED, verdict)


def test_an_act_without_a_moment_is_judged_by_when_it_was_written_or_else_by_its_day() -> None:
    book = a_book(a_value(48, LimitUnit.HOUR), **HOURS)
    flow = book.workflow("small")
    start = an_entry(flow, 1, FRIDAY)

    def verdict(written: datetime) -> Verdict:
        close = an_entry(flow, 2, "2026-03-08 close", written_at=written)
        return reply_of([start, close], "2026-03-10", book).verdict

    assert verdict(at("2026-03-08", "17:00")) is Verdict.ON_TIME
    assert verdict(at("2026-03-08", "18:00")) is Verdict.LATE
    # Written on Monday, it says nothing of the hour on Sunday: the day is the last one, and that is in time.
    assert verdict(at("2026-03-09", "18:00")) is Verdict.ON_TIME


def test_the_zone_in_which_a_moment_was_written_does_not_matter() -> None:
    # 18:30 in Greenwich on the 1st is 02:30 in Beijing on the 2nd, which is the legal day.
    book = a_book(a_value(5, LimitUnit.HOUR), **HOURS)

    deadline = reckoned(["2026-03-02 receive known_at=2026-03-01T18:30+00:00"], "2026-03-02", book)

    assert (deadline.since, deadline.last_day) == (d("2026-03-02"), d("2026-03-02"))
    assert deadline.last_moment == at("2026-03-02", "07:30")


def test_five_hours_in_the_evening_end_after_midnight_on_the_next_legal_day() -> None:
    book = a_book(a_value(5, LimitUnit.HOUR), **HOURS)

    deadline = reckoned(["2026-03-02 receive known_at=2026-03-02T22:00"], "2026-03-02", book)

    assert (deadline.last_moment, deadline.last_day) == (at("2026-03-03", "03:00"), d("2026-03-03"))


def test_without_any_moment_the_hours_run_from_the_beginning_of_the_day_and_that_is_reported() -> None:
    book = a_book(a_value(24, LimitUnit.HOUR), **HOURS)
    typed_in_later = an_entry(book.workflow("small"), 1, "2026-03-02 receive", written_at=at("2026-03-05", "10:00"))

    deadline = reply_of([typed_in_later], "2026-03-05", book)

    assert deadline.last_moment == at("2026-03-03", "00:00")
    assert [(each.code, each.facts["day"]) for each in deadline.findings] == [("moment_missing", d("2026-03-02"))]


def test_hours_begin_anew_with_the_moment_at_which_they_were_begun_anew() -> None:
    book = a_book(a_value(24, LimitUnit.HOUR), **HOURS)
    flow = book.workflow("small")
    renewed = an_entry(flow, 2, "2026-03-07 renew", written_at=at("2026-03-07", "11:15"))

    deadline = reply_of([an_entry(flow, 1, FRIDAY), renewed], "2026-03-07", book)

    assert (deadline.since, deadline.last_moment) == (d("2026-03-07"), at("2026-03-08", "11:15"))


@often(60)
@given(
    st.integers(0, 10 * 365 * 24 * 60).map(
        lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.integers(1, 400),
)
def test_exactly_the_hours_of_the_limit_lie_between_its_two_moments(moment: datetime, length: int) -> None:
    book = a_book(a_value(length, LimitUnit.HOUR), national(), **HOURS)
    day = legal_day(moment)

    deadline = reckoned([f"{day} receive known_at={moment.isoformat()}"], day.isoformat(), book)

    assert deadline.last_moment is not None
    assert deadline.last_moment - moment == timedelta(hours=length)
    assert deadline.last_day == legal_day(moment + timedelta(hours=length))


# -- the day that a fact names -----------------------------------------------------------------------------------


def test_a_clock_starts_on_the_day_that_the_entry_names() -> None:
    book = a_book(a_value(5), start=[{"action": "receive", "day": "served"}])

    deadline = reckoned(["2026-03-04 receive served=2026-03-02"], "2026-03-04", book)

    assert (deadline.since, deadline.last_day) == (d("2026-03-02"), d("2026-03-09"))
    assert reckoned(["2026-03-04 receive"], "2026-03-04", book).last_day == d("2026-03-11")


@pytest.mark.parametrize(("done", "verdict"), [("2026-03-30", Verdict.ON_TIME), ("2026-03-31", Verdict.LATE)])
def test_a_clock_stops_on_the_day_that_the_entry_names(done: str, verdict: Verdict) -> None:
    # 20 working days from Monday 2 March end on Monday the 30th.
    book = a_book(a_value(20), stop=[{"action": "close", "day": "done"}])

    deadline = reckoned(["2026-03-02 receive", f"2026-04-02 close done={done}"], "2026-04-02", book)

    assert (deadline.stopped, deadline.verdict) == (d(done), verdict)
    plain = reckoned(["2026-03-02 receive", "2026-04-02 close"], "2026-04-02", book)
    assert (plain.stopped, plain.verdict) == (d("2026-04-02"), Verdict.LATE)


def test_a_moment_starts_a_clock_in_days_on_its_legal_day() -> None:
    book = a_book(a_value(5), start=[{"action": "receive", "day": "known_at"}])

    deadline = reckoned(["2026-03-04 receive known_at=2026-03-01T23:30+00:00"], "2026-03-04", book)

    assert (deadline.since, deadline.last_moment) == (d("2026-03-02"), None)


def judged(deadline: Deadline) -> tuple[Any, ...]:
    return (deadline.status, deadline.verdict, deadline.last_day, deadline.stopped, deadline.days_left)


@often(60)
@given(st.integers(0, 60), st.integers(0, 30), st.integers(1, 25), st.integers(0, 40))
def test_an_act_that_is_typed_in_late_is_judged_like_one_on_its_day(
    after: int, late: int, length: int, seen: int
) -> None:
    start = d("2026-03-02")
    done = start + after * ONE
    book = a_book(a_value(length), stop=[{"action": "close", "day": "done"}])
    as_of = done + (late + seen) * ONE

    on_its_day = reply_of([f"{start} receive", f"{done} close done={done}"], as_of, book)
    typed_late = reply_of([f"{start} receive", f"{done + late * ONE} close done={done}"], as_of, book)

    assert judged(typed_late) == judged(on_its_day)


def test_a_fact_that_is_only_a_day_is_no_moment() -> None:
    assert moment_fact({"at": "2026-03-02"}, "at") is None
    assert moment_fact({"at": date(2026, 3, 2)}, "at") is None
    assert moment_fact({"at": ""}, "at") is None
    assert moment_fact({}, "at") is None
    assert moment_fact({"at": "2026-03-02T10:30+08:00"}, "at") == at("2026-03-02", "10:30")
    assert day_fact({"at": "2026-03-02T23:30+08:00"}, "at") == d("2026-03-02")
    assert day_fact({"at": date(2026, 3, 2)}, "at") == d("2026-03-02")


# -- in the shipped workflows ------------------------------------------------------------------------------------


def test_a_report_of_january_keeps_its_saturday_and_the_office_does_it_on_friday() -> None:
    # 条例 第四十九条: 每年1月31日前, a Saturday in 2026 and a Sunday in 2027.
    record = ["2025-12-02 open kind=annual_report_department due=2026-01-31 period=2026-01-31 title=年度报告"]

    runs = {name: each.last_day for (name, _), each in deadlines_of(record, "2025-12-02", workflow="duty").items()}

    assert runs == {"submit": d("2026-01-31"), "publish": d("2026-01-31"), "target": d("2026-01-30")}


def test_an_event_of_public_opinion_is_answered_within_the_hours_of_its_class() -> None:
    # 国办发〔2016〕61号 and 80号: 48 hours; of a major one 5 hours, and 24 for the press conference.
    other = deadlines_of(["2026-03-06 report level=other known_at=2026-03-06T17:30"], "2026-03-06", workflow="opinion")
    major = deadlines_of(["2026-03-06 report level=major known_at=2026-03-06T17:30"], "2026-03-06", workflow="opinion")

    assert {name: each.last_moment for (name, _), each in other.items()} == {"respond": at("2026-03-08", "17:30")}
    assert {name: each.last_moment for (name, _), each in major.items()} == {
        "inform": at("2026-03-06", "22:30"),
        "brief": at("2026-03-07", "17:30"),
    }


def test_a_withheld_item_is_assessed_again_by_the_end_of_the_year_after() -> None:
    # 每年度评估一次，12月31日前完成 (the office's own rule): the first time in the year after it was withheld.
    record = ["2026-03-06 withhold title=某事项 item=某事项 ground=D-REF-14A"]
    kept = [*record, "2027-11-01 keep reason=仍属国家秘密"]

    assert deadlines_of(record, "2026-03-06", workflow="reassessment")["assessment", ""].last_day == d("2027-12-31")
    assert deadlines_of(kept, "2027-11-01", workflow="reassessment")["assessment", ""].last_day == d("2028-12-31")
