"""Alembic migrations of the store (数据库迁移)."""
