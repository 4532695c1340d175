"""Scores and spot checks (考评与抽查): read off the record, and draws that anybody can repeat."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

import gkflow
from gkflow.application.spot_checks import Drawn, draw
from gkflow.domain.errors import Refused
from gkflow.office import Office
from store.offices import Place, apart, assert_sound, at, open_request

YEAR = (date(2026, 1, 1), date(2026, 12, 31))
POINTS = Path(__file__).parents[2] / "config" / "lists" / "points.yaml"
# The numbers of the examples in config/lists/points.yaml, written down from the seeds that it cites.
REPLY_LATE, REPORT_LATE, RED_SHEET, OUTSTANDING = -6, -5, -2, 2


def supervise(office: Office, number: str, day: str = "2026-02-02") -> None:
    office.receive("supervision", number, facts={"ground": "assessment"}, now=at(day))


def give(office: Office, number: str, rule: str, unit: str, written: str, **more: Any) -> None:
    office.do(number, "score", **apart(points_rule=rule, scored_unit=unit, now=at(written), **more))


def totals(office: Office, since: str = "2026-01-01", until: str = "2026-12-31", **more: Any) -> dict[str, float]:
    found = office.supervision.score(date.fromisoformat(since), date.fromisoformat(until), **more)
    return {score.unit: score.total for score in found}


def seq_of(office: Office, number: str) -> int:
    """The number of the first scoring entry of a case that still stands."""
    return next(entry.seq for entry in office.case(number, as_of="2026-12-31").record if entry.action == "score")


def correct(office: Office, number: str, written: str, **facts: Any) -> None:
    office.do(number, "correct_entry", facts={"reason": "误录", **facts}, now=at(written))


# -- scores ---------------------------------------------------------------------------------------------------------


def test_points_are_added_up_by_unit(office: Office) -> None:
    supervise(office, "D-1")
    supervise(office, "D-2")
    give(office, "D-1", "reply_late", "甲局", "2026-03-02")
    give(office, "D-1", "reply_late", "甲局", "2026-03-03")  # 每条: one entry for each
    give(office, "D-1", "red_sheet", "乙局", "2026-03-03")
    give(office, "D-2", "outstanding", "甲局", "2026-04-01")
    assert totals(office) == {"甲局": 2 * REPLY_LATE + OUTSTANDING, "乙局": RED_SHEET}
    first = next(score for score in office.supervision.score(*YEAR) if score.unit == "甲局")
    assert (first.added, first.deducted) == (OUTSTANDING, 2 * REPLY_LATE)
    assert totals(office, unit="乙局") == {"乙局": RED_SHEET}
    assert totals(office, unit="丙局") == {}


def test_every_entry_behind_a_score_is_shown_in_the_order_of_its_day(office: Office) -> None:
    supervise(office, "D-1")
    give(office, "D-1", "red_sheet", "甲局", "2026-04-01")
    give(office, "D-1", "reply_late", "甲局", "2026-04-02", day="2026-03-02", by="赵六", reason="第17号")
    (score,) = office.supervision.score(*YEAR)
    assert [(p.day, p.case, p.rule, p.label, p.points, p.by, p.reason) for p in score.points] == [
        (date(2026, 3, 2), "D-1", "reply_late", "依申请公开逾期答复（每条）", REPLY_LATE, "赵六", "第17号"),
        (date(2026, 4, 1), "D-1", "red_sheet", "红色督办单", RED_SHEET, "", ""),
    ]


@pytest.mark.parametrize(
    ("since", "until", "points"),
    [
        ("2026-03-02", "2026-03-31", REPLY_LATE + RED_SHEET),
        ("2026-03-03", "2026-03-31", RED_SHEET),
        ("2026-03-02", "2026-03-30", REPLY_LATE),
        ("2026-03-03", "2026-03-30", 0),
        ("2027-01-01", "2027-12-31", 0),
    ],
)
def test_the_first_and_the_last_day_of_a_period_count(office: Office, since: str, until: str, points: int) -> None:
    supervise(office, "D-1")
    give(office, "D-1", "reply_late", "甲局", "2026-03-02")
    give(office, "D-1", "red_sheet", "甲局", "2026-03-31")
    assert totals(office, since, until).get("甲局", 0) == points


def test_what_counts_is_the_legal_day_and_not_that_of_the_writing(office: Office) -> None:
    supervise(office, "D-1", "2025-12-01")
    give(office, "D-1", "reply_late", "甲局", "2026-01-05", day="2025-12-31")
    assert totals(office) == {}
    assert totals(office, "2025-01-01", "2025-12-31") == {"甲局": REPLY_LATE}


def test_an_office_without_any_score_has_none(office: Office) -> None:
    supervise(office, "D-1")
    office.do("D-1", "issue", facts={"sheet": "red"}, now=at("2026-02-03"))
    assert office.supervision.score(*YEAR) == []


def test_a_voided_entry_gives_nothing(office: Office) -> None:
    supervise(office, "D-1")
    give(office, "D-1", "reply_late", "甲局", "2026-03-02")
    give(office, "D-1", "red_sheet", "甲局", "2026-03-03")
    correct(office, "D-1", "2026-03-04", seq=seq_of(office, "D-1"), void=True)
    assert totals(office) == {"甲局": RED_SHEET}
    correct(office, "D-1", "2026-03-05", seq=seq_of(office, "D-1"), void=True)
    assert totals(office) == {}


def test_a_corrected_entry_gives_what_it_says_now(office: Office) -> None:
    supervise(office, "D-1")
    give(office, "D-1", "reply_late", "甲局", "2026-03-02")
    correct(office, "D-1", "2026-03-04", seq=seq_of(office, "D-1"), points_rule="red_sheet", scored_unit="乙局")
    assert totals(office) == {"乙局": RED_SHEET}


def test_an_entry_whose_day_was_corrected_counts_in_the_period_of_its_true_day(office: Office) -> None:
    supervise(office, "D-1", "2025-12-01")
    give(office, "D-1", "reply_late", "甲局", "2026-01-05")
    give(office, "D-1", "red_sheet", "甲局", "2026-01-05")
    correct(office, "D-1", "2026-01-06", seq=seq_of(office, "D-1"), day="2025-12-30")
    assert totals(office) == {"甲局": RED_SHEET}
    assert totals(office, "2025-01-01", "2025-12-31") == {"甲局": REPLY_LATE}


def test_a_corrected_day_takes_an_entry_into_the_period_in_which_nothing_was_written(office: Office) -> None:
    supervise(office, "D-1", "2025-06-02")
    give(office, "D-1", "reply_late", "甲局", "2026-01-05")
    correct(office, "D-1", "2026-01-06", seq=seq_of(office, "D-1"), day="2025-07-01")
    assert totals(office, "2025-01-01", "2025-12-31") == {"甲局": REPLY_LATE}
    assert totals(office) == {}


def test_points_of_a_register_count_as_those_of_the_counter(office: Office) -> None:
    base = {"case": "D-1", "workflow": "supervision"}
    rows = [
        {**base, "day": "2026-02-02", "action": "open", "ground": "assessment"},
        {
            **base,
            "day": "2026-03-02",
            "action": "score",
            "points_rule": "依申请公开逾期答复（每条）",
            "scored_unit": "甲局",
        },
    ]
    assert office.import_register(enumerate(rows, 2), now=at("2026-04-01")).bad == ()
    assert totals(office) == {"甲局": REPLY_LATE}


def test_points_that_are_changed_later_change_no_score_of_a_case_that_began_before(
    place: Place, office: Office, tmp_path: Path
) -> None:
    supervise(office, "D-1")
    give(office, "D-1", "reply_late", "甲局", "2026-03-02")
    # The same database, with a list of the office's own: the late reply costs ten points from now on.
    other = tmp_path / "other"
    shutil.copytree(POINTS.parent, other / "config" / "lists")
    text = POINTS.read_text(encoding="utf-8")
    mine = [line.replace("points: -6", "points: -10") if "reply_late" in line else line for line in text.splitlines()]
    (other / "config" / "lists" / "points.yaml").write_text("\n".join(mine), encoding="utf-8")
    with gkflow.open(place.url, home=other) as changed:
        changed.rule_editions.adopt(now=at("2026-05-05"))
        give(changed, "D-1", "reply_late", "甲局", "2026-05-06")
        supervise(changed, "D-2", "2026-05-06")
        give(changed, "D-2", "reply_late", "乙局", "2026-05-06")
        assert totals(changed) == {"甲局": 2 * REPLY_LATE, "乙局": -10}
        assert_sound(changed)


def test_a_score_is_read_in_the_transaction_of_the_caller(place: Place, office: Office) -> None:
    supervise(office, "D-1")
    with place.engine() as engine, Session(engine) as session:
        portal = gkflow.open(engine, home=place.home)
        facts = {"points_rule": "red_sheet", "scored_unit": "甲局"}
        portal.do("D-1", "score", facts=facts, now=at("2026-03-02"), session=session)
        assert [score.total for score in portal.supervision.score(*YEAR, session=session)] == [RED_SHEET]
        session.rollback()
    assert totals(office) == {}


# -- spot checks ----------------------------------------------------------------------------------------------------

MARCH = (date(2026, 3, 1), date(2026, 3, 31))
NOW = at("2026-04-01")


def requests(office: Office, count: int = 8) -> list[str]:
    """Requests of March, and one of February and one of April that are none of its population."""
    numbers = [f"R-{number}" for number in range(1, count + 1)]
    for place, number in enumerate(numbers):
        open_request(office, number, f"2026-03-{2 + place:02}")
    open_request(office, "R-before", "2026-02-27")
    open_request(office, "R-after", "2026-04-01")
    supervise(office, "D-other", "2026-03-05")
    return numbers


def by_hand(numbers: Sequence[str], seed: str, count: int) -> tuple[str, ...]:
    """The same draw as somebody else would make it, from the words in the record alone."""
    hashes = {number: hashlib.sha256(f"{seed}/{number}".encode()).digest() for number in numbers}
    left = list(numbers)
    found = []
    while left and len(found) < count:
        least = min(left, key=lambda number: int.from_bytes(hashes[number], "big"))
        left.remove(least)
        found.append(least)
    return tuple(found)


def check(office: Office, count: int = 3, seed: str = "2026年第一季度", **more: Any) -> Drawn:
    return office.supervision.spot_check("request", *MARCH, count, seed=seed, **({"now": NOW} | more))


def supervisions(office: Office) -> list[str]:
    found = office.cases(include_closed=True, workflow="supervision", as_of="2026-12-31")
    return sorted(line.case for line in found if line.case != "D-other")


@given(
    population=st.lists(st.text("ABC0123456789-案", min_size=1, max_size=8), min_size=1, max_size=20, unique=True),
    seed=st.text(max_size=12),
    count=st.integers(1, 25),
    data=st.data(),
)
def test_a_draw_is_the_same_for_whoever_repeats_it(
    population: list[str], seed: str, count: int, data: st.DataObject
) -> None:
    found = draw(population, seed, count)
    assert found == by_hand(population, seed, count)
    assert found == draw(data.draw(st.permutations(population)), seed, count)
    assert len(set(found)) == len(found) == min(count, len(population))
    # A case that came to be known later changes nothing among the others.
    late = [number for number in draw([*population, "新"], seed, len(population) + 1) if number != "新"]
    assert tuple(late[:count]) == found


def test_what_is_drawn_can_be_computed_by_hand_from_the_record(office: Office) -> None:
    numbers = requests(office)
    drawn = check(office)
    assert (drawn.seed, drawn.population) == ("2026年第一季度", 8)
    assert drawn.cases == by_hand(numbers, "2026年第一季度", 3)
    assert len(drawn.opened) == 3
    for place, (case, supervision) in enumerate(zip(drawn.cases, drawn.opened, strict=True), 1):
        facts = office.case(supervision, as_of="2026-04-01").facts
        assert (facts["ground"], facts["origin"], facts["drawn_case"]) == ("spot_check", case, case)
        assert (facts["seed"], facts["population_size"]) == ("2026年第一季度", 8)
        assert "2026-03-01" in facts["population"]
        assert "2026-03-31" in facts["population"]
        assert f"第 {place} 件，共抽 3 件" in facts["drawn"]
        assert "sha256" in facts["drawn"]
        assert facts["title"] == "抽查：某事项"
        links = [entry.facts["leads_to"] for entry in office.case(case, as_of="2026-04-01").record[-1:]]
        assert links == [supervision]
    assert_sound(office)


def test_a_spot_check_sets_no_sheet_and_so_no_clock(office: Office) -> None:
    requests(office)
    assert office.deadlines(check(office, 1).opened[0], as_of="2026-04-01") == {}


def test_the_same_draw_again_opens_nothing_a_second_time(office: Office) -> None:
    requests(office)
    first = check(office)
    again = check(office, now=at("2026-04-02"))
    assert again == first
    assert supervisions(office) == sorted(first.opened)
    assert_sound(office)


def test_a_greater_draw_with_the_same_seed_opens_only_those_that_are_new(office: Office) -> None:
    requests(office)
    first, more = check(office, 2), check(office, 5)
    assert more.cases[:2] == first.cases
    assert more.opened[:2] == first.opened
    assert supervisions(office) == sorted(more.opened)


def test_another_seed_is_another_draw(office: Office) -> None:
    requests(office)
    first, other = check(office, 8, seed="一"), check(office, 8, seed="二")
    assert first.cases != other.cases
    assert sorted(first.cases) == sorted(other.cases)
    assert not set(first.opened) & set(other.opened)


def test_more_than_there_are_are_all_of_them(office: Office) -> None:
    numbers = requests(office)
    drawn = check(office, 100)
    assert sorted(drawn.cases) == sorted(numbers)
    assert len(supervisions(office)) == 8


def test_a_seed_that_was_not_given_is_made_and_stands_on_record(office: Office) -> None:
    numbers = requests(office)
    drawn = office.supervision.spot_check("request", *MARCH, 3, now=NOW)
    assert drawn.seed
    assert drawn.cases == by_hand(numbers, drawn.seed, 3)
    assert {office.case(case, as_of="2026-04-01").facts["seed"] for case in drawn.opened} == {drawn.seed}
    assert office.supervision.spot_check("request", *MARCH, 3, now=NOW).seed != drawn.seed


def test_a_closed_case_is_drawn_like_any_other(office: Office) -> None:
    numbers = requests(office)
    for number in numbers:
        office.do(number, "withdraw", now=at("2026-03-20"))
        office.do(number, "archive", now=at("2026-03-20"))
    drawn = check(office, 8)
    assert sorted(drawn.cases) == sorted(numbers)
    assert_sound(office)


@pytest.mark.parametrize(
    ("workflow", "since", "until", "count"),
    [
        ("request", date(2026, 5, 1), date(2026, 5, 31), 3),
        ("permit", *MARCH, 3),
        ("request", *MARCH, 0),
        ("request", *MARCH, -1),
        ("request", MARCH[1], MARCH[0], 3),
    ],
)
def test_a_draw_from_nothing_is_refused(office: Office, workflow: str, since: date, until: date, count: int) -> None:
    requests(office)
    with pytest.raises(Refused) as refused:
        office.supervision.spot_check(workflow, since, until, count, seed="x", now=NOW)
    assert refused.value.code == "nothing_to_draw"
    assert supervisions(office) == []


def test_a_dry_run_says_what_would_be_drawn_and_opens_nothing(office: Office) -> None:
    requests(office)
    shown = check(office, dry_run=True)
    assert shown.opened == ()
    assert supervisions(office) == []
    assert check(office).cases == shown.cases


def test_a_draw_in_the_transaction_of_the_caller_is_rolled_back_with_its_links(place: Place, office: Office) -> None:
    requests(office)
    with place.engine() as engine, Session(engine) as session:
        portal = gkflow.open(engine, home=place.home)
        drawn = portal.supervision.spot_check("request", *MARCH, 3, seed="x", now=NOW, session=session)
        assert len(drawn.opened) == 3
        session.rollback()
    assert supervisions(office) == []
    assert {entry.action for entry in office.case(drawn.cases[0], as_of="2026-04-01").record} == {
        "receive", "register", "assign",
    }  # fmt: skip
    assert_sound(office)


def test_a_spot_check_is_for_those_who_may_supervise(place: Place) -> None:
    place.settings(
        '[[people]]\nname = "张三"\nroles = ["officer"]\n[[people]]\nname = "督办室"\nroles = ["director"]\n'
    )
    with place.open() as office:
        requests(office)
        with pytest.raises(Refused) as refused:
            check(office, by="张三")
        assert refused.value.code == "role_missing"
        assert supervisions(office) == []
        assert len(check(office, by="督办室").opened) == 3


def test_at_the_counter_a_spot_check_without_its_draw_is_refused(office: Office) -> None:
    # A spot check is a draw that can be repeated, or it is none: population, seed and what was drawn are needed.
    facts = {"ground": "spot_check", "population": "三月收到的依申请公开", "seed": "x", "drawn": "R-1"}
    for left_out in ("population", "seed", "drawn"):
        given = {name: value for name, value in facts.items() if name != left_out}
        with pytest.raises(Refused) as refused:
            office.receive("supervision", facts=given, now=NOW)
        assert refused.value.facts["names"] == (left_out,)
    assert office.receive("supervision", facts=facts, now=NOW).written
