"""Adopting rules (采用规则): nothing moves until it is adopted, what moves is reported, and what was decided stays."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from gkflow.domain.deadline import Verdict
from gkflow.domain.errors import FilesAtFault, NotFound
from gkflow.in_use import KeptRules
from gkflow.office import Office
from store.offices import PEOPLE, Place, assert_sound, at, known, open_request, reply

ROOT = Path(__file__).parents[2]
LAW = "config/law/ogi-regulations.yaml"
REPLY = (
    "        length: 20\n        unit: working_day\n        article: 第三十三条第二款\n        quote: 行政机关不能当场"
)

# 20 working days from Thu 2022-09-01: 09-02, 05..09, 13..16 (12 is 中秋节), 19..23, 26..30 → 2022-09-30.
# 15 of them: → 2022-09-23. 25: 10-08, 10-09 are worked, 10-01..07 off: 08, 09, 10, 11, 12 → 2022-10-12.
TWENTY, FIFTEEN, TWENTY_FIVE = date(2022, 9, 30), date(2022, 9, 23), date(2022, 10, 12)


def own_file(home: Path, name: str, change: Callable[[str], str]) -> Path:
    """The office's own copy of a packaged file, with a change."""
    text = (ROOT / name).read_text(encoding="utf-8")
    changed = change(text)
    assert changed != text
    target = home / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(changed, encoding="utf-8")
    return target


def reply_in(home: Path, length: int) -> None:
    own_file(home, LAW, lambda text: text.replace(REPLY, REPLY.replace("20", str(length), 1), 1))


@pytest.fixture
def settled(place: Place) -> Place:
    return place.settings(PEOPLE)


def last_day(office: Office, number: str, as_of: str, clock: str = "reply") -> date | None:
    return office.deadlines(number, as_of=as_of)[clock].last_day


def listed(office: Office, number: str, as_of: str) -> date | None:
    return next(line.last_day for line in office.cases(as_of=as_of, include_closed=True) if line.case == number)


def test_a_limit_changed_in_a_file_moves_neither_lists_nor_explanations_before_it_is_adopted(settled: Place) -> None:
    with settled.open() as office:
        open_request(office, "A", "2022-09-01")
    reply_in(settled.home, 15)
    with settled.open() as office:
        assert office.rule_editions.waiting()
        assert last_day(office, "A", "2022-09-02") == TWENTY
        assert listed(office, "A", "2022-09-02") == TWENTY
        assert office.explain("A", as_of="2022-09-02").deadline.last_day == TWENTY
        entered = office.do("A", "note", facts={"text": "x"}, now=at("2022-09-02"))
        assert entered.last_day == TWENTY
        open_request(office, "B", "2022-09-01")
        assert last_day(office, "B", "2022-09-02") == TWENTY, "nothing mixes"
        assert {sign.name for sign in office.doctor(at("2022-09-02"))} >= {"rules_edition"}
        assert_sound(office)


