"""Profiles (地方规则): what a place settles for itself, and what it may not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import d, national
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.counting import last_day
from gkflow.domain.errors import FilesAtFault, GkflowError
from gkflow.domain.law import Bound
from gkflow.domain.rulebook import Rulebook
from gkflow.domain.soundness import problems
from gkflow.files.profiles import Unit
from gkflow.files.rulebook_files import profile_named, read_profiles, read_rulebook
from gkflow.files.settings import read_settings
from slow_walks import slow_after
from store.offices import Place
from walks import ONE

GOOD = Path(__file__).parent / "good"
PROJECT = Path(__file__).parents[2]
PLAIN_WEEKS = WorkCalendar(days_off=frozenset(), makeup_days=frozenset())
PROFILES = sorted(path.stem for path in (PROJECT / "config/profiles").glob("*.yaml"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A copy of the good files, to be added to."""
    return shutil.copytree(GOOD, tmp_path / "home")


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def a_profile(folder: Path, text: str, name: str = "town") -> None:
    write(folder, f"config/profiles/{name}.yaml", f"profile: {name}\nlabel: 镇\n{text}")


def read(home: Path, profile: str = "national", *more: Path) -> Rulebook:
    return read_rulebook([home, *more], PLAIN_WEEKS, profile)


def faults(home: Path, *more: Path, profile: str = "national") -> list[str]:
    with pytest.raises(FilesAtFault) as caught:
        read(home, profile, *more)
    return [str(fault) for fault in caught.value.faults]


# -- what it settles ---------------------------------------------------------------------------------------------


def test_a_profile_is_read_as_its_file_says(home: Path) -> None:
    a_profile(
        home,
        "cite: 示例方案\nlimits: {reg/reply: county/reply}\nladders: {days: days}\nduties: [yearly]\nplan: town-2020\n"
        "units:\n  wjj: {label: 卫生健康局, level: department, batch: 1, fields: [health, taxation]}\n"
        "  town.1: {label: 甲镇, level: town}\n",
    )

    town = read_profiles([home])["town"]

    assert (town.label, town.cite, town.plan, town.duties) == ("镇", "示例方案", "town-2020", ("yearly",))
    assert (dict(town.instead), dict(town.ladders)) == ({"reg/reply": "county/reply"}, {"days": "days"})
    assert town.units == (
        Unit("wjj", "卫生健康局", "department", 1, ("health", "taxation")),
        Unit("town.1", "甲镇", "town"),
    )


def test_a_profile_puts_the_steps_of_another_ladder_in_place_and_leaves_the_name(home: Path) -> None:
    write(
        home,
        "config/ladders/strict.yaml",
        "ladder: strict\nlabel: 从严\nsteps: [{at: -3, kind: urge, tell: director}, {at: 0, kind: supervise, "
        "tell: supervising_office}]\n",
    )
    a_profile(home, "ladders: {days: strict}\n")

    plain, strict = read(home).ladders, read(home, "town").ladders

    assert [step.offset for step in plain["days"].steps] == [-5, 0, 1]
    assert [(step.offset, step.tell) for step in strict["days"].steps] == [
        (-3, ("director",)),
        (0, ("supervising_office",)),
    ]
    assert (strict["days"].name, strict["days"].label) == ("days", "预警")
    assert strict["strict"] == plain["strict"]


def test_the_duties_of_a_profile_are_taken_on_and_all_others_known(home: Path) -> None:
    a_profile(home, "duties: [yearly]\n")

    assert (read(home).tasks_taken_on, read(home, "town").tasks_taken_on) == ((), ("yearly",))
    assert set(read(home).recurring_tasks) == {"yearly"}


def test_the_national_profile_needs_no_file_and_changes_nothing(home: Path) -> None:
    shutil.rmtree(home / "config/profiles")

    assert dict(read(home).instead) == {}
    assert profile_named(read_profiles([home]), "").name == "national"


def test_an_own_profile_takes_the_place_of_the_packaged_one(home: Path, tmp_path: Path) -> None:
    a_profile(tmp_path / "own", "duties: [yearly]\n", "county")

    book = read(home, "county", tmp_path / "own")

    assert (dict(book.instead), book.tasks_taken_on) == ({}, ("yearly",))


def test_a_profile_is_part_of_what_the_rules_are_known_by(home: Path) -> None:
    a_profile(home, "limits: {reg/reply: county/reply}\n")

    assert read(home).content_hash != read(home, "town").content_hash
    assert read(home, "town").content_hash == read(home, "town").content_hash


# -- what it may not ---------------------------------------------------------------------------------------------


@given(st.integers(1, 40))
def test_a_local_answer_limit_is_taken_where_it_is_no_longer_than_the_general_one(
    tmp_path_factory: pytest.TempPathFactory, length: int
) -> None:
    # 示例条例 第二条: 20 working days.
    home = tmp_path_factory.getbasetemp() / "lengths"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(GOOD, home)
    law = home / "config/law/county.yaml"
    said = law.read_text(encoding="utf-8")
    law.write_text(said.replace("length: 15, unit: working_day", f"length: {length}, unit: working_day"), "utf-8")

    if length <= 20:
        value = read(home, "county").limit("reg/reply").in_force(d("2022-01-01"))
        assert value is not None
        assert value.length == length
    else:
        (fault,) = faults(home)
        assert fault == (
            'config/profiles/county.yaml:4  limit "reg/reply": a profile may only tighten; '
            f'"county/reply" ({length} working_day) is longer than 《示例条例》第二条 allows, from 2021-01-01'
        )


def test_every_profile_is_compared_also_those_that_are_not_in_use(home: Path) -> None:
    a_profile(home, "ladders: {days: dayss}\n")

    assert faults(home) == faults(home, profile="county")
    assert len(faults(home)) == 1


