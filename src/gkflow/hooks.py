"""
Hooks of a portal (事件钩子): functions that are called with an event, before its transaction is committed or after.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from fnmatch import fnmatchcase
from typing import TypeVar

from gkflow.domain.case import RECOUNT
from gkflow.domain.endpoint import CASE, OFFICE_TYPES, types_of
from gkflow.domain.event import Event
from gkflow.domain.hints import did_you_mean, near_names, there_are
from gkflow.domain.objections.events import UnknownEvent
from gkflow.domain.sentences import said
from gkflow.domain.workflow import Workflow

Hook = Callable[[Event], object]
_H = TypeVar("_H", bound=Hook)
_FEW = 12  # types that a sentence names; the objection has all of them
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


def require_known(patterns: Iterable[str], workflows: Collection[Workflow]) -> None:
    """Refuse a type of event for which no hook would ever be called. Raises Refused ("unknown_event")."""
    # What a sweep, an import or an adoption leads to is read in sequence, by whoever wants to know of it.
    of_entries = [each for each in types_of(workflows) if each not in (*OFFICE_TYPES, f"{CASE}{RECOUNT}")]
    for pattern in patterns:
        if any(fnmatchcase(each, pattern) for each in of_entries):
            continue
        near: tuple[str, ...] = ()
        mean: str = said("; it is read with office.events()")
        if not any(fnmatchcase(each, pattern) for each in types_of(workflows)):
            near = _near(pattern, of_entries, workflows)
            mean = did_you_mean(near) or there_are([*of_entries[:_FEW], "…"])
        raise UnknownEvent(type=pattern, mean=mean, near=near, allowed=of_entries)


def _near(pattern: str, types: Sequence[str], workflows: Iterable[Workflow]) -> tuple[str, ...]:
    """The types that were meant: an action is named by the state that it leads to."""
    name = pattern.removeprefix(CASE)
    targets = {action.target for flow in workflows for action in flow.actions.values() if action.name == name}
    meant = sorted(target for target in targets if target)
    if not meant:
        names = [each.removeprefix(CASE) for each in types]
        meant = [name] if name in names else near_names(name, names)
    return tuple(f"{CASE}{each}" for each in meant)


def _for(hooks: Sequence[tuple[tuple[str, ...], Hook]], event: Event) -> list[Hook]:
    return [hook for types, hook in hooks if any(fnmatchcase(event.type, each) for each in types)]
