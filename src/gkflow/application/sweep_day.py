"""
One day's sweep (一日巡检), in short transactions: between two of them others write.

Every piece may be repeated: a step, an entry of the law's consequence, a case opened by time and a notice are written
once, whoever comes first. A sweep that was interrupted begins the day again; its last transaction, which has the
office alone, seals the day. Until then every piece looks whether the day is still the one to be swept, under the same
rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import NamedTuple, TypeVar

from gkflow.application.events import swept_event
from gkflow.application.hours import end_of, reach_hours, running
from gkflow.application.lapses import run_out, take
from gkflow.application.notifications import notify
from gkflow.application.office_context import OfficeContext
from gkflow.application.parked import parked, remind
from gkflow.application.ports import Ledger, Store, Where
from gkflow.application.scheduled_cases import duties_due, open_by_step, open_duty, steps_that_open
from gkflow.application.seals import send_seal
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.escalation import threshold
from gkflow.domain.rulebook import Rulebook
from gkflow.domain.workflow import Step

_T = TypeVar("_T")
# How many in one transaction, so that it takes some 20 ms: cases of the docket, notices, cases that are written to.
_CASES, _NOTICES, _WRITTEN = 500, 500, 10


class OfDay(NamedTuple):
    """The result of one day's sweep (一日巡检结果)."""

    reached: int = 0
    notified: int = 0
    taken: int = 0
    opened: int = 0


class Place(NamedTuple):
    """The units that share a calendar: a unit with days of its own, or all others (name "")."""

    name: str
    calendar: WorkCalendar
    where: Where


def places(book: Rulebook) -> list[Place]:
    """Every place: the units without days of their own first."""
    others = Place("", book.calendar, Where(tuple(book.local), False))
    return [others, *(Place(unit, calendar, Where((unit,), True)) for unit, calendar in book.local.items())]


class _Changed(Exception):
    """The day is no longer the one to be swept, or the rules are others."""


class _Search(NamedTuple):
    """One step of one ladder at one place on the day of the sweep (督办步骤)."""

    ladder: str
    place: Place
    step: Step
    after: date | None  # the threshold of the last sweep
    latest: date


def sweep_day(store: Store, rules: OfficeContext, day: date, now: datetime, *, notifying: bool) -> OfDay | None:
    """
    Do everything that the sweep does on one day; only on the last one (*notifying*) are people notified. None if the
    day was swept or taken back meanwhile, or other rules were adopted.
    """
    try:
        return _DaySweep.begun(store, rules, day, now).run(notifying)
    except _Changed:
        return None


