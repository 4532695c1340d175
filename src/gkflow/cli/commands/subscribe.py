"""``gkflow subscribe`` (订阅): who is notified of publications, by which channel, with which token to leave."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from gkflow.cli import options
from gkflow.cli.language import label_of, say

if TYPE_CHECKING:
    from gkflow.domain.rulebook import Rulebook


def command(
    name: str = typer.Argument(..., metavar=say("姓名", "NAME"), help=say("订阅人", "who subscribes")),
    channel: str = typer.Option(
        ..., "--channel", metavar=say("方式", "C"), help="file console mail webhook chat"
    ),
    address: str = typer.Option(
        "", "--address", metavar=say("地址", "A"), help=say("mail、webhook、chat 须写明", "for mail, webhook and chat")
    ),
    item: str = typer.Option(
        "", "--item", metavar=say("事项", "I"),
        help=say("公开事项、领域或者流程（默认全部）", "an item, a field or a workflow (default: all)"),
    ),
    audience: str = typer.Option(
        "", "--audience", metavar=say("对象", "G"),
        help=say("服务对象（默认不限）", "a group of people (default: anybody)"),
    ),
    format: str = options.TEXT_OR_JSON,
) -> None:  # fmt: skip
    """Subscribe to what is published."""
    from gkflow.cli.commands.notices import channel_words
    from gkflow.cli.commands.subscriptions import subscription_row
    from gkflow.cli.output import print_json
    from gkflow.domain.address import masked
    from gkflow.office import open_office

    if not name.strip():
        raise typer.BadParameter(say("写明订阅人的姓名", "name who subscribes"))
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
    of = row["item_label"] or line.item or say("全部公开的信息", "all that is published")
    group = say(f"，对象：{line.audience}", f", for {line.audience}") if line.audience else ""
    if line.token in known:
        print(say("此前已有同样的订阅，没有重复：", "there is such a subscription already:"))
    print(say(f"订阅    {line.name}，{by}：{of}{group}", f"subscribed  {line.name}, {by}: {of}{group}"))
    print(say(f"退订    {leaving(line.token)}", f"to leave    {leaving(line.token)}"))


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
