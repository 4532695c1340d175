"""``gkflow unsubscribe`` (退订): a subscription ends, and what still waits for it is not sent."""

from __future__ import annotations

import typer

from gkflow.cli.language import say


def command(
    token: str = typer.Argument(
        ..., metavar=say("退订码", "TOKEN"),
        help=say("订阅时给出的退订码；以 - 开头的，前面加 --", "given on subscribing; -- goes before one with a dash"),
    ),
) -> None:  # fmt: skip
    """End a subscription."""
    from gkflow.office import open_office

    with open_office() as office:
        waiting = office.subscriptions.leave(token.strip())
    left = say(f"，{waiting} 条待发的不再送出", f"; {waiting} messages that waited are not sent") if waiting else ""
    print(say(f"已退订{left}。", f"the subscription has ended{left}."))
