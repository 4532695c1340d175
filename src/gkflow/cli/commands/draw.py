"""``gkflow draw`` (流程图): a workflow as Mermaid; no office is needed."""

from __future__ import annotations

import sys

import typer

from gkflow.application.draw import draw
from gkflow.bootstrap import rulebook
from gkflow.cli import options
from gkflow.cli.screen import as_it_is
from gkflow.domain.sentences import said
from gkflow.files.home import home_folder
from gkflow.words.language import label_of, say


def command(
    workflow: str = typer.Argument(
        ...,
        metavar=said("WORKFLOW"),
        help=said("the workflow, such as request"),
    ),
    format: str = options.formats("mermaid"),
) -> None:
    """Print a diagram of a workflow."""
    book = rulebook(home_folder())
    by_label = {each.label: each for each in book.workflows.values()}
    found = by_label.get(workflow) or book.workflow(workflow)
    # Another program draws it: a broken line would change the diagram.
    typer.echo(draw(found, label_of, say("not yet there")), file=as_it_is(sys.stdout))
