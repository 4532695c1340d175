"""The guards (只增触发器): triggers that keep the record append-only; whether they exist and work."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gkflow.store.cursor import Part
from gkflow.store.dialect import Dialect
from gkflow.store.tables import GUARDED

_SQLITE = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'"
# O and A: enabled; a function that no longer raises does not guard anything.
_POSTGRES = (
    "SELECT t.tgname, c.relname, CASE WHEN t.tgenabled IN ('O', 'A') THEN pg_get_triggerdef(t.oid) || ' ' || p.prosrc"
    " ELSE '' END FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
    " JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal AND c.relnamespace ="
    " (SELECT relnamespace FROM pg_class WHERE oid = '{entry}'::regclass)"
)
_WHEN_SEALED = re.compile(r"WHEN\s*\(*\s*old\.hash IS NOT NULL\s*\)*", re.I)
_WHEN = re.compile(r"\bWHEN\b", re.I)


def guard_names(dialect: Dialect) -> Iterator[tuple[str, str]]:
    """Each guarded table with the name of each of its triggers; those on DELETE come last, as TRUNCATE needs them."""
    for table in (*GUARDED, "sweep"):
        for verb in ("update", *(() if dialect.sqlite else ("truncate",)), "delete"):
            yield table, f"{dialect.prefix}{table}_no_{verb}"


def guard_statements(dialect: Dialect) -> Iterator[str]:
    """What creates the triggers: the database itself refuses changes to the record."""
    for table in (*GUARDED, "sweep"):
        for verb in ("UPDATE", "DELETE"):
            # A sweep is written once, when it is done; a done one never changes.
            when = "OLD.hash IS NOT NULL" if (table, verb) == ("sweep", "UPDATE") else ""
            yield from _guard(dialect, table, verb, when)


def _guard(dialect: Dialect, table: str, verb: str, condition: str) -> Iterator[str]:
    real, words = dialect.table(table), f"{table} is append-only"
    name = f"{dialect.prefix}{table}_no_{verb.lower()}"
    if dialect.sqlite:
        when = f"WHEN {condition}" if condition else ""
        yield (
            f"CREATE TRIGGER {name} BEFORE {verb} ON {real} FOR EACH ROW {when} "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )
        return
    when = f"WHEN ({condition})" if condition else ""
    function = dialect.table(f"{table}_no_{verb.lower()}")
    yield (
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{words}'; END $$"
    )
    yield f"CREATE TRIGGER {name} BEFORE {verb} ON {real} FOR EACH ROW {when} EXECUTE FUNCTION {function}()"
    if verb == "DELETE":
        truncate = f"{dialect.prefix}{table}_no_truncate"
        yield f"CREATE TRIGGER {truncate} BEFORE TRUNCATE ON {real} EXECUTE FUNCTION {function}()"


def drop_guards(dialect: Dialect) -> Iterator[str]:
    """What drops the triggers, for a transaction that creates them again."""
    for table, trigger in guard_names(dialect):
        if dialect.sqlite:
            yield f"DROP TRIGGER IF EXISTS {trigger}"
        else:
            yield f"DROP TRIGGER IF EXISTS {trigger} ON {dialect.table(table)}"
            yield f"DROP FUNCTION IF EXISTS {dialect.qualified(trigger)}()"


class Guards(Part):
    """The triggers of the database in one transaction (触发器)."""

    def missing(self) -> list[str]:
        """The names of triggers that are missing, disabled or no longer refuse anything."""
        text = _SQLITE if self.dialect.sqlite else _POSTGRES.format(entry=self.dialect.table("entry"))
        there = {row[0]: (row[1], row[2]) for row in self.verbatim(text)}
        missing = []
        for table, name in guard_names(self.dialect):
            verb = name.rpartition("_")[2].upper()
            on, found = there.get(name, ("", ""))
            only_when = _WHEN_SEALED if (table, verb) == ("sweep", "UPDATE") else _WHEN
            conditional = bool(only_when.search(found)) is not (only_when is _WHEN_SEALED)
            raises = "RAISE(ABORT" in found or "RAISE EXCEPTION" in found
            if on != f"{self.dialect.prefix}{table}" or f"BEFORE {verb}" not in found or not raises or conditional:
                missing.append(name)
        return missing
