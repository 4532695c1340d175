"""
The working-day calendar (工作日历).

A calendar answers with plain days; ``firmness`` says how firm a day is. 国务院办公厅 announces the days off of a year
in the autumn before it, so a limit that crosses the new year may depend on a prediction.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from gkflow.domain.counted_days import NO_TABLE, CountedDays, Table, plain_day
from gkflow.domain.objections.calendars import CalendarError
from gkflow.domain.sentences import said

# A prediction (weekends, statutory days, 补假) was measured against the notices of 2008-2026: the final day was always
# within these calendar days of the predicted one.
EARLIER, LATER = timedelta(days=7), timedelta(days=5)
# An unknown local festival moved last days by up to so many days later (Guangxi 2023, Liangshan 2011).
LATER_LOCAL = timedelta(days=7)
# The notice of the next year has changed days from 29 December on; 27 December leaves room for a weekend.
UNSETTLED_FROM = (12, 27)
_ONE_DAY = timedelta(days=1)


class Firmness(StrEnum):
    """How firm a day's status is (日期确定程度)."""

    FINAL = "final"
    ANNOUNCED = "announced"  # December of the last announced year: the next notice may still change it
    PREDICTED = "predicted"  # no notice covers this day


@dataclass(frozen=True, slots=True)
class DayNote:
    """
    Why a day is off or worked (放假、调休依据): the holiday and the notice or article (its number, else its title), its
    address and title, the day of publication, its scope (the country CN, regions by six-digit code, one organ
    unit:CODE; several with commas) and whom it binds (everyone, organs).
    """

    name: str
    source: str = ""
    url: str = ""
    title: str = ""
    published: date | None = None
    scope: str = ""
    binds: str = ""

    def as_data(self) -> dict[str, Any]:
        """The note as plain values, without unknown ones."""
        data: dict[str, Any] = {"name": self.name, "source": self.source, "url": self.url}
        published = self.published.isoformat() if self.published is not None else ""
        more = {"title": self.title, "published": published, "scope": self.scope, "binds": self.binds}
        return data | {key: value for key, value in more.items() if value}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> DayNote:
        """A note from the result of :meth:`as_data`."""
        published = data.get("published")
        return cls(**{**data, "published": date.fromisoformat(published) if published else None})


@dataclass(frozen=True, slots=True)
class LocalGap:
    """
    Days off that a place has every year, and the years for which their days are known (地方节日待查). The days of
    other years are unknown, and never guessed (放假办法 第四条: 由各少数民族聚居地区的地方人民政府规定).
    """

    name: str
    years: frozenset[int]
    since: int = 0

    def holds(self, year: int) -> bool:
        """Whether the days of that year are not known."""
        return year >= self.since and year not in self.years


@dataclass(frozen=True, slots=True)
class YearOfDays:
    """The predicted days of one year (推定的年度安排)."""

    days_off: frozenset[date] = frozenset()
    makeup_days: frozenset[date] = frozenset()
    notes: Mapping[date, DayNote] = field(default_factory=dict, hash=False)


NOTHING_FORESEEN = YearOfDays()


