"""Problems of a notice as text (通知疑点用语)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gkflow.domain.errors import fill
from gkflow.domain.sentences import joined
from gkflow.words.language import ENGLISH, say, spoken

if TYPE_CHECKING:
    from gkflow.calendars.notice_problems import NoticeProblem


def problem_words(each: NoticeProblem) -> str:
    """The problem in the language of this call; the notice is quoted verbatim, except in English."""
    language, option = spoken(), say(" (--year)") if each.code == "no_year" else ""
    if language is ENGLISH:
        return each.text + option
    facts = {name: joined(value, language.separator) for name, value in each.facts.items()}
    return fill(language.pattern(each.pattern), facts) + option
