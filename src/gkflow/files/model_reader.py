"""
Reading a file by its model (按模型读取): pydantic finds the faults, the tree of nodes has file and line.

A refused value is replaced by a stand-in and the rest is read again, so that all faults of a file are reported at once
and the reader continues with a complete model.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin

from pydantic import ValidationError

from gkflow.domain.rulebook import mean
from gkflow.domain.sentences import said
from gkflow.files.kinds.model import STAND_IN, WAY, Around, FileModel
from gkflow.files.nodes import Faults, Key, Node, shown, values
from gkflow.files.nouns import noun

_M = TypeVar("_M", bound=FileModel)
Path = Sequence[str | int]
_MOST_PASSES = 50  # each pass removes every fault that it found; a file has few levels


@dataclass(frozen=True, slots=True)
class Found(Generic[_M]):
    """The result of reading a file (读取结果): its model, and the places of its keys."""

    model: _M
    node: Node
    faults: Faults

    def has(self, *path: str | int) -> bool:
        """Whether the file has a value at a path, even a wrong one."""
        return _place(type(self.model), self.node, path).there

    def line_of(self, *path: str | int) -> int:
        """The line of the key at *path*, or of its section if the key is missing."""
        return _place(type(self.model), self.node, path).line

    def node_at(self, *path: str | int) -> Node:
        """The node at *path*; one without a value if the file has nothing there."""
        return _place(type(self.model), self.node, path).node

    def fault(self, text: str, *section: str | int, key: str = "") -> None:
        """Report a fault of the section at a path, or of one of its keys."""
        place = _place(type(self.model), self.node, section)
        if key:
            inner = _place(type(self.model), self.node, (*section, key))
            place.line = inner.line
            if inner.there:  # a key may have another source than its section: a variable overrides one of the settings
                place.node = inner.node
        place.fault(self.faults, text)

    def fault_at(self, text: str, *path: str | int) -> None:
        """Report a fault at the key at a path; the text names it."""
        place = _place(type(self.model), self.node, path)
        self.faults.add(place.node.file, place.line, text)


def read_model(
    kind: type[_M],
    node: Node,
    faults: Faults,
    stated: Any = None,
    *,
    defaults: bool = False,
    elsewhere: Callable[[Path], Faults | None] | None = None,
) -> Found[_M]:
    """
    The file as its model; each fault is reported, and a wrong value has a stand-in. *stated* are the node's values if
    they are already known. With *defaults*, a wrong optional value is left out. *elsewhere* selects faults for another
    list.
    """
    # In a list, so that the whole may be replaced as well.
    data: list[Any] = [values(node) if stated is None else stated]
    for _ in range(_MOST_PASSES):
        try:
            return Found(kind.model_validate(data[0]), node, faults)
        except ValidationError as error:
            errors = error.errors(include_url=False, include_input=False)
            for each in errors:
                other = elsewhere(_loc(each)) if elsewhere is not None else None
                _note(kind, node, each, faults if other is None else other)
            for each in reversed(errors):
                _mend(data, each, defaults and _may_be_left_out(kind, node, _loc(each)))
    raise AssertionError(f"{node.file}: what is wrong cannot be taken away")


class Within(Faults):
    """Faults of a part of a file (部分内容的错误), each with the name of the part in front."""

    def __init__(self, whole: Faults, what: str) -> None:
        super().__init__()
        self._whole, self._what = whole, what

    def add(self, file: str, line: int, text: str) -> None:
        self._whole.add(file, line, said("{what}: {text}", what=self._what, text=text))


def _may_be_left_out(kind: type[FileModel], node: Node, path: Path) -> bool:
    model = _place(kind, node, path[:-1]).model if path else None
    fields = model.model_fields.items() if model is not None else ()
    return any((field.alias or name) == path[-1] and not field.is_required() for name, field in fields)


def type_at(kind: type[FileModel], *path: str) -> Any:
    """The type of a model's key, without its marks; None if there is no such key."""
    holds: Any = kind
    for step in path:
        holds = _peeled(_field(holds, step), Node(None, "", 0))[1] if is_model(holds) else None
    return holds


