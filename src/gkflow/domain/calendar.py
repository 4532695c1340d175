"""
The working-day calendar (工作日历).

A calendar answers plain days; how firm a day is, ``firmness`` says (国务院办公厅 tells the days off of a year
in the autumn before it, so a limit that crosses the new year may rest on a prediction).
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from operator import index as as_int
from types import MappingProxyType
from typing import Any, cast

from gkflow.domain.objections.calendars import CalendarError
from gkflow.domain.sentences import said

# A prediction (weekends, statutory days, 补假) was measured against the notices of 2008-2026: the final day
# always lay within these calendar days of the predicted one.
EARLIER, LATER = timedelta(days=7), timedelta(days=5)
# A local festival that was not known moved last days by up to so many days later (Guangxi 2023, Liangshan 2011).
LATER_LOCAL = timedelta(days=7)
# The notice of the next year has changed days from 29 December on; 27 December leaves room for a weekend.
UNSETTLED_FROM = (12, 27)
_ONE_DAY = timedelta(days=1)
# The look-up tables cover at most so many years; further days are found by walking year by year.
_WIDEST = 100


class Firmness(StrEnum):
    """How firm a day's status is (日期确定程度)."""

    FINAL = "final"
    ANNOUNCED = "announced"  # December of the last announced year: the next notice may still change it
    PREDICTED = "predicted"  # no notice says anything of this day


@dataclass(frozen=True, slots=True)
class DayNote:
    """
    Why a day is off or worked (放假、调休依据): the holiday and the notice or article that says so (its number, else
    its title), its address and title, the day on which it was published, where it holds (the country CN, regions by
    their six figures, one organ unit:CODE; more than one with commas) and whom it binds (everyone, organs).
    """

    name: str
    source: str = ""
    url: str = ""
    title: str = ""
    published: date | None = None
    scope: str = ""
    binds: str = ""

    def as_data(self) -> dict[str, Any]:
        """The note as plain values; what nobody knows is left out."""
        data: dict[str, Any] = {"name": self.name, "source": self.source, "url": self.url}
        published = self.published.isoformat() if self.published is not None else ""
        more = {"title": self.title, "published": published, "scope": self.scope, "binds": self.binds}
        return data | {key: value for key, value in more.items() if value}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> DayNote:
        """A note from what :meth:`as_data` gave."""
        published = data.get("published")
        return cls(**{**data, "published": date.fromisoformat(published) if published else None})


@dataclass(frozen=True, slots=True)
class LocalGap:
    """
    Days off that a place has every year, and the years for which their days are known (地方节日待查): what is off in
    the other years, nobody here knows, and none is guessed (放假办法 第四条: 由各少数民族聚居地区的地方人民政府规定).
    """

    name: str
    years: frozenset[int]
    since: int = 0

    def holds(self, year: int) -> bool:
        """Whether the days of that year are not known."""
        return year >= self.since and year not in self.years


@dataclass(frozen=True, slots=True)
class YearOfDays:
    """What is foreseen for one year (推定的年度安排)."""

    days_off: frozenset[date] = frozenset()
    makeup_days: frozenset[date] = frozenset()
    notes: Mapping[date, DayNote] = field(default_factory=dict, hash=False)


NOTHING_FORESEEN = YearOfDays()

# The working days by number (1 is the first; 0 is no day), and for each day how many there are through it, or
# before it. The two are one value, replaced as one: no reader in another thread sees them disagree.
_Table = tuple[tuple[date, ...], dict[date, int]]
_NO_TABLE: _Table = ((), {})


