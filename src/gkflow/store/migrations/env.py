"""Alembic's environment: it runs on the connection that it is given."""

from __future__ import annotations

from alembic import context

from gkflow.store.tables import Row

connection, dialect = context.config.attributes["connection"], context.config.attributes["dialect"]
context.configure(
    connection=connection,
    target_metadata=Row.metadata,
    version_table=dialect.version_table,
    version_table_schema=dialect.schema or None,
    render_as_batch=True,
)
context.run_migrations()
