"""An office in a folder of its own, and the command line as a function (命令行测试环境)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gkflow.cli.app import run
from gkflow.cli.language import choose
from store.offices import Once

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"
# Set by `make test-later` for the whole run: what says so on stderr is no answer of the command that a test calls.
LATER = os.environ.get("GKFLOW_NOW", "")
RENEW = bool(os.environ.get("GKFLOW_RENEW_GOLDEN"))  # read before the tests hide every GKFLOW_ variable


@dataclass(frozen=True)
class Printed:
    """What a command left behind: its exit code and what it printed."""

    code: int
    out: str
    err: str


Command = Callable[..., Printed]


@pytest.fixture(autouse=True)
def chinese() -> None:
    """The language is one for the process; no test inherits that of another."""
    choose("zh")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder named by GKFLOW_HOME, without an office as yet."""
    place = tmp_path / "office"
    monkeypatch.setenv("GKFLOW_HOME", str(place))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)
    return place


# Records of past days, as in most tests: whoever types one in years later confirms it.
_A_DAY = re.compile(r"(?:^|=)20\d\d-")


def _sure(words: tuple[str, ...]) -> tuple[str, ...]:
    printed = "do" in words[:3] or ("receive" in words[:3] and {"--fact", "--title"} & set(words))
    return (*words, "--yes") if printed and "--yes" not in words and any(map(_A_DAY.search, words)) else words


def _less_warning(err: str) -> str:
    if not LATER or os.environ.get("GKFLOW_NOW") != LATER:
        return err
    return "".join(line for line in err.splitlines(keepends=True) if not line.startswith("gkflow: GKFLOW_NOW "))


@pytest.fixture
def gkflow(home: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command line: ``gkflow("cases", "--overdue")``."""

    def command(*words: str) -> Printed:
        capsys.readouterr()
        code = run(_sure(words))
        printed = capsys.readouterr()
        return Printed(code, printed.out, _less_warning(printed.err))

    return command


@pytest.fixture
def office(gkflow: Command, home: Path, once: Once) -> Command:
    """The command line of an office that has been set up."""
    once("office", home, lambda: _set_up(gkflow))
    return gkflow


def _set_up(gkflow: Command) -> None:
    assert gkflow("init", "--name", "某市人民政府办公室", "--unit", "GK").code == 0


@pytest.fixture
def register(gkflow: Command, home: Path, once: Once) -> Command:
    """The command line of an office with the fifteen real cases."""
    once("register", home, lambda: _registered(gkflow))
    return gkflow


def _registered(gkflow: Command) -> None:
    import csv

    import gkflow as library

    _set_up(gkflow)
    with (ROOT / "examples" / "register.csv").open(encoding="utf-8-sig") as file:
        rows = list(enumerate(csv.DictReader(file), 2))
    with library.open() as opened:
        opened.import_register(rows, by="张三")


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare with a golden file; GKFLOW_RENEW_GOLDEN=1 writes it anew, to be reviewed like a change to law."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / f"{name}.txt"
        if RENEW:
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    return compare
