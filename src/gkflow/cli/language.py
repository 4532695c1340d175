"""Which language people read (语言): Chinese by default, English with ``--lang en``, by setting or by locale."""

from __future__ import annotations

import os
from collections.abc import Sequence

_chosen = "zh"


def choose(arguments: Sequence[str]) -> str:
    """
    Choose the language before anything is said: ``--lang``, then GKFLOW_LANG, then the office's setting, then the
    locale (an English one gives English, any other Chinese).
    """
    global _chosen
    words = list(arguments)
    for at, word in enumerate(words):
        if word == "--lang" and at + 1 < len(words):
            return _set(words[at + 1])
        if word.startswith("--lang="):
            return _set(word.partition("=")[2])
    named = os.environ.get("GKFLOW_LANG") or _setting()
    if named in ("zh", "en"):
        return _set(named)
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return _set("en" if locale.lower().startswith("en") else "zh")


def _set(lang: str) -> str:
    global _chosen
    _chosen = "en" if lang == "en" else "zh"
    return _chosen


def _setting() -> str:
    """The language of gkflow.toml; a file that cannot be read is told of later, by who needs the rest of it."""
    import tomllib

    from gkflow.bootstrap import home_folder

    try:
        with (home_folder() / "gkflow.toml").open("rb") as file:
            return str(tomllib.load(file).get("lang", ""))
    except (OSError, ValueError):
        return ""


def language() -> str:
    """The language chosen: zh or en."""
    return _chosen


def say(zh: str, en: str) -> str:
    """The words in the language chosen; both stand side by side in the code, so that neither is forgotten."""
    return en if _chosen == "en" else zh


def label_of(label: str, name: str) -> str:
    """A label from the data files (Chinese), or its identifier in words (English)."""
    return name.replace("_", " ") if _chosen == "en" else label
