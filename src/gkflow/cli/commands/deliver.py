"""``gkflow deliver`` (送发): send the waiting notices, post the events to the endpoints, and exit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

import gkflow
from gkflow.cli import options
from gkflow.cli.output import print_json
from gkflow.words.language import listed, say

if TYPE_CHECKING:
    from gkflow.application.deliver import Delivery
    from gkflow.application.posting import Posted


def command(format: str = options.TEXT_OR_JSON) -> None:
    """Send the waiting notices, and exit."""
    with gkflow.open() as office:
        sent = office.deliver()
        row: dict[str, object] = {
            "delivered": sent.delivered,
            "failed": sent.failed,
            "dead": sent.dead,
            "held": sent.held,
        }
        if format == "text":
            typer.echo(summary(sent))
        if office.settings.endpoints:
            posted = office.endpoints.post()
            row |= {"posted": posted.posted, "failing": list(posted.failing), "parked": list(posted.parked)}
            if format == "text":
                typer.echo(posted_summary(posted))
    if format == "json":
        print_json([row])


def posted_summary(posted: Posted) -> str:
    """What was posted to the endpoints, as text."""
    words = say("{posted} {posted:event|events} posted", posted=posted.posted)
    if posted.failing:
        words += say("; endpoints that fail: {names} (gkflow endpoints)", names=listed(posted.failing))
    return words + say(".")


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
