"""``gkflow cases`` (台账): the cases on a day, each with its most urgent clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any

import typer

import gkflow
from gkflow.application.case_lines import LONGEST_WITHIN, CaseQuery
from gkflow.cli import options
from gkflow.cli.columns import Column
from gkflow.cli.output import show
from gkflow.cli.resolve_names import clock_named, person_labels, unit_label, workflow_named
from gkflow.domain.objections.cases import NoPages
from gkflow.domain.sentences import said, said_as
from gkflow.domain.urgency import ListStatus
from gkflow.words.language import label_of, label_or, listed, say
from gkflow.words.vocabulary import LIGHTS, LIST_STATUSES, UNCLOCKED, VERDICTS, word

if TYPE_CHECKING:
    from gkflow.application.case_lines import CaseLine
    from gkflow.office import Office

_COMPUTED = ("ran_out", "recorded_as")  # of a query; the others are asked for
_MISFILED = ListStatus.MISFILED.value
# The keys of a row, in this order: what scripts rely on.
KEYS = (
    "case", "workflow", "title", "state", "state_label", "unit", "officer", "received", "clock", "clock_label",
    "deadline", "earliest", "provisional", "status", "verdict", "days_left", "light", "reason",
    "attention", "officer_name",
)  # fmt: skip


def command(
    include_closed: bool = typer.Option(False, "--all", help=said("closed cases too")),
    clock: str = typer.Option(
        "",
        "--clock",
        metavar=said("CLOCK"),
        help=said("look at this clock, e.g. reply"),
    ),
    overdue: bool = typer.Option(False, "--overdue", help=said("only those overdue")),
    due_within: str = typer.Option("", "--due-within", metavar="N", help=said("only those due within N working days")),
    attention: bool = typer.Option(
        False,
        "--attention",
        help=said("only those with a power that has lapsed, e.g. to confirm"),
    ),
    state: str = typer.Option("", "--state", metavar=said("STATE"), help=said("by code or label")),
    workflow: str = typer.Option("", "--workflow", metavar=said("WORKFLOW"), help=said("by code or label")),
    unit: str = typer.Option("", "--unit", metavar=said("CODE"), help=said("the unit")),
    officer: str = typer.Option("", "--officer", metavar=said("NAME"), help=said("the officer")),
    limit: str = typer.Option("", "--limit", metavar="N", help=said("a page of N cases")),
    after: str = typer.Option("", "--after", metavar=said("CURSOR"), help=said("the page after the one that gave it")),
    as_of: str = options.AS_OF,
    as_known_on: str = options.AS_KNOWN_ON,
    recorded_by: str = options.RECORDED_BY,
    format: str = options.FORMAT,
    output: str = options.OUTPUT,
    exit_code: bool = typer.Option(False, "--exit-code", help=said("exit code 1 when the list is not empty")),
) -> None:
    """The docket: open, overdue, due cases."""
    within = options.whole(due_within, "--due-within", most=LONGEST_WITHIN) if due_within else None
    day, known = options.day(as_of), options.day(as_known_on)
    with gkflow.open() as office:
        if workflow:
            workflow = workflow_named(office.rules.rulebook, workflow)
        if clock:
            clock = clock_named(office.rules.rulebook, clock, workflow)
        query = CaseQuery(include_closed, overdue, within, clock, state, workflow, unit, officer, attention)
        if limit or after:
            if known is not None or recorded_by:
                raise NoPages()
            page = office.page(query, as_of=day, after=after, limit=options.whole(limit or "50", "--limit", 1))
            lines, following = list(page.rows), page.next
            counted = office.count(query, by="status", as_of=page.day)
        else:
            lines, following = _whole_list(office, query, day, known, recorded_by), None
            counted = Counter(line.status for line in lines)
        rows = [{key: getattr(line, "last_day" if key == "deadline" else key) for key in KEYS} for line in lines]
        show(rows, _columns(office, format, output, include_closed, lines, attention), format, output or None)
    if format == "table" and not output:
        counts = _counts(counted)
        paged = bool(limit or after) and bool(counted)
        print(say("{counts}; {rows} on this page", counts=counts, rows=len(lines)) if paged else counts)
    if following is not None:
        # Not among the rows: a program that reads them must find nothing else there.
        typer.echo(say("more: the same command with --after {cursor}", cursor=following), err=True)
    if exit_code and rows:
        raise typer.Exit(1)


def _whole_list(
    office: Office, query: CaseQuery, day: date | None, known: date | None, recorded_by: str
) -> list[CaseLine]:
    filters = {field.name: getattr(query, field.name) for field in fields(query) if field.name not in _COMPUTED}
    return office.cases(as_of=day, known_on=known, recorded_by=recorded_by or None, **filters)


def _counts(counted: Mapping[str, int]) -> str:
    """The last line: the number of cases in each list; what was received by mistake is none."""
    if not counted:
        return say("no such cases.")
    mistaken = counted.get(_MISFILED, 0)
    parts = [
        f"{word(LIST_STATUSES, status)} {counted[status]}"
        for status in LIST_STATUSES
        if counted.get(status) and status != _MISFILED
    ]
    counts = say(
        "{count} {count:case|cases}: {statuses}", count=sum(counted.values()) - mistaken, statuses=say(", ").join(parts)
    )
    if not mistaken:
        return counts
    return say("{counts}; besides, misfiled: {count}", counts=counts if parts else say("no case"), count=mistaken)


def _light(row: Mapping[str, Any]) -> str | None:
    colour: str | None = row["light"]
    return colour


def _last_day(row: Mapping[str, Any]) -> str:
    if row["deadline"] is None:
        return say("earliest {earliest}", earliest=row["earliest"]) if row["earliest"] else ""
    return f"{row['deadline']}" + (say(" provisional") if row["provisional"] else "")


def _status(row: Mapping[str, Any]) -> str:
    why = word(UNCLOCKED, row["reason"]) if row["reason"] else ""
    return word(LIST_STATUSES, row["status"]) + (say(" ({why})", why=why) if why else "")


def _columns(
    office: Office, format: str, output: str, include_closed: bool, lines: Sequence[CaseLine], attention: bool
) -> list[Column]:
    """The columns for people: on a screen the important ones, in a spreadsheet all."""
    flows = office.rules.rulebook.workflows

    def workflow(name: str) -> str:
        return label_of(flows[name].label, name) if name in flows else name

    number = Column("case", said_as("cases.case", "case"), style=_light, solid=True)
    title = Column("title", said("title"))
    flow = Column("workflow", said("workflow"), words=workflow)
    state = Column("state_label", said("state")) if say("en") == "zh" else Column("state", said("state"))
    people = person_labels(office)
    officer = Column("officer", said("officer"), words=lambda id_: people.get(id_, id_))
    received = Column("received", said("received"))
    limit = Column("clock_label", said("clock")) if say("en") == "zh" else Column("clock", said("clock"))

    status = Column("status", said("status"), style=_light, row_words=_status)
    left = Column("days_left", said("days left"), style=_light)
    verdict = Column("verdict", said("verdict"), words=lambda each: word(VERDICTS, each))
    unit = Column("unit", said("unit"), words=lambda code: label_or(unit_label(office, code) or code, code))

    def past(row: Mapping[str, Any]) -> str:
        rules = flows[row["workflow"]].clocks if row["workflow"] in flows else ()
        labels = {rule.name: label_or(rule.label, rule.name) for rule in rules}
        return listed(labels.get(name, name) for name in row["attention"])

    past_powers = Column("attention", said("past"), style="yellow", row_words=past)

    def unconfirmed(line: CaseLine) -> bool:
        # Most powers are never needed; a lapsed one matters if the duty itself has not begun.
        rule = flows[line.workflow].clock(line.clock or "") if line.workflow in flows else None
        return bool(line.attention) and rule is not None and bool(rule.stands_for)

    if format in ("csv", "xlsx") or output:
        return [
            number, flow, title, state, unit, officer, received, limit,
            Column("deadline", said("deadline")), Column("earliest", said("earliest")),
            Column("provisional", said("provisional")), status,
            verdict, left,
            Column("light", said("light"), words=lambda each: word(LIGHTS, each)), past_powers,
        ]  # fmt: skip
    last = Column("deadline", said("last day"), style=_light, row_words=_last_day, solid=True)
    held = [verdict] if include_closed else []
    of = [unit] if len(office.settings.units) > 1 else []
    mind = [past_powers] if attention or any(map(unconfirmed, lines)) else []
    return [number, flow, title, state, *of, officer, received, limit, last, left, status, *held, *mind]
