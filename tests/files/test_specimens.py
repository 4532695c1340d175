"""Good files load; bad ones do not, and each keeps its exact message beside it (样本文件)."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.errors import FilesAtFault
from gkflow.files.rulebook_files import read_calendar_files, read_rulebook
from gkflow.files.settings import read_settings

HERE = Path(__file__).parent
GOOD, BAD = HERE / "good", HERE / "bad"
PLAIN_WEEKS = WorkCalendar(days_off=frozenset(), makeup_days=frozenset())
SPECIMENS = sorted(path for path in BAD.rglob("*") if path.suffix in (".yaml", ".toml"))


def reported(specimen: Path, tmp_path: Path) -> str:
    """What is said of one bad file that stands among good ones."""
    with pytest.raises(FilesAtFault) as caught:
        read_among_good_ones(specimen, tmp_path)
    return str(caught.value).replace((tmp_path / "gkflow.toml").as_posix(), f"settings/{specimen.name}") + "\n"


def read_among_good_ones(specimen: Path, tmp_path: Path) -> None:
    if specimen.suffix == ".toml":
        shutil.copy(specimen, tmp_path / "gkflow.toml")
        read_settings(tmp_path, {})
        return
    home = shutil.copytree(GOOD, tmp_path / "home")
    shutil.copy(specimen, home / specimen.relative_to(BAD))
    read_calendar_files([home])
    read_rulebook([home], PLAIN_WEEKS)


@pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda path: path.relative_to(BAD).as_posix())
def test_a_bad_file_is_reported_in_these_words(specimen: Path, tmp_path: Path) -> None:
    if specimen.name == "broken.yaml" and not yaml.__with_libyaml__:
        pytest.skip("the parser in Python words its message differently from libyaml")
    assert reported(specimen, tmp_path) == specimen.with_suffix(".expected").read_text(encoding="utf-8")


def test_every_expected_message_has_its_specimen() -> None:
    assert {path.with_suffix("") for path in BAD.rglob("*.expected")} == {path.with_suffix("") for path in SPECIMENS}


def test_the_good_files_load() -> None:
    rulebook = read_rulebook([GOOD], PLAIN_WEEKS)
    assert list(rulebook.workflows) == ["small"]
    assert set(rulebook.ladders) == {"days"}


def test_faults_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    home = shutil.copytree(GOOD, tmp_path / "home")
    bad = [
        "workflows/broken.yaml",
        "workflows/no_public_word.yaml",
        "config/law/bureau.yaml",
        "config/ladders/steps.yaml",
    ]
    for name in bad:
        shutil.copy(BAD / name, home / name)
    with pytest.raises(FilesAtFault) as caught:
        read_rulebook([home], PLAIN_WEEKS)
    assert {fault.file for fault in caught.value.faults} == set(bad)
    assert caught.value.exit_code == 2


GOOD_FILES = sorted(path for path in GOOD.rglob("*.yaml"))
SPOILING = [
    "",
    "-",
    "{",
    "}: [",
    "on: 1",
    "0",
    "null",
    '"',
    "&a",
    "*a",
    "? x",
    "!!set",
    "\t",
    "2020-13-01",
    "[]",
    "~: ~",
]


@settings(max_examples=150)
@given(data=st.data())
def test_a_spoilt_file_is_reported_and_never_a_traceback(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.getbasetemp() / "spoilt"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(GOOD, home)
    path = home / data.draw(st.sampled_from(GOOD_FILES)).relative_to(GOOD)
    text = path.read_text(encoding="utf-8")
    begin = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(begin, min(len(text), begin + 40)))
    path.write_text(text[:begin] + data.draw(st.sampled_from(SPOILING)) + text[end:], encoding="utf-8")
    for read in (lambda: read_rulebook([home], PLAIN_WEEKS, "county"), lambda: read_calendar_files([home])):
        # Many a change does no harm; whatever else is raised fails the test.
        with contextlib.suppress(FilesAtFault):
            read()
