"""
Checks of follow-up cases (派生案件的核对): what actions, ladders and recurring tasks open exists and has its facts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gkflow.domain.fact_rules import ABSENT, GIVEN
from gkflow.domain.name_checks import Problem, fact_name, of_conditions
from gkflow.domain.rulebook import mean
from gkflow.domain.sentences import said
from gkflow.domain.workflow import Action, Opening, Workflow

if TYPE_CHECKING:
    from gkflow.domain.recurring import Counting, RecurringTask
    from gkflow.domain.rulebook import Rulebook


def opened_by_actions(workflow: Workflow, rulebook: Rulebook) -> Iterator[Problem]:
    """The cases that actions open: workflows, facts and their values (派生案件)."""
    for action in workflow.actions.values():
        if action.opens:
            yield from _opened_by(workflow, action, rulebook)
        where = ("actions", action.name)
        if action.hands_to:
            where_to = (*where, "hands_to")
            what_to = said('action "{name}": hands_to', name=action.name)
            yield from fact_name(workflow, where_to, what_to, action.hands_to)
            spec = workflow.facts.get(action.hands_to)
            if spec is not None and (spec.type != "unit" or action.hands_to not in action.carries):
                text = said(
                    '{what_to} goes by fact "{hands_to}", which is no unit or which the action does not carry',
                    what_to=what_to,
                    hands_to=action.hands_to,
                )
                yield Problem(workflow.name, where_to, text)
        if action.owner_of:
            yield from fact_name(
                workflow, (*where, "owner_of"), said('action "{name}": owner_of', name=action.name), action.owner_of
            )


def _opened_by(workflow: Workflow, action: Action, rulebook: Rulebook) -> Iterator[Problem]:
    where, what = ("actions", action.name, "opens"), said('action "{name}": opens', name=action.name)
    carried = action.carries
    for opening in action.opens:
        yield from (
            Problem(workflow.name, where, said("{what}: {text}", what=what, text=text))
            for text in _opening(opening, rulebook)
        )
        yield from of_conditions(workflow, where, what, opening.when)
        for condition in opening.when:
            if condition.fact not in carried:
                text = said(
                    '{what} goes by fact "{fact}", which the action neither needs nor accepts',
                    what=what,
                    fact=condition.fact,
                )
                yield Problem(workflow.name, where, text)
        for fact in opening.facts.values():
            yield from fact_name(workflow, where, what, fact)


def opened_by_others(rulebook: Rulebook) -> Iterator[Problem]:
    """The cases that ladders and recurring tasks open; faults are located in their own file."""
    for ladder in rulebook.ladders.values():
        for place, step in enumerate(ladder.steps):
            if step.opens is not None:
                for text in _opening(step.opens, rulebook):
                    yield Problem(
                        "",
                        ("ladder", ladder.name, "steps", str(place), "opens"),
                        said(
                            'ladder "{name}", step {offset}: opens: {text}',
                            name=ladder.name,
                            offset=step.offset,
                            text=text,
                        ),
                    )
    for duty in rulebook.recurring_tasks.values():
        if duty.counts is not None:
            yield from (
                Problem("", ("duty", duty.name, "counts"), text) for text in _counting(duty, duty.counts, rulebook)
            )
        given = {**dict.fromkeys(("due", "period", "title"), "made when it is due"), **duty.given}
        key = "set" if duty.workflow in rulebook.workflows else "workflow"
        for text in _opening(Opening(duty.workflow, given=given), rulebook):
            yield Problem("", ("duty", duty.name, key), said('duty "{name}": {text}', name=duty.name, text=text))


def _counting(duty: RecurringTask, counts: Counting, rulebook: Rulebook) -> Iterator[str]:
    flow = rulebook.workflows.get(counts.workflow)
    what = said('duty "{name}": counts', name=duty.name)
    if flow is None:
        yield said(
            '{what}: no workflow "{workflow}"{mean}',
            what=what,
            workflow=counts.workflow,
            mean=mean(counts.workflow, rulebook.workflows),
        )
        return
    for action in counts.actions:
        if action not in flow.actions:
            yield said(
                '{what}: {name} has no action "{action}"{mean}',
                what=what,
                name=flow.name,
                action=action,
                mean=mean(action, flow.actions),
            )
    for condition in counts.when:
        spec = flow.facts.get(condition.fact)
        if spec is None:
            yield said(
                '{what}: {name} has no fact "{fact}"{mean}',
                what=what,
                name=flow.name,
                fact=condition.fact,
                mean=mean(condition.fact, flow.facts),
            )
        elif spec.type == "choice":
            for value in sorted(condition.values - spec.choices.keys() - {GIVEN, ABSENT}):
                yield said(
                    '{what}: fact "{name}" has no choice "{value}"{mean}',
                    what=what,
                    name=spec.name,
                    value=value,
                    mean=mean(value, spec.choices),
                )


def _opening(opening: Opening, rulebook: Rulebook) -> Iterator[str]:
    """The requirements of an automatically opened case: its workflow, and the facts of its first action."""
    other = rulebook.workflows.get(opening.workflow)
    if other is None:
        yield said(
            'no workflow "{workflow}"{mean}', workflow=opening.workflow, mean=mean(opening.workflow, rulebook.workflows)
        )
        return
    first = next((action for action in other.actions.values() if action.first), None)
    if first is None:
        return
    carried = first.carries
    given = {*opening.facts, *(fact for fact, value in opening.given.items() if value not in (None, ""))}
    for fact in sorted({*opening.facts, *opening.given} - carried):
        yield said('"{name}" of {workflow} takes no fact "{fact}"', name=first.name, workflow=other.name, fact=fact)
    for need in first.requires:
        if need.fact not in given and not need.unless:
            yield said(
                '"{name}" of {workflow} needs "{fact}", which is not given',
                name=first.name,
                workflow=other.name,
                fact=need.fact,
            )
    for fact, value in opening.given.items():
        spec = other.facts.get(fact)
        if spec is not None and spec.type == "choice" and value and str(value) not in spec.choices:
            yield said('fact "{fact}" of {name} has no choice "{value}"', fact=fact, name=other.name, value=value)
