"""Drafts (草稿): what was refused is kept, mended and entered; no part of any record until then."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest
from sqlmodel import Session

import gkflow
from gkflow.domain.errors import Conflict, NotFound, Refused
from gkflow.office import Office
from store.offices import SHANGHAI, Place, assert_sound, at, open_request

KEPT = at("2026-03-10")
LATER = at("2026-03-12")
RECORD = ("entry", "docket", "clock", "notice", "escalation")


@pytest.fixture
def case(office: Office) -> Office:
    """An office with one request, assigned, whose reply still lacks the way in which it was served."""
    open_request(office, "A", "2026-03-02")
    return office


def contents(place: Place, *tables: str) -> dict[str, list[Any]]:
    return {table: sorted(place.rows(f"SELECT * FROM gk_{table}"), key=repr) for table in tables or RECORD}


def keep_reply(office: Office, **more: Any) -> int:
    """Keep what was refused, with the sentence of the refusal."""
    with pytest.raises(Refused) as refused:
        office.do("A", "reply", facts={"decision": "D-PUB"}, now=KEPT)
    given = {"day": date(2026, 3, 9), "by": "张三", "facts": {"decision": "D-PUB"}, "now": KEPT} | more
    return office.drafts.keep("A", "reply", str(refused.value), **given)


def actions(office: Office) -> list[str]:
    return [entry.action for entry in office.case("A", as_of="2026-12-31").record]


# -- keeping --------------------------------------------------------------------------------------------------------


def test_a_draft_holds_what_was_to_be_entered_and_why_it_was_refused(case: Office) -> None:
    id_ = keep_reply(case, unit="XFJ")
    (draft,) = case.drafts.all()
    assert (draft.id, draft.case, draft.action, draft.day, draft.by, draft.unit) == (
        id_, "A", "reply", date(2026, 3, 9), "张三", "XFJ",
    )  # fmt: skip
    assert json.loads(draft.facts) == {"decision": "D-PUB"}
    assert "method" in draft.reason, "the refusal names the fact that is missing"
    assert draft.kept_at == KEPT


def test_a_draft_is_no_part_of_the_record(place: Place, case: Office) -> None:
    before = contents(place)
    keep_reply(case)
    assert contents(place) == before
    assert actions(case) == ["receive", "register", "assign"]
    assert case.deadlines("A", as_of="2026-03-10")["reply"].stopped is None
    assert_sound(case)


def test_a_draft_holds_up_no_reminder(case: Office) -> None:
    # Received on 2 March 2026; 20 working days, 6 April being off, end on the 30th of March.
    keep_reply(case)
    case.tick(at("2026-03-20"))
    case.tick(at("2026-03-31"))
    assert (1, "2026-03-31") in [
        (e.step, e.day.isoformat()) for e in case.escalations(number="A") if e.clock == "reply"
    ]


def test_drafts_are_shown_oldest_first_and_each_has_its_own_number(case: Office) -> None:
    ids = [keep_reply(case), keep_reply(case, by="李四")]
    assert len(set(ids)) == 2
    assert [(draft.id, draft.by) for draft in case.drafts.all()] == [(ids[0], "张三"), (ids[1], "李四")]


def test_a_draft_outlives_the_office_that_kept_it(place: Place) -> None:
    with place.open() as office:
        open_request(office, "A", "2026-03-02")
        id_ = keep_reply(office)
    with place.open() as office:
        office.drafts.enter(id_, facts={"method": "posted"}, now=LATER)
        assert actions(office)[-1] == "reply"


# -- entering -------------------------------------------------------------------------------------------------------


def test_a_draft_is_entered_with_what_was_missing_and_is_gone(case: Office) -> None:
    id_ = keep_reply(case)
    entered = case.drafts.enter(id_, facts={"method": "posted"}, now=LATER)
    assert (entered.number, entered.action, entered.state, entered.written) == ("A", "reply", "replied", True)
    entry = case.case("A", as_of="2026-03-12").record[-1]
    assert dict(entry.facts) == {"decision": "D-PUB", "method": "posted"}
    assert (entry.day, entry.by, entry.written_at) == (date(2026, 3, 9), "张三", LATER)
    assert case.drafts.all() == []
    assert_sound(case)


def test_what_is_given_now_takes_the_place_of_what_was_kept(case: Office) -> None:
    id_ = keep_reply(case, facts={"decision": "D-PUB", "method": "posted"})
    case.drafts.enter(id_, facts={"method": "handed"}, day=date(2026, 3, 11), now=LATER)
    entry = case.case("A", as_of="2026-03-12").record[-1]
    assert (entry.facts["method"], entry.day) == ("handed", date(2026, 3, 11))


def test_a_draft_without_a_day_is_entered_for_the_day_on_which_it_is_entered(case: Office) -> None:
    id_ = keep_reply(case, day=None)
    assert case.drafts.enter(id_, facts={"method": "posted"}, now=LATER).day == date(2026, 3, 12)


@pytest.mark.parametrize(
    ("facts", "fact", "stored"),
    [
        ({"until": date(2026, 4, 20), "items": "名称"}, "until", "2026-04-20"),
        ({"until": "2026年4月20日", "items": "名称"}, "until", "2026-04-20"),
        ({"items": "文号；名称（“甲”）\n第二行"}, "items", "文号；名称（“甲”）\n第二行"),
    ],
)
def test_facts_come_out_of_a_draft_as_they_went_in(case: Office, facts: dict[str, Any], fact: str, stored: str) -> None:
    id_ = case.drafts.keep("A", "ask_correction", "…", facts=facts, now=KEPT)
    case.drafts.enter(id_, now=KEPT)
    assert case.case("A", as_of="2026-03-12").record[-1].facts[fact] == stored


def test_a_moment_and_a_number_come_out_of_a_draft_as_they_went_in(case: Office) -> None:
    known = datetime(2026, 3, 10, 10, 30, tzinfo=SHANGHAI)
    id_ = case.drafts.keep("", "report", "…", workflow="opinion", facts={"known_at": known, "level": "other"}, now=KEPT)
    opened = case.drafts.enter(id_, now=at("2026-03-10", "11:00"))
    assert case.case(opened.number, as_of="2026-03-12").facts["known_at"] == "2026-03-10T10:30+08:00"
    id_ = case.drafts.keep("A", "extend", "…", facts={"days": 20}, now=KEPT)
    assert case.drafts.enter(id_, facts={"approved_by": "主任"}, now=LATER).action == "extend"
    assert case.case("A", as_of="2026-03-12").record[-1].facts["days"] == 20


def test_a_draft_that_was_to_open_a_case_opens_it(office: Office) -> None:
    with pytest.raises(Refused) as refused:
        office.receive("duty", facts={"kind": "training"}, now=KEPT)
    id_ = office.drafts.keep("", "open", str(refused.value), workflow="duty", facts={"kind": "training"}, now=KEPT)
    entered = office.drafts.enter(id_, facts={"due": "2026-12-31"}, now=LATER)
    assert entered.number == "UNIT-2026-0001"
    assert office.case(entered.number, as_of="2026-03-12").workflow == "duty"
    assert office.drafts.all() == []


def test_a_draft_keeps_the_number_that_the_case_was_to_have(office: Office) -> None:
    id_ = office.drafts.keep("PX-1", "", "…", workflow="duty", facts={"kind": "training"}, now=KEPT)
    assert office.drafts.enter(id_, facts={"due": "2026-12-31"}, now=LATER).number == "PX-1"


def test_a_draft_is_entered_by_the_rules_of_a_person_as_everything_is(place: Place) -> None:
    place.settings('[[people]]\nname = "张三"\nroles = ["clerk"]\n')
    with place.open() as office:
        open_request(office, "A", "2026-03-02")
        id_ = keep_reply(office)
        with pytest.raises(Refused) as refused:
            office.drafts.enter(id_, facts={"method": "posted"}, now=LATER)
        assert refused.value.code == "role_missing"
        assert [draft.id for draft in office.drafts.all()] == [id_]


# -- refused again --------------------------------------------------------------------------------------------------


def test_a_draft_that_is_refused_again_stays_as_it_was(place: Place, case: Office) -> None:
    id_ = keep_reply(case)
    before = contents(place, *RECORD, "draft")
    with pytest.raises(Refused) as refused:
        case.drafts.enter(id_, facts={"text": "仍缺送达方式"}, now=LATER)
    assert refused.value.code == "facts_missing"
    assert contents(place, *RECORD, "draft") == before
    assert case.drafts.enter(id_, facts={"method": "posted"}, now=LATER).state == "replied"


@pytest.mark.parametrize(
    ("facts", "day", "code"),
    [
        ({"method": "飞鸽"}, None, "bad_fact"),
        ({"method": "posted", "metod": "posted"}, None, "unknown_fact"),
        ({"method": "posted"}, date(2026, 3, 13), "day_to_come"),
        ({"method": "posted"}, date(2026, 3, 1), "before_first"),
    ],
)
def test_whatever_it_is_refused_for_the_draft_stays(
    place: Place, case: Office, facts: dict[str, Any], day: date | None, code: str
) -> None:
    id_ = keep_reply(case)
    before = contents(place, *RECORD, "draft")
    with pytest.raises((Refused, NotFound)) as refused:
        case.drafts.enter(id_, facts=facts, day=day, now=LATER)
    assert refused.value.code == code
    assert contents(place, *RECORD, "draft") == before


def test_a_draft_for_a_case_that_has_ended_meanwhile_is_refused_and_stays(case: Office) -> None:
    id_ = keep_reply(case, day=None)
    case.do("A", "withdraw", now=at("2026-03-11"))
    with pytest.raises(Refused) as refused:
        case.drafts.enter(id_, facts={"method": "posted"}, now=LATER)
    assert refused.value.code == "case_ended"
    assert [draft.id for draft in case.drafts.all()] == [id_]


def test_a_draft_that_was_to_open_a_case_which_is_there_by_now_is_no_second_one(office: Office) -> None:
    id_ = office.drafts.keep("PX-1", "open", "…", workflow="duty", facts={"kind": "training"}, now=KEPT)
    office.receive("duty", "PX-1", facts={"kind": "training", "due": "2026-12-31"}, now=KEPT)
    with pytest.raises((Refused, Conflict)):
        office.drafts.enter(id_, facts={"due": "2026-12-31"}, now=LATER)
    assert len(office.case("PX-1", as_of="2026-12-31").record) == 1
    assert [draft.id for draft in office.drafts.all()] == [id_]


# -- one transaction ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ended", ["rollback", "commit"])
def test_the_entry_and_the_end_of_the_draft_are_one_transaction(place: Place, case: Office, ended: str) -> None:
    id_ = keep_reply(case)
    with place.engine() as engine, Session(engine) as session:
        portal = gkflow.open(engine, home=place.home)
        portal.drafts.enter(id_, facts={"method": "posted"}, now=LATER, session=session)
        assert portal.drafts.all(session=session) == []
        getattr(session, ended)()
    there = ([draft.id for draft in case.drafts.all()], actions(case)[-1])
    assert there == (([id_], "assign") if ended == "rollback" else ([], "reply"))
    assert_sound(case)


def test_keeping_and_dropping_join_the_transaction_of_the_caller(place: Place, case: Office) -> None:
    id_ = keep_reply(case)
    with place.engine() as engine, Session(engine) as session:
        portal = gkflow.open(engine, home=place.home)
        portal.drafts.keep("A", "note", "…", now=KEPT, session=session)
        portal.drafts.drop(id_, session=session)
        session.rollback()
    assert [draft.id for draft in case.drafts.all()] == [id_]


def test_a_draft_refused_in_the_transaction_of_the_caller_stays(place: Place, case: Office) -> None:
    id_ = keep_reply(case)
    with place.engine() as engine, Session(engine) as session:
        portal = gkflow.open(engine, home=place.home)
        with pytest.raises(Refused):
            portal.drafts.enter(id_, now=LATER, session=session)
        session.commit()
    assert [draft.id for draft in case.drafts.all()] == [id_]
    assert actions(case)[-1] == "assign"


# -- dropping, unknown ----------------------------------------------------------------------------------------------


def test_a_draft_that_is_dropped_is_gone_and_no_other(case: Office) -> None:
    first, second = keep_reply(case), keep_reply(case)
    case.drafts.drop(first)
    assert [draft.id for draft in case.drafts.all()] == [second]
    assert actions(case)[-1] == "assign"


def test_a_draft_that_was_entered_or_dropped_is_not_there_any_more(case: Office) -> None:
    entered, dropped = keep_reply(case), keep_reply(case)
    case.drafts.enter(entered, facts={"method": "posted"}, now=LATER)
    case.drafts.drop(dropped)
    for id_ in (entered, dropped, 4711):
        for verb in (lambda id_: case.drafts.enter(id_, facts={"method": "posted"}, now=LATER), case.drafts.drop):
            with pytest.raises(NotFound) as refused:
                verb(id_)
            assert (refused.value.code, refused.value.facts["id"]) == ("no_draft", id_)
    assert actions(case).count("reply") == 1
