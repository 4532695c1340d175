"""
The documents (文档): their examples run, their links lead somewhere, generated pages are fresh, and the site builds.

A console block runs in a folder of its own; the lines below a command must occur in its output. The Python blocks of
one document run in order, as one program.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
import yaml
from rich.cells import cell_len

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(str(path.relative_to(ROOT)) for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))
GENERATED = ("docs/reference/commands.md", "docs/reference/commands.zh-CN.md", "docs/reference/codes.md",
             "docs/reference/python.md", "src/gkflow/domain/codes.py")  # fmt: skip
_BLOCK = re.compile(r"^```(\w+)(?: title=\"([^\"]*)\")?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, kind: str) -> list[str]:
    return [text for found, _, text in _BLOCK.findall(read(name)) if found == kind]


def documents_with(kind: str) -> list[str]:
    return [name for name in DOCUMENTS if blocks(name, kind)]


def commands(block: str) -> list[tuple[str, list[str]]]:
    """Each command of a console block with the words that its output must hold."""
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line.strip():
            found[-1][1].append(line.strip())
    return found


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "GKFLOW_HOME": str(home), "PYTHONUTF8": "1"}


def set_before(words: list[str]) -> dict[str, str]:
    """The variables that a command line sets for its command (``GKFLOW_NOW=2026-11-24 gkflow …``), taken off it."""
    found = {}
    while "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        found[name] = value
    return found


# --- examples ---------------------------------------------------------------------------------------------


def test_the_documents_that_had_examples_have_them() -> None:
    for name in ("README", "docs/tutorial/first-case", "docs/how-to/administrator"):
        assert {f"{name}.md", f"{name}.zh-CN.md"} <= set(documents_with("console"))
    for name in ("docs/how-to/embedding.md", "docs/how-to/embedding.zh-CN.md"):
        assert "\n".join(blocks(name, "python")).count("assert") > 5


# The readmes at every run; what is longer with the long walks.
CONSOLE = [
    pytest.param(name, marks=() if name.startswith("README") else pytest.mark.slow, id=name)
    for name in documents_with("console")
]


@pytest.mark.parametrize("name", CONSOLE)
def test_every_command_of_a_document_does_what_it_says(name: str, tmp_path: Path) -> None:
    shown = [
        (tmp_path / str(number), *command)
        for number, block in enumerate(blocks(name, "console"))
        for command in commands(block)
    ]
    for home, command, expected in shown:
        home.mkdir(exist_ok=True)
        words = shlex.split(command)
        variables = {**environment(home), **set_before(words)}
        assert words[0] == "gkflow"
        done = subprocess.run(
            [sys.executable, "-m", *words], cwd=home, env=variables, capture_output=True, text=True,
            encoding="utf-8",
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        for words_expected in expected:
            assert words_expected in done.stdout, f"{command}\n{done.stdout}"


@pytest.mark.parametrize("name", documents_with("python"))
def test_the_python_of_a_document_runs(name: str, tmp_path: Path) -> None:
    code = "\n".join(blocks(name, "python"))
    assert "assert" in code
    environ = environment(tmp_path)
    if "webhooks.verify" in code:
        environ.pop("GKFLOW_NOW", None)  # a receiver goes by the clock of its machine
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environ, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_the_new_procedure_of_the_manual_is_sound_and_counts_as_it_says(tmp_path: Path) -> None:
    text = read("docs/how-to/new-procedure.md")
    files = {title: body for kind, title, body in _BLOCK.findall(text) if kind == "yaml" and title}
    assert set(files) == {"config/law/hearing-rules.yaml", "workflows/hearing.yaml"}
    for title, body in files.items():
        (tmp_path / title).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / title).write_text(body, encoding="utf-8")
    scenario, counted_back = yaml.safe_load(
        next(body for kind, title, body in _BLOCK.findall(text) if kind == "yaml" and not title)
    )
    printed = {}
    for command in (
        "check",
        "init . --name 听证 --unit TZ",
        "receive hearing --number TZ-1 --day 2026-09-01 --yes",
        "do TZ-1 apply --day 2026-09-07 --yes",
        "do TZ-1 schedule --day 2026-09-08 --fact hearing=2026-09-22 --yes",
        "explain TZ-1 --clock notice",
    ):
        done = subprocess.run(
            [sys.executable, "-m", "gkflow", "--lang", "en", *command.split()], cwd=tmp_path,
            env={**environment(tmp_path), "GKFLOW_NOW": "2026-09-08"}, capture_output=True, text=True, encoding="utf-8",
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        printed[" ".join(command.split()[:3])] = done.stdout
    # Worked out by hand on the page "How a deadline is counted": Mid-Autumn and National Day are left out, and the
    # Sunday and the Saturday worked instead count, so that the 20th working day after 7 September is 10 October.
    assert scenario["record"] == ["2026-09-01 notify", "2026-09-07 apply"]
    assert str(scenario["expect"]["hearing"]["deadline"]) in printed["do TZ-1 apply"]
    # Tuesday 22 September is not counted; the seventh day back from it is Tuesday the 15th.
    assert counted_back["record"][:2] == scenario["record"]
    assert f"last day  {counted_back['expect']['notice']['deadline']}" in printed["explain TZ-1 --clock"]
    assert "7 days before the day" in printed["explain TZ-1 --clock"]


EXTENSION = ROOT / "examples" / "extension"


@pytest.mark.parametrize("name", ["docs/how-to/extend-procedure.md", "docs/how-to/extend-procedure.zh-CN.md"])
def test_the_extension_of_the_manual_is_the_one_of_the_examples(name: str) -> None:
    files = {title: body for kind, title, body in _BLOCK.findall(read(name)) if kind == "yaml"}
    assert set(files) == {path.relative_to(EXTENSION).as_posix() for path in EXTENSION.rglob("*.yaml")}
    for title, body in files.items():
        schema, _, content = (EXTENSION / title).read_text(encoding="utf-8").partition("\n")
        assert schema.startswith("# yaml-language-server: $schema=")
        assert body == content
    changed = next(text for title, text in files.items() if title == "workflows/request.yaml")
    assert len(changed.splitlines()) <= 30


@pytest.mark.slow
def test_a_case_of_the_extended_request_goes_through_to_archive(tmp_path: Path) -> None:
    shutil.copytree(EXTENSION, tmp_path, dirs_exist_ok=True)

    def run(command: str, now: str = "2026-09-30", exit_code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "gkflow", "--lang", "en", *command.split()], cwd=tmp_path,
            env={**environment(tmp_path), "GKFLOW_NOW": now}, capture_output=True, text=True, encoding="utf-8",
        )  # fmt: skip
        assert done.returncode == exit_code, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    run("check")
    run("init . --name 保密 --unit BM")
    run("receive request --number BM-1 --day 2026-09-01 --fact channel=in_person --yes")
    run("do BM-1 register --day 2026-09-02 --yes")
    assert "secrecy_reviewer" in run("do BM-1 ask_secrecy_review --day 2026-09-03 --yes", exit_code=2)
    run("do BM-1 ask_secrecy_review --day 2026-09-03 --fact secrecy_reviewer=李四 --yes")
    explained = run("explain BM-1 --clock secrecy_review", now="2026-09-04")
    # Thursday 3 September is not counted; Friday, Monday and Tuesday are the three working days.
    assert "last day  2026-09-08" in explained
    assert "本机关保密审查规定（示例）" in explained
    # The reply is due as without the extension: 3 working days to the 4th, 5 to the 11th, 5 to the 18th, Sunday the
    # 20th (worked) and 4 to the 24th; Friday the 25th is Mid-Autumn: the 28th and the 29th are the 19th and the 20th.
    assert "last day  2026-09-29" in run("explain BM-1 --clock reply", now="2026-09-04")
    run("do BM-1 review_secrecy --day 2026-09-07 --yes")
    for act in ("submit", "approve", "reply --fact decision=D-PUB --fact method=handed", "deliver", "archive"):
        run(f"do BM-1 {act} --day 2026-09-18 --yes")
    shown = json.loads(run("show BM-1 --format json"))
    assert shown["state"] == "archived"
    run("verify")
    assert "BM-1" not in run("cases", now="2026-12-01")


# --- links ------------------------------------------------------------------------------------------------


def links(name: str) -> Iterator[str]:
    """The relative links of a document, outside its code."""
    prose = re.sub(r"^```.*?^```$|`[^`\n]*`", "", read(name), flags=re.DOTALL | re.MULTILINE)
    yield from (link for link in _LINK.findall(prose) if not re.match(r"[a-z]+:", link))


def anchor(heading: str) -> str:
    """The anchor that a heading is given, as GitHub and the site make it."""
    kept = (char for char in heading.lower() if char in " -_" or unicodedata.category(char)[0] in "LN")
    return "".join(kept).replace(" ", "-")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_relative_link_leads_to_a_file_and_every_anchor_to_a_heading(name: str) -> None:
    faults = []
    for link in links(name):
        target, _, fragment = link.partition("#")
        path = (ROOT / name).parent / unquote(target) if target else ROOT / name
        if not path.is_file():
            faults.append(link)
        elif fragment and fragment not in {anchor(head) for head in _HEADING.findall(path.read_text(encoding="utf-8"))}:
            faults.append(f"{link} (no such heading)")
    assert faults == []


def test_every_page_for_people_has_its_other_language() -> None:
    folders = ("docs/tutorial", "docs/how-to", "docs/explanation")
    english_only = {"docs/how-to/new-procedure.md", "docs/how-to/new-channel.md"}  # for developers
    for name in DOCUMENTS:
        if name.startswith(folders) and not name.endswith(".zh-CN.md") and name not in english_only:
            other = name.removesuffix(".md") + ".zh-CN.md"
            assert other in DOCUMENTS
            assert Path(other).name in links(name)
            assert Path(name).name in links(other)


# --- generated pages and pictures -------------------------------------------------------------------------


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"tool_{name}", ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_page_is_fresh(name: str) -> None:
    pages = tool("reference").PAGES
    assert set(pages) == set(GENERATED)
    assert read(name) == pages[name](), "make docs rewrites it"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the pictures are drawn on a pseudo-terminal")
@pytest.mark.parametrize("name", ["docs/images/session.svg", "docs/images/session.zh-CN.svg"])
def test_a_picture_is_what_the_commands_print_and_needs_no_outside_address(name: str) -> None:
    picture = tool("picture")
    svg = read(name)
    assert svg == picture.drawn(picture.PICTURES[name]), "make docs rewrites it"
    assert "@font-face" not in svg
    assert "url(http" not in svg
    root = ElementTree.fromstring(svg)
    for run in root.iter("{http://www.w3.org/2000/svg}text"):
        if run.text and "textLength" in run.attrib:
            # A Chinese character takes two cells: in fewer, one would lie over the other.
            assert float(run.attrib["textLength"]) == pytest.approx(12.2 * cell_len(run.text), abs=0.1), run.text
    shown = "".join(root.itertext()).replace("\xa0", " ")
    # 2026-09-28 and seven working days: 29, 30, 8, 9, Saturday 10 (make-up), 12, 13 October.
    assert "2026-10-13" in shown
    assert "gkflow explain GK-2026-0007" in shown


def test_every_command_and_every_code_is_on_its_page() -> None:
    from gkflow.cli.app import COMMANDS
    from gkflow.domain.errors import objections

    for name in GENERATED[:2]:
        assert set(COMMANDS) == set(re.findall(r"^## gkflow (\S+)$", read(name), re.MULTILINE))
    codes = set(re.findall(r"^### `(\w+)`", read("docs/reference/codes.md"), re.MULTILINE))
    assert set(objections()) <= codes


_CALLED = re.compile(r"(?<![\w./-])gkflow((?: --lang (?:en|zh))?) ([a-z][a-z-]+)([^`\n|#&;]*)")


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name not in GENERATED and name != "CHANGELOG.md"])
def test_every_command_and_option_that_a_document_names_exists(name: str) -> None:
    sections = re.split(r"^## gkflow (\S+)$", read("docs/reference/commands.md"), flags=re.MULTILINE)
    helps = dict(zip(sections[1::2], sections[2::2], strict=True))
    code = re.findall(r"^```.*?^```$|`[^`\n]+`", read(name), flags=re.DOTALL | re.MULTILINE)
    faults = []
    for _, command, rest in _CALLED.findall("\n".join(code)):
        options = re.findall(r"(?<!\S)(--?[a-z][a-z-]*)", rest)
        if command != "help" and command not in helps:
            faults.append(f"gkflow {command}")
        faults += [f"{command} {each}" for each in options if not re.search(rf"(?<!\S){each}\b", helps[command])]
    assert faults == []


# --- the site ---------------------------------------------------------------------------------------------


def test_the_navigation_names_every_page_and_no_other() -> None:
    # Read without the loader's tags, which name Python functions.
    loader = type("Plain", (yaml.SafeLoader,), {})
    loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)
    nav = yaml.load(read("mkdocs.yml"), Loader=loader)["nav"]

    def pages(entries: list[object]) -> Iterator[str]:
        for entry in entries:
            for value in entry.values() if isinstance(entry, dict) else [entry]:
                yield from pages(value) if isinstance(value, list) else [str(value)]

    named = list(pages(nav))
    at_the_root = {"DESIGN.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"}
    assert len(named) == len(set(named))
    assert set(named) == at_the_root | {name.removeprefix("docs/") for name in DOCUMENTS if name.startswith("docs/")}


_LOADED = re.compile(r"<(?:link|script|img|iframe|source|object)\b[^>]*\b(?:src|href|data)=[\"']?(https?:[^\"'\s>]*)")


@pytest.mark.slow
def test_the_site_builds_and_needs_no_outside_address(tmp_path: Path) -> None:
    pytest.importorskip("material", reason="the extra docs is not installed: make docs-site installs it")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8",
        env={**os.environ, "NO_MKDOCS_2_WARNING": "true"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 30
    loaded = {address for page in pages for address in _LOADED.findall(page.read_text(encoding="utf-8"))}
    assert loaded == set()
    for sheet in (tmp_path / "site").rglob("*.css"):
        assert not re.search(r"url\(\s*[\"']?https?:|@import", sheet.read_text(encoding="utf-8")), sheet.name
    chinese = (tmp_path / "site" / "how-to" / "clerk.zh-CN" / "index.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN"' in chinese
    index = json.loads((tmp_path / "site" / "search" / "search_index.json").read_text(encoding="utf-8"))
    # Words of Chinese text are separated by an invisible space.
    texts = " ".join(each["text"] for each in index["docs"])
    assert "sweep" in texts
    assert "\u200b巡检\u200b" in texts or "\u200b期限\u200b" in texts


# --- habits -----------------------------------------------------------------------------------------------


def recipe(target: str) -> list[str]:
    """The commands of a target of the Makefile."""
    found = re.search(rf"^{target}:[^\n]*\n((?:\t[^\n]*\n)+)", read("Makefile"), re.MULTILINE)
    assert found is not None
    variables = {
        "$(PY)": ".venv/bin/python",
        "$(VENV)": ".venv",
        "$(SOURCES)": "src tests tools benchmarks examples",
    }
    lines = found[1].splitlines()
    for name, value in variables.items():
        lines = [line.replace(name, value) for line in lines]
    return [line.strip() for line in lines]


def test_pre_commit_runs_what_make_check_runs_and_asks_no_address() -> None:
    (repository,) = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"]
    assert repository["repo"] == "local"
    assert {hook["language"] for hook in repository["hooks"]} == {"system"}
    assert [hook["entry"] for hook in repository["hooks"]] == recipe("check")


def test_ci_calls_targets_of_the_makefile_on_every_python_and_both_databases() -> None:
    text = read(".github/workflows/ci.yml")
    matrix = yaml.safe_load(text)["jobs"]["test"]["strategy"]["matrix"]
    assert matrix["python"] == ["3.11", "3.12", "3.13", "3.14"]
    assert matrix["database"] == ["sqlite", "postgresql"]
    called = set(re.findall(r"run: make ([a-z-]+)$", text, re.MULTILINE))
    called |= {each["target"] for each in matrix["include"]}
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    assert {"test", "test-postgres", "check", "docs-site", "test-slow"} <= called
    assert called <= targets


# --- decisions --------------------------------------------------------------------------------------------

_DECISION = re.compile(
    r"^### (\d+)\. ([^\n]+)\n\n(\d{4}-\d\d-\d\d)\. Status: ([^\n]+)\.\n\n(.+?)(?=\n### |\Z)", re.M | re.S
)


def test_every_decision_has_its_number_a_date_a_status_and_what_was_given_up() -> None:
    text = read("DESIGN.md").split("\n## Decisions\n", 1)[1]
    headings = [int(number) for number in re.findall(r"^### (\d+)\.", text, re.MULTILINE)]
    assert headings == list(range(1, len(headings) + 1))
    found = {int(number): (status, body) for number, _, _, status, body in _DECISION.findall(text)}
    assert sorted(found) == headings
    for number, (status, body) in found.items():
        assert re.fullmatch(r"accepted(, amended by \d+( and \d+)*)?|superseded by \d+", status), number
        assert all(number < int(later) <= len(headings) for later in re.findall(r"\d+", status)), number
        assert re.search(r"^Given up: \S", body, re.MULTILINE), number


def test_a_decision_that_code_or_documents_name_exists() -> None:
    last = len(re.findall(r"^### \d+\.", read("DESIGN.md"), re.MULTILINE))
    for path in [*ROOT.glob("src/**/*.py"), *ROOT.glob("tests/**/*.py")]:
        for number in re.findall(r"\bDESIGN (\d+)", path.read_text(encoding="utf-8")):
            assert 1 <= int(number) <= last, path


# --- English ----------------------------------------------------------------------------------------------

# Word-for-word renderings that were found once; a page that is generated is mended where its words are.
_CALQUES = (
    r"(?:is|are) told\b(?! apart)", r"\bas told\b", r"\bwanting\b", r"\bstands? there\b", r"sign of life",
    r"each time higher", r"held against", r"\blaid over\b", r"comes? round", r"\bdraws? up\b", r"\bdrawn up\b",
    r"\banew\b", r"asked back", r"\bmend(?:ed|s)?\b", r"\bwhat waits\b", r"how surely",
    r"no server, no question", r"gone by\b", r"\bstand(?:s|ing)? still\b(?!\n)",
)  # fmt: skip


@pytest.mark.parametrize(
    "name", [name for name in DOCUMENTS if not name.endswith(".zh-CN.md") and "<!-- Generated by" not in read(name)]
)
def test_the_english_is_nobodys_word_for_word(name: str) -> None:
    prose = re.sub(r"<!-- generated.*?<!-- /generated -->|`[^`\n]*`", "", read(name), flags=re.DOTALL)
    assert [found[0] for calque in _CALQUES for found in re.finditer(calque, prose)] == []
