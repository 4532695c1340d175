"""[[endpoints]]: checked when they are read, each fault at its place; secrets from variables."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

import gkflow
from gkflow.domain.endpoint import Endpoint
from gkflow.domain.errors import FilesAtFault
from gkflow.files.endpoints import variable_of
from gkflow.files.settings import read_settings

SECRET = "whsec_" + base64.b64encode(bytes(24)).decode()
GOOD = {"name": "portal", "url": "https://portal.example.gov.cn/events", "secret": SECRET}


def toml(**change: Any) -> str:
    keys = {key: value for key, value in (GOOD | change).items() if value is not None}
    lines = [f"{key} = {value!r}" for key, value in keys.items()]
    return "\n".join(["[[endpoints]]", *lines]) + "\n"


def faults(home: Path, text: str, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(FilesAtFault) as caught:
        read_settings(home, environ or {}, text)
    return [f"{fault.line}  {fault.text}" for fault in caught.value.faults]


def test_an_endpoint_of_the_file_and_of_a_program_are_the_same(tmp_path: Path) -> None:
    text = '[office]\nunit = "JY"\n' + toml(types=["case.replied", "sweep.*"], unit="JY")
    read = read_settings(tmp_path, {}, text)
    keys = GOOD | {"types": ["case.replied", "sweep.*"], "unit": "JY"}
    assert gkflow.Settings(home=tmp_path, unit="JY", endpoints=[keys]) == read
    assert read.endpoints == (Endpoint("portal", GOOD["url"], SECRET, ("case.replied", "sweep.*"), "JY"),)
    assert SECRET not in repr(read)
    assert "events" not in repr(read.endpoints)  # the path of an address may be a key


def test_left_out_types_are_all_and_several_endpoints_may_have_one_url(tmp_path: Path) -> None:
    one, two = read_settings(tmp_path, {}, toml() + toml(name="archive")).endpoints
    assert (one.url, one.types) == (two.url, ("*",))
    assert (one.wants("case.replied"), one.wants("sweep.done")) == (True, True)


def test_a_secret_may_come_from_a_variable_of_its_name(tmp_path: Path) -> None:
    text = toml(name="data-bureau", secret=None)
    assert variable_of("data-bureau") == "GKFLOW_ENDPOINT_DATA_BUREAU_SECRET"
    [found] = read_settings(tmp_path, {variable_of("data-bureau"): SECRET}, text).endpoints
    assert found.secret == SECRET
    assert faults(tmp_path, text) == [
        '1  endpoint "data-bureau": has no secret: posts cannot be signed'
        " (secret = …, or GKFLOW_ENDPOINT_DATA_BUREAU_SECRET)"
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "Portal 1"}, '2  endpoint "Portal 1": name must be letters a to z, digits and -, not "Portal 1"'),
        ({"url": "portal.example.gov.cn"}, "3  {}url must be a web address such as https://example.gov.cn/events"),
        (
            {"url": "ftp://portal.example.gov.cn"},
            "3  {}url must be a web address such as https://example.gov.cn/events",
        ),
        (
            {"url": "http://portal.example.gov.cn/"},
            "3  {}url must begin with https://, because events name cases; http:// is for this machine alone",
        ),
        (
            {"url": "http://127.0.0.1/"},
            "3  {}url points to this machine or its link ([webhook] allow_local = true)",
        ),
        ({"secret": "geheim"}, "4  {}secret must be whsec_ and base64, as Standard Webhooks has it"),
        ({"secret": "whsec_geheim!"}, "4  {}secret must be whsec_ and base64, as Standard Webhooks has it"),
        ({"secret": "whsec_Z2VoZWlt"}, "4  {}secret has 6 bytes, at least 24 are wanted"),
        ({"types": ["sweep.doen"]}, '5  {}types: no event "sweep.doen" (do you mean "sweep.done"?)'),
        ({"types": ["cases.*"]}, '5  {}types: no event "cases.*" (do you mean "case.*"?)'),
        ({"types": []}, "5  {}types: names no event; left out: all"),
        ({"unit": "JY"}, '5  {}no unit "JY"; there are: UNIT'),
        ({"url": None}, '1  endpoint "portal": key "url" is missing'),
    ],
)
def test_a_wrong_endpoint_is_one_line_with_its_place(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    found = faults(tmp_path, toml(**change))
    assert found == [said.format('endpoint "portal": ')]
    assert "geheim" not in "".join(found)


def test_two_endpoints_of_one_name_are_a_fault(tmp_path: Path) -> None:
    assert faults(tmp_path, toml() + toml()) == ['6  endpoint "portal": the name "portal" is given to another endpoint']


def test_this_machine_may_be_called_by_http_where_the_settings_allow_it(tmp_path: Path) -> None:
    text = toml(url="http://127.0.0.1:8000/") + "[webhook]\nallow_local = true\n"
    assert read_settings(tmp_path, {}, text).endpoints[0].url == "http://127.0.0.1:8000/"


def test_a_wrong_endpoint_does_not_hide_the_cases(tmp_path: Path) -> None:
    (tmp_path / "gkflow.toml").write_text(toml(secret="x"), encoding="utf-8")
    settings = read_settings(tmp_path, {}, patient=True)
    assert ["secret must be" in fault.text for fault in settings.unsendable] == [True]
