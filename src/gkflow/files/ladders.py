"""Ladder files (预警与督办): which steps a deadline has, and who is told."""

from __future__ import annotations

from gkflow.domain.workflow import Ladder, Opening, Step
from gkflow.files.clock_rules import opening_from
from gkflow.files.nodes import Faults, Node
from gkflow.files.roles import read_roles
from gkflow.files.strict_reader import Section

KINDS = ("remind", "urge", "supervise", "propose", "take")


def _opens(step: Section) -> Opening | None:
    found = [opening_from(opening) for opening in step.sections("opens")]
    if len(found) > 1:
        step.fault("a step opens one case, not several", "opens")
    return found[0] if found else None


def ladder_from(node: Node, faults: Faults) -> Ladder:
    """One ladder; its steps stand in the order in which they are reached."""
    steps: list[Step] = []
    with Section(node, "", faults) as section:
        name = section.text("ladder")
        label = section.text("label")
        for each in section.sections("steps", "step", needed=True):
            step = Step(
                offset=each.integer("at"),
                kind=each.choice("kind", KINDS),
                colour=each.text("colour", ""),
                tell=read_roles(each, "tell"),
                label=each.text("label", ""),
                opens=_opens(each),
                urgent=each.flag("urgent"),
            )
            if steps and "at" in each and step.offset <= steps[-1].offset:
                before = steps[-1].offset
                each.fault(f"at {step.offset} stands after {before}; each step lies later than the one before", "at")
            if not step.tell and step.kind != "take":
                each.fault(f"nobody is told (tell), though the step is to {step.kind}")
            steps.append(step)
        if "steps" in section and not steps:
            section.fault("has no steps", "steps")
    return Ladder(name, label, tuple(steps))
