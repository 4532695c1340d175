"""Old and new law as one limit (新旧法衔接): before its own first value the values of the limit that it succeeded."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import d, deadlines_of, rules
from gkflow.domain.deadline import Status
from gkflow.domain.law import Law, TimeLimit
from gkflow.files.law import law_from
from gkflow.files.nodes import Faults, from_plain
from walks import often


def a_file(name: str, values: dict[str, int | None], succeeds: str = "", **more: Any) -> dict[str, Any]:
    """A law file with one limit ``term`` in months."""
    said = {
        day: None if length is None else {"length": length, "unit": "month", "article": "第一条", "known": "memory"}
        for day, length in values.items()
    }
    limit = {"label": name, "values": said, **({"succeeds": succeeds} if succeeds else {}), **more}
    return {"instrument": name, "title": name, "rank": "law", "limits": {"term": limit}}


def read(*files: dict[str, Any]) -> Law:
    faults = Faults()
    law = law_from([from_plain(each, f"config/law/{each['instrument']}.yaml", 1) for each in files], faults)
    faults.raise_if_any()
    return law


def reported(*files: dict[str, Any]) -> list[str]:
    faults = Faults()
    law_from([from_plain(each, f"config/law/{each['instrument']}.yaml", 1) for each in files], faults)
    return [fault.text for fault in faults._found]


def months(limit: TimeLimit, day: str | date) -> int | None:
    value = limit.in_force(day if isinstance(day, date) else d(day))
    return value.length if value is not None else None


FIRST = a_file("first", {"2019-07-01": 3, "2023-05-01": None})
SECOND = a_file("second", {"2023-05-01": 6, "2026-04-01": None}, "first/term")
THIRD = a_file("third", {"2026-04-01": 12}, "second/term")


def test_three_laws_in_a_row_hold_each_in_its_own_time() -> None:
    term = read(FIRST, SECOND, THIRD).limits["third/term"]

    assert [
        months(term, day)
        for day in ("2019-06-30", "2019-07-01", "2023-04-30", "2023-05-01", "2026-03-31", "2026-04-01", "2099-01-01")
    ] == [None, 3, 3, 6, 6, 12, 12]


def test_the_one_in_the_middle_ends_when_its_own_time_ends() -> None:
    law = read(FIRST, SECOND, THIRD)

    assert [months(law.limits["second/term"], day) for day in ("2020-01-01", "2024-01-01", "2026-04-01")] == [
        3,
        6,
        None,
    ]
    assert months(law.limits["first/term"], "2024-01-01") is None


@given(st.permutations([FIRST, SECOND, THIRD]))
def test_the_order_in_which_the_files_are_read_does_not_matter(files: list[dict[str, Any]]) -> None:
    assert read(*files).limits["third/term"] == read(FIRST, SECOND, THIRD).limits["third/term"]


def test_what_the_old_law_still_says_after_the_new_one_began_holds_no_more() -> None:
    old = a_file("old", {"2019-01-01": 3, "2024-01-01": 9})
    new = a_file("new", {"2023-01-01": 6}, "old/term")

    term = read(old, new).limits["new/term"]

    assert [months(term, day) for day in ("2022-12-31", "2023-01-01", "2024-01-01")] == [3, 6, 6]


def test_between_an_old_law_that_ended_and_a_new_one_that_has_not_begun_there_is_none() -> None:
    old = a_file("old", {"2019-01-01": 3, "2022-01-01": None})
    new = a_file("new", {"2023-01-01": 6}, "old/term")

    term = read(old, new).limits["new/term"]

    assert [months(term, day) for day in ("2021-12-31", "2022-06-01", "2023-01-01")] == [3, None, 6]


def test_name_label_and_whom_it_binds_are_those_of_the_new_law() -> None:
    term = read(FIRST, SECOND).limits["second/term"]

    assert (term.name, term.label, term.binds) == ("second/term", "second", "office")


_VALUES = st.dictionaries(
    st.dates(date(2015, 1, 1), date(2029, 12, 31)).map(date.isoformat),
    st.none() | st.integers(1, 60),
    min_size=1,
    max_size=4,
)


@often(100)
@given(_VALUES, _VALUES, _VALUES, st.dates(date(2014, 1, 1), date(2030, 12, 31)))
def test_the_new_law_holds_from_its_first_day_and_what_it_succeeded_before(
    first: dict[str, int | None], second: dict[str, int | None], third: dict[str, int | None], day: date
) -> None:
    def of(values: dict[str, int | None]) -> int | None:
        began = [each for each in values if each <= day.isoformat()]
        return values[max(began)] if began else None

    law = read(a_file("a", first), a_file("b", second, "a/term"), a_file("c", third, "b/term"))

    expected = next((of(each) for each in (third, second, first) if day.isoformat() >= min(each)), None)
    assert months(law.limits["c/term"], day) == expected


# -- faults ------------------------------------------------------------------------------------------------------


def test_a_law_that_succeeds_none_that_is_known_is_reported_with_the_nearest() -> None:
    assert reported(FIRST, a_file("second", {"2023-05-01": 6}, "first/tern")) == [
        'limit "term": succeeds: no limit "first/tern" (do you mean "term"?)'
    ]


def test_a_law_does_not_succeed_itself() -> None:
    assert reported(a_file("a", {"2023-05-01": 6}, "a/term")) == ['limit "term": succeeds: succeeds itself']


@given(st.permutations(["a", "b", "c"]))
def test_laws_that_succeed_one_another_in_a_circle_are_reported_once_and_end(order: list[str]) -> None:
    older = {"a": "c", "b": "a", "c": "b"}

    found = reported(*(a_file(name, {"2023-05-01": 6}, f"{older[name]}/term") for name in order))

    assert found == ['limit "term": succeeds: succeeds itself']


# -- the shipped regimes of publicity periods --------------------------------------------------------------------

# Decided on, class, field of safety: shortest and longest period in months. 527号 (2019): general 3 to 12 months,
# serious 6 to 36, specific 36; 令第58号 (2023): 3 to 36, in five fields of safety 12 to 36; 令第36号 (from 2026-04-01):
# general 3 to 12, serious 12 to 36, whatever the field.
REGIMES = [
    ("2019-07-01", "general", "", 3, 12),
    ("2023-04-30", "general", "", 3, 12),
    ("2023-04-30", "general", "food", 3, 12),
    ("2023-04-30", "serious", "", 6, 36),
    ("2023-04-30", "specific", "", 36, 36),
    ("2023-05-01", "general", "", 3, 36),
    ("2023-05-01", "serious", "", 3, 36),
    ("2023-05-01", "general", "fire", 12, 36),
    ("2026-03-31", "serious", "drugs", 12, 36),
    ("2026-03-31", "general", "", 3, 36),
    ("2026-04-01", "general", "", 3, 12),
    ("2026-04-01", "general", "fire", 3, 12),
    ("2026-04-01", "serious", "", 12, 36),
]


@pytest.mark.parametrize(("decided", "severity", "field", "shortest", "longest"), REGIMES)
def test_a_penalty_is_public_for_as_long_as_the_law_of_the_day_of_its_decision_says(
    decided: str, severity: str, field: str, shortest: int, longest: int
) -> None:
    facts = f"decision_date={decided} severity={severity}" + (f" safety_field={field}" if field else "")

    runs = deadlines_of([f"{decided} decide {facts}"], decided, rules(), "penalty")

    found = [runs[name, ""].value for name in ("publicity_minimum", "publicity")]
    assert [value.length if value is not None else None for value in found] == [shortest, longest]


def test_the_law_asked_is_that_of_the_decision_and_not_of_the_day_on_which_it_is_entered() -> None:
    # Decided on the last day of the second regime, entered under the third: 36 months, on 31 March 2029.
    runs = deadlines_of(
        ["2026-04-02 decide decision_date=2026-03-31 severity=general"], "2026-04-02", rules(), "penalty"
    )

    assert runs["publicity", ""].last_day == d("2029-03-31")
    assert runs["publicity_minimum", ""].last_day == d("2026-06-30")  # 31 March and three months: June has thirty days


def test_before_the_first_regime_there_was_no_period() -> None:
    runs = deadlines_of(
        ["2019-06-30 decide decision_date=2019-06-30 severity=general"], "2019-07-02", rules(), "penalty"
    )

    assert {runs[name, ""].status for name in ("publicity_minimum", "publicity")} == {Status.NO_LIMIT}
