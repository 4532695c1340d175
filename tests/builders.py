"""
Small values with defaults, for tests (测试用的小值).

A record is written as people would write it: ``["2025-09-22 receive channel=in_person"]``. The rules are those of
this repository; the calendar is the national one, which a test may replace.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gkflow.application.facts import fact_names, read_facts
from gkflow.calendars.national import national_calendar
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.case import Case, Entry, record_of
from gkflow.domain.clock import Clock, read_clocks
from gkflow.domain.deadline import Deadline
from gkflow.domain.law import Citation, Law, LimitUnit, LimitValue, TimeLimit
from gkflow.domain.machine import replay
from gkflow.domain.reckoning import reckon_all
from gkflow.domain.rulebook import Rulebook
from gkflow.domain.workflow import Workflow
from gkflow.files.rulebook_files import read_rulebook
from gkflow.files.workflows import workflow_from_source

REPOSITORY = Path(__file__).parents[1]

# A failing property would else print twenty years of days.
WorkCalendar._repr_pretty_ = lambda self, printer, cycle: printer.text(repr(self))

# One clock with every verb: what each test changes, it says.
SMALL: dict[str, Any] = {
    "workflow": "small",
    "label": "小流程",
    "states": {
        "open": {"label": "办理中", "public": "正在办理"},
        "closed": {"label": "已办结", "public": "已办结", "final": True},
    },
    "facts": {
        "ref": {"label": "征求对象"},
        "days": {"label": "天数", "type": "integer"},
        "approved_by": {"label": "批准人"},
        "until": {"label": "期限届满之日", "type": "day"},
    },
    "actions": {
        "receive": {"label": "收件", "first": True, "to": "open", "accepts": ["until"]},
        "consult": {"label": "征求意见", "from": ["open"], "accepts": ["ref"]},
        "answer": {"label": "答复意见", "from": ["open"], "accepts": ["ref"]},
        "extend": {"label": "延长", "from": ["open"], "accepts": ["days", "approved_by"]},
        "renew": {"label": "重新计算", "from": ["open"]},
        "close": {"label": "办结", "from": "any_open", "to": "closed"},
        "note": {"label": "备注", "from": "any"},
        "correct_entry": {"label": "更正记录", "from": "any"},
    },
    "clocks": {
        "reply": {
            "label": "答复",
            "limit": "reg/reply",
            "start": ["receive"],
            "restart": [{"action": "renew"}],
            "suspend": [{"action": "consult", "until": "answer"}],
            "extend": [{"action": "extend", "limit": "reg/extension", "approval": "approved_by"}],
            "stop": ["close"],
        }
    },
}


@cache
def national() -> WorkCalendar:
    """The national calendar, as the package knows it."""
    return national_calendar()


@cache
def rules(profile: str = "national") -> Rulebook:
    """The rulebook of this repository."""
    return read_rulebook([REPOSITORY], national(), profile)


def d(text: str) -> date:
    """A day."""
    return date.fromisoformat(text)


def changed(path: Path, old: str, new: str) -> None:
    """Write a file anew, with *new* where it said *old*; where it did not, the test is wrong."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def a_calendar(days_off: Iterable[str] = (), makeup_days: Iterable[str] = (), **more: Any) -> WorkCalendar:
    """A calendar of plain weeks, but for the days named."""
    return WorkCalendar(days_off=map(d, days_off), makeup_days=map(d, makeup_days), **more)


def a_value(length: int | None = 20, unit: LimitUnit = LimitUnit.WORKING_DAY, **more: Any) -> LimitValue:
    return LimitValue(length, unit, Citation("条例", "第三十三条"), **more)


def a_limit(name: str = "reg/reply", value: LimitValue | None = None, since: str = "2000-01-01") -> TimeLimit:
    return TimeLimit(name, name, ((d(since), value or a_value()),))


