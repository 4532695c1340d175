"""``gkflow escalations`` (督办记录): what was reached when, who was notified, what was delivered and acknowledged."""

from __future__ import annotations

import typer

from gkflow.cli import options
from gkflow.cli.language import say


def command(
    since: str = typer.Option(
        "", "--since", metavar=say("日期", "DAY"), help=say("从哪一天起的记录", "only from that day on")
    ),
    unacknowledged: bool = typer.Option(
        False, "--unacknowledged", help=say("只看尚未签收的", "only those not yet acknowledged")
    ),
    case: str = typer.Option("", "--case", metavar=say("案件", "CASE"), help=say("只看这件案件", "only of this case")),
    format: str = options.FORMAT,
    output: str = options.OUTPUT,
) -> None:
    """Show the escalation log, oldest first."""
    from gkflow.cli.escalation_rows import COLUMNS, escalation_rows
    from gkflow.cli.output import show
    from gkflow.office import open_office

    with open_office() as office:
        records = office.escalations(since=options.day(since), unacknowledged=unacknowledged, case=case)
        rows = escalation_rows(office, records)
    show(rows, COLUMNS, format, output or None, say("督办记录", "Escalations"))
    if format == "table" and not rows:
        typer.echo(say("没有督办记录。", "no escalations."), err=True)
