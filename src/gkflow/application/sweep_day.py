"""
One day's sweep (一日巡检), in short transactions: between two of them others write.

Every piece may be repeated: a step, an entry of the law's consequence, a case opened by time and a notice are written
once, whoever comes first. A sweep that was interrupted begins the day again; its last transaction, which has the
office alone, seals the day. Until then every piece looks whether the day is still the one to be swept, under the same
rules.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import NamedTuple, TypeVar
from zlib import crc32

from gkflow.application.events import swept_event
from gkflow.application.hours import RunInHours, end_of, reach_hours, running
from gkflow.application.lapses import run_out, take
from gkflow.application.notifications import notify
from gkflow.application.office_context import OfficeContext
from gkflow.application.parked import parked, remind
from gkflow.application.ports import Ledger, Store, Where
from gkflow.application.scheduled_cases import duties_due, open_by_step, open_duty, steps_that_open
from gkflow.application.seals import send_seal
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.errors import Conflict
from gkflow.domain.escalation import threshold
from gkflow.domain.rulebook import Rulebook
from gkflow.domain.workflow import Step

_T = TypeVar("_T")
# How many in one transaction, so that it takes some 20 ms: cases of the docket, notices, cases that are written to.
_CASES, _NOTICES, _WRITTEN = 500, 500, 10
_TRIES = 20


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


class Share(NamedTuple):
    """
    One of several shares of a day's work (巡检份额): the cases whose number hashes to *at* of *of*. *searches* are
    those that have found cases for the day (``work_of``); what another one would find is left to the end of the day.
    """

    at: int = 0
    of: int = 1
    searches: tuple[int, ...] | None = None

    def has(self, case: str) -> bool:
        """Whether a case is in the share."""
        return self.of == 1 or crc32(case.encode()) % self.of == self.at


def sweep_day(store: Store, rules: OfficeContext, day: date, now: datetime, *, notifying: bool) -> tuple[OfDay, bool]:
    """
    Do everything that the sweep does on one day; only on the last one (*notifying*) are people notified. What was done,
    and whether the day is done; else it was swept or taken back meanwhile, or other rules were adopted.
    """
    sweep = _DaySweep.begun(store, rules, day, now, Share())
    try:
        sweep.run(notifying)
        sweep.finish(notifying)
        return sweep.done(), True
    except _Changed:
        return sweep.done(), False


def sweep_share(
    store: Store, rules: OfficeContext, day: date, now: datetime, share: Share, *, notifying: bool
) -> OfDay:  # fmt: skip
    """
    Do a share of it, while others do the rest. ``sweep_day`` then does what is left, whatever has become of the
    others, and ends the day.
    """
    sweep = _DaySweep.begun(store, rules, day, now, share)
    with suppress(_Changed):
        sweep.run(notifying)
    return sweep.done()


class Work(NamedTuple):
    """About how many cases a day's sweep has to look at (工作量), and which searches find cases."""

    cases: int
    searches: tuple[int, ...]


def work_of(store: Store, rules: OfficeContext, day: date) -> Work:
    """The work of a day, before it is split (工作量)."""
    with store.reading() as ledger:
        searches = _searches(ledger, rules.renewed(ledger).rulebook, day)
        due = [len(_due_cases(ledger, search, day)) for search in searches]
        found = tuple(at for at, cases in enumerate(due) if cases)
        return Work(sum(due) + ledger.sweeps.count_fresh(day), found)


