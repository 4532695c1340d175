"""
Calendar files (日历文件): notices of days off, checked here and interpreted in ``calendars``.

There are two kinds in ``config/calendar/``: ``notices.yaml`` gives the sources of known days, every other file sets
days. The result are plain mappings with days as dates.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gkflow.domain.edition import Festival
from gkflow.domain.sentences import said, said_as
from gkflow.files.kinds.calendar import CalendarFile, FestivalsFile, NoticesFile
from gkflow.files.model_reader import Found, read_model
from gkflow.files.nodes import Faults, Node, as_day

_KINDS = ("days_off", "makeup_days", "plain_days")
_SATURDAY = 5
_REGION = re.compile(r"[1-9][0-9]{5}")


@dataclass(frozen=True, slots=True)
class CalendarFiles:
    """The content of the calendar files (日历文件内容): a mapping per notice, and the list of notices."""

    overlays: tuple[Mapping[str, Any], ...] = ()
    notices: Mapping[str, Any] | None = None
    places: Mapping[str, str] = field(default_factory=dict)  # the file of each overlay, by its name
    festivals: tuple[Festival, ...] = ()
    regions: frozenset[str] = frozenset()  # the codes that there are; empty without a list of them


def overlay_from(node: Node, faults: Faults, regions: Collection[str] | None = None) -> Mapping[str, Any]:
    """
    One notice that sets days, in the form for ``calendars.announcements.announcement_of``; *regions* are the existing
    ones.
    """
    found = read_model(CalendarFile, node, faults)
    file = found.model
    scopes = _scopes(found, regions, file.scope)
    if scopes == ("CN",) and not found.has("published"):
        found.fault(said('key "published" is missing'))
    days = {key: dict(_days(found, getattr(file, key), key)) for key in _KINDS}
    off, worked, again = days.values()
    for day in sorted((off.keys() & worked.keys()) | (again.keys() & (off.keys() | worked.keys()))):
        found.fault(said_as("file", "{day} is off and worked at once", day=day), key="makeup_days")
    _possible(found, days)
    if not off and not worked and not again:
        found.fault(said("sets no day: days_off, makeup_days or plain_days"))
    return MappingProxyType({**_scalars(node), **days, "scope": scopes, "name": Path(node.file).stem})


def _possible(found: Found[CalendarFile], days: Mapping[str, Collection[date]]) -> None:
    """A day far from the year, a make-up day on a weekday, a month without a working day: typing errors."""
    year, off, worked = found.model.calendar, days["days_off"], days["makeup_days"]
    if year:
        first, last = date(year - 1, 12, 1), date(year + 1, 1, 31)
        for key, each in days.items():
            for day in each:
                if not first <= day <= last:
                    found.fault(said("{day} is no day of {year}", day=day, year=year), key=key)
    for day in worked:
        if day.weekday() < _SATURDAY:
            text = said("{day} is a {day:%A}: a make-up day is a Saturday or Sunday; plain_days work again", day=day)
            found.fault(text, key="makeup_days")
    for one, month in sorted({(day.year, day.month) for day in off}):
        whole = [date(one, month, n) for n in range(1, monthrange(one, month)[1] + 1)]
        if all(day in off or (day.weekday() >= _SATURDAY and day not in worked) for day in whole):
            found.fault(said("no working day is left in {one}-{month:02}", one=one, month=month), key="days_off")


def _scopes(
    found: Found[Any], regions: Collection[str] | None, scopes: Sequence[str], *path: str | int
) -> tuple[str, ...]:
    """The scope: the country, regions by six-digit code (GB/T 2260), one organ; an unknown region is a fault."""
    for scope in scopes:
        if scope == "CN" or scope.startswith("unit:"):
            continue
        if not _REGION.fullmatch(scope):
            found.fault(
                said('scope "{scope}": write CN, six figures (GB/T 2260), or unit:CODE', scope=scope),
                *path,
                key="scope",
            )
        elif regions is not None and scope not in regions and f"{scope[:2]}0000" not in regions:
            found.fault(
                said('scope "{scope}": no such region (config/lists/regions.yaml)', scope=scope), *path, key="scope"
            )
    return tuple(scopes) or ("CN",)


def festivals_from(node: Node, faults: Faults, regions: Collection[str] | None = None) -> tuple[Festival, ...]:
    """The known yearly local festivals (地方节日): their rule, never their days."""
    found = read_model(FestivalsFile, node, faults)
    festivals = []
    for at, each in enumerate(found.model.festivals):
        scopes = _scopes(found, regions, each.scope, "festivals", at)
        if "CN" in scopes:
            found.fault(said("a festival of the whole country is no local one"), "festivals", at, key="scope")
        festivals.append(Festival(each.name, scopes, each.since, each.source, each.known.value))
    return tuple(festivals)


def notices_from(node: Node, faults: Faults) -> Mapping[str, Any]:
    """The list of notices, in the form for ``calendars.announcements.notices_from``."""
    found = read_model(NoticesFile, node, faults)
    nodes = list(_listed(node, "notices"))
    notices: list[Mapping[str, Any]] = []
    for at, each in enumerate(found.model.notices):
        notice = _scalars(nodes[at])
        if each.days is not None:
            notice["days"] = each.days
        for number, before in enumerate(each.before):
            path = ("notices", at, "before", number)
            notice["before"] = {key: dict(_days(found, getattr(before, key), *path, key)) for key in _KINDS[:2]}
        notices.append(MappingProxyType(notice))
    return MappingProxyType({"notices": notices})


def _listed(node: Node, key: str) -> Iterator[Node]:
    """The items of a list, or a single value as a list of one."""
    for name, stated in node.value.items() if isinstance(node.value, dict) else ():
        if name == key:
            yield from stated.value if isinstance(stated.value, list) else [stated]


def _scalars(node: Node) -> dict[str, Any]:
    """The scalars of a mapping, days as dates."""
    if not isinstance(node.value, dict):
        return {}
    values = ((str(key), each.value) for key, each in node.value.items())
    return {key: value for key, value in values if not isinstance(value, (dict, list))}


def _days(found: Found[Any], days: Mapping[str, str], *path: str | int) -> Iterator[tuple[date, str]]:
    for name, holiday in days.items():
        day = as_day(name)
        if day is None:
            place = found.line_of(*path, name)
            found.faults.add(found.node.file, place, said('{path}: "{name}" is no day', path=path[-1], name=name))
        elif holiday:
            yield day, holiday
