"""The JSON Schema of each kind (文件格式) says what the reader says: same keys, same refusals, every packaged file."""

from __future__ import annotations

import csv
import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest

from gkflow.domain.calendar import WorkCalendar
from gkflow.files.first_settings import first_settings
from gkflow.files.kinds.model import FileModel
from gkflow.files.nodes import Faults, plain
from gkflow.files.rule_sources import read_sources
from gkflow.files.rulebook_files import read_rulebook
from gkflow.files.schemas import KINDS, Kind, kind_of, schema_of
from gkflow.files.toml_files import read_toml, toml_from
from gkflow.files.wording import read_wording
from gkflow.files.yaml_files import read_yaml

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
GOOD, BAD = HERE / "good", HERE / "bad"
PLAIN_WEEKS = WorkCalendar(days_off=frozenset(), makeup_days=frozenset())
PACKAGED = sorted([*(ROOT / "workflows").rglob("*.yaml"), *(ROOT / "config").rglob("*.yaml")])
VALIDATORS = {name: jsonschema.Draft202012Validator(schema_of(kind)) for name, kind in KINDS.items()}


def content(path: Path) -> Any:
    """What a file says, days as text, as an editor reads them; None where it cannot be taken apart."""
    faults = Faults()
    node = (read_toml if path.suffix == ".toml" else read_yaml)(path, path.name, faults)
    return plain(node) if node is not None else None


def kind_at(path: Path, root: Path) -> Kind:
    return kind_of(path.relative_to(root).as_posix()) or KINDS["settings"]


def refused(kind: Kind, value: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATORS[kind.name].iter_errors(value)]


def by_relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_schema_is_one_of_draft_2020_12_with_a_description_in_both_languages_for_each_key(kind: Kind) -> None:
    schema = schema_of(kind)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)
    for section in (schema, *schema.get("$defs", {}).values()):
        assert re.search(r"[\u4e00-\u9fff]", section["description"])
        for key, each in section.get("properties", {}).items():
            assert re.search(r"[\u4e00-\u9fff].*: .*[a-z]", each["description"]), key


@pytest.mark.parametrize("path", PACKAGED, ids=by_relative)
def test_a_packaged_file_names_its_schema_and_follows_it(path: Path) -> None:
    kind = kind_at(path, ROOT)
    first = path.read_text(encoding="utf-8").splitlines()[0]
    found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert found is not None
    assert (path.parent / found[1]).resolve() == ROOT / "docs" / "schema" / f"{kind.name}.json"
    assert refused(kind, content(path)) == []