@dataclass(frozen=True, slots=True)
class _DaySweep:
    """The sweep of one day, by one process (一日巡检)."""

    store: Store
    rules: OfficeContext
    series: int
    searches: tuple[_Search, ...]
    day: date
    now: datetime
    share: Share
    counts: Counter[str] = field(default_factory=Counter)
    reached: list[int] = field(default_factory=list)  # the steps recorded here

    @classmethod
    def begun(
        cls, store: Store, rules: OfficeContext, day: date, now: datetime, share: Share
    ) -> _DaySweep:  # fmt: skip
        with store.reading() as ledger:
            rules = rules.renewed(ledger)
            searches = tuple(_searches(ledger, rules.rulebook, day))
            return cls(store, rules, ledger.sweeps.series, searches, day, now, share)

    def run(self, notifying: bool) -> None:
        """Every piece but the last."""
        self._reach_hours()
        self._check_fresh()
        self._reach_due()
        self._take_lapsed()
        self._open_by_steps()
        if self.share.of == 1:
            self._open_duties()
        if notifying:
            self._notify()
            self._remind_parked()

    def done(self) -> OfDay:
        """What was done so far."""
        return OfDay(**self.counts)

    def _write(self, work: Callable[[Ledger], _T]) -> _T:
        """One short transaction."""

        def checked(ledger: Ledger) -> _T:
            self._check(ledger, ledger.sweeps.join_sweep())
            return work(ledger)

        for _ in range(_TRIES):
            self.store.give_way()
            try:
                return self.store.attempt(checked)
            except Conflict as error:
                if error.code != "stale":  # somebody has written in a case of the piece, which may be repeated
                    raise
        return self.store.attempt(checked)

    def _check(self, ledger: Ledger, day: date | None) -> None:
        same = self.rules.renewed(ledger).rulebook is self.rules.rulebook
        if not same or day != self.day or ledger.sweeps.series != self.series:
            raise _Changed

    # -- steps of ladders ----------------------------------------------------------------------------------------

    def _reach_hours(self) -> None:
        until = min(self.now, end_of(self.day))
        with self.store.reading() as ledger:
            runs = [each for each in running(ledger, self.rules, self.day) if self.share.has(each.run.case)]

        def reach(ledger: Ledger, some: Sequence[RunInHours]) -> int:
            found = reach_hours(ledger, self.rules, some, self.day, until)
            return self._add(ledger, [each.step.id for each in found])

        self._in_batches("reached", runs, _WRITTEN, reach)

    def _add(self, ledger: Ledger, steps: Sequence[int]) -> int:
        ledger.events.add_steps(steps, self.now)
        self.reached.extend(steps)
        return len(steps)

    def _check_fresh(self) -> None:
        """The rows computed since the last sweep, whatever their last day: each is checked for every step once."""
        while self._has_fresh():
            found = self._write(self._reach_fresh)
            if found is None:
                break  # the rest is at hand in other processes
            self.counts["reached"] += found

    def _has_fresh(self) -> bool:
        with self.store.reading() as ledger:
            return ledger.sweeps.has_fresh(self.day)

    def _reach_fresh(self, ledger: Ledger) -> int | None:
        fresh = ledger.sweeps.check_fresh(self.day, _CASES, free=self.share.of > 1)
        due: dict[int, set[str]] = defaultdict(set)
        for row in fresh:
            if row.status != "running" or row.until_day <= self.day or row.last_day is None:
                continue
            place = row.unit if row.unit in self.rules.rulebook.local else ""
            for at, search in enumerate(self.searches):
                if (search.ladder, search.place.name) == (row.ladder, place) and row.last_day <= search.latest:
                    due[at].add(row.case)
        # In the order of the ladder, from the lowest step up.
        reached = sum(self._reach(ledger, sorted(due[at]), self.searches[at]) for at in sorted(due))
        return reached if fresh or self.share.of == 1 else None

    def _reach_due(self) -> None:
        """The rows that come due because the day has come; in order, whatever was missed."""
        with self.store.reading() as ledger:  # one for all: a share of a day has few cases for each
            due = [
                (search, [case for case in _due_cases(ledger, search, self.day) if self.share.has(case)])
                for at, search in enumerate(self.searches)
                if self.share.searches is None or at in self.share.searches
            ]
        for search, cases in due:
            self._in_batches("reached", cases, _CASES, partial(self._reach, search=search))

    def _reach(self, ledger: Ledger, cases: Sequence[str], search: _Search) -> int:
        where = search.place.where
        return self._add(ledger, ledger.sweeps.reach(cases, search.ladder, search.step, search.latest, self.day, where))

    # -- what the law and the clock bring about ------------------------------------------------------------------

    def _take_lapsed(self) -> None:
        with self.store.reading() as ledger:
            found = [each for each in run_out(ledger, self.rules, self.day) if self.share.has(each.case)]
        self._each("taken", found, lambda ledger, each: take(ledger, self.rules, each, self.day, self.now))

    def _open_by_steps(self) -> None:
        with self.store.reading() as ledger:
            found = [each for each in steps_that_open(ledger, self.rules, self.day) if self.share.has(each.case)]
        self._each("opened", found, lambda ledger, each: open_by_step(ledger, self.rules, each, self.day, self.now))

    def _open_duties(self) -> None:
        with self.store.reading() as ledger:
            found = duties_due(ledger, self.rules, self.day)
        self._each("opened", found, lambda ledger, each: open_duty(ledger, self.rules, each, self.day, self.now))

    def _each(self, name: str, found: Sequence[_T], do: Callable[[Ledger, _T], int]) -> None:
        self._in_batches(name, found, _WRITTEN, lambda ledger, some: sum(do(ledger, each) for each in some))

    def _in_batches(
        self, name: str, found: Sequence[_T], size: int, do: Callable[[Ledger, Sequence[_T]], int]
    ) -> None:  # fmt: skip
        """Each batch in a transaction of its own, and counted, also if the next one finds the day changed."""
        for at in range(0, len(found), size):
            self.counts[name] += self._write(self._batch(do, found[at : at + size]))

    @staticmethod
    def _batch(do: Callable[[Ledger, Sequence[_T]], int], some: Sequence[_T]) -> Callable[[Ledger], int]:
        return lambda ledger: do(ledger, some)

    # -- notices, and the end of the day --------------------------------------------------------------------------

    def _notify(self) -> None:
        """
        Notify people of the steps reached since the last notification (告知): after an outage of the highest step of
        each clock only, and only if it still holds. A share does so for the steps that it has reached itself.
        """
        with self.store.reading() as ledger:
            after = ledger.sweeps.last_notifying() or date.min
            own = self.reached if self.share.of > 1 else None
            steps = [step for step, _ in ledger.sweeps.steps_reached(after, self.day)] if own is None else own
        self._in_batches(
            "notified",
            steps,
            _NOTICES,
            lambda ledger, some: notify(ledger, self.rules, some, after, self.day, self.now),
        )

    def _remind_parked(self) -> None:
        with self.store.reading() as ledger:
            found = [each for each in parked(ledger, self.rules, self.day) if self.share.has(each.line.case)]
        self._each("notified", found, lambda ledger, each: remind(ledger, self.rules, each, self.day, self.now))

    def finish(self, notifying: bool) -> None:
        """Keep the thresholds, and seal the day and the record."""
        with self.store.reading() as ledger:
            content = ledger.sweeps.content_so_far(self.day)
            notices = ledger.seals.notices_so_far() if notifying else None
        with self.store.writing(hold="alone") as ledger:
            self._check(ledger, ledger.sweeps.claim_sweep())
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


def _due_cases(ledger: Ledger, search: _Search, day: date) -> list[str]:
    ladder, place, step, after, latest = search
    return ledger.sweeps.due_cases(ladder, step, after, latest, day, place.where)


def _searches(ledger: Ledger, book: Rulebook, day: date) -> Iterator[_Search]:
    for ladder in book.ladders.values():
        for place in places(book):
            last = ledger.sweeps.thresholds(ladder.name, place.name)
            for step in ladder.steps:
                yield _Search(ladder.name, place, step, last.get(step.offset), threshold(step, day, place.calendar))
