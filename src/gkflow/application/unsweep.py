"""
Sweeps taken back (撤销巡检): sweeps of future days that were made under a wrong clock.

They stay on record, with their escalations, but have no effect; the days are swept again when they come.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gkflow.application.ports import SYSTEM, UNSWEPT, Ledger, Store
from gkflow.domain.as_dict import AsDict
from gkflow.domain.case import legal_day
from gkflow.domain.objections.days import NothingToUnsweep

_ONE_DAY = timedelta(days=1)
_TOLERANCE = timedelta(minutes=5)  # by which two machines of an office may differ
# Chinese, because it is the reason on record of a sweep that was taken back, where nobody stated another.
WRONG_CLOCK = "巡检日期晚于当前时间：本机时间曾经超前"


def swept_ahead(ledger: Ledger, now: datetime) -> date | None:
    """The last swept day, if it is more than a day ahead: nothing else is swept until then."""
    last: date | None = ledger.sweeps.last_sweep()
    return last if last is not None and last - legal_day(now) > _ONE_DAY else None


@dataclass(frozen=True, slots=True)
class Unswept(AsDict):
    """What was taken back (撤销结果): the days, the number of escalations, the cases in which gkflow had acted."""

    from_day: date
    through: date
    escalations: int
    cases: tuple[str, ...]


def unsweep(store: Store, now: datetime, by: str, reason: str = "") -> Unswept:
    """
    Take back the sweeps of future days (撤销巡检), on record.

    Raises Refused ("nothing_to_unsweep") if no such day was swept: a sweep on its day, or later, stays.
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
    Take back automatically what a wrong clock has swept, if the record leaves no doubt which clock was wrong.

    That is so if only gkflow wrote anything later than now, and the future days were caught up under one moment, or
    were the first of all. A difference of one day is ignored: two machines may differ at midnight. If the present
    clock may be the wrong one, nothing is taken back (``swept_ahead``); *expected* is the moment expected by a
    continuously running process.
    """
    today = legal_day(now)
    if swept_ahead(ledger, now) is None:
        return None
    first = ledger.sweeps.first_not_due(today)
    if first is None:
        return None
    begun = ledger.sweeps.first_sweep()
    caught_up = first.day == begun or legal_day(first.done_at or first.made_at) > first.day
    set_back = expected is not None and expected - now > _TOLERANCE
    if set_back or not caught_up or ledger.sweeps.written_by_people(now + _TOLERANCE):
        return None
    return _take_back(ledger, first.day, now, SYSTEM, WRONG_CLOCK)
