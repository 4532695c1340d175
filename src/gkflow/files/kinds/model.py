"""
What the models of rule files are made of (文件模型的组成): a base that refuses unknown keys, and marks for the values.

A mark says what is wanted in the words of the message and gives the JSON Schema. ``STAND_IN`` takes the place of a
value that was refused, so that reading goes on and all faults of a file are reported at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum, StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from gkflow.domain.rulebook import mean
from gkflow.files.nodes import as_day

JsonSchema = dict[str, Any]


class StandIn(Enum):
    """What takes the place of a refused value (替代值)."""

    VALUE = 0


STAND_IN = StandIn.VALUE
WAY = "|"  # begins the tag of one of several ways to write a value
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
    A key of a file: its legal or official term and its meaning; without a default it must be given. A default that is
    written as a file would write it is to be *read*.
    """
    description = f"{zh}: {en}"
    # A plain default that is a list is copied deep for each section; of a class pydantic first looks up what it takes.
    if default == [] or default == {}:
        return Field(default_factory=_no_list if default == [] else _no_keys, alias=alias, description=description)
    return Field(default, alias=alias, description=description, validate_default=read or None)


def _no_list() -> list[Any]:
    return []


def _no_keys() -> dict[str, Any]:
    return {}


def wanted(words: str, hint: str = "") -> PydanticCustomError:
    """The objection to a value: what is wanted in its place, and perhaps what may have been meant."""
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
    """What is done to a value before its own type reads it (先行处理), and to the JSON Schema of the type."""

    before: Callable[[Any], Any]
    schema: Callable[[JsonSchema], JsonSchema] = lambda found: found
    after: Callable[[Any], Any] | None = None
    noun: str = ""  # what a message calls the sections inside
    named: bool = False
    called: str = ""  # what a message calls a value inside
    within: str = ""  # the word between what a message calls the section outside and the name of one inside
    titled: str = ""  # what it calls a section inside that has a name

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        inner = core_schema.no_info_before_validator_function(self.before, handler(source))
        return inner if self.after is None else core_schema.no_info_after_validator_function(self.after, inner)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        return self.schema(handler(core))


# --- single values ----------------------------------------------------------------------------------------

_SOME_TEXT = {"type": "string", "pattern": r"\S"}
_A_DAY = {"type": "string", "format": "date", "pattern": DAY_PATTERN}


def _text(value: Any) -> str:
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise wanted("a text in quotes" if isinstance(value, (int, float, date)) else "a text")


def _text_or_empty(value: Any) -> str:
    return "" if isinstance(value, str) and not value.strip() else _text(value)


