"""
The variables that override the settings (环境变量): ``GKFLOW_SECTION_KEY``, which pydantic-settings derives from the
model.

Only a key with one value, or a list of texts, has a variable. Variables with other names are ignored: a container
platform may set them for another service.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, get_args, get_origin

from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from gkflow.files.home import PREFIX
from gkflow.files.kinds.model import FileModel
from gkflow.files.kinds.settings import SettingsFile
from gkflow.files.model_reader import is_model, type_at
from gkflow.files.nodes import Key, Node

# Four are older than the rule, and shorter.
SHORT: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "GKFLOW_BY": ("me", "name"),
        "GKFLOW_OFFICE": ("office", "name"),
        "GKFLOW_UNIT": ("office", "unit"),
        "GKFLOW_CHANNELS": ("channels", "default"),
    }
)
_FLAGS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


class _Variables(SettingsFile, BaseSettings):
    """The keys of the settings, with the names of their variables. Not strict: values are texts."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="_", env_nested_max_split=1, enable_decoding=False, strict=False
    )


class _Source(EnvSettingsSource):
    """The variables of one environment, which need not be that of the process."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        super().__init__(_Variables)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {_name(path).lower(): text for name, path in variables().items() if (text := self._environ.get(name))}


def _name(path: tuple[str, ...]) -> str:
    return PREFIX + "_".join(path).upper()


@cache
def variables() -> Mapping[str, tuple[str, ...]]:
    """Every variable with the key that it overrides: a single value or a list of texts."""
    short: dict[tuple[str, ...], str] = {path: name for name, path in SHORT.items()}
    paths: list[tuple[str, ...]] = [
        path for key in _keys(SettingsFile) for path in ((key,), *((key, inner) for inner in _inside(key)))
    ]
    return MappingProxyType({short.get(path, _name(path)): path for path in paths if _has_variable(path)})


def _keys(model: type[FileModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _inside(key: str) -> list[str]:
    holds = type_at(SettingsFile, key)
    return _keys(holds) if is_model(holds) else []


def _has_variable(path: tuple[str, ...]) -> bool:
    holds = type_at(SettingsFile, *path)
    if get_origin(holds) is list:
        return not is_model(get_args(holds)[0])
    return get_origin(holds) is not dict and not is_model(holds)


def with_variables(node: Node, environ: Mapping[str, str]) -> Node:
    """The settings overridden by the variables; the place of each value is the name of its variable."""
    names = {path: name for name, path in variables().items()}
    for path, text in _said(_Source(environ)()):
        node = _with(node, path, Node(_typed(path, text, names[path]), names[path], 0))
    return node


def _said(found: Mapping[str, Any], *above: str) -> Iterator[tuple[tuple[str, ...], str]]:
    for key, value in found.items():
        if isinstance(value, Mapping):
            yield from _said(value, *above, key)
        else:
            yield (*above, key), value


def _typed(path: tuple[str, ...], text: str, variable: str) -> Any:
    """The text as the type of its key; an invalid one is kept, and reported when it is read."""
    holds = type_at(SettingsFile, *path)
    if holds is bool:
        return _FLAGS.get(text.lower(), text)
    if holds is int:
        return int(text) if text.isascii() and text.isdigit() else text
    if get_origin(holds) is list:
        return [Node(word.strip(), variable, 0) for word in text.split(",") if word.strip()]
    return text


def _with(node: Node, path: tuple[str, ...], value: Node) -> Node:
    """The same tree with one value set; an invalid table is kept, and reported when it is read."""
    if not path:
        return value
    if not isinstance(node.value, dict):
        return node
    there = next((key for key in node.value if key == path[0]), None)
    inner = node.value[there] if there is not None else Node({}, value.file, 0)
    rest = {key: each for key, each in node.value.items() if key != path[0]}
    line = there.line if there is not None and path[1:] else 0
    return Node({**rest, Key(path[0], line): _with(inner, path[1:], value)}, node.file, node.line)
