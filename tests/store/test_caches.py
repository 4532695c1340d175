"""The caches: whatever happens, in whatever order it is written down, they say what the record says."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from gkflow.application.advance import wanted_facts
from gkflow.domain.errors import GkflowError
from gkflow.domain.fact_rules import FactSpec
from gkflow.office import Office
from gkflow.store.tables import DOCKET
from slow_walks import slow_after
from store.offices import Place, assert_sound, at, log_of, open_request

WORKFLOWS = ("request", "permit", "penalty", "interpretation")
CLOCK = (
    '"case", clock, ref, from_day, until_day, workflow, obligor, kind, owed, status, verdict, since, last_day,'
    " remaining, stopped, days_left, provisional, earliest, latest, risk, ladder, calendar"
)


class Walk:
    """Somebody who enters what comes to mind, today or for a day gone by, lawful or not (a register takes it)."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office, self.random = office, random.Random(seed)
        self.today = date(2022, 9, 1)
        self.cases: dict[str, str] = {}
        self.done = 0

    def step(self) -> None:
        acts: list[Callable[[], Any]] = [self.do, self.do, self.do, self.do, self.late, self.late, self.correct]
        if len(self.cases) < 4 or self.random.random() < 0.1:
            acts = [self.open]
        elif self.random.random() < 0.15:
            acts = [self.imported]
        try:
            self.random.choice(acts)()
            self.done += 1
        except GkflowError:
            pass  # refused: nothing may have changed, and the comparison shows it
        if self.random.random() < 0.5:
            self.today += timedelta(days=self.random.choice((1, 1, 2, 5)))
        if self.random.random() < 0.3:
            self.office.tick(self.now)

    @property
    def now(self) -> Any:
        return at(self.today.isoformat())

    def open(self) -> None:
        workflow = self.random.choice(WORKFLOWS)
        number = f"{workflow[:2]}-{len(self.cases)}"
        first = self.office.rules.rulebook.workflow(workflow).first.name
        self.office.receive(workflow, number, facts=self.facts(workflow, first), now=self.now)
        self.cases[number] = workflow

    def do(self, day: date | None = None) -> None:
        number = self.random.choice(sorted(self.cases))
        case = self.office.case(number, as_of=day or self.today)
        workflow = self.office.rules.rulebook.workflow(self.cases[number])
        names = [name for name in workflow.actions if name not in ("correct_entry", "archive")]
        allowed = [n for n in names if case.state in workflow.actions[n].sources] or names
        action = self.random.choice(allowed)
        self.office.do(number, action, day=day, facts=self.facts(workflow.name, action), now=self.now)

    def late(self) -> None:
        self.do(self.today - timedelta(days=self.random.randrange(1, 20)))

    def correct(self) -> None:
        number = self.random.choice(sorted(self.cases))
        record = self.office.case(number, as_of=self.today).record
        seq = self.random.choice(record).seq
        facts: dict[str, Any] = {"seq": seq, "reason": "笔误"}
        if self.random.random() < 0.5:
            facts["void"] = True
        else:
            facts["day"] = (self.today - timedelta(days=self.random.randrange(0, 15))).isoformat()
        self.office.do(number, "correct_entry", facts=facts, now=self.now)

    def imported(self) -> None:
        number = self.random.choice(sorted(self.cases))
        workflow = self.cases[number]
        names = [n for n in self.office.rules.rulebook.workflow(workflow).actions if n != "correct_entry"]
        rows = []
        for _ in range(3):
            day = self.today - timedelta(days=self.random.randrange(0, 20))
            action = self.random.choice(names)
            facts = self.facts(workflow, action)
            rows.append({"case": number, "workflow": workflow, "day": day, "action": action, **facts})
        self.office.import_register(enumerate(rows, 2), now=self.now)

    def facts(self, workflow: str, action: str) -> dict[str, Any]:
        flow = self.office.rules.rulebook.workflow(workflow)
        must, may = wanted_facts(flow, action)
        names = [*must, *(name for name in may if self.random.random() < 0.4)]
        return {name: self.value(flow.facts.get(name) or FactSpec(name, name)) for name in names}

    def value(self, spec: FactSpec) -> Any:
        if spec.name == "ref":
            return self.random.choice("甲乙")
        if spec.type == "choice":
            return self.random.choice(sorted(spec.choices))
        if spec.type == "day":
            return (self.today + timedelta(days=self.random.randrange(-10, 15))).isoformat()
        return {"integer": 20, "number": 5, "flag": True, "uscc": "91110000100000364X"}.get(spec.type, "文字")


