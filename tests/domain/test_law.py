"""Limits and their effective days (期限与施行日期)."""

from __future__ import annotations

import pytest

from builders import a_value, d, rules
from gkflow.domain.law import Bound, Citation, Known, LimitUnit, TimeLimit

OLD, NEW = a_value(15), a_value(20)


def test_the_value_in_force_is_the_one_of_the_latest_effective_day() -> None:
    limit = TimeLimit("reg/reply", "答复", ((d("2008-05-01"), OLD), (d("2019-05-15"), NEW)))

    assert limit.in_force(d("2008-04-30")) is None
    assert limit.in_force(d("2008-05-01")) is OLD
    assert limit.in_force(d("2019-05-14")) is OLD
    assert limit.in_force(d("2019-05-15")) is NEW
    assert limit.in_force(d("2099-01-01")) is NEW


def test_a_repealed_limit_has_no_value_from_that_day() -> None:
    limit = TimeLimit("reg/reply", "答复", ((d("2008-05-01"), OLD), (d("2019-05-15"), None)))

    assert limit.in_force(d("2019-05-14")) is OLD
    assert limit.in_force(d("2019-05-15")) is None


@pytest.mark.parametrize(
    ("known", "text"),
    [(("政府信息公开条例", "第三十三条"), "《政府信息公开条例》第三十三条"), (("某办法", ""), "《某办法》")],
)
def test_a_citation_reads_as_lawyers_write_it(known: tuple[str, str], text: str) -> None:
    assert str(Citation(*known)) == text


@pytest.mark.parametrize(
    ("name", "day", "length", "unit"),
    [
        ("ogi-regulations/reply", "2018-01-01", 15, LimitUnit.WORKING_DAY),
        ("ogi-regulations/reply", "2026-01-01", 20, LimitUnit.WORKING_DAY),
        ("ogi-regulations/reply-extension", "2018-01-01", 15, LimitUnit.WORKING_DAY),
        ("ogi-regulations/reply-extension", "2026-01-01", 20, LimitUnit.WORKING_DAY),
        ("ogi-regulations/correction-notice", "2026-01-01", 7, LimitUnit.WORKING_DAY),
        ("ogi-regulations/third-party-opinion", "2026-01-01", 15, LimitUnit.WORKING_DAY),
        ("ogi-regulations/co-author-opinion", "2026-01-01", 15, LimitUnit.WORKING_DAY),
        ("information-fee/payment", "2026-01-01", 20, LimitUnit.WORKING_DAY),
        ("double-publicity/publish", "2026-01-01", 7, LimitUnit.WORKING_DAY),
        ("penalty-law/withdrawal", "2026-01-01", 3, LimitUnit.WORKING_DAY),
        ("gansu-disclosure-opinion-2016/interpretation", "2026-01-01", 3, LimitUnit.WORKING_DAY),
    ],
)
def test_the_shipped_limits_are_those_of_the_law(name: str, day: str, length: int, unit: LimitUnit) -> None:
    value = rules().limit(name).in_force(d(day))

    assert value is not None
    assert (value.length, value.unit) == (length, unit)
    assert value.citation.article
    assert value.citation.quote


@pytest.mark.parametrize("name", ["ogi-regulations/correction-notice", "ogi-regulations/third-party-opinion"])
def test_duties_of_2019_did_not_exist_before(name: str) -> None:
    assert rules().limit(name).in_force(d("2019-05-14")) is None


def test_what_is_no_law_says_so() -> None:
    house = [limit for name, limit in rules().law.limits.items() if name.startswith("house-rules/")]
    values = [value for limit in house for _, value in limit.values if value is not None]

    assert values
    assert {value.citation.known for value in values} == {Known.PROPOSAL}


def test_terms_of_applicants_are_minimums() -> None:
    value = rules().limit("house-rules/correction-period").in_force(d("2026-01-01"))

    assert value is not None
    assert value.bound is Bound.AT_LEAST
    assert rules().limit("house-rules/correction-period").binds == "applicant"
