"""
How fast the working-day calendar adds and counts, as ratios to its peers in one run.

Run ``python benchmarks/bench_calendar.py``; numpy comes with the ``bench`` extra. Both sides of a ratio, and a call
that does nothing, are measured in turns, and the medians of their rounds are compared: a busy machine disturbs all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from time import perf_counter
from typing import Any

import chinese_calendar
import numpy
from bounds import bound, middle, nothing

from gkflow.calendars.national import national_calendar

FIRST, LAST = date(2012, 1, 1), date(2025, 9, 30)
LENGTH = 20
ROUNDS = 30
Ask = Callable[[date, Any], object]


def median(sides: Sequence[tuple[Ask, Sequence[tuple[date, Any]]]]) -> list[float]:
    """Seconds for one question of each side, and of a call that does nothing: the median round, the sides in turns."""
    sides = [*sides, (nothing, sides[0][1])]
    taken: list[list[float]] = [[] for _ in sides]
    for _ in range(ROUNDS):
        for place, (ask, questions) in enumerate(sides):
            begun = perf_counter()
            for day, other in questions:
                ask(day, other)
            taken[place].append((perf_counter() - begun) / len(questions))
    return [middle(each) for each in taken]


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

    times = median([(add, adding), (add_by_hand, adding)])
    rows = [_at_most("add, against a dict and a tuple by hand", *times, 1.5)]
    times = median([(count, counting), (count_by_hand, counting)])
    rows.append(_at_most("count, against a dict by hand", *times, 1.5))

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
    times = median([(add, some), (add_by_numpy, some)])
    rows.append(_faster("add, against numpy.busday_offset on one date", *times, 15))
    spans = counting[:500]
    times = median([(count, spans), (count_by_numpy, spans)])
    rows.append(_faster("count, against numpy.busday_count on one date", *times, 15))

    def add_by_looping(day: date, n: int) -> date:
        while n:
            day += timedelta(days=1)
            n -= chinese_calendar.is_workday(day)
        return day

    some = adding[::500]
    for day, n in some:
        assert add(day, n) == add_by_looping(day, n)
    # A round of the loop is short of questions, not of time; ours is asked the same ones over and over.
    times = median([(add, some * 500), (add_by_looping, some)])
    rows.append(_faster("add, against looping over chinese_calendar.is_workday", *times, 1000))
    return rows


def _at_most(name: str, ours: float, peer: float, bare: float, target: float) -> dict[str, Any]:
    ratio = ours / peer
    return {
        "name": name,
        "ours": ours,
        "peer": peer,
        "ratio": ratio,
        "target": f"≤ {target:g}",
        "met": ratio <= target,
        "bound": bound("Python calls", "a call that does nothing", bare, ours),
    }


def _faster(name: str, ours: float, peer: float, bare: float, target: float) -> dict[str, Any]:
    ratio = peer / ours
    return {
        "name": name,
        "ours": ours,
        "peer": peer,
        "ratio": ratio,
        "target": f"≥ {target:g}",
        "met": ratio >= target,
        "bound": bound("Python calls", "a call that does nothing", bare, ours),
    }


if __name__ == "__main__":
    for row in run():
        print(row)
