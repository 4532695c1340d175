"""
The rules and calendars in use (办理依据): the editions that an office has adopted, combined.

The adopted rules come from the database; the files are read only to see whether other rules wait.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from heapq import merge
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gkflow.application.office_context import OfficeContext, QuietHours
from gkflow.arguments import checked
from gkflow.bootstrap import (
    Picks,
    account,
    folders,
    packaged_files,
    picks_of,
    rulebook,
    settings_of,
    workflow_of_case,
)
from gkflow.domain.as_dict import Data, dict_of
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.case import legal_day
from gkflow.domain.edition import Adopted, Adoption
from gkflow.domain.errors import FilesAtFault
from gkflow.domain.notice import ReportingLine
from gkflow.domain.objections.installation import SettingsWrong
from gkflow.domain.objections.units import UnitDiffers
from gkflow.domain.rulebook import mean
from gkflow.domain.sentences import said, said_as
from gkflow.files.profiles import Unit
from gkflow.files.rule_sources import Packages, RuleSources, UnitsAsRead, fingerprint, read_sources
from gkflow.files.rulebook_files import kept_rulebook
from gkflow.files.wording import has_wording, read_wording, wording_from_source
from gkflow.rule_packages import rule_packages

if TYPE_CHECKING:
    from gkflow.application.ports import RulesRow
    from gkflow.domain.edition import CalendarEdition
    from gkflow.domain.law import TimeLimit
    from gkflow.domain.notice import Wording
    from gkflow.domain.rulebook import Rulebook
    from gkflow.domain.workflow import Ladder
    from gkflow.files.settings import Settings

NATIONAL = "national"
_LADDER = re.compile(r'"config/ladders/([^"/]+)\.yaml":')


class KeptRules(NamedTuple):
    """Rules that an office adopted, as stored in its database (采用的规则): since when, by whom, and their sources."""

    edition: str
    at: datetime
    by: str
    files: str
    text: str

    def as_dict(self) -> Data:
        """Its fields by name, as JSON's types (see ``gkflow.domain.as_dict``)."""
        return dict_of(self)

    @property
    def sources(self) -> RuleSources:
        """The content of every file at that time."""
        return _sources_of(self.text)

    def region_of(self, unit: Unit) -> str:
        """The region of a unit when these rules were adopted; that of the settings if it is not known."""
        return self.sources.units.get(unit.code, {}).get("region", unit.region)

    def book(self) -> Rulebook:
        """The rulebook of these sources, without a calendar. Raises FilesAtFault if it cannot be read any more."""
        return _kept_book(self.edition, self.text)


def kept_rules(row: RulesRow) -> KeptRules:
    """An edition of the rules as the database has it; offices of one process share its text."""
    return KeptRules(row.edition, row.at, row.by, row.files, _shared(row.data))


@lru_cache(maxsize=64)
def _shared(text: str) -> str:
    return text


@lru_cache(maxsize=8)
def _sources_of(text: str) -> RuleSources:
    return RuleSources.from_text(text)


@lru_cache(maxsize=32)
def _kept_book(edition: str, text: str) -> Rulebook:
    return replace(kept_rulebook(_sources_of(text), WorkCalendar(days_off=(), makeup_days=())), edition=edition)


class KnownRules(NamedTuple):
    """The rules in the files now (已知的规则), adopted or not: the name of the edition, and their fingerprint."""

    edition: str
    files: str
    text: str
    sources: RuleSources

    def as_dict(self) -> Data:
        """Its fields by name, as JSON's types (see ``gkflow.domain.as_dict``)."""
        return dict_of(self)

    def _with(self, settings: Settings) -> KnownRules:
        sources = replace(self.sources, units=units_as_read(settings))
        return self._replace(text=sources.as_text(), sources=sources)


def fingerprint_of(settings: Settings) -> str:
    """The fingerprint of everything that determines an office's rules: if it is the same, so are they."""
    places = folders(settings.home, settings.named_packages)
    mark = f"{settings.profile} {picks_of(settings.readings)} {fingerprint(places)}"
    return hashlib.sha256(mark.encode()).hexdigest()


def known_rules(settings: Settings) -> KnownRules:
    """The rules in the files of an office (已知的规则). Raises FilesAtFault if one cannot be read."""
    used = rule_packages(settings.home, settings.named_packages).require()
    packages = tuple((each.distribution, each.version) for each in used)
    return _known_rules(tuple(folders(settings.home, settings.named_packages)), settings.profile,
                        picks_of(settings.readings), fingerprint_of(settings), packages)._with(settings)  # fmt: skip


