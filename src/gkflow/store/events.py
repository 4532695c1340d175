"""
The sequence of events (事件序列): written with what happened, and numbered once that is committed.

A number drawn while writing would not do: of two transactions the later one may be committed first, and a reader who
has seen its number would never look for the smaller one. So whoever reads gives places to the committed events that
have none, one reader at a time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, insert, literal, null, select, update

from gkflow.domain.event import ESCALATION_REACHED, Audience, Event
from gkflow.store.cursor import Cursor, Part
from gkflow.store.statement import Statement, among, bind
from gkflow.store.tables import ESCALATION, EVENT

_C, _E = EVENT.c, ESCALATION.c
_ADD = Statement(
    insert(EVENT).values(
        type=bind("type"), at=bind("at"), case=bind("case"), seq=bind("seq"), audience=bind("audience"),
        facts=bind("facts"), escalation=null(), place=null(),
    )
)  # fmt: skip
_ADD_STEPS = Statement(
    insert(EVENT).from_select(
        ["type", "at", "case", "seq", "audience", "facts", "escalation"],
        select(
            literal(ESCALATION_REACHED), bindparam("at", type_=_C.at.type), _E.case, literal(0),
            literal(Audience.UNIT.value), literal("{}"), _E.id,
        ).where(among(_E.id, "steps")).order_by(_E.id),
        False,
    )
)  # fmt: skip
_UNPLACED = Statement(select(_C.id).where(_C.place.is_(None)).limit(1))
_LAST = Statement(select(func.coalesce(func.max(_C.place), 0)))
_NEXT = Statement(select(_C.id).where(_C.place.is_(None)).order_by(_C.id).limit(bind("size")))
_PLACE = Statement(update(EVENT).where(_C.id == bind("id")).values(place=bind("place")))
_AFTER = Statement(
    select(
        _C.place, _C.type, _C.at, _C.case, _C.seq, _C.audience, _C.facts, _E.clock, _E.ref, _E.last_day, _E.step,
        _E.kind, _E.colour, _E.day,
    )
    .select_from(EVENT.outerjoin(ESCALATION, _E.id == _C.escalation))
    .where(_C.place > bind("place")).order_by(_C.place).limit(bind("size"))
)  # fmt: skip
_OF_STEP = ("clock", "ref", "last_day", "step", "kind", "colour", "day")
_TURN = "events"


class Events(Part):
    """The events in one transaction (事件序列)."""

    def __init__(self, shared: Cursor) -> None:
        super().__init__(shared)
        self._added: list[Event] = []

    @property
    def added(self) -> Sequence[Event]:
        """Those that this transaction has added."""
        return self._added

    def add(self, *events: Event) -> None:
        """Add events; they get their places in the sequence when they have been committed."""
        self._added += events
        self.run_many(
            _ADD,
            [
                {
                    "type": each.type, "at": each.at, "case": each.case, "seq": each.seq,
                    "audience": each.audience.value, "facts": json.dumps(each.facts, ensure_ascii=False),
                }
                for each in events
            ],
        )  # fmt: skip

    def add_steps(self, steps: Sequence[int], now: datetime) -> None:
        """Add an event for each of these escalations."""
        if steps:
            self.run(_ADD_STEPS, steps=steps, at=now)

    def unplaced(self) -> bool:
        """Whether a committed event has no place in the sequence yet."""
        return self.value(_UNPLACED) is not None

    def place(self, size: int) -> int:
        """Give places to the next *size* committed events, in the order of their writing; return how many."""
        self.take_turns(_TURN)
        found, last = self.column(_NEXT, size=size), self.last()
        self.run_many(_PLACE, [{"id": id_, "place": last + at} for at, id_ in enumerate(found, 1)])
        return len(found)

    def last(self) -> int:
        """The last place in the sequence; 0 if there is none."""
        return int(self.value(_LAST))

    def after(self, place: int, size: int) -> list[Event]:
        """The next *size* events after a place."""
        found = []
        for row in self.rows(_AFTER, place=place, size=size):
            facts = json.loads(row.facts)
            if row.clock is not None:
                step = {name: getattr(row, name) for name in _OF_STEP}
                facts = step | {"last_day": step["last_day"].isoformat(), "day": step["day"].isoformat()}
            found.append(
                Event(row.type, row.at, row.case, row.seq, Audience(row.audience), facts, cursor=str(row.place))
            )
        return found
