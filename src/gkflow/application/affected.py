"""
Clocks that a change of rules can move (受规则变动影响的期限): those that use a limit that has changed.

A clock depends on its own limit, on those of its other starts and of its extension, and on the clocks that decide
when its suspension ends or whether a notice was in time.
"""

from __future__ import annotations

from collections.abc import Iterator

from gkflow.application.moved import Cause, LimitChanged, length_of
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import Ledger
from gkflow.domain.deadline import Deadline
from gkflow.domain.errors import NotFound
from gkflow.domain.law import TimeLimit
from gkflow.domain.workflow import ClockRule, Workflow


class Affected:
    """The open clocks that a change of rules can move (受影响的期限)."""

    def __init__(self, ledger: Ledger, old: OfficeContext, new: OfficeContext) -> None:
        self._ledger, self._old, self._new = ledger, old, new
        self._limits: dict[str, tuple[TimeLimit | None, TimeLimit | None]] = {}
        self._rests: dict[tuple[str, str], tuple[str, ...]] = {}  # (edition, clock) -> the limits that it depends on

    def clocks(self) -> Iterator[tuple[str, str]]:
        """The clocks that a changed limit can move, each with the edition of its workflow."""
        if self._old.rulebook.edition == self._new.rulebook.edition:
            return
        for name, edition in self._ledger.moves.open_editions():
            workflow = self._old.workflow_of(self._ledger, name, edition)
            for rule in workflow.clocks:
                if any(self._changed(limit) for limit in self.rests_on(workflow, rule)):
                    yield edition, rule.name

    def causes(self, workflow: Workflow, now: Deadline) -> list[Cause]:
        """The changed limits behind a move: before and after on the day the clock started, with the article."""
        if self._old.rulebook.edition == self._new.rulebook.edition:
            return []
        start = now.clock.events[0].day
        limits: list[Cause] = []
        for name in self.rests_on(workflow, now.clock.rule):
            before, after = self._both(name)
            then, there = (each.in_force(start) if each is not None else None for each in (before, after))
            if then != there:
                limit = after or before
                label = limit.label if limit is not None else name
                cited = there or then
                cite = str(cited.citation) if cited is not None else ""
                limits.append(LimitChanged(label, length_of(then), length_of(there), cite))
        return limits

    def rests_on(self, workflow: Workflow, rule: ClockRule) -> tuple[str, ...]:
        """The names of the limits that the clock depends on, its own first."""
        key = (workflow.edition, rule.name)
        if key not in self._rests:
            self._rests[key] = tuple(dict.fromkeys(_limits(workflow, rule, {})))
        return self._rests[key]

    def _changed(self, name: str) -> bool:
        before, after = self._both(name)
        return (before.values if before is not None else ()) != (after.values if after is not None else ())

    def _both(self, name: str) -> tuple[TimeLimit | None, TimeLimit | None]:
        if name not in self._limits:
            self._limits[name] = (_limit(self._old, name), _limit(self._new, name))
        return self._limits[name]


def _limit(rules: OfficeContext, name: str) -> TimeLimit | None:
    try:
        return rules.rulebook.limit(name)
    except NotFound:
        return None


def _limits(workflow: Workflow, rule: ClockRule, seen: dict[str, None]) -> Iterator[str]:
    seen[rule.name] = None
    yield from (limit for clock, limit in workflow.limit_names() if clock == rule.name)
    others = [suspend.lapse for suspend in rule.suspends] + [wait.within for wait in rule.waits]
    for other in others:
        further = workflow.clock(other) if other and other not in seen else None
        if further is not None:
            yield from _limits(workflow, further, seen)
