"""Check digits, compared with the package python-stdnum (校验码)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from gkflow.domain.check_digits import is_identity_number, is_uscc

CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
BODIES = st.from_regex(rf"[0-9]{{8}}[{CHARACTERS}]{{9}}", fullmatch=True)
BIRTHS = st.dates(date(1900, 1, 1), date(2030, 12, 31)).map(lambda day: f"{day:%Y%m%d}")
PLACES = st.sampled_from(["110105", "310101", "440301", "510107", "820000"])
SERIALS = st.integers(0, 999).map(lambda number: f"{number:03d}")


@given(BODIES)
def test_a_credit_code_has_one_check_digit_and_it_is_that_of_stdnum(body: str) -> None:
    assert [last for last in CHARACTERS if is_uscc(body + last)] == [uscc.calc_check_digit(body)]


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ- ", min_size=15, max_size=21))
def test_any_other_text_is_a_credit_code_to_neither(text: str) -> None:
    assert is_uscc(text) == uscc.is_valid(text)


@given(PLACES, BIRTHS, SERIALS)
def test_an_identity_number_has_one_check_digit_and_it_is_that_of_stdnum(place: str, birth: str, serial: str) -> None:
    body = place + birth + serial
    assert [last for last in "0123456789X" if is_identity_number(body + last)] == [ric.calc_check_digit(body + "0")]


@given(st.from_regex(r"[1-9][0-9]{16}[0-9X]", fullmatch=True))
def test_what_stdnum_takes_for_an_identity_number_is_one(text: str) -> None:
    # Not the reverse: it knows counties, of which its table has no new ones.
    assert is_identity_number(text) or not ric.is_valid(text)


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002X",  # the example of GB 11643-1999
        "440524188001010014",  # its second example
        "１１０１０５１９４９１２３１００２Ｘ",  # of double width, as an input method leaves it
        "11010519491231002x",
    ],
)
def test_identity_numbers(text: str) -> None:
    assert is_identity_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "110105194912310021",  # another check digit
        "110105194902310026",  # 31 February; the check digit agrees
        "990105194912310023",  # no such province; the check digit agrees
        "110105 19491231 002X",
        "110105491231002",  # fifteen digits, as until 1999
        "",
    ],
)
def test_no_identity_numbers(text: str) -> None:
    assert not is_identity_number(text)


def test_two_digits_that_change_places_are_noticed() -> None:
    assert is_uscc("91110000600037341L")
    assert not is_uscc("91110000600073341L")
    assert is_uscc("９１１１００００６０００３７３４１Ｌ")
    assert is_uscc("91110000-600037341-L")
