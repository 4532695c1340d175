"""``gkflow check`` and the variables that are set (环境变量的检查): each with a wrong value is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.conftest import Command
from gkflow.files.variables import variables

WRONG = {
    "GKFLOW_HOME": "/nowhere/at/all", "GKFLOW_NOW": "yesterday", "GKFLOW_LANG": "fr", "GKFLOW_HASH": "md5",
    "GKFLOW_PROFILE": "atlantis", "GKFLOW_PREDICTOR": "oracle", "GKFLOW_DAILY_AT": "25:00", "GKFLOW_DUTIES": "sleep",
    "GKFLOW_DATABASE_URL": "oracle://db/gkflow", "GKFLOW_DATABASE_SYNCHRONOUS": "maybe",
    "GKFLOW_DATABASE_PREFIX": "Gk-",
    "GKFLOW_DATABASE_SCHEMA": "only in PostgreSQL", "GKFLOW_UNIT": "ZZ",
    "GKFLOW_BY": "无名氏", "GKFLOW_CHANNELS": "pigeon", "GKFLOW_QUIET_FROM": "x", "GKFLOW_QUIET_UNTIL": "x",
    "GKFLOW_QUIET_DAYS_OFF": "x", "GKFLOW_REMINDERS_PARKED_AFTER": "x", "GKFLOW_MAIL_HOST": "smtp.example.cn",
    "GKFLOW_MAIL_PORT": "x", "GKFLOW_MAIL_SENDER": "nobody", "GKFLOW_MAIL_TLS": "x", "GKFLOW_MAIL_TIMEOUT": "x",
    "GKFLOW_WEBHOOK_TIMEOUT": "x", "GKFLOW_WEBHOOK_ALLOW_LOCAL": "x", "GKFLOW_SEAL_MAIL": "nobody",
    "GKFLOW_SEAL_WEBHOOK": "x", "GKFLOW_FILES_GROUP": "no-such-group", "GKFLOW_ESCALATION_LINE": "king",
    "GKFLOW_ESCALATION_FALLBACK": "king", "GKFLOW_RULES_PACKAGES": "nowhere",
}  # fmt: skip
# Any text may be right.
FREE = {"GKFLOW_OFFICE", "GKFLOW_MAIL_USER", "GKFLOW_MAIL_PASSWORD", "GKFLOW_WEBHOOK_SECRET", "GKFLOW_SEAL_KEY",
        "GKFLOW_SEAL_FILE"}  # fmt: skip
SETTINGS = """\
[office]
name = "某办"
unit = "GK"
[units.GK]
label = "某办"
[[people]]
name = "张三"
roles = ["officer"]
"""
# What is looked at when the settings could be read, each alone.
LATER = {"GKFLOW_DATABASE_URL", "GKFLOW_FILES_GROUP", "GKFLOW_BY"}
# While a package is missing, a profile or a duty that nobody knows may be its own.
PACKAGES = {"GKFLOW_RULES_PACKAGES"}


@pytest.fixture
def people(office: Command, home: Path) -> Command:
    (home / "gkflow.toml").write_text(SETTINGS, encoding="utf-8")
    return office


def test_every_variable_is_tried_here() -> None:
    assert WRONG.keys() | FREE == {*variables(), "GKFLOW_HOME", "GKFLOW_NOW"}


@pytest.mark.parametrize(
    "names", [WRONG.keys() - LATER - PACKAGES - {"GKFLOW_HOME", "GKFLOW_MAIL_HOST"}, LATER | PACKAGES]
)
def test_wrong_variables_are_all_named_at_once(
    people: Command, names: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in names:
        monkeypatch.setenv(name, WRONG[name])

    result = people("--lang", "en", "check")

    assert result.code == 1
    assert {line.partition("  ")[0] for line in result.err.splitlines()} == names


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_variable_is_a_fault_that_names_it(people: Command, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, WRONG[name])

    result = people("--lang", "en", "check")

    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"{name}  ")
    assert result.err.count("\n") == 1


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("nonsense", "sqlite:///gkflow.db"),
        ("postgresql://user:s3cret@host:port/gkflow", "postgresql+psycopg://"),
        ("sqlite:////nowhere/at/all/gkflow.db", "/nowhere/at/all"),
        ("sqlite:////tmp", "/tmp"),
    ],
)
def test_an_address_of_the_database_that_cannot_be_opened_is_found_without_repeating_it(
    people: Command, url: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GKFLOW_DATABASE_URL", url)

    result = people("--lang", "en", "check")

    assert result.code == 1
    assert result.err.startswith("GKFLOW_DATABASE_URL  ")
    assert why in result.err
    assert "s3cret" not in result.err


@pytest.mark.parametrize(
    ("section", "text"),
    [("database", 'url = "oracle://db/gkflow"'), ("files", 'group = "no-such-group"'), ("me", 'name = "无名氏"')],
)
def test_the_same_in_the_settings_has_its_file_and_line(people: Command, home: Path, section: str, text: str) -> None:
    path = home / "gkflow.toml"
    path.write_text(f"{SETTINGS}[{section}]\n{text}\n", encoding="utf-8")

    result = people("--lang", "en", "check")

    assert result.code == 1
    assert result.err.startswith(f"{path.as_posix()}:{SETTINGS.count(chr(10)) + 2}  ")


def test_every_command_blames_the_variable_for_a_group_that_does_not_exist(
    people: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GKFLOW_FILES_GROUP", "no-such-group")

    result = people("--lang", "en", "cases")

    assert result.code == 2
    assert "GKFLOW_FILES_GROUP" in result.err
    assert "gkflow.toml" not in result.err


def test_a_home_without_an_office_is_named_since_only_the_packaged_files_were_read(gkflow: Command, home: Path) -> None:
    home.mkdir()

    result = gkflow("check")

    assert result.code == 0
    assert str(home) in result.err


def test_a_misspelt_variable_is_named_with_the_one_that_was_meant(
    office: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GKFLOW_DATABSE_URL", "sqlite:///elsewhere.db")
    monkeypatch.setenv("GKFLOW_CASES_PER_DESK", "7")  # like none of ours: somebody else's
    checked = office("check")
    assert checked.code == 1
    assert "GKFLOW_DATABSE_URL" in checked.err
    assert "是不是 GKFLOW_DATABASE_URL" in checked.err
    assert "GKFLOW_CASES_PER_DESK" not in checked.err
    (line,) = (line for line in office("doctor").out.splitlines() if "GKFLOW_DATABSE_URL" in line)
    assert line.startswith("[注意]")
    assert "GKFLOW_DATABASE_URL" in line


def test_the_words_about_a_wrong_address_are_of_one_language(office: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GKFLOW_DATABASE_URL", "oracle://db/gkflow")
    assert "sqlite:///gkflow.db 或者 postgresql+psycopg://" in office("check").err
