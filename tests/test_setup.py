"""Founding an office with a profile (建立机关): its units, its owners, its plan; no case, and nothing twice."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gkflow.domain.errors import Conflict, FilesAtFault
from gkflow.office import Office
from gkflow.papers.register_files import read_register
from gkflow.setup import init_office, plan_of
from store.offices import Place, assert_sound, at

PLAN = "zhongshan-2020"
# 中山方案 第三部分第（一）项: eighteen departments with the fields that each is to draw up, as the plan counts them.
FIELDS_EACH = {
    "市发展改革局": 1, "市教育体育局": 1, "市公安局": 1, "市民政局": 2, "市司法局": 1, "市财政局": 1,
    "市人力资源社会保障局": 2, "市自然资源局": 3, "市生态环境局": 1, "市住房城乡建设局": 2, "市农业农村局": 2,
    "市文化广电旅游局": 1, "市卫生健康局": 1, "市应急管理局": 2, "市市场监督管理局": 1, "市城市管理和综合执法局": 2,
    "市政务服务数据管理局": 1, "市税务局": 1,
}  # fmt: skip
FIRST_TOWNS = {"火炬开发区", "石岐区", "坦洲镇"}
TABLES = ("entry", "docket", "clock", "notice", "escalation", "sweep", "draft", "subscription", "edition")


@pytest.fixture
def home(place: Place, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without an office; its database will be the one of the place, whichever kind that is."""
    monkeypatch.setenv("GKFLOW_DATABASE_URL", place.url)
    return place.home / "office"


@pytest.fixture
def zhongshan(home: Path) -> Iterator[Office]:
    fresh, office, _ = init_office(home, profile="zhongshan")
    assert fresh
    with office:
        yield office


def written(home: Path) -> dict[str, Any]:
    """What stands in gkflow.toml, read without gkflow."""
    return tomllib.loads((home / "gkflow.toml").read_text(encoding="utf-8"))


def files(home: Path) -> dict[str, bytes]:
    """Every file of the office but its database."""
    found = (path for path in home.rglob("*") if path.is_file() and not path.name.startswith("gkflow.db"))
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in found}


def database(place: Place) -> dict[str, list[Any]]:
    tables = [f"gk_{table}" for table in (*TABLES, "calendar_edition", "version")]
    there = {name for (name,) in place.rows(_NAMES[place.kind])}
    return {table: sorted(place.rows(f"SELECT * FROM {table}"), key=repr) for table in tables if table in there}


_NAMES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgres": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
}


# -- what the profile brings ----------------------------------------------------------------------------------------


def test_the_towns_are_three_and_twenty_two(zhongshan: Office, home: Path) -> None:
    units = written(home)["units"].values()
    towns = [unit for unit in units if unit.get("level") == "town"]
    assert Counter(unit["batch"] for unit in towns) == {1: 3, 2: 22}
    assert {unit["label"] for unit in towns if unit["batch"] == 1} == FIRST_TOWNS
    assert len({unit["label"] for unit in towns}) == 25
    assert all("fields" not in unit for unit in towns), "a town owns no field"


def test_eighteen_departments_own_the_twenty_six_fields_each_one_once(zhongshan: Office, home: Path) -> None:
    departments = [unit for unit in written(home)["units"].values() if unit.get("level") == "department"]
    assert {unit["label"]: len(unit["fields"]) for unit in departments} == FIELDS_EACH
    assert len(departments) == 18
    owned = Counter(field for unit in departments for field in unit["fields"])
    assert len(owned) == 26
    assert set(owned.values()) == {1}


def test_what_is_written_is_what_the_office_works_by(zhongshan: Office, home: Path) -> None:
    owners = {field: code for code, unit in written(home)["units"].items() for field in unit.get("fields", ())}
    assert dict(zhongshan.rules.owners) == owners
    assert set(owners) == set(zhongshan.rules.rulebook.workflow("catalogue").facts["field"].choices)
    assert zhongshan.profile.name == written(home)["profile"] == "zhongshan"
    assert {duty.name for duty in zhongshan.rules.recurring_tasks} == set(written(home)["duties"])


def test_no_case_is_opened_and_nothing_swept(place: Place, zhongshan: Office) -> None:
    assert {table: len(place.rows(f"SELECT 1 FROM gk_{table}")) for table in TABLES} == dict.fromkeys(TABLES, 0)
    assert zhongshan.cases(include_closed=True, as_of="2020-09-01") == []


def test_the_settings_are_for_their_owners_eyes(zhongshan: Office, home: Path) -> None:
    assert (home / "gkflow.toml").stat().st_mode & 0o077 == 0


def test_an_office_founded_without_a_profile_has_one_unit_and_no_plan(home: Path) -> None:
    office = init_office(home, name="信访局", unit="XFJ").office
    with office:
        assert written(home)["profile"] == "national"
        assert list(written(home)["units"]) == ["XFJ"]
        assert not (home / "plans").exists()
        assert office.rules.recurring_tasks == ()


# -- again ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", ["zhongshan", ""])
def test_founding_again_changes_nothing(place: Place, zhongshan: Office, home: Path, profile: str) -> None:
    zhongshan.receive(
        "catalogue", facts={"field": "taxation", "level": "department", "due": "2020-08-31"}, now=at("2020-06-16")
    )
    before = files(home), database(place)
    fresh, again, _ = init_office(home, name="另一名称", unit="OTHER", profile=profile)
    with again:
        assert not fresh
        assert again.settings.unit == "UNIT"
    assert (files(home), database(place)) == before


