"""An act entered late (补记): what is allowed is judged as of its day; the answer is the case as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from gkflow.application.actions import Outcome
from gkflow.office import Office
from store.offices import PEOPLE, Place, at, open_request

NOW = at("2022-11-25")


def now_of(office: Office, number: str) -> tuple[str, tuple[str, ...], date | None]:
    """The state, the actions and the last day of the most urgent duty, read from the record today."""
    view = office.view(number, as_of="2022-11-25")
    (line,) = (line for line in office.cases(as_of="2022-11-25", include_closed=True) if line.case == number)
    return view.case.state, tuple(view.next), line.last_day


def answered(done: Outcome) -> tuple[str, tuple[str, ...], date | None]:
    return done.state, done.next, done.last_day


@pytest.fixture
def replied(office: Office) -> Office:
    open_request(office, "A", "2022-09-01")
    office.do("A", "reply", facts={"decision": "D-PUB", "method": "posted"}, now=at("2022-09-20"))
    return office


@pytest.mark.parametrize(
    ("action", "facts"),
    [
        ("assign", {"officer": "张三"}), ("consult_third_party", {"ref": "甲"}), ("note", {"text": "x"}),
        ("extend", {"days": 5, "approved_by": "李四"}), ("ask_correction", {"items": "x"}),
    ],
)  # fmt: skip
def test_an_act_of_a_day_before_the_reply_answers_with_the_case_as_it_is_now(
    replied: Office, action: str, facts: Mapping[str, Any]
) -> None:
    shown: list[Outcome] = []
    done = replied.do("A", action, day="2022-09-06", facts=facts, now=NOW, show=shown.append)
    assert answered(done) == answered(shown[0]) == now_of(replied, "A")
    assert (done.state, done.day, done.recorded_as_of) == ("replied", date(2022, 9, 6), date(2022, 9, 6))


def test_a_consultation_that_has_lapsed_since_suspends_nothing_now(office: Office) -> None:
    open_request(office, "A", "2022-09-01")
    facts = {"ref": "甲", "served": "2022-09-08"}
    done = office.do("A", "consult_third_party", day="2022-09-08", facts=facts, now=NOW)
    # The term of 15 working days from 8 September: 9, 13-16 (5), 19-23 (10), 26-30 September (15).
    assert answered(done) == now_of(office, "A")
    # Counted were 2 and 5-8 September (5); after 30 September: 8-14 October, with its make-up weekend (12), 17-21 (17),
    # 24-26 (20). Without the consultation: 9 (6), 13-16 (10), 19-23 (15), 26-30 September (20).
    assert (done.last_day, done.last_day_before) == (date(2022, 10, 26), date(2022, 9, 30))
    assert done.recorded_as_of == date(2022, 9, 8)


def test_a_receipt_entered_late_answers_with_its_confirmation(office: Office) -> None:
    facts = {"channel": "internet", "confirmed": "2022-09-20"}
    done = office.receive("request", "A", day="2022-09-14", facts=facts, now=NOW)
    assert answered(done) == now_of(office, "A")
    assert (done.day_zero, done.recorded_as_of) == (date(2022, 9, 20), date(2022, 9, 14))


def test_an_act_of_today_and_one_that_changes_nothing_since_say_nothing_of_their_day(office: Office) -> None:
    first = office.receive("request", "A", day="2022-11-21", facts={"channel": "in_person"}, now=NOW)
    office.do("A", "register", day="2022-11-21", now=NOW)
    then = office.do("A", "assign", day="2022-11-22", facts={"officer": "张三"}, now=NOW)
    today = office.do("A", "note", facts={"text": "x"}, now=NOW)
    assert [each.recorded_as_of for each in (first, then, today)] == [None, None, None]


def test_a_retry_of_an_act_entered_late_has_the_same_answer(replied: Office) -> None:
    first, again = (
        replied.do("A", "assign", day="2022-09-06", facts={"officer": "张三"}, key="k", now=NOW) for _ in range(2)
    )
    assert (again.written, answered(again)) == (False, answered(first))


def test_whoever_has_the_case_now_is_notified_of_an_act_entered_late(place: Place) -> None:
    another = '[[people]]\nname = "赵六"\nroles = ["officer"]\nchannels = ["file"]\n'
    with place.settings(PEOPLE + another).open() as office:
        open_request(office, "A", "2022-09-01")
        office.do("A", "assign", facts={"officer": "张三"}, now=at("2022-09-05"))
        office.do("A", "assign", facts={"officer": "赵六"}, now=at("2022-11-01"))
        before = {notice.id for notice in office.notices()}
        facts = {"ref": "甲"}
        office.do("A", "consult_third_party", day="2022-09-08", facts=facts, now=NOW)
        office.do("A", "third_party_answers", day="2022-09-13", facts=facts, now=NOW)
        fresh = [notice for notice in office.notices() if notice.id not in before]
    assert {notice.name for notice in fresh} == {"赵六"}
