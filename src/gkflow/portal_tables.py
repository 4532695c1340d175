"""Beside a portal's own tables (与门户的表并存): creating and naming gkflow's, and the rights of a role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gkflow.arguments import checked
from gkflow.store.dialect import PREFIX
from gkflow.store.grants import grants_for
from gkflow.store.migrate import migrate_in
from gkflow.store.naming import Naming, metadata_of

if TYPE_CHECKING:
    from sqlalchemy import Connection, MetaData


@checked
def migrate(connection: Connection, *, prefix: str | None = None, schema: str = "") -> str:
    """
    Create the tables, or bring older ones to the present schema (建表与升级), in the caller's transaction: for a portal
    whose own migrations run on the same database. Returns the schema's version. Raises Unfit for a newer schema.

        def upgrade():                              # in a migration of the portal
            gkflow.migrate(op.get_bind())
    """
    return migrate_in(connection, Naming(prefix, schema))


@checked
def metadata(prefix: str = PREFIX, schema: str = "") -> MetaData:
    """
    The tables of gkflow in a portal's database, by their real names (表结构): for ``include_object`` of the portal's
    own Alembic, which would drop what it does not know. Raises Unfit for a name that would need quotes.
    """
    return metadata_of(Naming(prefix, schema))


@checked
def grants(role: str, *, prefix: str = PREFIX, schema: str = "public", by_unit: bool = False) -> tuple[str, ...]:
    """
    The statements that give a role of PostgreSQL the rights that a worker needs (最小权限): it may add to the record,
    sweep, deliver and rebuild the caches. It may neither change nor delete an entry, a step, an acknowledgement, a seal
    or an adopted edition, and it owns no table. Whoever creates and upgrades the tables is another role.

    *by_unit*: with row-level security (行级安全), for a portal that works with ``office.limited_to`` alone. The role
    reads and changes the rows of the units that its transaction has named; without that it is refused. It does not
    stop somebody who may send statements of their own from naming another unit. Raises Unfit for a name that would
    need quotes.
    """
    return grants_for(role, Naming(prefix, schema), by_unit)
