"""``gkflow export`` (导出): the register again, or what of the cases may be published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from gkflow.cli import options
from gkflow.cli.language import say

if TYPE_CHECKING:
    from gkflow.office import Office


def command(
    cases: list[str] = typer.Argument(
        None, metavar=say("[案件]…", "[CASE]…"), help=say("案件编号；不写则为全部", "cases; without any, all of them")
    ),
    published: bool = typer.Option(
        False, "--published", help=say("只导出可以公开的信息", "only what may be shown to the public")
    ),
    format: str = options.formats("csv", "json", "xlsx"),
    output: str = options.OUTPUT,
) -> None:
    """Export the register in the form that import reads, or the public records."""
    from gkflow.cli.output import Column, show
    from gkflow.office import open_office

    ending = output.rpartition(".")[2].lower()
    if format == "csv" and ending in ("json", "xlsx"):
        format = ending  # --output register.xlsx says it already
    with open_office() as office:
        for case in cases or ():
            office.view(case)  # an unknown case is told before anything is written
        if published:
            first: tuple[str, ...] = (say("案件编号", "case"),)
            found = {number: office.published(number) for number in cases or _that_may_lie_open(office)}
            rows = [{first[0]: number, **record} for number, record in found.items() if record]
            if kept := sum(not record for record in found.values()):
                typer.echo(
                    say(f"{kept} 件没有可以公开的内容。", f"{kept} cases have nothing that may be shown."), err=True
                )
        else:
            from gkflow.application.register import COLUMNS

            rows, first = office.export(cases or None), COLUMNS
    names = dict.fromkeys([*first, *(name for row in rows for name in row)])
    if format == "json":
        # Keys are always there.
        rows = [{name: row.get(name) for name in names} for row in rows]
    columns: list[Any] = [Column(name, name, name) for name in names]
    show(rows, columns, format, output or None, say("台账", "register"))


def _that_may_lie_open(office: Office) -> list[str]:
    """All cases but those of workflows of which nothing ever leaves."""
    flows = office.rules.rulebook.workflows
    lines = office.cases(every=True)
    return [each.case for each in lines if each.workflow in flows and not flows[each.workflow].publication.never]
