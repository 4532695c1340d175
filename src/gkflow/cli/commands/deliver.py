"""``gkflow deliver`` (送发): send the waiting notices, and exit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

import gkflow
from gkflow.cli import options
from gkflow.cli.output import print_json
from gkflow.words.language import say

if TYPE_CHECKING:
    from gkflow.application.deliver import Delivery


def command(format: str = options.TEXT_OR_JSON) -> None:
    """Send the waiting notices, and exit."""
    with gkflow.open() as office:
        sent = office.deliver()
    if format == "json":
        print_json([{"delivered": sent.delivered, "failed": sent.failed, "dead": sent.dead, "held": sent.held}])
        return
    typer.echo(summary(sent))


def summary(sent: Delivery) -> str:
    """The result of a delivery as text."""
    if not sent.delivered and not sent.failed:
        words = say("no notices to send.")
    else:
        words = say("{delivered} {delivered:notice|notices} sent", delivered=sent.delivered)
        if sent.failed:
            words += say(", {failed} failed", failed=sent.failed)
        if sent.dead:
            words += say(" ({dead} for good: gkflow notices --dead)", dead=sent.dead)
        words += say(".")
    if sent.held:
        words += say(" Quiet hours: the others wait.")
    return words
