"""Delivery (送发通知): what waits in the outbox is composed and handed to its channel; at least once, never lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from gkflow.application.ports import Channel, Message, NotDelivered, Store, WaitingNotice
from gkflow.application.rules import Rules
from gkflow.domain.case import legal_day
from gkflow.domain.notice import Wording, compose

BATCH = 100
CLAIM = timedelta(minutes=10)  # how long a sender that died keeps its batch to itself
# After each failure it waits longer; the last is the end: the message is dead and listed.
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440, 1440, 2880))


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a delivery did (送发结果)."""

    delivered: int
    failed: int
    dead: int
    held: bool  # quiet hours: channels that ring somebody were not used


def is_quiet(rules: Rules, now: datetime) -> bool:
    """Whether nobody is to be rung now (免打扰): in the evening, at night, on a day off; a make-up day is none."""
    local = now.astimezone(ZoneInfo("Asia/Shanghai"))
    quiet, clock = rules.quiet, local.time()
    if quiet.begin > quiet.end:
        night = clock >= quiet.begin or clock < quiet.end
    else:
        night = quiet.begin <= clock < quiet.end
    return night or (quiet.days_off and not rules.rulebook.calendar.is_working_day(legal_day(now)))


def deliver(store: Store, rules: Rules, channels: Mapping[str, Channel], now: datetime, batch: int = BATCH) -> Delivery:
    """
    Send what waits (送发). A batch is claimed in one transaction, sent outside of any, and its outcome written in
    another: a sender that dies in between sends again under the same key, and the receiver drops the second copy.
    """
    quiet = is_quiet(rules, now)
    usable = [name for name, channel in channels.items() if channel.quiet or not quiet]
    delivered = failed = dead = 0
    wordings: dict[str, Wording] = {rules.wording.edition: rules.wording}
    _bury_unknown(store, channels, now)
    while True:
        with store.writing(hold="none") as ledger:
            claimed = ledger.claim_notices(usable, now, now + CLAIM, batch)
            for notice in claimed:
                if notice.wording not in wordings:
                    source = ledger.kept_source(notice.wording)
                    wordings[notice.wording] = rules.read_wording(source) if source else rules.wording
        if not claimed:
            break
        outcome = _send(claimed, channels, wordings)
        with store.writing(hold="none") as ledger:
            ledger.delivered([notice.id for notice in claimed if outcome[notice.key] is None], now)
            for notice in claimed:
                error = outcome[notice.key]
                if error is None:
                    delivered += 1
                    continue
                again = None if error.permanent or notice.tries >= len(BACK_OFF) else now + BACK_OFF[notice.tries]
                ledger.failed(notice.id, error.reason, again, now)
                failed += 1
                dead += again is None
    with store.writing(hold="none") as ledger:
        ledger.beat("deliver", now, f"delivered={delivered} failed={failed} dead={dead}")
        held = quiet and ledger.waiting_count()[0] > 0
    return Delivery(delivered, failed, dead, held)


def _bury_unknown(store: Store, channels: Mapping[str, Channel], now: datetime) -> None:
    """A message for a channel that is not set up would wait for ever: it is put among the dead, with the reason."""
    with store.reading() as ledger:
        strange = [name for name in ledger.channels_waiting() if name not in channels]
    for name in strange:
        with store.writing(hold="none") as ledger:
            ledger.bury(name, f"channel {name} is not set up in gkflow.toml", now)


def _send(
    claimed: list[WaitingNotice], channels: Mapping[str, Channel], wordings: Mapping[str, Wording]
) -> dict[str, NotDelivered | None]:
    by_channel: dict[str, list[Message]] = {}
    outcome: dict[str, NotDelivered | None] = {}
    for notice in claimed:
        facts = json.loads(notice.facts)
        try:
            subject, text = compose(wordings[notice.wording], facts)
        except (ValueError, LookupError) as error:  # words of the office's own that cannot be filled in
            outcome[notice.key] = NotDelivered(f"通知用语 {facts.get('kind')}: {error}")
            continue
        message = Message(notice.key, notice.name, notice.address, subject, text, facts, notice.made_at)
        by_channel.setdefault(notice.channel, []).append(message)
    for name, messages in by_channel.items():
        outcome.update(_answers(channels[name], messages))
    return outcome


def _answers(channel: Channel, messages: list[Message]) -> Mapping[str, NotDelivered | None]:
    """The channel's outcome of every message; one that breaks down, or says nothing, holds up no other channel."""
    answers: Mapping[str, NotDelivered | None] = {}
    silence = NotDelivered("the channel gave no answer")
    try:
        answers = channel.send(messages)
    except Exception as error:
        silence = NotDelivered(f"{type(error).__name__}: {error}")
    return {message.key: answers.get(message.key, silence) for message in messages}
