"""
How well the predictors foresee a year without a notice (推定准确度): every start day of 2008-2026, replayed.

First with no notice at all: each last day by the predictor alone, against the one that the notices made of it.
Then as it really was: on each start day the notices published by then, and the predictor for what they leave
open. The figures are counts, not times: every run gives the same. The peer is the figure as it was published; an
error is given as the final day less the predicted one, in calendar days, so that late (predicted after the true
day) is below zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from gkflow.bootstrap import known_edition, packaged_files
from gkflow.calendars.predictors import predictor_named
from gkflow.domain.calendar import Firmness, WorkCalendar
from gkflow.domain.edition import CalendarEdition
from gkflow.plugs import Predictor

FIRST, LAST = date(2008, 1, 1), date(2026, 12, 31)
DAYS = tuple(FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
LENGTHS = (7, 15, 20, 40)
# Per cent exact by length; the shares that the target allows; the range of the final day around the predicted.
EXACT = {
    "statutory": {7: 87.8, 15: 87.3, 20: 86.8, 40: 85.9},
    "shapes": {7: 96.3, 15: 96.2, 20: 95.9, 40: 95.2},
}
SHARES = {"statutory": ("86–88 %", 85.5, 88.5), "shapes": ("≥ 95 %", 95.0, 100.1)}
RANGE = {"statutory": (-7, 5), "shapes": (-9, 9)}
# By length: how many limits were predicted on their start day, and how many others a later notice moved.
RESTING, MOVED = {7: 0, 15: 5, 20: 51, 40: 419}, {7: 11, 15: 21, 20: 32, 40: 66}
RESTING_EXACT = {"statutory": {15: 80, 20: 88, 40: 90}, "shapes": {15: 100, 20: 92, 40: 99}}

COUNTED = "none: days are counted, the same in each run"

Errors = Counter[int]


def run() -> list[dict[str, Any]]:
    """One row for each predictor and length, and one for its worst errors."""
    # The packaged rules alone: what an office has added of its own is not measured.
    edition = known_edition(packaged_files())
    return [
        row
        for name, predict in ((name, predictor_named(name)) for name in SHARES)
        for row in (*_without_notices(name, predict, edition), *_as_it_was(name, predict, edition))
    ]


def _starts(final: WorkCalendar, length: int) -> Iterator[tuple[date, date]]:
    """Each start day with its final last day, as far as the announced years go."""
    for day in DAYS:
        if (last := final.add(day, length)) <= LAST:
            yield day, last


def _without_notices(name: str, predict: Predictor, edition: CalendarEdition) -> Iterator[dict[str, Any]]:
    final, foreseen = edition.calendar(), CalendarEdition((), predict).calendar()
    target, low, high = SHARES[name]
    least = most = 0
    for length in LENGTHS:
        errors = Errors((last - foreseen.add(day, length)).days for day, last in _starts(final, length))
        exact, published = _share(errors, errors[0]), EXACT[name][length]
        late = _share(errors, sum(n for error, n in errors.items() if error < 0))
        mean = sum(error * n for error, n in errors.items()) / errors.total()
        least, most = min(least, *errors), max(most, *errors)
        yield {
            "name": f"{name}, {length} days, no notice known: exact",
            "ours": f"{exact:.1f} % ({late:.1f} late, {100 - exact - late:.1f} early, mean {_signed(mean, '.2f')})",
            "peer": f"{published} %",
            "ratio": exact / published,
            "target": target,
            "met": low <= exact < high,
            "bound": COUNTED,
        }
    earliest, latest = RANGE[name]
    yield {
        "name": f"{name}, no notice known: the final day around the predicted",
        "ours": _span(least, most),
        "peer": _span(earliest, latest),
        "ratio": max(least / earliest, most / latest),
        "target": f"within {_span(earliest, latest)}",
        "met": earliest <= least and most <= latest,
        "bound": COUNTED,
    }


def _as_it_was(name: str, predict: Predictor, edition: CalendarEdition) -> Iterator[dict[str, Any]]:
    final = edition.calendar()
    # The edition keeps the calendar of each state of knowledge, and so composes it once.
    history = CalendarEdition(edition.announcements, predict)
    for length in LENGTHS:
        resting, announced = Errors(), Errors()
        for day, last in _starts(final, length):
            known = history.calendar(known_on=day)
            expected = known.add(day, length)
            rests = known.firmness(expected) is Firmness.PREDICTED
            (resting if rests else announced)[(last - expected).days] += 1
        count, moved = resting.total(), announced.total() - announced[0]
        exact = _share(resting, resting[0]) if count else 100.0
        published = RESTING_EXACT[name].get(length, 100)
        yield {
            "name": f"{name}, {length} days, with the notices of its start day: exact where predicted",
            "ours": f"{exact:.0f} % of {count} ({moved} of {announced.total():,} others moved)",
            "peer": f"{published} % of {RESTING[length]} ({MOVED[length]} moved)",
            "ratio": exact / published,
            "target": "≥ published, of as many",
            "met": round(exact) >= published and (count, moved) == (RESTING[length], MOVED[length]),
            "bound": COUNTED,
        }


def _share(errors: Errors, part: int) -> float:
    return 100 * part / errors.total()


def _signed(value: float, form: str = "d") -> str:
    return format(value, f"+{form}").replace("-", "−")


def _span(least: int, most: int) -> str:
    return f"{_signed(least)}…{_signed(most)}"


if __name__ == "__main__":
    for row in run():
        print(row)