def test_settings_and_plan_that_the_office_has_mended_stay_as_they_are(zhongshan: Office, home: Path) -> None:
    settings, plan = home / "gkflow.toml", plan_of(home, PLAN)
    settings.write_text(settings.read_text(encoding="utf-8").replace('"坦洲镇"', '"坦洲"'), encoding="utf-8")
    plan.write_text(plan.read_text(encoding="utf-8").replace("石岐区", "石岐街道"), encoding="utf-8")
    before = files(home)
    init_office(home, profile="zhongshan")[1].close()
    assert files(home) == before


def test_a_plan_that_is_gone_is_copied_again(zhongshan: Office, home: Path) -> None:
    before = files(home)
    plan_of(home, PLAN).unlink()
    init_office(home, profile="zhongshan")[1].close()
    assert files(home) == before


@pytest.mark.parametrize("other", ["guangdong", "national"])
def test_another_profile_on_the_same_folder_is_refused(place: Place, zhongshan: Office, home: Path, other: str) -> None:
    before = files(home), database(place)
    with pytest.raises(Conflict) as refused:
        init_office(home, profile=other)
    assert refused.value.code == "other_profile"
    assert (refused.value.facts["found"], refused.value.facts["wanted"]) == ("zhongshan", other)
    assert (files(home), database(place)) == before


def test_a_profile_on_the_folder_of_an_office_without_one_is_refused(place: Place, home: Path) -> None:
    init_office(home)[1].close()
    before = files(home), database(place)
    with pytest.raises(Conflict) as refused:
        init_office(home, profile="zhongshan")
    assert refused.value.facts["found"] == "national"
    assert (files(home), database(place)) == before


def test_an_unknown_profile_founds_nothing(place: Place, home: Path) -> None:
    with pytest.raises(FilesAtFault) as refused:
        init_office(home, profile="zhongshen")
    assert "zhongshan" in str(refused.value), "those that there are, are named"
    assert not home.exists()
    assert database(place) == {}


# -- its plan -------------------------------------------------------------------------------------------------------


def take_plan(office: Office, home: Path, **more: Any) -> Any:
    return office.import_register(read_register(plan_of(home, PLAN)), now=at("2026-11-20"), **more)


def test_the_plan_of_the_office_is_taken_without_a_fault(zhongshan: Office, home: Path) -> None:
    result = take_plan(zhongshan, home)
    assert (result.bad, result.odd, result.changed, result.remarks) == ((), (), (), ())
    assert result.taken == result.rows == result.cases
    units = {line.unit for line in zhongshan.cases(include_closed=True, as_of="2026-11-20")}
    assert units <= set(written(home)["units"]), "every case is a known unit's"
    assert_sound(zhongshan)


def test_on_the_first_of_september_the_whole_first_batch_is_overdue_and_none_of_the_second(
    zhongshan: Office, home: Path
) -> None:
    # 26 fields of the departments, and of each of the three towns: 26 + 3 × 26 = 104, due 31 August 2020; the
    # other 22 towns (22 × 26 = 572) have until 31 October.
    take_plan(zhongshan, home)
    overdue = zhongshan.cases(overdue=True, as_of="2020-09-01")
    assert len(overdue) == 26 + 3 * 26 == 104
    assert {(line.workflow, str(line.last_day)) for line in overdue} == {("catalogue", "2020-08-31")}
    batches = {zhongshan.case(line.case, as_of="2020-09-01").facts["batch"] for line in overdue}
    assert batches == {"1"}
    of_unit = Counter(line.unit for line in overdue)
    units = written(home)["units"]
    assert {units[code]["label"]: count for code, count in of_unit.items()} == {
        **FIELDS_EACH, **dict.fromkeys(FIRST_TOWNS, 26),
    }  # fmt: skip
    assert zhongshan.cases(overdue=True, as_of="2020-08-31") == []


def test_the_second_batch_follows_on_the_first_of_november(zhongshan: Office, home: Path) -> None:
    take_plan(zhongshan, home)
    overdue = zhongshan.cases(overdue=True, workflow="catalogue", as_of="2020-11-01")
    assert Counter(str(line.last_day) for line in overdue) == {"2020-08-31": 104, "2020-10-31": 22 * 26}


def test_the_plan_taken_again_is_known(place: Place, zhongshan: Office, home: Path) -> None:
    first = take_plan(zhongshan, home)
    before = database(place)
    again = take_plan(zhongshan, home)
    assert (again.taken, again.known, again.changed) == (0, first.rows, ())
    assert database(place) == before


def test_a_sweep_after_the_plan_opens_only_the_duties_of_the_year(zhongshan: Office, home: Path) -> None:
    # The plan is of 2020; what is overdue since then is put on record, and opens no case but what comes round.
    take_plan(zhongshan, home)
    assert zhongshan.tick(at("2026-11-20")).opened == 2
    found = [line.case for line in zhongshan.cases(workflow="duty", as_of="2026-11-20")]
    assert sorted(found) == ["UNIT-reassessment-2026-12-31", "UNIT-training-2026-12-31"]
    assert zhongshan.cases(include_closed=True, workflow="supervision", as_of="2026-11-20") == []
