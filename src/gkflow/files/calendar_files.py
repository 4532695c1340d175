"""
Calendar files (日历文件): notices of days off, checked here and given a meaning in ``calendars``.

Two kinds stand in ``config/calendar/``: ``notices.yaml`` tells where known days come from, every other file
sets days. What is handed on are plain mappings with days as dates.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gkflow.domain.edition import Festival
from gkflow.domain.law import Known
from gkflow.files.nodes import Faults, Node, plain
from gkflow.files.strict_reader import Section, as_day

BINDS = ("everyone", "organs", "enterprises")
_SATURDAY = 5
_REGION = re.compile(r"[1-9][0-9]{5}")


@dataclass(frozen=True, slots=True)
class CalendarFiles:
    """What the calendar files say (日历文件内容): a mapping per notice, and the list of notices."""

    overlays: tuple[Mapping[str, Any], ...] = ()
    notices: Mapping[str, Any] | None = None
    places: Mapping[str, str] = field(default_factory=dict)  # the file of each overlay, by its name
    festivals: tuple[Festival, ...] = ()


def overlay_from(node: Node, faults: Faults, regions: Collection[str] | None = None) -> Mapping[str, Any]:
    """
    One notice that sets days, as ``calendars.overlay.overlay_from`` takes it; *regions* are those that exist.
    """
    with Section(node, "", faults) as section:
        section.integer("calendar", least=1949)
        for key in ("title",):
            section.text(key)
        for key in ("number", "url", "quote"):
            section.text(key, "")
        scopes = _scopes(section, regions)
        section.choice("binds", BINDS, "everyone")
        section.day("published", needed=scopes == ("CN",))
        section.day("dated", needed=False)
        section.word("known", Known, Known.FOUND)
        section.flag("annual")
        off = dict(_days(section, "days_off"))
        worked = dict(_days(section, "makeup_days"))
        again = dict(_days(section, "plain_days"))
        for day in sorted((off.keys() & worked.keys()) | (again.keys() & (off.keys() | worked.keys()))):
            section.fault(f"{day} is off and worked at once", "makeup_days")
        _possible(section, off, worked, again)
        if not off and not worked and not again:
            section.fault("sets no day: days_off, makeup_days or plain_days")
        found = _found(node)
    days = {"days_off": off, "makeup_days": worked, "plain_days": again}
    return MappingProxyType({**found, **days, "scope": scopes, "name": Path(node.file).stem})


def _possible(section: Section, off: Collection[date], worked: Collection[date], again: Collection[date]) -> None:
    """A day far from the year, a make-up day in the week, a month without a working day: each is a slip of the pen."""
    year = section.get("calendar")
    if year is not None and isinstance(year.value, int):
        first, last = date(year.value - 1, 12, 1), date(year.value + 1, 1, 31)
        for key, days in (("days_off", off), ("makeup_days", worked), ("plain_days", again)):
            for day in days:
                if not first <= day <= last:
                    section.fault(f"{day} is no day of {year.value}", key)
    for day in worked:
        if day.weekday() < _SATURDAY:
            section.fault(f"{day} is a {day:%A}: a make-up day is a Saturday or Sunday; plain_days work again",
                          "makeup_days")  # fmt: skip
    for one, month in sorted({(day.year, day.month) for day in off}):
        days = [date(one, month, n) for n in range(1, monthrange(one, month)[1] + 1)]
        if all(day in off or (day.weekday() >= _SATURDAY and day not in worked) for day in days):
            section.fault(f"no working day is left in {one}-{month:02}", "days_off")


def _scopes(section: Section, regions: Collection[str] | None) -> tuple[str, ...]:
    """For whom: the country, regions by their six figures (GB/T 2260), one organ; an unknown region is a fault."""
    scopes = section.texts("scope") or ("CN",)
    for scope in scopes:
        if scope == "CN" or scope.startswith("unit:"):
            continue
        if not _REGION.fullmatch(scope):
            section.fault(f'scope "{scope}": write CN, six figures (GB/T 2260), or unit:CODE', "scope")
        elif regions is not None and scope not in regions and f"{scope[:2]}0000" not in regions:
            section.fault(f'scope "{scope}": no such region (config/lists/regions.yaml)', "scope")
    return scopes


def festivals_from(node: Node, faults: Faults, regions: Collection[str] | None = None) -> tuple[Festival, ...]:
    """The yearly local festivals that are known (地方节日): their rule, never their days."""
    found = []
    with Section(node, "", faults) as section:
        for each in section.sections("festivals", "festival", needed=True):
            name = each.text("name")
            known = each.word("known", Known, Known.FOUND)
            if "scope" not in each:
                each.fault("whose festival? scope is missing")
            scopes = _scopes(each, regions)
            if "CN" in scopes:
                each.fault("a festival of the whole country is no local one", "scope")
            since = each.integer("since", 0, least=1949)
            found.append(Festival(name, scopes, since, each.text("source"), known.value))
    return tuple(found)


def notices_from(node: Node, faults: Faults) -> Mapping[str, Any]:
    """The list of notices, as ``calendars.overlay.notices_from`` takes it."""
    notices: list[Mapping[str, Any]] = []
    with Section(node, "", faults) as section:
        for each in section.sections("notices", "notice", needed=True):
            each.integer("year", least=1949)
            each.text("number")
            for key in ("title", "url", "remark"):
                each.text(key, "")
            for key in ("dated", "published"):
                each.day(key, needed=False)
            each.word("known", Known, Known.FOUND)
            found = _found(each.node)
            if (days := each.get("days")) is not None:
                if not isinstance(days.value, list):
                    each.wrong("days", days, "a list of days")
                    continue
                for item in days.value:
                    if as_day(item.value) is None:
                        each.wrong("days", item, "a list of days")
                found["days"] = [item.value for item in days.value]
            for before in each.sections("before"):
                kinds = ("days_off", "makeup_days")
                found["before"] = {kind: dict(_days(before, kind)) for kind in kinds}
            notices.append(MappingProxyType(found))
    return MappingProxyType({"notices": notices})


def _found(node: Node) -> dict[str, Any]:
    """The scalars of a mapping, days as dates."""
    if not isinstance(node.value, dict):
        return {}
    values = ((str(key), each.value) for key, each in node.value.items())
    return {key: value for key, value in values if not isinstance(value, (dict, list))}


def _days(section: Section, key: str) -> Iterator[tuple[date, Any]]:
    for name, node in section.items(key):
        day = as_day(str(name))
        if day is None:
            section.faults.add(node.file, name.line, f'{key}: "{name}" is no day')
        elif not isinstance(node.value, str) or not node.value:
            section.wrong(f"{key} {name}", node, "the name of the holiday")
        else:
            yield day, plain(node)
