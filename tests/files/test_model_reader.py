"""Reading by a model (按模型读取): every fault at once, in our words, at its own line, and never a traceback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gkflow.files.kinds.code_list import ListFile
from gkflow.files.kinds.model import FileModel
from gkflow.files.model_reader import Found, read_model
from gkflow.files.nodes import Faults, Node, from_plain
from gkflow.files.schemas import KINDS
from gkflow.files.yaml_files import read_yaml
from slow_walks import slow_after

READ_BY_MODEL = sorted(set(KINDS) - {"plan"})


def read(tmp_path: Path, text: str, kind: type[FileModel]) -> tuple[Found[Any], list[str]]:
    path = tmp_path / "file.yaml"
    path.write_text(text, encoding="utf-8")
    faults = Faults()
    node = read_yaml(path, "file.yaml", faults)
    assert node is not None
    found = read_model(kind, node, faults)
    return found, [str(fault) for fault in faults.all()]


def test_a_text_may_stand_for_the_label_of_an_item(tmp_path: Path) -> None:
    found, faults = read(tmp_path, "list: x\nlabel: 表\nitems:\n  a: 甲\n  b: {label: 乙, points: 2}\n", ListFile)
    assert faults == []
    assert {code: (item.label, item.points) for code, item in found.model.items.items()} == {
        "a": ("甲", None), "b": ("乙", 2)
    }  # fmt: skip


def test_what_was_wrong_is_reported_once_and_the_rest_is_read(tmp_path: Path) -> None:
    text = "list: x\nlabel: 3\nitem: {}\nitems:\n  a: 甲\n  b:\n    points: many\n"
    found, faults = read(tmp_path, text, ListFile)
    assert faults == [
        "file.yaml:2  label must be a text in quotes, not 3",
        'file.yaml:3  unknown key "item" (do you mean "items"?)',
        'file.yaml:6  item "b": key "label" is missing',
        'file.yaml:7  item "b": points must be a number, not "many"',
    ]
    assert found.model.items["a"].label == "甲"


def test_a_missing_key_is_reported_at_its_section_and_a_given_one_at_its_line(tmp_path: Path) -> None:
    found, _ = read(tmp_path, "list: x\nlabel: 表\nitems:\n  a: 甲\n  b:\n    label: 乙\n", ListFile)
    assert found.line_of("items", "b", "label") == 6
    assert found.line_of("items", "b", "points") == 5
    assert found.has("items", "b", "label")
    assert not found.has("items", "b", "points")


_WORDS = ["", "x", "officer", "2026-01-01", "FREQ=YEARLY", "{year}", "{", "remind"]
_SCALARS = (
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False) | st.dates() | st.sampled_from(_WORDS)
)
_NAMES = st.text("ab", min_size=1, max_size=2)
_VALUES = st.recursive(
    _SCALARS, lambda each: st.lists(each, max_size=3) | st.dictionaries(_NAMES, each, max_size=3), max_leaves=6
)


@pytest.mark.parametrize("name", slow_after(4, READ_BY_MODEL))
@given(data=st.data())
def test_whatever_a_file_says_it_is_read_with_stand_ins_or_reported(name: str, data: st.DataObject) -> None:
    model = KINDS[name].model()
    keys = [field.alias or key for key, field in model.model_fields.items()]
    content = data.draw(st.dictionaries(st.sampled_from([*keys, "strange"]), _VALUES) | _VALUES)
    faults = Faults()
    node: Node = from_plain(content, "file.yaml", 1)
    found = read_model(model, node, faults)
    assert isinstance(found.model, model)
    if isinstance(content, dict) and "strange" in content:
        assert any('unknown key "strange"' in fault.text for fault in faults.all())
    again = Faults()
    read_model(model, node, again)
    assert again.all() == faults.all()
