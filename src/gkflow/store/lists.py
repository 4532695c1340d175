"""What lists ask of the store (查询): cases and their clocks as of a day, escalations, editions, counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from gkflow.application.ports import FOREVER, ClockRevision, DocketLine, MetLine
from gkflow.domain.workflow import MISFILED
from gkflow.store.cursor import Part
from gkflow.store.docket import CLOCK_COLUMNS, DOCKET_COLUMNS

_D = ", ".join(f"d.{column.strip()}" for column in DOCKET_COLUMNS.split(","))
_C = ", ".join(f"c.{column.strip()}" for column in CLOCK_COLUMNS.split(","))
_DOCKET_WIDTH = DOCKET_COLUMNS.count(",") + 1
_HOLDS = "c.from_day <= ? AND c.until_day > ?"
_OWED = "c.status = 'running' AND c.owed = 1"
# Two searches by index instead of one that would have to weigh an OR: what still holds, what has ended since.
_LATE = (
    f'SELECT {{columns}} FROM clock c JOIN docket d ON d."case" = c."case" WHERE {_OWED} AND c.until_day = ?'
    " AND c.last_day {than} ? AND c.from_day <= ?"
    f' UNION ALL SELECT {{columns}} FROM clock c JOIN docket d ON d."case" = c."case" WHERE {_OWED}'
    " AND c.until_day > ? AND c.until_day < ? AND c.last_day {than} ? AND c.from_day <= ?"
)


class Lists(Part):
    """Look-ups in one transaction (查询)."""

    def cases_with(self, actions: Sequence[str], since: date, until: date) -> list[str]:
        """The cases with an entry of one of these actions, written for a day in [*since*, *until*] or corrected."""
        if not actions:
            return []
        marks = ", ".join("?" * len(actions))
        # A correction may have put the entry's day into the period or out of it: the record itself is asked then.
        rows = self.all(
            f'SELECT DISTINCT e."case" FROM entry e WHERE e.action IN ({marks}) AND (e.day BETWEEN ? AND ?'
            ' OR EXISTS (SELECT 1 FROM entry c WHERE c."case" = e."case" AND c.action = \'correct_entry\'))'
            ' ORDER BY e."case"',
            (*actions, since, until),
        )
        return [str(row[0]) for row in rows]

    def met(self, since: date, until: date, as_of: date) -> list[MetLine]:
        """
        How the office's duties stand on *as_of*, by workflow, clock, how it ended, and unit: stopped in the span, due
        in it and not done, or waiting.
        """
        holds = "owed = 1 AND c.from_day <= ? AND c.until_day > ?"
        of = 'FROM clock c JOIN docket d ON d."case" = c."case"'
        base = f"SELECT c.workflow, c.clock, c.status, c.stopped_by, c.verdict, d.unit, count(*) {of} WHERE c.{holds}"
        group = "GROUP BY c.workflow, c.clock, c.status, c.stopped_by, c.verdict, d.unit"
        rows = self.all(
            f"{base} AND c.status = 'stopped' AND c.stopped BETWEEN ? AND ? {group}"
            f" UNION ALL {base} AND c.status = 'running' AND c.last_day BETWEEN ? AND ? AND c.last_day < ? {group}"
            f" UNION ALL {base} AND c.status = 'waiting' AND c.from_day <= ? {group}",
            (as_of, as_of, since, until, as_of, as_of, since, until, as_of, as_of, as_of, until),
        )
        return [MetLine._make(row) for row in rows]

    def powers_past(self, day: date, cases: Sequence[str]) -> Iterator[ClockRevision]:
        """The office's powers that had lapsed unused on *day*, of these cases."""
        for start in range(0, len(cases), 500):
            some = cases[start : start + 500]
            marks = ", ".join("?" * len(some))
            rows = self.all(
                f"SELECT {_C} FROM clock c WHERE {_HOLDS} AND c.\"case\" IN ({marks}) AND c.kind = 'power'"
                " AND c.duty = 'office' AND c.status = 'running' AND c.last_day < ?",
                (day, day, *some, day),
            )
            yield from map(self.dialect.clock_line, rows)

    def units_on_record(self) -> list[str]:
        """The units that have, or had, a case: a register may bring some that the settings do not know."""
        return [str(row[0]) for row in self.all("SELECT DISTINCT unit FROM docket ORDER BY unit")]

    def officers_on_record(self) -> list[str]:
        """The officers of all cases."""
        return [str(row[0]) for row in self.all("SELECT DISTINCT officer FROM docket ORDER BY officer")]

    def cases_received(self, workflow: str, since: date, until: date) -> list[str]:
        """The cases of a workflow received in [*since*, *until*], by number; what was received by mistake is none."""
        rows = self.all(
            'SELECT "case" FROM docket WHERE workflow = ? AND received BETWEEN ? AND ? AND state <> ? ORDER BY "case"',
            (workflow, since, until, MISFILED),
        )
        return [str(row[0]) for row in rows]

    def late(self, day: date, than: str = "<", last: date | None = None) -> list[tuple[DocketLine, ClockRevision]]:
        """
        The office's running clocks whose last day lies before *day* (or, with ``than``, compares so to *last*), as
        of *day*.
        """
        statement = _LATE.format(columns=f"{_D}, {_C}", than=than)
        last = last or day
        rows = self.all(statement, (FOREVER, last, day, day, FOREVER, last, day))
        return [self._pair(row) for row in rows]

    def dockets(self, day: date, include_closed: bool = False) -> list[DocketLine]:
        """
        Docket lines of the cases open on *day* (with *include_closed*: received by then), and of those to which
        something happened since, whose lines have to be read off the record.
        """
        stood = "received <= ?" if include_closed else "received <= ? AND ended > ?"
        values = (day, day) if include_closed else (day, day, day)
        rows = self.all(f'SELECT {DOCKET_COLUMNS} FROM docket WHERE {stood} OR latest > ? ORDER BY "case"', values)
        return [self.dialect.docket_line(row) for row in rows]

    def clocks_on(
        self, day: date, include_closed: bool = False, cases: Sequence[str] | None = None
    ) -> Iterator[ClockRevision]:
        """How every clock stood on *day*, of the cases open then or touched since (or of *cases*)."""
        if cases is not None:
            for case in cases:
                for row in self.all(
                    f'SELECT {CLOCK_COLUMNS} FROM clock c WHERE {_HOLDS} AND "case" = ?', (day, day, case)
                ):
                    yield self.dialect.clock_line(row)
            return
        join = "" if include_closed else ' JOIN docket d ON d."case" = c."case" AND (d.ended > ? OR d.latest > ?)'
        values = (day, day) if include_closed else (day, day, day, day)
        for row in self.all(f"SELECT {_C} FROM clock c{join} WHERE {_HOLDS}", values):
            yield self.dialect.clock_line(row)

    def open_officers(self) -> list[tuple[str, int, str]]:
        """The officers of open cases: name, how many, the first case by number."""
        rows = self.all(
            "SELECT officer, count(*), min(\"case\") FROM docket WHERE ended = ? AND officer <> ''"
            " GROUP BY officer ORDER BY officer",
            (FOREVER,),
        )
        return [(str(row[0]), int(row[1]), str(row[2])) for row in rows]

    def open_units(self) -> set[str]:
        """The units of open cases."""
        return {str(row[0]) for row in self.all("SELECT DISTINCT unit FROM docket WHERE ended = ?", (FOREVER,))}

    def counts(self) -> dict[str, int]:
        """How many cases, open cases, entries and escalations there are."""

        def one(statement: str, values: Sequence[Any] = ()) -> int:
            return int(self.one(statement, values)[0])

        return {
            "cases": one("SELECT count(*) FROM docket"),
            "open": one("SELECT count(*) FROM docket WHERE ended = ?", (FOREVER,)),
            "entries": one("SELECT count(*) FROM entry"),
            "escalations": one("SELECT count(*) FROM escalation"),
        }

    def provisional(self, day: date) -> list[ClockRevision]:
        """The running clocks of open cases whose last day rests on predicted days."""
        rows = self.all(
            f'SELECT {_C} FROM clock c JOIN docket d ON d."case" = c."case" AND d.ended > ?'
            " WHERE c.provisional = 1 AND c.until_day > ? AND c.status = 'running' ORDER BY c.last_day, c.\"case\"",
            (day, day),
        )
        return [self.dialect.clock_line(row) for row in rows]

    def last_written(self) -> datetime | None:
        """The moment of the newest thing written: an entry or a sweep."""
        row = self.one(
            "SELECT max(m) FROM (SELECT max(written_at) AS m FROM entry UNION ALL SELECT max(done_at) FROM sweep) w"
        )
        return self.dialect.read_moment(row[0]) if row and row[0] is not None else None

    # -- rows as lines -------------------------------------------------------------------------------------------

    def _pair(self, row: Sequence[Any]) -> tuple[DocketLine, ClockRevision]:
        return self.dialect.docket_line(row[:_DOCKET_WIDTH]), self.dialect.clock_line(row[_DOCKET_WIDTH:])
