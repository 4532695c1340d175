"""
Sweeps and escalations (巡检与督办记录): set-based statements, so that a sweep costs what is due, not what is open.

For every step of a ladder Python makes one threshold day; SQL compares days. Exactly once is a matter of the
unique key of ``escalation``, whoever calls and however often.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from gkflow.application.ports import (
    EVERYWHERE,
    FOREVER,
    SYSTEM,
    ClockRevision,
    ReachedStep,
    StandingStill,
    SweepLine,
    UnsweepLine,
    Where,
)
from gkflow.domain.case import moment_text, seal
from gkflow.store.cursor import Cursor, Part
from gkflow.store.docket import CLOCK_COLUMNS
from gkflow.store.heartbeats import Heartbeats

# A row is looked at for a step when it comes to be reached (its last day between the threshold of the last sweep and
# that of this one), or when it was drawn up since the last sweep.
_RUNS = "status = 'running' AND ladder = ? AND from_day <= ? AND last_day <= ?"
_CONDITIONS = (
    f"{_RUNS} AND until_day = ? AND last_day > ?",
    # Revisions that held on the swept day and have ended since: only a sweep that catches up meets them.
    f"{_RUNS} AND until_day < ? AND until_day > ? AND last_day > ?",
    f"{_RUNS} AND fresh = 1 AND until_day > ?",
)
# What an unsweep has taken back stands on record and counts for nothing.
_HOLDS = "NOT EXISTS (SELECT 1 FROM unsweep u WHERE u.series > {0}.series AND u.from_day <= {0}.day)"
_SWEPT = _HOLDS.format("sweep")
IN_FORCE = _HOLDS.format("e")
_UNREACHED = (
    'NOT EXISTS (SELECT 1 FROM escalation e WHERE e."case" = clock."case" AND e.clock = clock.clock'
    f" AND e.ref = clock.ref AND e.deadline = clock.last_day AND e.step = ?i AND {IN_FORCE})"
)
_REACH = (
    'INSERT INTO escalation ("case", workflow, clock, ref, deadline, step, kind, colour, day, series)'
    f' SELECT "case", workflow, clock, ref, last_day, ?i, ?, ?, ?d, ?i FROM clock WHERE {{due}} AND {_UNREACHED}'
    " ON CONFLICT DO NOTHING"
)
SWEEP_COLUMNS = "day, made_at, done_at, steps, telling, previous, hash, series"
_ONE_DAY = timedelta(days=1)
_ESCALATION = 'id, "case", workflow, clock, ref, deadline, step, kind, colour, day'
# What silence brought about, gkflow itself has put on record under the last day; the clock has stopped with it.
_TAKEN = (
    'e.kind = \'propose\' AND EXISTS (SELECT 1 FROM entry t WHERE t."case" = e."case" AND t.day >= e.deadline'
    # A link that a sweep wrote, a last day counted again: no consequence of the law.
    " AND t.\"by\" = ? AND t.action NOT IN ('link', 'recount'))"
)
# People are notified only of what still holds: the clock runs towards that last day (what was reached today, today's
# clocks have just shown), and no higher step is on record.
_UNTOLD = (
    'SELECT e.id, e."case", e.workflow, e.clock, e.ref, e.deadline, e.step,'
    f" CASE WHEN {_TAKEN} THEN 'take' ELSE e.kind END, e.colour, e.day,"
    ' d.unit, d.officer, d.title FROM escalation e JOIN docket d ON d."case" = e."case"'
    f" WHERE e.day > ? AND e.day <= ? AND {IN_FORCE}"
    ' AND NOT EXISTS (SELECT 1 FROM escalation h WHERE h."case" = e."case" AND h.clock = e.clock AND h.ref = e.ref'
    f" AND h.deadline = e.deadline AND h.step > e.step AND {_HOLDS.format('h')})"
    f' AND (e.day = ? OR {_TAKEN} OR EXISTS (SELECT 1 FROM clock c WHERE c."case" = e."case" AND c.clock = e.clock'
    " AND c.ref = e.ref AND c.from_day <= ? AND c.until_day > ? AND c.status = 'running' AND c.last_day = e.deadline))"
    " AND e.id > ? ORDER BY e.id LIMIT ?"
)
_STANDING_STILL = (
    'SELECT c."case", c.workflow, c.clock, c.status, c.from_day, d.unit, d.officer, d.title'
    ' FROM clock c JOIN docket d ON d."case" = c."case"'
    " WHERE c.status IN ('suspended', 'waiting') AND c.owed = 1 AND c.until_day = ? AND c.from_day <= ? AND d.ended = ?"
    ' AND NOT EXISTS (SELECT 1 FROM clock o WHERE o."case" = c."case" AND o.owed = 0 AND o.status = \'running\''
    " AND o.until_day = ? AND o.last_day >= ? AND o.duty <> 'office')"
    ' ORDER BY c.from_day, c."case", c.clock'
)
# What belongs to the sweep of a day: what was reached on it, and what an hour brought after an earlier one was sealed.
_SEALED = tuple(
    f"SELECT {_ESCALATION} FROM escalation WHERE {which} AND series = ? AND id > ? ORDER BY id LIMIT ?"
    for which in ("day = ? AND sealed_with IS NULL", "sealed_with = ?")
)


class Sweeps(Part):
    """Sweeps in one transaction (巡检)."""

    def __init__(self, shared: Cursor, heartbeats: Heartbeats) -> None:
        super().__init__(shared)
        self._heartbeats = heartbeats

    def last_sweep(self) -> date | None:
        """The last day for which a sweep is on record, done or not."""
        row = self.one(f"SELECT max(day) FROM sweep WHERE {_SWEPT}")
        return self.dialect.read_day(row[0]) if row and row[0] is not None else None

    def first_sweep(self) -> date | None:
        """The day with which the office's sweeps began."""
        row = self.one(f"SELECT min(day) FROM sweep WHERE {_SWEPT}")
        return self.dialect.read_day(row[0]) if row and row[0] is not None else None

    def last_done(self) -> SweepLine | None:
        """The last sweep that was done."""
        rows = self.lines(f" WHERE done_at IS NOT NULL AND {_SWEPT} ORDER BY day DESC LIMIT 1")
        return rows[0] if rows else None

    def lines(self, tail: str = " ORDER BY series, day", values: Sequence[Any] = ()) -> list[SweepLine]:
        """Sweep rows, those taken back among them."""
        return [self.line_of(row) for row in self.all(f"SELECT {SWEEP_COLUMNS} FROM sweep{tail}", values)]

    def line_of(self, row: Sequence[Any]) -> SweepLine:
        moment = self.dialect.read_moment
        return SweepLine._make((self.dialect.read_day(row[0]), moment(row[1]), moment(row[2]), *row[3:]))

    def plan_sweeps(self, days: Sequence[date], now: datetime) -> None:
        """Put down the days that are to be swept; a day that is there already is left as it is."""
        self.run_many(
            "INSERT INTO sweep (day, series, made_at) VALUES (?, ?, ?) ON CONFLICT (day, series) DO NOTHING",
            [(d, self.series, now) for d in days],
        )

    def claim_sweep(self) -> date | None:
        """The oldest undone day, locked for this transaction; another process waits and then finds the next."""
        lock = "" if self.dialect.sqlite else " FOR UPDATE"
        row = self.one(f"SELECT day FROM sweep WHERE done_at IS NULL AND {_SWEPT} ORDER BY day LIMIT 1{lock}")
        return self.dialect.read_day(row[0]) if row is not None else None

    def reach(
        self, ladder: str, step: int, kind: str, colour: str, after: date | None, threshold: date, day: date,
        where: Where = EVERYWHERE,
    ) -> int:  # fmt: skip
        """
        Record *step* for every clock of *ladder* that runs on *day* and whose last day is *threshold* or earlier;
        how many. *after* is the threshold of the last sweep: what lies up to it was looked at then, unless it was
        drawn up since; None looks at everything. *where* says which units' clocks.
        """
        of, units = _of_units(where)
        since = after or date.min
        runs = (ladder, day, threshold)
        values = ((*runs, FOREVER, since), (*runs, FOREVER, day, since), (*runs, day))
        return sum(
            self.run(_REACH.format(due=condition + of), (step, kind, colour, day, self.series, *due, *units, step))
            for condition, due in zip(_CONDITIONS, values, strict=True)
        )

    def looked_at(self, day: date) -> None:
        """What was drawn up by *day* has now been looked at for every step."""
        self.run("UPDATE clock SET fresh = 0 WHERE fresh = 1 AND from_day <= ?", (day,))

    def last_telling(self) -> date | None:
        """The day of the last sweep that told what had been reached."""
        row = self.one(f"SELECT max(day) FROM sweep WHERE telling = 1 AND {_SWEPT}")
        return self.dialect.read_day(row[0]) if row and row[0] is not None else None

    def untold(self, after: date, through: date) -> Iterator[list[ReachedStep]]:
        """The highest step of each clock among those reached in (after, through] that still holds, by pages."""
        day = self.dialect.read_day
        for rows in self.pages(_UNTOLD, (SYSTEM, after, through, through, SYSTEM, through, through), 0):
            yield [ReachedStep._make((*row[:5], day(row[5]), *row[6:9], day(row[9]), *row[10:])) for row in rows]

    def finish_sweep(self, day: date, now: datetime, telling: bool) -> None:
        """Seal the day's sweep: its own columns, its escalations, and the seal of the sweep before."""
        made = self.lines(f" WHERE done_at IS NULL AND {_SWEPT} ORDER BY day LIMIT 1")[0]
        previous = self.last_sweep_hash()
        steps, content = self.content_of(day, made.series)
        line = SweepLine(day, made.made_at, now, steps, 1 if telling else 0, previous, None, made.series)
        sealed = seal_sweep(line, content, self.algorithm)
        self.run(
            "UPDATE sweep SET done_at=?, steps=?, telling=?, previous=?, hash=? WHERE day=? AND series=?",
            (now, steps, line.telling, previous, sealed, day, made.series),
        )
        self._heartbeats.record(
            "sweep", now, f"{day.isoformat()} {sealed}"
        )  # the head of the chain, kept outside of it

    def content_of(self, day: date, series: int = 0) -> tuple[int, str]:
        """How many escalations a sweep has, and the hash of all their columns."""
        digest, count = hashlib.sha256(), 0
        update, dumps = digest.update, json.dumps
        for rows in (page for which in _SEALED for page in self.pages(which, (day, series), 0)):
            count += len(rows)
            if self.dialect.sqlite:
                update(dumps(rows, ensure_ascii=False, separators=(",", ":"))[1:-1].encode() + b",")
            else:
                plain = [[*row[:5], row[5].isoformat(), *row[6:9], row[9].isoformat()] for row in rows]
                update(dumps(plain, ensure_ascii=False, separators=(",", ":"))[1:-1].encode() + b",")
        return count, digest.hexdigest()

    # -- sweeps taken back -------------------------------------------------------------------------------------------

    @property
    def series(self) -> int:
        """The series of sweeps to which a new one belongs: how many times sweeps have been taken back."""
        if self._series is None:
            self._series = int(self.one("SELECT coalesce(max(series), 0) FROM unsweep")[0])
        return self._series

    _series: int | None = None  # one transaction, one series: whoever begins another holds the sweeps

    def last_sweep_hash(self) -> str:
        """The seal with which the chain of sweeps ends so far."""
        row = self.one(
            "SELECT hash FROM sweep WHERE done_at IS NOT NULL AND series = ? ORDER BY day DESC LIMIT 1", (self.series,)
        ) or self.one("SELECT hash FROM unsweep WHERE series = ?", (self.series,))
        return str(row[0]) if row is not None else ""

    def first_not_due(self, today: date) -> SweepLine | None:
        """The first sweep of a day later than *today*."""
        rows = self.lines(f" WHERE day > ? AND done_at IS NOT NULL AND {_SWEPT} ORDER BY day LIMIT 1", (today,))
        return rows[0] if rows else None

    def unsweep(self, from_day: date, at: datetime, by: str, reason: str) -> int:
        """
        Take back every sweep from *from_day* on (撤销巡检), on record; how many escalations that were. What waits
        to be sent of them is dropped by delivery; the thresholds used by them are forgotten, so that every clock is
        looked at again.
        """
        through, previous, series = self.last_sweep() or from_day, self.last_sweep_hash(), self.series + 1
        line = UnsweepLine(series, from_day, through, at, by, reason, previous, "")
        sealed = seal_unsweep(line, self.algorithm)
        count = int(self.one(f"SELECT count(*) FROM escalation e WHERE e.day >= ? AND {IN_FORCE}", (from_day,))[0])
        self.run(
            'INSERT INTO unsweep (series, from_day, through, at, "by", reason, previous, hash)'
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*line[:7], sealed),
        )
        self._series = series
        self.run("DELETE FROM pulse WHERE name LIKE 'ladder %'")
        self.run("DELETE FROM pulse WHERE name = 'clock_ahead'")
        self._heartbeats.record("sweep", at, f"{from_day.isoformat()} {sealed}")
        return count

    def acted_on_later_than(self, day: date) -> list[str]:
        """The cases that hold an entry of gkflow's own under a later day."""
        rows = self.all('SELECT DISTINCT "case" FROM entry WHERE day > ? AND "by" = ? ORDER BY "case"', (day, SYSTEM))
        return [str(row[0]) for row in rows]

    def written_by_people(self, since: datetime) -> bool:
        """Whether anybody but gkflow wrote an entry later than a moment."""
        return self.one('SELECT 1 FROM entry WHERE written_at > ? AND "by" <> ? LIMIT 1', (since, SYSTEM)) is not None

    def founded(self) -> datetime | None:
        """When the office was founded: it adopted its first calendar edition then."""
        row = self.one("SELECT min(adopted_at) FROM calendar_edition")
        return self.dialect.read_moment(row[0]) if row is not None else None

    def unsweeps(self) -> list[UnsweepLine]:
        """What was taken back, oldest first."""
        rows = self.all(
            'SELECT series, from_day, through, at, "by", reason, previous, hash FROM unsweep ORDER BY series'
        )
        day, moment = self.dialect.read_day, self.dialect.read_moment
        return [UnsweepLine._make((row[0], day(row[1]), day(row[2]), moment(row[3]), *row[4:])) for row in rows]

    def run_out(self, workflow: str, clock: str, ladder: str, day: date) -> list[tuple[str, str]]:
        """The runs of a clock whose last day was before *day* and that still run on it: case, ref."""
        runs = "status = 'running' AND ladder = ? AND from_day <= ? AND last_day < ? AND workflow = ? AND clock = ?"
        values = (ladder, day, day, workflow, clock)
        found: dict[tuple[str, str], None] = {}
        for until, more in (("until_day = ?", (FOREVER,)), ("until_day < ? AND until_day > ?", (FOREVER, day))):
            rows = self.all(f'SELECT "case", ref FROM clock WHERE {runs} AND {until}', (*values, *more))
            found.update(dict.fromkeys((row[0], row[1]) for row in rows))
        return sorted(found)

    def standing_still(self, day: date) -> list[StandingStill]:
        """The office's clocks that stand still or wait on *day* in an open case, while nobody's term runs."""
        rows = self.all(_STANDING_STILL, (FOREVER, day, FOREVER, FOREVER, day))
        return [StandingStill._make((*row[:4], self.dialect.read_day(row[4]), *row[5:])) for row in rows]

    def reached_on(self, day: date, steps: Sequence[int]) -> list[tuple[str, str, str, str, date, int]]:
        """What the sweep of *day* holds for one of these steps: case, workflow, clock, ref, last day, step."""
        marks = ", ".join("?" * len(steps))
        rows = self.all(
            'SELECT "case", workflow, clock, ref, deadline, step FROM escalation'
            " WHERE (day = ? AND sealed_with IS NULL OR sealed_with = ?) AND series = ?"
            f' AND step IN ({marks}) ORDER BY deadline, "case", clock, ref, step',
            (day, day, self.series, *steps),
        )
        return [(*row[:4], self.dialect.read_day(row[4]), row[5]) for row in rows]

    def would_reach(
        self, ladder: str, step: int, threshold: date, day: date, where: Where = EVERYWHERE
    ) -> list[ClockRevision]:
        """The clocks for which *step* would be recorded on *day*."""
        of, units = _of_units(where)
        rows = self.all(
            f"SELECT {CLOCK_COLUMNS} FROM clock WHERE {_RUNS} AND until_day > ?{of} AND {_UNREACHED}"
            ' ORDER BY last_day, "case"',
            (ladder, day, threshold, day, *units, step),
        )
        return [self.dialect.clock_line(row) for row in rows]


def _of_units(where: Where) -> tuple[str, tuple[str, ...]]:
    """The condition on the unit that has the case; nothing where every unit goes by one calendar."""
    if not where.units:
        return "", ()
    marks = ", ".join("?" * len(where.units))
    exists = "EXISTS" if where.inside else "NOT EXISTS"
    return f' AND {exists} (SELECT 1 FROM docket o WHERE o."case" = clock."case" AND o.unit IN ({marks}))', where.units


def seal_sweep(line: SweepLine, content: str, algorithm: str) -> str:
    """The hash of a sweep: all its columns, the content of its escalations, the sweep before."""
    done: Any = moment_text(line.done_at) if line.done_at is not None else None
    return seal(
        (
            line.day.isoformat(),
            moment_text(line.made_at),
            done,
            line.steps,
            line.telling,
            line.previous,
            content,
        ),
        algorithm,
    )


def seal_unsweep(line: UnsweepLine, algorithm: str) -> str:
    """The hash of what took sweeps back: all its columns, the seal of the last sweep before among them."""
    return seal(
        (
            "unsweep", line.series, line.from_day.isoformat(), line.through.isoformat(), moment_text(line.at),
            line.by, line.reason, line.previous,
        ),
        algorithm,
    )  # fmt: skip
