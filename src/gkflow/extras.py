"""
Libraries that not every office needs (可选组件): each is brought by an extra of the package, named by its purpose.

What needs one calls :func:`require` before it imports it. Without the library there is one objection, with the command
that installs it; nothing is done in another way instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import NamedTuple

from gkflow.domain.objections.installation import LibraryMissing
from gkflow.domain.sentences import Sentence, said


class Extra(NamedTuple):
    """An extra of the package (安装选项): its name, and what it is for."""

    name: str
    purpose: Sentence


EXTRAS: Mapping[str, Extra] = MappingProxyType({
    "apprise": Extra("chat", said("work chat")),
    "greenlet": Extra("asyncio", said("an AsyncSession")),
    "holidays": Extra("holidays", said("the comparison of calendars")),
    "httpx": Extra("webhook", said("a webhook")),
    "icalendar": Extra("ical", said("a calendar file (.ics)")),
    "openpyxl": Extra("xlsx", said("an Excel workbook (.xlsx)")),
    "procrastinate": Extra("cluster", said("a worker")),
    "psycopg": Extra("pg", said("PostgreSQL")),
    "standardwebhooks": Extra("webhook", said("a webhook")),
})  # fmt: skip
"""The libraries that an extra brings, by the name under which they are imported."""


def require(library: str) -> None:
    """Load a library. Raises LibraryMissing, which names the extra, if it is not installed or cannot be loaded."""
    try:
        import_module(library)
    except ImportError:  # also one of its own libraries, such as libpq
        raise missing(library) from None


def missing(library: str) -> LibraryMissing:
    """The objection that a library is not installed (缺少组件)."""
    extra = EXTRAS[library]
    return LibraryMissing(library=library, purpose=extra.purpose, extra=extra.name)


def missing_words(library: str) -> Sentence:
    """The same as a sentence, for whoever looks after a notice that waits."""
    error = missing(library)
    return Sentence((error.in_terminal or error.sentence).pattern, error.facts)


def is_installed(library: str) -> bool:
    """Whether a library is installed; it is not loaded."""
    return find_spec(library) is not None
