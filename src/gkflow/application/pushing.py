"""
Targeted push (精准推送): what is published goes out to its subscribers, once, with a way to leave.

A subscription has no deadline, so it is no case. Its messages go into the outbox in the transaction of the entry
that published; one who leaves is sent nothing that still waits.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gkflow.application.facts import published_record
from gkflow.application.ports import LEFT, NoticeLine, SubscriptionLine
from gkflow.application.rules import Rules
from gkflow.domain.case import Case, Entry, canonical
from gkflow.domain.errors import NotFound, Refused
from gkflow.domain.workflow import Workflow

SUBSCRIBER = "subscriber"


def push(ledger: Any, rules: Rules, workflow: Workflow, case: Case, entry: Entry, now: datetime) -> int:
    """Write a message to every subscriber whom the publication concerns, and return how many (推送)."""
    facts = case.facts
    groups = frozenset(str(facts.get("groups", "")).replace("，", ",").replace("、", ",").split(",")) - {""}
    wanted = [
        each
        for each in ledger.subscriptions(live=True)
        if (not each.item or each.item in (facts.get("item"), facts.get("field"), workflow.name))
        and (not each.audience or {name.strip() for name in groups} & {each.audience})
    ]
    if not wanted:
        return 0
    shown = {
        "kind": "push",
        "case": case.number,
        "workflow": workflow.name,
        "workflow_label": workflow.label,
        "title": _title(workflow, case),
        "url": str(facts.get("url", "")),
        "day": entry.day.isoformat(),
    }
    lines = []
    for each in wanted:
        told = canonical({**shown, "role": SUBSCRIBER, "to": each.name, "leave": each.token})
        lines.append(
            NoticeLine(
                f"push/{case.number}/{entry.seq}/{each.id}", case.number, None, "push", SUBSCRIBER, each.name,
                entry.unit, each.channel, each.address, told, rules.wording.edition, now, now,
            )
        )  # fmt: skip
    ledger.keep_source(rules.wording.edition, "wording", "notices", rules.wording.source, now)
    ledger.put_notices(lines)
    return len(lines)


def _title(workflow: Workflow, case: Case) -> str:
    """The title as the public may see it: a natural person's name is masked in it as well."""
    spec = workflow.facts.get("title")
    return str(published_record(workflow, case).get(spec.label, "")) if spec is not None else ""


def subscribe(
    ledger: Any, name: str, channel: str, address: str, item: str, audience: str, token: str, now: datetime
) -> SubscriptionLine:
    """
    Add a subscription (订阅): to one catalogue item, field or workflow, or to all; as one of a group, or of none.

    Whoever asks twice for the same thing at the same address has one subscription.
    """
    for each in ledger.subscriptions(live=True):
        if (each.name, each.channel, each.address, each.item, each.audience) == (
            name,
            channel,
            address,
            item,
            audience,
        ):
            return SubscriptionLine(*each)
    line = SubscriptionLine(0, token, name, audience, item, channel, address, now, None)
    return line._replace(id=ledger.subscribe(line))


def leave(ledger: Any, token: str, now: datetime) -> int:
    """
    End a subscription by its token (退订); how many messages were waiting and are not sent.

    Raises NotFound ("no_subscription") and Refused ("already_left").
    """
    found = ledger.subscriptions(token=token)
    if not found:
        raise NotFound("no_subscription", token=token)
    if found[0].left_at is not None:
        raise Refused("already_left")
    return int(ledger.leave(found[0], now, LEFT))
