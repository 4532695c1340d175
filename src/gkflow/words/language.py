"""
Languages (语言): a value that says a sentence in English or in Chinese.

The English is the source itself. The Chinese of a pattern stands in ``locale/zh_CN/LC_MESSAGES/gkflow.po``; a pattern
without one is said in English, and a test finds it.
"""

from __future__ import annotations

import gettext
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gkflow.domain.sentences import Either, Sentence, filled

DOMAIN = "gkflow"
LOCALES = Path(__file__).resolve().parents[1] / "locale"


@cache
def catalogue(locale: str) -> gettext.NullTranslations:
    """The messages of a locale, read once; none for the language of the source."""
    return gettext.translation(DOMAIN, LOCALES, [locale]) if locale else gettext.NullTranslations()


@dataclass(frozen=True, slots=True)
class Language:
    """A language that people read (语言): its code, its catalogue, and how it joins a list, of all or of either."""

    code: str
    locale: str
    separator: str
    either: str

    def say(self, pattern: str, /, **fields: object) -> str:
        """The sentence of that pattern in this language, with its fields put in."""
        return self._filled(catalogue(self.locale).gettext(pattern), fields)

    def say_as(self, context: str, pattern: str, /, **fields: object) -> str:
        """As ``say``, for a word that has several translations."""
        return self._filled(catalogue(self.locale).pgettext(context, pattern), fields)

    def text(self, words: str) -> str:
        """A sentence in this language; text that is no ``Sentence`` (a name, a path, a number) as it is."""
        if not isinstance(words, Sentence):
            return words
        if not self.locale:
            return str(words)
        return self._filled(self.pattern(words), words.fields)

    def pattern(self, words: Sentence) -> str:
        """The pattern of a sentence in this language, not filled."""
        found = catalogue(self.locale)
        return found.pgettext(words.context, words.pattern) if words.context else found.gettext(words.pattern)

    def _filled(self, pattern: str, fields: Mapping[str, object]) -> str:
        if not fields:
            return pattern
        return filled(
            pattern, {name: self._value(value) for name, value in fields.items()}, self.separator, self.either
        )

    def _value(self, value: object) -> object:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Collection) and not isinstance(value, Either) and not isinstance(value, bytes):
            return [self._value(each) for each in value]
        return value


ENGLISH = Language("en", "", ", ", " or ")
CHINESE = Language("zh", "zh_CN", "、", "、")
LANGUAGES: Mapping[str, Language] = {each.code: each for each in (CHINESE, ENGLISH)}

_spoken: ContextVar[Language] = ContextVar("language", default=CHINESE)


def spoken() -> Language:
    """The language of this call: Chinese, unless another one was chosen."""
    return _spoken.get()


def speak(language: Language) -> None:
    """Choose the language of this call, for this thread or task alone."""
    _spoken.set(language)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Speak a language for a while, as a page does for one reader (以某种语言)."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def label_of(label: str, name: str) -> str:
    """A label from the data files (Chinese), or its identifier in words."""
    return label if spoken() is CHINESE else name.replace("_", " ")


def say(pattern: str, /, **fields: object) -> str:
    """
    The sentence of that pattern in the language of this call, with its fields put in; lists are joined. The pattern
    must be a literal: the catalogue is extracted from the source.
    """
    return spoken().say(pattern, **fields)


def say_as(context: str, pattern: str, /, **fields: object) -> str:
    """As ``say``, for a word that has several translations: *context* distinguishes them (gettext's msgctxt)."""
    return spoken().say_as(context, pattern, **fields)


def label_or(label: str, other: str) -> str:
    """A label of the data files, which are Chinese, or what stands for it in another language."""
    return label if spoken() is CHINESE else other


def listed(items: Iterable[object]) -> str:
    """Items as a list in the language of this call."""
    language = spoken()
    return language.separator.join(language.text(each) if isinstance(each, str) else str(each) for each in items)


def translated(words: str) -> str:
    """A sentence in the language of this call; other text as it is."""
    return spoken().text(words)
