"""Events: nothing lost, nothing twice, in the sequence of commits; hooks before the commit and after it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

import gkflow
from gkflow.domain.case import NOTE
from gkflow.domain.errors import Refused
from gkflow.domain.event import Audience, Event
from gkflow.office import Office
from gkflow.store.migrate import SCHEMA
from store.offices import PEOPLE, Place, assert_sound, at, known, open_request, reply
from store.test_schema import stored

DAY = "2022-09-05"
FACTS = {"channel": "in_person"}


def types(events: tuple[Event, ...]) -> list[tuple[str, str]]:
    return [(event.type, event.case) for event in events]


def all_of(office: Office, after: str = "", limit: int = 7) -> list[Event]:
    """Every event, read by pages as a portal does."""
    found: list[Event] = []
    while page := office.events(after, limit=limit):
        found += page
        after = page[-1].cursor
    return found


# -- what is reported ------------------------------------------------------------------------------------------------


def test_every_entry_is_an_event_with_the_case_as_it_is_then(place: Place) -> None:
    with place.settings(PEOPLE).open() as office:
        open_request(office, "A", "2022-09-01")
        office.do("A", "note", facts={"text": "x"}, by="张三", now=at(DAY))
        reply(office, "A", "2022-09-09")
        found = office.events()
    assert types(found) == [
        ("case.received", "A"), ("case.registered", "A"), ("case.assigned", "A"), ("case.note", "A"),
        ("case.replied", "A"),
    ]  # fmt: skip
    assert [event.seq for event in found] == [1, 2, 3, 4, 5]
    assert [event.audience for event in found] == [
        Audience.APPLICANT, Audience.APPLICANT, Audience.UNIT, Audience.NOBODY, Audience.APPLICANT,
    ]  # fmt: skip
    assert found[2].facts["officer"] == "张三"
    assert (found[3].facts["action"], found[3].facts["by"], found[3].facts["state"]) == ("note", "张三", "assigned")
    assert found[3].facts["last_day"] == "2022-09-30"  # 20 working days after 1 September
    assert found[4].at == at("2022-09-09")
    assert json.loads(json.dumps([event.as_dict() for event in found]))[4]["type"] == "case.replied"


def test_sweeps_escalations_and_adoptions_are_events(place: Place) -> None:
    with place.settings(PEOPLE).open() as office:
        office.calendars.adopt(known("2020-01-20"), by="王五", now=at("2020-01-10"))
        open_request(office, "A", "2020-01-13")
        office.tick(at("2020-01-14"))
        begin = office.events()[-1].cursor
        office.calendars.adopt(known("2020-02-03"), by="王五", now=at("2020-01-28"))
        office.tick(at("2020-02-14"))
        found = all_of(office, begin)
        steps = [event for event in found if event.type == "escalation.reached"]
        log = [(each.case, each.clock, each.last_day.isoformat(), each.step) for each in office.escalations()]
        said = [(each.case, *(each.facts[name] for name in ("clock", "last_day", "step"))) for each in steps]
        assert sorted(said) == sorted(log)
        assert log
    assert found[0].type == "calendar.adopted"
    assert found[0].facts["by"] == "王五"
    assert "case.recount" in {event.type for event in found}
    swept = [event for event in found if event.type == "sweep.done"]
    assert [event.facts["day"] for event in swept][:2] == ["2020-01-15", "2020-01-16"]
    assert sum(int(str(event.facts["steps"])) for event in swept) == len(steps)


def test_an_import_is_one_event_for_each_case(place: Place) -> None:
    rows = [
        (n, {"case": case, "workflow": "request", "day": "2022-09-01", "action": action, **FACTS})
        for n, (case, action) in enumerate([("A", "receive"), ("A", "register"), ("B", "receive")], 2)
    ]
    with place.open() as office:
        office.import_register(rows, now=at(DAY))
        office.import_register(rows, now=at(DAY))
        later = {"case": "A", "workflow": "request", "day": "2022-09-02", "action": "note", "text": "x"}
        office.import_register([(2, later)], now=at(DAY))
        found = office.events()
    assert types(found) == [("case.imported", "A"), ("case.imported", "B"), ("case.imported", "A")]
    assert [event.seq for event in found] == [2, 1, 3]


def test_what_was_refused_rolled_back_or_only_tried_is_no_event(place: Place) -> None:
    engine = create_engine(place.url)
    with place.open() as office:
        office.receive("request", "A", facts=FACTS, now=at(DAY))
        office.receive("request", "B", facts=FACTS, dry_run=True, now=at(DAY))
        with pytest.raises(Refused):
            office.do("A", "reply", now=at(DAY))
        with Session(engine) as session:
            office.do("A", "register", now=at(DAY), session=session)
            session.rollback()
        assert types(office.events()) == [("case.received", "A")]
    engine.dispose()


def test_every_action_of_every_workflow_says_whom_it_concerns() -> None:
    for workflow in gkflow.load_rules().workflows.values():
        for action in workflow.actions.values():
            assert action.event in Audience, (workflow.name, action.name)


# -- the sequence ----------------------------------------------------------------------------------------------------


def test_a_later_transaction_that_is_committed_first_loses_nothing(place: Place) -> None:
    if place.kind == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    engine = create_engine(place.url)
    with place.open() as office:
        for case in ("A", "B"):
            office.receive("request", case, facts=FACTS, now=at(DAY))
        cursor = office.events()[-1].cursor
        with Session(engine) as slow:
            office.do("A", "register", now=at(DAY), session=slow)
            office.do("B", "register", now=at(DAY))
            first = office.events(cursor)
            assert types(first) == [("case.registered", "B")]
            slow.commit()
        assert types(office.events(first[-1].cursor)) == [("case.registered", "A")]
        assert [event.cursor for event in office.events()] == ["1", "2", "3", "4"]
    engine.dispose()


def test_readers_at_once_read_the_same_sequence(place: Place) -> None:
    with place.open() as office:
        for n in range(5):
            office.receive("request", f"Q{n}", facts=FACTS, now=at(DAY))
        stop, seen = threading.Event(), {}

        def read(n: int) -> None:
            after, found = "", []
            while not stop.is_set() or office.events(after, limit=3):
                for event in office.events(after, limit=3):
                    found.append((event.cursor, event.type, event.case))
                    after = event.cursor
            seen[n] = found

        def write(n: int) -> None:
            for word in range(6):
                office.do(f"Q{n}", NOTE, facts={"text": f"{word}"}, now=at(DAY))

        with ThreadPoolExecutor(8) as pool:
            readers = [pool.submit(read, n) for n in range(3)]
            list(pool.map(write, range(5)))
            stop.set()
            for reader in readers:
                reader.result()
        assert seen[0] == seen[1] == seen[2]
        assert len(seen[0]) == len(set(seen[0])) == 35


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "１", "9" * 30, " 1"])
def test_what_is_no_cursor_is_refused(place: Place, cursor: str) -> None:
    with place.open() as office, pytest.raises(Refused) as refused:
        office.events(cursor)
    assert refused.value.code == "wrong_event_cursor"


def test_a_cursor_from_the_future_is_refused_and_the_last_one_is_not(place: Place) -> None:
    with place.open() as office:
        office.receive("request", "A", facts=FACTS, now=at(DAY))
        assert office.events("1") == ()
        with pytest.raises(Refused) as refused:
            office.events("2")
    assert refused.value.code == "event_cursor_ahead"


def test_an_older_database_has_the_events_from_now_on(place: Place) -> None:
    stored(place, "0004")
    engine = create_engine(place.url)
    with engine.begin() as connection:
        assert gkflow.migrate(connection) == SCHEMA
    engine.dispose()
    with place.open() as office:
        office.rebuild(now=at("2022-10-21"))
        assert office.events() == ()
        office.do("B", "note", facts={"text": "x"}, now=at("2022-10-21"))
        assert types(office.events()) == [("case.note", "B")]


# -- hooks -----------------------------------------------------------------------------------------------------------


def test_a_hook_before_the_commit_may_refuse_and_nothing_is_written(place: Place) -> None:
    with place.settings(PEOPLE).open() as office:
        open_request(office, "A", "2022-09-01")

        @office.on("case.replied")
        def ask_the_portal(event: Event) -> None:
            raise RuntimeError(f"{event.case} has no stamp yet")

        with pytest.raises(RuntimeError, match="A has no stamp yet"):
            reply(office, "A", "2022-09-09")
        assert office.case("A").state == "assigned"
        assert len(office.events()) == 3
        office.do("A", "note", facts={"text": "x"}, now=at(DAY))
        assert_sound(office)


def test_in_a_portals_transaction_what_a_hook_refuses_is_undone_and_the_rest_stays(place: Place) -> None:
    place.sql("CREATE TABLE portal (words TEXT)")
    engine = create_engine(place.url)
    with place.settings(PEOPLE).open() as office:
        open_request(office, "A", "2022-09-01")
        office.on("case.*")(lambda event: (_ for _ in ()).throw(ValueError(event.type)))
        with Session(engine) as session:
            session.execute(text("INSERT INTO portal VALUES ('kept')"))
            with pytest.raises(ValueError, match=r"case\.note"):
                office.do("A", "note", facts={"text": "x"}, now=at(DAY), session=session)
            session.commit()
        assert place.rows("SELECT words FROM portal") == [("kept",)]
        assert len(place.rows("SELECT 1 FROM gk_entry")) == 3
        assert_sound(office)
    engine.dispose()


@pytest.mark.parametrize("with_session", [False, True])
def test_a_hook_after_the_commit_sees_what_was_committed(place: Place, with_session: bool) -> None:
    engine = create_engine(place.url)
    seen: list[tuple[str, int]] = []
    with place.settings(PEOPLE).open() as office:

        @office.on("case.received", "case.note", after_commit=True)
        def heard(event: Event) -> None:
            seen.append((event.type, len(place.rows("SELECT 1 FROM gk_entry"))))

        def work(call: Callable[..., Any], *given: Any, **named: Any) -> None:
            if not with_session:
                call(*given, **named)
                return
            with Session(engine) as session:
                call(*given, **named, session=session)
                assert len(seen) == before
                session.commit()

        before = 0
        work(office.receive, "request", "A", facts=FACTS, now=at(DAY))
        before = 1
        work(office.do, "A", "register", now=at(DAY))
        work(office.do, "A", "note", facts={"text": "x"}, now=at(DAY))
        with Session(engine) as session:
            office.do("A", "note", facts={"text": "y"}, now=at(DAY), session=session)
            session.rollback()
            session.execute(text("SELECT 1"))
            session.commit()
    assert seen == [("case.received", 1), ("case.note", 3)]
    engine.dispose()


def test_a_hook_that_fails_after_the_commit_is_logged(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    with place.open() as office:
        office.on("*", after_commit=True)(lambda event: 1 // 0)
        assert office.receive("request", "A", facts=FACTS, now=at(DAY)).written
    assert "case.received failed after the commit" in caplog.text


@pytest.mark.parametrize(
    ("type", "near", "ends"),
    [
        ("case.replyed", ("case.replied", "case.reported"), "(do you mean case.replied or case.reported?)"),
        ("case.reply", ("case.replied",), "(do you mean case.replied?)"),
        ("replied", ("case.replied",), "(do you mean case.replied?)"),
        ("case.qqqq*", (), "; there are: case.abandoned, "),
        ("sweep.done", (), "; it is read with office.events()"),
        ("case.recount", (), "; it is read with office.events()"),
    ],
)
def test_a_hook_for_what_never_happens_is_refused(
    place: Place, type: str, near: tuple[str, ...], ends: str
) -> None:  # fmt: skip
    with place.open() as office:
        with pytest.raises(Refused) as refused:
            office.on("case.received", type)
        error = refused.value
        assert (error.code, error.facts["type"], error.facts["near"]) == ("unknown_event", type, near)
        assert ends in str(error)
        assert {"case.received", "case.replied", "case.note", "case.extend"} <= set(error.facts["allowed"])


def test_every_type_that_is_allowed_is_taken_and_every_entry_has_one_of_them(place: Place) -> None:
    with place.settings(PEOPLE).open() as office:
        with pytest.raises(Refused) as refused:
            office.on("nothing")
        allowed = refused.value.facts["allowed"]
        seen: list[str] = []
        office.on(*allowed)(lambda event: seen.append(event.type))
        open_request(office, "A", "2022-09-01")
        reply(office, "A", "2022-09-09")
        office.do("A", "note", facts={"text": "x"}, now=at(DAY))
    assert seen == [event for event in seen if event in allowed]
    assert seen[-2:] == ["case.replied", "case.note"]
