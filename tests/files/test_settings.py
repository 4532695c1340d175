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
    begun = [at for at, line in enumerate(lines) if line in ("# [[people]]", "# [mail]", "# [webhook]")]
    assert len(begun) == 3
    for at in begun:
        while at < len(lines) and lines[at].startswith("# "):
            lines[at] = lines[at][2:]
            at += 1
    path.write_text("\n".join(lines), encoding="utf-8")
    settings = read_settings(tmp_path, {})
    (person,) = settings.people
    assert (person.name, person.unit, person.roles) == ("张三", "GZ", ("officer",))
    assert dict(person.channels) == {"mail": "zhangsan@example.gov.cn", "file": ""}
    assert (settings.mail.host, settings.mail.port, settings.mail.tls) == (
        "smtp.example.gov.cn",
        587,
        "starttls",
    )


def test_people_without_channels_are_told_by_the_default_ones(tmp_path: Path) -> None:
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


def test_a_fault_in_a_variable_is_told_under_its_name(tmp_path: Path) -> None:
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


def test_a_fault_in_a_variable_over_a_key_of_the_file_is_told_under_its_name(tmp_path: Path) -> None:
    home = settled(tmp_path, '[office]\nunit = "A"\n[units.A]\nlabel = "甲局"\n')
    with pytest.raises(FilesAtFault) as caught:
        read_settings(home, {"GKFLOW_UNIT": "B", "GKFLOW_PROFILE": "x"}, names=NAMES)
    assert [str(fault) for fault in caught.value.faults] == [
        'GKFLOW_PROFILE  no profile "x"; there are: gansu, national',
        'GKFLOW_UNIT  [office]: no unit "B"; there are: A',
    ]
