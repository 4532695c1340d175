"""What operators are given (运行维护): systemd units that load, documents whose commands exist, in both languages."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gkflow.cli.app import COMMANDS

ROOT = Path(__file__).parents[1]
UNITS = sorted((ROOT / "examples" / "systemd").iterdir())
DOCUMENTS = [ROOT / "docs" / "operations.md", ROOT / "docs" / "operations.zh-CN.md"]


def test_the_units_are_shipped() -> None:
    assert {unit.name for unit in UNITS} == {"gkflow.service", "gkflow-backup.service", "gkflow-backup.timer"}
    assert '"examples/systemd"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_accepts_the_units(unit: Path) -> None:
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True)
    complaints = [line for line in done.stderr.splitlines() if unit.name in line and "not executable" not in line]
    assert complaints == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_that_the_document_names_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^)gkflow ([a-z][a-z-]+)", text, re.MULTILINE))
    assert {"backup", "restore", "verify", "doctor", "init", "check"} <= named
    assert named <= set(COMMANDS)


def test_both_languages_have_the_same_sections() -> None:
    heads = [len(re.findall(r"^## ", path.read_text(encoding="utf-8"), re.MULTILINE)) for path in DOCUMENTS]
    assert heads[0] == heads[1] == 10


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_sign_of_doctor_has_its_line_and_no_other(document: Path) -> None:
    from gkflow.cli.commands.doctor import SIGNS

    table = document.read_text(encoding="utf-8").rsplit("\n\n| ", 1)[1]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(SIGNS)


def test_every_sign_that_is_looked_at_has_words() -> None:
    from gkflow.cli.commands.doctor import SIGNS

    package = ROOT / "src" / "gkflow"
    sources = [*(package / "application").glob("*.py"), *package.glob("*.py"), package / "cli/commands/doctor.py"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    named = set(re.findall(r'\bHealthCheck\(\s*"(\w+)"', text)) | set(
        re.findall(r'yield "(\w+)", "(?:ok|warning|error)"', text)
    )
    assert {"sweep", "seals", "vacant", "settings"} <= named
    assert named == set(SIGNS)
