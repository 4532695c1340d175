"""Cases that time brings (到期立案): by a step of a ladder, by a duty that comes round; each exactly once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

import gkflow
from gkflow.office import Office
from slow_walks import slow_after
from store.offices import (
    KINDS,
    PEOPLE,
    Place,
    a_place,
    assert_sound,
    at,
    days,
    log_of,
    open_request,
    processes,
    reply,
    run_together,
    steps,
)

# Three working days past the last day of a reply a supervision is opened; no recurring duty disturbs.
_FOLDERS = count()
HEAD = '[[people]]\nname = "主任"\nroles = ["disclosure_head"]\nchannels = ["file"]\n'
SUPERVISED = f'profile = "zhongshan"\nduties = []\n{PEOPLE}{HEAD}'
# 2022: off 1 to 7 October; 8 and 9 October (Saturday, Sunday) are worked. Received on Tuesday 13 September, 20
# working days (14-16, 19-23, 26-30 September, 8-14 October) end on Friday 14 October. The third working day after
# it (17, 18, 19) is Wednesday 19 October: the blue sheet. Its five (20, 21, 24, 25, 26) end on the 26th.
RECEIVED, LAST, SHEET, RECTIFY = "2022-09-13", "2022-10-14", "2022-10-19", "2022-10-26"
ALL = "2022-11-30"  # a day from which everything is seen


@pytest.fixture
def supervised(place: Place) -> Iterator[Office]:
    with place.settings(SUPERVISED).open() as office:
        yield office


@pytest.fixture
def two_offices(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Office, Office]]:
    """Two offices of one kind, with the settings of the test's parameter."""
    kind, toml = request.param
    with (
        a_place(kind, tmp_path / "one") as one,
        a_place(kind, tmp_path / "two") as two,
        one.settings(toml).open() as first,
        two.settings(toml).open() as second,
    ):
        yield first, second


