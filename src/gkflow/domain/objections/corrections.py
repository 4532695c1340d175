"""Corrections of the record (更正记录)."""

from __future__ import annotations

from datetime import date

from gkflow.domain.errors import Refused
from gkflow.domain.sentences import said


class CorrectionUnknownEntry(Refused):
    code = "correction_unknown_entry"
    sentence = said("correct_entry: case {case} has no entry {seq}")

    case: str
    seq: int


class CorrectionBeforeEntry(Refused):
    code = "correction_before_entry"
    sentence = said(
        "correct_entry: {day} lies before {first}, the day of entry {seq} of case {case}; a correction is "
        "entered on the day on which it is made"
    )

    case: str
    seq: int
    day: date
    first: date


class CorrectionOfVoided(Refused):
    code = "correction_of_voided"
    sentence = said("correct_entry: entry {seq} of case {case} was voided by entry {by}; void that one first")

    case: str
    seq: int
    by: int


class CorrectionWantsReason(Refused):
    code = "correction_wants_reason"
    sentence = said("correct_entry: name the entry (seq), what is corrected and the reason")

    case: str


class FirstNotVoided(Refused):
    code = "first_not_voided"
    sentence = said(
        "case {case}: the first entry opens the case and is not voided; correct its day or facts, or enter "
        "misfile where the receipt itself was a mistake"
    )

    case: str


class KnownRowChanged(Refused):
    code = "known_row_changed"
    sentence = said("entry {seq} of case {case} has other facts; the row was not taken (use correct_entry)")

    case: str
    seq: int
