"""Lists and mappings of rule files (列表与映射): their short forms, and the names of their items in messages."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any

from pydantic_core import PydanticCustomError

from gkflow.domain.sentences import said
from gkflow.files.kinds.model import DAY_PATTERN, NAME_PATTERN, STAND_IN, Around, JsonSchema, Value, wanted
from gkflow.files.kinds.values import A_DAY, SOME_TEXT, Text, text_as
from gkflow.files.nodes import as_day

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
        raise wanted(said("a list of texts"))
    return value


def _each_once(texts: list[str]) -> list[str]:
    again = [at for at, text in enumerate(texts) if text and text in texts[:at]]
    if again:
        raise PydanticCustomError("twice", "names a text twice", {"again": again})
    return [text for text in texts if text]


def _day_of_list(value: Any) -> date:
    day = as_day(value)
    if day is None:
        raise wanted(said("a list of days"))
    return day


def _as_list_of_days(value: Any) -> Any:
    if value is STAND_IN or isinstance(value, list):
        return [] if value is STAND_IN else value
    raise wanted(said("a list of days"))


def sections(noun: str = "", titled: str = "") -> Around:
    """
    A list of mappings; one mapping may replace a list of one. Messages call each of them *noun*, or *titled* and its
    name if it has one.
    """
    return Around(_as_list, _one_or_many, noun=noun, titled=titled)


# A list of different texts; a single text may replace a list of one.
TEXTS = Around(_as_list_of_texts, _one_or_many, after=_each_once)
Texts = Annotated[list[Annotated[str, text_as(said("a list of texts"))]], TEXTS]
ListOfDays = Annotated[list[Annotated[date, Value(_day_of_list, date.min, A_DAY)]], Around(_as_list_of_days)]


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
        raise PydanticCustomError("section", said("must be a mapping of keys"))
    return value


def _with_names(pattern: str) -> Callable[[JsonSchema], JsonSchema]:
    def schema(found: JsonSchema) -> JsonSchema:
        inside = {pattern: found["additionalProperties"]}
        return {"type": "object", "patternProperties": inside, "additionalProperties": False}

    return schema if pattern else lambda found: found


def pairs(called: str = "", pattern: str = "", words: str = said("a mapping")) -> Around:
    """Values by their names, which follow the *pattern*; a message calls each of them *called* and its name."""
    return Around(_mapping(words), _with_names(pattern), called=called)


def dated(word: str) -> Around:
    """Mappings by the day from which they hold; a message calls each "SECTION *word* DAY"."""
    return Around(_mapping(said("a mapping")), _with_names(DAY_PATTERN), within=word)


def named(noun: str, pattern: str = "") -> Around:
    """Mappings by their names, which follow the *pattern*; a message calls each of them *noun* and its name."""
    read = _mapping(said("a mapping of names"))
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
    """One mapping of the settings; several are refused, because only one of them could be used."""

    def read(value: Any) -> Any:
        if isinstance(value, list):
            raise wanted(said("one table {noun}", noun=noun))
        return value

    # The reader represents a missing table as None; TOML has no such value.
    return Around(read, lambda found: next(each for each in found["anyOf"] if each != {"type": "null"}), noun=noun)


def short(main: str) -> Around:
    """A mapping, or a text as the short form of the mapping with this one key."""

    def read(value: Any) -> Any:
        return {main: value} if isinstance(value, str) and value else value

    return Around(read, lambda found: {"anyOf": [found, SOME_TEXT]})


def or_words(*words: str) -> Around:
    """A mapping, or one of the words, which is read as None."""

    def read(value: Any) -> Any:
        return None if isinstance(value, str) and value in words else value

    return Around(read, lambda found: _any_of(found, {"enum": [*words]}))


def facts_or_words(*words: str) -> Around:
    """A mapping by the names of facts, or one of the words, which is read as no facts."""
    objection = said("{names}, or the facts that decide", names=words)

    def read(value: Any) -> Any:
        if value is STAND_IN or (isinstance(value, str) and value in words):
            return {}
        if not isinstance(value, Mapping) or not value:
            raise wanted(objection)
        return value

    return Around(read, lambda found: _any_of(found, {"enum": [*words]}))


def or_name(words: str, meant: Mapping[str, Any]) -> Around:
    """Mappings by name, or a name alone as the short form of *meant*."""
    read = _mapping(words)

    def named_alone(value: Any) -> Any:
        return {value: meant} if isinstance(value, str) and value else read(value)

    return Around(named_alone, lambda found: {"anyOf": [SOME_TEXT, found]})


def _any_of(found: JsonSchema, other: JsonSchema) -> JsonSchema:
    return {"anyOf": [*found["anyOf"], other]} if set(found) == {"anyOf"} else {"anyOf": [found, other]}


Conditions = Annotated[dict[str, Texts], pairs()]
# By one name, texts by another: the picked readings, by workflow.
Picks = Annotated[
    dict[str, Annotated[dict[str, Text], Around(_section_mapping)]],
    named("readings", NAME_PATTERN),
]
