"""
Profile files (地方规则): shorter local limits, blanks filled, readings and ladders chosen, and the units of a place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from gkflow.domain.law import Law, TimeLimit
from gkflow.domain.rulebook import loosening, mean_limit
from gkflow.files.nodes import Faults, Node
from gkflow.files.strict_reader import Section

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Unit:
    """An office of a place (机关): its label, its level, the batch of a plan, the fields that it owns."""

    code: str
    label: str
    level: str = ""
    batch: int = 0
    fields: tuple[str, ...] = ()
    region: str = ""  # six figures (GB/T 2260): where its days off are settled


@dataclass(frozen=True, slots=True)
class Profile:
    """What a place settles for itself (地方规则)."""

    name: str
    label: str
    instead: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    ladders: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    readings: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    duties: tuple[str, ...] = ()
    plan: str = ""
    units: tuple[Unit, ...] = ()
    cite: str = ""


def profiles_from(nodes: Iterator[Node], law: Law, faults: Faults) -> dict[str, Profile]:
    """All profiles by name; one that loosens a limit is a fault, with the article."""
    profiles: dict[str, Profile] = {}
    for node in nodes:
        with Section(node, "", faults) as section:
            name = section.text("profile")
            instead = dict(_instead(section, law))
            profiles[name] = Profile(
                name=name,
                label=section.text("label"),
                instead=MappingProxyType(instead),
                ladders=MappingProxyType(dict(_texts(section, "ladders"))),
                readings=readings_from(section),
                duties=section.texts("duties"),
                plan=section.text("plan", ""),
                units=tuple(
                    unit_from(code, each) for code, each in section.named("units", "unit", needed=False, check=False)
                ),
                cite=section.text("cite", ""),
            )
    return profiles


def _instead(section: Section, law: Law) -> Iterator[tuple[str, str]]:
    for key, value in section.items("limits"):
        if not isinstance(value.value, str):
            section.wrong(f'limit "{key}"', value, "the name of a limit")
            continue
        limit = _known(law, str(key), Node(None, section.node.file, key.line), section.faults)
        other = _known(law, value.value, value, section.faults)
        if limit is None or other is None:
            continue
        for reason in loosening(limit, other):
            text = f'limit "{key}": a profile may only tighten; {reason}'
            section.faults.add(section.node.file, key.line, text)
        yield str(key), value.value


def _known(law: Law, name: str, place: Node, faults: Faults) -> TimeLimit | None:
    limit = law.limits.get(name)
    if limit is None:
        faults.at(place, f'no limit "{name}"{mean_limit(name, law.limits)}')
    return limit


def _texts(section: Section, key: str) -> Iterator[tuple[str, str]]:
    for name, node in section.items(key):
        if isinstance(node.value, str) and node.value:
            yield str(name), node.value
        else:
            section.wrong(f"{key} {name}", node, "a name")


def readings_from(section: Section) -> Mapping[str, Mapping[str, str]]:
    """Which readings are picked (口径选择): by workflow, what is chosen and the name of the reading."""
    named = section.named("readings", "readings", needed=False)
    return MappingProxyType({flow: MappingProxyType(dict(_picks(each))) for flow, each in named})


def _picks(section: Section) -> Iterator[tuple[str, str]]:
    for what in section.node.value if section.sound else ():
        yield str(what), section.text(str(what))


def unit_from(code: str, section: Section) -> Unit:
    """One unit, as a profile or the settings of an office say it."""
    return Unit(
        code=code,
        label=section.text("label"),
        level=section.text("level", ""),
        batch=section.integer("batch", 0, least=0),
        fields=section.texts("fields"),
        region=_region(section),
    )


def _region(section: Section) -> str:
    region = section.text("region", "")
    if region and not (len(region) == 6 and region.isascii() and region.isdigit()):
        section.fault(f'region "{region}": write six figures (GB/T 2260), as "450000"', "region")
        return ""
    return region
