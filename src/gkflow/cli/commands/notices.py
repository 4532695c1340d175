"""``gkflow notices`` (通知记录): what waits, what was delivered, what could not be; one of them in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from gkflow.application.ports import DROPPED
from gkflow.cli import options
from gkflow.cli.language import say

if TYPE_CHECKING:
    from gkflow.application.ports import NoticeRecord
    from gkflow.domain.notice import Wording
    from gkflow.office import Office


def command(
    waiting: bool = typer.Option(False, "--waiting", help=say("待送发的", "those that wait")),
    dead: bool = typer.Option(False, "--dead", help=say("不再重试的", "those given up")),
    delivered: bool = typer.Option(False, "--delivered", help=say("已送达的", "those delivered")),
    case: str = typer.Option("", "--case", metavar=say("案件", "CASE"), help=say("只看这件案件", "only of this case")),
    shown: int = typer.Option(
        0, "--show", metavar=say("编号", "ID"), help=say("显示这条通知的全文", "show the text of this notice")
    ),
    retry: list[str] = typer.Option(
        [], "--retry", metavar=say("编号", "ID"),
        help=say("重新送发：编号（可以重复，或用逗号隔开），或 all", "send again: ids, or all that were given up"),
    ),
    format: str = options.FORMAT,
    output: str = options.OUTPUT,
) -> None:  # fmt: skip
    """Show the notices, newest first."""
    from gkflow.cli.output import show
    from gkflow.office import open_office

    if waiting + dead + delivered > 1:
        raise typer.BadParameter(
            say("--waiting、--dead、--delivered 只能选一个", "only one of --waiting --dead --delivered")
        )
    with open_office() as office:
        if retry:
            _retry(office, retry)
            return
        if shown:
            _show(office, shown, format)
            return
        which = "waiting" if waiting else "dead" if dead else "delivered" if delivered else "all"
        texts = _Texts(office)
        rows = [texts.row(record) for record in office.notices(which, case=case)]
    show(rows, columns(), format, output or None, say("通知", "Notices"))
    if format == "table" and not rows:
        typer.echo(say("没有通知。", "no notices."), err=True)


def columns() -> tuple[Any, ...]:
    """The columns that people read."""
    from gkflow.cli.escalation_rows import kind_words, short_moment
    from gkflow.cli.output import Column

    return (
        Column("id", "编号", "id"),
        Column("status", "情况", "status", words=_status_words),
        Column("name", "受通知人", "to"),
        Column("channel", "方式", "channel", words=channel_words),
        Column("kind", "类别", "kind", words=kind_words),
        Column("subject", "标题", "subject"),
        Column("made_at", "写成时间", "made at", words=short_moment, solid=True),
        Column("delivered_at", "送达时间", "delivered at", words=short_moment, solid=True),
        Column("tries", "次数", "tries"),
        Column("error", "未送达原因", "error"),
    )


def _status_words(status: str) -> str:
    words = {
        "waiting": ("待送", "waiting"),
        "delivered": ("已送达", "delivered"),
        "filed": ("已存档（无人收到）", "filed (nobody)"),
        "dead": ("不再重试", "given up"),
        "dropped": ("不再需要", "dropped"),
    }
    return say(*words[status])


def channel_words(channel: str) -> str:
    """A channel in words."""
    words = {"file": "文件", "console": "控制台", "mail": "邮件", "webhook": "回调", "chat": "工作群"}
    return say(words.get(channel, channel), channel)


class _Texts:
    """Composes the notices of a list, each under the wording with which it was written."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.wordings: dict[str, Wording] = {office.rules.wording.edition: office.rules.wording}

    def row(self, record: NoticeRecord) -> dict[str, Any]:
        """One notice as a row."""
        from gkflow.domain.address import masked

        delivered = "delivered" if record.name else "filed"  # the file has it, and nobody knows
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
        import json

        from gkflow.domain.address import mask_token
        from gkflow.domain.notice import compose

        try:
            facts = json.loads(record.facts)
            if "leave" in facts:  # the token by which to leave is the subscriber's
                facts["leave"] = mask_token(str(facts["leave"]))
            return compose(self._wording(record.wording), facts)
        except (ValueError, LookupError, TypeError, AttributeError):
            damaged = say("通知记录已损坏", "the row of this notice is damaged")
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
        raise typer.BadParameter(say(f"没有编号为 {id_} 的通知", f"no notice {id_}"))
    texts = _Texts(office)
    subject, text = texts.compose(record)
    row = texts.row(record)
    if format == "json":
        from gkflow.cli.output import print_json

        print_json([{**row, "text": text}])
        return
    from gkflow.cli.escalation_rows import short_moment

    typer.echo(subject)
    typer.echo(text)
    typer.echo("")
    made, channel = short_moment(record.made_at), channel_words(record.channel)
    address = f" {row['address']}" if row["address"] else ""
    typer.echo(
        say(
            f"第 {id_} 号通知，写成于 {made}，{channel}{address}，{_status_words(row['status'])}",
            f"notice {id_}, made {made}, by {channel}{address}, {_status_words(row['status'])}",
        )
    )
    if record.error:
        typer.echo(say(f"未送达原因：{record.error}", f"not delivered: {record.error}"))


def _retry(office: Office, wanted: list[str]) -> None:
    words = [word.strip() for part in wanted for word in part.split(",") if word.strip()]
    if words == ["all"]:
        ids = [record.id for record in office.notices("dead")]
    elif all(word.isdigit() for word in words):
        ids = [options.whole(word, "--retry", 1, 2**63 - 1) for word in words]
    else:
        raise typer.BadParameter(say("--retry 后面是通知编号，或者 all", "--retry takes ids, or all"))
    count = office.revive(ids)
    typer.echo(say(f"{count} 条通知重新列入待送。", f"{count} notices wait again."))
    if count < len(ids):
        left = len(ids) - count
        typer.echo(
            say(
                f"另有 {left} 个编号没有这条通知，或者已送达，未改动。", f"{left} are delivered or unknown; left alone."
            )
        )
