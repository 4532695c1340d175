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
                each for each in office.duties.coming(date(2026, 12, 31), as_of=date(2026, 12, 1)) if each.taken_on
            ]
            return found[0].counted

        def interpreted(number: str, day: str, by: str) -> None:
            office.receive("interpretation", number, day=day, now=at(day))
            office.do(number, "publish", day=day, interpreter=by, now=at(day))

        assert counted() == 0
        interpreted("I-1", "2026-05-06", "drafter")
        interpreted("I-2", "2025-12-30", "head_official")  # another year's
        assert counted() == 0
        interpreted("I-3", "2026-05-06", "head_official")
        assert counted() == 1
        office.do("I-3", "correct_entry", seq=2, void=True, reason="误录", day="2026-05-07", now=at("2026-05-07"))
        assert counted() == 0