def test_adopting_lists_the_value_with_its_place_and_moves_the_open_deadline_by_an_entry(settled: Place) -> None:
    with settled.open() as office:
        open_request(office, "A", "2022-09-01")
        before = office.rule_editions.present.edition
        reply_in(settled.home, 15)
        (change,) = office.rule_editions.changes()
        assert (change.kind, change.name, change.label) == ("limit", "ogi-regulations/reply", "答复期限")
        assert (change.what, change.old, change.new) == ("values.2019-05-15.length", 20, 15)
        lines = (settled.home / LAW).read_text(encoding="utf-8").splitlines()
        assert change.file == (settled.home / LAW).as_posix()
        assert lines[change.line - 1].strip() == "length: 15"
        (moved,) = office.rule_editions.moving(now=at("2022-09-05"))
        assert (moved.case, moved.clock, moved.old, moved.new) == ("A", "reply", TWENTY, FIFTEEN)
        assert moved.earlier
        assert moved.why.startswith(
            "答复期限由20个工作日改为15个工作日（《中华人民共和国政府信息公开条例》第三十三条第二款"
        )
        assert last_day(office, "A", "2022-09-05") == TWENTY, "looking writes nothing"

        done = office.rule_editions.adopt(by="王五", now=at("2022-09-05"))
        assert (done.moved, done.earlier) == (1, 1)
        assert (last_day(office, "A", "2022-09-05"), listed(office, "A", "2022-09-05")) == (FIFTEEN, FIFTEEN)
        assert (last_day(office, "A", "2022-09-02"), listed(office, "A", "2022-09-02")) == (TWENTY, TWENTY)
        entry = office.case("A", as_of="2022-09-05").record[-1]
        assert (entry.action, entry.by) == ("recount", "王五")
        assert entry.facts["last_day_before"] == "2022-09-30"
        assert entry.facts["last_day_after"] == "2022-09-23"
        present = office.rule_editions.present.edition
        assert entry.facts["rules_edition"] == present[:12] != before[:12]
        assert "第三十三条第二款" in entry.facts["text"]
        assert office.rule_editions.waiting() == ""
        assert list(office.rule_editions.moving(now=at("2022-09-06"))) == []
        notice = [(each.kind, each.name) for each in office.notices() if each.kind.startswith("moved")]
        assert sorted(notice) == [("moved_earlier", "张三"), ("moved_earlier", "李四")]
        assert_sound(office)


def test_what_ends_later_is_notified_to_the_officer_alone_and_after_all_that_ends_earlier(settled: Place) -> None:
    with settled.open() as office:
        open_request(office, "A", "2022-09-01")
        reply_in(settled.home, 25)
        office.rule_editions.adopt(now=at("2022-09-05"))
        assert last_day(office, "A", "2022-09-05") == TWENTY_FIVE
        (notice,) = [each for each in office.notices() if each.kind.startswith("moved")]
        assert (notice.kind, notice.name) == ("moved_later", "张三")


def test_closed_cases_and_stopped_clocks_keep_the_rules_of_their_day(settled: Place) -> None:
    with settled.open() as office:
        open_request(office, "A", "2022-09-01")
        reply(office, "A", "2022-09-28")  # within 20 working days, not within 15
        reply_in(settled.home, 15)
        assert list(office.rule_editions.moving(now=at("2022-10-08"))) == []
        office.rule_editions.adopt(now=at("2022-10-08"))
        after = office.deadlines("A", as_of="2022-10-20")["reply"]
        assert (after.last_day, after.verdict) == (TWENTY, Verdict.ON_TIME)
        office.do("A", "note", facts={"text": "备注"}, now=at("2022-10-20"))
        assert office.deadlines("A", as_of="2022-10-20")["reply"].verdict == Verdict.ON_TIME
        value = office.explain("A", clock="reply", as_of="2022-10-20").deadline.value
        assert value is not None
        assert value.length == 20
        assert_sound(office)


def test_a_clock_that_goes_on_in_a_closed_case_is_shown_alike_by_list_and_by_show(settled: Place) -> None:
    with settled.open() as office:
        open_request(office, "A", "2022-09-01")
        reply(office, "A", "2022-09-20")
        office.do("A", "deliver", now=at("2022-09-21"))
        before = last_day(office, "A", "2022-09-21", "archive")
        old = "2008-05-01: {length: 10, unit: working_day, article: 第五条"
        own_file(settled.home, "config/law/house-rules.yaml", lambda text: text.replace(old, old.replace("10", "11")))
        assert list(office.rule_editions.moving(now=at("2022-09-22"))) == []
        office.rule_editions.adopt(now=at("2022-09-22"))
        assert last_day(office, "A", "2022-09-23", "archive") == before
        assert_sound(office)


def test_a_case_keeps_its_workflow_and_one_opened_afterwards_has_the_new_one(settled: Place) -> None:
    with settled.open() as office:
        open_request(office, "A", "2022-09-01")
        own_file(
            settled.home, "workflows/request.yaml", lambda text: text.replace("label: 答复\n", "label: 作出答复\n", 1)
        )
        office.rule_editions.adopt(now=at("2022-09-05"))
        open_request(office, "B", "2022-09-06")
        editions = {case: office.case(case, as_of="2022-09-06").edition for case in ("A", "B")}
        assert editions["A"] != editions["B"]
        assert_sound(office)


