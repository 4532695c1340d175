"""
The statements of sweeps and escalations (巡检与督办语句): set-based, so that a sweep costs what is due, not what is
open.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Integer,
    String,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)  # fmt: skip

from gkflow.application.ports import FOREVER, SYSTEM, ClockRevision, ReachedStep, StandingStill, SweepLine, UnsweepLine
from gkflow.store.docket import CLOCK_REVISION
from gkflow.store.statement import Statement, among, bind, columns_of, inserted
from gkflow.store.tables import (
    CALENDAR_EDITION,
    CLOCK,
    DOCKET,
    ENTRY,
    ESCALATION,
    LADDER_THRESHOLD,
    NOTICE,
    SWEEP,
    UNSWEEP,
)

_C, _E, _S = CLOCK.c, ESCALATION.c, SWEEP.c


def in_force(row: FromClause) -> ColumnElement[bool]:
    """The condition that a sweep or a step was not taken back: one that was stays on record without effect."""
    return ~exists().where(UNSWEEP.c.series > row.c.series, UNSWEEP.c.from_day <= row.c.day)


_SWEPT = in_force(SWEEP)
_SWEEP_LINE = select(*columns_of(SWEEP, SweepLine))
LAST = Statement(select(func.max(_S.day)).where(_SWEPT))
FIRST = Statement(select(func.min(_S.day)).where(_SWEPT))
LAST_NOTIFYING = Statement(select(func.max(_S.day)).where(_S.telling == 1, _SWEPT))
LAST_DONE = Statement(_SWEEP_LINE.where(_S.done_at.is_not(None), _SWEPT).order_by(_S.day.desc()).limit(1), SweepLine)
NEXT = Statement(_SWEEP_LINE.where(_S.done_at.is_(None), _SWEPT).order_by(_S.day).limit(1), SweepLine)
_UNDONE = select(_S.day).where(_S.done_at.is_(None), _SWEPT).order_by(_S.day).limit(1)
CLAIM, JOIN = Statement(_UNDONE.with_for_update()), Statement(_UNDONE.with_for_update(read=True))
# Also one that is not done: it may have recorded some of its steps.
NOT_DUE = Statement(_SWEEP_LINE.where(_S.day > bind("today"), _SWEPT).order_by(_S.day).limit(1), SweepLine)
ALL = Statement(_SWEEP_LINE.order_by(_S.series, _S.day), SweepLine)
PLAN = Statement(
    lambda insert: (
        insert(SWEEP)
        .values(inserted(SWEEP, [_S.day, _S.series, _S.made_at]))
        .on_conflict_do_nothing(index_elements=["day", "series"])
    )
)
FINISH = Statement(
    update(SWEEP)
    .where(_S.day == bind("of_day"), _S.series == bind("of_series"))
    .values(inserted(SWEEP, [_S.done_at, _S.steps, _S.telling, _S.previous, _S.hash]))
)
LAST_HASH = Statement(
    select(_S.hash)
    .where(_S.done_at.is_not(None), _S.series == bind("series"))
    .order_by(_S.day.desc())
    .limit(1)
)  # fmt: skip

# A row is checked for a step when the step is newly reached (its last day is between the threshold of the last sweep
# and that of this one), or when it was recomputed since the last sweep (CHECK_FRESH).
_RUNS = and_(
    _C.status == "running", _C.ladder == bind("ladder"), _C.from_day <= bind("on"), _C.last_day <= bind("threshold")
)
_DUE = (
    and_(_RUNS, _C.until_day == FOREVER, _C.last_day > bind("since")),
    # Revisions that held on the swept day and have ended since: only a sweep that catches up finds them.
    and_(_RUNS, _C.until_day < FOREVER, _C.until_day > bind("on"), _C.last_day > bind("since")),
)
_UNREACHED = ~exists().where(
    _E.case == _C.case, _E.clock == _C.clock, _E.ref == _C.ref, _E.last_day == _C.last_day, _E.step == bind("at_step"),
    in_force(ESCALATION),
)  # fmt: skip


def _in_units(inside: bool) -> ColumnElement[bool]:
    of = exists().where(DOCKET.c.case == _C.case, among(DOCKET.c.unit, "units"))
    return of if inside else ~of


# Of all units, of some, of all but some.
_OF: dict[bool | None, list[ColumnElement[bool]]] = {None: [], True: [_in_units(True)], False: [_in_units(False)]}
_STEP = (
    _C.case, _C.workflow, _C.clock, _C.ref, _C.last_day, bind("at_step", type_=Integer).label("step"),
    bind("kind", type_=String).label("kind"), bind("colour", type_=String).label("colour"),
    bind("on", type_=Date).label("day"), bind("series", type_=Integer).label("series"),
)  # fmt: skip


def _reach(where: Sequence[ColumnElement[bool]]) -> Statement:
    # By the cases: without the function SQLite prefers the index of all running clocks of the ladder.
    runs = and_(
        _C.status == "running", func.coalesce(_C.ladder, "") == bind("ladder"), _C.from_day <= bind("on"),
        _C.until_day > bind("on"), _C.last_day <= bind("threshold"),
    )  # fmt: skip
    found = select(*_STEP).where(among(_C.case, "cases"), runs, *where, _UNREACHED)
    names = [column.name for column in _STEP]
    return Statement(
        lambda insert: insert(ESCALATION).from_select(names, found, False).on_conflict_do_nothing().returning(_E.id)
    )


DUE_CASES = {
    inside: tuple(Statement(select(_C.case).distinct().where(due, *where, _UNREACHED)) for due in _DUE)
    for inside, where in _OF.items()
}
REACH = {inside: _reach(where) for inside, where in _OF.items()}
WOULD_REACH = {
    inside: Statement(
        select(*CLOCK_REVISION)
        .where(_RUNS, _C.until_day > bind("on"), *where, _UNREACHED)
        .order_by(_C.last_day, _C.case),
        ClockRevision,
    )
    for inside, where in _OF.items()
}
_FRESH = and_(_C.fresh == 1, _C.from_day <= bind("day"))
_FRESH_CASES = select(_C.case).where(_FRESH).limit(bind("size"))
FRESH_CASES = Statement(_FRESH_CASES)
# Those that no other process has at hand.
FREE_CASES = Statement(_FRESH_CASES.with_for_update(skip_locked=True))
COUNT_FRESH = Statement(select(func.count()).select_from(CLOCK).where(_FRESH))
CHECK_FRESH = Statement(
    update(CLOCK)
    .where(_FRESH, among(_C.case, "cases"))
    .values(fresh=0)
    .returning(_C.case, _C.ladder, _C.status, _C.until_day, _C.last_day)
)
UNITS = Statement(select(DOCKET.c.case, DOCKET.c.unit).where(among(DOCKET.c.case, "cases")))
THRESHOLDS = Statement(
    select(LADDER_THRESHOLD.c.step, LADDER_THRESHOLD.c.last_day).where(
        LADDER_THRESHOLD.c.ladder == bind("ladder"), LADDER_THRESHOLD.c.place == bind("place")
    )
)
DROP_THRESHOLDS = Statement(
    delete(LADDER_THRESHOLD).where(
        LADDER_THRESHOLD.c.ladder == bind("ladder"), LADDER_THRESHOLD.c.place == bind("place")
    )
)
PUT_THRESHOLD = Statement(insert(LADDER_THRESHOLD).values(inserted(LADDER_THRESHOLD)))
FORGET_THRESHOLDS = Statement(delete(LADDER_THRESHOLD))

# Consequences of silence are recorded by gkflow itself under the last day; the clock has stopped with it.
_TAKEN = and_(
    _E.kind == "propose",
    exists().where(
        ENTRY.c.case == _E.case, ENTRY.c.day >= _E.last_day, ENTRY.c.by == SYSTEM,
        # A link written by a sweep or a recalculated last day is not a consequence of the law.
        ENTRY.c.action.not_in(("link", "recount")),
    ),
)  # fmt: skip
_HIGHER = ESCALATION.alias("higher")
_STILL_RUNS = exists().where(
    _C.case == _E.case, _C.clock == _E.clock, _C.ref == _E.ref, _C.from_day <= bind("through"),
    _C.until_day > bind("through"), _C.status == "running", _C.last_day == _E.last_day,
)  # fmt: skip
# Also the steps in hours of a day that was sealed before they were recorded.
_SINCE = or_(_E.day > bind("since"), _E.sealed_with > bind("since"))
_NOBODY_NOTIFIED = ~exists().where(NOTICE.c.escalation == _E.id)
STEPS_REACHED = Statement(
    select(_E.id, _E.case)
    .where(_SINCE, _E.day <= bind("through"), in_force(ESCALATION), _NOBODY_NOTIFIED)
    .order_by(_E.id)
)  # fmt: skip
STEPS_SO_FAR = Statement(
    select(func.count())
    .select_from(ESCALATION)
    .where(_E.day == bind("day"), _E.sealed_with.is_(None), _E.series == bind("series"), _E.id <= bind("through"))
)
# Of two processes with the same steps one notifies; the other then finds the notices. The lines of their cases are
# locked, because locking a step would need the right to change it, which nobody has to have.
LOCK_CASES = Statement(
    select(DOCKET.c.case)
    .where(DOCKET.c.case.in_(select(_E.case).where(among(_E.id, "steps"))))
    .order_by(DOCKET.c.case)
    .with_for_update()
)
# People are notified only of what still holds: the clock runs towards that last day, and no higher step is on record.
NOT_NOTIFIED = Statement(
    select(
        _E.id, _E.case, _E.workflow, _E.clock, _E.ref, _E.last_day, _E.step,
        case((_TAKEN, "take"), else_=_E.kind).label("kind"), _E.colour, _E.day, DOCKET.c.unit, DOCKET.c.officer,
        DOCKET.c.title,
    )
    .select_from(ESCALATION.join(DOCKET, DOCKET.c.case == _E.case))
    .where(
        _SINCE, _E.day <= bind("through"), in_force(ESCALATION), _NOBODY_NOTIFIED,
        ~exists().where(
            _HIGHER.c.case == _E.case, _HIGHER.c.clock == _E.clock, _HIGHER.c.ref == _E.ref,
            _HIGHER.c.last_day == _E.last_day, _HIGHER.c.step > _E.step, in_force(_HIGHER),
        ),
        or_(_TAKEN, _STILL_RUNS), among(_E.id, "steps"),
    )
    .order_by(_E.id),
    ReachedStep,
)  # fmt: skip
_OTHERS = CLOCK.alias("others")
STANDING_STILL = Statement(
    select(
        _C.case, _C.workflow, _C.clock, _C.status, _C.from_day.label("since"), DOCKET.c.unit, DOCKET.c.officer,
        DOCKET.c.title,
    )
    .select_from(CLOCK.join(DOCKET, DOCKET.c.case == _C.case))
    .where(
        _C.status.in_(("suspended", "waiting")), _C.owed == 1, _C.until_day == FOREVER, _C.from_day <= bind("day"),
        DOCKET.c.ended == FOREVER,
        ~exists().where(
            _OTHERS.c.case == _C.case, _OTHERS.c.owed == 0, _OTHERS.c.status == "running",
            _OTHERS.c.until_day == FOREVER, _OTHERS.c.last_day >= bind("day"), _OTHERS.c.obligor != "office",
        ),
    )
    .order_by(_C.from_day, _C.case, _C.clock),
    StandingStill,
)  # fmt: skip
_REACHED = (_E.id, _E.case, _E.workflow, _E.clock, _E.ref, _E.last_day, _E.step, _E.kind, _E.colour, _E.day)
# The steps of a day's sweep: those reached on it, and those in hours recorded after an earlier one was sealed.
_ON_ITS_DAY = and_(_E.day == bind("day"), _E.sealed_with.is_(None))


def _content(which: ColumnElement[bool]) -> Statement:
    of = (which, _E.series == bind("series"), _E.id > bind("after"))
    return Statement(select(*_REACHED).where(*of).order_by(_E.id).limit(bind("size")))


ON_ITS_DAY, SEALED_WITH = _content(_ON_ITS_DAY), _content(_E.sealed_with == bind("day"))
REACHED_ON = Statement(
    select(_E.case, _E.workflow, _E.clock, _E.ref, _E.last_day, _E.step)
    .where(
        or_(_ON_ITS_DAY, _E.sealed_with == bind("day")), _E.series == bind("series"), among(_E.step, "steps")
    )
    .order_by(_E.last_day, _E.case, _E.clock, _E.ref, _E.step)
)  # fmt: skip
RUN_OUT = tuple(
    Statement(
        select(_C.case, _C.ref).where(
            _C.status == "running", _C.ladder == bind("ladder"), _C.from_day <= bind("day"), _C.last_day < bind("day"),
            _C.workflow == bind("workflow"), _C.clock == bind("clock"), still,
        )
    )
    for still in (_C.until_day == FOREVER, and_(_C.until_day < FOREVER, _C.until_day > bind("day")))
)  # fmt: skip

SERIES = Statement(select(func.coalesce(func.max(UNSWEEP.c.series), 0)))
UNSWEPT_HASH = Statement(select(UNSWEEP.c.hash).where(UNSWEEP.c.series == bind("series")))
UNSWEEPS = Statement(select(*columns_of(UNSWEEP, UnsweepLine)).order_by(UNSWEEP.c.series), UnsweepLine)
PUT_UNSWEEP = Statement(insert(UNSWEEP).values(inserted(UNSWEEP)))
STEPS_FROM = Statement(select(func.count()).select_from(ESCALATION).where(_E.day >= bind("day"), in_force(ESCALATION)))
ACTED_LATER = Statement(
    select(ENTRY.c.case).distinct().where(ENTRY.c.day > bind("day"), ENTRY.c.by == SYSTEM).order_by(ENTRY.c.case)
)
BY_PEOPLE = Statement(
    select(literal(1)).select_from(ENTRY).where(ENTRY.c.written_at > bind("since"), ENTRY.c.by != SYSTEM).limit(1)
)
FOUNDED = Statement(select(func.min(CALENDAR_EDITION.c.adopted_at)))
