"""The settings of one installation (系统设置)."""

from __future__ import annotations

import stat
from datetime import time
from pathlib import Path

import pytest

from gkflow.bootstrap import folders
from gkflow.domain.errors import FilesAtFault
from gkflow.files.first_settings import first_settings, write_settings
from gkflow.files.home import find_home
from gkflow.files.profiles import Unit
from gkflow.files.rule_sources import RuleNames, names_of
from gkflow.files.rulebook_files import read_profiles
from gkflow.files.settings import read_settings
from gkflow.files.variables import variables


def settled(home: Path, text: str) -> Path:
    (home / "gkflow.toml").write_text(text, encoding="utf-8")
    return home


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    settings = read_settings(tmp_path, {})
    assert settings.database.url == f"sqlite:///{tmp_path.as_posix()}/gkflow.db"
    assert (settings.hash, settings.profile, settings.database.synchronous) == ("sha256", "national", "full")
    assert settings.daily_at == time(8, 30)
    assert (settings.quiet.since, settings.quiet.until, settings.quiet.days_off) == (time(20), time(8), True)
    assert settings.channels == ("file",)
    assert settings.people == ()


def test_the_first_settings_say_the_defaults(tmp_path: Path) -> None:
    defaults = read_settings(tmp_path, {})
    assert write_settings(tmp_path / "gkflow.toml", first_settings(defaults.unit, defaults.unit))
    written = read_settings(tmp_path, {})
    assert (written.lang, written.hash, written.profile, written.daily_at, written.database) == (
        defaults.lang,
        defaults.hash,
        defaults.profile,
        defaults.daily_at,
        defaults.database,
    )
    assert (written.quiet, written.channels, written.units) == (
        defaults.quiet,
        defaults.channels,
        defaults.units,
    )
    assert written.people == ()


