"""
The record (办理记录): the statements of one transaction, each built once.

Rows go in and out as plain tuples on the driver's own cursor: an ORM session for every action was measured at a
fifteenth of bare statements.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from gkflow.domain.case import NOTHING, Entry, facts_text
from gkflow.domain.objections.cases import Stale
from gkflow.store.cursor import Part, insert

ENTRY_COLUMNS = (
    '"case", seq, workflow, edition, action, day, written_at, "by", unit, facts, remarks, "key", previous, hash,'
    " account"
)


INSERT_ENTRY = insert("entry", ENTRY_COLUMNS)
SELECT_ENTRIES = f'SELECT {ENTRY_COLUMNS} FROM entry WHERE "case"=? ORDER BY seq'
SELECT_ALL_ENTRIES = f'SELECT {ENTRY_COLUMNS} FROM entry WHERE "case" > ? ORDER BY "case", seq LIMIT ?'
SELECT_BY_KEY = f'SELECT {ENTRY_COLUMNS} FROM entry WHERE "key"=?'
# The highest number of so many figures; one made by hand ("…-0007-补") is none. Only SQLite's order of texts, which
# follows no locale, can take the index for a range.
_NUMBER = (
    'SELECT "case" FROM docket WHERE substr("case", 1, ?i) = ? AND length("case") = ?'
    " AND ltrim(substr(\"case\", ?i), '0123456789') = ''"
)
SELECT_NUMBER = f'{_NUMBER} AND "case" BETWEEN ? AND ? ORDER BY "case" DESC LIMIT 1'
SELECT_NUMBER_ANYWHERE = f'{_NUMBER} ORDER BY "case" DESC LIMIT 1'
_FIGURES = 4
SELECT_NEAR = 'SELECT "case" FROM docket WHERE "case" LIKE ? ORDER BY "case" LIMIT 50'
_PAGE = 20_000
_EMPTY = "{}"


class Record(Part):
    """The record in one transaction (办理记录)."""

    # -- the record ----------------------------------------------------------------------------------------------

    def entries(self, case: str) -> tuple[Entry, ...]:
        """The entries of a case, in the order in which they were written."""
        return tuple(map(self._entry, self.all(SELECT_ENTRIES, (case,))))

    def entry_by_key(self, key: str) -> Entry | None:
        """The entry that was written under an idempotency key; a retry waits for the first call to end."""
        self.take_turns(key)
        row = self.one(SELECT_BY_KEY, (key,))
        return self._entry(row) if row is not None else None

    def append(self, entries: Sequence[Entry]) -> None:
        """Append sealed entries. Raises Conflict where another writer was faster: (case, seq) is unique."""
        rows = list(map(_row, entries))
        try:
            if len(rows) == 1:
                self.run(INSERT_ENTRY, rows[0])
            else:
                self.run_many(INSERT_ENTRY, rows)
        except Exception as error:
            if type(error).__name__ in ("IntegrityError", "UniqueViolation"):
                first = entries[0]
                raise Stale(case=first.case, seq=first.seq) from error
            raise

    def walk_entries(self) -> Iterator[tuple[str, list[Entry]]]:
        """Every case with its entries, a page at a time; memory stays flat."""
        for case, rows in self._walk():
            yield case, list(map(self._entry, rows))

    def walk_record(self) -> Iterator[tuple[str, list[Entry | None]]]:
        """As ``walk_entries``, with None for a row that is not letter for letter what gkflow writes."""
        for case, rows in self._walk():
            yield case, list(map(self._as_written, rows))

    def _walk(self) -> Iterator[tuple[str, list[Any]]]:
        after = ""
        while rows := self.all(SELECT_ALL_ENTRIES, (after, _PAGE)):
            if len(rows) == _PAGE:
                # The last case of a full page may go on behind it: it opens the next page instead.
                last = rows[-1][0]
                rows = [row for row in rows if row[0] != last] or self.all(SELECT_ENTRIES, (last,))
            after = rows[-1][0]
            for case, some in groupby(rows, itemgetter(0)):
                yield case, list(some)

    def _as_written(self, row: Sequence[Any]) -> Entry | None:
        try:
            entry = self._entry(row)
            # SQLite keeps what it is given, and a day without hyphens is a number.
            kinds = (type(entry.day), type(entry.written_at)) == (date, datetime)
            return entry if kinds and self.dialect.row(_row(entry)) == tuple(row) else None
        except (TypeError, ValueError):
            return None

    def named_elsewhere(self) -> list[str]:
        """Cases that neither the record nor the docket knows, but a clock, a step or a message does."""
        unknown = (
            ' t."case" <> \'\' AND NOT EXISTS (SELECT 1 FROM entry e WHERE e."case" = t."case")'
            ' AND NOT EXISTS (SELECT 1 FROM docket d WHERE d."case" = t."case")'
        )
        found: set[str] = set()
        for table in ("clock", "escalation", "notice"):
            found.update(row[0] for row in self.all(f'SELECT DISTINCT "case" FROM {table} t WHERE{unknown}'))
        return sorted(found)

    def _entry(self, row: Sequence[Any]) -> Entry:
        read_day, read_moment = self.dialect.read_day, self.dialect.read_moment
        facts, remarks = row[9], row[10]
        return Entry(
            row[0], row[1], row[4], read_day(row[5]), read_moment(row[6]), row[7], row[8],
            json.loads(facts) if facts != _EMPTY else NOTHING, json.loads(remarks) if remarks != _EMPTY else NOTHING,
            row[11], row[12], row[13], row[2], row[3], row[14],
        )  # fmt: skip

    # -- the caches ----------------------------------------------------------------------------------------------

    def cases_after(self, after: str, size: int) -> list[str]:
        """The next *size* case numbers on record behind *after*, in their order."""
        rows = self.all('SELECT DISTINCT "case" FROM entry WHERE "case" > ? ORDER BY "case" LIMIT ?', (after, size))
        return [str(row[0]) for row in rows]

    def known_cases(self, cases: Sequence[str]) -> set[str]:
        """Which of these cases are on record."""
        found: set[str] = set()
        for start in range(0, len(cases), 500):
            some = cases[start : start + 500]
            marks = ", ".join("?" * len(some))
            found.update(row[0] for row in self.all(f'SELECT "case" FROM docket WHERE "case" IN ({marks})', some))
        return found

    def next_number(self, prefix: str) -> int:
        """The next running number behind *prefix*; two that ask at once wait for each other."""
        self.take_turns(prefix)
        size, figures, highest = len(prefix), _FIGURES, 0
        while True:
            values = (size, prefix, size + figures, size + 1)
            if self.dialect.sqlite:
                row = self.one(SELECT_NUMBER, (*values, prefix + "0" * figures, prefix + "9" * figures))
            else:
                row = self.one(SELECT_NUMBER_ANYWHERE, values)
            if row is not None:
                highest = int(row[0][size:])
            elif figures > _FIGURES:
                return highest + 1
            figures += 1

    def near_cases(self, case: str) -> Sequence[str]:
        """Numbers that begin alike, for a did-you-mean."""
        return [str(row[0]) for row in self.all(SELECT_NEAR, (case[:2] + "%",))]

    # -- editions ------------------------------------------------------------------------------------------------


def _row(e: Entry) -> tuple[Any, ...]:
    return (
        e.case, e.seq, e.workflow, e.edition, e.action, e.day, e.written_at, e.by, e.unit,
        facts_text(e.facts), facts_text(e.remarks), e.key, e.previous, e.hash, e.account,
    )  # fmt: skip
