"""The command line (命令行): typer and rich; it chooses words, colours and exit codes, and decides nothing."""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """The command ``gkflow``."""
    from gkflow.cli.language import choose

    choose(sys.argv[1:])
    from gkflow.cli.app import run

    sys.exit(run(sys.argv[1:]))