def test_every_unit_owns_its_fields_alone(home: Path) -> None:
    a_profile(
        home, "units:\n  wjj: {label: 卫健局, fields: [health]}\n  swj: {label: 税务局, fields: [taxation, health]}\n"
    )

    (fault,) = faults(home)
    assert fault.endswith('unit "swj": field "health" is owned by "wjj" already')


def test_where_no_list_of_fields_is_kept_a_field_is_any_word(home: Path) -> None:
    (home / "config/lists/fields.yaml").unlink()
    a_profile(home, "units: {wjj: {label: 卫健局, fields: [anything]}}\n")

    assert problems(read(home, "town")) == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("config/profiles/town.yaml", "profile: town\nlabel: 镇\nladders: {days: dayss}\n"),
        ("config/profiles/town.yaml", "profile: town\nlabel: 镇\nreadings: {smal: {a: b}}\n"),
        (
            "config/ladders/own.yaml",
            "ladder: own\nlabel: 本\nsteps: [{at: 0, kind: urge, tell: officer, opens: {workflow: smal}}]\n",
        ),
        (
            "config/duties/own.yaml",
            "duty: own\nlabel: 本\ncite: 本\nworkflow: smal\nrule: FREQ=YEARLY\nsince: 2020-01-01\ntitle: 本\n",
        ),
    ],
    ids=["ladder of a profile", "reading of a profile", "ladder", "duty"],
)
def test_a_fault_of_an_own_file_names_that_file_and_not_a_packaged_one(
    home: Path, tmp_path: Path, name: str, text: str
) -> None:
    write(tmp_path / "own", name, text)

    (fault,) = faults(home, tmp_path / "own")

    assert fault.startswith((tmp_path / "own" / name).as_posix())


# -- the office's own units --------------------------------------------------------------------------------------


def test_the_settings_say_units_readings_and_duties_as_a_profile_does(tmp_path: Path) -> None:
    write(
        tmp_path,
        "gkflow.toml",
        'profile = "zhongshan"\nduties = ["training"]\n[office]\nunit = "WJJ"\nname = "卫生健康局"\n'
        '[units.WJJ]\nlabel = "卫生健康局"\nlevel = "department"\nbatch = 1\nfields = ["health"]\n'
        '[readings]\npermit = {fields = "national-2018"}\n',
    )

    settings = read_settings(tmp_path, {})

    assert settings.units["WJJ"] == Unit("WJJ", "卫生健康局", "department", 1, ("health",))
    assert (settings.profile, settings.duties) == ("zhongshan", ("training",))
    assert dict(settings.readings["permit"]) == {"fields": "national-2018"}


def test_no_duties_and_an_empty_list_of_duties_are_two_things(tmp_path: Path) -> None:
    assert read_settings(tmp_path, {}).duties is None
    write(tmp_path, "gkflow.toml", "duties = []\n")
    assert read_settings(tmp_path, {}).duties == ()


def taken_on(place: Place, settings: str) -> set[str]:
    with place.settings(settings).open() as office:
        return {duty.name for duty in office.rules.recurring_tasks}


def test_an_office_takes_on_the_duties_of_its_profile_or_those_it_names(place: Place) -> None:
    # 中山方案 第四部分: the two reports, the yearly assessment of withheld items, the training.
    assert taken_on(place, 'profile = "zhongshan"\n') == {
        "annual-report-department",
        "annual-report-government",
        "reassessment",
        "training",
    }
    assert taken_on(place, 'profile = "zhongshan"\nduties = ["training"]\n') == {"training"}
    assert taken_on(place, 'profile = "zhongshan"\nduties = []\n') == set()


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ('duties = ["trainin"]\n', 'no duty "trainin" (do you mean "training"?)'),
        ('[units.WJJ]\nlabel = "甲"\nfields = ["helth"]\n', 'no field "helth" (do you mean "health"?)'),
        (
            '[units.WJJ]\nlabel = "甲"\nfields = ["health"]\n[units.SWJ]\nlabel = "乙"\nfields = ["health"]\n',
            'field "health" is owned by "WJJ" already',
        ),
    ],
    ids=["no such duty", "no such field", "two owners"],
)
def test_the_units_and_duties_of_an_office_are_held_to_the_same_as_those_of_a_profile(
    place: Place, settings: str, fault: str
) -> None:
    with pytest.raises(GkflowError) as caught, place.settings(settings).open() as office:
        assert office.rules

    assert fault in str(caught.value)


# -- shipped -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", slow_after(2, PROFILES))
def test_no_shipped_profile_gives_the_office_a_day_more(profile: str) -> None:
    """What takes the place of a maximum of the office ends no later, from whichever day it is counted."""
    book, plain = read_rulebook([PROJECT], national(), profile), read_rulebook([PROJECT], national())
    for name in book.instead:
        for day in (d("2026-01-01") + n * ONE for n in range(365)):
            ours, theirs = plain.limit(name).in_force(day), book.limit(name).in_force(day)
            if ours is None or theirs is None or ours.length is None or theirs.length is None:
                continue
            assert (plain.limit(name).binds, ours.bound, theirs.bound) == ("office", Bound.AT_MOST, Bound.AT_MOST)
            assert last_day(day, theirs.length, theirs.unit, national(), roll=theirs.roll) <= last_day(
                day, ours.length, ours.unit, national(), roll=ours.roll
            )


@pytest.mark.parametrize("profile", PROFILES)
def test_the_fields_of_a_shipped_profile_have_one_owner_each(profile: str) -> None:
    fields = [field for unit in read_profiles([PROJECT])[profile].units for field in unit.fields]

    assert len(fields) == len(set(fields))
