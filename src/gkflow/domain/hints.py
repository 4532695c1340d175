"""Hints at the end of a sentence (提示): the nearest names, or all existing ones."""

from __future__ import annotations

from collections.abc import Iterable

from gkflow.domain.sentences import Either, said


def did_you_mean(near: Iterable[str]) -> str:
    """
    A hint with the nearest names (是不是); empty if none is near.

    >>> did_you_mean(["extend", "end"])
    ' (do you mean extend or end?)'
    """
    names = Either(near)
    return said(" (do you mean {near}?)", near=names) if names else ""


def there_are(names: Iterable[str]) -> str:
    """
    All existing names (有).

    >>> there_are(["a", "b"])
    '; there are: a, b'
    """
    return said("; there are: {names}", names=tuple(names))
