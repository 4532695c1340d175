"""An office limited to some units (限定单位)."""

from __future__ import annotations

from collections.abc import Sequence

from gkflow.domain.errors import Refused, Unfit
from gkflow.domain.sentences import said


class UnitDiffers(Unfit):
    code = "unit_differs"
    sentence = said(
        'unit "{unit}": its {what} is "{here}" in the settings of this host, and "{there}" in those by which the '
        "office works: correct [units.{unit}], or adopt the change for all hosts; until then no case goes on"
    )
    in_terminal = said(
        'unit "{unit}": its {what} is "{here}" in gkflow.toml here, and "{there}" in the one by which the office '
        "works: correct [units.{unit}], or adopt the change for all hosts (gkflow rules adopt lists what it moves); "
        "until then no case goes on"
    )

    unit: str
    what: str
    there: str
    here: str


class UnitNotServed(Refused):
    code = "unit_not_served"
    sentence = said("this office is limited to {units}: it takes nothing in, and does nothing, for {unit}")

    unit: str
    units: Sequence[str]


class WholeOfficeOnly(Refused):
    code = "whole_office_only"
    sentence = said("this needs the whole office, and this one is limited to {units}: call it on the office itself")

    units: Sequence[str]


class NoUnitNamed(Refused):
    code = "no_unit_named"
    sentence = said("limited_to needs the code or the name of at least one unit")


class RowsOfUnitsOnly(Unfit):
    code = "rows_of_units_only"
    sentence = said(
        "this role of the database reads only what belongs to units that are named: call office.limited_to(unit), or "
        "connect as a role without row-level security ({reason})"
    )

    reason: str
