"""
The shared state of an office's services (机关的工作环境): its store, its settings, the moment, and the rules in use.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from gkflow.application.facts import FIRST_YEAR, read_day
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import FOREVER, CallerSession, InUse, Ledger, RulesRow, Store
from gkflow.application.transaction import Transaction
from gkflow.bootstrap import channels_of, kept_edition, known_edition, now, read_moment, rulebook
from gkflow.domain.as_dict import Data, dict_of
from gkflow.domain.case import canonical, legal_day
from gkflow.domain.errors import FilesAtFault, GkflowError
from gkflow.domain.labels import with_labels
from gkflow.domain.objections.calendars import CalendarLost, NothingAdopted
from gkflow.domain.objections.days import BadMoment, OutOfRange
from gkflow.domain.objections.units import WholeOfficeOnly
from gkflow.hooks import Hooks
from gkflow.in_use import KeptRules, KnownRules, kept_rules, known_rules, rules_of, wording_of
from gkflow.store.callers import when_committed

if TYPE_CHECKING:
    from gkflow.application.ports import Channel
    from gkflow.domain.edition import CalendarEdition
    from gkflow.domain.event import Event
    from gkflow.files.settings import Settings
    from gkflow.store.database import Database


_T = TypeVar("_T")


class AdoptedEdition(NamedTuple):
    """One edition on record (采用的版本): its name, its content, and since when it is in use."""

    name: str
    edition: CalendarEdition
    at: datetime

    def as_dict(self) -> Data:
        """Its fields by name, as JSON's types (see ``gkflow.domain.as_dict``)."""
        return dict_of(self)


class Held(NamedTuple):
    """The editions that an office has read (已读入的版本), and which ones were in use at that time."""

    numbers: InUse
    calendars: tuple[AdoptedEdition, ...]
    rules: tuple[KeptRules, ...]


class _Rows(NamedTuple):
    """The editions as the database has them (采用的版本), before they are parsed."""

    numbers: InUse
    calendars: list[tuple[str, str, datetime]]
    rules: list[RulesRow]
    wording: str | None = None  # used so far: by this process, else in the last notice


class InForce(NamedTuple):
    """The editions in use and the context made of them (在用规则), always replaced together."""

    held: Held
    rules: OfficeContext


class _Moved(Exception):
    """Another process has adopted an edition that this one has not read yet."""


