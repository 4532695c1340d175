"""
Compare or rewrite the coverage table (覆盖表): what the five documents ask for, and where it is answered.

    python tools/coverage.py            write docs/coverage.md from docs/coverage.yaml, the rules and the scenarios
    python tools/coverage.py --check    change nothing; exit 1 when the table is out of date

Either way every fault is printed with its place, and the exit code is 1, when a system has no answer, when a workflow
or a scenario that is named does not exist, or when a workflow serves nothing or is shown by no scenario.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.errors import FilesAtFault
from gkflow.domain.law import Bound, Known, LimitUnit, LimitValue, TimeLimit, YearOf
from gkflow.domain.rulebook import Rulebook, mean
from gkflow.domain.workflow import Workflow
from gkflow.files.kinds.model import FileModel, key
from gkflow.files.kinds.sections import Texts, named, pairs
from gkflow.files.kinds.values import Day, Text, TextOrEmpty, whole
from gkflow.files.model_reader import Found, read_model
from gkflow.files.nodes import Faults, plain
from gkflow.files.profiles import Profile
from gkflow.files.rulebook_files import read_profiles, read_rulebook
from gkflow.files.yaml_files import read_yaml
from gkflow.words.language import CHINESE
from gkflow.words.vocabulary import KNOWN, UNITS

ROOT = Path(__file__).resolve().parent.parent
SOURCE = "docs/coverage.yaml"
TABLE = "docs/coverage.md"
SCENARIOS = "tests/scenarios"

_PLACE = re.compile(r"(\d) (\S+)")
_ARTICLE = re.compile(r"第[〇零一二三四五六七八九十百千]+条")

Scenarios = Mapping[str, Mapping[str, str]]  # file -> name -> workflow


@dataclass(frozen=True, slots=True)
class Document:
    """One of the documents that the systems stand in (出处文件)."""

    label: str
    instrument: str
    dated: str


@dataclass(frozen=True, slots=True)
class System:
    """One system that a document asks for (制度), and its answer."""

    number: str
    name: str
    seeds: tuple[tuple[str, str], ...]  # (document, place)
    workflows: tuple[str, ...] = ()
    scenarios: tuple[tuple[str, str], ...] = ()  # (file, name)
    why: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The whole source (覆盖情况)."""

    as_of: date  # the limits are those in force on that day: the table does not change by itself
    documents: Mapping[str, Document]
    by_law: tuple[str, ...]
    systems: tuple[System, ...]


@dataclass(frozen=True, slots=True)
class Repository:
    """What the source is compared with (规则和情景)."""

    rulebook: Rulebook
    profiles: Mapping[str, Profile]
    scenarios: Scenarios


def read_repository(root: Path) -> Repository:
    """Read rules, profiles and scenarios; what lengths come to is not asked, and the calendar is one of plain weeks."""
    calendar = WorkCalendar(days_off=frozenset(), makeup_days=frozenset())
    return Repository(read_rulebook([root], calendar), read_profiles([root]), read_scenarios(root / SCENARIOS))


def read_scenarios(folder: Path) -> Scenarios:
    """The workflow of each scenario, by file and name. Raises FilesAtFault."""
    faults = Faults()
    found: dict[str, dict[str, str]] = {}
    for path in sorted(folder.glob("*.yaml")):
        node = read_yaml(path, f"{SCENARIOS}/{path.name}", faults)
        each = plain(node) if node is not None else []
        found[path.name] = {scenario["name"]: scenario["workflow"] for scenario in each}
    faults.raise_if_any()
    return found


# --- the source -------------------------------------------------------------------------------------------


class DocumentKeys(FileModel):
    """A document that systems are asked for in (出处文件)."""

    label: Text = key("简称", "what the table calls it")
    instrument: Text = key("文件代码", "its name in config/law/")
    dated: Text = key("日期", "its date")


