"""A case number is read in one way, whichever door opens the case: the counter, a draft, a register."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gkflow.domain.errors import Conflict, NotFound, Refused
from gkflow.office import Office
from store.offices import at

NOW = at("2026-11-27")
FACTS = {"channel": "in_person"}


def at_the_counter(office: Office, number: str) -> tuple[str, list[str]]:
    done = office.receive("request", number, day="2026-11-26", facts=FACTS, now=NOW)
    return done.number, [note.code for note in done.notes]


def by_a_draft(office: Office, number: str) -> tuple[str, list[str]]:
    kept = office.drafts.keep(number, "receive", "x", workflow="request", facts={}, now=NOW)
    done = office.drafts.enter(kept, facts=FACTS, now=NOW)
    return done.number, [note.code for note in done.notes]


def by_a_register(office: Office, number: str) -> tuple[str, list[str]]:
    row = {"case": number, "workflow": "request", "day": "2026-11-26", "action": "receive", **FACTS}
    done = office.import_register([(2, row)], now=NOW)
    assert (done.taken, done.bad) == (1, ())
    (case,) = {line.case for line in office.cases(as_of="2026-11-27")} - {*ON_RECORD}
    return case, [row.reason.code for row in done.to_review]


ON_RECORD = ("GK-2026-0001", "（2026）10号", "GK–7")
DOORS = [at_the_counter, by_a_draft, by_a_register]
Door = Callable[[Office, str], tuple[str, list[str]]]


@pytest.fixture
def kept(office: Office) -> Office:
    for number in ON_RECORD:
        office.receive("request", number, day="2026-11-26", facts=FACTS, now=NOW)
    return office


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("written", "number", "notes"),
    [
        ("GK-2026-0002", "GK-2026-0002", []),
        ("ＧＫ－２０２６－０００２", "GK-2026-0002", ["number_folded"]),
        ("GK-2026-0002\u200b", "GK-2026-0002", ["number_folded"]),
        ("市公开〔2026〕２号", "市公开〔2026〕2号", ["number_folded"]),
        # What may be another case is kept as one, and reported.
        ("GK–2026–0001", "GK–2026–0001", ["look_alike"]),
        ("GK- 2026-0001", "GK- 2026-0001", ["look_alike"]),
        ("gk-2026-0001", "gk-2026-0001", ["look_alike"]),
        ("GK-2O26-0001", "GK-2O26-0001", ["look_alike"]),
        ("ＧＫ_2026–0001", "GK_2026–0001", ["number_folded"]),
        ("(2026)10号", "(2026)10号", ["look_alike"]),
        ("GK-7", "GK-7", ["look_alike"]),
    ],
)  # fmt: skip
def test_a_number_is_read_alike_at_every_door(
    kept: Office, door: Door, written: str, number: str, notes: list[str]
) -> None:
    assert door(kept, written) == (number, notes)


@pytest.mark.parametrize("written", ["ＧＫ－２０２６－０００１", "GK-2026-0001\ufeff", " GK-2026-0001 "])
def test_a_number_that_is_on_record_in_its_plain_form_is_taken(kept: Office, written: str) -> None:
    for number in (written, "GK-2026-0001"):
        with pytest.raises(Conflict) as refused:
            kept.receive("request", number, day="2026-11-26", facts=FACTS, now=NOW)
        assert (refused.value.code, refused.value.facts["case"]) == ("case_exists", "GK-2026-0001")


@pytest.mark.parametrize("written", ["\u200b", "\ufeff\u2060", "   ", "\u3000"])
def test_a_number_without_a_visible_character_is_refused_and_no_other_is_made_up(office: Office, written: str) -> None:
    with pytest.raises(Refused) as refused:
        office.receive("request", written, day="2026-11-26", facts=FACTS, now=NOW)
    assert refused.value.code == "row_wants"
    assert office.cases(as_of="2026-11-27") == []


def test_a_portal_that_repeats_a_number_in_its_own_form_gets_the_first_answer(office: Office) -> None:
    first, again = (
        office.receive("request", "ＧＫ－１", day="2026-11-26", facts=FACTS, key="k", now=NOW) for _ in range(2)
    )
    assert (first.number, first.written, again.number, again.written) == ("GK-1", True, "GK-1", False)


def test_a_case_that_is_asked_for_in_another_width_is_named(kept: Office) -> None:
    with pytest.raises(NotFound, match="GK-2026-0001"):
        kept.do("ＧＫ－２０２６－０００１", "note", facts={"text": "x"}, now=NOW)
