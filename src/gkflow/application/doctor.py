"""The health checks (体检): whether gkflow runs, whether anything is stuck, how far the calendar reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from gkflow.application.office_context import OfficeContext
from gkflow.application.parked import parked
from gkflow.application.people import examine_people
from gkflow.application.ports import Channel, Ledger
from gkflow.domain.as_dict import AsDict
from gkflow.domain.case import legal_day
from gkflow.domain.endpoint import Endpoint, matches_nothing, types_of
from gkflow.domain.errors import Fault

STALE = timedelta(days=1)  # a day without a sweep: the daemon has stopped, or nobody runs tick
STUCK = timedelta(hours=2)
NOTICE_SEASON = 11  # from November on, next year's notice is due


@dataclass(frozen=True, slots=True)
class HealthCheck(AsDict):
    """The result of one health check (检查项): ``level`` is ok, warning or error."""

    name: str
    level: str
    facts: dict[str, object]


@dataclass(frozen=True, slots=True)
class RuleFiles(AsDict):
    """
    The rule files compared with the rules in use (规则文件状态): other rules wait, or a file or a package has a fault.
    """

    waiting: str = ""  # the edition
    fault: Fault | None = None  # the first one
    packages: Mapping[str, Fault] = field(default_factory=dict)  # of rules: those at fault, each with its first one
    absent: tuple[str, ...] = ()  # distributions that the rules in use were read from, and that are not installed

    def __bool__(self) -> bool:
        return bool(self.waiting or self.fault)


@dataclass(frozen=True, slots=True)
class Around:
    """
    What the database does not know (库外情形): the calendar edition that waits to be adopted and how far the known
    days reach, adopted or not; the state of the rule files; the channels that are set up, and why some of them cannot
    be used; the endpoints.
    """

    waiting_calendar: str = ""
    entered: date | None = None
    rule_files: RuleFiles = RuleFiles()
    channels: Mapping[str, Channel] = field(default_factory=dict)
    broken: Mapping[str, str] = field(default_factory=dict)
    endpoints: tuple[Endpoint, ...] = ()
    no_posts: str = ""  # why nothing can be posted to endpoints


def examine(ledger: Ledger, rules: OfficeContext, now: datetime, around: Around = Around()) -> list[HealthCheck]:
    """
    Check everything that can fail silently (体检). A stale sweep is an error; deadlines that depend on predicted days
    or on a missing notice are a warning.
    """
    today = legal_day(now)
    return [
        _sweep(ledger, today),
        _daemon(ledger, now),
        _clock(ledger, now),
        _delivery(ledger, now),
        *_calendar(ledger, rules, today, around.waiting_calendar, around.entered),
        *_rules(rules, around.rule_files),
        _recounting(ledger),
        _parked(ledger, rules, today),
        *_broken_channels(around.broken),
        *_endpoints(ledger, rules, around),
        *(HealthCheck(*each) for each in examine_people(ledger, rules, around.channels, around.broken)),
        HealthCheck("counts", "ok", dict[str, object](ledger.lists.counts())),
    ]


def channels_used(ledger: Ledger, rules: OfficeContext) -> set[str]:
    """The channels of the people and of the subscriptions (使用中的渠道)."""
    subscribed = {line.channel for line in ledger.subscriptions.listed(live=True)}
    return subscribed | {channel for person in rules.people for channel in person.channels}


def _broken_channels(broken: Mapping[str, str]) -> list[HealthCheck]:
    return [HealthCheck("broken_channels", "warning", {"channels": dict(broken)})] if broken else []


def _endpoints(ledger: Ledger, rules: OfficeContext, around: Around) -> list[HealthCheck]:
    """Endpoints that get no events: failing, parked, for want of a library, or by types that no event has."""
    if not around.endpoints:
        return []
    states = ledger.endpoints.states()
    found = {each.name: states[each.name] for each in around.endpoints if each.name in states}
    facts: dict[str, object] = {
        "count": len(around.endpoints),
        "missing": around.no_posts or None,
        "parked": {name: state.parked for name, state in found.items() if state.parked},
        "failing": {
            name: {"since": state.failing_since, "next_try_at": state.next_try_at, "error": state.error}
            for name, state in found.items()
            if state.failing_since is not None and not state.parked
        },
        "unknown_types": matches_nothing(around.endpoints, types_of(rules.rulebook.workflows.values())),
    }
    wrong = any(value for name, value in facts.items() if name != "count")
    return [HealthCheck("endpoints", "warning" if wrong else "ok", facts)]


def _recounting(ledger: Ledger) -> HealthCheck:
    waiting = len(ledger.recounts.in_recount_queue())
    return HealthCheck("recounting", "warning" if waiting else "ok", {"count": waiting})


def _parked(ledger: Ledger, rules: OfficeContext, today: date) -> HealthCheck:
    found = parked(ledger, rules, today)
    facts = {
        "count": len(found),
        "after": rules.parked_after,
        "cases": sorted({each.line.case for each in found})[:10],
    }
    return HealthCheck("parked", "warning" if found else "ok", facts)


def _sweep(ledger: Ledger, today: date) -> HealthCheck:
    last = ledger.sweeps.last_done()
    if last is None:
        return HealthCheck("sweep", "error", {"last": None, "age_days": None, "ahead_days": None})
    age = (today - last.day).days
    ahead = max(0, -age)  # swept under a wrong clock; nothing else is swept until then
    # Before the daily hour today's sweep is still to come.
    return HealthCheck(
        "sweep",
        "error" if age > STALE.days or ahead else "ok",
        {"last": last.day, "done_at": last.done_at, "age_days": age, "ahead_days": ahead},
    )


def _daemon(ledger: Ledger, now: datetime) -> HealthCheck:
    heartbeat = ledger.heartbeats.last("daemon")
    if heartbeat is None:
        return HealthCheck("daemon", "warning", {"last": None})
    return HealthCheck("daemon", "warning" if now - heartbeat > timedelta(minutes=30) else "ok", {"last": heartbeat})


def _clock(ledger: Ledger, now: datetime) -> HealthCheck:
    last = ledger.lists.last_written()
    behind = last is not None and last - now > timedelta(minutes=5)
    jumped = ledger.heartbeats.last("clock_ahead")
    since = ledger.heartbeats.last("tick")
    still = jumped is not None and (since is None or jumped >= since)
    return HealthCheck(
        "clock", "error" if behind or still else "ok", {"now": now, "last_written": last, "jumped": still}
    )


def _delivery(ledger: Ledger, now: datetime) -> HealthCheck:
    waiting, dead = ledger.outbox.waiting_count()
    heartbeat = ledger.heartbeats.last("deliver")
    late = waiting and (heartbeat is None or now - heartbeat > STUCK)
    level = "error" if late else "warning" if dead else "ok"
    return HealthCheck("delivery", level, {"last": heartbeat if heartbeat else None, "waiting": waiting, "dead": dead})


def _rules(rules: OfficeContext, files: RuleFiles) -> list[HealthCheck]:
    if rules.differing:
        return [HealthCheck("units", "error", {"differing": [each.facts for each in rules.differing]})]
    if not files:
        return []
    if files.packages:
        return [HealthCheck("rule_packages", "error", {"packages": files.packages, "absent": files.absent})]
    state: dict[str, object] = {
        "in_use": rules.rulebook.edition,
        "waiting": files.waiting or None,
        "fault": files.fault,
    }
    return [HealthCheck("rules_edition", "warning", state)]


def _calendar(
    ledger: Ledger, rules: OfficeContext, today: date, waiting: str, entered: date | None
) -> list[HealthCheck]:
    calendar = rules.rulebook.calendar
    through = calendar.announced_through
    next_year = through is not None and through.year <= today.year and today.month >= NOTICE_SEASON
    past = through is not None and through < today
    signs = [
        HealthCheck(
            "calendar",
            "error" if past else "warning" if next_year else "ok",
            {
                "announced_through": through,
                "edition": calendar.edition,
                "missing": today.year + 1 if next_year else None,
                # Entered, but not adopted yet.
                "entered": next_year and entered is not None and entered.year > today.year,
            },
        )
    ]
    if waiting:
        signs.append(HealthCheck("calendar_edition", "warning", {"in_use": calendar.edition, "waiting": waiting}))
    if unknown := _unknown_here(rules, today.year):
        signs.append(HealthCheck("local_days", "warning", {"year": today.year, "festivals": unknown}))
    resting = ledger.lists.provisional(today)
    signs.append(
        HealthCheck(
            "provisional",
            "warning" if resting else "ok",
            {"count": len(resting), "cases": sorted({line.case for line in resting})[:10]},
        )
    )
    return signs


def _unknown_here(rules: OfficeContext, year: int) -> list[str]:
    """The region's yearly festivals for which nobody has entered this year's days off (地方节日待查)."""
    calendars = (rules.rulebook.calendar, *rules.rulebook.local.values())
    return sorted({name for each in calendars for name in each.unknown_here(year, year).get(year, ())})
