"""
Composing a notice (通知的拟制): the one place where an announcement becomes messages in the outbox.

A message holds the facts and the edition of the wording; its text is composed when it is delivered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import Ledger, NoticeLine
from gkflow.domain.case import NOTHING, canonical
from gkflow.domain.notice import Addressee

_PEOPLE = ("to", "by", "officer")  # facts of a notice that name people


class Notification(NamedTuple):
    """
    The content of a notification (通知事项): its facts, with their ``kind``, and what they are about.

    *key* is unique to it; with the receiver added, it is the key of a message. A message with the same key is
    written once.
    """

    key: str
    facts: Mapping[str, object]
    case: str = ""
    unit: str = ""
    escalation: int | None = None
    urgent: bool = False


class Receiver(NamedTuple):
    """Who receives a message by which channel (收件人); *key* distinguishes the receivers of one notification."""

    key: str
    channel: str
    address: str
    role: str = ""
    name: str = ""
    facts: Mapping[str, object] = NOTHING  # facts for this receiver only
    subscription: int | None = None  # the subscription behind it


def compose(
    rules: OfficeContext, notice: Notification, receivers: Iterable[Receiver], now: datetime
) -> list[NoticeLine]:
    """One message per receiver (拟制通知)."""
    return [
        NoticeLine(
            f"{notice.key}/{to.key}", notice.case, notice.escalation, str(notice.facts["kind"]), to.role, to.name,
            notice.unit, to.channel, to.address, canonical(_called(rules, {**notice.facts, **to.facts})),
            rules.wording.edition,
            now, now, 1 if notice.urgent else 0, to.subscription,
        )
        for to in receivers
    ]  # fmt: skip


def _called(rules: OfficeContext, facts: dict[str, object]) -> dict[str, object]:
    """People by their names, which a letter shows, and beside them by their ids."""
    if rules.names:
        for key in _PEOPLE:
            id_ = facts.get(key)
            if isinstance(id_, str) and (name := rules.names.get(id_)) is not None:
                facts |= {key: name, f"{key}_id": id_}
    return facts


def receivers_of(addressees: Iterable[Addressee]) -> Iterator[Receiver]:
    """
    One receiver per addressee and channel. The key holds name and address, because two people may share a name.
    The address is hashed, because receivers see the key and an address may hold a password.
    """
    for who in addressees:
        facts = {
            "role": who.role, "meant": who.meant, "to": who.name, "vacant": who.vacant,
            **({"unknown": who.unknown} if who.unknown else {}),
        }  # fmt: skip
        for channel, address in who.channels.items():
            at = f"~{sha256(address.encode('utf-8', 'replace')).hexdigest()[:12]}" if address else ""
            yield Receiver(f"{who.name or who.meant}/{channel}{at}", channel, address, who.role, who.name, facts)


def put(ledger: Ledger, rules: OfficeContext, lines: Iterable[NoticeLine], now: datetime) -> int:
    """Put messages into the outbox, with the edition of their wording; return how many."""
    found = list(lines)
    if found:
        keep_wording(ledger, rules, now)
        ledger.outbox.put_notices(found)
    return len(found)


def keep_wording(ledger: Ledger, rules: OfficeContext, now: datetime) -> None:
    """Keep the wording in use, with which present messages are composed later."""
    ledger.editions.keep_source(rules.wording.edition, "wording", "notices", rules.wording.source, now)
