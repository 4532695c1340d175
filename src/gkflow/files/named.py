"""
What the settings name (设置中的名称): units, people, workflows, profiles, duties and colours, each one that there is.

A name that nobody knows would be passed over in silence; it is a fault, with its line and what there is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType

from gkflow.domain.rulebook import mean
from gkflow.files.profiles import Unit, readings_from
from gkflow.files.rule_sources import NATIONAL
from gkflow.files.strict_reader import Section

# No law knows colours: a light is shown while at most so many working days are left.
LIGHTS = ((2, "orange"), (5, "yellow"))
# The colours of a warning that may be set (蓝、黄、橙); green and red are shown without a number of days.
COLOURS = ("blue", "yellow", "orange")
_SERIES = re.compile(r"[0-9A-Za-z\u4e00-\u9fff]{1,12}")


def office_from(section: Section, units: Mapping[str, Unit]) -> tuple[str, str]:
    """[office]: the name, and the unit that acts where a command names none; where units are set, it is one of them."""
    office, unit = "", "UNIT"
    for each in section.table("office", "[office]"):
        office, unit = each.text("name", ""), each.text("unit", unit)
        if units and "unit" in each and unit not in units:
            each.fault(f'no unit "{unit}"{_mean(unit, units)}', "unit")
    return office, unit


def profile_from(section: Section, there: Collection[str] | None) -> str:
    """The local rules that the office works by (地方规则)."""
    profile = section.text("profile", NATIONAL)
    if there is not None and profile not in there:
        section.fault(f'no profile "{profile}"{_mean(profile, there)}', "profile")
    return profile


def readings_named(section: Section, workflows: Collection[str] | None) -> Mapping[str, Mapping[str, str]]:
    """[readings.WORKFLOW]: which readings are picked, for workflows that there are (口径选择)."""
    for workflow, node in section.items("readings") if workflows is not None else ():
        if workflow not in (workflows or ()):
            wrong = f'readings: no workflow "{workflow}"{_mean(workflow, workflows or ())}'
            section.faults.add(node.file, workflow.line, wrong)
    return readings_from(section)


def duties_from(section: Section, there: Collection[str] | None) -> tuple[str, ...] | None:
    """The recurring duties that are taken on (周期职责); None where the settings leave it to the profile."""
    if "duties" not in section:
        return None
    found = section.texts("duties")
    if there is not None:
        for duty in found:
            if duty not in there:
                section.fault(f'duties: no duty "{duty}"{_mean(duty, there)}', "duties")
    return found


def _mean(name: str, there: Collection[str]) -> str:
    """The nearest name, or all that there are: the settings may name no other."""
    hint = mean(name, there)
    return hint if hint.startswith(" ") else f"; there are: {', '.join(sorted(there))}"


def accounts_from(section: Section, names: Collection[str]) -> Mapping[str, str]:
    """[accounts] account = "person": which person an account of the operating system is (账户与人员)."""
    found = {}
    for account, node in section.items("accounts"):
        if isinstance(node.value, str) and (node.value in names or node.value == "*"):
            found[str(account)] = node.value
        else:
            wrong = f'[accounts] {account}: a person of [[people]] is wanted, or "*" for all'
            if isinstance(node.value, str) and names:
                there = f'{", ".join(names)}, and "*" for all'
                wrong = f'[accounts] {account}: no person "{node.value}"; there are: {there}'
            section.faults.add(node.file, account.line, wrong)
    return MappingProxyType(found)


def lights_from(section: Section) -> tuple[tuple[int, str], ...]:
    """Colours with the most working days left at which they are shown, the most urgent first."""
    found = []
    for colour, node in section.items("lights"):
        if str(colour) in COLOURS and type(node.value) is int and node.value >= 0:
            found.append((node.value, str(colour)))
            continue
        wrong = f"[lights] {colour}: a number of working days is wanted; green and red need none"
        if str(colour) not in (*COLOURS, "green", "red"):
            wrong = f'[lights]: no colour "{colour}"{_mean(colour, COLOURS)}'
        section.faults.add(node.file, colour.line, wrong)
    return tuple(sorted(found)) or LIGHTS


def numbers_from(section: Section, workflows: Collection[str] | None) -> Mapping[str, str]:
    """[numbers] workflow = "CF": its cases are numbered UNIT-CF-2026-0001, in a series of their own (编号系列)."""
    found: dict[str, str] = {}
    for workflow, node in section.items("numbers"):
        text = node.value
        if workflows is not None and workflow not in workflows:
            wrong = f'[numbers]: no workflow "{workflow}"{_mean(workflow, workflows)}'
            section.faults.add(node.file, workflow.line, wrong)
        elif not isinstance(text, str) or not _SERIES.fullmatch(text):
            section.wrong(f"[numbers] {workflow}", node, "letters, figures or Chinese characters, as CF or 处罚")
        elif text in found.values():
            wrong = f'[numbers] {workflow}: series "{text}" is given to another workflow'
            section.faults.add(node.file, workflow.line, wrong)
        else:
            found[str(workflow)] = text
    return MappingProxyType(found)
