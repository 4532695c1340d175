"""Calendars and notices of days off (工作日历与放假通知)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from gkflow.domain.errors import GkflowError, NotFound, Refused, Unfit
from gkflow.domain.sentences import said


class CalendarError(GkflowError, ValueError):
    """An invalid working calendar, or a day that no calendar reaches (工作日历有误)."""

    code = "bad_calendar"
    sentence = said("calendar: {reason}")

    reason: str


class BadRegion(Refused):
    code = "bad_region"
    sentence = said("{name} {region}: write six figures (GB/T 2260), as 450000")

    name: str
    region: str


class UnknownRegion(NotFound):
    code = "unknown_region"
    sentence = said("{name} {region}: no such region")

    name: str
    region: str


class CalendarLost(Unfit):
    code = "calendar_lost"
    sentence = said(
        "the adopted calendar or rules are missing from {place}, though a record rests on them: verify the record, "
        "then restore a backup"
    )
    in_terminal = said(
        "the adopted calendar or rules are missing from {place}, though a record rests on them: look with "
        "gkflow verify, then restore a backup"
    )

    place: str


class NothingAdopted(Unfit):
    code = "nothing_adopted"
    sentence = said("the office has adopted neither calendar nor rules yet")
    in_terminal = said("the office has adopted neither calendar nor rules yet; run: gkflow init")

    place: str


class UnknownEdition(NotFound):
    code = "unknown_edition"
    sentence = said("no edition of the rules begins with {edition!r}, or more than one; there are: {editions}")

    edition: str
    editions: Sequence[str]


class NoticeAtFault(Refused):
    code = "notice_at_fault"
    sentence = said("{quoted}: {reason}")

    quoted: str
    reason: str


class PublishedMissing(Refused):
    code = "published_missing"
    sentence = said("the notice for {year} bears no date: say when it was published")
    in_terminal = said("the notice for {year} bears no date: say when it was published (--published)")

    year: int | None


class PublishedToCome(Refused):
    code = "published_to_come"
    sentence = said("published on {day}? today is {today}")

    day: date
    today: date


class CalendarFileExists(Refused):
    code = "calendar_file_exists"
    sentence = said("a calendar file {name} is there already; give this one another name")

    name: str


class NoText(Unfit):
    code = "no_text"
    sentence = said("{file}: not in {tried}; save it as text in UTF-8")

    file: str
    tried: Sequence[str]
