"""Where a fault is, and what only follows from it (错误的位置与起因): the cause is reported with its place, alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gkflow.checking import check_rules
from gkflow.domain.errors import FilesAtFault

ROOT = Path(__file__).parents[2]
LAW = "config/law/ogi-regulations.yaml"
LADDER = "config/ladders/reply.yaml"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GKFLOW_HOME", str(tmp_path))
    return tmp_path


def own(home: Path, name: str, old: str, new: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert old in text
    (home / name).parent.mkdir(parents=True, exist_ok=True)
    (home / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def found() -> list[str]:
    with pytest.raises(FilesAtFault) as caught:
        check_rules()
    return [str(each) for each in caught.value.faults]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (LAW, "limits:\n", "limits: [\n"),  # not YAML
        (LAW, "limits:\n", "limit:\n"),  # every limit of the file is missing
        (LADDER, "steps:\n", "steps: [\n"),
    ],
)
def test_a_file_at_fault_is_reported_and_not_what_is_missing_because_of_it(
    home: Path, name: str, old: str, new: str
) -> None:
    own(home, name, old, new)

    faults = found()

    assert faults
    assert all(name in each.partition("  ")[0] for each in faults), faults


def test_a_reading_of_the_settings_that_does_not_exist_has_its_line(home: Path) -> None:
    text = '[readings.permit]\nfields = "nobody"\nfealds = "full"\n'
    (home / "gkflow.toml").write_text(text, encoding="utf-8")

    faults = found()

    assert len(faults) == 2
    places = [re.match(r"(.*gkflow\.toml):(\d+)  ", each) for each in faults]
    assert sorted(int(each[2]) for each in places if each is not None) == [2, 3]
