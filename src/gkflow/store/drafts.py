"""Drafts of refused entries (草稿)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert, select

from gkflow.application.ports import DraftLine
from gkflow.store.cursor import Part
from gkflow.store.statement import Statement, among, bind, columns_of, inserted
from gkflow.store.tables import DRAFT

_KEEP = Statement(insert(DRAFT).values(inserted(DRAFT)).returning(DRAFT.c.id))
_LISTED = select(*columns_of(DRAFT, DraftLine)).order_by(DRAFT.c.id)
_ALL = Statement(_LISTED, DraftLine)
_NAMED = Statement(_LISTED.where(among(DRAFT.c.id, "ids")), DraftLine)
_DROP = Statement(delete(DRAFT).where(DRAFT.c.id == bind("id")))


class Drafts(Part):
    """Drafts in one transaction (草稿)."""

    def keep_draft(self, draft: DraftLine) -> int:
        """Keep a draft; its id."""
        return int(self.value(_KEEP, **draft._asdict()))

    def listed(self, ids: Sequence[int] = ()) -> list[DraftLine]:
        """The drafts, oldest first; all, or those named."""
        return self.rows(_NAMED, ids=ids) if ids else self.rows(_ALL)

    def drop_draft(self, id_: int) -> int:
        """Delete a draft; return how many there were."""
        return self.run(_DROP, id=id_)
