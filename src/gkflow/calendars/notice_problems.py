"""Problems of a notice of days off (通知疑点): each with its code and its sentence, in English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from gkflow.domain.errors import fill
from gkflow.domain.sentences import Sentence, said

_TEXTS = {
    "already_longer": said("{festival} is known to last until {end}, later than {day}"),
    "backwards": said("the range from {first} to {last} runs backwards"),
    "count_mismatch": said("{stated} {stated:day|days} {stated:is|are} stated, {named} are named"),
    "far_apart": said("days of {festival} lie {apart} {apart:day|days} apart: one of them has a wrong month"),
    "incomplete": said("the notice of a whole year lacks {festivals}"),
    "misplaced": said('"{part}" sets days before the list of days begins'),
    "no_festival": said("the days are of no festival: neither the sentence nor the title names one"),
    "no_month": said("{day} has no month"),
    "no_such_day": said("{day} does not exist"),
    "no_weekend": said("{days} is not next to a weekend"),
    "no_working_day": said("no working day is left in {month}"),
    "no_year": said("neither the title nor a date says which year it is for; name it"),
    "not_a_notice": said("no sentence sets a day off or at work: this is not the text of a notice of days off"),
    "not_a_rest_day": said("{day} is {actual} and so no rest day that could be moved"),
    "off_and_worked": said("{day} is off and worked at once"),
    "other_country": said('this is not a notice of the State Council: it speaks of "{marker}"'),
    "other_issuer": said('this is not a notice of the State Council but of another office: "{issuer}"'),
    "other_year": said("the year is {found}, not {wanted}"),
    "resumption_mismatch": said("work is to begin on {day}, but the days off end with {last}"),
    "said_twice": said("{festival} has a sentence of its own already: are these two notices?"),
    "sets_nothing": said("the sentence of {festival} sets no day"),
    "two_notices": said("there is another notice in the text: {title}"),
    "unknown_end": said("{festival} is extended to {day}, but its days off so far are not known"),
    "unknown_festival": said('"{festival}" is no festival of the national calendar'),
    "unreadable": said('"{part}" is not understood'),
    "works_anyway": said("{day} is {actual} and worked anyway, which a notice of the whole year would not say"),
    "weekday_mismatch": said("{day} is {actual}, not {stated} as stated"),
}
# Problems found by comparing a notice with another one, or with the file that quotes it.
_COMPARED = {
    "contradiction": said("{day} is stated otherwise by {source}"),
    "not_listed": said("the file lacks {day}, which the quote names"),
    "not_quoted": said("the file names {day}, which does not stand in the quote"),
}
# As notices write them: 周六, 星期六.
_WEEKDAYS = {
    "一": "Monday", "二": "Tuesday", "三": "Wednesday", "四": "Thursday", "五": "Friday", "六": "Saturday",
    "日": "Sunday", "天": "Sunday",
}  # fmt: skip
PROBLEMS = frozenset(_TEXTS)
COMPARED = frozenset(_COMPARED)


@dataclass(frozen=True, slots=True)
class NoticeProblem:
    """An unclear or contradictory point of a notice (通知中的疑点), with its sentence."""

    sentence: str
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def pattern(self) -> Sentence:
        """Its message, not filled in."""
        return (_TEXTS | _COMPARED)[self.code]

    @property
    def text(self) -> str:
        """The problem in English."""
        facts = {name: _WEEKDAYS[value[-1]] if _is_weekday(value) else value for name, value in self.facts.items()}
        return fill(self.pattern, facts)


def problem(sentence: str, code: str, **facts: Any) -> NoticeProblem:
    """A problem with constant facts."""
    return NoticeProblem(sentence, code, MappingProxyType(facts))


def _is_weekday(value: Any) -> bool:
    return isinstance(value, str) and value.removeprefix("星期").removeprefix("周") in _WEEKDAYS
