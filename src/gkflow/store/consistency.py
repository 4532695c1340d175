"""What must agree with what (一致性): editions and those who rest on them, notices and what they speak of."""

from __future__ import annotations

import json

from gkflow.domain.case import canonical
from gkflow.store.cursor import Part


class Consistency(Part):
    """What has to agree, in one transaction (一致性)."""

    def has_record(self) -> bool:
        """Whether anything was ever entered or swept here."""
        return any(self.one(f"SELECT 1 FROM {table} LIMIT 1") is not None for table in ("entry", "sweep", "seal"))

    def was_sealed(self, kind: str) -> bool:
        """Whether a seal has anything of a kind."""
        return self.one("SELECT 1 FROM seal_leaf WHERE kind = ? LIMIT 1", (kind,)) is not None

    def calendar_contents(self) -> list[tuple[int, str, str]]:
        """Every calendar edition on record: its number, its name, its data."""
        rows = self.all("SELECT id, edition, data FROM calendar_edition ORDER BY id")
        return [(int(row[0]), str(row[1]), str(row[2])) for row in rows]

    def kept_sources(self) -> list[tuple[str, str]]:
        """Every workflow and wording edition that was kept: its name, its source."""
        return [(str(row[0]), str(row[1])) for row in self.all("SELECT edition, source FROM edition ORDER BY edition")]

    def editions_lost(self) -> list[str]:
        """The editions that entries or notices name, and that were not kept."""
        found: set[str] = set()
        for column, table in (("edition", "entry"), ("wording", "notice")):
            rows = self.all(
                f"SELECT DISTINCT t.{column} FROM {table} t WHERE NOT EXISTS"
                f" (SELECT 1 FROM edition k WHERE k.edition = t.{column})"
            )
            found.update(str(row[0]) for row in rows)
        return sorted(found)

    def notices_that_differ(self) -> list[int]:
        """The notices whose facts speak of another case than they, their key or their escalation name."""
        found = []
        pages = self.pages(
            'SELECT n.id, n."key", n."case", n.facts, e."case", e.clock, e.ref, e.deadline, e.step FROM notice n'
            " LEFT JOIN escalation e ON e.id = n.escalation WHERE n.id > ? ORDER BY n.id LIMIT ?", (), 0,
        )  # fmt: skip
        for id_, key, case, text, *reached in (row for page in pages for row in page):
            try:
                facts = json.loads(text)
                holds = canonical(facts) == text and (not case or (facts["case"] == case and f"{case}/" in key))
                if reached[0] is not None:
                    about = (*reached[:3], self.dialect.read_day(reached[3]).isoformat(), reached[4])
                    said = tuple(facts[name] for name in ("case", "clock", "ref", "deadline", "step"))
                    holds = holds and said == about and key.startswith("/".join(map(str, about)))
            except (ValueError, LookupError, TypeError):
                holds = False
            if not holds:
                found.append(int(id_))
        return found

    def all_cases(self) -> list[str]:
        """Every case number on record."""
        return [str(row[0]) for row in self.all('SELECT DISTINCT "case" FROM entry')]
