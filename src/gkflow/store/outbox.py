"""The outbox (待发通知): written with the entry or the sweep, claimed and sent later, at least once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from gkflow.application.ports import DROPPED, NoticeLine, NoticeRecord, WaitingNotice
from gkflow.store.cursor import Part

_COLUMNS = (
    '"key", "case", escalation, kind, role, name, unit, channel, address, facts, wording, made_at, next_try_at, urgent'
)
_INSERT = (
    f"INSERT INTO notice ({_COLUMNS}, tries, error) VALUES ({', '.join('?' * (_COLUMNS.count(',') + 1))}, 0, '')"
    ' ON CONFLICT ("key") DO NOTHING'
)
_WAITING = "delivered_at IS NULL AND dead_at IS NULL"
_GIVEN_UP = f"error NOT IN ({', '.join('?' * len(DROPPED))})"  # and not dropped
# An address that is left alone for a while stands in "reachability"; an empty one there means the whole channel.
_CLAIMABLE = (
    f"SELECT id FROM notice WHERE {_WAITING} AND next_try_at <= ? AND (claimed_until IS NULL OR claimed_until < ?)"
    " AND (channel IN ({channels}) OR urgent = 1 AND channel IN ({urgent})){others}"
    " AND NOT EXISTS (SELECT 1 FROM reachability r WHERE r.channel = notice.channel"
    " AND (r.address = notice.address OR r.address = '') AND r.retry_at > ?)"
    " ORDER BY next_try_at, id LIMIT ?"
)
_CLAIM = (
    "UPDATE notice SET claimed_until = ? WHERE id IN ({claimable})"
    ' RETURNING id, "key", name, channel, address, facts, wording, made_at, tries, refused_since, urgent'
)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
NOTICE_COLUMNS = (
    '"key", "case", escalation, kind, role, name, unit, channel, address, facts, wording, made_at, next_try_at'
)


class Outbox(Part):
    """The outbox in one transaction (待发通知)."""

    def put_notices(self, lines: Iterable[NoticeLine]) -> None:
        """Put messages into the outbox; a key that is there already is left as it is."""
        self.run_many(_INSERT, lines)

    def claim_notices(
        self,
        channels: Sequence[str],
        now: datetime,
        until: datetime,
        batch: int,
        busy: Collection[tuple[str, str]] = (),
        urgent: Sequence[str] = (),
    ) -> list[WaitingNotice]:
        """
        Claim up to *batch* due messages of *channels* until *until*, of those in *urgent* what is urgent; none for
        an address (channel, address) that is *busy* or left alone. A sender that dies gives them back by the passing
        of time.
        """
        if not channels and not urgent:
            return []
        others, values = "", []  # type: str, list[str]
        for channel in sorted({channel for channel, _ in busy}):
            addresses = sorted(address for each, address in busy if each == channel)
            others += f" AND NOT (channel = ? AND address IN ({', '.join('?' * len(addresses))}))"
            values += [channel, *addresses]
        marks = {"channels": ", ".join("?" * len(channels)) or "NULL", "urgent": ", ".join("?" * len(urgent)) or "NULL"}
        claimable = _CLAIMABLE.format(**marks, others=others)
        if not self.dialect.sqlite:
            claimable += " FOR UPDATE SKIP LOCKED"
        rows = self.all(_CLAIM.format(claimable=claimable), (until, now, now, *channels, *urgent, *values, now, batch))
        return [self._waiting(row) for row in sorted(rows, key=lambda row: row[0])]

    def _waiting(self, row: Sequence[Any]) -> WaitingNotice:
        """A claimed row; one that cannot be read says so, and holds up no other."""
        broken = [
            name
            for name, value in zip(("key", "name", "channel", "address", "facts", "wording"), row[1:7], strict=True)
            if not isinstance(value, str)
        ]
        made_at, since = self._moment(row[7]), self._moment(row[9])
        if made_at is None:
            broken.append("made_at")
        tries = row[8] if isinstance(row[8], int) else 0
        return WaitingNotice._make((*row[:7], made_at or _NEVER, tries, since, ", ".join(broken), row[10] == 1))

    def _moment(self, value: Any) -> datetime | None:
        """A stored moment; None where there is none that can be read."""
        try:
            found: datetime | None = self.dialect.read_moment(value)
        except (ValueError, TypeError, AttributeError):
            return None
        return found

    def renew_claims(self, claims: Sequence[tuple[int, datetime]], until: datetime) -> set[int]:
        """Renew claims (id, until when it was claimed); those that are still held."""
        return {
            id_
            for id_, before in claims
            if self.run(
                f"UPDATE notice SET claimed_until = ? WHERE id = ? AND claimed_until = ? AND {_WAITING}",
                (until, id_, before),
            )
        }

    def give_back(self, claims: Sequence[tuple[int, datetime]], again: datetime | None, reason: str) -> None:
        """Give claims back unused; the messages wait until *again* where that is named, with the reason."""
        later = "" if again is None else ", next_try_at = ?, error = CASE WHEN error = '' THEN ? ELSE error END"
        more = () if again is None else (again, reason)
        self.run_many(
            f"UPDATE notice SET claimed_until = NULL{later} WHERE id = ? AND claimed_until = ? AND {_WAITING}",
            [(*more, id_, until) for id_, until in claims],
        )

    def delivered(self, outcomes: Sequence[tuple[int, datetime]]) -> None:
        """These messages were taken by their channel, each at its moment."""
        self.run_many(
            "UPDATE notice SET delivered_at = ?, dead_at = NULL, tries = tries + 1, claimed_until = NULL, error = ''"
            " WHERE id = ? AND delivered_at IS NULL",
            [(at, id_) for id_, at in outcomes],
        )

    def failed(
        self, id_: int, error: str, next_try_at: datetime | None, now: datetime, since: datetime | None = None
    ) -> None:
        """This message was not taken: it is tried again at *next_try_at*, or is dead when that is None."""
        self.run(
            "UPDATE notice SET tries = tries + 1, claimed_until = NULL, error = ?, next_try_at = ?, dead_at = ?,"
            " refused_since = ? WHERE id = ? AND delivered_at IS NULL AND dead_at IS NULL",
            (error, next_try_at or now, now if next_try_at is None else None, since, id_),
        )

    def unreachable(self) -> list[tuple[str, str, int]]:
        """The addresses that were last left alone: channel, address, how often in a row they were out of reach."""
        rows = self.all("SELECT channel, address, failures FROM reachability")
        return [(str(row[0]), str(row[1]), int(row[2])) for row in rows]

    def leave_alone(self, channel: str, address: str, failures: int, until: datetime, reason: str) -> None:
        """Leave an address alone until a moment, whatever waits for it."""
        self.run(
            "INSERT INTO reachability (channel, address, failures, retry_at, error) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (channel, address) DO UPDATE SET failures = excluded.failures,"
            " retry_at = excluded.retry_at, error = excluded.error",
            (channel, address, failures, until, reason),
        )

    def reached(self, channel: str, address: str) -> None:
        """An address took a message: nothing is held against it."""
        self.run("DELETE FROM reachability WHERE channel = ? AND address = ?", (channel, address))

    def addressed(self, ids: Sequence[int]) -> list[tuple[int, str, str, str, str]]:
        """To whom notices go: id, name, unit, channel, address; a subscriber's address is that of the subscription."""
        found: list[tuple[int, str, str, str, str]] = []
        for id_ in ids:
            row = self.one(
                "SELECT id, name, unit, channel, address FROM notice WHERE id = ? AND kind <> 'push'", (id_,)
            )
            found += [(row[0], row[1], row[2], row[3], row[4])] if row is not None else []
        return found

    def revive(self, ids: Sequence[int], now: datetime, addresses: Mapping[int, str] = MappingProxyType({})) -> int:
        """
        Send these messages again, dead or waiting, some to another address; how many. Not where somebody has left,
        or what it speaks of was taken back.
        """
        return sum(self._revive(id_, now, addresses.get(id_)) for id_ in ids)

    def _revive(self, id_: int, now: datetime, address: str | None) -> int:
        row = self.one("SELECT channel, address FROM notice WHERE id = ?", (id_,))
        if row is None:
            return 0
        if self.run(
            "UPDATE notice SET dead_at = NULL, next_try_at = ?, tries = 0, refused_since = NULL, address = ?"
            " WHERE id = ? AND delivered_at IS NULL AND "
            f"{_GIVEN_UP}"
            " AND (claimed_until IS NULL OR claimed_until < ?)",
            (now, row[1] if address is None else address, id_, *DROPPED, now),
        ):
            for place in (row[1] if address is None else address, ""):
                self.reached(row[0], place)
            return 1
        return 0

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
        moment = self._moment
        return [
            NoticeRecord._make(
                (*r[:10], moment(r[10]) or _NEVER, moment(r[11]) or _NEVER, r[12], moment(r[13]), moment(r[14]), r[15])
            )
            for r in rows
        ]

    def waiting_count(self) -> tuple[int, int]:
        """How many notices wait, and how many are dead."""
        waiting = self.one(f"SELECT count(*) FROM notice WHERE {_WAITING}")
        dead = self.one(f"SELECT count(*) FROM notice WHERE dead_at IS NOT NULL AND {_GIVEN_UP}", DROPPED)
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

    def failing_addresses(self) -> dict[tuple[str, str], str]:
        """
        The addresses of channels that ring whose last notice was given up, and those that are out of reach, with the
        reason; an empty address stands for the whole channel.
        """
        found = {
            (str(row[0]), str(row[1])): str(row[2])
            for row in self.all("SELECT channel, address, error FROM reachability WHERE failures > 0")
        }
        ringing = "channel IN ('mail', 'webhook', 'chat')"
        taken = {
            (row[0], row[1]): row[2]
            for row in self.all(
                "SELECT channel, address, max(delivered_at) FROM notice"
                f" WHERE {ringing} AND delivered_at IS NOT NULL GROUP BY channel, address"
            )
        }
        for channel, address, error, dead_at in self.all(
            f"SELECT channel, address, error, dead_at FROM notice WHERE {ringing} AND dead_at IS NOT NULL"
            f" AND {_GIVEN_UP} ORDER BY id",
            DROPPED,
        ):
            since = taken.get((channel, address))
            if since is None or since < dead_at:
                found[str(channel), str(address)] = str(error)
        return found
