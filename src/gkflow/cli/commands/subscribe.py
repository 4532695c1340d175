"""``gkflow subscribe`` (订阅): who is notified of publications, by which channel, with which unsubscribe token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

import gkflow
from gkflow.cli import options
from gkflow.cli.commands.notices import channel_words
from gkflow.cli.output import print_json
from gkflow.cli.subscription_rows import item_named, subscription_row
from gkflow.domain.sentences import said
from gkflow.plugs import masked
from gkflow.words.language import say

if TYPE_CHECKING:
    pass


def command(
    name: str = typer.Argument(..., metavar=said("NAME"), help=said("who subscribes")),
    channel: str = typer.Option(
        ..., "--channel", metavar=said("C"), help="file console mail webhook chat"
    ),
    address: str = typer.Option(
        "", "--address", metavar=said("A"), help=said("for mail, webhook and chat")
    ),
    item: str = typer.Option(
        "", "--item", metavar=said("I"),
        help=said("an item, a field or a workflow (default: all)"),
    ),
    audience: str = typer.Option(
        "", "--audience", metavar=said("G"),
        help=said("a group of people (default: anybody)"),
    ),
    format: str = options.TEXT_OR_JSON,
) -> None:  # fmt: skip
    """Subscribe to what is published."""
    if not name.strip():
        raise typer.BadParameter(say("name who subscribes"))
    with gkflow.open() as office:
        book = office.rules.rulebook
        known = {each.token for each in office.subscriptions.all(live=True)}
        line = office.subscriptions.add(
            name.strip(), channel.strip(), address.strip(), item=item_named(book, item), audience=audience.strip()
        )
        row = subscription_row(book, line)
    if format == "json":
        print_json(row)
        return
    by = " ".join(part for part in (channel_words(line.channel), masked(line.channel, line.address)) if part)
    of = row["item_label"] or line.item or say("all that is published")
    group = say(", for {audience}", audience=line.audience) if line.audience else ""
    if line.token in known:
        print(say("there is such a subscription already:"))
    print(say("subscribed  {name}, {by}: {of}{group}", name=line.name, by=by, of=of, group=group))
    print(say("to leave    {leaving}", leaving=leaving(line.token)))


def leaving(token: str) -> str:
    """The command that ends a subscription; a token that looks like an option comes after two dashes."""
    return f"gkflow unsubscribe {'-- ' if token.startswith('-') else ''}{token}"
