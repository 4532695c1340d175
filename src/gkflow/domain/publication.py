"""
Public content (可以对外公开的内容): the only predicate used by every door, push and export.

Nothing is public unless three things hold: the case is in a state that its workflow declares ``published``, reached by
an action that publishes and that is still in force; the decided attribute of the item is 主动公开; and the fact itself
is declared public. Everything undeclared is withheld.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from gkflow.domain.case import ASIDE, NOTHING, Case, Entry
from gkflow.domain.deadline import Deadline, Status
from gkflow.domain.fact_rules import FactSpec, meets
from gkflow.domain.machine import NEW, table_of
from gkflow.domain.workflow import NEVER_OPEN, Workflow


class Kept(StrEnum):
    """Why nothing of a case is public (不公开的原因)."""

    NEVER = "never"  # requests, messages, supervisions, …: no case of this workflow
    STATE = "state"  # not published yet, withheld, withdrawn, taken down, expired, being changed
    UNPUBLISHED = "unpublished"  # in such a state, but by no publication in force
    ATTRIBUTE = "attribute"  # 依申请公开 or 不予公开, or not decided
    CONDITION = "condition"  # the record has what forbids it, or lacks what it needs
    RUN_OUT = "run_out"  # its term has run out; the entry that records it is still to come


class Shown(StrEnum):
    """How a fact is published (公开方式)."""

    OPEN = "open"
    MASKED = "masked"


class Leaving(NamedTuple):
    """A public fact (公开的要素): its definition, its value, and how it is published."""

    spec: FactSpec
    value: object
    how: Shown


def why_kept(workflow: Workflow, case: Case, deadlines: Iterable[Deadline], as_of: date) -> Kept | None:
    """
    Why nothing of the case is public on a day; None if it is public (是否公开).

    *workflow* are the present rules, not those under which the case began: today's rules decide what is public today.
    If the two read the record differently, nothing is public.
    """
    rule = workflow.publication
    if rule.never or workflow.never_leaves:
        return Kept.NEVER
    state = workflow.states.get(case.state)
    if state is None or not state.published:
        return Kept.STATE
    course = _course_of(workflow, case.record)
    if course.published is None or course.state != case.state:
        return Kept.UNPUBLISHED
    if not _is_decided_open(rule.attribute, case.record):
        return Kept.ATTRIBUTE
    lacking = any(
        case.facts.get(need.fact) in (None, "") and not any(condition.holds(case.facts) for condition in need.unless)
        for need in rule.needs
    )
    if lacking or not meets(rule.when, case.facts):
        return Kept.CONDITION
    return Kept.RUN_OUT if _has_run_out(workflow, deadlines, as_of) else None


def public_facts(workflow: Workflow, case: Case, deadlines: Iterable[Deadline], as_of: date) -> Mapping[str, Leaving]:
    """
    The public facts, by name (公开的要素); none if the case is not public.

    They are the facts on record at the last publication: later entries have not been published.
    """
    if why_kept(workflow, case, deadlines, as_of) is not None:
        return {}
    facts = _course_of(workflow, case.record).published or NOTHING
    found = {}
    for name, value in facts.items():
        spec = workflow.facts.get(name)
        how = _shown(spec, facts) if spec is not None and value not in (None, "") else None
        if spec is not None and how is not None:
            found[name] = Leaving(spec, value, how)
    return found


def _shown(spec: FactSpec, facts: Mapping[str, Any]) -> Shown | None:
    # However a file declares it, the number of a natural person is withheld (个人信息保护法 第二十八条).
    if spec.type in NEVER_OPEN or spec.published not in ("open", "masked"):
        return None
    if spec.published == "open" or any(meets(conditions, facts) for conditions in spec.open_when):
        return Shown.OPEN
    return Shown.MASKED


@dataclass(slots=True)
class _Course:
    """The progress of a record: its state, and the facts of the publication in force."""

    state: str = NEW
    published: Mapping[str, Any] | None = None
    over: bool = False  # it had ended without being public; only a correction reopens it
    facts: dict[str, Any] = field(default_factory=dict)


def _course_of(workflow: Workflow, record: Sequence[Entry]) -> _Course:
    """
    Go through the record in force and keep what was published (公开的经过).

    A publication that the workflow does not allow in that state has no effect; one followed by a state that is not
    public has ended, whatever comes after it. Only the next publication makes the case public again.
    """
    table, course = table_of(workflow), _Course()
    for entry in record:
        action = workflow.actions.get(entry.action)
        then = table.moves.get((course.state, entry.action))
        allowed = then is not None
        then = then or table.named.get(entry.action) or course.state
        if entry.action not in ASIDE:
            course.facts.update(entry.facts)
        state = workflow.states.get(then)
        lies_open = state is not None and state.published
        if action is not None and action.publishes:
            course.published = dict(course.facts) if allowed and lies_open and not course.over else None
        elif not lies_open:
            course.published = None
        course.state = then
        course.over = course.over or (state is not None and (state.ended or state.final) and not lies_open)
    return course


def _is_decided_open(attribute: Mapping[str, frozenset[str]], record: Sequence[Entry]) -> bool:
    """Whether the last value of the attribute (公开属性) is open; always true if the law decides."""
    if not attribute:
        return True
    for entry in reversed(record):
        if entry.action in ASIDE:
            continue
        words = {fact: value for fact in attribute if (value := entry.facts.get(fact)) not in (None, "")}
        if words:
            return all(value in attribute[fact] for fact, value in words.items())
    return False


def _has_run_out(workflow: Workflow, deadlines: Iterable[Deadline], as_of: date) -> bool:
    """
    Whether the law has ended publication already (最长公示期届满后，相关信息自动停止公示), even if the sweep has not
    yet recorded it.
    """
    for deadline in deadlines:
        if deadline.status is not Status.RUNNING or as_of <= deadline.last_day:
            continue
        started = deadline.clock.events[0].entry.facts
        for lapse in deadline.clock.rule.lapse:
            action = workflow.actions.get(lapse.action)
            target = workflow.states.get(action.target or "") if action is not None else None
            if lapse.take and meets(lapse.when, started) and (target is None or not target.published):
                return True
    return False