@lru_cache(maxsize=4)
def _known_rules(places: tuple[Path, ...], profile: str, readings: Picks, files: str, packages: Packages) -> KnownRules:
    sources = read_sources(places, profile or NATIONAL, readings, packages)
    return KnownRules(sources.edition, files, sources.as_text(), sources)


def units_as_read(settings: Settings) -> UnitsAsRead:
    """What the settings say of their units (单位设置): on every host of an office the same, or nothing is written."""
    return {code: {"label": unit.label, "region": unit.region} for code, unit in settings.units.items()}


def units_that_differ(settings: Settings, kept: KeptRules) -> tuple[UnitDiffers, ...]:
    """
    The units that the settings define otherwise than those by which the rules in use were adopted (单位定义不一致):
    with another region, whose days off are others, or with the label of another unit, for which it would be taken. A
    unit that is only renamed is the same.
    """
    adopted = kept.sources.units
    owner = {each["label"]: code for code, each in adopted.items()}
    found = []
    for code, unit in settings.units.items():
        there = adopted.get(code, {})
        if there and there["region"] != unit.region:
            found.append(
                UnitDiffers(unit=code, what=said_as("units.region", "region"), there=there["region"], here=unit.region)
            )
        if owner.get(unit.label, code) != code:
            found.append(
                UnitDiffers(
                    unit=code, what=said_as("units.label", "label"), there=there.get("label", ""), here=unit.label
                )
            )
    return tuple(found)


@checked
def load_rules(home: Path | str | None = None, *, packages: Sequence[str] | None = None) -> Rulebook:
    """
    Read the rules in the files (规则集): the packaged ones, those of *packages* by the names of their entry points in
    the group ``gkflow.rules`` (default: the ones that the office's settings name), and those of an office's folder. All
    offices of the process that have adopted the same rules share them, so that a portal with many offices reads them
    before it opens the first, and before it forks. The rules that an office has *adopted* are ``Office.rules``. Raises
    FilesAtFault with every fault of every file.
    """
    settings = settings_of(Path(home) if home is not None else packaged_files())
    if packages is not None:
        settings = replace(settings, packages=tuple(packages), packages_at=("packages", 0))
    book = rulebook(settings.home, settings.profile or NATIONAL, settings.readings, settings.named_packages)
    known = known_rules(settings)
    return replace(_kept_book(known.edition, known.text), calendar=book.calendar)


def rules_of(
    settings: Settings,
    calendars: Sequence[tuple[datetime, CalendarEdition]],
    kept: Sequence[KeptRules],
    known_on: date | None = None,
    wording: Wording | None = None,
) -> OfficeContext:
    """
    The context of an office's verbs: the adopted rules and calendars, oldest first, each since its moment; the last
    ones are in use. With *known_on*, by the notices known on that day. The *wording* is by default that of the files.
    """
    edition = calendars[-1][1]
    own, region_of = settings.units[settings.unit], kept[-1].region_of
    calendar = edition.calendar(region_of(own), own.code, known_on)
    adopted = {code: Unit(code, each["label"], region=each["region"]) for code, each in kept[-1].sources.units.items()}
    units = {**adopted, **settings.units}  # a host may not know them all
    local = {
        code: there
        for code, unit in units.items()
        if (there := edition.calendar(region_of(unit), code, known_on)) is not calendar
    }
    present = kept[-1].book()
    earlier = tuple(each.book for each in kept[:-1])
    book = replace(present, calendar=calendar, local=local, before=earlier, ladders=_ladders(kept, present.ladders))
    if known_on is None and (len(calendars) > 1 or earlier):
        steps = list(_steps(calendars, kept, book))
        places = {"": own, **{code: units[code] for code in local}}
        book = replace(book, history={code: _adopted(steps, unit) for code, unit in places.items()})
    wanted = settings.duties if settings.duties is not None else book.tasks_taken_on
    for name in wanted:
        if name not in book.recurring_tasks:
            reason = said('duties: no duty "{name}"{mean}', name=name, mean=mean(name, book.recurring_tasks))
            raise SettingsWrong(file="gkflow.toml", reason=reason)
    for flow in settings.numbers:
        if flow not in book.workflows:
            reason = said('[numbers]: no workflow "{flow}"{mean}', flow=flow, mean=mean(flow, book.workflows))
            raise SettingsWrong(file="gkflow.toml", reason=reason)
    owners = _owners(settings, book.lists.get("fields", {}))
    _require_regions(settings, book.lists.get("regions", {}))
    quiet = QuietHours(settings.quiet.since, settings.quiet.until, settings.quiet.days_off)
    return OfficeContext(
        book, workflow_of_case, wording or wording_of(settings), wording_from_source, settings.people,
        settings.unit, settings.channels, quiet, settings.hash, settings.lights, owners,
        {unit.label: code for code, unit in settings.units.items()}, account(),
        tuple(book.recurring_tasks[name] for name in wanted),
        ReportingLine(settings.escalation.line, settings.escalation.fallback, settings.unit),
        accounts=settings.accounts, seal_to=settings.seal.to,
        parked_after=settings.parked_after,
        numbers=settings.numbers,
        differing=units_that_differ(settings, kept[-1]),
    )  # fmt: skip


