"""The calendar editions of an office (机关的日历版本): the adopted ones, the waiting one, and adopting another."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from gkflow.application.adopt import begin_adopting, find_moves
from gkflow.application.recounting import recount_moved
from gkflow.application.transaction import Transaction
from gkflow.arguments import checks_arguments
from gkflow.bootstrap import foreseen_by, known_edition
from gkflow.domain.case import canonical, legal_day
from gkflow.office_state import AdoptedEdition, Held, OfficeState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gkflow.application.adopt import Adopting
    from gkflow.application.moved import Moved
    from gkflow.application.office_context import OfficeContext
    from gkflow.application.ports import CallerSession
    from gkflow.domain.edition import CalendarEdition


@checks_arguments
class Calendars:
    """The calendar editions of an office (日历版本)."""

    def __init__(self, office: OfficeState) -> None:
        self._office = office

    @property
    def present(self) -> AdoptedEdition:
        """The edition in use."""
        return self.all()[-1]

    def all(self) -> tuple[AdoptedEdition, ...]:
        """Every edition ever in use, oldest first; a new office adopts what is known."""
        return self._office.in_force().held.calendars

    def moving(self, edition: CalendarEdition | None = None, *, now: datetime | None = None) -> Iterator[Moved]:
        """
        The open deadlines that move when *edition* (default: what is known now) is adopted, those that end earlier
        first (届满日变动). Nothing is written.
        """
        office, moment = self._office, self._office.moment(now)
        wanted = edition or self.known()
        with office.store.reading() as ledger:  # groups are listed in a temporary table
            held, old = office.in_force_in(ledger)
            yield from find_moves(ledger, old, self._rules_with(held, wanted, moment), legal_day(moment))

    def adopt(self, edition: CalendarEdition | None = None, *, by: str = "", now: datetime | None = None) -> Adopting:
        """
        Adopt *edition* (default: what is known now), move the open deadlines affected, and notify the officers. The
        edition applies immediately; the cases follow in short transactions, so that others can write meanwhile. Closed
        cases never move. To undo it, adopt another edition.
        """
        office, moment = self._office, self._office.moment(now)
        wanted = edition or self.known()
        by = office.rules.person(by)
        recount_moved(office.store, office.rules, moment)  # the rest of an interrupted adoption
        with office.store.writing(hold="alone") as ledger:
            held, old = office.in_force_in(ledger)
            old.require_same_units()
            new = self._rules_with(held, wanted, moment)

            def adopt() -> None:
                ledger.editions.adopt_calendar(wanted.edition, canonical(wanted.as_data()), by, moment)

            done = begin_adopting(Transaction(ledger, old, moment), new, wanted.edition, adopt, by)
        recounted = recount_moved(office.store, office.rules, moment)
        return replace(done, notices=recounted.notices, unaddressed=recounted.unaddressed)

    def _rules_with(self, held: Held, edition: CalendarEdition, at: datetime) -> OfficeContext:
        """The rules with *edition* in place of the edition in use."""
        return self._office.rules_with(held, calendars=[AdoptedEdition(edition.edition, edition, at)])

    def known(self) -> CalendarEdition:
        """Everything that the installed packages and the office's files know, adopted or not. Raises FilesAtFault."""
        settings = self._office.settings
        return foreseen_by(known_edition(settings.home, settings.named_packages), settings.predictor)

    def waiting(self, *, session: CallerSession | None = None) -> str:
        """
        The name of an edition that is known but not adopted; empty if there is none. Raises FilesAtFault if a file or
        a package of rules cannot be used.
        """
        settings = self._office.settings
        known = known_edition(settings.home, settings.named_packages).edition
        return known if known != self._office.in_force(session).held.calendars[-1].name else ""
