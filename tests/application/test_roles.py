"""Who may do what (职责): checked for people whom the settings know."""

from __future__ import annotations

import pytest

from gkflow.domain.errors import Refused
from store.offices import Place

PEOPLE = """
[[people]]
name = "张三"
unit = "UNIT"
roles = ["officer"]

[[people]]
name = "李四"
unit = "UNIT"
roles = ["disclosure_head"]
"""


@pytest.fixture
def staffed(place: Place) -> Place:
    (place.home / "gkflow.toml").write_text(PEOPLE, encoding="utf-8")
    with place.open() as office:
        office.receive("request", number="R-1", day="2026-03-02", facts={"channel": "in_person"})
        office.do("R-1", "register", day="2026-03-02")
    return place


def test_an_officer_may_not_assign_what_the_head_assigns(staffed: Place) -> None:
    with staffed.open() as office:
        with pytest.raises(Refused) as refused:
            office.do("R-1", "assign", day="2026-03-03", by="张三", facts={"officer": "张三"})
        assert (refused.value.code, refused.value.facts["by"]) == ("role_missing", "张三")
        assert office.do("R-1", "assign", day="2026-03-03", by="李四", facts={"officer": "张三"}).state == "assigned"


def test_an_extension_is_approved_by_the_head_of_the_disclosure_office_alone(staffed: Place) -> None:
    with staffed.open() as office:
        with pytest.raises(Refused) as refused:
            office.do("R-1", "extend", day="2026-03-20", facts={"days": 10, "approved_by": "张三"})
        assert refused.value.code == "approver_wrong"
        assert len(office.case("R-1").record) == 2
        extended = office.do("R-1", "extend", day="2026-03-20", facts={"days": 10, "approved_by": "李四"})
        assert extended.last_day is not None
        assert extended.last_day.isoformat() == "2026-04-14"  # ten working days after 2026-03-30, 04-06 being off


def test_a_name_that_the_settings_do_not_know_is_refused_where_they_name_people(staffed: Place) -> None:
    with staffed.open() as office, pytest.raises(Refused) as refused:
        office.do("R-1", "assign", day="2026-03-03", by="王五", facts={"officer": "张三"})
    assert (refused.value.code, set(refused.value.facts["people"])) == ("unknown_person", {"张三", "李四"})


def test_an_approver_whom_nobody_knows_is_refused_like_one_without_the_right(staffed: Place) -> None:
    with staffed.open() as office:
        with pytest.raises(Refused) as refused:
            office.do("R-1", "extend", day="2026-03-20", facts={"days": 10, "approved_by": "路人甲"})
        assert (refused.value.code, refused.value.facts["person"]) == ("unknown_person", "路人甲")
        assert len(office.case("R-1").record) == 2
