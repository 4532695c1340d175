"""Facts that are given (办理要素): missing, of a wrong kind, or against each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from gkflow.domain.errors import NotFound, Refused
from gkflow.domain.sentences import said, said_as


class FactsMissing(Refused):
    code = "facts_missing"
    sentence = said("{action} needs: {labels} ({cite}){possible}")
    in_terminal = said_as("terminal", "{action} needs: {labels} ({cite}){possible}")

    action: str
    case: str
    labels: Sequence[str]
    names: Sequence[str]
    cite: str
    possible: str


class UnknownFact(NotFound):
    code = "unknown_fact"
    sentence = said('{action}: unknown fact "{fact}"{mean}')

    action: str
    fact: str
    near: Sequence[str]
    mean: str
    allowed: Sequence[str]


class BadFact(Refused):
    code = "bad_fact"
    sentence = said("{action}: {fact} = {value!r} is not accepted: {rule}{cited}")

    action: str
    fact: str
    label: str
    value: object
    rule: str
    cite: str


class FactKind(Refused):
    code = "fact_kind"
    sentence = said(
        "{action}: {fact} cannot be a value of type {kind}: give a text, a number, true or false, a day or a moment"
    )

    action: str
    fact: str
    label: str
    kind: str


class FactTwice(Refused):
    code = "fact_twice"
    sentence = said("the fact {fact} is given twice, with different values")

    fact: str


class FactsNoMapping(Refused):
    code = "facts_no_mapping"
    sentence = said("facts must be a mapping of names to values, not of type {kind}")

    kind: str


class NotAText(Refused):
    code = "not_a_text"
    sentence = said("{name} must be a text, not of type {kind}")

    name: str
    kind: str


class WrongKind(Refused):
    code = "wrong_kind"
    sentence = said("{name} must be {wanted}, not of type {kind}")

    name: str
    wanted: str
    kind: str


class NotOneOf(Refused):
    code = "not_one_of"
    sentence = said('{name}: "{value}" is not one of {choices}')

    name: str
    value: str
    choices: Sequence[str]


class NotBetween(Refused):
    code = "not_between"
    sentence = said("{name} = {value} is not between {least} and {most}")

    name: str
    value: int
    least: int
    most: int


class FactBeforeCase(Refused):
    code = "fact_before_case"
    sentence = said(
        "{action}: {labels} = {day} lies before {first}, the first day of the case; check the day, or give "
        "the case its true first day"
    )

    action: str
    labels: Sequence[str]
    day: date
    first: date


class FactBeforeEntry(Refused):
    code = "fact_before_entry"
    sentence = said("{action}: {labels} = {day} lies before {first}, the day of the entry itself; check the day")

    action: str
    labels: Sequence[str]
    day: date
    first: date


class FactMoved(Refused):
    code = "fact_moved"
    sentence = said(
        "{action}: {labels} is on record as {was} and cannot become {now} here; use correct_entry where the "
        "record is wrong{cited}"
    )

    action: str
    labels: Sequence[str]
    was: object
    now: object
    cite: str


class FactToCome(Refused):
    code = "fact_to_come"
    sentence = said(
        "{action}: {labels} = {day} is later than {last}; an entry records what has happened by its own day"
    )

    action: str
    labels: Sequence[str]
    day: date | str
    last: date | str


class FactsOutOfOrder(Refused):
    code = "facts_out_of_order"
    sentence = said("{action}: {labels}: the second, {day}, lies before the first, {first}; check both days")

    action: str
    labels: Sequence[str]
    day: date
    first: date


class NameTooLong(Refused):
    code = "name_too_long"
    sentence = said("{column}: {length} {length:character|characters}, at most {most} are kept")

    column: str
    label: str
    length: int
    most: int
