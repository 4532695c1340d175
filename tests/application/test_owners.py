"""Who owns a field (领域的对口部门): reviewed by nobody else, and the case stays with the town that has it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from gkflow.domain.errors import NotFound, Refused
from gkflow.office import Office
from store.offices import Place, apart, assert_sound, at

# 中山方案 第三部分第（一）项第1目: 就业 is 市人力资源社会保障局's, 社会救助 and 养老服务 are 市民政局's.
UNITS = """
profile = "zhongshan"
duties = []
[office]
unit = "sfb"
[units.sfb]
label = "市府办"
[units.rsj]
label = "市人力资源社会保障局"
level = "department"
fields = ["employment", "social_insurance"]
[units.mzj]
label = "市民政局"
level = "department"
fields = ["social_assistance", "elderly_care"]
[units.shiqi]
label = "石岐区"
level = "town"
[[people]]
name = "石岐经办"
unit = "shiqi"
roles = ["officer"]
[[people]]
name = "人社科长"
unit = "rsj"
roles = ["section_head"]
[[people]]
name = "民政科长"
unit = "mzj"
roles = ["section_head"]
"""
ELEMENTS = dict.fromkeys(("item_name", "basis", "content", "subject", "time_limit", "method"), "甲")
REVIEWED, LATER = at("2020-07-20"), at("2020-08-20")


@pytest.fixture
def town(place: Place) -> Iterator[Office]:
    """An office where 石岐区 has sent its catalogue of 就业 to be reviewed."""
    with place.settings(UNITS).open() as office:
        submitted(office, "CAT-1")
        yield office


def planned(office: Office, number: str, unit: str = "shiqi", level: str = "town", field: str = "employment") -> None:
    facts = {"field": field, "level": level, "due": "2020-08-31", "scheme": "zhongshan-2020", "batch": "1"}
    office.receive("catalogue", number, unit=unit, facts={**facts, "officer": "石岐经办"}, now=at("2020-06-16"))
    office.do(number, "draft_item", facts=ELEMENTS, now=at("2020-07-01"))


def submitted(office: Office, number: str, **more: Any) -> None:
    planned(office, number, **more)
    office.do(number, "submit_review", now=at("2020-07-10"))


def review(office: Office, number: str = "CAT-1", action: str = "review", **more: Any) -> Any:
    words = {"opinion": "同意"} if action == "review" else {"reason": "缺依据"}
    return office.do(number, action, **apart(**{"now": REVIEWED} | words | more))


def file(office: Office, number: str = "CAT-1", **more: Any) -> Any:
    return office.do(number, "file", **apart(filed_with="市政府办公室", now=LATER, **more))


# -- whose the review is --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["review", "send_back"])
@pytest.mark.parametrize("unit", ["mzj", "shiqi", "sfb"])
def test_a_review_by_a_unit_that_does_not_own_the_field_is_refused(town: Office, action: str, unit: str) -> None:
    with pytest.raises(Refused) as refused:
        review(town, action=action, unit=unit)
    assert refused.value.code == "not_owner"
    facts = {name: refused.value.facts[name] for name in ("field", "owner", "unit")}
    assert facts == {"field": "employment", "owner": "rsj", "unit": unit}
    assert town.case("CAT-1", as_of="2020-07-20").state == "submitted"
    assert len(town.case("CAT-1", as_of="2020-07-20").record) == 3
    assert_sound(town)


@pytest.mark.parametrize(("action", "state"), [("review", "reviewed"), ("send_back", "drafting")])
def test_the_owner_of_the_field_may_take_it(town: Office, action: str, state: str) -> None:
    assert review(town, action=action, unit="rsj", by="人社科长").state == state
    entry = town.case("CAT-1", as_of="2020-07-20").record[-1]
    assert (entry.unit, entry.by) == ("rsj", "人社科长")


def test_each_of_two_fields_is_the_owners(town: Office) -> None:
    submitted(town, "CAT-2", field="elderly_care")
    assert review(town, "CAT-2", unit="mzj").state == "reviewed"
    with pytest.raises(Refused) as refused:
        review(town, unit="mzj")
    assert refused.value.code == "not_owner"


def test_a_dry_run_is_refused_as_well(town: Office) -> None:
    with pytest.raises(Refused):
        review(town, unit="mzj", dry_run=True)


def test_the_field_cannot_be_renamed_in_the_review_to_get_past_its_owner(town: Office) -> None:
    # The field of the case is the one on its record: 就业 does not become 社会救助 because 民政局 says so.
    with pytest.raises(Refused):
        review(town, unit="mzj", field="social_assistance")
    assert town.case("CAT-1", as_of="2020-07-20").facts["field"] == "employment"


def test_a_review_that_names_no_unit_is_not_put_on_record_as_the_towns_own(town: Office) -> None:
    # Whoever says nothing would else be taken for the unit that has the case, which does not own the field.
    with pytest.raises(Refused) as refused:
        review(town, by="民政科长")
    assert refused.value.code == "not_owner"


def test_where_the_settings_know_no_owner_every_unit_may(place: Place) -> None:
    # An office that has entered no owners must be able to work (DESIGN 22).
    units = '[units.mzj]\nlabel = "民政局"\n[units.shiqi]\nlabel = "石岐区"\n'
    with place.settings(f'profile = "zhongshan"\nduties = []\n{units}').open() as office:
        submitted(office, "CAT-1")
        assert review(office, unit="mzj").state == "reviewed"


def test_other_actions_on_a_field_are_nobodys_alone(town: Office) -> None:
    review(town, unit="rsj")
    assert town.do("CAT-1", "note", facts={"text": "已电话沟通"}, unit="mzj", now=REVIEWED).written


# -- whose the case stays -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["review", "send_back"])
def test_the_review_does_not_move_the_towns_case_to_the_department(town: Office, action: str) -> None:
    review(town, action=action, unit="rsj")
    assert [line.case for line in town.cases(unit="shiqi", as_of="2020-07-20")] == ["CAT-1"]
    assert town.cases(unit="rsj", as_of="2020-07-20") == []
    assert_sound(town)


def test_what_is_entered_after_the_review_is_the_towns_again(town: Office) -> None:
    review(town, unit="rsj")
    file(town)
    units = [entry.unit for entry in town.case("CAT-1", as_of="2020-08-20").record]
    assert units == ["shiqi", "shiqi", "shiqi", "rsj", "shiqi"]


def test_reminders_after_the_review_go_to_the_towns_officer(town: Office) -> None:
    # Due on Monday 31 August 2020: two working days before it is Thursday the 27th.
    review(town, unit="rsj")
    town.tick(at("2020-07-21"))
    town.tick(at("2020-08-27"))
    facts = {notice.name for notice in town.notices(number="CAT-1") if notice.kind == "remind"}
    assert "石岐经办" in facts
    assert "人社科长" not in facts


def test_in_a_register_the_reviewer_does_not_take_the_case_over(place: Place) -> None:
    base = {"case": "CAT-1", "workflow": "catalogue"}
    rows = [
        {
            **base, "day": "2020-06-16", "action": "plan", "unit": "shiqi", "field": "employment", "level": "town",
            "due": "2020-08-31", "scheme": "zhongshan-2020", "batch": "1",
        },
        {**base, "day": "2020-07-01", "action": "draft_item", **ELEMENTS},
        {**base, "day": "2020-07-10", "action": "submit_review"},
        {**base, "day": "2020-07-20", "action": "review", "unit": "rsj", "opinion": "同意"},
        {**base, "day": "2020-08-20", "action": "file", "filed_with": "市政府办公室"},
    ]  # fmt: skip
    with place.settings(UNITS).open() as office:
        result = office.import_register(enumerate(rows, 2), now=at("2020-09-01"))
        assert (result.taken, result.bad, result.odd) == (5, (), ())
        case = office.case("CAT-1", as_of="2020-09-01")
        assert [entry.unit for entry in case.record] == ["shiqi", "shiqi", "shiqi", "rsj", "shiqi"]
        assert (case.state, case.findings) == ("filed", ())
        assert [line.unit for line in office.cases(include_closed=True, as_of="2020-09-01")] == ["shiqi"]
        assert_sound(office)


# -- an opinion first -----------------------------------------------------------------------------------------------


def test_a_town_cannot_file_without_an_opinion_on_record(place: Place) -> None:
    with place.settings(UNITS).open() as office:
        planned(office, "CAT-1")
        with pytest.raises(Refused) as refused:
            file(office)
        assert (refused.value.code, refused.value.facts["names"]) == ("facts_missing", ("opinion",))
        assert office.case("CAT-1", as_of="2020-08-20").state == "drafting"


def test_an_opinion_that_the_town_writes_into_its_own_filing_is_none_on_record(place: Place) -> None:
    with place.settings(UNITS).open() as office:
        planned(office, "CAT-1")
        with pytest.raises(Refused) as refused:
            file(office, opinion="同意")
        assert refused.value.facts["names"] == ("opinion",)


def test_an_opinion_that_the_town_slips_into_another_entry_is_not_the_departments(place: Place) -> None:
    # 第四部分第（三）项: reviewed by the department in charge; an expert consultation carries no such opinion.
    with place.settings(UNITS).open() as office:
        planned(office, "CAT-1")
        with suppress(Refused, NotFound):
            office.do(
                "CAT-1", "consult", facts={"experts": "王教授", "opinion": "同意"}, unit="shiqi", now=at("2020-07-05")
            )
        with pytest.raises(Refused) as refused:
            file(office)
        assert refused.value.facts["names"] == ("opinion",)


def test_a_catalogue_that_was_sent_back_has_no_opinion_yet(town: Office) -> None:
    review(town, action="send_back", unit="rsj")
    with pytest.raises(Refused):
        file(town)


def test_with_the_opinion_of_the_owner_the_town_files(town: Office) -> None:
    review(town, unit="rsj")
    assert file(town).state == "filed"
    assert town.case("CAT-1", as_of="2020-08-20").findings == ()


def test_an_opinion_that_was_voided_is_none(town: Office) -> None:
    review(town, unit="rsj")
    seq = town.case("CAT-1", as_of="2020-07-20").record[-1].seq
    town.do("CAT-1", "correct_entry", facts={"seq": seq, "void": True, "reason": "误录"}, now=at("2020-07-21"))
    with pytest.raises(Refused):
        file(town)


def test_the_first_opinion_is_enough_for_an_adjustment(town: Office) -> None:
    # No text asks for a second review of an adjustment.
    review(town, unit="rsj")
    file(town)
    town.do("CAT-1", "publish", now=at("2020-08-25"))
    town.do("CAT-1", "adjust", facts={"change": "增加事项", "ref": "2020-1"}, now=at("2020-08-26"))
    assert town.do("CAT-1", "file", facts={"filed_with": "市政府办公室"}, now=at("2020-08-27")).state == "filed"


@pytest.mark.parametrize("level", ["department", "county", "city", "province"])
def test_a_department_files_directly(place: Place, level: str) -> None:
    with place.settings(UNITS).open() as office:
        planned(office, "CAT-1", unit="rsj", level=level)
        assert file(office).state == "filed"


def test_in_a_register_filing_without_an_opinion_is_taken_and_found(place: Place) -> None:
    base = {"case": "CAT-1", "workflow": "catalogue"}
    rows: list[dict[str, Any]] = [
        {
            **base, "day": "2020-06-16", "action": "plan", "unit": "shiqi", "field": "employment", "level": "town",
            "due": "2020-08-31",
        },
        {**base, "day": "2020-07-01", "action": "draft_item", **ELEMENTS},
        {**base, "day": "2020-08-20", "action": "file", "filed_with": "市政府办公室"},
        {**base, "day": "2020-08-21", "action": "review", "unit": "rsj", "opinion": "同意"},
    ]  # fmt: skip
    with place.settings(UNITS).open() as office:
        assert office.import_register(enumerate(rows, 2), now=at("2020-09-01")).bad == ()
        case = office.case("CAT-1", as_of="2020-09-01")
        found = [finding.facts["facts"] for finding in case.findings if finding.code == "facts_missing"]
        assert found == [("opinion",)], "an opinion that came afterwards does not heal it"
        assert case.findings[0].seq == 3
