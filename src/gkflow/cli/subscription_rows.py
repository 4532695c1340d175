"""A subscription for people and programs (订阅行), and its subject, by code or label."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gkflow.plugs import masked
from gkflow.words.language import label_of

if TYPE_CHECKING:
    from gkflow.application.ports import SubscriptionLine
    from gkflow.domain.rulebook import Rulebook


def subscription_row(book: Rulebook, line: SubscriptionLine) -> dict[str, Any]:
    """A subscription as JSON."""
    return {
        "id": line.id, "name": line.name, "channel": line.channel,
        "address": masked(line.channel, line.address) or None,
        "item": line.item or None, "item_label": item_label(book, line.item), "audience": line.audience or None,
        "since": line.since, "left_at": line.left_at, "token": line.token,
    }  # fmt: skip


def _named_things(book: Rulebook) -> Iterator[tuple[str, str]]:
    """The workflows, fields and items that have a code, each with its label."""
    for flow in book.workflows.values():
        yield flow.name, flow.label
    for flow in book.workflows.values():
        for fact in ("field", "item"):
            spec = flow.facts.get(fact)
            yield from spec.choices.items() if spec is not None else ()


def item_named(book: Rulebook, text: str) -> str:
    """The code of a workflow, a field or an item; an item of a catalogue without a code is kept as written."""
    wanted = text.strip()
    return next((code for code, label in _named_things(book) if wanted and wanted in (code, label)), wanted)


def item_label(book: Rulebook, code: str) -> str | None:
    """The label of a workflow, a field or an item; None if it has none."""
    return next((label_of(label, each) for each, label in _named_things(book) if code == each), None)