class SystemKeys(FileModel):
    """One system that a document asks for (制度)."""

    name: Text = key("制度", "what it is called")
    seed: Texts = key("出处", "number of a document and place, such as 1 三（三）")
    workflow: Texts = key("流程", "the workflows that answer it", [])
    scenarios: Annotated[dict[str, Texts], pairs("scenarios of")] = key("情景", "by file, those that show it", {})
    why: TextOrEmpty = key("理由", "why it is no dated work", "")
    note: TextOrEmpty = key("说明", "a remark", "")


class CoverageFile(FileModel):
    """What is asked for and where it is answered (制度覆盖表的来源)."""

    as_of: Day = key("日期", "the limits are those in force on that day: the table does not change by itself")
    documents: Annotated[dict[str, DocumentKeys], named("document")] = key("文件", "the documents, by number")
    asked: Annotated[int, whole(1)] = key("制度数", "how many systems the documents ask for")
    by_law: Texts = key("法律要求的流程", "workflows that serve no system, and the law asks for")
    systems: Annotated[dict[str, SystemKeys], named("system")] = key("制度", "the systems, by number: S1 and on")


def read_coverage(path: Path, there: Repository) -> Coverage:
    """Read the source and compare it with the rules and the scenarios. Raises FilesAtFault with every fault."""
    faults = Faults()
    node = read_yaml(path, SOURCE, faults)
    faults.raise_if_any()
    assert node is not None
    found = read_model(CoverageFile, node, faults)
    file = found.model
    documents = {number: _document(found, number, keys, there.rulebook) for number, keys in file.documents.items()}
    systems = [_system(found, number, keys, documents, there) for number, keys in file.systems.items()]
    for number in range(1, file.asked + 1):
        if f"S{number}" not in file.systems:
            found.fault(f'system "S{number}" is missing', key="systems")
    _compare(found, file.by_law, systems, there)
    faults.raise_if_any()
    return Coverage(
        file.as_of, documents, tuple(file.by_law), tuple(sorted(systems, key=lambda system: _number(system.number)))
    )


def _number(name: str) -> int:
    wanted = re.fullmatch(r"S([1-9]\d*)", name)
    return int(wanted[1]) if wanted else 0


def _document(found: Found[CoverageFile], number: str, keys: DocumentKeys, rulebook: Rulebook) -> Document:
    if keys.instrument and keys.instrument not in rulebook.law.instruments:
        hint = mean(keys.instrument, rulebook.law.instruments)
        found.fault(f'no instrument "{keys.instrument}"{hint}', "documents", number, key="instrument")
    return Document(keys.label, keys.instrument, keys.dated)


def _system(
    found: Found[CoverageFile], number: str, keys: SystemKeys, documents: Mapping[str, Document], there: Repository
) -> System:
    place = ("systems", number)
    if not 1 <= _number(number) <= found.model.asked:
        found.fault(f"the systems are S1 to S{found.model.asked}", *place)
    system = System(
        number,
        name=keys.name,
        seeds=tuple(_seeds(found, number, keys.seed, documents)),
        workflows=tuple(keys.workflow),
        scenarios=tuple((file, name) for file, names in keys.scenarios.items() for name in names),
        why=keys.why,
        note=keys.note,
    )
    for name in system.workflows:
        if name not in there.rulebook.workflows:
            found.fault(f'no workflow "{name}"{mean(name, there.rulebook.workflows)}', *place, key="workflow")
    shown = {each for file, name in system.scenarios if (each := _workflow_of(found, number, file, name, there))}
    for name in sorted(shown - set(system.workflows)):
        wrong = f'a scenario of "{name}" is named, which is no workflow of this system'
        found.fault(wrong, *place, key="scenarios")
    for name in system.workflows:
        if name not in shown:
            found.fault(f'no scenario shows "{name}"', *place, key="workflow")
    if not system.workflows and not system.why:
        wrong = "has no answer: name a workflow and its scenarios, or say why it is no dated work"
        found.fault(wrong, *place)
    for key_, text in (("why", system.why), ("note", system.note)):
        if text and text.find("。") != len(text) - 1:
            found.fault(f"{key_} is one sentence that ends with 。", *place, key=key_)
    return system


