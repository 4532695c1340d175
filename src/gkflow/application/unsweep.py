"""
Sweeps taken back (撤销巡检): days later than now that were swept under a clock that was wrong.

They stay on record, with their escalations, and count for nothing; the days are swept again when they come.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gkflow.application.ports import SYSTEM, UNSWEPT, Ledger, Store
from gkflow.domain.case import legal_day
from gkflow.domain.objections.days import NothingToUnsweep

_ONE_DAY = timedelta(days=1)
_TOLERANCE = timedelta(minutes=5)  # by which two machines of an office may differ
WRONG_CLOCK = "巡检日期晚于当前时间：本机时间曾经超前"


def swept_ahead(ledger: Ledger, now: datetime) -> date | None:
    """The last day that has been swept, where it lies more than a day ahead: until then nothing else will be."""
    last: date | None = ledger.sweeps.last_sweep()
    return last if last is not None and last - legal_day(now) > _ONE_DAY else None


@dataclass(frozen=True, slots=True)
class Unswept:
    """What was taken back (撤销结果): the days, how many escalations, the cases in which gkflow had acted by them."""

    from_day: date
    through: date
    escalations: int
    cases: tuple[str, ...]


def unsweep(store: Store, now: datetime, by: str, reason: str = "") -> Unswept:
    """
    Take back the sweeps of days that are still to come (撤销巡检), on record.

    Raises Refused ("nothing_to_unsweep") where no such day was swept: what was swept on its day, or later, stays.
    """
    with store.writing(hold="alone") as ledger:
        first = ledger.sweeps.first_not_due(legal_day(now))
        if first is None:
            raise NothingToUnsweep(today=legal_day(now))
        return _take_back(ledger, first.day, now, by, reason or WRONG_CLOCK)


def _take_back(ledger: Ledger, first: date, now: datetime, by: str, reason: str) -> Unswept:
    through = ledger.sweeps.last_sweep() or first
    escalations = ledger.sweeps.unsweep(first, now, by, reason)
    ledger.stale_notices.after_unsweep(UNSWEPT, now)
    return Unswept(first, through, escalations, tuple(ledger.sweeps.acted_on_later_than(legal_day(now))))


def set_right(ledger: Ledger, now: datetime, expected: datetime | None) -> Unswept | None:
    """
    Take back by itself what a wrong clock has swept, where the record leaves no doubt which clock was wrong.

    That is so where nobody but gkflow wrote anything later than now, and the days to come were caught up under one
    moment, or were the first of all. A day's difference is none: two machines may differ at midnight. Where it may as
    well be the clock of now that is wrong, nothing is taken back (``swept_ahead``); *expected* is what a process that
    has been running all the time expects it to say.
    """
    today = legal_day(now)
    if swept_ahead(ledger, now) is None:
        return None
    first = ledger.sweeps.first_not_due(today)
    if first is None or first.done_at is None:
        return None
    begun = ledger.sweeps.first_sweep()
    caught_up = first.day == begun or legal_day(first.done_at) > first.day
    set_back = expected is not None and expected - now > _TOLERANCE
    if set_back or not caught_up or ledger.sweeps.written_by_people(now + _TOLERANCE):
        return None
    return _take_back(ledger, first.day, now, SYSTEM, WRONG_CLOCK)
