"""
The clock that a list shows for a case (台账所示计时): the office's most urgent duty, and why there is none.

``cases`` shows it, ``docket_revisions`` keeps it in the docket.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from gkflow.application.ports import ClockRevision
from gkflow.domain.deadline import Status
from gkflow.domain.urgency import urgency
from gkflow.domain.workflow import ClockKind, Obligor, Workflow


def choose_clock(
    clocks: Iterable[ClockRevision], name: str = "", over: Collection[tuple[str, str, str]] = ()
) -> ClockRevision | None:
    """
    The clock shown for the case: the one requested, else the office's most urgent duty. Of several as urgent it is one
    whose hours are *over*, else the first by name, so that a list, its filter and its counts mean the same.
    """
    mine = [c for c in clocks if c.clock == name] if name else [c for c in clocks if c.owed and c.status != "no_limit"]
    return min(
        mine,
        key=lambda c: (
            urgency(c.status, c.last_day, c.stopped), (c.case, c.clock, c.ref) not in over, c.clock, c.ref,
        ),
        default=None,
    )  # fmt: skip


def unused_powers(clocks: Sequence[ClockRevision]) -> list[ClockRevision]:
    """The powers of the office that run, with their last days (限期行使的权力)."""
    return [
        clock
        for clock in clocks
        if clock.kind == ClockKind.POWER.value
        and clock.obligor == Obligor.OFFICE.value
        and clock.status == Status.RUNNING.value
        and clock.last_day is not None
    ]


def why_unclocked(
    workflow: Workflow | None, state: str, clocks: Sequence[ClockRevision], clock: ClockRevision | None
) -> str | None:
    """Why no clock of the office runs in an open, unanswered case; None if one does or did."""
    if clock is not None and clock.status != Status.STOPPED.value:
        return None
    unlimited = [each for each in clocks if each.owed and each.status == Status.NO_LIMIT.value]
    if unlimited and (clock is None or max(each.since for each in unlimited) >= (clock.stopped or date.min)):
        return "no_limit"
    if clock is not None or (workflow is not None and state in answered_states(workflow)):
        return None
    return "not_started"


_answered: dict[str, frozenset[str]] = {}


def answered_states(workflow: Workflow) -> frozenset[str]:
    """The states that fulfil a duty of the office (已办状态): published, replied, reported."""
    found = _answered.get(workflow.edition)
    if found is None:
        owed = [rule for rule in workflow.clocks if rule.obligor is Obligor.OFFICE and rule.kind is ClockKind.DUTY]
        begins = {start.action for rule in owed for start in rule.starts}
        ends = {stop.action for rule in owed for stop in rule.stops} - begins
        found = _answered[workflow.edition] = frozenset(
            action.target for action in workflow.actions.values() if action.name in ends and action.target
        )
    return found
