"""The case and its record (案件与办理记录): legal days, corrections, entries typed in late, and the chain."""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_case, a_workflow, an_entry, d, entries_of, reply_of
from gkflow.domain.case import (
    CORRECT,
    NOTE,
    Entry,
    algorithm_of,
    amendments,
    canonical,
    legal_day,
    moment_text,
    record_of,
    seal_entry,
)
from gkflow.domain.clock import read_clocks
from gkflow.domain.errors import Unfit
from walks import walks

# -- legal days --------------------------------------------------------------------------------------------------


@given(
    st.timedeltas(timedelta(0), timedelta(days=36524)).map(lambda gone: datetime(2000, 1, 1, tzinfo=UTC) + gone),
    st.integers(-24 * 60 + 1, 24 * 60 - 1),
    st.sampled_from(["UTC", "America/New_York", "Pacific/Kiritimati", "Asia/Urumqi", "Europe/London"]),
)
def test_the_time_zone_of_a_moment_never_changes_its_legal_day(moment: datetime, minutes: int, zone: str) -> None:
    elsewhere = moment.astimezone(timezone(timedelta(minutes=minutes)))

    assert legal_day(elsewhere) == legal_day(moment) == legal_day(moment.astimezone(ZoneInfo(zone)))
    assert legal_day(moment) == (moment + timedelta(hours=8)).date()  # no summer time since 1991
    assert moment_text(elsewhere) == moment_text(moment)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-03-02T00:00:00+08:00", "2026-03-02"),
        ("2026-03-02T00:30:00+08:00", "2026-03-02"),
        ("2026-03-02T23:59:59+08:00", "2026-03-02"),
        ("2026-03-01T15:59:59+00:00", "2026-03-01"),
        ("2026-03-01T16:00:00+00:00", "2026-03-02"),
        ("2026-03-01T16:00:00Z", "2026-03-02"),
    ],
)
def test_the_legal_day_begins_at_midnight_in_shanghai(moment: str, day: str) -> None:
    assert legal_day(datetime.fromisoformat(moment)) == d(day)


def test_a_moment_without_a_zone_has_no_legal_day() -> None:
    with pytest.raises(ValueError, match="zone"):
        legal_day(datetime.fromisoformat("2026-03-02T09:00"))


# -- the record in force -----------------------------------------------------------------------------------------

HEAD = ["2026-03-02 receive channel=in_person title=甲", "2026-03-02 register"]


def read(entries: list[Entry]) -> list[tuple[int, str, date]]:
    return [(entry.seq, entry.action, entry.day) for entry in entries]


def test_an_entry_counts_from_its_own_day_whenever_it_was_written() -> None:
    record = entries_of([*HEAD, "2026-03-20 submit", "2026-03-05 assign officer=张三"])

    assert [entry.seq for entry in record_of(record, d("2026-03-04"))] == [1, 2]
    assert [entry.seq for entry in record_of(record, d("2026-03-05"))] == [1, 2, 4]
    assert [entry.seq for entry in record_of(record)] == [1, 2, 4, 3]


def test_entries_of_one_day_stand_in_the_order_in_which_they_were_written() -> None:
    record = entries_of([*HEAD, "2026-03-05 submit", "2026-03-04 assign officer=张三", "2026-03-05 approve"])

    assert [entry.seq for entry in record_of(record)] == [1, 2, 4, 3, 5]


def test_a_correction_of_the_day_holds_on_every_day() -> None:
    record = entries_of(
        [*HEAD, "2026-03-10 assign officer=张三", "2026-03-16 correct_entry seq=3 day=2026-03-05 reason=误录"]
    )

    assert read(record_of(record, d("2026-03-12")))[-1] == (3, "assign", d("2026-03-05"))
    assert read(record_of(record, d("2026-03-07")))[-1] == (3, "assign", d("2026-03-05"))
    assert read(record_of(record, d("2026-03-04"))) == read(list(record[:2]))
    assert read(record_of(record, d("2026-03-16"))) == [
        (1, "receive", d("2026-03-02")), (2, "register", d("2026-03-02")), (3, "assign", d("2026-03-05")),
        (4, CORRECT, d("2026-03-16")),
    ]  # fmt: skip
    assert record[2].day == d("2026-03-10")  # the old entry stays


