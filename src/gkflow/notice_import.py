"""
Importing a notice of days off (录入放假安排): read it, compare it with what is known, and keep it as a calendar file.

The text of a notice and a hand-written calendar file are checked alike. No office is needed: deadlines move when the
office adopts the new calendar (``Office.calendars``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from gkflow.application.ports import FOREVER
from gkflow.bootstrap import folders, foreseen_by, forget_files, known_edition, settings_of
from gkflow.calendars.announcements import announcement_of
from gkflow.calendars.notice_files import Change, announcement_from, changes, contradicting, file_of, misquoted
from gkflow.calendars.notice_problems import NoticeProblem, problem
from gkflow.calendars.notice_text import NoticeText, read_notice
from gkflow.domain.edition import COUNTRY, UNIT, Announcement, CalendarEdition
from gkflow.domain.errors import ExaminedAtFault, FilesAtFault
from gkflow.domain.objections.calendars import (
    CalendarFileExists,
    NoText,
    NoticeAtFault,
    PublishedMissing,
    PublishedToCome,
)
from gkflow.domain.objections.installation import NoFile, Unreadable
from gkflow.domain.objections.register_files import FileTooLarge
from gkflow.files.home import FILE_NAME

_BY_HAND = (".yaml", ".yml")
_MOST_BYTES = 1 << 20  # of a notice, which has two pages
_RESERVED = "notices"  # the list of notices has this name


@dataclass(frozen=True, slots=True)
class Incoming:
    """The content of a notice and what it would change (待录入的放假安排); with ``problems`` it cannot be entered."""

    title: str = ""
    number: str = ""
    year: int | None = None
    annual: bool = False
    published: date | None = None
    days_off: Mapping[date, str] = field(default_factory=dict)
    makeup_days: Mapping[date, str] = field(default_factory=dict)
    problems: tuple[NoticeProblem, ...] = ()
    changes: tuple[Change, ...] = ()
    announced: bool = False  # the days of the whole year are already known
    text: str = ""  # of the calendar file
    name: str = ""  # of that file, if somebody has named it

    @property
    def is_new(self) -> bool:
        """Whether it says anything new: other days, or that predicted days are now announced (有新内容)."""
        return bool(self.changes) or (self.annual and not self.announced)


def read_incoming(
    file: Path | bytes,
    home: Path,
    *,
    year: int | None = None,
    published: date | None = None,
    url: str = "",
    today: date,
) -> Incoming:
    """
    Read the text of a notice, or a calendar file (读取放假安排). *year* is needed only for a text that names none;
    without *published* a notice counts as published on its own date.

    Nothing is written. Implausible statements are in ``problems``, each with its sentence. Raises NotFound, Unfit for
    an unreadable file, FilesAtFault for a calendar file with faults, and Refused for a future day.
    """
    if isinstance(file, Path) and file.suffix.lower() in _BY_HAND:
        return _by_hand(file, home, today)
    text = _text_of(file, "UTF-8", "GB18030")
    edition = _known(home)
    calendar = edition.calendar()
    names = {day: note.name for day in calendar.days_off if (note := calendar.note(day)) is not None}
    notice = read_notice(text, year, names)
    if notice.year is None:
        return _of_notice(notice, notice.problems)
    published = _not_to_come(published or notice.dated, today)
    said = announcement_from(notice, published or FOREVER, f"entered-{notice.year}", url)
    problems = notice.problems or tuple(_contradictions(said, edition, notice))
    sentences = [each.text for each in notice.sentences]
    incoming = _of_notice(notice, problems, published, () if problems else _changes(edition, said, notice.year))
    return _completed(incoming, edition, file_of(notice, said, sentences) if published is not None else "")


def enter(incoming: Incoming, home: Path) -> Path:
    """
    Write what was read to a file in ``config/calendar`` (录入), completely or not at all; return its path.

    An existing file is never overwritten: each notice has its own. Raises Refused for a notice with problems, and if
    its day of publication is unknown.
    """
    if incoming.problems:
        raise NoticeAtFault(quoted=incoming.problems[0].sentence, reason=incoming.problems[0].text)
    if not incoming.text:
        raise PublishedMissing(year=incoming.year)
    target = _target(home / "config" / "calendar", incoming)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(".tmp")
    unfinished.write_text(incoming.text, encoding="utf-8")
    os.replace(unfinished, target)
    forget_files()
    return target


def _known(home: Path) -> CalendarEdition:
    """What is known, with the office's predictor for the rest, as its deadlines were computed."""
    known = known_edition(home)
    return foreseen_by(known, settings_of(home).predictor) if (home / FILE_NAME).is_file() else known


