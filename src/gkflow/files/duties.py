"""Duty files (周期职责文件): one recurring task per file, due by a recurrence rule."""

from __future__ import annotations

from datetime import date
from string import Formatter
from types import MappingProxyType

from gkflow.domain.recurring import Counting, RecurringTask
from gkflow.domain.sentences import said
from gkflow.files.kinds.duty import CountingKeys, DutyFile
from gkflow.files.model_reader import read_model
from gkflow.files.nodes import Faults, Node
from gkflow.files.openings import conditions_of

TITLE_WORDS = ("year", "last_year", "month")


def duty_from(node: Node, faults: Faults) -> RecurringTask:
    """One recurring task from its file."""
    found = read_model(DutyFile, node, faults)
    file = found.model
    duty = RecurringTask(
        name=file.duty,
        label=file.label,
        workflow=file.workflow,
        rule=file.rule,
        since=file.since,
        ahead=file.ahead,
        title=file.title,
        given=MappingProxyType(file.set),
        cite=file.cite,
        counts=next((_counting(each) for each in file.counts), None),
    )
    if wrong := _wrong_rule(duty):
        found.fault(said('"{rule}" is no recurrence rule (RFC 5545): {wrong}', rule=duty.rule, wrong=wrong), key="rule")
    if not _is_title(duty.title):
        found.fault(said("title may hold {year}, {last_year} and {month}, nothing else"), key="title")
    return duty


def _counting(keys: CountingKeys) -> Counting:
    return Counting(keys.workflow, tuple(keys.actions), conditions_of(keys.when), keys.at_least)


def _wrong_rule(duty: RecurringTask) -> str:
    """Why the rule is invalid; empty if it is valid. Rules within a day, or without progress, are refused."""
    stated = dict(part.partition("=")[::2] for part in duty.rule.upper().split(";"))
    if stated.get("FREQ") in ("HOURLY", "MINUTELY", "SECONDLY"):
        return said("a duty is due on days, not {frequency}", frequency=stated["FREQ"])
    if hours := [key for key in ("BYHOUR", "BYMINUTE", "BYSECOND") if key in stated]:
        return said("a duty is due on days, so no {names}", names=hours)
    if not stated.get("INTERVAL", "1").isdigit() or int(stated.get("INTERVAL", "1")) < 1:
        return said("INTERVAL={interval} never moves on", interval=stated["INTERVAL"])
    if not duty.rule or duty.since == date.min:
        return ""  # reported already
    try:
        next(duty.due_days(duty.since, date(duty.since.year + 5, 12, 31)), None)
    except (ValueError, TypeError, AssertionError) as error:
        return str(error) or said("one rule is wanted, not a set")
    return ""


def _is_title(title: str) -> bool:
    try:
        parts = list(Formatter().parse(title))
    except ValueError:
        return False
    return all(name is None or (name in TITLE_WORDS and not how and spec in ("", "02")) for _, name, spec, how in parts)
