"""A package of rules is missing or broken (规则包缺失或有误): a command goes on by the adopted rules, or refuses."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gkflow.cli.app import COMMANDS
from rules_of_packages import installed, package, secrecy
from slow_walks import slow_after
from store.offices import Once

Gkflow = Callable[..., Any]
KINDS = ("missing", "cannot be imported", "file at fault")
COUNTY = {**secrecy(), "config/profiles/county.yaml": "profile: county\nlabel: 某县\n"}
SETTINGS = """
[rules]
packages = ["secrecy"]

[[people]]
name = "张三"
roles = ["officer", "director"]
channels = ["file"]
"""


class Case(NamedTuple):
    """A command as it is typed; whether it goes on, its exit code, and what it says of its own accord."""

    words: tuple[str, ...]
    goes_on: bool = True
    code: int = 0
    quiet: bool = False  # it opens no office with these rules, or says it in its own way
    workflows: bool = True  # whether a fault in a workflow file concerns it
    says: str = ""


def on(words: str, code: int = 0, *, quiet: bool = False, says: str = "") -> Case:
    return Case(tuple(words.split()), True, code, quiet=quiet, says=says)


def refuses(words: str, code: int = 2, *, workflows: bool = True) -> Case:
    return Case(tuple(words.split()), False, code, workflows=workflows)


CASES = (
    refuses("init"), refuses("init {tmp}/office --profile county"),
    on("demo --folder {tmp}/demo", quiet=True),
    on("receive reviewed --fact channel=in_person --by 张三"), on("receive --help"),
    on("do BM-1"), on("do BM-1 note --fact text=x --by 张三"),
    on("drafts"), on("cases"), on("show BM-1"), on("explain BM-1"),
    on("deadline 2026-10-10 5"), on("deadline 2026-10-10 5 --region 450000"),
    on("calendar 2026-10"), on("calendar show 2026-10"), on("calendar compare 2026-10"),
    refuses("calendar adopt", workflows=False), refuses("calendar adopt {tmp}/notice.txt", workflows=False),
    on("feed"), refuses("limits", workflows=False), refuses("limits --profile county"), refuses("draw reviewed"),
    on("duties"), on("sweep"), on("deliver"), on("daemon --once"), on("worker", 2, says="PostgreSQL"),
    on("escalations"), on("ack 1 --words 知悉 --by 张三", 2, says="1"), on("notices"), on("events"), on("endpoints"),
    on("rates --format json"), on("score"), on("remedies"),
    on("spot-check reviewed --seed 1 --count 1 --by 张三 --dry-run"),
    on("subscribe 读者 --channel file"), on("subscriptions"), on("unsubscribe x", 2, says="x"),
    on("import {tmp}/register.csv --dry-run"), on("export"),
    on("rules"), refuses("rules show {edition}"), refuses("rules adopt"), refuses("rules adopt --apply --yes"),
    refuses("check", 1), on("schema law", quiet=True), on("verify"), on("rebuild"),
    on("backup {tmp}/again.zip", quiet=True), on("restore {tmp}/office.zip {tmp}/restored"),
    on("db rename", quiet=True), on("db grants portal", quiet=True), on("db copy sqlite:///{tmp}/copy.db", quiet=True),
    on("doctor", 1, quiet=True),
)  # fmt: skip


# The first kind is in ``make test``; the others repeat it.
EACH = [(kind, case) for kind in KINDS for case in CASES if case.workflows or kind != "file at fault"]


@contextmanager
def state_of(kind: str, folder: Path) -> Iterator[None]:
    """The package as it is now: not installed, not importable, or with a file that nobody can read."""
    files = dict(COUNTY)
    if kind == "cannot be imported":
        files["__init__.py"] = "import a_library_that_is_not_there\n"
    if kind == "file at fault":
        files["workflows/reviewed.yaml"] += "\n  : ["
    with ExitStack() as stack:
        if kind != "missing":
            folder.mkdir()
            package(folder, "secrecy", files, "2.1")
            stack.enter_context(installed(folder))
        yield


@pytest.fixture(autouse=True)
def the_machine_s_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """On whatever day: the daemon runs by no other clock."""
    monkeypatch.delenv("GKFLOW_NOW", raising=False)


@pytest.fixture
def county(gkflow: Gkflow, home: Path, tmp_path: Path, once: Once) -> Gkflow:
    """An office that has adopted the rules of a package and works by them; beside it, its backup and a register."""

    def make() -> None:
        site = tmp_path / "site"
        site.mkdir()
        package(site, "secrecy", COUNTY, "2.1")
        with installed(site):
            assert gkflow("init", "--unit", "BM").code == 0
            file = home / "gkflow.toml"
            text = file.read_text(encoding="utf-8").replace('profile = "national"', 'profile = "county"')
            file.write_text(text + SETTINGS, encoding="utf-8")
            assert gkflow("rules", "adopt", "--apply", "--yes", "--by", "张三").code == 0
            receive = ("receive", "reviewed", "--number", "BM-1", "--fact", "channel=in_person", "--by", "张三")
            assert gkflow(*receive).code == 0
            assert gkflow("backup", str(home / "office.zip")).code == 0
        shutil.rmtree(site)

    once("office with a package", home, make)
    (home / "office.zip").rename(tmp_path / "office.zip")
    row = "case,workflow,day,action,by\nBM-2,reviewed,2026-11-20,receive,张三\n"
    (tmp_path / "register.csv").write_text(row, encoding="utf-8")
    (tmp_path / "notice.txt").write_text("2030年放假安排", encoding="utf-8")
    return gkflow


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder, but for what SQLite keeps beside a database."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


def test_every_command_is_here() -> None:
    assert {case.words[0] for case in CASES} == set(COMMANDS)


@pytest.mark.parametrize(("kind", "case"), slow_after(len(CASES), EACH))
def test_a_command_goes_on_by_the_adopted_rules_or_refuses_in_one_line(
    kind: str, case: Case, county: Gkflow, home: Path, tmp_path: Path
) -> None:
    before = contents(home)
    with state_of(kind, tmp_path / "now"):
        edition = json.loads(county("rules", "--format", "json").out)[0]["edition"] if "show" in case.words else ""
        done = county(*(word.format(tmp=tmp_path, edition=edition) for word in case.words))
    named = [line for line in done.err.splitlines() if "secrecy" in line]
    assert done.code == case.code
    assert "Traceback" not in done.out + done.err
    if case.goes_on:
        assert case.says in done.err
        assert done.out or len(done.err.splitlines()) > len(named)
        assert len(named) == (0 if case.quiet else 1), done.err
        assert all("仍按已采用的规则办理" in line for line in named)
    else:
        assert (done.out, done.err.splitlines()) == ("", named)
        assert len(named) == 1
        assert contents(home) == before


@pytest.mark.parametrize("kind", slow_after(1, KINDS))
def test_answers_are_those_of_the_package_while_it_was_there(kind: str, county: Gkflow, tmp_path: Path) -> None:
    asked = (("cases",), ("show", "BM-1"), ("explain", "BM-1"), ("do", "BM-1"), ("rules", "--format", "json"))
    (tmp_path / "site").mkdir()
    package(tmp_path / "site", "secrecy", COUNTY, "2.1")
    with installed(tmp_path / "site"):
        answers = [county(*words).out for words in asked]
    with state_of(kind, tmp_path / "now"):
        assert [county(*words).out for words in asked] == answers
    assert "完成保密审查" in answers[3]


def test_the_line_says_what_where_which_rule_and_what_to_do(county: Gkflow, home: Path, tmp_path: Path) -> None:
    file = home / "gkflow.toml"
    line = file.read_text(encoding="utf-8").splitlines().index('packages = ["secrecy"]') + 1
    missing = (
        f"{file.as_posix()} 第 {line} 行：[rules] packages：没有已安装的软件包提供规则“secrecy”；"
        "请安装提供它的软件包（pip install 包名），或者从设置中删去"
    )
    assert county("init", str(home), "--profile", "county").err == f"{missing}\n"
    assert county("check").err == f"{missing}\n"
    assert county("cases").err == (
        f"gkflow: 1 个规则包有误，仍按已采用的规则办理：{missing}；已采用的规则取自 secrecy-rules 2.1\n"
    )
    with state_of("cannot be imported", tmp_path / "now"):
        assert county("init", str(home), "--profile", "county").err == (
            f"{file.as_posix()} 第 {line} 行：[rules] packages：规则包“secrecy”不能使用：secrecy_rules: "
            "ModuleNotFoundError: No module named 'a_library_that_is_not_there'；"
            "请重新安装（pip install secrecy-rules），或者从设置中删去\n"
        )


@pytest.mark.parametrize("kind", slow_after(1, KINDS))
def test_doctor_reports_the_package_as_an_error(kind: str, county: Gkflow, tmp_path: Path) -> None:
    with state_of(kind, tmp_path / "now"):
        done, signs = county("doctor"), json.loads(county("doctor", "--format", "json").out)
    (sign,) = (each for each in signs if each["name"] == "rule_packages")
    assert (sign["level"], list(sign["facts"]["packages"])) == ("error", ["secrecy"])
    assert (f"[错误] {sign['words']}" in done.out, "secrecy" in sign["words"]) == (True, True)
    assert "rules_edition" not in {each["name"] for each in signs}


def test_check_names_every_faulty_package_and_the_other_faults(county: Gkflow, home: Path, tmp_path: Path) -> None:
    file = home / "gkflow.toml"
    text = file.read_text(encoding="utf-8").replace('["secrecy"]', '["first", "secrecy", "second"]')
    file.write_text(text + "age = 3\n", encoding="utf-8")
    with state_of("cannot be imported", tmp_path / "now"):
        done = county("check")
        lines = [line for line in done.err.splitlines() if "[rules] packages" in line]
        assert done.code == 1
        assert [name for line in lines for name in ("“first”", "“secrecy”", "“second”") if name in line] == [
            "“first”", "“secrecy”", "“second”",
        ]  # fmt: skip
        (other,) = set(done.err.splitlines()) - set(lines)
        assert "没有“age”这个键" in other
        assert "county" not in done.err, "a profile that may be the package's is no fault"


def test_a_restored_office_is_named_and_no_folder_of_a_moment(county: Gkflow, tmp_path: Path) -> None:
    done = county("restore", str(tmp_path / "office.zip"), str(tmp_path / "restored"))
    (line,) = done.err.splitlines()
    assert (done.code, ".gkflow-" in done.out + done.err) == (0, False)
    assert f"{(tmp_path / 'restored' / 'gkflow.toml').as_posix()} 第 " in line
    assert (tmp_path / "restored" / "gkflow.db").is_file()


def test_a_name_that_the_settings_have_wrong_is_found_when_the_package_is_back(
    county: Gkflow, home: Path, tmp_path: Path
) -> None:
    file = home / "gkflow.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('profile = "county"', 'profile = "county" \n[readings.revised]\nx = "y"'), "utf-8")
    assert county("cases").code == 0
    with state_of("", tmp_path / "now"):
        assert "revised" in county("cases").err