def in_two_offices(toml: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("two_offices", [(kind, toml) for kind in KINDS], ids=KINDS, indirect=True)


def sweep(office: Office, *through: str) -> int:
    """Sweep through each of these days on that day; how many cases were opened."""
    return sum(office.tick(at(day)).opened for day in through)


def opened(office: Office, workflow: str) -> list[tuple[str, str]]:
    """The cases of a workflow: number and day."""
    found = [line.case for line in office.cases(include_closed=True, workflow=workflow, as_of="2028-12-31")]
    cases = [office.case(number, as_of="2028-12-31") for number in sorted(found)]
    return [(case.number, case.first.day.isoformat()) for case in cases]


def links(office: Office, number: str) -> list[tuple[str, str]]:
    record = office.case(number, as_of="2028-12-31").record
    return [(entry.facts["leads_to"], entry.day.isoformat()) for entry in record if entry.action == "link"]


def snapshot(office: Office) -> list[tuple[Any, ...]]:
    """What stands on record, but for the moment of writing, the place in the record and the seal."""
    rows = office.export()
    return sorted(
        (row["case"], row["workflow"], str(row["day"]), row["action"], row["by"], row["unit"], facts_of(row))
        for row in rows
    )


def facts_of(row: dict[str, Any]) -> str:
    plain = {"case", "workflow", "day", "action", "by", "unit"}
    return json.dumps({name: value for name, value in row.items() if name not in plain}, sort_keys=True, default=str)


def escalations(office: Office) -> list[tuple[Any, ...]]:
    """The log of steps, without its running number."""
    found = ((e.day, e.case, e.clock, e.ref, e.last_day, e.step, e.kind) for e in office.escalations())
    return sorted(found)


# -- a step that opens ----------------------------------------------------------------------------------------------


def test_three_working_days_past_the_last_day_a_supervision_is_opened_once(supervised: Office) -> None:
    open_request(supervised, "A", RECEIVED)
    assert sweep(supervised, *days("2022-09-20", "2022-10-18")) == 0
    assert sweep(supervised, SHEET) == 1
    assert sweep(supervised, *days("2022-10-20", ALL)) == 0
    assert opened(supervised, "supervision") == [("XFJ-2022-0001", SHEET)]
    assert links(supervised, "A") == [("XFJ-2022-0001", SHEET)]
    assert_sound(supervised)


def test_the_supervision_says_what_it_is_about(supervised: Office) -> None:
    open_request(supervised, "A", RECEIVED)
    sweep(supervised, *days("2022-10-18", SHEET))
    case = supervised.case("XFJ-2022-0001", as_of=SHEET)
    assert dict(case.facts) == {
        "origin": "A", "ground": "overdue", "sheet": "blue", "title": "某事项", "officer": "张三", "clock": "答复期限",
    }  # fmt: skip
    assert (case.first.by, case.first.unit, case.state) == ("gkflow", "XFJ", "opened")
    deadline = supervised.deadlines("XFJ-2022-0001", as_of=SHEET)["rectify"]
    assert str(deadline.last_day) == RECTIFY


def test_the_people_of_the_supervision_are_notified_of_it(supervised: Office) -> None:
    # The first action of a supervision notifies officer and section head.
    open_request(supervised, "A", RECEIVED)
    sweep(supervised, *days("2022-10-18", SHEET))
    found = [(notice.kind, notice.name) for notice in supervised.notices(number="XFJ-2022-0001")]
    assert sorted(found) == [("action", "张三"), ("action", "李四")]


def test_the_supervision_has_clocks_and_steps_of_its_own(supervised: Office) -> None:
    # -1: Tuesday 25 October; 0: the 26th; +1: the 27th; +3: Monday the 31st.
    open_request(supervised, "A", RECEIVED)
    sweep(supervised, *days("2022-10-18", ALL))
    assert steps(supervised, "XFJ-2022-0001", "rectify") == [
        (-1, "2022-10-25"), (0, "2022-10-26"), (1, "2022-10-27"), (3, "2022-10-31"),
    ]  # fmt: skip


def test_without_the_profile_the_same_step_opens_nothing(place: Place) -> None:
    with place.settings(PEOPLE).open() as office:
        open_request(office, "A", RECEIVED)
        assert sweep(office, "2022-09-20", ALL) == 0
        assert (3, SHEET) in steps(office, "A")
        assert opened(office, "supervision") == []


@pytest.mark.parametrize("answered", slow_after(1, [SHEET, "2022-09-28", LAST, "2022-10-18"]))
def test_nothing_is_opened_for_a_case_answered_by_then(supervised: Office, answered: str) -> None:
    # Late since the 15th, but what is answered on the third day is answered when the sweep of that day comes.
    open_request(supervised, "A", RECEIVED)
    for day in days("2022-09-20", ALL):
        if day == answered:
            reply(supervised, "A", day)
        sweep(supervised, day)
    assert opened(supervised, "supervision") == []
    assert links(supervised, "A") == []


def test_a_case_answered_after_it_keeps_its_supervision(supervised: Office) -> None:
    open_request(supervised, "A", RECEIVED)
    sweep(supervised, *days("2022-10-18", SHEET))
    reply(supervised, "A", "2022-10-20")
    sweep(supervised, *days("2022-10-20", ALL))
    assert opened(supervised, "supervision") == [("XFJ-2022-0001", SHEET)]
    assert supervised.case("XFJ-2022-0001", as_of=ALL).state == "opened", "whether things are right is for people"
    assert_sound(supervised)


def test_an_extended_case_is_supervised_after_its_own_last_day_alone(supervised: Office) -> None:
    # Ten more working days after 14 October: 17-21 and 24-28 October. The third after Friday the 28th is
    # Wednesday 2 November.
    open_request(supervised, "A", RECEIVED)
    supervised.do("A", "extend", facts={"days": 10, "approved_by": "主任"}, now=at("2022-10-10"))
    sweep(supervised, *days("2022-10-11", ALL))
    assert opened(supervised, "supervision") == [("XFJ-2022-0001", "2022-11-02")]


def test_each_overdue_case_has_its_own_supervision(supervised: Office) -> None:
    for number, day in (("A", RECEIVED), ("B", RECEIVED), ("C", "2022-09-14")):
        open_request(supervised, number, day)
    sweep(supervised, *days("2022-10-10", ALL))
    found = {number: links(supervised, number) for number in "ABC"}
    numbers = [to for each in found.values() for to, _ in each]
    assert [len(each) for each in found.values()] == [1, 1, 1]
    assert len(set(numbers)) == 3
    assert {number: each[0][1] for number, each in found.items()} == {"A": SHEET, "B": SHEET, "C": "2022-10-20"}
    for number, each in found.items():
        assert supervised.case(each[0][0], as_of=ALL).facts["origin"] == number


def test_a_second_sweep_of_one_day_opens_nothing(supervised: Office) -> None:
    open_request(supervised, "A", RECEIVED)
    sweep(supervised, "2022-10-18", SHEET)
    before = snapshot(supervised)
    assert supervised.tick(at(SHEET, "17:00")).opened == 0
    assert supervised.sweep(SHEET, now=at("2022-10-20")).opened == 0
    assert snapshot(supervised) == before


def test_a_case_that_comes_in_after_the_days_sweep_is_found_by_the_next(supervised: Office) -> None:
    sweep(supervised, *days("2022-10-18", SHEET))
    open_request(supervised, "A", RECEIVED)  # typed in late, weeks overdue
    assert sweep(supervised, "2022-10-20") == 1
    assert links(supervised, "A") == [("XFJ-2022-0001", "2022-10-20")]


def test_two_processes_that_sweep_one_day_open_one_supervision(place: Place) -> None:
    with place.settings(SUPERVISED).open() as office:
        open_request(office, "A", RECEIVED)
        sweep(office, "2022-10-18")
        script = "print(office.tick(datetime.fromisoformat('2022-10-20T09:00+08:00')).opened)"
        said = run_together(place, script, script)
        assert sorted(map(int, said)) == [0, 1]
        assert opened(office, "supervision") == [("XFJ-2022-0001", SHEET)]
        assert_sound(office)


DIES = """
import os
from gkflow.store.sweeps import Sweeps
Sweeps.finish_sweep = lambda *rest: os._exit(9)
office.tick(datetime.fromisoformat('2022-10-19T09:00+08:00'))
"""


def test_a_sweep_that_dies_before_its_end_opens_the_case_once_when_it_is_done_again(place: Place) -> None:
    with place.settings(SUPERVISED).open() as office:
        open_request(office, "A", RECEIVED)
        sweep(office, "2022-10-18")
        with processes(place, DIES) as (process,):
            process.communicate(timeout=60)
            assert process.returncode == 9
        # The case and its link are one transaction; the day, which another one seals, is not done.
        assert opened(office, "supervision") == links(office, "A") == [("XFJ-2022-0001", SHEET)]
        assert office.escalations(number="A")[-1].day.isoformat() == SHEET
        assert sweep(office, SHEET) == 0
        assert opened(office, "supervision") == [("XFJ-2022-0001", SHEET)]
        assert_sound(office)


def test_a_sweep_rolled_back_by_the_caller_leaves_neither_case_nor_link(place: Place) -> None:
    with place.settings(SUPERVISED).open() as office:
        open_request(office, "A", RECEIVED)
        sweep(office, "2022-10-18")
        before = snapshot(office)
        with place.engine() as engine, Session(engine) as session:
            assert gkflow.open(engine, home=place.home).tick(at(SHEET), session=session).opened == 1
            session.rollback()
        assert snapshot(office) == before
        assert sweep(office, SHEET) == 1
        assert_sound(office)


# -- late is the same as on time ------------------------------------------------------------------------------------


@in_two_offices(SUPERVISED)
def test_a_late_sweep_opens_the_same_cases_on_the_same_days_as_daily_ones(two_offices: tuple[Office, Office]) -> None:
    daily, late = two_offices
    for office in two_offices:
        for number, day in (("A", RECEIVED), ("B", RECEIVED), ("C", "2022-09-14"), ("D", "2022-09-20")):
            open_request(office, number, day)
        sweep(office, "2022-09-20")
    sweep(daily, *days("2022-09-21", ALL))
    sweep(late, ALL)
    assert snapshot(late) == snapshot(daily)
    assert escalations(late) == escalations(daily)
    assert_sound(late)


@in_two_offices(SUPERVISED)
def test_a_late_sweep_numbers_the_cases_as_daily_ones_do(two_offices: tuple[Office, Office]) -> None:
    # Two supervisions of one day; A is answered after it, which is no reason for another number.
    daily, late = two_offices
    for office in two_offices:
        for number in ("A", "B"):
            open_request(office, number, RECEIVED)
        sweep(office, "2022-10-18")
    sweep(daily, *days(SHEET, "2022-10-24"))
    for office in two_offices:
        reply(office, "A", "2022-10-25")
    sweep(daily, *days("2022-10-25", "2022-10-27"))
    sweep(late, "2022-10-27")
    assert links(late, "A") == links(daily, "A")
    assert links(late, "B") == links(daily, "B")


@in_two_offices(SUPERVISED)
def test_a_late_sweep_notifies_the_officer_whom_the_case_had_on_that_day(two_offices: tuple[Office, Office]) -> None:
    daily, late = two_offices
    for office in two_offices:
        open_request(office, "A", RECEIVED)
        sweep(office, "2022-10-18")
    sweep(daily, *days(SHEET, "2022-10-20"))
    for office in two_offices:
        office.do("A", "assign", facts={"officer": "王五"}, now=at("2022-10-21"))
    sweep(daily, *days("2022-10-21", "2022-10-24"))
    sweep(late, "2022-10-24")
    for office in two_offices:
        assert office.case("XFJ-2022-0001", as_of=ALL).facts["officer"] == "张三"
    assert snapshot(late) == snapshot(daily)


_tries = count(1)


@contextmanager
def an_office(kind: str, folder: Path, toml: str) -> Iterator[tuple[Place, Office]]:
    """An office on a fresh database, in a folder whose rules have been read already."""
    with a_place(kind, folder / str(next(_tries))) as fresh:
        place = Place(fresh.url, folder, kind).settings(toml)
        with place.open() as office:
            yield place, office


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    # Of each case: the day on which it came in, and on which of the days below it is answered, if at all.
    cases=st.lists(
        st.tuples(st.sampled_from(["2022-09-13", "2022-09-14"]), st.none() | st.integers(0, 17)), max_size=4
    ),
    swept=st.sets(st.integers(0, 16)),
)
@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_on_whatever_days_an_office_is_swept_the_same_cases_are_opened(
    tmp_path: Path, kind: str, cases: Sequence[tuple[str, int | None]], swept: set[int]
) -> None:
    span = list(days("2022-10-14", "2022-10-31"))
    found = []
    for chosen in (set(range(len(span))), swept | {0, len(span) - 1}):
        # A folder of its own: the seals of another office would be those of another record.
        with an_office(kind, tmp_path / str(next(_FOLDERS)), SUPERVISED) as (place, office):
            for number, (received, _) in enumerate(cases):
                open_request(office, f"C{number}", received)
            for place_of_day, day in enumerate(span):
                for number, (_, answered) in enumerate(cases):
                    if answered == place_of_day:
                        reply(office, f"C{number}", day)
                if place_of_day in chosen:
                    sweep(office, day)
            assert_sound(office)
            origins = {number: office.case(number).facts["origin"] for number, _ in opened(office, "supervision")}
            # Whose number is whose is a law of its own, above.
            supervisions = sorted((origins[number], day) for number, day in opened(office, "supervision"))
            linked = {f"C{n}": [day for _, day in links(office, f"C{n}")] for n in range(len(cases))}
            log = sorted((origins.get(row[1], row[1]), *row[2:], row[0]) for row in log_of(place))
            found.append((supervisions, linked, log))
    assert found[0] == found[1]


