"""Corrections (更正与作废): they say what was true, on every day; what was believed is asked by its moment."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

import gkflow
from gkflow.application.actions import Outcome
from gkflow.domain.case import legal_day
from gkflow.domain.errors import NotFound, Refused
from gkflow.office import Office
from store.offices import assert_sound, at

DAY_0 = "2022-09-01"


def open_request(office: Office, number: str, day: str) -> None:
    office.receive("request", number, facts={"channel": "in_person"}, title="某事项", now=at(day))


def reply(office: Office, number: str, day: str, typed_in: str = "") -> Outcome:
    return office.do(number, "reply", day=day, facts={"decision": "D-PUB", "method": "posted"}, now=at(typed_in or day))


@pytest.fixture
def wrongly_replied(office: Office) -> Office:
    """A reply entered for the 20th by mistake and voided on the 28th."""
    open_request(office, "A", DAY_0)
    reply(office, "A", "2022-09-20")
    office.do("A", "correct_entry", facts={"seq": 2, "void": True, "reason": "误录"}, now=at("2022-09-28"))
    return office


def test_the_true_reply_can_be_entered_on_its_true_day_after_a_wrong_one_was_voided(wrongly_replied: Office) -> None:
    entered = reply(wrongly_replied, "A", "2022-09-23", typed_in="2022-09-28")

    assert (entered.state, entered.findings) == ("replied", ())
    clock = wrongly_replied.deadlines("A", as_of="2022-09-28")["reply"]
    assert (clock.stopped, clock.verdict) == (date(2022, 9, 23), "on_time")
    assert_sound(wrongly_replied)


def test_lists_of_the_days_before_the_voiding_show_the_case_open(wrongly_replied: Office) -> None:
    lines = {day: wrongly_replied.cases(as_of=day) for day in ("2022-09-19", "2022-09-22", "2022-09-28")}

    assert {day: [line.case for line in found] for day, found in lines.items()} == {day: ["A"] for day in lines}
    assert {line.last_day for found in lines.values() for line in found} == {date(2022, 9, 30)}


def test_what_the_office_believed_before_the_voiding_is_asked_by_its_moment(wrongly_replied: Office) -> None:
    believed = {"recorded_by": at("2022-09-27")}

    assert wrongly_replied.cases(**believed) == []
    (line,) = wrongly_replied.cases(include_closed=True, **believed)
    assert (line.state, line.verdict) == ("replied", "on_time")
    assert wrongly_replied.view("A", **believed).case.state == "replied"
    assert wrongly_replied.explain("A", **believed).deadline.stopped == date(2022, 9, 20)
    # On the same day, by what is on record now.
    assert wrongly_replied.view("A", as_of="2022-09-27").case.state == "received"
    with pytest.raises(NotFound):
        wrongly_replied.view("A", recorded_by="2022-08-31")


def test_a_day_asked_for_means_its_end(wrongly_replied: Office) -> None:
    moment = wrongly_replied.view("A", as_of="2022-09-28").entries[-1].written_at
    assert legal_day(moment) == date(2022, 9, 28)

    assert wrongly_replied.view("A", recorded_by="2022-09-28").case.state == "received"
    assert wrongly_replied.view("A", recorded_by=moment - timedelta(seconds=1)).case.state == "replied"


def test_a_correction_of_the_receipt_moves_the_last_day_on_the_days_before_it(office: Office) -> None:
    open_request(office, "A", DAY_0)
    office.do("A", "correct_entry", facts={"seq": 1, "day": "2022-08-30", "reason": "签收之日"}, now=at("2022-09-05"))

    # 2022-08-30 + 20 working days, 中秋 on 12 September left out: 28 September.
    (line,) = office.cases(as_of="2022-09-02")
    assert (line.received, line.last_day) == (date(2022, 8, 30), date(2022, 9, 28))
    # An entry of a day between the corrected and the old first day is possible now.
    assert office.do("A", "register", day="2022-08-31", now=at("2022-09-06")).state == "registered"
    assert_sound(office)


def test_a_correction_can_itself_be_corrected_and_voided(office: Office) -> None:
    open_request(office, "A", DAY_0)
    office.do("A", "correct_entry", facts={"seq": 1, "day": "2022-08-30", "reason": "签收之日"}, now=at("2022-09-05"))
    office.do("A", "correct_entry", facts={"seq": 2, "day": "2022-08-31", "reason": "再核对"}, now=at("2022-09-06"))
    assert office.case("A", as_of="2022-09-06").first.day == date(2022, 8, 31)
    office.do("A", "correct_entry", facts={"seq": 2, "void": True, "reason": "原记录无误"}, now=at("2022-09-07"))
    assert office.case("A", as_of="2022-09-07").first.day == date(2022, 9, 1)
    assert_sound(office)


def test_what_has_been_voided_is_corrected_no_further_and_the_way_is_named(wrongly_replied: Office) -> None:
    with pytest.raises(Refused) as refused:
        wrongly_replied.do(
            "A", "correct_entry", facts={"seq": 2, "day": "2022-09-21", "reason": "x"}, now=at("2022-09-28")
        )
    assert (refused.value.code, refused.value.facts["by"]) == ("correction_of_voided", 3)
    wrongly_replied.do("A", "correct_entry", facts={"seq": 3, "void": True, "reason": "作废有误"}, now=at("2022-09-28"))
    assert wrongly_replied.case("A", as_of="2022-09-21").state == "replied"


def test_an_entry_is_not_corrected_to_what_may_not_be_entered(office: Office) -> None:
    open_request(office, "A", DAY_0)
    office.do("A", "register", now=at(DAY_0))
    office.do("A", "extend", facts={"days": 10, "approved_by": "李四"}, now=at("2022-09-20"))

    # 第三十三条第二款: 延长的期限最长不得超过20个工作日.
    with pytest.raises(Refused) as refused:
        office.do("A", "correct_entry", facts={"seq": 3, "reason": "x", "days": 21}, now=at("2022-09-21"))
    assert refused.value.code == "extension_too_long"
    assert office.deadlines("A", as_of="2022-09-21")["reply"].extension == 10
    office.do("A", "correct_entry", facts={"seq": 3, "reason": "x", "days": 20}, now=at("2022-09-21"))
    assert office.deadlines("A", as_of="2022-09-21")["reply"].extension == 20


def test_a_correction_lies_on_no_day_before_what_it_corrects(office: Office) -> None:
    open_request(office, "A", DAY_0)
    office.do("A", "register", now=at(DAY_0))
    office.do("A", "extend", facts={"days": 10, "approved_by": "李四"}, now=at("2022-09-20"))
    with pytest.raises(Refused) as refused:
        office.do(
            "A", "correct_entry", facts={"seq": 3, "days": 5, "reason": "x"}, day="2022-09-19", now=at("2022-09-21")
        )
    assert refused.value.code == "correction_before_entry"


def test_steps_on_record_stay_and_are_recorded_once(office: Office) -> None:
    open_request(office, "A", DAY_0)
    office.tick(at("2022-09-01"))
    office.tick(at("2022-09-30"))  # the last day: reminders are on record
    before = office.escalations()
    assert before
    office.do("A", "correct_entry", facts={"seq": 1, "title": "别的题", "reason": "误录"}, now=at("2022-09-30"))
    office.tick(at("2022-10-08"))
    after = office.escalations()
    assert [row.id for row in after[: len(before)]] == [row.id for row in before]
    keys = [(row.case, row.clock, row.ref, row.last_day, row.step) for row in after]
    assert len(keys) == len(set(keys))


# -- a receipt made by mistake -------------------------------------------------------------------------------------


def test_a_receipt_made_by_mistake_counts_in_nothing_and_its_number_is_not_used_again(office: Office) -> None:
    wrong = office.receive("request", facts={"channel": "in_person"}, now=at(DAY_0))
    entered = office.do(wrong.number, "misfile", facts={"reason": "与 A 重复"}, now=at("2022-09-05"))

    assert (entered.state, entered.last_day, entered.findings) == ("misfiled", None, ())
    assert office.cases(as_of="2022-09-02") == office.cases(as_of="2022-09-05") == []
    (line,) = office.cases(as_of="2022-09-05", include_closed=True)
    assert (line.state, line.open, line.verdict, line.last_day) == ("misfiled", False, None, None)
    assert (line.status, line.light, line.days_left) == ("misfiled", None, None)
    office.tick(at(DAY_0))
    office.tick(at("2022-10-31"))
    assert office.escalations() == []
    assert office.receive("request", facts={"channel": "in_person"}, now=at("2022-09-06")).number != wrong.number
    with pytest.raises(Refused):
        office.do(wrong.number, "reply", facts={"decision": "D-PUB", "method": "posted"}, now=at("2022-09-07"))
    assert_sound(office)


def test_lists_and_counts_tell_what_was_received_by_mistake_from_what_was_done(office: Office) -> None:
    open_request(office, "A", DAY_0)
    reply(office, "A", "2022-09-20")
    # An application that was never confirmed has ended without any clock of a reply: it was withdrawn, not misfiled.
    office.receive("request", "B", facts={"channel": "internet"}, now=at(DAY_0))
    office.do("B", "withdraw", now=at("2022-09-06"))
    office.receive("request", "C", facts={"channel": "in_person"}, now=at(DAY_0))
    office.do("C", "misfile", facts={"reason": "与 A 重复"}, now=at("2022-09-05"))
    open_request(office, "D", DAY_0)
    everything = gkflow.CaseQuery(include_closed=True)
    for day, expected in (
        ("2022-09-02", {"running": 3, "misfiled": 1}),
        ("2022-09-21", {"running": 1, "done": 2, "misfiled": 1}),
    ):
        assert Counter(line.status for line in office.cases(as_of=day, include_closed=True)) == expected
        assert office.count(everything, by="status", as_of=day) == expected
        assert Counter(line.status for line in office.page(everything, as_of=day).rows) == expected
        known = office.cases(as_of=day, include_closed=True, known_on="2022-12-01")
        assert Counter(line.status for line in known) == expected


def test_a_misfiling_names_its_reason_and_ends_only_what_is_open(office: Office) -> None:
    open_request(office, "A", DAY_0)
    with pytest.raises(Refused) as refused:
        office.do("A", "misfile", now=at("2022-09-05"))
    assert refused.value.code == "facts_missing"
    reply(office, "A", "2022-09-20")
    with pytest.raises(Refused):
        office.do("A", "misfile", facts={"reason": "重复"}, now=at("2022-09-21"))
