"""The settings of one installation (系统设置): ``gkflow.toml``, overridden by ``GKFLOW_*`` variables."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

from gkflow.domain.address import ADDRESSED, fault_of
from gkflow.domain.errors import Fault
from gkflow.domain.notice import ROLES_UPWARD, Person
from gkflow.domain.rulebook import mean
from gkflow.files.home import FILE_NAME
from gkflow.files.named import (
    LIGHTS,
    accounts_from,
    duties_from,
    lights_from,
    numbers_from,
    office_from,
    profile_from,
    readings_named,
)
from gkflow.files.nodes import Faults, Key, Node, from_plain
from gkflow.files.profiles import Unit, unit_from
from gkflow.files.roles import read_roles
from gkflow.files.rule_sources import NATIONAL, RuleNames
from gkflow.files.safety import FileSettings, SealSettings, file_settings, seal_settings
from gkflow.files.strict_reader import Section
from gkflow.files.toml_files import read_toml, toml_from

PREDICTORS = ("statutory", "shapes")
CHANNELS = ("file", "console", "mail", "webhook", "chat")
# After so many working days of standing still somebody is reminded of a case; no law sets it.
PARKED_AFTER = 20
# Whom a notice reaches when every post above is vacant: the highest that is held.
FALLBACK = ("director", "disclosure_head", "section_head", "officer", "clerk")
_EVERY_UNIT = "*"
_Tls = Literal["none", "starttls", "tls"]
_TLS: tuple[_Tls, ...] = get_args(_Tls)


@dataclass(frozen=True, slots=True)
class Database:
    """Where the record stands (数据库); a relative SQLite path was taken from the home folder."""

    url: str = ""
    synchronous: str = "full"


@dataclass(frozen=True, slots=True)
class Quiet:
    """When nobody is rung (免打扰时段): from one hour to another, across midnight, and on days off."""

    since: time = time(20)
    until: time = time(8)
    days_off: bool = True


@dataclass(frozen=True, slots=True)
class Mail:
    """The server that mail leaves by (邮件服务器); ``timeout`` in seconds."""

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
    """Everything that this installation sets for itself (系统设置)."""

    home: Path
    lang: str = "auto"  # zh | en | auto: the door goes by the locale
    hash: str = "sha256"
    profile: str = NATIONAL
    predictor: str = "statutory"  # how a year without a notice is foreseen: calendars/predictors.py
    daily_at: time = time(8, 30)
    database: Database = field(default_factory=Database)
    office: str = ""
    unit: str = "UNIT"
    units: Mapping[str, Unit] = field(default_factory=lambda: MappingProxyType({}))
    # Picked by the office itself, over what its profile picks.
    readings: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    duties: tuple[str, ...] | None = None  # recurring duties taken on; None: those of the profile
    people: tuple[Person, ...] = ()
    quiet: Quiet = field(default_factory=Quiet)
    lights: tuple[tuple[int, str], ...] = LIGHTS
    channels: tuple[str, ...] = ("file",)
    mail: Mail = field(default_factory=Mail)
    webhook: Webhook = field(default_factory=Webhook)
    unsendable: tuple[Fault, ...] = ()  # faults that concern notices alone; who only reads goes on
    seal: SealSettings = field(default_factory=SealSettings)
    files: FileSettings = field(default_factory=FileSettings)
    escalation: Escalation = field(default_factory=Escalation)
    numbers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # workflow -> its series
    me: str = ""  # who acts where a command names nobody (经办人)
    accounts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # account -> person
    parked_after: int = PARKED_AFTER


_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
# Variable -> the keys that it overrides, and the type that its text is read as.
VARIABLES: Mapping[str, tuple[tuple[str, ...], type]] = MappingProxyType(
    {
        "GKFLOW_LANG": (("lang",), str),
        "GKFLOW_HASH": (("hash",), str),
        "GKFLOW_BY": (("me", "name"), str),
        "GKFLOW_PROFILE": (("profile",), str),
        "GKFLOW_DAILY_AT": (("daily_at",), str),
        "GKFLOW_DATABASE_URL": (("database", "url"), str),
        "GKFLOW_DATABASE_SYNCHRONOUS": (("database", "synchronous"), str),
        "GKFLOW_OFFICE": (("office", "name"), str),
        "GKFLOW_UNIT": (("office", "unit"), str),
        "GKFLOW_QUIET_FROM": (("quiet", "from"), str),
        "GKFLOW_QUIET_UNTIL": (("quiet", "until"), str),
        "GKFLOW_QUIET_DAYS_OFF": (("quiet", "days_off"), bool),
        "GKFLOW_CHANNELS": (("channels", "default"), list),
        "GKFLOW_MAIL_HOST": (("mail", "host"), str),
        "GKFLOW_MAIL_PORT": (("mail", "port"), int),
        "GKFLOW_MAIL_SENDER": (("mail", "sender"), str),
        "GKFLOW_MAIL_USER": (("mail", "user"), str),
        "GKFLOW_MAIL_PASSWORD": (("mail", "password"), str),
        "GKFLOW_MAIL_TLS": (("mail", "tls"), str),
        "GKFLOW_MAIL_TIMEOUT": (("mail", "timeout"), int),
        "GKFLOW_WEBHOOK_SECRET": (("webhook", "secret"), str),
        "GKFLOW_SEAL_KEY": (("seal", "key"), str),
        "GKFLOW_SEAL_FILE": (("seal", "file"), str),
        "GKFLOW_FILES_GROUP": (("files", "group"), str),
        "GKFLOW_WEBHOOK_TIMEOUT": (("webhook", "timeout"), int),
        "GKFLOW_WEBHOOK_ALLOW_LOCAL": (("webhook", "allow_local"), bool),
    }
)


def read_settings(
    home: Path, environ: Mapping[str, str], text: str | None = None, *, patient: bool = False,
    names: RuleNames | None = None,
) -> Settings:  # fmt: skip
    """
    The settings of *home*, with the variables of *environ* over them; without a ``gkflow.toml`` the defaults. With
    a *text*, the settings of a ``gkflow.toml`` that holds it and is still to be written.

    Raises FilesAtFault with every fault; one in a variable is reported under the variable's name. A *patient* reader
    keeps those that concern notices alone in the settings (``unsendable``): a wrong mail server does not hide the
    cases. Who sends, and who writes notices, asks for them. With *names*, a profile, workflow or duty that has no
    file is a fault.
    """
    faults, later = Faults(), Faults()
    path = home / FILE_NAME
    node: Node | None = from_plain({}, path.as_posix())
    if text is not None:
        node = toml_from(text, path.as_posix(), faults)
    elif path.exists():
        node = read_toml(path, path.as_posix(), faults)
    faults.tell()
    assert node is not None
    root = _overridden(node, environ, faults)
    settings = _settings(home, root, faults, later if patient else faults, names or RuleNames())
    faults.tell()
    return replace(settings, unsendable=later.all()) if patient else settings


def _overridden(root: Node, environ: Mapping[str, str], faults: Faults) -> Node:
    for name, (path, kind) in VARIABLES.items():
        text = environ.get(name, "")
        if text:
            root = _with(root, path, Node(_typed(name, text, kind, faults), name, 0))
    return root


def _typed(name: str, text: str, kind: type, faults: Faults) -> Any:
    if kind is bool:
        words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
        return words.get(text.lower(), text)
    if kind is int:
        return int(text) if text.isascii() and text.isdigit() else text
    if kind is list:
        return [Node(word.strip(), name, 0) for word in text.split(",") if word.strip()]
    return text


def _with(node: Node, path: tuple[str, ...], value: Node) -> Node:
    """The same tree with one value set; a table that is no table stays, and is reported when it is read."""
    if not path:
        return value
    if not isinstance(node.value, dict):
        return node
    inner = node.value.get(path[0], Node({}, value.file, 0))
    return Node({**node.value, Key(path[0], inner.line): _with(inner, path[1:], value)}, node.file, node.line)


# --- reading ----------------------------------------------------------------------------------------------


def _settings(home: Path, node: Node, faults: Faults, later: Faults, names: RuleNames) -> Settings:
    with Section(node, "", faults) as section:
        database = Database()
        for each in section.table("database", "[database]"):
            url = each.secret("url", "sqlite:///gkflow.db")  # it may hold a password
            database = Database(url, each.choice("synchronous", ("full", "normal"), "full"))
        units = {
            code: unit_from(code, each) for code, each in section.named("units", "unit", needed=False, check=False)
        }
        office, unit = office_from(section, units)
        units.setdefault(unit, Unit(unit, office or unit))
        channels: tuple[str, ...] = ("file",)
        with section.noting(later):
            for each in section.table("channels", "[channels]"):
                channels = _channels(each, "default", channels)
            mail, webhook, quiet = _mail(section), _webhook(section), _quiet(section)
            daily_at = _hour(section, "daily_at", time(8, 30))
        people = tuple(
            _person(each, units, unit, channels, mail, webhook, later)
            for each in section.sections("people", "[[people]]")
        )
        return Settings(
            home=home,
            lang=section.choice("lang", ("auto", "zh", "en"), "auto"),
            hash=section.choice("hash", ("sha256", "sm3"), "sha256"),
            profile=profile_from(section, names.profiles),
            predictor=section.choice("predictor", PREDICTORS, "statutory"),
            daily_at=daily_at,
            database=Database(_from_home(database.url or "sqlite:///gkflow.db", home), database.synchronous),
            office=office,
            unit=unit,
            units=MappingProxyType(units),
            readings=readings_named(section, names.workflows),
            duties=duties_from(section, names.duties),
            people=people,
            quiet=quiet,
            lights=lights_from(section),
            parked_after=_parked_after(section),
            channels=channels,
            mail=mail,
            webhook=webhook,
            seal=seal_settings(section, webhook.allow_local),
            files=file_settings(section),
            escalation=_escalation(section, {person.name for person in people}),
            numbers=numbers_from(section, names.workflows),
            me="".join(each.text("name", "") for each in section.table("me", "[me]")),
            accounts=accounts_from(section, {person.name for person in people}),
        )


def _person(
    section: Section,
    units: Mapping[str, Unit],
    own: str,
    default: tuple[str, ...],
    mail: Mail,
    webhook: Webhook,
    later: Faults,
) -> Person:
    name = section.text("name")
    section.what = f'person "{name}"'
    unit = section.text("unit", own)
    if unit != _EVERY_UNIT and unit not in units:
        section.fault(f'no unit "{unit}"; there are: {", ".join(units)}, and "*" for all', "unit")
    with section.noting(later):
        addresses = {channel: section.secret(channel) for channel in ADDRESSED}
        channels = _channels(section, "channels", default)
        _check_addresses(section, channels, addresses, mail, webhook)
    roles = read_roles(section, "roles", needed=True)
    if "roles" in section and not roles:
        section.fault("holds no role (roles)", "roles")
    return Person(
        name=name,
        unit=unit,
        roles=roles,
        channels=MappingProxyType({channel: addresses.get(channel, "") for channel in channels}),
        acts_for=section.texts("acts_for"),
    )


def _check_addresses(
    section: Section, channels: tuple[str, ...], addresses: Mapping[str, str], mail: Mail, webhook: Webhook
) -> None:
    for channel, address in addresses.items():
        if channel in channels and not address:
            section.fault(f"is told by {channel}, but has no address ({channel} = …)")
        elif address:
            _check_address(section, channel, address, webhook.allow_local)
    if "mail" in channels and not mail.host:
        section.fault("is told by mail, but there is no server ([mail] host = …)")
    if "webhook" in channels and not webhook.secret:
        section.fault("is told by webhook, but calls cannot be signed ([webhook] secret = …)")


def _check_address(section: Section, channel: str, address: str, allow_local: bool) -> None:
    """Note what is wrong with an address; those of webhooks and chats may hold a password and are not shown."""
    match fault_of(channel, address, allow_local):
        case "mail_address_wrong":
            shown = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in address)
            section.fault(f'mail must be one mail address such as name@example.gov.cn, not "{shown}"', channel)
        case "web_address_wrong":
            section.fault("webhook must be a web address such as https://example.gov.cn/notify", channel)
        case "chat_address_wrong":
            section.fault("chat must be an apprise address such as wecombot://key", channel)
        case "address_is_local":
            section.fault(f"{channel} points to this machine or its link ([webhook] allow_local = true)", channel)


def _channels(section: Section, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
    node = section.get(key)
    if node is None:
        return default
    named = section.as_texts(key, node)
    for channel in named:
        if channel not in CHANNELS:
            section.wrong(key, Node(channel, node.file, node.line), "among " + ", ".join(CHANNELS))
    return tuple(channel for channel in named if channel in CHANNELS)


def _parked_after(section: Section) -> int:
    days = PARKED_AFTER
    for each in section.table("reminders", "[reminders]"):
        days = each.integer("parked_after", days, least=1)
    return days


def _quiet(section: Section) -> Quiet:
    quiet = Quiet()
    for each in section.table("quiet", "[quiet]"):
        since, until = _hour(each, "from", quiet.since), _hour(each, "until", quiet.until)
        quiet = Quiet(since, until, each.flag("days_off", True))
    return quiet


def _mail(section: Section) -> Mail:
    mail = Mail()
    for each in section.table("mail", "[mail]"):
        mail = Mail(
            host=each.text("host", ""),
            port=each.integer("port", mail.port, least=1),
            sender=each.text("sender", ""),
            user=each.text("user", ""),
            password=each.secret("password"),
            tls=next(way for way in _TLS if way == each.choice("tls", _TLS, mail.tls)),
            timeout=each.integer("timeout", mail.timeout, least=1),
        )
        if mail.host and not mail.sender:
            each.fault("host without sender: under which address does mail leave?", "host")
    return mail


def _webhook(section: Section) -> Webhook:
    webhook = Webhook()
    for each in section.table("webhook", "[webhook]"):
        webhook = Webhook(
            each.secret("secret"), each.integer("timeout", webhook.timeout, least=1), each.flag("allow_local")
        )
    return webhook


def _escalation(section: Section, names: Collection[str]) -> Escalation:
    found = Escalation()
    for each in section.table("escalation", "[escalation]"):
        line = read_roles(each, "line") if "line" in each else found.line
        fallback = each.texts("fallback") if "fallback" in each else found.fallback
        for named in fallback:
            if named not in ROLES_UPWARD and named not in names:
                known = (*ROLES_UPWARD, *names)
                each.fault(f'fallback: no role or person "{named}"{mean(named, known)}', "fallback")
        found = Escalation(line, fallback)
    return found


def _hour(section: Section, key: str, default: time) -> time:
    node = section.get(key)
    if node is None:
        return default
    if isinstance(node.value, time):
        return node.value
    if isinstance(node.value, str) and _HOUR.fullmatch(node.value):
        return time.fromisoformat(node.value)
    section.wrong(key, node, "an hour such as 08:30")
    return default


def _from_home(url: str, home: Path) -> str:
    """A relative SQLite path is the home's; every other address stays as it is."""
    head, mark, path = url.partition(":///")
    if not mark or not head.startswith("sqlite") or not path or path.startswith((":memory:", "file:")):
        return url
    return f"{head}:///{(home / path).as_posix()}"
