"""The escalation log (督办记录) and its acknowledgements (签收)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from gkflow.application.ports import EscalationRecord
from gkflow.store.cursor import Cursor, Part
from gkflow.store.seals import Seals
from gkflow.store.sweeps import IN_FORCE


class Escalations(Part):
    """The escalation log in one transaction (督办记录)."""

    def __init__(self, shared: Cursor, seals: Seals) -> None:
        super().__init__(shared)
        self._seals = seals

    def log(self, since: date | None = None, unacknowledged: bool = False, case: str = "") -> list[EscalationRecord]:
        """The escalation log, oldest first."""
        where: list[str] = [IN_FORCE]
        values: list[Any] = []
        if since is not None:
            where.append("e.day >= ?")
            values.append(since)
        if unacknowledged:
            where.append("a.id IS NULL")
        if case:
            where.append('e."case" = ?')
            values.append(case)
        rows = self.all(
            'SELECT e.id, e."case", e.workflow, e.clock, e.ref, e.deadline, e.step, e.kind, e.colour, e.day,'
            ' a."by", a.at, a.words, n.name, n.role, n.made_at, n.delivered_at, n.id FROM escalation e'
            " LEFT JOIN acknowledgement a ON a.escalation = e.id LEFT JOIN notice n ON n.escalation = e.id"
            f" WHERE {' AND '.join(where)} ORDER BY e.id, n.id",
            values,
        )
        day, moment = self.dialect.read_day, self.dialect.read_moment
        records: list[EscalationRecord] = []
        names: list[str] = []
        for row in rows:
            if not records or records[-1].id != row[0]:
                names = []
                told_at = moment(row[15])
                records.append(
                    EscalationRecord._make(
                        (
                            *row[:5],
                            day(row[5]),
                            *row[6:9],
                            day(row[9]),
                            (),
                            told_at,
                            None,
                            row[10],
                            moment(row[11]),
                            row[12],
                        )
                    )
                )
            if row[17] is None:
                continue
            name = row[13] or row[14]
            if name not in names:
                names.append(name)
            # Delivered is the earliest moment at which one of its messages was taken by a channel.
            # What is addressed to nobody may be in the file: nobody knows of it.
            delivered, before = moment(row[16]) if row[13] else None, records[-1].delivered_at
            first = delivered if before is None else min(before, delivered) if delivered is not None else before
            records[-1] = records[-1]._replace(told=tuple(names), delivered_at=first)
        return records

    def acknowledge(self, ids: Sequence[int], by: str, words: str, now: datetime) -> list[int]:
        """Acknowledge escalations; those that were newly acknowledged."""
        done: list[int] = []
        self.take_turns("acknowledgement")  # each is chained to the one before
        head = None
        for id_ in ids:
            if self.one("SELECT 1 FROM acknowledgement WHERE escalation = ?", (id_,)) is not None:
                continue
            head = self._seals.acknowledged()[0] if head is None else head
            made = self._seals.acknowledgement_hash(id_, by, now, words, head)
            self.run(
                'INSERT INTO acknowledgement (escalation, "by", at, words, previous, hash) VALUES (?, ?, ?, ?, ?, ?)',
                (id_, by, now, words, head, made),
            )
            head = made
            done.append(id_)
        return done

    def known(self, ids: Sequence[int]) -> set[int]:
        """Which of these escalations exist."""
        return {int(i) for i in ids if self.one("SELECT 1 FROM escalation WHERE id = ?", (i,)) is not None}
