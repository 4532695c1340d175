"""
The shared state of an office's services (机关的工作环境): its store, its settings, the moment, and the rules in use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from gkflow.application.facts import FIRST_YEAR, read_day
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import FOREVER, CallerSession, InUse, Ledger, Store
from gkflow.bootstrap import channels_of, kept_edition, known_edition, now, read_moment, rulebook
from gkflow.domain.case import canonical, legal_day
from gkflow.domain.errors import FilesAtFault
from gkflow.domain.objections.calendars import CalendarLost, NothingAdopted
from gkflow.domain.objections.days import BadMoment, OutOfRange
from gkflow.in_use import KeptRules, KnownRules, known_rules, rules_of

if TYPE_CHECKING:
    from gkflow.application.ports import Channel
    from gkflow.domain.edition import CalendarEdition
    from gkflow.files.settings import Settings
    from gkflow.store.database import Database


class AdoptedEdition(NamedTuple):
    """One edition on record (采用的版本): its name, its content, and since when it is in use."""

    name: str
    edition: CalendarEdition
    at: datetime


class Held(NamedTuple):
    """The editions that an office has read (已读入的版本), and which ones were in use at that time."""

    numbers: InUse
    calendars: tuple[AdoptedEdition, ...]
    rules: tuple[KeptRules, ...]


class OfficeState:
    """The store and the settings of an office, and the editions in use (机关的工作环境)."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.store = database
        self.settings = settings
        self._rules: OfficeContext | None = None
        self._held: Held | None = None

    # -- what it works by ----------------------------------------------------------------------------------------

    @property
    def rules(self) -> OfficeContext:
        """The rulebook and people, with the editions of calendar and rules that were in use when last read."""
        if self._rules is None:
            self.in_use()
            assert self._rules is not None
        return self._rules

    def rules_in(self, ledger: Ledger) -> OfficeContext:
        """
        The rules in use in this transaction (在用规则). Called at the start of each: if another process has adopted an
        edition since, it is read and used, so that nothing is written by an outdated one.
        """
        held, rules = self._held, self._rules
        if held is None or rules is None or held.numbers != ledger.editions.in_use():
            if ledger.writes:
                self._adopt_in(ledger)
            held = Held(ledger.editions.in_use(), self.read_calendars(ledger), self.read_rules(ledger))
            if not (held.calendars and held.rules):
                raise (CalendarLost if ledger.consistency.has_record() else NothingAdopted)(place=self.store.place)
            rules = replace(self.rules_with(held.calendars, held.rules), renew=self.rules_in)
            self._rules, self._held = rules, held
        return rules

    @property
    def held(self) -> Held:
        """The editions read last."""
        return self._held or self.in_use()

    def in_use(self) -> Held:
        """The editions of calendar and rules on record (采用的版本); a new office adopts its first ones now."""
        self.adopt_first()
        with self.store.reading() as ledger:
            self.rules_in(ledger)
        assert self._held is not None
        return self._held

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
            known = known_edition(self.settings.home)
            ledger.editions.adopt_calendar(known.edition, canonical(known.as_data()), "init", now())
        if numbers.rules is None and not ledger.consistency.was_sealed("rules"):
            rules = self.known_rules()
            ledger.editions.adopt_rules(rules.edition, rules.files, rules.text, "init", now())

    def rules_with(
        self, calendars: Sequence[AdoptedEdition] | None = None, rules: Sequence[KeptRules] | None = None
    ) -> OfficeContext:
        """The rules of these editions; by default those in use."""
        days, kept = calendars or self.held.calendars, rules or self.held.rules
        return rules_of(self.settings, [(each.at, each.edition) for each in days], kept)

    def rules_for(
        self, ledger: Ledger, known_on: date | str | None, recorded_by: datetime | date | str | None = None
    ) -> OfficeContext:
        """
        The rules, with *known_on* with the calendar as it was known on a day (当时所知), by publication; with
        *recorded_by* with those in use at that moment.
        """
        rules, held = self.rules_in(ledger), self._held
        if held is None or (known_on is None and recorded_by is None):
            return rules
        calendars, kept = held.calendars, held.rules
        if (moment := self.recorded_moment(recorded_by)) is not None:
            calendars = tuple(each for each in calendars if each.at <= moment) or calendars[:1]
            kept = tuple(each for each in kept if each.at <= moment) or kept[:1]
        days = [(each.at, each.edition) for each in calendars]
        return rules_of(self.settings, days, kept, self.day(known_on) if known_on is not None else None)

    def read_calendars(self, ledger: Ledger) -> tuple[AdoptedEdition, ...]:
        """Every calendar edition on record, oldest first."""
        predictor = self.settings.predictor
        return tuple(
            AdoptedEdition(name, kept_edition(data, predictor), at)
            for name, data, at in ledger.editions.calendar_editions()
        )

    def read_rules(self, ledger: Ledger) -> tuple[KeptRules, ...]:
        """Every edition of the rules on record, oldest first."""
        return tuple(KeptRules(*row) for row in ledger.editions.rules_editions())

    def known_rules(self) -> KnownRules:
        """The rules in the files, adopted or not. Raises FilesAtFault with every fault of every file."""
        settings = self.settings
        rulebook(settings.home, settings.profile, settings.readings)  # they must be consistent to be adopted
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