@dataclass(frozen=True, slots=True, init=False, repr=False)
class WorkCalendar:
    """
    Weekdays, less the days off, plus the make-up days (调休上班日).

    Only the two named sets are needed; every day is then final. With ``announced_through`` the days after it
    (and those before ``announced_from``) are predicted: ``predict`` is asked for a year once, when a count
    reaches it; without it such years are plain weeks.

    >>> calendar = WorkCalendar(days_off=[date(2025, 1, 1)], makeup_days=[])
    >>> calendar.add(date(2024, 12, 31), 1)
    datetime.date(2025, 1, 2)
    """

    days_off: frozenset[date]
    makeup_days: frozenset[date]
    notes: Mapping[date, DayNote] = field(default_factory=dict, hash=False, kw_only=True)
    # Behind the days that follow the week: the notice that put one back to it, and that of the whole year.
    plain_by: Mapping[date, DayNote] = field(default_factory=dict, compare=False, kw_only=True)
    years_by: Mapping[int, DayNote] = field(default_factory=dict, compare=False, kw_only=True)
    announced_from: date | None = field(default=None, kw_only=True)
    announced_through: date | None = field(default=None, kw_only=True)
    edition: str = field(default="", kw_only=True)
    weekend: frozenset[int] = field(default=frozenset({5, 6}), kw_only=True)
    predict: Callable[[int], YearOfDays] | None = field(default=None, compare=False, kw_only=True)
    gaps: tuple[LocalGap, ...] = field(default=(), kw_only=True)
    _through: _Table = field(default=_NO_TABLE, init=False, compare=False)
    _before: _Table = field(default=_NO_TABLE, init=False, compare=False)
    _numbers: dict[date, int] = field(default_factory=dict, init=False, compare=False)
    _firm_from: date = field(default=date.min, init=False, compare=False)
    _firm_through: date = field(default=date.max, init=False, compare=False)
    _years: dict[int, tuple[date, ...]] = field(default_factory=dict, init=False, compare=False)
    _predicted: dict[int, YearOfDays] = field(default_factory=dict, init=False, compare=False)

    def __init__(
        self,
        days_off: Iterable[date],
        makeup_days: Iterable[date],
        *,
        notes: Mapping[date, DayNote] | None = None,
        plain_by: Mapping[date, DayNote] | None = None,
        years_by: Mapping[int, DayNote] | None = None,
        announced_from: date | None = None,
        announced_through: date | None = None,
        edition: str = "",
        weekend: Iterable[int] = (5, 6),
        predict: Callable[[int], YearOfDays] | None = None,
        gaps: Iterable[LocalGap] = (),
    ) -> None:
        put = object.__setattr__
        put(self, "days_off", _days(days_off, "days_off"))
        put(self, "makeup_days", _days(makeup_days, "makeup_days"))
        put(self, "notes", MappingProxyType(dict(notes or {})))
        put(self, "plain_by", MappingProxyType(dict(plain_by or {})))
        put(self, "years_by", MappingProxyType(dict(years_by or {})))
        put(self, "announced_from", announced_from)
        put(self, "announced_through", announced_through)
        put(self, "edition", edition)
        put(self, "weekend", frozenset(weekend))
        put(self, "predict", predict)
        put(self, "gaps", tuple(gaps))
        put(self, "_through", _NO_TABLE)
        put(self, "_before", _NO_TABLE)
        put(self, "_numbers", {})
        put(self, "_firm_from", announced_from or date.min)
        firm = date(announced_through.year, 12, UNSETTLED_FROM[1] - 1) if announced_through else date.max
        put(self, "_firm_through", min(firm, announced_through) if announced_through else firm)
        put(self, "_years", {})
        put(self, "_predicted", {})
        if both := sorted(self.days_off & self.makeup_days):
            raise CalendarError(reason=said("off and worked at once: {days}", days=both))
        if not self.weekend <= set(range(7)):
            raise CalendarError(
                reason=said("weekend names days other than 0 (Monday) to 6: {days}", days=str(sorted(self.weekend)))
            )
        if len(self.weekend) == 7:
            raise CalendarError(reason=said("a weekend of all seven days leaves no working day"))

    def __repr__(self) -> str:
        return (
            f"WorkCalendar({len(self.days_off)} days off, {len(self.makeup_days)} make-up days, "
            f"announced_through={self.announced_through}, edition={self.edition!r})"
        )

    # --- counting -----------------------------------------------------------------------------------------

    def is_working_day(self, day: date) -> bool:
        """Whether *day* is worked (工作日): make-up Saturdays and Sundays are, days off are not."""
        try:
            days, through = self._through
            return days[through[day]] == day
        except (KeyError, TypeError):
            worked = self._worked(_plain(day).year)
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
                # Below number 1 a tuple would go on from its end.
                if (number := before[day] + n + 1) > 0:
                    return days[number]
        except (KeyError, IndexError, TypeError):
            pass
        return self._seek(day, n)

    def count(self, after: date, through: date) -> int:
        """The working days in (after, through]; negative when *through* lies before *after*."""
        try:
            number = self._numbers
            return number[through] - number[after]
        except (KeyError, TypeError):
            pass
        if _plain(through) < _plain(after):
            return -self.count(through, after)
        first, last = after.year, through.year
        total = sum(len(self._worked(year)) for year in range(first, last))
        total += bisect_right(self._worked(last), through) - bisect_right(self._worked(first), after)
        self._take_in(first, last)
        return total

    def roll(self, day: date) -> date:
        """*day* if it is a working day, else the next one (期间末日顺延, 民法典 第二百零三条)."""
        return day if self.is_working_day(day) else self.add(day, 1)

    def roll_back(self, day: date) -> date:
        """*day* itself where it is a working day, else the last working day before it."""
        while not self.is_working_day(day):
            day -= timedelta(days=1)
        return day

    def working_days_after(self, day: date) -> Iterator[date]:
        """
        The working days that follow *day*, which is itself not counted (民法典 第二百零一条).

        >>> calendar = WorkCalendar(days_off={date(2025, 1, 1)}, makeup_days=())
        >>> next(calendar.working_days_after(date(2024, 12, 31)))
        datetime.date(2025, 1, 2)
        """
        return self._walk(_plain(day))

    def _walk(self, day: date) -> Iterator[date]:
        worked = self._worked(day.year)
        yield from worked[bisect_right(worked, day) :]
        for year in range(day.year + 1, date.max.year + 1):
            yield from self._worked(year)

    # --- how firm -----------------------------------------------------------------------------------------

    def firmness(self, day: date) -> Firmness:
        """How firm the status of *day* is: final, announced or predicted (确定程度)."""
        if self._is_predicted(_plain(day)) or self._is_unknown_here(day.year):
            return Firmness.PREDICTED
        last = self.announced_through
        if last is not None and (day.year, day.month) == (last.year, 12):
            return Firmness.ANNOUNCED
        return Firmness.FINAL

    def behind(self, day: date) -> DayNote | None:
        """
        The notice that says how a day is (各日依据): the one that names it, if only to put it back to the week, else
        the one for its whole year. None for a day that nobody has announced and no law names.
        """
        known = self.note(day) or self.plain_by.get(day)
        return known or (self.years_by.get(day.year) if not self._is_predicted(day) else None)

    def note(self, day: date) -> DayNote | None:
        """Why *day* is off or worked, where something is known of it; also for predicted days (依据)."""
        if (known := self.notes.get(_plain(day))) is not None:
            return known
        return self._foreseen(day.year).notes.get(day) if self._is_predicted(day) else None

    def provisional(self, start: date, last: date) -> bool:
        """
        Whether a limit counted in (start, last] may still move with a notice to come (届满日待定).

        It may when one of its days is predicted, or when it ends in the last days of a year whose successor
        has no notice yet: that notice may make a December day worked or off.
        """
        if start.__class__ is last.__class__ is date and self._firm_from <= start and last <= self._firm_through:
            # The common case: both lie among the days that no notice to come can change.
            return bool(self.gaps) and self._is_unknown_within(start, last)
        counted = _plain(start) < _plain(last)
        if self.gaps and self._is_unknown_within(start, last):
            return True
        if counted and (self._is_predicted(last) or self._is_predicted(start + timedelta(days=1))):
            return True
        known = self.announced_through
        return known is not None and (last.month, last.day) >= UNSETTLED_FROM and known.year <= last.year

    def range_of(self, last: date, zero: date | None = None) -> tuple[date, date]:
        """
        The first and the last day on which a provisional *last* may come to lie (待定区间); never before day 1, the
        day after *zero*, and never before the last day that is sure not to change.
        """
        local = bool(self.gaps) and self._is_unknown_within(zero or _plain(last) - _ONE_DAY, last)
        if self.announced_through is None and self.announced_from is None and not local:
            return last, last
        earliest = _clamped(_plain(last), -EARLIER)
        if self.announced_through is not None and self._firm_through <= last and not local:
            earliest = max(earliest, self._firm_through)
        if zero is not None and zero < last:
            earliest = max(earliest, zero + _ONE_DAY)
        return earliest, _clamped(last, LATER_LOCAL if local else LATER)

    def unknown_here(self, first: int, last: int) -> dict[int, tuple[str, ...]]:
        """The years from *first* through *last* for which local days off are not known, and which (地方节日待查)."""
        found = {year: tuple(gap.name for gap in self.gaps if gap.holds(year)) for year in range(first, last + 1)}
        return {year: names for year, names in found.items() if names}

    def _is_unknown_here(self, year: int) -> bool:
        return any(gap.holds(year) for gap in self.gaps)

    def _is_unknown_within(self, start: date, last: date) -> bool:
        """Whether a day counted in (start, last] lies in a year whose local days off are not known."""
        first = min(start + _ONE_DAY, last)
        return any(self._is_unknown_here(year) for year in range(first.year, last.year + 1))

    def _is_predicted(self, day: date) -> bool:
        first, last = self.announced_from, self.announced_through
        return (last is not None and day > last) or (first is not None and day < first)

    # --- as data ------------------------------------------------------------------------------------------

    def as_data(self) -> dict[str, Any]:
        """The calendar as plain values, for a file or a database (可存储形式); always in the same order."""
        return {
            "edition": self.edition,
            "announced_from": self.announced_from and self.announced_from.isoformat(),
            "announced_through": self.announced_through and self.announced_through.isoformat(),
            "weekend": sorted(self.weekend),
            "days_off": [day.isoformat() for day in sorted(self.days_off)],
            "makeup_days": [day.isoformat() for day in sorted(self.makeup_days)],
            "notes": {
                day.isoformat(): note.as_data() for day, note in sorted(self.notes.items(), key=lambda item: item[0])
            },
            **({"gaps": [[gap.name, sorted(gap.years), gap.since] for gap in self.gaps]} if self.gaps else {}),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any], predict: Callable[[int], YearOfDays] | None = None) -> WorkCalendar:
        """The calendar that :meth:`as_data` wrote down; a prediction is no data and is given anew."""
        first, last = data["announced_from"], data["announced_through"]
        return cls(
            days_off=map(date.fromisoformat, data["days_off"]),
            makeup_days=map(date.fromisoformat, data["makeup_days"]),
            notes={date.fromisoformat(day): DayNote.from_data(note) for day, note in data["notes"].items()},
            announced_from=date.fromisoformat(first) if first else None,
            announced_through=date.fromisoformat(last) if last else None,
            edition=data["edition"],
            weekend=data["weekend"],
            predict=predict,
            gaps=(LocalGap(name, frozenset(years), since) for name, years, since in data.get("gaps", ())),
        )

    def with_edition(self) -> WorkCalendar:
        """The same calendar, its edition named by its content (版本号): equal content, equal name."""
        data = self.as_data()
        del data["edition"]
        for note in data["notes"].values():
            # Since when a notice is known, and of whom it speaks, changes no day.
            for key in ("title", "published", "scope", "binds"):
                note.pop(key, None)
        text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return replace(self, edition=hashlib.sha256(text.encode()).hexdigest()[:12])

    # --- the tables ---------------------------------------------------------------------------------------

    def _seek(self, day: date, n: int) -> date:
        """Find what the tables do not hold, and let them take in the years that were needed for it."""
        _plain(day)
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
        """The working days of one year, made when first asked for."""
        if (worked := self._years.get(year)) is None:
            worked = self._years[year] = tuple(self._work_through(year))
        return worked

    def _work_through(self, year: int) -> Iterator[date]:
        off, makeup, weekend = self.days_off, self.makeup_days, self.weekend
        foreseen = self._foreseen(year) if self._rests_on_prediction(year) else NOTHING_FORESEEN
        for ordinal in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1):
            day = date.fromordinal(ordinal)
            worked = (ordinal + 6) % 7 not in weekend
            # What is foreseen holds only where nothing is known.
            if foreseen is not NOTHING_FORESEEN and self._is_predicted(day):
                worked = day in foreseen.makeup_days or (worked and day not in foreseen.days_off)
            if day in makeup or (worked and day not in off):
                yield day

    def _rests_on_prediction(self, year: int) -> bool:
        return self._is_predicted(date(year, 1, 1)) or self._is_predicted(date(year, 12, 31))

    def _foreseen(self, year: int) -> YearOfDays:
        if self.predict is None:
            return NOTHING_FORESEEN
        if (foreseen := self._predicted.get(year)) is None:
            foreseen = self._predicted[year] = self.predict(year)
        return foreseen

    def _take_in(self, first: int, last: int) -> None:
        """Widen the tables by the years *first* to *last*, unless that means asking for more predictions."""
        if old := self._numbers:
            # A table is in the order of its days.
            low, high = next(iter(old)).year, next(reversed(old)).year
            between = range(high + 1, first) if first > high else range(last + 1, low)
            if all(year in self._years or not self._rests_on_prediction(year) for year in between):
                first, last = min(first, low), max(last, high)
            elif self._rests_on_prediction(last):
                return  # a question far ahead does not push out the years that are asked about every day
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


def _plain(day: date) -> date:
    """*day*, if it is one: a moment has to be made a legal day first, and a text has to be read."""
    if isinstance(day, datetime) or not isinstance(day, date):
        raise TypeError(f"a day is a datetime.date, not {type(day).__name__}: {day!r}")
    return day


def _days(days: Iterable[date], what: str) -> frozenset[date]:
    frozen = frozenset(days)
    for day in frozen:
        if isinstance(day, datetime) or not isinstance(day, date):
            raise CalendarError(reason=said("{what}: a day is a datetime.date, not {day!r}", what=what, day=day))
    return frozen


def _clamped(day: date, by: timedelta) -> date:
    try:
        return day + by
    except OverflowError:
        return date.max if by > timedelta() else date.min
