"""Ladder files (预警与督办): which steps a deadline has, and who is notified."""

from __future__ import annotations

from gkflow.domain.sentences import said
from gkflow.domain.workflow import Ladder, Opening, Step
from gkflow.files.kinds.ladder import LadderFile
from gkflow.files.model_reader import Found, read_model
from gkflow.files.nodes import Faults, Node
from gkflow.files.openings import opening_of


def ladder_from(node: Node, faults: Faults) -> Ladder:
    """One ladder; its steps are in the order in which they are reached."""
    found = read_model(LadderFile, node, faults)
    file = found.model
    for at, step in enumerate(file.steps):
        before = file.steps[at - 1].at if at else None
        if before is not None and step.at <= before and found.has("steps", at, "at"):
            text = said(
                "at {at} stands after {before}; each step lies later than the one before", at=step.at, before=before
            )
            found.fault(text, "steps", at, key="at")
        if step.kind != "take" and not step.tell and not found.has("steps", at, "tell", 0):
            found.fault(said("nobody is notified (tell), though the step is to {kind}", kind=step.kind), "steps", at)
    if found.has("steps") and not file.steps:
        found.fault(said("has no steps"), key="steps")
    steps = (
        Step(step.at, step.kind, step.colour, tuple(step.tell), step.label, _opens(found, at), step.urgent)
        for at, step in enumerate(file.steps)
    )
    return Ladder(file.ladder, file.label, tuple(steps))


def _opens(found: Found[LadderFile], at: int) -> Opening | None:
    opens = found.model.steps[at].opens
    if len(opens) > 1:
        found.fault(said("a step opens one case, not several"), "steps", at, key="opens")
    return opening_of(opens[0]) if opens else None