def test_a_suspension_that_a_lapse_ends_moves_with_the_limit_of_the_lapse(settled: Place) -> None:
    # 第三十二条: 15 working days from the day on which the third party got the letter; with 10 it ends earlier.
    with settled.open() as office:
        open_request(office, "A", "2022-09-01")
        office.do("A", "consult_third_party", facts={"ref": "甲", "served": "2022-09-02"}, now=at("2022-09-02"))
        office.tick(at("2022-09-28"))
        # 15 from Fri 09-02: 05..09, 13..16, 19..23, 26 → 09-26; then 19 of 20 are left: 09-27..30, 10-08..14, 17..21,
        # 24..26.
        assert last_day(office, "A", "2022-09-28") == date(2022, 10, 26)
        old = "        length: 15\n        unit: working_day\n        article: 第三十二条"
        own_file(settled.home, LAW, lambda text: text.replace(old, old.replace("15", "10"), 1))
        moves = {each.clock: (each.old, each.new) for each in office.rule_editions.moving(now=at("2022-09-28"))}
        # 10 from 09-02: 05..09, 13..16, 19 → 09-19, five working days earlier, and so is the reply.
        assert moves["reply"] == (date(2022, 10, 26), date(2022, 10, 19))
        office.rule_editions.adopt(now=at("2022-09-28"))
        assert last_day(office, "A", "2022-09-28") == date(2022, 10, 19)
        assert_sound(office)


def test_a_waiting_clock_is_drawn_up_anew_though_nothing_moves(settled: Place) -> None:
    with settled.open() as office:
        open_request(office, "A", "2022-09-01")
        office.do("A", "ask_correction", facts={"items": "身份证明"}, now=at("2022-09-02"))
        reply_in(settled.home, 15)
        assert [each.clock for each in office.rule_editions.moving(now=at("2022-09-05"))] == []
        office.rule_editions.adopt(now=at("2022-09-05"))
        assert office.deadlines("A", as_of="2022-09-05")["reply"].remaining == 15
        assert_sound(office)


def test_comments_and_layout_are_no_change_and_nothing_waits(settled: Place) -> None:
    with settled.open() as office:
        own_file(
            settled.home,
            LAW,
            lambda text: "# 本机关的说明\n" + text.replace("rank: regulation", "rank:   'regulation'"),
        )
        assert office.rule_editions.waiting() == ""
        assert office.rule_editions.changes() == []


def test_rules_go_back_by_adopting_the_files_of_before(settled: Place) -> None:
    with settled.open() as office:
        first = office.rule_editions.present.edition
        open_request(office, "A", "2022-09-01")
        reply_in(settled.home, 15)
        office.rule_editions.adopt(now=at("2022-09-05"))
        (settled.home / LAW).unlink()
        (back,) = office.rule_editions.moving(now=at("2022-09-06"))
        assert (back.old, back.new, back.earlier) == (FIFTEEN, TWENTY, False)
        office.rule_editions.adopt(now=at("2022-09-06"))
        assert office.rule_editions.present.edition == first
        assert [each.edition == first for each in office.rule_editions.all()] == [True, False, True]
        days = [last_day(office, "A", day) for day in ("2022-09-02", "2022-09-05", "2022-09-06")]
        assert days == [TWENTY, FIFTEEN, TWENTY]
        assert_sound(office)


