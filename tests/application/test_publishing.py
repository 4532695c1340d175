"""What leaves the office and what does not (对外公开), by the examples of law and of what once got out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gkflow.domain.publication import Kept
from gkflow.office import Office
from store.offices import apart, at

DAY = "2026-03-10"  # a Tuesday
NOW = at(DAY)
LATER = at("2026-03-20")


def opened(office: Office, workflow: str, number: str = "P-1", **facts: Any) -> None:
    office.receive(workflow, number, now=NOW, **apart(**facts))


def do(office: Office, action: str, number: str = "P-1", **facts: Any) -> None:
    office.do(number, action, now=NOW, **apart(**facts))


def shown(office: Office, number: str = "P-1", as_of: str = DAY) -> dict[str, Any]:
    return office.published(number, as_of=as_of)


def kept(office: Office, number: str = "P-1", as_of: str = DAY) -> Kept | None:
    return office.why_kept(number, as_of=as_of)


def a_marked_paper(office: Office, way: str = "open", **facts: Any) -> None:
    opened(office, "proactive", attribute="open", formed=DAY, title="某办法", drafter="某科", officer="李四", **facts)
    do(office, "submit", text="内部意见：影响不好")
    do(office, "review_secrecy", outcome="cleared", reviewer="赵六", text="审查意见：可以")
    do(office, "mark", way=way)


CODE = "91350100M000100Y43"
PENALTY = {
    "document_number": "罚〔2026〕1号", "legal_basis": "某法第一条", "case_name": "某案", "counterparty": "甲公司",
    "uscc": CODE, "violation": "某行为", "authority": "某局", "outcome": "罚款", "remedy": "六十日内申请复议",
}  # fmt: skip
PERMIT = {
    "title": "某项目", "document_number": "许〔2026〕1号", "legal_basis": "某法第一条", "project": "某项目",
    "counterparty": "甲公司", "uscc": CODE, "authority": "某局", "decision_date": DAY, "content": "某内容",
}  # fmt: skip


def a_published_penalty(office: Office, **facts: Any) -> None:
    opened(office, "penalty", facts={**PENALTY, "decision_date": DAY, **facts})
    do(office, "publish")


# -- the examples of the issue ---------------------------------------------------------------------------------------


def test_a_permit_withheld_as_a_state_secret_stays_in(office: Office) -> None:
    opened(office, "permit", title="某项目", document_number="许〔2026〕1号", content="秘密内容")
    do(office, "withhold", withhold_ground="state_secret")
    assert (shown(office), kept(office)) == ({}, Kept.STATE)


def test_a_penalty_that_is_not_published_yet_stays_in(office: Office) -> None:
    opened(office, "penalty", facts={**PENALTY, "title": "某案", "decision_date": DAY})
    assert (shown(office), kept(office)) == ({}, Kept.STATE)
    do(office, "review", text="建议公开")
    assert shown(office) == {}
    do(office, "publish")
    assert shown(office)["处罚结果"] == "罚款"
    assert "建议公开" not in json.dumps(shown(office), ensure_ascii=False)


@pytest.mark.parametrize("way", ["withheld", "on_request"])
def test_a_document_that_is_marked_otherwise_than_open_stays_in_even_when_it_was_published(
    office: Office, way: str
) -> None:
    a_marked_paper(office, way)
    do(office, "publish", changed_reason="误标")
    assert (shown(office), kept(office)) == ({}, Kept.ATTRIBUTE)


def test_a_document_whose_attribute_is_decided_anew_with_its_reason_lies_open(office: Office) -> None:
    a_marked_paper(office, "on_request")
    do(office, "publish", attribute="open", changed_reason="情势变更")
    assert shown(office)["信息名称"] == "某办法"


def test_a_document_decided_to_be_withheld_after_its_mark_stays_in(office: Office) -> None:
    a_marked_paper(office)
    do(office, "form", formed=DAY, attribute="withheld")
    do(office, "publish", changed_reason="误操作")
    assert kept(office) is Kept.ATTRIBUTE


def test_the_business_secret_of_a_third_party_never_leaves_with_a_refused_request(office: Office) -> None:
    office.receive("request", "R-1", facts={"channel": "in_person"}, title="某公司配方", now=NOW)
    office.do("R-1", "register", now=NOW)
    office.do("R-1", "assign", facts={"officer": "李四"}, now=NOW)
    office.do("R-1", "consult_third_party", facts={"ref": "某公司", "served": DAY}, now=NOW)
    office.do("R-1", "third_party_answers", facts={"ref": "某公司", "opinion": "object"}, now=NOW)
    office.do("R-1", "reply", facts={"decision": "D-REF-15", "method": "handed"}, now=NOW)
    assert (shown(office, "R-1"), kept(office, "R-1")) == ({}, Kept.NEVER)


def test_opinions_reviewers_and_drafting_words_stay_in_when_the_document_is_open(office: Office) -> None:
    a_marked_paper(office)
    do(office, "publish", url="https://example.gov.cn/a")
    out = json.dumps(shown(office), ensure_ascii=False)
    assert "某办法" in out
    for inside in ("内部意见", "审查意见", "赵六", "李四", "某科"):
        assert inside not in out


def test_who_approved_never_leaves(office: Office) -> None:
    opened(office, "proposal", kind="deputy_suggestion", title="某建议", assigned_on=DAY, approved_by="王主任")
    do(office, "review_disclosure", disclosure="full", opinion="建议公开")
    do(office, "reply", disclosure="full")
    do(office, "publish", url="https://example.gov.cn/p")
    assert shown(office) == {
        "内容摘要": "某建议",
        "类别": "人大代表建议、批评和意见",
        "网址": "https://example.gov.cn/p",
    }


# -- what was open and is not any more -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ([("revoke", {"ground": "unlawful", "publicity": "published"})], Kept.STATE),
        (
            [
                ("revoke", {"ground": "unlawful", "publicity": "published"}),
                ("take_down", {"public_reason": "决定已撤销"}),
            ],
            Kept.STATE,
        ),
        ([("repair", {})], Kept.STATE),
        ([("expire", {})], Kept.STATE),
        ([("expire", {}), ("archive", {})], Kept.STATE),
    ],
    ids=["revoked", "taken down", "repaired", "expired", "archived"],
)
def test_a_permit_that_was_published_does_not_lie_open_once_it_is(
    office: Office, steps: list[tuple[str, dict[str, str]]], why: Kept
) -> None:
    opened(office, "permit", facts=PERMIT)
    do(office, "publish")
    assert shown(office)["许可内容"] == "某内容"
    for action, facts in steps:
        do(office, action, **facts)
    assert (shown(office), kept(office)) == ({}, why)


def test_a_publication_that_was_a_mistake_is_none(office: Office) -> None:
    a_published_penalty(office, title="某案")
    assert shown(office)
    seq = office.case("P-1", as_of=DAY).record[-1].seq
    do(office, "correct_entry", facts={"seq": seq, "void": True, "reason": "误录"})
    assert shown(office) == {}


def test_a_mark_that_is_corrected_takes_the_document_back(office: Office) -> None:
    a_marked_paper(office)
    do(office, "publish")
    seq = next(entry.seq for entry in office.case("P-1", as_of=DAY).record if entry.action == "mark")
    do(office, "correct_entry", facts={"seq": seq, "way": "withheld", "reason": "误录"})
    assert kept(office) is Kept.ATTRIBUTE


def test_what_is_being_changed_is_not_open_until_the_change_is_published(office: Office) -> None:
    a_marked_paper(office)
    do(office, "publish", item="旧事项")
    do(office, "change", change_kind="amended", text="新内容")
    assert kept(office) is Kept.STATE
    do(office, "review_change", outcome="cleared")
    assert kept(office) is Kept.STATE
    do(office, "update", item="新事项")
    assert shown(office)["公开事项"] == "新事项"


def test_what_was_entered_after_the_publication_has_not_been_published(office: Office) -> None:
    opened(office, "decision", title="某决策")
    do(office, "publish_draft", draft_url="https://example.gov.cn/d", basis="某法", feedback_way="邮箱",
       comment_until="2026-04-15")  # fmt: skip
    office.do("P-1", "close_comments", facts={"comments": 7}, now=at("2026-04-16"))
    assert "收到意见条数" not in shown(office, as_of="2026-04-16")
    office.do("P-1", "publish_adoption", facts={"adopted": 3}, now=at("2026-04-17"))
    assert shown(office, as_of="2026-04-17")["收到意见条数"] == 7


def test_a_penalty_whose_longest_period_has_run_out_is_not_open_though_no_sweep_has_ended_it(office: Office) -> None:
    """信用修复管理办法（第36号）: 最长公示期届满后，相关信息自动停止公示."""
    day, until = "2026-04-02", "2026-12-31"
    facts = {**PENALTY, "decision_date": day, "severity": "general", "publicity_until": until}
    office.receive("penalty", "P-1", facts=facts, now=at(day))
    office.do("P-1", "publish", now=at(day))
    assert kept(office, as_of=until) is None
    assert kept(office, as_of="2027-01-01") is Kept.RUN_OUT
    assert shown(office, as_of="2027-01-01") == {}


@pytest.mark.parametrize("disclosure", ["withheld"])
def test_a_proposal_that_was_not_agreed_to_be_open_stays_in(office: Office, disclosure: str) -> None:
    opened(office, "proposal", kind="deputy_suggestion", title="某建议", assigned_on=DAY)
    do(office, "review_disclosure", disclosure=disclosure)
    do(office, "reply", disclosure=disclosure, ground="涉密")
    do(office, "publish", url="https://example.gov.cn/p")
    assert kept(office) is Kept.ATTRIBUTE


# -- a register records what happened; it opens nothing by itself ------------------------------------------------------


def imported(office: Office, *rows: dict[str, str]) -> None:
    whole = [{"case": "P-1", **row} for row in rows]
    assert office.import_register(enumerate(whole, 2), now=LATER).taken == len(rows)


def test_a_paper_that_a_register_publishes_without_review_or_mark_stays_in(office: Office) -> None:
    row = {"workflow": "proactive", "day": DAY}
    imported(office, {**row, "action": "draft", "attribute": "open"}, {**row, "action": "publish", "title": "某办法"})
    assert kept(office) is Kept.UNPUBLISHED


def test_a_permit_that_a_register_publishes_again_after_it_was_revoked_stays_in(office: Office) -> None:
    row = {"workflow": "permit", "day": DAY}
    imported(
        office,
        {**row, "action": "decide", "title": "某项目"},
        {**row, "action": "publish"},
        {**row, "action": "revoke", "ground": "unlawful", "publicity": "published"},
        {**row, "action": "publish", "day": "2026-03-11"},
    )
    assert (shown(office), office.case("P-1", as_of="2026-03-11").state) == ({}, "published")


# -- people ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"counterparty_kind": "legal_person"}, "甲某某公司"),
        ({"counterparty_kind": "sole_trader"}, "甲某某公司"),
        ({}, "甲某某公司"),
        ({"counterparty_kind": "natural_person", "person_name": "甲某某公司", "uscc": ""}, "甲＊＊＊＊"),
    ],
    ids=["company", "sole trader", "kind missing, code given", "natural person"],
)
def test_a_name_is_clear_only_where_it_is_known_not_to_be_that_of_a_natural_person(
    office: Office, facts: dict[str, str], name: str
) -> None:
    a_published_penalty(office, counterparty="甲某某公司", title="对甲某某公司的处罚", **facts)
    assert shown(office)["行政相对人名称"] == name
    assert shown(office)["内容摘要"] == f"对{name}的处罚"


def test_a_number_that_is_withheld_does_not_leave_inside_another_text(office: Office) -> None:
    a_published_penalty(
        office, counterparty_kind="natural_person", person_name="李四", counterparty="", uscc="",
        other_id_number="E12345678", outcome="对E12345678罚款200元",
    )  # fmt: skip
    assert shown(office)["处罚结果"] == "对＊＊＊＊＊＊＊＊＊罚款200元"


# -- what waits to be sent -------------------------------------------------------------------------------------------


def waiting(office: Office) -> int:
    return sum(notice.kind == "push" for notice in office.notices("waiting"))


def test_subscribers_do_not_hear_of_what_is_not_open(office: Office) -> None:
    office.subscriptions.add("甲", "file", now=NOW)
    a_marked_paper(office, "withheld")
    do(office, "publish", changed_reason="误标")
    assert waiting(office) == 0


def test_a_message_that_still_waits_is_taken_back_with_the_publication(office: Office) -> None:
    office.subscriptions.add("甲", "file", now=NOW)
    a_marked_paper(office)
    do(office, "publish")
    assert waiting(office) == 1
    seq = office.case("P-1", as_of=DAY).record[-1].seq
    do(office, "correct_entry", facts={"seq": seq, "void": True, "reason": "误录"})
    assert waiting(office) == 0
    [dead] = office.notices("dead")
    assert office.revive([dead.id], NOW) == 0, "nobody is notified by a retry either"


def test_nobody_is_notified_of_a_publication_typed_in_late_after_the_document_was_withdrawn(office: Office) -> None:
    office.subscriptions.add("甲", "file", now=NOW)
    opened(office, "penalty", facts={**PENALTY, "decision_date": DAY})
    office.do("P-1", "withhold", facts={"withhold_ground": "state_secret"}, day="2026-03-13", now=at("2026-03-13"))
    office.do("P-1", "publish", day="2026-03-11", now=LATER)
    assert waiting(office) == 0
