"""What an objection says (异议用语): its sentence with the labels that people know, in one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gkflow.domain.errors import NO_LABELS, GkflowError, Labels, fill
from gkflow.domain.labels import NAMED
from gkflow.domain.sentences import Sentence
from gkflow.words.language import ENGLISH, LANGUAGES, listed, say, speaking, spoken, translated
from gkflow.words.system import reason_words
from gkflow.words.vocabulary import ROLES, UNITS, word


def error_words(error: GkflowError, labels_of: Callable[[GkflowError], Labels] = lambda error: NO_LABELS) -> str:
    """
    One clear line: what, where, by which article, what to do next. ``labels_of(error)`` gives the labels of what it
    names; it is asked where no office has.
    """
    if spoken() is ENGLISH:
        return " ".join(str(error).split("\n"))
    return _filled(error, error.in_terminal or error.sentence, labels_of)


def message(error: GkflowError, lang: str) -> str:
    """The sentence of an objection in a language, without commands and options. Raises ValueError for another."""
    language = LANGUAGES.get(lang)
    if language is None:
        raise ValueError(f"no language {lang!r}; there are: {', '.join(LANGUAGES)}")
    if language is ENGLISH:
        return fill(error.sentence, {**error.facts, **error.computed()})
    with speaking(language):
        return _filled(error, error.sentence, lambda error: NO_LABELS)


def _filled(error: GkflowError, sentence: Sentence, labels_of: Callable[[GkflowError], Labels]) -> str:
    facts = {"label": error.facts.get("fact", ""), **error.facts}
    labels = error.called or (labels_of(error) if any(name in facts for name in NAMED) else NO_LABELS)
    values = {name: _shown(name, value, labels) for name, value in facts.items()}
    cite, possible = facts.get("cite"), facts.get("possible")
    values["cited"] = say(" ({cite})", cite=cite) if cite else ""
    values["possible"] = say("; {choices}", choices=possible) if possible else ""
    return fill(spoken().pattern(sentence), values)


_FEW = 3  # choices that an example needs


def without_choices(error: GkflowError) -> GkflowError:
    """The same objection without the choices of a fact, or with a few of many, for a list of objections."""
    facts = {**error.facts}
    if "possible" in facts:
        facts["possible"] = ""
    rule = facts.get("rule")
    if isinstance(rule, Sentence) and isinstance(names := rule.fields.get("names"), list) and len(names) > _FEW:
        facts["rule"] = Sentence(rule.pattern, {**rule.fields, "names": [*names[:_FEW], "…"]}, rule.context)
    found = type(error).of(facts)
    found.called = error.called
    return found


def _shown(name: str, value: Any, labels: Labels) -> Any:
    """A fact as people read it: names by their labels, lists joined, sentences translated."""
    if name in ("action", "first", "state"):
        return labels.others.get(str(value), value)
    if name in ("counted_in", "unit", "extension") and value in UNITS:
        return word(UNITS, value)
    if name == "workflow":
        label = labels.workflows.get(str(value))
        return f"{label}({value})" if label is not None else str(value)
    if name == "allowed":
        return listed(labels.others.get(each, each) for each in value)
    if name == "roles":
        return listed(word(ROLES, role) for role in value)
    if isinstance(value, (list, tuple)):
        return listed(value)
    return reason_words(translated(value)) if isinstance(value, str) else value
