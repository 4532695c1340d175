"""Verification: whoever changes or removes a row in the file itself is found, and the first wrong row is named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gkflow.application.verify import Breach
from gkflow.domain.errors import Unfit
from gkflow.office import Office
from gkflow.store import record
from gkflow.store.tables import EntryRow, EscalationRow, SweepRow
from store.offices import Once, Place, assert_sound, at, open_request, reply


@pytest.fixture
def lived(place: Place, once: Once) -> Iterator[Office]:
    """An office that has lived: three cases, one overdue, and the sweeps of 2022-10-08 to 2022-10-12."""
    place.filled(once, "verify", lambda: _live(place))
    with place.open() as office:
        assert breaches(office) == ()
        yield office


def _live(place: Place) -> None:
    with place.open() as office:
        _three_cases(office)
    place.without_guards()


def _three_cases(office: Office) -> None:
    open_request(office, "A", "2022-09-01")
    office.receive("request", "B", facts={"channel": "in_person"}, key="b-1", day="2022-09-06", now=at("2022-09-06"))
    office.do("B", "register", facts={"title": "题"}, key="b-2", by="赵", unit="UNIT", now=at("2022-09-07"))
    office.do("B", "assign", facts={"officer": "张三"}, now=at("2022-09-08"))
    open_request(office, "C", "2022-09-09")
    reply(office, "C", "2022-09-20")
    office.tick(at("2022-10-08"))
    office.tick(at("2022-10-12"))


def breaches(office: Office) -> tuple[Breach, ...]:
    """What is found in the chains alone: the guards are gone, and seals and caches have tests of their own."""
    chains = ("case", "sweep", "escalation")
    return tuple(breach for breach in office.verify(caches=0)[2] if breach.what in chains)


ENTRY_CHANGES: dict[str, list[Any]] = {
    "case": ["Z"],
    "seq": [9],
    "workflow": ["permit"],
    "edition": ["0" * 64],
    "action": ["withdraw"],
    "day": ["2022-09-01"],
    "written_at": ["2022-09-07 01:00:00.000001"],
    "by": ["钱", ""],
    "unit": ["QT"],
    "facts": ['{"title":"别的题"}', "{}", '{"title": "题"}', '{"x":"y","title":"题"}', "不是 JSON", "[]", ""],
    "remarks": ['{"备注":"x"}', "{ }", "null"],
    "key": ["b-3", None],
    "previous": ["0" * 64, ""],
    "hash": ["0" * 64, "", "md9:00", "sm3:" + "0" * 64],
    "account": ["somebody-else", None],
}


def test_every_column_of_an_entry_is_tried() -> None:
    assert set(ENTRY_CHANGES) == set(EntryRow.model_fields)


@pytest.mark.parametrize(("column", "value"), [(c, v) for c, values in ENTRY_CHANGES.items() for v in values])
def test_a_changed_entry_is_named(place: Place, lived: Office, column: str, value: Any) -> None:
    assert place.sql(f'UPDATE gk_entry SET "{column}" = :value WHERE "case" = \'B\' AND seq = 2', {"value": value}) == 1
    first = breaches(lived)[0]
    assert (first.what, first.where, first.seq) == ("case", "B", 2)


@pytest.mark.parametrize(("column", "value"), [("day", "20220907"), ("day", "gestern"), ("written_at", "bald")])
def test_a_day_that_is_written_otherwise_is_named(place: Place, lived: Office, column: str, value: str) -> None:
    if place.kind != "sqlite":
        pytest.skip("PostgreSQL knows days")
    place.sql(f"UPDATE gk_entry SET {column} = :value WHERE \"case\" = 'B' AND seq = 2", {"value": value})
    first = breaches(lived)[0]
    assert (first.where, first.seq) == ("B", 2)


@pytest.mark.parametrize("seq", [1, 2, 3])
def test_an_entry_that_was_taken_away_is_named(place: Place, lived: Office, seq: int) -> None:
    place.sql("DELETE FROM gk_entry WHERE \"case\" = 'B' AND seq = :seq", {"seq": seq})
    assert breaches(lived)[0] == Breach("case", "B", seq, "entry_missing")


def test_a_case_that_was_taken_away_is_named_by_what_the_docket_still_knows(place: Place, lived: Office) -> None:
    place.sql("DELETE FROM gk_entry WHERE \"case\" = 'C'")
    assert breaches(lived) == (Breach("case", "C", 1, "case_missing"),)


def test_a_case_that_was_taken_away_with_its_docket_row_leaves_its_steps_and_messages(
    place: Place, lived: Office
) -> None:
    for table in ("entry", "docket", "clock"):
        place.sql(f"DELETE FROM gk_{table} WHERE \"case\" = 'B'")
    assert breaches(lived) == (Breach("case", "B", 1, "case_missing"),)


def test_a_docket_row_that_was_taken_away_is_named(place: Place, lived: Office) -> None:
    place.sql("DELETE FROM gk_docket WHERE \"case\" = 'A'")
    assert [b.where for b in breaches(lived)] == ["A"]


def test_an_entry_cut_off_and_a_docket_put_right_leave_a_chain_that_agrees_only_where_nothing_else_speaks(
    place: Place, lived: Office
) -> None:
    place.sql("DELETE FROM gk_entry WHERE \"case\" = 'A' AND seq = 3")
    with pytest.raises(Unfit):
        lived.rebuild(now=at("2022-10-12"))  # it would put the docket right by the record that was cut
    assert breaches(lived) == (Breach("case", "A", 3, "entry_missing"),)


def test_a_whole_record_written_anew_under_good_hashes_is_named_by_its_head(place: Place, lived: Office) -> None:
    rows = place.rows("SELECT seq, hash FROM gk_entry WHERE \"case\" = 'C' ORDER BY seq")
    place.sql("UPDATE gk_docket SET head = :head WHERE \"case\" = 'C'", {"head": rows[-2][1]})
    assert breaches(lived) == (Breach("case", "C", len(rows), "head_differs"),)


SWEEP_CHANGES: dict[str, list[Any]] = {
    "day": ["2022-09-30"],
    "made_at": ["2022-10-10 01:00:00.000001"],
    "done_at": ["2022-10-10 01:00:00.000001", None],
    "steps": [7, None],
    "telling": [1, None],
    "previous": ["0" * 64, "", None],
    "hash": ["0" * 64, "md9:00", None],
    "series": [1],
}


def test_every_column_of_a_sweep_is_tried() -> None:
    assert set(SWEEP_CHANGES) == set(SweepRow.model_fields)


@pytest.mark.parametrize(("column", "value"), [(c, v) for c, values in SWEEP_CHANGES.items() for v in values])
def test_a_changed_sweep_is_named(place: Place, lived: Office, column: str, value: Any) -> None:
    assert place.sql(f"UPDATE gk_sweep SET {column} = :value WHERE day = '2022-10-10'", {"value": value}) == 1
    named = [b.where for b in breaches(lived) if b.what == "sweep"]
    # A sweep put on another day is named where it stands now, and its own day as missing.
    assert "2022-10-10" in named if column != "day" else named[0] == "2022-09-30"
    if column != "day":
        assert named[0] == "2022-10-10"


@pytest.mark.parametrize("day", ["2022-10-08", "2022-10-10", "2022-10-12"])
def test_a_sweep_that_was_taken_away_is_named(place: Place, lived: Office, day: str) -> None:
    place.sql("DELETE FROM gk_sweep WHERE day = :day", {"day": day})
    assert Breach("sweep", day, None, "sweep_missing") == breaches(lived)[0]


def test_all_sweeps_taken_away_are_named(place: Place, lived: Office) -> None:
    place.sql("DELETE FROM gk_sweep")
    assert breaches(lived)[0].what == "sweep"


ESCALATION_CHANGES: dict[str, Any] = {
    "id": 900,
    "case": "C",
    "workflow": "permit",
    "clock": "shadow",
    "ref": "x",
    "last_day": "2022-10-01",
    "step": 2,
    "kind": "note",
    "colour": "green",
    "day": "2022-10-11",
    "series": 1,
    "sealed_with": "2022-10-11",
}


def test_every_column_of_an_escalation_is_tried() -> None:
    assert set(ESCALATION_CHANGES) == set(EscalationRow.model_fields)


@pytest.mark.parametrize("column", ESCALATION_CHANGES)
def test_a_changed_escalation_is_named_by_its_sweep(place: Place, lived: Office, column: str) -> None:
    (id_, day), *_ = place.rows("SELECT id, day FROM gk_escalation ORDER BY id")
    values = {"value": ESCALATION_CHANGES[column], "id": id_}
    assert place.sql(f'UPDATE gk_escalation SET "{column}" = :value WHERE id = :id', values) == 1
    assert breaches(lived)[0] == Breach("sweep", str(day), None, "sweep_changed")


def test_an_escalation_that_was_taken_away_is_named_by_its_sweep(place: Place, lived: Office) -> None:
    (id_, day), *_ = place.rows("SELECT id, day FROM gk_escalation ORDER BY id DESC")
    place.sql("DELETE FROM gk_escalation WHERE id = :id", {"id": id_})
    assert breaches(lived)[0] == Breach("sweep", str(day), None, "sweep_changed")


def test_an_escalation_that_no_sweep_found_is_named(place: Place, lived: Office) -> None:
    place.sql("UPDATE gk_escalation SET day = '2031-01-01' WHERE id = (SELECT max(id) FROM gk_escalation)")
    assert "escalation_without_sweep" in [b.code for b in breaches(lived)]


def test_a_record_that_was_rolled_back_whole_is_sound(place: Place, office: Office) -> None:
    from sqlmodel import Session

    open_request(office, "A", "2022-09-01")
    with place.engine() as engine, Session(engine) as session:
        office.do("A", "note", facts={"text": "x"}, now=at("2022-09-02"), session=session)
        session.rollback()
    assert_sound(office)
    assert len(place.rows("SELECT 1 FROM gk_entry")) == 3


def test_an_office_seals_with_sm3_when_its_settings_say_so(place: Place) -> None:
    place.settings('hash = "sm3"\n')
    with place.open() as office:
        open_request(office, "A", "2022-09-01")
        office.tick(at("2022-09-28"))
        assert_sound(office)
    hashes = [row[0] for row in place.rows("SELECT hash FROM gk_entry UNION ALL SELECT hash FROM gk_sweep")]
    assert all(sealed.startswith("sm3:") and len(sealed) == 68 for sealed in hashes)


def test_a_chain_that_changed_its_algorithm_can_still_be_walked(place: Place) -> None:
    for algorithm, day in (("sha256", "2022-09-01"), ("sm3", "2022-09-02"), ("sha256", "2022-09-03")):
        place.settings(f'hash = "{algorithm}"\n')
        with place.open() as office:
            if day == "2022-09-01":
                open_request(office, "A", day)
            office.do("A", "note", facts={"text": day}, now=at(day))
            office.tick(at(day))
            assert_sound(office)
    place.without_guards()
    place.sql("UPDATE gk_entry SET \"by\" = 'x' WHERE seq = 5")
    with place.open() as office:
        assert breaches(office)[0] == Breach("case", "A", 5, "entry_changed")


def test_a_record_of_many_pages_is_walked_whole(place: Place, lived: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = lived.verify()
    for size in (1, 2, 3, 4, 7):
        monkeypatch.setattr(record, "_PAGE", size)
        assert lived.verify() == whole
        assert len(lived.export()) == len(place.rows("SELECT 1 FROM gk_entry"))


def test_verification_sees_one_moment_while_others_write(place: Place, office: Office) -> None:
    open_request(office, "A", "2022-09-01")
    with office.store.reading() as ledger:
        heads = ledger.docket.heads()
        with place.open() as other:
            other.do("A", "note", facts={"text": "meanwhile"}, now=at("2022-09-02"))
        assert heads["A"] == (len(ledger.record.entries("A")), ledger.record.entries("A")[-1].hash)
