"""The clock rules of a workflow file (计时规则): what starts, stops, restarts, suspends, extends and bars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from types import MappingProxyType

from gkflow.domain.fact_rules import Held
from gkflow.domain.sentences import said
from gkflow.domain.workflow import (
    BarRule,
    ClockRule,
    ExtendRule,
    LapseRule,
    RestartRule,
    SuspendRule,
    Trigger,
    WaitRule,
)
from gkflow.files.kinds.clock import (
    BarKeys,
    ClockKeys,
    ExtendKeys,
    LapseKeys,
    RestartKeys,
    StartKeys,
    StopKeys,
    WaitKeys,
)
from gkflow.files.kinds.workflow import WorkflowFile
from gkflow.files.model_reader import Found
from gkflow.files.openings import conditions_of


def clock_of(name: str, keys: ClockKeys, found: Found[WorkflowFile]) -> ClockRule:
    """The rule of one clock (计时规则)."""
    clock = ("clocks", name)
    if not keys.start and found.node_at(*clock, "start").value == []:
        found.fault(said("nothing starts it"), *clock, key="start")
    if keys.shortened_by and not keys.until:
        text = said("shortened_by says why a named day (until) is early, but no fact names one")
        found.fault(text, *clock, key="shortened_by")
    return ClockRule(
        name=name,
        label=keys.label,
        limit=keys.limit,
        obligor=keys.duty,
        kind=keys.kind,
        starts=tuple(_triggers(found, keys.start, *clock, "start")),
        restarts=tuple(
            RestartRule(each.action, each.after, each.once, _held(found, each, *clock, "restart", at))
            for at, each in enumerate(keys.restart)
        ),
        waits=tuple(
            WaitRule(
                Trigger(each.action, conditions_of(each.when), held=_held(found, each, *clock, "wait", at)),
                each.within,
                each.before_last_day,
                each.once,
                each.by_last_day,
            )
            for at, each in enumerate(keys.wait)
        ),
        suspends=tuple(_suspends(found, keys, *clock, "suspend")),
        extends=tuple(
            ExtendRule(
                each.action,
                each.limit,
                each.approval,
                tuple(each.approvers),
                _held(found, each, *clock, "extend", at),
            )
            for at, each in enumerate(keys.extend)
        ),
        stops=tuple(_triggers(found, keys.stop, *clock, "stop")),
        ladder=keys.ladder,
        lapse=tuple(_lapse(found, each, *clock, "lapse", at) for at, each in enumerate(keys.lapse)),
        paired=keys.paired,
        until=keys.until,
        shortened_by=keys.shortened_by,
        bars=tuple(BarRule(each.action, each.when, each.held) for each in _triggers(found, keys.bars, *clock, "bars")),
        stands_for=keys.stands_for,
        passes_on=tuple(keys.passes_on),
        set_aside=tuple(keys.set_aside),
    )


def _triggers(
    found: Found[WorkflowFile], triggers: Sequence[StartKeys | StopKeys | BarKeys], *path: str | int
) -> Iterator[Trigger]:
    """Actions with an effect on a clock; each unconditional one only once."""
    named: set[str] = set()
    for at, each in enumerate(triggers):
        if each.model_fields_set == {"action"} and each.action:
            if each.action in named:
                *section, key = path
                found.fault(said('{key} names "{action}" twice', key=key, action=each.action), *section, key=str(key))
            named.add(each.action)
        limit = each.limit if isinstance(each, StartKeys) else ""
        day = each.day if isinstance(each, StopKeys) else ""
        held = _held(found, each, *path, at)
        yield Trigger(each.action, conditions_of(each.when), day, limit, held)


def _suspends(found: Found[WorkflowFile], keys: ClockKeys, *path: str | int) -> Iterator[SuspendRule]:
    for at, each in enumerate(keys.suspend):
        # "until" names the action that ends the suspension.
        held = held_of(each.since, each.until_day, found, *path, at, key="until_day")
        yield SuspendRule(
            Trigger(each.action, conditions_of(each.when), held=held),
            each.until,
            each.lapse,
            conditions_of(each.lapse_when),
            conditions_of(each.silence),
        )


def held_of(
    since: date | None, until: date | None, found: Found[WorkflowFile], *path: str | int, key: str = "until"
) -> Held | None:
    """The days between which a rule applies (效力期间), inclusive."""
    if since is None and until is None:
        return None
    if since is not None and until is not None and until < since:
        found.fault(said("{key} {until} lies before since {since}", key=key, until=until, since=since), *path, key=key)
    return Held(since, until)


def _held(
    found: Found[WorkflowFile], keys: StopKeys | BarKeys | RestartKeys | WaitKeys | ExtendKeys, *path: str | int
) -> Held | None:
    return held_of(keys.since, keys.until, found, *path)


def _lapse(found: Found[WorkflowFile], keys: LapseKeys, *path: str | int) -> LapseRule:
    given = keys.model_fields_set
    if {"take", "propose"} <= given:
        found.fault(said("says both propose and take"), *path, key="take")
    elif not {"take", "propose"} & given:
        found.fault(said('key "propose" is missing'), *path)
    action = (keys.take if "take" in given else keys.propose) or ""
    return LapseRule(action, "take" in given, conditions_of(keys.when), MappingProxyType(keys.facts), keys.cite)
