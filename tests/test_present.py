"""The present moment: the machine's clock, or the one that GKFLOW_NOW names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gkflow.domain.errors import Refused
from gkflow.office import Office
from gkflow.present import machine_clock, moment_of, now


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-24", "2026-11-24T02:00"),  # 10:00 in Beijing
        ("2026-11-24T09:00", "2026-11-24T01:00"),
        ("2026-11-24 09:00", "2026-11-24T01:00"),
        ("2026-11-24T09:00+00:00", "2026-11-24T09:00"),
        ("2026-11-24T01:00:00Z", "2026-11-24T01:00"),
    ],
)
def test_a_day_or_moment_is_one_in_beijing_unless_it_names_its_zone(text: str, moment: str) -> None:
    assert moment_of(text) == datetime.fromisoformat(moment).replace(tzinfo=UTC)


def test_so_many_days_from_now_the_clock_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GKFLOW_NOW", "+400d")
    first, second = now(), now()
    assert first <= second
    assert abs(first - machine_clock() - timedelta(days=400)) < timedelta(minutes=10)


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01", "2026-11-24T25:00", "+99999999d", "9d", "+1w", "+99999d9"])
def test_what_is_no_moment_is_refused_with_what_would_be_one(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("GKFLOW_NOW", text)
    with pytest.raises(Refused, match="2026-11-22") as refused:
        now()
    assert (refused.value.code, refused.value.facts["value"]) == ("bad_now", text)


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GKFLOW_NOW", " ")
    assert abs(now() - machine_clock()) < timedelta(minutes=10)


def test_a_verb_that_is_given_no_moment_takes_that_one(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GKFLOW_NOW", "2031-05-06T08:30")
    entered = office.receive("request", "A", facts={"channel": "in_person"})
    (entry,) = office.case(entered.number).record
    assert (str(entry.day), entry.written_at) == ("2031-05-06", datetime(2031, 5, 6, 0, 30, tzinfo=UTC))
    # Given a moment, the variable changes nothing.
    office.receive("request", "B", facts={"channel": "in_person"}, now=datetime(2026, 11, 24, 2, tzinfo=UTC))
    assert str(office.case("B").record[0].day) == "2026-11-24"
