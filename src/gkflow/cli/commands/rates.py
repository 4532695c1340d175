"""``gkflow rates`` (按期率): how the office's duties were met in a period, one row for each duty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

import gkflow
from gkflow.application.rates import GROUPINGS
from gkflow.cli import options
from gkflow.cli.columns import Column
from gkflow.cli.commands.score import period
from gkflow.cli.output import show
from gkflow.cli.resolve_names import unit_label, workflow_named
from gkflow.domain.sentences import said, said_as
from gkflow.words.language import label_of, say

if TYPE_CHECKING:
    from gkflow.application.rates import Rate
    from gkflow.office import Office


def command(
    workflow: str = typer.Option(
        "", "--workflow", metavar=said("WORKFLOW"), help=said("only this workflow")
    ),
    unit: str = typer.Option(
        "", "--unit", metavar=said("UNIT"), help=said("only this unit")
    ),
    group_by: str = typer.Option(
        "", "--group-by", metavar="unit|month|unit,month",
        help=said("rows by unit, by month, or both"),
    ),
    since: str = options.SINCE,
    until: str = options.UNTIL,
    format: str = options.FORMAT,
    output: str = options.OUTPUT,
) -> None:  # fmt: skip
    """The share of duties met in time, one row for each duty."""
    by = _groups(group_by)
    with gkflow.open() as office:
        first, last = period(office, since, until)
        name = workflow_named(office.rules.rulebook, workflow) if workflow else ""
        found = office.supervision.rates(first, last, workflow=name, unit=unit, by=by, as_of=last)
        rows = [_row(office, each) for each in found]
    columns = [
        *([Column("month", said("month"))] if "month" in by else []),
        *([Column("unit_label", said_as("rates.unit_label", "unit"))] if "unit" in by else []),
        Column("workflow", said("workflow"), row_words=lambda row: label_of(row["workflow_label"], row["workflow"])),
        Column(
            "clock", said("clock"), row_words=lambda row: label_of(row["clock_label"], row["clock"].replace("_", " "))
        ),
        Column("on_time", said("on time")),
        Column("late", said("late")),
        Column("late_unless_extended", said("late unless extended")),
        Column("overdue", said("overdue")),
        Column("waiting", said("waiting")),
        Column("set_aside", said("set aside"), row_words=_aside),
        Column("rate", said("rate"), row_words=lambda row: "" if row["rate"] is None else f"{row['rate']:.1%}"),
    ]
    show(rows, columns, format, output or None, say("Rates ({first} to {last})", first=first, last=last))


def _groups(text: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(word.strip() for word in text.replace("，", ",").split(",") if word.strip()))
    if strange := [word for word in found if word not in GROUPINGS]:
        raise typer.BadParameter(say("--group-by {strange}: unit, month, or both", strange=strange[0]))
    return found


def _row(office: Office, rate: Rate) -> dict[str, Any]:
    flow = office.rules.rulebook.workflows.get(rate.workflow)
    rule = flow.clock(rate.clock) if flow is not None else None
    labels = {name: action.label for name, action in flow.actions.items()} if flow is not None else {}
    return {
        "workflow": rate.workflow, "workflow_label": flow.label if flow is not None else rate.workflow,
        "clock": rate.clock, "clock_label": rule.label if rule is not None else rate.clock,
        "unit": rate.unit or None, "unit_label": (unit_label(office, rate.unit) or rate.unit) or None,
        "month": rate.month or None, "on_time": rate.on_time, "late": rate.late,
        "late_unless_extended": rate.late_unless_extended, "overdue": rate.overdue, "waiting": rate.waiting,
        "set_aside": dict(rate.set_aside),
        "set_aside_labels": {labels.get(name, name): count for name, count in rate.set_aside.items()},
        "rate": round(rate.rate, 4) if rate.rate is not None else None,
    }  # fmt: skip


def _aside(row: Mapping[str, Any]) -> str:
    counts = row["set_aside_labels"] if say("en") == "zh" else row["set_aside"]
    return say(", ").join(f"{name} {count}" for name, count in counts.items())
