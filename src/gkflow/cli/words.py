"""Errors on the command line (错误): with the labels of the rule files, or from system errors."""

from __future__ import annotations

from gkflow.domain.errors import NO_LABELS, GkflowError, Labels
from gkflow.domain.labels import with_labels
from gkflow.domain.objections.days import OutOfRange
from gkflow.domain.objections.installation import BadEncoding, TooDeep, Unreadable
from gkflow.words import objections
from gkflow.words.language import say


def error_words(error: GkflowError) -> str:
    """One clear line: what, where, by which article, what to do next."""
    return objections.error_words(error, _labels)


def _labels(error: GkflowError) -> Labels:
    """The labels of what it names, from the present rule files; if one of them has a fault, from the packaged ones."""
    from gkflow.bootstrap import home_folder, rulebook, settings_of

    try:
        home = home_folder()
        workflows = rulebook(home, settings_of(home).profile).workflows.values()
    except GkflowError:
        workflows = rulebook().workflows.values()
    return with_labels(error, workflows).called or NO_LABELS


def known_error(error: Exception) -> GkflowError | None:
    """The gkflow error for a system or library error (外部错误); None for an unexpected one."""
    import sys

    if isinstance(error, UnicodeError):
        return BadEncoding(what=say("what was given"))
    if isinstance(error, OSError) and error.errno is not None:
        from gkflow.cli.output import reason

        return Unreadable(file=error.filename or say("a file"), reason=reason(error))
    if isinstance(error, OverflowError):  # a day beyond the years 1 to 9999, a number beyond the columns
        return OutOfRange()
    if isinstance(error, (RecursionError, MemoryError)):
        return TooDeep()
    if "sqlite3" in sys.modules and "sqlalchemy" in sys.modules:
        from gkflow.store.failures import known_failure

        return known_failure(error)
    return None


def unexpected(error: Exception) -> str:
    """An unexpected error, in one line."""
    reason = " ".join(str(error).split())
    return say("{name}: {reason} (GKFLOW_DEBUG=1 shows where)", name=type(error).__name__, reason=reason)  # fmt: skip
