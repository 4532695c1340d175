"""Rules of other packages (规则包): used where the settings name them, recorded with their version, never by chance."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import gkflow
from gkflow import plugs
from gkflow.checking import check_rules
from gkflow.domain.errors import FilesAtFault
from gkflow.in_use import load_rules
from store.offices import Place, at

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "extension"
LADDER = "ladder: {name}\nlabel: {label}\nsteps:\n  - {{at: 1, kind: urge, colour: red, tell: [officer]}}\n"


def package(site: Path, name: str, files: dict[str, str], version: str = "1.0") -> Path:
    """A package as pip leaves it: its folder, and a .dist-info with its entry point."""
    module = f"{name.replace('-', '_')}_rules"
    folder = site / module
    for file, text in {"__init__.py": '"""规则包"""\n', **files}.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")
    info = site / f"{module}-{version}.dist-info"
    info.mkdir()
    text = f"Metadata-Version: 2.1\nName: {name}-rules\nVersion: {version}\n"
    (info / "METADATA").write_text(text, encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[gkflow.rules]\n{name} = {module}\n", encoding="utf-8")
    plugs.forget()
    return folder


def secrecy() -> dict[str, str]:
    """The files of the example, with the workflow under a name of its own."""
    found = {path.relative_to(EXAMPLE).as_posix(): path.read_text(encoding="utf-8") for path in EXAMPLE.rglob("*.yaml")}
    text = found.pop("workflows/request.yaml").replace("workflow: request", "workflow: reviewed\nlabel: 经审查的申请")
    return {**found, "workflows/reviewed.yaml": text}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    plugs.forget()
    yield folder
    for name in [name for name in sys.modules if name.endswith("_rules")]:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(folder)):
            del sys.modules[name]
    plugs.forget()


def settings(packages: str) -> str:
    return f'[office]\nunit = "BM"\n[rules]\npackages = [{packages}]\n'


def faults(home: Path) -> list[str]:
    with pytest.raises(FilesAtFault) as caught:
        gkflow.open(home=home)
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
    assert faults(place.home) == [
        f'{(other / "config/ladders/siege.yaml").as_posix()}  package "county" has '
        f"{(one / 'config/ladders/siege.yaml').as_posix()} as well: name only one of the two in [rules] packages"
    ]


def test_a_package_that_is_not_there_is_one_line_where_it_is_named(site: Path, place: Place) -> None:
    place.settings(settings('"secrecy"'))
    file = (place.home / "gkflow.toml").as_posix()
    line = f"{file}:4  [rules] packages: no installed package offers rules "
    assert faults(place.home) == [f'{line}"secrecy"; install it, or take it out']
    package(site, "county", {"config/ladders/siege.yaml": LADDER.format(name="siege", label="围")})
    assert faults(place.home) == [f'{line}"secrecy"; there are: county']
    package(site, "secrecies", {"workflows/x.yaml": ""})
    assert faults(place.home) == [f'{line}"secrecy" (do you mean "secrecies"?)']


def test_a_package_that_cannot_be_used_says_why(site: Path, place: Place) -> None:
    package(site, "empty", {})
    package(site, "broken", {"__init__.py": "1 / 0\n", "workflows/x.yaml": ""})
    place.settings(settings('"empty"'))
    file = (place.home / "gkflow.toml").as_posix()
    (line,) = faults(place.home)
    assert line.startswith(f'{file}:4  [rules] packages: package "empty" cannot be used: empty_rules: has no folder ')
    place.settings(settings('"broken"'))
    (line,) = faults(place.home)
    assert line.endswith('package "broken" cannot be used: broken_rules: ZeroDivisionError: division by zero')


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
    with pytest.raises(FilesAtFault, match='no installed package offers rules "none"'):
        gkflow.Settings(home=place.home, unit="BM", rules={"packages": ["none"]})
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
