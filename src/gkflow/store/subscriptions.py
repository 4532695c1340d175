"""Subscriptions, and the notices of publications that wait for their subscribers (订阅)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gkflow.application.ports import SubscriptionLine
from gkflow.store.cursor import Part

_SUBSCRIPTION = "token, name, audience, item, channel, address, since, left_at"


class Subscriptions(Part):
    """Subscriptions in one transaction (订阅)."""

    def subscribe(self, line: SubscriptionLine) -> int:
        """Add a subscription; its id."""
        marks = ", ".join("?" * (_SUBSCRIPTION.count(",") + 1))
        row = self.one(f"INSERT INTO subscription ({_SUBSCRIPTION}) VALUES ({marks}) RETURNING id", line[1:])
        return int(row[0])

    def listed(self, live: bool = False, token: str = "") -> list[SubscriptionLine]:
        """Subscriptions, oldest first: all, those that still hold, or the one of a token."""
        where: list[str] = []
        values: list[str] = []
        if live:
            where.append("left_at IS NULL")
        if token:
            where.append("token = ?")
            values.append(token)
        tail = f" WHERE {' AND '.join(where)}" if where else ""
        moment = self.dialect.read_moment
        rows = self.all(f"SELECT id, {_SUBSCRIPTION} FROM subscription{tail} ORDER BY id", values)
        return [SubscriptionLine._make((*row[:7], moment(row[7]), moment(row[8]))) for row in rows]

    def pushes_waiting(self, cases: Sequence[str]) -> set[str]:
        """Those of the cases about whose publication messages still wait in the outbox."""
        marks = ", ".join("?" * len(cases))
        rows = self.all(
            f"""SELECT DISTINCT "case" FROM notice WHERE "case" IN ({marks}) AND kind = 'push'"""
            " AND delivered_at IS NULL AND dead_at IS NULL",
            cases,
        )
        return {str(row[0]) for row in rows}

    def take_back(self, case: str, now: datetime, words: str) -> int:
        """Bury the messages about the publication of a case that still wait; how many."""
        return self.run(
            "UPDATE notice SET dead_at = ?, error = ? WHERE \"case\" = ? AND kind = 'push' AND delivered_at IS NULL"
            " AND dead_at IS NULL",
            (now, words, case),
        )

    def leave(self, line: SubscriptionLine, now: datetime, words: str) -> int:
        """End a subscription and bury what still waits for it in the outbox; how many messages that were."""
        self.run("UPDATE subscription SET left_at = ? WHERE id = ?", (now, line.id))
        return self.run(
            "UPDATE notice SET dead_at = ?, error = ? WHERE kind = 'push' AND delivered_at IS NULL AND dead_at IS NULL"
            ' AND "key" LIKE ?',
            (now, words, f"push/%/{line.id}"),
        )
