"""Duty files (周期职责文件): one recurring duty a file, due by a recurrence rule."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType

from gkflow.domain.recurring import RecurringDuty
from gkflow.files.nodes import Faults, Node, plain
from gkflow.files.reading import Section


def duty_from(node: Node, faults: Faults) -> RecurringDuty:
    """One recurring duty as its file says it."""
    with Section(node, "", faults) as section:
        duty = RecurringDuty(
            name=section.text("duty"),
            label=section.text("label"),
            workflow=section.text("workflow", "duty"),
            rule=section.text("rule"),
            since=section.day("since") or date.min,
            ahead=section.integer("ahead", 30, least=0),
            title=section.text("title"),
            given=MappingProxyType({str(name): plain(each) for name, each in section.items("set")}),
            cite=section.text("cite"),
        )
        if duty.rule and duty.since > date.min:
            try:
                next(duty.due_days(duty.since, date(duty.since.year + 5, 12, 31)), None)
            except (ValueError, TypeError, AssertionError) as error:
                section.fault(f'"{duty.rule}" is no recurrence rule (RFC 5545): {error}', "rule")
        try:
            duty.title_of(date(2026, 1, 31))
        except (LookupError, ValueError):
            section.fault("title may hold {year}, {last_year} and {month}, nothing else", "title")
    return duty
