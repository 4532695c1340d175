"""Events (事件): what happened in an office, in the sequence in which others may read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Audience(StrEnum):
    """Whom an event concerns (事件对象)."""

    APPLICANT = "applicant"  # 申请人 or the person concerned: a portal may inform them
    UNIT = "unit"  # 承办单位
    NOBODY = "nobody"  # it is on record, and nobody waits for it


SWEEP_DONE = "sweep.done"
ESCALATION_REACHED = "escalation.reached"
CALENDAR_ADOPTED = "calendar.adopted"
RULES_ADOPTED = "rules.adopted"
CASE_IMPORTED = "case.imported"


@dataclass(frozen=True, slots=True)
class Event:
    """
    One event (事件). ``type`` is ``case.STATE`` for an action that leads to a state ("case.replied"), ``case.ACTION``
    for one that leads to none ("case.extend"), and one of case.imported, sweep.done, escalation.reached,
    calendar.adopted, rules.adopted.

    ``case`` and ``seq`` name the entry, where there is one; ``at`` is the moment of writing; ``facts`` say the rest: of
    a case its workflow, action, state, unit, officer, day and last day, as texts. ``cursor`` is its place in the
    sequence; empty until its transaction is committed.
    """

    type: str
    at: datetime
    case: str = ""
    seq: int = 0
    audience: Audience = Audience.UNIT
    facts: Mapping[str, object] = field(default_factory=dict)
    cursor: str = ""

    def as_dict(self) -> dict[str, object]:
        """The event as JSON takes it: moments and days in ISO form."""
        return {
            "type": self.type, "at": self.at.isoformat(), "case": self.case or None, "seq": self.seq or None,
            "audience": self.audience.value, "facts": dict(self.facts), "cursor": self.cursor or None,
        }  # fmt: skip


def day_text(day: date | None) -> str | None:
    """A day as events hold it."""
    return None if day is None else day.isoformat()
