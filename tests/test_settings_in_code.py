"""Settings built in code (代码中的设置): what the file gives, without a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import Any

import pytest

import gkflow
from gkflow.domain.errors import Fault, FilesAtFault
from gkflow.files.settings import read_settings
from store.offices import at

PEOPLE: list[dict[str, Any]] = [
    {"name": "张三", "unit": "JY", "roles": ["officer"], "channels": ["file"]},
    {"name": "李四", "roles": ("section_head", "director"), "acts_for": ["张三"]},
]
TOML = """
lang = "zh"
profile = "guangdong"
daily_at = "07:45"
duties = []
[office]
unit = "GK"
name = "某市人民政府办公室"
[units.GK]
label = "办公室"
[units.JY]
label = "教育局"
region = "440000"
[[people]]
name = "张三"
unit = "JY"
roles = ["officer"]
channels = ["file"]
[[people]]
name = "李四"
roles = ["section_head", "director"]
acts_for = ["张三"]
[quiet]
from = "21:00"
until = "07:00"
[lights]
yellow = 4
[mail]
host = "mail.example.gov.cn"
sender = "gk@example.gov.cn"
[numbers]
permit = "XK"
[escalation]
fallback = ["李四"]
"""


def in_code(home: Path, **more: Any) -> Any:
    given: dict[str, Any] = {
        "unit": "GK", "office": "某市人民政府办公室",
        "units": {"GK": {"label": "办公室"}, "JY": {"label": "教育局", "region": "440000"}},
        "people": PEOPLE, "lang": "zh", "profile": "guangdong", "daily_at": time(7, 45), "duties": (),
        "quiet": {"from": time(21), "until": "07:00"}, "lights": {"yellow": 4},
        "mail": {"host": "mail.example.gov.cn", "sender": "gk@example.gov.cn"}, "numbers": {"permit": "XK"},
        "escalation": {"fallback": ["李四"]},
    }  # fmt: skip
    return gkflow.Settings(home=home, **{**given, **more})


def test_settings_in_code_equal_those_of_the_file_with_the_same_keys(tmp_path: Path) -> None:
    read = read_settings(tmp_path, {}, TOML)
    assert in_code(tmp_path) == read
    assert read.daily_at == time(7, 45)
    assert [person.name for person in read.people] == ["张三", "李四"]


def test_nothing_given_is_an_empty_file(tmp_path: Path) -> None:
    assert gkflow.Settings(home=tmp_path) == read_settings(tmp_path, {}, "")


def test_no_file_and_no_variable_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gkflow.toml").write_text('[office]\nunit = "OTHER"\n', encoding="utf-8")
    monkeypatch.setenv("GKFLOW_OFFICE_UNIT", "VARIABLE")
    assert gkflow.Settings(home=tmp_path, unit="GK").unit == "GK"


@pytest.mark.parametrize(
    ("given", "file"),
    [
        ({"people": [{"name": "张三", "unit": "NO", "roles": ["officer"]}]},
         '[[people]]\nname = "张三"\nunit = "NO"\nroles = ["officer"]\n'),
        ({"people": [{"name": "张三", "roles": ["boss"]}]}, '[[people]]\nname = "张三"\nroles = ["boss"]\n'),
        ({"people": [{"roles": ["officer"]}]}, '[[people]]\nroles = ["officer"]\n'),
        ({"lang": "fr"}, 'lang = "fr"\n'),
        ({"lang": 5}, "lang = 5\n"),
        ({"quiet": {"from": "25:00"}}, '[quiet]\nfrom = "25:00"\n'),
        ({"mail": {"port": "x", "hots": "y"}}, '[mail]\nport = "x"\nhots = "y"\n'),
        ({"nosuch": {"a": 1}}, "[nosuch]\na = 1\n"),
        ({"units": {"JY": {"label": "教育局", "region": "44"}}}, '[units.JY]\nlabel = "教育局"\nregion = "44"\n'),
    ],
)  # fmt: skip
def test_a_fault_has_the_words_that_it_has_in_the_file(tmp_path: Path, given: dict[str, Any], file: str) -> None:
    with pytest.raises(FilesAtFault) as of_file:
        read_settings(tmp_path, {}, file)
    with pytest.raises(FilesAtFault) as of_code:
        gkflow.Settings(home=tmp_path, **given)
    assert sorted(fault.text for fault in of_code.value.faults) == sorted(fault.text for fault in of_file.value.faults)
    assert all(fault.file.startswith("gkflow.Settings") and not fault.line for fault in of_code.value.faults)


def test_a_fault_names_its_argument(tmp_path: Path) -> None:
    with pytest.raises(FilesAtFault) as refused:
        in_code(tmp_path, people=[PEOPLE[0], {"name": "李四", "unit": "NO", "roles": ["officer"]}], escalation={})
    (fault,) = refused.value.faults
    assert fault.file == "gkflow.Settings people[1].unit"


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"unit": 3}, ["unit"]),
        ({"office": 3}, ["office"]),
        ({"units": {"GK": {}}, "unit": "XX"}, ["unit", "units.GK"]),
        ({"profile": "nowhere"}, ["profile"]),
        ({"mail": {"hos": 1}, "lang": "fr"}, ["lang", "mail.hos"]),
    ],
)
def test_its_message_names_the_settings_and_no_file(tmp_path: Path, given: dict[str, Any], where: list[str]) -> None:
    with pytest.raises(FilesAtFault) as refused:
        gkflow.Settings(home=tmp_path, **given)
    named = "、".join(f"gkflow.Settings {each}" for each in where)
    assert refused.value.message("zh") == f"{named} 有 {len(where)} 处错误"
    assert refused.value.message("en").endswith(f" in {named.replace('、', ', ')}")


def test_the_message_about_files_names_a_few_of_them() -> None:
    faults = [Fault(f"workflows/{name}.yaml", 1, "is empty") for name in "abcd"]
    assert FilesAtFault(faults[:1]).message("zh") == "workflows/a.yaml 有 1 处错误"
    assert FilesAtFault(faults).message("en") == "4 faults in workflows/a.yaml, workflows/b.yaml, workflows/c.yaml, …"


def test_a_profile_without_a_file_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(FilesAtFault, match="atlantis"):
        gkflow.Settings(home=tmp_path, profile="atlantis")


def test_an_office_opens_by_settings_in_code_without_any_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GKFLOW_HOME", str(tmp_path))
    people = [{"name": "张三", "roles": ["officer"]}]
    for code in ("GK", "JY"):
        settings = gkflow.Settings(unit=code, units={code: {"label": "办公室"}}, people=people)
        with gkflow.open(f"sqlite:///{tmp_path / code}.db", settings=settings) as office:
            case = office.receive("request", facts={"channel": "in_person"}, by="张三", now=at("2026-11-20"))
            assert case.number.startswith(f"{code}-2026-")
            office.tick(at("2026-11-20", "12:00"))
            assert office.verify().breaches == ()
            assert office.settings == replace(settings, seal=office.settings.seal)
    assert not (tmp_path / "gkflow.toml").exists()
    assert sorted(path.name for path in tmp_path.glob("*.jsonl")) == ["GK.seals.jsonl", "JY.seals.jsonl"]
