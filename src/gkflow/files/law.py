"""
Law files (法律依据文件): one instrument per file, its limits by name, their values by effective day; instruments that
are cited without a limit share one file.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from types import MappingProxyType

from gkflow.domain.law import (
    Citation,
    Decree,
    Direction,
    Instrument,
    Known,
    Law,
    LimitUnit,
    LimitValue,
    Roll,
    TimeLimit,
)
from gkflow.domain.rulebook import mean_limit
from gkflow.domain.sentences import said
from gkflow.files.kinds.law import CitedFile, CitedKeys, LawFile, LimitKeys, ValueKeys
from gkflow.files.model_reader import Found, read_model
from gkflow.files.nodes import Faults, Node, as_day

_CALENDAR_UNITS = (LimitUnit.DAY, LimitUnit.MONTH, LimitUnit.YEAR, LimitUnit.FIXED_DATE)
# An office's own rule is never found in a text of law.
_KNOWN_OF_HOUSE = (Known.PROPOSAL, Known.INFERENCE)
# The longest valid length: ten years, and thirty days in hours. The longest of the packaged law is 36 months.
_LONGEST = {
    LimitUnit.WORKING_DAY: 2500, LimitUnit.DAY: 3660, LimitUnit.MONTH: 120, LimitUnit.YEAR: 10, LimitUnit.HOUR: 720,
}  # fmt: skip
_Succeeding = dict[str, tuple[str, Found[LawFile], str]]  # limit -> the older one, its file, the key there


def law_from(nodes: Iterable[Node], faults: Faults, kept: bool = False) -> Law:
    """
    The instruments and limits of all law files together (法规库). Sources *kept* by an earlier gkflow are not checked
    for the bounds of a length.
    """
    instruments: dict[str, Instrument] = {}
    limits: dict[str, TimeLimit] = {}
    before: _Succeeding = {}
    for node in nodes:
        if isinstance(node.value, dict) and "cited" in node.value:
            cited = read_model(CitedFile, node, faults)
            for name, keys in cited.model.cited.items():
                if name in instruments:
                    cited.fault(_twice(name), "cited", name)
                instruments[name] = _instrument(name, keys)
            continue
        found = read_model(LawFile, node, faults)
        instrument = _instrument(found.model.instrument, found.model)
        if instrument.name in instruments:
            found.fault(_twice(instrument.name), key="instrument")
        instruments[instrument.name] = instrument
        for key, limit in found.model.limits.items():
            name = f"{instrument.name}/{key}"
            limits[name] = _limit(found, name, key, limit, instrument)
            if not kept:
                _check_lengths(found, key, limit)
            if limit.succeeds is not None:
                before[name] = (limit.succeeds, found, key)
    for name in list(before):
        _succeed(name, limits, before, ())
    return Law(MappingProxyType(instruments), MappingProxyType(limits))


def _succeed(name: str, limits: dict[str, TimeLimit], before: _Succeeding, seen: tuple[str, ...]) -> None:
    """
    Put the values of the replaced limit before the limit's own (新旧法衔接).

    从旧: a case that began under the old law is counted by it, so that one clock needs one limit.
    """
    if name not in before:
        return
    older, found, key = before[name]
    if older not in limits or name in seen:
        why = (
            said("succeeds itself")
            if name in seen
            else said('no limit "{older}"{mean}', older=older, mean=mean_limit(older, limits))
        )
        found.fault(said("succeeds: {why}", why=why), "limits", key, key="succeeds")
        del before[name]
        return
    _succeed(older, limits, before, (*seen, name))
    before.pop(name, None)
    limit = limits[name]
    if not limit.values:
        return
    first = limit.values[0][0]
    earlier = tuple((day, value) for day, value in limits[older].values if day < first)
    limits[name] = TimeLimit(limit.name, limit.label, (*earlier, *limit.values), limit.binds)


def _twice(name: str) -> str:
    return said('instrument "{name}" stands in another file too', name=name)


def _instrument(name: str, keys: LawFile | CitedKeys) -> Instrument:
    return Instrument(name, keys.title, keys.number, keys.rank, keys.url, tuple(keys.also))


def _limit(found: Found[LawFile], name: str, key: str, keys: LimitKeys, instrument: Instrument) -> TimeLimit:
    path = ("limits", key, "values")
    values: list[tuple[date, LimitValue | None]] = []
    for since, value in keys.values.items():
        day = as_day(since)
        if day is None:
            wrong = said(
                'limit "{key}": "{since}" is no day; a value stands under the day it holds from', key=key, since=since
            )
            found.faults.add(found.node.file, found.line_of(*path, since), wrong)
        held = None if value is None else _value(found, value, instrument, *path, since)
        values.append((day or date.min, held))
    if not values and found.node_at(*path).value == {}:
        found.fault(said("has no value"), "limits", key, key="values")
    return TimeLimit(name, keys.label, tuple(sorted(values, key=lambda pair: pair[0])), keys.binds)


def _value(found: Found[LawFile], keys: ValueKeys, instrument: Instrument, *path: str | int) -> LimitValue:
    given, unit = keys.model_fields_set, keys.unit
    if unit is LimitUnit.FIXED_DATE:
        _fixed_date(found, keys, *path)
    else:
        # An empty length is set case by case, but must be declared: a forgotten one is a fault.
        if "length" not in given:
            found.fault(said('key "length" is missing'), *path)
        for key in ("month", "day", "of", "year"):
            if key in given:
                found.fault(said("{key} belongs to unit fixed_date", key=key), *path, key=key)
    if "year" in given and "of" in given:
        found.fault(said("a day that comes once (year) has no other year (of)"), *path, key="of")
    if "roll" in given and unit not in _CALENDAR_UNITS:
        found.fault(said("roll says nothing of a limit in {unit}", unit=unit), *path, key="roll")
    if keys.direction is Direction.BEFORE:
        _counted_back(found, keys, *path)
    fixed = unit is LimitUnit.FIXED_DATE
    return LimitValue(
        length=None if fixed else keys.length,
        unit=unit,
        citation=_citation(found, keys, instrument, *path),
        roll=keys.roll,
        rest_day_receipt=keys.rest_day_receipt,
        leaves_out=keys.leaves_out,
        month_end=keys.month_end,
        bound=keys.bound,
        month=keys.month if fixed else None,
        day=keys.day if fixed else None,
        of=keys.of,
        year=keys.year,
        direction=keys.direction,
    )


def _counted_back(found: Found[LawFile], keys: ValueKeys, *path: str | int) -> None:
    """……的七日前: days are counted back, and a day off is rolled back with them, never forward."""
    if keys.unit not in (LimitUnit.DAY, LimitUnit.WORKING_DAY):
        found.fault(
            said("only days and working days are counted back, not {unit}", unit=str(keys.unit)), *path, key="direction"
        )
    if keys.roll is Roll.NEXT_WORKING_DAY:
        found.fault(said("what is due before a day is rolled back (previous_working_day), never on"), *path, key="roll")


def _check_lengths(found: Found[LawFile], key: str, keys: LimitKeys) -> None:
    """Refuse a typing error: 0 means the same day (当日), and no law sets ten years of working days."""
    for since, value in keys.values.items():
        if value is None or value.length is None or value.unit not in _LONGEST:
            continue
        path, length, longest = ("limits", key, "values", since), value.length, _LONGEST[value.unit]
        if length == 0 and value.unit is not LimitUnit.DAY and found.node_at(*path, "length").value == 0:
            found.fault(said("length 0 is the same day, which is said with unit day"), *path, key="length")
        if length > longest:
            text = said(
                "length {length} is longer than any limit: {longest} is the most for unit {unit}",
                length=length,
                longest=longest,
                unit=value.unit,
            )
            found.fault(text, *path, key="length")


def _fixed_date(found: Found[LawFile], keys: ValueKeys, *path: str | int) -> None:
    if "length" in keys.model_fields_set:
        found.fault(said("a fixed date has month and day, no length"), *path, key="length")
    for key in ("month", "day"):
        if key not in keys.model_fields_set:
            found.fault(said('key "{key}" is missing', key=key), *path)
    if not keys.month or not keys.day:
        return  # reported already
    try:
        date(2023, keys.month, keys.day)  # not a leap year: the date must exist every year
    except ValueError:
        found.fault(
            said("month {month}, day {day} is no day of every year", month=keys.month, day=keys.day), *path, key="month"
        )


def _citation(found: Found[LawFile], keys: ValueKeys, instrument: Instrument, *path: str | int) -> Citation:
    known = keys.known
    if instrument.rank == "house" and known not in _KNOWN_OF_HOUSE and found.has(*path, "known"):
        found.fault(
            said("a house rule is known as proposal or inference, not {known}", known=known), *path, key="known"
        )
    if instrument.rank != "house" and known is Known.PROPOSAL:
        found.fault(
            said("a proposal is no {rank}; it belongs under rank house", rank=instrument.rank), *path, key="known"
        )
    if known is Known.FOUND and not keys.quote and found.has(*path, "known"):
        found.fault(said("known as found, but the sentence is not quoted (quote)"), *path)
    for at, each in enumerate(keys.decree):
        if not each.title and not each.number:
            found.fault(said("has neither title nor number"), *path, "decree", at)
    decree = next((Decree(each.title, each.number, each.url) for each in keys.decree), None)
    return Citation(instrument.title, keys.article, keys.quote, known, keys.source, decree)
