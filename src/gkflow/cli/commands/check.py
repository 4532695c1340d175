"""``gkflow check`` (检查规则文件): strict reading of every file, and whether the rulebook is consistent."""

from __future__ import annotations

import os

import typer

from gkflow.checking import check_rules
from gkflow.files.home import FILE_NAME, home_folder
from gkflow.words.language import say


def command() -> None:
    """Check the packaged rule files and the office's own; every fault with file and line, exit code 1."""
    book = check_rules()
    home = home_folder()
    if os.environ.get("GKFLOW_HOME") and not (home / FILE_NAME).is_file():
        left_out = say(
            "GKFLOW_HOME: {home} has no {file}; without it the settings are the defaults", home=home, file=FILE_NAME
        )
        typer.echo(left_out, err=True)
    limits, states = len(book.law.limits), sum(len(workflow.states) for workflow in book.workflows.values())
    workflows, ladders = len(book.workflows), len(book.ladders)
    typer.echo(
        say(
            "no faults: {workflows} {workflows:workflow|workflows} ({states} {states:state|states}), "
            "{limits} {limits:limit|limits}, {ladders} {ladders:ladder|ladders}.",
            workflows=workflows,
            states=states,
            limits=limits,
            ladders=ladders,
        )
    )
