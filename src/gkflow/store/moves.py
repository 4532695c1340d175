"""
Which last days another calendar moves (届满日变动): by groups of clocks that rest on the same, listed by the database.

A million clocks fall into some thousand groups of recipe, day 0 and last day; each group is counted once, and the
database does the rest, so that memory stays flat.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from gkflow.application.ports import FOREVER
from gkflow.domain.recipe import READ, STILL
from gkflow.store.desk import Desk

# Open clocks that run towards a day: what has stopped or ended never moves.
_OPEN = (
    'FROM clock c JOIN docket d ON d."case" = c."case" WHERE c.until_day = ? AND c.status = \'running\''
    " AND d.ended = ? AND c.last_day IS NOT NULL"
)
_TOUCHED = " AND ((c.since < ? AND c.last_day >= ?) OR c.provisional = 1)"
_GROUP = "d.unit, c.recipe, c.since, c.last_day, c.provisional, c.earliest, c.latest"
_MOVING = (
    "CREATE TEMP TABLE moving (unit TEXT, recipe TEXT, since DATE, last_day DATE, new_day DATE, moved INTEGER,"
    " why TEXT, PRIMARY KEY (unit, recipe, since, last_day))"
)
_JOIN = "JOIN moving m ON m.unit = d.unit AND m.recipe = c.recipe AND m.since = c.since AND m.last_day = c.last_day"
_ORDER = 'CASE WHEN m.new_day < m.last_day THEN 0 ELSE 1 END, m.new_day, c."case", c.clock, c.ref'
_PAGE = 5_000


class Group(NamedTuple):
    """Clocks that rest on the same (同类计时)."""

    unit: str
    recipe: str
    since: date
    last_day: date
    provisional: int
    earliest: date | None
    latest: date | None


class Moves(Desk):
    """Moving deadlines in one transaction (届满日变动)."""

    def groups(self, last_changed: date, first_changed: date) -> list[Group]:
        """The groups of open clocks that changed days can touch, and those that are provisional."""
        rows = self.all(
            f"SELECT DISTINCT {_GROUP} {_OPEN} AND c.recipe NOT IN (?, ?){_TOUCHED}",
            (FOREVER, FOREVER, STILL, READ, last_changed, first_changed),
        )
        day = self.dialect.read_day
        return [Group(row[0], row[1], day(row[2]), day(row[3]), row[4], day(row[5]), day(row[6])) for row in rows]

    def to_read(self, as_of: date) -> list[str]:
        """The open cases whose record has to be read: a lapse is still to come, or nobody knows what a day rests on."""
        rows = self.all(
            f'SELECT DISTINCT c."case" {_OPEN} AND (c.recipe = ? OR c.from_day > ?) ORDER BY c."case"',
            (FOREVER, FOREVER, READ, as_of),
        )
        return [str(row[0]) for row in rows]

    def put_moving(self, rows: Iterable[Sequence[object]]) -> None:
        """Note the groups that move or whose firmness changes: unit, recipe, day 0, old, new, whether it moves, why."""
        self.run("DROP TABLE IF EXISTS moving")
        self.run(_MOVING)
        self.run_many("INSERT INTO moving VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", rows)

    def moving(self) -> Iterator[tuple[str, str, str, str, str, str, str, date, date, str]]:
        """
        Every open clock that moves, those that end earlier first: case, workflow, clock, ref, title, unit, officer,
        old day, new day, why.

        The database puts them in order once, into a table that lasts as long as the asking; what is held here is a
        page.
        """
        self.run("DROP TABLE IF EXISTS moved")
        numbered = "INTEGER" if self.dialect.sqlite else "BIGINT GENERATED ALWAYS AS IDENTITY"
        self.run(
            f"CREATE TEMP TABLE moved (place {numbered} PRIMARY KEY, number TEXT, workflow TEXT, clock TEXT, ref TEXT,"
            " title TEXT, unit TEXT, officer TEXT, old_day DATE, new_day DATE, why TEXT)"
        )
        self.run(
            "INSERT INTO moved (number, workflow, clock, ref, title, unit, officer, old_day, new_day, why)"
            ' SELECT c."case", c.workflow, c.clock, c.ref, d.title, d.unit, d.officer, m.last_day, m.new_day, m.why'
            f" {_OPEN.replace('WHERE', _JOIN + ' WHERE')} AND m.moved = 1 ORDER BY {_ORDER}",
            (FOREVER, FOREVER),
        )
        day = self.dialect.read_day
        for rows in self.pages("SELECT * FROM moved WHERE place > ? ORDER BY place LIMIT ?", (), 0, _PAGE):
            for row in rows:
                yield (*row[1:8], day(row[8]), day(row[9]), row[10])

    def touched(self) -> list[str]:
        """Every open case with a clock that moves or is firmer, or less firm, than before."""
        rows = self.all(
            f'SELECT DISTINCT c."case" {_OPEN.replace("WHERE", _JOIN + " WHERE")} ORDER BY c."case"', (FOREVER, FOREVER)
        )
        return [str(row[0]) for row in rows]
