"""``gkflow notices`` (通知记录): waiting, delivered and failed notices; one of them in full."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import typer

import gkflow
from gkflow.application.ports import DROPPED
from gkflow.cli import options
from gkflow.cli.columns import Column
from gkflow.cli.escalation_rows import kind_words, short_moment
from gkflow.cli.output import print_json, show
from gkflow.domain.address import mask_token
from gkflow.domain.notice import compose
from gkflow.domain.sentences import said, said_as
from gkflow.plugs import masked
from gkflow.words.language import label_of, say, translated

if TYPE_CHECKING:
    from gkflow.application.ports import NoticeRecord
    from gkflow.domain.notice import Wording
    from gkflow.office import Office


def command(
    waiting: bool = typer.Option(False, "--waiting", help=said("those that wait")),
    dead: bool = typer.Option(False, "--dead", help=said("those given up")),
    delivered: bool = typer.Option(False, "--delivered", help=said("those delivered")),
    case: str = typer.Option("", "--case", metavar=said("CASE"), help=said("only of this case")),
    shown: int = typer.Option(
        0, "--show", metavar=said("ID"), help=said("show the text of this notice")
    ),
    retry: list[str] = typer.Option(
        [], "--retry", metavar=said("ID"),
        help=said("send again: ids, or all that were given up"),
    ),
    format: str = options.FORMAT,
    output: str = options.OUTPUT,
) -> None:  # fmt: skip
    """Show the notices, newest first."""
    if waiting + dead + delivered > 1:
        raise typer.BadParameter(say("only one of --waiting --dead --delivered"))
    if output and (retry or shown):
        raise typer.BadParameter(say("--output is for the list"))
    with gkflow.open() as office:
        if retry:
            _retry(office, retry)
            return
        if shown:
            _show(office, shown, format)
            return
        which = "waiting" if waiting else "dead" if dead else "delivered" if delivered else "all"
        texts = _Texts(office)
        rows = [texts.row(record) for record in office.notices(which, number=case)]
    show(rows, columns(), format, output or None, say("Notices"))
    if format == "table" and not rows:
        typer.echo(say("no notices."), err=True)


def columns() -> tuple[Any, ...]:
    """The columns that people read."""
    return (
        Column("id", said("id")),
        Column("status", said_as("notices.status", "status"), words=_status_words),
        Column("name", said("to")),
        Column("channel", said("channel"), words=channel_words),
        Column("kind", said("kind"), words=kind_words),
        Column("subject", said("subject")),
        Column("made_at", said("made at"), words=short_moment, solid=True),
        Column("delivered_at", said("delivered at"), words=short_moment, solid=True),
        Column("tries", said("tries")),
        Column("error", said_as("notices.error", "error")),
    )


def _status_words(status: str) -> str:
    words = {
        "waiting": said_as("words.waiting", "waiting"),
        "delivered": said("delivered"),
        "filed": said("filed (nobody)"),
        "dead": said("given up"),
        "dropped": said("dropped"),
    }
    return translated(words[status])


def channel_words(channel: str) -> str:
    """A channel in words."""
    from gkflow import plugs

    plug = plugs.channel(channel)
    if not isinstance(plug, plugs.ChannelPlug):
        return channel
    # Another package brings both names; the package's own are in the catalogue.
    return label_of(plug.zh, plug.en) if plug.zh else translated(plug.en)


class _Texts:
    """Composes the notices of a list, each with the edition of its wording."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.wordings: dict[str, Wording] = {office.rules.wording.edition: office.rules.wording}

    def row(self, record: NoticeRecord) -> dict[str, Any]:
        """One notice as a row."""
        delivered = "delivered" if record.name else "filed"  # the file has it, but it notified nobody
        dead = "dropped" if record.error in DROPPED else "dead"
        status = dead if record.dead_at else delivered if record.delivered_at else "waiting"
        return {
            "id": record.id, "status": status, "key": record.key, "case": record.case or None, "kind": record.kind,
            "role": record.role, "name": record.name or None, "channel": record.channel,
            "address": masked(record.channel, record.address) or None, "subject": self.compose(record)[0],
            "made_at": record.made_at,
            "next_try_at": record.next_try_at if status == "waiting" else None, "tries": record.tries,
            "delivered_at": record.delivered_at, "dead_at": record.dead_at, "error": record.error or None,
        }  # fmt: skip

    def compose(self, record: NoticeRecord) -> tuple[str, str]:
        """Subject and text, as they are delivered."""
        try:
            facts = json.loads(record.facts)
            if "leave" in facts:  # the unsubscribe token is the subscriber's secret
                facts["leave"] = mask_token(str(facts["leave"]))
            return compose(self._wording(record.wording), facts)
        except (ValueError, LookupError, TypeError, AttributeError):
            damaged = say("the row of this notice is damaged")
            return damaged, damaged

    def _wording(self, edition: str) -> Wording:
        if edition not in self.wordings:
            rules = self.office.rules
            with self.office.store.reading() as ledger:
                source = ledger.editions.kept_source(edition)
            self.wordings[edition] = rules.read_wording(source) if source else rules.wording
        return self.wordings[edition]


def _show(office: Office, id_: int, format: str) -> None:
    record = next((record for record in office.notices() if record.id == id_), None)
    if record is None:
        raise typer.BadParameter(say("no notice {id}", id=id_))
    texts = _Texts(office)
    subject, text = texts.compose(record)
    row = texts.row(record)
    if format == "json":
        print_json([{**row, "text": text}])
        return
    typer.echo(subject)
    typer.echo(text)
    typer.echo("")
    made, channel = short_moment(record.made_at), channel_words(record.channel)
    address = f" {row['address']}" if row["address"] else ""
    typer.echo(
        say(
            "notice {id}, made {made}, by {channel}{address}, {status_words}",
            id=id_,
            made=made,
            channel=channel,
            address=address,
            status_words=_status_words(row["status"]),
        )
    )
    if record.error:
        typer.echo(say("not delivered: {error}", error=record.error))


def _retry(office: Office, wanted: list[str]) -> None:
    words = [word.strip() for part in wanted for word in part.split(",") if word.strip()]
    if words == ["all"]:
        ids = [record.id for record in office.notices("dead")]
    elif all(word.isdigit() for word in words):
        ids = [options.whole(word, "--retry", 1, 2**63 - 1) for word in words]
    else:
        raise typer.BadParameter(say("--retry takes ids, or all"))
    count = office.revive(ids)
    typer.echo(say("{count} {count:notice|notices} {count:waits|wait} again.", count=count))
    if count < len(ids):
        left = len(ids) - count
        typer.echo(say("{left} are delivered or unknown; left alone.", left=left))
