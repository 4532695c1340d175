"""Named readings (口径): what a profile or an office chooses among, and what follows."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import changed
from gkflow.application.facts import read_facts
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.errors import FilesAtFault, Refused
from gkflow.domain.fact_rules import Condition, Requirement
from gkflow.domain.machine import missing_facts
from gkflow.domain.rulebook import Rulebook
from gkflow.files.rulebook_files import read_rulebook
from gkflow.files.settings import read_settings
from gkflow.files.workflows import workflow_from_source

GOOD = Path(__file__).parent / "good"
PROJECT = Path(__file__).parents[2]
PLAIN_WEEKS = WorkCalendar(days_off=frozenset(), makeup_days=frozenset())
CHOSEN = """workflow: chosen
label: 小流程
states:
  open: {label: 办理中, public: 正在办理}
  closed: {label: 已办结, public: 已办结, final: true}
facts:
  item: {label: 事项}
  basis: {label: 依据}
  party: {label: 当事人, type: choice, choices: {natural: 自然人, legal: 法人}}
  ground: {label: 情形, type: choice, choices: {secret: 国家秘密, safety: 三安全, other: 其他}}
actions:
  begin: {label: 立案, first: true, to: open, needs: [item], accepts: [party, basis]}
  close: {label: 办结, from: [open], to: closed, accepts: [ground]}
