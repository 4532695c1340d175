"""``gkflow feed`` (期限订阅): the deadlines of an officer's open cases as an iCalendar file."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

import gkflow
from gkflow.bootstrap import now
from gkflow.cli import options
from gkflow.cli.day_by_day import counted_words
from gkflow.cli.escalation_rows import short_moment
from gkflow.cli.output import reason
from gkflow.cli.resolve_names import person_label
from gkflow.domain.case import legal_day
from gkflow.domain.deadline import Status
from gkflow.domain.objections.installation import Unreadable
from gkflow.domain.sentences import said
from gkflow.domain.workflow import ClockKind, Obligor
from gkflow.papers.feed import AllDay, feed_of
from gkflow.words.language import label_of, say
from gkflow.words.vocabulary import amount, day_words

if TYPE_CHECKING:
    from gkflow.application.case_lines import CaseLine
    from gkflow.application.explain import CaseView
    from gkflow.domain.deadline import Deadline
    from gkflow.office import Office


def command(
    officer: str = typer.Option(
        "", "--officer", metavar=said("NAME"),
        help=said("the officer; without it, every open case"),
    ),
    as_of: str = options.AS_OF,
    recorded_by: str = options.RECORDED_BY,
    output: str = options.OUTPUT,
) -> None:  # fmt: skip
    """The deadlines of an officer's open cases as an iCalendar file."""
    with gkflow.open() as office:
        moment = office.recorded_moment(recorded_by or None)
        day = options.day(as_of) or legal_day(moment or office.moment(None))
        lines = office.cases(officer=officer.strip(), as_of=day, recorded_by=moment)
        events = [event for line in lines for event in _events_of(office, line, day, moment)]
    name = say("Deadlines") + (f" {officer.strip()}" if officer.strip() else "")
    write(events, name, output)


def write(events: Iterable[AllDay], name: str, output: str) -> None:
    """Write a feed into a file, or on the screen. Raises Unfit for a file that cannot be written."""
    listing = list(events)
    feed = feed_of(listing, name, now())
    if not output:
        sys.stdout.flush()
        sys.stdout.buffer.write(feed)
        sys.stdout.flush()
        return
    try:
        Path(output).write_bytes(feed)
    except OSError as error:
        raise Unreadable(file=output, reason=reason(error)) from None
    typer.echo(say("{output}: {count} {count:event|events} written", output=output, count=len(listing)), err=True)


def _events_of(office: Office, line: CaseLine, day: date, recorded_by: datetime | None = None) -> Iterator[AllDay]:
    """One event for each deadline that concerns the office: its duties, its powers and its own targets."""
    view = office.view(line.case, as_of=day, recorded_by=recorded_by)
    for deadline in view.deadlines.values():
        rule = deadline.clock.rule
        if deadline.status is not Status.RUNNING or rule.obligor is not Obligor.OFFICE:
            continue
        # A term needs no action; a lapsed power and a missed target are past.
        if rule.kind is ClockKind.DUTY or (rule.kind is not ClockKind.TERM and deadline.last_day >= day):
            yield _event(office, view, deadline)


def event_of_line(office: Office, line: CaseLine, day: date, known_on: date | None = None) -> AllDay:
    """The event of the clock shown for a case in a list, as known on a day; the same one as in the feed."""
    view = office.view(line.case, as_of=day, known_on=known_on)
    return _event(office, view, view.deadlines[line.clock or "", line.ref])


def _event(office: Office, view: CaseView, deadline: Deadline) -> AllDay:
    rule, ref = deadline.clock.rule, deadline.clock.ref
    assert deadline.last_day is not None
    label = label_of(rule.label, rule.name)
    hour = f" {short_moment(deadline.last_moment)[-5:]}" if deadline.last_moment is not None else ""
    who = say(" ({ref})", ref=ref) if ref else ""
    late = say("overdue: ") if deadline.verdict == "overdue" else ""
    firm = say(" (provisional)") if deadline.provisional else ""
    return AllDay(
        # Not the day: a deadline that moves is the same event on another day.
        key=("deadline", office.settings.unit, view.case.number, rule.name, ref),
        day=deadline.last_day,
        summary=f"{late}{label}{who}{hour} {view.case.number}{firm}",
        words="\n".join(_description(office, view, deadline)),
        tentative=deadline.provisional,
    )


def _description(office: Office, view: CaseView, deadline: Deadline) -> Iterator[str]:
    """The text below the event, line by line."""
    assert deadline.last_day is not None
    if title := view.case.facts.get("title"):
        yield str(title)
    flow, state = view.workflow, view.workflow.states.get(view.case.state)
    where = label_of(state.label, state.name) if state is not None else view.case.state
    yield say("{workflow}, {state}", workflow=label_of(flow.label, flow.name), state=where)
    if officer := view.case.facts.get("officer"):
        yield say("officer: {officer}", officer=person_label(office, str(officer)))
    yield say("last day: ") + day_words(deadline.last_day)
    if deadline.clock.rule.kind == "power":
        yield say("a power that lapses with this day; nothing is overdue")
    elif deadline.clock.rule.kind == "target":
        yield say("an internal target; nothing is overdue")
    if deadline.provisional:
        yield counted_words(True, deadline.earliest, deadline.latest).strip()
    if deadline.value is not None:
        cite, length = deadline.value.citation, deadline.value.length
        yield (
            say("by {cite}", cite=cite)
            if length is None
            else say("by {cite}: {length}", cite=cite, length=amount(length, deadline.value.unit))
        )