def test_a_link_that_the_sweep_wrote_is_not_reported_as_what_the_law_made_of_silence(supervised: Office) -> None:
    # The applicant is given until 19 October to state reasons (条例 第三十五条), which stops nothing: the reply is
    # overdue meanwhile, and on the 19th the supervision is linked. On the 20th the silence is put before a person
    # to decide (【待决定】); nothing was taken by law, and nobody is to be notified so (【告知】).
    supervised.receive("request", "A", facts={"channel": "in_person"}, title="某事项", now=at(RECEIVED))
    for action in ("register", "assign"):
        supervised.do("A", action, now=at(RECEIVED), facts={"officer": "张三"} if action == "assign" else {})
    supervised.do("A", "ask_reasons", facts={"reason": "数量过多", "until": SHEET}, now=at("2022-09-20"))
    sweep(supervised, *days("2022-10-18", "2022-10-20"))
    assert links(supervised, "A") == [("XFJ-2022-0001", SHEET)]
    of_clock = {json.loads(notice.facts).get("clock"): notice.kind for notice in supervised.notices(number="A")}
    assert of_clock["reasons"] == "propose"


# -- recurring duties -----------------------------------------------------------------------------------------------


def taking_on(*names: str) -> str:
    return f'duties = {json.dumps(list(names))}\n[office]\nunit = "SFB"\nname = "市政府办公室"\n'


