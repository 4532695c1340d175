"""The machine (状态机): what the files say, what transitions decides and what replay follows are one thing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import yaml
from hypothesis import given

from builders import REPOSITORY, a_case, a_workflow, entries_of, rules
from gkflow.domain.case import CORRECT, LINK, NOTE, RECOUNT, Entry, record_of
from gkflow.domain.errors import NotFound, Refused
from gkflow.domain.machine import (
    ALWAYS,
    NEW,
    action_of,
    decide,
    ended_on,
    machine_of,
    may,
    missing_facts,
    replay,
    table_of,
)
from gkflow.domain.workflow import MISFILE, MISFILED, Workflow
from walks import often, walks

NAMES = sorted(path.stem for path in (REPOSITORY / "workflows").glob("*.yaml"))


def as_the_file_says(name: str) -> dict[tuple[str, str], str]:
    """(state, action) → state, read off the YAML by this test alone."""
    data: dict[str, Any] = yaml.safe_load((REPOSITORY / "workflows" / f"{name}.yaml").read_text(encoding="utf-8"))
    states = data["states"]
    groups = {
        "any": list(states),
        "any_open": [state for state, said in states.items() if not said.get("ended") and not said.get("final")],
    }
    moves = {}
    for action, said in data["actions"].items():
        sources = [NEW] if said.get("first") else said["from"]
        for state in groups[sources] if isinstance(sources, str) else sources:
            moves[state, action] = said.get("to", state)
    # A remark, a correction and a link may be entered everywhere: a file need not say so. Nor need it say that the
    # receipt of a case that is open may have been a mistake, which ends it.
    moves |= {(state, action): state for state in (*states, MISFILED) for action in (NOTE, CORRECT, LINK, RECOUNT)}
    moves |= {(MISFILED, action): MISFILED for action, said in data["actions"].items() if said.get("from") == "any"}
    return moves | {(state, MISFILE): MISFILED for state in groups["any_open"]}


def outcome(workflow: Workflow, state: str, action: str) -> str | None:
    try:
        return decide(workflow, "C-1", state, action)
    except Refused:
        return None


@pytest.mark.parametrize("name", NAMES)
def test_machine_table_and_file_agree_on_every_state_and_action(name: str) -> None:
    workflow = a_workflow(name)
    file, table = as_the_file_says(name), table_of(workflow).moves

    for state in (NEW, *workflow.states):
        for action in workflow.actions:
            expected = file.get((state, action))
            assert outcome(workflow, state, action) == expected, (state, action)
            assert table.get((state, action)) == expected, (state, action)
            assert machine_of(workflow).get_triggers(state).count(action) == (expected is not None)
    assert set(table) == set(file)


@pytest.mark.parametrize("name", NAMES)
def test_what_may_be_done_is_what_is_not_refused(name: str) -> None:
    workflow = a_workflow(name)

    for state in (NEW, *workflow.states):
        allowed = may(workflow, state)
        # A last day is recounted by gkflow alone, when a calendar is adopted.
        possible = [action for action in workflow.actions if outcome(workflow, state, action) is not None]
        assert list(allowed) == [action for action in possible if action != RECOUNT]


def test_a_refusal_names_the_actions_that_are_allowed_instead() -> None:
    with pytest.raises(Refused) as refused:
        decide(a_workflow("request"), "C-7", "correction_asked", "extend")

    assert refused.value.code == "action_not_allowed"
    assert set(refused.value.facts["allowed"]) == {
        "confirm", "receive_correction", "third_party_answers", "agency_answers", "reply", "abandon", "withdraw",
        NOTE, CORRECT, LINK, MISFILE,
    }  # fmt: skip
    assert "C-7" in str(refused.value)
    assert "receive_correction" in str(refused.value)


def test_a_refusal_after_the_end_says_that_the_case_has_ended() -> None:
    for state, action in (("replied", "extend"), ("withdrawn", "reply"), ("abandoned", "receive_correction")):
        with pytest.raises(Refused) as refused:
            decide(a_workflow("request"), "C-1", state, action)
        assert refused.value.code == "case_ended"
        assert set(refused.value.facts["allowed"]) <= set(ALWAYS)


def test_an_unknown_action_is_reported_with_the_nearest_one() -> None:
    with pytest.raises(NotFound) as missed:
        action_of(a_workflow("request"), "recieve")

    assert missed.value.facts["near"][0] == "receive"
    with pytest.raises(NotFound):
        decide(a_workflow("request"), "C-1", "received", "to_archived")


@pytest.mark.parametrize("name", NAMES)
def test_there_are_no_transitions_but_those_of_the_file(name: str) -> None:
    workflow = a_workflow(name)

    assert set(machine_of(workflow).events) == set(workflow.actions)


def test_no_case_is_ever_added_to_the_machine() -> None:
    workflow = a_workflow("request")
    machine = machine_of(workflow)
    for _ in range(3000):
        assert decide(workflow, "C-1", NEW, "receive") == "received"
        assert outcome(workflow, "archived", "reply") is None

    assert machine.models == []
    assert machine_of(workflow) is machine


def test_one_machine_serves_all_cases_and_forgets_them() -> None:
    workflow = a_workflow("request")

    assert decide(workflow, "A", "received", "reply") == "replied"
    assert decide(workflow, "B", "received", "register") == "registered"
    assert decide(workflow, "A", "replied", "deliver") == "delivered"


def test_two_editions_share_neither_machine_nor_table() -> None:
    old = a_workflow()
    new = a_workflow(
        states={"asked": {"label": "征求意见", "public": "正在办理"}},
        actions={
            "consult": {"label": "征求意见", "from": ["open"], "to": "asked", "accepts": ["ref"]},
            "answer": {"label": "答复意见", "from": ["asked"], "to": "open", "accepts": ["ref"]},
        },
    )
    assert old.edition != new.edition

    assert decide(old, "C-1", "open", "consult") == "open"
    assert decide(new, "C-1", "open", "consult") == "asked"
    assert decide(old, "C-1", "open", "consult") == "open"
    assert table_of(old).moves != table_of(new).moves
    assert machine_of(old) is not machine_of(new)


def test_a_case_replays_under_the_edition_that_it_keeps() -> None:
    old = a_workflow()
    new = a_workflow(actions={"renew": {"label": "重新计算", "from": ["open"], "to": "closed"}})
    record = entries_of(["2026-03-02 receive", "2026-03-03 renew", "2026-03-04 consult"], old)

    assert replay(new, "C-1", record).state == "closed"
    kept = replay(old, "C-1", record)
    assert (kept.state, kept.edition, kept.findings) == ("open", old.edition, ())


# -- replay ------------------------------------------------------------------------------------------------------


@often(100)
@given(walks(most=12))
def test_replay_leads_where_the_machine_leads_step_by_step(record: tuple[Entry, ...]) -> None:
    workflow = a_workflow("request")
    state = NEW
    for number, entry in enumerate(record, 1):
        state = decide(workflow, "C-1", state, entry.action)
        case = replay(workflow, "C-1", record[:number])
        assert case.state == state
        assert not [finding for finding in case.findings if finding.code == "not_allowed"]


def test_what_is_not_allowed_leads_to_the_state_it_names_and_leaves_a_finding() -> None:
    case = a_case(["2026-03-02 receive channel=in_person", "2026-03-05 approve"])

    assert case.state == "approved"
    assert [(finding.code, finding.seq) for finding in case.findings] == [("not_allowed", 2)]
    assert case.findings[0].facts == {"action": "approve", "state": "received"}


def test_what_is_not_allowed_and_names_no_state_changes_none() -> None:
    case = a_case(["2026-03-02 receive channel=in_person", "2026-03-05 consult_third_party ref=甲"])

    assert case.state == "received"
    assert [finding.code for finding in case.findings] == ["not_allowed"]


def test_missing_facts_are_findings_of_the_entry_that_wants_them() -> None:
    case = a_case(["2026-03-02 receive", "2026-03-02 register", "2026-03-05 extend days=5"])

    assert [(finding.seq, finding.facts["facts"]) for finding in case.findings] == [
        (1, ("channel",)),
        (3, ("approved_by",)),
    ]


def test_the_last_word_of_each_fact_is_kept() -> None:
    case = a_case(["2026-03-02 receive title=甲", "2026-03-03 register title=乙", "2026-03-04 assign officer=张三"])

    assert case.facts["title"] == "乙"
    assert case.facts["officer"] == "张三"
    assert case.first.facts["title"] == "甲"


def test_a_note_adds_no_fact_to_the_case() -> None:
    case = a_case(["2026-03-02 receive channel=in_person", "2026-03-03 note text=电话联系"])

    assert "text" not in case.facts


def test_a_case_ends_on_the_day_of_the_first_entry_that_ended_it() -> None:
    record = [
        "2026-03-02 receive channel=in_person",
        "2026-03-10 reply decision=D-PUB method=posted",
        "2026-03-12 deliver",
        "2026-03-16 archive",
    ]

    assert a_case(record[:1]).ended is None
    assert a_case(record).ended == date(2026, 3, 10)
    assert a_case([*record, "2026-03-20 register"]).ended is None  # a register may say that it went on


def test_a_fact_of_zero_is_there() -> None:
    action = rules().workflow("request").actions["ask_fee"]

    assert missing_facts(action, {"amount": 0}, {}) == ()
    assert missing_facts(action, {"amount": ""}, {}) == ("amount",)
    assert missing_facts(action, {}, {"amount": 5}) == ("amount",)  # asked of the entry itself


def test_what_stands_on_the_record_is_enough_for_publication() -> None:
    action = rules().workflow("penalty").actions["publish"]
    wanted = {need.fact for need in action.requires}

    assert {"document_number", "legal_basis", "remedy"} <= wanted
    on_record = dict.fromkeys(wanted, "有")
    assert missing_facts(action, {}, on_record) == ()
    del on_record["remedy"]
    assert missing_facts(action, {}, on_record) == ("remedy",)
    del on_record["uscc"]
    assert missing_facts(action, {}, {**on_record, "counterparty_kind": "natural_person"}) == ("remedy",)


@given(walks())
@often(100)
def test_the_day_of_the_end_is_that_of_the_replay(entries: tuple[Entry, ...]) -> None:
    record, workflow = record_of(entries), a_workflow("request")
    for length in range(1, len(record) + 1):
        assert ended_on(workflow, record[:length]) == replay(workflow, "A", record[:length]).ended