def _dockets(place: Place) -> list[tuple[Any, ...]]:
    """Every docket row with its revisions, but for whether a seal holds it: what was rebuilt is sealed again."""
    names = ", ".join(f'"{column.name}"' for column in DOCKET.c if column.name != "sealed")
    rows = place.rows(f"SELECT {names} FROM gk_docket ORDER BY 1")
    return [*rows, *place.rows("SELECT * FROM gk_docket_revision ORDER BY 1, 2")]


@pytest.mark.parametrize("seed", slow_after(2, range(8)))
def test_a_random_course_of_events_leaves_caches_that_say_what_the_record_says(
    place: Place, office: Office, seed: int
) -> None:
    walk = Walk(office, seed)
    for _ in range(12):
        for _ in range(8):
            walk.step()
        assert_sound(office)
    assert walk.done > 40
    office.tick(walk.now)
    before = [
        _dockets(place),
        place.rows(f"SELECT {CLOCK} FROM gk_clock ORDER BY 1, 2, 3, 4"),
    ]
    log = log_of(place)
    office.rebuild(now=walk.now)
    assert before == [
        _dockets(place),
        place.rows(f"SELECT {CLOCK} FROM gk_clock ORDER BY 1, 2, 3, 4"),
    ]
    # Rebuilt caches send no notification twice.
    messages = len(place.rows("SELECT 1 FROM gk_notice"))
    office.tick(walk.now)
    assert (log_of(place), len(place.rows("SELECT 1 FROM gk_notice"))) == (log, messages)
    assert_sound(office)


def test_a_rebuild_notifies_nobody_twice_on_the_days_that_follow(place: Place, office: Office) -> None:
    open_request(office, "A", "2022-09-13")
    office.tick(at("2022-10-08"))
    office.tick(at("2022-10-12"))
    log, messages = log_of(place), len(office.notices())
    place.sql("DELETE FROM gk_clock")
    place.sql("DELETE FROM gk_docket")
    assert office.rebuild(now=at("2022-10-12"))[1] == ("A",)
    office.tick(at("2022-10-13"))
    assert log_of(place) == log
    assert len(office.notices()) == messages
    office.tick(at("2022-10-14"))
    assert len(log_of(place)) == len(log) + 1
    assert_sound(office)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE gk_clock SET last_day = '2022-12-30' WHERE clock = 'reply'",
        "UPDATE gk_clock SET status = 'stopped' WHERE clock = 'reply'",
        "DELETE FROM gk_clock WHERE clock = 'reply'",
        "UPDATE gk_docket SET state = 'archived'",
        "UPDATE gk_docket SET ended = '2022-09-30'",
        "DELETE FROM gk_docket",
    ],
)
def test_a_damaged_cache_is_found_by_a_dry_run_and_mended_by_a_rebuild(
    place: Place, office: Office, damage: str
) -> None:
    open_request(office, "A", "2022-09-13")
    whole = [place.rows("SELECT * FROM gk_docket"), place.rows(f"SELECT {CLOCK} FROM gk_clock ORDER BY clock")]
    place.sql(damage)
    broken = place.rows(f"SELECT {CLOCK} FROM gk_clock ORDER BY clock")
    assert office.rebuild(dry_run=True) == (1, ("A",))
    assert place.rows(f"SELECT {CLOCK} FROM gk_clock ORDER BY clock") == broken
    assert office.rebuild(now=at("2022-09-14")) == (1, ("A",))
    assert [place.rows("SELECT * FROM gk_docket"), place.rows(f"SELECT {CLOCK} FROM gk_clock ORDER BY clock")] == whole
    assert office.rebuild(dry_run=True) == (1, ())


def test_rows_of_a_case_that_is_on_no_record_are_found(place: Place, office: Office) -> None:
    open_request(office, "A", "2022-09-13")
    place.sql(
        f"INSERT INTO gk_clock ({CLOCK}, fresh)"
        f" SELECT 'Z', {CLOCK.split(', ', 1)[1]}, 0 FROM gk_clock WHERE clock = 'reply'"
    )
    assert office.verify()[2] != ()


def test_a_refused_action_changes_nothing(place: Place, office: Office) -> None:
    open_request(office, "A", "2022-09-13")
    tables = ("entry", "docket", "clock", "notice", "edition")
    before = [place.rows(f"SELECT * FROM gk_{table}") for table in tables]
    for action, facts in (
        ("deliver", {}),
        ("extend", {"days": 21, "approved_by": "王五"}),
        ("extend", {"days": 20}),
        ("third_party_answers", {"ref": "无人"}),
        ("reply", {}),
        ("nothing", {}),
        ("note", {"text": "x", "colour": "rot"}),
    ):
        with pytest.raises(GkflowError):
            office.do("A", action, facts=facts, now=at("2022-09-14"))
    assert before == [place.rows(f"SELECT * FROM gk_{table}") for table in tables]
