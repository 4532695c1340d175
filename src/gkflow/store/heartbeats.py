"""Heartbeats (运行心跳): when the daemon, a tick, a delivery last ran."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from gkflow.store.cursor import Part
from gkflow.store.statement import Statement, bind, inserted
from gkflow.store.tables import HEARTBEAT

_LAST = Statement(select(HEARTBEAT.c.at).where(HEARTBEAT.c.name == bind("name")))
_RECORD = Statement(
    lambda insert: (made := insert(HEARTBEAT).values(inserted(HEARTBEAT))).on_conflict_do_update(
        index_elements=["name"], set_={"at": made.excluded.at, "words": made.excluded.words}
    )
)
_FORGET = Statement(delete(HEARTBEAT).where(HEARTBEAT.c.name == bind("name")))


class Heartbeats(Part):
    """Heartbeats in one transaction (运行心跳)."""

    def last(self, name: str) -> datetime | None:
        """When the last heartbeat of that name was recorded."""
        found: datetime | None = self.value(_LAST, name=name)
        return found

    def record(self, name: str, now: datetime, words: str = "") -> None:
        """Record a heartbeat; *words* are for people to read."""
        self.run(_RECORD, name=name, at=now, words=words)

    def forget(self, name: str) -> None:
        """Delete a heartbeat that no longer applies."""
        self.run(_FORGET, name=name)
