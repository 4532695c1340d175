"""The sweep: every step once, on its day, in order, whoever calls and however often."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gkflow.domain.errors import Refused
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


@pytest.fixture(params=KINDS)
def two_places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Place, Place]]:
    """Two databases of one kind."""
    with a_place(request.param, tmp_path / "one") as one, a_place(request.param, tmp_path / "two") as two:
        yield one, two


def sweep_daily(office: Office, first: str, last: str) -> None:
    for day in days(first, last):
        office.tick(at(day))


# -- which day -----------------------------------------------------------------------------------------------------


def test_steps_fall_on_the_right_days_around_a_long_holiday(place: Place, office: Office) -> None:
    # 2022: off 10 to 12 September and 1 to 7 October; 8 and 9 October (Saturday, Sunday) are worked.
    # Received on Tuesday 13 September. 20 working days: 14-16, 19-23, 26-30 September (13), 8-14 October (20).
    # The last day is Friday 14 October. -5: 9 October (Sunday, worked), -2: the 12th, +1: the 17th, +3: the 19th,
    # +10: the 28th.
    open_request(office, "A", "2022-09-13")
    sweep_daily(office, "2022-09-20", "2022-11-05")
    assert steps(office) == [
        (-5, "2022-10-09"), (-2, "2022-10-12"), (0, "2022-10-14"), (1, "2022-10-17"), (3, "2022-10-19"),
        (10, "2022-10-28"),
    ]  # fmt: skip
    assert {e.last_day for e in office.escalations() if e.clock == "reply"} == {date(2022, 10, 14)}


def test_a_step_with_the_holiday_inside_looks_over_it(place: Place, office: Office) -> None:
    # Received on Thursday 1 September: 20 working days, 12 September off: the last day is Friday 30 September.
    # +1 is Saturday 8 October (worked), +3 Monday the 10th; -5 is Friday the 23rd.
    open_request(office, "A", "2022-09-01")
    sweep_daily(office, "2022-09-15", "2022-10-12")
    assert steps(office) == [
        (-5, "2022-09-23"), (-2, "2022-09-28"), (0, "2022-09-30"), (1, "2022-10-08"), (3, "2022-10-10"),
    ]  # fmt: skip


def test_a_make_up_saturday_is_swept_and_can_be_the_last_day(place: Place, office: Office) -> None:
    # A permit decided on 2022-09-26: 7 working days: 27-30 September (4), 8, 9, 10 October: Monday the 10th.
    # -2 is Saturday 8 October.
    office.receive("permit", "P", now=at("2022-09-26"))
    # A document published on 2022-09-29: 3 working days: 30 September, 8 and 9 October: Sunday the 9th.
    office.receive("interpretation", "I", now=at("2022-09-29"))
    sweep_daily(office, "2022-09-30", "2022-10-11")
    assert steps(office, "P", "publish") == [(-2, "2022-10-08"), (0, "2022-10-10"), (1, "2022-10-11")]
    assert steps(office, "I", "publish") == [(0, "2022-10-09"), (1, "2022-10-10")]


# -- once ----------------------------------------------------------------------------------------------------------


def test_every_step_is_recorded_once_however_often_the_sweep_is_called(place: Place, office: Office) -> None:
    open_request(office, "A", "2022-09-13")
    for day in days("2022-10-08", "2022-10-20"):
        for hour in ("00:01", "08:30", "08:30", "23:59"):
            office.tick(at(day, hour))
    assert [step for step, _ in steps(office)] == [-5, -2, 0, 1, 3]
    assert len(place.rows("SELECT 1 FROM gk_sweep")) == 13
    keys = [notice.key for notice in office.notices()]
    assert len(keys) == len(set(keys)) == 1 + 1 + 5  # received, assigned, and five steps
    assert_sound(office)


def test_two_processes_that_sweep_at_once_record_every_step_once(place: Place) -> None:
    place.settings(PEOPLE)
    with place.open() as office:
        for number in range(40):
            open_request(office, f"A{number}", "2022-09-13")
        office.tick(at("2022-09-20"))
    tick = """
for day in range(8, 20):
    for again in range(2):
        office.tick(datetime.fromisoformat(f"2022-10-{day:02}T09:00+08:00"))
