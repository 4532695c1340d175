"""
Resolving names (名称的归集): a unit or a person by code or Chinese label; an unknown one is refused.

An unknown name would give an empty list, which reads as "all is well", or a case without an owner.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from gkflow.application.actions import Command
from gkflow.application.checks import near_case
from gkflow.application.given import require_texts
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import SYSTEM, Ledger
from gkflow.domain.errors import GkflowError, NotFound, Refused
from gkflow.domain.hints import there_are
from gkflow.domain.objections.cases import UnknownCase
from gkflow.domain.objections.people import (
    AccountUnbound,
    AmbiguousPerson,
    MayNotActFor,
    UnknownOfficer,
    UnknownPerson,
    UnknownUnit,
)
from gkflow.domain.objections.units import UnitNotServed
from gkflow.domain.rulebook import mean
from gkflow.domain.sentences import said
from gkflow.domain.workflow import Workflow

ACTED_BY = "acted_by"  # the remark that names who entered an act on behalf of another
OFFICER = "officer"  # the fact that names who handles the case
_EVERYBODY = "*"
_MANY = 20  # names that one line can hold


def unit_named(rules: OfficeContext, text: str, on_record: Iterable[str] = ()) -> str:
    """
    The code of a unit (机关), given by code or label; *on_record* are codes that came with a register.

    Raises NotFound ("unknown_unit") with the nearest names and the existing units.
    """
    name = text.strip()
    codes = {**{code: code for code in on_record if code}, **rules.units, **{c: c for c in rules.units.values()}}
    if (code := codes.get(name)) is not None or not codes:
        return code or name
    labels = {code: label for label, code in rules.units.items()}
    known = dict.fromkeys(codes.values())
    there = [f"{labels[code]}({code})" if labels.get(code, code) != code else code for code in known]
    raise UnknownUnit(unit=name, mean=_near(name, codes), units=there)


def unit_on_record(ledger: Ledger, rules: OfficeContext, text: str) -> str:
    """The code of a unit that the settings name or a case has (机关). Raises NotFound ("unknown_unit")."""
    try:
        return unit_named(rules, text)
    except UnknownUnit:
        if ledger.lists.is_unit(text):
            return text
        raise


def only_unit(ledger: Ledger) -> str:
    """The unit of an office that is limited to a single one (限定单位), which need not be named; else empty."""
    return ledger.units[0] if len(ledger.units) == 1 else ""


def unit_served(ledger: Ledger, unit: str) -> str:
    """The unit for which something is done, if it is one of those of a limited office. Raises Refused."""
    if ledger.units and unit not in ledger.units:
        raise UnitNotServed(unit=unit, units=ledger.units)
    return unit


def officer_named(rules: OfficeContext, text: str, on_record: Iterable[str]) -> str:
    """
    An officer to filter by (承办人), known to the settings or a case. Raises NotFound ("unknown_officer") with the
    nearest names and the existing ones, or with why there is none.
    """
    name = rules.person(text.strip())
    people = dict.fromkeys(person.id for person in rules.people)
    if name in people:
        return name
    names = tuple(dict.fromkeys([*people, *rules.names.values(), *(each for each in on_record if each)]))
    if name not in names:
        there = there_are(names[:_MANY]) if names else said("; no case has an officer")
        if not people:
            there = said("{there}; the settings name no people", there=there)
        raise UnknownOfficer(person=name, mean=_near(name, names), there=there)
    return name


def _near(name: str, names: Iterable[str]) -> str:
    """A hint at the nearest name only: the objection lists all of them anyway."""
    hint = mean(name, tuple(names))
    return hint if hint.startswith(" ") else ""


def case_named(ledger: Ledger, number: str) -> str:
    """The number of a case on record. Raises NotFound ("unknown_case") with similar numbers."""
    require_texts(case=number)
    if ledger.docket.line(number) is None:
        raise UnknownCase(case=number, mean=near_case(ledger, number))
    return number


def act_named(rules: OfficeContext, act: Command) -> Command:
    """
    The act with its unit by code, and with its actor. Raises NotFound for an unknown unit, and Refused for an unknown
    person or where the account may not act in that name.
    """
    unit = unit_named(rules, act.unit) if act.unit else ""
    by, through = who_acts(rules, act.by)
    check_person(rules, by, unit)
    if (unit, by, through) == (act.unit, act.by, ""):
        return act
    remarks = {**act.remarks, ACTED_BY: through} if through else act.remarks
    return replace(act, unit=unit, by=by, remarks=remarks)


def who_acts(rules: OfficeContext, by: str) -> tuple[str, str]:
    """
    In whose name an act is entered, and who entered it on their behalf (代办); the latter is empty if they are the
    same.

    If the settings bind operating-system accounts to people ([accounts]), an account acts as its person, and in the
    name of others only if that person ``acts_for`` them. Raises Refused ("account_unbound", "may_not_act_for").
    """
    by = rules.person(by)
    if not rules.accounts or by == SYSTEM:
        return by, ""
    bound = rules.accounts.get(rules.account or "")
    if bound is None:
        raise AccountUnbound(account=rules.account or "—", by=by or "—")
    if bound == _EVERYBODY or by == bound:
        return by, ""
    if not by:
        return bound, ""
    allowed = [name for person in rules.people if person.id == bound for name in person.acts_for]
    if by not in allowed and _EVERYBODY not in allowed:
        raise MayNotActFor(person=bound, by=by, account=rules.account or "—", allowed=[bound, *allowed])
    return by, bound


def check_person(rules: OfficeContext, name: str, unit: str) -> None:
    """
    The actor must be one of the settings' people (经办人), if they name anybody for the unit. If they name nobody, the
    office must still be able to work, and ``doctor`` reports it.
    """
    if not name or name == SYSTEM or any(person.id == name for person in rules.people):
        return
    people = [person.id for person in rules.people if person.unit == (unit or rules.unit)]
    if people:
        names = tuple(dict.fromkeys(person.id for person in rules.people))
        raise UnknownPerson(person=name, mean=_near(name, (*names, *rules.names.values())), people=names)


def facts_by_code(rules: OfficeContext, workflow: Workflow, facts: dict[str, object]) -> dict[str, object]:
    """
    Facts that name a unit, as its code, and those that name people, as their ids. Raises NotFound ("unknown_unit"),
    Refused ("ambiguous_person").
    """
    if rules.names:
        for name in people_facts(workflow):
            if isinstance(value := facts.get(name), str):
                facts[name] = rules.person(value)
    for name, value in facts.items():
        spec = workflow.facts.get(name)
        if spec is not None and spec.type == "unit":
            facts[name] = unit_named(rules, str(value))
    return facts


def known_units(rules: OfficeContext, facts: Mapping[str, object], workflow: Workflow) -> dict[str, object]:
    """Facts of a register, with units as codes and people as ids; an unknown unit keeps its text."""
    if rules.names:
        named = {name: facts[name] for name in people_facts(workflow) if isinstance(facts.get(name), str)}
        facts = {**facts, **{name: rules.person_or_same(str(text)) for name, text in named.items()}}
    return {
        name: rules.units.get(str(value), value)
        if (spec := workflow.facts.get(name)) is not None and spec.type == "unit"
        else value
        for name, value in facts.items()
    }


def people_facts(workflow: Workflow) -> tuple[str, ...]:
    """The facts that name people (人员要素): the officer, and who approved an extension."""
    approvals = (rule.approval for clock in workflow.clocks for rule in clock.extends if rule.approvers)
    return tuple(dict.fromkeys((OFFICER, *approvals)))


def ambiguous_name(
    rules: OfficeContext, workflow: Workflow, by: str, facts: Mapping[str, object]
) -> AmbiguousPerson | None:
    """The objection to a row of a register that names one of several people by name."""
    if not rules.names:
        return None
    try:
        for text in (by, *(facts.get(name) for name in people_facts(workflow))):
            if isinstance(text, str):
                rules.person(text)
    except AmbiguousPerson as error:
        return error
    return None


class NameCheck:
    """
    The names in a register's rows that the settings do not know (核对名称): units, units in facts, people. Each is
    reported once, so that typing errors show; a name that occurs in every row costs one look-up.
    """

    def __init__(self, rules: OfficeContext) -> None:
        self.rules = rules
        self._checked: set[tuple[str, ...]] = set()
        self._reported: set[tuple[type, str]] = set()

    def unknown(self, workflow: Workflow, by: str, unit: str, facts: Mapping[str, object]) -> Iterator[GkflowError]:
        """The unknown names of a row that no earlier row had."""
        units = [str(v) for k, v in facts.items() if (s := workflow.facts.get(k)) is not None and s.type == "unit"]
        names = (by, str(facts.get("officer") or ""), unit, *units)
        if names in self._checked:
            return
        self._checked.add(names)
        for error in self._objections(names):
            mark = (type(error), repr(error.facts))
            if mark not in self._reported:
                self._reported.add(mark)
                yield error

    def _objections(self, names: tuple[str, ...]) -> Iterator[GkflowError]:
        by, officer, unit, *units = names
        for each in filter(None, (unit, *units)):
            try:
                unit_named(self.rules, each)
            except NotFound as error:
                yield error
        for person in filter(None, (by, officer)):
            try:
                check_person(self.rules, person, self.rules.units.get(unit, unit))
            except Refused as error:
                yield error
