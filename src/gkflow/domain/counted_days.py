"""
Counting working days quickly (工作日计数): numbered tables of days, built when a count first needs a year.

``calendar`` decides which days are worked; here they are only numbered. Every case of every sweep counts a last day, so
the tables are shaped for speed, and hidden from other modules.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import date, datetime
from operator import index as as_int
from typing import cast

from gkflow.domain.objections.calendars import CalendarError
from gkflow.domain.sentences import said

# The tables cover at most so many years; further days are found year by year.
_WIDEST = 100

# The working days by number (1 is the first; 0 is not a day), and for each day how many there are through it, or
# before it. The two are replaced together, so that no reader in another thread sees them disagree.
Table = tuple[tuple[date, ...], dict[date, int]]
NO_TABLE: Table = ((), {})


class CountedDays:
    """
    The working days by number (工作日序号).

    A subclass says which days of a year are worked (``_work_through``) and which years are only predicted; it holds the
    tables as attributes.
    """

    __slots__ = ()

    _through: Table
    _before: Table
    _numbers: dict[date, int]
    _years: dict[int, tuple[date, ...]]

    def _work_through(self, year: int) -> Iterator[date]:
        """The working days of a year, in order."""
        raise NotImplementedError

    def _rests_on_prediction(self, year: int) -> bool:
        """Whether the days of a year are predicted, not announced."""
        raise NotImplementedError

    def is_working_day(self, day: date) -> bool:
        """Whether *day* is worked (工作日): make-up Saturdays and Sundays are, days off are not."""
        try:
            days, through = self._through
            return days[through[day]] == day
        except (KeyError, TypeError):
            worked = self._worked(plain_day(day).year)
            self._take_in(day.year, day.year)
            place = bisect_left(worked, day)
            return place < len(worked) and worked[place] == day

    def add(self, day: date, n: int) -> date:
        """
        The n-th working day after *day*, which is itself not counted (民法典 第二百零一条).

        ``add(day, 0)`` is *day*; a negative *n* goes back to the n-th working day before *day*.
        """
        try:
            if n > 0:
                days, through = self._through
                return days[through[day] + n]
            if n < 0:
                days, before = self._before
                # Below number 1 a tuple index would wrap around.
                if (number := before[day] + n + 1) > 0:
                    return days[number]
        except (KeyError, IndexError, TypeError):
            pass
        return self._seek(day, n)

    def count(self, after: date, through: date) -> int:
        """The working days in (after, through]; negative if *through* is before *after*."""
        try:
            number = self._numbers
            return number[through] - number[after]
        except (KeyError, TypeError):
            pass
        if plain_day(through) < plain_day(after):
            return -self.count(through, after)
        first, last = after.year, through.year
        total = sum(len(self._worked(year)) for year in range(first, last))
        total += bisect_right(self._worked(last), through) - bisect_right(self._worked(first), after)
        self._take_in(first, last)
        return total

    def working_days_after(self, day: date) -> Iterator[date]:
        """
        The working days that follow *day*, which is itself not counted (民法典 第二百零一条).

        >>> from gkflow.domain.calendar import WorkCalendar
        >>> calendar = WorkCalendar(days_off={date(2025, 1, 1)}, makeup_days=())
        >>> next(calendar.working_days_after(date(2024, 12, 31)))
        datetime.date(2025, 1, 2)
        """
        return self._walk(plain_day(day))

    def _walk(self, day: date) -> Iterator[date]:
        worked = self._worked(day.year)
        yield from worked[bisect_right(worked, day) :]
        for year in range(day.year + 1, date.max.year + 1):
            yield from self._worked(year)

    def _seek(self, day: date, n: int) -> date:
        """Compute what the tables do not have, and add the years needed for it."""
        plain_day(day)
        try:
            n = as_int(n)
        except TypeError:
            raise TypeError(f"a number of working days is a whole number, not {n!r}") from None
        if n == 0:
            return day
        edge = date.max if n > 0 else date.min
        if abs((edge - day).days) < abs(n):
            raise CalendarError(
                reason=said("working day {n:+d} from {day} lies beyond {edge}", n=n, day=day, edge=edge)
            )
        year = day.year
        worked = self._worked(year)
        place = bisect_right(worked, day) + n - 1 if n > 0 else bisect_left(worked, day) + n
        while not 0 <= place < len(worked):
            if year == edge.year:
                raise CalendarError(
                    reason=said("working day {n:+d} from {day} lies beyond {edge}", n=n, day=day, edge=edge)
                )
            if n > 0:
                place, year = place - len(worked), year + 1
                worked = self._worked(year)
            else:
                year -= 1
                worked = self._worked(year)
                place += len(worked)
        self._take_in(min(year, day.year), max(year, day.year))
        return worked[place]

    def _worked(self, year: int) -> tuple[date, ...]:
        """The working days of one year, computed on first use."""
        if (worked := self._years.get(year)) is None:
            worked = self._years[year] = tuple(self._work_through(year))
        return worked

    def _take_in(self, first: int, last: int) -> None:
        """Extend the tables by the years *first* to *last*, unless that needs more predictions."""
        if old := self._numbers:
            # A table is in the order of its days.
            low, high = next(iter(old)).year, next(reversed(old)).year
            between = range(high + 1, first) if first > high else range(last + 1, low)
            if all(year in self._years or not self._rests_on_prediction(year) for year in between):
                first, last = min(first, low), max(last, high)
            elif self._rests_on_prediction(last):
                return  # a query far ahead does not evict the years used every day
        if last - first >= _WIDEST:
            return
        days = (cast(date, None), *(day for year in range(first, last + 1) for day in self._worked(year)))
        through: dict[date, int] = {}
        before: dict[date, int] = {}
        number = 0
        for ordinal in range(date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal() + 1):
            day = date.fromordinal(ordinal)
            before[day] = number
            if number + 1 < len(days) and days[number + 1] == day:
                number += 1
            through[day] = number
        object.__setattr__(self, "_through", (days, through))
        object.__setattr__(self, "_before", (days, before))
        object.__setattr__(self, "_numbers", through)


def plain_day(day: date) -> date:
    """*day*, if it is one: moments and texts must be converted first."""
    if isinstance(day, datetime) or not isinstance(day, date):
        raise TypeError(f"a day is a datetime.date, not {type(day).__name__}: {day!r}")
    return day
