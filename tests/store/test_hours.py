"""Limits of hours are watched by the minute: the weekend does not wait for Monday, and the log is one whoever looks."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from gkflow.application.case_lines import CaseQuery
from gkflow.application.hours import tick_hours
from gkflow.application.ports import NoticeRecord
from gkflow.domain.errors import Refused
from gkflow.domain.notice import compose
from gkflow.office import Office
from store.offices import PEOPLE, Place, at, open_request, steps

SATURDAY, SUNDAY, MONDAY = "2022-11-12", "2022-11-13", "2022-11-14"


def incident(office: Office, case: str = "OP1", known: str = "12:00", entered: str = "12:30") -> None:
    """A major incident known on Saturday: five hours to inform (国办发〔2016〕80号)."""
    facts = {"known_at": f"{SATURDAY} {known}", "level": "major"}
    office.receive("opinion", case, day=SATURDAY, by="张三", facts=facts, now=at(SATURDAY, entered))


def letters(office: Office) -> list[NoticeRecord]:
    return [each for each in office.notices(number="OP1") if each.kind == "supervise" and "/inform/" in each.key]


def whole(office: Office) -> list[str]:
    return [breach.code for breach in office.verify(caches=None)[2]]


def minute(office: Office, moment: datetime) -> tuple[int, int]:
    return tuple(tick_hours(office.store, office.rules, moment))


def test_people_are_notified_of_a_limit_of_hours_when_it_has_run_out_and_once(place: Place) -> None:
    place.settings(PEOPLE)
    with place.open() as office:
        office.tick(at(SATURDAY, "08:30"))
        incident(office)
        # Entered after the sweep of its last day: due today, at once, not tomorrow.
        assert minute(office, at(SATURDAY, "12:31"))[0] == 1
        assert steps(office, clock="inform") == [(0, SATURDAY)]
        assert whole(office) == []
        assert minute(office, at(SATURDAY, "17:00")) == (0, 0)  # the fifth hour itself is in time
        reached, notified = minute(office, at(SATURDAY, "17:01"))
        assert (reached, notified) == (1, 2)
        assert steps(office, clock="inform") == [(0, SATURDAY), (1, SATURDAY)]
        urgent = letters(office)
        assert {each.name for each in urgent} == {"王五", "督办室"}
        _, text = compose(office.rules.wording, json.loads(urgent[0].facts))
        assert "已于 2022-11-12 17:00 届满，尚未办结" in text
        for moment in (at(SATURDAY, "17:02"), at(SUNDAY, "08:31"), at(MONDAY, "08:31")):
            office.tick(moment)
            assert minute(office, moment) == (0, 0)
            assert whole(office) == []
        assert steps(office, clock="inform") == [(0, SATURDAY), (1, SATURDAY)]
        assert len(letters(office)) == 2


def test_what_was_done_in_its_hours_is_not_late_and_nobody_hears_of_it(place: Place) -> None:
    place.settings(PEOPLE)
    with place.open() as office:
        office.tick(at(SATURDAY, "08:30"))
        incident(office)
        moment = f"{SATURDAY} 16:50"
        office.do("OP1", "respond", day=SATURDAY, by="张三", facts={"responded_at": moment, "channel": "website",
                  "text": "情况通报"}, now=at(SATURDAY, "16:55"))  # fmt: skip
        minute(office, at(SATURDAY, "18:00"))
        assert (1, SATURDAY) not in steps(office, clock="inform")


def ticks(office: Office, moments: list[datetime]) -> None:
    for moment in moments:
        office.tick(moment)


DAILY = [at(day, "08:30") for day in (SUNDAY, MONDAY, "2022-11-15")]


@pytest.mark.parametrize(
    "watch",
    [
        pytest.param(lambda office: ticks(office, DAILY), id="swept daily"),
        pytest.param(lambda office: ticks(office, DAILY[-1:]), id="caught up after an outage"),
        pytest.param(
            lambda office: (
                [
                    (office.tick(at(SATURDAY, "12:40")), minute(office, at(SATURDAY, "12:40") + timedelta(minutes=i)))
                    for i in range(0, 12 * 60, 7)
                ]
                and ticks(office, DAILY)
            ),
            id="watched by the minute",
        ),
    ],
)
def test_the_log_is_the_same_however_often_it_was_watched(place: Place, watch: Callable[[Office], object]) -> None:
    with place.open() as office:
        office.tick(at(SATURDAY, "08:30"))
        incident(office)
        watch(office)
        assert steps(office, clock="inform") == [(0, SATURDAY), (1, SATURDAY)]
        assert whole(office) == []


def test_what_is_entered_late_is_notified_on_the_day_of_entry(place: Place) -> None:
    with place.open() as office:
        office.tick(at(SATURDAY, "08:30"))
        office.tick(at(MONDAY, "08:30"))
        facts = {"known_at": f"{SATURDAY} 12:00", "level": "major"}
        office.receive("opinion", "OP1", day=SATURDAY, by="张三", facts=facts, now=at(MONDAY, "09:00"))
        minute(office, at(MONDAY, "09:01"))
        assert steps(office, clock="inform") == [(0, MONDAY), (1, MONDAY)]
        # People are notified of the highest step only.
        assert {json.loads(each.facts)["step"] for each in office.notices(number="OP1") if "/inform/" in each.key} == {
            1
        }


def test_an_escalation_forged_under_the_sweep_to_come_is_found(place: Place) -> None:
    with place.open() as office:
        office.tick(at(SATURDAY, "08:30"))
        incident(office)
        minute(office, at(SATURDAY, "17:01"))
        office.tick(at(SUNDAY, "08:30"))
        assert whole(office) == []
        place.without_guards()
        place.sql("UPDATE gk_escalation SET sealed_with = NULL WHERE step = 1")
        assert "sweep_changed" in whole(office)


def test_lists_and_explanations_say_what_the_notice_says(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with place.open() as office:
        office.tick(at(SATURDAY, "08:30"))
        incident(office)
        minute(office, at(SATURDAY, "17:01"))

        def said(hour: str) -> tuple[list[str], list[str], str]:
            monkeypatch.setenv("GKFLOW_NOW", at(SATURDAY, hour).isoformat())
            (line,) = office.cases()
            overdue = [each.case for each in office.cases(overdue=True)]
            assert office.count(by="status") == {line.status: 1}
            assert office.count(by="light") == {line.light: 1}
            assert sum(office.count(CaseQuery(overdue=True)).values()) == len(overdue)
            assert [each.case for each in office.cases(due_within=3)] == ([] if overdue else ["OP1"])
            return [line.status, str(line.verdict)], overdue, str(office.deadlines("OP1")["inform"].verdict)

        assert said("17:00") == (["due_today", "running"], [], "running")
        assert said("17:01") == (["overdue", "overdue"], ["OP1"], "overdue")
        # As of the day it stands as days do: which hour is meant, nobody has said.
        assert office.cases(as_of=SATURDAY, overdue=True) == []
        assert office.explain("OP1", clock="inform").deadline.verdict == "overdue"


def test_a_limit_of_days_is_not_overdue_at_any_hour_of_its_last_day(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with place.open() as office:
        open_request(office, "A", "2022-09-13")
        last = office.deadlines("A", as_of="2022-09-13")["reply"].last_day
        assert last is not None
        monkeypatch.setenv("GKFLOW_NOW", at(last.isoformat(), "23:59").isoformat())
        assert office.cases(overdue=True) == []
        assert office.cases()[0].status == "due_today"


def test_what_has_not_happened_yet_is_refused_to_the_minute(place: Place) -> None:
    place.settings(PEOPLE)
    with place.open() as office:
        with pytest.raises(Refused) as refused:
            incident(office, known="12:31", entered="12:30")
        assert refused.value.code == "fact_to_come"
        assert "写的是 2022-11-12 12:31，晚于 2022-11-12 12:30" in refused.value.message("zh")
        incident(office, known="12:30", entered="12:30")
        facts = {"responded_at": f"{SATURDAY} 14:00", "channel": "website"}
        with pytest.raises(Refused, match="responded_at"):
            office.do("OP1", "respond", facts=facts, day=SATURDAY, now=at(SATURDAY, "13:59"))
