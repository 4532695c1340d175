"""Without the libraries of the extras (缺少可选组件): one line where one is needed, and everything else as before."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from openpyxl import Workbook
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from gkflow.extras import EXTRAS
from slow_walks import slow_after

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "gkflow"
PROJECT: Mapping[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
# Also what only tests and programs around gkflow use.
OPTIONAL = (*EXTRAS, "stdnum", "fastapi", "procrastinate", "docx", "numpy")
FRAMEWORKS = {"django"}  # a portal has its own, for the module of its name in gkflow.contrib
# Python finds none of the libraries, as if they had not been installed. One process runs all commands, since each
# would load the same modules.
RUN = """
import contextlib, io, json, sys
for name in sys.argv[1].split(","):
    sys.modules[name] = None
from gkflow.cli.app import run
for words in json.loads(sys.argv[2]):
    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)) as out:
        with contextlib.redirect_stderr(io.StringIO()) as err:
            code = run(words)
    line = {"code": code, "out": out.buffer.getvalue().decode(), "err": err.getvalue()}
    print(json.dumps(line), flush=True)
"""


@dataclass(frozen=True)
class Printed:
    code: int
    out: str
    err: str


def commands(home: Path, without: Sequence[str], *lines: Sequence[str], lang: str = "en", **more: str) -> list[Printed]:
    """Commands in a process of their own, on a machine without these libraries."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GKFLOW_")}
    done = subprocess.run(
        [sys.executable, "-c", RUN, ",".join(without), json.dumps(lines)],
        env={**kept, "GKFLOW_HOME": str(home), "GKFLOW_LANG": lang, "PYTHONUTF8": "1", "COLUMNS": "200", **more},
        cwd=home.parent, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [Printed(**json.loads(line)) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with one case, set up on a machine without any extra."""
    home = tmp_path_factory.mktemp("machine") / "office"
    done = commands(
        home, OPTIONAL,
        ("init", "--name", "某市人民政府办公室", "--unit", "GK"),
        ("receive", "request", "--number", "A-1", "--day", "2022-09-30", "--fact", "channel=internet", "--yes"),
    )  # fmt: skip
    assert [each.code for each in done] == [0, 0], done
    return home


@pytest.fixture
def home(set_up: Path, tmp_path: Path) -> Path:
    return Path(copytree(set_up, tmp_path / "office"))


# --- the base ---------------------------------------------------------------------------------------------

VERBS = """
import re
import sys
from datetime import UTC, date, datetime
for name in sys.argv[1].split(","):
    sys.modules[name] = None
import gkflow
with gkflow.open() as office:
    at = datetime(2022, 10, 28, 9, tzinfo=UTC)
    received = office.receive("request", facts={"channel": "internet"}, day=date(2022, 9, 30), by="张三", now=at)
    office.do(received.number, "register", day=date(2022, 9, 30), by="张三", now=at)
    assert office.page(limit=50).rows
    office.tick(now=at)
    office.deliver(now=at)
    print(received.number)
"""


def third_party(modules: Sequence[str]) -> set[str]:
    """The distributions of modules that are neither Python's nor ours."""
    found = packages_distributions()
    return {
        canonicalize_name(name)
        for module in modules
        if module not in sys.stdlib_module_names and module != "gkflow"
        for name in found.get(module, ())
    }


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def names_of(requirements: Sequence[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in requirements}


def test_the_base_dependencies_are_exactly_what_the_package_imports() -> None:
    modules = {name for path in SOURCE.rglob("*.py") for name in imported(ast.parse(path.read_text("utf-8")))}
    base = third_party(sorted(modules - set(EXTRAS) - FRAMEWORKS))
    # pydantic pins the version of its core; zone data are read, not imported.
    assert base - {"pydantic-core"} == names_of(PROJECT["dependencies"]) - {"tzdata"}


def test_a_framework_is_imported_by_its_own_module_alone() -> None:
    for path in SOURCE.rglob("*.py"):
        for framework in FRAMEWORKS & set(imported(ast.parse(path.read_text("utf-8")))):
            assert path == SOURCE / "contrib" / f"{framework}.py"


def test_each_extra_brings_its_library_and_all_brings_each() -> None:
    extras = PROJECT["optional-dependencies"]
    found = packages_distributions()
    for name in {extra.name for extra in EXTRAS.values()}:
        libraries = [library for library, extra in EXTRAS.items() if extra.name == name]
        assert names_of(extras[name]) == {canonicalize_name(d) for library in libraries for d in found[library]}, name
    (line,) = extras["all"]
    assert Requirement(line).extras == {extra.name for extra in EXTRAS.values()}
    assert not names_of(PROJECT["dependencies"]) & {
        name for extra in EXTRAS.values() for name in names_of(extras[extra.name])
    }


def test_the_pages_on_installing_name_each_extra() -> None:
    for page in ("operations.md", "operations.zh-CN.md"):
        text = (ROOT / "docs" / page).read_text("utf-8")
        for library, extra in EXTRAS.items():
            row = next(line for line in text.splitlines() if line.startswith(f"| `gkflow[{extra.name}]`"))
            assert re.search(rf"\b{library}\b", row)


def test_whoever_imports_a_library_of_an_extra_requires_it_first() -> None:
    for path in SOURCE.rglob("*.py"):
        text = path.read_text("utf-8")
        for library in {name for name in imported(ast.parse(text)) if name in EXTRAS}:
            assert f'extras.require("{library}")' in text, f"{path.name} imports {library}"


def test_the_verbs_work_without_any_extra(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", VERBS, ",".join(OPTIONAL)],
        env={**os.environ, "GKFLOW_HOME": str(home), "PYTHONUTF8": "1"}, cwd=home,
        capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("GK-2022-")
    assert list((home / "notices").iterdir()), "the file channel has written"


SAME = (
    ("--help",), ("cases",), ("cases", "--format", "csv"), ("show", "A-1"), ("explain", "A-1"), ("check",), ("limits",),
    ("calendar", "2026-11"), ("calendar", "show", "2027"), ("export",), ("rates",), ("deadline", "2026-12-20", "20"),
    # In years without a notice the days off follow from the law, and no extra may move a last day.
    *(("deadline", day, "20", "--format", "json") for day in ("2027-01-25", "2030-09-10", "2031-09-20")),
)  # fmt: skip
CHANGING = (
    ("sweep",),
    ("deliver",),
    ("ack", "1", "--words", "知悉", "--by", "张三"),
    ("daemon", "--once"),
    ("doctor",),
    ("verify",),
    ("notices",),
)


@pytest.mark.slow
def test_every_command_answers_without_any_extra_as_it_does_with_all(home: Path) -> None:
    with_all, without = (commands(home, names, *SAME) for names in (("no_such_library",), OPTIONAL))
    for words, one, other in zip(SAME, without, with_all, strict=True):
        assert one == other, words
        assert one.code == 0, words
    assert all(json.loads(each.out)["provisional"] for each in without[-3:])


def test_the_daily_work_needs_no_extra(home: Path) -> None:
    for words, done in zip(CHANGING, commands(home, OPTIONAL, *CHANGING), strict=True):
        assert done.code in ((0, 1) if words[0] == "doctor" else (0,)), (words, done)
        assert "not installed" not in done.out + done.err, words


# --- one is missing ---------------------------------------------------------------------------------------

NEEDS = {
    "openpyxl": (
        'an Excel workbook (.xlsx) needs openpyxl, which is not installed; run: pip install "gkflow[xlsx]"',
        [
            ("cases", "--output", "out.xlsx"), ("cases", "--format", "xlsx"), ("export", "--output", "out.xlsx"),
            ("sweep", "--output", "out.xlsx"), ("rates", "--output", "out.xlsx"), ("limits", "--format", "xlsx"),
            ("import", "in.xlsx"), ("rules", "adopt", "--apply", "--yes", "--output", "out.xlsx"),
        ],
    ),
    "icalendar": (
        'a calendar file (.ics) needs icalendar, which is not installed; run: pip install "gkflow[ical]"',
        [("feed",), ("feed", "--output", "out.ics"), ("calendar", "show", "2026", "--format", "ics")],
    ),
    "holidays": (
        'the comparison of calendars needs holidays, which is not installed; run: pip install "gkflow[holidays]"',
        [("calendar", "compare"), ("calendar", "compare", "2027", "--format", "json")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("library", slow_after(1, NEEDS))
def test_a_command_that_needs_a_library_says_so_in_one_line_and_does_nothing(library: str, home: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["case", "workflow", "day", "action"])
    sheet.append(["B-1", "request", "2022-09-30", "receive"])
    book.save(home.parent / "in.xlsx")
    line, needing = NEEDS[library]

    *done, cases, log = commands(home, (library,), *needing, ("cases",), ("escalations",))

    for words, each in zip(needing, done, strict=True):
        assert each == Printed(2, "", f"gkflow: {line}\n"), words
    assert sorted(path.name for path in home.parent.iterdir()) == ["in.xlsx", "office"]
    assert "A-1" in cases.out
    assert "B-1" not in cases.out
    assert log.out + log.err == commands(home, (), ("escalations",))[0].out + log.err  # nothing was swept


def test_postgresql_without_its_driver(tmp_path: Path) -> None:
    url = "postgresql://gk:geheim@127.0.0.1:1/gk"
    line = 'gkflow: PostgreSQL needs psycopg, which is not installed; run: pip install "gkflow[pg]"\n'
    done = commands(tmp_path / "pg", ("psycopg",), ("init",), ("cases",), ("doctor",), GKFLOW_DATABASE_URL=url)
    assert done == [Printed(2, "", line)] * 3


def test_the_line_in_chinese(home: Path) -> None:
    (done,) = commands(home, ("openpyxl",), ("cases", "-o", "out.xlsx"), lang="zh")
    assert done.err == (
        'gkflow: Excel 工作簿（.xlsx）需要组件 openpyxl，尚未安装；请运行：pip install "gkflow[xlsx]"\n'
    )


@pytest.mark.parametrize("library", slow_after(1, ["httpx", "standardwebhooks"]))
def test_events_wait_for_the_library_that_posts_them(library: str, home: Path) -> None:
    table = '\n[[endpoints]]\nname = "portal"\nurl = "https://portal.example.gov.cn/"\n'
    settings = home / "gkflow.toml"
    settings.write_text(settings.read_text("utf-8") + table, "utf-8")
    delivered, listed, doctor, events = commands(
        home, (library,), ("deliver",), ("endpoints",), ("doctor",), ("events",),
        GKFLOW_ENDPOINT_PORTAL_SECRET="whsec_" + "A" * 32,
    )  # fmt: skip
    missing = f"a webhook needs {library}, which is not installed"
    assert (delivered.code, listed.code, events.code) == (2, 0, 0)
    assert missing in delivered.err
    assert missing in doctor.out
    assert "portal" in listed.out


CHANNELS = [
    ("webhook", "httpx", "https://example.gov.cn/hook", "签名回调需要组件 httpx，尚未安装"),
    ("chat", "apprise", "wecombot://geheimer-schluessel", "工作群通知需要组件 apprise，尚未安装"),
]


@pytest.mark.parametrize(("channel", "library", "address", "words"), slow_after(1, CHANNELS))
def test_a_notice_waits_for_a_channel_whose_library_is_missing(
    channel: str, library: str, address: str, words: str, home: Path
) -> None:
    settings = home / "gkflow.toml"
    settings.write_text(
        settings.read_text("utf-8")
        + '\n[webhook]\nsecret = "geheimes-wort"\n\n[[people]]\nname = "李四"\nroles = ["officer"]\n'
        + f'channels = ["{channel}"]\n{channel} = "{address}"\n',
        "utf-8",
    )
    swept, delivered, listed, doctor = commands(
        home, (library,), ("sweep",), ("deliver",), ("notices", "--format", "json"), ("doctor",), lang="zh",
        GKFLOW_NOW="2026-03-17 10:00",  # outside the quiet hours
    )  # fmt: skip
    assert [swept.code, delivered.code, listed.code] == [0, 0, 0]
    notices = json.loads(listed.out)
    waiting = [each for each in notices if each["channel"] == channel]
    assert waiting
    assert all(words in each["error"] and not each["delivered_at"] and not each["dead_at"] for each in waiting)
    assert {each["channel"] for each in notices if each["delivered_at"]} <= {"file"}
    assert doctor.out.count(words) == 2  # the channel, and whom nothing would reach


def test_an_office_without_chats_does_not_hear_of_apprise(home: Path) -> None:
    assert "apprise" not in commands(home, ("apprise",), ("doctor",))[0].out