@dataclass(frozen=True, slots=True)
class _DaySweep:
    """The sweep of one day, by one process (一日巡检)."""

    store: Store
    rules: OfficeContext
    series: int
    searches: tuple[_Search, ...]
    day: date
    now: datetime

    @classmethod
    def begun(cls, store: Store, rules: OfficeContext, day: date, now: datetime) -> _DaySweep:
        with store.reading() as ledger:
            rules = rules.renewed(ledger)
            return cls(store, rules, ledger.sweeps.series, tuple(_searches(ledger, rules.rulebook, day)), day, now)

    def run(self, notifying: bool) -> OfDay:
        reached, notified = self._reach_hours() + self._check_fresh() + self._reach_due(), 0
        taken = self._take_lapsed()
        opened = self._open_by_steps() + self._open_duties()
        if notifying:
            notified = self._notify() + self._remind_parked()
        self._finish(notifying)
        return OfDay(reached, notified, taken, opened)

    def _write(self, work: Callable[[Ledger], _T]) -> _T:
        """One short transaction, and its events."""

        def checked(ledger: Ledger) -> _T:
            self._check(ledger)
            before = ledger.events.last_step()
            found = work(ledger)
            ledger.events.add_steps(before, self.now)
            return found

        self.store.give_way()
        return self.store.attempt(checked)

    def _check(self, ledger: Ledger) -> None:
        same = self.rules.renewed(ledger).rulebook is self.rules.rulebook
        if not same or ledger.sweeps.claim_sweep() != self.day or ledger.sweeps.series != self.series:
            raise _Changed

    # -- steps of ladders ----------------------------------------------------------------------------------------

    def _reach_hours(self) -> int:
        until = min(self.now, end_of(self.day))
        with self.store.reading() as ledger:
            runs = list(running(ledger, self.rules, self.day))
        return self._in_batches(
            runs, _WRITTEN, lambda ledger, some: len(reach_hours(ledger, self.rules, some, self.day, until))
        )

    def _check_fresh(self) -> int:
        """The rows computed since the last sweep, whatever their last day: each is checked for every step once."""
        reached = 0
        while self._has_fresh():
            reached += self._write(self._reach_fresh)
        return reached

    def _has_fresh(self) -> bool:
        with self.store.reading() as ledger:
            return ledger.sweeps.has_fresh(self.day)

    def _reach_fresh(self, ledger: Ledger) -> int:
        due: dict[int, set[str]] = defaultdict(set)
        for row in ledger.sweeps.check_fresh(self.day, _CASES):
            if row.status != "running" or row.until_day <= self.day or row.last_day is None:
                continue
            place = row.unit if row.unit in self.rules.rulebook.local else ""
            for at, search in enumerate(self.searches):
                if (search.ladder, search.place.name) == (row.ladder, place) and row.last_day <= search.latest:
                    due[at].add(row.case)
        # In the order of the ladder, from the lowest step up.
        return sum(self._reach(ledger, sorted(due[at]), self.searches[at]) for at in sorted(due))

    def _reach_due(self) -> int:
        """The rows that come due because the day has come; in order, whatever was missed."""
        reached = 0
        for search in self.searches:
            with self.store.reading() as ledger:
                ladder, place, step, after, latest = search
                cases = ledger.sweeps.due_cases(ladder, step, after, latest, self.day, place.where)
            reached += self._in_batches(cases, _CASES, partial(self._reach, search=search))
        return reached

    def _reach(self, ledger: Ledger, cases: Sequence[str], search: _Search) -> int:
        return ledger.sweeps.reach(cases, search.ladder, search.step, search.latest, self.day, search.place.where)

    # -- what the law and the clock bring about ------------------------------------------------------------------

    def _take_lapsed(self) -> int:
        with self.store.reading() as ledger:
            found = list(run_out(ledger, self.rules, self.day))
        return self._each(found, lambda ledger, each: take(ledger, self.rules, each, self.day, self.now))

    def _open_by_steps(self) -> int:
        with self.store.reading() as ledger:
            found = steps_that_open(ledger, self.rules, self.day)
        return self._each(found, lambda ledger, each: open_by_step(ledger, self.rules, each, self.day, self.now))

    def _open_duties(self) -> int:
        with self.store.reading() as ledger:
            found = duties_due(ledger, self.rules, self.day)
        return self._each(found, lambda ledger, each: open_duty(ledger, self.rules, each, self.day, self.now))

    def _each(self, found: Sequence[_T], do: Callable[[Ledger, _T], int]) -> int:
        return self._in_batches(found, _WRITTEN, lambda ledger, some: sum(do(ledger, each) for each in some))

    def _in_batches(self, found: Sequence[_T], size: int, do: Callable[[Ledger, Sequence[_T]], int]) -> int:
        return sum(self._write(self._batch(do, found[at : at + size])) for at in range(0, len(found), size))

    @staticmethod
    def _batch(do: Callable[[Ledger, Sequence[_T]], int], some: Sequence[_T]) -> Callable[[Ledger], int]:
        return lambda ledger: do(ledger, some)

    # -- notices, and the end of the day --------------------------------------------------------------------------

    def _notify(self) -> int:
        """
        Notify people of the steps reached since the last notification (告知): after an outage of the highest step of
        each clock only, and only if it still holds.
        """
        with self.store.reading() as ledger:
            after = ledger.sweeps.last_notifying() or date.min
            steps = ledger.sweeps.steps_reached(after, self.day)
        return self._in_batches(
            steps, _NOTICES, lambda ledger, some: notify(ledger, self.rules, some, after, self.day, self.now)
        )

    def _remind_parked(self) -> int:
        with self.store.reading() as ledger:
            found = parked(ledger, self.rules, self.day)
        return self._each(found, lambda ledger, each: remind(ledger, self.rules, each, self.day, self.now))

    def _finish(self, notifying: bool) -> None:
        with self.store.reading() as ledger:
            content = ledger.sweeps.content_so_far(self.day)
            notices = ledger.seals.notices_so_far() if notifying else None
        with self.store.writing(hold="alone") as ledger:
            self._check(ledger)
            for (ladder, place), used in self._thresholds().items():
                ledger.sweeps.keep_thresholds(ladder, place, used)
            ledger.sweeps.finish_sweep(self.day, self.now, notifying, content)
            ledger.events.add(swept_event(self.day, self.now, content.steps))
            if notifying:
                send_seal(ledger, self.rules, ledger.seals.write_seal(self.day, self.now, notices), self.now)

    def _thresholds(self) -> dict[tuple[str, str], dict[int, date]]:
        """
        The thresholds for the next sweep, with their steps: a step added to the ladder since is searched among all
        clocks.
        """
        found: dict[tuple[str, str], dict[int, date]] = defaultdict(dict)
        for ladder, place, step, after, latest in self.searches:
            # A changed calendar may set a threshold back; rows already checked stay checked.
            found[ladder, place.name][step.offset] = max(latest, after) if after else latest
        return found


def _searches(ledger: Ledger, book: Rulebook, day: date) -> Iterator[_Search]:
    for ladder in book.ladders.values():
        for place in places(book):
            last = ledger.sweeps.thresholds(ladder.name, place.name)
            for step in ladder.steps:
                yield _Search(ladder.name, place, step, last.get(step.offset), threshold(step, day, place.calendar))
