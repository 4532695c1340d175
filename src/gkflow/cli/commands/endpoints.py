"""``gkflow endpoints`` (接收端): how far each has been served; test one, resume it, post events again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

import gkflow
from gkflow.cli import options
from gkflow.cli.columns import Column
from gkflow.cli.escalation_rows import short_moment
from gkflow.cli.output import show
from gkflow.domain.objections.facts import NotOneOf
from gkflow.domain.sentences import said, said_as
from gkflow.words.language import listed, say, translated

if TYPE_CHECKING:
    from gkflow.endpoints import Endpoints
    from gkflow.office import Office

_WORDS = {"test": "test", "测试": "test", "resume": "resume", "恢复": "resume", "replay": "replay", "补发": "replay"}


def command(
    word: str = typer.Argument(
        "", metavar=said("WORD"),
        help=said(
            "test: post a test event; resume: post again from where it stopped; replay: post older events. "
            "Without it, the endpoints are listed"
        ),
    ),
    name: str = typer.Argument(
        "", metavar=said_as("endpoints", "NAME"), help=said("the name of the endpoint in the settings")
    ),
    after: str = typer.Option(
        "", "--after", metavar=said("CURSOR"), help=said("after replay: the events after this cursor")
    ),
    from_beginning: bool = typer.Option(
        False, "--from-beginning", help=said("after replay: every event on record")
    ),
    format: str = options.FORMAT,
    output: str = options.OUTPUT,
) -> None:  # fmt: skip
    """List the endpoints, or look after one."""
    chosen = _WORDS.get(word.strip(), word.strip())
    if chosen and chosen not in _WORDS:
        raise NotOneOf(name="word", value=word, choices=tuple(_WORDS))
    if chosen and not name:
        raise typer.BadParameter(say("gkflow endpoints {word} NAME", word=chosen))
    if chosen != "replay" and (after or from_beginning):
        raise typer.BadParameter(say("--after and --from-beginning go with replay"))
    if chosen == "replay" and bool(after) == from_beginning:
        raise typer.BadParameter(say("replay: --after CURSOR, or --from-beginning"))
    if chosen and (output or format != "table"):
        raise typer.BadParameter(say("--output and --format are for the list"))
    with gkflow.open() as office:
        if chosen:
            typer.echo(_done(office.endpoints, chosen, name, after))
        else:
            _list(office, format, output)


def _done(endpoints: Endpoints, word: str, name: str, after: str) -> str:
    if word == "test":
        endpoints.test(name)
        return say("{name} took the test event.", name=name)
    if word == "resume":
        endpoints.resume(name)
    else:
        endpoints.replay(name, after)
    [state] = [each for each in endpoints.all() if each.name == name]
    return say(
        "{name}: {waiting} {waiting:event|events} after cursor {cursor} will be posted by the daemon or gkflow "
        "deliver.",
        name=name, waiting=state.waiting, cursor=state.cursor,
    )  # fmt: skip


def _list(office: Office, format: str, output: str) -> None:
    rows = [each.as_dict() for each in office.endpoints.all()]
    show(rows, _columns(), format, output or None, say("Endpoints"))
    if format == "table" and not rows:
        typer.echo(say("no endpoints; they are set in gkflow.toml as [[endpoints]]."), err=True)


def parked_words(why: str) -> str:
    """Why nothing is posted to an endpoint, in words."""
    words = {"gone": said("it answered 410"), "failing": said("it failed for days")}
    return translated(words[why]) if why in words else why


def _state_words(row: dict[str, object]) -> str:
    if not row["listed"]:
        return say("not in the settings")
    if row["parked"]:
        return say("parked: {why}", why=parked_words(str(row["parked"])))
    if row["failing_since"]:
        return say("fails")
    return say("not begun") if row["cursor"] is None else translated(said("ok"))


def _types_words(types: list[str]) -> str:
    return say("all") if types == ["*"] else listed(types)


def _columns() -> tuple[Column, ...]:
    return (
        Column("name", said_as("endpoints.name", "name")),
        Column("url", said("address")),
        Column("types", said("types of events"), words=_types_words),
        Column("unit", said_as("endpoints.unit", "unit")),
        Column("state", said_as("endpoints.state", "state"), row_words=lambda row: _state_words(dict(row))),
        Column("cursor", said("cursor")),
        Column("waiting", said_as("endpoints.waiting", "events after it")),
        Column("posted_at", said("last post"), words=_moment, solid=True),
        Column("failing_since", said("failing since"), words=_moment, solid=True),
        Column("next_try_at", said("next try"), words=_moment, solid=True),
        Column("error", said_as("notices.error", "error")),
    )


def _moment(text: str) -> str:
    from datetime import datetime

    return short_moment(datetime.fromisoformat(text))
