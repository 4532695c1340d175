"""
Law files (法律依据文件): one instrument a file, its limits by name, their values by effective day; instruments that are
cited and give no limit stand together in one file.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from types import MappingProxyType

from gkflow.domain.citations import RANKS
from gkflow.domain.law import (
    Bound,
    Citation,
    Decree,
    Instrument,
    Known,
    Law,
    LeavesOut,
    LimitUnit,
    LimitValue,
    MonthEnd,
    RestDayReceipt,
    Roll,
    TimeLimit,
    YearOf,
)
from gkflow.domain.rulebook import mean_limit
from gkflow.files.nodes import Faults, Key, Node
from gkflow.files.strict_reader import Section, as_day

BINDS = ("office", "applicant", "other")
_CALENDAR_UNITS = (LimitUnit.DAY, LimitUnit.MONTH, LimitUnit.YEAR, LimitUnit.FIXED_DATE)
_RECEIPT = RestDayReceipt.COUNTED_FROM_RECEIPT
# An office's own rule is never law that somebody found in a text.
_KNOWN_OF_HOUSE = (Known.PROPOSAL, Known.INFERENCE)


def law_from(nodes: Iterable[Node], faults: Faults) -> Law:
    """The instruments and limits of all law files together (法规库)."""
    instruments: dict[str, Instrument] = {}
    limits: dict[str, TimeLimit] = {}
    before: dict[str, tuple[str, Section]] = {}
    for node in nodes:
        with Section(node, "", faults) as section:
            if "cited" in section:
                for key, each in section.named("cited", "instrument", check=False):
                    _add(key, _instrument(each, key), each, instruments)
                continue
            instrument = _instrument(section, section.text("instrument"))
            _add("instrument", instrument, section, instruments)
            for key, limit in section.named("limits", "limit", check=False):
                name = f"{instrument.name}/{key}"
                limits[name] = _limit(name, limit, instrument)
                if "succeeds" in limit:
                    before[name] = (limit.text("succeeds"), limit)
    for name in list(before):
        _succeed(name, limits, before, ())
    return Law(MappingProxyType(instruments), MappingProxyType(limits))


def _succeed(
    name: str, limits: dict[str, TimeLimit], before: dict[str, tuple[str, Section]], seen: tuple[str, ...]
) -> None:
    """
    Put the values of the limit that this one succeeded before its own (新旧法衔接).

    从旧: a case that began under the old law is reckoned by it, so one clock asks for one limit.
    """
    if name not in before:
        return
    older, section = before[name]
    if older not in limits or name in seen:
        why = "succeeds itself" if name in seen else f'no limit "{older}"{mean_limit(older, limits)}'
        section.fault(f"succeeds: {why}", "succeeds")
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


def _add(key: str, instrument: Instrument, section: Section, instruments: dict[str, Instrument]) -> None:
    if instrument.name in instruments:
        section.fault(f'instrument "{instrument.name}" stands in another file too', key)
    instruments[instrument.name] = instrument


def _instrument(section: Section, name: str) -> Instrument:
    return Instrument(
        name=name,
        title=section.text("title"),
        number=section.text("number", ""),
        rank=section.choice("rank", RANKS),
        url=section.text("url", ""),
        also=section.texts("also"),
    )


def _limit(name: str, section: Section, instrument: Instrument) -> TimeLimit:
    label = section.text("label")
    binds = section.choice("binds", BINDS, "office")
    section.text("note", "")
    values: list[tuple[date, LimitValue | None]] = []
    for key, node in section.items("values", needed=True):
        day = as_day(str(key))
        if day is None:
            text = f'{section.what}: "{key}" is no day; a value stands under the day it holds from'
            section.faults.add(node.file, key.line, text)
        value = _value(section, key, node, instrument)
        values.append((day or date.min, value))
    if "values" in section and not values:
        section.fault("has no value", "values")
    return TimeLimit(name, label, tuple(sorted(values, key=lambda pair: pair[0])), binds)


def _value(limit: Section, key: Key, node: Node, instrument: Instrument) -> LimitValue | None:
    if node.value is None or node.value == "repealed":
        return None
    with Section(node, f"{limit.what} from {key}", limit.faults, line=key.line) as section:
        unit = section.word("unit", LimitUnit)
        length = _length(section, unit)
        month, day = _month_and_day(section, unit)
        year = section.integer("year", least=1990) if "year" in section else None
        if year is not None and unit is not LimitUnit.FIXED_DATE:
            section.fault("year belongs to unit fixed_date", "year")
        if year is not None and "of" in section:
            section.fault("a day that comes once (year) has no other year (of)", "of")
        if "roll" in section and unit not in _CALENDAR_UNITS:
            section.fault(f"roll says nothing of a limit in {unit}", "roll")
        return LimitValue(
            length=length,
            unit=unit,
            citation=_citation(section, instrument),
            roll=section.word("roll", Roll, Roll.NONE),
            rest_day_receipt=section.word("rest_day_receipt", RestDayReceipt, _RECEIPT),
            leaves_out=section.word("leaves_out", LeavesOut, LeavesOut.AFTER_BEGAN_THROUGH_ENDED),
            month_end=section.word("month_end", MonthEnd, MonthEnd.LAST_DAY),
            bound=section.word("bound", Bound, Bound.AT_MOST),
            month=month,
            day=day,
            of=_year_of(section, unit),
            year=year,
        )


def _length(section: Section, unit: LimitUnit) -> int | None:
    if unit is LimitUnit.FIXED_DATE:
        if "length" in section:
            section.fault("a fixed date has month and day, no length", "length")
        return None
    node = section.get("length", needed=True)
    # An empty length is set case by case, but it has to be said: a forgotten one is a fault.
    return section.integer("length", least=0) if node is not None and node.value is not None else None


def _month_and_day(section: Section, unit: LimitUnit) -> tuple[int | None, int | None]:
    if unit is not LimitUnit.FIXED_DATE:
        for key in ("month", "day"):
            if key in section:
                section.fault(f"{key} belongs to unit fixed_date", key)
        return None, None
    month, day = section.integer("month", least=1), section.integer("day", least=1)
    try:
        date(2023, month, day)  # no leap year: the date has to be there every year
    except ValueError:
        section.fault(f"month {month}, day {day} is no day of every year", "month")
    return month, day


def _year_of(section: Section, unit: LimitUnit) -> YearOf:
    if unit is not LimitUnit.FIXED_DATE and "of" in section:
        section.fault("of belongs to unit fixed_date", "of")
    return section.word("of", YearOf, YearOf.NEXT_OCCURRENCE)


def _citation(section: Section, instrument: Instrument) -> Citation:
    known = section.word("known", Known)
    if instrument.rank == "house" and known not in _KNOWN_OF_HOUSE and "known" in section:
        section.fault(f"a house rule is known as proposal or inference, not {known}", "known")
    if instrument.rank != "house" and known is Known.PROPOSAL:
        section.fault(f"a proposal is no {instrument.rank}; it belongs under rank house", "known")
    quote = section.text("quote", "")
    if known is Known.FOUND and "known" in section and not quote:
        section.fault("known as found, but the sentence is not quoted (quote)")
    return Citation(
        title=instrument.title,
        article=section.text("article"),
        quote=quote,
        known=known,
        source=section.text("source", ""),
        decree=next((_decree(each) for each in section.sections("decree")), None),
    )


def _decree(section: Section) -> Decree:
    decree = Decree(section.text("title", ""), section.text("number", ""), section.text("url", ""))
    if not decree.title and not decree.number:
        section.fault("has neither title nor number")
    return decree
