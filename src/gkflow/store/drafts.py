"""Drafts of entries that were refused (草稿)."""

from __future__ import annotations

from collections.abc import Sequence

from gkflow.application.ports import DraftLine
from gkflow.store.cursor import Part

_DRAFT = '"case", workflow, action, day, "by", unit, facts, reason, kept_at'


class Drafts(Part):
    """Drafts in one transaction (草稿)."""

    def keep_draft(self, draft: DraftLine) -> int:
        """Keep a draft; its id."""
        marks = ", ".join("?" * (_DRAFT.count(",") + 1))
        row = self.one(f"INSERT INTO draft ({_DRAFT}) VALUES ({marks}) RETURNING id", draft[1:])
        return int(row[0])

    def listed(self, ids: Sequence[int] = ()) -> list[DraftLine]:
        """The drafts, oldest first; all, or those named."""
        where = f" WHERE id IN ({', '.join('?' * len(ids))})" if ids else ""
        rows = self.all(f"SELECT id, {_DRAFT} FROM draft{where} ORDER BY id", ids)
        day, moment = self.dialect.read_day, self.dialect.read_moment
        return [DraftLine._make((*row[:4], day(row[4]), *row[5:9], moment(row[9]))) for row in rows]

    def drop_draft(self, id_: int) -> int:
        """Take a draft away; how many there were."""
        return self.run("DELETE FROM draft WHERE id = ?", (id_,))