class OfficeState:
    """The store and the settings of an office, and the editions in use (机关的工作环境)."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.store = database
        self.settings = settings
        self.hooks = Hooks()
        self._in_force: InForce | None = None

    def limited_to(self, units: Iterable[str]) -> OfficeState:
        """The same, limited to the cases of some units (限定单位)."""
        found = copy.copy(self)
        found.store = self.store.limited_to(units)
        return found

    @property
    def whole(self) -> OfficeState:
        """Itself, for what concerns the whole office. Raises Refused ("whole_office_only") if it is limited."""
        if self.store.units:
            raise WholeOfficeOnly(units=self.store.units)
        return self

    # -- what it works by ----------------------------------------------------------------------------------------

    @property
    def rules(self) -> OfficeContext:
        """The rulebook and people, with the editions of calendar and rules that are in use now."""
        return self.in_force().rules

    @property
    def held(self) -> Held:
        """The editions that were in use when last read."""
        return (self._in_force or self.in_force()).held

    @property
    def rules_read(self) -> OfficeContext:
        """The rules that were in use when last read."""
        return (self._in_force or self.in_force()).rules

    def rules_in(self, ledger: Ledger) -> OfficeContext:
        """
        The rules in use in this transaction (在用规则). Called at the start of each: if another process has adopted an
        edition since, it is read and used, so that nothing is written by an outdated one.
        """
        return self.in_force_in(ledger).rules

    def in_force_in(self, ledger: Ledger) -> InForce:
        """The same, with the editions that they are made of."""
        found = self._in_force
        if found is None or found.held.numbers != ledger.editions.in_use():
            if ledger.writes:
                self._adopt_in(ledger)
            found = self._in_force = self._made_of(self._rows(ledger))
        return found

    def in_force(self, session: CallerSession | None = None) -> InForce:
        """
        The rules in use now, read in a transaction of their own or in the caller's. Files are parsed after the
        transaction, which then keeps nobody waiting; a new office adopts its first editions.
        """
        if session is not None:
            with self.store.reading(session) as ledger:
                return self.in_force_in(ledger)
        found = self._in_force
        if found is None:
            self.adopt_first()
        with self.store.reading() as ledger:
            if found is not None and found.held.numbers == ledger.editions.in_use():
                return found
            rows = self._rows(ledger)
        found = self._in_force = self._made_of(rows)
        return found

    def write(
        self, verb: Callable[[Transaction], _T], now: datetime, dry_run: bool, session: CallerSession | None
    ) -> _T:
        """
        Run a verb in a writing transaction, with the hooks of its events. What it works by is read before, so that it
        keeps nobody waiting.
        """
        added: list[Event] = []

        def work(ledger: Ledger) -> _T:
            found = self._in_force
            if session is not None:
                rules = self.rules_in(ledger)
            elif found is not None and found.held.numbers == ledger.editions.in_use():
                rules = found.rules
            else:
                raise _Moved
            rules.require_same_units()
            with ledger.whole() if session is not None and self.hooks.before else nullcontext():
                done = verb(Transaction(ledger, rules, now, dry_run))
                added[:] = ledger.events.added
                self.hooks.refuse_or_accept(added)
            return done

        while True:
            try:
                done = self.store.attempt(work, session)
            except _Moved:
                self.in_force()
                continue
            if self.hooks.after and added:
                when_committed(session, lambda: self.hooks.committed(added))
            return done

    def _rows(self, ledger: Ledger) -> _Rows:
        editions = ledger.editions
        wording = self._in_force.rules.wording.source if self._in_force is not None else None
        if wording is None and self.settings.packages:
            wording = editions.last_wording()
        rows = _Rows(editions.in_use(), editions.calendar_editions(), editions.rules_editions(), wording)
        if not (rows.calendars and rows.rules):
            raise (CalendarLost if ledger.consistency.has_record() else NothingAdopted)(place=self.store.place)
        return rows

    def _made_of(self, rows: _Rows) -> InForce:
        held = Held(rows.numbers, self._calendars(rows.calendars), tuple(kept_rules(row) for row in rows.rules))
        days = [(each.at, each.edition) for each in held.calendars]
        wording = wording_of(self.settings, rows.wording)
        return InForce(held, replace(rules_of(self.settings, days, held.rules, None, wording), renew=self.rules_in))

    def label(self, error: GkflowError) -> None:
        """Let an objection have the labels of what it names, from the rules in use (名称的标签)."""
        if self._in_force is not None:
            with_labels(error, self._in_force.rules.rulebook.workflows.values())

    def adopt_first(self) -> None:
        """Adopt what the installed packages and the files say, if nothing has been adopted yet (首次采用)."""
        with self.store.reading() as ledger:
            numbers = ledger.editions.in_use()
        if None in numbers:
            with self.store.writing(hold="alone") as ledger:
                self._adopt_in(ledger)

    def _adopt_in(self, ledger: Ledger) -> None:
        numbers = ledger.editions.in_use()
        # A missing edition of an office with a record is not silently replaced: ``verify`` reports it.
        if numbers.calendar is None and not ledger.consistency.has_record():
            known = known_edition(self.settings.home, self.settings.named_packages)
            ledger.editions.adopt_calendar(known.edition, canonical(known.as_data()), "init", now())
        if numbers.rules is None and not ledger.consistency.was_sealed("rules"):
            rules = self.known_rules()
            ledger.editions.adopt_rules(rules.edition, rules.files, rules.text, "init", now())

    def rules_with(
        self, held: Held, calendars: Sequence[AdoptedEdition] = (), rules: Sequence[KeptRules] = ()
    ) -> OfficeContext:
        """The rules of these editions, with further ones adopted after them."""
        days = [(each.at, each.edition) for each in (*held.calendars, *calendars)]
        wording = (self._in_force or self.in_force()).rules.wording
        return rules_of(self.settings, days, [*held.rules, *rules], None, wording)

    def rules_for(
        self, ledger: Ledger, known_on: date | str | None, recorded_by: datetime | date | str | None = None
    ) -> OfficeContext:
        """
        The rules, with *known_on* with the calendar as it was known on a day (当时所知), by publication; with
        *recorded_by* with those in use at that moment.
        """
        found = self.in_force_in(ledger)
        if known_on is None and recorded_by is None:
            return found.rules
        calendars, kept = found.held.calendars, found.held.rules
        if (moment := self.recorded_moment(recorded_by)) is not None:
            calendars = tuple(each for each in calendars if each.at <= moment) or calendars[:1]
            kept = tuple(each for each in kept if each.at <= moment) or kept[:1]
        days = [(each.at, each.edition) for each in calendars]
        day = self.day(known_on) if known_on is not None else None
        return rules_of(self.settings, days, kept, day, found.rules.wording)

    def _calendars(self, rows: Sequence[tuple[str, str, datetime]]) -> tuple[AdoptedEdition, ...]:
        predictor = self.settings.predictor
        return tuple(AdoptedEdition(name, kept_edition(data, predictor), at) for name, data, at in rows)

    def known_rules(self) -> KnownRules:
        """The rules in the files, adopted or not. Raises FilesAtFault with every fault of every file."""
        settings = self.settings
        rulebook(
            settings.home, settings.profile, settings.readings, settings.named_packages
        )  # they must be consistent to be adopted
        return known_rules(settings)

    # -- moments, sessions, channels -------------------------------------------------------------------------------

    def store_in(self, session: CallerSession | None) -> Store:
        return self.store if session is None else self.store.within(session)

    def moment(self, given: datetime | None) -> datetime:
        """
        The moment of a call: the one given, else the machine's clock. Raises Refused ("bad_moment", "out_of_range").
        """
        if given is None:
            return now()
        if given.tzinfo is None:
            raise BadMoment(value=given.isoformat())
        try:
            day = legal_day(given)
        except OverflowError:
            raise OutOfRange() from None
        if not FIRST_YEAR <= day.year < FOREVER.year:  # a sweep of that moment would begin in another age
            raise OutOfRange()
        return given

    def day(self, day: date | str | None, moment: datetime | None = None) -> date:
        """
        The day given; by default that of *moment*, else today. Raises Refused ("bad_day"; "out_of_range" for the last
        possible day, which marks rows without an end).
        """
        found = legal_day(moment or now()) if day is None else read_day(day)
        if found >= FOREVER:
            raise OutOfRange()
        return found

    def recorded_moment(self, moment: datetime | date | str | None) -> datetime | None:
        """A moment by which entries were written; a day means its end (当日终了). Raises Refused ("bad_moment")."""
        if isinstance(moment, str):
            moment = read_moment(moment)
        if moment is None or isinstance(moment, datetime):
            return self.moment(moment) if moment is not None else None
        return datetime.combine(moment, time.max, ZoneInfo("Asia/Shanghai"))

    def channels(self) -> dict[str, Channel]:
        """The channels that are set up: file, console and chat always, mail and webhook when the settings name them."""
        self.require_sendable()
        return channels_of(self.settings)

    def require_sendable(self) -> None:
        """Refuse if the settings of notices have faults: a notice could get a wrong address. Raises FilesAtFault."""
        if self.settings.unsendable:
            raise FilesAtFault(self.settings.unsendable)
