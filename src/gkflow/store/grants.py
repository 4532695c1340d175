"""The rights of a role (数据库权限): enough to work and sweep, and none to change what is on record."""

from __future__ import annotations

from gkflow.arguments import checked
from gkflow.store.dialect import PREFIX
from gkflow.store.naming import Naming
from gkflow.store.tables import GUARDED, METADATA

# What is only ever added to, and read.
_ADDED_TO = (*GUARDED, "calendar_edition", "edition")
_CHANGED = ("event", "sweep", "notice", "subscription", "number_series")  # and never deleted


@checked
def grants(role: str, *, prefix: str = PREFIX, schema: str = "public") -> tuple[str, ...]:
    """
    The statements that give a role of PostgreSQL the rights that a worker needs (最小权限): it may add to the record,
    sweep, deliver and rebuild the caches. It may neither change nor delete an entry, a step, an acknowledgement, a seal
    or an adopted edition, and it owns no table. Whoever creates and upgrades the tables is another role.
    """
    dialect = Naming(prefix, schema).of(False)
    Naming(role).of(False)  # it needs no quotes either
    rights = dict.fromkeys(_ADDED_TO, "SELECT, INSERT") | dict.fromkeys(_CHANGED, "SELECT, INSERT, UPDATE")
    tables = [table.name for table in METADATA.sorted_tables]
    return (
        f"GRANT USAGE ON SCHEMA {schema} TO {role}",
        f"GRANT SELECT ON {dialect.qualified(dialect.version_table)} TO {role}",
        *(
            f"GRANT {rights.get(name, 'SELECT, INSERT, UPDATE, DELETE')} ON {dialect.table(name)} TO {role}"
            for name in tables
        ),
        *(
            f"GRANT USAGE ON SEQUENCE {dialect.table(f'{table.name}_{column.name}_seq')} TO {role}"
            for table in METADATA.sorted_tables
            if (column := table.autoincrement_column) is not None
        ),
    )