def test_what_was_believed_before_a_correction_is_asked_by_its_moment() -> None:
    record = entries_of(
        [*HEAD, "2026-03-10 assign officer=张三", "2026-03-16 correct_entry seq=3 day=2026-03-05 reason=误录"]
    )
    before, after = record[3].written_at - timedelta(seconds=1), record[3].written_at

    assert read(record_of(record, d("2026-03-07"), before)) == read(list(record[:2]))
    assert read(record_of(record, None, before))[-1] == (3, "assign", d("2026-03-10"))
    assert read(record_of(record, None, after)) == read(record_of(record))


def test_a_corrected_day_of_receipt_moves_the_last_day_on_every_day() -> None:
    record = [*HEAD, "2026-03-09 correct_entry seq=1 day=2026-02-27 reason=签收之日"]

    # Saturday 28 February is worked.
    assert {reply_of(record, day).last_day for day in ("2026-03-02", "2026-03-08", "2026-03-09")} == {d("2026-03-26")}


def test_a_correction_of_facts_replaces_what_it_names_and_nothing_else() -> None:
    record = [*HEAD, "2026-03-16 correct_entry seq=1 title=乙 reason=误录"]

    assert a_case(record, as_of="2026-03-15").facts["title"] == "乙"
    case = a_case(record)
    assert case.first.facts == {"channel": "in_person", "title": "乙"}
    assert case.facts["title"] == "乙"


def test_the_reason_of_a_correction_is_no_fact_of_the_entry() -> None:
    workflow = a_workflow("request")
    correction = an_entry(workflow, 3, "2026-03-16 correct_entry seq=1 title=乙 reason=误录")
    correction = replace(
        correction, facts={**correction.facts, "last_day_before": "2026-03-30", "last_day_after": None}
    )

    assert record_of([*entries_of(HEAD), correction])[0].facts == {"channel": "in_person", "title": "乙"}


def test_a_fact_corrected_to_nothing_is_gone() -> None:
    workflow = a_workflow("request")
    correction = an_entry(workflow, 3, "2026-03-16 correct_entry seq=1 reason=误录")
    correction = replace(correction, facts={**correction.facts, "title": None})

    assert record_of([*entries_of(HEAD), correction])[0].facts == {"channel": "in_person"}


def test_a_voided_entry_does_nothing_and_stays_visible() -> None:
    record = entries_of([*HEAD, "2026-03-10 withdraw", "2026-03-16 correct_entry seq=3 void=true reason=误录"])

    assert a_case([*HEAD, "2026-03-10 withdraw"]).state == "withdrawn"
    in_force = record_of(record)
    assert read(in_force)[2] == (3, NOTE, d("2026-03-10"))
    case = a_case([*HEAD, "2026-03-10 withdraw", "2026-03-16 correct_entry seq=3 void=true reason=误录"])
    assert (case.state, case.ended, case.findings) == ("registered", None, ())


def test_the_later_of_two_corrections_has_the_last_word() -> None:
    record = [
        *HEAD,
        "2026-03-16 correct_entry seq=1 title=乙 reason=误录",
        "2026-03-17 correct_entry seq=1 title=丙 reason=再误录",
    ]

    assert {a_case(record, as_of=f"2026-03-{day}").facts["title"] for day in (15, 16, 17)} == {"丙"}


def test_a_correction_that_was_voided_has_never_been_one() -> None:
    record = entries_of(
        [
            *HEAD,
            "2026-03-16 correct_entry seq=1 title=乙 reason=误录",
            "2026-03-17 correct_entry seq=3 void=true reason=更正有误",
            "2026-03-17 correct_entry seq=99 void=true reason=误录",
        ]
    )

    assert record_of(record)[0].facts["title"] == "甲"
    found = amendments(record)
    assert (set(found), found[3].voided_by) == ({3}, 4)


