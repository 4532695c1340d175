"""An office limited to some units (限定单位): every verb sees their cases alone, on both databases, in two ways."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import date

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

import gkflow
from gkflow.application.case_lines import CaseQuery
from gkflow.domain.errors import GkflowError, NotFound, Refused, Unfit
from gkflow.lazy import part
from gkflow.office import Office
from store.offices import Place, assert_sound, at, with_few_rights
from store.test_page_plans import DAY, QUERIES, pages, scans

TWO = """
[office]
unit = "CZ"
[units.CZ]
label = "财政局"
[units.MZ]
label = "民政局"
[units.JY]
label = "教育局"
""" + "".join(
    f'[[people]]\nname = "{name}"\nunit = "{unit}"\nroles = ["officer", "section_head"]\nchannels = ["file"]\n'
    for name, unit in (("张三", "CZ"), ("李四", "MZ"), ("王五", "JY"))
)
OFFICERS = {"CZ": "张三", "MZ": "李四", "JY": "王五"}
UNITS = tuple(OFFICERS)
TODAY = "2026-06-15"
CASES = tuple(f"{unit}-2026-000{at}" for unit in UNITS for at in (1, 2, 3))
REQUEST = {"channel": "in_person"}


def lived(place: Place) -> None:
    """An office of three units, of whose cases some are late, some closed, some handed over."""
    with place.settings(TWO).open() as office:
        for month in (3, 4, 6):
            for unit in UNITS:
                day = f"2026-0{month}-0{2 if month == 3 else 1}"
                case = office.receive("request", day=day, unit=unit, facts=REQUEST, key=f"{unit} {day}", now=at(day))
                assert case.number in CASES
                office.do(case.number, "register", now=at(day))
                office.do(case.number, "assign", facts={"officer": OFFICERS[unit]}, now=at(day))
        for unit in UNITS:
            office.do(
                f"{unit}-2026-0001", "reply", facts={"decision": "D-PUB", "method": "posted"}, now=at("2026-03-20")
            )
        office.tick(at("2026-05-20"))
        # Handed over with its steps and notices: it is the new unit's from then on.
        office.do("JY-2026-0002", "transfer", facts={"to_unit": "CZ"}, now=at("2026-05-21"))
        office.tick(at(TODAY))
        office.drafts.keep("CZ-2026-0003", "note", "later", now=at(TODAY))
        office.drafts.keep("MZ-2026-0003", "note", "later", now=at(TODAY))


@pytest.fixture
def whole(place: Place) -> Iterator[Office]:
    lived(place)
    with place.open() as office:
        yield office


def owners(whole: Office) -> Mapping[str, str]:
    """Whose each case is, by its number."""
    return {row.case: row.unit or "" for row in whole.page(CaseQuery(include_closed=True), as_of=TODAY).rows}


# What each verb shows, as rows that begin with the number of a case.
LISTS: Mapping[str, Callable[[Office], list[tuple[str, object]]]] = {
    "cases": lambda o: [(line.case, line) for line in o.cases(as_of=TODAY)],
    "cases, closed": lambda o: [(line.case, line) for line in o.cases(as_of=TODAY, include_closed=True)],
    "cases, then": lambda o: [(line.case, line) for line in o.cases(as_of="2026-04-02")],
    "cases, recorded": lambda o: [(line.case, line) for line in o.cases(recorded_by=at("2026-04-02"))],
    "cases, clock": lambda o: [(line.case, line) for line in o.cases(as_of=TODAY, clock="reply")],
    "page": lambda o: [(row.case, row) for row in o.page(as_of=TODAY).rows],
    "page, closed": lambda o: [(row.case, row) for row in o.page(CaseQuery(include_closed=True), as_of=TODAY).rows],
    "page, then": lambda o: [(row.case, row) for row in o.page(as_of="2026-04-02", order="number").rows],
    "escalations": lambda o: [(each.case, each) for each in o.escalations()],
    "notices": lambda o: [(each.case, each) for each in o.notices()],
    "drafts": lambda o: [(each.case, each) for each in o.drafts.all()],
    "export": lambda o: [(str(row["case"]), row) for row in o.export()],
}
ONE_CASE: Mapping[str, Callable[[Office, str], object]] = {
    "case": lambda o, n: o.case(n, as_of=TODAY),
    "view": lambda o, n: o.view(n, as_of=TODAY).deadlines,
    "deadlines": lambda o, n: o.deadlines(n, as_of=TODAY),
    "explain": lambda o, n: o.explain(n, clock="reply", as_of=TODAY).as_dict(),
    "published": lambda o, n: o.published(n, as_of=TODAY),
    "why_kept": lambda o, n: o.why_kept(n, as_of=TODAY),
    "escalations": lambda o, n: o.escalations(number=n),
    "notices": lambda o, n: o.notices(number=n),
    "export": lambda o, n: o.export([n]),
}
ENTRIES: Mapping[str, Callable[[Office, str], object]] = {
    "do": lambda o, n: o.do(n, "note", facts={"text": "x"}, now=at(TODAY)),
    "do, dry": lambda o, n: o.do(n, "note", facts={"text": "x"}, dry_run=True, now=at(TODAY)),
    "ack": lambda o, n: o.ack(number=n, by="张三", words="知悉", now=at(TODAY)),
    "draft": lambda o, n: o.drafts.enter(
        o.drafts.keep(n, "note", "later", now=at(TODAY)), facts={"text": "x"}, now=at(TODAY)
    ),
}


@pytest.mark.parametrize("units", [("CZ",), ("MZ",), ("CZ", "JY")], ids="+".join)
def test_every_list_is_that_of_the_office_for_these_units(whole: Office, units: tuple[str, ...]) -> None:
    some, whose = whole.limited_to(*units), owners(whole)
    assert whose["JY-2026-0002"] == "CZ"
    for name, listed in LISTS.items():
        theirs = [row for row in listed(whole) if whose[row[0]] in units]
        assert theirs, name
        assert listed(some) == theirs, name
    for by in ("unit", "status", "officer", "workflow", "state", "light"):
        query = CaseQuery(include_closed=True)
        each = [whole.count(CaseQuery(include_closed=True, unit=unit), by=by, as_of=TODAY) for unit in units]
        wanted = {name: sum(one.get(name, 0) for one in each) for one in each for name in one}
        assert some.count(query, by=by, as_of=TODAY) == wanted, by


def test_a_case_of_the_unit_is_shown_as_by_the_office_and_no_other(whole: Office) -> None:
    some, whose = whole.limited_to("财政局"), owners(whole)
    for name, show in ONE_CASE.items():
        for number in CASES:
            if whose[number] == "CZ":
                assert show(some, number) == show(whole, number), (name, number)
            else:
                with pytest.raises(NotFound) as raised:
                    show(some, number)
                assert raised.value.code == "unknown_case", name
                others = [each for each in CASES if each != number and whose[each] != "CZ"]
                assert not any(each in str(raised.value) for each in others), name  # nor as a suggestion


def test_a_case_of_another_unit_takes_no_entry(whole: Office, place: Place) -> None:
    assert_nothing_taken(whole.limited_to("CZ"), whole, place)


def assert_nothing_taken(some: Office, whole: Office, place: Place) -> None:
    """An office that is limited to another unit can enter nothing into a case, nor touch what belongs to it."""
    before = place.rows("SELECT * FROM gk_entry"), place.rows("SELECT * FROM gk_acknowledgement")
    for name, enter in ENTRIES.items():
        with pytest.raises(NotFound):
            enter(some, "MZ-2026-0002")
        assert (place.rows("SELECT * FROM gk_entry"), place.rows("SELECT * FROM gk_acknowledgement")) == before, name
    (step, *_) = [each.id for each in whole.escalations() if each.case.startswith("MZ")]
    with pytest.raises(NotFound, match=str(step)):
        some.ack([step], by="张三", words="知悉", now=at(TODAY))
    (theirs,) = [each.id for each in whole.drafts.all() if each.case == "MZ-2026-0003"]
    with pytest.raises(NotFound):
        some.drafts.drop(theirs)


def test_the_units_work_goes_on_in_the_limited_office(whole: Office) -> None:
    some = whole.limited_to("CZ")
    for enter in ENTRIES.values():
        enter(some, "CZ-2026-0002")
    taken = some.receive("request", facts=REQUEST, now=at(TODAY))  # its only unit need not be named
    assert taken.number == "CZ-2026-0004"
    some.do(taken.number, "register", now=at(TODAY))
    assert some.receive("request", facts=REQUEST, key="k", now=at(TODAY)).number == "CZ-2026-0005"
    assert some.receive("request", facts=REQUEST, key="k", now=at(TODAY)).number == "CZ-2026-0005"
    assert_sound(whole)


def test_nothing_is_done_for_another_unit(whole: Office) -> None:
    some = whole.limited_to("CZ", "JY")
    for unit in ("MZ", "民政局"):
        with pytest.raises(Refused) as raised:
            some.receive("request", unit=unit, facts=REQUEST, now=at(TODAY))
        assert raised.value.code == "unit_not_served"
    with pytest.raises(Refused, match="MZ"):
        some.do("CZ-2026-0002", "note", unit="MZ", facts={"text": "x"}, now=at(TODAY))
    with pytest.raises(Refused, match="limited to CZ, JY"):
        some.drafts.keep("", "receive", "later", workflow="request", unit="MZ", now=at(TODAY))
    with pytest.raises(Refused, match="MZ"):
        some.limited_to("民政局")
    assert some.limited_to("教育局").units == ("JY",)
    with pytest.raises(NotFound, match="财政局"):
        whole.limited_to("卫健局")
    with pytest.raises(Refused, match="at least one"):
        whole.limited_to()
    with pytest.raises(Refused, match=r"units\[1\]"):
        whole.limited_to("CZ", None)  # type: ignore[arg-type]  # as a portal may pass it


def test_a_list_of_another_unit_is_refused_and_not_shown_empty(whole: Office) -> None:
    some = whole.limited_to("CZ")
    for asked in (
        lambda: some.page(CaseQuery(unit="MZ"), as_of=TODAY),
        lambda: some.count(CaseQuery(unit="民政局"), as_of=TODAY),
        lambda: some.cases(unit="MZ", as_of=TODAY),
        lambda: some.supervision.rates(date(2026, 1, 1), date(2026, 12, 31), unit="MZ"),
    ):
        with pytest.raises(Refused) as raised:
            asked()
        assert raised.value.code == "unit_not_served"
    assert some.page(CaseQuery(unit="财政局"), as_of=TODAY).rows == some.page(as_of=TODAY).rows


def test_a_key_of_another_unit_is_refused_for_good(whole: Office) -> None:
    """A conflict that says "read it again" would be repeated without end."""
    some = whole.limited_to("CZ")
    whole.receive("request", unit="MZ", facts=REQUEST, key="K", now=at(TODAY))
    for enter in (
        lambda: some.receive("request", facts=REQUEST, key="K", now=at(TODAY)),
        lambda: some.do("CZ-2026-0002", "note", facts={"text": "x"}, key="K", now=at(TODAY)),
    ):
        with pytest.raises(GkflowError) as raised:
            enter()
        assert raised.value.code == "key_of_another_unit"
        assert "MZ" not in str(raised.value)


def test_a_draft_is_that_of_the_unit_of_its_case(whole: Office) -> None:
    cz, mz = whole.limited_to("CZ"), whole.limited_to("MZ")
    before = mz.drafts.all()
    with pytest.raises(Refused, match="MZ"):
        cz.drafts.keep("CZ-2026-0003", "note", "later", unit="MZ", now=at(TODAY))
    whole.drafts.keep("CZ-2026-0003", "note", "theirs", unit="MZ", now=at(TODAY))
    both = whole.limited_to("CZ", "JY")  # the unit of a case need not be named
    both.drafts.keep("CZ-2026-0003", "note", "whose", workflow="request", now=at(TODAY))
    assert mz.drafts.all() == before
    assert [each.reason for each in cz.drafts.all()] == ["later", "theirs", "whose"]
    cz.do("CZ-2026-0003", "transfer", facts={"to_unit": "MZ"}, now=at(TODAY))
    assert cz.drafts.all() == []
    assert [each.reason for each in mz.drafts.all()] == ["later", "later", "theirs", "whose"]


def test_a_draft_that_opens_a_case_names_its_unit_by_code_or_label(whole: Office) -> None:
    some = whole.limited_to("CZ")
    kept = [
        each.drafts.keep("", "receive", "later", workflow="request", unit="财政局", facts=REQUEST, now=at(TODAY))
        for each in (some, whole)
    ]
    assert {some.drafts.enter(each, now=at(TODAY)).number for each in kept} == {"CZ-2026-0004", "CZ-2026-0005"}


def test_a_number_of_another_unit_is_not_taken_twice(whole: Office) -> None:
    some = whole.limited_to("CZ")
    with pytest.raises(GkflowError) as raised:
        some.receive("request", "MZ-2026-0001", facts=REQUEST, now=at(TODAY))
    assert raised.value.code in ("stale", "case_exists")
    assert some.receive("request", facts=REQUEST, now=at(TODAY)).number == "CZ-2026-0004"


def test_a_case_that_is_handed_over_goes_out_of_sight_with_that_entry(whole: Office) -> None:
    some, others = whole.limited_to("CZ"), whole.limited_to("MZ")
    done = some.do("CZ-2026-0003", "transfer", facts={"to_unit": "民政局"}, now=at(TODAY))
    assert done.number == "CZ-2026-0003"
    with pytest.raises(NotFound):
        some.case("CZ-2026-0003")
    others.do("CZ-2026-0003", "note", facts={"text": "x"}, now=at(TODAY))
    then = {row.case: row.unit for row in others.page(as_of="2026-06-10").rows}
    assert then["CZ-2026-0003"] == "CZ"  # with its history
    assert "CZ-2026-0003" not in {row.case for row in some.page(as_of="2026-06-10").rows}
    assert_sound(whole)


# -- the whole office ------------------------------------------------------------------------------------------------

SEEN = {
    *("aio", "limited_to", "units", "store", "engine", "settings", "rules", "rules_in", "held", "calendar", "profile"),
    *("moment", "recorded_moment", "channels", "require_sendable", "close"),
    *("receive", "do", "case", "view", "deadlines", "explain", "cases", "page", "count", "published", "why_kept"),
    *("escalations", "ack", "notices", "export", "drafts", "delivery", "supervision"),
}
WHOLE: Mapping[str, Callable[[Office], object]] = {
    "calendars": lambda o: o.calendars,
    "rule_editions": lambda o: o.rule_editions,
    "subscriptions": lambda o: o.subscriptions,
    "recurring_tasks": lambda o: o.recurring_tasks,
    "endpoints": lambda o: o.endpoints,
    "sealing": lambda o: o.sealing,
    "finish_adoption": lambda o: o.finish_adoption(),
    "adopt_first": lambda o: o.adopt_first(),
    "events": lambda o: o.events(),
    "on": lambda o: o.on("case.*"),
    "tick": lambda o: o.tick(at(TODAY)),
    "sweep": lambda o: o.sweep(TODAY),
    "unsweep": lambda o: o.unsweep(by="张三", reason="x"),
    "simulate": lambda o: o.simulate(TODAY),
    "deliver": lambda o: o.deliver(at(TODAY)),
    "revive": lambda o: o.revive([1]),
    "seals_file": lambda o: o.seals_file,
    "last_seal": lambda o: o.last_seal(),
    "deposit_seals": lambda o: o.deposit_seals(),
    "try_to_deposit": lambda o: o.try_to_deposit(),
    "verify": lambda o: o.verify(),
    "import_register": lambda o: o.import_register([]),
    "rebuild": lambda o: o.rebuild(),
    "doctor": lambda o: o.doctor(),
    "record_heartbeat": lambda o: o.record_heartbeat("x"),
}


def test_each_verb_is_limited_or_refused() -> None:
    """A verb that is added belongs to one of the two, and to a test above if it is limited."""
    public = {name for name in vars(Office) if not name.startswith("_")}
    assert public == SEEN | set(WHOLE)
    assert not SEEN & set(WHOLE)
    assert {name for name, each in vars(Office).items() if isinstance(each, part)} <= SEEN | set(WHOLE)


def test_what_concerns_the_whole_office_is_refused(whole: Office) -> None:
    some = whole.limited_to("CZ")
    for name, verb in WHOLE.items():
        with pytest.raises(Refused) as raised:
            verb(some)
        assert raised.value.code == "whole_office_only", name


def test_the_supervision_of_a_unit_is_its_own(whole: Office) -> None:
    year, some = (date(2026, 1, 1), date(2026, 12, 31)), whole.limited_to("MZ")
    for by in ("rates", "score"):
        own = getattr(some.supervision, by)(*year)
        assert own == getattr(whole.supervision, by)(*year, unit="MZ"), by
    with pytest.raises(Refused, match="whole office"):
        some.supervision.spot_check("request", *year, 1)


# -- in a portal's transaction -----------------------------------------------------------------------------------------


def test_the_limit_holds_in_a_portals_transaction_and_ends_with_the_call(whole: Office, place: Place) -> None:
    some = whole.limited_to("CZ")
    with place.engine() as engine, engine.connect() as session:
        taken = some.receive("request", facts=REQUEST, session=session, now=at(TODAY))
        assert {line.unit for line in some.cases(as_of=TODAY, session=session)} == {"CZ"}
        with pytest.raises(NotFound):
            some.do("MZ-2026-0002", "note", facts={"text": "x"}, session=session, now=at(TODAY))
        assert {line.unit for line in whole.cases(as_of=TODAY, session=session)} == set(UNITS)
        assert len(session.execute(text("SELECT * FROM gk_docket")).all()) == 10
        session.commit()
    assert taken.number in {line.case for line in some.cases(as_of=TODAY)}


def test_a_call_inside_another_one_leaves_its_limit(whole: Office, place: Place) -> None:
    cz, mz = whole.limited_to("CZ"), whole.limited_to("MZ")
    with place.engine() as engine, engine.connect() as session:
        for looked in (cz, mz, whole):
            cz.do(
                "CZ-2026-0002", "note", facts={"text": "x"}, session=session, now=at(TODAY),
                show=lambda _, looked=looked: looked.cases(as_of=TODAY, session=session),
            )  # fmt: skip
        session.commit()
    assert cz.case("CZ-2026-0002").seq == 6
    assert_sound(whole)


def test_who_only_reads_is_not_left_in_a_transaction(whole: Office, place: Place) -> None:
    if place.kind != "sqlite":
        pytest.skip("Python's driver of SQLite begins by itself")
    connection = sqlite3.connect(str(make_url(place.url).database))
    for unit in UNITS:
        assert {line.unit for line in whole.limited_to(unit).cases(as_of=TODAY, session=connection)} == {unit}
        assert not connection.in_transaction
    connection.close()


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_a_page_of_a_limited_office_is_searched_by_index(place: Place, office: Office, query: CaseQuery) -> None:
    from gkflow.application.pages import filter_of

    chosen = filter_of(office.rules, DAY, query)
    values = {**pages._values(chosen), "limit": 50}
    assert scans(place, pages._page(pages._shape(chosen), "last_day", False), values, units=("GK",)) == []
    assert scans(place, pages._CLOCKS, {"cases": ["A", "B"], "day": DAY}, units=("GK",)) == []


def test_a_limited_office_is_awaited_as_well(whole: Office) -> None:
    async def work() -> None:
        some = await whole.aio.limited_to("财政局")
        assert {line.unit for line in await some.cases(as_of=TODAY)} == {"CZ"}
        with pytest.raises(NotFound):
            await some.do("MZ-2026-0002", "note", facts={"text": "x"}, now=at(TODAY))

    asyncio.run(work())


# -- row-level security ------------------------------------------------------------------------------------------------


@pytest.fixture
def wall(place: Place) -> Iterator[Place]:
    if place.kind == "sqlite":
        pytest.skip("SQLite has no row-level security")
    lived(place)
    with with_few_rights(place, by_unit=True) as theirs:
        yield theirs


def test_behind_the_wall_a_limited_office_works_as_before_it(place: Place, wall: Place) -> None:
    with place.open() as whole, wall.open() as portal:
        here, there = whole.limited_to("CZ"), portal.limited_to("CZ")
        for name, listed in LISTS.items():
            assert listed(there) == listed(here), name
        for name, show in ONE_CASE.items():
            assert show(there, "CZ-2026-0002") == show(here, "CZ-2026-0002"), name
        assert_nothing_taken(there, whole, place)
        for enter in ENTRIES.values():
            enter(there, "CZ-2026-0002")
        assert there.receive("request", facts=REQUEST, now=at(TODAY)).number == "CZ-2026-0004"
        assert_sound(whole)
        whole.tick(at("2026-06-16"))


def test_behind_the_wall_whoever_names_no_unit_is_refused_and_not_shown_an_empty_office(wall: Place) -> None:
    with wall.open() as portal:
        for before in (False, True):
            with pytest.raises(Unfit) as raised:
                portal.cases(as_of=TODAY)
            assert raised.value.code == "rows_of_units_only", before
            portal.limited_to("CZ").cases(as_of=TODAY)  # PostgreSQL keeps an empty setting on this connection


def test_behind_the_wall_a_failing_call_leaves_no_unit_named(wall: Place) -> None:
    with wall.open() as portal, wall.engine() as engine, engine.connect() as session:
        with pytest.raises(NotFound):
            portal.limited_to("CZ").case("MZ-2026-0002", session=session)
        with pytest.raises(Unfit) as raised:
            portal.cases(as_of=TODAY, session=session)
        assert raised.value.code == "rows_of_units_only"


def test_the_wall_stands_where_a_statement_forgot_the_limit(place: Place, wall: Place) -> None:
    engine = create_engine(wall.url)
    with place.open() as whole:
        whose = owners(whole)
    with engine.begin() as connection:
        connection.execute(text("SELECT set_config('gkflow.units', '[\"CZ\"]', true)"))
        for table in ("docket", "docket_revision", "entry", "clock", "escalation", "notice", "event"):
            of_case = [str(row[0]) for row in connection.execute(text(f'SELECT DISTINCT "case" FROM gk_{table}'))]
            assert of_case, table
            assert {whose[each] for each in of_case} <= {"CZ"}, table
        for statement in (
            "UPDATE gk_docket SET title = 'x' WHERE unit <> 'CZ'", "DELETE FROM gk_clock WHERE \"case\" LIKE 'MZ%'",
            "UPDATE gk_notice SET error = 'x' WHERE \"case\" LIKE 'MZ%'",
        ):  # fmt: skip
            assert connection.execute(text(statement)).rowcount == 0, statement
        drafts = connection.execute(text('SELECT "case" FROM gk_draft')).scalars().all()
        assert drafts == ["CZ-2026-0003"]
    engine.dispose()
    assert len(place.rows("SELECT * FROM gk_docket")) == len(CASES)


def test_an_office_is_limited_in_a_portals_transaction_on_the_only_connection(place: Place) -> None:
    engine = create_engine(place.url, pool_size=1, max_overflow=0, pool_timeout=1)
    with place.settings(TWO).open():
        pass
    with gkflow.open(engine, home=place.home) as office, engine.connect() as session:
        taken = office.receive("request", unit="MZ", facts=REQUEST, session=session, now=at(TODAY))
        some = office.limited_to("民政局")
        assert [line.case for line in some.cases(as_of=TODAY, session=session)] == [taken.number]
        session.rollback()
    engine.dispose()