REPORT = "annual-report-department"  # due on 31 January (条例 第四十九条第一款), opened 60 days before
MONTHLY = "column-check"  # due on the last day of each month, opened 10 days before
ROUND = f"SFB-{REPORT}-2027-01-31"


@pytest.fixture
def reporting(place: Place) -> Iterator[Office]:
    with place.settings(taking_on(REPORT)).open() as office:
        yield office


def test_the_annual_report_is_opened_sixty_days_before_it_is_due(reporting: Office) -> None:
    # 31 days of January and 29 of December before 31 January 2027: 2 December 2026.
    assert sweep(reporting, *days("2026-11-25", "2026-12-01")) == 0
    assert sweep(reporting, "2026-12-02") == 1
    assert sweep(reporting, *days("2026-12-03", "2027-02-10")) == 0
    assert opened(reporting, "duty") == [(ROUND, "2026-12-02")]
    assert_sound(reporting)


def test_the_round_says_what_it_is_and_for_which_year(reporting: Office) -> None:
    sweep(reporting, "2026-12-02")
    case = reporting.case(ROUND, as_of="2026-12-02")
    assert dict(case.facts) == {
        "kind": "annual_report_department", "due": "2027-01-31", "period": "2027-01-31",
        "title": "2026年政府信息公开工作年度报告",
    }  # fmt: skip
    assert (case.workflow, case.state, case.first.by, case.first.unit) == ("duty", "listed", "gkflow", "SFB")


