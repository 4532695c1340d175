"""``gkflow events`` (事件): what happened, in the sequence in which other systems read it."""

from __future__ import annotations

from datetime import datetime

import typer

import gkflow
from gkflow.cli import options
from gkflow.cli.columns import Column
from gkflow.cli.escalation_rows import short_moment
from gkflow.cli.output import show
from gkflow.domain.event import Audience
from gkflow.domain.sentences import said, said_as
from gkflow.words.language import say, translated


def command(
    after: str = typer.Option(
        "", "--after", metavar=said("CURSOR"), help=said("the events after this one (default: from the first on)")
    ),
    limit: str = typer.Option("", "--limit", metavar="N", help=said("at most N events (default: 100)")),
    format: str = options.FORMAT,
    output: str = options.OUTPUT,
) -> None:  # fmt: skip
    """List the events, oldest first."""
    most = options.whole(limit or "100", "--limit", 1)
    with gkflow.open() as office:
        found = office.events(after, limit=most)
    show([event.as_dict() for event in found], _columns(), format, output or None, say("Events"))
    if format == "table" and not found:
        typer.echo(say("no events."), err=True)
    elif format == "table" and len(found) == most:
        typer.echo(say("more: the same command with --after {cursor}", cursor=found[-1].cursor), err=True)


def _columns() -> tuple[Column, ...]:
    return (
        Column("cursor", said("cursor")),
        Column("at", said("moment"), words=lambda text: short_moment(datetime.fromisoformat(text)), solid=True),
        Column("type", said("event")),
        Column("case", said("case"), solid=True),
        Column("seq", said("entry")),
        Column("audience", said("concerns"), words=_audience_words),
        Column("facts", said("facts"), words=_facts_words, below=True),
    )


def _audience_words(audience: str) -> str:
    words = {
        Audience.APPLICANT: said_as("events", "the applicant"),
        Audience.UNIT: said_as("events", "the unit"),
        Audience.NOBODY: said_as("events", "nobody"),
    }
    return translated(words[Audience(audience)])


def _facts_words(facts: dict[str, object]) -> list[str]:
    return [f"{name}={value}" for name, value in facts.items() if value not in (None, "")]
