"""The editions of calendar and rules that an office has adopted (采用的版本)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Protocol


class InUse(NamedTuple):
    """The numbers of the editions in use (在用版本); None if none has been adopted."""

    calendar: int | None
    rules: int | None


class RulesRow(NamedTuple):
    """One edition of the rules on record (采用的规则版本)."""

    edition: str
    at: datetime
    by: str
    files: str
    data: str


class Editions(Protocol):
    """The adopted editions in one transaction (采用的版本)."""

    def in_use(self) -> InUse:
        """The editions in use now; two look-ups at the end of an index."""
        ...

    def calendar_editions(self) -> list[tuple[str, str, datetime]]:
        """Every edition ever in use, oldest first: its name, its data, when it was adopted."""
        ...

    def adopt_calendar(self, edition: str, data: str, by: str, now: datetime) -> None:
        """Record an edition as the one in use."""
        ...

    def rules_editions(self) -> list[RulesRow]:
        """Every edition of the rules ever in use, oldest first."""
        ...

    def adopt_rules(self, edition: str, files: str, data: str, by: str, now: datetime) -> None:
        """Record an edition of the rules as the one in use, chained to the previous one."""
        ...

    def check_rules_editions(self) -> list[tuple[str, str]]:
        """Where the chain of rule editions is broken: the edition, and the fault."""
        ...

    def kept_source(self, edition: str) -> str | None:
        """The kept source of a workflow or wording edition."""
        ...

    def last_wording(self) -> str | None:
        """The kept source of the wording of the last notice; None if there is no notice."""
        ...

    def keep_source(self, edition: str, kind: str, name: str, source: str, now: datetime) -> None:
        """Keep an edition that a case or a notice needs from now on."""
        ...
