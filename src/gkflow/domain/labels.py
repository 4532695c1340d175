"""What an objection names (名称的标签): the labels of its workflow, actions and states, for the people who read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from gkflow.domain.errors import GkflowError, Labels
from gkflow.domain.workflow import Workflow

_E = TypeVar("_E", bound=GkflowError)
# The facts of an objection that are names of the rule files.
NAMED = ("action", "allowed", "first", "state", "workflow")


def with_labels(error: _E, workflows: Iterable[Workflow]) -> _E:
    """The objection with the labels of what it names; those of its own workflow come before all others."""
    if error.called is None and (names := set(_names(error))):
        own = error.facts.get("workflow")
        ordered = sorted(workflows, key=lambda each: each.name != own)
        others: dict[str, str] = {}
        for workflow in ordered:
            for name in names - others.keys():
                if (found := workflow.states.get(name) or workflow.actions.get(name)) is not None:
                    others[name] = found.label
        error.called = Labels({each.name: each.label for each in ordered if each.name in names}, others)
    return error


def _names(error: GkflowError) -> Iterator[str]:
    for fact in NAMED:
        value = error.facts.get(fact)
        for each in (value,) if isinstance(value, str) else value if isinstance(value, (list, tuple)) else ():
            yield str(each)