def wording_of(settings: Settings, kept: str | None = None) -> Wording:
    """
    The wording of an office's notices (通知用语). While one of its packages cannot be used, or has a fault in its
    wording, it is the one that was used last (*kept*, its source), unless the office has its own. Raises FilesAtFault.
    """
    home, packages = settings.home, rule_packages(settings.home, settings.named_packages)
    places = folders(home, settings.named_packages, strict=False)
    own = home in places and has_wording(home)
    if packages.faults and kept is not None and not own:
        return wording_from_source(kept)
    try:
        return read_wording(places)
    except FilesAtFault as error:
        if own or not packages.by_name(error.faults):
            raise
        return wording_from_source(kept) if kept is not None else read_wording([packaged_files()])


_Step = tuple[datetime, "CalendarEdition", KeptRules, "Callable[[str], TimeLimit] | None"]


def _steps(
    calendars: Sequence[tuple[datetime, CalendarEdition]], kept: Sequence[KeptRules], book: Rulebook
) -> Iterator[_Step]:
    """The calendars and the rules in use, in sequence; the first of each apply to all earlier days."""
    limits: list[Callable[[str], TimeLimit] | None] = [*(_limit_of(each, book) for each in kept[:-1]), None]
    changes: list[tuple[datetime, int, int]] = [(at, 1, 0) for at, _ in calendars[1:]]
    rules: list[tuple[datetime, int, int]] = [(each.at, 0, 1) for each in kept[1:]]
    place, law = 0, 0
    yield calendars[0][0], calendars[0][1], kept[0], limits[0]
    for at, another, other in merge(changes, rules, key=lambda change: change[0]):
        place, law = place + another, law + other
        yield at, calendars[place][1], kept[law], limits[law]


def _limit_of(kept: KeptRules, present: Rulebook) -> Callable[[str], TimeLimit]:
    """The limits of earlier rules; those that they did not have come from the present ones."""

    def limit(name: str) -> TimeLimit:
        book = kept.book()
        return book.limit(name) if name in book.law.limits else present.limit(name)

    return limit


def _adopted(steps: Sequence[_Step], unit: Unit) -> Adopted:
    return Adopted(
        tuple(
            Adoption(at, legal_day(at), each.calendar(rules.region_of(unit), unit.code), limit)
            for at, each, rules, limit in steps
        )
    )


def _ladders(kept: Sequence[KeptRules], present: Mapping[str, Ladder]) -> Mapping[str, Ladder]:
    """The ladders in use, and those that later rules have dropped: an open case may still be on one."""
    ladders = dict(present)
    for each in reversed(kept[:-1]):
        if not set(_LADDER.findall(each.text)) <= ladders.keys():
            ladders = {**each.book().ladders, **ladders}
    return ladders


def _owners(settings: Settings, fields: Mapping[str, str]) -> dict[str, str]:
    """Which unit owns which field (各领域的负责机关); an unknown field, or one with two owners, is refused."""
    owners: dict[str, str] = {}
    for unit in settings.units.values():
        for each in unit.fields:
            reason = ""
            if each not in fields:
                reason = said(
                    'unit "{code}": no field "{each}"{mean}', code=unit.code, each=each, mean=mean(each, fields)
                )
            elif owners.setdefault(each, unit.code) != unit.code:
                reason = said(
                    'unit "{code}": field "{each}" is owned by "{owners}" already',
                    code=unit.code,
                    each=each,
                    owners=owners[each],
                )
            if reason:
                raise SettingsWrong(file="gkflow.toml", reason=reason)
    return owners


def _require_regions(settings: Settings, regions: Mapping[str, str]) -> None:
    """Refuse an unknown region: it would silently mean the whole country."""

    for unit in settings.units.values():
        if unit.region and f"{unit.region[:2]}0000" not in regions:
            reason = said('unit "{code}": no region "{region}" (GB/T 2260)', code=unit.code, region=unit.region)
            raise SettingsWrong(file="gkflow.toml", reason=reason)
