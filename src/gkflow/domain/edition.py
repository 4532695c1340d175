"""
A calendar edition (日历版本): every known announcement of days off, each with its day of publication.

Days have a history: a notice changes an earlier one, and a province changes it again for its own organs. An edition
keeps them all, so that it can answer what was known on a day, and for whom.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import combinations
from types import MappingProxyType
from typing import Any, NamedTuple

from gkflow.domain.calendar import DayNote, LocalGap, WorkCalendar, YearOfDays
from gkflow.domain.law import TimeLimit
from gkflow.domain.objections.calendars import CalendarError
from gkflow.domain.sentences import said

COUNTRY = "CN"
UNIT = "unit:"  # before the code of one organ
BINDS = ("everyone", "organs", "enterprises")
_NO_DAYS: Mapping[date, str] = MappingProxyType({})
_SATURDAY = 5
_EMPTY_YEARS = date(1, 1, 1)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Announcement:
    """
    The content of one notice (放假公告): days off, make-up days, days that follow the week again.

    A scope is the country (CN), a region by six-digit code (GB/T 2260: province, city, district) or one organ
    (unit:CODE). ``binds`` says whom: a notice that binds only enterprises moves no organ's day. ``published`` is the
    day from which it was known; None if unknown, and then it counts as always known. ``years`` are those that it
    announces as a whole.
    """

    name: str
    title: str
    published: date | None
    number: str = ""
    url: str = ""
    scopes: tuple[str, ...] = (COUNTRY,)
    binds: str = "everyone"
    years: tuple[int, ...] = ()
    days_off: Mapping[date, str] = field(default_factory=lambda: _NO_DAYS)
    makeup_days: Mapping[date, str] = field(default_factory=lambda: _NO_DAYS)
    plain_days: Mapping[date, str] = field(default_factory=lambda: _NO_DAYS)
    known: str = "found"
    # Only in files of the office, not stored with an edition: the sentences behind the days, and the year covered.
    quote: str = field(default="", compare=False)
    year: int | None = field(default=None, compare=False)

    @property
    def annual(self) -> bool:
        """Whether it announces a whole year, not only its days (年度放假安排)."""
        return bool(self.years)

    @property
    def days(self) -> frozenset[date]:
        """The days that it sets."""
        return frozenset({*self.days_off, *self.makeup_days, *self.plain_days})

    @property
    def source(self) -> str:
        """How it is cited: by its number, else by its title."""
        return self.number or self.title

    def concerns(self, places: frozenset[str]) -> bool:
        """Whether it applies to an organ in these places."""
        return self.binds != "enterprises" and (self.national or not places.isdisjoint(self.scopes))

    @property
    def national(self) -> bool:
        """Whether it applies to the whole country."""
        return COUNTRY in self.scopes

    @property
    def works(self) -> Mapping[date, bool]:
        """For each day that it names, whether it is a working day."""
        plain = {day: day.weekday() < _SATURDAY for day in self.plain_days}
        return plain | dict.fromkeys(self.days_off, False) | dict.fromkeys(self.makeup_days, True)

    def as_data(self) -> dict[str, Any]:
        """The announcement as plain values."""
        return {
            "name": self.name, "title": self.title, "number": self.number, "url": self.url,
            "published": self.published.isoformat() if self.published is not None else None,
            "scopes": list(self.scopes), "binds": self.binds, "years": list(self.years), "known": self.known,
            **{kind: _plain(getattr(self, kind)) for kind in ("days_off", "makeup_days", "plain_days")},
        }  # fmt: skip

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Announcement:
        """An announcement from the result of :meth:`as_data`."""
        published = data["published"]
        days_off, makeup_days, plain_days = (_named(data[kind]) for kind in ("days_off", "makeup_days", "plain_days"))
        return cls(
            data["name"], data["title"], date.fromisoformat(published) if published else None, data["number"],
            data["url"], tuple(data["scopes"]), data["binds"], tuple(data["years"]), days_off, makeup_days,
            plain_days, data["known"],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Festival:
    """
    Days off that a place has every year by its own rule (地方节日), announced by a notice year by year.

    ``since`` is the first year that had them, 0 if it is old. The rule is known, the days are not: they are unknown in
    a year without an announcement.
    """

    name: str
    scopes: tuple[str, ...]
    since: int = 0
    source: str = ""
    known: str = "found"

    def gap(self, announced: Iterable[Announcement]) -> LocalGap:
        """The years without an announcement."""
        days = (day for each in announced for day, name in each.days_off.items() if self.name in name)
        return LocalGap(self.name, frozenset(day.year for day in days), self.since)

    def as_data(self) -> dict[str, Any]:
        """The festival as plain values."""
        return {
            "name": self.name, "scopes": list(self.scopes), "since": self.since, "source": self.source,
            "known": self.known,
        }  # fmt: skip


class Disagreement(NamedTuple):
    """A day that two announcements of the same rank state differently (矛盾的日子)."""

    day: date
    one: Announcement
    other: Announcement


def places_of(region: str, unit: str = "") -> frozenset[str]:
    """
    The scopes that concern an organ (所在地区): its district, city and province by the code, and its own.

    >>> sorted(places_of("330106"))
    ['330000', '330100', '330106']
    """
    found = {f"{UNIT}{unit}"} if unit else set()
    if region:
        found |= {region, f"{region[:4]}00", f"{region[:2]}0000"}
    return frozenset(found)


@dataclass(frozen=True)
class CalendarEdition:
    """Everything known about days off (日历版本); ``calendar`` composes it for a place and a day of knowledge."""

    announcements: tuple[Announcement, ...]
    predict: Callable[[int], YearOfDays] | None = field(default=None, compare=False)
    festivals: tuple[Festival, ...] = ()
    _made: dict[Any, WorkCalendar] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        names: set[str] = set()
        for each in self.announcements:
            if each.name in names:
                raise CalendarError(reason=said("two announcements are called {name}", name=each.name))
            names.add(each.name)
            if each.binds not in BINDS:
                raise CalendarError(
                    reason=said(
                        "{name}: binds {binds}, which is none of {known}", name=each.name, binds=each.binds, known=BINDS
                    )
                )
        object.__setattr__(self, "announcements", tuple(sorted(self.announcements, key=_order)))

    @cached_property
    def edition(self) -> str:
        """The sha256 of all announcements, in order."""
        text = json.dumps(self.as_data(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def calendar(self, region: str = "", unit: str = "", known_on: date | None = None) -> WorkCalendar:
        """
        The working calendar of an organ in *region* (工作日历): the country's, its regions', its own; the later
        publication wins. With *known_on*, as it was known on that day: later notices are excluded, and a year without a
        notice by then is predicted.
        """
        places = places_of(region, unit)
        known = [
            each
            for each in self.announcements
            if each.concerns(places) and (known_on is None or each.published is None or each.published <= known_on)
        ]
        kept = [each for each in self.festivals if not places.isdisjoint(each.scopes)]
        key = (*(each.name for each in known), *((each.name, each.scopes) for each in kept))
        if key not in self._made:
            self._made[key] = self._compose(known, [each.gap(known) for each in kept])
        return self._made[key]

    def local(self, region: str = "", unit: str = "", known_on: date | None = None) -> tuple[Announcement, ...]:
        """The known local announcements of a place (地方放假安排), oldest first."""
        places = places_of(region, unit)
        return tuple(
            each
            for each in self.announcements
            if not each.national
            and each.concerns(places)
            and (known_on is None or each.published is None or each.published <= known_on)
        )

    def _compose(self, known: Sequence[Announcement], gaps: Sequence[LocalGap]) -> WorkCalendar:
        off: dict[date, DayNote] = {}
        makeup: dict[date, DayNote] = {}
        plain: dict[date, DayNote] = {}
        years: dict[int, DayNote] = {}
        for each in known:
            unnamed = DayNote("", each.source, each.url, each.title, each.published, ",".join(each.scopes), each.binds)
            if each.national:
                years.update(dict.fromkeys(each.years, unnamed))
            for day in each.plain_days:
                off.pop(day, None)
                makeup.pop(day, None)
                plain[day] = unnamed
            for days, others, stated in ((off, makeup, each.days_off), (makeup, off, each.makeup_days)):
                for day, name in stated.items():
                    others.pop(day, None)
                    days[day] = replace(unnamed, name=name)
        first, last = _run(set(years))
        return WorkCalendar(
            days_off=off,
            makeup_days=makeup,
            notes=off | makeup,
            plain_by=plain,
            years_by=years,
            announced_from=date(first, 1, 1) if first else None,
            # Nothing announced at all: every day is predicted.
            announced_through=date(last, 12, 31) if last else _EMPTY_YEARS,
            predict=self.predict,
            gaps=gaps,
        ).with_edition()

    def disagreements(self) -> Iterator[Disagreement]:
        """
        The days that two announcements of the same rank state differently (同级通知互相矛盾): two for the same year of
        the whole country, or two for one day of the same place. Nothing in them decides which one holds.
        """
        binding = [each for each in self.announcements if each.binds != "enterprises"]
        for one, other in combinations(binding, 2):
            whole = one.national and other.national and not set(one.years).isdisjoint(other.years)
            same_day = one.published is not None and one.published == other.published
            if not whole and not (same_day and not set(one.scopes).isdisjoint(other.scopes)):
                continue
            said, meant = one.works, other.works
            # Days that one notice for a year leaves to the week may be stated by the other.
            days = said.keys() | meant.keys() if whole else said.keys() & meant.keys()
            for day in sorted(days):
                if said.get(day, day.weekday() < _SATURDAY) != meant.get(day, day.weekday() < _SATURDAY):
                    yield Disagreement(day, one, other)

    def with_announcements(self, more: Iterable[Announcement]) -> CalendarEdition:
        """The edition with further announcements; one with the same name replaces the other."""
        by_name = {each.name: each for each in self.announcements}
        by_name.update({each.name: each for each in more})
        return CalendarEdition(tuple(by_name.values()), self.predict, self.festivals)

    def as_data(self) -> dict[str, Any]:
        """The edition as plain values, for the database; always in the same order."""
        found: dict[str, Any] = {"announcements": [each.as_data() for each in self.announcements]}
        if self.festivals:
            found["festivals"] = [each.as_data() for each in self.festivals]
        return found

    def as_dict(self) -> dict[str, Any]:
        """Its name, and what it holds as plain values."""
        return {"edition": self.edition, **self.as_data()}

    @classmethod
    def from_data(cls, data: Mapping[str, Any], predict: Callable[[int], YearOfDays] | None = None) -> CalendarEdition:
        """An edition from the result of :meth:`as_data`, or from the plain calendar that an earlier gkflow adopted."""
        if "announcements" in data:
            festivals = tuple(
                Festival(each["name"], tuple(each["scopes"]), each["since"], each["source"], each["known"])
                for each in data.get("festivals", ())
            )
            return cls(tuple(Announcement.from_data(each) for each in data["announcements"]), predict, festivals)
        return cls(_of_plain(WorkCalendar.from_data(data)), predict)


def _of_plain(calendar: WorkCalendar) -> tuple[Announcement, ...]:
    """A calendar of days alone as one announcement: its notices and their dates were not kept."""
    first, last = calendar.announced_from, calendar.announced_through
    years = tuple(range(first.year, last.year + 1)) if first is not None and last is not None else ()
    names = {day: note.name for day, note in calendar.notes.items()}
    return (
        Announcement(
            "adopted",
            "建立机关时采用的日历",
            None,
            years=years,
            days_off=MappingProxyType({day: names.get(day, "") for day in sorted(calendar.days_off)}),
            makeup_days=MappingProxyType({day: names.get(day, "") for day in sorted(calendar.makeup_days)}),
        ),
    )


def _order(announcement: Announcement) -> tuple[date, int, str]:
    """By publication; on one day the wider scope first, so that the nearer one wins."""
    return announcement.published or date.min, max(map(_nearness, announcement.scopes)), announcement.name


def _nearness(scope: str) -> int:
    """0 the country, 1 a province, 2 a city, 3 a district, 4 one organ."""
    if scope == COUNTRY:
        return 0
    if scope.startswith(UNIT):
        return 4
    return 1 if scope.endswith("0000") else 2 if scope.endswith("00") else 3


def _run(years: set[int]) -> tuple[int, int]:
    """The years from the first one on without a gap: a notice for 2028 says nothing about 2027."""
    if not years:
        return 0, 0
    first = last = min(years)
    while last + 1 in years:
        last += 1
    return first, last


def _plain(days: Mapping[date, str]) -> dict[str, str]:
    return {day.isoformat(): name for day, name in sorted(days.items())}


def _named(days: Mapping[str, str]) -> Mapping[date, str]:
    return MappingProxyType({date.fromisoformat(day): name for day, name in days.items()})


class Adoption(NamedTuple):
    """A calendar and the limits, and since when the office uses them (采用)."""

    at: datetime
    day: date  # the legal day of *at*
    calendar: WorkCalendar
    limit: Callable[[str], TimeLimit] | None = None  # a limit by its name; None: as in the rulebook in use


@dataclass(frozen=True, slots=True)
class Adopted:
    """
    The calendars and rules that an office has used, in sequence (采用沿革).

    Decisions keep their edition: a stopped clock keeps the calendar and the limits under which the stop was recorded,
    and nothing that ended moves.
    """

    steps: tuple[Adoption, ...]  # oldest first; the first one applies to all earlier days

    def when_written(self, moment: datetime) -> Adoption:
        """The edition in use when an entry was recorded; at the moment of an adoption, the earlier one."""
        return next((step for step in reversed(self.steps) if step.at < moment), self.steps[0])

    def running(self, day: date, known_since: datetime) -> Adoption:
        """
        The edition for a clock that runs on *day*: the one in use then, or when the office first recorded the case, if
        that was later (old cases of a register use what is known when it is imported).
        """
        held = [step for step in self.steps if step.day <= day or step.at < known_since]
        return held[-1] if held else self.steps[0]

    def after_end(self, ended: date, started: datetime, known_since: datetime) -> Adoption:
        """
        The edition for a clock that continues in a case that has ended: the one in use before the end, or when the
        start of the clock was recorded, if that was later. Later adoptions change nothing there.
        """
        held = (self.running(ended - _ONE_DAY, known_since), self.when_written(started))
        return max(held, key=self.steps.index)

    @property
    def days(self) -> tuple[date, ...]:
        """The days on which another calendar, or other rules, came into use."""
        return tuple(step.day for step in self.steps[1:])
