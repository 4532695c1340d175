"""Who acts (经办人): accounts, roles, units, approvals."""

from __future__ import annotations

from collections.abc import Sequence

from gkflow.domain.errors import NotFound, Refused
from gkflow.domain.sentences import said


class AccountUnbound(Refused):
    code = "account_unbound"
    sentence = said(
        "the account {account} is bound to nobody, so it may not act (by {by}); an administrator adds it to "
        "[accounts] in gkflow.toml"
    )

    account: str
    by: str


class MayNotActFor(Refused):
    code = "may_not_act_for"
    sentence = said(
        "the account {account} acts as {person}, who may not act for {by}; allowed: {allowed} (acts_for of "
        "[[people]] in gkflow.toml)"
    )

    account: str
    person: str
    by: str
    allowed: Sequence[str]


class RoleMissing(Refused):
    code = "role_missing"
    sentence = said("{by} may not {action}: it needs one of the roles {roles}")

    by: str
    action: str
    roles: Sequence[str]


class ApproverWrong(Refused):
    code = "approver_wrong"
    sentence = said("{action}: {by} may not approve it; that takes one of the roles {roles} ({cite})")

    action: str
    by: str
    roles: Sequence[str]
    cite: str


class NotOwner(Refused):
    code = "not_owner"
    sentence = said("{action}: field {field} belongs to {owner}, not to {unit} ({cite})")

    action: str
    field: str
    owner: str
    unit: str
    owner_label: str
    unit_label: str
    cite: str


class UnknownPerson(NotFound, Refused):
    code = "unknown_person"
    sentence = said("{person} is not among the people of the settings{mean}; there are: {people}")

    person: str
    mean: str
    people: Sequence[str]


class AmbiguousPerson(Refused):
    code = "ambiguous_person"
    sentence = said("{person} is the name of several people; write the id of the one meant: {ids}")

    person: str
    ids: Sequence[str]


class UnknownOfficer(NotFound):
    code = "unknown_officer"
    sentence = said('no officer "{person}"{mean}{there}')

    person: str
    mean: str
    there: str


class UnknownUnit(NotFound):
    code = "unknown_unit"
    sentence = said('no unit "{unit}"{mean}; there are: {units}')

    unit: str
    mean: str
    units: Sequence[str]
