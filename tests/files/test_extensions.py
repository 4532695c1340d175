"""Workflows that add to others (扩展流程): the additions are there, the rest stays, each fault has its place."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import entries_of, national, rules
from gkflow.domain.case import record_of
from gkflow.domain.clock import read_clocks
from gkflow.domain.errors import FilesAtFault
from gkflow.domain.findings import all_findings
from gkflow.domain.machine import replay
from gkflow.domain.reckoning import reckon_all
from gkflow.domain.rulebook import Rulebook
from gkflow.domain.workflow import Workflow
from gkflow.files.form import check_files
from gkflow.files.lists import STORED
from gkflow.files.nodes import Faults, Node, from_plain
from gkflow.files.rule_changes import changes
from gkflow.files.rule_sources import RuleSources, fingerprint, read_sources
from gkflow.files.rulebook_files import kept_rulebook, read_rulebook
from gkflow.files.workflows import workflow_from_source
from slow_walks import slow_after

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "extension"
REQUEST = ROOT / "workflows" / "request.yaml"


def line_in(path: Path, text: str, after: str = "") -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    start = lines.index(after) if after else 0
    return next(at for at, line in enumerate(lines, 1) if at > start and line.strip().startswith(text))


def office(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / "workflows" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def read(folder: Path, profile: str = "national") -> Rulebook:
    return read_rulebook([ROOT, folder], national(), profile)


def faults_of(folder: Path) -> list[str]:
    with pytest.raises(FilesAtFault) as caught:
        read(folder)
    return [str(each).replace(f"{folder.as_posix()}/", "") for each in caught.value.faults]


# --- what is added ----------------------------------------------------------------------------------------


def test_the_example_adds_a_fact_two_actions_and_a_clock_and_leaves_the_rest() -> None:
    base, more = rules().workflow("request"), read(EXAMPLE).workflow("request")
    assert list(more.facts.keys() - base.facts.keys()) == ["secrecy_reviewer"]
    assert [name for name in more.actions if name not in base.actions] == ["ask_secrecy_review", "review_secrecy"]
    assert [clock.name for clock in more.clocks] == [*(clock.name for clock in base.clocks), "secrecy_review"]
    assert more.clocks[: len(base.clocks)] == base.clocks
    assert more.states == base.states
    assert (more.label, more.extends, more.publication) == (base.label, ("request",), base.publication)
    assert more.cite == f"{base.cite}; 本机关保密审查规定（示例） 第一条"
    assert more.edition != base.edition


def test_a_workflow_with_a_name_of_its_own_stands_beside_the_one_that_it_extends(tmp_path: Path) -> None:
    office(
        tmp_path,
        quick="workflow: quick\nextends: request\nlabel: 简易申请\n",
        quicker="workflow: quicker\nextends: quick\nlabel: 更简易申请\nfacts: {mood: {label: 心情}}\n",
    )
    book = read(tmp_path)
    base, quick, quicker = (book.workflow(name) for name in ("request", "quick", "quicker"))
    assert base == rules().workflow("request")
    assert (quick.label, quick.extends, quicker.extends) == ("简易申请", ("request",), ("quick", "request"))
    assert quick.actions == base.actions
    assert set(quicker.facts) == {*base.facts, "mood"}
    assert quicker.never_leaves  # as an application never does


def test_what_no_deadline_depends_on_may_be_changed_and_demands_may_be_added(tmp_path: Path) -> None:
    text = """workflow: request
extends: request
states:
  received: {label: 已收到, public: 收到了}
  parked: {label: 待领导批示, public: 正在办理}
facts:
  title: {label: 申请内容}
actions:
  submit: {needs: [officer], tell: [director], from: [parked]}
  park: {label: 报领导批示, event: unit, from: [assigned], to: parked, roles: [officer]}
  archive: {label: 立卷归档, wants: text}
clocks:
  archive: {label: 立卷期限, ladder: applicant}