def _not_to_come(published: date | None, today: date) -> date | None:
    if published is not None and published > today:
        raise PublishedToCome(day=published, today=today)
    return published


def _text_of(file: Path | bytes, *encodings: str) -> str:
    if isinstance(file, bytes):
        raw, name, size = file, "-", len(file)
    else:
        try:
            if not file.is_file():
                raise NoFile(file=str(file))
            with file.open("rb") as opened:
                raw, name, size = opened.read(_MOST_BYTES + 1), str(file), file.stat().st_size
        except OSError as error:  # also a path that is too long
            raise Unreadable(file=str(file)[:200], reason=str(error.strerror)) from None
    if len(raw) > _MOST_BYTES:
        raise FileTooLarge(file=name, size=-(-size >> 20), most=_MOST_BYTES >> 20)
    for encoding in encodings:
        try:
            return raw.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
    raise NoText(file=name, tried=", ".join(encodings))


def _of_notice(
    notice: NoticeText, problems: tuple[NoticeProblem, ...], published: date | None = None,
    found: tuple[Change, ...] = (),
) -> Incoming:  # fmt: skip
    return Incoming(
        notice.title, notice.number, notice.year, notice.kind == "annual", published, notice.days_off,
        notice.makeup_days, problems, found,
    )  # fmt: skip


def _by_hand(file: Path, home: Path, today: date) -> Incoming:
    from gkflow.files.rulebook_files import read_calendar_file

    text = _text_of(file, "UTF-8")
    try:
        said = announcement_of(read_calendar_file(file, folders(home)))
    except FilesAtFault as error:
        raise ExaminedAtFault(error.faults) from None
    _not_to_come(said.published, today)
    edition = _known(home)
    there = (home / "config" / "calendar" / f"{said.name}.yaml").exists()
    if there or said.name == _RESERVED or any(each.name == said.name for each in edition.announcements):
        raise CalendarFileExists(name=said.name)
    problems = tuple(misquoted(said)) or tuple(_contradictions(said, edition))
    assert said.year is not None
    found = () if problems else _changes(edition, said, said.year)
    incoming = Incoming(
        said.title, said.number, said.year, said.annual, said.published, said.days_off,
        said.makeup_days, problems, found, name=said.name,
    )  # fmt: skip
    return _completed(incoming, edition, text)


def _completed(incoming: Incoming, edition: CalendarEdition, text: str) -> Incoming:
    # A year known only from the package is shown without a day: the notice says since when it is known.
    announced = any(each.national and incoming.year in each.years and each.published for each in edition.announcements)
    return replace(incoming, announced=announced, text=text)


def _contradictions(
    said: Announcement, edition: CalendarEdition, notice: NoticeText | None = None
) -> Iterator[NoticeProblem]:
    sentences = {} if notice is None else {
        day: each.text for each in notice.sentences for day in (*each.days_off, *each.makeup_days)
    }  # fmt: skip
    for day, other in contradicting(said, edition):
        yield problem(sentences.get(day, said.title), "contradiction", day=day, source=other.source)


def _changes(edition: CalendarEdition, said: Announcement, year: int) -> tuple[Change, ...]:
    """What it changes, in any of the places to which it applies."""
    then = edition.with_announcements([said])
    found: dict[date, Change] = {}
    for scope in said.scopes:
        region, unit = ("", scope[len(UNIT) :]) if scope.startswith(UNIT) else (scope if scope != COUNTRY else "", "")
        for each in changes(edition.calendar(region, unit), then.calendar(region, unit), year):
            found.setdefault(each.day, each)
    return tuple(found[day] for day in sorted(found))


def _target(folder: Path, incoming: Incoming) -> Path:
    if incoming.name:
        return folder / f"{incoming.name}.yaml"
    first = folder / f"{incoming.year}.yaml"
    if incoming.annual and not first.exists():
        return first
    number = 2
    while (folder / f"{incoming.year}-{number}.yaml").exists():
        number += 1
    return folder / f"{incoming.year}-{number}.yaml"
