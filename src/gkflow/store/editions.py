"""
Which editions the office has adopted (采用的版本): of the calendar and of the rules; the last of each is in use.

They only grow. Whoever writes holds adoptions off until the end of the transaction, so that what was looked at in its
beginning holds when it is committed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gkflow.application.ports import InUse, RulesRow
from gkflow.domain.case import moment_text, seal
from gkflow.store.cursor import Part

_RULES = 'edition, adopted_at, "by", files, data, previous, hash'


SELECT_EDITION = "SELECT source FROM edition WHERE edition=?"
INSERT_EDITION = (
    "INSERT INTO edition (edition, kind, name, kept_at, source) VALUES (?, ?, ?, ?, ?) ON CONFLICT (edition) DO NOTHING"
)


class Editions(Part):
    """The adopted editions in one transaction (采用的版本)."""

    def in_use(self) -> InUse:
        """Which editions are in use now; two look-ups at the end of an index."""
        return InUse(*self.one("SELECT (SELECT max(id) FROM calendar_edition), (SELECT max(id) FROM rules_edition)"))

    def calendar_edition(self) -> tuple[str, str, datetime] | None:
        """The calendar edition in use: its name, its data, when it was adopted."""
        row = self.one("SELECT edition, data, adopted_at FROM calendar_edition ORDER BY id DESC LIMIT 1")
        return (row[0], row[1], self.dialect.read_moment(row[2])) if row is not None else None

    def calendar_editions(self) -> list[tuple[str, str, datetime]]:
        """Every edition that was in use, oldest first: its name, its data, when it was adopted."""
        rows = self.all("SELECT edition, data, adopted_at FROM calendar_edition ORDER BY id")
        return [(row[0], row[1], self.dialect.read_moment(row[2])) for row in rows]

    def adopt_calendar(self, edition: str, data: str, by: str, now: datetime) -> None:
        """Put an edition on record as the one in use."""
        self.run(
            'INSERT INTO calendar_edition (edition, adopted_at, "by", data) VALUES (?, ?, ?, ?)',
            (edition, now, by, data),
        )

    def rules_editions(self) -> list[RulesRow]:
        """Every edition of the rules that was in use, oldest first."""
        rows = self.all('SELECT edition, adopted_at, "by", files, data FROM rules_edition ORDER BY id')
        return [RulesRow(row[0], self.dialect.read_moment(row[1]), *row[2:]) for row in rows]

    def adopt_rules(self, edition: str, files: str, data: str, by: str, now: datetime) -> None:
        """Put an edition of the rules on record as the one in use, chained to the one before."""
        row = self.one("SELECT hash FROM rules_edition ORDER BY id DESC LIMIT 1")
        previous = str(row[0]) if row is not None else ""
        sealed = _seal((edition, now, by, files, data), previous, self.algorithm)
        self.run(
            f"INSERT INTO rules_edition ({_RULES}) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (edition, now, by, files, data, previous, sealed),
        )

    def check_rules_editions(self) -> list[tuple[str, str]]:
        """Where the chain of the rules editions is broken: the edition, and what is wrong with it."""
        from gkflow.domain.case import algorithm_of

        found, before = [], ""
        for row in self.all(f"SELECT {_RULES} FROM rules_edition ORDER BY id"):
            said = (row[0], self.dialect.read_moment(row[1]), *row[2:5])
            if row[5] != before:
                found.append((row[0], "rules_not_chained"))
            elif _seal(said, before, algorithm_of(row[6])) != row[6]:
                found.append((row[0], "rules_changed"))
            before = row[6]
        return found

    def kept_source(self, edition: str) -> str | None:
        """The kept source of a workflow or wording edition."""
        row = self.one(SELECT_EDITION, (edition,))
        return str(row[0]) if row is not None else None

    def keep_source(self, edition: str, kind: str, name: str, source: str, now: datetime) -> None:
        """Keep an edition that a case or a notice needs from now on."""
        self.run(INSERT_EDITION, (edition, kind, name, now, source))


def _seal(columns: Sequence[object], previous: str, algorithm: str) -> str:
    edition, at, *rest = columns
    assert isinstance(at, datetime)
    return seal((edition, moment_text(at), *rest, previous), algorithm)
