"""How the rules are read from their folders (规则文件)."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from builders import changed
from gkflow.bootstrap import rulebook
from gkflow.calendars.announcements import announcement_of, notices_from
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.errors import FilesAtFault
from gkflow.domain.fact_rules import ABSENT, GIVEN, Condition, Requirement
from gkflow.domain.law import Bound, Known, LimitUnit, RestDayReceipt, Roll
from gkflow.domain.soundness import problems
from gkflow.domain.workflow import ClockKind, Obligor, Trigger
from gkflow.files.rulebook_files import read_calendar_files, read_law, read_rulebook
from gkflow.files.workflows import workflow_from_source
from slow_walks import slow_after

GOOD = Path(__file__).parent / "good"
PROJECT = Path(__file__).parents[2]
PROFILES = sorted(path.stem for path in (PROJECT / "config/profiles").glob("*.yaml"))
PLAIN_WEEKS = WorkCalendar(days_off=frozenset(), makeup_days=frozenset())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A copy of the good files, to be changed."""
    return shutil.copytree(GOOD, tmp_path / "home")


def own_folder(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / "own" / name
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return tmp_path / "own"


# --- law ---------------------------------------------------------------------------------------------------


def test_a_limit_is_read_with_its_values_by_effective_day() -> None:
    reply = read_law([GOOD]).limits["reg/reply"]
    assert reply.label == "答复期限"
    assert reply.binds == "office"
    before, since = reply.in_force(date(2019, 5, 14)), reply.in_force(date(2019, 5, 15))
    assert before is not None
    assert since is not None
    assert (before.length, since.length) == (15, 20)
    assert since.unit is LimitUnit.WORKING_DAY
    assert str(since.citation) == "《示例条例》第二条"
    assert since.citation.quote == "应当自收到之日起20个工作日内"
    assert (before.citation.known, since.citation.known) == (Known.MEMORY, Known.FOUND)
    assert reply.in_force(date(2008, 4, 30)) is None


def test_fixed_dates_repeals_and_named_readings_are_read() -> None:
    law = read_law([GOOD])
    yearly = law.limits["reg/yearly"]
    value = yearly.in_force(date(2019, 5, 15))
    assert value is not None
    assert (value.unit, value.month, value.day, value.length) == (LimitUnit.FIXED_DATE, 1, 31, None)
    assert yearly.in_force(date(2024, 1, 1)) is None
    keeping = law.limits["reg/keeping"].in_force(date(2020, 1, 1))
    assert keeping is not None
    assert keeping.bound is Bound.AT_LEAST
    assert keeping.roll is Roll.NEXT_WORKING_DAY
    assert keeping.rest_day_receipt is RestDayReceipt.MOVED_TO_WORKING_DAY
    assert keeping.citation.source == "示例汇编"
    assert law.limits["reg/payment"].binds == "applicant"
    assert law.instruments["reg"].number == "示例令第1号"


# --- workflows ---------------------------------------------------------------------------------------------


def test_a_workflow_is_read_as_its_file_says() -> None:
    small = read_rulebook([GOOD], PLAIN_WEEKS).workflows["small"]
    assert small.first.name == "receive"
    assert small.first.requires == (Requirement("channel"),)
    assert small.actions["answer"].sources == ("received", "asked")
    assert small.actions["note"].sources == ("received", "asked", "replied", "archived", "misfiled")
    assert small.actions["consult"].target is None
    assert [rule.name for rule in small.clocks] == ["correction", "opinion", "reply"]
    opinion = small.clock("opinion")
    assert opinion is not None
    assert (opinion.obligor, opinion.kind, opinion.paired) == (Obligor.OTHER, ClockKind.DUTY, True)
    assert opinion.starts == (Trigger("consult", (Condition("served", frozenset({GIVEN})),), day="served"),)
    assert (opinion.lapse[0].action, opinion.lapse[0].take) == ("answer", False)
    reply = small.clock("reply")
    assert reply is not None
    assert (reply.waits[0].trigger.action, reply.waits[0].once) == ("ask", True)
    assert (reply.restarts[0].action, reply.restarts[0].after) == ("correct", "ask")
    assert (reply.suspends[0].until, reply.suspends[0].lapse) == ("answer", "opinion")
    assert (reply.extends[0].limit, reply.extends[0].approval) == ("reg/more", "approved_by")


def test_who_is_notified_and_which_answer_is_silence_are_read(home: Path) -> None:
    path = home / "workflows/small.yaml"
    changed(path, "to: replied,", "to: replied, tell: [officer, section_head],")
    changed(path, "roles: [officer], needs: [ref]}", "roles: [officer], needs: [ref], accepts: [channel]}")
    changed(path, "lapse: opinion}", "lapse: opinion, silence: {channel: [fax]}}")
    small = read_rulebook([home], PLAIN_WEEKS).workflows["small"]
    assert small.actions["reply"].tell == ("officer", "section_head")
    reply = small.clock("reply")
    assert reply is not None
    assert reply.suspends[0].silence == (Condition("channel", frozenset({"fax"})),)


def test_a_need_may_be_dispensed_with_and_may_stand_on_the_record(home: Path) -> None:
    needs = "needs_on_record: [channel, {approved_by: {unless: {channel: [fax, absent]}}}]"
    changed(home / "workflows/small.yaml", "to: replied,", f"to: replied, {needs},")
    reply = read_rulebook([home], PLAIN_WEEKS).workflows["small"].actions["reply"]
    assert reply.requires == (
        Requirement("channel", on_record=True),
        Requirement("approved_by", True, (Condition("channel", frozenset({"fax", ABSENT})),)),
    )


def test_corrections_and_notes_carry_their_facts_in_every_workflow() -> None:
    small = read_rulebook([GOOD], PLAIN_WEEKS).workflows["small"]
    assert {"seq", "day", "void", "reason", "channel", "served"} <= set(small.actions["correct_entry"].accepts)
    assert small.actions["note"].accepts == ("text",)
    assert small.facts["day"].type == "day"


def test_a_stored_edition_gives_the_same_workflow_again() -> None:
    for workflow in read_rulebook([PROJECT], PLAIN_WEEKS).workflows.values():
        assert workflow_from_source(workflow.source) == workflow


def test_comments_and_layout_make_no_new_edition_but_a_changed_rule_does(home: Path) -> None:
    path = home / "workflows/small.yaml"
    edition = read_rulebook([home], PLAIN_WEEKS).workflows["small"].edition
    changed(path, "    stop: reply\n", "    stop:   'reply'   # 答复\n")
    assert read_rulebook([home], PLAIN_WEEKS).workflows["small"].edition == edition
    changed(path, "    stop:   'reply'", "    stop: [reply, archive]")
    assert read_rulebook([home], PLAIN_WEEKS).workflows["small"].edition != edition


# --- folders -----------------------------------------------------------------------------------------------


def test_an_own_file_takes_the_place_of_the_packaged_one_of_the_same_name(tmp_path: Path) -> None:
    own = own_folder(
        tmp_path,
        "config/ladders/days.yaml",
        "ladder: days\nlabel: 本机关\nsteps: [{at: -3, kind: urge, tell: officer}]\n",
    )
    ladder = read_rulebook([GOOD, own], PLAIN_WEEKS).ladders["days"]
    assert ladder.label == "本机关"
    assert [(step.offset, step.tell) for step in ladder.steps] == [(-3, ("officer",))]


def test_the_rule_files_are_read_once_for_each_process_and_profile() -> None:
    assert rulebook() is rulebook()
    assert rulebook(profile="gansu") is rulebook(profile="gansu")
    assert rulebook(profile="gansu") is not rulebook()


def test_a_fault_in_an_own_file_names_that_file(tmp_path: Path) -> None:
    own = own_folder(tmp_path, "config/ladders/days.yaml", "ladder: days\nlabel: 本机关\nsteps: []\n")
    with pytest.raises(FilesAtFault) as caught:
        read_rulebook([GOOD, own], PLAIN_WEEKS)
    assert str(caught.value) == f"{own.as_posix()}/config/ladders/days.yaml:3  has no steps"


def test_two_files_may_not_hold_the_same_instrument(home: Path) -> None:
    shutil.copy(home / "config/law/house.yaml", home / "config/law/house-2.yaml")
    with pytest.raises(FilesAtFault, match='instrument "house" stands in another file too'):
        read_rulebook([home], PLAIN_WEEKS)


def test_a_file_that_is_not_utf_8_is_one_fault(home: Path) -> None:
    (home / "config/law/house.yaml").write_bytes("instrument: 内部".encode("gb18030"))
    with pytest.raises(FilesAtFault) as caught:
        read_law([home])
    assert [str(fault) for fault in caught.value.faults] == ["config/law/house.yaml  is not UTF-8 (byte 12)"]


def test_python_tags_are_refused_and_run_nothing(home: Path) -> None:
    changed(home / "config/law/house.yaml", "title: 内部规定", 'title: !!python/object/apply:os.system ["true"]')
    with pytest.raises(FilesAtFault, match="title must be a text"):
        read_law([home])


def test_an_anchor_repeats_what_it_names_and_may_not_stand_inside_itself(home: Path) -> None:
    path = home / "workflows/small.yaml"
    changed(path, "start: ask", "start: &ask [ask]")
    changed(path, "start: receive", "start: *ask")
    small = read_rulebook([home], PLAIN_WEEKS).workflows["small"]
    assert [rule.starts[0].action for rule in small.clocks] == ["ask", "consult", "ask"]
    changed(path, "start: &ask [ask]", "start: &ask [ask, *ask]")
    with pytest.raises(FilesAtFault, match="an alias stands inside its own anchor"):
        read_rulebook([home], PLAIN_WEEKS)


# --- profiles ----------------------------------------------------------------------------------------------


def test_a_profile_puts_a_shorter_limit_in_place_from_the_day_it_holds() -> None:
    limit = read_rulebook([GOOD], PLAIN_WEEKS, "county").limit("reg/reply")
    lengths = [value.length for day in (2018, 2020, 2021) if (value := limit.in_force(date(day, 6, 1)))]
    assert lengths == [15, 20, 15]
    national = read_rulebook([GOOD], PLAIN_WEEKS).limit("reg/reply").in_force(date(2021, 6, 1))
    assert national is not None
    assert national.length == 20


def test_a_profile_may_fill_a_blank(home: Path) -> None:
    law = home / "config/law/county.yaml"
    changed(law, "limits:\n", "limits:\n  open:\n    label: 填空\n    values: {2021-01-01: "
            "{length: 30, unit: working_day, article: 第六条, known: memory}}\n")  # fmt: skip
    changed(home / "config/profiles/county.yaml", "reg/reply: county/reply", "house/open: county/open")
    value = read_rulebook([home], PLAIN_WEEKS, "county").limit("house/open").in_force(date(2021, 1, 1))
    assert value is not None
    assert value.length == 30


def test_an_unknown_profile_is_reported_with_the_known_ones() -> None:
    with pytest.raises(FilesAtFault, match='no profile "country"; there are: county, national'):
        read_rulebook([GOOD], PLAIN_WEEKS, "country")


# --- calendars and speed -----------------------------------------------------------------------------------


def test_calendar_files_give_plain_mappings_with_days() -> None:
    files = read_calendar_files([GOOD])
    (overlay,) = files.overlays
    assert overlay["makeup_days"] == {date(2005, 12, 31): "元旦"}
    assert overlay["published"] == date(2005, 12, 22)
    assert files.notices is not None
    assert files.notices["notices"][0]["days"] == [date(2015, 9, 3), date(2015, 9, 4)]


def test_the_calendar_takes_what_the_calendar_files_say() -> None:
    files = read_calendar_files([PROJECT])
    overlays = [announcement_of(overlay) for overlay in files.overlays]
    assert date(2005, 12, 31) in {day for overlay in overlays for day in overlay.makeup_days}
    assert files.notices is not None
    assert len(notices_from(files.notices)) == len(files.notices["notices"])


@pytest.mark.parametrize("profile", slow_after(3, PROFILES))
def test_the_packaged_rules_agree_under_every_profile(profile: str) -> None:
    assert problems(read_rulebook([PROJECT], PLAIN_WEEKS, profile)) == ()
