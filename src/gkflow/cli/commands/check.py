"""``gkflow check`` (检查规则文件): strict reading of every file, and whether the rulebook agrees with itself."""

from __future__ import annotations

import typer

from gkflow.cli.language import say


def command() -> None:
    """Check the packaged rule files and the office's own; every fault with file and line, exit code 1."""
    from gkflow.bootstrap import check_rules

    book = check_rules()
    limits, states = len(book.law.limits), sum(len(workflow.states) for workflow in book.workflows.values())
    workflows, ladders = len(book.workflows), len(book.ladders)
    typer.echo(
        say(
            f"规则文件无误：{workflows} 个流程（{states} 个状态）、{limits} 项期限、{ladders} 个督办梯级。",
            f"no faults: {workflows} workflows ({states} states), {limits} limits, {ladders} ladders.",
        )
    )