clocks: {}
readings:
  fields:
    label: 要素
    among:
      least: {label: 最低要素}
      full:
        label: 全部要素
        cite: 示例方案 第一部分
        needs: {close: [ground]}
        needs_on_record: {close: [basis, {party: {unless: {item: [given]}}}]}
        wants: {begin: [party]}
        wants_on_record: {close: [basis]}
  closing:
    label: 情形
    among:
      all: {label: 不限}
      two: {label: 只用两种, choices: {ground: [secret, safety]}}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The good files with a workflow that offers readings."""
    path = shutil.copytree(GOOD, tmp_path / "home")
    (path / "workflows/chosen.yaml").write_text(CHOSEN, encoding="utf-8")
    return path


def read(home: Path, **picks: str) -> Rulebook:
    return read_rulebook([home], PLAIN_WEEKS, readings=[("chosen", what, name) for what, name in picks.items()])


def a_profile(home: Path, text: str) -> None:
    (home / "config/profiles/town.yaml").write_text(f"profile: town\nlabel: 镇\n{text}", encoding="utf-8")


# -- which one holds ---------------------------------------------------------------------------------------------


def test_the_first_reading_holds_where_nobody_chose() -> None:
    for flow in read_rulebook([PROJECT], PLAIN_WEEKS).workflows.values():
        for choosing in flow.readings:
            assert choosing.chosen == next(iter(choosing.among)), flow.name


def test_a_profile_chooses_and_the_office_itself_chooses_over_it(home: Path) -> None:
    a_profile(home, "readings: {chosen: {fields: full, closing: two}}\n")

    by_profile = read_rulebook([home], PLAIN_WEEKS, "town")
    by_office = read_rulebook([home], PLAIN_WEEKS, "town", [("chosen", "closing", "all")])

    def held(book: Rulebook) -> dict[str, str]:
        return {each.name: each.chosen for each in book.workflow("chosen").readings}

    assert held(read(home)) == {"fields": "least", "closing": "all"}
    assert held(by_profile) == {"fields": "full", "closing": "two"}
    assert held(by_office) == {"fields": "full", "closing": "all"}


def test_the_settings_of_an_office_name_its_readings(tmp_path: Path) -> None:
    (tmp_path / "gkflow.toml").write_text(
        '[readings]\npermit = {fields = "national-2018"}\n[readings.penalty]\nfields = "gansu-2016"\n', "utf-8"
    )

    found = read_settings(tmp_path, {}).readings

    assert {flow: dict(each) for flow, each in found.items()} == {
        "permit": {"fields": "national-2018"},
        "penalty": {"fields": "gansu-2016"},
    }


def test_a_reading_is_part_of_the_edition_and_is_kept_with_it(home: Path) -> None:
    plain, full = read(home).workflow("chosen"), read(home, fields="full").workflow("chosen")

    assert plain.edition != full.edition
    assert workflow_from_source(full.source) == full
    assert workflow_from_source(plain.source) == plain


def test_to_choose_what_holds_anyhow_changes_no_rule(home: Path) -> None:
    plain, chosen = read(home).workflow("chosen"), read(home, fields="least", closing="all").workflow("chosen")

    assert (chosen.actions, chosen.facts, chosen.clocks) == (plain.actions, plain.facts, plain.clocks)


# -- what it adds ------------------------------------------------------------------------------------------------


def test_a_reading_adds_what_is_needed_and_what_is_wanted(home: Path) -> None:
    actions = read(home, fields="full").workflow("chosen").actions

    assert actions["begin"].requires == (Requirement("item"),)
    assert actions["begin"].wants == (Requirement("party"),)
    assert actions["close"].requires == (
        Requirement("ground"),
        Requirement("basis", True),
        Requirement("party", True, (Condition("item", frozenset({"given"})),)),
    )
    assert actions["close"].wants == (Requirement("basis", True),)


def test_what_a_reading_asks_for_may_stand_on_the_record(home: Path) -> None:
    close = read(home, fields="full").workflow("chosen").actions["close"]

    assert missing_facts(close, {}, {}) == ("ground", "basis", "party")
    assert missing_facts(close, {"ground": "secret"}, {"basis": "某法", "item": "某事项"}) == ()


def test_two_readings_at_once_add_up(home: Path) -> None:
    flow = read(home, fields="full", closing="two").workflow("chosen")

    assert missing_facts(flow.actions["close"], {}, {"item": "某事项"}) == ("ground", "basis")
    assert set(flow.facts["ground"].closed) == {"other"}


def test_a_reading_takes_nothing_away() -> None:
    """Under each reading of each shipped workflow at least as much is asked for as without any."""
    for flow in read_rulebook([PROJECT], PLAIN_WEEKS).workflows.values():
        said = json.loads(flow.source)
        offered = {what: list(each["among"]) for what, each in said.pop("readings", {}).items()}
        bare = workflow_from_source(json.dumps(said))
        for what, name in [(what, name) for what, names in offered.items() for name in names]:
            held = workflow_from_source(json.dumps({**json.loads(flow.source), "reading": {what: name}}))
            assert (held.states, held.clocks) == (bare.states, bare.clocks)
            for action, other in zip(bare.actions.values(), held.actions.values(), strict=True):
                assert set(action.requires) <= set(other.requires), (flow.name, name, action.name)
                assert set(action.wants) <= set(other.wants)
                assert (action.sources, action.target, action.roles) == (other.sources, other.target, other.roles)
            assert {key: each.choices for key, each in bare.facts.items()} == {
                key: each.choices for key, each in held.facts.items()
            }


# -- choices that it closes --------------------------------------------------------------------------------------


def test_a_closed_choice_is_refused_with_the_reading_that_closes_it(home: Path) -> None:
    flow = read(home, closing="two").workflow("chosen")
    close = flow.actions["close"]

    for value in ("other", "其他"):
        with pytest.raises(Refused) as refused:
            read_facts(flow, close, {"ground": value})
        assert refused.value.code == "bad_fact"
        assert refused.value.facts["rule"] == "a choice that the reading leaves open (情形：只用两种)"
    assert read_facts(flow, close, {"ground": "三安全"}) == {"ground": "safety"}


@given(st.sampled_from(["secret", "safety", "other"]), st.sampled_from(["all", "two"]))
def test_a_choice_is_open_unless_the_reading_in_force_leaves_it_out(
    tmp_path_factory: pytest.TempPathFactory, choice: str, reading: str
) -> None:
    home = tmp_path_factory.getbasetemp() / "closing"
    if not home.exists():
        shutil.copytree(GOOD, home)
        (home / "workflows/chosen.yaml").write_text(CHOSEN, encoding="utf-8")
    flow = read(home, closing=reading).workflow("chosen")

    assert (choice in flow.facts["ground"].closed) == (reading == "two" and choice == "other")
    assert choice in flow.facts["ground"].choices  # what an older case says can still be read


# -- what is wrong with it ---------------------------------------------------------------------------------------


def test_a_reading_that_nobody_chose_is_compared_like_the_one_that_holds(home: Path) -> None:
    path = home / "workflows/chosen.yaml"
    changed(path, "{party: {unless: {item: [given]}}}", "{party: {unless: {itme: [given]}}}")
    with pytest.raises(FilesAtFault, match='no fact "itme"'):
        read(home, fields="full")

    with pytest.raises(FilesAtFault, match='no fact "itme"'):
        read(home)


@pytest.mark.parametrize(
    ("picks", "message"),
    [
        ([("chosn", "fields", "full")], 'gkflow.toml  readings: no workflow "chosn" (do you mean "chosen"?)'),
        ([("chosen", "field", "full")], 'no readings of "field" to choose among'),
        ([("chosen", "fields", "ful")], 'no reading "ful" of fields (do you mean "full"?)'),
    ],
)
def test_an_office_that_picks_what_is_not_offered_finds_the_fault_in_its_settings(
    home: Path, picks: list[tuple[str, str, str]], message: str
) -> None:
    with pytest.raises(FilesAtFault) as caught:
        read_rulebook([home], PLAIN_WEEKS, readings=picks)

    (fault,) = caught.value.faults
    assert message in str(fault)
    assert fault.file == "gkflow.toml"


def test_every_fault_of_a_picked_reading_is_reported_and_not_only_the_first(home: Path) -> None:
    a_profile(home, "readings: {chosen: {fields: ful, closing: three}}\n")

    with pytest.raises(FilesAtFault) as caught:
        read_rulebook([home], PLAIN_WEEKS)  # another profile is in use

    assert [fault.text for fault in caught.value.faults] == [
        'readings: chosen has no reading "ful" of fields (do you mean "full"?)',
        'readings: chosen has no reading "three" of closing; there are: all, two',
    ]


# -- shipped -----------------------------------------------------------------------------------------------------


def test_the_national_list_is_wanted_where_the_seeds_minimum_is_needed() -> None:
    """The flags of 发改办财金〔2018〕424号 are not known from its text: without them it is reported, not refused."""
    gansu = read_rulebook([PROJECT], PLAIN_WEEKS, "gansu").workflow("penalty").actions["publish"]
    national = read_rulebook([PROJECT], PLAIN_WEEKS, "zhongshan").workflow("penalty").actions["publish"]

    # 甘肃2016 第（六）项 names, among others, the number of the decision, the facts and how to appeal.
    assert {"document_number", "violation", "remedy"} <= {need.fact for need in gansu.requires}
    assert {need.fact for need in national.requires} <= {"necessity"}
    assert {"document_number", "violation", "counterparty_kind"} <= {need.fact for need in national.wants}
