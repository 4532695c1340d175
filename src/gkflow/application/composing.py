"""
Composing a notice (通知的拟制): the one place where something to be said becomes messages in the outbox.

A message holds the facts and the edition of the wording; its text is composed when it is delivered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import Ledger, NoticeLine
from gkflow.domain.case import NOTHING, canonical
from gkflow.domain.notice import Addressee


class Telling(NamedTuple):
    """
    What is to be said (通知事项): the facts, with their ``kind``, and what they are about.

    *key* tells it from everything else that is ever said: with the receiver added, it is the key of a message, and
    the same key is written once.
    """

    key: str
    facts: Mapping[str, Any]
    case: str = ""
    unit: str = ""
    escalation: int | None = None
    urgent: bool = False


class Receiver(NamedTuple):
    """Who receives a message by which channel (收件人); *key* tells the receivers of one telling apart."""

    key: str
    channel: str
    address: str
    role: str = ""
    name: str = ""
    facts: Mapping[str, Any] = NOTHING  # what is said to this one alone
    subscription: int | None = None  # that by which it is received


def compose(rules: OfficeContext, telling: Telling, receivers: Iterable[Receiver], now: datetime) -> list[NoticeLine]:
    """A message to each receiver (拟制通知)."""
    return [
        NoticeLine(
            f"{telling.key}/{to.key}", telling.case, telling.escalation, telling.facts["kind"], to.role, to.name,
            telling.unit, to.channel, to.address, canonical({**telling.facts, **to.facts}), rules.wording.edition,
            now, now, 1 if telling.urgent else 0, to.subscription,
        )
        for to in receivers
    ]  # fmt: skip


def receivers_of(addressees: Iterable[Addressee]) -> Iterator[Receiver]:
    """
    Every addressee by each channel. The key holds who and where: two people of one name are two. It goes to the
    receiver, so that an address, which may hold a password, stands in it as a hash only.
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
    """Put messages into the outbox, with the wording in which they are to be composed; how many."""
    found = list(lines)
    if found:
        keep_wording(ledger, rules, now)
        ledger.outbox.put_notices(found)
    return len(found)


def keep_wording(ledger: Ledger, rules: OfficeContext, now: datetime) -> None:
    """Keep the wording in use, by which messages of now are composed later."""
    ledger.editions.keep_source(rules.wording.edition, "wording", "notices", rules.wording.source, now)
