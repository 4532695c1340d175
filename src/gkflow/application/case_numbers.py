"""
Case numbers as people write them (案件编号的写法): what differs in width only is one number, look-alikes are reported.

Every door that opens a case reads its number here: the counter, a program, a draft, a register.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from gkflow.application.facts import check_name
from gkflow.application.marks import folded, looks_of, plain_number, revealed
from gkflow.application.ports import Ledger
from gkflow.application.rows import LABELS
from gkflow.domain.errors import Refused
from gkflow.domain.objections.register_files import LookAlike, NumberFolded, RowWants

_SPACES = dict.fromkeys(map(ord, " \t_"))
_WIDE_BRACKETS = {ord("("): "（", ord(")"): "）"}
# A letter beside a digit that was meant as one.
_LIKE_ZERO = re.compile(r"(?<=\d)[oO]|[oO](?=\d)")
_LIKE_ONE = re.compile(r"(?<=\d)[lI]|[lI](?=\d)")


class ReadNumber(NamedTuple):
    """The number of a case to be opened (案件编号), and what is worth a look about it."""

    number: str
    notes: tuple[Refused, ...] = ()


def read_number(ledger: Ledger, written: str) -> ReadNumber:
    """
    The number that was meant: "ＧＫ－１" and "GK-1" are one case; one that is already on record in its original form
    keeps that form. Raises Refused ("row_wants", "name_too_long", "mark_refused") for a number without any visible
    character, or that nobody could type in again.
    """
    check_name("case", LABELS["case"], written)
    number = plain_numbers(ledger, (written,)).get(written, written)
    if not number.strip():
        raise RowWants(column="case", label=LABELS["case"])
    notes: list[Refused] = [folding_of(written, number)] if number != written.strip() else []
    notes += (LookAlike(case=number, other=other) for other in alike_on_record(ledger, (number,)).values())
    return ReadNumber(number, tuple(notes))


def plain_numbers(ledger: Ledger, written: Iterable[str]) -> dict[str, str]:
    """The numbers that are folded (规范后的编号), each with its plain form; what is on record as written is not."""
    # The usual number is plain already; it costs no more than this look at its characters.
    plain = {number: plain_number(number) for number in written if not _is_plain(number)}
    other = [number for number, form in plain.items() if form != number]
    there = ledger.record.known_cases(other) if other else ()
    return {number: plain[number] for number in other if number not in there}


def _is_plain(number: str) -> bool:
    return number.isascii() and number.isprintable() and not (number[:1].isspace() or number[-1:].isspace())


def folding_of(written: str, number: str) -> NumberFolded:
    """What is said about a number that was folded."""
    return NumberFolded(case=number, written=revealed(written))


def alike_on_record(ledger: Ledger, numbers: Iterable[str]) -> dict[str, str]:
    """The numbers that look like one on record (相似的案件编号), each with that one."""
    forms = {number: _other_forms(number) for number in numbers}
    there = ledger.record.known_cases([form for found in forms.values() for form in found])
    return {
        number: next(form for form in found if form in there)
        for number, found in forms.items()
        if not there.isdisjoint(found)
    }


def alike_among(numbers: Iterable[str]) -> Mapping[str, str]:
    """The numbers that look like an earlier one among them, each with that one."""
    first: dict[str, str] = {}
    found: dict[str, str] = {}
    for number in numbers:
        other = first.setdefault(looks_of(number), number)
        if other is not number:
            found[number] = other
    return found


def _other_forms(number: str) -> list[str]:
    """
    The forms in which the same number may be on record: other dashes, brackets and cases, without spaces, with digits
    for letters. The database looks them up by index; it cannot search by looks.
    """
    plain = folded(number)
    tight = plain.translate(_SPACES)
    forms = [plain, tight, tight.upper(), tight.lower()]
    if "-" in tight:
        forms += [tight.replace("-", "–"), tight.replace("-", "—")]
    if "(" in tight:
        forms.append(tight.translate(_WIDE_BRACKETS))
    digits = _LIKE_ONE.sub("1", _LIKE_ZERO.sub("0", tight))
    if digits != tight:
        forms += [digits, digits.upper()]
    return [form for form in dict.fromkeys(forms) if form != number]
