"""
Sentences that can be said in another language (句子): English text that knows its pattern and its fields.

Nouns, verbs and tools say what they find in English. ``said`` keeps how the text was made, so that a door can say the
same in another language: from the pattern, which is the key of the catalogue of messages, never from the finished
text. A sentence is a ``str``: a log, a test or a program that knows nothing of languages reads English.

>>> fault = said("{key} must be {wanted}, not {found}", key="lang", wanted=said("a text"), found="5")
>>> fault
'lang must be a text, not 5'
>>> fault.pattern
'{key} must be {wanted}, not {found}'
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo


class Sentence(str):
    """English text with the pattern and the fields of which it was made, for a translation (可译的句子)."""

    __slots__ = ("context", "fields", "pattern")

    context: str
    fields: Mapping[str, object]
    pattern: str

    def __new__(cls, pattern: str, fields: Mapping[str, object], context: str = "") -> Sentence:
        sentence = super().__new__(cls, filled(pattern, fields))
        sentence.pattern, sentence.fields, sentence.context = pattern, fields, context
        return sentence

    def __reduce__(self) -> tuple[Any, ...]:
        return Sentence, (self.pattern, dict(self.fields), self.context)


class Either(tuple[str, ...]):
    """Names of which one is meant (其一): joined by "or" where a list is joined by commas."""

    __slots__ = ()


class Count(int):
    """
    A number that chooses a word (单复数): ``{n} {n:case|cases}`` is "1 case" and "2 cases". A sentence may hold several
    numbers, and a language without plurals puts the number in and leaves the words out.

    >>> "{n} {n:case|cases}".format(n=Count(1)), "{n} {n:case|cases} {n:+d}".format(n=Count(0))
    ('1 case', '0 cases +0')
    """

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        one, either, many = spec.partition("|")
        return (one if self == 1 else many) if either else super().__format__(spec)


def said(pattern: str, /, **fields: object) -> Sentence:
    """
    The sentence of that pattern with its fields put in; lists are joined. Without fields it stays as it is: a label,
    or a pattern that is filled later. The pattern must be a literal, since the catalogue is extracted from the source.
    """
    return Sentence(pattern, fields)


def said_as(context: str, pattern: str, /, **fields: object) -> Sentence:
    """As ``said``, for a word that has several translations: *context* distinguishes them (gettext's msgctxt)."""
    return Sentence(pattern, fields, context)


def filled(pattern: str, fields: Mapping[str, object], separator: str = ", ", either: str = " or ") -> str:
    """
    The pattern with its fields put in, lists joined by the separator; as it is where there are no fields.

    >>> filled("there are: {names}", {"names": ["a", "b"]})
    'there are: a, b'
    """
    if not fields:
        return pattern
    return pattern.format_map({name: joined(value, separator, either) for name, value in fields.items()})


def joined(value: object, separator: str = ", ", either: str = " or ") -> object:
    """A list as text, a moment as people read it (北京时间), to the minute; any other value as it is."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Count(value)
    if isinstance(value, datetime):
        local = value.astimezone(ZoneInfo("Asia/Shanghai")) if value.tzinfo is not None else value
        return local.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, Either):
        return either.join(value)
    if isinstance(value, Collection) and not isinstance(value, (str, bytes)):
        return separator.join(map(str, value))
    return value
