"""Events of an office (事件): what an entry, a sweep or an adoption reports, and reading them in sequence."""

from __future__ import annotations

from datetime import date, datetime

from gkflow.application.ports import FOREVER, DocketLine, Store
from gkflow.domain.case import Entry
from gkflow.domain.event import CASE_IMPORTED, SWEEP_DONE, Audience, Event
from gkflow.domain.objections.events import CursorAhead, CursorUnknown
from gkflow.domain.workflow import Workflow

_BATCH = 1_000


def case_event(workflow: Workflow, entry: Entry, line: DocketLine) -> Event:
    """The event of an entry (办理事件), with the case as its docket line has it afterwards."""
    action = workflow.actions.get(entry.action)
    reached = action.target if action is not None else None
    audience = (action.event if action is not None else None) or Audience.UNIT
    return Event(
        f"case.{reached or entry.action}", entry.written_at, entry.case, entry.seq, audience,
        _facts(line) | {"action": entry.action, "day": entry.day.isoformat(), "by": entry.by},
    )  # fmt: skip


def imported_event(line: DocketLine, now: datetime) -> Event:
    """The event of a case to which a register added entries (导入事件): one, however many they are."""
    return Event(CASE_IMPORTED, now, line.case, line.entries, Audience.NOBODY, _facts(line))


def swept_event(day: date, now: datetime, steps: int) -> Event:
    """The event of a day's sweep (巡检事件)."""
    return Event(SWEEP_DONE, now, facts={"day": day.isoformat(), "steps": steps})


def _facts(line: DocketLine) -> dict[str, object]:
    return {
        "workflow": line.workflow, "state": line.state, "unit": line.unit, "officer": line.officer,
        "title": line.title, "last_day": None if line.last_day == FOREVER else line.last_day.isoformat(),
        "ended": None if line.ended == FOREVER else line.ended.isoformat(),
    }  # fmt: skip


def read_events(store: Store, after: str, limit: int) -> tuple[Event, ...]:
    """The next events after a cursor (读取事件), in the sequence of their commits. Raises Refused."""
    place = place_of(after)
    place_events(store)
    with store.reading() as ledger:
        found = tuple(ledger.events.after(place, limit))
        if not found and place > (last := ledger.events.last()):
            raise CursorAhead(cursor=after, last=str(last))
        return found


def place_events(store: Store) -> None:
    """Give places to the committed events that have none (事件编号)."""
    with store.reading() as ledger:
        unplaced = ledger.events.unplaced()
    while unplaced:
        with store.writing(hold="none") as ledger:
            unplaced = ledger.events.place(_BATCH) == _BATCH


def place_of(cursor: str) -> int:
    """The place that a cursor names; 0 for the beginning. Raises Refused."""
    if cursor == "":
        return 0
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 19):
        raise CursorUnknown(cursor=cursor)
    return int(cursor)
