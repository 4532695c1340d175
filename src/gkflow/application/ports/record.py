"""The record of every case (办理记录)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from gkflow.domain.case import Entry


class Record(Protocol):
    """The record in one transaction (办理记录)."""

    def entries(self, case: str) -> tuple[Entry, ...]:
        """The entries of a case, in the order in which they were written."""
        ...

    def entry_by_key(self, key: str) -> Entry | None:
        """The entry written under an idempotency key; a retry waits for the first call to end."""
        ...

    def append(self, entries: Sequence[Entry]) -> None:
        """Append sealed entries. Raises Conflict where another writer was faster: (case, seq) is unique."""
        ...

    def walk_entries(self) -> Iterator[tuple[str, list[Entry]]]:
        """Every case with its entries, a page at a time; memory stays flat."""
        ...

    def walk_record(self) -> Iterator[tuple[str, list[Entry | None]]]:
        """As ``walk_entries``, with None for a row that is not exactly as gkflow writes it."""
        ...

    def named_elsewhere(self) -> list[str]:
        """Cases known only to a clock, a step or a message, not to the record or the docket."""
        ...

    def cases_after(self, after: str, size: int) -> list[str]:
        """The next *size* case numbers on record after *after*, in order."""
        ...

    def known_cases(self, cases: Sequence[str]) -> set[str]:
        """Which of these cases are on record."""
        ...

    def near_cases(self, case: str) -> Sequence[str]:
        """Numbers with the same beginning, for a did-you-mean."""
        ...
