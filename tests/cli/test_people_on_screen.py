"""People on screens (屏幕上的人员): by name, and by the id as well where two have one name."""

from __future__ import annotations

import json
from pathlib import Path

from cli.conftest import Command

DAY = "2026-03-02"
SETTINGS = """
[office]
name = "某县"
unit = "GK"
[units.GK]
label = "公开办"
[units.JY]
label = "教育局"
[[people]]
name = "张伟"
id = "zw1"
roles = ["officer", "clerk"]
[[people]]
name = "张伟"
id = "zw2"
unit = "JY"
roles = ["officer", "clerk"]
[[people]]
name = "李娜"
id = "li-na"
roles = ["section_head", "officer"]
"""


def test_screens_show_names_and_where_two_have_one_the_id_as_well(office: Command, home: Path) -> None:
    (home / "gkflow.toml").write_text(SETTINGS, encoding="utf-8")
    common = ("--day", DAY, "--yes", "--fact", "channel=in_person")
    assert office("receive", "request", "--number", "A", "--by", "李娜", "--fact", "officer=zw2", *common).code == 0
    assert office("receive", "request", "--number", "B", "--by", "zw1", "--fact", "officer=李娜", *common).code == 0
    refused = office("receive", "request", "--number", "C", "--by", "张伟", *common)
    assert refused.code == 2
    assert "zw1" in refused.err
    assert "zw2" in refused.err
    listed = office("cases", "--as-of", DAY).out
    assert "张伟(zw2)" in listed
    assert "李娜" in listed
    assert "li-na" not in listed
    rows = json.loads(office("cases", "--as-of", DAY, "--officer", "李娜", "--format", "json").out)
    assert [(row["case"], row["officer"], row["officer_name"]) for row in rows] == [("B", "li-na", "李娜")]
    shown = office("show", "A", "--as-of", DAY).out
    assert "张伟(zw2)" in shown
    assert "李娜" in shown
    assert "li-na" not in shown
