"""
The plans of five places and of the whole country (方案台账): each is taken by an import into a fresh office, with the
days that it sets.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from gkflow.application.register import Imported
from gkflow.domain.errors import Refused
from gkflow.files.profiles import Unit
from gkflow.files.rulebook_files import read_profiles
from gkflow.office import Office
from gkflow.papers.register_files import read_register
from gkflow.setup import init_office
from slow_walks import slow_after
from store.offices import Place, apart, assert_sound, at

ROOT = Path(__file__).parents[2]
PLANS = ROOT / "config" / "plans"
NOW = at("2026-11-22")
PROFILE_OF = {
    "zhongshan-2020": "zhongshan",
    "guangdong-2017": "guangdong",
    "wenshang-2017": "wenshang",
    "yunnan-2017": "yunnan",
    "gansu-2016": "gansu",
    "national-2019": "national",
}
# Its document has no file in config/law/ and no scheme of its own in the workflow: its days count as an office's own.
WITHOUT_LAW = {"national-2019"}
# The fixed milestones, written down from the plans themselves: day, or the day from which it is to be done.
MILESTONES = {
    "M0-1": {"2018-07-31"},
    "M1-2": {"from 2020-09-01"},
    "M1-4": {"from 2020-11-01"},
    "M1-5": {"2020-12-31"},
    "M1-6": {"2021-12-31"},
    "M1-7": {"2022-12-31"},
    "M2-1": {"2017-09-30"},
    "M2-2": {"2017-09-30"},
    "M2-3": {"2017-11-30"},
    "M2-4": {"2018-01-31"},
    "M2-5": {"2018-05-31"},
    "M2-6": {"2018-07-31"},
    "M2-7": {"2018-08-31"},
    "M2-8": {"2018-09-30"},
    "M3-1": {"2018-08-31"},
    "M3-2": {"2018-09-30"},
    "M4-1": {"2016-12-31"},
    "M4-2": {"2017-12-31"},
    "M4-3": {"2020-12-31"},
}
# 国办发〔2019〕54号, of which the workflow knows no codes: by case, the day, who is to do it, what is to be known.
NATIONAL = {
    "CN-N54-1": ("2020-12-31", "基层政府", ""),
    "CN-N54-2": ("2021-12-31", "国务院部门", ""),
    "CN-N54-3": ("2023-12-31", "全国", "文中只有年份，取当年最后一日是推论"),
}
FIRST_TOWNS = "火炬开发区、石岐区、坦洲镇"
OTHER_TOWNS = (
    "翠亨新区、东区、西区、南区、五桂山、小榄镇、古镇镇、横栏镇、东升镇、港口镇、沙溪镇、大涌镇、黄圃镇、南头镇、"
    "东凤镇、阜沙镇、三角镇、民众镇、南朗镇、三乡镇、板芙镇、神湾镇"
)
FIELDS_OF = {
    "市发展改革局": "重大建设项目",
    "市教育体育局": "义务教育",
    "市公安局": "户籍管理",
    "市民政局": "社会救助、养老服务",
    "市司法局": "公共法律服务",
    "市财政局": "财政预决算",
    "市人力资源社会保障局": "就业、社会保险",
    "市自然资源局": "城乡规划、农村集体土地征收、国有土地上房屋征收与补偿",
    "市生态环境局": "生态环境",
    "市住房城乡建设局": "保障性住房、农村危房改造",
    "市农业农村局": "涉农补贴、扶贫",
    "市文化广电旅游局": "公共文化服务",
    "市卫生健康局": "卫生健康",
    "市应急管理局": "安全生产、救灾生产",
    "市市场监督管理局": "食品药品监管",
    "市城市管理和综合执法局": "市政服务、城市综合执法",
    "市政务服务数据管理局": "公共资源交易",
    "市税务局": "税收管理",
}
PILOTS = {
    "M0-1": "昭通市绥江县、保山市腾冲市、楚雄州楚雄市、楚雄州姚安县、红河州开远市、红河州弥勒市",
    "M2-3": "广州市海珠区、深圳市罗湖区、佛山市禅城区、梅州市平远县、惠州市博罗县、肇庆市高要区、云浮市新兴县",
}


def rows_of(plan: str) -> list[dict[str, str]]:
    with (PLANS / f"{plan}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def all_rows() -> list[dict[str, str]]:
    return [row for plan in PROFILE_OF for row in rows_of(plan)]


def tasks() -> Iterator[dict[str, str]]:
    return (row for row in all_rows() if row["workflow"] == "task")


def zhongshan() -> tuple[Unit, ...]:
    return read_profiles([ROOT])["zhongshan"].units


def take(place: Place, plan: str) -> tuple[Office, Imported]:
    office = place.settings(f'profile = "{PROFILE_OF[plan]}"\n').open()
    return office, office.import_register(read_register(PLANS / f"{plan}.csv"), now=NOW)


def test_every_plan_has_its_profile_and_every_profile_its_plan() -> None:
    named = {profile.plan: name for name, profile in read_profiles([ROOT]).items() if profile.plan}
    assert named == PROFILE_OF
    assert {path.stem for path in PLANS.glob("*.csv")} == set(PROFILE_OF)


@pytest.mark.parametrize("plan", slow_after(2, PROFILE_OF))
def test_every_row_of_a_plan_is_taken_by_a_fresh_office(place: Place, plan: str) -> None:
    office, done = take(place, plan)
    with office:
        assert (done.bad, done.odd, done.changed, done.remarks) == ((), (), (), ())
        assert done.taken == done.rows == done.cases == len(rows_of(plan))
        # Nothing is wanting but a day on which to look at work that has none.
        for row in rows_of(plan):
            codes = [finding.code for finding in office.case(row["case"]).findings]
            assert codes == (["facts_wanted"] if row.get("kind") == "open_ended" else [])
        assert_sound(office)
        again = office.import_register(read_register(PLANS / f"{plan}.csv"), now=NOW)
        assert (again.taken, again.known, again.changed) == (0, done.rows, ())


@pytest.mark.parametrize("plan", slow_after(2, PROFILE_OF))
def test_every_day_of_a_plan_is_the_last_day_of_a_clock_with_its_sentence(place: Place, plan: str) -> None:
    office, _ = take(place, plan)
    with office:
        for row in rows_of(plan):
            found = office.deadlines(row["case"], as_of=row["day"])
            assert [str(deadline.last_day) for deadline in found.values()] == [
                day for day in (row["due"], row.get("start")) if day
            ]
            for deadline in found.values():
                assert deadline.value is not None
                assert deadline.value.citation.quote
                assert deadline.limit.startswith("house-rules") == (plan in WITHOUT_LAW)


def test_the_units_of_a_plan_are_those_of_its_profile() -> None:
    profiles = read_profiles([ROOT])
    for plan, name in PROFILE_OF.items():
        assert {row["unit"] for row in rows_of(plan)} == ({unit.code for unit in profiles[name].units} or {""})


def test_a_plan_that_names_no_unit_is_the_importing_offices_own(place: Place) -> None:
    office, _ = take(place, "national-2019")
    with office:
        own = office.settings.unit
        assert own
        assert {
            line.case: line.unit for line in office.cases(include_closed=True, as_of="2026-11-22")
        } == dict.fromkeys(NATIONAL, own)


def test_case_numbers_are_used_once() -> None:
    numbers = [row["case"] for row in all_rows()]
    assert len(numbers) == len(set(numbers))


# --- milestones ---------------------------------------------------------------------------------------------


def test_the_milestones_are_those_of_the_plans() -> None:
    found: dict[str, set[str]] = {}
    for row in tasks():
        if row["code"]:
            found.setdefault(row["code"], set()).add(row["due"] or f"from {row['start']}")
    assert found == MILESTONES


def test_the_national_milestones_are_three_and_the_one_that_is_inferred_says_so() -> None:
    rows = {row["case"]: (row["due"], row["actor"], row["text"]) for row in rows_of("national-2019")}
    assert rows == NATIONAL


def test_the_national_milestones_come_overdue_one_after_the_other(place: Place) -> None:
    office, _ = take(place, "national-2019")

    def overdue(day: str) -> list[str]:
        return sorted(line.case for line in office.cases(overdue=True, as_of=day))

    with office:
        assert overdue("2020-12-31") == []
        assert overdue("2021-01-01") == ["CN-N54-1"]
        assert overdue("2022-01-01") == ["CN-N54-1", "CN-N54-2"]
        # 31 December 2023 is a Sunday: a fixed day does not roll.
        assert overdue("2023-12-31") == ["CN-N54-1", "CN-N54-2"]
        assert overdue("2024-01-01") == ["CN-N54-1", "CN-N54-2", "CN-N54-3"]


@pytest.mark.parametrize("code", PILOTS)
def test_each_pilot_has_its_own_milestone(code: str) -> None:
    actors = sorted(row["actor"] for row in tasks() if row["code"] == code)
    assert actors == sorted(PILOTS[code].split("、"))


def test_open_ended_work_has_no_day_and_dated_work_has_one() -> None:
    for row in tasks():
        dated = {"deadline": bool(row["due"]), "start": bool(row["start"]), "open_ended": not row["due"]}
        assert dated[row["kind"]], row["case"]
        assert bool(row["due"]) + bool(row["start"]) <= 1
    words = {row["text"] for row in tasks() if row["kind"] == "open_ended"}
    assert words == {"持续推进", "没有日期", "日期在未见的进度安排表中"}


# --- 中山 ----------------------------------------------------------------------------------------------------


def test_zhongshan_has_eighteen_departments_and_twenty_five_towns_in_two_batches() -> None:
    assert Counter((unit.level, unit.batch) for unit in zhongshan()) == {
        ("city", 0): 1, ("department", 1): 18, ("town", 1): 3, ("town", 2): 22,
    }  # fmt: skip
    for batch, names in ((1, FIRST_TOWNS), (2, OTHER_TOWNS)):
        towns = [unit.label for unit in zhongshan() if unit.level == "town" and unit.batch == batch]
        assert towns == names.split("、")


def test_each_of_the_twenty_six_fields_is_owned_by_one_department(place: Place) -> None:
    with place.settings('profile = "zhongshan"\n').open() as office:
        labels = office.rules.rulebook.workflow("catalogue").facts["field"].choices
    owned = {unit.label: "、".join(labels[field] for field in unit.fields) for unit in zhongshan() if unit.fields}
    assert owned == FIELDS_OF
    assert len(labels) == 26
    assert sorted(field for unit in zhongshan() for field in unit.fields) == sorted(labels)


def test_zhongshan_opens_a_catalogue_for_each_unit_and_field() -> None:
    rows = [row for row in rows_of("zhongshan-2020") if row["workflow"] == "catalogue"]
    assert Counter((row["level"], row["batch"], row["due"]) for row in rows) == {
        ("department", "1", "2020-08-31"): 26,
        ("town", "1", "2020-08-31"): 3 * 26,
        ("town", "2", "2020-10-31"): 22 * 26,
    }
    assert {row["day"] for row in rows} == {"2020-06-16"}
    units = {unit.code: unit for unit in zhongshan()}
    for row in rows:
        owned = units[row["unit"]].fields
        assert row["field"] in owned or not owned


def test_the_batches_come_overdue_on_the_day_after_their_own(place: Place) -> None:
    office, _ = take(place, "zhongshan-2020")

    def overdue(day: str) -> Counter[date | None]:
        return Counter(line.last_day for line in office.cases(workflow="catalogue", overdue=True, as_of=day))

    with office:
        assert overdue("2020-08-31") == {}
        assert overdue("2020-09-01") == {date(2020, 8, 31): 104}
        assert overdue("2020-10-31") == {date(2020, 8, 31): 104}
        assert overdue("2020-11-01") == {date(2020, 8, 31): 104, date(2020, 10, 31): 572}
        # A start is no deadline.
        assert office.cases(workflow="task", overdue=True, as_of="2020-12-31") == []
        assert [line.case for line in office.cases(workflow="task", overdue=True, as_of="2021-01-01")] == ["ZS-M1-5"]


def test_what_was_filed_in_time_is_not_overdue(place: Place) -> None:
    office, _ = take(place, "zhongshan-2020")
    filed = [
        {"case": "ZS-CAT-fgj-01", "workflow": "catalogue", "day": "2020-08-20", "action": action, **facts}
        for action, facts in (("draft_item", {"item_name": "项目审批"}), ("file", {"filed_with": "市政府办公室"}))
    ]
    with office:
        assert office.import_register(enumerate(filed, 2), now=NOW).bad == ()
        lines = office.cases(workflow="catalogue", overdue=True, as_of="2020-09-01")
        assert len(lines) == 103
        assert "ZS-CAT-fgj-01" not in {line.case for line in lines}


def test_a_town_is_reviewed_by_the_owner_of_the_field_and_a_department_files_directly(tmp_path: Path) -> None:
    office = init_office(tmp_path, profile="zhongshan").office
    element = dict.fromkeys(("item_name", "basis", "content", "subject", "time_limit", "method"), "甲")
    with office:
        office.import_register(read_register(PLANS / "zhongshan-2020.csv"), now=NOW)
        for case in ("ZS-CAT-shiqi-08", "ZS-CAT-rsj-08"):
            office.do(case, "draft_item", facts=element, day="2020-07-01", now=NOW)
        filing = {"action": "file", "filed_with": "市政府办公室", "day": "2020-08-20", "now": NOW}
        with pytest.raises(Refused, match="opinion"):
            office.do("ZS-CAT-shiqi-08", **apart(**filing))
        office.do("ZS-CAT-shiqi-08", "submit_review", day="2020-07-10", now=NOW)
        review = {"action": "review", "opinion": "同意", "day": "2020-07-20", "now": NOW}
        with pytest.raises(Refused, match="belongs to rsj, not to mzj"):
            office.do("ZS-CAT-shiqi-08", **apart(unit="mzj", **review))
        office.do("ZS-CAT-shiqi-08", **apart(unit="rsj", **review))
        for case in ("ZS-CAT-shiqi-08", "ZS-CAT-rsj-08"):
            assert office.do(case, **apart(**filing)).state == "filed"
