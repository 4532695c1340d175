"""Hints at the end of a sentence (提示): the nearest names, or all existing ones."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from gkflow.domain.sentences import Either, said

_SHORTEST = 4  # Latin letters that name something


def near_names(text: str, names: Iterable[str], most: int = 2) -> list[str]:
    """
    The names that a person may have meant (相近的名称): those that contain a short one, else those spelt alike.

    >>> near_names("许可", ["request", "依申请公开", "permit", "行政许可公示"])
    ['行政许可公示']
    >>> near_names("permitt", ["permit", "行政许可公示"])
    ['permit']
    """
    word, there = text.strip(), list(dict.fromkeys(names))
    # Two characters are a word in Chinese; in Latin letters they are part of too many.
    enough = len(word) >= (_SHORTEST if word.isascii() else 2)
    within = sorted((name for name in there if word in name), key=len) if enough else []
    return within[:most] or get_close_matches(word, there, most)


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
