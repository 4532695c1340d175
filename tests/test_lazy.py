"""Code that is loaded on first use (按需加载)."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from gkflow import lazy
from gkflow.lazy import part

SOURCE = Path(__file__).resolve().parent.parent / "src" / "gkflow"
LATE = {path: tree for path in sorted(SOURCE.rglob("*.py")) if "lazy.module(" in (text := path.read_text("utf-8"))
        for tree in [ast.parse(text)] if path.name != "lazy.py"}  # fmt: skip


def late_names(tree: ast.Module) -> dict[str, str]:
    """Every name that stands for a lazy module, with the module."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            targets = [each for target in node.targets for each in getattr(target, "elts", [target])]
            calls = [each for each in getattr(node.value, "elts", [node.value]) if isinstance(each, ast.Call)]
            for target, call in zip(targets, calls, strict=False):
                if ast.unparse(call.func) == "lazy.module":
                    found[ast.unparse(target)] = str(ast.literal_eval(call.args[0]))
    return found


def seen_by_type_checkers(tree: ast.Module) -> dict[str, str]:
    """Every name that a module imports for type checkers alone, with what it imports."""
    blocks = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    return {
        alias.asname or alias.name: f"{each.module}.{alias.name}"
        for block in blocks
        for each in block.body
        if isinstance(each, ast.ImportFrom)
        for alias in each.names
    }


@pytest.mark.parametrize("path", LATE, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_a_lazy_module_exists_and_is_the_one_that_type_checkers_see(path: Path) -> None:
    names = late_names(LATE[path])
    assert names
    assert names.items() <= seen_by_type_checkers(LATE[path]).items()
    for name in names.values():
        assert importlib.import_module(name)


def test_a_lazy_module_is_loaded_with_its_first_use() -> None:
    code = (
        "import sys; from gkflow import lazy; colours = lazy.module('colorsys');"
        "hasattr(colours, '__wrapped__');"  # as doctest asks
        "print('colorsys' in sys.modules, colours.rgb_to_hsv(0, 0, 0), 'colorsys' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] == "False (0.0, 0.0, 0) True"


def test_a_lazy_package_gives_its_modules_as_well() -> None:
    package = lazy.module("importlib")
    assert package.metadata is importlib.import_module("importlib.metadata")
    assert package.import_module is importlib.import_module


def test_what_a_lazy_module_does_not_have_is_an_error() -> None:
    for name in ("importlib", "colorsys"):  # a package and a module
        with pytest.raises(AttributeError, match="no_such_name"):
            _ = lazy.module(name).no_such_name


class Whole:
    made = 0

    @part
    def share(self) -> list[int]:
        """A share of the whole."""
        self.made += 1
        return [self.made]


def test_a_part_is_created_with_its_first_use_and_stays() -> None:
    whole = Whole()
    assert whole.made == 0
    assert whole.share is whole.share
    assert (whole.made, whole.share) == (1, [1])
    assert Whole().share == [1]
    assert Whole.share.__doc__ == "A share of the whole."
