"""The caches of a case (台账与计时缓存): the rows that lists show, computed from the record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, Protocol

from gkflow.domain.recalculation_key import READ

FOREVER = date(9999, 12, 31)  # the until_day of a row that still holds; the ended day of an open case
SAMPLE = 500  # cases whose caches ``verify`` recomputes, unless it is given another number


class DocketLine(NamedTuple):
    """
    The docket line of a case (台账行), with the count and head hash of its record, and from ``from_day`` on what a
    list filters and sorts by (see ``DocketRevision``).
    """

    case: str
    workflow: str
    edition: str
    title: str
    state: str
    unit: str
    officer: str
    received: date
    latest: date
    ended: date
    entries: int
    head: str
    from_day: date = FOREVER
    status: str = ""
    clock: str = ""
    ref: str = ""
    last_day: date = FOREVER
    power_day: date = FOREVER


class DocketRevision(NamedTuple):
    """
    What a list filters and sorts by (台账修订), from ``from_day`` until before ``until_day``.

    The case is open while ``ended`` is FOREVER. ``status`` is that of the office's most urgent clock, which
    ``clock`` and ``ref`` name: running, suspended, waiting; "done" if it has stopped or the office owes nothing,
    "unclocked" if nothing has been answered and no clock runs. What changes as days pass (due, overdue, lights) is a
    comparison with ``last_day``: that of a running or stopped clock, else FOREVER. ``power_day`` is the earliest last
    day of a power of the office that has not been used, else FOREVER.
    """

    case: str
    from_day: date
    until_day: date
    workflow: str
    title: str
    state: str
    unit: str
    officer: str
    received: date
    ended: date
    status: str
    clock: str
    ref: str
    last_day: date
    power_day: date


class ClockRevision(NamedTuple):
    """One revision of a clock (计时行), valid from ``from_day`` until before ``until_day``."""

    case: str
    clock: str
    ref: str
    from_day: date
    until_day: date
    workflow: str
    obligor: str
    kind: str
    owed: int
    status: str
    verdict: str
    since: date
    last_day: date | None
    remaining: int | None
    stopped: date | None
    days_left: int | None
    provisional: int
    earliest: date | None
    latest: date | None
    risk: date | None
    ladder: str
    fresh: int
    calendar: str
    recalculation_key: str = READ  # what the last day depends on (domain/recalculation_key.py)
    stopped_by: str = ""  # the action that stopped it


class Docket(Protocol):
    """Docket and clocks in one transaction (台账与计时缓存)."""

    def line(self, case: str) -> DocketLine | None:
        """The docket line of a case."""
        ...

    def put(self, lines: Sequence[DocketLine], fresh: bool) -> None:
        """Write docket lines: *fresh* ones are new."""
        ...

    def revisions(self, case: str) -> list[DocketRevision]:
        """The docket revisions of a case but for the last one, which is in its docket line."""
        ...

    def add_revisions(self, rows: Sequence[DocketRevision]) -> None:
        """Write docket revisions."""
        ...

    def drop_revisions(self, case: str) -> None:
        """Delete the docket revisions of a case, to be written again."""
        ...

    def clocks(self, case: str) -> list[ClockRevision]:
        """Every revision of every clock of a case."""
        ...

    def add_clocks(self, lines: Sequence[ClockRevision]) -> None:
        """Write clock revisions."""
        ...

    def check_again(self, case: str) -> None:
        """Let the next sweep check every running clock of a case for every step."""
        ...

    def end_clock(self, line: ClockRevision, until: date) -> None:
        """End a revision before *until*."""
        ...

    def drop_clocks(self, case: str, day: date) -> None:
        """Delete the revisions from *day* on, to be recomputed."""
        ...

    def drop(self, cases: Sequence[str]) -> None:
        """Delete docket and clocks of some cases, to be rebuilt from the record."""
        ...

    def heads(self) -> dict[str, tuple[int, str]]:
        """Count and head hash of every case, as the docket keeps them."""
        ...
