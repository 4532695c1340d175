"""
Results as plain data (结果转为普通数据): what ``json``, FastAPI or a template takes.

Every public result is frozen and has ``as_dict()``: its fields by name, with JSON's types alone. A day, a moment and an
hour are in ISO form, an enum is its value, a mapping has texts as keys. A rule that has a name is that name: the file
says the rest. The keys are the names of the fields; ``--format json`` of the command line has a contract of its own,
with keys for people who write scripts, and neither follows the other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Set
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import Any, cast

# Written out where a named tuple, which has no base of its own, returns it.
Data = dict[str, Any]


class AsDict:
    """A result that has ``as_dict()`` (可转为普通数据的结果)."""

    __slots__ = ()

    def as_dict(self) -> Data:
        """Its fields by name, as JSON's types; days, moments and hours in ISO form, enums by their value."""
        return dict_of(self)


class Named:
    """A rule that results mention by its name (以名称出现的规则): the rule files say the rest."""

    __slots__ = ()


def dict_of(value: object) -> Data:
    """The fields of a dataclass or a named tuple as plain data (普通数据)."""
    names = _names.get(kind := type(value)) or _names.setdefault(kind, names_of(kind))
    return {name: plain(getattr(value, name)) for name in names}


def names_of(kind: type) -> tuple[str, ...]:
    """
    The names of the fields of a class of results. A class that is shown otherwise than it is built names them itself
    (``in_dict``).
    """
    if (named := getattr(kind, "in_dict", None)) is not None:
        return tuple(named)
    if is_dataclass(kind):
        return tuple(each.name for each in fields(kind) if not each.name.startswith("_"))
    return tuple(kind._fields)  # type: ignore[attr-defined]  # a named tuple


def plain(value: object) -> Any:
    """
    A value as JSON's types (普通值). Raises TypeError for what has no such form: nothing is written as it happens to be
    printed.

    >>> plain({("reply", ""): date(2026, 10, 10), ("third_party", "A"): (1, None)})
    {'reply': '2026-10-10', 'third_party/A': [1, None]}
    """
    if value is None or value.__class__ in _AS_IT_IS:
        return value
    way = _ways.get(kind := type(value)) or _ways.setdefault(kind, _way_of(kind))
    return way(value)


_AS_IT_IS = frozenset((str, int, float, bool))
# Found once for each class: a page has hundreds of values.
_names: dict[type, tuple[str, ...]] = {}
_ways: dict[type, Callable[[Any], Any]] = {}


def _way_of(kind: type) -> Callable[[Any], Any]:
    if issubclass(kind, Enum):
        return lambda value: plain(value.value)
    for plainer in (bool, str, int, float):  # a sentence is a text, a count is a number
        if issubclass(kind, plainer):
            return lambda value: plainer.__str__(value) if plainer is str else plainer(value)
    if issubclass(kind, (datetime, date, time)):
        return lambda value: value.isoformat()
    if issubclass(kind, Named):
        return lambda value: str(value.name)
    if (own := getattr(kind, "as_dict", None)) is not None:
        return cast("Callable[[Any], Any]", own)
    if is_dataclass(kind) or hasattr(kind, "_fields"):
        return dict_of
    if issubclass(kind, Mapping):
        return lambda value: {_key(name): plain(each) for name, each in value.items()}
    if issubclass(kind, Set):
        return lambda value: sorted((plain(each) for each in value), key=repr)
    if issubclass(kind, Collection) and not issubclass(kind, (bytes, bytearray, memoryview)):
        return lambda value: [plain(each) for each in value]
    raise TypeError(f"{kind.__module__}.{kind.__qualname__} has no form in JSON")


def _key(name: object) -> str:
    """A key as text: of a clock and whom it concerns ("third_party/A"), a number, a day."""
    if isinstance(name, tuple):
        return "/".join(str(plain(each)) for each in name if each != "")
    return str(plain(name))