def test_the_first_settings_are_for_their_owner_and_written_once(tmp_path: Path) -> None:
    path = tmp_path / "gkflow.toml"
    assert write_settings(path, first_settings('示例"局"', "GZ.1"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    settings = read_settings(tmp_path, {})
    assert (settings.office, settings.unit, dict(settings.units)) == (
        '示例"局"',
        "GZ.1",
        {"GZ.1": Unit("GZ.1", '示例"局"')},
    )
    assert not write_settings(path, first_settings(unit="OTHER"))
    assert read_settings(tmp_path, {}).unit == "GZ.1"
    assert [each.name for each in tmp_path.iterdir()] == ["gkflow.toml"]


def test_the_examples_in_the_first_settings_hold_once_they_are_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "gkflow.toml"
    write_settings(path, first_settings(unit="GZ"))
    lines = path.read_text(encoding="utf-8").splitlines()
    begun = [
        at for at, line in enumerate(lines) if line in ("# [[people]]", "# [mail]", "# [webhook]", "# [[endpoints]]")
    ]
    assert len(begun) == 4
    for at in begun:
        while at < len(lines) and lines[at].startswith("# "):
            lines[at] = lines[at][2:]
            at += 1
    path.write_text("\n".join(lines), encoding="utf-8")
    secret = "whsec_" + "A" * 32
    settings = read_settings(tmp_path, {"GKFLOW_ENDPOINT_PORTAL_SECRET": secret})
    assert [(each.name, each.secret, each.types) for each in settings.endpoints] == [("portal", secret, ("case.*",))]
    (person,) = settings.people
    assert (person.name, person.unit, person.roles) == ("张三", "GZ", ("officer",))
    assert dict(person.channels) == {"mail": "zhangsan@example.gov.cn", "file": ""}
    assert (settings.mail.host, settings.mail.port, settings.mail.tls) == (
        "smtp.example.gov.cn",
        587,
        "starttls",
    )


def test_people_without_channels_are_notified_by_the_default_ones(tmp_path: Path) -> None:
    home = settled(
        tmp_path,
        '[channels]\ndefault = ["console", "file"]\n'
        '[[people]]\nname = "张三"\nroles = ["officer", "clerk"]\n'
        '[[people]]\nname = "李四"\nunit = "*"\nroles = "director"\nchannels = ["chat"]\nchat = "wecombot://k"\n',
    )
    zhang, li = read_settings(home, {}).people
    assert (zhang.unit, zhang.roles, dict(zhang.channels)) == (
        "UNIT",
        ("officer", "clerk"),
        {"console": "", "file": ""},
    )
    assert (li.unit, li.roles, dict(li.channels)) == ("*", ("director",), {"chat": "wecombot://k"})


def test_a_variable_overrides_the_file_and_is_read_by_its_type(tmp_path: Path) -> None:
    home = settled(tmp_path, 'lang = "zh"\n[mail]\nhost = "a"\nsender = "a@example.gov.cn"\nport = 25\n')
    settings = read_settings(
        home,
        {
            "GKFLOW_LANG": "en",
            "GKFLOW_HASH": "sm3",
            "GKFLOW_DAILY_AT": "07:15",
            "GKFLOW_DATABASE_URL": "postgresql+psycopg://gk@db/gkflow",
            "GKFLOW_UNIT": "GZ",
            "GKFLOW_MAIL_PORT": "465",
            "GKFLOW_MAIL_TLS": "tls",
            "GKFLOW_QUIET_DAYS_OFF": "false",
            "GKFLOW_CHANNELS": "console, file",
            "GKFLOW_PROFILE": "",
        },
    )
    assert (settings.lang, settings.hash, settings.daily_at) == ("en", "sm3", time(7, 15))
    assert settings.database.url == "postgresql+psycopg://gk@db/gkflow"
    assert (settings.unit, list(settings.units)) == ("GZ", ["GZ"])
    assert (settings.mail.host, settings.mail.port, settings.mail.tls) == ("a", 465, "tls")
    assert settings.quiet.days_off is False
    assert settings.channels == ("console", "file")
    assert settings.profile == "national"


def test_a_fault_in_a_variable_is_reported_under_its_name(tmp_path: Path) -> None:
    with pytest.raises(FilesAtFault) as caught:
        read_settings(tmp_path, {"GKFLOW_HASH": "sha265", "GKFLOW_MAIL_PORT": "smtp"})
    assert [str(fault) for fault in caught.value.faults] == [
        'GKFLOW_HASH  hash must be one of sha256, sm3, not "sha265" (do you mean "sha256"?)',
        'GKFLOW_MAIL_PORT  [mail]: port must be a whole number of at least 1, not "smtp"',
    ]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("sqlite:///office/gk.db", "sqlite:///{home}/office/gk.db"),
        ("sqlite:////srv/gk.db", "sqlite:////srv/gk.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("sqlite://", "sqlite://"),
        ("postgresql://db/gk", "postgresql://db/gk"),
    ],
)
def test_a_relative_database_stands_in_the_home_folder(tmp_path: Path, url: str, found: str) -> None:
    settings = read_settings(tmp_path, {"GKFLOW_DATABASE_URL": url})
    assert settings.database.url == found.format(home=tmp_path.as_posix())


def test_passwords_and_secrets_are_not_printed(tmp_path: Path) -> None:
    settings = read_settings(tmp_path, {"GKFLOW_MAIL_PASSWORD": "geheim1", "GKFLOW_WEBHOOK_SECRET": "geheim2"})
    assert settings.mail.password == "geheim1"
    assert "geheim" not in repr(settings)


def test_the_home_is_the_named_folder_then_the_current_one_then_the_users(tmp_path: Path) -> None:
    here, user = tmp_path / "here", tmp_path / "user"
    here.mkdir()
    assert find_home({}, here, user) == user
    settled(here, "")
    assert find_home({}, here, user) == here
    assert find_home({"GKFLOW_HOME": "/srv/gk"}, here, user) == Path("/srv/gk")
    assert find_home({"GKFLOW_HOME": "sub"}, here, user) == here / "sub"
    assert find_home({"GKFLOW_HOME": ""}, here, user) == here


def test_the_lights_are_the_offices_own(tmp_path: Path) -> None:
    (tmp_path / "gkflow.toml").write_text("[lights]\nblue = 8\nyellow = 3\n", encoding="utf-8")
    assert read_settings(tmp_path, {}).lights == ((3, "yellow"), (8, "blue"))


def test_green_and_red_are_no_lights_to_be_set(tmp_path: Path) -> None:
    (tmp_path / "gkflow.toml").write_text("[lights]\nred = 1\n", encoding="utf-8")
    with pytest.raises(FilesAtFault, match="red: a number of working days is wanted"):
        read_settings(tmp_path, {})


NAMES = RuleNames({"national", "gansu"}, {"permit", "penalty"}, {"training"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[lights]\norange = 2\nyelow = 5\n", ':3  [lights]: no colour "yelow" (do you mean "yellow"?)'),
        ("[lights]\nturquoise = 5\n", ':2  [lights]: no colour "turquoise"; there are: blue, orange, yellow'),
        ('profile = "gansuu"\n', ':1  no profile "gansuu" (do you mean "gansu"?)'),
        ('profile = "beijing"\n', ':1  no profile "beijing"; there are: gansu, national'),
        (
            '[office]\nname = "某局"\nunit = "B"\n[units.A]\nlabel = "甲局"\n',
            ':3  [office]: no unit "B"; there are: A',
        ),
        ('duties = ["training", "trainin"]\n', ':1  duties: no duty "trainin" (do you mean "training"?)'),
        ('[numbers]\npermit = "CF"\npenalti = "X"\n', ':3  [numbers]: no workflow "penalti" (do you mean "penalty"?)'),
        ('[readings.permitt]\na = "b"\n', ':1  readings: no workflow "permitt" (do you mean "permit"?)'),
        ('[[mail]]\nhost = "a"\n[[mail]]\nhost = "b"\n', ":1  mail must be one table [mail], not a list"),
        (
            '[[people]]\nname = "张三"\nroles = ["clerk"]\n[accounts]\nli = "张三"\nwang = "张山"\n',
            ':6  [accounts] wang: no person "张山"; there are: 张三, and "*" for all',
        ),
    ],
)
def test_a_name_that_nobody_knows_is_one_line_with_what_there_is(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(FilesAtFault) as caught:
        read_settings(settled(tmp_path, text), {}, names=NAMES)
    assert [str(fault) for fault in caught.value.faults] == [f"{(tmp_path / 'gkflow.toml').as_posix()}{said}"]


SECTIONS = (
    "database", "office", "units.A", "channels", "mail", "webhook", "quiet", "lights", "reminders", "seal", "files",
    "escalation", "numbers", "me", "accounts", "readings", "[people]",
)  # fmt: skip


@pytest.mark.parametrize("section", SECTIONS)
def test_no_section_takes_a_key_that_nobody_knows(tmp_path: Path, section: str) -> None:
    path = tmp_path / "gkflow.toml"
    lines = {"units.A": 'label = "甲局"\n', "[people]": 'name = "张三"\nroles = ["clerk"]\n'}
    start = '[office]\nunit = "A"\n' if section == "units.A" else ""
    path.write_text(f"{start}[{section}]\n{lines.get(section, '')}nonsense = 5\n", encoding="utf-8")
    with pytest.raises(FilesAtFault) as caught:
        read_settings(tmp_path, {}, names=NAMES)
    assert all("nonsense" in fault.text for fault in caught.value.faults)
    assert caught.value.faults[0].line == path.read_text(encoding="utf-8").splitlines().index("nonsense = 5") + 1


def test_the_settings_of_init_hold_for_every_packaged_profile(tmp_path: Path) -> None:
    places = folders()
    for profile in read_profiles(places).values():
        text = first_settings(profile=profile, unit=profile.units[0].code if profile.units else "UNIT")
        assert read_settings(tmp_path, {}, text, names=names_of(places)).profile == profile.name


def test_a_fault_in_a_variable_over_a_key_of_the_file_is_reported_under_its_name(tmp_path: Path) -> None:
    home = settled(tmp_path, '[office]\nunit = "A"\n[units.A]\nlabel = "甲局"\n')
    with pytest.raises(FilesAtFault) as caught:
        read_settings(home, {"GKFLOW_UNIT": "B", "GKFLOW_PROFILE": "x"}, names=NAMES)
    assert [str(fault) for fault in caught.value.faults] == [
        'GKFLOW_PROFILE  no profile "x"; there are: gansu, national',
        'GKFLOW_UNIT  [office]: no unit "B"; there are: A',
    ]


# --- variables --------------------------------------------------------------------------------------------

# What an installation may have set before pydantic-settings read it: name, text, and where it shows.
EVERY_VARIABLE = {
    "GKFLOW_LANG": ("zh", lambda each: each.lang == "zh"),
    "GKFLOW_HASH": ("sm3", lambda each: each.hash == "sm3"),
    "GKFLOW_BY": ("张三", lambda each: each.me == "张三"),
    "GKFLOW_PROFILE": ("gansu", lambda each: each.profile == "gansu"),
    "GKFLOW_DAILY_AT": ("07:15", lambda each: each.daily_at == time(7, 15)),
    "GKFLOW_DATABASE_URL": ("postgresql://db/gk", lambda each: each.database.url == "postgresql://db/gk"),
    "GKFLOW_DATABASE_SYNCHRONOUS": ("normal", lambda each: each.database.synchronous == "normal"),
    "GKFLOW_OFFICE": ("某局", lambda each: each.office == "某局"),
    "GKFLOW_UNIT": ("GZ", lambda each: each.unit == "GZ"),
    "GKFLOW_QUIET_FROM": ("21:00", lambda each: each.quiet.since == time(21)),
    "GKFLOW_QUIET_UNTIL": ("06:30", lambda each: each.quiet.until == time(6, 30)),
    "GKFLOW_QUIET_DAYS_OFF": ("no", lambda each: each.quiet.days_off is False),
    "GKFLOW_CHANNELS": ("console, file", lambda each: each.channels == ("console", "file")),
    "GKFLOW_MAIL_HOST": ("smtp.example.gov.cn", lambda each: each.mail.host == "smtp.example.gov.cn"),
    "GKFLOW_MAIL_PORT": ("465", lambda each: each.mail.port == 465),
    "GKFLOW_MAIL_SENDER": ("a@example.gov.cn", lambda each: each.mail.sender == "a@example.gov.cn"),
    "GKFLOW_MAIL_USER": ("007", lambda each: each.mail.user == "007"),
    "GKFLOW_MAIL_PASSWORD": ("1234", lambda each: each.mail.password == "1234"),
    "GKFLOW_MAIL_TLS": ("tls", lambda each: each.mail.tls == "tls"),
    "GKFLOW_MAIL_TIMEOUT": ("9", lambda each: each.mail.timeout == 9),
    "GKFLOW_WEBHOOK_SECRET": ("true", lambda each: each.webhook.secret == "true"),
    "GKFLOW_SEAL_KEY": ("[1]", lambda each: each.seal.key == "[1]"),
    "GKFLOW_SEAL_FILE": ("s.jsonl", lambda each: each.seal.file == "s.jsonl"),
    "GKFLOW_FILES_GROUP": ("gkflow", lambda each: each.files.group == "gkflow"),
    "GKFLOW_WEBHOOK_TIMEOUT": ("8", lambda each: each.webhook.timeout == 8),
    "GKFLOW_WEBHOOK_ALLOW_LOCAL": ("true", lambda each: each.webhook.allow_local is True),
}  # fmt: skip


@pytest.mark.parametrize("name", EVERY_VARIABLE)
def test_a_variable_that_was_read_before_is_read_alike(tmp_path: Path, name: str) -> None:
    text, shows = EVERY_VARIABLE[name]
    given = {name: text, **({"GKFLOW_MAIL_SENDER": "b@example.gov.cn"} if name == "GKFLOW_MAIL_HOST" else {})}
    assert shows(read_settings(tmp_path, given))
    assert not shows(read_settings(tmp_path, {}))


def test_each_key_with_one_value_or_a_list_of_texts_has_a_variable(tmp_path: Path) -> None:
    assert set(EVERY_VARIABLE) <= set(variables())
    more = {
        "GKFLOW_PREDICTOR": "shapes", "GKFLOW_DUTIES": "training, report", "GKFLOW_REMINDERS_PARKED_AFTER": "7",
        "GKFLOW_SEAL_MAIL": "a@example.gov.cn", "GKFLOW_ESCALATION_LINE": "officer,director",
    }  # fmt: skip
    found = read_settings(tmp_path, more)
    assert (found.predictor, found.duties, found.parked_after) == ("shapes", ("training", "report"), 7)
    assert (dict(found.seal.to), found.escalation.line) == ({"mail": "a@example.gov.cn"}, ("officer", "director"))


def test_a_variable_that_is_none_of_ours_changes_nothing(tmp_path: Path) -> None:
    # As Kubernetes sets them for services that are called gkflow-database and gkflow-mail-host.
    strange = {
        "GKFLOW_DATABASE_PORT": "tcp://10.0.0.1:5432", "GKFLOW_DATABASE_SERVICE_HOST": "10.0.0.1", "GKFLOW_MAIL": "x",
        "GKFLOW_MAIL_HOST_PORT": "tcp://10.0.0.1:25", "GKFLOW_PEOPLE": "[]", "GKFLOW_UNITS_A": "x", "gkflow_lang": "fr",
        "GKFLOW_HOME": "/nowhere", "GKFLOW_NOW": "+1d", "GKFLOW_ME_NAME_X": "y",
    }  # fmt: skip
    assert read_settings(tmp_path, strange) == read_settings(tmp_path, {})
    assert read_settings(tmp_path, {**strange, "GKFLOW_MAIL_PORT": "25"}).mail.port == 25


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("GKFLOW_DAILY_AT", "600"),  # seconds since midnight to some readers
        ("GKFLOW_DAILY_AT", "07:15:30"),
        ("GKFLOW_MAIL_PORT", "1e3"),
        ("GKFLOW_MAIL_PORT", "２５"),
        ("GKFLOW_QUIET_DAYS_OFF", "on"),
        ("GKFLOW_CHANNELS", "file,pigeon"),
        ("GKFLOW_SEAL_MAIL", "nobody"),
    ],
)
def test_a_variable_that_is_not_understood_is_refused_under_its_name(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(FilesAtFault) as caught:
        read_settings(tmp_path, {name: text})
    assert [fault.file for fault in caught.value.faults] == [name]
    assert text.rpartition(",")[2] in caught.value.faults[0].text


SECRETS = (
    ("database", "url"), ("mail", "password"), ("webhook", "secret"), ("seal", "key"),
    ("[people]", "mail"), ("[people]", "webhook"), ("[people]", "chat"),
)  # fmt: skip


@pytest.mark.parametrize(("section", "key"), SECRETS)
@pytest.mark.parametrize("value", ["47110815", "[47110815]", "{a = 47110815}", "4711.0815", "2047-11-08"])
def test_a_secret_is_never_shown_in_a_fault(tmp_path: Path, section: str, key: str, value: str) -> None:
    with pytest.raises(FilesAtFault) as caught:
        read_settings(settled(tmp_path, f"[{section}]\n{key} = {value}\n"), {})
    assert any(key in fault.text for fault in caught.value.faults)
    assert not any("4711" in fault.text or "2047" in fault.text for fault in caught.value.faults)
