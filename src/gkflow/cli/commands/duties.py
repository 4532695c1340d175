"""``gkflow duties`` (周期职责): recurring tasks, when they are due, and whether the office has taken them on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import typer
from dateutil.relativedelta import relativedelta

import gkflow
from gkflow.cli import options
from gkflow.cli.columns import Column
from gkflow.cli.output import show
from gkflow.domain.case import legal_day
from gkflow.domain.sentences import said, said_as
from gkflow.words.language import label_of, listed, say, translated

if TYPE_CHECKING:
    from gkflow.office import Office
    from gkflow.recurring_tasks import Round


def command(
    through: str = typer.Option(
        "", "--through", metavar=said("DAY"),
        help=said("through that day (default: one year on)"),
    ),
    format: str = options.FORMAT,
    output: str = options.OUTPUT,
) -> None:  # fmt: skip
    """The recurring tasks, by due day."""
    asked = options.day(through)
    with gkflow.open() as office:
        today = legal_day(office.moment(None))
        last = asked or today + relativedelta(years=1)
        if last > today + relativedelta(years=_MOST_YEARS):
            raise typer.BadParameter(
                say("--through {last}: {most} {most:year|years} at most", last=last, most=_MOST_YEARS)
            )
        if last < today:
            raise typer.BadParameter(say("--through {last} has passed", last=last))
        rounds = office.recurring_tasks.coming(last, as_of=today)
        rows = [_row(each) for each in rounds]
        hint = how_to_take_on(office)
    title = say("Recurring duties ({today} to {last})", today=today, last=last)
    show(rows, _columns(), format, output or None, title)
    if format == "table":
        if not rows:
            typer.echo(say("nothing comes round through {last}.", last=last), err=True)
        for line in hint:
            typer.echo(line, err=bool(output))


def _row(each: Round) -> dict[str, Any]:
    return {
        "due": each.due, "duty": each.duty.name, "label": each.duty.label, "taken_on": each.taken_on,
        "opens": each.opens, "case": each.case, "counted": each.counted,
        "at_least": each.duty.counts.at_least if each.duty.counts is not None else None,
        "article": each.duty.cite or None,
    }  # fmt: skip


def _columns() -> tuple[Column, ...]:
    return (
        Column("due", said("due")),
        Column("label", said("duty"), row_words=lambda row: label_of(row["label"], row["duty"].replace("-", " "))),
        Column("taken_on", said("taken on"), words=lambda mine: translated(_MINE if mine else _NOT_MINE)),
        Column("opens", said("opens on")),
        Column("case", said("case"), solid=True),
        Column("counted", said("done"), row_words=_counted),
        Column("article", said("article"), whole=True),
        Column("duty", said("code")),
    )


def _counted(row: Any) -> str:
    if row["at_least"] is None:
        return ""
    return say("{counted} of {at_least}", counted=row["counted"], at_least=row["at_least"])


_MOST_YEARS = 20  # recurring tasks have no end, and days off are not predicted forever
_MINE, _NOT_MINE = said_as("duties", "yes"), said_as("duties", "no")


def how_to_take_on(office: Office) -> list[str]:
    """The lines for gkflow.toml for tasks that the office has not taken on; empty if there are none."""
    mine = [duty.name for duty in office.rules.recurring_tasks]
    left = [name for name in office.rules.rulebook.recurring_tasks if name not in mine]
    if not left:
        return []
    example = json.dumps([*mine, left[0]], ensure_ascii=False)
    others = listed(left)
    return [
        say(
            "to take one on, write at the top of gkflow.toml: duties = {example}; a sweep opens its case in time.",
            example=example,
        ),
        say("not taken on: {others}", others=others),
    ]
