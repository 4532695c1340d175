"""How Alembic reaches the database: on the connection that it is given."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from gkflow.store import tables  # noqa: F401  (registers the tables with the metadata)

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
context.run_migrations()
