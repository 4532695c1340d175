"""``gkflow subscriptions`` (订阅一览): who is notified of what is published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from gkflow.cli import options
from gkflow.cli.language import say

if TYPE_CHECKING:
    from gkflow.application.ports import SubscriptionLine
    from gkflow.cli.output import Column
    from gkflow.domain.rulebook import Rulebook


def command(
    every: bool = typer.Option(False, "--all", help=say("连同已退订的", "those that have ended as well")),
    format: str = options.FORMAT,
    output: str = options.OUTPUT,
) -> None:
    """Show the subscriptions, oldest first."""
    from gkflow.cli.output import show
    from gkflow.office import open_office

    with open_office() as office:
        book = office.rules.rulebook
        rows = [subscription_row(book, line) for line in office.subscriptions.all(live=not every)]
    show(rows, _columns(), format, output or None, say("订阅", "Subscriptions"))
    if format == "table" and not rows:
        typer.echo(say("没有订阅。", "no subscriptions."), err=True)


def subscription_row(book: Rulebook, line: SubscriptionLine) -> dict[str, Any]:
    """A subscription as JSON carries it."""
    from gkflow.cli.commands.subscribe import item_label
    from gkflow.domain.address import masked

    return {
        "id": line.id, "name": line.name, "channel": line.channel,
        "address": masked(line.channel, line.address) or None,
        "item": line.item or None, "item_label": item_label(book, line.item), "audience": line.audience or None,
        "since": line.since, "left_at": line.left_at, "token": line.token,
    }  # fmt: skip


def _columns() -> tuple[Column, ...]:
    from gkflow.cli.commands.notices import channel_words
    from gkflow.cli.escalation_rows import short_moment
    from gkflow.cli.output import Column

    return (
        Column("id", "编号", "id"),
        Column("name", "订阅人", "name"),
        Column("channel", "方式", "channel", words=channel_words),
        Column("address", "地址", "address"),
        Column("item", "事项", "item", told=lambda row: row["item_label"] or row["item"] or say("全部", "all")),
        Column("audience", "服务对象", "audience"),
        Column("since", "订阅时间", "since", words=short_moment, solid=True),
        Column("left_at", "退订时间", "left at", words=short_moment, solid=True),
        Column("token", "退订码", "token"),
    )
