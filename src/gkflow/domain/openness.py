"""
Whether a workflow publishes what must not be published (公开范围检查).

``publication`` decides on a record; this module checks the file beforehand: a public state without a publication, a
workflow of applications with public facts, an approver's name among the public facts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from gkflow.domain.fact_rules import ABSENT, GIVEN
from gkflow.domain.name_checks import Problem, fact_name, of_conditions
from gkflow.domain.sentences import said
from gkflow.domain.workflow import NEVER_OPEN, Workflow

# The facts of a remark, a correction and a link: internal remarks of the office.
_INTERNAL = ("text", "reason")
_ASIDE = ("note", "correct_entry", "link", "recount")


def opening_problems(workflow: Workflow) -> Iterator[Problem]:
    """What is public in this workflow and must not be, each with its place."""
    if workflow.never_leaves and not workflow.publication.never:
        text = said('nothing of "{name}" ever leaves: publication must be "attribute: never"', name=workflow.name)
        yield Problem(workflow.name, ("publication", "attribute"), text)
    elif workflow.publication.never:
        yield from _of_never(workflow)
    else:
        yield from _conditions(workflow)
        yield from _states(workflow)
        yield from _facts(workflow)


def _of_never(workflow: Workflow) -> Iterator[Problem]:
    """Without ``publication``, and with ``attribute: never``, nothing may be public."""
    stated = "publication: attribute" if workflow.publication.cite else said("no publication")
    for state in workflow.states.values():
        if state.published:
            text = said(
                'state "{name}" is published, but nothing of this workflow leaves ({stated})',
                name=state.name,
                stated=stated,
            )
            yield Problem(workflow.name, ("states", state.name, "published"), text)
    for action in workflow.actions.values():
        if action.publishes:
            text = said(
                'action "{name}" publishes, but nothing of this workflow leaves ({stated})',
                name=action.name,
                stated=stated,
            )
            yield Problem(workflow.name, ("actions", action.name, "publishes"), text)
    for fact in workflow.facts.values():
        if fact.published != "withheld":
            text = said(
                'fact "{name}" is {published}, but nothing of this workflow leaves ({stated})',
                name=fact.name,
                published=fact.published,
                stated=stated,
            )
            yield Problem(workflow.name, ("facts", fact.name, "published"), text)


def _conditions(workflow: Workflow) -> Iterator[Problem]:
    rule, where = workflow.publication, ("publication",)
    for fact, values in rule.attribute.items():
        yield from fact_name(workflow, (*where, "attribute"), "publication: attribute", fact)
        spec = workflow.facts.get(fact)
        for value in sorted(values):
            if value in (GIVEN, ABSENT) or (spec is not None and value not in spec.choices):
                text = said('publication: attribute: "{value}" is no choice of fact "{fact}"', value=value, fact=fact)
                yield Problem(workflow.name, (*where, "attribute"), text)
    yield from of_conditions(workflow, (*where, "when"), said("publication: when"), rule.when)
    for need in rule.needs:
        yield from fact_name(workflow, (*where, "needs"), said("publication: needs"), need.fact)
        yield from of_conditions(workflow, (*where, "needs"), said("publication: needs"), need.unless)


def _states(workflow: Workflow) -> Iterator[Problem]:
    """A state is public only if every course of events that leads to it has published, and still holds."""
    for action in workflow.actions.values():
        target = workflow.states.get(action.target or "")
        if action.publishes and target is not None and not target.published:
            text = said(
                'action "{name}" publishes, but leads to state "{state}", which is not published',
                name=action.name,
                state=target.name,
            )
            yield Problem(workflow.name, ("actions", action.name, "publishes"), text)
    seen: set[str] = set()
    for state, trail in _unpublished(workflow):
        if state not in seen:
            seen.add(state)
            text = said(
                'state "{state}" is published, but may be come to without a publication: {names}',
                state=state,
                names=" → ".join(trail),
            )
            yield Problem(workflow.name, ("states", state, "published"), text)


def _unpublished(workflow: Workflow) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The published states that some course reaches without a publication in force, with a shortest course."""
    first = workflow.first
    begin = (str(first.target), first.publishes)
    trails: dict[tuple[str, bool], tuple[str, ...]] = {begin: (first.name,)}
    queue = deque(trails)
    while queue:
        at, lies_open = queue.popleft()
        trail = trails[at, lies_open]
        if workflow.states[at].published and not lies_open:
            yield at, trail
        for action in workflow.actions.values():
            if at not in action.sources or action.name in _ASIDE:
                continue
            then = action.target or at
            place = then, workflow.states[then].published and (lies_open or action.publishes)
            if place not in trails:
                trails[place] = (*trail, action.name)
                queue.append(place)


def _facts(workflow: Workflow) -> Iterator[Problem]:
    kept = dict.fromkeys(_INTERNAL, said("a remark or a correction carries it as well"))
    for rule in workflow.clocks:
        kept |= {each.approval: said("it names who approved") for each in rule.extends if each.approval}
    for fact in workflow.facts.values():
        where = ("facts", fact.name, "published")
        for conditions in fact.open_when:
            yield from of_conditions(
                workflow, (*where[:2], "open_when"), said('fact "{name}": open_when', name=fact.name), conditions
            )
        if fact.published == "withheld":
            continue
        what = said('fact "{name}" is {published}', name=fact.name, published=fact.published)
        if fact.type in NEVER_OPEN:
            yield Problem(
                workflow.name, where, said("{what}, but a fact of type {type} never leaves", what=what, type=fact.type)
            )
        elif fact.name in kept:
            yield Problem(
                workflow.name, where, said("{what}, but {kept}: it must be withheld", what=what, kept=kept[fact.name])
            )
