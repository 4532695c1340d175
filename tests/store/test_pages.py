"""Pages and counts: the same cases as the list, whatever the day, the filter, the order and the size of a page."""

from __future__ import annotations

import base64
import json
import random
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

import pytest

import gkflow
from gkflow.application import pages
from gkflow.application.case_lines import CaseLine, CaseQuery
from gkflow.office import Office
from slow_walks import slow_after
from store.offices import Place, at
from store.test_caches import Walk


@pytest.fixture(scope="module", params=slow_after(1, [3, 11]))
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def walked(office: Office, seed: int) -> Walk:
    walk = Walk(office, seed)
    for n in range(120):
        if n % 4 == 0:
            with suppress(gkflow.GkflowError):
                walk.open()
        walk.step()
    office.tick(walk.now)
    return walk


def reckoned(office: Office, day: date, query: CaseQuery) -> list[CaseLine]:
    """The list computed from the record of every case: it reads neither docket nor clocks."""
    return office.cases(
        as_of=day, known_on=day + timedelta(days=4000), include_closed=query.include_closed, overdue=query.overdue,
        due_within=query.due_within, state=query.state, workflow=query.workflow, unit=query.unit,
        officer=query.officer, attention=query.attention,
    )  # fmt: skip


def paged(office: Office, query: CaseQuery, day: date, order: str, size: int) -> list[CaseLine]:
    found: list[CaseLine] = []
    after = ""
    while True:
        page = office.page(query, as_of=day, order=order, after=after, limit=size, total=True)
        assert len(page.rows) == size or page.next is None
        found += page.rows
        if page.next is None:
            assert page.total == len(found)
            return found
        after = page.next


def forged(case: str, day: str = "2022-09-01") -> str:
    """A cursor whose sum is right: whoever reads the source can make one."""
    query, order = CaseQuery(include_closed=True), "last_day"
    text = json.dumps([day, day, day, case], separators=(",", ":"))
    return base64.urlsafe_b64encode(f"{pages._sum(pages._mark(query, order), text)}{text}".encode()).decode()


KEYS = {
    "last_day": lambda line: (line.last_day or date.max, line.received, line.case),
    "received": lambda line: (line.received, line.case),
    "number": lambda line: line.case,
}


def test_pages_of_any_day_are_the_list_computed_from_the_record(place: Place, office: Office, seed: int) -> None:
    walk = walked(office, seed)
    pick = random.Random(seed)
    lines = reckoned(office, walk.today, CaseQuery(include_closed=True))
    assert len(lines) > 10
    queries = [
        CaseQuery(), CaseQuery(include_closed=True), CaseQuery(overdue=True), CaseQuery(due_within=5),
        CaseQuery(attention=True), CaseQuery(overdue=True, workflow=lines[0].workflow),
        *(CaseQuery(include_closed=True, state=line.state) for line in pick.sample(lines, 2)),
        *(CaseQuery(unit=line.unit or "") for line in pick.sample(lines, 1)),
        *(CaseQuery(officer=line.officer or "") for line in pick.sample(lines, 1)),
    ]  # fmt: skip
    compared = 0
    for query in queries:
        for back in (0, 1, pick.randrange(2, 30), pick.randrange(30, 200)):
            day = walk.today - timedelta(days=back)
            expected = reckoned(office, day, query)
            for order, key in KEYS.items():
                size = pick.choice((1, 2, 3, 7, 50))
                found = paged(office, query, day, order, size)
                assert found == sorted(expected, key=key), (query, day, order, size)
                compared += len(found)
    assert compared > 300


def test_counts_are_those_of_the_list(place: Place, office: Office, seed: int) -> None:
    walk = walked(office, seed)
    for back in (0, 3, 40):
        day = walk.today - timedelta(days=back)
        for query in (CaseQuery(), CaseQuery(include_closed=True), CaseQuery(overdue=True)):
            lines = reckoned(office, day, query)
            assert sum(office.count(query, as_of=day).values()) == len(lines)
            for by in ("status", "light", "unit", "officer", "workflow", "state"):
                expected = Counter(str(getattr(line, by) or "") for line in lines)
                assert office.count(query, by=by, as_of=day) == dict(expected), (by, day, query)


def test_pages_and_counts_by_a_clock_are_the_list_by_that_clock(office: Office) -> None:
    walk = walked(office, 3)
    query = CaseQuery(include_closed=True, clock="reply")
    whole = office.cases(as_of=walk.today, include_closed=True, clock="reply")
    assert len(whole) > 3
    assert paged(office, query, walk.today, "last_day", 2) == whole
    assert office.count(query, by="status", as_of=walk.today) == dict(Counter(line.status for line in whole))


