"""
Workflows that add to others (扩展流程): ``extends: request`` says only what is added, and the result is one workflow.

The nodes of both files are merged before anything reads them, each with its own file and line. An extension may add; it
cannot remove, and of what the extended workflow has it changes only what no deadline, legal basis or consequence
depends on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gkflow.domain.case import CORRECT, LINK, NOTE, RECOUNT
from gkflow.domain.rulebook import mean
from gkflow.domain.sentences import said
from gkflow.domain.workflow import MISFILE
from gkflow.files.kinds.extension import ExtensionFile
from gkflow.files.model_reader import read_model
from gkflow.files.nodes import Faults, Key, Node, place_of
from gkflow.files.nouns import noun

EXTENDS = "extends"
_OF_EVERY_WORKFLOW = (NOTE, CORRECT, LINK, RECOUNT, MISFILE)
_NOUNS = {"states": "state", "facts": "fact", "actions": "action", "clocks": "clock", "readings": "reading"}
# What an extension may say of something that exists: in place of the old value, or in addition to it.
_REPLACED = {"states": ("label", "public"), "facts": ("label",), "actions": ("label",), "clocks": ("label", "ladder")}
_ADDED_TO = {
    "actions": ("needs", "needs_on_record", "needs_before", "wants", "wants_on_record", "accepts", "tell", "from")
}
# What is new may neither publish nor do what an existing action or clock does by law.
_NOT_FOR_NEW = {"states": ("published",), "actions": ("publishes",)}
_OF_BASE = {"actions": {"implies": "actions"}, "clocks": {"stands_for": "clocks", "bars": "actions"}}
_Entries = dict[Any, Node]
Files = Mapping[str, Sequence[Path]]  # the files of each name, in ascending order of weight


class Extensions:
    """The workflow files of an office, where each that extends another is merged with it (扩展流程的合并)."""

    def __init__(self, files: Files, read: Callable[[Path], Node | None], faults: Faults) -> None:
        self._files, self._read, self._faults = files, read, faults

    def merged(self, node: Node, path: Path) -> Node | None:
        """The whole workflow of a file; None, and a fault, if what it extends is not there."""
        return self._merged(node, path, ())

    def _merged(self, node: Node, path: Path, trail: tuple[Path, ...]) -> Node | None:
        stated = _entries(node).get(EXTENDS)
        if stated is None:
            return node
        read_model(ExtensionFile, _without_removals(node), self._faults)
        if not isinstance(stated.value, str) or not stated.value.strip():
            return None
        base = stated.value.strip()
        found = self._base_of(base, path)
        if found is None:
            self._faults.at(stated, self._unknown(base, path))
            return None
        if found in trail:
            names = " → ".join(each.stem for each in (*trail[trail.index(found) :], path, found))
            self._faults.at(stated, said("extends: {names}: a workflow cannot extend itself", names=names))
            return None
        inner = self._read(found)
        whole = self._merged(inner, found, (*trail, path)) if inner is not None else None
        return _Merging(node, whole, base, self._faults).result() if whole is not None else None

    def _base_of(self, name: str, path: Path) -> Path | None:
        """The file of that name in use; one of the same name is the next one below."""
        there = self._files.get(name, ())
        if path.stem == name and path in there:
            there = there[: list(there).index(path)]
        return there[-1] if there else None

    def _unknown(self, name: str, path: Path) -> str:
        if path.stem == name:
            return said('extends: there is no other workflow "{name}" that this file could add to', name=name)
        return said('extends: no workflow "{name}"{mean}', name=name, mean=mean(name, sorted(self._files)))


def bases_of(node: Node) -> tuple[str, ...]:
    """The names of the workflows that a merged one extends, the nearest first (所扩展的流程)."""
    stated = _entries(node).get(EXTENDS)
    items = stated.value if stated is not None and isinstance(stated.value, list) else []
    return tuple(each.value for each in items if isinstance(each.value, str))


class _Merging:
    """One workflow of a file and of the workflow that it extends (合并)."""

    def __init__(self, node: Node, base: Node, name: str, faults: Faults) -> None:
        self._node, self._base, self._name, self._faults = node, base, name, faults

    def result(self) -> Node:
        own, base = _entries(self._node), _entries(self._base)
        whole: _Entries = {}
        for key in ("workflow", EXTENDS):
            whole[_key(own, key, self._node.line)] = own.get(key, Node(None, *self._node[1:]))
        place = own[EXTENDS]
        names = dict.fromkeys((self._name, *bases_of(self._base)))  # one may extend another of its own name
        whole[_key(own, EXTENDS, place.line)] = place._replace(value=[place._replace(value=each) for each in names])
        for key in dict.fromkeys((*base, *own)):
            if key in whole:
                continue
            ours, theirs = own.get(key), base.get(key)
            if key in _NOUNS:
                whole[_key(own if ours is not None else base, key)] = self._section(str(key), ours, theirs)
            elif key == "label" and ours is not None:
                whole[_key(own, key)] = ours
            elif key == "cite" and ours is not None and theirs is not None and isinstance(ours.value, str):
                whole[_key(own, key)] = ours._replace(value=f"{theirs.value}; {ours.value}")
            elif theirs is not None:
                whole[_key(base, key)] = theirs
        return Node(whole, self._node.file, self._node.line)

    def _section(self, section: str, ours: Node | None, theirs: Node | None) -> Node:
        """States, facts, actions, clocks or readings: those of the base, each changed or not, and the new ones."""
        if ours is None or not isinstance(ours.value, dict) or theirs is None or not isinstance(theirs.value, dict):
            there = theirs if theirs is not None else ours
            assert there is not None
            return there
        whole: _Entries = dict(theirs.value)
        for name, node in ours.value.items():
            if name in theirs.value:
                whole[_key(theirs.value, name)] = self._changed(section, name, node, theirs.value[name])
            elif section == "actions" and name in _OF_EVERY_WORKFLOW:
                text = said('action "{name}" belongs to every workflow and cannot be defined anew', name=name)
                self._faults.add(node.file, name.line, text)
            else:
                self._require_new(section, name, node)
                whole[name] = node
        return Node(whole, ours.file, ours.line)

    def _changed(self, section: str, name: Key, node: Node, base: Node) -> Node:
        """What exists, with the changes that are allowed."""
        what = said('{noun} "{name}"', noun=noun(_NOUNS[section]), name=name)
        if not isinstance(node.value, dict) or not isinstance(base.value, dict):
            if node.value is None:
                text = said("{what} cannot be removed: {workflow} has it", what=what, workflow=self._name)
                self._faults.add(node.file, name.line, text)
            return base
        replaced, added = _REPLACED.get(section, ()), _ADDED_TO.get(section, ())
        if wrong := [key for key in node.value if key not in (*replaced, *added)]:
            self._faults.add(node.file, name.line, self._taken(section, what, name, wrong))
            return base
        whole: _Entries = dict(base.value)
        for key, value in node.value.items():
            old = base.value.get(key)
            if value.value in (None, "", []):
                self._faults.add(
                    value.file, key.line, said('{what}: key "{key}" cannot be left empty here', what=what, key=key)
                )
            elif key in replaced:
                whole = {each: there for each, there in whole.items() if each != key} | {key: value}
            elif key == "from" and (reason := self._strange(value, old)):
                self._faults.add(value.file, key.line, said("{what}: {reason}", what=what, reason=reason))
            else:
                whole[_key(base.value, key) if old is not None else key] = _joined(old, value)
        return Node(_as_before(whole, base.value), base.file, base.line)

    def _taken(self, section: str, what: str, name: Key, wrong: Sequence[str]) -> str:
        file, line = place_of(self._base, (section, name))
        allowed = (*_REPLACED.get(section, ()), *_ADDED_TO.get(section, ()))
        if not allowed:
            return said(
                "{what}: {workflow} has it already ({file}:{line}); choose another name",
                what=what,
                workflow=self._name,
                file=file,
                line=line,
            )
        return said(
            "{what}: {workflow} has it already ({file}:{line}), and here only {allowed} may be given, not {wrong}; "
            "choose another name, or leave that out",
            what=what,
            workflow=self._name,
            file=file,
            line=line,
            allowed=allowed,
            wrong=wrong,
        )

    def _strange(self, states: Node, old: Node | None) -> str:
        """Why the states cannot be added to an action's: they are no new ones of this file."""
        new = _entries(_entries(self._node).get("states")).keys() - _entries(_entries(self._base).get("states")).keys()
        for each in _items(old) if old is not None else ():
            if each.value in ("any", "any_open"):
                return said('from is "{states}" already', states=each.value)
        strange = [each.value for each in _items(states) if isinstance(each.value, str) and each.value not in new]
        return said('from may only add states of this file, not "{state}"', state=strange[0]) if strange else ""

    def _require_new(self, section: str, name: Key, node: Node) -> None:
        """What is new may not do what the law lets others do."""
        what = said('{noun} "{name}"', noun=noun(_NOUNS[section]), name=name)
        for key, value in _entries(node).items():
            names = _OF_BASE.get(section, {}).get(key)
            there = _entries(_entries(self._base).get(names)) if names else {}
            taken = next((each for each in _named(value) if each in there), None)
            if key in _NOT_FOR_NEW.get(section, ()) and value.value is not False:
                text = said('{what}: key "{key}" is left to the workflow that is extended', what=what, key=key)
                self._faults.add(value.file, key.line, text)
            elif taken is not None:
                text = said(
                    '{what}: {key} names "{taken}" of {workflow}: what the law ties to it cannot be changed here',
                    what=what,
                    key=key,
                    taken=taken,
                    workflow=self._name,
                )
                self._faults.add(value.file, key.line, text)


