"""``gkflow rebuild`` (重建台账): docket and clocks recomputed from the record."""

from __future__ import annotations

import typer

import gkflow
from gkflow.domain.sentences import said
from gkflow.words.language import say


def command(
    dry_run: bool = typer.Option(False, "--dry-run", help=said("compare only, write nothing")),
) -> None:
    """Rebuild docket and clocks from the record."""
    with gkflow.open() as office:
        count, changed = office.rebuild(dry_run=dry_run)
    for case in changed:
        typer.echo(say("case {case} stood otherwise", case=case))
    if dry_run:
        end = say(
            "{count} {count:case|cases} compared, {changed} stood otherwise; nothing written.",
            count=count,
            changed=len(changed),
        )
    elif changed:
        end = say("{count} {count:case|cases} rebuilt, {changed} put right.", count=count, changed=len(changed))
    else:
        end = say("{count} {count:case|cases} rebuilt; all stood as before.", count=count)
    typer.echo(end)
