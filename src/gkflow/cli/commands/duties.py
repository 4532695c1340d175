"""``gkflow duties`` (周期职责): what comes round, when it is due, and whether the office has taken it on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from gkflow.cli import options
from gkflow.cli.language import label_of, say

if TYPE_CHECKING:
    from gkflow.cli.output import Column
    from gkflow.office import Office
    from gkflow.recurring_tasks import Round


def command(
    through: str = typer.Option(
        "", "--through", metavar=say("日期", "DAY"),
        help=say("列到哪一天（默认一年以内）", "through that day (default: one year on)"),
    ),
    format: str = options.FORMAT,
    output: str = options.OUTPUT,
) -> None:  # fmt: skip
    """What comes round, due by due."""
    from dateutil.relativedelta import relativedelta

    from gkflow.cli.output import show
    from gkflow.domain.case import legal_day
    from gkflow.office import open_office

    asked = options.day(through)
    with open_office() as office:
        today = legal_day(office.moment(None))
        last = asked or today + relativedelta(years=1)
        if last > today + relativedelta(years=_MOST_YEARS):
            raise typer.BadParameter(
                say(
                    f"--through {last}：最多列到 {_MOST_YEARS} 年以后", f"--through {last}: {_MOST_YEARS} years at most"
                )
            )
        if last < today:
            raise typer.BadParameter(say(f"--through {last}：已经过去", f"--through {last} has passed"))
        rounds = office.recurring_tasks.coming(last, as_of=today)
        rows = [_row(each) for each in rounds]
        hint = how_to_take_on(office)
    title = say(f"周期职责（{today} 至 {last}）", f"Recurring duties ({today} to {last})")
    show(rows, _columns(), format, output or None, title)
    if format == "table":
        if not rows:
            typer.echo(say(f"至 {last} 没有到期的周期职责。", f"nothing comes round through {last}."), err=True)
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
    from gkflow.cli.output import Column

    return (
        Column("due", "届满日", "due"),
        Column("label", "职责", "duty", told=lambda row: label_of(row["label"], row["duty"].replace("-", " "))),
        Column("taken_on", "承担", "taken on", words=lambda mine: say(*(_MINE if mine else _NOT_MINE))),
        Column("opens", "立案日", "opens on"),
        Column("case", "案件", "case", solid=True),
        Column("counted", "已完成", "done", told=_counted),
        Column("article", "依据", "article", whole=True),
        Column("duty", "代码", "code"),
    )


def _counted(row: Any) -> str:
    if row["at_least"] is None:
        return ""
    return say(f"{row['counted']} 次（至少 {row['at_least']} 次）", f"{row['counted']} of {row['at_least']}")


_MOST_YEARS = 20  # what comes round has no end, and days off are not foreseen for ever
_MINE, _NOT_MINE = ("承担", "yes"), ("未承担", "no")


def how_to_take_on(office: Office) -> list[str]:
    """What to write into gkflow.toml for the duties that the office has not taken on; nothing where none is left."""
    import json

    mine = [duty.name for duty in office.rules.recurring_tasks]
    left = [name for name in office.rules.rulebook.recurring_tasks if name not in mine]
    if not left:
        return []
    example = json.dumps([*mine, left[0]], ensure_ascii=False)
    others = say("、", ", ").join(left)
    return [
        say(
            f"承担一项职责：在 gkflow.toml 开头（各个 [ ] 之前）写成 duties = {example}；到立案日由巡检立案。",
            f"to take one on, write at the top of gkflow.toml: duties = {example}; a sweep opens its case in time.",
        ),
        say(f"尚未承担：{others}", f"not taken on: {others}"),
    ]
