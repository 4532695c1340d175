"""The rights of a role (数据库权限): enough to work and sweep, and none to change what is on record."""

from __future__ import annotations

from gkflow.store.naming import Naming
from gkflow.store.tables import GUARDED, METADATA
from gkflow.store.units import wall

# What is only ever added to, and read.
_ADDED_TO = (*GUARDED, "calendar_edition", "edition")
_CHANGED = ("event", "endpoint", "sweep", "notice", "subscription", "number_series")  # and never deleted


def grants_for(role: str, naming: Naming, by_unit: bool = False) -> tuple[str, ...]:
    """
    The statements that give a role its rights, *by_unit* to the rows of the units that it names alone. Raises Unfit for
    a name that would need quotes.
    """
    dialect = naming.of(False)
    Naming(role).of(False)  # it needs no quotes either
    rights = dict.fromkeys(_ADDED_TO, "SELECT, INSERT") | dict.fromkeys(_CHANGED, "SELECT, INSERT, UPDATE")
    tables = [table.name for table in METADATA.sorted_tables]
    return (
        f"GRANT USAGE ON SCHEMA {dialect.schema} TO {role}",
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
        *(wall(role, dialect) if by_unit else ()),
    )
