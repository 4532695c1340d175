"""Names that form sets (名称的归集), who acts, and a case that is handed over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from gkflow.domain.errors import NotFound, Refused
from gkflow.office import Office
from store.offices import Place, assert_sound, at

SETTINGS = """
[office]
name = "中山市"
unit = "ZS"
[units.ZS]
label = "中山市"
[units.tanzhou]
label = "坦洲镇"
[units.dongqu]
label = "东区"
[[people]]
name = "张三"
unit = "ZS"
roles = ["clerk", "officer"]
[[people]]
name = "李四"
unit = "tanzhou"
roles = ["officer", "section_head"]
acts_for = ["张三"]
"""
DAY = "2026-03-02"


@pytest.fixture
def town(place: Place) -> Iterator[Office]:
    place.settings(SETTINGS)
    with place.open() as office:
        office.receive("request", "A", facts={"channel": "in_person"}, by="张三", now=at(DAY))
        yield office


def bound(office: Office, account: str, **accounts: str) -> None:
    """The office with these accounts, this process running as *account*."""
    found = office._state.in_force()
    office._state._in_force = found._replace(rules=replace(found.rules, account=account, accounts=accounts))


def test_a_unit_is_known_by_code_and_by_label(town: Office) -> None:
    for name in ("tanzhou", "坦洲镇"):
        town.receive("request", f"B-{name}", facts={"channel": "in_person"}, unit=name, now=at(DAY))
    assert {line.case for line in town.cases(as_of=DAY, unit="坦洲镇")} == {"B-tanzhou", "B-坦洲镇"}
    assert [line.case for line in town.cases(as_of=DAY, unit="ZS")] == ["A"]


def test_an_unknown_unit_is_refused_with_the_nearest_and_all_that_there_are(town: Office) -> None:
    def asks() -> Iterator[pytest.ExceptionInfo[NotFound]]:
        with pytest.raises(NotFound) as one:
            town.cases(as_of=DAY, unit="坦州镇")
        yield one
        with pytest.raises(NotFound) as two:
            town.receive("request", "X", facts={"channel": "in_person"}, unit="坦州镇", now=at(DAY))
        yield two
        with pytest.raises(NotFound) as three:
            town.do("A", "transfer", facts={"to_unit": "坦州镇"}, now=at(DAY))
        yield three

    for refused in asks():
        assert refused.value.code == "unknown_unit"
        assert "坦洲镇" in refused.value.facts["mean"]
        assert sorted(refused.value.facts["units"]) == ["东区(dongqu)", "中山市(ZS)", "坦洲镇(tanzhou)"]


def test_an_unknown_officer_to_filter_by_is_no_empty_list(town: Office) -> None:
    with pytest.raises(NotFound) as refused:
        town.cases(as_of=DAY, officer="李思")
    assert (refused.value.code, "李四" in str(refused.value)) == ("unknown_officer", True)
    assert "the settings name no people" not in str(refused.value)
    assert town.cases(as_of=DAY, officer="李四") == []


def test_an_unknown_officer_is_refused_with_what_is_the_case(office: Office) -> None:
    def refusal() -> str:
        with pytest.raises(NotFound) as refused:
            office.cases(as_of=DAY, officer="没人")
        assert refused.value.code == "unknown_officer"
        return str(refused.value)

    assert refusal() == 'no officer "没人"; no case has an officer; the settings name no people'
    office.receive("request", "A", facts={"channel": "in_person", "officer": "王五"}, now=at(DAY))
    assert refusal() == 'no officer "没人"; there are: 王五; the settings name no people'


def test_whoever_acts_is_one_of_the_people_where_the_settings_name_any(town: Office) -> None:
    with pytest.raises(Refused) as refused:
        town.do("A", "register", by="王五", now=at(DAY))
    assert refused.value.code == "unknown_person"
    # 东区 has nobody in the settings: it must be able to work.
    town.receive("request", "C", facts={"channel": "in_person"}, unit="东区", by="王五", now=at(DAY))


def test_a_transfer_moves_unit_and_officer_at_once(town: Office) -> None:
    town.do("A", "register", by="张三", now=at(DAY))
    town.do("A", "assign", facts={"officer": "张三"}, by="张三", now=at(DAY))
    town.do("A", "transfer", facts={"to_unit": "坦洲镇"}, by="张三", now=at("2026-03-03"))
    (line,) = town.cases(as_of="2026-03-03")
    assert (line.unit, line.officer) == ("tanzhou", None)
    (before,) = town.cases(as_of=DAY)
    assert (before.unit, before.officer) == ("ZS", "张三")
    town.do("A", "assign", facts={"to_unit": "ZS", "officer": "张三"}, by="李四", now=at("2026-03-04"))
    (line,) = town.cases(as_of="2026-03-04", officer="张三")
    assert (line.unit, line.officer) == ("ZS", "张三")
    assert_sound(town)


def test_a_mistaken_transfer_is_corrected_and_voided(town: Office) -> None:
    town.do("A", "transfer", facts={"to_unit": "坦洲镇"}, by="张三", now=at("2026-03-03"))
    town.do("A", "note", facts={"text": "x"}, by="李四", now=at("2026-03-03"))
    town.do(
        "A", "correct_entry", facts={"seq": 2, "to_unit": "东区", "reason": "转错"}, by="张三", now=at("2026-03-04")
    )
    assert [line.unit for line in town.cases(as_of="2026-03-04")] == ["dongqu"]
    town.do("A", "correct_entry", facts={"seq": 2, "void": True, "reason": "不应转"}, by="张三", now=at("2026-03-05"))
    assert [line.unit for line in town.cases(as_of="2026-03-05")] == ["ZS"]
    assert_sound(town)


def test_the_head_of_the_section_that_takes_a_case_over_hears_of_it(town: Office) -> None:
    town.do("A", "transfer", facts={"to_unit": "tanzhou"}, by="张三", now=at(DAY))
    assert {notice.name for notice in town.notices(number="A")} == {"李四"}


def test_a_register_maps_labels_and_keeps_what_nobody_knows(town: Office) -> None:
    base = {"case": "R", "workflow": "request"}
    rows = [
        {**base, "day": DAY, "action": "receive", "unit": "坦洲镇"},
        {**base, "day": DAY, "action": "note", "text": "x", "by": "无名氏", "unit": "ZS"},
        {**base, "day": DAY, "action": "note", "text": "y", "by": "无名氏", "unit": "ZS"},
        {**base, "day": "2026-03-03", "action": "transfer", "to_unit": "某局"},
    ]
    result = town.import_register(enumerate(rows, 2), now=at("2026-03-04"))
    # What nobody here knows is named once, and kept.
    reported = [(each.row, each.reason.code) for each in result.to_review]
    assert (result.bad, result.odd, reported) == ((), (), [(3, "unknown_person"), (5, "unknown_unit")])
    assert [line.unit for line in town.cases(as_of=DAY) if line.case == "R"] == ["tanzhou"]
    assert [line.case for line in town.cases(as_of="2026-03-04", unit="某局")] == ["R"]
    assert town.import_register(enumerate(rows, 2), now=at("2026-03-05")).known == 4
    assert_sound(town)


# -- accounts ------------------------------------------------------------------------------------------------------


def test_an_account_acts_as_its_person(town: Office) -> None:
    bound(town, "zhang", zhang="张三", li="李四")
    town.do("A", "register", now=at(DAY))
    entry = town.case("A", as_of=DAY).record[-1]
    assert (entry.by, entry.account, dict(entry.remarks)) == ("张三", "zhang", {})


def test_in_the_name_of_another_acts_only_who_may_and_it_is_recorded(town: Office) -> None:
    bound(town, "zhang", zhang="张三", li="李四")
    with pytest.raises(Refused) as refused:
        town.do("A", "register", by="李四", now=at(DAY))
    assert (refused.value.code, refused.value.facts["allowed"]) == ("may_not_act_for", ["张三"])
    bound(town, "li", zhang="张三", li="李四")
    town.do("A", "register", by="张三", now=at(DAY))
    entry = town.case("A", as_of=DAY).record[-1]
    assert (entry.by, entry.account, dict(entry.remarks)) == ("张三", "li", {"acted_by": "李四"})
    assert_sound(town)


def test_an_account_that_is_bound_to_nobody_does_not_act(town: Office) -> None:
    bound(town, "guest", zhang="张三")
    for by in ("", "张三"):
        with pytest.raises(Refused) as refused:
            town.do("A", "register", by=by, now=at(DAY))
        assert refused.value.code == "account_unbound"
    bound(town, "portal", portal="*")
    assert town.do("A", "register", by="张三", now=at(DAY)).state == "registered"


def test_the_sweep_acts_under_any_account(town: Office) -> None:
    bound(town, "daemon", zhang="张三")
    assert [str(day) for day in town.tick(at("2026-03-03")).days] == ["2026-03-03"]


# -- powers that have lapsed -----------------------------------------------------------------------------------------


def test_a_confirmation_that_is_past_stands_in_the_attention_of_every_list(office: Office) -> None:
    office.receive("request", "N", facts={"channel": "internet"}, now=at("2026-03-02"))
    office.receive("request", "C", facts={"channel": "internet"}, now=at("2026-03-02"))
    office.do("C", "confirm", now=at("2026-03-03"))
    reported = {line.case: line.attention for line in office.cases(as_of="2026-03-10")}
    assert reported == {"N": ("confirm",), "C": ()}
    assert [line.case for line in office.cases(as_of="2026-03-10", attention=True)] == ["N"]
    # Neither overdue for it, nor without it where the case is overdue: 2026-03-02 + 20 working days is 2026-03-30.
    assert [line.status for line in office.cases(as_of="2026-03-10", attention=True)] == ["running"]
    overdue = {line.case: line.attention for line in office.cases(as_of="2026-04-10", overdue=True)}
    assert overdue["N"] == ("confirm",)
    assert {
        line.case: line.attention for line in office.cases(as_of="2026-03-10", recorded_by=at("2026-03-20"))
    } == reported
