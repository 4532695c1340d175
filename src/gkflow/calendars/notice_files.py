"""
Entering a notice (录入放假通知): its changes to the known days, its contradictions of other notices, and its file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from gkflow.calendars.notice_problems import NoticeProblem, problem
from gkflow.calendars.notice_text import NoticeText, read_notice
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.edition import Announcement, CalendarEdition

ONE_DAY = timedelta(days=1)


class Change(NamedTuple):
    """A day that a notice changes from its known or predicted state (与已知不同的日子)."""

    day: date
    was: bool  # worked
    now: bool
    name: str
    firmness: str  # how firm it was before


def announcement_from(notice: NoticeText, published: date, name: str, url: str = "") -> Announcement:
    """The announcement of a notice (公告)."""
    assert notice.year is not None
    return Announcement(
        name,
        notice.title,
        published,
        notice.number,
        url,
        years=(notice.year,) if notice.kind == "annual" else (),
        days_off=notice.days_off,
        makeup_days=notice.makeup_days,
        plain_days=dict.fromkeys(sorted(notice.worked), ""),
    )


def contradicting(said: Announcement, edition: CalendarEdition) -> Iterator[tuple[date, Announcement]]:
    """
    The days that another notice of the same rank states differently, with that notice (同级通知互相矛盾).

    A notice that repeats known days contradicts nothing; an amendment changes an annual one.
    """
    for day, one, other in edition.with_announcements([said]).disagreements():
        if said in (one, other):
            yield day, other if one is said else one


def misquoted(file: Announcement) -> Iterator[NoticeProblem]:
    """
    Where a file for a whole year differs from the notice that it quotes (与所引通知不符). Hand-written files are
    checked against the text like generated ones.
    """
    if not (file.annual and file.quote):
        return
    said = read_notice(file.quote, file.year)
    yield from said.problems
    for listed, quoted in ((file.days_off, said.days_off), (file.makeup_days, said.makeup_days)):
        for day in sorted(listed.keys() - quoted.keys()):
            yield problem(file.title, "not_quoted", day=day)
        for day in sorted(quoted.keys() - listed.keys()):
            yield problem(file.title, "not_listed", day=day)


def changes(before: WorkCalendar, after: WorkCalendar, year: int) -> Iterator[Change]:
    """The days that change, from the December before the year to the end of the year."""
    day = date(year - 1, 12, 1)
    while day <= date(year, 12, 31):
        was, now = before.is_working_day(day), after.is_working_day(day)
        if was != now:
            note = after.note(day) or before.note(day)
            yield Change(day, was, now, note.name if note is not None else "", before.firmness(day).value)
        day += ONE_DAY


def file_of(notice: NoticeText, announcement: Announcement, sentences: Sequence[str]) -> str:
    """The text of the calendar file for the notice (日历文件)."""
    lines = [
        "# yaml-language-server: $schema=../../docs/schema/calendar.json",
        f"calendar: {notice.year}",
        f"title: {_quoted(announcement.title or f'{notice.year}年放假安排')}",
        f"number: {_quoted(announcement.number)}",
        f"published: {announcement.published}",
        "known: found",
    ]
    if notice.dated is not None:
        lines.insert(4, f"dated: {notice.dated}")
    if announcement.url:
        lines.append(f"url: {_quoted(announcement.url)}")
    if notice.kind == "annual":
        lines.append("annual: true")
    lines.append(f"quote: {_quoted(''.join(sentences))}")
    for kind, days in (("days_off", notice.days_off), ("makeup_days", notice.makeup_days)):
        if days:
            lines += [f"{kind}:", *(f"  {day}: {_quoted(name or '放假')}" for day, name in sorted(days.items()))]
    if notice.worked:
        lines += ["plain_days:", *(f"  {day}: 正常上班" for day in sorted(notice.worked))]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