def test_a_correction_can_be_corrected() -> None:
    record = entries_of(
        [
            *HEAD,
            "2026-03-10 assign officer=张三",
            "2026-03-16 correct_entry seq=3 day=2026-03-05 officer=李四 reason=误录",
            "2026-03-17 correct_entry seq=4 day=2026-03-06 reason=更正有误",
        ]
    )

    entry = next(each for each in record_of(record) if each.seq == 3)
    assert (entry.day, entry.facts["officer"]) == (d("2026-03-06"), "李四")
    found = amendments(record)
    assert (found[3].by, found[4].by) == ((4,), (5,))


def test_the_voiding_of_a_voiding_lets_the_entry_hold_again() -> None:
    record = entries_of(
        [
            *HEAD,
            "2026-03-10 withdraw",
            "2026-03-16 correct_entry seq=3 void=true reason=误录",
            "2026-03-17 correct_entry seq=4 void=true reason=作废有误",
        ]
    )

    assert read(record_of(record))[2] == (3, "withdraw", d("2026-03-10"))
    assert 3 not in amendments(record)


def test_an_entry_corrected_to_a_later_day_is_not_there_before_it() -> None:
    record = entries_of([*HEAD, "2026-03-05 submit", "2026-03-06 correct_entry seq=3 day=2026-03-10 reason=误录"])

    assert [entry.seq for entry in record_of(record, d("2026-03-05"))] == [1, 2]
    assert [entry.seq for entry in record_of(record, d("2026-03-08"))] == [1, 2, 4]
    assert [entry.seq for entry in record_of(record, d("2026-03-10"))] == [1, 2, 4, 3]


def test_a_receipt_made_by_mistake_was_no_case_on_any_day() -> None:
    record = [*HEAD, "2026-03-05 assign officer=张三", "2026-03-12 note text=x", "2026-03-20 misfile reason=重复登记"]

    for day in ("2026-03-02", "2026-03-06", "2026-03-25"):
        case = a_case(record, as_of=day)
        assert (case.state, case.ended, case.findings) == ("misfiled", d("2026-03-02"), ())
        assert read_clocks(a_workflow("request"), record_of(entries_of(record), d(day))) == ()
    assert [entry.action for entry in record_of(entries_of(record))] == ["receive", "misfile", "note"]


def test_a_voided_misfiling_gives_the_case_back_with_its_clocks() -> None:
    life = [*HEAD, "2026-03-05 assign officer=张三"]
    record = [*life, "2026-03-20 misfile reason=重复登记", "2026-03-21 correct_entry seq=4 void=true reason=并非重复"]

    assert a_case(record).state == a_case(life).state
    assert reply_of(record, "2026-03-10").last_day == reply_of(life, "2026-03-10").last_day


_LIVES = st.lists(
    st.tuples(
        st.integers(1, 9),  # which earlier entry it is about
        st.sampled_from(["void", "day", "title"]),
        st.integers(3, 28),
    ),
    max_size=6,
)


@given(_LIVES)
def test_corrections_hold_as_an_independent_reading_says(life: list[tuple[int, str, int]]) -> None:
    """Walked from the end, with plain dictionaries: the model knows nothing of how gkflow folds corrections."""
    base = [f"2026-03-{2 + n:02d} assign officer=t{n}" for n in range(3)]
    rows = ["2026-03-02 receive channel=in_person title=t", *base]
    meant: list[tuple[int, str, int]] = []
    for about, kind, value in life:
        if not 2 <= about <= len(rows) or (about > 4 and not meant):
            continue
        what = {"void": "void=true", "day": f"day=2026-03-{value:02d}", "title": f"officer=c{value}"}[kind]
        meant.append((about, kind, value))
        rows.append(f"2026-03-28 correct_entry seq={about} {what} reason=r")
    # The model: for each correction, from the last to the first, whether it holds and what it says.
    says = {5 + n: dict([each[1:]]) for n, each in enumerate(meant)}
    target = {5 + n: each[0] for n, each in enumerate(meant)}
    dead: dict[int, bool] = {}

    def holds(seq: int) -> bool:
        if seq not in dead:
            dead[seq] = any(target[c] == seq and holds(c) and "void" in final(c) for c in says)
        return not dead[seq]

    def final(seq: int) -> dict[str, int]:
        read = dict(says[seq])
        for c in sorted(says):
            if target[c] == seq and holds(c) and "void" not in final(c):
                read.update(final(c))
        return read

    expected = {}
    for seq in (2, 3, 4):
        day, title, void = seq, f"t{seq - 2}", False
        for c in sorted(says):
            if target[c] == seq and holds(c):
                read = final(c)
                void = void or "void" in read
                if not void:
                    day, title = read.get("day", day), f"c{read['title']}" if "title" in read else title
        expected[seq] = None if void else (date(2026, 3, day), title)
    record = record_of(entries_of(rows))
    found = {e.seq: (e.day, e.facts["officer"]) if e.facts else None for e in record if e.seq in (2, 3, 4)}
    assert found == expected


