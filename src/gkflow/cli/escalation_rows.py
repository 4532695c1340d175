"""Escalations as rows (督办记录的各行): the keys that scripts rely on, and the texts for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gkflow.cli.columns import Column, moment
from gkflow.cli.resolve_names import person_labels
from gkflow.domain.sentences import said, said_as
from gkflow.words.language import label_of, listed, say, say_as, translated
from gkflow.words.vocabulary import ROLES, word

if TYPE_CHECKING:
    from gkflow.application.ports import EscalationRecord
    from gkflow.office import Office

KINDS = {
    "remind": said_as("step", "remind"), "urge": said_as("step", "urge"), "supervise": said_as("step", "supervise"),
    "propose": said_as("step", "propose"), "take": said_as("step", "take"), "action": said_as("step", "action"),
    "calendar": said_as("step", "calendar"), "note": said_as("step", "note"),
    "moved_earlier": said_as("step", "moved earlier"), "moved_later": said_as("step", "moved later"),
}  # fmt: skip
_COLOURS = {
    "green": said("green"), "yellow": said("yellow"), "orange": said("orange"), "red": said("red"),
    "black": said("black"),
}  # fmt: skip


def kind_words(kind: str) -> str:
    """The kind of a step or a notice as text."""
    return translated(KINDS.get(kind, kind))


def colour_words(colour: str) -> str:
    """The colour of a step as text."""
    return translated(_COLOURS.get(colour, colour))


def step_words(step: int) -> str:
    """The distance of a step from the last day."""
    if step == 0:
        return say_as("escalation_rows", "last day")
    if step < 0:
        return say("{step} working {step:day|days} before", step=-step)
    return say("working day {step} after", step=step)


def short_moment(value: Any) -> str:
    """A moment in the form for people: 2026-11-22 09:00."""
    return moment(value)[:16].replace("T", " ")


def _notified_words(notified: str) -> str:
    """Who was notified; the post if it has no holder."""
    return listed(word(ROLES, name) for name in notified.split("、"))


COLUMNS = (
    Column("id", said("id")),
    Column("day", said("day")),
    Column("case", said("case"), solid=True),
    Column("clock_label", said("clock")),
    Column("deadline", said("deadline")),
    Column("kind", said("kind"), words=kind_words),
    Column("step", said("step"), words=step_words),
    Column(
        "colour", said("colour"), style=lambda row: row["colour"],
        words=colour_words,
    ),
    Column("told", said("notified"), words=_notified_words),
    Column("told_at", said("notified at"), words=short_moment, solid=True),
    Column("delivered_at", said("delivered at"), words=short_moment, solid=True),
    Column("acknowledged_by", said("acknowledged by")),
    Column("words", said("words")),
)  # fmt: skip
SIMULATED = tuple(column for column in COLUMNS[1:8])


def columns(office: Office) -> tuple[Column, ...]:
    """The columns of the log, with people by name."""

    people = person_labels(office)

    def notified(ids: str) -> str:
        return _notified_words("、".join(people.get(each, each) for each in ids.split("、")) if ids else ids)

    words: dict[str, Callable[[Any], Any]] = {"told": notified, "acknowledged_by": lambda id_: people.get(id_, id_)}
    return tuple(replace(each, words=words[each.key]) if each.key in words else each for each in COLUMNS)


def clock_label(office: Office, workflow: str, clock: str, ref: str) -> str:
    """The clock as text, with the party concerned."""
    found = office.rules.rulebook.workflows.get(workflow)
    rule = found.clock(clock) if found is not None else None
    label = label_of(rule.label if rule is not None else clock, clock)
    return label + say(" ({ref})", ref=ref) if ref else label


def escalation_rows(office: Office, records: Iterable[EscalationRecord]) -> list[dict[str, Any]]:
    """The escalation log as rows."""
    return [
        {
            "id": record.id,
            "case": record.case,
            "workflow": record.workflow,
            "clock": record.clock,
            "clock_label": clock_label(office, record.workflow, record.clock, record.ref),
            "deadline": record.last_day,
            "step": record.step,
            "kind": record.kind,
            "colour": record.colour,
            "day": record.day,
            "told": "、".join(record.notified) or None,
            "told_at": record.notified_at,
            "delivered_at": record.delivered_at,
            "acknowledged_by": record.acknowledged_by,
            "acknowledged_at": record.acknowledged_at,
            "words": record.words,
        }
        for record in records
    ]
