"""``gkflow check`` (检查规则文件): strict reading of every file, and whether the rulebook is consistent."""

from __future__ import annotations

import typer

from gkflow.bootstrap import check_rules
from gkflow.words.language import say


def command() -> None:
    """Check the packaged rule files and the office's own; every fault with file and line, exit code 1."""
    book = check_rules()
    limits, states = len(book.law.limits), sum(len(workflow.states) for workflow in book.workflows.values())
    workflows, ladders = len(book.workflows), len(book.ladders)
    typer.echo(
        say(
            "no faults: {workflows} workflows ({states} states), {limits} limits, {ladders} ladders.",
            workflows=workflows,
            states=states,
            limits=limits,
            ladders=ladders,
        )
    )
