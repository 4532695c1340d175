"""``gkflow schema`` (文件格式): the JSON Schema of a kind of file, for editors and programs; no office is needed."""

from __future__ import annotations

import sys

import typer

from gkflow.cli import options
from gkflow.cli.language import say
from gkflow.cli.screen import as_it_is


def command(
    kind: str = typer.Argument(
        "",
        metavar=say("[种类]", "[KIND]"),
        help=say("文件种类，例如 workflow；不写则列出各种", "a kind of file, such as workflow; none: list them"),
    ),
    format: str = options.formats("table", "json", help=say("各种类的输出格式", "output format of the list of kinds")),
) -> None:
    """Print the JSON Schema of a kind of file, or list the kinds."""
    from gkflow.files.schemas import KINDS, schema_text

    if not kind:
        _list(format)
        return
    found = KINDS.get(kind) or next((each for each in KINDS.values() if each.zh == kind), None)
    if found is None:
        zh = "、".join(f"{each.zh}({each.name})" for each in KINDS.values())
        en = ", ".join(KINDS)
        raise typer.BadParameter(say(f"没有文件种类“{kind}”；有：{zh}", f'no kind "{kind}"; there are: {en}'))
    # Another program reads it: it is printed as it is, whatever the terminal.
    typer.echo(schema_text(found), nl=False, file=as_it_is(sys.stdout))


def _list(format: str) -> None:
    from gkflow.cli.output import Column, show
    from gkflow.files.schemas import KINDS

    rows = [
        {"kind": kind.name, "label": kind.zh, "meaning": kind.en, "files": list(kind.files)} for kind in KINDS.values()
    ]
    columns = (
        Column("kind", "种类", "kind", solid=True),
        Column("label", "名称", "meaning", told=lambda row: say(row["label"], row["meaning"])),
        Column("files", "文件", "files", told=lambda row: say("、", ", ").join(row["files"])),
    )
    show(rows, columns, format)
