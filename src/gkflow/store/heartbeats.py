"""Heartbeats (运行心跳): when the daemon, a tick, a delivery last ran, and what it found."""

from __future__ import annotations

from datetime import datetime

from gkflow.store.cursor import Part


class Heartbeats(Part):
    """Heartbeats in one transaction (运行心跳)."""

    def last(self, name: str) -> tuple[datetime, str] | None:
        """The last heartbeat of that name: when, and its words."""
        row = self.one("SELECT at, words FROM pulse WHERE name = ?", (name,))
        return (self.dialect.read_moment(row[0]), row[1]) if row is not None else None

    def record(self, name: str, now: datetime, words: str = "") -> None:
        """Record a heartbeat."""
        self.run(
            "INSERT INTO pulse (name, at, words) VALUES (?, ?, ?)"
            " ON CONFLICT (name) DO UPDATE SET at = excluded.at, words = excluded.words",
            (name, now, words),
        )
