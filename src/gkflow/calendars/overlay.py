"""
What a notice of days off says (放假通知), as plain values made from the mappings of ``config/calendar/``.

An :class:`Overlay` changes days; a :class:`HolidayNotice` only tells where days that are known already come
from. Neither reads a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from gkflow.domain.calendar import CalendarError, DayNote


@dataclass(frozen=True, slots=True)
class Overlay:
    """Days that one notice sets, over whatever was known before (放假调休覆盖)."""

    year: int
    title: str
    published: date
    number: str = ""
    url: str = ""
    scope: str = "CN"
    # The State Council's notice for this year (年度放假安排): it announces the whole year, not only its days.
    annual: bool = False
    days_off: Mapping[date, str] = field(default_factory=dict, hash=False)
    makeup_days: Mapping[date, str] = field(default_factory=dict, hash=False)

    def note(self, name: str) -> DayNote:
        """What is to be said of a day that this notice sets."""
        return DayNote(name=name, source=self.number or self.title, url=self.url)


@dataclass(frozen=True, slots=True)
class HolidayNotice:
    """Number and address of a notice whose days the data package knows (放假通知出处)."""

    year: int
    number: str
    title: str = ""
    dated: date | None = None
    published: date | None = None
    url: str = ""
    known: str = "found"
    remark: str = ""
    # None: the annual notice; else the days that an amendment set.
    days: frozenset[date] | None = None


def overlay_from(data: Mapping[str, Any]) -> Overlay:
    """
    The overlay that one file of ``config/calendar/`` describes.

    ``days_off`` and ``makeup_days`` map each day to the holiday that it belongs to.
    """
    _only(data, {"calendar", "number", "title", "dated", "published", "url", "known", "quote", "scope",
                 "annual", "days_off", "makeup_days"}, wanted=("calendar", "title", "published"))  # fmt: skip
    where = f"calendar {data['calendar']}"
    off, makeup = (_named_days(data.get(key), f"{where}: {key}") for key in ("days_off", "makeup_days"))
    if both := sorted(off.keys() & makeup.keys()):
        raise CalendarError(f"{where}: off and worked at once: {', '.join(map(str, both))}")
    return Overlay(
        year=int(data["calendar"]),
        title=data["title"],
        published=_day(data["published"], f"{where}: published"),
        number=data.get("number", ""),
        url=data.get("url", ""),
        scope=data.get("scope", "CN"),
        annual=bool(data.get("annual", False)),
        days_off=off,
        makeup_days=makeup,
    )


def notices_from(data: Mapping[str, Any]) -> tuple[HolidayNotice, ...]:
    """The notices that ``config/calendar/notices.yaml`` lists."""
    _only(data, {"notices"}, wanted=("notices",))
    return tuple(_notice(one) for one in data["notices"])


def _notice(data: Mapping[str, Any]) -> HolidayNotice:
    _only(data, {"year", "number", "title", "dated", "published", "url", "known", "remark", "days"},
          wanted=("year", "number"))  # fmt: skip
    where = f"notice {data['number']}"
    return HolidayNotice(
        year=int(data["year"]),
        number=data["number"],
        title=data.get("title", ""),
        dated=_day(data["dated"], f"{where}: dated") if "dated" in data else None,
        published=_day(data["published"], f"{where}: published") if "published" in data else None,
        url=data.get("url", ""),
        known=data.get("known", "found"),
        remark=data.get("remark", ""),
        days=frozenset(_day(day, f"{where}: days") for day in data["days"]) if "days" in data else None,
    )


def _only(data: Mapping[str, Any], known: set[str], wanted: Iterable[str]) -> None:
    if unknown := sorted(str(key) for key in data if key not in known):
        raise CalendarError(f"unknown keys: {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    if missing := [key for key in wanted if key not in data]:
        raise CalendarError(f"missing: {', '.join(missing)}")


def _named_days(data: Mapping[Any, str] | None, where: str) -> Mapping[date, str]:
    return MappingProxyType({_day(day, where): name for day, name in (data or {}).items()})


def _day(value: Any, where: str) -> date:
    """A day as YAML gives it: a date, or its ISO text where the key is quoted."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise CalendarError(f"{where}: {value!r} is no day; write it as 2027-01-01") from None
