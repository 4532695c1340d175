"""The machine-readable form of a message, and safe texts (通知的机读形式)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from enum import Enum
from typing import Any

from gkflow.application.ports import Message, NotDelivered
from gkflow.domain.sentences import said


def canonical_json(message: Message) -> bytes:
    """
    *message* as canonical JSON: the same message gives the same bytes on every retry.

    Keys are sorted, there are no blanks, Chinese is not escaped. Raises NotDelivered, permanently, for a fact
    that JSON cannot represent.
    """
    letter = {
        "type": "notice",
        "timestamp": message.made_at.isoformat(),
        "data": {
            "key": message.key,
            "to": message.to,
            "subject": message.subject,
            "text": message.text,
            "facts": message.facts,
        },
    }
    try:
        return json.dumps(
            letter,
            default=_plain,
            ensure_ascii=False,
            allow_nan=False,
            sort_keys=True,
            separators=(",", ":"),
        ).encode()
    except (TypeError, ValueError) as fault:
        raise NotDelivered(
            said("the notice cannot be written as JSON: {reason}", reason=str(fault)), permanent=True
        ) from fault


COME_BACK_LATER = frozenset({408, 425, 429})
# Statuses for a faulty notice, which no retry can repair. Any other refusal concerns the address or the login.
NOT_THIS_NOTICE = frozenset({400, 406, 411, 413, 414, 415, 422, 431})
GIVE_UP_AFTER = timedelta(days=1)


def refusal(reason: str, status: int, retry_after: timedelta | None = None) -> NotDelivered:
    """
    What an HTTP status other than 2xx means for a notice: retry, retry for a day (401, 404, 410: the address or its
    login can be repaired by then), or never retry.
    """
    if status in NOT_THIS_NOTICE:
        return NotDelivered(reason, permanent=True)
    moved = status in (301, 308)
    if moved or (400 <= status <= 499 and status not in COME_BACK_LATER):
        return NotDelivered(reason, give_up_after=GIVE_UP_AFTER)
    return NotDelivered(reason, retry_after=retry_after)


def one_line(words: object, longest: int = 200) -> str:
    """*words* on one line and without control characters: a server's answer, a subject."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _plain(fact: object) -> Any:
    if isinstance(fact, date):  # a datetime is a date too
        return fact.isoformat()
    if isinstance(fact, Mapping):
        return dict(fact)
    if isinstance(fact, Enum):
        return fact.value
    if isinstance(fact, AbstractSet):
        return sorted(fact)
    raise TypeError(f"{type(fact).__name__} {fact!r}")
