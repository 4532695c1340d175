"""Drawing a workflow (流程图): the transitions machine described as a Mermaid state diagram."""

from __future__ import annotations

from collections.abc import Callable

from transitions import State
from transitions.extensions import GraphMachine

from gkflow.domain.machine import NEW, machine_of
from gkflow.domain.workflow import MISFILE, MISFILED, Workflow

Label = Callable[[str, str], str]
"""The label of a state or action for display, from its file label and its name."""


class _Labelled(State):
    """A state that the diagram shows under its label."""

    def __init__(self, name: str, label: str = "", **callbacks: object) -> None:
        super().__init__(name, **callbacks)  # type: ignore[arg-type]  # as the machine gives them
        self.label = label


class _Graph(GraphMachine):
    state_cls = _Labelled


class _Model:
    """The model object that a graph needs; it never changes state."""


def draw(workflow: Workflow, label: Label, before: str) -> str:
    """
    Draw the workflow as Mermaid (流程图), from a copy of the machine that decides, so that it shows what is allowed.

    *label* chooses between a label and its name; *before* is the label of the state before a case exists. Several
    actions between the same two states share an arrow.
    """
    moves = [
        {
            "trigger": name,
            "source": source,
            "dest": move.dest if move.dest is not None else source,
            "label": label(workflow.actions[name].label, name),
        }
        for name, event in machine_of(workflow).events.items()
        if name != MISFILE  # an arrow from every state would hide the others
        for source, transitions in event.transitions.items()
        if source != MISFILED
        for move in transitions[:1]
    ]
    states = [{"name": NEW, "label": before}]
    states += [
        {"name": name, "label": label(state.label, name)} for name, state in workflow.states.items() if name != MISFILED
    ]
    # Front matter is YAML: Mermaid takes the title from a key, but the library writes the text as given.
    title = f"title: {label(workflow.label, workflow.name)}"
    graph = _Graph(
        _Model(), states=states, transitions=moves, initial=NEW, auto_transitions=False, graph_engine="mermaid",
        title=title, show_conditions=False,
    )  # fmt: skip
    drawn = graph.get_combined_graph().draw(None) or ""
    return "\n".join(line.rstrip() for line in drawn.splitlines())
