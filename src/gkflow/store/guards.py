"""The guards (只增触发器): whether the triggers that keep the record append-only exist and work."""

from __future__ import annotations

import re

from gkflow.store.cursor import Part
from gkflow.store.tables import GUARDED

_SQLITE = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'"
# O and A: enabled; a function that no longer raises does not guard anything.
_POSTGRES = (
    "SELECT t.tgname, c.relname, CASE WHEN t.tgenabled IN ('O', 'A') THEN pg_get_triggerdef(t.oid) || ' ' || p.prosrc"
    " ELSE '' END FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
    " JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal AND n.nspname = current_schema()"
)
_WHEN_SEALED = re.compile(r"WHEN\s*\(*\s*old\.hash IS NOT NULL\s*\)*", re.I)
_WHEN = re.compile(r"\bWHEN\b", re.I)


class Guards(Part):
    """The triggers of the database in one transaction (触发器)."""

    def missing(self) -> list[str]:
        """The names of triggers that are missing, disabled or no longer refuse anything."""
        there = {row[0]: (row[1], row[2]) for row in self.verbatim(_SQLITE if self.dialect.sqlite else _POSTGRES)}
        missing = []
        for table in (*GUARDED, "sweep"):
            for verb in ("UPDATE", "DELETE", *(() if self.dialect.sqlite else ("TRUNCATE",))):
                name = f"{table}_no_{verb.lower()}"
                on, text = there.get(name, ("", ""))
                only_when = _WHEN_SEALED if (table, verb) == ("sweep", "UPDATE") else _WHEN
                conditional = bool(only_when.search(text)) is not (only_when is _WHEN_SEALED)
                raises = "RAISE(ABORT" in text or "RAISE EXCEPTION" in text
                if on != table or f"BEFORE {verb}" not in text or not raises or conditional:
                    missing.append(name)
        return missing
