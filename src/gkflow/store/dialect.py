"""What differs between SQLite and PostgreSQL (方言): marks, days and moments; nothing else does."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from gkflow.application.ports import ClockRevision, DocketLine

_MARK = re.compile(r"\?([dti]?)(?![a-z])")
_CAST = {"": "", "d": "::date", "t": "::timestamptz", "i": "::int"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """
    How one database wants its statements and values.

    Statements are written once with ``?``; ``?d ?t ?i`` say the type where a value stands alone in a select list,
    which PostgreSQL wants to know.
    """

    sqlite: bool

    def sql(self, text: str) -> str:
        """The statement in this dialect."""
        return _written(text, self.sqlite)

    def day(self, day: date | None) -> Any:
        """A day as a value of a statement."""
        if day is None:
            return None
        return day.isoformat() if self.sqlite else day

    def moment(self, moment: datetime | None) -> Any:
        """A moment as a value of a statement: in SQLite UTC as text, the way SQLModel writes it."""
        if moment is None or not self.sqlite:
            return moment
        return _moment(moment)

    def read_day(self, value: Any) -> Any:
        """A stored day as a date."""
        return date.fromisoformat(value) if isinstance(value, str) else value

    def read_moment(self, value: Any) -> Any:
        """A stored moment as an aware one, in UTC."""
        if value is None:
            return None
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def docket_line(self, row: Sequence[Any]) -> DocketLine:
        """A stored row as a docket line."""
        days = map(self.read_day, row[7:10])
        return DocketLine._make((*row[:7], *days, *row[10:]))

    def clock_line(self, row: Sequence[Any]) -> ClockRevision:
        """A stored row as a clock line."""
        day = self.read_day
        return ClockRevision._make(
            (
                *row[:3], day(row[3]), day(row[4]), *row[5:11], day(row[11]), day(row[12]), row[13], day(row[14]),
                *row[15:17], day(row[17]), day(row[18]), day(row[19]), *row[20:],
            )
        )  # fmt: skip

    def row(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """A row of plain values as values of a statement."""
        if not self.sqlite:
            return tuple(values)
        return tuple([v if v.__class__ in _PLAIN else _TEXTS.get(v.__class__, _as_it_is)(v) for v in values])


@lru_cache(maxsize=256)
def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(" ", "microseconds")[:-6]


@lru_cache(maxsize=512)
def _written(text: str, sqlite: bool) -> str:
    if sqlite:
        return _MARK.sub("?", text)
    return _MARK.sub(lambda mark: "%s" + _CAST[mark.group(1)], text.replace("%", "%%"))


def _as_it_is(value: Any) -> Any:
    return value


_PLAIN = frozenset((str, int, type(None)))
# How SQLite is given what it has no type for.
_TEXTS: Mapping[type, Callable[[Any], Any]] = {date: date.isoformat, datetime: _moment}
