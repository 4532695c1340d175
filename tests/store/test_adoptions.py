"""What one process adopts, every other one works by from its next transaction on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gkflow.application.ports import Hold, Ledger
from gkflow.application.register import import_register
from gkflow.application.sweep import tick
from gkflow.domain.case import legal_day
from gkflow.office import Office
from gkflow.store.database import Database
from store.offices import PEOPLE, Place, assert_sound, at, foretold, known, open_request

ROOT = Path(__file__).parents[2]
LAW = "config/law/ogi-regulations.yaml"
REPLY = (
    "        length: 20\n        unit: working_day\n        article: 第三十三条第二款\n        quote: 行政机关不能当场"
)
# From Thu 2022-09-01, 中秋节 Mon 09-12 off: 20 working days end on 09-30, 15 on 09-23.
TWENTY, FIFTEEN = date(2022, 9, 30), date(2022, 9, 23)


def shorter(home: Path) -> None:
    text = (ROOT / LAW).read_text(encoding="utf-8")
    (home / "config" / "law").mkdir(parents=True)
    (home / LAW).write_text(text.replace(REPLY, REPLY.replace("20", "15", 1), 1), encoding="utf-8")


@pytest.fixture
def two(place: Place) -> Iterator[tuple[Office, Office]]:
    """Two long-lived offices on one database, both with their rules read."""
    place.settings(PEOPLE)
    with place.open() as one, place.open() as other:
        assert one.rules.rulebook.edition == other.rules.rulebook.edition
        yield one, other


def adopt_shorter(office: Office) -> None:
    shorter(office.settings.home)
    office.rule_editions.adopt(by="王五", now=at("2022-09-01"))


def test_an_office_that_was_open_writes_and_shows_by_the_rules_that_another_adopted(two: tuple[Office, Office]) -> None:
    one, other = two
    open_request(one, "A", "2022-09-01")
    adopt_shorter(other)
    assert one.deadlines("A", as_of="2022-09-01")["reply"].last_day == FIFTEEN
    assert [line.last_day for line in one.cases(as_of="2022-09-01")] == [FIFTEEN]
    assert one.do("A", "note", facts={"text": "备注"}, now=at("2022-09-02")).last_day != TWENTY
    open_request(one, "B", "2022-09-01")
    assert one.deadlines("B", as_of="2022-09-02")["reply"].last_day == FIFTEEN
    assert_sound(one)
    assert_sound(other)


def test_an_office_that_was_open_recounts_nothing_back(two: tuple[Office, Office]) -> None:
    """The calendar: 国办发明电〔2018〕15号 moves seven working days from 2018-12-20 from 12-31 to 12-29."""
    one, other = two
    one.calendars.adopt(known("2018-11-30"), now=at("2018-11-30"))
    foretold(one, "P", "2018-12-05", "2018-12-20")
    other.calendars.adopt(known("2018-12-06"), now=at("2018-12-06"))
    assert one.do("P", "note", facts={"text": "备注"}, now=at("2018-12-07")).seq == 3
    assert one.deadlines("P", as_of="2018-12-07")["publish"].last_day == date(2018, 12, 29)
    done = one.calendars.adopt(known("2018-12-06"), now=at("2018-12-08"))
    assert done.moved == 0
    assert one.rebuild(now=at("2018-12-08"))[1] == ()
    assert_sound(other)


def test_an_import_a_sweep_and_a_rebuilding_go_on_with_what_was_adopted_before_their_next_transaction(
    two: tuple[Office, Office],
) -> None:
    one, other = two
    open_request(one, "A", "2022-09-01")
    old = one.rules
    adopt_shorter(other)
    rows = [{"case": "C", "workflow": "request", "day": "2022-09-01", "action": "receive", "channel": "in_person"}]
    now = at("2022-09-02")
    assert import_register(one.store, old, enumerate(rows, 2), now).taken == 1
    (row,) = [line for line in other.cases(as_of="2022-09-02") if line.case == "C"]
    assert row.last_day == FIFTEEN
    assert tick(one.store, old, now, legal_day(now)).days == (date(2022, 9, 2),)
    assert_sound(other)


class _Watched:
    """A ledger that notes whether the editions in use were asked for before anything reckoned was written."""

    RECKONED = frozenset(
        (("record", "append"), ("docket", "put"), ("docket", "add_clocks"), ("docket", "end_clock"),
         ("sweeps", "reach"), ("hours", "record_step"))
    )  # fmt: skip

    def __init__(self, ledger: Ledger, blind: list[str], seen: set[str]) -> None:
        self._ledger, self._blind, self._seen, self._asked = ledger, blind, seen, False

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._ledger, name)
        return found if name in ("writes", "units") else _WatchedPart(self, name, found)


class _WatchedPart:
    def __init__(self, ledger: _Watched, name: str, part: Any) -> None:
        self._of, self._name, self._part = ledger, name, part

    def __getattr__(self, name: str) -> Any:
        if (self._name, name) == ("editions", "in_use"):
            self._of._asked = True
        elif (self._name, name) in _Watched.RECKONED:
            self._of._seen.add(name)
            if not self._of._asked:
                self._of._blind.append(name)
        return getattr(self._part, name)


class _WatchedDatabase(Database):
    blind: list[str]
    seen: set[str]

    @contextmanager
    def writing(self, session: Any = None, hold: Hold = "shared") -> Iterator[Any]:
        with super().writing(session, hold) as ledger:
            yield _Watched(ledger, self.blind, self.seen)


def test_no_verb_writes_what_was_reckoned_without_asking_which_editions_are_in_use(place: Place) -> None:
    place.settings(PEOPLE)
    place.open().close()
    database = _WatchedDatabase(place.url)
    database.blind, database.seen = [], set()
    with place.open() as settled:
        office = Office(database, settled.settings)
    open_request(office, "A", "2022-09-01")
    office.receive("permit", "P", day="2022-09-01", facts={"decision_date": "2022-09-01"}, now=at("2022-09-01"))
    rows = [{"case": "C", "workflow": "request", "day": "2022-08-01", "action": "receive", "channel": "in_person"}]
    office.import_register(enumerate(rows, 2), now=at("2022-09-02"))
    draft = office.drafts.keep("A", "reply", "缺", facts={"decision": "D-PUB"}, now=at("2022-09-02"))
    office.drafts.enter(draft, facts={"method": "posted"}, now=at("2022-09-05"))
    office.tick(at("2022-09-20"))
    office.supervision.spot_check("request", date(2022, 9, 1), date(2022, 9, 2), 1, now=at("2022-09-21"))
    office.tick(at("2022-10-20"))
    office.rebuild(now=at("2022-10-20"))
    adopt_shorter(office)
    database.close()
    assert database.blind == []
    assert database.seen == {name for _, name in _Watched.RECKONED} - {"record_step"}, "all of them were watched"


def test_the_chain_of_the_rules_editions_shows_a_changed_one_and_one_taken_away(place: Place) -> None:
    with place.open() as office:
        adopt_shorter(office)
        with office.store.reading() as ledger:
            assert ledger.editions.check_rules_editions() == []
    first = place.rows("SELECT edition FROM gk_rules_edition ORDER BY id")[0][0]
    place.without_guards()
    place.sql("UPDATE gk_rules_edition SET \"by\" = 'x' WHERE edition = :first", {"first": first})
    with place.open() as office, office.store.reading() as ledger:
        assert ledger.editions.check_rules_editions() == [(first, "rules_changed")]
        breaches = {(each.what, each.where, each.code) for each in office.verify()[2]}
        assert ("rules", first[:12], "rules_changed") in breaches
    place.sql("DELETE FROM gk_rules_edition WHERE edition = :first", {"first": first})
    with place.open() as office, office.store.reading() as ledger:
        ((_, code),) = ledger.editions.check_rules_editions()
        assert code == "rules_not_chained"


def test_two_processes_that_open_a_new_office_at_once_adopt_the_rules_once(place: Place) -> None:
    from store.offices import run_together

    place.open().close()
    said = run_together(place, *["print(len(office.rule_editions.all()))"] * 3)
    assert [each.strip() for each in said] == ["1", "1", "1"]
    assert len(place.rows("SELECT * FROM gk_rules_edition")) == 1
