"""``gkflow subscriptions`` (订阅一览): who is notified of publications."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

import gkflow
from gkflow.cli import options
from gkflow.cli.columns import Column
from gkflow.cli.commands.notices import channel_words
from gkflow.cli.escalation_rows import short_moment
from gkflow.cli.output import show
from gkflow.cli.subscription_rows import subscription_row
from gkflow.domain.sentences import said, said_as
from gkflow.words.language import say

if TYPE_CHECKING:
    pass


def command(
    every: bool = typer.Option(False, "--all", help=said("those that have ended as well")),
    format: str = options.FORMAT,
    output: str = options.OUTPUT,
) -> None:
    """Show the subscriptions, oldest first."""
    with gkflow.open() as office:
        book = office.rules.rulebook
        rows = [subscription_row(book, line) for line in office.subscriptions.all(live=not every)]
    show(rows, _columns(), format, output or None, say("Subscriptions"))
    if format == "table" and not rows:
        typer.echo(say("no subscriptions."), err=True)


def _columns() -> tuple[Column, ...]:
    return (
        Column("id", said("id")),
        Column("name", said_as("subscriptions.name", "name")),
        Column("channel", said("channel"), words=channel_words),
        Column("address", said("address")),
        Column("item", said("item"), row_words=lambda row: row["item_label"] or row["item"] or say("all")),
        Column("audience", said("audience")),
        Column("since", said_as("subscriptions.since", "since"), words=short_moment, solid=True),
        Column("left_at", said("left at"), words=short_moment, solid=True),
        Column("token", said("token")),
    )
