"""
Last days that another calendar, or other rules, move (届满日变动): by groups of clocks that depend on the same dates
and limit, listed by the database.

A million clocks fall into some thousand groups by recalculation key, day 0 and last day. Each group is counted once and
the database does the rest, with bounded memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Text,
    and_,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    union,
    union_all,
)  # fmt: skip
from sqlmodel.sql.sqltypes import UTCDateTime

from gkflow.application.moved import Moved
from gkflow.application.ports import FOREVER, Group, MovedGroup
from gkflow.domain.recalculation_key import READ, STILL
from gkflow.store.cursor import Part, temporary
from gkflow.store.statement import Statement, bind, inserted
from gkflow.store.tables import CLOCK, DOCKET, RECOUNT_QUEUE

_C, _D = CLOCK.c, DOCKET.c


def _move_columns() -> list[Column[Any]]:
    texts = [Column(name, Text) for name in ("case", "workflow", "clock", "ref", "title", "unit", "officer")]
    return [*texts, Column("old", Date), Column("new", Date), Column("causes", Text)]


def _place() -> Column[Any]:
    return Column("place", BigInteger().with_variant(Integer(), "sqlite"), Identity(always=True), primary_key=True)


# Named so that no table of a portal is meant, whatever the search path.
_MOVING = temporary(
    "gkflow_moving",
    Column("unit", Text, primary_key=True), Column("recalculation_key", Text, primary_key=True),
    Column("since", Date, primary_key=True), Column("last_day", Date, primary_key=True),
    Column("new_day", Date), Column("moved", SmallInteger), Column("causes", Text),
)  # fmt: skip
_READ_CASE = temporary("gkflow_read_case", Column("case", Text, primary_key=True))
_READ_MOVE = temporary("gkflow_read_move", *_move_columns())
_AFFECTED = temporary("gkflow_affected", Column("edition", Text), Column("clock", Text))
_MOVED = temporary("gkflow_moved", _place(), *_move_columns())
Index("gkflow_moved_case_number", _MOVED.c.case)
_MOVED_CASE = temporary("gkflow_moved_case", _place(), Column("case", Text))
_NAMES = list(Moved._fields)

_OF_DOCKET = CLOCK.join(DOCKET, _D.case == _C.case)
# Open clocks that run towards a day: stopped or ended ones never move.
_OPEN = and_(_C.until_day == FOREVER, _C.status == "running", _D.ended == FOREVER, _C.last_day.is_not(None))
# And those without a last day now, which may get one.
_UNSTOPPED = and_(_C.until_day == FOREVER, _C.status != "stopped", _D.ended == FOREVER)
_GROUPS = Statement(
    select(_D.unit, _C.recalculation_key, _C.since, _C.last_day, _C.provisional, _C.earliest, _C.latest)
    .distinct()
    .select_from(_OF_DOCKET)
    .where(
        _OPEN, _C.recalculation_key.not_in((STILL, READ)),
        or_(and_(_C.since < bind("last_changed"), _C.last_day >= bind("first_changed")), _C.provisional == 1),
    ),
    Group,
)  # fmt: skip
_OPEN_EDITIONS = Statement(
    select(_D.workflow, _D.edition).distinct().where(_D.ended == FOREVER).order_by(_D.workflow, _D.edition)
)
_NOTE_UNSURE = Statement(
    insert(_READ_CASE).from_select(
        ["case"],
        select(_C.case)
        .distinct()
        .select_from(_OF_DOCKET)
        .where(_OPEN, or_(_C.recalculation_key == READ, _C.from_day > bind("as_of"))),
    )
)
_PUT_AFFECTED = Statement(insert(_AFFECTED).values(inserted(_AFFECTED)))
_NOTE_AFFECTED = Statement(
    insert(_READ_CASE).from_select(
        ["case"],
        select(_C.case)
        .distinct()
        .select_from(_OF_DOCKET)
        .where(
            _UNSTOPPED,
            exists().where(_AFFECTED.c.edition == _D.edition, _AFFECTED.c.clock == _C.clock),
            _C.case.not_in(select(_READ_CASE.c.case)),
        ),
    )
)
_PUT_GROUP = Statement(lambda insert: insert(_MOVING).values(inserted(_MOVING, _MOVING.c)).on_conflict_do_nothing())
_TO_READ = Statement(
    select(_READ_CASE.c.case).where(_READ_CASE.c.case > bind("after")).order_by(_READ_CASE.c.case).limit(bind("size"))
)
_ANY_READ = Statement(select(_READ_CASE.c.case).limit(1))
_PUT_READ_MOVE = Statement(insert(_READ_MOVE).values(inserted(_READ_MOVE)))
_TO_MOVING = and_(
    _MOVING.c.unit == _D.unit, _MOVING.c.recalculation_key == _C.recalculation_key, _MOVING.c.since == _C.since,
    _MOVING.c.last_day == _C.last_day,
)  # fmt: skip
_OF_MOVING = _OF_DOCKET.join(_MOVING, _TO_MOVING)
_LISTED = (
    select(
        _C.case, _C.workflow, _C.clock, _C.ref, _D.title, _D.unit, _D.officer, _MOVING.c.last_day.label("old"),
        _MOVING.c.new_day.label("new"), _MOVING.c.causes,
    )
    .select_from(_OF_MOVING)
    .where(_OPEN, _MOVING.c.moved == 1)
)  # fmt: skip


def _is_earlier(row: Any) -> Any:
    """Whether a deadline ends earlier; a new deadline counts as earlier."""
    return case((and_(row.new.is_not(None), or_(row.old.is_(None), row.new < row.old)), 1), else_=0)


def _put_in_order(unread: Any) -> Statement:
    found = union_all(unread, select(*(_READ_MOVE.c[name] for name in _NAMES))).subquery("listed")
    ordered = select(*(found.c[name] for name in _NAMES)).order_by(
        _is_earlier(found.c).desc(), found.c.new, found.c.case, found.c.clock, found.c.ref
    )
    return Statement(insert(_MOVED).from_select(_NAMES, ordered, False))


# A case that was read is listed with that result.
_ORDER = {
    some: _put_in_order(_LISTED.where(_C.case.not_in(select(_READ_CASE.c.case))) if some else _LISTED)
    for some in (False, True)
}
_MOVES = Statement(
    select(_MOVED.c.place, *(_MOVED.c[name] for name in _NAMES))
    .where(_MOVED.c.place > bind("after"))
    .order_by(_MOVED.c.place)
    .limit(bind("size"))
)
_LAST_PLACE = Statement(select(func.coalesce(func.max(RECOUNT_QUEUE.c.place), 0)))
_EARLIER_FIRST = Statement(
    insert(_MOVED_CASE).from_select(
        ["case"],
        select(_MOVED.c.case).group_by(_MOVED.c.case).order_by(func.max(_is_earlier(_MOVED.c)).desc(), _MOVED.c.case),
        False,
    )
)
_TOUCHED = union(
    select(_C.case).select_from(_OF_MOVING).where(_OPEN), select(_READ_CASE.c.case)
).subquery("touched")  # fmt: skip
_TOUCHED_LAST = Statement(
    insert(_MOVED_CASE).from_select(
        ["case"],
        select(_TOUCHED.c.case).where(_TOUCHED.c.case.not_in(select(_MOVED.c.case))).order_by(_TOUCHED.c.case),
        False,
    )
)
_QUEUED = {
    "place": _MOVED_CASE.c.place + bind("first", type_=Integer),
    "turn": func.coalesce(_MOVED.c.place, 0),
    "case": _MOVED_CASE.c.case,
    "entries": _D.entries,
    "clock": func.coalesce(_MOVED.c.clock, ""),
    "ref": func.coalesce(_MOVED.c.ref, ""),
    "unit": _D.unit,
    "officer": _D.officer,
    "title": _D.title,
    "workflow": _D.workflow,
    "old_day": _MOVED.c.old,
    "new_day": _MOVED.c.new,
    "why": func.coalesce(_MOVED.c.causes, ""),
    "by_rules": bind("by_rules", type_=Integer),
    "by": bind("by", type_=Text),
    "at": bind("at", type_=UTCDateTime()),
}
_QUEUE = Statement(
    insert(RECOUNT_QUEUE).from_select(
        list(_QUEUED),
        select(*(value.label(f"queued_{name}") for name, value in _QUEUED.items())).select_from(
            _MOVED_CASE.join(DOCKET, _D.case == _MOVED_CASE.c.case).outerjoin(
                _MOVED, _MOVED.c.case == _MOVED_CASE.c.case
            )
        ),
        False,
    )
)
_HOW_MANY = Statement(
    select(func.count().label("moved"), func.coalesce(func.sum(_is_earlier(_MOVED.c)), 0).label("earlier")).select_from(
        _MOVED
    )
)
_HOW_MANY_CASES = Statement(select(func.count()).select_from(_MOVED_CASE))
_PAGE = 5_000


class Moves(Part):
    """Moving deadlines in one transaction (届满日变动)."""

    def groups(self, last_changed: date, first_changed: date) -> list[Group]:
        """The groups of open clocks that changed days can affect, and those that are provisional."""
        return self.rows(_GROUPS, last_changed=last_changed, first_changed=first_changed)

    def open_editions(self) -> list[tuple[str, str]]:
        """The workflows, each with the edition, under which a case is open."""
        return [(row.workflow, row.edition) for row in self.rows(_OPEN_EDITIONS)]

    def begin_moves(self, as_of: date, affected: Iterable[tuple[str, str]]) -> None:
        """
        Create the temporary tables of moves. Recorded immediately are the open cases whose record has to be read: a
        lapse is still to come, what a day depends on is unknown, or a clock that has not stopped is *affected* (edition
        of the workflow, name of the clock) by a change of its rules.
        """
        for table in (_MOVING, _READ_MOVE, _READ_CASE):
            self.remake(table)
        self.run(_NOTE_UNSURE, as_of=as_of)
        if clocks := list(affected):
            self.remake(_AFFECTED)
            self.run_many(_PUT_AFFECTED, [{"edition": edition, "clock": clock} for edition, clock in clocks])
            self.run(_NOTE_AFFECTED)

    def put_groups(self, groups: Iterable[MovedGroup]) -> None:
        """Record the groups that move or whose firmness changes."""
        self.run_many(_PUT_GROUP, list(groups))

    def cases_to_read(self) -> Iterator[str]:
        """The open cases whose record has to be read, a page at a time."""
        for page in self.pages(_TO_READ, ""):
            yield from (str(row.case) for row in page)

    def put_read_moves(self, moved: Iterable[Moved]) -> None:
        """Record the moves among the cases that were read."""
        rows = iter(moved)
        while page := list(islice(rows, _PAGE)):
            self.run_many(_PUT_READ_MOVE, page)

    def order_moves(self) -> None:
        """Sort the deadlines that move, once: those that end earlier first."""
        self.remake(_MOVED)
        self.run(_ORDER[self.row(_ANY_READ) is not None])

    def moving(self) -> Iterator[Moved]:
        """Every open clock that moves, in that order, a page at a time."""
        for rows in self.pages(_MOVES, 0, _PAGE):
            yield from (Moved._make(row[1:]) for row in rows)

    def queue_moves(self, at: datetime, by: str, by_rules: bool) -> tuple[int, int, int]:
        """
        Queue every affected case (待重新推算): first those with a deadline that ends earlier, last those of which only
        the firmness changes. Returns how many deadlines move, how many of them end earlier, and how many cases there
        are.
        """
        first = int(self.value(_LAST_PLACE))
        self.remake(_MOVED_CASE)
        self.run(_EARLIER_FIRST)
        self.run(_TOUCHED_LAST)
        self.index(_MOVED)
        self.run(_QUEUE, first=first, by_rules=1 if by_rules else 0, by=by, at=at)
        many = self.row(_HOW_MANY)
        return int(many.moved), int(many.earlier), int(self.value(_HOW_MANY_CASES))
