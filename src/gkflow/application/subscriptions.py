"""
Targeted push (精准推送): published information is sent to its subscribers once, with an unsubscribe link.

A subscription has no deadline, so it is not a case. Its messages go into the outbox in the transaction of the
publishing entry; after unsubscribing, waiting messages are not sent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from gkflow.application.composing import Notification, Receiver, compose, put
from gkflow.application.ports import LEFT, TAKEN_BACK, Ledger, SubscriptionLine
from gkflow.application.publishing import in_use, published_today
from gkflow.application.transaction import OnRecord, Transaction
from gkflow.domain.case import Entry
from gkflow.domain.objections.channels import AlreadyLeft, NoSubscription

SUBSCRIBER = "subscriber"


def push(tx: Transaction, case: OnRecord, entry: Entry) -> int:
    """
    Write a message to every subscriber whom the publication concerns, and return how many (推送).

    Only public information is sent, by the whole record today: a late entry may have been overtaken.
    """
    ledger, rules, now = tx.ledger, tx.rules, tx.now
    workflow, number, entries = case
    subscribers = ledger.subscriptions.listed(live=True)
    if not subscribers:
        return 0
    texts, values = published_today(rules, workflow, number, entries, tx.today)
    groups = {name.strip() for name in re.split("[,，、]", str(values.get("groups", "")))}
    topics = {values.get("item"), values.get("field"), workflow.name}
    wanted = [
        each
        for each in subscribers
        if (not each.item or each.item in topics) and (not each.audience or each.audience in groups)
    ]
    if not wanted or not texts:
        return 0
    shown = {
        "kind": "push",
        "case": number,
        "workflow": workflow.name,
        "workflow_label": workflow.label,
        "title": str(texts.get("title", "")),
        "url": str(texts.get("url", "")),
        "day": entry.day.isoformat(),
    }
    receivers = (
        Receiver(
            str(each.id), each.channel, each.address, SUBSCRIBER, each.name,
            {"role": SUBSCRIBER, "to": each.name, "leave": each.token}, each.id,
        )
        for each in wanted
    )  # fmt: skip
    notification = Notification(f"push/{number}/{entry.seq}", shown, number, entry.unit)
    return put(ledger, rules, compose(rules, notification, receivers, now), now)


def take_back(tx: Transaction, cases: Sequence[OnRecord]) -> int:
    """
    Drop the waiting messages about information no longer public (撤回未发出的推送), and return how many: withdrawn,
    revoked, or published by mistake.
    """
    subscriptions, rules = tx.ledger.subscriptions, tx.rules
    may_wait = {each.number: each for each in cases if not in_use(rules, each.workflow).publication.never}
    buried = 0
    for number in subscriptions.pushes_waiting(list(may_wait)) if may_wait else ():
        workflow, _, entries = may_wait[number]
        if not published_today(rules, workflow, number, entries, tx.today).texts:
            buried += subscriptions.take_back(number, tx.now, TAKEN_BACK)
    return buried


def subscribe(ledger: Ledger, wish: SubscriptionLine) -> SubscriptionLine:
    """
    Add a subscription (订阅): to one catalogue item, field or workflow, or to everything; as a member of a group, or
    not.

    A repeated subscription with the same scope and address is the same one.
    """
    for each in ledger.subscriptions.listed(live=True):
        if wish == each._replace(id=wish.id, token=wish.token, since=wish.since):
            return each
    return wish._replace(id=ledger.subscriptions.subscribe(wish))


def leave(ledger: Ledger, token: str, now: datetime) -> int:
    """
    End a subscription by its token (退订); return how many waiting messages are not sent.

    Raises NotFound ("no_subscription") and Refused ("already_left").
    """
    found = ledger.subscriptions.listed(token=token)
    if not found:
        raise NoSubscription(token=token)
    if found[0].left_at is not None:
        raise AlreadyLeft()
    return int(ledger.subscriptions.leave(found[0], now, LEFT))
