"""
The present moment (当前时刻): the single source of time for the command line and an office.

It is the machine's clock, unless ``GKFLOW_NOW`` names another moment, for demonstrations and tests. The daemon
runs by the machine's clock alone and refuses to start under ``GKFLOW_NOW``.
"""

from __future__ import annotations

import os
import re
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as hour
from zoneinfo import ZoneInfo

from gkflow.domain.objections.days import BadNow, MadeUpClock

VARIABLE = "GKFLOW_NOW"
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_DAYS_ON = re.compile(r"([+-]\d{1,5})d")
_MORNING = hour(10)


def machine_clock() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


def now() -> datetime:
    """The moment in ``GKFLOW_NOW``, else that of the machine's clock. Raises Refused ("bad_now")."""
    text = os.environ.get(VARIABLE, "").strip()
    return moment_of(text) if text else machine_clock()


def moment_of(text: str) -> datetime:
    """
    The moment in ``GKFLOW_NOW``: a day (10:00 in Beijing), an ISO moment (in Beijing if it has no zone), or ``+400d``:
    so many days after the machine's clock, which goes on.
    """
    try:
        if found := _DAYS_ON.fullmatch(text):
            return machine_clock() + timedelta(days=int(found[1]))
        if len(text) == len("2026-11-22"):
            return datetime.combine(date.fromisoformat(text), _MORNING, _SHANGHAI)
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=_SHANGHAI)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadNow(variable=VARIABLE, value=text) from None


def is_made_up() -> bool:
    """Whether ``GKFLOW_NOW`` replaces the machine's clock."""
    return bool(os.environ.get(VARIABLE, "").strip())


def require_machine_clock() -> None:
    """Refuse to run an office's daemon under ``GKFLOW_NOW``. Raises Refused ("made_up_clock")."""
    if is_made_up():
        raise MadeUpClock(variable=VARIABLE, value=os.environ[VARIABLE])


def awake_and_asleep() -> float:
    """
    Seconds since an arbitrary moment, including those of a suspended machine.

    On Linux the monotonic clock stops while a laptop sleeps: three nights would look like a clock that jumped, and the
    days between would not be swept.
    """
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.clock_gettime(clock) if clock is not None else time.monotonic()