def test_a_sunday_stays_the_last_day_and_the_target_goes_back_to_the_friday(reporting: Office) -> None:
    # 31 January 2027 is a Sunday: a date that the law names does not move; the office's own target is the 29th.
    assert date(2027, 1, 31).isoweekday() == 7
    sweep(reporting, "2026-12-02")
    found = {name: str(each.last_day) for name, each in reporting.deadlines(ROUND, as_of="2026-12-02").items()}
    assert found == {"submit": "2027-01-31", "publish": "2027-01-31", "target": "2027-01-29"}
    assert reporting.cases(overdue=True, as_of="2027-01-31") == []
    assert [line.case for line in reporting.cases(overdue=True, as_of="2027-02-01")] == [ROUND]


def test_the_target_is_reminded_of_and_never_overdue(reporting: Office) -> None:
    sweep(reporting, "2026-12-02")
    reporting.do(ROUND, "submit", facts={"submitted_to": "市政府"}, now=at("2027-01-20"))
    reporting.do(ROUND, "publish", facts={"url": "https://example.gov.cn/nb"}, now=at("2027-01-30"))
    sweep(reporting, *days("2026-12-03", "2027-02-05"))
    assert (0, "2027-01-29") in steps(reporting, ROUND, "target")
    assert reporting.cases(overdue=True, as_of="2027-02-05") == []


