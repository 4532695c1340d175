"""The settings of one installation (系统设置): ``gkflow.toml``, overridden by ``GKFLOW_*`` variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import time
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from gkflow import lazy, plugs
from gkflow.domain.address import mail_address
from gkflow.domain.endpoint import Endpoint
from gkflow.domain.errors import Fault
from gkflow.domain.notice import ROLES_UPWARD, Person, ids_by_text
from gkflow.domain.rulebook import mean
from gkflow.domain.sentences import said
from gkflow.domain.urgency import LIGHTS
from gkflow.files.channel_settings import OtherChannels, split, wrong_address
from gkflow.files.endpoints import endpoints_of
from gkflow.files.home import FILE_NAME, PREFIX
from gkflow.files.kinds.settings import DatabaseKeys, MeKeys, OfficeKeys, RemindersKeys, RulesKeys, SettingsFile
from gkflow.files.model_reader import Found, read_model
from gkflow.files.model_reader import Path as Path_
from gkflow.files.named import accounts_of, check_names, lights_of, numbers_of
from gkflow.files.nodes import Faults, Node, from_plain, line_of
from gkflow.files.people import id_named, people_by_id
from gkflow.files.profiles import Unit, unit_of
from gkflow.files.rule_sources import NATIONAL, NamedPackages, RuleNames
from gkflow.files.safety import FileSettings, SealSettings, file_settings, seal_settings
from gkflow.files.toml_files import read_toml, toml_from

if TYPE_CHECKING:
    from gkflow.files import variables
else:
    variables = lazy.module("gkflow.files.variables")

# Working days after which somebody is reminded of a suspended or waiting case; no law sets it.
PARKED_AFTER = 20
# Who receives a notice if every post above is vacant: the highest one held.
FALLBACK = ("director", "disclosure_head", "section_head", "officer", "clerk")
_EVERY_UNIT = "*"
_Tls = Literal["none", "starttls", "tls"]
_TLS: tuple[_Tls, ...] = get_args(_Tls)


@dataclass(frozen=True, slots=True)
class Database:
    """The database of the record (数据库); a relative SQLite path is relative to the home folder."""

    url: str = ""
    synchronous: str = "full"
    prefix: str | None = None  # of the tables; None: that of the tables that exist, else gk_
    schema: str = ""  # of PostgreSQL


@dataclass(frozen=True, slots=True)
class Quiet:
    """Quiet hours (免打扰时段): from one hour to another, across midnight, and on days off."""

    since: time = time(20)
    until: time = time(8)
    days_off: bool = True


@dataclass(frozen=True, slots=True)
class Mail:
    """The outgoing mail server (邮件服务器); ``timeout`` in seconds."""

    host: str = ""
    port: int = 587
    sender: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    tls: _Tls = "starttls"
    timeout: int = 20


@dataclass(frozen=True, slots=True)
class Webhook:
    """How calls to webhooks are signed (回调签名); ``timeout`` in seconds."""

    secret: str = field(default="", repr=False)
    timeout: int = 10
    allow_local: bool = False  # whether a webhook may be on this machine or its link


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who is notified in place of a vacant post (职责空缺): up the line, and at its end the fallback."""

    line: tuple[str, ...] = ROLES_UPWARD
    fallback: tuple[str, ...] = FALLBACK


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of this installation (系统设置)."""

    home: Path
    lang: str = "auto"  # zh | en | auto: the locale decides
    hash: str = "sha256"
    profile: str = NATIONAL
    predictor: str = "statutory"  # how a year without a notice is predicted: calendars/predictors.py
    daily_at: time = time(8, 30)
    database: Database = field(default_factory=Database)
    office: str = ""
    unit: str = "UNIT"
    units: Mapping[str, Unit] = field(default_factory=lambda: MappingProxyType({}))
    # The office's own picks, which override those of its profile.
    readings: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    duties: tuple[str, ...] | None = None  # recurring tasks taken on; None: those of the profile
    packages: tuple[str, ...] = ()  # of rules: their entry points in the group gkflow.rules
    packages_at: tuple[str, int] = field(default=("packages", 0), compare=False)  # where they are named
    people: tuple[Person, ...] = ()
    quiet: Quiet = field(default_factory=Quiet)
    lights: tuple[tuple[int, str], ...] = LIGHTS
    channels: tuple[str, ...] = ("file",)
    mail: Mail = field(default_factory=Mail)
    webhook: Webhook = field(default_factory=Webhook)
    endpoints: tuple[Endpoint, ...] = ()  # other systems to which events are posted
    unsendable: tuple[Fault, ...] = ()  # faults that concern notices alone; readers continue
    seal: SealSettings = field(default_factory=SealSettings)
    files: FileSettings = field(default_factory=FileSettings)
    escalation: Escalation = field(default_factory=Escalation)
    numbers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # workflow -> its series
    me: str = ""  # the actor where a command names nobody (经办人)
    accounts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # account -> person
    parked_after: int = PARKED_AFTER
    # The sections of the channels of other packages, each as its own model.
    of_channels: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    @property
    def named_packages(self) -> NamedPackages:
        """The packages of rules, and where they are named (所用规则包)."""
        return NamedPackages(self.packages, *self.packages_at)

    @property
    def named_channels(self) -> tuple[str, ...]:
        """The channels used by any person, and those with a section (所用渠道)."""
        people = (channel for person in self.people for channel in person.channels)
        return tuple(dict.fromkeys((*self.channels, *people, *self.of_channels)))


# Variables of the process that are not settings of an office.
_NO_SETTINGS = frozenset(("GKFLOW_HOME", "GKFLOW_NOW", "GKFLOW_DEBUG", "GKFLOW_COMPLETE"))
# Settings that concern notices alone: a fault there does not hide the cases.
_OF_NOTICES = frozenset(("channels", "mail", "webhook", "endpoints", "quiet", "daily_at"))
_OF_A_PERSON_S_NOTICES = frozenset(("channels", "mail", "webhook", "chat"))


def read_settings(
    home: Path, environ: Mapping[str, str], text: str | None = None, *, patient: bool = False,
    names: RuleNames | None = None, given: Node | None = None,
) -> Settings:  # fmt: skip
    """
    The settings of *home*, overridden by the variables of *environ*; without a ``gkflow.toml`` the defaults. With a
    *text*, the settings of a ``gkflow.toml`` with that text, before it is written; with *given*, of the values of a
    program.

    Raises FilesAtFault with every fault; one in a variable is reported under the variable's name. With *patient*,
    faults that concern notices alone are kept in the settings (``unsendable``): a wrong mail server does not hide the
    cases. Whoever sends or writes notices checks them. With *names*, a profile, workflow or task without a file is a
    fault.
    """
    faults, later = Faults(), Faults()
    path = home / FILE_NAME
    node: Node | None = given or from_plain({}, path.as_posix())
    if text is not None:
        node = toml_from(text, path.as_posix(), faults)
    elif given is None and path.exists():
        node = read_toml(path, path.as_posix(), faults)
    faults.raise_if_any()
    assert node is not None
    elsewhere = _of_notices(later) if patient else None
    whole = overridden(node, environ)
    own, others = split(whole)
    found = replace(read_model(SettingsFile, own, faults, defaults=True, elsewhere=elsewhere), node=whole)
    notices = replace(found, faults=later) if patient else found
    settings = _settings(home, found, notices, names or RuleNames(), others)
    settings = replace(settings, endpoints=endpoints_of(notices, settings, environ))
    faults.raise_if_any()
    return replace(settings, unsendable=later.all()) if patient else settings


def place_of(home: Path, environ: Mapping[str, str], *path: str) -> tuple[str, int] | None:
    """Where a key was set: its variable, or the file and the line; None if it was not (设置项的出处)."""
    file, faults = home / FILE_NAME, Faults()
    node: Node | None = from_plain({}, file.as_posix())
    if file.exists():
        node = read_toml(file, file.as_posix(), faults)
    if node is None:
        return None
    whole = inner = overridden(node, environ)
    for step in path:
        if not isinstance(inner.value, dict) or step not in inner.value:
            return None
        inner = inner.value[step]
    return inner.file, line_of(whole, path) if inner.file == whole.file else 0


def overridden(node: Node, environ: Mapping[str, str]) -> Node:
    """The settings overridden by the variables, if there are any, because finding their names takes time."""
    if not any(name.startswith(PREFIX) and name not in _NO_SETTINGS for name in environ):
        return node
    return variables.with_variables(node, environ)


def _of_notices(later: Faults) -> Callable[[Path_], Faults | None]:
    """The list for faults that concern notices alone."""

    def where(path: Path_) -> Faults | None:
        person_s = path[:1] == ("people",) and len(path) > 2 and path[2] in _OF_A_PERSON_S_NOTICES
        return later if (path[:1] and path[0] in _OF_NOTICES) or person_s else None

    return where


# --- reading ----------------------------------------------------------------------------------------------


def _settings(
    home: Path, found: Found[SettingsFile], notices: Found[SettingsFile], names: RuleNames, others: OtherChannels
) -> Settings:
    file = found.model
    office = file.office or OfficeKeys()
    unit = office.unit
    units = {code: unit_of(code, keys, found) for code, keys in file.units.items()}
    check_names(found, units, names)
    units.setdefault(unit, Unit(unit, office.name or unit))
    mail, webhook = _mail(notices), _webhook(file)
    channels = file.channels
    default = _channels(notices, channels.default, "channels", key="default") if channels is not None else ("file",)
    ways = _Ways(default, mail, webhook, others)
    people = people_by_id(found, [_person(found, notices, at, units, unit, ways) for at in range(len(file.people))])
    ids = ids_by_text(people)
    return Settings(
        home=home,
        lang=file.lang,
        hash=file.hash,
        profile=file.profile,
        predictor=file.predictor,
        daily_at=file.daily_at,
        database=_database(file, home),
        office=office.name,
        unit=unit,
        units=MappingProxyType(units),
        readings=MappingProxyType({flow: MappingProxyType(picks) for flow, picks in file.readings.items()}),
        duties=tuple(file.duties) if "duties" in file.model_fields_set else None,
        packages=tuple((file.rules or RulesKeys()).packages),
        packages_at=_packages_at(found),
        people=people,
        quiet=_quiet(file),
        lights=lights_of(found),
        parked_after=(file.reminders or RemindersKeys()).parked_after,
        channels=default,
        mail=mail,
        webhook=webhook,
        seal=seal_settings(found, webhook.allow_local),
        files=file_settings(found),
        escalation=_escalation(found, ids),
        numbers=numbers_of(found, names.workflows),
        me=id_named(found, ids, (file.me or MeKeys()).name, "me", "name"),
        accounts=accounts_of(found, ids),
        of_channels=others.sections(notices.faults),
    )


def _packages_at(found: Found[SettingsFile]) -> tuple[str, int]:
    path = ("rules", "packages")
    file = found.node_at(*path).file
    return file, found.line_of(*path) if file == found.node.file else 0


def _database(file: SettingsFile, home: Path) -> Database:
    keys = file.database or DatabaseKeys()
    return Database(_from_home(keys.url or DatabaseKeys().url, home), keys.synchronous, keys.prefix, keys.in_schema)


class _Ways(NamedTuple):
    """How people are notified (通知方式): the channels used by default, and their settings."""

    channels: tuple[str, ...]
    mail: Mail
    webhook: Webhook
    others: OtherChannels


def _person(
    found: Found[SettingsFile], notices: Found[SettingsFile], at: int, units: Mapping[str, Unit], own: str, ways: _Ways
) -> Person:
    keys, place = found.model.people[at], ("people", at)
    unit = keys.unit if keys.unit is not None else own
    if unit != _EVERY_UNIT and unit not in units:
        found.fault(
            said('no unit "{unit}"; there are: {names}, and "*" for all', unit=unit, names=units), *place, key="unit"
        )
    given = "channels" in keys.model_fields_set
    channels = _channels(notices, keys.channels, *place, key="channels") if given else ways.channels
    own_addresses = {"mail": keys.mail, "webhook": keys.webhook, "chat": keys.chat}
    addresses = {**own_addresses, **ways.others.addresses(at, notices.faults)}
    _check_addresses(notices, at, channels, addresses, ways)
    if not keys.roles and found.node_at(*place, "roles").value == []:
        found.fault(said("holds no role (roles)"), *place, key="roles")
    return Person(
        name=keys.name,
        unit=unit,
        roles=tuple(keys.roles),
        channels=MappingProxyType({channel: addresses.get(channel, "") for channel in channels}),
        acts_for=tuple(keys.acts_for),
        id=keys.id,
        formerly=tuple(keys.formerly),
    )


def _check_addresses(
    notices: Found[SettingsFile], at: int, channels: tuple[str, ...], addresses: Mapping[str, str], ways: _Ways
) -> None:
    place = ("people", at)
    for channel in dict.fromkeys((*addresses, *channels)):
        address = addresses.get(channel, "")
        if channel in channels and not address and plugs.takes_address(channel):
            notices.fault(said("is notified by {channel}, but has no address ({channel} = …)", channel=channel), *place)
        elif address and (wrong := wrong_address(channel, address, ways.webhook.allow_local)):
            notices.fault(wrong, *place, key=channel)
    if "mail" in channels and not ways.mail.host:
        notices.fault(said("is notified by mail, but there is no server ([mail] host = …)"), *place)
    if "webhook" in channels and not ways.webhook.secret:
        notices.fault(said("is notified by webhook, but calls cannot be signed ([webhook] secret = …)"), *place)


def _channels(found: Found[SettingsFile], named: Sequence[str], *section: str | int, key: str) -> tuple[str, ...]:
    unknown = [channel for channel in named if not plugs.is_known(plugs.CHANNELS, channel)]
    for channel in unknown:
        there = plugs.names(plugs.CHANNELS)
        wrong = said('{key} must be among {names}, not "{channel}"', key=key, names=there, channel=channel)
        found.fault(wrong, *section, key=key)
    return tuple(channel for channel in named if channel not in unknown)


def _quiet(file: SettingsFile) -> Quiet:
    keys = file.quiet
    return Quiet(keys.since, keys.until, keys.days_off) if keys is not None else Quiet()


def _mail(notices: Found[SettingsFile]) -> Mail:
    keys = notices.model.mail
    if keys is None:
        return Mail()
    if keys.host and not keys.sender:
        notices.fault(said("host without sender: under which address does mail leave?"), "mail", key="host")
    if keys.sender and not _is_sender(keys.sender):
        wanted = said("an address, alone or as 政务公开办 <gk@example.gov.cn>")
        notices.fault(
            said('sender must be {wanted}, not "{shown}"', wanted=wanted, shown=keys.sender), "mail", key="sender"
        )
    tls = next(way for way in _TLS if way == keys.tls)
    return Mail(keys.host, keys.port, keys.sender, keys.user, keys.password, tls, keys.timeout)


def _is_sender(text: str) -> bool:
    from email.utils import parseaddr  # only where there is a sender

    return mail_address(parseaddr(text)[1].strip()) is not None


def _webhook(file: SettingsFile) -> Webhook:
    keys = file.webhook
    return Webhook(keys.secret, keys.timeout, keys.allow_local) if keys is not None else Webhook()


def _escalation(found: Found[SettingsFile], ids: Mapping[str, Sequence[str]]) -> Escalation:
    keys = found.model.escalation
    if keys is None:
        return Escalation()
    for named in keys.fallback:
        if named not in ROLES_UPWARD and named not in ids:
            hint = mean(named, (*ROLES_UPWARD, *ids))
            found.fault(
                said('fallback: no role or person "{named}"{hint}', named=named, hint=hint),
                "escalation",
                key="fallback",
            )
    given = keys.model_fields_set
    fallback = tuple(id_named(found, ids, each, "escalation", "fallback") for each in keys.fallback)
    return Escalation(
        tuple(keys.line) if "line" in given else ROLES_UPWARD, fallback if "fallback" in given else FALLBACK
    )


def _from_home(url: str, home: Path) -> str:
    """Make a relative SQLite path relative to the home folder; every other address is unchanged."""
    head, mark, path = url.partition(":///")
    if not mark or not head.startswith("sqlite") or not path or path.startswith((":memory:", "file:")):
        return url
    return f"{head}:///{(home / path).as_posix()}"
