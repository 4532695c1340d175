"""The names of file sections in messages (节的名称): a word that a reader uses unchanged and a translation knows."""

from __future__ import annotations

from collections.abc import Mapping

from gkflow.domain.sentences import said_as

NOUNS: Mapping[str, str] = {
    each: each
    for each in (
        said_as("noun", "action"), said_as("noun", "choice"), said_as("noun", "clock"),
        said_as("noun", "duty"), said_as("noun", "endpoint"), said_as("noun", "fact"), said_as("noun", "festival"),
        said_as("noun", "instrument"), said_as("noun", "item"), said_as("noun", "ladder"), said_as("noun", "limit"),
        said_as("noun", "list"), said_as("noun", "notice"), said_as("noun", "person"), said_as("noun", "points"),
        said_as("noun", "profile"), said_as("noun", "reading"),
        said_as("noun", "region"), said_as("noun", "state"), said_as("noun", "step"), said_as("noun", "unit"),
        said_as("noun", "workflow"), said_as("noun", "wording"),
    )
}  # fmt: skip


def noun(word: str) -> str:
    """The word, as one that can be translated where it is in the list."""
    return NOUNS.get(word, word)
