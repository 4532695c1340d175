"""Alembic's environment: it runs on the connection that it is given."""

from __future__ import annotations

from alembic import context

from gkflow.store.migrate import VERSION_TABLE
from gkflow.store.tables import Row

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=Row.metadata, version_table=VERSION_TABLE, render_as_batch=True
)
context.run_migrations()
