"""The display language (语言): Chinese by default, English with ``--lang en``, by setting or by locale."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from gkflow.words.language import LANGUAGES, speak

_HEAD = 1 << 16
_LANG = re.compile(r"""^[ \t]*["']?lang["']?[ \t]*=[ \t]*["'](\w+)["']""", re.MULTILINE)
_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)


def chosen_by(arguments: Sequence[str]) -> tuple[list[str], str | None]:
    """The arguments without ``--lang``, which may be anywhere, and its value; None without it."""
    words: list[str] = []
    lang: str | None = None
    rest = iter(arguments)
    for word in rest:
        if word == "--":
            return [*words, word, *rest], lang
        if word == "--lang":
            lang = next(rest, "")
        elif word.startswith("--lang="):
            lang = word.partition("=")[2]
        else:
            words.append(word)
    return words, lang


def choose(lang: str | None = None) -> str:
    """
    Choose the language before any output: *lang*, then GKFLOW_LANG, then the office's setting, then the locale (an
    English one gives English, any other Chinese).
    """
    named = lang or os.environ.get("GKFLOW_LANG") or _setting()
    if named not in ("zh", "en"):
        locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
        named = "en" if locale.lower().startswith("en") else "zh"
    speak(LANGUAGES[named])
    return named


def _setting() -> str:
    """The language of gkflow.toml; a file that cannot be read is reported later, by whatever needs the rest of it."""
    from gkflow.files.home import FILE_NAME, home_folder

    try:
        path = home_folder() / FILE_NAME
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            head = file.read(_HEAD).decode("utf-8-sig", "replace")
    except (OSError, ValueError):
        return ""
    # Only this key, which comes before every table: the file may be unsafe to parse.
    found = _LANG.search(_TABLE.split(head, maxsplit=1)[0])
    return found[1] if found else ""
