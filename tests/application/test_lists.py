"""The lists: every open case in exactly one, on every day, as that day knew it."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from gkflow.domain.errors import Refused
from gkflow.domain.urgency import ListStatus
from gkflow.office import Office
from store.offices import Place, at, days, open_request, reply

OPEN = ("running", "due_soon", "due_today", "overdue", "suspended", "waiting", "unclocked", "done")


@pytest.fixture
def busy(office: Office) -> Office:
    """Cases of every kind, between 8 September and 1 November 2022."""
    open_request(office, "答复", "2022-09-08")
    reply(office, "答复", "2022-09-29")
    open_request(office, "逾期", "2022-09-08")  # last day: 12 October
    open_request(office, "补正", "2022-09-13")
    office.do("补正", "ask_correction", facts={"items": "x"}, now=at("2022-09-16"))
    office.do("补正", "receive_correction", now=at("2022-09-26"))
    open_request(office, "征求", "2022-09-13")
    office.do("征求", "consult_third_party", facts={"ref": "甲"}, now=at("2022-09-19"))
    office.do("征求", "third_party_answers", facts={"ref": "甲"}, now=at("2022-10-12"))
    office.receive("request", "网上", facts={"channel": "internet"}, now=at("2022-09-14"))
    office.do("网上", "confirm", now=at("2022-09-20"))
    open_request(office, "延迟", "2022-09-13")
    # A fixed day that is a day off: Saturday 15 October.
    office.do("延迟", "postpone", facts={"until": "2022-10-15", "reason": "大量"}, now=at("2022-09-20"))
    office.receive("permit", "许可", now=at("2022-09-26"))
    office.do("许可", "note", facts={"text": "x"}, now=at("2022-09-27"))
    office.receive("interpretation", "解读", now=at("2022-09-29"))
    office.do("解读", "publish", now=at("2022-10-11"))  # late, and closed
    return office


def test_every_open_case_stands_in_exactly_one_list_on_every_day(busy: Office) -> None:
    seen: Counter[str] = Counter()
    opened = {line.case: line.received.isoformat() for line in busy.cases(as_of="2022-11-01", include_closed=True)}
    closed = {"答复": "2022-09-29", "解读": "2022-10-11"}
    for day in days("2022-09-07", "2022-11-01"):
        lines = busy.cases(as_of=day)
        expected = {case for case, first in opened.items() if first <= day < closed.get(case, "9999")}
        assert Counter(line.case for line in lines) == Counter(expected), day
        assert {line.status for line in lines} <= set(OPEN)
        seen.update(line.status for line in lines)
        for line in lines:
            if line.status == "due_today":
                assert line.last_day == date.fromisoformat(day)
            if line.status == "overdue":
                assert line.last_day is not None
                assert line.last_day < date.fromisoformat(day)
                assert line.days_left is not None
                assert line.days_left <= -1
                assert line.light == "red"
    assert set(seen) == set(OPEN) - {"done", "unclocked"}


def test_the_list_of_overdue_cases_is_the_full_list_filtered(busy: Office) -> None:
    found = 0
    for day in days("2022-09-07", "2022-11-01"):
        full = [line for line in busy.cases(as_of=day) if line.status == "overdue"]
        assert busy.cases(as_of=day, overdue=True) == full, day
        found += len(full)
        for clock in ("reply", "publish"):
            named = [line for line in busy.cases(as_of=day, clock=clock) if line.status == "overdue"]
            assert busy.cases(as_of=day, clock=clock, overdue=True) == named
    assert found > 20


@pytest.mark.parametrize("within", [0, 1, 2, 5, 30])
def test_the_list_of_what_is_due_within_some_working_days_is_the_full_list_filtered(busy: Office, within: int) -> None:
    for day in days("2022-09-07", "2022-10-20"):
        full = [
            line
            for line in busy.cases(as_of=day)
            if line.status in ("running", "due_soon", "due_today")
            and line.days_left is not None
            and line.days_left <= within
        ]
        assert busy.cases(as_of=day, due_within=within) == full, day


def test_a_case_is_not_overdue_on_its_last_day_but_on_the_day_after(busy: Office) -> None:
    # Received on 8 September: 9, 13-16 (5), 19-23 (10), 26-30 September (15), 8-12 October (20).
    status = {
        day: {line.case: line.status for line in busy.cases(as_of=day)}["逾期"]
        for day in days("2022-10-11", "2022-10-13")
    }
    assert status == {"2022-10-11": "due_soon", "2022-10-12": "due_today", "2022-10-13": "overdue"}


def test_a_list_of_a_day_is_not_changed_by_what_happens_afterwards(place: Place, office: Office) -> None:
    open_request(office, "A", "2022-09-13")
    open_request(office, "B", "2022-09-13")
    day = "2022-09-20"
    then = office.cases(as_of=day)
    office.do("A", "assign", facts={"officer": "李四", "title": "改了"}, now=at("2022-09-21"))
    office.do("A", "extend", facts={"days": 20, "approved_by": "x"}, now=at("2022-09-22"))
    reply(office, "B", "2022-09-23")
    assert office.cases(as_of=day) == then
    # A correction says what was true on that day already; what was believed then is asked by its moment.
    office.do("B", "correct_entry", facts={"seq": 4, "day": "2022-09-19", "reason": "x"}, now=at("2022-09-27"))
    assert [line.case for line in office.cases(as_of=day)] == ["A"]
    assert office.cases(as_of=day, recorded_by=at("2022-09-26")) == then
    office.do("B", "correct_entry", facts={"seq": 4, "void": True, "reason": "x"}, now=at("2022-09-28"))
    assert office.cases(as_of=day) == then
    assert sorted(line.case for line in office.cases(as_of="2022-09-25")) == ["A", "B"]


def test_a_receipt_corrected_to_a_later_day_was_not_received_on_the_earlier_one(office: Office) -> None:
    office.receive("request", "A", facts={"channel": "in_person"}, now=at("2022-09-13"))
    office.do("A", "correct_entry", facts={"seq": 1, "day": "2022-09-15", "reason": "x"}, now=at("2022-09-16"))
    received = {
        day: [line.received.isoformat() for line in office.cases(as_of=day)]
        for day in ("2022-09-12", "2022-09-14", "2022-09-16")
    }
    assert received == {"2022-09-12": [], "2022-09-14": [], "2022-09-16": ["2022-09-15"]}


def test_what_was_typed_in_late_counts_from_its_own_day(office: Office) -> None:
    open_request(office, "A", "2022-09-08")
    assert [line.status for line in office.cases(as_of="2022-10-13")] == ["overdue"]
    office.do("A", "reply", day="2022-10-10", facts={"decision": "D-PUB", "method": "posted"}, now=at("2022-10-14"))
    assert office.cases(as_of="2022-10-13") == []
    assert [line.status for line in office.cases(as_of="2022-10-09")] == ["due_soon"]


def test_a_closed_case_is_never_overdue(office: Office) -> None:
    rows = [
        {"case": "迟", "workflow": "request", "day": "2022-03-01", "action": "receive", "channel": "in_person"},
        {"case": "迟", "workflow": "request", "day": "2022-09-01", "action": "reply"},
        {"case": "无", "workflow": "request", "day": "2022-03-01", "action": "receive", "channel": "in_person"},
        {"case": "无", "workflow": "request", "day": "2022-09-01", "action": "archive"},
        {"case": "撤", "workflow": "request", "day": "2022-03-01", "action": "receive", "channel": "in_person"},
        {"case": "撤", "workflow": "request", "day": "2022-09-01", "action": "withdraw"},
    ]
    assert office.import_register(enumerate(rows, 2), now=at("2022-09-02")).bad == ()
    for clock in ("", "reply", "archive", "correction_notice"):
        assert office.cases(as_of="2022-10-01", include_closed=True, overdue=True, clock=clock) == []
        assert office.cases(as_of="2022-10-01", overdue=True, clock=clock) == []
    assert {line.verdict for line in office.cases(as_of="2022-10-01", include_closed=True) if line.case == "迟"} == {
        "late"
    }
    assert len(office.cases(as_of="2022-08-31", overdue=True)) == 3


@pytest.mark.parametrize("clock", ["confirm", "correction_notice", "correction", "third_party", "archive"])
def test_what_is_no_duty_of_the_office_is_never_overdue(office: Office, clock: str) -> None:
    open_request(office, "A", "2022-09-01")
    office.do("A", "consult_third_party", facts={"ref": "甲", "served": "2022-09-02"}, now=at("2022-09-02"))
    office.receive("request", "B", facts={"channel": "ordinary_mail"}, now=at("2022-09-01"))
    open_request(office, "C", "2022-09-01")
    office.do("C", "ask_correction", facts={"items": "x", "until": "2022-09-26"}, now=at("2022-09-02"))
    assert office.cases(as_of="2022-12-01", clock=clock, overdue=True) == []
    assert all(line.light != "red" for line in office.cases(as_of="2022-12-01", clock=clock))


def test_an_office_without_cases_has_empty_lists(office: Office) -> None:
    assert office.cases(as_of="2022-09-01") == office.cases(as_of="2022-09-01", overdue=True) == []


def test_every_status_of_a_list_is_a_known_one() -> None:
    assert tuple(ListStatus) == (*OPEN, "misfiled")


def test_more_cases_than_a_page_are_all_listed(office: Office) -> None:
    first = date(2022, 9, 1)
    rows = [
        {"case": f"A{n:05}", "workflow": "permit", "day": first + timedelta(days=n % 20), "action": "decide"}
        for n in range(2_500)
    ]
    assert office.import_register(enumerate(rows, 2), now=at("2022-10-30")).taken == 2_500
    assert len(office.cases(as_of="2022-10-30", overdue=True)) == 2_500
    office.tick(at("2022-10-30"))
    assert len(office.escalations()) == sum(1 for _ in office.escalations())
    assert len({e.case for e in office.escalations()}) == 2_500


def test_the_lights_follow_the_settings_of_the_office(place: Place) -> None:
    (place.home / "gkflow.toml").write_text("[lights]\nblue = 8\norange = 1\n", encoding="utf-8")
    with place.open() as office:
        office.receive(
            "request", number="L", day="2026-03-02", facts={"channel": "in_person"}
        )  # the last day is 2026-03-30
        lights = [office.cases(as_of=day)[0].light for day in ("2026-03-17", "2026-03-18", "2026-03-27", "2026-03-31")]
    assert lights == ["green", "blue", "orange", "red"]


def test_the_last_day_of_all_is_no_day_for_a_list(place: Place) -> None:
    with place.open() as office, pytest.raises(Refused, match="too small or too large"):
        office.cases(as_of="9999-12-31")


def test_what_is_left_of_a_stopped_clock_is_measured_at_the_stop_whatever_day_its_entry_has(office: Office) -> None:
    # 48 hours from Monday 2 March, 09:00: the last day is Wednesday 4 March.
    stops = {
        "前": ("2026-03-06", "2026-03-03T08:00"),
        "当": ("2026-03-06", "2026-03-06T08:00"),
        "后": ("2026-03-03", "2026-03-06T08:00"),
    }
    rows = []
    for case, (day, moment) in stops.items():
        facts = {"level": "other", "known_at": "2026-03-02T09:00"}
        rows.append({"case": case, "workflow": "opinion", "day": "2026-03-02", "action": "report", **facts})
        rows.append({"case": case, "workflow": "opinion", "day": day, "action": "respond", "responded_at": moment})
    office.import_register(enumerate(rows, 2), now=at("2026-03-20"))
    left = {line.case: (line.verdict, line.days_left) for line in office.cases(as_of="2026-03-16", include_closed=True)}
    assert left == {"前": ("on_time", 1), "当": ("late", -2), "后": ("late", -2)}
    for day in days("2026-03-01", "2026-03-16"):
        kept = office.cases(as_of=day, include_closed=True)
        # As known on a day, a list is computed from the record alone.
        assert kept == office.cases(as_of=day, include_closed=True, known_on="2026-03-20"), day
