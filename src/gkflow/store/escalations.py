"""The escalation log (督办记录) and its acknowledgements (签收)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select

from gkflow.application.ports import EscalationRecord
from gkflow.store.cursor import Cursor, Part
from gkflow.store.seals import Seals
from gkflow.store.statement import Statement, bind, inserted
from gkflow.store.sweep_statements import in_force
from gkflow.store.tables import ACKNOWLEDGEMENT, ESCALATION, NOTICE

_E, _A, _N = ESCALATION.c, ACKNOWLEDGEMENT.c, NOTICE.c
# A row for each notice of a step, or one row without a notice.
_LOG = (
    select(
        _E.id, _E.case, _E.workflow, _E.clock, _E.ref, _E.last_day, _E.step, _E.kind, _E.colour, _E.day,
        _A.by.label("acknowledged_by"), _A.at.label("acknowledged_at"), _A.words, _N.name, _N.role,
        _N.made_at, _N.delivered_at, _N.id.label("notice"),
    )
    .select_from(
        ESCALATION.outerjoin(ACKNOWLEDGEMENT, _A.escalation == _E.id).outerjoin(NOTICE, _N.escalation == _E.id)
    )
    .where(in_force(ESCALATION))
    .order_by(_E.id, _N.id)
)  # fmt: skip
_KNOWN = Statement(select(_E.id).where(_E.id == bind("id")))
_ACKNOWLEDGED = Statement(select(_A.id).where(_A.escalation == bind("id")))
_ACKNOWLEDGE = Statement(insert(ACKNOWLEDGEMENT).values(inserted(ACKNOWLEDGEMENT)))
_LOGS = {
    (since, unacknowledged, of_case): Statement(
        _LOG.where(
            *([_E.day >= bind("since")] if since else []),
            *([_A.id.is_(None)] if unacknowledged else []),
            *([_E.case == bind("of_case")] if of_case else []),
        )
    )
    for since in (False, True)
    for unacknowledged in (False, True)
    for of_case in (False, True)
}


class Escalations(Part):
    """The escalation log in one transaction (督办记录)."""

    def __init__(self, shared: Cursor, seals: Seals) -> None:
        super().__init__(shared)
        self._seals = seals

    def log(self, since: date | None = None, unacknowledged: bool = False, case: str = "") -> list[EscalationRecord]:
        """The escalation log, oldest first."""
        asked = {name: value for name, value in (("since", since), ("of_case", case)) if value}
        rows = self.rows(_LOGS[since is not None, unacknowledged, bool(case)], **asked)
        records: list[EscalationRecord] = []
        for row in rows:
            if not records or records[-1].id != row.id:
                records.append(_record(row))
            if row.notice is not None:
                records[-1] = _with_notice(records[-1], row)
        return records

    def acknowledge(self, ids: Sequence[int], by: str, words: str, now: datetime) -> list[int]:
        """Acknowledge escalations; return those newly acknowledged."""
        done: list[int] = []
        self.take_turns("acknowledgement")  # each is chained to the previous one
        head = None
        for id_ in ids:
            if self.value(_ACKNOWLEDGED, id=id_) is not None:
                continue
            head = self._seals.acknowledged()[0] if head is None else head
            made = self._seals.acknowledgement_hash(id_, by, now, words, head)
            self.run(_ACKNOWLEDGE, escalation=id_, by=by, at=now, words=words, previous=head, hash=made)
            head = made
            done.append(id_)
        return done

    def known(self, ids: Sequence[int]) -> set[int]:
        """Which of these escalations exist."""
        return {int(id_) for id_ in ids if self.value(_KNOWN, id=id_) is not None}


def _record(row: Any) -> EscalationRecord:
    return EscalationRecord(
        row.id, row.case, row.workflow, row.clock, row.ref, row.last_day, row.step, row.kind, row.colour, row.day, (),
        row.made_at, None, row.acknowledged_by, row.acknowledged_at, row.words,
    )  # fmt: skip


def _with_notice(record: EscalationRecord, row: Any) -> EscalationRecord:
    """Add a notice to its step: the addressee, and the earliest moment at which a channel accepted one."""
    name = row.name or row.role
    names = record.notified if name in record.notified else (*record.notified, name)
    # A notice without an addressee may be in the file: it notifies nobody.
    moments = [at for at in (record.delivered_at, row.delivered_at if row.name else None) if at is not None]
    return record._replace(notified=names, delivered_at=min(moments, default=None))
