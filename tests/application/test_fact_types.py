"""The facts of an entry by their types (要素类型): what people write, what is stored, what is refused."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_workflow, d, rules
from gkflow.application.facts import read_day, read_fact, read_facts
from gkflow.domain.case import facts_text, legal_day
from gkflow.domain.clock import day_fact, moment_fact
from gkflow.domain.errors import NotFound, Refused
from gkflow.domain.fact_rules import FactSpec
from gkflow.office import Office
from store.offices import at
from walks import often

BEIJING = timezone(timedelta(hours=8))


def a_spec(kind: str, **more: Any) -> FactSpec:
    return FactSpec("f", "要素", kind, **more)


def stored(kind: str, value: Any, **more: Any) -> Any:
    return read_fact("act", a_spec(kind, **more), value)


def refused(kind: str, value: Any, **more: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        stored(kind, value, **more)
    assert caught.value.code == "bad_fact"
    return caught.value


# -- moments -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("2026-03-01 10:30", "2026-03-01T10:30+08:00"),
        ("2026-03-01T10:30", "2026-03-01T10:30+08:00"),
        (" 2026-03-01 10:30 ", "2026-03-01T10:30+08:00"),
        ("2026/03/01 10:30", "2026-03-01T10:30+08:00"),
        ("2026/3/1 9:05", "2026-03-01T09:05+08:00"),  # as a spreadsheet writes it
        ("2026-03-01 10:30:15", "2026-03-01T10:30:15+08:00"),
        ("2026-03-01T10:30+08:00", "2026-03-01T10:30+08:00"),
        ("2026-03-01T18:30Z", "2026-03-02T02:30+08:00"),
        ("2026-03-01T10:30-05:00", "2026-03-01T23:30+08:00"),
        (datetime(2026, 3, 1, 10, 30, tzinfo=BEIJING), "2026-03-01T10:30+08:00"),
        (datetime(2026, 3, 1, 18, 30, tzinfo=UTC), "2026-03-02T02:30+08:00"),
        (datetime(2026, 3, 1, 10, 30, tzinfo=BEIJING).replace(tzinfo=None), "2026-03-01T10:30+08:00"),
    ],
)
def test_a_moment_is_stored_in_beijing_time_whatever_it_was_written_in(written: Any, text: str) -> None:
    assert stored("moment", written) == text


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-01",  # a day is no moment
        date(2026, 3, 1),
        "10:30",
        "2026-02-30 10:30",
        "2026-03-01 25:00",
        "2026-03-01 10:61",
        "昨天下午",
        "2026-03-01 10:30 左右",
        "0001-01-01T00:00+14:00",  # before the first day that there is, in Beijing
    ],
)
def test_what_is_no_moment_is_refused_with_an_example(written: Any) -> None:
    assert refused("moment", written).facts["rule"] == "a moment, as 2026-11-22 10:30"


@often(60)
@given(
    st.integers(0, 30 * 365 * 24 * 60).map(lambda n: datetime(2008, 5, 1, tzinfo=UTC) + timedelta(minutes=n)),
    st.integers(-11, 14),
)
def test_the_first_ten_characters_of_a_stored_moment_are_its_legal_day(moment: datetime, zone: int) -> None:
    text = stored("moment", moment.astimezone(timezone(timedelta(hours=zone))).isoformat())

    assert moment_fact({"f": text}, "f") == moment
    assert day_fact({"f": text}, "f") == legal_day(moment)
    assert date.fromisoformat(text[:10]) == legal_day(moment)
    assert stored("moment", text) == text  # twice is once


# -- days --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    ["2022-09-30", "2022/9/30", "2022.9.30", "2022年9月30日", "2022 年 9 月 30 日", " 2022-09-30 ", "2022年9月30"],
)
def test_a_day_is_read_as_people_write_it(written: str) -> None:
    assert stored("day", written) == "2022-09-30"


@pytest.mark.parametrize(
    "written", ["2022-02-29", "2022-13-01", "9月30日", "2022-09-30 10:00", "即日", "30/9/2022", "0"]
)
def test_what_is_no_day_is_refused_with_an_example(written: str) -> None:
    assert refused("day", written).facts["rule"] == "a day, as 2026-11-22"


def test_the_day_of_a_moment_is_its_legal_day() -> None:
    # 02:30 in Beijing on the 2nd.
    assert read_day(datetime(2026, 3, 1, 18, 30, tzinfo=UTC)) == d("2026-03-02")
    assert read_day(datetime(2026, 3, 1, 23, 30, tzinfo=BEIJING)) == d("2026-03-01")


# -- amounts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "wan"),
    [
        ("0.2", "0.2"),
        ("0.2万元", "0.2"),
        ("0.20 万元", "0.2"),
        ("2000元", "0.2"),
        ("2,000元", "0.2"),
        ("2，000 元", "0.2"),
        ("1,234.5元", "0.12345"),
        ("1，234.5元", "0.12345"),
        ("1,234,567元", "123.4567"),
        ("100", "100"),
        ("100万", "100"),
        ("1,000万元", "1000"),
        ("0", "0"),
        ("0.00元", "0"),
        ("0.5元", "0.00005"),
        ("100000000元", "10000"),
        ("２０００元", "0.2"),
        (100, "100"),
        (0.2, "0.2"),
        (0.00005, "0.00005"),
    ],
)
def test_an_amount_is_stored_in_ten_thousands_however_it_was_written(written: Any, wan: str) -> None:
    # 发改办财金〔2018〕424号: 罚款金额 in 万元.
    assert stored("amount_wan", written) == wan


@pytest.mark.parametrize(
    "written",
    [
        "-5",
        "元",
        "万元",
        "abc",
        "1,23元",
        "12,3456元",
        ",200元",
        "1.2.3",
        ".5",
        "5.",
        "1e3",
        "2千元",
        "2000元整",
        "约2000元",
    ],
)
def test_what_is_no_amount_is_refused_and_never_guessed(written: str) -> None:
    assert refused("amount_wan", written).facts["rule"] == "an amount in 万元, as 0.2, or with its unit, as 2000元"


@given(st.integers(0, 10**12), st.sampled_from(["{}", "{:,}"]))
def test_so_many_yuan_are_a_ten_thousandth_of_it_and_lose_no_fen(fen: int, form: str) -> None:
    yuan, rest = divmod(fen, 100)

    text = stored("amount_wan", f"{form.format(yuan)}.{rest:02}元")

    assert Decimal(text) * 1_000_000 == fen
    assert "e" not in text.lower()
    assert stored("amount_wan", text) == text  # twice is once


@given(st.decimals(0, 10**8, places=4))
def test_an_amount_with_and_without_its_unit_is_one(amount: Decimal) -> None:
    assert (
        stored("amount_wan", f"{amount}")
        == stored("amount_wan", f"{amount}万元")
        == stored("amount_wan", f"{amount}万")
    )


# -- numbers, flags, choices -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("written", "number"), [("3", 3), ("3.0", 3), ("2.5", 2.5), (7, 7), (0, 0), ("-1.5", -1.5)])
def test_a_number_is_a_number(written: Any, number: float) -> None:
    assert stored("number", written) == number


@pytest.mark.parametrize("written", ["nan", "inf", "-Infinity", "1e999", "一", "3件"])
def test_what_can_be_neither_counted_nor_written_down_is_no_number(written: str) -> None:
    refused("number", written)


@given(st.text(max_size=12) | st.floats(allow_nan=True, allow_infinity=True) | st.integers())
def test_whatever_is_taken_for_a_number_stands_in_the_record_as_json(value: Any) -> None:
    try:
        number = stored("number", value)
    except Refused:
        return

    def never(constant: str) -> None:
        raise AssertionError(constant)

    assert json.loads(facts_text({"f": number}), parse_constant=never) == {"f": number}


@pytest.mark.parametrize("written", ["", "2.5", "二", "1,000", "0x10"])
def test_what_is_no_whole_number_is_refused(written: str) -> None:
    assert refused("integer", written).facts["rule"] == "a whole number"


@pytest.mark.parametrize(
    ("written", "flag"),
    [("是", True), ("true", True), (True, True), (1, True), ("否", False), (False, False), ("0", False)],
)
def test_a_flag_is_yes_or_no(written: Any, flag: bool) -> None:
    assert stored("flag", written) is flag


def test_a_flag_that_is_neither_is_refused() -> None:
    assert refused("flag", "也许").facts["rule"] == "是 or 否"


CHOICES = {"secret": "国家秘密", "safety": "三安全", "other": "其他"}


@pytest.mark.parametrize(
    ("written", "code"), [("secret", "secret"), ("国家秘密", "secret"), (" 三安全 ", "safety"), ("other", "other")]
)
def test_a_choice_is_stored_by_its_code_and_written_by_code_or_label(written: str, code: str) -> None:
    assert stored("choice", written, choices=CHOICES) == code


@pytest.mark.parametrize("written", ["Secret", "秘密", "secret safety", "2"])
def test_what_is_no_choice_is_refused_with_all_of_them(written: str) -> None:
    assert refused("choice", written, choices=CHOICES).facts["rule"] == (
        "one of secret 国家秘密, safety 三安全, other 其他"
    )


@pytest.mark.parametrize("written", ["other", "其他"])
def test_a_closed_choice_is_refused_by_code_and_by_label_with_the_reading(written: str) -> None:
    error = refused("choice", written, choices=CHOICES, closed={"other": "情形：只用两种"}, cite="某条")

    assert error.facts["rule"] == "a choice that the reading leaves open (情形：只用两种)"
    assert (error.facts["label"], error.facts["cite"]) == ("要素", "某条")
    assert stored("choice", "secret", choices=CHOICES, closed={"other": "x"}) == "secret"


@given(st.sampled_from(sorted(CHOICES)), st.sets(st.sampled_from(sorted(CHOICES))))
def test_a_choice_is_taken_exactly_where_no_reading_closes_it(code: str, closed: set[str]) -> None:
    reasons = dict.fromkeys(closed, "口径")
    for written in (code, CHOICES[code]):
        if code in closed:
            refused("choice", written, choices=CHOICES, closed=reasons)
        else:
            assert stored("choice", written, choices=CHOICES, closed=reasons) == code


# -- whole entries -----------------------------------------------------------------------------------------------


def test_the_number_of_another_case_is_kept_as_it_is_written() -> None:
    assert stored("case", " GK-2026-0001 ") == "GK-2026-0001"


def test_every_case_may_say_where_it_comes_from() -> None:
    for flow in rules().workflows.values():
        assert read_facts(flow, flow.first, {"origin": "GK-2026-0001"}) == {"origin": "GK-2026-0001"}
        assert flow.facts["origin"].type == "case"


def test_empty_facts_are_no_facts_and_unknown_ones_are_reported_with_the_nearest() -> None:
    flow = a_workflow("opinion")

    assert read_facts(flow, flow.first, {"title": "", "level": None}) == {}
    with pytest.raises(NotFound) as missed:
        read_facts(flow, flow.first, {"knwon_at": "2026-03-01 10:30"})
    assert "known_at" in missed.value.facts["near"]


def test_at_the_counter_a_wrong_value_is_refused_and_opens_nothing(office: Office) -> None:
    with pytest.raises(Refused) as caught:
        office.receive("opinion", "Y", facts={"level": "other", "known_at": "2026-03-01"}, now=at("2026-03-02"))
    assert (caught.value.code, caught.value.facts["fact"]) == ("bad_fact", "known_at")
    assert office.cases(include_closed=True, as_of="2026-03-02") == []

    office.receive("opinion", "Y", facts={"level": "other", "known_at": "2026-03-01 10:30"}, now=at("2026-03-02"))
    assert office.case("Y").facts["known_at"] == "2026-03-01T10:30+08:00"


def test_a_fine_of_two_thousand_yuan_stands_on_the_record_in_ten_thousands(office: Office) -> None:
    office.receive("penalty", "P", facts={"fine": "2000元", "decision_date": "2026-05-06"}, now=at("2026-05-06"))

    assert office.case("P").facts["fine"] == "0.2"
