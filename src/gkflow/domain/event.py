"""Events (事件): what happened in an office, in the sequence in which others may read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gkflow.domain.as_dict import AsDict


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
class Event(AsDict):
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
