"""Unknown names in a workflow (无处可去的名称): states, actions, facts, choices, clocks, limits, ladders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gkflow.domain.fact_rules import ABSENT, GIVEN, Condition
from gkflow.domain.rulebook import mean, mean_limit
from gkflow.domain.sentences import said
from gkflow.domain.workflow import ClockRule, Workflow

if TYPE_CHECKING:
    from gkflow.domain.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Problem:
    """
    One inconsistency (不自洽之处); ``where`` is its path in the workflow's file. ``lacks`` is the file that would
    have to define what is missing, by folder and name, where that is another one.
    """

    workflow: str
    where: tuple[str, ...]
    text: str
    lacks: tuple[str, str] | None = None

    def __str__(self) -> str:
        return said("{workflow}: {text}", workflow=self.workflow, text=self.text)


def action_names(workflow: Workflow) -> Iterator[Problem]:
    """States and facts that an action names and the workflow does not have."""
    for action in workflow.actions.values():
        where = ("actions", action.name)
        states = [("from", source) for source in action.sources]
        if action.target is not None:
            states.append(("to", action.target))
        elif action.first:
            text = said('action "{name}" opens a case, but leads to no state (to)', name=action.name)
            yield Problem(workflow.name, where, text)
        for key, state in states:
            if state not in workflow.states:
                text = said(
                    'action "{name}": no state "{state}"{mean}',
                    name=action.name,
                    state=state,
                    mean=mean(state, workflow.states),
                )
                yield Problem(workflow.name, (*where, key), text)
        facts = [("needs_on_record" if need.on_record else "needs", need.fact) for need in action.requires]
        facts += [("wants", need.fact) for need in action.wants]
        facts += [("needs_before", need.fact) for need in action.before]
        facts += [("same", fact) for pair in action.same.items() for fact in pair]
        facts += [("accepts", fact) for fact in action.accepts]
        conditions = [condition for need in (*action.requires, *action.before) for condition in need.unless]
        what = said('action "{name}"', name=action.name)
        for key, fact in facts:
            yield from fact_name(workflow, (*where, key), what, fact)
        yield from of_conditions(workflow, (*where, "needs"), what, conditions)


def clock_names(workflow: Workflow) -> Iterator[Problem]:
    """Actions, clocks and facts that a clock names and the workflow does not have."""
    for rule in workflow.clocks:
        what = _clock(rule)
        for key, name in actions_of(rule):
            if name not in workflow.actions:
                text = said(
                    'action "{name}" is used but no transition has it{mean}',
                    name=name,
                    mean=mean(name, workflow.actions),
                )
                yield Problem(workflow.name, ("clocks", rule.name, key), text)
        stands_for = [("stands_for", rule.stands_for)] if rule.stands_for else []
        for key, name in (*clocks_of(rule), *stands_for):
            if workflow.clock(name) is None:
                hint = mean(name, tuple(each.name for each in workflow.clocks))
                yield Problem(
                    workflow.name,
                    ("clocks", rule.name, key),
                    said('{what}: no clock "{name}"{hint}', what=what, name=name, hint=hint),
                )
        for key, fact in facts_of(rule):
            yield from fact_name(workflow, ("clocks", rule.name, key), what, fact)
        for key, conditions in conditions_of(rule):
            yield from of_conditions(workflow, ("clocks", rule.name, key), what, conditions)


def outer_names(workflow: Workflow, rulebook: Rulebook) -> Iterator[Problem]:
    """Limits and ladders that a clock names and no file has."""
    for rule in workflow.clocks:
        where = ("clocks", rule.name)
        for key, name in limits_of(rule):
            if name not in rulebook.law.limits:
                hint = mean_limit(name, rulebook.law.limits)
                yield Problem(
                    workflow.name,
                    (*where, key),
                    said('{what}: no limit "{name}"{hint}', what=_clock(rule), name=name, hint=hint),
                    ("config/law", name.partition("/")[0]),
                )
        if rule.ladder and rule.ladder not in rulebook.ladders:
            hint = mean(rule.ladder, rulebook.ladders)
            yield Problem(
                workflow.name,
                (*where, "ladder"),
                said('{what}: no ladder "{ladder}"{hint}', what=_clock(rule), ladder=rule.ladder, hint=hint),
                ("config/ladders", rule.ladder),
            )


def _clock(rule: ClockRule) -> str:
    return said('clock "{name}"', name=rule.name)


def fact_name(workflow: Workflow, where: tuple[str, ...], what: str, fact: str) -> Iterator[Problem]:
    """A fact that is not declared."""
    if fact not in workflow.facts:
        yield Problem(
            workflow.name,
            where,
            said('{what}: no fact "{fact}"{mean}', what=what, fact=fact, mean=mean(fact, workflow.facts)),
        )


def of_conditions(
    workflow: Workflow, where: tuple[str, ...], what: str, conditions: list[Condition] | tuple[Condition, ...]
) -> Iterator[Problem]:
    """Facts and choices of conditions that are not declared."""
    for condition in conditions:
        yield from fact_name(workflow, where, what, condition.fact)
        spec = workflow.facts.get(condition.fact)
        if spec is None or spec.type != "choice":
            continue
        for value in sorted(condition.values - spec.choices.keys() - {GIVEN, ABSENT}):
            hint = mean(value, spec.choices)
            yield Problem(
                workflow.name,
                where,
                said(
                    '{what}: fact "{name}" has no choice "{value}"{hint}',
                    what=what,
                    name=spec.name,
                    value=value,
                    hint=hint,
                ),
            )


def actions_of(rule: ClockRule) -> Iterator[tuple[str, str]]:
    """Every action that a clock names, with its key."""
    yield from (("start", each.action) for each in rule.starts)
    for restart in rule.restarts:
        yield "restart", restart.action
        if restart.after:
            yield "restart", restart.after
    yield from (("wait", each.trigger.action) for each in rule.waits)
    for suspend in rule.suspends:
        yield "suspend", suspend.trigger.action
        yield "suspend", suspend.until
    yield from (("extend", each.action) for each in rule.extends)
    yield from (("stop", each.action) for each in rule.stops)
    yield from (("bars", each.action) for each in rule.bars)
    yield from (("passes_on", each) for each in rule.passes_on)
    yield from (("set_aside", each) for each in rule.set_aside)
    yield from (("lapse", each.action) for each in rule.lapse)


def clocks_of(rule: ClockRule) -> Iterator[tuple[str, str]]:
    """Every other clock on which a clock depends."""
    yield from (("wait", each.within) for each in rule.waits if each.within)
    yield from (("suspend", each.lapse) for each in rule.suspends if each.lapse)


def facts_of(rule: ClockRule) -> Iterator[tuple[str, str]]:
    """Every fact that a clock uses."""
    yield from (("start", each.day) for each in rule.starts if each.day)
    yield from (("stop", each.day) for each in rule.stops if each.day)
    if rule.until:
        yield "until", rule.until
    if rule.shortened_by:
        yield "shortened_by", rule.shortened_by
    yield from (("extend", each.approval) for each in rule.extends if each.approval)
    yield from (("lapse", fact) for each in rule.lapse for fact in each.facts)


def conditions_of(rule: ClockRule) -> Iterator[tuple[str, tuple[Condition, ...]]]:
    """Every condition of a clock."""
    yield from (("start", each.when) for each in rule.starts)
    yield from (("stop", each.when) for each in rule.stops)
    yield from (("wait", each.trigger.when) for each in rule.waits)
    for suspend in rule.suspends:
        yield "suspend", (*suspend.trigger.when, *suspend.lapse_when, *suspend.silence)
    yield from (("lapse", each.when) for each in rule.lapse)


def limits_of(rule: ClockRule) -> Iterator[tuple[str, str]]:
    """Every limit of a clock."""
    yield "limit", rule.limit
    yield from (("start", each.limit) for each in rule.starts if each.limit)
    yield from (("extend", each.limit) for each in rule.extends)
