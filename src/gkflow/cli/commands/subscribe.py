"""``gkflow subscribe`` (订阅): who is notified of publications, by which channel, with which token to leave."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from gkflow.cli import options
from gkflow.domain.sentences import said
from gkflow.words.language import label_of, say

if TYPE_CHECKING:
    from gkflow.domain.rulebook import Rulebook


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
    from gkflow.cli.commands.notices import channel_words
    from gkflow.cli.commands.subscriptions import subscription_row
    from gkflow.cli.output import print_json
    from gkflow.office import open_office
    from gkflow.plugs import masked

    if not name.strip():
        raise typer.BadParameter(say("name who subscribes"))
    with open_office() as office:
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
    """The command by which a subscription ends; a token that looks like an option stands behind two dashes."""
    return f"gkflow unsubscribe {'-- ' if token.startswith('-') else ''}{token}"


def _named_things(book: Rulebook) -> Iterator[tuple[str, str]]:
    """The workflows, fields and items that have a code, each with its label."""
    for flow in book.workflows.values():
        yield flow.name, flow.label
    for flow in book.workflows.values():
        for fact in ("field", "item"):
            spec = flow.facts.get(fact)
            yield from spec.choices.items() if spec is not None else ()


def item_named(book: Rulebook, text: str) -> str:
    """The code of a workflow, a field or an item; an item of a catalogue without one is taken as it is written."""
    wanted = text.strip()
    return next((code for code, label in _named_things(book) if wanted and wanted in (code, label)), wanted)


def item_label(book: Rulebook, code: str) -> str | None:
    """What a workflow, a field or an item is called; None for one without a label."""
    return next((label_of(label, each) for each, label in _named_things(book) if code == each), None)
