"""``gkflow rebuild`` (重建台账): docket and clocks drawn up anew from the record."""

from __future__ import annotations

import typer

from gkflow.cli.language import say


def command(
    dry_run: bool = typer.Option(False, "--dry-run", help=say("只比较，不写入", "compare only, write nothing")),
) -> None:
    """Draw up docket and clocks anew from the record."""
    from gkflow.office import open_office

    with open_office() as office:
        count, changed = office.rebuild(dry_run=dry_run)
    for case in changed:
        typer.echo(say(f"案件 {case}：台账与办理记录不符", f"case {case} stood otherwise"))
    if dry_run:
        end = say(
            f"比较了 {count} 件案件，{len(changed)} 件与办理记录不符；未写入。",
            f"{count} cases compared, {len(changed)} stood otherwise; nothing written.",
        )
    elif changed:
        end = say(
            f"已由办理记录重建 {count} 件案件，更正 {len(changed)} 件。",
            f"{count} cases rebuilt, {len(changed)} put right.",
        )
    else:
        end = say(f"已由办理记录重建 {count} 件案件，与原台账一致。", f"{count} cases rebuilt; all stood as before.")
    typer.echo(end)
