"""
Whether the rulebook is consistent (规则自洽检查).

Unknown names, states that cannot be reached or left, clocks that nothing stops. If a claim depends on a course of
events, the shortest one is shown as proof.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gkflow.domain.consistency import days_named, handed_over, rest_names
from gkflow.domain.law import Direction, LimitUnit, LimitValue
from gkflow.domain.name_checks import (
    Problem,
    action_names,
    actions_of,
    clock_names,
    clocks_of,
    limits_of,
    outer_names,
)
from gkflow.domain.opening_checks import opened_by_actions, opened_by_others
from gkflow.domain.openness import opening_problems
from gkflow.domain.reachability import Courses
from gkflow.domain.sentences import said
from gkflow.domain.workflow import MISFILE, MISFILED, ClockKind, ClockRule, Workflow

if TYPE_CHECKING:
    from gkflow.domain.rulebook import Rulebook

# Anybody may write a remark or correct what was written.
_OPEN_TO_ALL = ("note", "correct_entry", "link", "recount", "misfile")
_REF = "ref"
# A stop may be named for registers, which may hold courses that the workflow does not allow; these may not.
_WHILE_RUNNING = ("restart", "wait", "suspend", "extend", "bars")


def problems(rulebook: Rulebook) -> tuple[Problem, ...]:
    """All problems of all workflows, in the order of their files."""
    found: list[Problem] = []
    for workflow in rulebook.workflows.values():
        found += _alone(workflow)
        found += outer_names(workflow, rulebook)
        found += _lengths(workflow, rulebook)
        found += days_named(workflow, rulebook)
        found += handed_over(workflow, rulebook)
        found += opened_by_actions(workflow, rulebook)
    found += opened_by_others(rulebook)
    return tuple(dict.fromkeys(found))


_known: dict[str, tuple[Problem, ...]] = {}


def _alone(workflow: Workflow) -> tuple[Problem, ...]:
    """The problems of a workflow by itself, found once: the profiles mostly share its edition."""
    found = _known.get(workflow.edition)
    if found is None:
        found = _known[workflow.edition] = tuple(_inner(workflow))
    return found


def _inner(workflow: Workflow) -> Iterator[Problem]:
    names = [*action_names(workflow), *clock_names(workflow), *rest_names(workflow)]
    yield from names
    yield from _public_words(workflow)
    yield from _roles(workflow)
    yield from _carried(workflow)
    yield from _order(workflow)
    # A wrong name invalidates every course of events: check names first, then courses.
    if not names and any(action.first for action in workflow.actions.values()):
        yield from _ways_out(workflow)
        courses = Courses(workflow)
        yield from _states(workflow, courses)
        yield from _running(workflow, courses)
        yield from opening_problems(workflow)


# --- people and facts -------------------------------------------------------------------------------------


def _public_words(workflow: Workflow) -> Iterator[Problem]:
    for state in workflow.states.values():
        if not state.public:
            text = said('state "{name}" has no public word: what does the applicant see?', name=state.name)
            yield Problem(workflow.name, ("states", state.name), text)


def _roles(workflow: Workflow) -> Iterator[Problem]:
    if not any(action.roles for action in workflow.actions.values()):
        return
    for action in workflow.actions.values():
        if not action.roles and action.name not in _OPEN_TO_ALL:
            text = said(
                'action "{name}": no role may take it (roles), though other actions name theirs', name=action.name
            )
            yield Problem(workflow.name, ("actions", action.name), text)


def _carried(workflow: Workflow) -> Iterator[Problem]:
    """A fact that a clock uses must be one that the action may have, and a day must be a day."""
    for rule in workflow.clocks:
        for key, action, fact, kind in _wants(workflow, rule):
            spec = workflow.facts.get(fact)
            if spec is None or action not in workflow.actions:
                continue
            where, what = ("clocks", rule.name, key), said('clock "{name}": {key}', name=rule.name, key=key)
            if fact not in workflow.actions[action].carries and not (spec.of_case and _declared(workflow, fact)):
                text = said(
                    '{what} goes by fact "{fact}", which action "{action}" neither needs nor accepts',
                    what=what,
                    fact=fact,
                    action=action,
                )
                yield Problem(workflow.name, where, text)
            if kind and spec.type != kind and not (kind == "day" and spec.type == "moment"):
                text = said(
                    '{what} takes fact "{fact}" for a {kind}, but it is a {type}',
                    what=what,
                    fact=fact,
                    kind=kind,
                    type=spec.type,
                )
                yield Problem(workflow.name, where, text)


def _declared(workflow: Workflow, fact: str) -> bool:
    """Whether some action declares the fact: a condition may read it from the case."""
    return any(fact in action.carries for action in workflow.actions.values() if action.name not in _OPEN_TO_ALL)


def _wants(workflow: Workflow, rule: ClockRule) -> Iterator[tuple[str, str, str, str]]:
    for key, triggers in (
        ("start", rule.starts),
        ("stop", rule.stops),
        ("wait", tuple(each.trigger for each in rule.waits)),
        ("suspend", tuple(each.trigger for each in rule.suspends)),
    ):
        for trigger in triggers:
            yield from ((key, trigger.action, condition.fact, "") for condition in trigger.when)
            if trigger.day:
                yield key, trigger.action, trigger.day, "day"
    for suspend in rule.suspends:
        yield from (("suspend", suspend.trigger.action, each.fact, "") for each in suspend.lapse_when)
        yield from (("suspend", suspend.until, each.fact, "") for each in suspend.silence)
    for extend in rule.extends:
        if extend.approval:
            yield "extend", extend.action, extend.approval, ""
    if rule.until:
        yield from (("until", start.action, rule.until, "day") for start in rule.starts)
    if rule.shortened_by:
        yield from (("shortened_by", start.action, rule.shortened_by, "") for start in rule.starts)
    if rule.paired:
        yield from (("paired", start.action, _REF, "") for start in rule.starts if _REF in workflow.facts)
    for lapse in rule.lapse:
        yield from (("lapse", lapse.action, fact, "") for fact in lapse.facts)


# --- clocks among themselves ------------------------------------------------------------------------------


def _order(workflow: Workflow) -> Iterator[Problem]:
    """Clocks are computed in the order of the file: a clock may only use earlier ones."""
    place = {rule.name: at for at, rule in enumerate(workflow.clocks)}
    for rule in workflow.clocks:
        for key, other in clocks_of(rule):
            if place.get(other, -1) >= place[rule.name]:
                text = said(
                    'clock "{name}": its {key} rests on clock "{other}", which must stand before it',
                    name=rule.name,
                    key=key,
                    other=other,
                )
                yield Problem(workflow.name, ("clocks", rule.name, key), text)


def _ways_out(workflow: Workflow) -> Iterator[Problem]:
    """Whoever is waited for has a term, or at least gets a reminder: no case is parked unnoticed."""
    for rule in workflow.clocks:
        what = said('clock "{name}"', name=rule.name)
        for suspend in rule.suspends:
            since = suspend.trigger.action
            lapses = bool(suspend.lapse) and not suspend.lapse_when
            if not lapses and not _is_awaited(workflow, rule, since, {suspend.until}):
                text = said(
                    '{what}: the suspension by "{since}" has no timed way out: no lapse for every case, and '
                    'no clock with a ladder runs until "{until}"',
                    what=what,
                    since=since,
                    until=suspend.until,
                )
                yield Problem(workflow.name, ("clocks", rule.name, "suspend"), text)
        # A clock that never restarts (the shadow of an unconfirmed application) waits until something stops it.
        ends = {restart.action for restart in rule.restarts} or {stop.action for stop in rule.stops}
        for wait in rule.waits:
            since = wait.trigger.action
            if not _is_awaited(workflow, rule, since, ends):
                text = said(
                    '{what}: the waiting after "{since}" has no timed way out: no clock with a ladder runs '
                    "until what restarts it",
                    what=what,
                    since=since,
                )
                yield Problem(workflow.name, ("clocks", rule.name, "wait"), text)


def _is_awaited(workflow: Workflow, rule: ClockRule, since: str, ends: set[str]) -> bool:
    return any(
        other is not rule
        and other.ladder
        and any(start.action == since for start in other.starts)
        and any(stop.action in ends for stop in other.stops)
        for other in workflow.clocks
    )


def _lengths(workflow: Workflow, rulebook: Rulebook) -> Iterator[Problem]:
    """A limit has a length or a fact that names the day; the steps of a ladder are within it."""
    for rule in workflow.clocks:
        if rule.until:
            continue
        what = said('clock "{name}"', name=rule.name)
        ladder = rulebook.ladders.get(rule.ladder)
        for key, name in limits_of(rule):
            if key == "extend" or name not in rulebook.law.limits:
                continue
            values = [value for _, value in rulebook.limit(name).values if value is not None]
            if any(value.length is None and value.unit is not LimitUnit.FIXED_DATE for value in values[-1:]):
                text = said(
                    '{what}: limit "{name}" has no length, and no fact names the day (until)', what=what, name=name
                )
                yield Problem(workflow.name, ("clocks", rule.name, key), text)
            yield from _counted_back(workflow, rule, key, name, values)
            longest = _longest([value for value in values if value.direction is Direction.AFTER])
            if ladder is None or longest is None:
                continue
            for step in ladder.steps:
                if -step.offset > longest:
                    text = said(
                        '{what}: step {offset} of ladder "{name}" lies before the start: limit "{name_2}" has '
                        "{longest} working {longest:day|days} at most",
                        what=what,
                        offset=step.offset,
                        name=ladder.name,
                        name_2=name,
                        longest=longest,
                    )
                    yield Problem(workflow.name, ("clocks", rule.name, "ladder"), text)


def _counted_back(
    workflow: Workflow, rule: ClockRule, key: str, limit: str, values: Sequence[LimitValue]
) -> Iterator[Problem]:
    """A limit counted back has a future day to count from, and nothing that postpones its last day."""
    if all(value.direction is Direction.AFTER for value in values):
        return
    if any(not trigger.day for trigger in rule.starts):
        text = said(
            'clock "{clock}": limit "{limit}" is counted back, and start names no fact for the day (day)',
            clock=rule.name,
            limit=limit,
        )
        yield Problem(workflow.name, ("clocks", rule.name, key), text)
    for trigger in rule.starts:
        if _may_come_again(workflow, trigger.action):
            # It would keep the first day, and nobody would notice: a day that changes is corrected on record.
            text = said(
                'clock "{clock}": limit "{limit}" is counted back, and "{action}", which starts it, may come again '
                "with another day: lead it to a state of its own",
                clock=rule.name,
                limit=limit,
                action=trigger.action,
            )
            yield Problem(workflow.name, ("clocks", rule.name, key), text)
    if rule.restarts or rule.waits or rule.suspends or rule.extends:
        text = said(
            'clock "{clock}": limit "{limit}" is counted back, and knows no waiting, suspension, restart or extension',
            clock=rule.name,
            limit=limit,
        )
        yield Problem(workflow.name, ("clocks", rule.name, key), text)


def _may_come_again(workflow: Workflow, name: str) -> bool:
    """Whether an action may be taken a second time in the life of a case."""
    action = next((each for each in workflow.actions.values() if each.name == name), None)
    if action is None or not action.sources:
        return False
    reached = {action.target} if action.target is not None else set(action.sources)
    queue = list(reached)
    while queue:
        state = queue.pop()
        for each in workflow.actions.values():
            if state in each.sources and each.target is not None and each.target not in reached:
                reached.add(each.target)
                queue.append(each.target)
    return bool(reached & set(action.sources))


def _longest(values: Sequence[LimitValue]) -> int | None:
    """The longest value in working days; None where a value has none or counts something else."""
    lengths = [value.length for value in values if value.unit is LimitUnit.WORKING_DAY and value.length is not None]
    return max(lengths) if lengths and len(lengths) == len(values) else None


# --- courses of events ------------------------------------------------------------------------------------


def _states(workflow: Workflow, courses: Courses) -> Iterator[Problem]:
    alive = _leading_to_an_end(workflow)
    for name in workflow.states:
        if name == MISFILED:
            continue
        where = ("states", name)
        trail = courses.reachable.get(name)
        if trail is None:
            yield Problem(workflow.name, where, said('state "{name}" can never be reached', name=name))
        elif name not in alive:
            text = said(
                'state "{name}" is a dead end: no final state can be reached from it ({trail})',
                name=name,
                trail=_shown(trail),
            )
            yield Problem(workflow.name, where, text)


def _leading_to_an_end(workflow: Workflow) -> frozenset[str]:
    before: dict[str, set[str]] = {}
    for action in workflow.actions.values():
        if action.target is not None and action.name != MISFILE:
            before.setdefault(action.target, set()).update(action.sources)
    alive = {state.name for state in workflow.states.values() if state.final}
    queue = deque(alive)
    while queue:
        for source in before.get(queue.popleft(), ()):
            if source not in alive:
                alive.add(source)
                queue.append(source)
    return frozenset(alive)


def _running(workflow: Workflow, courses: Courses) -> Iterator[Problem]:
    for rule in workflow.clocks:
        where, what = ("clocks", rule.name), said('clock "{name}"', name=rule.name)
        course = courses.of(rule)
        if not course.ever_runs:
            yield Problem(workflow.name, (*where, "start"), said("{what}: no course of events starts it", what=what))
            continue
        for key, action in dict.fromkeys(actions_of(rule)):
            if action not in courses.taken:
                yield Problem(
                    workflow.name,
                    (*where, key),
                    said('{what}: "{action}" ({key}) can never be taken', what=what, action=action, key=key),
                )
            elif key in _WHILE_RUNNING and action not in course.taken_while_running:
                text = said(
                    '{what}: "{action}" ({key}) can never be taken while the clock runs',
                    what=what,
                    action=action,
                    key=key,
                )
                yield Problem(workflow.name, (*where, key), text)
        if rule.kind is ClockKind.TERM and not rule.stops:
            continue  # it runs out by itself
        if not any(stop.action in course.taken_while_running for stop in rule.stops):
            yield Problem(workflow.name, where, said("{what}: nothing stops it (stop)", what=what))
        elif rule.kind is ClockKind.DUTY and course.runs_at_the_end is not None:
            text = said(
                "{what} may still run in a final state: {trail}", what=what, trail=_shown(course.runs_at_the_end)
            )
            yield Problem(workflow.name, where, text)


def _shown(trail: tuple[str, ...]) -> str:
    return " → ".join(trail)