@pytest.mark.slow
def test_each_round_is_opened_once_year_by_year(reporting: Office) -> None:
    # 60 days before 31 January is always 2 December.
    for day in ("2024-11-30", "2025-06-30", "2025-12-01", "2025-12-02", "2026-12-31"):
        sweep(reporting, day)
    assert opened(reporting, "duty") == [
        (f"SFB-{REPORT}-{year}-01-31", f"{year - 1}-12-02") for year in (2025, 2026, 2027)
    ]  # fmt: skip
    assert_sound(reporting)


def test_a_duty_that_is_due_every_month_is_opened_ten_days_before_each_last_day(place: Place) -> None:
    with place.settings(taking_on(MONTHLY)).open() as office:
        sweep(office, *days("2024-01-05", "2024-04-05"))
        # 2024 is a leap year: ten days before 29 February is the 19th.
        assert opened(office, "duty") == [
            (f"SFB-{MONTHLY}-2024-01-31", "2024-01-21"),
            (f"SFB-{MONTHLY}-2024-02-29", "2024-02-19"),
            (f"SFB-{MONTHLY}-2024-03-31", "2024-03-21"),
        ]
        titles = [office.case(number).facts["title"] for number, _ in opened(office, "duty")]
        assert titles == [f"2024年{month}月政府网站栏目自查" for month in (1, 2, 3)]


def test_after_an_outage_of_months_each_round_is_opened_under_the_day_of_its_own_sweep(place: Place) -> None:
    with place.settings(taking_on(MONTHLY)).open() as office:
        sweep(office, "2026-01-05")
        assert sweep(office, "2026-06-30") == 6
        days_of = {number[-10:]: day for number, day in opened(office, "duty")}
        assert days_of == {
            "2026-01-31": "2026-01-21", "2026-02-28": "2026-02-18", "2026-03-31": "2026-03-21",
            "2026-04-30": "2026-04-20", "2026-05-31": "2026-05-21", "2026-06-30": "2026-06-20",
        }  # fmt: skip
        # Nobody did anything in all that time: of six rounds five are past their day, the sixth is due today.
        assert len(office.cases(overdue=True, as_of="2026-06-30")) == 5
        assert_sound(office)


@in_two_offices(taking_on(REPORT, MONTHLY, "training"))
def test_late_sweeps_open_the_same_rounds_with_the_same_steps(two_offices: tuple[Office, Office]) -> None:
    daily, late = two_offices
    for office in two_offices:
        sweep(office, "2025-11-24")
    sweep(daily, *days("2025-11-25", "2026-03-10"))
    sweep(late, "2026-01-02", "2026-01-21", "2026-03-10")
    assert snapshot(late) == snapshot(daily)
    assert len(snapshot(daily)) == 6, (
        "training and report of the year, four rounds of the month (30 November to 28 February)"
    )
    assert escalations(late) == escalations(daily)
    assert_sound(late)


def test_the_first_sweep_opens_what_is_due_within_its_time_and_nothing_of_the_past(place: Place) -> None:
    # On 20 December the training of the year is 11 days off, the report 42, the statistics (30 days ahead) also 42.
    with place.settings(taking_on(REPORT, "training", "enforcement-statistics")).open() as office:
        assert sweep(office, "2026-12-20") == 2
        assert opened(office, "duty") == [(ROUND, "2026-12-20"), ("SFB-training-2026-12-31", "2026-12-20")]


def test_a_duty_taken_on_late_is_opened_by_the_next_sweep(place: Place) -> None:
    with place.settings(taking_on()).open() as office:
        assert sweep(office, "2026-12-20") == 0
    with place.settings(taking_on(REPORT)).open() as office:
        assert sweep(office, "2026-12-24") == 1
        # Days that were not yet swept are swept in order: the first of them finds it.
        assert opened(office, "duty") == [(ROUND, "2026-12-21")]
        deadline = office.deadlines(ROUND, as_of="2026-12-24")["submit"]
        assert str(deadline.last_day) == "2027-01-31"


