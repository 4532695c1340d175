"""``gkflow unsubscribe`` (退订): end a subscription; its waiting messages are not sent."""

from __future__ import annotations

import typer

import gkflow
from gkflow.domain.sentences import said
from gkflow.words.language import say


def command(
    token: str = typer.Argument(
        ..., metavar=said("TOKEN"),
        help=said("given on subscribing; -- goes before one with a dash"),
    ),
) -> None:  # fmt: skip
    """End a subscription."""
    with gkflow.open() as office:
        waiting = office.subscriptions.leave(token.strip())
    left = (
        say("; {waiting} {waiting:message|messages} that waited {waiting:is|are} not sent", waiting=waiting)
        if waiting
        else ""
    )
    print(say("the subscription has ended{left}.", left=left))
