"""
Sweeps and escalations (巡检与督办记录): set-based statements, so that a sweep costs what is due, not what is open.

For every step of a ladder Python makes one threshold day; SQL compares days. Exactly once is a matter of the
unique key of ``escalation``, whoever calls and however often.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

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

from gkflow.application.ports import (
    EVERYWHERE,
    FOREVER,
    SYSTEM,
    ChainHead,
    ClockRevision,
    ReachedStep,
    StandingStill,
    SweepLine,
    UnsweepLine,
    Where,
)
from gkflow.domain.case import moment_text, seal
from gkflow.domain.workflow import Step
from gkflow.store.chain_heads import ChainHeads
from gkflow.store.cursor import Cursor, Part
from gkflow.store.docket import CLOCK_REVISION
from gkflow.store.heartbeats import Heartbeats
from gkflow.store.statement import Statement, among, bind, columns_of, inserted
from gkflow.store.tables import CALENDAR_EDITION, CLOCK, DOCKET, ENTRY, ESCALATION, LADDER_THRESHOLD, SWEEP, UNSWEEP

_C, _E, _S = CLOCK.c, ESCALATION.c, SWEEP.c


def in_force(row: FromClause) -> ColumnElement[bool]:
    """The condition that no unsweep has taken a sweep or a step back: one that was is on record and counts no more."""
    return ~exists().where(UNSWEEP.c.series > row.c.series, UNSWEEP.c.from_day <= row.c.day)


_SWEPT = in_force(SWEEP)
_SWEEP_LINE = select(*columns_of(SWEEP, SweepLine))
_LAST = Statement(select(func.max(_S.day)).where(_SWEPT))
_FIRST = Statement(select(func.min(_S.day)).where(_SWEPT))
_LAST_TELLING = Statement(select(func.max(_S.day)).where(_S.telling == 1, _SWEPT))
_LAST_DONE = Statement(_SWEEP_LINE.where(_S.done_at.is_not(None), _SWEPT).order_by(_S.day.desc()).limit(1), SweepLine)
_NEXT = Statement(_SWEEP_LINE.where(_S.done_at.is_(None), _SWEPT).order_by(_S.day).limit(1), SweepLine)
_CLAIM = Statement(select(_S.day).where(_S.done_at.is_(None), _SWEPT).order_by(_S.day).limit(1).with_for_update())
_NOT_DUE = Statement(
    _SWEEP_LINE.where(_S.day > bind("today"), _S.done_at.is_not(None), _SWEPT).order_by(_S.day).limit(1), SweepLine
)
_ALL = Statement(_SWEEP_LINE.order_by(_S.series, _S.day), SweepLine)
_PLAN = Statement(
    lambda insert: (
        insert(SWEEP)
        .values(inserted(SWEEP, [_S.day, _S.series, _S.made_at]))
        .on_conflict_do_nothing(index_elements=["day", "series"])
    )
)
_FINISH = Statement(
    update(SWEEP)
    .where(_S.day == bind("of_day"), _S.series == bind("of_series"))
    .values(inserted(SWEEP, [_S.done_at, _S.steps, _S.telling, _S.previous, _S.hash]))
)
_LAST_HASH = Statement(
    select(_S.hash)
    .where(_S.done_at.is_not(None), _S.series == bind("series"))
    .order_by(_S.day.desc())
    .limit(1)
)  # fmt: skip

# A row is looked at for a step when it comes to be reached (its last day between the threshold of the last sweep and
# that of this one), or when it was drawn up since the last sweep.
_RUNS = and_(
    _C.status == "running", _C.ladder == bind("ladder"), _C.from_day <= bind("on"), _C.last_day <= bind("threshold")
)
_DUE = (
    and_(_RUNS, _C.until_day == FOREVER, _C.last_day > bind("since")),
    # Revisions that held on the swept day and have ended since: only a sweep that catches up meets them.
    and_(_RUNS, _C.until_day < FOREVER, _C.until_day > bind("on"), _C.last_day > bind("since")),
    and_(_RUNS, _C.fresh == 1, _C.until_day > bind("on")),
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


def _reach(due: ColumnElement[bool], where: Sequence[ColumnElement[bool]]) -> Statement:
    found = select(*_STEP).where(due, *where, _UNREACHED)
    names = [column.name for column in _STEP]
    return Statement(lambda insert: insert(ESCALATION).from_select(names, found, False).on_conflict_do_nothing())


_REACH = {inside: tuple(_reach(due, where) for due in _DUE) for inside, where in _OF.items()}
_WOULD_REACH = {
    inside: Statement(
        select(*CLOCK_REVISION)
        .where(_RUNS, _C.until_day > bind("on"), *where, _UNREACHED)
        .order_by(_C.last_day, _C.case),
        ClockRevision,
    )
    for inside, where in _OF.items()
}
_LOOKED_AT = Statement(update(CLOCK).where(_C.fresh == 1, _C.from_day <= bind("day")).values(fresh=0))
_THRESHOLDS = Statement(
    select(LADDER_THRESHOLD.c.step, LADDER_THRESHOLD.c.last_day).where(
        LADDER_THRESHOLD.c.ladder == bind("ladder"), LADDER_THRESHOLD.c.place == bind("place")
    )
)
_DROP_THRESHOLDS = Statement(
    delete(LADDER_THRESHOLD).where(
        LADDER_THRESHOLD.c.ladder == bind("ladder"), LADDER_THRESHOLD.c.place == bind("place")
    )
)
_PUT_THRESHOLD = Statement(insert(LADDER_THRESHOLD).values(inserted(LADDER_THRESHOLD)))
_FORGET_THRESHOLDS = Statement(delete(LADDER_THRESHOLD))

# What silence brought about, gkflow itself has put on record under the last day; the clock has stopped with it.
_TAKEN = and_(
    _E.kind == "propose",
    exists().where(
        ENTRY.c.case == _E.case, ENTRY.c.day >= _E.last_day, ENTRY.c.by == SYSTEM,
        # A link that a sweep wrote, a last day counted again: no consequence of the law.
        ENTRY.c.action.not_in(("link", "recount")),
    ),
)  # fmt: skip
_HIGHER = ESCALATION.alias("higher")
_STILL_RUNS = exists().where(
    _C.case == _E.case, _C.clock == _E.clock, _C.ref == _E.ref, _C.from_day <= bind("through"),
    _C.until_day > bind("through"), _C.status == "running", _C.last_day == _E.last_day,
)  # fmt: skip
# People are notified only of what still holds: the clock runs towards that last day (what was reached today, today's
# clocks have just shown), and no higher step is on record.
_UNTOLD = Statement(
    select(
        _E.id, _E.case, _E.workflow, _E.clock, _E.ref, _E.last_day, _E.step,
        case((_TAKEN, "take"), else_=_E.kind).label("kind"), _E.colour, _E.day, DOCKET.c.unit, DOCKET.c.officer,
        DOCKET.c.title,
    )
    .select_from(ESCALATION.join(DOCKET, DOCKET.c.case == _E.case))
    .where(
        _E.day > bind("told"), _E.day <= bind("through"), in_force(ESCALATION),
        ~exists().where(
            _HIGHER.c.case == _E.case, _HIGHER.c.clock == _E.clock, _HIGHER.c.ref == _E.ref,
            _HIGHER.c.last_day == _E.last_day, _HIGHER.c.step > _E.step, in_force(_HIGHER),
        ),
        or_(_E.day == bind("through"), _TAKEN, _STILL_RUNS), _E.id > bind("after"),
    )
    .order_by(_E.id)
    .limit(bind("size")),
    ReachedStep,
)  # fmt: skip
_OTHERS = CLOCK.alias("others")
_STANDING_STILL = Statement(
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
# What belongs to the sweep of a day: what was reached on it, and what an hour brought after an earlier one was sealed.
_ON_ITS_DAY = and_(_E.day == bind("day"), _E.sealed_with.is_(None))
_SEALED = tuple(
    Statement(
        select(*_REACHED)
        .where(which, _E.series == bind("series"), _E.id > bind("after"))
        .order_by(_E.id)
        .limit(bind("size"))
    )
    for which in (_ON_ITS_DAY, _E.sealed_with == bind("day"))
)
_REACHED_ON = Statement(
    select(_E.case, _E.workflow, _E.clock, _E.ref, _E.last_day, _E.step)
    .where(
        or_(_ON_ITS_DAY, _E.sealed_with == bind("day")), _E.series == bind("series"), among(_E.step, "steps")
    )
    .order_by(_E.last_day, _E.case, _E.clock, _E.ref, _E.step)
)  # fmt: skip
_RUN_OUT = tuple(
    Statement(
        select(_C.case, _C.ref).where(
            _C.status == "running", _C.ladder == bind("ladder"), _C.from_day <= bind("day"), _C.last_day < bind("day"),
            _C.workflow == bind("workflow"), _C.clock == bind("clock"), still,
        )
    )
    for still in (_C.until_day == FOREVER, and_(_C.until_day < FOREVER, _C.until_day > bind("day")))
)  # fmt: skip

_SERIES = Statement(select(func.coalesce(func.max(UNSWEEP.c.series), 0)))
_UNSWEPT_HASH = Statement(select(UNSWEEP.c.hash).where(UNSWEEP.c.series == bind("series")))
_UNSWEEPS = Statement(select(*columns_of(UNSWEEP, UnsweepLine)).order_by(UNSWEEP.c.series), UnsweepLine)
_UNSWEEP = Statement(insert(UNSWEEP).values(inserted(UNSWEEP)))
_STEPS_FROM = Statement(select(func.count()).select_from(ESCALATION).where(_E.day >= bind("day"), in_force(ESCALATION)))
_ACTED_LATER = Statement(
    select(ENTRY.c.case).distinct().where(ENTRY.c.day > bind("day"), ENTRY.c.by == SYSTEM).order_by(ENTRY.c.case)
)
_BY_PEOPLE = Statement(
    select(literal(1)).select_from(ENTRY).where(ENTRY.c.written_at > bind("since"), ENTRY.c.by != SYSTEM).limit(1)
)
_FOUNDED = Statement(select(func.min(CALENDAR_EDITION.c.adopted_at)))


class Sweeps(Part):
    """Sweeps in one transaction (巡检)."""

    def __init__(self, shared: Cursor, heads: ChainHeads, heartbeats: Heartbeats) -> None:
        super().__init__(shared)
        self._heads, self._heartbeats = heads, heartbeats

    def last_sweep(self) -> date | None:
        """The last day for which a sweep is on record, done or not."""
        found: date | None = self.value(_LAST)
        return found

    def first_sweep(self) -> date | None:
        """The day with which the office's sweeps began."""
        found: date | None = self.value(_FIRST)
        return found

    def last_done(self) -> SweepLine | None:
        """The last sweep that was done."""
        found: SweepLine | None = self.row(_LAST_DONE)
        return found

    def plan_sweeps(self, days: Sequence[date], now: datetime) -> None:
        """Put down the days that are to be swept; a day that is there already is left as it is."""
        self.run_many(_PLAN, [{"day": day, "series": self.series, "made_at": now} for day in days])

    def claim_sweep(self) -> date | None:
        """The oldest undone day, locked for this transaction; another process waits and then finds the next."""
        found: date | None = self.value(_CLAIM)
        return found

    def reach(
        self, ladder: str, step: Step, after: date | None, threshold: date, day: date, where: Where = EVERYWHERE
    ) -> int:
        """
        Record *step* for every clock of *ladder* that runs on *day* and whose last day is *threshold* or earlier;
        how many. *after* is the threshold of the last sweep: what lies up to it was looked at then, unless it was
        drawn up since; None looks at everything. *where* says which units' clocks.
        """
        inside, units = _of_units(where)
        return sum(
            self.run(
                statement, ladder=ladder, at_step=step.offset, kind=step.kind, colour=step.colour,
                since=after or date.min, threshold=threshold, on=day, series=self.series, **units,
            )
            for statement in _REACH[inside]
        )  # fmt: skip

    def looked_at(self, day: date) -> None:
        """What was drawn up by *day* has now been looked at for every step."""
        self.run(_LOOKED_AT, day=day)

    def thresholds(self, ladder: str, place: str) -> dict[int, date]:
        """Up to which last day the last sweep looked for each step of a ladder, of the units of one calendar."""
        return {row.step: row.last_day for row in self.rows(_THRESHOLDS, ladder=ladder, place=place)}

    def keep_thresholds(self, ladder: str, place: str, used: dict[int, date]) -> None:
        """Keep the thresholds of this sweep for the next one, in place of those of the last."""
        self.run(_DROP_THRESHOLDS, ladder=ladder, place=place)
        self.run_many(
            _PUT_THRESHOLD,
            [{"ladder": ladder, "place": place, "step": step, "last_day": day} for step, day in used.items()],
        )

    def last_telling(self) -> date | None:
        """The day of the last sweep that told what had been reached."""
        found: date | None = self.value(_LAST_TELLING)
        return found

    def untold(self, after: date, through: date) -> Iterator[list[ReachedStep]]:
        """The highest step of each clock among those reached in (after, through] that still holds, by pages."""
        yield from self.pages(_UNTOLD, 0, told=after, through=through)

    def finish_sweep(self, day: date, now: datetime, telling: bool) -> None:
        """Seal the day's sweep: its own columns, its escalations, and the seal of the sweep before."""
        made: SweepLine = self.row(_NEXT)
        previous = self.last_sweep_hash()
        steps, content = self.content_of(day, made.series)
        line = SweepLine(day, made.made_at, now, steps, 1 if telling else 0, previous, None, made.series)
        sealed = seal_sweep(line, content, self.algorithm)
        self.run(
            _FINISH, of_day=day, of_series=made.series, done_at=now, steps=steps, telling=line.telling,
            previous=previous, hash=sealed,
        )  # fmt: skip
        self._heads.move(ChainHead("sweep", day.isoformat(), sealed))

    def content_of(self, day: date, series: int = 0) -> tuple[int, str]:
        """How many escalations a sweep has, and the hash of all their columns."""
        # As it is stored: what cannot be read is no fault here, it is not what was sealed.
        digest, count = hashlib.sha256(), 0
        for which in _SEALED:
            for rows in self.raw_pages(which, 0, day=day, series=series):
                count += len(rows)
                text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"), default=date.isoformat)
                digest.update(text[1:-1].encode() + b",")
        return count, digest.hexdigest()

    # -- sweeps taken back -------------------------------------------------------------------------------------------

    @property
    def series(self) -> int:
        """The series of sweeps to which a new one belongs: how many times sweeps have been taken back."""
        if self._series is None:
            self._series = int(self.value(_SERIES))
        return self._series

    _series: int | None = None  # one transaction, one series: whoever begins another holds the sweeps

    def last_sweep_hash(self) -> str:
        """The seal with which the chain of sweeps ends so far."""
        found = self.row(_LAST_HASH, series=self.series) or self.row(_UNSWEPT_HASH, series=self.series)
        return str(found.hash) if found is not None else ""

    def lines(self) -> list[SweepLine]:
        """Every sweep, those taken back among them."""
        return self.rows(_ALL)

    def raw_lines(self) -> list[tuple[Any, ...]]:
        """The same as the database has it: for who has to see what was really stored."""
        return self.raw(_ALL)

    def line_of(self, row: Sequence[Any]) -> SweepLine:
        """One of the raw lines as a value. Raises ValueError where it cannot be read."""
        found: SweepLine = _ALL.maker(self.dialect.sqlite)(row)
        return found

    def first_not_due(self, today: date) -> SweepLine | None:
        """The first sweep of a day later than *today*."""
        found: SweepLine | None = self.row(_NOT_DUE, today=today)
        return found

    def unsweep(self, from_day: date, at: datetime, by: str, reason: str) -> int:
        """
        Take back every sweep from *from_day* on (撤销巡检), on record; how many escalations that were. What waits
        to be sent of them is dropped by delivery; the thresholds used by them are forgotten, so that every clock is
        looked at again.
        """
        through, previous, series = self.last_sweep() or from_day, self.last_sweep_hash(), self.series + 1
        line = UnsweepLine(series, from_day, through, at, by, reason, previous, "")
        line = line._replace(hash=seal_unsweep(line, self.algorithm))
        count = int(self.value(_STEPS_FROM, day=from_day))
        self.run(_UNSWEEP, **line._asdict())
        self._series = series
        self.run(_FORGET_THRESHOLDS)
        self._heartbeats.forget("clock_ahead")
        self._heads.move(ChainHead("sweep", from_day.isoformat(), line.hash))
        return count

    def unsweeps(self) -> list[UnsweepLine]:
        """What was taken back, oldest first."""
        return self.rows(_UNSWEEPS)

    def acted_on_later_than(self, day: date) -> list[str]:
        """The cases that hold an entry of gkflow's own under a later day."""
        return [str(number) for number in self.column(_ACTED_LATER, day=day)]

    def written_by_people(self, since: datetime) -> bool:
        """Whether anybody but gkflow wrote an entry later than a moment."""
        return self.row(_BY_PEOPLE, since=since) is not None

    def founded(self) -> datetime | None:
        """When the office was founded: it adopted its first calendar edition then."""
        found: datetime | None = self.value(_FOUNDED)
        return found

    # -- what a sweep looks for --------------------------------------------------------------------------------------

    def run_out(self, workflow: str, clock: str, ladder: str, day: date) -> list[tuple[str, str]]:
        """The runs of a clock whose last day was before *day* and that still run on it: case, ref."""
        of = {"workflow": workflow, "clock": clock, "ladder": ladder, "day": day}
        return sorted({(row.case, row.ref) for statement in _RUN_OUT for row in self.rows(statement, **of)})

    def standing_still(self, day: date) -> list[StandingStill]:
        """The office's clocks that stand still or wait on *day* in an open case, while nobody's term runs."""
        return self.rows(_STANDING_STILL, day=day)

    def reached_on(self, day: date, steps: Sequence[int]) -> list[tuple[str, str, str, str, date, int]]:
        """What the sweep of *day* holds for one of these steps: case, workflow, clock, ref, last day, step."""
        return [tuple(row) for row in self.rows(_REACHED_ON, day=day, series=self.series, steps=steps)]

    def would_reach(
        self, ladder: str, step: int, threshold: date, day: date, where: Where = EVERYWHERE
    ) -> list[ClockRevision]:
        """The clocks for which *step* would be recorded on *day*."""
        inside, units = _of_units(where)
        return self.rows(_WOULD_REACH[inside], ladder=ladder, at_step=step, threshold=threshold, on=day, **units)


def _of_units(where: Where) -> tuple[bool | None, dict[str, tuple[str, ...]]]:
    """Which condition on the unit that has the case; none where every unit goes by one calendar."""
    return (where.inside, {"units": where.units}) if where.units else (None, {})


def seal_sweep(line: SweepLine, content: str, algorithm: str) -> str:
    """The hash of a sweep: all its columns, the content of its escalations, the sweep before."""
    done: Any = moment_text(line.done_at) if line.done_at is not None else None
    return seal(
        (
            line.day.isoformat(), moment_text(line.made_at), done, line.steps, line.telling, line.previous, content,
        ),
        algorithm,
    )  # fmt: skip


def seal_unsweep(line: UnsweepLine, algorithm: str) -> str:
    """The hash of what took sweeps back: all its columns, the seal of the last sweep before among them."""
    return seal(
        (
            "unsweep", line.series, line.from_day.isoformat(), line.through.isoformat(), moment_text(line.at),
            line.by, line.reason, line.previous,
        ),
        algorithm,
    )  # fmt: skip
