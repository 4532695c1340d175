"""``gkflow schema`` (文件格式): the JSON Schema of a kind of file, for editors and programs; no office is needed."""

from __future__ import annotations

import sys

import typer

from gkflow.cli import options
from gkflow.cli.columns import Column
from gkflow.cli.output import show
from gkflow.cli.screen import as_it_is
from gkflow.domain.sentences import said, said_as
from gkflow.files.schemas import KINDS, schema_text
from gkflow.words.language import label_or, listed, say


def command(
    kind: str = typer.Argument(
        "",
        metavar=said("[KIND]"),
        help=said("a kind of file, such as workflow; none: list them"),
    ),
    format: str = options.formats("table", "json", help=said("output format of the list of kinds")),
) -> None:
    """Print the JSON Schema of a kind of file, or list the kinds."""
    if not kind:
        _list(format)
        return
    found = KINDS.get(kind) or next((each for each in KINDS.values() if each.zh == kind), None)
    if found is None:
        names = [label_or(f"{each.zh}({each.name})", each.name) for each in KINDS.values()]
        raise typer.BadParameter(say('no kind "{kind}"; there are: {names}', kind=kind, names=names))
    # Another program reads it: it is printed unchanged on every terminal.
    typer.echo(schema_text(found), nl=False, file=as_it_is(sys.stdout))


def _list(format: str) -> None:
    rows = [
        {"kind": kind.name, "label": kind.zh, "meaning": kind.en, "files": list(kind.files)} for kind in KINDS.values()
    ]
    columns = (
        Column("kind", said_as("schema.kind", "kind"), solid=True),
        Column("label", said("meaning"), row_words=lambda row: label_or(row["label"], row["meaning"])),
        Column("files", said("files"), row_words=lambda row: listed(row["files"])),
    )
    show(rows, columns, format)
