"""Which deadlines another calendar moves: by their keys, by the record read anew, and in the office."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_rulebook, a_value, a_workflow, an_entry, d, entries_of, national, rules
from gkflow.application.adopt import Moved
from gkflow.application.docket import read_case, reckon_case
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.case import Entry, legal_day, record_of
from gkflow.domain.clock import read_clocks
from gkflow.domain.deadline import Deadline, Status
from gkflow.domain.edition import Adopted, Adoption, CalendarEdition
from gkflow.domain.law import LeavesOut, LimitUnit, MonthEnd, RestDayReceipt, Roll
from gkflow.domain.recalculation_key import READ, STILL, recalculation_key_of, recount
from gkflow.domain.reckoning import InUse, reckon_all
from gkflow.domain.rulebook import Rulebook
from gkflow.domain.workflow import Workflow
from gkflow.in_use import rules_of
from gkflow.office import Office
from slow_walks import slow_after
from store.offices import Place, assert_sound, at, days, known, open_request, reply, steps
from walks import often, walks

ONE = timedelta(days=1)


def turned(days: Sequence[date]) -> WorkCalendar:
    """The national calendar, but that these days are worked where they were off, and off where they were worked."""
    plain = national()
    off, makeup = set(plain.days_off), set(plain.makeup_days)
    for day in days:
        if plain.is_working_day(day):
            makeup.discard(day)
            off.add(day)
        else:
            off.discard(day)
            makeup.add(day)
    return replace(plain, days_off=frozenset(off), makeup_days=frozenset(makeup)).with_edition()


@st.composite
def other_calendars(draw: st.DrawFn, first: date) -> WorkCalendar:
    return turned([first + n * ONE for n in draw(st.sets(st.integers(0, 90), min_size=1, max_size=8))])


def reckoned(
    workflow: Workflow, record: Sequence[Entry], book: Rulebook, as_of: date, *calendars: WorkCalendar
) -> dict[tuple[str, str], Deadline]:
    """Reckoned from the record, by an office that goes over from the first calendar to the second on that day."""
    clocks = read_clocks(workflow, record_of(record, as_of))
    known_since = min(entry.written_at for entry in record)
    steps = [Adoption(known_since, known_since.date(), calendars[0])]
    if len(calendars) > 1:
        steps.append(Adoption(datetime.combine(as_of + ONE, time(0), UTC), as_of, calendars[1]))
    adopted = Adopted(tuple(steps))
    return reckon_all(clocks, book.limit, calendars[-1], as_of, None, InUse(adopted, known_since))


def check_keys(
    workflow: Workflow, record: Sequence[Entry], book: Rulebook, one: WorkCalendar, other: WorkCalendar, as_of: date
) -> None:
    anew = reckoned(workflow, record, book, as_of, one, other)
    for which, deadline in reckoned(workflow, record, book, as_of, one).items():
        key = recalculation_key_of(deadline)
        if deadline.status is not Status.RUNNING or deadline.last_day is None or key == READ:
            continue
        if "notice_late" in {finding.code for finding in deadline.findings}:
            continue  # another calendar may make it timely: see below
        if key == STILL:
            assert anew[which].last_day == deadline.last_day, which
            continue
        assert recount(key, deadline.since, one) == deadline.last_day, (which, key)
        assert recount(key, deadline.since, other) == anew[which].last_day, (which, key)


@given(st.data())
@often(150)
def test_a_key_gives_the_last_day_of_a_request_under_its_own_calendar_and_under_another(data: st.DataObject) -> None:
    record = data.draw(walks(ends=False, gap=data.draw(st.sampled_from([9, 25]))))
    other = data.draw(other_calendars(record[0].day))
    as_of = max(entry.day for entry in record) + data.draw(st.integers(0, 20)) * ONE
    check_keys(a_workflow("request"), record, rules(), national(), other, as_of)


VALUES = st.builds(
    a_value,
    st.integers(0, 25),
    st.sampled_from([LimitUnit.WORKING_DAY, LimitUnit.DAY, LimitUnit.MONTH, LimitUnit.YEAR]),
    roll=st.sampled_from([Roll.NONE, Roll.NEXT_WORKING_DAY]),
    month_end=st.sampled_from(MonthEnd),
    rest_day_receipt=st.sampled_from(RestDayReceipt),
    leaves_out=st.sampled_from(LeavesOut),
)


@st.composite
def small_records(draw: st.DrawFn) -> tuple[Entry, ...]:
    """Received, then consultations asked and answered, extensions and restarts in any order."""
    workflow = a_workflow()
    day = date(2024, 12, 10) + draw(st.integers(0, 500)) * ONE
    lines = [f"{day} receive"]
    for _ in range(draw(st.integers(0, 7))):
        day += draw(st.integers(0, 12)) * ONE
        what = draw(st.sampled_from(["consult ref={}", "answer ref={}", "answer ref={}", "extend days={}", "renew"]))
        asked = draw(st.integers(1, 22) if what.startswith("extend") else st.sampled_from(["甲", "乙"]))
        lines.append(f"{day} {what.format(asked)}")
    return tuple(an_entry(workflow, seq, line) for seq, line in enumerate(lines, 1))


@pytest.mark.slow
@given(st.data())
@often(300)
def test_a_key_holds_for_days_months_and_years_however_they_roll(data: st.DataObject) -> None:
    record = data.draw(small_records())
    value = data.draw(VALUES)
    book = a_rulebook(reply=value, extension=a_value(20, value.unit))
    other = data.draw(other_calendars(record[0].day))
    as_of = record[-1].day + data.draw(st.integers(0, 20)) * ONE
    check_keys(a_workflow(), record, book, national(), other, as_of)


def recounted(record: Sequence[str], turn: str, as_of: str) -> tuple[date, date | None]:
    """The last day of the reply by its key and by its record, when one day turns."""
    entries = entries_of(record)
    other = turned([d(turn)])
    one = reckoned(a_workflow("request"), entries, rules(), d(as_of), national())["reply", ""]
    anew = reckoned(a_workflow("request"), entries, rules(), d(as_of), national(), other)["reply", ""]
    key = recalculation_key_of(one)
    return anew.last_day if key == READ else recount(key, one.since, other), anew.last_day


def test_a_notice_that_another_calendar_makes_timely_makes_the_clock_wait() -> None:
    # 20 working days from Mon 2025-03-03 end on 03-31, and the fee was asked on that day; with 03-05 off, on 04-01.
    by_key, by_record = recounted(["2025-03-03 receive channel=in_person", "2025-03-31 ask_fee"], "2025-03-05",
        "2025-04-03")  # fmt: skip
    assert by_key == by_record


def test_an_earlier_letter_to_the_same_party_lapses_anew_under_another_calendar() -> None:
    # The first letter of Tue 2025-09-23 lapses after 15 working days, on 10-20 (10-01 to 10-08 off, 09-28 and 10-11
    # worked); with 10-10 off on 10-21. The second one is answered on 10-31.
    by_key, by_record = recounted(
        [
            "2025-09-22 receive channel=in_person", "2025-09-23 consult_third_party ref=甲 served=2025-09-23",
            "2025-10-27 consult_third_party ref=甲 served=2025-10-27", "2025-10-31 third_party_answers ref=甲",
        ],
        "2025-10-10", "2025-11-03",
    )  # fmt: skip
    assert by_key == by_record


# -- in the office -------------------------------------------------------------------------------------------------

Row = tuple[bool, date, str, str, str, date]


def some_cases(office: Office, seed: int, first: str, last: str) -> list[str]:
    """Requests with consultations, extensions and answers, decisions to publish and proposals, of those days."""
    dice = random.Random(seed)
    span = (d(last) - d(first)).days
    found = []
    for place in range(40):
        day = d(first) + dice.randrange(span + 1) * ONE
        number = f"C-{place:02}"
        found.append(number)
        kind = dice.choice(["request", "request", "permit", "proposal"])
        if kind == "permit":
            facts = {"decision_date": day.isoformat(), "title": f"决定{place}"}
            office.receive("permit", number, day=day, facts=facts, now=at(day.isoformat()))
            continue
        if kind == "proposal":
            facts = {"kind": dice.choice(["deputy_suggestion", "intersession_proposal"]), "title": f"提案{place}"}
            office.receive("proposal", number, day=day, facts=facts, now=at(day.isoformat()))
            continue
        open_request(office, number, day.isoformat())
        acts = dice.choice(ACTS)
        if day + 5 * len(acts) * ONE <= d(last):
            for action, facts in acts:
                day += dice.randint(1, 5) * ONE
                office.do(number, action, facts=facts, now=at(day.isoformat()))
    return found


CONSULTED: list[tuple[str, dict[str, Any]]] = [
    ("consult_third_party", {"ref": "甲"}),
    ("third_party_answers", {"ref": "甲", "opinion": "agree"}),
]
EXTENDED: tuple[str, dict[str, Any]] = ("extend", {"days": 12, "approved_by": "主任"})
ACTS: list[list[tuple[str, dict[str, Any]]]] = [
    [],
    CONSULTED,
    [EXTENDED],
    [*CONSULTED, EXTENDED],
    [("ask_correction", {"items": "身份证明"})],
    [*CONSULTED, ("reply", {"decision": "D-PUB", "method": "posted"})],
]


def moved_by_reading(office: Office, numbers: Sequence[str], edition: CalendarEdition, now: datetime) -> list[Row]:
    """What moves, by reckoning every open case under both."""
    calendars = [*((each.at, each.edition) for each in office.calendars.all()), (now, edition)]
    new, old, as_of = rules_of(office.settings, calendars, office.rule_editions.all()), office.rules, legal_day(now)
    found: list[Row] = []
    with office.store.reading() as ledger:
        for number in numbers:
            entries = ledger.record.entries(number)
            workflow = old.workflow_of(ledger, entries[0].workflow, entries[0].edition)
            case = read_case(workflow, number, entries, as_of)
            if case.ended is not None:
                continue
            anew = reckon_case(workflow, case.record, new.rulebook, as_of)
            for (clock, ref), was in reckon_case(workflow, case.record, old.rulebook, as_of).items():
                then, last = was.last_day, anew[clock, ref].last_day
                if was.status is Status.RUNNING and then is not None and last != then:
                    assert last is not None
                    found.append((last > then, last, number, clock, ref, then))
    return sorted(found)


def row_of(moved: Moved) -> Row:
    return not moved.earlier, moved.new, moved.case, moved.clock, moved.ref, moved.old


# (the edition known first, when cases begin to come in, the edition adopted, and on which day)
ADOPTIONS = [
    ("2011-12-05", "2011-12-09", "2011-12-06", "2011-12-16"),
    ("2018-12-05", "2018-10-20", "2018-12-06", "2018-12-06"),
    ("2018-12-05", "2018-11-20", "2018-12-06", "2018-12-28"),
    ("2019-03-21", "2019-03-11", "2019-03-22", "2019-04-24"),
    ("2020-01-26", "2019-12-10", "2020-01-27", "2020-01-27"),
]


@pytest.mark.parametrize(("before", "first", "after", "day"), ADOPTIONS)
@pytest.mark.parametrize("seed", slow_after(1, [1, 2]))
def test_what_moves_is_exactly_what_reckoning_every_open_case_anew_moves(
    place: Place, before: str, first: str, after: str, day: str, seed: int
) -> None:
    with place.open() as office:
        office.calendars.adopt(known(before), now=at(first))
        numbers = some_cases(office, seed, first, (d(day) - ONE).isoformat())
        now = at(day)
        wanted = moved_by_reading(office, numbers, known(after), now)
        assert wanted
        assert [row_of(moved) for moved in office.calendars.moving(known(after), now=now)] == wanted
        assert_sound(office)

        done = office.calendars.adopt(known(after), now=now)
        assert (done.moved, done.earlier) == (len(wanted), sum(not row[0] for row in wanted))
        assert_sound(office)
        for _, last, number, clock, ref, _ in wanted:
            name = f"{clock}/{ref}" if ref else clock
            assert office.deadlines(number, as_of=day)[name].last_day == last
        recounted = [
            (entry.case, entry.facts["recounted"], entry.facts.get("recounted_ref", ""))
            for number in numbers
            for entry in office.case(number, as_of=day).record
            if entry.action == "recount"
        ]
        assert sorted(recounted) == sorted((row[2], row[3], row[4]) for row in wanted)
        assert list(office.calendars.moving(known(after), now=now)) == []


def test_each_clock_of_a_case_with_an_open_consultation_moves_once(place: Place) -> None:
    # The reply stands still until the third party's term lapses, so the record is read; the term itself is grouped.
    with place.open() as office:
        office.calendars.adopt(known("2020-01-26"), now=at("2020-01-13"))
        open_request(office, "A", "2020-01-13")
        office.do("A", "consult_third_party", facts={"ref": "甲", "served": "2020-01-14"}, now=at("2020-01-14"))
        wanted = moved_by_reading(office, ["A"], known("2020-01-27"), at("2020-01-28"))
        assert ("A", "third_party", "甲") in [row[2:5] for row in wanted]
        found = [row_of(moved) for moved in office.calendars.moving(known("2020-01-27"), now=at("2020-01-28"))]
        assert found == wanted


def test_an_adoption_with_open_consultations_keeps_the_record_and_the_caches_sound(place: Place) -> None:
    with place.open() as office:
        office.calendars.adopt(known("2020-01-26"), now=at("2020-01-13"))
        for number, served in (("A", "2020-01-14"), ("B", "2020-01-16")):
            open_request(office, number, "2020-01-13")
            office.do(number, "consult_third_party", facts={"ref": "甲", "served": served}, now=at(served))
        office.calendars.adopt(known("2020-01-27"), now=at("2020-01-28"))
        assert_sound(office)
        office.do("A", "third_party_answers", facts={"ref": "甲", "opinion": "agree"}, now=at("2020-02-10"))
        assert_sound(office)


def test_a_case_that_ended_does_not_move(place: Place) -> None:
    # 15 working days (2008 text) from Mon 2018-12-10: 12-31; with the notice of 12-06 Sat 12-29.
    with place.open() as office:
        office.calendars.adopt(known("2018-12-05"), now=at("2018-12-01"))
        for number in ("ended", "open"):
            open_request(office, number, "2018-12-10")
        reply(office, "ended", "2018-12-14")
        assert office.deadlines("ended", as_of="2018-12-14")["reply"].last_day == d("2018-12-31")
        office.calendars.adopt(known("2018-12-06"), now=at("2018-12-17"))
        assert office.deadlines("ended", as_of="2018-12-17")["reply"].last_day == d("2018-12-31")
        assert office.deadlines("open", as_of="2018-12-17")["reply"].last_day == d("2018-12-29")
        assert "recount" not in [entry.action for entry in office.case("ended", as_of="2018-12-17").record]
        assert_sound(office)


TWO_REGIONS = """
[office]
unit = "GK"
name = "某部门"
[units.GK]
label = "某部门"
[units.GX]
label = "南宁办事处"
region = "450100"
[[people]]
name = "张三"
roles = ["officer"]
channels = ["file"]
[[people]]
name = "李四"
unit = "GX"
roles = ["officer"]
channels = ["file"]
"""


def test_two_units_in_different_regions_move_apart(place: Place) -> None:
    # 15 working days from Mon 2017-03-13: 14-17 (4) 20-24 (9) 27-29 (12) 30, 31, Sat 04-01 (15). By the notice of
    # 2017-02-10 Guangxi is off from 03-30 through 04-01, and then 04-02 to 04 like all: 04-05, 06, 07 (15).
    with place.settings(TWO_REGIONS).open() as office:
        office.calendars.adopt(known("2017-02-09"), now=at("2017-02-09"))
        for number in ("GK", "GX"):
            office.receive(
                "request", number, unit=number, facts={"channel": "in_person"}, title="某事项", now=at("2017-03-13")
            )
            assert office.deadlines(number, as_of="2017-03-13")["reply"].last_day == d("2017-04-01")
        wanted = moved_by_reading(office, ["GK", "GX"], known("2017-02-10"), at("2017-03-14"))
        moved = list(office.calendars.moving(known("2017-02-10"), now=at("2017-03-14")))
        assert [row_of(each) for each in moved] == wanted
        assert [(each.case, each.unit, each.clock, each.new) for each in moved] == [
            ("GX", "GX", "reply", d("2017-04-07")),
        ]  # fmt: skip
        assert "2017-03-30放假" in moved[0].why
        office.calendars.adopt(known("2017-02-10"), now=at("2017-03-14"))
        last = {number: office.deadlines(number, as_of="2017-03-14")["reply"].last_day for number in ("GK", "GX")}
        assert last == {"GK": d("2017-04-01"), "GX": d("2017-04-07")}
        assert {notice.case for notice in office.notices() if notice.kind == "moved_later"} == {"GX"}
        assert_sound(office)


@pytest.mark.parametrize("late", [False, True])
def test_sweeps_across_an_adoption_raise_each_step_once_whether_late_or_daily(place: Place, late: bool) -> None:
    # 15 working days from Mon 2018-12-10: 12-31, with the notice of 12-06 Sat 12-29: -5 is Mon 12-24 and then Fri
    # 12-21, -2 Thu 12-27 and then 12-26 ... Adopted on 12-18, before any step.
    with place.open() as office:
        office.calendars.adopt(known("2018-12-05"), now=at("2018-12-01"))
        open_request(office, "A", "2018-12-10")
        office.tick(at("2018-12-10"))
        office.calendars.adopt(known("2018-12-06"), now=at("2018-12-18"))
        for day in ["2019-01-08"] if late else days("2018-12-11", "2019-01-08"):
            office.tick(at(day))
        raised = steps(office, "A")
        assert [step for step, _ in raised] == [-5, -2, 0, 1, 3]
        assert {each.last_day for each in office.escalations() if each.clock == "reply"} == {d("2018-12-29")}
        office.tick(at("2019-01-08", "18:00"))
        assert steps(office, "A") == raised


@pytest.mark.parametrize("adopted", ["2018-12-25", "2018-12-28", "2018-12-31", "2019-01-04"])
def test_a_step_is_raised_once_for_each_last_day_whenever_the_edition_is_adopted(place: Place, adopted: str) -> None:
    with place.open() as office:
        office.calendars.adopt(known("2018-12-05"), now=at("2018-12-01"))
        numbers = [f"A{n}" for n in range(8)]
        for n, number in enumerate(numbers):
            open_request(office, number, f"2018-12-{5 + n:02}")
        office.tick(at("2018-12-12"))
        for day in days("2018-12-13", "2019-01-20"):
            if day == adopted:
                office.calendars.adopt(known("2018-12-06"), now=at(day, "08:00"))
            if day < "2018-12-24" or day == adopted or day > "2019-01-10":  # sweeps fail in between
                office.tick(at(day))
        raised = [(each.case, each.clock, each.ref, each.last_day, each.step) for each in office.escalations()]
        assert len(raised) == len(set(raised))
        for number in numbers:
            last = office.deadlines(number, as_of="2019-01-20")["reply"].last_day
            reached = [step for case, clock, _, day, step in raised if (case, clock, day) == (number, "reply", last)]
            assert sorted(reached)[-2:] == [1, 3] or sorted(reached)[-3:] == [1, 3, 10], (number, reached)
        assert_sound(office)