def _secret(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise PydanticCustomError("secret", "must be a text in quotes")


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise wanted("true or false")


def _day(value: Any) -> date:
    day = as_day(value)
    if day is None:
        raise wanted("a day such as 2019-05-15")
    return day


def _hour(value: Any) -> time:
    if isinstance(value, time):
        return value
    if isinstance(value, str) and re.fullmatch(HOUR_PATTERN, value):
        return time.fromisoformat(value)
    raise wanted("an hour such as 08:30")


def _plain(value: Any) -> Any:
    """A value of any kind, days as ISO text."""
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def text_as(words: str) -> Value:
    """A text that the message calls *words*: "the name of a limit"."""

    def read(value: Any) -> str:
        if isinstance(value, str) and value:
            return value
        raise wanted(words)

    return Value(read, "", {"type": "string", "minLength": 1})


def text_like(pattern: str) -> Value:
    """A text whose pattern an editor knows; the reader has words of its own for another."""
    return Value(text_as("a list of texts").read, "", {"type": "string", "pattern": pattern})


def described(schema: JsonSchema) -> Value:
    """A value of which an editor knows the schema; the reader has words of its own for what is wrong with it."""
    return Value(lambda value: value, None, schema)


def number_as(words: str) -> Value:
    """A number that the message calls *words*."""

    def read(value: Any) -> float:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return value
        raise wanted(words)

    return Value(read, 0, {"type": "number"})


def whole(least: int | None = None) -> Value:
    """A whole number."""

    def read(value: Any) -> int:
        if type(value) is int and (least is None or value >= least):
            return value
        raise wanted("a whole number" + (f" of at least {least}" if least is not None else ""))

    return Value(read, 0, {"type": "integer"} if least is None else {"type": "integer", "minimum": least})


def choice(words: Sequence[str] | type[StrEnum], *also: str) -> Value:
    """One of a closed set of words; *also* is taken and not said: the reader has its own words for it."""
    codes = tuple(str(each) for each in words)
    make: Callable[[str], str] = words if isinstance(words, type) else str

    def read(value: Any) -> str:
        if isinstance(value, str) and value in (*codes, *also):
            return make(value)
        hint = mean(value, codes) if isinstance(value, str) else ""
        # The sentence names what there is already.
        raise wanted("one of " + ", ".join(codes), "" if hint.startswith(";") else hint)

    return Value(read, make(codes[0]), {"type": "string", "enum": list(codes)})


Text = Annotated[str, Value(_text, "", _SOME_TEXT)]
TextOrNone = Annotated[str | None, Value(_text, "", _SOME_TEXT)]
TextOrEmpty = Annotated[str, Value(_text_or_empty, "", {"type": "string"})]
Secret = Annotated[str, Value(_secret, "", {"type": "string"})]
Whole = Annotated[int, whole()]
Flag = Annotated[bool, Value(_flag, False, {"type": "boolean"})]
_number = number_as("a number")
NumberOrNone = Annotated[float | None, Value(_number.read, None, {"type": "number"})]
Day = Annotated[date, Value(_day, date.min, _A_DAY)]
DayOrNone = Annotated[date | None, Value(_day, None, _A_DAY)]
Hour = Annotated[time, Value(_hour, time(), {"type": "string", "pattern": HOUR_PATTERN})]
Anything = Annotated[Any, Value(_plain, None, {})]


# --- lists ------------------------------------------------------------------------------------------------


def _one_or_many(array: JsonSchema) -> JsonSchema:
    return {"anyOf": [array["items"], array]}


def _as_list(value: Any) -> Any:
    if value is STAND_IN:
        return []
    return value if isinstance(value, list) else [value]


def _as_list_of_texts(value: Any) -> Any:
    if value is STAND_IN:
        return []
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list):
        raise wanted("a list of texts")
    return value


def _each_once(texts: list[str]) -> list[str]:
    again = [at for at, text in enumerate(texts) if text and text in texts[:at]]
    if again:
        raise PydanticCustomError("twice", "names a text twice", {"again": again})
    return [text for text in texts if text]


def _day_of_list(value: Any) -> date:
    day = as_day(value)
    if day is None:
        raise wanted("a list of days")
    return day


def _as_list_of_days(value: Any) -> Any:
    if value is STAND_IN or isinstance(value, list):
        return [] if value is STAND_IN else value
    raise wanted("a list of days")


def sections(noun: str = "", titled: str = "") -> Around:
    """
    A list of mappings; one mapping may stand for a list of one. A message calls each of them *noun*, or *titled* and
    its name where it has one.
    """
    return Around(_as_list, _one_or_many, noun=noun, titled=titled)


# A list of texts, each once; a single text may stand for a list of one.
TEXTS = Around(_as_list_of_texts, _one_or_many, after=_each_once)
Texts = Annotated[list[Annotated[str, text_as("a list of texts")]], TEXTS]
ListOfDays = Annotated[list[Annotated[date, Value(_day_of_list, date.min, _A_DAY)]], Around(_as_list_of_days)]


# --- mappings ---------------------------------------------------------------------------------------------


def _mapping(words: str) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if value is STAND_IN:
            return {}
        if not isinstance(value, Mapping):
            raise wanted(words)
        return value

    return read


