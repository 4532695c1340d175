"""Differences between SQLite and PostgreSQL in values (方言): SQLite keeps days and moments as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any


def read_day(value: Any) -> Any:
    """A stored day as a date."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def read_moment(value: Any) -> Any:
    """A stored moment as an aware one, in UTC."""
    if value is None:
        return None
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Dialect:
    """Which database it is, and the form of values that its driver needs."""

    sqlite: bool

    def plain(self, values: Iterable[Any]) -> tuple[Any, ...]:
        """Values for the driver: in SQLite a moment is UTC as text, as SQLModel writes it."""
        if not self.sqlite:
            return tuple(values)
        return tuple([TEXTS[v.__class__](v) if v.__class__ in TEXTS else v for v in values])


@lru_cache(maxsize=256)
def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(" ", "microseconds")[:-6]


# Values for which SQLite has no type.
TEXTS: Mapping[type, Callable[[Any], Any]] = {date: date.isoformat, datetime: _moment}
