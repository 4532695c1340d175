"""Rules of other packages (规则包): used where the settings name them, recorded with their version, never by chance."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import inspect

import gkflow
from gkflow import plugs
from gkflow.bootstrap import forget_files
from gkflow.checking import check_rules
from gkflow.domain.errors import FilesAtFault
from gkflow.in_use import load_rules
from rules_of_packages import installed, package, secrecy
from store.offices import Place, at, known

ROOT = Path(__file__).parents[1]
LADDER = "ladder: {name}\nlabel: {label}\nsteps:\n  - {{at: 1, kind: urge, colour: red, tell: [officer]}}\n"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "site"
    folder.mkdir()
    with installed(folder):
        yield folder


def settings(packages: str) -> str:
    return f'[office]\nunit = "BM"\n[rules]\npackages = [{packages}]\n'


def faults(place: Place) -> list[str]:
    """Why a new office cannot adopt its first rules."""
    with pytest.raises(FilesAtFault) as caught:
        place.open()
    return [str(each) for each in caught.value.faults]


def test_an_office_works_by_the_rules_of_a_package_that_its_settings_name(site: Path, place: Place) -> None:
    package(site, "secrecy", secrecy(), "2.1")
    with place.settings(settings('"secrecy"')).open() as office:
        office.receive("reviewed", "BM-1", facts={"channel": "in_person"}, now=at("2026-03-17"))
        assert office.rules.rulebook.workflow("reviewed").extends == ("request",)
        assert office.rule_editions.present.sources.packages == (("secrecy-rules", "2.1"),)
        assert office.rule_editions.waiting() == ""


def test_what_is_installed_and_not_named_is_not_used(site: Path, place: Place) -> None:
    package(site, "secrecy", secrecy())
    with place.settings('[office]\nunit = "BM"\n').open() as office:
        assert "reviewed" not in office.rules.rulebook.workflows
        assert office.rule_editions.present.sources.packages == ()
    assert "reviewed" not in load_rules().workflows


def test_a_package_that_is_named_later_waits_to_be_adopted(site: Path, place: Place) -> None:
    package(site, "secrecy", secrecy())
    place.settings('[office]\nunit = "BM"\n').open().close()
    with place.settings(settings('"secrecy"')).open() as office:
        assert office.rule_editions.waiting() != ""
        changed = {(each.kind, each.name) for each in office.rule_editions.changes()}
        assert changed == {("workflow", "reviewed"), ("ladder", "secrecy-warning"), ("limit", "secrecy-rules")}
        office.rule_editions.adopt(now=at("2026-03-18"))
        assert "reviewed" in office.rules.rulebook.workflows
        assert [each.sources.packages for each in office.rule_editions.all()] == [(), (("secrecy-rules", "1.0"),)]


def test_another_version_with_the_same_content_is_no_other_edition(site: Path, place: Place) -> None:
    folder = package(site, "secrecy", secrecy())
    place.settings(settings('"secrecy"')).open().close()
    info = next(site.glob("*.dist-info"))
    meta = (info / "METADATA").read_text(encoding="utf-8").replace("1.0", "1.1")
    (info / "METADATA").write_text(meta, encoding="utf-8")
    info.rename(site / f"{folder.name}-1.1.dist-info")
    plugs.forget()
    with place.open() as office:
        assert office.rule_editions.waiting() == ""


def test_the_office_stands_above_the_package_and_the_package_above_the_packaged_file(site: Path, place: Place) -> None:
    packaged = {"config/ladders/archive.yaml": LADDER.format(name="archive", label="规则包")}
    package(site, "county", packaged)
    place.settings(settings('"county"'))
    assert load_rules(place.home).ladders["archive"].label == "规则包"
    own = place.home / "config" / "ladders" / "archive.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(LADDER.format(name="archive", label="本机关"), encoding="utf-8")
    assert load_rules(place.home).ladders["archive"].label == "本机关"
    assert load_rules().ladders["archive"].label not in ("规则包", "本机关")


def test_an_office_extends_what_a_package_extends(site: Path, place: Place) -> None:
    package(
        site, "secrecy", {**secrecy(), "workflows/request.yaml": "workflow: request\nextends: request\nlabel: 甲\n"}
    )
    place.settings(settings('"secrecy"'))
    own = place.home / "workflows" / "request.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("workflow: request\nextends: request\nfacts: {mood: {label: 心情}}\n", encoding="utf-8")
    found = load_rules(place.home).workflow("request")
    assert (found.label, found.extends, "mood" in found.facts) == ("甲", ("request",), True)


def test_two_packages_that_define_one_name_are_refused_with_both_places(site: Path, place: Place) -> None:
    ladder = LADDER.format(name="siege", label="围")
    one = package(site, "county", {"config/ladders/siege.yaml": ladder})
    other = package(site, "town", {"config/ladders/siege.yaml": ladder})
    place.settings(settings('"county", "town"'))
    assert faults(place) == [
        f'{(other / "config/ladders/siege.yaml").as_posix()}  package "county" has '
        f"{(one / 'config/ladders/siege.yaml').as_posix()} as well: name only one of the two in [rules] packages"
    ]


def test_a_package_that_is_not_there_is_one_line_where_it_is_named(site: Path, place: Place) -> None:
    place.settings(settings('"secrecy"'))
    file = (place.home / "gkflow.toml").as_posix()
    line = f"{file}:4  [rules] packages: no installed package offers rules "
    todo = "install the one that does (pip install NAME), or take it out"
    assert faults(place) == [f'{line}"secrecy"; {todo}']
    package(site, "county", {"config/ladders/siege.yaml": LADDER.format(name="siege", label="围")})
    assert faults(place) == [f'{line}"secrecy"; there are: county; {todo}']
    package(site, "secrecies", {"workflows/x.yaml": ""})
    assert faults(place) == [f'{line}"secrecy" (do you mean "secrecies"?); {todo}']


def test_a_package_that_cannot_be_used_says_why(site: Path, place: Place) -> None:
    package(site, "empty", {})
    package(site, "broken", {"__init__.py": "1 / 0\n", "workflows/x.yaml": ""})
    place.settings(settings('"empty"'))
    file = (place.home / "gkflow.toml").as_posix()
    (line,) = faults(place)
    assert line.startswith(f'{file}:4  [rules] packages: package "empty" cannot be used: empty_rules: has no folder ')
    place.settings(settings('"broken"'))
    (line,) = faults(place)
    assert line.endswith(
        'package "broken" cannot be used: broken_rules: ZeroDivisionError: division by zero; '
        "install it again (pip install broken-rules), or take it out"
    )


def test_a_fault_of_a_package_is_reported_in_its_file(
    site: Path, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = package(site, "county", {"config/ladders/siege.yaml": "ladder: siege\nlabel: 围\nstep: 1\n"})
    place.settings(settings('"county"'))
    monkeypatch.setenv("GKFLOW_HOME", str(place.home))
    with pytest.raises(FilesAtFault) as caught:
        check_rules()
    file = (folder / "config/ladders/siege.yaml").as_posix()
    assert {(each.file, each.line) for each in caught.value.faults} == {(file, 1), (file, 3)}


def test_packages_are_named_by_variable_in_code_and_by_load_rules(
    site: Path, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(site, "secrecy", secrecy())
    assert "reviewed" in gkflow.load_rules(packages=["secrecy"]).workflows
    made = gkflow.Settings(home=place.home, unit="BM", rules={"packages": ["secrecy"]})
    with gkflow.open(f"sqlite:///{place.home.as_posix()}/in-code.db", settings=made) as office:
        assert "reviewed" in office.rules.rulebook.workflows
    missing = gkflow.Settings(home=place.home, unit="BM", rules={"packages": ["none"]})
    with pytest.raises(
        FilesAtFault, match=r'gkflow\.Settings rules\.packages .* no installed package offers rules "none"'
    ):
        gkflow.open(f"sqlite:///{place.home.as_posix()}/none.db", settings=missing)
    with pytest.raises(FilesAtFault, match=r"must be a list of texts"):
        gkflow.Settings(home=place.home, unit="BM", rules={"packages": 3})
    place.settings('[office]\nunit = "BM"\n')
    monkeypatch.setenv("GKFLOW_RULES_PACKAGES", "secrecy")
    with place.open() as office:
        assert "reviewed" in office.rules.rulebook.workflows
    assert replace(made, packages=()).packages == ()


@pytest.mark.slow
def test_the_wheel_of_the_manual_is_built_installed_and_named(tmp_path: Path, site: Path, place: Place) -> None:
    manual = (ROOT / "docs" / "how-to" / "new-procedure.md").read_text(encoding="utf-8")
    source, project = tmp_path / "source", manual.split('```toml title="pyproject.toml"\n')[1].split("```")[0]
    for name, text in {"__init__.py": "", **secrecy()}.items():
        (source / "hearing_rules" / name).parent.mkdir(parents=True, exist_ok=True)
        (source / "hearing_rules" / name).write_text(text, encoding="utf-8")
    (source / "pyproject.toml").write_text(project, encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]

    def run(*words: str) -> None:
        done = subprocess.run([*pip, *words], capture_output=True, text=True, encoding="utf-8", cwd=tmp_path)
        assert done.returncode == 0, done.stderr

    run("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(source))
    (wheel,) = tmp_path.glob("hearing_rules-1.0-*.whl")  # its tags are the build backend's choice
    run("install", "--no-index", "--no-deps", "--target", str(site), str(wheel))
    plugs.forget()
    with place.settings(settings('"hearing"')).open() as office:
        assert "reviewed" in office.rules.rulebook.workflows
        assert office.rule_editions.present.sources.packages == (("hearing-rules", "1.0"),)


# --- a package that was there ------------------------------------------------------------------------------------


def forgotten(site: Path) -> None:
    """Take every package away, as pip does while nobody runs."""
    shutil.rmtree(site)
    site.mkdir()
    plugs.forget()


def test_settings_in_code_and_in_a_file_go_on_alike_without_the_package(site: Path, place: Place) -> None:
    package(site, "secrecy", secrecy(), "2.1")
    with place.settings(settings('"secrecy"')).open() as office:
        office.receive("reviewed", "BM-1", facts={"channel": "in_person"}, now=at("2026-03-17"))
    forgotten(site)
    made = gkflow.Settings(home=place.home, unit="BM", rules={"packages": ["secrecy"]})
    named = {"": f"{(place.home / 'gkflow.toml').as_posix()}:4", "code": "gkflow.Settings rules.packages"}
    for kind, chosen in (("", None), ("code", made)):
        with gkflow.open(place.url, home=place.home, settings=chosen) as office:
            office.do("BM-1", "note", facts={"text": "x"}, now=at("2026-03-18"))
            state = office.rule_editions.files()
            assert (list(state.packages), state.absent) == (["secrecy"], ("secrecy-rules 2.1",))
            assert str(state.fault).startswith(f"{named[kind]}  [rules] packages: no installed package offers rules")
            with pytest.raises(FilesAtFault) as caught:
                office.rule_editions.adopt(now=at("2026-03-18"))
            assert caught.value.faults == (state.fault,)


def test_a_new_office_whose_package_is_missing_leaves_its_database_empty(site: Path, place: Place) -> None:
    with pytest.raises(FilesAtFault):
        place.settings(settings('"secrecy"')).open()
    package(site, "secrecy", secrecy())
    with place.engine() as engine:
        assert inspect(engine).get_table_names() == []


def test_a_package_that_is_uninstalled_under_a_running_office_is_a_fault_and_no_other_edition(
    site: Path, place: Place
) -> None:
    folder = package(site, "secrecy", secrecy())
    with place.settings(settings('"secrecy"')).open() as office:
        shutil.rmtree(folder)
        state = office.rule_editions.files(thorough=True)
        assert (state.waiting, list(state.packages)) == ("", ["secrecy"])
        assert "is no longer there" in str(state.fault)
        with pytest.raises(FilesAtFault):
            office.rule_editions.adopt(now=at("2026-03-18"))


@pytest.mark.parametrize("broken", [False, True])
def test_notices_keep_the_wording_of_a_package_that_cannot_be_used(broken: bool, site: Path, place: Place) -> None:
    packaged = (ROOT / "config" / "wording" / "notices.yaml").read_text(encoding="utf-8")
    name, words = "config/wording/notices.yaml", packaged.replace("subject: ", "subject: 【本省】", 1)
    folder = package(site, "county", {name: words})
    people = '[[people]]\nname = "张三"\nroles = ["officer"]\nchannels = ["file"]\n'
    place.settings(settings('"county"') + people)
    with place.open() as office:
        office.receive("request", "BM-1", facts={"channel": "in_person"}, now=at("2026-03-17"))
        assert office.delivery.notices() != []
        before = office.rules.wording
        assert "【本省】" in before.source
        clerks = office.limited_to("BM")
        if broken:
            (folder / name).write_text("wording: notices\nnote: 3\n", encoding="utf-8")
        else:
            forgotten(site)
        office.calendars.adopt(known("2025-12-01"), now=at("2026-03-18"))
        assert clerks.rules.wording.edition == before.edition, "read anew, by a process that knows the wording"
    with place.open() as office:
        assert office.rules.wording.edition == before.edition
        assert list(office.rule_editions.files().packages) == ["county"]
        own = place.home / name
        own.parent.mkdir(parents=True)
        own.write_text(packaged, encoding="utf-8")
    with place.open() as office:
        assert "【本省】" not in office.rules.wording.source, "the office's own wording replaces that of a package"


def test_doctor_reports_a_calendar_file_of_a_package_and_goes_on(site: Path, place: Place) -> None:
    folder = package(site, "county", {"config/ladders/siege.yaml": LADDER.format(name="siege", label="围")})
    place.settings(settings('"county"')).open().close()
    file = folder / "config" / "calendar" / "local.yaml"
    file.parent.mkdir()
    file.write_text("calendar: x: y\n", encoding="utf-8")
    forget_files()
    with place.open() as office:
        (sign,) = (each for each in office.doctor(at("2026-03-18")) if each.name == "rule_packages")
        assert (sign.level, list(sign.as_dict()["facts"]["packages"])) == ("error", ["county"])
        assert sign.as_dict()["facts"]["packages"]["county"]["file"] == file.as_posix()