"""
    base, more = rules().workflow("request"), read(office(tmp_path, request=text)).workflow("request")
    assert (more.states["received"].label, more.states["received"].public) == ("已收到", "收到了")
    assert more.facts["title"] == replace(base.facts["title"], label="申请内容")
    submit, was = more.actions["submit"], base.actions["submit"]
    assert submit.sources == (*was.sources, "parked")
    assert [need.fact for need in submit.requires] == ["officer"]
    assert submit.tell == (*was.tell, "director")
    assert (submit.accepts, submit.target, submit.roles, submit.cite) == (was.accepts, was.target, was.roles, was.cite)
    assert [want.fact for want in more.actions["archive"].wants] == ["text"]
    clock, old = more.clock("archive"), base.clock("archive")
    assert clock is not None
    assert old is not None
    assert clock == replace(old, label="立卷期限", ladder="applicant")
    assert [each for each in more.clocks if each.name != "archive"] == [c for c in base.clocks if c.name != "archive"]


def test_a_reading_that_a_place_picks_holds_for_what_extends_as_well(tmp_path: Path) -> None:
    office(tmp_path, licence="workflow: licence\nextends: permit\nlabel: 许可（本机关）\n")
    profile = next(
        path.stem for path in sorted((ROOT / "config/profiles").glob("*.yaml"))
        if "permit" in (yaml.safe_load(path.read_text(encoding="utf-8")).get("readings") or {})
    )  # fmt: skip
    book = read(tmp_path, profile)
    picked = {each.name: each.chosen for each in book.workflow("permit").readings}
    assert {each.name: each.chosen for each in book.workflow("licence").readings} == picked
    assert picked != {each.name: each.chosen for each in rules().workflow("permit").readings}


# --- editions ---------------------------------------------------------------------------------------------


def test_an_edition_is_kept_whole_and_needs_neither_file(tmp_path: Path) -> None:
    sources = read_sources([ROOT, EXAMPLE], "national")
    kept = RuleSources.from_text(sources.as_text())
    assert kept.edition == sources.edition
    book = read(EXAMPLE)
    assert kept_rulebook(kept, national()).workflow("request") == book.workflow("request")
    assert workflow_from_source(book.workflow("request").source) == book.workflow("request")


def test_a_change_of_what_is_extended_is_another_edition_of_what_extends(tmp_path: Path) -> None:
    packaged = tmp_path / "packaged"
    for folder in ("workflows", "config"):
        shutil.copytree(ROOT / folder, packaged / folder)
    before = read_sources([packaged, EXAMPLE], "national")
    mark, edition = fingerprint([packaged, EXAMPLE]), read_rulebook([packaged, EXAMPLE], national()).workflow("request")
    path = packaged / "workflows" / "request.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("label: 送审\n", "label: 报送审核\n"), encoding="utf-8")
    after = read_sources([packaged, EXAMPLE], "national")
    assert fingerprint([packaged, EXAMPLE]) != mark
    assert read_rulebook([packaged, EXAMPLE], national()).workflow("request").edition != edition.edition
    (change,) = changes(before, after)
    assert (change.name, change.what, change.old, change.new) == ("request", "actions.submit.label", "送审", "报送审核")
    assert (change.file, change.line) == ("workflows/request.yaml", line_in(path, "label: 报送审核"))


# --- what is refused --------------------------------------------------------------------------------------

ACTION = "event: unit, from: [received], roles: [officer]"
REFUSED = {
    "reply is a law-given act": (
        "actions:\n  reply: {from: any, cite: 别的}\n",
        '4  action "reply": request has it already (workflows/request.yaml:{reply}), and here only label, needs, '
        "needs_on_record, needs_before, wants, wants_on_record, accepts, tell, from may be given, not cite; "
        "choose another name, or leave that out",
    ),
    "a limit is not replaced": (
        "clocks:\n  reply: {limit: house-rules/archive}\n",
        '4  clock "reply": request has it already (workflows/request.yaml:{reply_clock}), and here only label, ladder '
        "may be given, not limit; choose another name, or leave that out",
    ),
    "an action is not removed": (
        "actions:\n  reply:\n",
        '4  action "reply" cannot be removed: request has it',
    ),
    "a ladder is not removed": (
        'clocks:\n  reply: {ladder: ""}\n',
        '4  clock "reply": key "ladder" cannot be left empty here',
    ),
    "an old state is no new source": (
        "actions:\n  submit: {from: [received]}\n",
        '4  action "submit": from may only add states of this file, not "received"',
    ),
    "any state is any state": (
        "actions:\n  reply: {from: [received]}\n",
        '4  action "reply": from is "any_open" already',
    ),
    "one action opens a case": (
        "actions:\n  take: {label: 收取, first: true, to: received, roles: [officer]}\n",
        "3  one action opens a case (first: true), here: receive, take",
    ),
    "nothing new is published": (
        f"actions:\n  post: {{label: 公开, publishes: true, {ACTION}}}\n",
        '4  action "post": key "publishes" is left to the workflow that is extended',
    ),
    "no new act counts as the reply": (
        f"actions:\n  close: {{label: 办结, accepts: [until], implies: {{reply: until}}, {ACTION}}}\n",
        '4  action "close": implies names "reply" of request: what the law ties to it cannot be changed here',
    ),
    "no new clock takes the duty to reply": (
        "clocks:\n  mine: {label: 我的, limit: house-rules/archive, start: [receive], stop: [reply, withdraw, abandon],"
        " ladder: reply, stands_for: reply}\n",
        '4  clock "mine": stands_for names "reply" of request: what the law ties to it cannot be changed here',
    ),
    "no new clock bars the reply": (
        "clocks:\n  mine: {label: 我的, limit: house-rules/archive, start: [receive], stop: [reply, withdraw, abandon],"
        " ladder: archive, bars: [{action: reply}]}\n",
        '4  clock "mine": bars names "reply" of request: what the law ties to it cannot be changed here',
    ),
    "what is in every workflow stays": (
        f"actions:\n  misfile: {{label: 误收, {ACTION}}}\n",
        '4  action "misfile" belongs to every workflow and cannot be defined anew',
    ),
    "publication is not touched": (
        "publication: {attribute: by_law, cite: 政府信息公开条例 第十九条}\n",
        '3  unknown key "publication"; there are: workflow, extends, label, cite, states, readings, facts, actions, '
        "clocks",
    ),
    "a new action is complete": (
        "actions:\n  look: {from: [received], event: unit, roles: [officer]}\n",
        '4  action "look": key "label" is missing',
    ),
    "a new clock has a known action": (
        "clocks:\n  mine: {label: 我的, limit: house-rules/archive, start: [recieve], stop: [reply], ladder: reply}\n",
        '4  action "recieve" is used but no transition has it (do you mean "receive"?)',
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", slow_after(8, REFUSED))
def test_what_an_extension_may_not_do_is_one_line_with_its_place(name: str, tmp_path: Path) -> None:
    text, expected = REFUSED[name]
    places = {"reply": line_in(REQUEST, "reply:"), "reply_clock": line_in(REQUEST, "reply:", after="clocks:")}
    found = faults_of(office(tmp_path, request=f"workflow: request\nextends: request\n{text}"))
    for each, line in places.items():
        expected = expected.replace(f"{{{each}}}", str(line))
    assert found == [f"workflows/request.yaml:{expected}"]


BASES = {
    "an unknown one": ({"mine": "requst"}, ['mine.yaml:2  extends: no workflow "requst" (do you mean "request"?)']),
    "itself": (
        {"mine": "mine"},
        ['mine.yaml:2  extends: there is no other workflow "mine" that this file could add to'],
    ),
    "each other": (
        {"one": "two", "two": "one"},
        [
            "one.yaml:2  extends: two → one → two: a workflow cannot extend itself",
            "two.yaml:2  extends: one → two → one: a workflow cannot extend itself",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BASES)
def test_a_workflow_extends_another_that_is_there(name: str, tmp_path: Path) -> None:
    files, expected = BASES[name]
    office(tmp_path, **{each: f"workflow: {each}\nextends: {base}\n" for each, base in files.items()})
    assert faults_of(tmp_path) == [f"workflows/{each}" for each in expected]


def test_two_workflows_are_not_extended_at_once(tmp_path: Path) -> None:
    office(tmp_path, mine="workflow: mine\nextends: [request, permit]\n")
    assert faults_of(tmp_path) == ["workflows/mine.yaml:2  extends must be a text, not a list"]


def test_what_is_unsound_together_is_reported_where_it_was_added(tmp_path: Path) -> None:
    """An end without the reply would leave the clock of the reply running."""
    text = (
        "workflow: request\nextends: request\nactions:\n"
        "  drop: {label: 并案, event: unit, from: [assigned], to: replied, roles: [officer]}\n"
        "states:\n  lost: {label: 失踪, public: 正在办理}\n"
    )
    found = faults_of(office(tmp_path, request=text))
    assert any(each.startswith(f"workflows/request.yaml:{line_in(REQUEST, 'reply:', 'clocks:')}  ") for each in found)
    assert 'workflows/request.yaml:6  state "lost" can never be reached' in found


def test_a_fault_of_the_workflow_extended_is_reported_once_and_there(tmp_path: Path) -> None:
    text = REQUEST.read_text(encoding="utf-8").replace("label: 送审\n", "labl: 送审\n")
    office(tmp_path, request=text, mine="workflow: mine\nextends: request\n")
    line = next(at for at, each in enumerate(text.splitlines(), 1) if "labl:" in each)
    assert faults_of(tmp_path) == [
        f'workflows/request.yaml:{line - 1}  action "submit": key "label" is missing',
        f'workflows/request.yaml:{line}  action "submit": unknown key "labl" (do you mean "label"?)',
    ]


def test_the_check_of_all_files_takes_the_example() -> None:
    book = check_files([ROOT, EXAMPLE], national(), "national", ())
    assert "secrecy_review" in {clock.name for clock in book.workflow("request").clocks}


# --- whatever is added ------------------------------------------------------------------------------------

SCENARIOS = [
    scenario
    for file in sorted((ROOT / "tests" / "scenarios").glob("*.yaml"))
    for scenario in yaml.safe_load(file.read_text(encoding="utf-8"))
    if scenario["workflow"] == "request"
]
OPEN = [name for name, state in rules().workflow("request").states.items() if not state.ended and not state.final]
ENDING = ("reply", "abandon", "withdraw")


@st.composite
def additions(draw: st.DrawFn) -> dict[str, Any]:
    """Facts, a state, actions and clocks of any number, sound by the way in which they are made."""
    facts = [f"fact_{at}" for at in range(draw(st.integers(0, 3)))]
    actions: dict[str, Any] = {}
    clocks: dict[str, Any] = {}
    for at in range(draw(st.integers(0, 3))):
        sources = draw(st.sampled_from(["any_open", "any"]) | st.lists(st.sampled_from(OPEN), min_size=1, unique=True))
        actions[f"act_{at}"] = {
            "label": f"动作{at}", "event": draw(st.sampled_from(["applicant", "unit", "nobody"])), "from": sources,
            "roles": ["officer"], "accepts": draw(st.lists(st.sampled_from(facts), unique=True)) if facts else [],
        }  # fmt: skip
        if sources != "any" and draw(st.booleans()):
            clocks[f"clock_{at}"] = {
                "label": f"计时{at}", "limit": "house-rules/archive", "start": [f"act_{at}"],
                "kind": draw(st.sampled_from(["duty", "target"])), "stop": list(ENDING), "ladder": "archive",
            }  # fmt: skip
    return {
        "facts": {name: {"label": name, "type": draw(st.sampled_from(["text", "day", "flag"]))} for name in facts},
        "actions": actions,
        "clocks": clocks,
    }


def within(more: Workflow, base: Workflow) -> Mapping[str, Any]:
    """What a workflow says of the states, facts and actions of another."""
    actions = {
        name: replace(
            action,
            sources=tuple(each for each in action.sources if each in base.states),
            accepts=tuple(each for each in action.accepts if each in base.facts),
        )
        for name, action in more.actions.items() if name in base.actions
    }  # fmt: skip
    return {
        "states": {name: state for name, state in more.states.items() if name in base.states},
        "facts": {name: fact for name, fact in more.facts.items() if name in base.facts},
        "actions": actions,
        "clocks": tuple(clock for clock in more.clocks if base.clock(clock.name) is not None),
        "publication": more.publication,
    }


@cache
def outcome(source: str, at: int) -> Any:
    """State, deadlines and findings of the record of a scenario under a workflow."""
    scenario, book = SCENARIOS[at], rules(SCENARIOS[at].get("profile", "national"))
    workflow, as_of = workflow_from_source(source), scenario["as_of"]
    record = record_of(entries_of(scenario["record"], workflow), as_of)
    case = replay(workflow, "C-1", record)
    deadlines = reckon_all(read_clocks(workflow, record), book.limit, book.calendar, as_of)
    findings = all_findings(workflow, case, deadlines, written=as_of if isinstance(as_of, date) else as_of.date())
    return case.state, [str(each) for each in deadlines], sorted(each.code for each in findings)


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(more=additions(), data=st.data())
def test_whatever_is_added_what_was_there_stays_and_its_scenarios_end_as_before(
    more: dict[str, Any], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    base = rules().workflow("request")
    folder = tmp_path_factory.mktemp("added")
    office(folder, request=yaml.safe_dump({"workflow": "request", "extends": "request", **more}, allow_unicode=True))
    found = read(folder).workflow("request")
    assert within(found, base) == within(base, base)
    assert set(more["actions"]) <= set(found.actions)
    assert [each.name for each in found.clocks] == [*(each.name for each in base.clocks), *sorted(more["clocks"])]
    at = data.draw(st.integers(0, len(SCENARIOS) - 1))
    assert outcome(found.source, at) == outcome(base.source, at)


@pytest.mark.slow
@pytest.mark.parametrize("at", range(len(SCENARIOS)), ids=lambda at: str(SCENARIOS[at]["name"]))
def test_the_scenarios_of_the_request_end_as_before_under_the_example(at: int) -> None:
    extended, base = read(EXAMPLE).workflow("request"), rules().workflow("request")
    assert outcome(extended.source, at) == outcome(base.source, at)


@settings(max_examples=60)
@given(data=st.data())
def test_whatever_an_extension_says_is_merged_or_reported_and_never_a_traceback(data: st.DataObject) -> None:
    from gkflow.files.extensions import Extensions

    scalars = st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["", "reply", "any", "request"])
    keys = st.sampled_from(["label", "from", "needs", "ladder", "implies", "bars", "reply", "submit", "first", "limit"])
    values = st.recursive(scalars, lambda e: st.lists(e, max_size=3) | st.dictionaries(keys, e, max_size=3))
    sections = st.sampled_from(["states", "facts", "actions", "clocks", "readings", "cite", "label", "publication"])
    stated = {"workflow": "mine", "extends": data.draw(st.just("request") | values), **data.draw(
        st.dictionaries(sections, st.dictionaries(keys, values, max_size=3) | values, max_size=4)
    )}  # fmt: skip
    faults = Faults()
    base: Node = from_plain(yaml.safe_load(REQUEST.read_text(encoding="utf-8")), "request.yaml", 1)
    extensions = Extensions({"request": [REQUEST], "mine": [Path("mine.yaml")]}, lambda path: base, faults)
    merged = extensions.merged(from_plain(stated, "mine.yaml", 1), Path("mine.yaml"))
    assert merged is None or merged.file == "mine.yaml"
    assert merged is not None or faults
    assert STORED not in faults.files()
