"""
Profile files (地方规则): shorter local limits, filled blanks, chosen readings and ladders, and the units of a place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from gkflow.domain.law import Law, TimeLimit
from gkflow.domain.rulebook import loosening, mean_limit
from gkflow.domain.sentences import said
from gkflow.files.kinds.profile import ProfileFile, UnitKeys
from gkflow.files.model_reader import Found, read_model
from gkflow.files.nodes import Faults, Node
from gkflow.files.rule_sources import LAW

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Unit:
    """An office of a place (机关): its label, its level, the batch of a plan, the fields that it owns."""

    code: str
    label: str
    level: str = ""
    batch: int = 0
    fields: tuple[str, ...] = ()
    region: str = ""  # six-digit code (GB/T 2260) of the region that sets its days off


@dataclass(frozen=True, slots=True)
class Profile:
    """The local settings of a place (地方规则)."""

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
            units=tuple(unit_of(code, keys, found) for code, keys in file.units.items()),
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
            found.faults.add(
                found.node.file,
                line,
                said('limit "{name}": a profile may only tighten; {reason}', name=name, reason=reason),
            )
        yield name, local


def _known(law: Law, name: str, found: Found[ProfileFile], line: int) -> TimeLimit | None:
    limit = law.limits.get(name)
    if limit is None and not found.faults.has_file(LAW, name.partition("/")[0]):
        found.faults.add(
            found.node.file, line, said('no limit "{name}"{mean}', name=name, mean=mean_limit(name, law.limits))
        )
    return limit


def unit_of(code: str, keys: UnitKeys, found: Found[Any]) -> Unit:
    """One unit, from a profile or the settings of an office."""
    wrong = _wrong_region(keys.region)
    if wrong:
        found.fault(wrong, "units", code, key="region")
    return Unit(code, keys.label, keys.level, keys.batch, tuple(keys.fields), "" if wrong else keys.region)


def _wrong_region(region: str) -> str:
    if not region or (len(region) == 6 and region.isascii() and region.isdigit()):
        return ""
    return said('region "{region}": write six figures (GB/T 2260), as "450000"', region=region)
