"""``gkflow ack`` (签收督办): by whom and with what words."""

from __future__ import annotations

import typer

from gkflow.cli import options
from gkflow.cli.language import say


def command(
    ids: list[int] = typer.Argument(
        None, metavar=say("[编号]…", "[ID]…"), help=say("督办记录的编号", "ids of escalations")
    ),
    case: str = typer.Option(
        "", "--case", metavar=say("案件", "CASE"),
        help=say("签收这件案件全部未签收的督办", "all of this case that are not yet acknowledged"),
    ),
    words: str = typer.Option(
        "", "--words", metavar=say("意见", "WORDS"), help=say("签收意见，必填", "what is said to it; must be given")
    ),
    by: str = options.BY,
) -> None:  # fmt: skip
    """Acknowledge escalations by id, or all of a case."""
    from gkflow.cli.acting import acting, login
    from gkflow.office import open_office

    if not ids and not case:
        raise typer.BadParameter(say("写明督办编号，或者 --case 案件", "name ids, or --case CASE"))
    if not words.strip():
        raise typer.BadParameter(say("签收要写明意见：--words …", "say something to it: --words …"))
    for id_ in ids or ():
        options.whole(str(id_), say("编号", "ID"), 1, 2**63 - 1)
    with open_office() as office:
        if case:
            office.view(case)  # an unknown case is refused, not taken for one without escalations
        done = office.ack(ids or (), case=case, by=acting(office, by, otherwise=login()), words=words)
    if done:
        numbers = say("、", ", ").join(map(str, done))
        typer.echo(say(f"已签收 {len(done)} 条督办：{numbers}", f"{len(done)} acknowledged: {numbers}"))
    if before := sorted(set(ids or ()) - set(done)):
        numbers = say("、", ", ").join(map(str, before))
        typer.echo(say(f"此前已经签收，不再重复：{numbers}", f"acknowledged before: {numbers}"))
    elif not done:
        typer.echo(say(f"案件 {case} 没有待签收的督办。", f"nothing to acknowledge in case {case}."))
