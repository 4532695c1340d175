"""
Whether the rules of a workflow are consistent in time (规则前后一致): days between which they hold, days in facts,
terms on which an action depends.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from gkflow.domain.fact_rules import Lies
from gkflow.domain.law import Bound
from gkflow.domain.name_checks import Problem, fact_name, of_conditions
from gkflow.domain.rulebook import mean
from gkflow.domain.sentences import said
from gkflow.domain.workflow import Action, ClockKind, ClockRule, Obligor, Workflow

if TYPE_CHECKING:
    from gkflow.domain.rulebook import Rulebook


def rest_names(workflow: Workflow) -> Iterator[Problem]:
    """Clocks, actions and facts that an action needs, implies or keeps, and that the workflow does not have."""
    names = tuple(rule.name for rule in workflow.clocks)
    for action in workflow.actions.values():
        where, what = ("actions", action.name), said('action "{name}"', name=action.name)
        asked = [("rests_on", clock, rest.when) for rest in action.rests_on for clock in rest.clocks]
        asked += [("clashes", clash.clock, clash.when) for clash in action.clashes]
        for key, clock, when in asked:
            if clock not in names:
                yield Problem(
                    workflow.name,
                    (*where, key),
                    said(
                        '{what}: {key}: no clock "{clock}"{mean}',
                        what=what,
                        key=key,
                        clock=clock,
                        mean=mean(clock, names),
                    ),
                )
            yield from of_conditions(workflow, (*where, key), said("{what}: {key}", what=what, key=key), when)
        for other in (name for rest in action.rests_on for name in rest.ended_by):
            if other not in workflow.actions:
                text = said(
                    '{what}: rests_on: no action "{other}"{mean}',
                    what=what,
                    other=other,
                    mean=mean(other, workflow.actions),
                )
                yield Problem(workflow.name, (*where, "rests_on"), text)
        yield from _implied(workflow, action, what)
        for fact in action.keeps:
            yield from fact_name(workflow, (*where, "keeps"), said("{what}: keeps", what=what), fact)
    for spec in workflow.facts.values():
        for fact in spec.not_before:
            yield from fact_name(
                workflow, ("facts", spec.name, "not_before"), said('fact "{name}": not_before', name=spec.name), fact
            )


def _implied(workflow: Workflow, action: Action, what: str) -> Iterator[Problem]:
    """What the first action implies: an action of the workflow, with its day in a fact."""
    where = ("actions", action.name, "implies")
    for other, fact in action.implies.items():
        if not action.first:
            yield Problem(
                workflow.name,
                where,
                said("{what}: implies: only the first action implies", what=what),
            )
        if other not in workflow.actions:
            text = said(
                '{what}: implies: no action "{other}"{mean}',
                what=what,
                other=other,
                mean=mean(other, workflow.actions),
            )
            yield Problem(workflow.name, where, text)
        if fact not in action.carries:
            text = said(
                '{what}: implies goes by fact "{fact}", which the action neither needs nor accepts',
                what=what,
                fact=fact,
            )
            yield Problem(workflow.name, where, text)


def days_named(workflow: Workflow, rulebook: Rulebook) -> Iterator[Problem]:
    """A day that an entry sets for a third party's term may only be later than the limit, and in the future."""
    for rule in workflow.clocks:
        if not rule.until:
            continue
        spec = workflow.facts.get(rule.until)
        if spec is not None and spec.lies not in (Lies.ANY, Lies.AHEAD):
            text = said(
                'fact "{name}": clock "{clock}" ends on it (until), so it lies ahead', name=spec.name, clock=rule.name
            )
            yield Problem(workflow.name, ("facts", spec.name, "lies"), text)
        for name in {rule.limit, *(start.limit for start in rule.starts if start.limit)}:
            limit = rulebook.law.limits.get(name)
            if limit is None or limit.binds == "office" or rule.obligor is Obligor.OFFICE:
                continue
            if any(value and value.length is not None and value.bound is Bound.AT_MOST for _, value in limit.values):
                text = said(
                    'clock "{name}": an entry may name the last day (until), and limit "{name_2}" binds the '
                    "{binds}: it is the least that they have (bound: at_least)",
                    name=rule.name,
                    name_2=name,
                    binds=limit.binds,
                )
                yield Problem(workflow.name, ("clocks", rule.name, "until"), text)


def handed_over(workflow: Workflow, rulebook: Rulebook) -> Iterator[Problem]:
    """
    Where an act ends one duty and begins another, the other must have a limit by then, so that no case is without one.

    延迟答复 (第三十五条) dates from 2019: a postponement of 2018 that stopped the reply clock would leave none.
    """
    for rule in workflow.clocks:
        if not _is_duty(rule):
            continue
        begins = _first_day(rulebook, rule.limit)
        for stop in rule.stops:
            heirs = [
                (other, _first_day(rulebook, start.limit or other.limit))
                for other in workflow.clocks
                if other is not rule and _is_duty(other)
                for start in other.starts
                if start.action == stop.action and not start.when
            ]
            days = [day for _, day in heirs if day is not None]
            held = stop.held.since if stop.held is not None and stop.held.since is not None else begins
            if begins is None or held is None or not days or max(held, begins) >= min(days):
                continue
            other = min(heirs, key=lambda each: each[1] or date.max)[0]
            text = said(
                'clock "{name}": "{action}" stops it, and clock "{other}", which it starts, has no '
                "limit before {min}: say since when it stops it (since)",
                name=rule.name,
                action=stop.action,
                other=other.name,
                min=min(days),
            )
            yield Problem(workflow.name, ("clocks", rule.name, "stop"), text)


def _is_duty(rule: ClockRule) -> bool:
    return rule.obligor is Obligor.OFFICE and rule.kind is ClockKind.DUTY


def _first_day(rulebook: Rulebook, name: str) -> date | None:
    limit = rulebook.law.limits.get(name)
    return next((day for day, value in limit.values if value is not None), None) if limit is not None else None
