"""Rates and counts (按期率与计数): what managers read off the record."""

from __future__ import annotations

from datetime import date

from gkflow.application.rates import Rate
from gkflow.office import Office
from store.offices import Place, at

YEAR = (date(2026, 1, 1), date(2026, 12, 31))
PERMIT = {
    "document_number": "甲许〔2026〕1号",
    "legal_basis": "某条例 第一条",
    "project": "某项目",
    "counterparty_kind": "natural_person",
    "person_name": "张三",
    "authority": "某局",
    "platform": "信用中国",
}


def decided(office: Office, number: str, day: str) -> None:
    office.receive("permit", number, day=day, facts={**PERMIT, "decision_date": day}, now=at(day))


def test_publication_and_entry_in_the_credit_platform_are_two_days_with_two_rates(office: Office) -> None:
    # Decided on Monday 2026-03-02; seven working days end on Wednesday 2026-03-11.
    for number in ("P-1", "P-2"):
        decided(office, number, "2026-03-02")
        office.do(number, "publish", day="2026-03-11", now=at("2026-03-11"))
    office.do("P-1", "report", day="2026-03-12", now=at("2026-03-12"))  # a day late
    rates = {rate.clock: rate for rate in office.supervision.rates(*YEAR, as_of=date(2026, 3, 31))}
    assert rates["publish"] == Rate("permit", "publish", on_time=2)
    assert rates["publish"].rate == 1
    assert rates["report"] == Rate("permit", "report", late=1, overdue=1)
    assert rates["report"].rate == 0


def test_what_is_not_due_yet_is_in_no_rate(office: Office) -> None:
    decided(office, "P-1", "2026-03-02")
    assert office.supervision.rates(*YEAR, as_of=date(2026, 3, 11)) == []
    assert [rate.overdue for rate in office.supervision.rates(*YEAR, as_of=date(2026, 3, 12))] == [1, 1]


def test_the_head_officials_interpretations_of_the_year_are_counted(place: Place) -> None:
    # 甘肃2016 第（十一）项: 主要负责同志年内解读重要政策措施不少于1次.
    with place.settings('duties = ["head-interpretation"]\n').open() as office:

        def counted() -> int | None:
            found = [
                each
                for each in office.recurring_tasks.coming(date(2026, 12, 31), as_of=date(2026, 12, 1))
                if each.taken_on
            ]
            return found[0].counted

        def interpreted(number: str, day: str, by: str) -> None:
            office.receive("interpretation", number, day=day, now=at(day))
            office.do(number, "publish", day=day, facts={"interpreter": by}, now=at(day))

        assert counted() == 0
        interpreted("I-1", "2026-05-06", "drafter")
        interpreted("I-2", "2025-12-30", "head_official")  # another year's
        assert counted() == 0
        interpreted("I-3", "2026-05-06", "head_official")
        assert counted() == 1
        office.do(
            "I-3",
            "correct_entry",
            facts={"seq": 2, "void": True, "reason": "误录"},
            day="2026-05-07",
            now=at("2026-05-07"),
        )
        assert counted() == 0


def test_a_request_has_one_duty_to_reply_whatever_clock_watched_it(office: Office) -> None:
    # Online, confirmed on the next day, answered in time: the clock of the unconfirmed application is no second duty.
    office.receive("request", "A", facts={"channel": "internet"}, now=at("2026-03-02"))
    office.do("A", "confirm", now=at("2026-03-03"))
    office.do("A", "reply", facts={"decision": "D-PUB", "method": "posted"}, now=at("2026-03-20"))
    # Never confirmed and answered late: 2026-03-02 + 20 working days, 清明 on 6 April left out, is 2026-03-30.
    office.receive("request", "B", facts={"channel": "internet"}, now=at("2026-03-02"))
    office.do("B", "reply", facts={"decision": "D-PUB", "method": "posted"}, now=at("2026-04-30"))

    assert office.supervision.rates(*YEAR, as_of=date(2026, 4, 30)) == [Rate("request", "reply", on_time=1, late=1)]


def test_what_was_given_up_withdrawn_or_postponed_is_neither_on_time_nor_late(office: Office) -> None:
    for number in ("W", "P"):
        office.receive("request", number, facts={"channel": "in_person"}, now=at("2026-03-02"))
        office.do(number, "register", now=at("2026-03-02"))
    office.do("W", "withdraw", now=at("2026-03-10"))
    office.do("P", "postpone", facts={"until": "2026-06-30", "reason": "数量众多"}, now=at("2026-03-10"))
    (rate,) = office.supervision.rates(*YEAR, as_of=date(2026, 4, 30))
    assert (rate.rate, dict(rate.set_aside)) == (None, {"withdraw": 1, "postpone": 1})
    # The postponed reply is the same duty, and late on 1 July.
    office.do("P", "reply", facts={"decision": "D-PUB", "method": "posted"}, now=at("2026-07-01"))
    (rate,) = office.supervision.rates(*YEAR, as_of=date(2026, 7, 1))
    assert (rate.late + rate.late_unless_extended, rate.on_time, dict(rate.set_aside)) == (
        1, 0, {"withdraw": 1, "postpone": 1},
    )  # fmt: skip


def test_a_case_that_waits_for_the_applicant_waits_and_is_not_on_time(office: Office) -> None:
    # An online application, not confirmed, in 待补正.
    office.receive("request", "A", facts={"channel": "internet"}, now=at("2026-03-02"))
    office.do("A", "ask_correction", facts={"items": "x"}, now=at("2026-03-04"))

    (line,) = office.cases(as_of="2026-03-20")
    assert (line.status, line.verdict, line.light) == ("waiting", "suspended", None)
    (rate,) = office.supervision.rates(*YEAR, as_of=date(2026, 3, 20))
    assert (rate, rate.rate) == (Rate("request", "reply", waiting=1), None)


def test_rates_stand_by_unit_and_by_month(place: Place) -> None:
    with place.settings(
        '[office]\nunit = "ZS"\nname = "市"\n[units.ZS]\nlabel = "市"\n[units.tz]\nlabel = "坦洲镇"\n'
    ).open() as office:
        for number, unit, replied in (
            ("A", "坦洲镇", "2026-03-20"),
            ("B", "ZS", "2026-03-20"),
            ("C", "tz", "2026-04-30"),
        ):
            office.receive("request", number, facts={"channel": "in_person"}, unit=unit, now=at("2026-03-02"))
            office.do(number, "reply", facts={"decision": "D-PUB", "method": "posted"}, now=at(replied))
        found = office.supervision.rates(*YEAR, by=("unit", "month"), as_of=date(2026, 4, 30))
        assert [(each.unit, each.month, each.on_time, each.late) for each in found] == [
            ("ZS", "2026-03", 1, 0), ("tz", "2026-03", 1, 0), ("tz", "2026-04", 0, 1),
        ]  # fmt: skip
        (rate,) = office.supervision.rates(*YEAR, unit="坦洲镇", as_of=date(2026, 4, 30))
        assert (rate.on_time, rate.late, rate.rate) == (1, 1, 0.5)


def test_what_was_received_by_mistake_counts_in_no_rate(office: Office) -> None:
    office.receive("request", "A", facts={"channel": "in_person"}, now=at("2026-03-02"))
    office.do("A", "misfile", facts={"reason": "重复"}, now=at("2026-03-03"))
    assert office.supervision.rates(*YEAR, as_of=date(2026, 6, 1)) == []
