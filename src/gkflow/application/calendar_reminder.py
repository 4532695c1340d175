"""The reminder to enter next year's notice of days off (催录放假安排): weekly from 1 November until it is entered."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from gkflow.application.composing import Notification, compose, put, receivers_of
from gkflow.application.doctor import NOTICE_SEASON
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import Store
from gkflow.domain.calendar import UNSETTLED_FROM
from gkflow.domain.case import legal_day

ROLES = ("clerk", "disclosure_head")
_PULSE = "calendar_asked"
# Chinese, because they are kept as facts of the notice, which the office's wording puts into Chinese letters.
_CASE, _LABEL = "工作日历", "放假安排"
_TITLE = "{year}年放假安排尚未采用，跨年的届满日只是暂定；通知公布后请录入并采用：gkflow calendar adopt"


def ask_for_notice(store: Store, rules: OfficeContext, now: datetime, today: date) -> int | None:
    """
    Notify those who keep the calendar that the next notice is missing (催录放假安排), once a week: from 1 November,
    and at any time if an open deadline depends on predicted days.

    The first call on or after the first working day of a week sends it; later calls in that week find it sent.
    Returns the year whose notice is missing, or None if nobody was notified now.
    """
    calendar = rules.rulebook.calendar
    through = calendar.announced_through
    if through is None:
        return None
    if through.year > today.year or today.month < NOTICE_SEASON:
        with store.reading() as ledger:
            # Before November, only if an open deadline depends on unannounced days; one that waits for a local notice
            # does not wait for the national one.
            lines = ledger.lists.provisional(today)
        if not any(line.last_day is not None and _may_move(line.last_day, through) for line in lines):
            return None
    monday = today - timedelta(days=today.weekday())
    if today < calendar.roll(monday):
        return None
    year, week, _ = today.isocalendar()
    name = f"{year}-W{week:02}"
    missing = through.year + 1
    with store.writing() as ledger:
        rules = rules.renewed(ledger)
        last = ledger.heartbeats.last(_PULSE)
        if last is not None and legal_day(last).isocalendar()[:2] == (year, week):
            return None
        notification = Notification(f"calendar/{missing}/{name}", _facts(missing, today), unit=rules.unit)
        put(ledger, rules, compose(rules, notification, receivers_of(rules.addressees(ROLES)), now), now)
        ledger.heartbeats.record(_PULSE, now, name)
    return missing


def _may_move(last: date, through: date) -> bool:
    """Whether the notice after *through* may move a last day: it is later, or among the days that were unsettled."""
    return last >= date(through.year, *UNSETTLED_FROM)


def _facts(missing: int, today: date) -> dict[str, object]:
    return {
        "kind": "calendar", "case": _CASE, "workflow_label": _LABEL, "year": missing,
        "title": _TITLE.format(year=missing), "day": today.isoformat(),
    }  # fmt: skip
