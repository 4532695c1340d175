"""Upgrading a database to the present schema (数据库升级), with Alembic."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from gkflow.store.locks import MIGRATING

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "gkflow_version"  # not Alembic's own name: a portal's migrations may live in the same database


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run every migration up to *revision* that has not been run yet."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(MIGRATING)  # of several concurrent ones, one creates the tables
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
