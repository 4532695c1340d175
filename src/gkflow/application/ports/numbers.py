"""The running numbers of cases (案件流水号)."""

from __future__ import annotations

from typing import Protocol


class Numbers(Protocol):
    """The running numbers in one transaction (案件流水号): one counter for each series ("GK-2026-")."""

    def last(self, prefix: str) -> int:
        """The last number of a series, drawn, given by hand or imported; 0 if there is none."""
        ...

    def draw(self, prefix: str) -> int:
        """Draw the next number of a series; nobody else gets it. It may stay unused if the transaction fails."""
        ...
