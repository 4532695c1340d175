"""Packages of rules as pip leaves them, in a folder that may be put on the path and taken off (测试用规则包)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gkflow import plugs

EXAMPLE = Path(__file__).parents[1] / "examples" / "extension"


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


@contextmanager
def installed(site: Path) -> Iterator[None]:
    """The packages of *site* are installed, and not afterwards."""
    sys.path.insert(0, str(site))
    plugs.forget()
    try:
        yield
    finally:
        sys.path.remove(str(site))
        for name in [name for name in sys.modules if name.endswith("_rules")]:
            if str(getattr(sys.modules[name], "__file__", "")).startswith(str(site)):
                del sys.modules[name]
        plugs.forget()
