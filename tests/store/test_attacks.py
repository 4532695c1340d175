"""
Forgeries (伪造): what somebody with the database in hands can do to it, and by which name ``verify`` calls it.

Each takes the guards away first. What good hashes hide inside the database, the seals show that left it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gkflow.application.ports import Leaf, Seal
from gkflow.application.seals import Breach, leaf_text, seal_hash
from gkflow.application.verify import check_chain
from gkflow.bootstrap import private_of
from gkflow.domain.case import canonical, seal_entry
from gkflow.domain.errors import Unfit
from gkflow.domain.merkle import Tree
from gkflow.office import Office
from store.offices import PEOPLE, Once, Place, a_place, assert_sound, at, open_request, reply

KEY = '[seal]\nkey = "一把不在数据库里的钥匙"\n'
TABLES = ("entry", "docket", "clock", "escalation", "notice")


@pytest.fixture(params=["", KEY], ids=["plain", "keyed"])
def settings(request: pytest.FixtureRequest) -> str:
    return PEOPLE + str(request.param)


@pytest.fixture
def lived(place: Place, settings: str, once: Once) -> Iterator[Office]:
    """An office that has lived: A overdue and acknowledged, B under way, C answered; sealed on five days."""
    place.filled(once, f"attacks {settings}", lambda: _live(place.settings(settings)))
    with place.open() as office:
        yield office


def _live(place: Place) -> None:
    with place.open() as office:
        open_request(office, "A", "2022-09-01")
        open_request(office, "B", "2022-09-06")
        open_request(office, "C", "2022-09-09")
        office.tick(at("2022-09-28"))
        reply(office, "C", "2022-09-29")
        office.tick(at("2022-10-10"))
        office.ack(number="A", by="王五", words="知悉，已督促", now=at("2022-10-10"))
        office.do("B", "note", facts={"text": "电话"}, now=at("2022-10-11"))
        office.tick(at("2022-10-12"))
        office.deliver(at("2022-10-12"))
        assert_sound(office)


@pytest.fixture
def kept(lived: Office, place: Place, tmp_path: Path) -> Path:
    """A copy of the file of seals, as somebody else keeps it; the guards are gone."""
    assert lived.seals_file is not None
    copy = tmp_path / "kept.jsonl"
    copy.write_bytes(lived.seals_file.read_bytes())
    place.without_guards()
    return copy


def found(office: Office, seals: Path | None = None, **more: Any) -> list[Breach]:
    """What is found, but for the guards, which are gone in every test."""
    return [breach for breach in office.verify(seals=seals, **more)[2] if breach.what != "guard"]


def codes(breaches: list[Breach]) -> set[str]:
    return {breach.code for breach in breaches}


def without_outside(office: Office) -> None:
    assert office.seals_file is not None
    office.seals_file.unlink()


# -- seals -------------------------------------------------------------------------------------------------------------


def test_a_sweep_seals_in_the_database_and_outside_of_it(lived: Office, place: Place) -> None:
    assert lived.seals_file is not None
    lines = [json.loads(line) for line in lived.seals_file.read_text(encoding="utf-8").splitlines()]
    rows = place.rows("SELECT number, cases, entries, root, previous, hash FROM gk_seal ORDER BY number")
    assert [(r["seal"], r["cases"], r["entries"], r["root"], r["previous"], r["hash"]) for r in lines] == rows
    assert [row[1:3] for row in rows] == [(3, 9), (3, 10), (3, 11)]  # three cases of three entries, then one, then one
    assert [row[4] for row in rows] == ["", rows[0][5], rows[1][5]]


def test_the_root_is_that_of_the_tree_of_rfc_6962(lived: Office) -> None:
    with lived.store.reading() as ledger:
        leaves = [leaf for page in ledger.seals.leaves() for leaf in page]
        seals = ledger.seals.since()

    def head(some: list[str]) -> bytes:
        if len(some) == 1:
            return hashlib.sha256(b"\0" + some[0].encode()).digest()
        half = 1
        while half * 2 < len(some):
            half *= 2
        return hashlib.sha256(b"\1" + head(some[:half]) + head(some[half:])).digest()

    for made in seals:
        assert made.root == head([leaf_text(leaf) for leaf in leaves[: made.leaves]]).hex()


def test_a_seal_adds_only_what_has_changed(lived: Office) -> None:
    with lived.store.reading() as ledger:
        added = [[(leaf.kind, leaf.name) for page in ledger.seals.leaves(n) for leaf in page] for n in (2, 3)]
    assert [name for kind, name in added[0] if kind == "case"] == ["C"]
    assert [name for kind, name in added[1] if kind == "case"] == ["B"]
    assert ("acknowledgement", "") in added[1]


def test_the_file_is_brought_up_by_the_next_sweep(lived: Office) -> None:
    assert lived.seals_file is not None
    whole = lived.seals_file.read_text(encoding="utf-8")
    lived.seals_file.write_text(whole.splitlines(keepends=True)[0], encoding="utf-8")
    assert lived.deposit_seals() == 2
    assert lived.seals_file.read_text(encoding="utf-8") == whole
    assert lived.deposit_seals() == 0


def test_half_a_line_that_a_power_cut_left_is_written_again_whole(lived: Office) -> None:
    assert lived.seals_file is not None
    whole = lived.seals_file.read_bytes()
    lived.seals_file.write_bytes(whole[:-40])
    assert lived.deposit_seals() == 1
    assert lived.seals_file.read_bytes() == whole


def test_a_file_that_cannot_be_written_stops_no_sweep_and_is_said(lived: Office) -> None:
    assert lived.seals_file is not None
    lived.seals_file.unlink()
    lived.seals_file.mkdir()
    swept = lived.tick(at("2022-10-13"))
    assert swept.days
    assert str(lived.seals_file) in swept.not_deposited
    signs = {sign.name: sign for sign in lived.doctor(at("2022-10-13"))}
    assert (signs["seals"].level, signs["seals"].facts["behind"]) == ("warning", 4)


def test_a_line_that_is_no_seal_is_named_by_its_number(lived: Office, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("\n1 abc\n", encoding="utf-8")
    with pytest.raises(Unfit) as refused:
        lived.verify(seals=tmp_path / "x")
    assert (refused.value.code, refused.value.facts["line"]) == ("no_seal", 2)


def test_a_seal_goes_to_the_addresses_that_the_settings_name(place: Place) -> None:
    mail = '[mail]\nhost = "localhost"\nsender = "a@example.cn"\n'
    with place.settings(PEOPLE + mail + '[seal]\nmail = "archive@example.cn"\n').open() as office:
        open_request(office, "A", "2022-09-01")
        office.tick(at("2022-09-02"))
        notice, *_ = office.notices("waiting")
        made = office.last_seal()
        assert made is not None
        assert (notice.channel, notice.address) == ("mail", "archive@example.cn")
        assert json.loads(notice.facts)["hash"] == made.hash
        assert office.verify()[2] == ()


# -- what seals show -------------------------------------------------------------------------------------------------


def test_a_tail_and_the_stored_head_cut_together_are_named(lived: Office, place: Place, kept: Path) -> None:
    place.sql("DELETE FROM gk_entry WHERE \"case\" = 'C' AND seq = 4")
    (head,) = place.rows("SELECT hash FROM gk_entry WHERE \"case\" = 'C' AND seq = 3")
    place.sql("UPDATE gk_docket SET entries = 3, head = :head WHERE \"case\" = 'C'", {"head": head[0]})
    assert Breach("case", "C", 4, "entry_missing") in found(lived)
    assert Breach("case", "C", 4, "entry_missing") in found(lived, kept)


def test_a_tail_cut_together_with_its_leaf_is_named_by_the_file(lived: Office, place: Place, kept: Path) -> None:
    place.sql("DELETE FROM gk_entry WHERE \"case\" = 'C' AND seq = 4")
    (head,) = place.rows("SELECT hash FROM gk_entry WHERE \"case\" = 'C' AND seq = 3")
    place.sql("UPDATE gk_docket SET entries = 3, head = :head WHERE \"case\" = 'C'", {"head": head[0]})
    place.sql("DELETE FROM gk_seal_leaf WHERE kind = 'case' AND name = 'C' AND size = 4")
    reseal(place)
    breaches = found(lived, kept)
    assert Breach("case", "C", 4, "entry_missing") in breaches
    assert Breach("seal", "2", None, "seal_differs") in breaches


def test_all_sweeps_deleted_with_what_remembers_them_are_named(lived: Office, place: Place, kept: Path) -> None:
    place.sql("DELETE FROM gk_sweep")
    place.sql("DELETE FROM gk_acknowledgement")
    place.sql("DELETE FROM gk_escalation")
    place.sql("DELETE FROM gk_notice")
    place.sql("DELETE FROM gk_chain_head WHERE chain = 'sweep'")
    named = [breach.where for breach in found(lived, kept) if breach.code == "sweep_missing"]
    assert named[0] == "2022-09-28"
    assert named[-1] == "2022-10-12"
    place.sql("DELETE FROM gk_seal_leaf")
    place.sql("DELETE FROM gk_seal")
    place.sql("DELETE FROM gk_chain_head WHERE chain = 'seal'")
    breaches = found(lived, kept)
    assert {"seal_missing", "sweep_missing", "acknowledgement_missing"} <= codes(breaches)


@pytest.mark.parametrize(
    "change",
    ["last_day = '2023-01-01'", "status = 'stopped'", "until_day = '2022-09-30'", "owed = 0", "ladder = ''"],
)
def test_a_falsified_clock_row_is_named(lived: Office, place: Place, kept: Path, change: str) -> None:
    assert place.sql(
        f"UPDATE gk_clock SET {change} WHERE \"case\" = 'B' AND clock = 'reply' AND until_day > '2022-12-31'"
    )
    assert Breach("clock", "B", None, "cache_differs") in found(lived, kept)
    assert Breach("clock", "B", None, "cache_differs") in found(lived, caches=None)


def test_a_falsified_docket_row_is_named(lived: Office, place: Place, kept: Path) -> None:
    place.sql("UPDATE gk_docket SET state = 'replied' WHERE \"case\" = 'B'")
    assert Breach("clock", "B", None, "cache_differs") in found(lived)


def test_the_sample_is_that_of_its_seed(lived: Office, place: Place, kept: Path) -> None:
    place.sql("UPDATE gk_docket SET title = '别的'")
    first = min("ABC", key=lambda case: hashlib.sha256(f"七/{case}".encode()).digest())
    assert found(lived, caches=1, seed="七") == [Breach("clock", first, None, "cache_differs")]
    assert found(lived, caches=0, seed="七") == []
    assert len(found(lived, caches=None)) == 3


def test_a_whole_case_taken_away_with_all_that_names_it_is_named(lived: Office, place: Place, kept: Path) -> None:
    for table in ("acknowledgement", *TABLES):
        where = (
            "escalation IN (SELECT id FROM gk_escalation WHERE \"case\" = 'B')" if table == "acknowledgement" else ""
        )
        place.sql(f"DELETE FROM gk_{table} WHERE {where or chr(34) + 'case' + chr(34) + ' = ' + repr('B')}")
    assert Breach("case", "B", 1, "case_missing") in found(lived)
    assert Breach("case", "B", 1, "case_missing") in found(lived, kept)


def test_a_case_without_any_step_taken_away_whole_is_named(lived: Office, place: Place, tmp_path: Path) -> None:
    open_request(lived, "D", "2022-10-12")
    lived.tick(at("2022-10-13"))
    assert place.rows("SELECT 1 FROM gk_escalation WHERE \"case\" = 'D'") == []
    place.without_guards()
    for table in TABLES:
        place.sql(f"DELETE FROM gk_{table} WHERE \"case\" = 'D'")
    assert Breach("case", "D", 1, "case_missing") in found(lived)


def test_a_record_rewritten_under_good_hashes_is_named(lived: Office, place: Place, kept: Path) -> None:
    rewrite(place, lived, "B")
    assert Breach("case", "B", 3, "entry_rewritten") in found(lived, kept)
    assert "entry_rewritten" in codes(found(lived))


def test_all_hashes_recomputed_with_every_seal_are_found(
    lived: Office, place: Place, kept: Path, settings: str
) -> None:
    rewrite(place, lived, "B")
    for size, sealed in place.rows("SELECT seq, hash FROM gk_entry WHERE \"case\" = 'B'"):
        place.sql(
            "UPDATE gk_seal_leaf SET hash = :hash WHERE kind = 'case' AND name = 'B' AND size = :size",
            {"hash": sealed, "size": size},
        )
    reseal(place)
    breaches = found(lived, kept)
    assert Breach("case", "B", 3, "entry_rewritten") in breaches
    assert Breach("seal", "1", None, "seal_differs") in breaches
    without_outside(lived)
    # Alone, a database that was rewritten whole agrees with itself; only a key can tell.
    assert bool(codes(found(lived)) & {"seal_changed", "seal_unkeyed"}) is (KEY in settings)


def test_a_deposited_line_of_number_and_hash_is_enough_to_find_it(lived: Office, place: Place, tmp_path: Path) -> None:
    made = lived.last_seal()
    assert made is not None
    line = tmp_path / "line.txt"
    line.write_text(f"{made.number} {made.hash}\n", encoding="utf-8")
    place.without_guards()
    assert found(lived, line) == []
    rewrite(place, lived, "B")
    for size, sealed in place.rows("SELECT seq, hash FROM gk_entry WHERE \"case\" = 'B'"):
        place.sql(
            "UPDATE gk_seal_leaf SET hash = :hash WHERE kind = 'case' AND name = 'B' AND size = :size",
            {"hash": sealed, "size": size},
        )
    reseal(place)
    assert Breach("seal", "3", None, "seal_differs") in found(lived, line)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_seal_deleted_from_the_database_is_named(lived: Office, place: Place, kept: Path, number: int) -> None:
    place.sql("DELETE FROM gk_seal WHERE number = :number", {"number": number})
    without_outside(lived)
    assert Breach("seal", str(number), None, "seal_missing") in found(lived)
    assert Breach("seal", str(number), None, "seal_missing") in found(lived, kept)


def test_all_seals_deleted_from_the_database_are_named_by_the_file(lived: Office, place: Place, kept: Path) -> None:
    for statement in (
        "DELETE FROM gk_seal",
        "DELETE FROM gk_seal_leaf",
        "DELETE FROM gk_chain_head WHERE chain = 'seal'",
    ):
        place.sql(statement)
    place.sql("UPDATE gk_docket SET sealed = 0")
    without_outside(lived)
    assert [b.where for b in found(lived, kept) if b.code == "seal_missing"] == ["1", "2", "3"]


SEAL_CHANGES = {
    "number": 9, "at": "2022-10-10 01:00:00.000001", "day": "2022-10-11", "cases": 4, "entries": 99, "sweeps": 9,
    "steps": 99, "acknowledgements": 9, "notices": 99, "leaves": 2, "root": "0" * 64, "previous": "0" * 64,
    "hash": "0" * 64,
}  # fmt: skip


def test_every_column_of_a_seal_is_tried() -> None:
    assert {*SEAL_CHANGES, "peaks"} == set(Seal._fields)


@pytest.mark.parametrize("column", SEAL_CHANGES)
def test_a_changed_seal_is_named(lived: Office, place: Place, kept: Path, column: str) -> None:
    place.sql(f"UPDATE gk_seal SET {column} = :value WHERE number = 2", {"value": SEAL_CHANGES[column]})
    without_outside(lived)
    assert "2" in [breach.where for breach in found(lived) if breach.what == "seal"]


@pytest.mark.parametrize("change", ["size = size + 1", "name = 'Z'", f"hash = '{'0' * 64}'", "kind = 'x'"])
def test_a_changed_leaf_is_named_by_its_seal(lived: Office, place: Place, kept: Path, change: str) -> None:
    place.sql(f"UPDATE gk_seal_leaf SET {change} WHERE place = (SELECT min(place) FROM gk_seal_leaf WHERE seal = 2)")
    assert "leaves_changed" in codes(found(lived))


def test_a_forged_file_contradicts_itself(lived: Office, kept: Path) -> None:
    kept.write_text(kept.read_text(encoding="utf-8").replace('"C",4', '"C",5'), encoding="utf-8")
    assert "file_changed" in codes(found(lived, kept))


def test_a_keyed_seal_wants_its_key(place: Place) -> None:
    with place.settings(PEOPLE + KEY).open() as office:
        office.tick(at("2022-10-12"))
    with place.settings(PEOPLE).open() as office:
        assert "seal_key_missing" in codes(list(office.verify()[2]))
        office.tick(at("2022-10-13"))
        assert Breach("seal", "2", None, "seal_unkeyed") in office.verify()[2]


# -- acknowledgements, notices, editions, guards -----------------------------------------------------------------------


@pytest.mark.parametrize("change", ["words = '同意'", "\"by\" = '李四'", "at = '2022-10-09 01:00:00'", "hash = NULL"])
def test_a_changed_acknowledgement_is_named(lived: Office, place: Place, kept: Path, change: str) -> None:
    (id_, escalation), *_ = place.rows("SELECT id, escalation FROM gk_acknowledgement ORDER BY id DESC")
    place.sql(f"UPDATE gk_acknowledgement SET {change} WHERE id = :id", {"id": id_})
    assert (str(escalation), "acknowledgement_changed") in [(b.where, b.code) for b in found(lived)]


def test_a_forged_acknowledgement_is_named(lived: Office, place: Place, kept: Path) -> None:
    lived.tick(at("2022-10-31"))
    (escalation,), *_ = place.rows(
        "SELECT id FROM gk_escalation WHERE id NOT IN (SELECT escalation FROM gk_acknowledgement) ORDER BY id"
    )
    place.sql(
        'INSERT INTO gk_acknowledgement (escalation, "by", at, words) VALUES (:id, :by, :at, :words)',
        {"id": escalation, "by": "王五", "at": "2022-10-31 01:00:00", "words": "知悉"},
    )
    assert "acknowledgement_changed" in codes(found(lived))


def test_an_acknowledgement_taken_away_is_named(lived: Office, place: Place, kept: Path) -> None:
    place.sql("DELETE FROM gk_acknowledgement WHERE id = (SELECT max(id) FROM gk_acknowledgement)")
    assert "acknowledgement_missing" in codes(found(lived))


@pytest.mark.parametrize("name", ["case", "deadline", "step", "clock"])
def test_a_notice_whose_facts_are_not_those_of_its_escalation_is_named(
    lived: Office, place: Place, kept: Path, name: str
) -> None:
    (id_, text), *_ = place.rows("SELECT id, facts FROM gk_notice WHERE escalation IS NOT NULL ORDER BY id")
    facts = {**json.loads(text), name: "2031-01-01"}
    place.sql("UPDATE gk_notice SET facts = :facts WHERE id = :id", {"facts": canonical(facts), "id": id_})
    assert Breach("notice", str(id_), None, "notice_differs") in found(lived)


def test_a_notice_changed_or_taken_away_after_it_was_sealed_is_named(lived: Office, place: Place, kept: Path) -> None:
    (id_, text), *_ = place.rows("SELECT id, facts FROM gk_notice ORDER BY id")
    facts = {**json.loads(text), "title": "别的"}
    place.sql("UPDATE gk_notice SET facts = :facts WHERE id = :id", {"facts": canonical(facts), "id": id_})
    assert "notices_changed" in codes(found(lived))
    place.sql("DELETE FROM gk_notice WHERE id = :id", {"id": id_})
    assert "notices_changed" in codes(found(lived))


def test_delivering_a_notice_changes_nothing_that_is_sealed(lived: Office) -> None:
    lived.tick(at("2022-10-31"))
    assert lived.deliver(at("2022-10-31")).delivered > 0
    assert lived.verify()[2] == ()


def test_a_workflow_edition_that_was_changed_is_named(lived: Office, place: Place, kept: Path) -> None:
    (edition,), *_ = place.rows("SELECT edition FROM gk_edition WHERE kind = 'workflow'")
    place.sql("UPDATE gk_edition SET source = source || ' ' WHERE edition = :e", {"e": edition})
    assert Breach("edition", edition, None, "edition_changed") in found(lived)


def test_a_workflow_edition_that_was_deleted_is_named_even_when_it_was_kept_again(
    lived: Office, place: Place, kept: Path
) -> None:
    (edition,), *_ = place.rows("SELECT edition FROM gk_edition WHERE kind = 'workflow'")
    place.sql("DELETE FROM gk_edition WHERE edition = :e", {"e": edition})
    assert Breach("edition", edition, None, "edition_missing") in found(lived)
    with place.open() as later:
        open_request(later, "D", "2022-10-13")  # it keeps the edition anew
        assert Breach("edition", edition, None, "edition_changed") in found(later)


def test_a_calendar_edition_that_was_changed_is_named(lived: Office, place: Place, kept: Path) -> None:
    place.sql("UPDATE gk_calendar_edition SET data = replace(data, '2022-10-03', '2022-10-13')")
    assert Breach("calendar", "1", None, "calendar_changed") in found(lived)


def test_a_calendar_edition_that_was_deleted_is_not_silently_adopted_again(
    lived: Office, place: Place, kept: Path
) -> None:
    place.sql("DELETE FROM gk_calendar_edition")
    with place.open() as later:
        assert place.rows("SELECT 1 FROM gk_calendar_edition") == []
        with pytest.raises(Unfit) as refused:
            later.cases()
        assert refused.value.code == "calendar_lost"
        assert Breach("calendar", "1", None, "calendar_missing") in found(later)


def test_every_trigger_that_was_dropped_is_named(lived: Office, place: Place) -> None:
    place.without_guards()
    named = [breach.where for breach in lived.verify()[2]]
    tables = ("entry", "escalation", "acknowledgement", "rules_edition", "seal", "seal_leaf", "sweep", "unsweep")
    verbs = ("update", "delete") if place.kind == "sqlite" else ("update", "delete", "truncate")
    assert sorted(named) == sorted(f"gk_{table}_no_{verb}" for table in tables for verb in verbs)


def test_a_trigger_that_refuses_nothing_is_named(lived: Office, place: Place) -> None:
    if place.kind == "sqlite":
        place.sql("DROP TRIGGER gk_entry_no_update")
        place.sql("CREATE TRIGGER gk_entry_no_update BEFORE UPDATE ON gk_entry BEGIN SELECT 1; END")
    else:
        place.sql("ALTER TABLE gk_entry DISABLE TRIGGER gk_entry_no_update")
    assert lived.verify()[2] == (Breach("guard", "gk_entry_no_update", None, "guard_missing"),)


# -- the forger's tools ------------------------------------------------------------------------------------------------


def rewrite(place: Place, office: Office, case: str) -> None:
    """Another title in a record, and every hash behind it made anew."""
    with office.store.reading() as ledger:
        entries = ledger.record.entries(case)
    previous, made = "", []
    for entry in entries:
        facts = {**entry.facts, "title": "改过的事项"} if entry.seq == 1 else entry.facts
        changed = replace(entry, facts=facts, previous=previous)
        sealed = replace(changed, hash=seal_entry(changed, previous, "sha256"))
        previous = sealed.hash
        made.append(sealed)
    assert check_chain(case, made) is None
    for entry in made:
        place.sql(
            "UPDATE gk_entry SET facts = :facts, previous = :previous, hash = :hash"
            ' WHERE "case" = :case AND seq = :seq',
            {
                "facts": canonical(dict(entry.facts)), "previous": entry.previous, "hash": entry.hash, "case": case,
                "seq": entry.seq,
            },
        )  # fmt: skip
    place.sql(
        'UPDATE gk_docket SET head = :head, title = :title WHERE "case" = :case',
        {"head": previous, "title": "改过的事项", "case": case},
    )


def reseal(place: Place) -> None:
    """Every seal made anew over the leaves as they are, without a key: all that somebody without it can do."""
    names = ", ".join(Seal._fields)
    with place.engine() as engine, engine.connect() as connection:
        rows = connection.exec_driver_sql(f"SELECT {names} FROM gk_seal ORDER BY number").fetchall()
        leaves = connection.exec_driver_sql(
            f"SELECT {', '.join(Leaf._fields)} FROM gk_seal_leaf ORDER BY place"
        ).fetchall()
    from gkflow.store.dialect import read_day, read_moment

    tree, previous, place_of, heads, entries = Tree(), "", 0, {}, 0
    for row in rows:
        for found in (Leaf._make(leaf) for leaf in leaves if leaf[1] == row[0]):
            place_of += 1
            if found.kind == "case":
                entries += found.size - heads.get(found.name, 0)
                heads[found.name] = found.size
            place.sql("UPDATE gk_seal_leaf SET place = :new WHERE place = :old", {"new": place_of, "old": found.place})
            tree.add((leaf_text(found),))
        made = Seal._make((row[0], read_moment(row[1]), read_day(row[2]), *row[3:]))
        made = made._replace(leaves=tree.count, root=tree.root(), previous=previous, entries=entries)
        made = made._replace(hash=seal_hash(made, "", "sha256"))
        place.sql(
            "UPDATE gk_seal SET leaves = :leaves, root = :root, previous = :previous, entries = :entries, hash = :hash,"
            " peaks = :peaks WHERE number = :number",
            {
                "leaves": made.leaves, "root": made.root, "previous": previous, "entries": entries, "hash": made.hash,
                "peaks": tree.kept(), "number": made.number,
            },
        )  # fmt: skip
        previous = made.hash
    head = {"link": str(made.number), "hash": previous}
    place.sql("UPDATE gk_chain_head SET link = :link, hash = :hash WHERE chain = 'seal'", head)


def test_what_gkflow_makes_is_for_its_owner_alone(lived: Office, place: Place) -> None:
    lived.deliver(at("2022-10-31"))
    assert lived.seals_file is not None
    made = [lived.seals_file, place.home / "notices" / "notices.jsonl"]
    made += [place.home / f"gkflow.db{end}" for end in ("", "-wal", "-shm")] if place.kind == "sqlite" else []
    assert {path.stat().st_mode & 0o777 for path in made} == {0o600}
    assert (place.home / "notices").stat().st_mode & 0o777 == 0o700
    assert private_of(lived.settings).mode == 0o600


def test_a_group_that_the_settings_name_may_read_and_write_and_nobody_else(tmp_path: Path) -> None:
    grp = pytest.importorskip("grp", reason="groups are those of POSIX")
    group = grp.getgrgid(os.getgid()).gr_name
    with a_place("sqlite", tmp_path / "office") as place:
        place.settings(f'{PEOPLE}\n[files]\ngroup = "{group}"\n')
        (place.home / "gkflow.toml").chmod(0o640)
        with place.open() as office:
            open_request(office, "A", "2022-09-13")
            office.tick(at("2022-10-10"))
            office.deliver(at("2022-10-10"))
            made = [place.home / "seals.jsonl", place.home / "notices" / "notices.jsonl", place.home / "gkflow.db"]
            assert {path.stat().st_mode & 0o777 for path in made} == {0o660}
            assert {path.stat().st_gid for path in made} == {os.getgid()}
            assert (place.home / "notices").stat().st_mode & 0o777 == 0o770
            assert [sign.level for sign in office.doctor(at("2022-10-10", "10:00")) if sign.name == "files"] == ["ok"]
            (place.home / "seals.jsonl").chmod(0o664)
            (sign,) = [sign for sign in office.doctor(at("2022-10-10", "10:00")) if sign.name == "files"]
            assert (sign.level, sign.facts["wide"]) == ("warning", ["seals.jsonl"])


def test_a_group_that_does_not_exist_is_refused_by_its_name(tmp_path: Path) -> None:
    with a_place("sqlite", tmp_path / "office") as place:
        place.settings(f'{PEOPLE}\n[files]\ngroup = "no-such-group"\n')
        with pytest.raises(Unfit, match=r'\[files\] group: there is no group "no-such-group" on this machine'):
            place.open()
