"""Long walks (全程走查): a few steps in ``make test``, all of them in ``make test-slow``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def slow_after(quick: int, values: Iterable[Any]) -> list[Any]:
    """The values of a parameter: the first *quick* in ``make test``, the others among the slow tests."""
    each = [value if isinstance(value, tuple) else (value,) for value in values]
    marks = [() if at < quick else (pytest.mark.slow,) for at in range(len(each))]
    return [pytest.param(*value, marks=mark) for value, mark in zip(each, marks, strict=True)]
