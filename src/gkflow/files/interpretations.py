"""
The named readings of a workflow file (口径), and the facts that an action must have.

A reading only asks for more facts and closes choices, so that a workflow that is sound stays so under each of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from gkflow.domain.rulebook import mean
from gkflow.domain.workflow import Action, Choosing, FactSpec, Reading, Requirement
from gkflow.files.clock_rules import read_conditions, read_held
from gkflow.files.strict_reader import Section

_Asked = dict[str, tuple[Requirement, ...]]  # by action


@dataclass(slots=True)
class Readings:
    """What the readings that hold here add to a workflow (适用口径)."""

    choosing: tuple[Choosing, ...] = ()
    needs: _Asked = field(default_factory=dict)
    needs_on_record: _Asked = field(default_factory=dict)
    wants: _Asked = field(default_factory=dict)
    wants_on_record: _Asked = field(default_factory=dict)

    def closed(self, fact: str, choices: Mapping[str, str]) -> Mapping[str, str]:
        """The choices of a fact that the readings leave no room for, each with the reading that closes it."""
        return MappingProxyType(
            {
                code: f"{each.label}：{each.among[each.chosen].label}"
                for each in self.choosing
                for code in choices
                if fact in each.among[each.chosen].choices and code not in each.among[each.chosen].choices[fact]
            }
        )

    def compare(self, section: Section, actions: Mapping[str, Action], facts: Mapping[str, FactSpec]) -> None:
        """Whether every reading, the one that holds and the others, names actions, facts and choices that exist."""
        for choosing in self.choosing:
            for reading in choosing.among.values():
                what = f'reading "{reading.name}"'
                for action, fact in reading.facts:
                    if action not in actions:
                        section.fault(f'{what}: no action "{action}"{mean(action, actions)}', "readings")
                    if fact not in facts:
                        section.fault(f'{what}: no fact "{fact}"{mean(fact, facts)}', "readings")
                for fact, codes in reading.choices.items():
                    known = facts[fact].choices if fact in facts else {}
                    for code in codes:
                        if code not in known:
                            section.fault(f'{what}: fact "{fact}" has no choice "{code}"', "readings")


def read_readings(section: Section) -> Readings:
    """What a workflow file offers, and which of it holds: what its ``reading`` picks, else the first."""
    picks = {str(what): node for what, node in section.items("reading")}
    found = Readings()
    choosing = []
    for what, each in section.named("readings", "readings", needed=False):
        label = each.text("label")
        options = {name: _option(name, option) for name, option in each.named("among", "reading", check=False)}
        if not options:
            each.fault("offers nothing (among)", "among")
            continue
        chosen = next(iter(options))
        pick = picks.pop(what, None)
        if pick is not None and pick.value in options:
            chosen = str(pick.value)
        elif pick is not None:
            section.faults.at(pick, f'no reading "{pick.value}" of {what}{mean(str(pick.value), options)}')
        reading, asked = options[chosen]
        places = (found.needs, found.needs_on_record, found.wants, found.wants_on_record)
        for held, added in zip(places, asked, strict=True):
            for action, requirements in added.items():
                held[action] = (*held.get(action, ()), *requirements)
        among = {name: option for name, (option, _) in options.items()}
        choosing.append(Choosing(what, label, reading.name, MappingProxyType(among)))
    for what, node in picks.items():
        section.faults.at(node, f'no readings of "{what}" to choose among')
    found.choosing = tuple(choosing)
    return found


_KEYS = ("needs", "needs_on_record", "wants", "wants_on_record")


def _option(name: str, section: Section) -> tuple[Reading, tuple[_Asked, ...]]:
    asked = tuple(_asked(section, key) for key in _KEYS)
    choices = {str(fact): section.as_texts(f"choices {fact}", node) for fact, node in section.items("choices")}
    needed = [(action, need) for each in asked for action, needs in each.items() for need in needs]
    facts = [(action, fact) for action, need in needed for fact in (need.fact, *(each.fact for each in need.unless))]
    reading = Reading(name, section.text("label"), section.text("cite", ""), tuple(facts), MappingProxyType(choices))
    return reading, asked


def _asked(section: Section, key: str) -> _Asked:
    found: _Asked = {}
    for each in section.sections(key):
        for action in each.node.value if each.sound else ():
            found[str(action)] = tuple(read_requirements(each, str(action), key.endswith("_on_record")))
    return found


def read_requirements(section: Section, key: str, on_record: bool = False) -> Iterator[Requirement]:
    """
    Facts that must be there: a list of names, where a name may carry what dispenses with it.

    ``needs: [decision, {uscc: {unless: {party: [natural_person]}}}]``; ``since`` and ``until`` say between which
    days it is asked for, by the day of the entry or of the fact that ``day`` names.
    """
    node = section.get(key)
    if node is None:
        return
    for item in node.value if isinstance(node.value, list) else [node]:
        if isinstance(item.value, str):
            yield Requirement(item.value, on_record)
        elif isinstance(item.value, dict):
            for fact, how in item.value.items():
                with Section(how, f"{section.what}: {key} {fact}", section.faults, line=fact.line) as each:
                    held = read_held(each)
                    unless = read_conditions(each, "unless", needed=held is None)
                    yield Requirement(str(fact), on_record, unless, held, each.text("day", ""))
        else:
            section.wrong(key, item, "names of facts")
