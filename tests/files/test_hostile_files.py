"""Files that are made to do harm (恶意文件): each has its one line, at once; none ends the process."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from gkflow.files.nodes import Faults, Node
from gkflow.files.toml_files import read_toml
from gkflow.files.yaml_files import read_yaml

SECONDS = 10  # each of them would take minutes, or the memory of the machine
DEEP, WIDE, LARGE = "nested more than 40 levels", "values with its aliases written out", "is larger than"

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "\n".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 20)
)
YAML = {
    "brackets": ("[" * 100_000, DEEP),
    "braces": ("a: " + "{a: " * 100_000, DEEP),
    "dashes": ("- " * 100_000 + "x", DEEP),
    "questions": ("? " * 50_000 + "x", DEEP),
    "indents": ("\n".join(" " * n + "a:" for n in range(2_500)), DEEP),
    "closed": ("a: " + "[" * 41 + "]" * 41, DEEP),
    "aliases": (BOMB, WIDE),
    "one alias often": ("a: &a x\nb: [" + ", ".join(["*a"] * 250_000) + "]", WIDE),
    "size": ("# " + "x" * (5 << 20), LARGE),
    "nul": ("a: \0", "is not YAML"),
}
TOML = {
    "brackets": ("a = " + "[" * 100_000, DEEP),
    "closed": ("a = " + "[" * 100 + "]" * 100, DEEP),
    "braces": ("a = " + "{a = " * 100_000, DEEP),
    "dots": ("a." * 200_000 + "b = 1", DEEP),
    "dots of a table": ("[" + "a." * 200_000 + "b]", DEEP),
    "figures": ("a = " + "9" * 5_000, "is not TOML"),
    "size": ("# " + "x" * (5 << 20), LARGE),
}


@pytest.mark.parametrize("name", YAML)
def test_a_hostile_yaml_file_is_one_fault_at_once(name: str, tmp_path: Path) -> None:
    # In a process of its own: what goes wrong in C takes the process with it.
    text, said = YAML[name]
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    begin = time.monotonic()
    code = (
        "import sys; from pathlib import Path; from gkflow.files.nodes import Faults\n"
        "from gkflow.files.yaml_files import read_yaml\n"
        "faults = Faults(); read_yaml(Path(sys.argv[1]), 'a.yaml', faults); faults.raise_if_any()"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("gkflow.domain.errors.FilesAtFault: a.yaml")
    assert said in done.stderr.splitlines()[-1]
    assert time.monotonic() - begin < SECONDS


@pytest.mark.parametrize("name", TOML)
def test_hostile_settings_are_one_fault_at_once(name: str, tmp_path: Path) -> None:
    text, said = TOML[name]
    path = tmp_path / "gkflow.toml"
    path.write_text(text, encoding="utf-8")
    faults = Faults()
    begin = time.monotonic()
    assert read_toml(path, "gkflow.toml", faults) is None
    assert time.monotonic() - begin < SECONDS
    (fault,) = faults._found
    assert said in str(fault)


def test_what_is_deep_but_not_too_deep_is_read(tmp_path: Path) -> None:
    yaml, toml = tmp_path / "a.yaml", tmp_path / "a.toml"
    yaml.write_text("a: " + "[" * 38 + "]" * 38, encoding="utf-8")
    toml.write_text('a = "1.2.3' + ".4" * 60 + '"\n[b]\nc = ' + "[" * 30 + "]" * 30, encoding="utf-8")
    faults = Faults()
    assert isinstance(read_yaml(yaml, "a.yaml", faults), Node)
    assert isinstance(read_toml(toml, "a.toml", faults), Node)
    assert not faults


def test_a_whole_number_of_many_figures_is_text(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: " + "9" * 5_000, encoding="utf-8")
    node = read_yaml(path, "a.yaml", Faults())
    assert node is not None
    assert isinstance(node.value["a"].value, str)
