"""``gkflow check`` (检查规则文件): strict reading of every file, and whether the rulebook agrees with itself."""

from __future__ import annotations

import typer

from gkflow.cli.language import say


def command() -> None:
    """Check the packaged rule files and the office's own; every fault with file and line, exit code 1."""
    from gkflow.bootstrap import home_folder, rulebook

    home = home_folder()
    book = rulebook(home)
    limits, states = len(book.law.limits), sum(len(workflow.states) for workflow in book.workflows.values())
    typer.echo(
        say(
            f"规则文件无误：{len(book.workflows)} 个流程（{states} 个状态）、{limits} 项期限、{len(book.ladders)} 个督办梯级。",
            f"no faults: {len(book.workflows)} workflows ({states} states), {limits} limits, {len(book.ladders)} ladders.",
        )
    )