def _section_mapping(value: Any) -> Any:
    if value is STAND_IN:
        return {}
    if not isinstance(value, Mapping):
        raise PydanticCustomError("section", "must be a mapping of keys")
    return value


def _with_names(pattern: str) -> Callable[[JsonSchema], JsonSchema]:
    def schema(found: JsonSchema) -> JsonSchema:
        inside = {pattern: found["additionalProperties"]}
        return {"type": "object", "patternProperties": inside, "additionalProperties": False}

    return schema if pattern else lambda found: found


def pairs(called: str = "", pattern: str = "", words: str = "a mapping") -> Around:
    """Values by their names, which follow the *pattern*; a message calls each of them *called* and its name."""
    return Around(_mapping(words), _with_names(pattern), called=called)


def dated(word: str) -> Around:
    """Mappings by the day from which they hold; a message calls each "SECTION *word* DAY"."""
    return Around(_mapping("a mapping"), _with_names(DAY_PATTERN), within=word)


def named(noun: str, pattern: str = "") -> Around:
    """Mappings by their names, which follow the *pattern*; a message calls each of them *noun* and its name."""
    read = _mapping("a mapping of names")
    if pattern != NAME_PATTERN:
        return Around(read, _with_names(pattern), noun=noun, named=True)

    def names(value: Any) -> Any:
        found = read(value)
        wrong = [name for name in found if not re.fullmatch(NAME_PATTERN, str(name))]
        if wrong:
            raise PydanticCustomError("names", "names that are none", {"noun": noun, "names": wrong})
        return found

    return Around(names, _with_names(pattern), noun=noun, named=True)


def table(noun: str) -> Around:
    """One mapping of the settings; several are refused, for only one of them could hold."""

    def read(value: Any) -> Any:
        if isinstance(value, list):
            raise wanted(f"one table {noun}")
        return value

    # The reader knows no table as None; TOML has no such value.
    return Around(read, lambda found: next(each for each in found["anyOf"] if each != {"type": "null"}), noun=noun)


def short(main: str) -> Around:
    """A mapping, or a text that stands for the mapping with this one key."""

    def read(value: Any) -> Any:
        return {main: value} if isinstance(value, str) and value else value

    return Around(read, lambda found: {"anyOf": [found, _SOME_TEXT]})


def or_words(*words: str) -> Around:
    """A mapping, or one of the words, which is read as None."""

    def read(value: Any) -> Any:
        return None if isinstance(value, str) and value in words else value

    return Around(read, lambda found: _any_of(found, {"enum": [*words]}))


def facts_or_words(*words: str) -> Around:
    """A mapping by the names of facts, or one of the words, which is read as no facts."""
    objection = f"{', '.join(words)}, or the facts that decide"

    def read(value: Any) -> Any:
        if value is STAND_IN or (isinstance(value, str) and value in words):
            return {}
        if not isinstance(value, Mapping) or not value:
            raise wanted(objection)
        return value

    return Around(read, lambda found: _any_of(found, {"enum": [*words]}))


def or_name(words: str, meant: Mapping[str, Any]) -> Around:
    """Mappings by name, or a name alone, which stands for itself with what is *meant* by it."""
    read = _mapping(words)

    def named_alone(value: Any) -> Any:
        return {value: meant} if isinstance(value, str) and value else read(value)

    return Around(named_alone, lambda found: {"anyOf": [_SOME_TEXT, found]})


def _any_of(found: JsonSchema, other: JsonSchema) -> JsonSchema:
    return {"anyOf": [*found["anyOf"], other]} if set(found) == {"anyOf"} else {"anyOf": [found, other]}


Conditions = Annotated[dict[str, Texts], pairs()]
# By one name, texts by another: the readings that are picked, by workflow.
Picks = Annotated[
    dict[str, Annotated[dict[str, Text], Around(_section_mapping)]],
    named("readings", NAME_PATTERN),
]
