"""The command line (命令行): typer and rich; it chooses words, colours and exit codes, and decides nothing."""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """The command ``gkflow``."""
    for stream in (sys.stdout, sys.stderr):
        # Chinese must come out whole: into a file or a pipe always as UTF-8, on a terminal as well as it can.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace", **({} if stream.isatty() else {"encoding": "utf-8"}))
    from gkflow.cli.app import run

    sys.exit(run(sys.argv[1:]))
