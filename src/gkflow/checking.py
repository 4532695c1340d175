"""
Checking an installation (检查): its rule files, its settings, and the ``GKFLOW_*`` variables that are set.

What is found at once here would otherwise be found by the first command that needs it. Nothing is connected to.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from gkflow.bootstrap import calendar_files, folders, home_folder, known_edition, picks_of, private_of, settings_of
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.endpoint import matches_nothing, types_of
from gkflow.domain.errors import ExaminedAtFault, Fault, FilesAtFault, GkflowError
from gkflow.domain.hints import did_you_mean
from gkflow.domain.objections.database import NotADatabase
from gkflow.domain.objections.installation import NoOffice, SettingsWrong
from gkflow.domain.sentences import said
from gkflow.files.rule_sources import NATIONAL, NamedPackages, names_of
from gkflow.present import VARIABLE, moment_of
from gkflow.rule_packages import rule_packages

if TYPE_CHECKING:
    from gkflow.domain.rulebook import Rulebook
    from gkflow.files.settings import Settings

_HOME = "GKFLOW_HOME"
_OTHERS = (_HOME, VARIABLE, "GKFLOW_LANG", "GKFLOW_DEBUG", "GKFLOW_COMPLETE")  # those that are no settings
_SECRET_OF_ENDPOINT = re.compile(r"GKFLOW_ENDPOINT_[A-Z0-9_]+_SECRET")
_T = TypeVar("_T")


def check_rules() -> Rulebook:
    """
    Read every rule file, the packaged ones and the office's own: settings, calendar, law, ladders, workflows, wording
    and plans, under every profile; and check the variables. Raises FilesAtFault with all faults at once.
    """
    from gkflow.files.form import check_files
    from gkflow.files.settings import place_of
    from gkflow.files.wording import read_wording

    home = home_folder()
    faults: list[Fault] = list(_of_process(os.environ))

    def tried(read: Callable[[], _T]) -> _T | None:
        try:
            return read()
        except FilesAtFault as error:
            faults.extend(error.faults)
            return None

    packages = rule_packages(home)
    faults += [fault for _, fault in packages.faults]
    # Without a package that cannot be used, the rest is still checked.
    usable = NamedPackages(tuple(each.name for each in packages.usable))
    places = tuple(folders(home, usable))
    tried(lambda: read_wording(places))
    settings = tried(lambda: settings_of(home, patient=False))
    if settings is not None:
        faults += _of_settings(home, settings, os.environ)
    edition = tried(lambda: known_edition(home, usable))
    profile, picks = (settings.profile, picks_of(settings.readings)) if settings is not None else (NATIONAL, ())
    if packages.faults:  # it may be theirs
        names = names_of(places)
        profile = profile if profile in (names.profiles or ()) else NATIONAL
        picks = tuple(each for each in picks if each[0] in (names.workflows or ()))
    # The rules are compared even without a calendar: none of them names a day that it would have to know.
    days = edition.calendar() if edition is not None else WorkCalendar(days_off=(), makeup_days=())
    set_at = {(flow, what): place_of(home, os.environ, "readings", flow, what) for flow, what, _ in picks}
    known = {pick: place for pick, place in set_at.items() if place is not None}
    calendars = calendar_files(places) if edition is not None else None
    book = tried(lambda: check_files(places, days, profile, picks, known, calendars))
    if settings is not None and book is not None:
        faults += _of_endpoints(home, settings, book)
    if faults or book is None:
        raise ExaminedAtFault(list(dict.fromkeys(faults)))
    return book


def unknown_variables(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The ``GKFLOW_*`` variables that nothing reads, each with the one that was probably meant (拼写有误的变量)."""
    from gkflow.files.home import PREFIX

    stated = [name for name in environ if name.startswith(PREFIX) and name not in _OTHERS]
    if not stated:
        return {}  # nothing to compare with the names, which take 40 ms to derive from the model of the settings
    from gkflow.files.variables import variables

    known = {*variables(), *_OTHERS}
    strange = sorted(name for name in stated if name not in known and not _SECRET_OF_ENDPOINT.fullmatch(name))
    near = {name: get_close_matches(name.removeprefix(PREFIX), (each.removeprefix(PREFIX) for each in known), 1, 0.75)
            for name in strange}  # fmt: skip
    # One that is near to none may belong to somebody else.
    return {name: PREFIX + found[0] for name, found in near.items() if found}


def _of_process(environ: Mapping[str, str]) -> Iterator[Fault]:
    """The variables that are no settings: where the office is, and what time it is there."""
    if (home := environ.get(_HOME)) and not home_folder().is_dir():
        yield Fault(_HOME, 0, said("{place} is not a folder", place=home))
    for name, meant in unknown_variables(environ).items():
        yield Fault(name, 0, said("no such variable, it is ignored{mean}", mean=did_you_mean([meant])))
    if text := environ.get(VARIABLE, "").strip():
        try:
            moment_of(text)
        except GkflowError:
            wanted = said("write a day (2026-11-22), a moment (2026-11-22T09:00) or days from now (+400d)")
            yield Fault(VARIABLE, 0, said('"{value}": {wanted}', value=text, wanted=wanted))


def _of_settings(home: Path, settings: Settings, environ: Mapping[str, str]) -> Iterator[Fault]:
    """What the settings name outside of the rule files: a database, a group, whoever acts."""
    from gkflow.files.home import FILE_NAME as SETTINGS
    from gkflow.files.settings import place_of

    # Without a key the database is in the office's folder, which need not exist for a check.
    if (place := place_of(home, environ, "database", "url")) and (wrong := _wrong_address(settings)):
        yield Fault(*place, said("[database] url: {reason}", reason=wrong))
    try:
        private_of(settings)
    except SettingsWrong as error:
        yield Fault(*(place_of(home, environ, "files", "group") or (SETTINGS, 0)), error.reason)
    names = tuple(dict.fromkeys(person.id for person in settings.people))
    # As at the counter: where the settings name nobody for the unit, anybody may act.
    if settings.me and settings.me not in names and any(each.unit == settings.unit for each in settings.people):
        place = place_of(home, environ, "me", "name") or (SETTINGS, 0)
        yield Fault(*place, said('[me]: no person "{name}"; there are: {names}', name=settings.me, names=names))


def _of_endpoints(home: Path, settings: Settings, book: Rulebook) -> Iterator[Fault]:
    """The types of events that no workflow leads to."""
    from gkflow.files.home import FILE_NAME as SETTINGS
    from gkflow.files.settings import place_of

    types = types_of(book.workflows.values())
    file, line = place_of(home, os.environ, "endpoints") or (SETTINGS, 0)
    for name, unknown in matches_nothing(settings.endpoints, types).items():
        for each in unknown:
            hint = did_you_mean(get_close_matches(each, types, 2))
            yield Fault(file, line, said('endpoint "{name}": no event "{type}"{hint}', name=name, type=each, hint=hint))


def _wrong_address(settings: Settings) -> str:
    """Why the database cannot be opened by its address; empty if it may be."""
    from gkflow.store.database import Database
    from gkflow.store.naming import Naming

    of = settings.database
    try:
        Database(of.url, synchronous=of.synchronous, naming=Naming(of.prefix, of.schema)).close()
    except NoOffice as error:
        return said("the folder of {place} is missing", place=error.place)
    except NotADatabase as error:
        return said("{place} is a folder", place=error.file)
    except SettingsWrong as error:
        return error.reason
    except GkflowError as error:
        return error.sentence
    return ""
