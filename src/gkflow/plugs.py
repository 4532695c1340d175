"""
Plugins from outside the package (插件): channels, predictors, holiday sources and rules.

An installed package declares its plugins under an entry point group; nothing needs to be registered here:

    [project.entry-points."gkflow.channels"]
    spool = "office_spool:PLUG"

The package's own are listed here. Installed packages are searched only for other names, because that takes time. A
plugin that cannot be loaded is a :class:`Broken` one, with the reason; the others are not affected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module, invalidate_caches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gkflow.domain.sentences import said

if TYPE_CHECKING:
    from gkflow.application.ports import Channel
    from gkflow.domain.calendar import YearOfDays
    from gkflow.domain.edition import Announcement

CHANNELS, PREDICTORS, HOLIDAY_SOURCES, RULES = GROUPS = (
    "gkflow.channels", "gkflow.predictors", "gkflow.holiday_sources", "gkflow.rules",
)  # fmt: skip
PACKAGED: Mapping[str, Mapping[str, str]] = {
    CHANNELS: {name: f"gkflow.channels.{name}:PLUG" for name in ("file", "console", "mail", "webhook", "chat")},
    PREDICTORS: {
        "statutory": "gkflow.calendars.statutory:statutory_year",
        "shapes": "gkflow.calendars.shapes:shape_year",
    },
    HOLIDAY_SOURCES: {},  # the package's own is part of every edition
    RULES: {},  # the packaged ones are always in use
}
RULE_FOLDERS = ("workflows", "config")  # of the packaged rules, of a package and of an office


@dataclass(frozen=True, slots=True)
class ChannelOffice:
    """What a channel may use of its office (渠道所在的机关): its folder, its files, its clock."""

    home: Path
    now: Callable[[], datetime]
    mode: int = 0o600  # of a file that it writes
    group: int = -1  # group id of its files; -1: the default


@dataclass(frozen=True, slots=True)
class ChannelPlug:
    """
    A way in which notices are sent (通知渠道), as its module declares it.

    ``zh`` and ``en`` are its names for people; ``zh`` is empty if ``en`` is a sentence of gkflow's own catalogue.
    ``open`` creates the channel from its section of ``gkflow.toml``, read by the model ``settings`` (None if there is
    no section); it returns None if the section does not set it up. ``check_address`` returns the fault of an address
    (one on this machine may be allowed), or an empty text; it is None for a channel without addresses. ``masked`` shows
    an address without possible passwords.
    """

    name: str
    zh: str
    en: str
    open: Callable[[Any, ChannelOffice], Channel | None]
    settings: type[Any] | None = None
    check_address: Callable[[str, bool], str] | None = None
    masked: Callable[[str], str] = str


@dataclass(frozen=True, slots=True)
class RulesPackage:
    """
    Rules of another package (规则包), found under the entry point group ``gkflow.rules``: its distribution and version,
    and the folder of the module that the entry point names, with ``workflows/`` and ``config/`` as an office has them.
    """

    name: str
    distribution: str
    version: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Broken:
    """A plugin that cannot be used (不能使用的插件), and why."""

    name: str
    reason: str


Predictor = Callable[[int], "YearOfDays"]
HolidaySource = Callable[[], Iterable["Announcement"]]


def names(group: str) -> tuple[str, ...]:
    """The names of a group, the package's own first."""
    return (*PACKAGED[group], *(name for name in _outside(group) if name not in PACKAGED[group]))


def is_known(group: str, name: str) -> bool:
    """Whether there is a plugin of that name, even a broken one."""
    return name in PACKAGED[group] or name in _outside(group)


def forget() -> None:
    """Search the installed packages again (重新查找插件)."""
    invalidate_caches()
    _outside.cache_clear()
    _loaded.cache_clear()


def plug(group: str, name: str) -> Any:
    """The plugin of a name in a group, or Broken. Raises KeyError if there is none."""
    return _loaded(group, name)


def distribution_of(group: str, name: str) -> str:
    """The distribution that declares a plugin of another package; empty if it has no name."""
    entry = _outside(group).get(name)
    return entry.dist.name or "" if entry is not None and entry.dist is not None else ""


def has_rules(folder: Path) -> bool:
    """Whether a folder holds rules."""
    return any((folder / each).is_dir() for each in RULE_FOLDERS)


@cache
def _outside(group: str) -> Mapping[str, Any]:
    from importlib.metadata import entry_points

    return {each.name: each for each in entry_points(group=group)}


@cache
def _loaded(group: str, name: str) -> Any:
    own = PACKAGED[group].get(name)
    if own is not None:
        module, _, member = own.partition(":")
        return getattr(import_module(module), member)
    entry = _outside(group)[name]
    try:
        found = entry.load()
    except (Exception, SystemExit) as error:  # another package's module may raise anything; the others must still work
        return Broken(name, f"{entry.value}: {type(error).__name__}: {error}".splitlines()[0])
    if group == RULES:
        return _rules(name, entry, found)
    wrong = _wrong(group, name, found)
    return Broken(name, said("{at}: {wrong}", at=entry.value, wrong=wrong)) if wrong else found


def _rules(name: str, entry: Any, module: Any) -> RulesPackage | Broken:
    """The folder of a package of rules; a module in a zip archive has none."""
    from importlib.resources import files

    try:
        folder = files(module)
    except TypeError:
        return Broken(name, said("{at}: {wrong}", at=entry.value, wrong=said("is not a package")))
    if not isinstance(folder, Path) or not has_rules(folder):
        wrong = said("has no folder {names}", names=RULE_FOLDERS)
        return Broken(name, said("{at}: {wrong}", at=entry.value, wrong=wrong))
    dist = entry.dist
    return RulesPackage(name, dist.name if dist is not None else "", dist.version if dist is not None else "", folder)


def _wrong(group: str, name: str, found: Any) -> str:
    if group != CHANNELS:
        return "" if callable(found) else said("is not a function")
    if not isinstance(found, ChannelPlug):
        return said("is not a ChannelPlug")
    return "" if found.name == name else said('calls itself "{name}"', name=found.name)


# --- channels ---------------------------------------------------------------------------------------------


def channel(name: str) -> ChannelPlug | Broken | None:
    """A channel by its name; None if there is none."""
    try:
        found: ChannelPlug | Broken = plug(CHANNELS, name)
    except KeyError:
        return None
    return found


def takes_address(name: str) -> bool:
    """Whether a channel reaches people at their own address."""
    found = channel(name)
    return isinstance(found, ChannelPlug) and found.check_address is not None


def masked(name: str, address: str) -> str:
    """An address without possible passwords (隐去口令); nothing of it for an unknown channel."""
    found = channel(name)
    if not address:
        return ""
    return found.masked(address) if isinstance(found, ChannelPlug) else "…"
