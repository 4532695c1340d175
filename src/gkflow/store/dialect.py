"""
Which database it is, and how its tables are named (方言). SQLite keeps days and moments as text.

Tables have a prefix, because ``notice`` or ``sweep`` may be a portal's own, or a schema of their own in PostgreSQL.
Databases from before schema 0008 have neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Any


class _Days(dict[Any, Any]):
    """Stored days as dates (日期): each text is parsed once, and looked up without a call of Python's."""

    def __missing__(self, value: Any) -> Any:
        found = date.fromisoformat(value) if isinstance(value, str) else value
        if len(self) > _MOST_DAYS:
            self.clear()
        self[value] = found
        return found


_MOST_DAYS = 50_000  # more than a century
read_day: Callable[[Any], Any] = _Days().__getitem__


def read_moment(value: Any) -> Any:
    """A stored moment as an aware one, in UTC."""
    if value is None:
        return None
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


PREFIX = "gk_"  # of the tables in new databases


@dataclass(frozen=True, slots=True, eq=False)  # as keys of compiled statements they are compared by identity
class Dialect:
    """Which database it is, the form of values that its driver needs, and the names of tables."""

    sqlite: bool
    prefix: str = ""
    schema: str = ""
    asyncpg: bool = False  # which has placeholders of its own, and wants each value in its type
    limited: bool = False  # to the rows of some units (store/units.py)

    def on_asyncpg(self) -> Dialect:
        """The same tables by way of asyncpg."""
        return _dialect(self.sqlite, self.prefix, self.schema, True, self.limited)

    def limited_to_units(self, limited: bool = True) -> Dialect:
        """The same tables, of which every SELECT reads the rows of some units alone; or all rows again."""
        return _dialect(self.sqlite, self.prefix, self.schema, self.asyncpg, limited)

    def named(self, prefix: str, schema: str) -> Dialect:
        """The same database with other names."""
        return dialect_of(self.sqlite, prefix, schema)

    def table(self, name: str) -> str:
        """A table or another object of ours by its real name, as SQL: neither part needs quotes."""
        return self.qualified(f"{self.prefix}{name}")

    def qualified(self, real: str) -> str:
        """An object by its real name, in its schema."""
        return f"{self.schema}.{real}" if self.schema else real

    @property
    def version_table(self) -> str:
        """The table that holds the schema's version; not Alembic's own name, which a portal may use."""
        return f"{self.prefix}version" if self.prefix else "gkflow_version"

    def plain(self, values: Iterable[Any]) -> tuple[Any, ...]:
        """Values for the driver: in SQLite a moment is UTC as text, as SQLModel writes it."""
        if not self.sqlite:
            return tuple(values)
        return tuple([TEXTS[v.__class__](v) if v.__class__ in TEXTS else v for v in values])


def dialect_of(sqlite: bool, prefix: str = "", schema: str = "") -> Dialect:
    """The one dialect of these names, for which statements are compiled once."""
    return _dialect(sqlite, prefix, schema, False, False)


@cache
def _dialect(sqlite: bool, prefix: str, schema: str, asyncpg: bool, limited: bool) -> Dialect:
    return Dialect(sqlite, prefix, schema, asyncpg, limited)


@lru_cache(maxsize=256)
def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(" ", "microseconds")[:-6]


# Values for which SQLite has no type.
TEXTS: Mapping[type, Callable[[Any], Any]] = {date: date.isoformat, datetime: _moment}