@dataclass(frozen=True, slots=True, init=False, repr=False)
class WorkCalendar(CountedDays):
    """
    Weekdays, less the days off, plus the make-up days (调休上班日).

    Only the two named sets are needed; every day is then final. With ``announced_through`` the days after it (and
    those before ``announced_from``) are predicted: ``predict`` is called for a year once, when a count reaches it;
    without it such years are plain weeks.

    >>> calendar = WorkCalendar(days_off=[date(2025, 1, 1)], makeup_days=[])
    >>> calendar.add(date(2024, 12, 31), 1)
    datetime.date(2025, 1, 2)
    """

    days_off: frozenset[date]
    makeup_days: frozenset[date]
    notes: Mapping[date, DayNote] = field(default_factory=dict, hash=False, kw_only=True)
    # The source of days that follow the week: the notice that restored it, and that of the whole year.
    plain_by: Mapping[date, DayNote] = field(default_factory=dict, compare=False, kw_only=True)
    years_by: Mapping[int, DayNote] = field(default_factory=dict, compare=False, kw_only=True)
    announced_from: date | None = field(default=None, kw_only=True)
    announced_through: date | None = field(default=None, kw_only=True)
    edition: str = field(default="", kw_only=True)
    weekend: frozenset[int] = field(default=frozenset({5, 6}), kw_only=True)
    predict: Callable[[int], YearOfDays] | None = field(default=None, compare=False, kw_only=True)
    gaps: tuple[LocalGap, ...] = field(default=(), kw_only=True)
    _through: Table = field(default=NO_TABLE, init=False, compare=False)
    _before: Table = field(default=NO_TABLE, init=False, compare=False)
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
        put(self, "_through", NO_TABLE)
        put(self, "_before", NO_TABLE)
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

    # --- the end of a term --------------------------------------------------------------------------------

    def roll(self, day: date) -> date:
        """*day* if it is a working day, else the next one (期间末日顺延, 民法典 第二百零三条)."""
        return day if self.is_working_day(day) else self.add(day, 1)

    def roll_back(self, day: date) -> date:
        """*day* itself if it is a working day, else the last working day before it."""
        while not self.is_working_day(day):
            day -= timedelta(days=1)
        return day

    # --- how firm -----------------------------------------------------------------------------------------

    def firmness(self, day: date) -> Firmness:
        """How firm the status of *day* is: final, announced or predicted (确定程度)."""
        if self._is_predicted(plain_day(day)) or self._is_unknown_here(day.year):
            return Firmness.PREDICTED
        last = self.announced_through
        if last is not None and (day.year, day.month) == (last.year, 12):
            return Firmness.ANNOUNCED
        return Firmness.FINAL

    def behind(self, day: date) -> DayNote | None:
        """
        The notice that sets a day (各日依据): the one that names it, even if only to restore the week, else the one for
        its whole year. None for a day that no notice announces and no law names.
        """
        known = self.note(day) or self.plain_by.get(day)
        return known or (self.years_by.get(day.year) if not self._is_predicted(day) else None)

    def note(self, day: date) -> DayNote | None:
        """Why *day* is off or worked, if known; also for predicted days (依据)."""
        if (known := self.notes.get(plain_day(day))) is not None:
            return known
        return self._foreseen(day.year).notes.get(day) if self._is_predicted(day) else None

    def provisional(self, start: date, last: date) -> bool:
        """
        Whether a limit counted in (start, last] may still move with a future notice (届满日待定).

        It may if one of its days is predicted, or if it ends in the last days of a year whose successor has no notice
        yet: that notice may turn a December day into a working day or a day off.
        """
        if start.__class__ is last.__class__ is date and self._firm_from <= start and last <= self._firm_through:
            # The common case: both are among the days that no future notice can change.
            return bool(self.gaps) and self._is_unknown_within(start, last)
        counted = plain_day(start) < plain_day(last)
        if self.gaps and self._is_unknown_within(start, last):
            return True
        if counted and (self._is_predicted(last) or self._is_predicted(start + timedelta(days=1))):
            return True
        known = self.announced_through
        return known is not None and (last.month, last.day) >= UNSETTLED_FROM and known.year <= last.year

    def range_of(self, last: date, zero: date | None = None) -> tuple[date, date]:
        """
        The first and the last day to which a provisional *last* may move (待定区间); never before day 1, the day after
        *zero*, and never before the last day that is certain.
        """
        local = bool(self.gaps) and self._is_unknown_within(zero or plain_day(last) - _ONE_DAY, last)
        if self.announced_through is None and self.announced_from is None and not local:
            return last, last
        earliest = _clamped(plain_day(last), -EARLIER)
        if self.announced_through is not None and self._firm_through <= last and not local:
            earliest = max(earliest, self._firm_through)
        if zero is not None and zero < last:
            earliest = max(earliest, zero + _ONE_DAY)
        return earliest, _clamped(last, LATER_LOCAL if local else LATER)

    def unknown_here(self, first: int, last: int) -> dict[int, tuple[str, ...]]:
        """The years from *first* through *last* with unknown local days off, and the festivals (地方节日待查)."""
        found = {year: tuple(gap.name for gap in self.gaps if gap.holds(year)) for year in range(first, last + 1)}
        return {year: names for year, names in found.items() if names}

    def _is_unknown_here(self, year: int) -> bool:
        return any(gap.holds(year) for gap in self.gaps)

    def _is_unknown_within(self, start: date, last: date) -> bool:
        """Whether a day counted in (start, last] is in a year with unknown local days off."""
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
        """The calendar from the result of :meth:`as_data`; a prediction is not data and is passed again."""
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
            # The publication and the scope of a notice change no day.
            for key in ("title", "published", "scope", "binds"):
                note.pop(key, None)
        text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return replace(self, edition=hashlib.sha256(text.encode()).hexdigest()[:12])

    # --- which days are worked ----------------------------------------------------------------------------

    def _work_through(self, year: int) -> Iterator[date]:
        off, makeup, weekend = self.days_off, self.makeup_days, self.weekend
        foreseen = self._foreseen(year) if self._rests_on_prediction(year) else NOTHING_FORESEEN
        for ordinal in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1):
            day = date.fromordinal(ordinal)
            worked = (ordinal + 6) % 7 not in weekend
            # A prediction applies only to unknown days.
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
