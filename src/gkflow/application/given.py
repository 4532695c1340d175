"""
Checks of values passed by a program (所给的值): texts must be texts, facts must be facts.

Python converts any object to text; the record must hold only what the caller meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from math import isfinite

from gkflow.application.marks import broken
from gkflow.domain.objections.facts import BadFact, FactKind, FactsNoMapping, FactTwice, NotAText
from gkflow.domain.sentences import said

VALUES = (str, int, float, Decimal, date)  # bool is an int, datetime a date


def require_texts(**given: object) -> None:
    """Refuse a value that is not text: a case number, a name, a code. Raises Refused ("not_a_text") with its name."""
    for name, value in given.items():
        if not isinstance(value, str):
            raise NotAText(name=name, kind=type(value).__name__)


def facts_given(facts: Mapping[str, object] | None, named: Mapping[str, object]) -> dict[str, object]:
    """
    The facts in *facts* and those given by name, merged. Raises Refused ("facts_no_mapping", "fact_twice") where one
    would silently replace the other.
    """
    if facts is None:
        return dict(named)
    if not isinstance(facts, Mapping):
        raise FactsNoMapping(kind=type(facts).__name__)
    for name, value in named.items():
        if name in facts and facts[name] != value:
            raise FactTwice(fact=name)
    return {**facts, **named}


def require_value(action: str, fact: str, label: str, value: object) -> None:
    """Refuse a value that no fact has: of another type, no number, not storable. Raises Refused ("fact_kind")."""
    if not isinstance(value, VALUES):
        raise FactKind(action=action, fact=fact, label=label, kind=type(value).__name__)
    rule = said("a number") if not_finite(value) else ""
    if isinstance(value, str) and (mark := broken(value)):
        rule = said("text without {marks}", marks=mark)
    if rule:
        raise BadFact(action=action, fact=fact, label=label, value=value, rule=rule, cite="")


def not_finite(value: object) -> bool:
    """Whether a value is a float or decimal without a value: its text would be "nan" or "Infinity"."""
    if isinstance(value, Decimal):
        return not value.is_finite()
    return isinstance(value, float) and not isfinite(value)