def a_workflow(name: str = "", **changes: Any) -> Workflow:
    """A workflow of this repository by name, or the small one with *changes* to its top keys."""
    if name:
        return rules().workflow(name)
    data = copy.deepcopy(SMALL)
    for key, change in changes.items():
        data[key] = {**data[key], **change} if isinstance(change, dict) else change
    return workflow_from_source(json.dumps(data, ensure_ascii=False))


def a_rulebook(
    reply: LimitValue | None = None,
    extension: LimitValue | None = None,
    calendar: WorkCalendar | None = None,
    workflow: Workflow | None = None,
) -> Rulebook:
    """A rulebook of the small workflow alone, with its two limits."""
    workflow = workflow or a_workflow()
    limits = [a_limit("reg/reply", reply), a_limit("reg/extension", extension)]
    return Rulebook(
        MappingProxyType({workflow.name: workflow}),
        Law(limits=MappingProxyType({limit.name: limit for limit in limits})),
        MappingProxyType({}),
        calendar or a_calendar(),
    )


def an_entry(workflow: Workflow, seq: int, line: str, case: str = "C-1", **more: Any) -> Entry:
    """An entry from ``DAY ACTION fact=value …``; a fact that the action does not carry is an error of the test."""
    day, name, *pairs = line.split()
    given = dict(pair.split("=", 1) for pair in pairs)
    action = workflow.actions[name]
    if strange := set(given) - set(fact_names(workflow, action)):
        raise ValueError(f"{name} carries no {sorted(strange)}")
    entry = Entry(
        case, seq, name, d(day), datetime.fromisoformat(f"{day}T01:00:00").replace(tzinfo=UTC),
        facts=read_facts(workflow, action, given), workflow=workflow.name, edition=workflow.edition,
    )  # fmt: skip
    return replace(entry, **more)


def entries_of(lines: Sequence[str], workflow: str | Workflow = "request") -> tuple[Entry, ...]:
    """Entries numbered in the order in which they are given, which need not be that of their days."""
    flow = workflow if isinstance(workflow, Workflow) else a_workflow(workflow)
    return tuple(an_entry(flow, seq, line) for seq, line in enumerate(lines, 1))


def a_case(
    record: Sequence[str] = ("2025-09-22 receive",), workflow: str | Workflow = "request", as_of: str | None = None
) -> Case:
    """A case as its record gives it."""
    flow = workflow if isinstance(workflow, Workflow) else a_workflow(workflow)
    return replay(flow, "C-1", record_of(entries_of(record, flow), d(as_of) if as_of else None))


def clocks_of(record: Sequence[str], workflow: str | Workflow = "request") -> dict[tuple[str, str], Clock]:
    """The clocks of a record, by (name, ref)."""
    flow = workflow if isinstance(workflow, Workflow) else a_workflow(workflow)
    return {(clock.rule.name, clock.ref): clock for clock in read_clocks(flow, record_of(entries_of(record, flow)))}


def deadlines_of(
    record: Sequence[str] | Sequence[Entry], as_of: str | date, rulebook: Rulebook | None = None, workflow: str = ""
) -> Mapping[tuple[str, str], Deadline]:
    """Every deadline of a record on a day, by (name, ref); of requests, where no rulebook says otherwise."""
    book = rulebook or rules()
    flow = book.workflow(workflow) if workflow else next(iter(book.workflows.values())) if rulebook else None
    flow = flow or a_workflow("request")
    day = as_of if isinstance(as_of, date) else d(as_of)
    entries = [line if isinstance(line, Entry) else an_entry(flow, seq, line) for seq, line in enumerate(record, 1)]
    return reckon_all(read_clocks(flow, record_of(entries, day)), book.limit, book.calendar, day)


def reply_of(record: Sequence[str] | Sequence[Entry], as_of: str | date, rulebook: Rulebook | None = None) -> Deadline:
    """The deadline of the clock ``reply``."""
    return deadlines_of(record, as_of, rulebook)["reply", ""]
