"""``gkflow deliver`` (送发): send what waits, and exit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from gkflow.cli import options
from gkflow.cli.language import say

if TYPE_CHECKING:
    from gkflow.application.deliver import Delivery


def command(format: str = options.TEXT_OR_JSON) -> None:
    """Send the notices that wait, and exit."""
    from gkflow.office import open_office

    with open_office() as office:
        sent = office.deliver()
    if format == "json":
        from gkflow.cli.output import print_json

        print_json([{"delivered": sent.delivered, "failed": sent.failed, "dead": sent.dead, "held": sent.held}])
        return
    typer.echo(summary(sent))


def summary(sent: Delivery) -> str:
    """What a delivery did, in words."""
    if not sent.delivered and not sent.failed:
        words = say("没有可以送发的通知。", "no notices to send.")
    else:
        words = say(f"已送出 {sent.delivered} 条通知", f"{sent.delivered} notices sent")
        if sent.failed:
            words += say(f"，未送达 {sent.failed} 条", f", {sent.failed} failed")
        if sent.dead:
            words += say(
                f"（其中 {sent.dead} 条不再重试，见 gkflow notices --dead）",
                f" ({sent.dead} for good: gkflow notices --dead)",
            )
        words += say("。", ".")
    if sent.held:
        words += say("现在是免打扰时段，其余通知到时再送。", " Quiet hours: the others wait.")
    return words
