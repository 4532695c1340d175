"""The clock cache (计时缓存) says of every day what the record says of it, and every open case stands in one list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given

from builders import an_entry, entries_of, rules
from gkflow.application.docket import reckon_case, revisions
from gkflow.application.ports import ClockRevision
from gkflow.application.shown_clock import choose_clock
from gkflow.domain.case import Entry, record_of
from gkflow.domain.deadline import Status, Verdict
from gkflow.domain.urgency import ListStatus, stand
from walks import ONE, days_of, often, walks

OFFICE = cast(Any, SimpleNamespace(rulebook=rules()))  # a list needs the calendar alone
REQUEST = rules().workflow("request")


def lines_of(record: Sequence[Entry]) -> list[ClockRevision]:
    return revisions(REQUEST, "C-1", record, rules())


def on(lines: Sequence[ClockRevision], day: date) -> list[ClockRevision]:
    return [line for line in lines if line.from_day <= day < line.until_day]


def days_to_look_at(record: Sequence[Entry]) -> list[date]:
    """Through the last day of every consultation that may still lapse, and ten days more."""
    return days_of(record, after=40)


def check(record: Sequence[Entry]) -> None:
    lines = lines_of(record)
    for day in days_to_look_at(record):
        stored = {(line.clock, line.ref): (line.status, line.last_day, line.since) for line in on(lines, day)}
        reckoned = {
            key: (deadline.status.value, deadline.last_day, deadline.since)
            for key, deadline in reckon_case(REQUEST, record_of(record, day), rules(), day).items()
        }
        assert stored == reckoned, f"on {day}"


@often(150)
@given(walks(unruly=True))
def test_the_cache_says_of_every_day_what_the_record_says(record: tuple[Entry, ...]) -> None:
    check(record)


@often(100)
@given(walks(corrected=True))
def test_the_cache_follows_corrections(record: tuple[Entry, ...]) -> None:
    check(record)


def test_a_second_letter_that_lapses_while_the_first_is_open_makes_a_revision_of_its_own() -> None:
    check(
        entries_of(
            [
                "2026-03-02 receive channel=in_person",
                "2026-03-02 register",
                "2026-03-05 consult_third_party ref=甲",
                "2026-03-06 consult_third_party ref=乙 served=2026-03-06",
                "2026-03-10 third_party_answers ref=甲",
            ]
        )
    )


def test_a_clock_whose_start_was_voided_never_ran() -> None:
    lines = [
        "2026-03-02 receive channel=in_person",
        "2026-03-02 register",
        "2026-03-05 ask_fee amount=100",
        "2026-03-09 correct_entry seq=3 void=true reason=误录",
    ]
    record = entries_of(lines)

    assert {line.clock for line in on(lines_of(record), date(2026, 3, 6))} == {"correction_notice", "reply"}
    assert {line.clock for line in on(lines_of(record), date(2026, 3, 9))} == {"correction_notice", "reply"}
    check(record)


@often(100)
@given(walks(unruly=True, corrected=True))
def test_each_clock_stands_in_one_revision_a_day(record: tuple[Entry, ...]) -> None:
    lines = lines_of(record)
    for day in days_of(record):
        assert max(Counter((line.clock, line.ref) for line in on(lines, day)).values(), default=1) == 1, f"on {day}"


@often(100)
@given(walks(unruly=True))
def test_the_statuses_partition_the_offices_clocks_on_every_day(record: tuple[Entry, ...]) -> None:
    calendar = rules().calendar
    lines = lines_of(record)
    for line_day in days_of(record):
        for line in on(lines, line_day):
            if not line.owed:
                continue
            status, verdict, left = stand(OFFICE.rulebook.calendar, line, line_day)
            last = line.last_day
            running = line.status == Status.RUNNING and last is not None
            working_days_left = sum(
                calendar.is_working_day(line_day + n * ONE) for n in range(1, (last - line_day).days + 1)
            ) if running and last is not None else 0  # fmt: skip
            places = {
                ListStatus.DONE: line.status in (Status.STOPPED, Status.NO_LIMIT),
                ListStatus.WAITING: line.status == Status.WAITING,
                ListStatus.SUSPENDED: line.status == Status.SUSPENDED,
                ListStatus.OVERDUE: running and line_day > last,
                ListStatus.DUE_TODAY: running and line_day == last,
                ListStatus.DUE_SOON: running and line_day < last and working_days_left <= 5,
                ListStatus.RUNNING: running and line_day < last and working_days_left > 5,
            }
            assert [place for place, holds in places.items() if holds] == [status]
            if status is ListStatus.OVERDUE:
                assert left is not None
                assert left <= -1
                assert verdict is Verdict.OVERDUE


@often(100)
@given(walks(unruly=True))
def test_every_case_stands_in_one_list_by_the_offices_most_urgent_clock(record: tuple[Entry, ...]) -> None:
    lines = lines_of(record)
    for day in days_of(record, after=30):
        owed = [line for line in on(lines, day) if line.owed and line.status != Status.NO_LIMIT]
        chosen = choose_clock(on(lines, day))
        status = stand(OFFICE.rulebook.calendar, chosen, day)[0] if chosen is not None else ListStatus.DONE
        last_days = [line.last_day for line in owed if line.status == Status.RUNNING and line.last_day is not None]

        if last_days:
            assert (status is ListStatus.OVERDUE) == (min(last_days) < day)
            assert (status is ListStatus.DUE_TODAY) == (min(last_days) == day)
        still = {ListStatus.SUSPENDED, ListStatus.WAITING}
        assert (status in still) == (not last_days and any(line.status in still for line in owed))
        assert (status is ListStatus.DONE) == all(line.status == Status.STOPPED for line in owed)


def test_on_the_last_day_itself_a_case_is_due_today_and_not_overdue() -> None:
    record = entries_of(["2026-03-02 receive channel=in_person"])
    line = next(line for line in lines_of(record) if line.clock == "reply")

    assert stand(OFFICE.rulebook.calendar, line, date(2026, 3, 30))[0] is ListStatus.DUE_TODAY
    assert stand(OFFICE.rulebook.calendar, line, date(2026, 3, 31))[::2] == (ListStatus.OVERDUE, -1)
    assert stand(OFFICE.rulebook.calendar, line, date(2026, 3, 23))[::2] == (ListStatus.DUE_SOON, 5)
    assert stand(OFFICE.rulebook.calendar, line, date(2026, 3, 20))[::2] == (ListStatus.RUNNING, 6)


def test_an_entry_typed_in_late_counts_from_its_own_day() -> None:
    late = entries_of(
        ["2026-03-02 receive channel=in_person", "2026-03-02 register", "2026-03-20 extend days=10 approved_by=主任"]
    )
    late += (an_entry(REQUEST, 4, "2026-03-05 consult_third_party ref=甲"),)

    assert [(line.from_day, line.status) for line in lines_of(late) if line.clock == "reply"] == [
        (date(2026, 3, 2), "running"),
        (date(2026, 3, 5), "suspended"),
        (date(2026, 3, 20), "suspended"),
    ]


def test_a_case_is_due_soon_as_soon_as_it_shows_a_light_of_the_settings() -> None:
    line = next(
        line for line in lines_of(entries_of(["2026-03-02 receive channel=in_person"])) if line.clock == "reply"
    )
    lights = ((1, "orange"), (7, "blue"))

    found = [stand(OFFICE.rulebook.calendar, line, date(2026, 3, day), lights).status for day in (18, 19, 27)]

    # The last day is 30 March: 8, 7 and 1 working days are left.
    assert found == [ListStatus.RUNNING, ListStatus.DUE_SOON, ListStatus.DUE_SOON]
