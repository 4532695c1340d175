"""Terms and extensions (期间与延长): what the law does not allow."""

from __future__ import annotations

from datetime import date

from gkflow.domain.errors import Refused
from gkflow.domain.sentences import said


class ExtensionLate(Refused):
    code = "extension_late"
    sentence = said(
        "{action}: notice was given on {day}, but the last day was {last}; it must be given by then ({cite})"
    )

    action: str
    day: date
    last: date
    cite: str


class ExtensionNoClock(Refused):
    code = "extension_no_clock"
    sentence = said("{action}: clock {clock} has no last day now ({status}); nothing to extend ({cite})")

    action: str
    clock: str
    status: str
    cite: str


class ExtensionSecond(Refused):
    code = "extension_second"
    sentence = said("{action}: extended once already on {first}; the law gives one extension ({cite})")

    action: str
    first: date
    cite: str


class ExtensionTooLong(Refused):
    code = "extension_too_long"
    sentence = said("{action}: {days} {counted_in}s, 1 to {most} are lawful ({cite})")

    action: str
    days: int
    counted_in: str
    most: int
    cite: str


class ExtensionUnapproved(Refused):
    code = "extension_unapproved"
    sentence = said("{action}: not approved by the head of the disclosure office ({cite})")

    action: str
    cite: str


class TermTooLong(Refused):
    code = "term_too_long"
    sentence = said("{action}: {until} = {day}, but {last} is the last day allowed ({cite})")

    action: str
    until: str
    day: date
    last: date
    cite: str


class TermTooShort(Refused):
    code = "term_too_short"
    sentence = said("{action}: {until} = {day}, but {last} is the earliest allowed; name a later day{unless} ({cite})")

    action: str
    until: str
    day: date
    last: date
    unless: str
    cite: str


class TooEarly(Refused):
    code = "too_early"
    sentence = said("{action}: not before the day after {last} ({cite})")

    action: str
    day: date
    last: date
    cite: str


class NoTerm(Refused):
    code = "no_term"
    sentence = said(
        '{action} rests on the lapse of the term "{clock}", which has not run out: it never began, or '
        "something else ended it{cited}"
    )

    action: str
    clock: str
    clock_label: str
    cite: str


class UnitMix(Refused):
    code = "unit_mix"
    sentence = said("an extension in {extension} cannot be added to a limit in {unit}")

    extension: str
    unit: str


class UnitNotCounted(Refused):
    code = "unit_not_counted"
    sentence = said("a limit in {unit} has no last day by counting")

    unit: str