def _seeds(
    found: Found[CoverageFile], number: str, seeds: Iterable[str], documents: Mapping[str, Document]
) -> Iterator[tuple[str, str]]:
    for text in seeds:
        said = _PLACE.fullmatch(text)
        if said is None or said[1] not in documents:
            wrong = f'seed "{text}": write the number of a document and the place, such as 1 三（三）'
            found.fault(wrong, "systems", number, key="seed")
        else:
            yield said[1], said[2]


def _workflow_of(found: Found[CoverageFile], number: str, file: str, name: str, there: Repository) -> str | None:
    place = ("systems", number)
    if file not in there.scenarios:
        wrong = f'no file "{file}" in {SCENARIOS}{mean(file, there.scenarios)}'
        found.fault(wrong, *place, key="scenarios")
        return None
    names = there.scenarios[file]
    if name not in names:
        found.fault(f'{file} has no scenario "{name}"{mean(name, names)}', *place, key="scenarios")
    return names.get(name)


def _compare(found: Found[CoverageFile], by_law: Iterable[str], systems: Iterable[System], there: Repository) -> None:
    """Whether each workflow serves something and is shown by a scenario."""
    workflows = there.rulebook.workflows
    for name in by_law:
        if name not in workflows:
            found.fault(f'no workflow "{name}"{mean(name, workflows)}', key="by_law")
        elif not _ARTICLE.search(workflows[name].cite):
            wrong = f'workflow "{name}" is to serve the law, and its cite names no article'
            found.fault(wrong, key="by_law")
    serving = {name for system in systems for name in system.workflows} | set(by_law)
    for name in workflows:
        if name not in serving:
            found.fault(f'workflow "{name}" serves no system, and no law is said to ask for it')
        if not any(name in names.values() for names in there.scenarios.values()):
            found.fault(f'workflow "{name}" has no file in {SCENARIOS}')


# --- the table --------------------------------------------------------------------------------------------


def table(coverage: Coverage, there: Repository) -> str:
    """The document as it is to stand in docs."""
    answered = sum(bool(system.workflows) for system in coverage.systems)
    lines = [
        "# 制度覆盖表",
        "",
        f"<!-- 由 tools/coverage.py 按 {SOURCE}、规则和情景生成，不要手改；`make docs` 重新生成。 -->",
        "",
        f"五份文件提出的{len(coverage.systems)}项制度，每一项由哪个流程办理、由哪些情景证明；不是限期工作的，写明理由。"
        f"其中{answered}项有流程和情景，{len(coverage.systems) - answered}项只有理由。",
        "",
        *_rows(("简称", "文件", "日期"), _documents(coverage, there)),
        "",
        "## 制度",
        "",
        f"情景文件在 `{SCENARIOS}/`，情景名称照录。",
        "",
        *_rows(("编号", "制度", "出处", "流程", "情景", "说明"), _systems(coverage, there)),
        "",
        "## 流程",
        "",
        f"期限取{coverage.as_of}施行的规定；没有核对原文的，注明核对到什么程度。情景文件后是该流程的情景数。",
        "",
        *_rows(("流程", "期限和依据", "情景文件", "制度或者法条"), _workflows(coverage, there)),
        "",
    ]
    return "\n".join(lines)


