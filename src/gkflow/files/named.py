"""
Names in the settings (设置中的名称): units, people, workflows, profiles, tasks and colours must exist.

An unknown name would be ignored silently, so it is a fault, with its line and the existing names.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType

from gkflow import plugs
from gkflow.domain.rulebook import mean
from gkflow.domain.sentences import said
from gkflow.domain.urgency import LIGHTS
from gkflow.files.kinds.settings import COLOURS, SettingsFile
from gkflow.files.model_reader import Found
from gkflow.files.nodes import shown
from gkflow.files.people import id_named
from gkflow.files.profiles import Unit
from gkflow.files.rule_sources import RuleNames

_SERIES = re.compile(r"[0-9A-Za-z\u4e00-\u9fff]{1,12}")


def check_names(found: Found[SettingsFile], units: Mapping[str, Unit], names: RuleNames) -> None:
    """Report each unknown name of a unit, a profile, a workflow or a task."""
    file = found.model
    if file.office is not None and units and "unit" in file.office.model_fields_set and file.office.unit not in units:
        found.fault(
            said('no unit "{unit}"{mean}', unit=file.office.unit, mean=_mean(file.office.unit, units)),
            "office",
            key="unit",
        )
    if names.profiles is not None and file.profile and file.profile not in names.profiles:
        found.fault(
            said('no profile "{profile}"{mean}', profile=file.profile, mean=_mean(file.profile, names.profiles)),
            key="profile",
        )
    if not plugs.is_known(plugs.PREDICTORS, file.predictor):
        there = plugs.names(plugs.PREDICTORS)
        hint = mean(file.predictor, there)
        hint = "" if hint.startswith(";") else hint  # the sentence already lists the existing ones
        wrong = said(
            'predictor must be one of {names}, not "{predictor}"{hint}',
            names=there,
            predictor=file.predictor,
            hint=hint,
        )
        found.fault(wrong, key="predictor")
    for workflow in _unknown(file.readings, names.workflows):
        wrong = said(
            'readings: no workflow "{workflow}"{mean}', workflow=workflow, mean=_mean(workflow, names.workflows or ())
        )
        found.fault_at(wrong, "readings", workflow)
    for duty in _unknown(file.duties, names.duties):
        found.fault(
            said('duties: no duty "{duty}"{mean}', duty=duty, mean=_mean(duty, names.duties or ())), key="duties"
        )


def _unknown(named: Iterable[str], there: Collection[str] | None) -> list[str]:
    return [name for name in named if there is not None and name not in there]


def _mean(name: str, there: Collection[str]) -> str:
    """The nearest name, or all existing ones: the settings may name no other."""
    hint = mean(name, there)
    return hint if hint.startswith(" ") else said("; there are: {names}", names=sorted(there))


def accounts_of(found: Found[SettingsFile], names: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    """[accounts] account = "person": which person an account of the operating system is (账户与人员)."""
    accounts = {}
    for account, person in found.model.accounts.items():
        if isinstance(person, str) and (person in names or person == "*"):
            accounts[account] = id_named(found, names, person, "accounts", account)
            continue
        wrong = said('[accounts] {account}: a person of [[people]] is wanted, or "*" for all', account=account)
        if isinstance(person, str) and names:
            there = said('{names}, and "*" for all', names=names)
            wrong = said(
                '[accounts] {account}: no person "{person}"; there are: {there}',
                account=account,
                person=person,
                there=there,
            )
        found.fault_at(wrong, "accounts", account)
    return MappingProxyType(accounts)


def lights_of(found: Found[SettingsFile]) -> tuple[tuple[int, str], ...]:
    """Colours with the most working days left at which they are shown, the most urgent first."""
    lights = []
    for colour, days in found.model.lights.items():
        if colour in COLOURS and type(days) is int and days >= 0:
            lights.append((days, colour))
            continue
        wrong = said("[lights] {colour}: a number of working days is wanted; green and red need none", colour=colour)
        if colour not in (*COLOURS, "green", "red"):
            wrong = said('[lights]: no colour "{colour}"{mean}', colour=colour, mean=_mean(colour, COLOURS))
        found.fault_at(wrong, "lights", colour)
    return tuple(sorted(lights)) or LIGHTS


def numbers_of(found: Found[SettingsFile], workflows: Collection[str] | None) -> Mapping[str, str]:
    """[numbers] workflow = "CF": its cases are numbered UNIT-CF-2026-0001, in a series of their own (编号系列)."""
    numbers: dict[str, str] = {}
    for workflow, text in found.model.numbers.items():
        place = ("numbers", workflow)
        if workflows is not None and workflow not in workflows:
            found.fault_at(
                said('[numbers]: no workflow "{workflow}"{mean}', workflow=workflow, mean=_mean(workflow, workflows)),
                *place,
            )
        elif not isinstance(text, str) or not _SERIES.fullmatch(text):
            there = shown(found.node_at(*place))
            wanted = said("letters, figures or Chinese characters, as CF or 处罚")
            found.fault_at(
                said(
                    "[numbers] {workflow} must be {wanted}, not {there}", workflow=workflow, wanted=wanted, there=there
                ),
                *place,
            )
        elif text in numbers.values():
            found.fault_at(
                said(
                    '[numbers] {workflow}: series "{text}" is given to another workflow', workflow=workflow, text=text
                ),
                *place,
            )
        else:
            numbers[workflow] = text
    return MappingProxyType(numbers)
