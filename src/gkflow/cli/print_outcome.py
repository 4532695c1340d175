"""The outcome of an entry, as ``receive`` and ``do`` print it (办理结果)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from gkflow.application.actions import most_urgent
from gkflow.cli.escalation_rows import short_moment
from gkflow.cli.resolve_names import actions_words, findings_rows
from gkflow.cli.words import error_words
from gkflow.domain.named_days import moment_of
from gkflow.words.language import label_of, label_or, say
from gkflow.words.vocabulary import day_words

if TYPE_CHECKING:
    from gkflow.application.actions import Outcome
    from gkflow.domain.workflow import Workflow


def entered_row(entered: Outcome, workflow: Workflow) -> dict[str, Any]:
    """The outcome as JSON."""
    return {
        "case": entered.number, "seq": entered.seq, "workflow": entered.workflow, "state": entered.state,
        "state_label": entered.state_label, "public": entered.public, "day": entered.day,
        "day_zero": entered.day_zero, "last_day": entered.last_day, "provisional": entered.provisional,
        "opened": list(entered.opened), "next": list(entered.next),
        "findings": findings_rows(workflow, entered.findings),
    }  # fmt: skip


def warn_notes(entered: Outcome) -> None:
    """The notes of an outcome on stderr, for a format that has no place for them."""
    for note in entered.notes:
        typer.echo(error_words(note), err=True)


def clock_words(entered: Outcome) -> str:
    """The clock of the last day."""
    urgent = most_urgent(dict(entered.deadlines))
    return label_of(urgent.clock.rule.label, urgent.name) if urgent is not None else say("limit")


def last_day_words(entered: Outcome, day: date | None, provisional: bool = False) -> str:
    """A last day as text, or why there is none."""
    urgent = most_urgent(dict(entered.deadlines))
    if day is not None:
        hour = urgent.last_moment if urgent is not None and urgent.last_day == day else None
        until = f" {short_moment(hour)[-5:]}" if hour is not None else ""
        return day_words(day) + until + (say(" provisional") if provisional else "")
    if urgent is None:
        return say("no clock runs")
    if urgent.stopped is not None:
        return say("done, the clock has stopped")
    return say("none while the clock stands still or waits")


def print_entered(entered: Outcome, workflow: Workflow, dry_run: bool) -> None:
    """Print number, state, last day, findings and allowed actions."""
    action = workflow.actions[entered.action]
    if dry_run:
        print(say("a dry run, nothing was written:"))
    elif not entered.written:
        print(say("done before under this key, not written again:"))
    print(
        say(
            "case      {case} ({workflow}, entry {seq})",
            case=entered.number,
            seq=entered.seq,
            workflow=label_or(workflow.label, workflow.name),
        )
    )
    print(say("action    {day} {action}", day=entered.day, action=label_or(action.label, action.name)))
    if entered.recorded_as_of is not None:
        print(
            say(
                "          recorded as of {day}; state, last day and next actions are those of today",
                day=entered.recorded_as_of,
            )
        )
    print(
        say(
            "state     {state} (to the public: {public})",
            public=entered.public,
            state=label_of(entered.state_label, entered.state),
        )
    )
    urgent, zero = most_urgent(dict(entered.deadlines)), entered.day_zero
    if urgent is not None and urgent.last_moment is not None:
        # 民法典第二百零一条第二款: hours are counted from the moment itself.
        start = moment_of(urgent.clock.events[0])
        print(say("from      {start} (counted in hours)", start=short_moment(start) if start is not None else zero))
    elif zero is not None:
        print(say("day 0     {zero} (not counted)", zero=zero))
    last = last_day_words(entered, entered.last_day, entered.provisional)
    print(say("last day  {last}", last=last) + (f"  {clock_words(entered)}" if entered.last_day else ""))
    for number in entered.opened:
        print(say("opened    {number} (gkflow show {number})", number=number))
    for row in findings_rows(workflow, entered.findings):
        print(say("mind      ") + row["words"])
    for note in entered.notes:
        print(say("mind      ") + error_words(note))
    if entered.next:
        print(say("next      ") + actions_words(workflow, entered.next))
