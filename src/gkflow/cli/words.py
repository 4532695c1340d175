"""The words of errors and findings (用语): Chinese beside the English of ``domain.errors``."""

from __future__ import annotations

from gkflow.cli.language import language
from gkflow.domain.errors import GkflowError, fill

ERRORS: dict[str, str] = {
    "wrong_use": "{reason}",
}


def error_words(error: GkflowError) -> str:
    """One clear line: what, where, by which article, what to do next."""
    if language() == "en" or error.code not in ERRORS:
        return str(error)
    return fill(ERRORS[error.code], error.facts)


def unexpected(error: Exception) -> str:
    """What nobody foresaw, in one line."""
    return f"{type(error).__name__}: {error}"
