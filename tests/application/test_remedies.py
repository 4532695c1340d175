"""Table four of the annual report (年度报告 表四): each case in one column of one group, and in the right years."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlmodel import Session

import gkflow
from gkflow.application.remedies import RemedyRow
from gkflow.office import Office
from store.offices import Place, assert_sound, at

WORKFLOWS = Path(__file__).parents[2] / "workflows"
GROUPS = ("reconsideration", "direct", "after_reconsideration")
COLUMNS = ("upheld", "corrected", "other", "pending")


def table(office: Office, year: int, **more: Any) -> dict[str, tuple[int, ...]]:
    """The groups that have any case, as (upheld, corrected, other, pending)."""
    rows = office.supervision.remedies(year, **more)
    assert [row.group for row in rows[:3]] == list(GROUPS)
    return {row.group: row[1:] for row in rows if row.total}


def reconsidered(office: Office, number: str, day: str, decided: str = "", outcome: str = "") -> None:
    office.receive("reconsideration", number, day=day, now=at(day))
    if decided:
        office.do(number, "decide", day=decided, facts={"outcome": outcome, "redo": "none"}, now=at(decided))


def sued(office: Office, number: str, path: str, day: str, ended: str = "") -> None:
    office.receive("litigation", number, facts={"path": path}, day=day, now=at(day))
    if ended:
        office.do(number, "terminate", day=ended, facts={"outcome": "other", "reason": "撤诉"}, now=at(ended))


def correct(office: Office, number: str, written: str, **facts: Any) -> None:
    office.do(number, "correct_entry", facts={"reason": "误录", **facts}, now=at(written))


def test_each_outcome_has_its_column_and_the_total_is_their_sum(office: Office) -> None:
    for number, outcome in enumerate(("upheld", "upheld", "upheld", "corrected", "corrected", "other", "")):
        reconsidered(office, f"F-{number}", "2025-03-03", "2025-04-07" if outcome else "", outcome)
    rows = office.supervision.remedies(2025)
    assert rows == (RemedyRow("reconsideration", 3, 2, 1, 1), RemedyRow("direct"), RemedyRow("after_reconsideration"))
    assert [row.total for row in rows] == [7, 0, 0]


def test_an_office_without_a_case_has_three_groups_of_nothing(office: Office) -> None:
    assert office.supervision.remedies(2025) == tuple(RemedyRow(group) for group in GROUPS)


def test_an_outcome_of_the_year_before_is_not_counted_again(office: Office) -> None:
    reconsidered(office, "F-1", "2024-03-04", "2024-04-08", "upheld")
    assert table(office, 2023) == {}
    assert table(office, 2024) == {"reconsideration": (1, 0, 0, 0)}
    assert table(office, 2025) == {}


def test_what_is_pending_at_the_end_of_a_year_is_counted_in_both(office: Office) -> None:
    reconsidered(office, "F-1", "2024-12-30", "2025-02-10", "corrected")
    assert table(office, 2024) == {"reconsideration": (0, 0, 0, 1)}
    assert table(office, 2025) == {"reconsideration": (0, 1, 0, 0)}
    assert table(office, 2026) == {}


@pytest.mark.parametrize(
    ("opened", "decided", "first", "second"),
    [
        ("2024-12-31", "2024-12-31", (1, 0, 0, 0), None),
        ("2024-12-31", "2025-01-01", (0, 0, 0, 1), (1, 0, 0, 0)),
        ("2025-01-01", "2025-12-31", None, (1, 0, 0, 0)),
    ],
)
def test_the_first_and_the_last_day_belong_to_their_year(
    office: Office, opened: str, decided: str, first: tuple[int, ...] | None, second: tuple[int, ...] | None
) -> None:
    reconsidered(office, "F-1", opened, decided, "upheld")
    assert table(office, 2024).get("reconsideration") == first
    assert table(office, 2025).get("reconsideration") == second


def test_what_counts_is_the_legal_day_and_not_that_of_the_writing(office: Office) -> None:
    office.receive("reconsideration", "F-1", day="2024-11-04", now=at("2025-01-06"))
    office.do("F-1", "decide", day="2024-12-30", facts={"outcome": "upheld"}, now=at("2025-01-06"))
    assert table(office, 2024) == {"reconsideration": (1, 0, 0, 0)}
    assert table(office, 2025) == {}


def test_a_lawsuit_stands_in_the_group_of_its_path(office: Office) -> None:
    sued(office, "S-1", "direct", "2025-03-03", "2025-05-06")
    sued(office, "S-2", "direct", "2025-03-04")
    reconsidered(office, "F-1", "2025-03-03", "2025-04-07", "upheld")
    # The suit that follows the reconsideration opens its own case, and says by itself which way it came.
    assert office.do("F-1", "sued", facts={"filed": "2025-04-14", "court": "某法院"}, now=at("2025-04-21")).opened
    assert table(office, 2025) == {
        "reconsideration": (1, 0, 0, 0),
        "direct": (0, 0, 1, 1),
        "after_reconsideration": (0, 0, 0, 1),
    }


def test_a_first_judgment_under_appeal_is_pending_until_the_final_one(office: Office) -> None:
    sued(office, "S-1", "direct", "2024-03-04")
    for day, action, facts in (
        ("2024-03-18", "answer", {}),
        ("2024-09-02", "receive_judgment", {"form": "judgment"}),
        ("2024-09-09", "appeal", {}),
        ("2025-01-13", "receive_final", {"outcome": "upheld"}),
    ):
        office.do("S-1", action, facts=facts, now=at(day))
    assert table(office, 2024) == {"direct": (0, 0, 0, 1)}
    assert table(office, 2025) == {"direct": (1, 0, 0, 0)}


def test_a_register_that_writes_the_result_beside_the_first_judgment_settles_nothing(office: Office) -> None:
    base = {"case": "S-1", "workflow": "litigation"}
    rows = [
        {**base, "day": "2025-03-03", "action": "receive_copy", "path": "direct"},
        {**base, "day": "2025-09-01", "action": "receive_judgment", "form": "judgment", "诉讼结果": "结果维持"},
        {**base, "day": "2025-09-08", "action": "appeal"},
    ]
    assert office.import_register(enumerate(rows, 2), now=at("2026-01-05")).bad == ()
    assert table(office, 2025) == {"direct": (0, 0, 0, 1)}


def test_a_lawsuit_without_a_path_and_a_decision_without_an_outcome_are_not_lost(office: Office) -> None:
    rows = [
        {"case": "S-1", "workflow": "litigation", "day": "2025-03-03", "action": "receive_copy"},
        {"case": "F-1", "workflow": "reconsideration", "day": "2025-03-03", "action": "receive_copy"},
        {"case": "F-1", "workflow": "reconsideration", "day": "2025-04-07", "action": "decide"},
    ]
    assert office.import_register(enumerate(rows, 2), now=at("2026-01-05")).bad == ()
    assert table(office, 2025) == {"reconsideration": (0, 0, 0, 1), "path_unstated": (0, 0, 0, 1)}
    correct(office, "S-1", "2026-01-06", seq=1, path="direct")
    assert table(office, 2026) == {"reconsideration": (0, 0, 0, 1), "direct": (0, 0, 0, 1)}


# -- corrections ----------------------------------------------------------------------------------------------------


def test_a_corrected_outcome_counts_as_what_it_says_whenever_it_was_corrected(office: Office) -> None:
    for number, written in (("F-1", "2025-12-31"), ("F-2", "2026-01-05")):
        reconsidered(office, number, "2025-03-03", "2025-04-07", "upheld")
        correct(office, number, written, seq=2, outcome="corrected", redo="none")
    assert table(office, 2025) == {"reconsideration": (0, 2, 0, 0)}
    assert table(office, 2026) == {}


def test_a_voided_outcome_leaves_the_case_pending(office: Office) -> None:
    reconsidered(office, "F-1", "2025-03-03", "2025-04-07", "upheld")
    correct(office, "F-1", "2025-04-08", seq=2, void=True)
    assert table(office, 2025) == {"reconsideration": (0, 0, 0, 1)}
    assert table(office, 2025, as_of=date(2025, 4, 7)) == {"reconsideration": (0, 0, 0, 1)}
    assert table(office, 2025, as_of=date(2025, 3, 2)) == {}


def test_an_outcome_that_is_voided_in_a_later_year_was_none_in_the_earlier_one(office: Office) -> None:
    reconsidered(office, "F-1", "2024-03-04", "2024-12-02", "upheld")
    correct(office, "F-1", "2025-02-03", seq=2, void=True)
    office.do("F-1", "decide", facts={"outcome": "other"}, now=at("2026-03-02"))
    assert [table(office, year) for year in (2024, 2025, 2026, 2027)] == [
        {"reconsideration": (0, 0, 0, 1)},
        {"reconsideration": (0, 0, 0, 1)},
        {"reconsideration": (0, 0, 1, 0)},
        {},
    ]


def test_an_outcome_that_is_moved_into_an_earlier_year_counts_there_and_only_there(office: Office) -> None:
    reconsidered(office, "F-1", "2024-03-04", "2025-01-06", "upheld")
    correct(office, "F-1", "2025-01-20", seq=2, day="2024-12-30")
    assert [table(office, year) for year in (2024, 2025, 2026)] == [{"reconsideration": (1, 0, 0, 0)}, {}, {}]


def test_a_corrected_day_of_receipt_moves_the_case_into_its_year(office: Office) -> None:
    reconsidered(office, "F-1", "2024-12-30")
    correct(office, "F-1", "2025-02-03", seq=1, day="2025-01-02")
    assert table(office, 2024) == {}
    assert table(office, 2025) == {"reconsideration": (0, 0, 0, 1)}


def test_a_register_voids_no_opening_and_the_case_stays_in_the_table(office: Office) -> None:
    base = {"case": "F-1", "workflow": "reconsideration"}
    rows = [
        {**base, "day": "2025-03-03", "action": "receive_copy"},
        {**base, "day": "2025-03-04", "action": "correct_entry", "seq": 1, "void": True, "reason": "误录"},
    ]
    (refused,) = office.import_register(enumerate(rows, 2), now=at("2026-01-05")).bad
    assert (refused.row, refused.reason.code) == (3, "first_not_voided")
    (counts,) = table(office, 2025).values()
    assert sum(counts) == 1


# -- every case in every year -----------------------------------------------------------------------------------------


class Story(NamedTuple):
    """What happened to a case, in plain form: when it came, when and how it ended, what was corrected when."""

    group: str
    opened: str
    decided: str = ""
    outcome: str = ""
    corrected: str = ""
    void: bool = False
    outcome_is: str = ""
    day_is: str = ""

    def settled(self, day: str) -> tuple[str, str] | None:
        """Since when, and how, it was settled by the end of *day*, as the corrections say that it was."""
        since = self.day_is or self.decided
        return (since, self.outcome_is or self.outcome) if since and since <= day and not self.void else None

    def rows(self, case: str) -> Iterator[dict[str, Any]]:
        """Its rows in a register."""
        lawsuit = self.group != "reconsideration"
        base = {"case": case, "workflow": "litigation" if lawsuit else "reconsideration"}
        yield {**base, "day": self.opened, "action": "receive_copy", **({"path": self.group} if lawsuit else {})}
        if self.decided:
            action = "terminate" if lawsuit else "decide"
            yield {**base, "day": self.decided, "action": action, "outcome": self.outcome}
        if self.corrected:
            given = {"void": self.void or None, "outcome": self.outcome_is, "new_day": self.day_is}
            yield {**base, "day": self.corrected, "action": "correct_entry", "seq": 2, "reason": "误录", **given}


def stories(corrections: bool) -> Iterator[Story]:
    """Every story with these days, around the turns of the years."""
    for group, opened in product(GROUPS, ("2023-12-31", "2024-12-31", "2025-01-01")):
        yield Story(group, opened)
        for decided, outcome in product(("2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01"), COLUMNS[:3]):
            if decided < opened:
                continue
            plain = Story(group, opened, decided, outcome)
            yield plain
            for written in ("2025-01-01", "2025-12-31", "2026-01-01") if corrections else ():
                if written >= decided:
                    voided = plain._replace(corrected=written, void=True)
                    others = [plain._replace(corrected=written, outcome_is=each) for each in COLUMNS[:3]]
                    days = [day for day in ("2024-12-31", "2025-01-01") if opened <= day < decided]
                    yield from (voided, *others, *(plain._replace(corrected=written, day_is=day) for day in days))


def import_stories(office: Office, imported: list[Story]) -> None:
    rows = [row for number, story in enumerate(imported) for row in story.rows(f"C-{number}")]
    result = office.import_register(enumerate(rows, 2), now=at("2027-01-04"))
    assert (result.bad, result.odd, result.taken) == ((), (), len(rows))


def by_hand(imported: list[Story], year: int) -> dict[str, Counter[str]]:
    eve, last = f"{year - 1}-12-31", f"{year}-12-31"
    found: dict[str, Counter[str]] = {group: Counter() for group in GROUPS}
    for story in imported:
        before, now = story.settled(eve), story.settled(last)
        if story.opened <= last and before is None:
            found[story.group][now[1] if now is not None else "pending"] += 1
    return found


def test_the_table_of_every_year_agrees_with_a_plain_count(office: Office) -> None:
    imported = list(stories(corrections=True))
    import_stories(office, imported)
    seen: Counter[str] = Counter()
    for year in range(2022, 2028):
        rows = office.supervision.remedies(year)
        counted = by_hand(imported, year)
        assert [row.group for row in rows] == list(GROUPS)
        for row in rows:
            assert {column: getattr(row, column) for column in COLUMNS} == {
                column: counted[row.group][column] for column in COLUMNS
            }, f"{row.group} {year}"
            # T4-A: 总计 = 维持 + 纠正 + 其他 + 尚未审结.
            assert row.total == counted[row.group].total()
            seen.update(counted[row.group])
    assert all(seen[column] > 100 for column in COLUMNS)


def test_each_case_is_settled_once_and_carried_over_until_then(office: Office) -> None:
    imported = list(stories(corrections=False))
    import_stories(office, imported)
    settled: Counter[tuple[str, str]] = Counter()
    before = dict.fromkeys(GROUPS, 0)
    for year in range(2023, 2028):
        for row in office.supervision.remedies(year):
            came = sum(story.group == row.group and story.opened[:4] == str(year) for story in imported)
            assert row.total == before[row.group] + came
            before[row.group] = row.pending
            settled.update({(row.group, column): getattr(row, column) for column in COLUMNS[:3]})
    assert settled == Counter((story.group, story.outcome) for story in imported if story.outcome)
    assert before == Counter(story.group for story in imported if not story.outcome)
    assert_sound(office)


# -- what it is read by -----------------------------------------------------------------------------------------------


def test_a_case_is_read_by_the_edition_under_which_it_began(place: Place, office: Office, tmp_path: Path) -> None:
    # An office of its own words: what the package calls to terminate, it calls to discontinue.
    other = tmp_path / "other"
    (other / "workflows").mkdir(parents=True)
    text = (WORKFLOWS / "reconsideration.yaml").read_text(encoding="utf-8").replace("terminate", "discontinue")
    (other / "workflows" / "reconsideration.yaml").write_text(text, encoding="utf-8")
    with gkflow.open(place.url, home=other) as before:
        before.rule_editions.adopt(now=at("2025-03-01"))
        reconsidered(before, "F-1", "2025-03-03")
        before.do("F-1", "discontinue", facts={"outcome": "other", "reason": "撤回"}, now=at("2025-04-07"))
    shutil.rmtree(other)
    office.rule_editions.adopt(now=at("2025-04-08"))
    assert "discontinue" not in office.rules.rulebook.workflow("reconsideration").actions
    assert table(office, 2025) == {"reconsideration": (0, 0, 1, 0)}


def test_the_table_is_read_in_the_transaction_of_the_caller(place: Place, office: Office) -> None:
    with place.engine() as engine, Session(engine) as session:
        portal = gkflow.open(engine, home=place.home)
        portal.receive(
            "litigation", "S-1", facts={"path": "direct"}, day="2025-03-03", now=at("2025-03-03"), session=session
        )
        assert table(portal, 2025, session=session) == {"direct": (0, 0, 0, 1)}
        session.rollback()
    assert table(office, 2025) == {}
