"""Who is notified (受通知人) and in what words (拟文)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import REPOSITORY
from gkflow.domain.notice import (
    ROLES_UPWARD,
    Person,
    ReportingLine,
    Wording,
    compose,
    find_addressees,
    find_all,
    names_twice,
)
from gkflow.files.wording import KINDS, read_wording
from slow_walks import slow_after

MAIL = {"mail": "z@example.cn"}
ZHANG = Person("张三", "法规处", ("officer",), MAIL)
LI = Person("李四", "法规处", ("section_head",), {"mail": "l@example.cn"})
WANG = Person("王五", "*", ("director",), {"mail": "w@example.cn"})
ZHAO = Person("赵六", "信访处", ("officer", "section_head"), {"mail": "zl@example.cn"})
ALL = (ZHANG, LI, WANG, ZHAO)


def notified(*arguments: Any, **more: Any) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(each.name, each.role, each.vacant) for each in find_addressees(*arguments, **more)]


def test_whoever_holds_the_role_in_the_unit_is_notified() -> None:
    assert notified(ALL, "section_head", "法规处") == [("李四", "section_head", ())]
    assert notified(ALL, "section_head", "信访处") == [("赵六", "section_head", ())]


def test_everybody_who_holds_the_role_is_notified() -> None:
    second = Person("钱七", "法规处", ("section_head",), MAIL)

    assert notified((LI, second), "section_head", "法规处") == [
        ("李四", "section_head", ()),
        ("钱七", "section_head", ()),
    ]


def test_people_of_every_unit_serve_each_unit() -> None:
    assert notified(ALL, "director", "信访处") == notified(ALL, "director", "法规处") == [("王五", "director", ())]


def test_the_officer_of_the_case_is_notified_and_not_another_officer() -> None:
    other = Person("孙八", "法规处", ("officer",), MAIL)

    assert notified((*ALL, other), "officer", "法规处", "张三") == [("张三", "officer", ())]
    assert notified((*ALL, other), "officer", "法规处") == [("张三", "officer", ()), ("孙八", "officer", ())]


def test_an_officer_whom_the_settings_do_not_know_is_named_to_the_next_one_up() -> None:
    (only,) = find_addressees(ALL, "officer", "法规处", "周九")

    assert (only.name, only.role, only.vacant, only.unknown) == ("李四", "section_head", ("officer",), "周九")
    assert dict(only.channels) == {"mail": "l@example.cn", "file": ""}


def test_where_the_settings_name_nobody_the_officer_of_the_case_is_kept_by_name_in_the_file() -> None:
    (only,) = find_addressees((), "officer", "法规处", "周九")

    assert (only.name, only.role, dict(only.channels), only.vacant) == ("周九", "officer", {"file": ""}, ())


def test_an_officer_of_a_section_is_reached_by_their_own_channels_on_a_case_of_the_whole_office() -> None:
    (only,) = find_addressees(ALL, "officer", "GK", "张三")

    assert (only.name, only.vacant, dict(only.channels)) == ("张三", (), {"mail": "z@example.cn"})


def test_an_officer_of_the_unit_comes_before_one_of_the_same_name_elsewhere() -> None:
    elsewhere = Person("张三", "信访处", ("officer",), {"mail": "other@example.cn"})

    (only,) = find_addressees((elsewhere, ZHANG), "officer", "法规处", "张三")

    assert dict(only.channels) == {"mail": "z@example.cn"}


def test_a_vacant_post_passes_the_notice_to_the_next_role_up_and_leaves_a_copy_in_the_file() -> None:
    (only,) = find_addressees((WANG,), "section_head", "法规处")

    assert (only.name, only.role) == ("王五", "director")
    assert only.vacant == ("section_head", "disclosure_head")
    assert dict(only.channels) == {"mail": "w@example.cn", "file": ""}


def test_the_copy_in_the_file_does_not_take_the_place_of_a_persons_own_file() -> None:
    director = Person("王五", "*", ("director",), {"file": "director.txt"})

    (only,) = find_addressees((director,), "section_head", "法规处")

    assert dict(only.channels) == {"file": "director.txt"}


def test_a_post_that_is_held_leaves_no_copy_in_the_file() -> None:
    (only,) = find_addressees(ALL, "section_head", "法规处")

    assert "file" not in only.channels


def test_a_vacancy_below_the_officer_is_reported_even_where_the_officer_is_unknown() -> None:
    (only,) = find_addressees(ALL, "clerk", "法规处", "周九")

    assert (only.name, only.role, only.vacant, only.unknown) == ("李四", "section_head", ("clerk", "officer"), "周九")


def test_past_the_end_of_the_line_the_fallback_is_notified() -> None:
    line = ReportingLine(fallback=("disclosure_head", "张三"))

    (only,) = find_addressees((ZHANG, LI), "director", "法规处", line=line)

    assert (only.name, only.role, only.vacant) == ("张三", "officer", ("director", "supervising_office"))
    assert dict(only.channels) == {"mail": "z@example.cn", "file": ""}


def test_without_a_fallback_whoever_holds_the_highest_post_is_notified() -> None:
    assert notified((ZHANG, LI), "director", "法规处") == [("李四", "section_head", ("director", "supervising_office"))]


def test_a_vacant_supervising_office_makes_the_director_hear_of_it() -> None:
    assert notified((ZHANG, LI, WANG), "supervising_office", "法规处") == [
        ("王五", "director", ("supervising_office",))
    ]


def test_the_line_is_the_one_that_the_settings_name() -> None:
    line = ReportingLine(roles=("section_head", "supervising_office", "director"))
    office = Person("督办室", "*", ("supervising_office",), MAIL)

    assert notified((WANG, office), "section_head", "法规处", line=line) == [
        ("督办室", "supervising_office", ("section_head",))
    ]


def test_the_head_of_the_whole_office_answers_for_its_sections() -> None:
    head = Person("钱七", "GK", ("director", "section_head"), MAIL)
    supervising = Person("督办室", "*", ("supervising_office",), MAIL)
    line = ReportingLine(office="GK")

    assert notified((head, supervising), "director", "法规处", line=line) == [("钱七", "director", ())]
    # The head of another section does not: the director is next.
    assert notified((head, supervising), "section_head", "法规处", line=line) == [
        ("钱七", "director", ("section_head", "disclosure_head"))
    ]


@given(
    people=st.lists(
        st.builds(
            Person, st.sampled_from(["甲", "乙"]), st.sampled_from(["A", "B", "*"]),
            st.lists(st.sampled_from(ROLES_UPWARD), min_size=1, max_size=3).map(tuple), st.just(MAIL),
        ),
        min_size=1, max_size=4,
    ),
    role=st.sampled_from([*ROLES_UPWARD, "archivist"]), unit=st.sampled_from(["A", "B", "C"]),
    officer=st.sampled_from(["", "甲", "丙"]), fallback=st.lists(st.sampled_from([*ROLES_UPWARD, "丁"])).map(tuple),
    roles=st.lists(st.sampled_from(ROLES_UPWARD), unique=True).map(tuple),
)  # fmt: skip
def test_somebody_is_always_reached_where_the_settings_name_anybody(
    people: list[Person], role: str, unit: str, officer: str, fallback: tuple[str, ...], roles: tuple[str, ...]
) -> None:
    found = find_addressees(people, role, unit, officer, ReportingLine(roles, fallback, "A"))

    assert found
    assert all(who.name for who in found)


def test_one_person_in_three_roles_is_found_once() -> None:
    one = Person("赵六", "法规处", ("officer", "section_head", "director"), MAIL)

    (only,) = find_all((one,), ("officer", "section_head", "director", "supervising_office"), "法规处", "赵六")

    assert (only.name, only.role, only.meant) == ("赵六", "officer", "officer")
    assert only.vacant == ("supervising_office",)
    assert dict(only.channels) == {"mail": "z@example.cn", "file": ""}


def test_one_person_listed_once_for_each_role_is_found_once() -> None:
    listed = (Person("赵六", "法规处", ("officer",), MAIL), Person("赵六", "*", ("director",), MAIL))

    assert len(find_all(listed, ("officer", "director"), "法规处", "赵六")) == 1


def test_two_people_of_one_name_are_two() -> None:
    one = Person("张伟", "法规处", ("section_head",), {"mail": "one@example.gov.cn"})
    two = Person("张伟", "法规处", ("section_head",), {"mail": "two@example.gov.cn"})

    found = find_all((one, two), ("section_head", "officer"), "法规处", "张伟")

    assert [dict(who.channels) for who in found] == [{"mail": "one@example.gov.cn"}, {"mail": "two@example.gov.cn"}]
    assert names_twice((one, two, LI)) == ("张伟",)


def test_with_nobody_at_all_the_file_holds_it_under_the_role_that_was_meant() -> None:
    (only,) = find_addressees((), "officer", "法规处")

    assert (only.name, only.role, dict(only.channels)) == ("", "officer", {"file": ""})
    assert only.vacant == ("officer", "section_head", "disclosure_head", "director", "supervising_office")


def test_a_role_that_the_office_invented_goes_to_the_highest_post() -> None:
    (only,) = find_addressees(ALL, "archivist", "法规处")

    assert (only.name, only.role, only.vacant) == ("王五", "director", ("archivist",))


def test_a_person_without_a_channel_is_notified_by_the_file() -> None:
    (only,) = find_addressees((Person("张三", "法规处", ("officer",)),), "officer", "法规处")

    assert dict(only.channels) == {"file": ""}


# -- words -------------------------------------------------------------------------------------------------------

WORDING = Wording(
    "1", "", {"note": ("{case}", "{to}：{text}\n"), "remind": ("提醒 {case}", "{deadline}，{days_left} 个工作日")}
)


def test_a_notice_is_made_of_its_facts() -> None:
    assert compose(WORDING, {"kind": "remind", "case": "C-1", "deadline": "2026-03-30", "days_left": 0}) == (
        "提醒 C-1",
        "2026-03-30，0 个工作日",
    )


def test_missing_facts_read_as_a_dash() -> None:
    assert compose(WORDING, {"kind": "remind", "case": None, "deadline": ""}) == ("提醒 —", "—，— 个工作日")


def test_a_kind_without_words_of_its_own_reads_as_a_note() -> None:
    assert compose(WORDING, {"kind": "unheard-of", "case": "C-1", "to": "张三", "text": "见附件"}) == (
        "C-1",
        "张三：见附件",
    )


def test_braces_in_a_fact_are_no_template() -> None:
    assert compose(WORDING, {"kind": "note", "case": "{deadline}", "text": "{0} {x.y}"}) == (
        "{deadline}",
        "—：{0} {x.y}",
    )


SHIPPED = read_wording([REPOSITORY])


@pytest.mark.parametrize("kind", slow_after(8, ["", "unheard-of", *KINDS]))
@given(
    facts=st.dictionaries(
        st.sampled_from(["case", "to", "deadline", "day", "officer", "title"]), st.none() | st.text() | st.integers()
    )
)
def test_the_shipped_words_never_fail_on_missing_facts(kind: str, facts: dict[str, Any]) -> None:
    subject, text = compose(SHIPPED, {**facts, "kind": kind})

    assert subject
    assert text
    if not any("{" in str(value) for value in facts.values()):
        assert "{" not in subject + text


def test_what_reaches_nobody_is_one_entry_with_every_vacant_post() -> None:
    (only,) = find_all((), ("officer", "section_head", "director"), "法规处")

    assert (only.name, only.role) == ("", "officer")
    assert only.vacant == ("officer", "section_head", "disclosure_head", "director", "supervising_office")
    assert dict(only.channels) == {"file": ""}


@pytest.fixture(scope="module")
def packaged() -> Wording:
    """The words that offices have unless they write their own."""
    return read_wording([REPOSITORY])


def _text_for(wording: Wording, people: tuple[Person, ...], officer: str = "") -> str:
    (who,) = find_all(people, ("section_head",), "法规处", officer)
    facts = {
        "kind": "note", "case": "A", "to": who.name, "role": who.role, "meant": who.meant, "vacant": who.vacant,
        "unknown": who.unknown,
    }  # fmt: skip
    return compose(wording, facts)[1].splitlines()[-1]


def test_a_notice_to_nobody_says_so_and_names_nobody_as_notified(packaged: Wording) -> None:
    line = _text_for(packaged, ())
    assert line == (
        "设置中无人担任科室负责人、政府信息公开工作机构负责人、机关负责人、政府信息公开工作主管部门，"
        "本通知没有收件人，只写入通知文件。"
    )


def test_a_notice_passed_on_names_the_person_who_gets_it(packaged: Wording) -> None:
    line = _text_for(packaged, (WANG,))
    assert line == ("本案所在单位无人担任科室负责人、政府信息公开工作机构负责人，按职责顺序告知机关负责人王五。")


def test_who_acted_is_not_a_dash_where_nobody_is_named(packaged: Wording) -> None:
    facts = {
        "kind": "action", "case": "A", "to": "张三", "day": "2026-03-02", "by": "", "action_label": "收件",
        "state_label": "已收件", "workflow_label": "依申请公开", "title": "", "deadline": None,
    }  # fmt: skip
    _, text = compose(packaged, facts)
    assert "—" not in text
    assert text.splitlines()[1:] == [
        "案件 A（依申请公开）：未填内容摘要", "2026-03-02 办理“收件”，现为“已收件”，最后一日：暂无。经办人：未注明。",
    ]  # fmt: skip
    named = compose(packaged, {**facts, "by": "李四", "deadline": "2026-03-30"})[1].splitlines()[-1]
    assert named == "2026-03-02 办理“收件”，现为“已收件”，最后一日：2026-03-30。经办人：李四。"
