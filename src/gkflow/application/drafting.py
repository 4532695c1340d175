"""
Drafts (草稿): a refused entry can be kept, completed and entered later.

A draft is not part of any record: it affects no clock, and is deleted once it has been entered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from gkflow.application.actions import Command, Outcome
from gkflow.application.advance import advance, require_seq
from gkflow.application.given import require_value
from gkflow.application.ports import DraftLine, Ledger
from gkflow.application.receive import receive
from gkflow.application.resolve_names import case_named, only_unit, unit_served
from gkflow.application.transaction import Transaction
from gkflow.domain.case import canonical
from gkflow.domain.objections.cases import NoDraft


def keep_draft(ledger: Ledger, case: str, workflow: str, act: Command, reason: str, now: datetime) -> int:
    """Keep a refused entry with the reason (保存草稿); return the draft's number. Raises Refused for a fact's value."""
    for name, value in act.facts.items():
        require_value(act.action, name, name, value)
    plain = {name: str(value) if isinstance(value, (date, Decimal)) else value for name, value in act.facts.items()}
    facts = canonical(plain)
    unit = act.unit
    if ledger.units:
        if case and not workflow:
            case_named(ledger, case)  # nobody keeps a draft for a case that they do not see
        if unit or ledger.docket.line(case) is None:
            unit = unit_served(ledger, unit or only_unit(ledger))
    return int(
        ledger.drafts.keep_draft(DraftLine(0, case, workflow, act.action, act.day, act.by, unit, facts, reason, now))
    )


def the_draft(ledger: Ledger, id_: int) -> DraftLine:
    """The draft of that number. Raises NotFound ("no_draft")."""
    found: list[DraftLine] = ledger.drafts.listed([id_])
    if not found:
        raise NoDraft(id=id_)
    return found[0]


def enter_draft(
    tx: Transaction, id_: int, facts: Mapping[str, object], day: date | None = None, if_seq: int | None = None
) -> Outcome:
    """
    Enter a draft with the missing facts (提交草稿) and delete it in the same transaction.

    Raises as ``advance``; the draft then stays as it was.
    """
    draft = the_draft(tx.ledger, id_)
    merged = {**json.loads(draft.facts), **facts}
    act = Command(draft.action, day or draft.day, draft.by, draft.unit, merged, if_seq=if_seq)
    there = draft.case and tx.ledger.docket.line(draft.case) is not None
    if there:
        entered = advance(tx, draft.case, act)
    else:
        require_seq(draft.case, 0, if_seq)  # it opens a case, which nobody has read
        entered = receive(tx, draft.workflow, act, draft.case)
    tx.ledger.drafts.drop_draft(id_)
    return entered
