"""
The named readings of a workflow file (口径), and the facts that an action requires.

A reading only requires more facts and excludes choices, so that a sound workflow stays sound under each of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from gkflow.domain.fact_rules import FactSpec, Requirement
from gkflow.domain.rulebook import mean
from gkflow.domain.sentences import said
from gkflow.domain.workflow import Action, Choosing, Reading
from gkflow.files.clock_rules import held_of
from gkflow.files.kinds.workflow import DemandKeys, ReadingKeys, WorkflowFile
from gkflow.files.model_reader import Found
from gkflow.files.openings import conditions_of

_Asked = dict[str, tuple[Requirement, ...]]  # by action


@dataclass(slots=True)
class Readings:
    """What the readings in use add to a workflow (适用口径)."""

    choosing: tuple[Choosing, ...] = ()
    needs: _Asked = field(default_factory=dict)
    needs_on_record: _Asked = field(default_factory=dict)
    wants: _Asked = field(default_factory=dict)
    wants_on_record: _Asked = field(default_factory=dict)

    def closed(self, fact: str, choices: Mapping[str, str]) -> Mapping[str, str]:
        """The choices of a fact that the readings exclude, each with the reading."""
        return MappingProxyType(
            {
                code: f"{each.label}：{each.among[each.chosen].label}"
                for each in self.choosing
                for code in choices
                if fact in each.among[each.chosen].choices and code not in each.among[each.chosen].choices[fact]
            }
        )

    def compare(self, found: Found[WorkflowFile], actions: Mapping[str, Action], facts: Mapping[str, FactSpec]) -> None:
        """Whether every reading, in use or not, names existing actions, facts and choices."""
        for choosing in self.choosing:
            for reading in choosing.among.values():
                what = said('reading "{name}"', name=reading.name)
                for action, fact in reading.facts:
                    if action not in actions:
                        found.fault(
                            said(
                                '{what}: no action "{action}"{mean}',
                                what=what,
                                action=action,
                                mean=mean(action, actions),
                            ),
                            key="readings",
                        )
                    if fact not in facts:
                        found.fault(
                            said('{what}: no fact "{fact}"{mean}', what=what, fact=fact, mean=mean(fact, facts)),
                            key="readings",
                        )
                for fact, codes in reading.choices.items():
                    known = facts[fact].choices if fact in facts else {}
                    for code in codes:
                        if code not in known:
                            found.fault(
                                said('{what}: fact "{fact}" has no choice "{code}"', what=what, fact=fact, code=code),
                                key="readings",
                            )


def readings_of(found: Found[WorkflowFile]) -> Readings:
    """The choices of a workflow file, and the reading in use: the one picked, else the first."""
    picks = dict(found.model.reading)
    result = Readings()
    choosing = []
    for what, keys in found.model.readings.items():
        path = ("readings", what)
        options = {name: _option(found, name, each, *path, "among", name) for name, each in keys.among.items()}
        pick = picks.pop(what, "")
        if not options:
            found.fault(said("offers nothing (among)"), *path, key="among")
            continue
        chosen = next(iter(options))
        if pick in options:
            chosen = pick
        elif pick:
            wrong = said('no reading "{pick}" of {what}{mean}', pick=pick, what=what, mean=mean(pick, options))
            found.faults.at(found.node_at("reading", what), wrong)
        reading, asked = options[chosen]
        places = (result.needs, result.needs_on_record, result.wants, result.wants_on_record)
        for held, added in zip(places, asked, strict=True):
            for action, requirements in added.items():
                held[action] = (*held.get(action, ()), *requirements)
        among = {name: option for name, (option, _) in options.items()}
        choosing.append(Choosing(what, keys.label, reading.name, MappingProxyType(among)))
    for what in picks:
        found.faults.at(found.node_at("reading", what), said('no readings of "{what}" to choose among', what=what))
    result.choosing = tuple(choosing)
    return result


_KEYS = ("needs", "needs_on_record", "wants", "wants_on_record")


def _option(
    found: Found[WorkflowFile], name: str, keys: ReadingKeys, *path: str | int
) -> tuple[Reading, tuple[_Asked, ...]]:
    asked: tuple[_Asked, ...] = tuple(
        {
            action: tuple(requirements_of(found, demands, *path, key, action, on_record=key.endswith("_on_record")))
            for action, demands in getattr(keys, key).items()
        }
        for key in _KEYS
    )
    choices = {fact: tuple(codes) for fact, codes in keys.choices.items()}
    needed = [(action, need) for each in asked for action, needs in each.items() for need in needs]
    facts = [(action, fact) for action, need in needed for fact in (need.fact, *(each.fact for each in need.unless))]
    return Reading(name, keys.label, keys.cite, tuple(facts), MappingProxyType(choices)), asked


def requirements_of(
    found: Found[WorkflowFile], demands: Sequence[Mapping[str, DemandKeys]], *path: str | int, on_record: bool = False
) -> Iterator[Requirement]:
    """
    Required facts: a list of names, where a name may have an exception.

    ``needs: [decision, {uscc: {unless: {party: [natural_person]}}}]``; ``since`` and ``until`` are the days between
    which it is required, by the day of the entry or of the fact that ``day`` names.
    """
    for at, demand in enumerate(demands):
        for fact, keys in demand.items():
            held = held_of(keys.since, keys.until, found, *path, at, fact)
            if held is None and "unless" not in keys.model_fields_set:
                found.fault(said('key "unless" is missing'), *path, at, fact)
            yield Requirement(fact, on_record, conditions_of(keys.unless), held, keys.day)
