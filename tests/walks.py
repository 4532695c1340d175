"""
Random records (随机办理记录), for properties: the machine of ``request`` walked at random days.

What a person at the counter could enter, with the facts that matter to a clock; some entries typed in late, some
corrected, some that no workflow would allow and a register contains all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from builders import a_workflow
from gkflow.domain.case import CORRECT, Entry
from gkflow.domain.machine import NEW, decide, may
from gkflow.domain.workflow import MISFILE

ONE = timedelta(days=1)
# Received so that limits cross Spring Festival, National Day and the new year that has no notice yet.
STARTS = [date(2025, 1, 20), date(2025, 9, 22), date(2026, 2, 9), date(2026, 3, 2), date(2026, 11, 30)]
ENDS = {"reply", "abandon", "withdraw"}
DULL = {"note", CORRECT, MISFILE, "transfer", "assign", "deliver", "archive"}
REFS = st.sampled_from(["甲", "乙"])


def often(times: int) -> settings:
    """So many records; a machine that is slow at making them up is not a wrong result."""
    return settings(max_examples=times, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def facts_of(draw: st.DrawFn, action: str, day: date) -> dict[str, Any]:
    def later(most: int) -> str:
        return (day + draw(st.integers(0, most)) * ONE).isoformat()

    facts: dict[str, Any] = {}
    if action == "receive":
        channel = draw(st.sampled_from(["in_person", "registered_mail", "internet", "ordinary_mail", ""]))
        facts = {"channel": channel} if channel else {}
        if channel in ("internet", "ordinary_mail") and draw(st.booleans()):
            facts["confirmed"] = day.isoformat()
    elif action in ("consult_third_party", "consult_agency"):
        facts = {"ref": draw(REFS)}
        if draw(st.booleans()):
            facts["served"] = later(3)
        if action == "consult_agency" and draw(st.booleans()):
            facts["capacity"] = draw(st.sampled_from(["co_author", "concerned"]))
    elif action in ("third_party_answers", "agency_answers"):
        facts = {"ref": draw(REFS)}
        if draw(st.booleans()):
            facts["opinion"] = draw(st.sampled_from(["agree", "object", "none", "deemed_consent"]))
    elif action == "extend":
        facts = {"days": draw(st.integers(0, 22)), "approved_by": draw(st.sampled_from(["", "主任"]))}
    elif action == "postpone":
        facts = {"until": later(40), "reason": "量大"}
    elif action in ("ask_correction", "ask_fee", "ask_reasons"):
        if draw(st.booleans()):
            facts["served"] = later(3)
        if draw(st.booleans()):
            facts["until"] = later(20)
    return facts


def an_entry_on(seq: int, action: str, day: date, facts: dict[str, Any]) -> Entry:
    workflow = a_workflow("request")
    written = datetime.combine(day, time(1, 0), UTC)
    return Entry("C-1", seq, action, day, written, facts=facts, workflow=workflow.name, edition=workflow.edition)


@st.composite
def walks(
    draw: st.DrawFn, most: int = 8, ends: bool = True, corrected: bool = False, unruly: bool = False, gap: int = 9
) -> tuple[Entry, ...]:
    """The entries of one case, in the order in which they were written down."""
    workflow = a_workflow("request")
    day = draw(st.sampled_from(STARTS)) + draw(st.integers(0, 6)) * ONE
    record = [an_entry_on(1, "receive", day, draw(facts_of("receive", day)))]
    state = decide(workflow, "C-1", NEW, "receive")
    for seq in range(2, 2 + draw(st.integers(0, most))):
        allowed = [name for name in may(workflow, state) if name not in DULL and (ends or name not in ENDS)]
        if unruly and draw(st.integers(0, 4)) == 0:
            allowed = [name for name in workflow.actions if name not in ("receive", CORRECT, MISFILE, *ENDS)]
        if not allowed:
            break
        # Consultations, waits and extensions are what moves a clock: they come up twice as often.
        moving = [name for name in allowed if name.startswith(("consult", "ask_", "third", "agency", "extend"))]
        action = draw(st.sampled_from([*allowed, *moving]))
        day += draw(st.integers(0, gap)) * ONE
        record.append(an_entry_on(seq, action, day, draw(facts_of(action, day))))
        state = workflow.actions[action].target or state
    if unruly and len(record) > 2:
        place = draw(st.integers(1, len(record) - 1))
        record.append(record.pop(place))  # typed in last
        record = [replace(entry, seq=seq) for seq, entry in enumerate(record, 1)]
    if corrected and len(record) > 1:
        record += draw(corrections(record, max(entry.day for entry in record)))
    return tuple(record)


@st.composite
def corrections(draw: st.DrawFn, record: Sequence[Entry], latest: date) -> list[Entry]:
    found = []
    day = latest
    for place in range(draw(st.integers(1, 2))):
        day += draw(st.integers(0, 5)) * ONE
        old = draw(st.sampled_from(record[1:]))
        facts: dict[str, Any] = {"seq": old.seq, "reason": "误录"}
        if draw(st.booleans()):
            facts["void"] = True
        else:
            span = (latest - record[0].day).days
            facts["day"] = (record[0].day + draw(st.integers(0, span)) * ONE).isoformat()
        found.append(an_entry_on(len(record) + place + 1, CORRECT, day, facts))
    return found


def days_of(record: Sequence[Entry], after: int = 10) -> list[date]:
    """Every day from the first entry to some days after the last."""
    first, last = min(entry.day for entry in record), max(entry.day for entry in record)
    return [first + n * ONE for n in range((last - first).days + after + 1)]
