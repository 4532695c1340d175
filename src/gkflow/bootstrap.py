"""
The one place where the parts are assembled (装配): settings, rules, calendar, store and channels form an office.

The time comes from ``present``: a call without a moment uses ``now`` there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from gkflow import plugs
from gkflow.arguments import checked
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.errors import FilesAtFault, Refused
from gkflow.domain.objections.calendars import BadRegion, UnknownRegion
from gkflow.domain.objections.days import BadMoment
from gkflow.domain.objections.installation import SettingsWrong
from gkflow.domain.sentences import said
from gkflow.files.home import home_folder as home_folder  # re-exported for the doors
from gkflow.present import now as now

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from gkflow.application.ports import Channel
    from gkflow.channels.private import Private
    from gkflow.domain.edition import CalendarEdition
    from gkflow.domain.law import Law
    from gkflow.domain.rulebook import Rulebook
    from gkflow.files.calendar_files import CalendarFiles
    from gkflow.files.nodes import Faults
    from gkflow.files.profiles import Profile
    from gkflow.files.rule_sources import NamedPackages, RuleNames
    from gkflow.files.settings import Settings
    from gkflow.store.database import Database


def packaged_files() -> Path:
    """The folder that holds ``workflows/``, ``config/`` and ``examples/``: in the wheel, or in the checkout."""
    inside = Path(__file__).parent / "data"
    return inside if inside.is_dir() else Path(__file__).parents[2]


def folders(home: Path | None = None, packages: NamedPackages | None = None, *, strict: bool = True) -> list[Path]:
    """
    Where rules are read from, later ones first in weight: the packaged ones, those of *packages* (default: the ones
    that the office's settings name), then the office's own. Raises FilesAtFault for packages that cannot be used; if
    not *strict*, they are left out.

    An office without rule files of its own reads the same folder as every other one in the process, and so shares
    the parsed files.
    """
    from gkflow.rule_packages import rule_packages

    packaged = packaged_files()
    own = home is not None and home != packaged and plugs.has_rules(home)
    found = rule_packages(home if home != packaged else None, packages)
    places = [packaged, *(each.folder for each in (found.require() if strict else found.usable))]
    return [*places, home] if own and home is not None else places


def settings_of(home: Path, text: str | None = None, *, patient: bool = True) -> Settings:
    """
    The settings of an office (or of the *text* of its file), overridden by ``GKFLOW_*``. Raises FilesAtFault; if
    *patient*, not for faults that concern notices alone. A package of rules that cannot be used is no fault of the
    settings: it is told by whoever reads the rules.
    """
    from gkflow.files.settings import read_settings

    return read_settings(home, os.environ, text, patient=patient, names=names_known(home))


def names_known(home: Path, packages: NamedPackages | None = None) -> RuleNames | None:
    """
    The names of rules that the settings may use (可用名称); None, for unknown, while a package cannot be used.
    """
    from gkflow.files.rule_sources import names_of

    try:
        return names_of(folders(home, packages))
    except FilesAtFault:
        return None


@lru_cache(maxsize=4)
def calendar_files(places: tuple[Path, ...]) -> CalendarFiles:
    """The calendar files of the folders (日历文件). Raises FilesAtFault."""
    from gkflow.files.rulebook_files import read_calendar_files

    return read_calendar_files(places)


@lru_cache(maxsize=4)
def _edition_of(places: tuple[Path, ...]) -> CalendarEdition:
    from gkflow.calendars.announcements import announcement_of, notices_from
    from gkflow.calendars.national import calendar_edition
    from gkflow.files.nodes import Faults

    files = calendar_files(places)
    notices = notices_from(files.notices) if files.notices is not None else ()
    announced = [announcement_of(each) for each in files.overlays]
    faults = Faults()
    edition = calendar_edition(announced, notices, festivals=files.festivals, sources=_holiday_sources(faults))
    faults.raise_if_any()
    for each in announced:
        if not (each.annual and each.quote):
            continue
        from gkflow.calendars.notice_files import (
            misquoted,
        )  # imported here: its grammar is slow to build

        for fault in misquoted(each):
            faults.add(files.places[each.name], 1, said("{sentence}: {text}", sentence=fault.sentence, text=fault.text))
    for day, one, other in edition.disagreements():
        here, there = (other, one) if other.name in files.places else (one, other)
        file = files.places.get(here.name, "config/calendar")
        faults.add(
            file,
            1,
            said("{day} is stated otherwise by {value}", day=day, value=files.places.get(there.name) or there.source),
        )
    faults.raise_if_any()
    return edition


def _holiday_sources(faults: Faults) -> list[plugs.HolidaySource]:
    """
    Days off from other packages. A broken package is a fault, not a warning: without its days last days might be
    wrong.
    """
    found = []
    for name in plugs.names(plugs.HOLIDAY_SOURCES):
        source = plugs.plug(plugs.HOLIDAY_SOURCES, name)
        if isinstance(source, plugs.Broken):
            faults.add(
                plugs.HOLIDAY_SOURCES,
                0,
                said('holiday source "{name}" cannot be used: {reason}', name=name, reason=source.reason),
            )
        else:
            found.append(source)
    return found


def known_edition(home: Path | str | None = None, packages: NamedPackages | None = None) -> CalendarEdition:
    """
    Everything that the installed packages and the office's files know about days off (已知的日历版本).

    The edition that an office has *adopted* is ``Office.edition``. Raises FilesAtFault.
    """
    return _edition_of(tuple(folders(Path(home) if home is not None else home_folder(), packages)))


def forget_files() -> None:
    """Clear the caches, because a file has just been written."""
    calendar_files.cache_clear()
    _edition_of.cache_clear()


@lru_cache(maxsize=64)
def kept_edition(text: str, predictor: str = "statutory") -> CalendarEdition:
    """An edition as stored in the database; *predictor* fills in unannounced days. All offices share it."""
    import json

    from gkflow.calendars.predictors import predictor_named
    from gkflow.domain.edition import CalendarEdition

    return CalendarEdition.from_data(json.loads(text), predictor_named(predictor))


def foreseen_by(edition: CalendarEdition, predictor: str) -> CalendarEdition:
    """The same announcements, with another predictor for the days that they leave open."""
    from gkflow.calendars.predictors import predictor_named

    return replace(edition, predict=predictor_named(predictor), _made={})


def region_named(text: str, name: str = "region", home: Path | str | None = None) -> str:
    """
    A region by its six figures (地区代码); empty where none was given. An unknown one would silently mean the whole
    country. Raises Refused ("bad_region"), NotFound ("unknown_region"), with the *name* of the argument.
    """
    code = text.strip()
    if not code:
        return ""
    if not (len(code) == 6 and code.isascii() and code.isdigit()):
        raise BadRegion(name=name, region=text)
    files = calendar_files(tuple(folders(Path(home) if home is not None else home_folder(), strict=False)))
    if files.regions and f"{code[:2]}0000" not in files.regions:
        raise UnknownRegion(name=name, region=text)
    return code


@checked
def calendar(home: Path | str | None = None, *, region: str = "", known_on: date | None = None) -> WorkCalendar:
    """
    The working calendar (工作日历), by default the national one; no database is opened.

    *region* is a six-digit code (GB/T 2260): the days of its province, city and district are laid over the national
    ones. *known_on*: as it was known on that day. It uses the installed packages and the office's files; the calendar
    of the edition that an office has *adopted* is ``Office.calendar``. Raises Refused, NotFound, FilesAtFault.
    """
    return known_edition(home).calendar(region_named(region, home=home), known_on=known_on)


Readings = Mapping[str, Mapping[str, str]]
_NONE: Readings = MappingProxyType({})


Picks = tuple[tuple[str, str, str], ...]  # workflow, what is chosen, the name of the reading


@lru_cache(maxsize=4)
def _rulebook_of(places: tuple[Path, ...], profile: str, readings: Picks, _fingerprint: str) -> Rulebook:
    from gkflow.files.rulebook_files import read_rulebook

    return read_rulebook(places, _edition_of(places).calendar(), profile, readings)


def picks_of(readings: Readings) -> Picks:
    return tuple((flow, what, name) for flow, each in readings.items() for what, name in each.items())


def rulebook(
    home: Path | None = None, profile: str = "national", readings: Readings = _NONE,
    packages: NamedPackages | None = None,
) -> Rulebook:  # fmt: skip
    """
    All rules in the files, read again when one has changed (规则集); *readings* are the office's own and override those
    of the profile, *packages* those that its settings name. The rules that an office has *adopted* are
    ``Office.rules``.

    Raises FilesAtFault with every fault of every file.
    """
    from gkflow.files.rule_sources import fingerprint

    places = tuple(folders(home, packages))
    return _rulebook_of(places, profile, picks_of(readings), fingerprint(places))


def law_of(home: Path | None = None) -> Law:
    """The limits alone, for the table of limits. Raises FilesAtFault."""
    from gkflow.files.rulebook_files import read_law

    return read_law(folders(home))


def workflow_of_case(source: str) -> Any:
    """The workflow of a kept edition."""
    from gkflow.files.workflows import workflow_from_source

    return workflow_from_source(source)


def profile_of(settings: Settings) -> Profile:
    """The profile of an office (地方规则). Raises FilesAtFault."""
    from gkflow.files.rulebook_files import profile_named, read_profiles

    return profile_named(read_profiles(folders(settings.home, settings.named_packages)), settings.profile)


@lru_cache(maxsize=1)
def account() -> str:
    """
    The operating-system account of this process (操作系统账户); empty if the system has no name for it.

    It comes from the system and not from the environment, where anybody may set ``USER``.
    """
    try:
        import pwd
    except ImportError:  # Windows
        import getpass

        try:
            return getpass.getuser()
        except OSError:
            return ""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's number without a name
        return str(os.getuid())


def database_of(settings: Settings, target: str | Engine | None = None) -> Database:
    """The database of an office, or *target* in its place, set up by the settings. Raises Unfit."""
    from gkflow.store.database import Database
    from gkflow.store.naming import Naming

    private = private_of(settings)
    of = settings.database
    return Database(
        of.url if target is None else target, synchronous=of.synchronous, algorithm=settings.hash,
        key=settings.seal.key, make=lambda path: os.close(private.open(path)), naming=Naming(of.prefix, of.schema),
    )  # fmt: skip


def private_of(settings: Settings) -> Private:
    """Who may read what this office writes (文件权限). Raises Unfit for a group that does not exist."""
    from gkflow.channels.private import Private

    name = settings.files.group
    if not name:
        return Private()
    try:
        import grp

        return Private(settings.files.mode, grp.getgrnam(name).gr_gid)
    except (ImportError, KeyError):
        from gkflow.files.home import FILE_NAME
        from gkflow.files.settings import place_of

        reason = said('[files] group: there is no group "{name}" on this machine', name=name)
        file, _ = place_of(settings.home, os.environ, "files", "group") or (FILE_NAME, 0)
        raise SettingsWrong(file=FILE_NAME if file.endswith(FILE_NAME) else file, reason=reason) from None


def wide_files(settings: Settings) -> list[str]:
    """
    The office's files that are more widely readable than the settings say, relative to the home folder (过宽的权限).
    """
    from gkflow.files.home import FILE_NAME

    if os.name != "posix":
        return []
    from gkflow.store.sqlite_files import sqlite_file

    found = [settings.home / FILE_NAME, settings.home / "notices", *(settings.home / "notices").glob("*")]
    if settings.seal.file:
        found.append(settings.home / settings.seal.file)
    if (file := sqlite_file(settings.database.url)) is not None:
        found += [file.with_name(file.name + end) for end in ("", "-wal", "-shm")]
    others = 0o007 if settings.files.group else 0o077
    return sorted(
        os.path.relpath(path, settings.home) for path in found if path.exists() and path.stat().st_mode & others
    )


def channels_of(settings: Settings) -> dict[str, Channel]:
    """
    The channels that are set up: file, console and chat always, mail, webhook and those of other packages when the
    settings name them. A broken one reports a failure for each message and does not affect the others.
    """
    from gkflow.channels.unusable import Unusable

    private = private_of(settings)
    private.folder(settings.home / "notices")
    office = plugs.ChannelOffice(settings.home, now, private.mode, private.group)
    own = {"mail": settings.mail, "webhook": settings.webhook, **settings.of_channels}
    found: dict[str, Channel] = {}
    for name in dict.fromkeys((*plugs.PACKAGED[plugs.CHANNELS], *settings.named_channels)):
        plug = plugs.channel(name)
        if plug is None:
            continue
        try:
            channel = plug.open(own.get(name), office) if isinstance(plug, plugs.ChannelPlug) else None
        except Exception as error:  # another package's channel may raise anything; the others must still work
            channel = Unusable(name, f"{type(error).__name__}: {error}")
        if isinstance(plug, plugs.Broken):
            channel = Unusable(name, plug.reason)
        if channel is not None:
            found[name] = channel
    return found


def broken_channels(channels: Mapping[str, Channel], used: Callable[[], Collection[str]]) -> dict[str, str]:
    """
    Why channels cannot be used (不能使用的渠道), by name. One that is set up in every office counts only where somebody
    uses it.
    """
    from gkflow.channels.unusable import Unusable

    return {
        name: channel.reason
        for name, channel in channels.items()
        if isinstance(channel, Unusable) and (not channel.always or name in used())
    }


def read_moment(text: str) -> datetime | date:
    """Parse a day or an ISO moment; a moment without a zone is in Asia/Shanghai."""
    from zoneinfo import ZoneInfo

    from gkflow.application.facts import read_day

    try:
        return read_day(text)
    except Refused:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadMoment(value=text) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=ZoneInfo("Asia/Shanghai"))
