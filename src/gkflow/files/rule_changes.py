"""The differences between two editions of the rules (规则变动): each changed value, with its place in the file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from gkflow.domain.as_dict import Data, dict_of
from gkflow.files.nodes import place_of
from gkflow.files.rule_sources import DUTIES, LADDERS, LAW, LISTS, PROFILES, WORKFLOWS, RuleSources

_KINDS = {
    LAW: "limit", WORKFLOWS: "workflow", LADDERS: "ladder", LISTS: "list", DUTIES: "duty", PROFILES: "profile",
}  # fmt: skip
_ABSENT = object()


class RuleChange(NamedTuple):
    """One value that differs in another edition (一处变动); None if there was, or is, none."""

    kind: str  # limit | workflow | ladder | list | duty | profile | unit
    name: str
    label: str
    what: str  # the keys of the value: values.2019-05-15.length
    old: object
    new: object
    file: str
    line: int

    def as_dict(self) -> Data:
        """Its fields by name, as JSON's types (see ``gkflow.domain.as_dict``)."""
        return dict_of(self)


def changes(old: RuleSources, new: RuleSources) -> Iterator[RuleChange]:
    """Every difference, file by file; a new or removed file is one difference."""
    if old.profile != new.profile:
        yield RuleChange("profile", new.profile, "", "profile", old.profile, new.profile, "gkflow.toml", 0)
    for code in sorted(old.units.keys() & new.units.keys()):
        for what in ("label", "region"):
            was, now = old.units[code].get(what), new.units[code].get(what)
            if was != now:
                yield RuleChange("unit", code, new.units[code]["label"], what, was, now, "gkflow.toml", 0)
    for name in sorted({*old.nodes, *new.nodes}):
        if old.plain(name) != new.plain(name) or _order(old, name) != _order(new, name):
            yield from _of_file(name, old, new)
    before, after = ({(flow, what): pick for flow, what, pick in each.readings} for each in (old, new))
    for flow, what in sorted({*before, *after}):
        was, now = before.get((flow, what)), after.get((flow, what))
        if was != now:
            yield RuleChange("workflow", flow, "", f"readings.{what}", was, now, "gkflow.toml", 0)


def _of_file(name: str, old: RuleSources, new: RuleSources) -> Iterator[RuleChange]:
    kind = next(word for folder, word in _KINDS.items() if name.startswith(f"{folder}/"))
    was, now = old.plain(name), new.plain(name)
    node = new.nodes.get(name)
    if was is None or now is None:
        label = _text((now or was), "label") or _text(now or was, "title")
        file = node.file if node is not None else name
        yield RuleChange(kind, Path(name).stem, label, "", was, now, file, node.line if node else 0)
        return
    assert node is not None
    found = False
    for path, before, after in _differences(was, now, ()):
        found = True
        was_value, is_value = None if before is _ABSENT else before, None if after is _ABSENT else after
        of, label, keys = _place(kind, Path(name).stem, now, was, path)
        yield RuleChange(kind, of, label, ".".join(keys), was_value, is_value, *place_of(node, path))
    if not found:
        yield RuleChange(kind, Path(name).stem, _text(now, "label"), "order", None, None, node.file, node.line)


def _place(kind: str, stem: str, now: Any, was: Any, path: tuple[str, ...]) -> tuple[str, str, tuple[str, ...]]:
    """The owner of a value: the name and label of its limit, else those of the file; and the keys below."""
    if kind == "limit" and len(path) > 1 and path[0] == "limits":
        said = now["limits"].get(path[1]) or was["limits"].get(path[1])
        return f"{_text(now, 'instrument')}/{path[1]}", _text(said, "label"), path[2:]
    return stem, _text(now, "label") or _text(now, "title"), path


def _differences(old: Any, new: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """The values that differ, with their keys, in the order of the new file."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*new, *old)):
            yield from _differences(old.get(key, _ABSENT), new.get(key, _ABSENT), (*path, str(key)))
    elif isinstance(old, list) and isinstance(new, list):
        for place, one, other in _aligned(old, new):
            yield from _differences(one, other, (*path, str(place)))
    elif old is _ABSENT or new is _ABSENT or old != new:
        yield path, old, new


def _aligned(old: list[Any], new: list[Any]) -> Iterator[tuple[int, Any, Any]]:
    """
    The items of two lists side by side, with their place; an item that only one list has is beside nothing. Sections
    that begin alike (the step at -3) belong together.
    """
    if len(old) == len(new):
        yield from zip(range(len(new)), old, new, strict=True)
        return
    one, other = ([_begins(each) for each in items] for items in (old, new))
    for _, first, last, begin, end in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        for was, now in zip_longest(range(first, last), range(begin, end)):
            place = now if now is not None else was
            yield place, _ABSENT if was is None else old[was], _ABSENT if now is None else new[now]


def _begins(item: Any) -> str:
    """A section's first value, which identifies it; any other item as a whole."""
    return json.dumps(next(iter(item.items()), None) if isinstance(item, dict) else item, ensure_ascii=False)


def _order(sources: RuleSources, name: str) -> str:
    """The order of a workflow's keys has a meaning; that of other files has none."""
    if not name.startswith(f"{WORKFLOWS}/"):
        return ""
    return json.dumps(sources.plain(name), ensure_ascii=False)


def _text(content: Any, key: str) -> str:
    value = content.get(key) if isinstance(content, Mapping) else None
    return value if isinstance(value, str) else ""
