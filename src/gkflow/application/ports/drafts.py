"""Drafts of entries that were refused (草稿)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from gkflow.domain.as_dict import Data, dict_of


class DraftLine(NamedTuple):
    """A refused entry kept for completion (草稿)."""

    id: int
    case: str
    workflow: str
    action: str
    day: date | None
    by: str
    unit: str
    facts: str
    reason: str
    kept_at: datetime

    def as_dict(self) -> Data:
        """Its fields by name, as JSON's types (see ``gkflow.domain.as_dict``)."""
        return dict_of(self)


class Drafts(Protocol):
    """Drafts in one transaction (草稿)."""

    def keep_draft(self, draft: DraftLine) -> int:
        """Keep a draft; its id."""
        ...

    def listed(self, ids: Sequence[int] = ()) -> list[DraftLine]:
        """The drafts, oldest first; all, or those named."""
        ...

    def drop_draft(self, id_: int) -> int:
        """Delete a draft; return how many there were."""
        ...
