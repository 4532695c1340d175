"""
Single values of rule files (单个值): a mark gives the expected value in the words of the message, and the JSON Schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated, Any

from pydantic_core import PydanticCustomError

from gkflow.domain.rulebook import mean
from gkflow.domain.sentences import said
from gkflow.files.kinds.model import DAY_PATTERN, HOUR_PATTERN, JsonSchema, Value, wanted
from gkflow.files.nodes import as_day

SOME_TEXT = {"type": "string", "pattern": r"\S"}
A_DAY = {"type": "string", "format": "date", "pattern": DAY_PATTERN}


def _text(value: Any) -> str:
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise wanted(said("a text in quotes") if isinstance(value, (int, float, date)) else said("a text"))


def _text_or_empty(value: Any) -> str:
    return "" if isinstance(value, str) and not value.strip() else _text(value)


def _secret(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise PydanticCustomError("secret", "must be a text in quotes")


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise wanted(said("true or false"))


def _day(value: Any) -> date:
    day = as_day(value)
    if day is None:
        raise wanted(said("a day such as 2019-05-15"))
    return day


def _hour(value: Any) -> time:
    if isinstance(value, time):
        return value
    if isinstance(value, str) and re.fullmatch(HOUR_PATTERN, value):
        return time.fromisoformat(value)
    raise wanted(said("an hour such as 08:30"))


def _plain(value: Any) -> Any:
    """A value of any kind, days as ISO text."""
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def text_as(words: str) -> Value:
    """A text, called *words* in messages: "the name of a limit"."""

    def read(value: Any) -> str:
        if isinstance(value, str) and value:
            return value
        raise wanted(words)

    return Value(read, "", {"type": "string", "minLength": 1})


_TABLE_NAME = re.compile(r"[a-z_][a-z0-9_]{0,30}|")


def text_like(pattern: str) -> Value:
    """A text with a pattern for editors; the reader has its own message."""
    return Value(text_as(said("a list of texts")).read, "", {"type": "string", "pattern": pattern})


def table_name() -> Value:
    """A part of a table's name, or nothing: it needs no quotes in any statement."""

    def read(value: Any) -> str:
        if isinstance(value, str) and _TABLE_NAME.fullmatch(value):
            return value
        raise wanted(said("letters a to z, digits and _"))

    return Value(read, "", {"type": "string", "pattern": f"^({_TABLE_NAME.pattern})$"})


_PERSON_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def person_id() -> Value:
    """The id of a person, or nothing: a word of commands and of records, whatever the language."""

    def read(value: Any) -> str:
        if isinstance(value, str) and _PERSON_ID.fullmatch(value):
            return value
        raise wanted(said("letters a to z, digits, - and _"))

    return Value(read, "", {"type": "string", "pattern": f"^{_PERSON_ID.pattern}$"})


_ENDPOINT_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def endpoint_name() -> Value:
    """The name of an endpoint: a word of commands, and a part of a variable's name."""

    def read(value: Any) -> str:
        if isinstance(value, str) and _ENDPOINT_NAME.fullmatch(value):
            return value
        raise wanted(said("letters a to z, digits and -"))

    return Value(read, "", {"type": "string", "pattern": f"^{_ENDPOINT_NAME.pattern}$"})


def described(schema: JsonSchema) -> Value:
    """A value with a schema for editors; the reader has its own messages."""
    return Value(lambda value: value, None, schema)


def number_as(words: str) -> Value:
    """A number, called *words* in messages."""

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
        raise wanted(
            said("a whole number of at least {least}", least=least) if least is not None else said("a whole number")
        )

    return Value(read, 0, {"type": "integer"} if least is None else {"type": "integer", "minimum": least})


def choice(words: Sequence[str] | type[StrEnum], *also: str) -> Value:
    """One of a closed set of words; *also* is accepted but not listed: the reader has its own message for it."""
    codes = tuple(str(each) for each in words)
    make: Callable[[str], str] = words if isinstance(words, type) else str

    def read(value: Any) -> str:
        if isinstance(value, str) and value in (*codes, *also):
            return make(value)
        hint = mean(value, codes) if isinstance(value, str) else ""
        # The message lists the existing ones.
        raise wanted(said("one of {names}", names=codes), "" if hint.startswith(";") else hint)

    return Value(read, make(codes[0]), {"type": "string", "enum": list(codes)})


Text = Annotated[str, Value(_text, "", SOME_TEXT)]
TextOrNone = Annotated[str | None, Value(_text, "", SOME_TEXT)]
TextOrEmpty = Annotated[str, Value(_text_or_empty, "", {"type": "string"})]
Secret = Annotated[str, Value(_secret, "", {"type": "string"})]
Whole = Annotated[int, whole()]
Flag = Annotated[bool, Value(_flag, False, {"type": "boolean"})]
_number = number_as(said("a number"))
NumberOrNone = Annotated[float | None, Value(_number.read, None, {"type": "number"})]
Day = Annotated[date, Value(_day, date.min, A_DAY)]
DayOrNone = Annotated[date | None, Value(_day, None, A_DAY)]
Hour = Annotated[time, Value(_hour, time(), {"type": "string", "pattern": HOUR_PATTERN})]
Anything = Annotated[Any, Value(_plain, None, {})]
