"""The command line (命令行): typer and rich; it chooses words, colours and exit codes, and decides nothing."""

from __future__ import annotations

import gc
import sys
from typing import NoReturn


def main() -> NoReturn:
    """The command ``gkflow``."""
    # What a command loads lives until it ends: looking for garbage among it takes an eighth of the time.
    gc.set_threshold(50_000, 20, 50)
    for stream in (sys.stdout, sys.stderr):
        # Chinese must be complete: always UTF-8 in a file or a pipe, and as far as possible on a terminal.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace", **({} if stream.isatty() else {"encoding": "utf-8"}))
    from gkflow.cli.app import run

    sys.exit(run(sys.argv[1:]))
