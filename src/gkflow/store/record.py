"""
The record (办理记录): reading and writing entries on the driver's own cursor.

An ORM session per action ran at a fifteenth of the speed of bare statements.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import exists, insert, select

from gkflow.domain.case import NOTHING, Entry, facts_text
from gkflow.domain.objections.cases import KeyOfAnotherUnit, Stale
from gkflow.store.cursor import Part
from gkflow.store.dialect import read_day, read_moment
from gkflow.store.failures import is_taken
from gkflow.store.statement import Statement, among, bind, inserted
from gkflow.store.tables import CLOCK, DOCKET, ENTRY, ESCALATION, NOTICE

INSERT_ENTRY = Statement(insert(ENTRY).values(inserted(ENTRY)))
# In the order in which ``_entry`` unpacks them.
_COLUMNS = (
    "case", "seq", "workflow", "edition", "action", "day", "written_at", "by", "unit", "facts", "remarks", "key",
    "previous", "hash", "account",
)  # fmt: skip
_ENTRY = [ENTRY.c[name] for name in _COLUMNS]
_OF_CASE = Statement(select(*_ENTRY).where(ENTRY.c.case == bind("case")).order_by(ENTRY.c.seq))
_ALL = Statement(
    select(*_ENTRY).where(ENTRY.c.case > bind("after")).order_by(ENTRY.c.case, ENTRY.c.seq).limit(bind("size"))
)
_BY_KEY = Statement(select(*_ENTRY).where(ENTRY.c.key == bind("key")))
_CASES_AFTER = Statement(
    select(ENTRY.c.case).distinct().where(ENTRY.c.case > bind("after")).order_by(ENTRY.c.case).limit(bind("size"))
)
_KNOWN = Statement(select(DOCKET.c.case).where(among(DOCKET.c.case, "cases")))
_NEAR = Statement(select(DOCKET.c.case).where(DOCKET.c.case.like(bind("pattern"))).order_by(DOCKET.c.case).limit(50))
_NAMED_ELSEWHERE = tuple(
    Statement(
        select(each.c.case)
        .distinct()
        .where(
            each.c.case != "",
            ~exists().where(ENTRY.c.case == each.c.case),
            ~exists().where(DOCKET.c.case == each.c.case),
        )
    )
    for each in (CLOCK, ESCALATION, NOTICE)
)
_KEY_TAKEN = re.compile(r"entry[._]key\b")  # as both databases name the index that was violated
_PAGE = 20_000
_MANY = 500
_EMPTY = "{}"


class Record(Part):
    """The record in one transaction (办理记录)."""

    def entries(self, case: str) -> tuple[Entry, ...]:
        """The entries of a case, in the order in which they were written."""
        return tuple(map(_entry, self.raw(_OF_CASE, case=case)))

    def entry_by_key(self, key: str) -> Entry | None:
        """The entry written under an idempotency key; a retry waits for the first call to end."""
        self.take_turns(key)
        return next(map(_entry, self.raw(_BY_KEY, key=key)), None)

    def append(self, entries: Sequence[Entry]) -> None:
        """Append sealed entries. Raises Conflict where another writer was faster: (case, seq) is unique."""
        try:
            self.run_many(INSERT_ENTRY, list(map(_values, entries)))
        except Exception as error:
            if is_taken(error):
                first = entries[0]
                if self.dialect.limited and first.key and _KEY_TAKEN.search(str(error)):
                    raise KeyOfAnotherUnit(key=first.key) from error  # else the entry would have been found by it
                raise Stale(case=first.case, seq=first.seq) from error
            raise

    def walk_entries(self) -> Iterator[tuple[str, list[Entry]]]:
        """Every case with its entries, a page at a time; memory stays flat."""
        for case, rows in self._walk():
            yield case, list(map(_entry, rows))

    def walk_record(self) -> Iterator[tuple[str, list[Entry | None]]]:
        """As ``walk_entries``, with None for a row that is not exactly as gkflow writes it."""
        for case, rows in self._walk():
            yield case, list(map(self._as_written, rows))

    def _walk(self) -> Iterator[tuple[str, list[Any]]]:
        after = ""
        while rows := self.raw(_ALL, after=after, size=_PAGE):
            if len(rows) == _PAGE:
                # The last case of a full page may continue after it: it opens the next page instead.
                last = rows[-1][0]
                rows = [row for row in rows if row[0] != last] or self.raw(_OF_CASE, case=last)
            after = rows[-1][0]
            for case, some in groupby(rows, itemgetter(0)):
                yield case, list(some)

    def _as_written(self, row: Sequence[Any]) -> Entry | None:
        try:
            entry = _entry(row)
            # SQLite stores any value, and a day without hyphens is a number.
            kinds = (type(entry.day), type(entry.written_at)) == (date, datetime)
            written = _values(entry)
            return entry if kinds and self.dialect.plain(written[name] for name in _COLUMNS) == tuple(row) else None
        except (TypeError, ValueError):
            return None

    def named_elsewhere(self) -> list[str]:
        """Cases known only to a clock, a step or a message, not to the record or the docket."""
        return sorted({case for statement in _NAMED_ELSEWHERE for case in self.column(statement)})

    def cases_after(self, after: str, size: int) -> list[str]:
        """The next *size* case numbers on record after *after*, in order."""
        return [str(case) for case in self.column(_CASES_AFTER, after=after, size=size)]

    def known_cases(self, cases: Sequence[str]) -> set[str]:
        """Which of these cases are on record."""
        found: set[str] = set()
        for start in range(0, len(cases), _MANY):
            found.update(self.column(_KNOWN, cases=cases[start : start + _MANY]))
        return found

    def near_cases(self, case: str) -> Sequence[str]:
        """Numbers with the same beginning, for a did-you-mean."""
        return [str(number) for number in self.column(_NEAR, pattern=case[:2] + "%")]


def _values(e: Entry) -> dict[str, Any]:
    return {
        "case": e.case, "seq": e.seq, "workflow": e.workflow, "edition": e.edition, "action": e.action, "day": e.day,
        "written_at": e.written_at, "by": e.by, "unit": e.unit, "facts": facts_text(e.facts),
        "remarks": facts_text(e.remarks), "key": e.key, "previous": e.previous, "hash": e.hash, "account": e.account,
    }  # fmt: skip


def _entry(row: Sequence[Any]) -> Entry:
    (
        case, seq, workflow, edition, action, day, written_at, by, unit, facts, remarks, key, previous, hash_, account,
    ) = row  # fmt: skip
    return Entry(
        case, seq, action, read_day(day), read_moment(written_at), by, unit,
        json.loads(facts) if facts != _EMPTY else NOTHING, json.loads(remarks) if remarks != _EMPTY else NOTHING,
        key, previous, hash_, workflow, edition, account,
    )  # fmt: skip
