"""Findings about moments (时刻要素): what lies later on the same day has not happened yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from builders import a_workflow, an_entry
from gkflow.domain.findings import all_findings
from gkflow.domain.machine import replay

SHANGHAI = timezone(timedelta(hours=8))


def found(known: str, written: datetime | date | None, recorded: str = "2026-03-02T12:30+08:00") -> Mapping[str, Any]:
    workflow = a_workflow("opinion")
    entry = an_entry(
        workflow, 1, f"2026-03-02 report level=major known_at={known}", written_at=datetime.fromisoformat(recorded)
    )
    found = all_findings(workflow, replay(workflow, "C-1", [entry]), {}, written=written)
    return next((each.facts for each in found if each.code == "fact_to_come"), {})


NOON = datetime(2026, 3, 2, 12, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize("written", [None, NOON])
def test_a_moment_later_today_is_still_to_come(written: datetime | None) -> None:
    assert found("2026-03-02T12:30", written) == {}
    later = found("2026-03-02T12:31", written)
    assert (later["day"], later["last"]) == ("2026-03-02 12:31", "2026-03-02 12:30")


def test_a_moment_recorded_on_a_later_day_has_passed() -> None:
    assert found("2026-03-02T23:59", datetime(2026, 3, 3, 0, 0, tzinfo=SHANGHAI)) == {}
    assert found("2026-03-02T23:59", date(2026, 3, 2)) == {}  # no moment is known, only the day


def test_the_moments_are_compared_wherever_they_were_written() -> None:
    """12:31 in Beijing is 04:31 in London: a server in another zone compares the same moments."""
    assert found("2026-03-02T12:31", NOON.astimezone(UTC)) != {}
    assert found("2026-03-02T12:29", NOON.astimezone(UTC)) == {}
