"""
The base of the models of rule files (文件模型的组成): a base class that refuses unknown keys, and marks for the values.

A mark gives the expected value in the words of the message, and the JSON Schema. ``STAND_IN`` replaces a refused value,
so that reading continues and all faults of a file are reported at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

JsonSchema = dict[str, Any]


class StandIn(Enum):
    """The replacement for a refused value (替代值)."""

    VALUE = 0


STAND_IN = StandIn.VALUE
WAY = "|"  # the first character of the tag of an alternative
DAY_PATTERN = r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"
HOUR_PATTERN = r"^([01]\d|2[0-3]):[0-5]\d$"
NAME_PATTERN = r"^[a-z][a-z0-9_]*$"


class FileModel(BaseModel):
    """One mapping of a file (一节): its keys and no others."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _of_stand_in(cls, value: Any) -> Any:
        if value is not STAND_IN:
            return value
        return {each.alias or name: STAND_IN for name, each in cls.model_fields.items() if each.is_required()}


def key(zh: str, en: str, default: Any = ..., alias: str | None = None, *, read: bool = False) -> Any:
    """
    A key of a file: its legal or official term and its meaning; without a default it is required. A default in the form
    of a file is to be *read*.
    """
    description = f"{zh}: {en}"
    # A list as a plain default is copied deep for each section; for a class pydantic first checks what it accepts.
    if default == [] or default == {}:
        return Field(default_factory=_no_list if default == [] else _no_keys, alias=alias, description=description)
    return Field(default, alias=alias, description=description, validate_default=read or None)


def _no_list() -> list[Any]:
    return []


def _no_keys() -> dict[str, Any]:
    return {}


def wanted(words: str, hint: str = "") -> PydanticCustomError:
    """The objection to a value: the expected value, and perhaps a suggestion."""
    return PydanticCustomError("wanted", "must be {words}", {"words": words, "hint": hint})


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """How a single value is read (单个值), and its JSON Schema."""

    read: Callable[[Any], Any]
    stand_in: Any
    schema: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._value)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        return dict(self.schema)

    def _value(self, value: Any) -> Any:
        return self.stand_in if value is STAND_IN else self.read(value)

    def or_empty(self) -> Value:
        """The same value, which may be left empty."""
        schema = {"anyOf": [dict(self.schema), {"type": "null"}]}
        return Value(lambda value: None if value is None else self.read(value), None, schema)


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """The preprocessing of a value before its own type reads it (先行处理), and of the JSON Schema of the type."""

    before: Callable[[Any], Any]
    schema: Callable[[JsonSchema], JsonSchema] = lambda found: found
    after: Callable[[Any], Any] | None = None
    noun: str = ""  # the name of the inner sections in messages
    named: bool = False
    called: str = ""  # the name of an inner value in messages
    within: str = ""  # the word between the outer section and the name of an inner one
    titled: str = ""  # the name of an inner section that has a name of its own

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        inner = core_schema.no_info_before_validator_function(self.before, handler(source))
        return inner if self.after is None else core_schema.no_info_after_validator_function(self.after, inner)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        return self.schema(handler(core))
