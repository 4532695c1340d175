"""``gkflow worker`` (工作进程): the daemon's jobs, shared by several hosts with one PostgreSQL."""

from __future__ import annotations

import typer

import gkflow
from gkflow.daemon import Daemon
from gkflow.domain.sentences import said
from gkflow.present import require_machine_clock


def command(
    once: bool = typer.Option(
        False, "--once",
        help=said("do the jobs that wait, then exit"),
    ),
    concurrency: int = typer.Option(
        4, "--concurrency", metavar=said("NUMBER"), min=1, max=32,
        help=said("how many jobs at a time"),
    ),
) -> None:  # fmt: skip
    """Run until SIGTERM or Ctrl-C; start as many as wanted, on any host. Log lines are JSON on stderr."""
    require_machine_clock()
    with gkflow.open() as office:
        office.rules  # noqa: B018  (faults of the rule files are reported now, not in the log)
        from gkflow.worker import Worker

        worker = Worker(Daemon(office), concurrency=concurrency)
        worker.run_once() if once else worker.run()
