"""
Hooks of a portal (事件钩子): functions that are called with an event, before its transaction is committed or after.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from typing import TypeVar

from gkflow.domain.event import Event

Hook = Callable[[Event], object]
_H = TypeVar("_H", bound=Hook)
_LOG = logging.getLogger("gkflow")


class Hooks:
    """The hooks of an office in this process (事件钩子)."""

    def __init__(self) -> None:
        self._before: list[tuple[tuple[str, ...], Hook]] = []
        self._after: list[tuple[tuple[str, ...], Hook]] = []

    @property
    def before(self) -> bool:
        """Whether a hook may refuse something."""
        return bool(self._before)

    @property
    def after(self) -> bool:
        """Whether a hook waits for commits."""
        return bool(self._after)

    def add(self, types: Iterable[str], after_commit: bool) -> Callable[[_H], _H]:
        """The decorator that adds a function for these types of events."""

        def decorate(hook: _H) -> _H:
            (self._after if after_commit else self._before).append((tuple(types), hook))
            return hook

        return decorate

    def refuse_or_accept(self, events: Sequence[Event]) -> None:
        """Call the hooks before the commit; what one raises ends the transaction."""
        for event in events:
            for hook in _for(self._before, event):
                hook(event)

    def committed(self, events: Sequence[Event]) -> None:
        """Call the hooks after the commit; what one raises is logged, because nothing can be taken back."""
        for event in events:
            for hook in _for(self._after, event):
                try:
                    hook(event)
                except Exception:
                    _LOG.exception("a hook for %s failed after the commit", event.type)


def _for(hooks: Sequence[tuple[tuple[str, ...], Hook]], event: Event) -> list[Hook]:
    return [hook for types, hook in hooks if any(fnmatchcase(event.type, each) for each in types)]