# -- faults --------------------------------------------------------------------------------------------------


def _note(kind: type[FileModel], node: Node, error: Mapping[str, Any], faults: Faults) -> None:
    """Report what pydantic found, in our words and at its place."""
    path, ctx = _loc(error), error.get("ctx", {})
    place = _place(kind, node, path)
    match error["type"]:
        case "missing":
            _place(kind, node, path[:-1]).fault(faults, said('key "{key}" is missing', key=path[-1]))
        case "extra_forbidden":
            place.fault(faults, said('unknown key "{key}"{mean}', key=path[-1], mean=mean(str(path[-1]), place.keys)))
        case "wanted":
            if place.node.value is None and faults.at_line(place.node.file, place.node.line):
                return  # an unreadable, reported value reads as nothing
            if not place.words:
                place.what, place.words = place.before
            words = said(
                "{key} must be {wanted}, not {found}{hint}",
                key=place.words,
                wanted=ctx["words"],
                found=shown(place.node),
                hint=ctx["hint"],
            )
            place.fault(faults, words, place.node.line)
        case "secret":  # it may be a password
            place.fault(faults, said("{words} must be a text in quotes", words=place.words), place.node.line)
        case "unknown":
            place.fault(faults, said("{words}: {fault}", words=place.words, fault=ctx["words"]), place.key_line)
        case "twice":
            for item in (place.node.value[at] for at in ctx["again"]):
                place.fault(
                    faults, said('{words} names "{value}" twice', words=place.words, value=item.value), item.line
                )
        case "names":
            for name in ctx["names"]:
                line = _place(kind, node, (*path, name)).line
                place.fault(
                    faults,
                    said('{noun} "{name}": write a name in a-z, 0-9 and _', noun=noun(ctx["noun"]), name=name),
                    line,
                )
        case _:  # neither a mapping nor a short form of one
            place.fault(faults, said("must be a mapping of keys"))


def _loc(error: Mapping[str, Any]) -> Path:
    """The place of the fault, without the tags of alternatives."""
    return tuple(step for step in error["loc"] if not (isinstance(step, str) and step.startswith(WAY)))


def _mend(data: list[Any], error: Mapping[str, Any], left_out: bool) -> None:
    """Remove a wrong value, or put a stand-in in its place."""
    holder: Any = data
    steps: list[Any] = [0]
    for step in _loc(error):
        inner = holder[steps[-1]]
        if isinstance(step, int) and not isinstance(inner, list):
            continue  # a single value as a list of one
        if not isinstance(inner, (dict, list)):
            break  # a text as the short form of a mapping
        holder, steps = inner, [*steps, step]
    last = steps[-1]
    match error["type"]:
        case "extra_forbidden":
            del holder[last]
        case "twice":
            holder[last] = [each for at, each in enumerate(holder[last]) if at not in error["ctx"]["again"]]
        case "names":
            for name in error["ctx"]["names"]:
                del holder[last][name]
        case _ if left_out and len(steps) == len(_loc(error)) + 1:
            holder.pop(last, None)
        case _:
            holder[last] = STAND_IN


# --- places -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Place:
    """The place of a path (位置): its name in messages, its node and its line."""

    node: Node
    line: int  # of the last key of the path; of the section if the key is missing
    what: str = ""  # the name of the section in messages
    words: str = ""  # the name of the value in the section
    key_line: int = 0  # of the section's own key under which the value is
    keys: tuple[str, ...] = ()  # the keys that the section may have
    there: bool = True
    model: type[FileModel] | None = None  # of the section, where it is one
    before: tuple[str, str] = ("", "")  # what and words, where the value itself is a section

    def fault(self, faults: Faults, text: str, line: int | None = None) -> None:
        """Report a fault with the name of the section in front."""
        faults.add(
            self.node.file,
            self.line if line is None else line,
            said("{what}: {text}", what=self.what, text=text) if self.what else text,
        )