def test_calendar_and_rules_are_adopted_one_after_the_other_in_any_order(place: Place) -> None:
    # 国办发明电〔2018〕15号 of 2018-12-06: Sat 12-29 worked, Mon 12-31 off; 20 working days from Mon 2018-12-03:
    # 12-04..07, 10..14, 17..21, 24..28 are 19, then Mon 12-31 → with the notice Sat 12-29. The limit of then is 15
    # (条例 2008年文本 第二十四条): 12-24; made 20 by the office's own file.
    old = (
        "        length: 15\n        unit: working_day\n        article: 第二十四条第二款\n        quote: 行政机关不能"
    )
    with place.settings(PEOPLE).open() as office:
        office.calendars.adopt(known("2018-11-30"), now=at("2018-11-30"))
        open_request(office, "A", "2018-12-03")
        assert last_day(office, "A", "2018-12-03") == date(2018, 12, 24)
        own_file(place.home, LAW, lambda text: text.replace(old, old.replace("15", "20"), 1))
        office.rule_editions.adopt(now=at("2018-12-05"))
        assert last_day(office, "A", "2018-12-05") == date(2018, 12, 31)
        assert_sound(office)
        office.calendars.adopt(known("2018-12-06"), now=at("2018-12-07"))
        assert last_day(office, "A", "2018-12-07") == date(2018, 12, 29)
        assert [last_day(office, "A", day) for day in ("2018-12-04", "2018-12-06")] == [
            date(2018, 12, 24),
            date(2018, 12, 31),
        ]
        assert_sound(office)


def test_a_limit_and_a_ladder_that_are_dropped_still_hold_for_the_cases_that_began_under_them(settled: Place) -> None:
    with settled.open() as office:
        limits, ladders = office.rules.rulebook.law.limits, office.rules.rulebook.ladders
        # As a later release may have it: the limit of the reply under another name, its ladder gone.
        kept = office.rule_editions.present
        data = json.loads(kept.text)
        said = data["files"][LAW]["limits"]
        said["answer"] = said.pop("reply")
        del data["files"]["config/ladders/reply.yaml"]
        later = KeptRules("e" * 64, at("2022-09-05"), "王五", "", json.dumps(data, ensure_ascii=False))
        rules = office._state.rules_with(office.held, rules=[later])
        assert "ogi-regulations/reply" not in rules.rulebook.law.limits
        assert rules.rulebook.limit("ogi-regulations/reply").values == limits["ogi-regulations/reply"].values
        assert rules.rulebook.ladders["reply"] == ladders["reply"]


def test_rules_with_a_fault_are_never_adopted_and_the_office_goes_on_with_its_own(settled: Place) -> None:
    with settled.open() as office:
        open_request(office, "A", "2022-09-01")
    own_file(settled.home, LAW, lambda text: text.replace("unit: working_day", "unit: workday", 1))
    with settled.open() as office:
        assert last_day(office, "A", "2022-09-02") == TWENTY
        assert office.rule_editions.files(thorough=True).fault is not None
        with pytest.raises(FilesAtFault):
            office.rule_editions.adopt(now=at("2022-09-05"))
        assert len(office.rule_editions.all()) == 1


def test_another_profile_and_another_reading_wait_as_well(settled: Place) -> None:
    with settled.open() as office:
        assert office.rule_editions.waiting() == ""
    settled.settings(PEOPLE.replace("[office]", 'profile = "zhongshan"\n[office]', 1))
    with settled.open() as office:
        changes = office.rule_editions.changes()
        assert ("profile", "national", "zhongshan") in [(each.what, each.old, each.new) for each in changes]
        assert office.rules.rulebook.instead == {}, "the office works by what it adopted"
        office.rule_editions.adopt(now=at("2022-09-05"))
        assert office.rules.rulebook.instead != {}


def test_two_editions_are_compared_by_the_beginnings_of_their_names(settled: Place) -> None:
    with settled.open() as office:
        first = office.rule_editions.present.edition
        reply_in(settled.home, 15)
        office.rule_editions.adopt(now=at("2022-09-05"))
        second = office.rule_editions.present.edition
        (change,) = office.rule_editions.changes(second[:8], first[:8])
        assert (change.old, change.new, change.line) == (15, 20, 0)
        with pytest.raises(NotFound):
            office.rule_editions.changes("zzz")


def test_rules_that_another_process_has_just_adopted_are_not_adopted_twice(settled: Place) -> None:
    with settled.open() as office, settled.open() as other:
        reply_in(settled.home, 15)
        office.rule_editions.adopt(by="甲", now=at("2022-09-05"))
        done = other.rule_editions.adopt(by="乙", now=at("2022-09-05"))
        assert (done.moved, done.touched) == (0, 0)
        assert len(other.rule_editions.all()) == 2