def _without_removals(node: Node) -> Node:
    """The file without what it would remove, which is refused with its reason, or as a new section without content."""
    sections = {
        key: value._replace(value={name: each for name, each in value.value.items() if each.value is not None})
        if key in _NOUNS and isinstance(value.value, dict)
        else value
        for key, value in _entries(node).items()
    }
    return node._replace(value=sections)


def _entries(node: Node | None) -> _Entries:
    return node.value if node is not None and isinstance(node.value, dict) else {}


def _items(node: Node) -> list[Node]:
    """A single value is a list of one."""
    return node.value if isinstance(node.value, list) else [node]


def _key(entries: Mapping[Any, Node], name: str, line: int = 0) -> Key:
    """The key of a mapping, with its line."""
    return next((key for key in entries if key == name and isinstance(key, Key)), None) or Key(name, line)


def _joined(old: Node | None, new: Node) -> Node:
    """Both lists, what is plainly the same once."""
    if old is None:
        return new
    there = {each.value for each in _items(old) if isinstance(each.value, str)}
    more = [each for each in _items(new) if not (isinstance(each.value, str) and each.value in there)]
    return Node([*_items(old), *more], old.file, old.line)


def _as_before(whole: _Entries, base: Mapping[Any, Node]) -> _Entries:
    """The keys in their old order, so that a change of one value changes nothing else."""
    order = {str(key): at for at, key in enumerate(base)}
    return dict(sorted(whole.items(), key=lambda each: order.get(str(each[0]), len(order))))


def _named(node: Node) -> Iterator[str]:
    """The actions or clocks that a value names: a text, the keys of a mapping, a list of either."""
    for each in _items(node):
        if isinstance(each.value, str):
            yield each.value
        elif isinstance(each.value, dict):
            action = each.value.get("action")
            yield from (action.value,) if action is not None else (str(key) for key in each.value)
