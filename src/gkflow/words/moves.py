"""Why a last day moves (变动依据用语): the days and limits behind it, in the language of this call."""

from __future__ import annotations

from gkflow.application.moved import SHOWN, Cause, DayChanged, Length, Moved, read_causes
from gkflow.domain.law import LimitUnit
from gkflow.words.language import CHINESE, say, spoken
from gkflow.words.vocabulary import amount


def why_words(moved: Moved) -> str:
    """The causes of a move; in Chinese as the record has them. Labels, notices and articles are data and stay."""
    causes = read_causes(moved.causes)
    if spoken() is CHINESE or causes is None:
        return moved.why
    words = "; ".join(map(_cause, causes[:SHOWN]))
    return say("{causes} and others", causes=words) if causes[SHOWN:] else words


def _cause(cause: Cause) -> str:
    if isinstance(cause, DayChanged):
        words = say("{day} is worked", day=cause.day) if cause.works else say("{day} is off", day=cause.day)
        return words + (say(" ({cite})", cite=cause.source) if cause.source else "")
    words = say("{limit}: {old} becomes {new}", limit=cause.label, old=_length(cause.old), new=_length(cause.new))
    return words + (say(" ({cite})", cite=cause.citation) if cause.citation else "")


def _length(value: Length) -> str:
    if not value.unit:
        return say("none")
    if value.unit == LimitUnit.FIXED_DATE:
        return f"{value.month:02}-{value.day:02}"
    words = amount(value.length, value.unit)
    return say("{length} before", length=words) if value.before else words
