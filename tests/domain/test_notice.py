"""Who is told (受通知人) and in what words (拟文)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import REPOSITORY
from gkflow.domain.notice import Person, Wording, compose, find_addressees
from gkflow.files.wording import KINDS, read_wording

MAIL = {"mail": "z@example.cn"}
ZHANG = Person("张三", "法规处", ("officer",), MAIL)
LI = Person("李四", "法规处", ("section_head",), {"mail": "l@example.cn"})
WANG = Person("王五", "*", ("director",), {"mail": "w@example.cn"})
ZHAO = Person("赵六", "信访处", ("officer", "section_head"), {"mail": "zl@example.cn"})
ALL = (ZHANG, LI, WANG, ZHAO)


def told(*arguments: Any, **more: Any) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(each.name, each.role, each.vacant) for each in find_addressees(*arguments, **more)]


def test_whoever_holds_the_role_in_the_unit_is_told() -> None:
    assert told(ALL, "section_head", "法规处") == [("李四", "section_head", ())]
    assert told(ALL, "section_head", "信访处") == [("赵六", "section_head", ())]


def test_everybody_who_holds_the_role_is_told() -> None:
    second = Person("钱七", "法规处", ("section_head",), MAIL)

    assert told((LI, second), "section_head", "法规处") == [("李四", "section_head", ()), ("钱七", "section_head", ())]


def test_people_of_every_unit_serve_each_unit() -> None:
    assert told(ALL, "director", "信访处") == told(ALL, "director", "法规处") == [("王五", "director", ())]


def test_the_officer_of_the_case_is_told_and_not_another_officer() -> None:
    other = Person("孙八", "法规处", ("officer",), MAIL)

    assert told((*ALL, other), "officer", "法规处", "张三") == [("张三", "officer", ())]
    assert told((*ALL, other), "officer", "法规处") == [("张三", "officer", ()), ("孙八", "officer", ())]


def test_an_officer_whom_the_settings_do_not_know_is_kept_by_name_in_the_file() -> None:
    (only,) = find_addressees(ALL, "officer", "法规处", "周九")

    assert (only.name, only.role, dict(only.channels), only.vacant) == ("周九", "officer", {"file": ""}, ())


def test_a_vacant_post_passes_the_telling_to_the_next_role_up_and_leaves_a_copy_in_the_file() -> None:
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


def test_a_vacancy_below_the_officer_is_told_even_where_the_officer_is_unknown() -> None:
    (only,) = find_addressees((), "clerk", "法规处", "周九")

    assert (only.name, only.role, only.vacant) == ("周九", "officer", ("clerk",))


def test_a_vacancy_is_never_passed_down() -> None:
    (only,) = find_addressees((ZHANG, LI), "director", "法规处")

    assert (only.name, only.vacant) == ("", ("director", "supervising_office"))


def test_with_nobody_at_all_the_file_holds_it_under_the_role_that_was_meant() -> None:
    (only,) = find_addressees((), "officer", "法规处")

    assert (only.name, only.role, dict(only.channels)) == ("", "officer", {"file": ""})
    assert only.vacant == ("officer", "section_head", "disclosure_head", "director", "supervising_office")


def test_a_role_that_the_office_invented_has_nobody_above_it() -> None:
    (only,) = find_addressees(ALL, "archivist", "法规处")

    assert (only.name, only.role, only.vacant) == ("", "archivist", ("archivist",))


def test_a_person_without_a_channel_is_told_by_the_file() -> None:
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


@pytest.mark.parametrize("kind", [*KINDS, "", "unheard-of"])
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