def _rows(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for cells in (headings, ("---",) * len(headings), *rows):
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _documents(coverage: Coverage, there: Repository) -> Iterator[tuple[str, ...]]:
    for document in coverage.documents.values():
        instrument = there.rulebook.law.instruments[document.instrument]
        title = f"{_title(instrument.title)}（{instrument.number}）" if instrument.number else _title(instrument.title)
        yield document.label, title, document.dated


def _systems(coverage: Coverage, there: Repository) -> Iterator[tuple[str, ...]]:
    for system in coverage.systems:
        yield (
            system.number,
            system.name,
            _listed(f"{coverage.documents[document].label} {place}" for document, place in system.seeds),
            _listed(_named(there.rulebook.workflow(name)) for name in system.workflows) or "—",
            _listed(_by_file(system.scenarios)) or "—",
            _listed(text for text in (system.why, system.note) if text),
        )


def _by_file(scenarios: Iterable[tuple[str, str]]) -> Iterator[str]:
    before = ""
    for file, name in scenarios:
        if file != before:
            yield f"`{file}`"
        yield f"· {name}"
        before = file


def _workflows(coverage: Coverage, there: Repository) -> Iterator[tuple[str, ...]]:
    serves: dict[str, list[str]] = {}
    for system in coverage.systems:
        for name in system.workflows:
            serves.setdefault(name, []).append(system.number)
    for name in dict.fromkeys((*serves, *coverage.by_law)):
        workflow = there.rulebook.workflow(name)
        counts = Counter(file for file, found in there.scenarios.items() for shown in found.values() if shown == name)
        served = "、".join(serves.get(name, ()))
        yield (
            _named(workflow),
            _listed(dict.fromkeys(_limits(workflow, there, coverage.as_of))),
            _listed(f"`{file}` {count}" for file, count in counts.items()),
            _listed(text for text in (served, workflow.cite if name in coverage.by_law else "") if text),
        )


def _limits(workflow: Workflow, there: Repository, day: date) -> Iterator[str]:
    limits = there.rulebook.law.limits
    for name in dict.fromkeys(limit for _, limit in workflow.limit_names()):
        yield _limit(limits[name], day)
        for profile in there.profiles.values():
            if name in profile.instead:
                yield f"{_limit(limits[profile.instead[name]], day)}［地方规则：{profile.label}］"


def _limit(limit: TimeLimit, day: date) -> str:
    """The value in force on *day* with its article, and how surely its text is known; else the last one before it."""
    value, ended = limit.in_force(day), ""
    if value is None:
        since = next((since for since, _ in reversed(limit.values) if since <= day), None)
        ended = f"（{since}起不再施行）" if since is not None else f"（{limit.values[0][0]}起施行）"
        past = [each for start, each in limit.values if each is not None and start <= day]
        value = past[-1] if past else next(each for _, each in limit.values if each is not None)
    known = value.citation.known
    marked = "" if known is Known.FOUND else f"（{CHINESE.text(KNOWN[known])}）"
    title, article = value.citation.title, value.citation.article
    return f"{limit.label}：{_length(value)}，{_title(title)}{article}{marked}{ended}"


def _title(title: str) -> str:
    """A title in its marks; marks inside become single ones (书名号内用单书名号)."""
    return "《" + title.replace("《", "〈").replace("》", "〉") + "》"


def _length(value: LimitValue) -> str:
    if value.unit is LimitUnit.FIXED_DATE:
        year = f"{value.year}年" if value.year else "次年" if value.of is YearOf.FOLLOWING_YEAR else ""
        return f"{year}{value.month}月{value.day}日前"
    if value.length is None:
        return "以写明的日期为准"
    if value.length == 0 and value.unit is LimitUnit.DAY:
        return "当日"
    return f"{'不少于' if value.bound is Bound.AT_LEAST else ''}{value.length}{CHINESE.text(UNITS[value.unit])}"


def _named(workflow: Workflow) -> str:
    return f"{workflow.label} `{workflow.name}`"


def _listed(texts: Iterable[str]) -> str:
    return "<br>".join(texts)


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Write or compare the table; return 1 where something is at fault or out of date."""
    try:
        there = read_repository(root)
        new = table(read_coverage(root / SOURCE, there), there)
    except FilesAtFault as faults:
        print(faults, file=sys.stderr)
        return 1
    path = root / TABLE
    if path.is_file() and path.read_text(encoding="utf-8") == new:
        return 0
    if "--check" in arguments:
        print(f"{TABLE}: out of date; `make docs` rewrites it", file=sys.stderr)
        return 1
    path.write_text(new, encoding="utf-8")
    print(f"{TABLE}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
