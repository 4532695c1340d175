"""``gkflow ack`` (签收督办): by whom and with which remark."""

from __future__ import annotations

import typer

import gkflow
from gkflow.cli import options
from gkflow.cli.acting import acting, login
from gkflow.domain.sentences import said
from gkflow.words.language import listed, say


def command(
    ids: list[int] = typer.Argument(
        None, metavar=said("[ID]…"), help=said("ids of escalations")
    ),
    case: str = typer.Option(
        "", "--case", metavar=said("CASE"),
        help=said("all of this case that are not yet acknowledged"),
    ),
    words: str = typer.Option(
        "", "--words", metavar=said("WORDS"), help=said("what is said to it; must be given")
    ),
    by: str = options.BY,
) -> None:  # fmt: skip
    """Acknowledge escalations by id, or all of a case."""
    if not ids and not case:
        raise typer.BadParameter(say("name ids, or --case CASE"))
    if not words.strip():
        raise typer.BadParameter(say("say something to it: --words …"))
    for id_ in ids or ():
        options.whole(str(id_), say("ID"), 1, 2**63 - 1)
    with gkflow.open() as office:
        if case:
            office.view(case)  # an unknown case is refused, not treated as one without escalations
        done = office.ack(ids or (), number=case, by=acting(office, by, otherwise=login()), words=words)
    if done:
        numbers = listed(map(str, done))
        typer.echo(say("{count} acknowledged: {numbers}", count=len(done), numbers=numbers))
    if before := sorted(set(ids or ()) - set(done)):
        numbers = listed(map(str, before))
        typer.echo(say("acknowledged before: {numbers}", numbers=numbers))
    elif not done:
        typer.echo(say("nothing to acknowledge in case {case}.", case=case))
