"""What a command prints as JSON, for the tests of the command line (输出)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any


def rows_of(gkflow: Callable[..., Any], *words: str) -> list[dict[str, Any]]:
    """The rows that a command prints; it has to succeed."""
    done = gkflow(*words, "--format", "json")
    assert done.code == 0, done.err
    rows = json.loads(done.out)
    assert isinstance(rows, list)
    return rows
