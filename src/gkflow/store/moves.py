"""
Which last days another calendar, or other rules, move (届满日变动): by groups of clocks that rest on the same, listed
by the database.

A million clocks fall into some thousand groups of recipe, day 0 and last day; each group is counted once, and the
database does the rest, so that memory stays flat.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from gkflow.application.ports import FOREVER, Group, MovedRow
from gkflow.domain.recalculation_key import READ, STILL
from gkflow.store.cursor import Part

# Open clocks that run towards a day: what has stopped or ended never moves.
_OPEN = (
    'FROM clock c JOIN docket d ON d."case" = c."case" WHERE c.until_day = ? AND c.status = \'running\''
    " AND d.ended = ? AND c.last_day IS NOT NULL"
)
# And those that have no last day now, and may come to have one.
_STANDING = (
    'FROM clock c JOIN docket d ON d."case" = c."case" WHERE c.until_day = ? AND c.status <> \'stopped\''
    " AND d.ended = ?"
)
_TOUCHED = " AND ((c.since < ? AND c.last_day >= ?) OR c.provisional = 1)"
_GROUP = "d.unit, c.recipe, c.since, c.last_day, c.provisional, c.earliest, c.latest"
_MOVING = (
    "CREATE TEMP TABLE moving (unit TEXT, recipe TEXT, since DATE, last_day DATE, new_day DATE, moved INTEGER,"
    " why TEXT, PRIMARY KEY (unit, recipe, since, last_day))"
)
_JOIN = "JOIN moving m ON m.unit = d.unit AND m.recipe = c.recipe AND m.since = c.since AND m.last_day = c.last_day"
_JOINED = _OPEN.replace("WHERE", f"{_JOIN} WHERE")
_NAMES = "number, workflow, clock, ref, title, unit, officer, old_day, new_day, why"
_COLUMNS = (
    "number TEXT, workflow TEXT, clock TEXT, ref TEXT, title TEXT, unit TEXT, officer TEXT, old_day DATE, new_day DATE,"
    " why TEXT"
)
_LISTED = (
    'c."case" AS number, c.workflow AS workflow, c.clock AS clock, c.ref AS ref, d.title AS title, d.unit AS unit,'
    " d.officer AS officer, m.last_day AS old_day, m.new_day AS new_day, m.why AS why"
)
# A deadline that there was not before is one that ends earlier than anybody knew.
_EARLIER = "new_day IS NOT NULL AND (old_day IS NULL OR new_day < old_day)"
_ORDER = f"CASE WHEN {_EARLIER} THEN 0 ELSE 1 END, new_day, number, clock, ref"
_PAGE = 5_000

# Case, workflow, clock, ref, title, unit, officer, old day, new day, why.


class Moves(Part):
    """Moving deadlines in one transaction (届满日变动)."""

    def groups(self, last_changed: date, first_changed: date) -> list[Group]:
        """The groups of open clocks that changed days can touch, and those that are provisional."""
        rows = self.all(
            f"SELECT DISTINCT {_GROUP} {_OPEN} AND c.recipe NOT IN (?, ?){_TOUCHED}",
            (FOREVER, FOREVER, STILL, READ, last_changed, first_changed),
        )
        day = self.dialect.read_day
        return [Group(row[0], row[1], day(row[2]), day(row[3]), row[4], day(row[5]), day(row[6])) for row in rows]

    def open_editions(self) -> list[tuple[str, str]]:
        """The workflows, each with the edition, under which a case is open."""
        rows = self.all("SELECT DISTINCT workflow, edition FROM docket WHERE ended = ? ORDER BY 1, 2", (FOREVER,))
        return [(str(row[0]), str(row[1])) for row in rows]

    def begin_moves(self, as_of: date, affected: Iterable[tuple[str, str]]) -> None:
        """
        Begin to note what moves, in tables that last as long as the asking. Noted at once are the open cases whose
        record has to be read: a lapse is still to come, nobody knows what a day rests on, or a clock is *affected*
        (edition of the workflow, name of the clock) by a change of its rules and has not stopped.
        """
        for table in ("moving", "read_case", "read_move", "moved", "affected"):
            self.run(f"DROP TABLE IF EXISTS {table}")
        self.run(_MOVING)
        self.run(f"CREATE TEMP TABLE read_move ({_COLUMNS})")
        self.run("CREATE TEMP TABLE read_case (number TEXT PRIMARY KEY)")
        self.run(
            f'INSERT INTO read_case SELECT DISTINCT c."case" {_OPEN} AND (c.recipe = ? OR c.from_day > ?)',
            (FOREVER, FOREVER, READ, as_of),
        )
        if clocks := list(affected):
            self.run("CREATE TEMP TABLE affected (edition TEXT, clock TEXT)")
            self.run_many("INSERT INTO affected VALUES (?, ?)", clocks)
            self.run(
                f'INSERT INTO read_case SELECT DISTINCT c."case" {_STANDING} AND EXISTS'
                " (SELECT 1 FROM affected a WHERE a.edition = d.edition AND a.clock = c.clock) ON CONFLICT DO NOTHING",
                (FOREVER, FOREVER),
            )

    def put_groups(self, groups: Iterable[Sequence[object]]) -> None:
        """
        Note the groups that move or whose firmness changes: unit, recipe, day 0, old, new, whether it moves, why.
        """
        self.run_many("INSERT INTO moving VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", groups)

    def cases_to_read(self) -> Iterator[str]:
        """The open cases whose record has to be read; what is held here is a page."""
        for page in self.pages("SELECT number FROM read_case WHERE number > ? ORDER BY number LIMIT ?", (), ""):
            yield from (str(row[0]) for row in page)

    def put_read_moves(self, moved: Iterable[MovedRow]) -> None:
        """Note what moves among the cases that were read."""
        rows = iter(moved)
        while page := list(islice(rows, _PAGE)):
            self.run_many("INSERT INTO read_move VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", page)

    def order_moves(self) -> None:
        """Put the deadlines that move in order, once; a case that was read is listed as it was read."""
        self.run(f"CREATE TEMP TABLE moved (place {self._numbered} PRIMARY KEY, {_COLUMNS})")
        some = self.one("SELECT 1 FROM read_case LIMIT 1") is not None
        unread = ' AND c."case" NOT IN (SELECT number FROM read_case)' if some else ""
        self.run(
            f"INSERT INTO moved ({_NAMES}) SELECT * FROM (SELECT {_LISTED} {_JOINED} AND m.moved = 1{unread}"
            f" UNION ALL SELECT {_NAMES} FROM read_move) listed ORDER BY {_ORDER}",
            (FOREVER, FOREVER),
        )

    @property
    def _numbered(self) -> str:
        return "INTEGER" if self.dialect.sqlite else "BIGINT GENERATED ALWAYS AS IDENTITY"

    def moving(self) -> Iterator[MovedRow]:
        """Every open clock that moves, those that end earlier first; what is held here is a page."""
        for rows in self.pages("SELECT * FROM moved WHERE place > ? ORDER BY place LIMIT ?", (), 0, _PAGE):
            for row in rows:
                yield self._moved(row[1:])

    def queue_moves(self, at: datetime, by: str, by_rules: bool) -> tuple[int, int, int]:
        """
        Put every case that is touched into the queue (待重新推算): first those of which a deadline ends earlier, at
        last those of which nothing moves and a clock is firmer or less firm than before; how many deadlines move, how
        many of them end earlier, how many cases there are.
        """
        first = int(self.one("SELECT coalesce(max(place), 0) FROM recount_queue")[0])
        self.run("DROP TABLE IF EXISTS moved_case")
        self.run(f"CREATE TEMP TABLE moved_case (place {self._numbered} PRIMARY KEY, number TEXT)")
        self.run(
            "INSERT INTO moved_case (number) SELECT number FROM moved GROUP BY number"
            f" ORDER BY MAX(CASE WHEN {_EARLIER} THEN 1 ELSE 0 END) DESC, number"
        )
        self.run(
            f'INSERT INTO moved_case (number) SELECT number FROM (SELECT c."case" AS number {_JOINED} UNION'
            " SELECT number FROM read_case EXCEPT SELECT number FROM moved) touched ORDER BY number",
            (FOREVER, FOREVER),
        )
        self.run("CREATE INDEX moved_number ON moved (number)")
        self.run(
            'INSERT INTO recount_queue (place, turn, "case", entries, clock, ref, unit, officer, title, workflow,'
            ' old_day, new_day, why, by_rules, "by", at) SELECT k.place + ?i, coalesce(m.place, 0), k.number,'
            " d.entries, coalesce(m.clock, ''), coalesce(m.ref, ''), d.unit, d.officer, d.title, d.workflow, m.old_day,"
            " m.new_day, coalesce(m.why, ''), ?i, ?, ?t FROM moved_case k JOIN docket d ON d.\"case\" = k.number"
            " LEFT JOIN moved m ON m.number = k.number",
            (first, 1 if by_rules else 0, by, at),
        )
        moved, earlier = self.one(
            f"SELECT count(*), coalesce(sum(CASE WHEN {_EARLIER} THEN 1 ELSE 0 END), 0) FROM moved"
        )
        cases = self.one("SELECT count(*) FROM moved_case")
        return int(moved), int(earlier), int(cases[0])

    def _moved(self, row: Sequence[Any]) -> MovedRow:
        day = self.dialect.read_day
        return (*row[:7], day(row[7]), day(row[8]), row[9])
