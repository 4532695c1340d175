"""Objections to reading events (事件的驳回理由)."""

from __future__ import annotations

from collections.abc import Sequence

from gkflow.domain.errors import Refused
from gkflow.domain.sentences import said


class UnknownEvent(Refused):
    code = "unknown_event"
    sentence = said('no hook is called for "{type}"{mean}')

    type: str
    mean: str
    near: Sequence[str]
    allowed: Sequence[str]


class CursorUnknown(Refused):
    code = "wrong_event_cursor"
    sentence = said('"{cursor}" is no cursor of events; take it from an event, or leave it empty to begin')

    cursor: str


class CursorAhead(Refused):
    code = "event_cursor_ahead"
    sentence = said("the cursor {cursor} is ahead of the last event ({last}); is it of another office or a later copy?")

    cursor: str
    last: str
