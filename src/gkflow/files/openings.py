"""From the models to the domain (模型到领域对象): conditions, and a case that follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from gkflow.domain.fact_rules import Condition
from gkflow.domain.workflow import Opening
from gkflow.files.kinds.opening import OpeningKeys


def conditions_of(when: Mapping[str, Sequence[str]]) -> tuple[Condition, ...]:
    """Conditions on the facts of an entry (条件)."""
    return tuple(Condition(fact, frozenset(values)) for fact, values in when.items())


def opening_of(keys: OpeningKeys) -> Opening:
    """A case that follows (派生案件)."""
    return Opening(keys.workflow, conditions_of(keys.when), MappingProxyType(keys.facts), MappingProxyType(keys.set))
