"""People by id (人员代码): two of one name are two people; the record has ids, people read names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import gkflow
from gkflow.application.case_lines import CaseQuery
from gkflow.domain.errors import FilesAtFault, Refused
from gkflow.files.settings import read_settings
from gkflow.office import Office
from store.offices import Place, assert_sound, at

BEGIN = """
[office]
name = "某县"
unit = "GK"
[units.GK]
label = "公开办"
[units.JY]
label = "教育局"
"""
ZHANG_ONE = '[[people]]\nname = "张伟"\nid = "zw1"\nroles = ["officer", "clerk"]\nchannels = ["file"]\n'
ZHANG_TWO = '[[people]]\nname = "张伟"\nid = "zw2"\nunit = "JY"\nroles = ["officer", "clerk"]\nchannels = ["file"]\n'
LI = (
    '[[people]]\nname = "李娜"\nid = "li-na"\nroles = ["section_head", "officer", "disclosure_head"]\n'
    'channels = ["file"]\n'
)
OLD_LI = LI.replace('id = "li-na"\n', "")
DAY = "2026-03-02"


@pytest.fixture
def county(place: Place) -> Iterator[Office]:
    with place.settings(BEGIN + ZHANG_ONE + ZHANG_TWO + LI).open() as office:
        yield office


def receive(office: Office, number: str, officer: str = "", by: str = "li-na") -> None:
    facts = {"channel": "in_person", **({"officer": officer} if officer else {})}
    office.receive("request", number, facts=facts, by=by, now=at(DAY))


def test_the_record_has_the_id_whether_the_id_or_the_name_was_given(county: Office) -> None:
    receive(county, "A", "zw1", by="李娜")
    receive(county, "B", "李娜", by="zw2")
    a, b = county.view("A").case, county.view("B").case
    assert (a.record[0].by, a.facts["officer"]) == ("li-na", "zw1")
    assert (b.record[0].by, b.facts["officer"]) == ("zw2", "li-na")
    assert_sound(county)


def test_a_name_of_two_people_is_refused_with_their_ids(county: Office) -> None:
    for by, officer in (("张伟", ""), ("li-na", "张伟")):
        with pytest.raises(Refused) as caught:
            receive(county, "A", officer, by)
        assert caught.value.code == "ambiguous_person"
        assert (caught.value.facts["person"], caught.value.facts["ids"]) == ("张伟", ("zw1", "zw2"))
    assert county.cases(as_of=DAY) == []
    with pytest.raises(Refused, match="zw1, zw2"):
        county.cases(officer="张伟")


def test_a_list_is_by_person_and_has_id_and_name(county: Office) -> None:
    receive(county, "A", "zw1")
    receive(county, "B", "zw2")
    receive(county, "C", "李娜")
    assert [line.case for line in county.cases(officer="zw1", as_of=DAY)] == ["A"]
    assert [line.case for line in county.cases(officer="李娜", as_of=DAY)] == ["C"]
    (line,) = county.cases(officer="zw2", as_of=DAY)
    assert (line.as_dict()["officer"], line.as_dict()["officer_name"]) == ("zw2", "张伟")
    assert county.count(by="officer", as_of=DAY) == {"zw1": 1, "zw2": 1, "li-na": 1}


def test_a_notice_goes_to_the_id_and_its_letter_to_the_name(county: Office) -> None:
    receive(county, "A", "zw2")
    county.do("A", "register", day=DAY, by="zw2", now=at(DAY))
    county.tick(at(DAY))
    county.tick(at("2026-03-25"))  # the reply is due on 30 March: five working days before it is the 23rd
    notices = [each for each in county.notices() if each.kind == "remind"]
    assert {each.name for each in notices} == {"zw2"}
    facts = json.loads(notices[0].facts)
    assert (facts["to"], facts["to_id"], facts["officer"], facts["officer_id"]) == ("张伟", "zw2", "张伟", "zw2")
    assert county.deliver(at("2026-03-25", "10:00"))
    written = "".join(path.read_text(encoding="utf-8") for path in (county.settings.home / "notices").glob("*"))
    assert "张伟：" in written
    assert "承办人：张伟" in written


def test_the_actor_is_not_notified_and_the_other_of_the_name_is(county: Office) -> None:
    receive(county, "A", "zw1")
    county.do("A", "register", day=DAY, by="li-na", now=at(DAY))
    county.do("A", "assign", day=DAY, by="li-na", facts={"officer": "zw2"}, now=at(DAY))
    told = {each.name for each in county.notices() if json.loads(each.facts).get("action") == "assign"}
    assert told == {"zw2"}


def test_an_approver_is_one_of_the_people_and_recorded_by_id(county: Office) -> None:
    receive(county, "A", "zw1")
    county.do("A", "register", day=DAY, by="zw1", now=at(DAY))
    with pytest.raises(Refused) as caught:
        county.do("A", "extend", day=DAY, by="zw1", facts={"days": 20, "approved_by": "张伟"}, now=at(DAY))
    assert caught.value.code == "ambiguous_person"
    with pytest.raises(Refused) as caught:
        county.do("A", "extend", day=DAY, by="zw1", facts={"days": 20, "approved_by": "zw1"}, now=at(DAY))
    assert caught.value.code == "approver_wrong"
    county.do("A", "extend", day=DAY, by="zw1", facts={"days": 20, "approved_by": "李娜"}, now=at(DAY))
    assert county.view("A").case.record[-1].facts["approved_by"] == "li-na"


def test_a_register_is_imported_by_ids_and_an_ambiguous_name_is_refused(county: Office) -> None:
    def row(case: str, officer: str, by: str) -> dict[str, str]:
        return {"case": case, "workflow": "request", "day": DAY, "action": "receive", "officer": officer, "by": by}

    rows = [(1, row("A", "李娜", "zw1")), (2, row("B", "张伟", "zw1")), (3, row("C", "zw2", "张伟"))]
    done = county.import_register(rows, now=at(DAY))
    assert [(bad.row, bad.reason.code) for bad in done.bad] == [(2, "ambiguous_person"), (3, "ambiguous_person")]
    entry = county.view("A").case.record[0]
    assert (entry.by, entry.facts["officer"]) == ("zw1", "li-na")
    again = county.import_register(rows[:1], now=at(DAY))
    assert (again.known, again.changed, again.bad) == (1, (), ())


def test_an_acknowledgement_an_adoption_and_a_spot_check_have_the_id(county: Office) -> None:
    receive(county, "A", "zw1")
    county.tick(at(DAY))
    county.tick(at("2026-04-01"))
    assert county.ack(number="A", by="李娜", words="已催办", now=at("2026-04-01"))
    assert {each.acknowledged_by for each in county.escalations(number="A")} == {"li-na"}
    with pytest.raises(Refused, match="zw1"):
        county.ack(number="A", by="张伟", words="已催办", now=at("2026-04-01"))
    with pytest.raises(Refused, match="zw1"):
        county.rule_editions.adopt(by="张伟")


# --- before there were ids ----------------------------------------------------------------------------------


def test_what_was_recorded_by_name_stays_and_is_found_under_the_id(place: Place) -> None:
    with place.settings(BEGIN + OLD_LI).open() as office:
        receive(office, "OLD", "李娜", by="李娜")
        before = [entry.hash for entry in office.view("OLD").case.record]
    with place.settings(BEGIN + LI + ZHANG_ONE).open() as office:
        receive(office, "NEW", "李娜", by="李娜")
        old = office.view("OLD").case
        assert ([entry.hash for entry in old.record], old.facts["officer"]) == (before, "李娜")
        for name in ("李娜", "li-na"):
            assert {line.case for line in office.cases(officer=name, as_of=DAY)} == {"OLD", "NEW"}
            query = gkflow.CaseQuery(officer=name)
            assert {line.case for line in office.page(query, as_of=DAY).rows} == {"OLD", "NEW"}
            assert office.count(query, as_of=DAY) == {"": 2}
            assert {c.case for c in office.cases(officer=name, clock="reply", as_of=DAY)} == {"OLD", "NEW"}
        assert "unknown_officers" not in {sign.name for sign in office.doctor(at(DAY))}
        office.tick(at(DAY))
        office.tick(at("2026-03-25"))
        reminded = {(each.case, each.name) for each in office.notices() if each.kind == "remind"}
        assert reminded == {("OLD", "li-na"), ("NEW", "li-na")}
        assert_sound(office)


def test_a_person_who_has_changed_the_name_keeps_the_cases_and_another_of_the_old_name_does_not_get_them(
    place: Place,
) -> None:
    with place.settings(BEGIN + OLD_LI).open() as office:
        receive(office, "A", "李娜", by="李娜")  # on record by name
        office.do("A", "register", day=DAY, by="李娜", key="K", now=at(DAY))
        office.do("A", "assign", day=DAY, by="李娜", facts={"officer": "李娜"}, key="L", now=at(DAY))
    renamed = LI.replace('name = "李娜"', 'name = "李纳"\nformerly = ["李娜", "ln-old"]')
    with place.settings(BEGIN + renamed).open() as office:
        for name in ("李娜", "li-na"):  # a call that is repeated is the same call
            assert office.do("A", "register", day=DAY, by=name, key="K", now=at(DAY)).seq == 2
            again = office.do("A", "assign", day=DAY, by=name, facts={"officer": name}, key="L", now=at(DAY))
            assert again.seq == 3
        receive(office, "B", "李纳", by="李娜")  # nobody else has the old name: it is still understood
        assert office.view("B").case.record[0].by == "li-na"
        for name in ("li-na", "李纳", "李娜"):
            assert [line.case for line in office.cases(officer=name, as_of=DAY)] == ["A", "B"], name
            assert [row.case for row in office.page(CaseQuery(officer=name), as_of=DAY).rows] == ["A", "B"], name
            assert office.count(CaseQuery(officer=name), as_of=DAY) == {"": 2}
    another = '[[people]]\nname = "李娜"\nid = "li-na-2"\nroles = ["officer", "clerk"]\nchannels = ["file"]\n'
    with place.settings(BEGIN + renamed + another).open() as office:
        receive(office, "C", "李娜", by="李娜")
        assert office.view("C").case.record[0].by == "li-na-2"
        assert [line.case for line in office.cases(officer="李娜", as_of=DAY)] == ["C"]
        assert [line.case for line in office.cases(officer="李纳", as_of=DAY)] == ["A", "B"]
        assert [line.case for line in office.cases(officer="李纳", clock="reply", as_of=DAY)] == ["A", "B"]
        assert {line.case: line.officer_name for line in office.cases(as_of=DAY)} == {
            "A": "李纳",
            "B": "李纳",
            "C": "李娜",
        }
        office.tick(at(DAY))
        office.tick(at("2026-03-25"))
        told = {(each.case, each.name) for each in office.notices() if each.kind == "remind"}
        assert told == {("A", "li-na"), ("B", "li-na"), ("C", "li-na-2")}
        assert "unknown_officers" not in {sign.name for sign in office.doctor(at("2026-03-25"))}
        assert_sound(office)


@pytest.mark.parametrize(
    ("people", "fault"),
    [
        (OLD_LI.replace('"李娜"\n', '"李娜"\nformerly = ["李一"]\n'), "need an id"),
        (LI.replace('id = ', 'formerly = ["zw1"]\nid = ') + ZHANG_ONE, "is the id of somebody now"),
        (LI.replace('id = ', 'formerly = ["张三"]\nid = ') + ZHANG_ONE.replace('id = ', 'formerly = ["张三"]\nid = '),
         '"张三" is an earlier name of "li-na" already'),
    ],
)  # fmt: skip
def test_an_earlier_name_is_that_of_one_person(tmp_path: Path, people: str, fault: str) -> None:
    with pytest.raises(FilesAtFault, match=fault):
        read_settings(tmp_path, {}, BEGIN + people)


def test_without_ids_everything_is_as_before(place: Place) -> None:
    with place.settings(BEGIN + OLD_LI).open() as office:
        receive(office, "A", "李娜", by="李娜")
        (line,) = office.cases(as_of=DAY)
        assert (line.officer, line.officer_name, line.case) == ("李娜", "李娜", "A")
        assert office.rules.names == {}
        office.do("A", "register", day=DAY, by="李娜", now=at(DAY))
        facts = [json.loads(each.facts) for each in office.notices()]
        assert all(not {"to_id", "by_id", "officer_id"} & each.keys() for each in facts)


# --- the settings -----------------------------------------------------------------------------------------


def faults(home: Path, text: str) -> list[str]:
    with pytest.raises(FilesAtFault) as caught:
        read_settings(home, {}, BEGIN + text)
    return [f"{each.line}  {each.text}" for each in caught.value.faults]


def line_of(text: str, wanted: str, nth: int = 1) -> int:
    return [at for at, line in enumerate((BEGIN + text).splitlines(), 1) if line == wanted][nth - 1]


def test_people_of_one_name_need_ids_of_their_own(tmp_path: Path) -> None:
    one = ZHANG_ONE + ZHANG_TWO.replace('id = "zw2"\n', "")
    at_name = line_of(one, 'name = "张伟"', 2)
    assert faults(tmp_path, one) == [f'{at_name}  another "张伟" has an id (id = …); this one needs an id as well']
    two = ZHANG_ONE + LI.replace("li-na", "zw1")
    at_id = line_of(two, 'id = "zw1"', 2)
    assert faults(tmp_path, two) == [f'{at_id}  id "zw1" is that of "张伟"; another person needs another id']
    three = ZHANG_ONE.replace("zw1", "zw 1")
    (line,) = faults(tmp_path, three)
    assert line.endswith('id must be letters a to z, digits, - and _, not "zw 1"')


def test_one_person_may_be_listed_in_several_units_under_one_id(tmp_path: Path) -> None:
    found = read_settings(tmp_path, {}, BEGIN + ZHANG_ONE + ZHANG_ONE.replace("[[people]]", '[[people]]\nunit = "JY"'))
    assert [(person.id, person.unit) for person in found.people] == [("zw1", "GK"), ("zw1", "JY")]


def test_accounts_deputies_fallbacks_and_me_are_ids_or_names_of_one(tmp_path: Path) -> None:
    people = ZHANG_ONE + ZHANG_TWO + LI + 'acts_for = ["zw1"]\n'
    more = '[me]\nname = "李娜"\n[accounts]\nln = "李娜"\n[escalation]\nfallback = ["李娜", "zw2"]\n'
    found = read_settings(tmp_path, {}, BEGIN + people + more)
    assert (found.me, dict(found.accounts), found.escalation.fallback) == ("li-na", {"ln": "li-na"}, ("li-na", "zw2"))
    assert found.people[2].acts_for == ("zw1",)
    for wrong in ('[me]\nname = "张伟"\n', '[accounts]\nln = "张伟"\n', '[escalation]\nfallback = ["张伟"]\n'):
        (line,) = faults(tmp_path, people + wrong)
        assert line.endswith('"张伟" is the name of several people; write one of the ids zw1, zw2')
    (line,) = faults(tmp_path, people.replace('acts_for = ["zw1"]', 'acts_for = ["张伟"]'))
    assert line.endswith('"张伟" is the name of several people; write one of the ids zw1, zw2')


def test_settings_in_code_take_ids(place: Place) -> None:
    people = [
        {"name": "张伟", "id": "zw1", "roles": ["officer"]}, {"name": "张伟", "id": "zw2", "roles": ["officer"]},
    ]  # fmt: skip
    made = gkflow.Settings(home=place.home, unit="GK", people=people)
    assert [(each.id, each.name) for each in made.people] == [("zw1", "张伟"), ("zw2", "张伟")]
    with pytest.raises(FilesAtFault, match="needs an id as well"):
        gkflow.Settings(home=place.home, unit="GK", people=[people[0], {"name": "张伟", "roles": ["officer"]}])