def _place(kind: type[FileModel], node: Node, path: Path) -> _Place:
    """Follow a path through the models and the nodes together."""
    place = _Place(node, node.line, keys=_keys_of(kind), model=kind)
    around, holds = Around(lambda value: value), kind
    for step in path:
        key = next((key for key in node.value if key == step), None) if isinstance(node.value, dict) else None
        child = _child(node, key, step)
        place.there = place.there and child is not None
        node = child if child is not None else Node(None, node.file, node.line)
        section, line = "", node.line
        if is_model(holds):
            place.words, place.key_line = str(step), key.line if key is not None else place.line
            place.line = place.key_line
            around, holds = _peeled(_field(holds, step), node)
            if is_model(holds):
                section = noun(around.noun) or _below(place)
        elif get_origin(holds) is dict:
            place.line = line = key.line if key is not None else place.line
            outer = around
            around, holds = _peeled(get_args(holds)[1], node)
            if outer.within:
                section = said("{what} from {day}", what=place.what, day=str(step))
            elif outer.named and get_origin(holds) is not list:
                section = _called(outer.noun, step)
            called = outer.called or outer.noun
            place.words = _called(called, step) if called else f"{place.words} {step}".strip()
            if not section and is_model(holds):
                section = _below(place)
        elif get_origin(holds) is list:
            place.line = node.line
            outer = around
            around, holds = _peeled(get_args(holds)[0], node)
            if is_model(holds):
                section = _titled(outer, node) or noun(outer.noun) or _below(place)
        place.node, place.model = node, holds if is_model(holds) else None
        if section:
            place.before = place.what, place.words
            place.what, place.words, place.line = section, "", line
            place.keys = _keys_of(holds) if is_model(holds) else ()
    return place


def _called(word: str, name: str | int) -> str:
    """The name of a section in messages: limit "reply", points of "late"."""
    if word.endswith(" of"):
        return said('{noun} of "{name}"', noun=noun(word.removesuffix(" of")), name=name)
    return said('{noun} "{name}"', noun=noun(word), name=name)


def _titled(around: Around, node: Node) -> str:
    """The name of a section with a name of its own in messages."""
    name = (
        next((each.value for key, each in node.value.items() if key == "name"), None)
        if around.titled and isinstance(node.value, dict)
        else None
    )
    return _called(around.titled, name.strip()) if isinstance(name, str) else ""


def _child(node: Node, key: Key | None, step: str | int) -> Node | None:
    if key is not None:
        found: Node = node.value[key]
        return found
    if not isinstance(step, int):
        return None
    if not isinstance(node.value, list):
        return node  # a single value as a list of one
    return node.value[step] if step < len(node.value) else None


def _below(place: _Place) -> str:
    return said("{what}: {words}", what=place.what, words=place.words) if place.what else place.words


def is_model(holds: Any) -> bool:
    """Whether a type is that of a section."""
    return isinstance(holds, type) and issubclass(holds, FileModel)


def _keys_of(model: type[FileModel]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _field(model: type[FileModel], key: str | int) -> Any:
    """The type of a key with its marks; None if there is no such key."""
    for name, field in model.model_fields.items():
        if (field.alias or name) == key:
            return Annotated[(field.annotation, *field.metadata, None)]
    return None


def _peeled(annotation: Any, node: Node) -> tuple[Around, Any]:
    """A type without its marks, and the mark for its items; of several types the one that fits the node."""
    around = Around(lambda value: value)
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *marks = get_args(annotation)
            around = next((mark for mark in marks if isinstance(mark, Around)), around)
        elif get_origin(annotation) in (Union, types.UnionType):
            ways = get_args(annotation)
            annotation = next((way for way in ways if isinstance(node.value, dict) and is_model(_bare(way))), ways[0])
        else:
            return around, annotation


def _bare(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