def test_a_duty_taken_on_late_is_opened_even_on_its_last_day_and_not_after_it(place: Place) -> None:
    with place.settings(taking_on()).open() as office:
        sweep(office, "2027-01-30")
    with place.settings(taking_on(REPORT)).open() as office:
        assert sweep(office, "2027-01-31") == 1
        assert opened(office, "duty") == [(ROUND, "2027-01-31")]
    with place.settings(taking_on(REPORT, "enforcement-statistics")).open() as office:
        assert sweep(office, "2027-02-01") == 0, "31 January is past"


def test_a_case_made_by_hand_under_that_number_is_the_round(reporting: Office) -> None:
    sweep(reporting, "2026-11-25")
    reporting.receive(
        "duty", ROUND, facts={"kind": "annual_report_department", "due": "2027-01-26"}, now=at("2026-11-26")
    )
    assert sweep(reporting, "2026-12-02", "2027-01-10") == 0
    assert opened(reporting, "duty") == [(ROUND, "2026-11-26")]
    assert reporting.case(ROUND, as_of="2027-01-10").facts["due"] == "2027-01-26"


def test_a_round_that_was_done_and_archived_is_not_opened_again(reporting: Office) -> None:
    sweep(reporting, "2026-12-02")
    reporting.do(ROUND, "waive", facts={"reason": "本年度不适用"}, now=at("2026-12-03"))
    reporting.do(ROUND, "archive", now=at("2026-12-04"))
    assert sweep(reporting, "2026-12-10", "2027-01-31") == 0


def test_a_second_sweep_and_a_second_process_open_no_round_twice(place: Place) -> None:
    with place.settings(taking_on(REPORT)).open() as office:
        sweep(office, "2026-11-25")
        script = "print(office.tick(datetime.fromisoformat('2026-12-03T09:00+08:00')).opened)"
        assert sorted(map(int, run_together(place, script, script))) == [0, 1]
        assert sweep(office, "2026-12-03") == 0
        assert opened(office, "duty") == [(ROUND, "2026-12-02")]


def test_a_profile_brings_its_duties_and_the_office_may_take_on_others(place: Place) -> None:
    with place.settings('profile = "zhongshan"\n[office]\nunit = "sfb"\n').open() as office:
        assert {duty.name for duty in office.rules.recurring_tasks} == {
            "annual-report-department", "annual-report-government", "reassessment", "training",
        }  # fmt: skip
        sweep(office, "2026-12-20")
        assert [number for number, _ in opened(office, "duty")] == [
            "sfb-annual-report-department-2027-01-31", "sfb-reassessment-2026-12-31", "sfb-training-2026-12-31",
        ]  # fmt: skip


def test_what_comes_round_is_shown_before_and_after_its_case_is_opened(reporting: Office) -> None:
    def coming() -> list[tuple[str, str, str | None]]:
        rounds = reporting.recurring_tasks.coming(date(2027, 6, 30), as_of=date(2026, 11, 25))
        return [(str(each.due), str(each.opens), each.case) for each in rounds if each.taken_on]

    assert coming() == [("2027-01-31", "2026-12-02", None)]
    sweep(reporting, "2026-12-02")
    assert coming() == [("2027-01-31", "2026-12-02", ROUND)]


@pytest.mark.slow
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(gaps=st.lists(st.integers(1, 70), max_size=4))
@pytest.mark.parametrize("kind", KINDS)
def test_however_an_office_is_swept_every_round_is_opened_ten_days_before(
    tmp_path: Path, kind: str, gaps: list[int]
) -> None:
    begin, end = date(2025, 11, 1), date(2026, 4, 1)
    with an_office(kind, tmp_path, taking_on(MONTHLY)) as (_, office):
        day = begin
        for gap in (0, *gaps):
            day = min(day + timedelta(days=gap), end)
            sweep(office, day.isoformat())
        sweep(office, end.isoformat())
        found = opened(office, "duty")
    dues = [day for n in range((end - begin).days + 1) if (day := begin + timedelta(n)).day == 1]
    dues = [day - timedelta(1) for day in dues if day > begin]
    assert found == [(f"SFB-{MONTHLY}-{due}", (due - timedelta(10)).isoformat()) for due in dues]
