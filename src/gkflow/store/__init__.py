"""The store (存储): SQLModel tables on SQLite or PostgreSQL; the record is append-only, the rest are caches."""