def test_the_plans_follow_their_schema() -> None:
    for path in sorted((ROOT / "config" / "plans").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                assert refused(KINDS["plan"], row) == [], (path.name, row["case"])


def test_the_first_settings_follow_their_schema_with_every_commented_key() -> None:
    shown = re.sub(r"(?m)^# (\[|[a-z_]+ = )", r"\1", first_settings())
    for text in (first_settings(), shown):
        faults = Faults()
        node = toml_from(text, "gkflow.toml", faults)
        faults.raise_if_any()
        assert node is not None
        assert refused(KINDS["settings"], plain(node)) == []


@pytest.mark.parametrize("path", sorted(GOOD.rglob("*.yaml")), ids=lambda path: path.relative_to(GOOD).as_posix())
def test_a_good_specimen_follows_its_schema(path: Path) -> None:
    assert refused(kind_at(path, GOOD), content(path)) == []


# What a fault of structure reads like: an unknown or missing key, a wrong type, a wrong choice.
_STRUCTURE = re.compile(
    r"unknown key|key \"\w+\" is missing|must be (one of|true|an? |by_law)|no role \"|is no day; a value"
)
# A condition between keys, which one schema for a key cannot see.
_BETWEEN_KEYS = re.compile(
    r'nothing of "request"|of belongs to|key "(from|choices|unless)" is missing|published must be masked'
    r'|key "published" is missing'
)


def structural(specimen: Path) -> list[str]:
    said = specimen.with_suffix(".expected").read_text(encoding="utf-8").splitlines()
    return [line for line in said if _STRUCTURE.search(line) and not _BETWEEN_KEYS.search(line)]


SPECIMENS = sorted(path for path in BAD.rglob("*") if path.suffix in (".yaml", ".toml"))
WRONG_IN_STRUCTURE = [path for path in SPECIMENS if structural(path)]


def test_most_kinds_have_a_specimen_of_wrong_structure() -> None:
    assert {kind_at(path, BAD).name for path in WRONG_IN_STRUCTURE} >= {
        "workflow", "law", "ladder", "list", "duty", "profile", "calendar", "notices", "settings",
    }  # fmt: skip


@pytest.mark.parametrize("path", WRONG_IN_STRUCTURE, ids=lambda path: path.relative_to(BAD).as_posix())
def test_a_bad_specimen_of_wrong_structure_is_refused_by_its_schema_as_well(path: Path) -> None:
    assert refused(kind_at(path, BAD), content(path)) != []


# --- what a schema knows is read ----------------------------------------------------------------------------


def models_of(kind: Kind) -> list[type[FileModel]]:
    """The model of a kind and those of its sections."""
    found: dict[type[FileModel], None] = {}

    def walk(annotation: Any) -> None:
        if isinstance(annotation, type) and issubclass(annotation, FileModel) and annotation not in found:
            found[annotation] = None
            for field in annotation.model_fields.values():
                walk(field.annotation)
        for each in get_args(annotation):
            walk(each)

    walk(kind.model())
    return list(found)


# What a file says for its reader alone, or in the place of something else before it is read.
_REMARKS = {("LimitKeys", "note"), ("FactKeys", "list")}
# Read from the nodes, whatever their keys: what the calendar is made of, the words by their kind, a plan by its rows.
_BY_NODE = ("notices", "calendar", "wording", "plan")


@pytest.mark.parametrize("name", sorted(set(KINDS) - set(_BY_NODE)))
def test_a_key_that_a_schema_knows_is_read(name: str) -> None:
    """One that nobody reads would be accepted, and mean nothing."""
    readers = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/gkflow/files").glob("*.py"))
    for model in models_of(KINDS[name]):
        for key in model.model_fields:
            if (model.__name__, key) not in _REMARKS:
                assert re.search(rf"\.{key}\b|getattr\(keys, key\)", readers), (model.__name__, key)


# --- editions ---------------------------------------------------------------------------------------------


def without_comments(root: Path, there: Path) -> None:
    for path in PACKAGED:
        copy = there / path.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        lines = path.read_text(encoding="utf-8").splitlines()
        copy.write_text("\n".join(lines[1:]) + "\n", encoding="utf-8")


def test_the_line_that_names_the_schema_changes_no_edition(tmp_path: Path) -> None:
    without_comments(ROOT, tmp_path)
    assert read_sources([tmp_path], "national").edition == read_sources([ROOT], "national").edition
    one, other = (read_rulebook([folder], PLAIN_WEEKS) for folder in (ROOT, tmp_path))
    assert {name: each.edition for name, each in one.workflows.items()} == {
        name: each.edition for name, each in other.workflows.items()
    }
    assert read_wording([ROOT]).edition == read_wording([tmp_path]).edition


# --- what is generated ------------------------------------------------------------------------------------


def pages() -> dict[str, Callable[[], str]]:
    spec = importlib.util.spec_from_file_location("tool_file_pages", ROOT / "tools" / "file_pages.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    found: dict[str, Callable[[], str]] = tool.PAGES
    return found


@pytest.mark.parametrize(
    "name", [f"docs/{where}" for kind in KINDS for where in (f"schema/{kind}.json", f"reference/{kind}.md")]
)
def test_a_schema_and_a_reference_page_are_up_to_date(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == pages()[name](), "`make docs` rewrites it"


def test_no_schema_is_left_of_a_kind_that_is_gone() -> None:
    assert {path.stem for path in (ROOT / "docs" / "schema").iterdir()} == set(KINDS)
