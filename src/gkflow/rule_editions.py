"""The editions of the rules that an office has adopted (机关的规则版本), what waits, and adopting another."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from gkflow.application.adopt import Adopting, begin_adopting, find_moves
from gkflow.application.doctor import RuleFiles
from gkflow.application.recounting import recount_moved
from gkflow.application.transaction import Transaction
from gkflow.domain.case import legal_day
from gkflow.domain.errors import FilesAtFault
from gkflow.domain.objections.calendars import UnknownEdition
from gkflow.files.rule_changes import changes
from gkflow.in_use import KeptRules, KnownRules, fingerprint_of, known_rules
from gkflow.office_state import OfficeState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gkflow.application.moved import Moved
    from gkflow.application.office_context import OfficeContext
    from gkflow.files.rule_changes import RuleChange
    from gkflow.files.rule_sources import RuleSources


class RuleEditions:
    """
    The editions of the rules of an office (规则版本): law, workflows, ladders, lists, duties, profile and readings.

    It works by the one that it adopted last. What the files say otherwise waits until it is adopted as well.
    """

    def __init__(self, office: OfficeState) -> None:
        self._office = office

    @property
    def present(self) -> KeptRules:
        """The edition that the office works by."""
        return self.all()[-1]

    def all(self) -> tuple[KeptRules, ...]:
        """Every edition that it has worked by, oldest first; a new office adopts what is known."""
        return self._office.in_use().rules

    def known(self) -> KnownRules:
        """The rules as the files have them, adopted or not. Raises FilesAtFault with every fault of every file."""
        return self._office.known_rules()

    def waiting(self) -> str:
        """
        The name of an edition that the files say and that is not adopted; empty where there is none. Raises
        FilesAtFault where a file cannot be read.
        """
        present = self.present
        if fingerprint_of(self._office.settings) == present.files:
            return ""
        known = known_rules(self._office.settings)
        return known.edition if known.edition != present.edition else ""

    def files(self, thorough: bool = False) -> RuleFiles:
        """
        How the files stand to what is adopted (规则文件状态). Only when *thorough* are other rules asked whether they
        agree with themselves, which takes a while.
        """
        try:
            waiting = self.waiting()
            if waiting and thorough:
                self.known()
        except FilesAtFault as error:
            return RuleFiles(fault=error.faults[0])
        return RuleFiles(waiting)

    def changes(self, one: str = "", other: str = "") -> list[RuleChange]:
        """
        What two editions say otherwise (规则变动), each with its place: *one* (default: the one in use) and *other*
        (default: what the files say now), named by as many signs of their names as tell them apart.
        """
        return list(changes(self._named(one), self._named(other) if other else self.known().sources))

    def named(self, name: str) -> KeptRules:
        """The edition of that name, or of the one name that begins so. Raises NotFound."""
        found = {each.edition: each for each in self.all() if each.edition.startswith(name)}
        if len(found) != 1:
            raise UnknownEdition(edition=name, editions=[each.edition[:12] for each in self.all()])
        return next(iter(found.values()))

    def _named(self, name: str) -> RuleSources:
        return (self.named(name) if name else self.present).sources

    def moving(self, *, now: datetime | None = None) -> Iterator[Moved]:
        """
        The open deadlines that move when what the files say is adopted, those that end earlier first (届满日变动).
        Nothing is written.
        """
        office, moment, known = self._office, self._office.moment(now), self.known()
        with office.store.reading() as ledger:  # what moves is noted in a table that lasts as long as the asking
            old = office.rules_in(ledger)
            yield from find_moves(ledger, old, self._rules_with(known, moment, ""), legal_day(moment))

    def adopt(self, *, by: str = "", now: datetime | None = None) -> Adopting:
        """
        Adopt what the files say, move the open deadlines that it moves, and notify the officers. The edition holds at
        once; the cases follow in short transactions. Closed cases and stopped clocks never move, and a case keeps the
        workflow under which it began.
        """
        office, moment, known = self._office, self._office.moment(now), self.known()
        recount_moved(office.store, office.rules, moment)  # what an adoption that was broken off has left
        with office.store.writing(hold="alone") as ledger:
            old = office.rules_in(ledger)
            if office.held.rules[-1].edition == known.edition:
                return Adopting(known.edition, 0, 0, 0)  # somebody else has been faster
            new = self._rules_with(known, moment, by)

            def adopt() -> None:
                ledger.editions.adopt_rules(known.edition, known.files, known.text, by, moment)

            done = begin_adopting(Transaction(ledger, old, moment), new, known.edition, adopt, by)
        office.in_use()
        recount_moved(office.store, office.rules, moment)
        return done

    def _rules_with(self, known: KnownRules, at: datetime, by: str) -> OfficeContext:
        """The rules as they would be with these in the place of the ones in use when it was asked last."""
        kept = KeptRules(known.edition, at, by, known.files, known.text)
        return self._office.rules_with(rules=[*self._office.held.rules, kept])
