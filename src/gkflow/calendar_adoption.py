"""The calendar editions of an office (机关的日历版本): those it has adopted, what waits, and adopting another."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from gkflow.application.adopt import begin_adopting, find_moves
from gkflow.application.recounting import recount_moved
from gkflow.application.transaction import Transaction
from gkflow.bootstrap import foreseen_by, known_edition
from gkflow.domain.case import canonical, legal_day
from gkflow.office_state import AdoptedEdition, OfficeState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gkflow.application.adopt import Adopting
    from gkflow.application.moved import Moved
    from gkflow.application.office_context import OfficeContext
    from gkflow.domain.edition import CalendarEdition


class Calendars:
    """The calendar editions of an office (日历版本)."""

    def __init__(self, office: OfficeState) -> None:
        self._office = office

    @property
    def present(self) -> AdoptedEdition:
        """The edition that the office reckons with."""
        return self.all()[-1]

    def all(self) -> tuple[AdoptedEdition, ...]:
        """Every edition that it has reckoned with, oldest first; a new office adopts what is known."""
        return self._office.in_use().calendars

    def moving(self, edition: CalendarEdition | None = None, *, now: datetime | None = None) -> Iterator[Moved]:
        """
        The open deadlines that move when *edition* (default: what is known now) is adopted, those that end earlier
        first (届满日变动). Nothing is written.
        """
        office, moment = self._office, self._office.moment(now)
        wanted = edition or self.known()
        with office.store.reading() as ledger:  # groups are noted in a table that lasts as long as the asking
            old = office.rules_in(ledger)
            yield from find_moves(ledger, old, self._rules_with(wanted, moment), legal_day(moment))

    def adopt(self, edition: CalendarEdition | None = None, *, by: str = "", now: datetime | None = None) -> Adopting:
        """
        Adopt *edition* (default: what is known now), move the open deadlines that it moves, and notify the
        officers. The edition holds at once; the cases follow in short transactions, so that others can write meanwhile.
        Closed cases never move. Undo is adopting another edition.
        """
        office, moment = self._office, self._office.moment(now)
        wanted = edition or self.known()
        recount_moved(office.store, office.rules, moment)  # what an adoption that was broken off has left
        with office.store.writing(hold="alone") as ledger:
            old = office.rules_in(ledger)
            new = self._rules_with(wanted, moment)

            def adopt() -> None:
                ledger.editions.adopt_calendar(wanted.edition, canonical(wanted.as_data()), by, moment)

            done = begin_adopting(Transaction(ledger, old, moment), new, wanted.edition, adopt, by)
        office.in_use()
        recount_moved(office.store, office.rules, moment)
        return done

    def _rules_with(self, edition: CalendarEdition, at: datetime) -> OfficeContext:
        """The rules as they would be with *edition* in the place of the one in use when it was asked last."""
        added = AdoptedEdition(edition.edition, edition, at)
        return self._office.rules_with(calendars=[*self._office.held.calendars, added])

    def known(self) -> CalendarEdition:
        """What the installed packages and the files of the office know, adopted or not."""
        settings = self._office.settings
        return foreseen_by(known_edition(settings.home), settings.predictor)

    def waiting(self) -> str:
        """The name of an edition that is known and not adopted; empty where there is none."""
        known = known_edition(self._office.settings.home).edition
        return known if known != self.present.name else ""
