"""The outbox (待发通知): written with the entry or the sweep, claimed and sent later, at least once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from gkflow.application.ports import LEFT, TAKEN_BACK, NoticeLine, WaitingNotice
from gkflow.store.desk import Desk

_COLUMNS = '"key", "case", escalation, kind, role, name, unit, channel, address, facts, wording, made_at, next_try_at'
_INSERT = (
    f"INSERT INTO notice ({_COLUMNS}, tries, error) VALUES ({', '.join('?' * (_COLUMNS.count(',') + 1))}, 0, '')"
    ' ON CONFLICT ("key") DO NOTHING'
)
_WAITING = "delivered_at IS NULL AND dead_at IS NULL"
_CLAIMABLE = (
    f"SELECT id FROM notice WHERE {_WAITING} AND next_try_at <= ? AND (claimed_until IS NULL OR claimed_until < ?)"
    " AND channel IN ({channels}) ORDER BY next_try_at, id LIMIT ?"
)
_CLAIM = (
    "UPDATE notice SET claimed_until = ? WHERE id IN ({claimable})"
    ' RETURNING id, "key", name, channel, address, facts, wording, made_at, tries'
)


class NoticeRecord(NamedTuple):
    """A notice as the list of notices shows it (通知记录)."""

    id: int
    key: str
    case: str
    kind: str
    role: str
    name: str
    channel: str
    address: str
    facts: str
    wording: str
    made_at: datetime
    next_try_at: datetime
    tries: int
    delivered_at: datetime | None
    dead_at: datetime | None
    error: str


class Outbox(Desk):
    """The outbox in one transaction (待发通知)."""

    def put_notices(self, lines: Iterable[NoticeLine]) -> None:
        """Put messages into the outbox; a key that is there already is left as it is."""
        self.run_many(_INSERT, lines)

    def claim_notices(self, channels: Sequence[str], now: datetime, until: datetime, batch: int) -> list[WaitingNotice]:
        """
        Claim up to *batch* due messages of *channels* until *until*: a sender that dies gives them back by the
        passing of time.
        """
        if not channels:
            return []
        marks = ", ".join("?" * len(channels))
        claimable = _CLAIMABLE.format(channels=marks) + ("" if self.dialect.sqlite else " FOR UPDATE SKIP LOCKED")
        moment = self.dialect.read_moment
        rows = self.all(_CLAIM.format(claimable=claimable), (until, now, now, *channels, batch))
        return [WaitingNotice._make((*row[:7], moment(row[7]), row[8])) for row in sorted(rows)]

    def delivered(self, ids: Sequence[int], now: datetime) -> None:
        """These messages were taken by their channel."""
        self.run_many(
            "UPDATE notice SET delivered_at = ?, tries = tries + 1, claimed_until = NULL, error = '' WHERE id = ?",
            [(now, id_) for id_ in ids],
        )

    def failed(self, id_: int, error: str, next_try_at: datetime | None, now: datetime) -> None:
        """This message was not taken: it is tried again at *next_try_at*, or is dead when that is None."""
        self.run(
            "UPDATE notice SET tries = tries + 1, claimed_until = NULL, error = ?, next_try_at = ?, dead_at = ?"
            " WHERE id = ?",
            (error, next_try_at or now, now if next_try_at is None else None, id_),
        )

    def revive(self, ids: Sequence[int], now: datetime) -> int:
        """Put dead messages back among the waiting ones; how many. Not where somebody left, or it was taken back."""
        return sum(
            self.run(
                "UPDATE notice SET dead_at = NULL, next_try_at = ?, tries = 0 WHERE id = ? AND dead_at IS NOT NULL"
                " AND error NOT IN (?, ?)",
                (now, i, LEFT, TAKEN_BACK),
            )
            for i in ids
        )

    def notices(self, which: str = "all", case: str = "", limit: int = -1) -> list[NoticeRecord]:
        """Notices, newest first: all, waiting, dead or delivered; of one case."""
        where = {
            "all": "1 = 1",
            "waiting": _WAITING,
            "dead": "dead_at IS NOT NULL",
            "delivered": "delivered_at IS NOT NULL",
        }[which]
        values: list[Any] = []
        if case:
            where += ' AND "case" = ?'
            values.append(case)
        tail = " LIMIT ?" if limit >= 0 else ""
        if limit >= 0:
            values.append(limit)
        rows = self.all(
            'SELECT id, "key", "case", kind, role, name, channel, address, facts, wording, made_at, next_try_at, tries,'
            f" delivered_at, dead_at, error FROM notice WHERE {where} ORDER BY id DESC{tail}",
            values,
        )
        moment = self.dialect.read_moment
        return [
            NoticeRecord._make((*r[:10], moment(r[10]), moment(r[11]), r[12], moment(r[13]), moment(r[14]), r[15]))
            for r in rows
        ]

    def waiting_count(self) -> tuple[int, int]:
        """How many notices wait, and how many are dead."""
        waiting = self.one(f"SELECT count(*) FROM notice WHERE {_WAITING}")
        dead = self.one("SELECT count(*) FROM notice WHERE dead_at IS NOT NULL")
        return int(waiting[0]), int(dead[0])

    def channels_waiting(self) -> list[str]:
        """The channels for which messages wait."""
        return [str(row[0]) for row in self.all(f"SELECT DISTINCT channel FROM notice WHERE {_WAITING}")]

    def bury(self, channel: str, error: str, now: datetime) -> int:
        """Put the waiting messages of a channel among the dead; how many."""
        return self.run(
            f"UPDATE notice SET dead_at = ?, error = ? WHERE channel = ? AND {_WAITING}",
            (now, error, channel),
        )
