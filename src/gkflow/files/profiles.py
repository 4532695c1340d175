"""
Profile files (地方规则): shorter local limits, blanks filled, readings and ladders chosen, and the units of a place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from gkflow.domain.law import Law, TimeLimit
from gkflow.domain.rulebook import loosening, mean_limit
from gkflow.files.kinds.profile import ProfileFile
from gkflow.files.model_reader import Found, read_model
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
        found = read_model(ProfileFile, node, faults)
        file = found.model
        readings = {flow: MappingProxyType(picks) for flow, picks in file.readings.items()}
        profiles[file.profile] = Profile(
            name=file.profile,
            label=file.label,
            instead=MappingProxyType(dict(_instead(found, law))),
            ladders=MappingProxyType({ladder: other for ladder, other in file.ladders.items() if other}),
            readings=MappingProxyType(readings),
            duties=tuple(file.duties),
            plan=file.plan,
            units=tuple(_unit(code, found) for code in file.units),
            cite=file.cite,
        )
    return profiles


def _instead(found: Found[ProfileFile], law: Law) -> Iterator[tuple[str, str]]:
    for name, local in found.model.limits.items():
        if not local:
            continue  # reported already
        line = found.line_of("limits", name)
        limit, other = (_known(law, each, found, line) for each in (name, local))
        if limit is None or other is None:
            continue
        for reason in loosening(limit, other):
            found.faults.add(found.node.file, line, f'limit "{name}": a profile may only tighten; {reason}')
        yield name, local


def _known(law: Law, name: str, found: Found[ProfileFile], line: int) -> TimeLimit | None:
    limit = law.limits.get(name)
    if limit is None:
        found.faults.add(found.node.file, line, f'no limit "{name}"{mean_limit(name, law.limits)}')
    return limit


def _unit(code: str, found: Found[ProfileFile]) -> Unit:
    keys = found.model.units[code]
    if wrong := _wrong_region(keys.region):
        found.fault(wrong, "units", code, key="region")
    region = "" if wrong else keys.region
    return Unit(code, keys.label, keys.level, keys.batch, tuple(keys.fields), region)


def readings_from(section: Section) -> Mapping[str, Mapping[str, str]]:
    """Which readings are picked (口径选择): by workflow, what is chosen and the name of the reading."""
    named = section.named("readings", "readings", needed=False)
    return MappingProxyType({flow: MappingProxyType(dict(_picks(each))) for flow, each in named})


def _picks(section: Section) -> Iterator[tuple[str, str]]:
    for what in section.node.value if section.sound else ():
        yield str(what), section.text(str(what))


def unit_from(code: str, section: Section) -> Unit:
    """One unit, as the settings of an office say it."""
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
    if wrong := _wrong_region(region):
        section.fault(wrong, "region")
        return ""
    return region


def _wrong_region(region: str) -> str:
    if not region or (len(region) == 6 and region.isascii() and region.isdigit()):
        return ""
    return f'region "{region}": write six figures (GB/T 2260), as "450000"'
