"""``gkflow escalations`` (督办记录): the steps reached, who was notified, what was delivered and acknowledged."""

from __future__ import annotations

import typer

import gkflow
from gkflow.cli import options
from gkflow.cli.escalation_rows import columns, escalation_rows
from gkflow.cli.output import show
from gkflow.domain.sentences import said
from gkflow.words.language import say


def command(
    since: str = typer.Option("", "--since", metavar=said("DAY"), help=said("only from that day on")),
    unacknowledged: bool = typer.Option(False, "--unacknowledged", help=said("only those not yet acknowledged")),
    case: str = typer.Option("", "--case", metavar=said("CASE"), help=said("only of this case")),
    format: str = options.FORMAT,
    output: str = options.OUTPUT,
) -> None:
    """Show the escalation log, oldest first."""
    with gkflow.open() as office:
        records = office.escalations(since=options.day(since), unacknowledged=unacknowledged, number=case)
        rows = escalation_rows(office, records)
    show(rows, columns(office), format, output or None, say("Escalations"))
    if format == "table" and not rows:
        typer.echo(say("no escalations."), err=True)
