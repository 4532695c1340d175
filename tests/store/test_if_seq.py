"""Optimistic writes (读后有变): an entry that is meant to follow the one that was read, with two writers at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

import gkflow
from gkflow.domain.errors import Conflict, Refused
from gkflow.domain.objections.cases import Stale
from gkflow.office import Office
from store.offices import Place, at, open_request

NOW = at("2026-11-20")


@pytest.fixture
def office(place: Place) -> Office:
    opened = place.open()
    open_request(opened, "A", "2026-11-18")  # receive, register, assign
    return opened


def test_the_sequence_number_is_in_the_outcome_the_case_and_the_view(office: Office) -> None:
    outcome = office.do("A", "note", facts={"text": "一"}, now=NOW)
    assert outcome.seq == office.case("A", as_of="2026-11-20").seq == office.view("A", as_of="2026-11-20").seq == 4
    assert (
        office.view("A", as_of="2026-11-20").as_dict()["seq"]
        == office.case("A", as_of="2026-11-20").as_dict()["seq"]
        == 4
    )


def test_an_entry_that_follows_what_was_read_is_written(office: Office) -> None:
    assert office.do("A", "note", facts={"text": "一"}, if_seq=3, now=NOW).seq == 4


def test_a_record_that_has_moved_on_refuses_before_anything_is_decided(office: Office) -> None:
    office.do("A", "note", facts={"text": "一"}, now=NOW)
    with pytest.raises(Stale) as refused:
        office.do("A", "reply", if_seq=3, now=NOW)  # without its facts: it would be refused for another reason
    assert refused.value.code == gkflow.Code.STALE
    assert (refused.value.case, refused.value.seq) == ("A", 4)
    assert isinstance(refused.value, Conflict)
    assert office.case("A", as_of="2026-11-20").seq == 4


@pytest.mark.parametrize("odd", [0, -1, 4, 99])
def test_a_number_that_is_not_on_record_is_refused_as_such(office: Office, odd: int) -> None:
    with pytest.raises(Refused) as refused:
        office.do("A", "note", facts={"text": "一"}, if_seq=odd, now=NOW)
    assert refused.value.code == gkflow.Code.NOT_BETWEEN
    assert refused.value.message("en") == f"if_seq = {odd} is not between 1 and 3"


def test_a_retry_with_its_key_comes_before_the_sequence_number(office: Office) -> None:
    first = office.do("A", "note", facts={"text": "一"}, key="portal/1", if_seq=3, now=NOW)
    again = office.do("A", "note", facts={"text": "一"}, key="portal/1", if_seq=3, now=NOW)
    assert (first.seq, again.seq, again.written) == (4, 4, False)
    assert office.case("A", as_of="2026-11-20").seq == 4


def test_a_dry_run_says_so_as_well(office: Office) -> None:
    office.do("A", "note", facts={"text": "一"}, now=NOW)
    with pytest.raises(Stale):
        office.do("A", "note", facts={"text": "二"}, if_seq=3, dry_run=True, now=NOW)


def test_of_two_writers_who_have_read_the_same_entry_one_is_refused(office: Office, place: Place) -> None:
    other, start = place.open(), Barrier(2)

    def write(who: Office, text: str) -> str:
        seq = who.case("A", as_of="2026-11-20").seq
        start.wait()
        try:
            who.do("A", "note", facts={"text": text}, if_seq=seq, now=NOW)
        except Conflict as error:
            return error.code
        return "written"

    with other, ThreadPoolExecutor(2) as pool:
        for turn in range(5):
            ends = list(pool.map(write, (office, other), (f"甲{turn}", f"乙{turn}")))
            assert sorted(ends) == ["stale", "written"]
    assert office.case("A", as_of="2026-11-20").seq == 8


def test_a_draft_is_entered_only_into_the_record_that_was_read(office: Office) -> None:
    draft = office.drafts.keep("A", "note", "试", facts={"text": "草稿"}, now=NOW)
    office.do("A", "note", facts={"text": "一"}, now=NOW)
    with pytest.raises(Stale):
        office.drafts.enter(draft, if_seq=3, now=NOW)
    assert [each.id for each in office.drafts.all()] == [draft]
    assert office.drafts.enter(draft, if_seq=4, now=NOW).seq == 5
    assert office.drafts.all() == []


def test_a_draft_that_opens_a_case_follows_no_entry(office: Office) -> None:
    draft = office.drafts.keep("", "receive", "试", workflow="request", facts={"channel": "in_person"}, now=NOW)
    with pytest.raises(Refused) as refused:
        office.drafts.enter(draft, if_seq=3, now=NOW)
    assert refused.value.code == gkflow.Code.NOT_BETWEEN
    assert office.drafts.enter(draft, if_seq=0, now=NOW).seq == 1
