"""One transaction and its context (一次事务): the ledger, the rules in use, the moment of writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import Ledger
from gkflow.domain.case import Entry, legal_day
from gkflow.domain.workflow import Workflow


class OnRecord(NamedTuple):
    """A case on record (在案): its number, its entries, and the workflow edition under which it began."""

    workflow: Workflow
    number: str
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Transaction:
    """The argument of every verb that writes (一次事务); with *dry_run* it decides the same and writes nothing."""

    ledger: Ledger
    rules: OfficeContext
    now: datetime
    dry_run: bool = False

    @property
    def today(self) -> date:
        """The legal day of the moment."""
        return legal_day(self.now)

    def on_record(self, number: str, entries: Sequence[Entry]) -> OnRecord:
        """The case of a record that has been read."""
        first = entries[0]
        return OnRecord(self.rules.workflow_of(self.ledger, first.workflow, first.edition), number, entries)
