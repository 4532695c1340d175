"""
A calendar feed (日历订阅文件): all-day events in the iCalendar format (RFC 5545), for calendar programs.

An event that a future notice may still move is marked tentative. A rewritten event keeps its UID, so that the calendar
moves it instead of adding another one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

from gkflow import extras
from gkflow.application.marks import visible

_MAKER = "-//gkflow//gkflow//ZH"


@dataclass(frozen=True, slots=True)
class AllDay:
    """
    One all-day event (全天事项).

    ``key`` identifies the event across exports, even if its day and its texts have changed.
    """

    key: tuple[str, ...]
    day: date
    summary: str
    words: str = ""
    tentative: bool = False
    days: int = 1

    @property
    def uid(self) -> str:
        """Its permanent identifier, which reveals no case number or name (RFC 7986, 5.3)."""
        return str(uuid5(NAMESPACE_OID, "\x1f".join(("gkflow", *self.key))))


def feed_of(events: Iterable[AllDay], name: str, made_at: datetime) -> bytes:
    """
    The feed of these events as text (订阅文件).

    They block no time: somebody with a deadline on Friday is free on Friday. Control characters, which the format
    forbids in a text (RFC 5545, 3.3.11), are shown by their pictures. Raises LibraryMissing without icalendar.
    """
    extras.require("icalendar")
    from icalendar import Calendar, Event

    stamp = made_at.astimezone(UTC)
    calendar = Calendar()
    calendar.add("prodid", _MAKER)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    # The second is the RFC 7986 form of the first; some calendars know only the first.
    calendar.add("x-wr-calname", visible(name))
    calendar.add("name", visible(name))
    for each in sorted(events, key=lambda event: (event.day, event.key)):
        event = Event()
        event.add("uid", each.uid)
        event.add("dtstamp", stamp)
        event.add("dtstart", each.day)
        event.add("dtend", each.day + timedelta(days=each.days))
        event.add("summary", visible(each.summary))
        if each.words:
            event.add("description", visible(each.words))
        event.add("status", "TENTATIVE" if each.tentative else "CONFIRMED")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    feed: bytes = calendar.to_ical()
    return feed
