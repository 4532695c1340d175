"""
Check digits (校验码) of the two national codes: unified social credit codes and identity numbers.

Both are pure systems of GB/T 17710 (ISO 7064): the characters, each by its weight, add up to 1 or 0 of a modulus. They
are computed here and need no package: whether a code is taken, and whether a text that leaves the office shows an
identity number, must not depend on what is installed. A test compares both with the package ``python-stdnum``.
"""

from __future__ import annotations

import re
from datetime import date
from unicodedata import normalize

# GB 32100—2015: digits and capitals, without I, O, S, V, Z.
_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {character: value for value, character in enumerate(_CHARACTERS)}
_USCC = re.compile(rf"[0-9]{{8}}[{_CHARACTERS}]{{10}}", re.ASCII)
_IDENTITY = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
# GB/T 2260: the provinces, with which an address code begins.
_DECADES = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
_PROVINCES = frozenset(str(code) for first, last in _DECADES for code in range(first, last + 1))
_PERMANENT_RESIDENT = "9"  # 外国人永久居留身份证 since 2023: 9, then province, and country of birth
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212]")


def is_uscc(text: str) -> bool:
    """
    Whether a unified social credit code passes its check digit (统一社会信用代码, GB 32100—2015 附录).

    The weight of place i is 3 to the power i - 1, and the sum of all 18 is a multiple of 31.

    >>> is_uscc("91110000600037341L"), is_uscc("91110000600037341M")
    (True, False)
    """
    code = _SEPARATORS.sub("", normalize("NFKC", text)).upper()
    if _USCC.fullmatch(code) is None:
        return False
    return sum(_VALUES[character] * pow(3, place, 31) for place, character in enumerate(code[:17])) % 31 == (
        -_VALUES[code[17]] % 31
    )


def is_identity_number(text: str) -> bool:
    """
    Whether an identity number has a province, a day of birth and its check digit (公民身份号码, GB 11643—1999).

    The weight of the place i from the right is 2 to the power i - 1, and the sum of all 18 leaves 1 (MOD 11-2).

    >>> is_identity_number("11010519491231002X"), is_identity_number("110105194912310021")
    (True, False)
    """
    number = normalize("NFKC", text).strip().upper()  # \d in a text also finds digits of double width
    if _IDENTITY.fullmatch(number) is None or not _has_province(number):
        return False
    values = (10 if character == "X" else int(character) for character in reversed(number))
    if sum(value * pow(2, place, 11) for place, value in enumerate(values)) % 11 != 1:
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return True


def _has_province(number: str) -> bool:
    place = number[1:3] if number.startswith(_PERMANENT_RESIDENT) else number[:2]
    return place in _PROVINCES
