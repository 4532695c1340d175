"""The editions of the rules of an office (机关的规则版本): the adopted ones, the waiting one, and adopting another."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from gkflow.application.adopt import Adopting, begin_adopting, find_moves
from gkflow.application.doctor import RuleFiles
from gkflow.application.recounting import recount_moved
from gkflow.application.transaction import Transaction
from gkflow.arguments import checks_arguments
from gkflow.bootstrap import folders, known_edition
from gkflow.domain.case import legal_day
from gkflow.domain.errors import FilesAtFault
from gkflow.domain.objections.calendars import UnknownEdition
from gkflow.files.rule_changes import changes
from gkflow.files.wording import read_wording
from gkflow.in_use import KeptRules, KnownRules, fingerprint_of, known_rules
from gkflow.office_state import Held, OfficeState
from gkflow.rule_packages import absent, rule_packages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gkflow.application.moved import Moved
    from gkflow.application.office_context import OfficeContext
    from gkflow.application.ports import CallerSession
    from gkflow.files.rule_changes import RuleChange
    from gkflow.files.rule_sources import RuleSources


@checks_arguments
class RuleEditions:
    """
    The editions of the rules of an office (规则版本): law, workflows, ladders, lists, duties, profile and readings.

    The one adopted last is in use. Changes in the files have no effect until they are adopted as well.
    """

    def __init__(self, office: OfficeState) -> None:
        self._office = office

    @property
    def present(self) -> KeptRules:
        """The edition in use."""
        return self.all()[-1]

    def all(self) -> tuple[KeptRules, ...]:
        """Every edition ever in use, oldest first; a new office adopts what is known."""
        return self._office.in_force().held.rules

    def known(self) -> KnownRules:
        """The rules in the files, adopted or not. Raises FilesAtFault with every fault of every file."""
        return self._office.known_rules()

    def waiting(self, *, session: CallerSession | None = None) -> str:
        """
        The name of an edition in the files that is not adopted; empty if there is none. Raises FilesAtFault if a file
        or a package cannot be read.
        """
        found = self._office.in_force(session)
        present = found.held.rules[-1]
        if found.rules.differing:
            return known_rules(self._office.settings).edition
        if fingerprint_of(self._office.settings) == present.files:
            return ""
        known = known_rules(self._office.settings)
        return known.edition if known.edition != present.edition else ""

    def files(self, thorough: bool = False, *, session: CallerSession | None = None) -> RuleFiles:
        """
        The files compared with the adopted rules (规则文件状态). Only if *thorough* are the other rules checked for
        consistency, and the calendar files read, which takes a while.
        """
        settings = self._office.settings
        try:
            waiting = self.waiting(session=session)
            if settings.packages:
                read_wording(folders(settings.home, settings.named_packages))
            if thorough:
                known_edition(settings.home, settings.named_packages)
            if waiting and thorough:
                self.known()
        except FilesAtFault as error:
            packages = rule_packages(settings.home, settings.named_packages).by_name(error.faults)
            sources = self._office.in_force(session).held.rules[-1].sources
            return RuleFiles("", error.faults[0], packages, absent(sources.packages) if packages else ())
        return RuleFiles(waiting)

    def changes(self, one: str = "", other: str = "") -> list[RuleChange]:
        """
        The differences between two editions (规则变动), each with its place: *one* (default: the one in use) and
        *other* (default: the files now), given by unambiguous prefixes of their names.
        """
        return list(changes(self._named(one), self._named(other) if other else self.known().sources))

    def named(self, name: str) -> KeptRules:
        """The edition with that name or unique prefix. Raises NotFound."""
        found = {each.edition: each for each in self.all() if each.edition.startswith(name)}
        if len(found) != 1:
            raise UnknownEdition(edition=name, editions=[each.edition[:12] for each in self.all()])
        return next(iter(found.values()))

    def _named(self, name: str) -> RuleSources:
        return (self.named(name) if name else self.present).sources

    def moving(self, *, now: datetime | None = None) -> Iterator[Moved]:
        """
        The open deadlines that move when the rules in the files are adopted, those that end earlier first (届满日变动).
        Nothing is written.
        """
        office, moment, known = self._office, self._office.moment(now), self.known()
        with office.store.reading() as ledger:  # moves are listed in a temporary table
            held, old = office.in_force_in(ledger)
            yield from find_moves(ledger, old, self._rules_with(held, known, moment, ""), legal_day(moment))

    def adopt(self, *, by: str = "", now: datetime | None = None) -> Adopting:
        """
        Adopt the rules in the files, move the open deadlines affected, and notify the officers. The edition applies
        immediately; the cases follow in short transactions. Closed cases and stopped clocks never move, and a case
        keeps the workflow under which it began.
        """
        office, moment, known = self._office, self._office.moment(now), self.known()
        by = office.rules.person(by)
        recount_moved(office.store, self._whatever_differs(), moment)  # the rest of an interrupted adoption
        with office.store.writing(hold="alone") as ledger:
            held, old = office.in_force_in(ledger)
            if held.rules[-1].edition == known.edition and not old.differing:
                return Adopting(known.edition, 0, 0, 0)  # somebody else was faster
            new = self._rules_with(held, known, moment, by)

            def adopt() -> None:
                ledger.editions.adopt_rules(known.edition, known.files, known.text, by, moment)

            done = begin_adopting(Transaction(ledger, old, moment), new, known.edition, adopt, by)
        recounted = recount_moved(office.store, office.rules, moment)
        return replace(done, notices=recounted.notices, unaddressed=recounted.unaddressed)

    def _whatever_differs(self) -> OfficeContext:
        """The rules in use in each transaction, by which work goes on though a unit that differs here waits for it."""

        def whatever_differs(rules: OfficeContext) -> OfficeContext:
            return replace(rules, differing=(), renew=lambda ledger: whatever_differs(self._office.rules_in(ledger)))

        return whatever_differs(self._office.rules)

    def _rules_with(self, held: Held, known: KnownRules, at: datetime, by: str) -> OfficeContext:
        """The rules with these in place of the ones in use."""
        kept = KeptRules(known.edition, at, by, known.files, known.text)
        return self._office.rules_with(held, rules=[kept])
