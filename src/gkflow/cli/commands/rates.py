"""``gkflow rates`` (按期率): how the office's duties were met in a period, by workflow and clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from gkflow.cli import options
from gkflow.cli.language import label_of, say

if TYPE_CHECKING:
    from gkflow.application.supervising import Rate
    from gkflow.office import Office


def command(
    workflow: str = typer.Option(
        "", "--workflow", metavar=say("流程", "WORKFLOW"), help=say("只看这一流程", "only this workflow")
    ),
    since: str = options.SINCE,
    until: str = options.UNTIL,
    format: str = options.FORMAT,
    output: str = options.OUTPUT,
) -> None:  # fmt: skip
    """The share of duties met in time, by workflow and clock."""
    from gkflow.cli.commands.score import period
    from gkflow.cli.naming import workflow_named
    from gkflow.cli.output import Column, show
    from gkflow.office import open_office

    with open_office() as office:
        first, last = period(office, since, until)
        name = workflow_named(office.rules.rulebook, workflow) if workflow else ""
        rows = [_row(office, each) for each in office.supervision.rates(first, last, workflow=name, as_of=last)]
    columns = (
        Column("workflow", "流程", "workflow", told=lambda row: label_of(row["workflow_label"], row["workflow"])),
        Column("clock", "期限", "clock", told=lambda row: label_of(row["clock_label"], row["clock"].replace("_", " "))),
        Column("on_time", "按期", "on time"),
        Column("late", "逾期办结", "late"),
        Column("overdue", "逾期未办", "overdue"),
        Column("rate", "按期率", "rate", told=lambda row: "" if row["rate"] is None else f"{row['rate']:.1%}"),
    )
    show(rows, columns, format, output or None, say(f"按期率（{first} 至 {last}）", f"Rates ({first} to {last})"))


def _row(office: Office, rate: Rate) -> dict[str, Any]:
    flow = office.rules.rulebook.workflows.get(rate.workflow)
    rule = flow.clock(rate.clock) if flow is not None else None
    return {
        "workflow": rate.workflow, "workflow_label": flow.label if flow is not None else rate.workflow,
        "clock": rate.clock, "clock_label": rule.label if rule is not None else rate.clock,
        "on_time": rate.on_time, "late": rate.late, "overdue": rate.overdue,
        "rate": round(rate.rate, 4) if rate.rate is not None else None,
    }  # fmt: skip