"""
    run_together(place, tick, tick, tick)
    with place.open() as office:
        assert len(steps(office)) == 40 * 5
        assert_sound(office)
        assert all(row[0] is not None for row in place.rows("SELECT hash FROM gk_sweep"))
        notified = place.rows(
            "SELECT n.escalation, count(*) FROM gk_notice n JOIN gk_escalation e ON e.id = n.escalation"
            " WHERE e.clock = 'reply' GROUP BY n.escalation"
        )
        assert len(notified) == 40 * 5
        assert {count for _, count in notified} == {1}


def test_a_sweep_killed_in_its_middle_leaves_a_day_that_is_gone_on_with(place: Place) -> None:
    with place.open() as office:
        for number in range(20):
            open_request(office, f"A{number}", "2022-09-13")
        office.tick(at("2022-09-20"))
    killed_after = """
import os, signal
from gkflow.store.outbox import Outbox
from gkflow.store.sweeps import Sweeps
place = sys.argv[3]
def dying(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
setattr(Outbox if place == "put_notices" else Sweeps, place, dying)
office.tick(datetime.fromisoformat("2022-10-14T09:00+08:00"))
"""
    for statement in ("put_notices", "finish_sweep"):
        before = (log_of(place), place.rows('SELECT "key" FROM gk_notice'), place.rows("SELECT day FROM gk_sweep"))
        with processes(place, killed_after, arguments=[statement]) as (process,):
            assert process.wait(30) == -9
        with place.open() as office:
            undone = place.rows("SELECT 1 FROM gk_sweep WHERE hash IS NULL")
            assert undone, "it was to be killed before the end"
            at_most = place.rows("SELECT min(day) FROM gk_sweep WHERE hash IS NULL")[0][0]
            assert all(str(row[0]) <= str(at_most) for row in log_of(place))
            assert set(before[0]) <= set(log_of(place))
            assert_sound(office)
        assert len(before[1]) <= len(place.rows("SELECT 1 FROM gk_notice"))
    with place.open() as office:
        office.tick(at("2022-10-14", "10:00"))
        assert len(steps(office)) == len({(e.case, e.step) for e in office.escalations()}) == 20 * 3
        keys = [notice.key for notice in office.notices()]
        assert len(keys) == len(set(keys))
        assert_sound(office)


# -- an outage -----------------------------------------------------------------------------------------------------


def _a_month(office: Office) -> dict[str, list[Callable[[], Any]]]:
    """What happens on which day; the sweep of a day comes before."""
    do: dict[str, list[Callable[[], Any]]] = {}

    def on(day: str, act: Callable[[], Any]) -> None:
        do.setdefault(day, []).append(act)

    for number, day in enumerate(("2022-09-08", "2022-09-09", "2022-09-13", "2022-09-14", "2022-09-15")):
        on(day, lambda number=number, day=day: open_request(office, f"A{number}", day))
    on("2022-09-19", lambda: office.do("A1", "consult_third_party", facts={"ref": "某公司"}, now=at("2022-09-19")))
    on("2022-10-12", lambda: office.do("A1", "third_party_answers", facts={"ref": "某公司"}, now=at("2022-10-12")))
    on("2022-10-11", lambda: reply(office, "A0", "2022-10-11"))
    on("2022-10-13", lambda: reply(office, "A2", "2022-10-13"))
    on("2022-10-10", lambda: office.do("A3", "extend", facts={"days": 20, "approved_by": "王五"}, now=at("2022-10-10")))
    on("2022-09-30", lambda: office.receive("permit", "P0", now=at("2022-09-30")))
    on("2022-09-28", lambda: office.receive("penalty", "P1", now=at("2022-09-28")))
    on("2022-09-29", lambda: office.receive("interpretation", "I0", now=at("2022-09-29")))
    on("2022-10-09", lambda: office.receive("request", "N0", facts={"channel": "internet"}, now=at("2022-10-09")))
    consulted = {"ref": "乙局", "capacity": "co_author", "served": "2022-09-20"}
    on("2022-09-20", lambda: office.do("A4", "consult_agency", facts=consulted, now=at("2022-09-20")))
    return do


@pytest.mark.parametrize("rhythm", slow_after(2, [[5, 26], [12, 1, 1, 1, 16], [31], [1, 2, 3, 4, 5, 6, 7]]))
def test_however_the_days_are_caught_up_the_log_over_one_record_is_the_same(
    two_places: tuple[Place, Place], rhythm: list[int]
) -> None:
    one, two = two_places
    with one.open() as daily, two.open() as seldom:
        for office in (daily, seldom):
            for acts in dict(sorted(_a_month(office).items())).values():
                for act in acts:
                    act()
        now = at("2022-11-20")
        every_day = list(days("2022-09-20", "2022-10-31"))
        for day in every_day:
            daily.tick(now, through=date.fromisoformat(day))
        position = 0
        seldom.tick(now, through=date.fromisoformat(every_day[0]))
        for stride in [*rhythm, len(every_day)]:
            position = min(position + stride, len(every_day) - 1)
            seldom.tick(now, through=date.fromisoformat(every_day[position]))
        assert len(log_of(one)) > 25
        assert log_of(one) == log_of(two)
        # The same seals: the chain of sweeps is the same, except for when people were notified.
        assert one.rows("SELECT day, steps FROM gk_sweep ORDER BY day") == two.rows(
            "SELECT day, steps FROM gk_sweep ORDER BY day"
        )
        for office in (daily, seldom):
            assert_sound(office)


def test_after_an_outage_only_the_highest_step_is_notified(place: Place) -> None:
    place.settings(PEOPLE)
    with place.open() as office:
        open_request(office, "A", "2022-09-13")  # last day 2022-10-14
        office.tick(at("2022-10-08"))
        notified = len(office.notices())
        office.tick(at("2022-10-17"))
        assert steps(office) == [(-5, "2022-10-09"), (-2, "2022-10-12"), (0, "2022-10-14"), (1, "2022-10-17")]
        new = office.notices()[: len(office.notices()) - notified]
        assert [(n.kind, n.role, n.name) for n in new] == [("supervise", "director", "王五")]
        assert json.loads(new[0].facts)["step"] == 1


def test_a_case_closed_during_the_outage_keeps_the_steps_of_its_days_and_notifies_nobody(
    place: Place, office: Office
) -> None:
    open_request(office, "A", "2022-09-13")  # -2 on the 12th, last day on 14 October
    office.tick(at("2022-10-11"))
    notified = len(office.notices())
    reply(office, "A", "2022-10-14")
    office.tick(at("2022-10-18"))
    assert steps(office) == [(-5, "2022-10-11"), (-2, "2022-10-12")]
    assert len(office.notices()) == notified


# -- where it begins -----------------------------------------------------------------------------------------------


def test_the_first_sweep_begins_with_its_day_and_old_closed_cases_raise_nothing(place: Place, office: Office) -> None:
    rows = [
        {"case": "旧-1", "workflow": "request", "day": "2020-03-02", "action": "receive", "channel": "in_person"},
        {"case": "旧-1", "workflow": "request", "day": "2020-07-01", "action": "reply"},  # late, and closed
        {"case": "旧-2", "workflow": "request", "day": "2020-03-02", "action": "receive", "channel": "in_person"},
        {"case": "旧-2", "workflow": "request", "day": "2020-07-01", "action": "archive"},  # closed without a reply
        {"case": "旧-3", "workflow": "permit", "day": "2020-03-02", "action": "decide"},
        {"case": "旧-3", "workflow": "permit", "day": "2020-07-01", "action": "publish"},
    ]
    result = office.import_register(enumerate(rows, 2), now=at("2022-10-10"))
    assert result.bad == ()
    swept = office.tick(at("2022-10-10"))
    assert swept.days == (date(2022, 10, 10),)
    assert office.escalations() == []
    assert office.notices() == []


def test_an_open_case_that_is_long_overdue_has_every_step_recorded_and_the_highest_notified(
    place: Place, office: Office
) -> None:
    open_request(office, "A", "2022-06-01")
    notified = len(office.notices())
    office.tick(at("2022-10-10"))
    assert [step for step, _ in steps(office)] == [-5, -2, 0, 1, 3, 10]
    assert len(office.notices()) == notified + 1


def test_a_sweep_of_a_day_before_the_last_one_does_nothing(place: Place, office: Office) -> None:
    open_request(office, "A", "2022-09-13")
    office.tick(at("2022-10-10"))
    before = (log_of(place), place.rows("SELECT * FROM gk_sweep"))
    swept = office.sweep("2022-10-01", now=at("2022-10-10"))
    assert swept.days == ()
    assert (log_of(place), place.rows("SELECT * FROM gk_sweep")) == before


@pytest.mark.parametrize("ask", ["2022-10-11", "2022-10-10T23:00", "2022-10-10T09:01+08:00"])
def test_a_sweep_of_a_moment_to_come_is_refused(place: Place, office: Office, ask: str) -> None:
    open_request(office, "A", "2022-09-13")
    with pytest.raises(Refused) as refused:
        office.sweep(ask, now=at("2022-10-10"))
    assert refused.value.code == "later_than_now"
    assert place.rows("SELECT * FROM gk_sweep") == []


def test_no_call_sweeps_a_day_to_come(place: Place, office: Office) -> None:
    with pytest.raises(Refused) as refused:
        office.tick(at("2022-10-10"), through=date(2022, 10, 11))
    assert refused.value.code == "later_than_now"
    assert place.rows("SELECT * FROM gk_sweep") == []


def test_a_simulated_sweep_writes_nothing(place: Place, office: Office) -> None:
    open_request(office, "A", "2022-09-13")
    office.tick(at("2022-10-08"))
    before = [
        place.rows(f"SELECT * FROM gk_{table}")
        for table in ("entry", "clock", "sweep", "escalation", "notice", "heartbeat")
    ]
    found = office.simulate("2022-10-14", now=at("2022-10-08"))
    assert [(case, step.offset) for case, _, _, _, step in found] == [("A", -5), ("A", -2), ("A", 0)]
    assert before == [
        place.rows(f"SELECT * FROM gk_{table}")
        for table in ("entry", "clock", "sweep", "escalation", "notice", "heartbeat")
    ]


def test_a_clock_that_has_jumped_is_refused(place: Place, office: Office) -> None:
    office.tick(at("2022-10-08"))
    with pytest.raises(Refused) as refused:
        office.tick(at("2032-10-08"), expected=at("2022-10-08", "09:05"))
    assert refused.value.code == "clock_ahead"
    assert len(place.rows("SELECT 1 FROM gk_sweep")) == 1
    assert office.tick(at("2022-10-09"), expected=at("2022-10-08", "09:05")).days == (date(2022, 10, 9),)


# -- what raises nothing -------------------------------------------------------------------------------------------


def test_a_stopped_clock_raises_nothing(place: Place, office: Office) -> None:
    open_request(office, "A", "2022-09-13")
    reply(office, "A", "2022-10-08")
    sweep_daily(office, "2022-10-08", "2022-10-31")
    assert steps(office) == []


def test_a_suspended_clock_raises_nothing_while_another_of_the_case_goes_on(place: Place, office: Office) -> None:
    open_request(office, "A", "2022-09-13")
    # Served on the 26th: 15 working days: 27-30 September (4), 8-14 October (11), 17-20 October (15).
    office.do("A", "consult_third_party", facts={"ref": "某公司", "served": "2022-09-26"}, now=at("2022-09-26"))
    sweep_daily(office, "2022-09-26", "2022-10-20")
    assert steps(office) == []
    # -3 from Thursday 20 October: Monday the 17th.
    assert steps(office, clock="third_party") == [(-3, "2022-10-17")]


def test_a_waiting_clock_raises_nothing_while_the_applicants_goes_on(place: Place, office: Office) -> None:
    open_request(office, "A", "2022-09-13")
    office.do("A", "ask_correction", facts={"items": "名称", "until": "2022-10-12"}, now=at("2022-09-16"))
    sweep_daily(office, "2022-09-16", "2022-11-15")
    assert steps(office) == []
    assert steps(office, clock="correction") == [(1, "2022-10-13")]
    assert [e.kind for e in office.escalations()] == ["propose"]
    # 第三十条 "无正当理由" needs judgement: nothing was taken.
    assert office.case("A", as_of="2022-11-15").state == "correction_asked"


def test_a_restart_gives_a_new_last_day_with_its_own_steps(place: Place, office: Office) -> None:
    open_request(office, "A", "2022-09-13")
    office.do("A", "ask_correction", facts={"items": "名称"}, now=at("2022-09-16"))
    office.do("A", "receive_correction", now=at("2022-09-26"))
    # From 26 September: 27-30 (4), 8-14 October (11), 17-21 (16), 24-27 (20): the last day is Thursday the 27th.
    sweep_daily(office, "2022-09-26", "2022-10-28")
    assert steps(office) == [(-5, "2022-10-20"), (-2, "2022-10-25"), (0, "2022-10-27"), (1, "2022-10-28")]


def test_an_extension_makes_a_new_last_day_with_its_own_steps(place: Place, office: Office) -> None:
    open_request(office, "A", "2022-09-13")
    sweep_daily(office, "2022-10-08", "2022-10-13")
    office.do("A", "extend", facts={"days": 20, "approved_by": "王五"}, now=at("2022-10-13"))
    # 20 more from 14 October: 17-21 (5), 24-28 (10), 31 October to 4 November (15), 7-11 (20): 11 November.
    sweep_daily(office, "2022-10-14", "2022-11-14")
    first = [(e.step, e.day.isoformat()) for e in office.escalations() if e.last_day == date(2022, 10, 14)]
    second = [(e.step, e.day.isoformat()) for e in office.escalations() if e.last_day == date(2022, 11, 11)]
    assert first == [(-5, "2022-10-09"), (-2, "2022-10-12")]
    assert second == [(-5, "2022-11-04"), (-2, "2022-11-09"), (0, "2022-11-11"), (1, "2022-11-14")]
    assert_sound(office)


def test_moving_back_to_an_earlier_last_day_notifies_nobody_twice(place: Place, office: Office) -> None:
    open_request(office, "A", "2022-09-13")
    sweep_daily(office, "2022-10-08", "2022-10-13")
    extended = office.do("A", "extend", facts={"days": 20, "approved_by": "王五"}, now=at("2022-10-13"))
    office.tick(at("2022-10-14"))
    notified = len(office.notices())
    office.do(
        "A", "correct_entry", facts={"seq": extended.seq, "void": True, "reason": "未经批准"}, now=at("2022-10-14")
    )
    assert_sound(office)
    sweep_daily(office, "2022-10-15", "2022-10-17")
    assert steps(office) == [(-5, "2022-10-09"), (-2, "2022-10-12"), (0, "2022-10-15"), (1, "2022-10-17")]
    assert len(office.notices()) == notified + 2
    assert_sound(office)


def test_an_entry_typed_in_late_does_not_unsay_a_step(place: Place, office: Office) -> None:
    open_request(office, "A", "2022-09-13")
    sweep_daily(office, "2022-10-08", "2022-10-17")
    log = log_of(place)
    office.do("A", "reply", day="2022-10-11", facts={"decision": "D-PUB", "method": "posted"}, now=at("2022-10-17"))
    sweep_daily(office, "2022-10-18", "2022-10-31")
    assert log_of(place) == log
    assert_sound(office)


# -- what the law says of silence ----------------------------------------------------------------------------------


def _consult(office: Office, action: str, **facts: Any) -> None:
    open_request(office, "A", "2022-09-13")
    office.do("A", action, facts={"ref": "乙局", "served": "2022-09-26", **facts}, now=at("2022-09-26"))


def test_the_silence_of_a_co_author_is_put_on_record_as_consent_of_the_day_on_which_the_term_lapsed(
    place: Place, office: Office
) -> None:
    _consult(office, "consult_agency", capacity="co_author")
    sweep_daily(office, "2022-09-27", "2022-10-20")
    before = office.deadlines("A", as_of="2022-10-20")["reply"].last_day
    sweep_daily(office, "2022-10-21", "2022-11-15")
    taken = [entry for entry in office.case("A", as_of="2022-11-15").record if entry.action == "agency_answers"]
    assert [(e.day, e.by, e.facts["opinion"], e.facts["ref"]) for e in taken] == [
        (date(2022, 10, 20), "gkflow", "deemed_consent", "乙局")
    ]
    # 14 days lay before the 26th's end: 14-16, 19-23, 26 (9); 11 remain: 21, 24-28, 31 October to 4 November.
    assert before == date(2022, 11, 4)
    assert office.deadlines("A", as_of="2022-10-21")["reply"].last_day == before
    assert steps(office) == [
        (-5, "2022-10-28"), (-2, "2022-11-02"), (0, "2022-11-04"), (1, "2022-11-07"), (3, "2022-11-09"),
    ]  # fmt: skip
    assert_sound(office)


def test_the_officer_is_notified_of_what_the_law_made_of_the_silence(place: Place) -> None:
    place.settings(PEOPLE)
    with place.open() as office:
        _consult(office, "consult_agency", capacity="co_author")
        sweep_daily(office, "2022-10-20", "2022-10-21")
        notified = [(n.kind, n.name, n.role) for n in office.notices() if json.loads(n.facts).get("clock") == "agency"]
        assert notified == [("take", "张三", "officer"), ("remind", "张三", "officer")]


def test_the_officer_is_notified_of_what_the_law_made_of_the_silence_during_an_outage(place: Place) -> None:
    place.settings(PEOPLE)
    with place.open() as office:
        _consult(office, "consult_agency", capacity="co_author")
        office.tick(at("2022-10-14"))
        office.tick(at("2022-10-25"))
        notified = [(n.kind, n.name) for n in office.notices() if json.loads(n.facts).get("clock") == "agency"]
        assert notified == [("take", "张三")]


def test_the_silence_of_a_co_author_during_an_outage_has_the_same_effect(place: Place, office: Office) -> None:
    _consult(office, "consult_agency", capacity="co_author")
    office.tick(at("2022-09-27"))
    office.tick(at("2022-11-15"))
    taken = [entry for entry in office.case("A", as_of="2022-11-15").record if entry.action == "agency_answers"]
    assert [entry.day for entry in taken] == [date(2022, 10, 20)]
    assert [day for _, day in steps(office)] == ["2022-10-28", "2022-11-02", "2022-11-04", "2022-11-07", "2022-11-09"]
    assert_sound(office)


def test_the_lapse_of_a_third_party_is_only_proposed(place: Place, office: Office) -> None:
    _consult(office, "consult_third_party")
    sweep_daily(office, "2022-09-27", "2022-10-21")
    assert steps(office, clock="third_party") == [(-3, "2022-10-17"), (1, "2022-10-21")]
    assert office.escalations()[-1].kind == "propose"
    assert [e.action for e in office.case("A", as_of="2022-10-31").record][-1] == "consult_third_party"


def test_the_silence_of_an_agency_concerned_has_no_effect(place: Place, office: Office) -> None:
    _consult(office, "consult_agency", capacity="concerned")
    sweep_daily(office, "2022-09-27", "2022-11-30")
    assert office.deadlines("A", as_of="2022-11-30")["reply"].status == "suspended"
    assert [e.action for e in office.case("A", as_of="2022-11-30").record][-1] == "consult_agency"
    assert steps(office) == []


def test_a_case_closed_in_a_strange_way_does_not_stop_the_sweep_of_the_others(place: Place, office: Office) -> None:
    rows = [
        {"case": "怪", "workflow": "request", "day": "2022-09-13", "action": "receive", "channel": "in_person"},
        {"case": "怪", "workflow": "request", "day": "2022-09-26", "action": "consult_agency", "ref": "乙局",
         "capacity": "co_author", "served": "2022-09-26"},
        {"case": "怪", "workflow": "request", "day": "2022-09-27", "action": "archive"},
    ]  # fmt: skip
    assert office.import_register(enumerate(rows, 2), now=at("2022-09-28")).bad == ()
    open_request(office, "A", "2022-09-13")
    sweep_daily(office, "2022-10-08", "2022-10-25")
    assert [step for step, _ in steps(office, "A")] == [-5, -2, 0, 1, 3]
    assert office.escalations(number="怪") == []


# -- ladders that change -------------------------------------------------------------------------------------------

LADDER = """ladder: reply
label: 答复预警与督办
steps:
"""


def _ladder(place: Place, *offsets: int) -> None:
    folder = place.home / "config" / "ladders"
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"  - {{at: {at_}, kind: remind, colour: yellow, tell: [officer], label: 第{at_}步}}\n" for at_ in offsets]
    (folder / "reply.yaml").write_text(LADDER + "".join(lines), encoding="utf-8")
    from gkflow import bootstrap

    bootstrap._rulebook_of.cache_clear()


def _sweep_with(place: Place, first: str, last: str, *offsets: int) -> None:
    _ladder(place, *offsets)
    with place.open() as office:
        office.rule_editions.adopt(now=at(first))  # a ladder that is changed takes effect when it is adopted
        sweep_daily(office, first, last)


def test_a_ladder_changed_between_sweeps_is_gone_on_with(place: Place) -> None:
    with place.open() as office:
        open_request(office, "A", "2022-09-13")  # last day 2022-10-14
    _sweep_with(place, "2022-10-08", "2022-10-09", -5, -2, 0)
    _sweep_with(place, "2022-10-10", "2022-10-11", -4, -3, 0)
    _sweep_with(place, "2022-10-12", "2022-10-20", -1, 1, 2)
    with place.open() as office:
        # -4 is 10 October, -3 the 11th, -1 the 13th, +1 the 17th, +2 the 18th.
        assert steps(office) == [
            (-5, "2022-10-09"), (-4, "2022-10-10"), (-3, "2022-10-11"), (-1, "2022-10-13"), (1, "2022-10-17"),
            (2, "2022-10-18"),
        ]  # fmt: skip
        assert office.verify()[2] == ()


def test_a_clock_that_stands_anew_after_a_change_of_its_ladder_still_rises(place: Place) -> None:
    with place.open() as office:
        open_request(office, "A", "2022-09-13")
    _sweep_with(place, "2022-10-08", "2022-10-09", -5, -2, 0)
    _sweep_with(place, "2022-10-10", "2022-10-10", -3, -1, 0)
    with place.open() as office:
        # A consultation answered on the day on which it began moves nothing; the clock's row is drawn up anew.
        office.do("A", "consult_third_party", facts={"ref": "某公司"}, now=at("2022-10-10"))
        office.do("A", "third_party_answers", facts={"ref": "某公司"}, now=at("2022-10-10"))
        office.rebuild(now=at("2022-10-10"))
    _sweep_with(place, "2022-10-11", "2022-10-14", -3, -1, 0)
    with place.open() as office:
        assert steps(office) == [(-5, "2022-10-09"), (-3, "2022-10-11"), (-1, "2022-10-13"), (0, "2022-10-14")]
        assert_sound(office)


def test_a_step_taken_out_of_the_ladder_fires_no_more(place: Place) -> None:
    with place.open() as office:
        open_request(office, "A", "2022-09-13")
    _sweep_with(place, "2022-10-08", "2022-10-10", -5, -2, 0)
    _sweep_with(place, "2022-10-11", "2022-10-20", -5)
    with place.open() as office:
        assert steps(office) == [(-5, "2022-10-09")]


# -- who is notified -------------------------------------------------------------------------------------------------


def test_a_step_whose_role_is_vacant_is_notified_to_the_next_one_up_and_to_the_file(place: Place) -> None:
    people = PEOPLE.replace('"section_head"', '"clerk"')
    director = 'roles = ["director"]\nchannels = '
    place.settings(people.replace(f'{director}["file"]', f'{director}["console"]'))
    with place.open() as office:
        open_request(office, "A", "2022-09-13")
        office.tick(at("2022-10-13"))
        office.tick(at("2022-10-14"))  # the last day: the section head
        notified = [(n.name, n.role, n.channel) for n in office.notices() if n.kind == "urge"]
        assert sorted(notified) == [("王五", "director", "console"), ("王五", "director", "file")]
        facts = json.loads(office.notices()[0].facts)
        assert facts["meant"] == "section_head"
        assert facts["vacant"] == ["section_head", "disclosure_head"]
        assert steps(office)[-1] == (0, "2022-10-14")


def test_an_office_of_nobody_records_every_step_and_writes_to_the_file(place: Place, office: Office) -> None:
    office.receive("permit", "P", now=at("2022-09-26"))
    office.tick(at("2022-10-20"))
    assert len(steps(office, clock="publish")) == 4
    assert [(n.name, n.channel) for n in office.notices()] == [("", "file")]


def test_the_log_lists_who_was_notified_and_who_acknowledged_with_what_words(place: Place) -> None:
    place.settings(PEOPLE)
    with place.open() as office:
        open_request(office, "A", "2022-09-13")
        office.tick(at("2022-10-14"))
        office.tick(at("2022-10-17"))
        office.deliver(at("2022-10-17", "10:00"))
        last = office.escalations()[-1]
        assert (last.step, last.notified, last.notified_at, last.delivered_at) == (
            1, ("王五",), at("2022-10-17"), at("2022-10-17", "10:00"),
        )  # fmt: skip
        assert office.ack([last.id], by="王五", words="限三日内答复", now=at("2022-10-17", "11:00")) == [last.id]
        assert office.ack([last.id], by="李四", words="再签", now=at("2022-10-18")) == []
        last = office.escalations()[-1]
        assert (last.acknowledged_by, last.acknowledged_at, last.words) == (
            "王五", at("2022-10-17", "11:00"), "限三日内答复",
        )  # fmt: skip
        assert last.id not in [e.id for e in office.escalations(unacknowledged=True)]
        office.tick(at("2022-10-18"))
        assert [e.words for e in office.escalations() if e.id == last.id] == ["限三日内答复"]
