"""``gkflow daemon`` (守护进程): sweeps daily, delivers always; or both once."""

from __future__ import annotations

from datetime import timedelta

import typer

import gkflow
from gkflow.cli.commands import deliver, sweep
from gkflow.cli.opening import warn
from gkflow.daemon import Daemon
from gkflow.domain.sentences import said
from gkflow.present import require_machine_clock


def command(
    once: bool = typer.Option(
        False, "--once",
        help=said("sweep and deliver once, then exit (for cron)"),
    ),
    every: float = typer.Option(
        5, "--every", metavar=said("MINUTES"), min=0.1,
        help=said("look every so many minutes for days not yet swept"),
    ),
) -> None:  # fmt: skip
    """Run until SIGTERM or Ctrl-C; log lines are JSON on stderr."""
    require_machine_clock()
    with gkflow.open() as office:
        if once:
            warn(office)
            typer.echo(sweep.summary(office.tick()))
            typer.echo(deliver.summary(office.deliver()))
            if office.settings.endpoints:
                typer.echo(deliver.posted_summary(office.endpoints.post()))
            return
        office.rules  # noqa: B018  (faults of the rule files are reported now, not in the log)
        Daemon(office, every=timedelta(minutes=every)).run()
