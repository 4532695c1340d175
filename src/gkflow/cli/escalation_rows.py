"""Escalations as rows (督办记录的各行): the keys that scripts rely on, and the words that people read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from gkflow.cli.language import label_of, language, say
from gkflow.cli.output import Column, moment
from gkflow.cli.vocabulary import ROLES, word

if TYPE_CHECKING:
    from gkflow.application.ports import EscalationRecord
    from gkflow.office import Office

KINDS = {
    "remind": "提醒", "urge": "催办", "supervise": "督办", "propose": "待决定", "take": "依法视为", "action": "办理",
    "calendar": "放假安排", "note": "通知",
}  # fmt: skip
_COLOURS = {"green": "绿", "yellow": "黄", "orange": "橙", "red": "红", "black": "黑"}


def kind_words(kind: str) -> str:
    """The kind of a step or a notice in words."""
    return kind if language() == "en" else KINDS.get(kind, kind)


def step_words(step: int) -> str:
    """How far a step lies from the last day."""
    if step == 0:
        return say("届满当日", "last day")
    if step < 0:
        return say(f"届满前 {-step} 个工作日", f"{-step} working days before")
    return say(f"届满后第 {step} 个工作日", f"working day {step} after")


def short_moment(value: Any) -> str:
    """A moment as people read it: 2026-11-22 09:00."""
    return moment(value)[:16].replace("T", " ")


def _told_words(told: str) -> str:
    """Who was notified; where a post has nobody's name, the post."""
    return say("、", ", ").join(word(ROLES, name) for name in told.split("、"))


COLUMNS = (
    Column("id", "编号", "id"),
    Column("day", "日期", "day"),
    Column("case", "案件", "case", solid=True),
    Column("clock_label", "期限", "clock"),
    Column("deadline", "届满日", "deadline"),
    Column("kind", "类别", "kind", words=kind_words),
    Column("step", "步骤", "step", words=step_words),
    Column(
        "colour", "颜色", "colour", style=lambda row: row["colour"],
        words=lambda colour: say(_COLOURS.get(colour, colour), colour),
    ),
    Column("told", "告知", "told", words=_told_words),
    Column("told_at", "告知时间", "told at", words=short_moment, solid=True),
    Column("delivered_at", "送达时间", "delivered at", words=short_moment, solid=True),
    Column("acknowledged_by", "签收人", "acknowledged by"),
    Column("words", "签收意见", "words"),
)  # fmt: skip
SIMULATED = tuple(column for column in COLUMNS[1:8])


def clock_label(office: Office, workflow: str, clock: str, ref: str) -> str:
    """The clock in words, with whom it concerns."""
    found = office.rules.rulebook.workflows.get(workflow)
    rule = found.clock(clock) if found is not None else None
    label = label_of(rule.label if rule is not None else clock, clock)
    return label + say(f"（{ref}）", f" ({ref})") if ref else label


def escalation_rows(office: Office, records: Iterable[EscalationRecord]) -> list[dict[str, Any]]:
    """The escalation log as rows."""
    return [
        {
            "id": record.id,
            "case": record.case,
            "workflow": record.workflow,
            "clock": record.clock,
            "clock_label": clock_label(office, record.workflow, record.clock, record.ref),
            "deadline": record.last_day,
            "step": record.step,
            "kind": record.kind,
            "colour": record.colour,
            "day": record.day,
            "told": "、".join(record.told) or None,
            "told_at": record.told_at,
            "delivered_at": record.delivered_at,
            "acknowledged_by": record.acknowledged_by,
            "acknowledged_at": record.acknowledged_at,
            "words": record.words,
        }
        for record in records
    ]
