"""
Notices of days off as values (放假通知), made from the mappings of ``config/calendar/``.

An announcement sets days; a :class:`HolidayNotice` only names the source of days that are already known. Nothing here
reads a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from gkflow.domain.edition import Announcement
from gkflow.domain.objections.calendars import CalendarError
from gkflow.domain.sentences import said


@dataclass(frozen=True, slots=True)
class HolidayNotice:
    """Number and address of a notice whose days the data package has (放假通知出处)."""

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
    # The days that the amendment changed, as the annual notice had set them.
    off_before: Mapping[date, str] = field(default_factory=dict, hash=False)
    makeup_before: Mapping[date, str] = field(default_factory=dict, hash=False)


def announcement_of(data: Mapping[str, Any]) -> Announcement:
    """
    The announcement in one file of ``config/calendar/`` (公告).

    ``days_off`` and ``makeup_days`` map each day to its holiday.
    """
    _only(data, {"calendar", "number", "title", "dated", "published", "url", "known", "quote", "scope",
                 "binds", "annual", "days_off", "makeup_days", "plain_days", "name"},
          wanted=("calendar", "title"))  # fmt: skip
    where = f"calendar {data['calendar']}"
    scope = data.get("scope", "CN")
    scopes = tuple(scope) if isinstance(scope, (list, tuple)) else (scope,)
    kinds = ("days_off", "makeup_days", "plain_days")
    off, makeup, plain = (_named_days(data.get(key), f"{where}: {key}") for key in kinds)
    if both := sorted((off.keys() & makeup.keys()) | (plain.keys() & (off.keys() | makeup.keys()))):
        raise CalendarError(reason=said("{where}: off and worked at once: {days}", where=where, days=both))
    # Undated local days count as always known; national notices always have a date.
    dated = data.get("published") or "CN" in scopes
    published = _day(data.get("published"), f"{where}: published") if dated else None
    year, number = int(data["calendar"]), data.get("number", "")
    return Announcement(
        name=data.get("name") or f"{year}-{number or data['title']}-{published}",
        title=data["title"],
        published=published,
        number=number,
        url=data.get("url", ""),
        scopes=scopes,
        binds=data.get("binds", "everyone"),
        years=(year,) if data.get("annual") else (),
        days_off=off,
        makeup_days=makeup,
        plain_days=plain,
        known=data.get("known", "found"),
        quote=data.get("quote", ""),
        year=year,
    )


def notices_from(data: Mapping[str, Any]) -> tuple[HolidayNotice, ...]:
    """The notices listed in ``config/calendar/notices.yaml``."""
    _only(data, {"notices"}, wanted=("notices",))
    return tuple(_notice(one) for one in data["notices"])


def _notice(data: Mapping[str, Any]) -> HolidayNotice:
    _only(data, {"year", "number", "title", "dated", "published", "url", "known", "remark", "days", "before"},
          wanted=("year", "number"))  # fmt: skip
    where = f"notice {data['number']}"
    before = data.get("before", {})
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
        off_before=_named_days(before.get("days_off"), f"{where}: before"),
        makeup_before=_named_days(before.get("makeup_days"), f"{where}: before"),
    )


def _only(data: Mapping[str, Any], known: set[str], wanted: Iterable[str]) -> None:
    if unknown := sorted(str(key) for key in data if key not in known):
        raise CalendarError(
            reason=said("unknown keys: {unknown}; known are {known}", unknown=unknown, known=sorted(known))
        )
    if missing := [key for key in wanted if key not in data]:
        raise CalendarError(reason=said("missing: {names}", names=missing))


def _named_days(data: Mapping[Any, str] | None, where: str) -> Mapping[date, str]:
    return MappingProxyType({_day(day, where): name for day, name in (data or {}).items()})


def _day(value: Any, where: str) -> date:
    """A day from YAML: a date, or its ISO text if the key is quoted."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise CalendarError(
            reason=said("{where}: {value!r} is no day; write it as 2027-01-01", where=where, value=value)
        ) from None