def test_a_state_by_its_label_is_that_of_the_workflows_that_call_it_so(office: Office) -> None:
    office.receive("request", number="R", day="2022-09-01", facts={"channel": "in_person"}, now=at("2022-09-01"))
    office.receive(
        "message",
        number="M",
        day="2022-09-01",
        facts={"channel": "website", "kind": "consultation"},
        now=at("2022-09-01"),
    )
    states = {line.case: (line.state, line.state_label) for line in office.cases(as_of="2022-09-01")}
    assert states["R"][0] == states["M"][0]
    assert states["R"][1] != states["M"][1]
    for label, case in ((states["R"][1], "R"), (states["M"][1], "M")):
        assert [line.case for line in office.page(CaseQuery(state=label), as_of="2022-09-01").rows] == [case]
    assert office.count(CaseQuery(state=states["R"][0]), as_of="2022-09-01") == {"": 2}


def test_of_two_clocks_that_end_on_one_day_the_one_whose_hours_are_over_is_shown_and_counted(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = {"level": "other", "known_at": "2022-08-31T20:00+08:00"}
    office.receive("opinion", number="O", day="2022-08-31", facts=facts, now=at("2022-08-31", "20:30"))
    raised = {"raised_at": "2022-09-02T00:10+08:00"}
    office.do("O", "raise", day="2022-09-02", facts={"level": "major", **raised}, now=at("2022-09-02", "00:15"))
    monkeypatch.setenv("GKFLOW_NOW", at("2022-09-02", "12:00").isoformat())
    (line,) = office.page().rows
    assert (line.clock, line.status, line.light) == ("inform", "overdue", "red")
    assert office.count(by="status") == {"overdue": 1}
    assert [each.case for each in office.page(CaseQuery(overdue=True)).rows] == ["O"]
    assert office.page(CaseQuery(due_within=0)).rows == ()


def test_a_cursor_of_another_query_or_forged_is_refused(office: Office) -> None:
    walked(office, 3)
    first = office.page(CaseQuery(include_closed=True), limit=2)
    assert first.next is not None
    for query, order, cursor in (
        (CaseQuery(), "last_day", first.next),
        (CaseQuery(include_closed=True), "number", first.next),
        (CaseQuery(include_closed=True), "last_day", first.next[:-3] + "AAA"),
        (CaseQuery(include_closed=True), "last_day", "zz"),
        (CaseQuery(include_closed=True), "last_day", forged("\ud800")),
        (CaseQuery(include_closed=True), "last_day", forged("A", "9999-12-31")),
        (CaseQuery(include_closed=True), "last_day", base64.b64encode(b"[" * 100_000).decode()),
        (CaseQuery(include_closed=True, due_within=0), "last_day", first.next),
    ):
        with pytest.raises(gkflow.Refused) as refused:
            office.page(query, order=order, after=cursor)
        assert refused.value.code == "wrong_cursor"
    with pytest.raises(gkflow.Refused) as refused:
        office.page(order="urgency")
    assert refused.value.code == "wrong_order"
    with pytest.raises(gkflow.Refused) as refused:
        office.count(by="colour")
    assert refused.value.code == "not_counted"


def test_a_forged_cursor_shows_nothing_but_cases_of_the_query_that_the_caller_fixed(office: Office) -> None:
    walk = walked(office, 3)
    query = CaseQuery(include_closed=True, workflow="request")
    seen = 0
    for case in ("", "A", "zz", "' OR 1=1 --", "\u4e00"):
        for day in (walk.today, walk.today - timedelta(days=40)):
            text = json.dumps([day.isoformat(), "1990-01-01", "1990-01-01", case], separators=(",", ":"))
            made = f"{pages._sum(pages._mark(query, 'last_day'), text)}{text}"
            cursor = base64.urlsafe_b64encode(made.encode()).decode().rstrip("=")
            page = office.page(query, after=cursor, limit=500)
            assert {line.workflow for line in page.rows} <= {"request"}
            assert {line.case for line in page.rows} <= {line.case for line in reckoned(office, day, query)}
            with pytest.raises(gkflow.Refused):
                office.page(query, after=cursor, as_of=day - timedelta(days=1))
            seen += len(page.rows)
    assert seen


def test_a_page_of_a_far_day_asks_no_calendar(office: Office) -> None:
    office.receive("request", number="R", day="2022-09-01", facts={"channel": "in_person"}, now=at("2022-09-01"))
    assert office.count(as_of="2100-12-31") == {"": 1}
    with pytest.raises(gkflow.GkflowError):
        office.count(by="status", as_of="2100-12-31")


def test_the_pages_of_a_list_keep_the_day_of_the_first_one(office: Office) -> None:
    walk = walked(office, 3)
    query, day = CaseQuery(include_closed=True), walk.today - timedelta(days=10)
    first = office.page(query, as_of=day, limit=3)
    assert first.next is not None
    second = office.page(query, after=first.next, limit=3)
    assert second.day == day
    with pytest.raises(gkflow.Refused) as refused:
        office.page(query, as_of=day + timedelta(days=1), after=first.next)
    assert refused.value.code == "other_day"
    assert second == replace(office.page(query, as_of=day, after=first.next, limit=3))
