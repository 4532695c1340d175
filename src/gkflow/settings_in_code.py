"""
Settings that are built in code (代码中的设置): ``gkflow.open(url, settings=gkflow.Settings(unit="GK", people=[…]))``.

They are what ``gkflow.toml`` with the same keys would give, read by the same reader: a fault has the same words, with
the argument in place of file and line. No file and no variable is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from enum import Enum
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

from gkflow.arguments import CHECKS
from gkflow.bootstrap import home_folder, names_known
from gkflow.files.nodes import Key, Node
from gkflow.files.rule_sources import NamedPackages
from gkflow.files.settings import read_settings

if TYPE_CHECKING:
    from gkflow.files.settings import Settings as ReadSettings

_NAME = "gkflow.Settings"


def Settings(
    *,
    home: Path | str | None = None,
    unit: str | None = None,
    office: str | None = None,
    units: Mapping[str, Mapping[str, object]] | None = None,
    people: Sequence[Mapping[str, object]] = (),
    **sections: object,
) -> ReadSettings:
    """
    The settings of an office, without a file (代码中的设置): its *unit* and its name (*office*), its *units* by code,
    its *people*, and any other key or section of ``gkflow.toml`` by its name.

        gkflow.Settings(
            unit="GK", office="某市人民政府办公室",
            units={"GK": {"label": "办公室"}, "JY": {"label": "教育局"}},
            people=[{"name": "张三", "unit": "JY", "roles": ["officer"], "channels": ["file"]}],
            quiet={"from": "20:00", "until": "08:00"}, numbers={"permit": "XK"},
        )

    Seals and notices are kept in *home* (default: the folder of ``GKFLOW_HOME``, else the present one), where an
    office may have rules of its own. Raises FilesAtFault with every fault, as for the file, each with its argument;
    Refused for what cannot be a text or a path.
    """
    if home is not None:
        CHECKS["Path | str"]("home", home)
    place = Path(home).absolute() if home is not None else home_folder()
    given = dict(sections)
    if units is not None:
        given["units"] = units
    if people:
        given["people"] = people
    node = _node(given, _NAME)
    own = {"name": _node(office, f"{_NAME} office"), "unit": _node(unit, f"{_NAME} unit")}
    if own := {Key(name, 0): each for name, each in own.items() if each.value is not None}:
        node.value[Key("office", 0)] = Node(own, f"{_NAME} office", 0)
    return read_settings(place, {}, given=node, names=names_known(place, _packages(given)))


def _packages(given: Mapping[str, object]) -> NamedPackages:
    """The packages of rules; what cannot be a list of names is refused by the reader, which knows its place."""
    rules = given.get("rules")
    named = rules.get("packages") if isinstance(rules, Mapping) else None
    if isinstance(named, str):
        return NamedPackages((named,))
    names = named if isinstance(named, (list, tuple)) else ()
    return NamedPackages(tuple(each for each in names if isinstance(each, str)))


def _node(value: object, at: str) -> Node:
    """A value of Python as the reader of files takes it, its argument for its place."""
    if isinstance(value, PathLike):
        value = fspath(value)
    if isinstance(value, str):
        CHECKS["str"](at, value)
    if isinstance(value, Mapping):
        inner = {}
        for name, each in value.items():
            CHECKS["str"](at, name)
            inner[Key(name, 0)] = _node(each, f"{at} {name}" if at == _NAME else f"{at}.{name}")
        return Node(inner, at, 0)
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return Node([_node(each, f"{at}[{number}]") for number, each in enumerate(value)], at, 0)
    if isinstance(value, time):
        return Node(value.strftime("%H:%M"), at, 0)
    if isinstance(value, Enum):
        return _node(value.value, at)
    return Node(value, at, 0)
