"""
How fast the working-day calendar adds and counts, as ratios to its peers in one run.

Run ``python benchmarks/bench_calendar.py``; numpy comes with the ``bench`` extra. Both sides of a ratio are
measured in turns, and the best of their rounds is compared, so that a busy machine disturbs both alike.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from time import perf_counter
from typing import Any

import chinese_calendar
import numpy

from gkflow.calendars.national import national_calendar

FIRST, LAST = date(2012, 1, 1), date(2025, 9, 30)
LENGTH = 20
ROUNDS = 30
Ask = Callable[[date, Any], object]


def best(sides: Sequence[tuple[Ask, Sequence[tuple[date, Any]]]]) -> list[float]:
    """Seconds for one question of each side: the best round of many, the sides in turns."""
    fastest = [float("inf")] * len(sides)
    for _ in range(ROUNDS):
        for place, (ask, questions) in enumerate(sides):
            begun = perf_counter()
            for day, other in questions:
                ask(day, other)
            fastest[place] = min(fastest[place], (perf_counter() - begun) / len(questions))
    return fastest


def run() -> list[dict[str, Any]]:
    """One row for each comparison: name, ours and peer in seconds, ratio, target, met."""
    calendar = national_calendar()
    add, count = calendar.add, calendar.count

    # What one would write by hand for one known span of years.
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 100)]
    T: list[date] = []
    I: dict[date, int] = {}  # noqa: E741 - the names of the figure that the target was set by
    for day in days:
        if calendar.is_working_day(day):
            T.append(day)
        I[day] = len(T) - 1
    working = tuple(T)

    def add_by_hand(day: date, n: int) -> date:
        return working[I[day] + n]

    def count_by_hand(after: date, through: date) -> int:
        return I[through] - I[after]

    asked = [day for day in days if day <= LAST]
    adding = [(day, LENGTH) for day in asked]
    counting = [(day, day + timedelta(days=30)) for day in asked]
    for day, n in adding:
        assert add(day, n) == add_by_hand(day, n)
    for day, other in counting:
        assert count(day, other) == count_by_hand(day, other)

    ours, theirs = best([(add, adding), (add_by_hand, adding)])
    rows = [_at_most("add, against a dict and a tuple by hand", ours, theirs, 1.5)]
    ours_count, by_hand = best([(count, counting), (count_by_hand, counting)])
    rows.append(_at_most("count, against a dict by hand", ours_count, by_hand, 1.5))

    # numpy has no make-up days: every day is named as off or worked, which is its only exact way.
    off = [day for day in days if not calendar.is_working_day(day)]
    busdays = numpy.busdaycalendar(weekmask="1111111", holidays=off)

    def add_by_numpy(day: date, n: int) -> object:
        return numpy.busday_offset(day, n, roll="backward", busdaycal=busdays)

    def count_by_numpy(after: date, through: date) -> object:
        return numpy.busday_count(after, through, busdaycal=busdays)

    some = adding[:500]
    for day, n in some:
        assert add_by_numpy(day, n) == numpy.datetime64(add(day, n))
    ours, theirs = best([(add, some), (add_by_numpy, some)])
    rows.append(_faster("add, against numpy.busday_offset on one date", ours, theirs, 15))
    spans = counting[:500]
    ours_count, by_numpy = best([(count, spans), (count_by_numpy, spans)])
    rows.append(_faster("count, against numpy.busday_count on one date", ours_count, by_numpy, 15))

    def add_by_looping(day: date, n: int) -> date:
        while n:
            day += timedelta(days=1)
            n -= chinese_calendar.is_workday(day)
        return day

    some = adding[::500]
    for day, n in some:
        assert add(day, n) == add_by_looping(day, n)
    # A round of the loop is short of questions, not of time; ours is asked the same ones over and over.
    ours, theirs = best([(add, some * 500), (add_by_looping, some)])
    rows.append(_faster("add, against looping over chinese_calendar.is_workday", ours, theirs, 1000))
    return rows


def _at_most(name: str, ours: float, peer: float, target: float) -> dict[str, Any]:
    ratio = ours / peer
    return {
        "name": name,
        "ours": ours,
        "peer": peer,
        "ratio": ratio,
        "target": f"≤ {target:g}",
        "met": ratio <= target,
    }


def _faster(name: str, ours: float, peer: float, target: float) -> dict[str, Any]:
    ratio = peer / ours
    return {
        "name": name,
        "ours": ours,
        "peer": peer,
        "ratio": ratio,
        "target": f"≥ {target:g}",
        "met": ratio >= target,
    }


def main() -> int:
    rows = run()
    for row in rows:
        print(
            f"{'ok  ' if row['met'] else 'MISS'} {row['name']:<56} {row['ours'] * 1e9:>8.0f} ns "
            f"{row['peer'] * 1e9:>10.0f} ns   {row['ratio']:>8.2f} x  ({row['target']})"
        )
    return 0 if all(row["met"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
