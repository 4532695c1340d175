"""``gkflow events`` (事件): what happened, in the sequence in which other systems read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

import gkflow
from gkflow.cli import options
from gkflow.cli.columns import Column
from gkflow.cli.escalation_rows import colour_words, kind_words, short_moment, step_words
from gkflow.cli.output import show
from gkflow.cli.resolve_names import person_labels, unit_labels
from gkflow.domain.event import (
    CALENDAR_ADOPTED,
    CASE_IMPORTED,
    ESCALATION_REACHED,
    RULES_ADOPTED,
    SWEEP_DONE,
    Audience,
)
from gkflow.domain.sentences import said, said_as
from gkflow.words.language import label_or, say, translated

if TYPE_CHECKING:
    from gkflow.domain.workflow import Workflow
    from gkflow.office import Office


def command(
    after: str = typer.Option(
        "", "--after", metavar=said("CURSOR"), help=said("the events after this one (default: from the first on)")
    ),
    limit: str = typer.Option("", "--limit", metavar="N", help=said("at most N events (default: 100)")),
    format: str = options.FORMAT,
    output: str = options.OUTPUT,
) -> None:  # fmt: skip
    """List the events, oldest first."""
    most = options.whole(limit or "100", "--limit", 1)
    with gkflow.open() as office:
        found = office.events(after, limit=most)
        flows = {event.case: str(event.facts["workflow"]) for event in found if "workflow" in event.facts}
        names = _Names(office, flows)
    show([event.as_dict() for event in found], _columns(names), format, output or None, say("Events"))
    if format == "table" and not found:
        typer.echo(say("no events."), err=True)
    elif format == "table" and len(found) == most:
        typer.echo(say("more: the same command with --after {cursor}", cursor=found[-1].cursor), err=True)


class _Names:
    """What people call the names in an event (事件用语)."""

    def __init__(self, office: Office, flows: Mapping[str, str]) -> None:
        self.workflows, self.flows = office.rules.rulebook.workflows, flows
        self.units, self.people = unit_labels(office), person_labels(office)

    def type(self, row: Mapping[str, Any]) -> str:
        """The type of an event, by the label of its action, with the code that endpoints and hooks go by."""
        words = _OF_OFFICE.get(row["type"])
        if words is not None:
            return label_or(f"{translated(words)}（{row['type']}）", row["type"])
        flow = self.workflows.get(str(row["facts"].get("workflow")))
        action = flow.actions.get(str(row["facts"].get("action"))) if flow is not None else None
        return label_or(f"{action.label}（{row['type']}）", row["type"]) if action is not None else str(row["type"])

    def facts(self, row: Mapping[str, Any]) -> list[str]:
        """The facts of an event; its action is in its type."""
        facts = row["facts"]
        flow = self.workflows.get(str(facts.get("workflow") or self.flows.get(row["case"])))
        given = {name: value for name, value in facts.items() if value not in (None, "") and name != "action"}
        return [
            f"{translated(_FACTS.get(name, name))} {self._value(flow, name, value)}" for name, value in given.items()
        ]

    def _clock(self, flow: Workflow | None, name: str) -> str:
        flows = (flow,) if flow is not None else self.workflows.values()
        labels = {rule.label for each in flows if (rule := each.clock(name)) is not None}
        return labels.pop() if len(labels) == 1 else name

    def _value(self, flow: Workflow | None, name: str, value: object) -> str:
        text = str(value)
        if name == "workflow" and flow is not None:
            return label_or(flow.label, text)
        if name == "state" and flow is not None and text in flow.states:
            return label_or(flow.states[text].label, text)
        if name == "clock":
            return label_or(self._clock(flow, text), text)
        if name == "kind":
            return kind_words(text)
        if name == "colour":
            return colour_words(text)
        if name == "step" and isinstance(value, int):
            return step_words(value)
        return {"unit": self.units, "officer": self.people, "by": self.people}.get(name, {}).get(text, text)


_OF_OFFICE = {
    CASE_IMPORTED: said("imported"), SWEEP_DONE: said("swept"), ESCALATION_REACHED: said("step reached"),
    CALENDAR_ADOPTED: said("calendar adopted"), RULES_ADOPTED: said("rules adopted"),
}  # fmt: skip
_FACTS = {
    "workflow": said("workflow"), "state": said("state"), "unit": said_as("events", "unit"),
    "officer": said("officer"), "title": said("title"), "last_day": said("last day"),
    "ended": said_as("events", "ended"), "day": said("day"), "by": said("by"), "steps": said_as("events", "steps"),
    "clock": said("clock"), "step": said("step"), "kind": said("kind"), "colour": said("colour"),
    "edition": said("edition"), "reached": said_as("events", "reached"),
}  # fmt: skip


def _columns(names: _Names) -> tuple[Column, ...]:
    return (
        Column("cursor", said("cursor")),
        Column("at", said("moment"), words=lambda text: short_moment(datetime.fromisoformat(text)), solid=True),
        Column("type", said("event"), row_words=names.type),
        Column("case", said("case"), solid=True),
        Column("seq", said("entry")),
        Column("audience", said("concerns"), words=_audience_words),
        Column("facts", said_as("events", "facts"), row_words=names.facts, below=True),
    )


def _audience_words(audience: str) -> str:
    words = {
        Audience.APPLICANT: said_as("events", "the applicant"),
        Audience.UNIT: said_as("events", "the unit"),
        Audience.NOBODY: said_as("events", "nobody"),
    }
    return translated(words[Audience(audience)])