@given(walks(unruly=True), st.randoms(use_true_random=False))
def test_the_record_in_force_is_sorted_and_whole(record: tuple[Entry, ...], mix) -> None:
    in_force = record_of(record)

    assert [(entry.day, entry.seq) for entry in in_force] == sorted((entry.day, entry.seq) for entry in record)


# -- the chain ---------------------------------------------------------------------------------------------------


def a_sealed_one(**changes: object) -> Entry:
    entry = Entry(
        "C-1", 2, "extend", d("2026-03-05"), datetime(2026, 3, 5, 1, 0, tzinfo=UTC), "张三", "办公室",
        {"days": 5}, {"页码": "3"}, "key-1", "ab12", "", "request", "ed1",
    )  # fmt: skip
    return replace(entry, **changes)


CHANGES = {
    "case": "C-2",
    "seq": 3,
    "action": "reply",
    "day": d("2026-03-06"),
    "written_at": datetime(2026, 3, 5, 1, 0, 0, 1, tzinfo=UTC),
    "by": "李四",
    "unit": "法规处",
    "facts": {"days": 6},
    "remarks": {"页码": "4"},
    "key": None,
    "previous": "ab13",
    "workflow": "permit",
    "edition": "ed2",
    "account": "somebody",
}


def algorithms() -> list[str]:
    return ["sha256", "sm3"] if "sm3" in hashlib.algorithms_available else ["sha256"]


def test_a_change_is_tried_for_every_column() -> None:
    assert set(CHANGES) == {field.name for field in fields(Entry)} - {"hash"}


@pytest.mark.parametrize("column", CHANGES)
@pytest.mark.parametrize("algorithm", algorithms())
def test_every_column_is_under_the_hash(algorithm: str, column: str) -> None:
    entry, changed = a_sealed_one(), a_sealed_one(**{column: CHANGES[column]})

    assert seal_entry(entry, entry.previous, algorithm) != seal_entry(changed, changed.previous, algorithm)


def test_columns_do_not_run_into_one_another() -> None:
    first, second = a_sealed_one(by="张三", unit="办公室"), a_sealed_one(by="张三办", unit="公室")

    assert seal_entry(first, "", "sha256") != seal_entry(second, "", "sha256")


def test_the_order_of_facts_and_the_zone_of_the_moment_change_no_hash() -> None:
    one = a_sealed_one(facts={"a": 1, "b": "乙"})
    other = a_sealed_one(
        facts={"b": "乙", "a": 1}, written_at=datetime(2026, 3, 5, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    )

    assert seal_entry(one, "", "sha256") == seal_entry(other, "", "sha256")


def test_a_hash_names_its_algorithm() -> None:
    entry = a_sealed_one()

    assert algorithm_of(seal_entry(entry, "", "sha256")) == "sha256"
    assert len(seal_entry(entry, "", "sha256")) == 64
    if "sm3" in algorithms():
        sealed = seal_entry(entry, "", "sm3")
        assert sealed.startswith("sm3:")
        assert algorithm_of(sealed) == "sm3"


def test_an_algorithm_that_python_does_not_have_is_refused() -> None:
    with pytest.raises(Unfit):
        seal_entry(a_sealed_one(), "", "md17")


def test_what_is_hashed_is_one_text() -> None:
    assert canonical({"b": [1, 2], "a": "甲"}) == '{"a":"甲","b":[1,2]}'
    assert moment_text(datetime(2026, 3, 5, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))) == "2026-03-05T01:00:00.000000Z"
